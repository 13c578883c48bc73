"""The network's side of a visit as Chromium tells it, where the tap can't hear it.

Poorer evidence than the tap's, and labelled so: bodies come decoded, heads perhaps in
another spelling, bodies of redirects and frames of WebSockets not at all. Frames of other
sites and workers have network events of their own, so each is attached to.
"""

import asyncio
import base64
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from playwright.async_api import Error

from archiver.browser.tabs import Tab
from archiver.model.digests import Digest
from archiver.model.exchange import Exchange, Failure, Truncation
from archiver.model.states import Backend
from archiver.model.urls import parse_url

__all__ = ["Wire"]

_MIB = 1024 * 1024
#: What Chromium is to keep for us, of one response and of all.
_RESOURCE_BYTES, _TOTAL_BYTES = 50 * _MIB, 200 * _MIB
_MOST_EXCHANGES = 5_000
_REDIRECTS = (301, 302, 303, 307, 308)
_POLL_S, _QUIET_POLLS = 0.05, 5
_SECRET = frozenset({"cookie", "authorization", "proxy-authorization"})
#: Said of bytes that are not kept as they were; the field stays, under a name that no reader acts upon.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_FAILURES = {
    "net::ERR_NAME_NOT_RESOLVED": Failure.NAME_NOT_RESOLVED,
    "net::ERR_CONNECTION_REFUSED": Failure.CONNECTION_REFUSED,
    "net::ERR_TIMED_OUT": Failure.TIMED_OUT,
    "net::ERR_CONNECTION_TIMED_OUT": Failure.TIMED_OUT,
    "net::ERR_TUNNEL_CONNECTION_FAILED": Failure.REFUSED,
    "net::ERR_ABORTED": Failure.ABANDONED,
}


@dataclass(slots=True)
class _Talk:
    """One request as far as it is known."""

    uri: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    began_s: float
    ended_s: float = 0.0
    response: Mapping[str, Any] | None = None
    payload: bytes | None = None
    truncated: Truncation | None = None
    failure: Failure | None = None
    notes: list[str] = field(default_factory=list)


class Wire:
    """Gathers what one tab and everything below it said over the network. Belongs to the visit's loop."""

    def __init__(self) -> None:
        self._talks: list[_Talk] = []
        #: By request id: Chromium's are unique, and a frame's document may begin in one target and end in another.
        self._open: dict[str, _Talk] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def listen(self, tab: Tab) -> None:
        """Hear the tab from here on, and each of its frames and workers from their start."""
        handlers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "Network.requestWillBeSent": self._on_request,
            "Network.requestWillBeSentExtraInfo": self._on_request_sent,
            "Network.responseReceived": self._on_response,
            "Network.loadingFinished": partial(self._on_finished, tab),
            "Network.loadingFailed": self._on_failed,
        }
        for method, handler in handlers.items():
            tab.on(method, handler)
        bounds = {"maxTotalBufferSize": _TOTAL_BYTES, "maxResourceBufferSize": _RESOURCE_BYTES}
        await tab.send("Network.enable", bounds)
        await tab.attach_children(self._attach)

    async def until_quiet(self) -> None:
        """Wait until nothing has been on its way for a moment, and every body is handed over."""
        quiet_polls = 0
        while quiet_polls < _QUIET_POLLS:
            await asyncio.sleep(_POLL_S)
            quiet_polls = 0 if self._open or self._reading else quiet_polls + 1

    def exchanges(self) -> tuple[Exchange, ...]:
        """What was said over http(s), in the order in which it was begun."""
        return tuple(_exchange(talk) for talk in self._talks)

    def _attach(self, child: Tab) -> None:
        self._aside(self._follow(child))

    async def _follow(self, child: Tab) -> None:
        try:
            await self.listen(child)
        finally:
            await child.send("Runtime.runIfWaitingForDebugger")

    def _aside(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        # A page that went away while it was asked has nothing more to tell.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    # --- events ----------------------------------------------------------------------------

    def _on_request(self, event: Mapping[str, Any]) -> None:
        before = self._open.get(event["requestId"])
        if before is not None:
            if "redirectResponse" not in event:
                return
            before.response, before.ended_s = event["redirectResponse"], event["timestamp"]
            before.notes.append("Chromium keeps no body of a redirect")
            del self._open[event["requestId"]]
        request = event["request"]
        if parse_url(request["url"]) is None or len(self._talks) >= _MOST_EXCHANGES:
            return
        body = b"".join(base64.b64decode(part.get("bytes", "")) for part in request.get("postDataEntries", ()))
        at = datetime.fromtimestamp(event["wallTime"], UTC)
        talk = _Talk(
            request["url"].partition("#")[0], request["method"], request["headers"], body, at, event["timestamp"]
        )
        self._talks.append(talk)
        self._open[event["requestId"]] = talk

    def _on_request_sent(self, event: Mapping[str, Any]) -> None:
        talk = self._open.get(event["requestId"])
        if talk is not None:
            talk.headers = event["headers"]

    def _on_response(self, event: Mapping[str, Any]) -> None:
        talk, response = self._open.get(event["requestId"]), event["response"]
        if talk is None:
            return
        if response.get("fromDiskCache") or response.get("fromServiceWorker") or response.get("fromPrefetchCache"):
            # Nothing went over the network for it.
            self._forget(event["requestId"])
            return
        talk.response = response

    def _on_finished(self, tab: Tab, event: Mapping[str, Any]) -> None:
        talk = self._open.pop(event["requestId"], None)
        if talk is not None:
            talk.ended_s = event["timestamp"]
            self._aside(self._read_body(tab, event["requestId"], talk))

    async def _read_body(self, tab: Tab, request_id: str, talk: _Talk) -> None:
        try:
            told = await tab.send("Network.getResponseBody", {"requestId": request_id})
        except Error as error:
            talk.truncated = Truncation.UNSPECIFIED
            talk.notes.append(f"Chromium did not keep the body: {error}"[:200])
            return
        talk.payload = base64.b64decode(told["body"]) if told["base64Encoded"] else told["body"].encode()

    def _on_failed(self, event: Mapping[str, Any]) -> None:
        talk = self._open.pop(event["requestId"], None)
        if talk is None:
            return
        talk.ended_s = event["timestamp"]
        why = event.get("blockedReason") or event["errorText"]
        talk.failure = Failure.ABANDONED if event.get("canceled") else _FAILURES.get(why, Failure.PROTOCOL)
        talk.notes.append(str(why)[:200])

    def _forget(self, request_id: str) -> None:
        talk = self._open.pop(request_id)
        self._talks = [one for one in self._talks if one is not talk]


# --- as an exchange ----------------------------------------------------------------------------


def _exchange(talk: _Talk) -> Exchange:
    request, redacted = _request_of(talk)
    elapsed_ms = max(0, round((talk.ended_s - talk.began_s) * 1000))
    asked = Exchange(
        talk.uri,
        talk.method,
        talk.at,
        elapsed_ms,
        request,
        redacted=redacted,
        failure=talk.failure,
        backend=Backend.CDP,
        withheld=tuple(str(talk.headers[name]).encode() for name in redacted),
    )
    if talk.response is None:
        return replace(asked, failure=talk.failure or Failure.ABANDONED, note="; ".join(talk.notes))
    payload, status = talk.payload or b"", talk.response["status"]
    lacking = talk.payload is None and not talk.failure and status not in _REDIRECTS
    block = _response_head(talk.response, len(payload)) + payload
    return replace(
        asked,
        response=io.BytesIO(block),
        response_bytes=len(block),
        status=status,
        media_type=talk.response.get("mimeType") or None,
        payload_digest=Digest("sha256", hashlib.sha256(payload).hexdigest()),
        payload_bytes=len(payload),
        protocols=_protocols(talk.response),
        truncated=talk.truncated or (Truncation.TIME if lacking else None),
        note="; ".join(talk.notes),
    )


def _request_of(talk: _Talk) -> tuple[bytes, tuple[str, ...]]:
    """The request in HTTP/1.1 form, and the names of the fields whose values are left out."""
    url = parse_url(talk.uri)
    target = talk.uri.partition("://")[2].partition("/")[2]
    fields = {name: value for name, value in talk.headers.items() if not name.startswith(":")}
    if url is not None and not any(name.lower() == "host" for name in fields):
        fields = {"Host": talk.uri.partition("://")[2].partition("/")[0], **fields}
    secret = tuple(name for name in fields if name.lower() in _SECRET)
    lines = [f"{talk.method} /{target} HTTP/1.1"]
    lines += [f"{name}: {'[redacted]' if name in secret else _one_line(value)}" for name, value in fields.items()]
    return _head(lines) + talk.body, secret


def _response_head(response: Mapping[str, Any], payload_bytes: int) -> bytes:
    lines = [f"HTTP/1.1 {response['status']} {_one_line(response.get('statusText', ''))}".rstrip()]
    for name, value in response["headers"].items():
        shown = f"X-Archiver-Orig-{name}" if name.lower() in _OF_THE_WIRE else name
        lines += [f"{shown}: {one}" for one in str(value).split("\n") if not name.startswith(":")]
    return _head([*lines, f"Content-Length: {payload_bytes}"])


def _head(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def _one_line(text: str) -> str:
    return " ".join(str(text).split())


def _protocols(response: Mapping[str, Any]) -> tuple[str, ...]:
    tls = (response.get("securityDetails") or {}).get("protocol", "")
    told = (response.get("protocol", ""), tls.lower().replace(" ", "/"))
    return tuple(one for one in told if one)

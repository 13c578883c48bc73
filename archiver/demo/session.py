"""One connection to the demo web: requests in, replies out, in every way a reply can go wrong."""

import asyncio
import contextlib
import dataclasses
import functools
import http
import re
import socket
import struct
from datetime import UTC, datetime
from email.utils import format_datetime

import h11

from archiver.demo.log import AccessLog, AccessLogEntry
from archiver.demo.websocket import accept_key, echo_frames
from archiver.demo.wire import Delivery, Handler, Reply, Request, encoded

__all__ = ["Session"]

_READ_BYTES = 1 << 16
_MAX_HEAD_BYTES = 1 << 18
_CHUNK_BYTES = 1 << 14
_ENDLESS_PAUSE_S = 0.02
_DRIP_PAUSE_S = 0.5
_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </hint.css>; rel=preload\r\n\r\n"
_NO_BODY = frozenset({204, 304})


class Session:
    """Serves one accepted connection until either side has had enough."""

    def __init__(
        self,
        *,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        scheme: str,
        handler: Handler,
        log: AccessLog,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._scheme, self._handler, self._log = scheme, handler, log
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD_BYTES)

    async def run(self) -> None:
        """Answer request after request on this connection."""
        with contextlib.suppress(ConnectionError, h11.RemoteProtocolError):
            while (request := await self._read_request()) is not None:
                if not await self._answer(request):
                    return
                self._http.start_next_cycle()

    async def _read_request(self) -> Request | None:
        event = await self._next_event()
        if not isinstance(event, h11.Request):
            return None
        body = bytearray()
        while isinstance(part := await self._next_event(), h11.Data):
            body += part.data
        if not isinstance(part, h11.EndOfMessage):
            return None
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items())
        host = next((value for name, value in headers if name.lower() == "host"), "")
        return Request(
            scheme=self._scheme,
            host=re.sub(r":\d+$", "", host).lower(),
            method=event.method.decode(),
            target=event.target.decode("latin-1"),
            headers=headers,
            body=bytes(body),
        )

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._writer.write(self._send(h11.InformationalResponse(status_code=100, headers=[])))
            self._http.receive_data(await self._reader.read(_READ_BYTES))
        return event

    async def _answer(self, request: Request) -> bool:
        """Deliver the reply; whether the connection may carry another request."""
        reply = _ranged(request, self._handler(request))
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        if reply.delivery is Delivery.WEBSOCKET:
            await self._echo(request)
            return False
        if reply.delivery in (Delivery.WHOLE, Delivery.CHUNKED):
            return await self._send_whole(request, reply)
        await self._send_oddly(request, reply)
        return False

    async def _send_whole(self, request: Request, reply: Reply) -> bool:
        reply = _compressed(request, reply)
        body = b"" if request.method == "HEAD" or reply.status in _NO_BODY else reply.body
        head = self._head(reply)
        wire = b"".join(self._send(h11.Data(data=part)) for part in _parts(reply, body))
        wire += self._send(h11.EndOfMessage())
        number = self._enter(request, reply, head=head, body=body, wire=wire, completed=True)
        try:
            self._writer.write(head + wire)
            await self._writer.drain()
        except ConnectionError:
            self._log.cut(number)
            return False
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _head(self, reply: Reply) -> bytes:
        headers = [("Date", format_datetime(datetime.now(UTC), usegmt=True)), ("Server", "demo-web")]
        if reply.status not in _NO_BODY:
            headers.append(("Content-Type", reply.media_type))
        if reply.declared_bytes is not None:
            headers.append(("Content-Length", str(reply.declared_bytes)))
        elif reply.delivery is Delivery.CHUNKED or reply.delivery is Delivery.ENDLESS:
            headers.append(("Transfer-Encoding", "chunked"))
        elif reply.status not in _NO_BODY:
            headers.append(("Content-Length", str(len(reply.body))))
        if reply.cross_origin:
            headers.append(("Access-Control-Allow-Origin", "*"))
        headers.extend(reply.headers)
        return self._send(h11.Response(status_code=reply.status, headers=headers, reason=_phrase(reply.status)))

    async def _send_oddly(self, request: Request, reply: Reply) -> None:
        if reply.delivery in (Delivery.RESET, Delivery.SILENT, Delivery.GARBAGE, Delivery.HINTS):
            self._enter(request, None, completed=False)
            await self._send_no_head(reply.delivery)
            return
        head, half = self._head(reply), reply.body[: len(reply.body) // 2]
        self._enter(request, reply, head=head, body=half, wire=half, completed=False)
        if reply.delivery is Delivery.ENDLESS:
            chunk = reply.body if reply.declared_bytes else b"%x\r\n%b\r\n" % (len(reply.body), reply.body)
            await self._send_for_ever(head, chunk, _ENDLESS_PAUSE_S)
        if reply.delivery is Delivery.DRIP:
            await self._send_drops(head, reply.body)
        self._writer.write(head + half)
        await self._writer.drain()
        if reply.delivery is Delivery.STALLED:
            await self._wait_until_gone()

    async def _send_no_head(self, delivery: Delivery) -> None:
        if delivery is Delivery.GARBAGE:
            self._writer.write(b"\x00\x01\x02 this is no HTTP \xff\xfe\r\n\r\n")
            await self._writer.drain()
        elif delivery is Delivery.SILENT:
            await self._wait_until_gone()
        elif delivery is Delivery.HINTS:
            await self._send_for_ever(b"", _HINT * 50, _ENDLESS_PAUSE_S)
        else:
            # Linger 0 makes the close a RST instead of a FIN.
            connection: socket.socket = self._writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()

    async def _send_for_ever(self, head: bytes, chunk: bytes, pause_s: float) -> None:
        self._writer.write(head)
        while not self._writer.is_closing():
            self._writer.write(chunk)
            await self._writer.drain()
            await asyncio.sleep(pause_s)
        raise ConnectionResetError

    async def _send_drops(self, head: bytes, body: bytes) -> None:
        self._writer.write(head)
        for at in range(len(body)):
            self._writer.write(body[at : at + 1])
            await self._writer.drain()
            await asyncio.sleep(_DRIP_PAUSE_S)
        raise ConnectionResetError

    async def _wait_until_gone(self) -> None:
        while await self._reader.read(_READ_BYTES):
            pass

    async def _echo(self, request: Request) -> None:
        headers = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept_key(request.header("Sec-WebSocket-Key"))),
        ]
        head = self._send(h11.InformationalResponse(status_code=101, headers=headers, reason=b"Switching Protocols"))
        number = self._enter(request, Reply(status=101), head=head, completed=True)
        self._writer.write(head)
        note = functools.partial(self._log.add_frames, number)
        await echo_frames(self._reader, self._writer, self._http.trailing_data[0], note=note)

    def _send(self, event: h11.Event) -> bytes:
        return self._http.send(event) or b""

    def _enter(
        self,
        request: Request,
        reply: Reply | None,
        *,
        head: bytes = b"",
        body: bytes = b"",
        wire: bytes = b"",
        completed: bool,
    ) -> int:
        entry = AccessLogEntry(
            at=datetime.now(UTC),
            scheme=request.scheme,
            host=request.host,
            method=request.method,
            target=request.target,
            request_headers=request.headers,
            request_body=request.body,
            status=reply.status if reply else None,
            response_head=head,
            response_body=body,
            response_wire=wire,
            completed=completed,
        )
        return self._log.append(entry)


def _phrase(status: int) -> bytes:
    try:
        return http.HTTPStatus(status).phrase.encode()
    except ValueError:
        return b"Unassigned"


def _parts(reply: Reply, body: bytes) -> list[bytes]:
    if reply.delivery is Delivery.CHUNKED:
        return [body[at : at + _CHUNK_BYTES] for at in range(0, len(body), _CHUNK_BYTES)]
    return [body] if body else []


def _compressed(request: Request, reply: Reply) -> Reply:
    """The reply in the site's favourite coding, or gzip, where the client takes it and it is text worth it."""
    textual = re.match(r"text/|application/(json|javascript)|image/svg", reply.media_type)
    if not (reply.compress and textual and len(reply.body) > 500):  # noqa: PLR2004  # smaller ones grow
        return reply
    taken = _accepted(request.header("Accept-Encoding"))
    coding = reply.coding if reply.insists else next((name for name in (reply.coding, "gzip") if name in taken), None)
    if coding is None:
        return reply
    headers = (*reply.headers, ("Content-Encoding", coding), ("Vary", "Accept-Encoding"))
    return dataclasses.replace(reply, body=encoded(reply.body, coding), headers=headers)


def _accepted(header: str) -> set[str]:
    """The codings of an Accept-Encoding header that are not refused by `q=0`."""
    parts = (part.partition(";") for part in header.lower().split(","))
    return {name.strip() for name, _, weight in parts if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)}


def _ranged(request: Request, reply: Reply) -> Reply:
    """The asked part of a reply that has parts (RFC 9110 §14, one range only)."""
    if not reply.ranges:
        return reply
    reply = dataclasses.replace(reply, headers=(*reply.headers, ("Accept-Ranges", "bytes")), compress=False)
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.header("Range"))
    if wanted is None or wanted.group(0) == "bytes=-":
        return reply
    size, (first, last) = len(reply.body), wanted.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size - 1, int(last)) if first and last else size - 1
    if start > end:
        headers = (*reply.headers, ("Content-Range", f"bytes */{size}"))
        return dataclasses.replace(reply, status=416, body=b"", headers=headers)
    headers = (*reply.headers, ("Content-Range", f"bytes {start}-{end}/{size}"))
    return dataclasses.replace(reply, status=206, body=reply.body[start : end + 1], headers=headers)

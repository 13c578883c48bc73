"""HTTP for articles, records and media: plain requests, always through one lane of the tap."""

import copy
import socket
from collections.abc import Sequence
from dataclasses import replace
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar, create_cookie, extract_cookies_to_jar

from archiver.model.exchange import FAILURE_HEADER, NOTE_HEADER, Failure
from archiver.model.fetched import Fetched
from archiver.model.httpwire import content_type
from archiver.model.sessions import Session
from archiver.model.urls import parse_url

__all__ = ["Client"]

_MAX_REDIRECTS = 10
_ATTEMPTS = 2
_PAUSE_S = 0.2
#: How much longer than a site may stay silent we wait for the tap, which says why it failed.
_TAP_MARGIN_S = 20.0
_CHUNK_BYTES = 64 * 1024
_BODY_BYTES = 64 * 1024 * 1024
_BAD_GATEWAY = 502
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8"


class Client:
    """Sends GETs through the proxy of one lane. Not thread-safe: one for each lane.

    It keeps no cookies from one `get` to the next, reads nothing from the environment and
    trusts only `ca_file`. `timeout_s` is how long the tap lets a site stay silent; the
    tap bounds the rest too. At most `body_bytes` of a decoded body are read.
    """

    def __init__(
        self,
        *,
        proxy_url: str,
        ca_file: Path,
        user_agent: str,
        timeout_s: float = 30.0,
        body_bytes: int = _BODY_BYTES,
    ) -> None:
        self._body_bytes = body_bytes
        self._timeout_s = (timeout_s, timeout_s + _TAP_MARGIN_S)
        self._silence_s: float | None = None
        self._session = session = requests.Session()
        session.trust_env = False
        session.proxies = {"http": proxy_url, "https": proxy_url}
        session.verify = str(ca_file)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update({"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Language": "en,*;q=0.5"})
        session.mount("http://", _Adapter())
        session.mount("https://", _Adapter())
        self._login = Session()

    def logged_in(self, login: Session) -> Self:
        """The same client, over the same connections, whose requests carry the session's cookies where they belong."""
        client = copy.copy(self)
        client._login = login  # noqa: SLF001  # its own class
        return client

    def get(
        self,
        url: str,
        headers: Sequence[tuple[str, str]] = (),
        *,
        follow: bool = True,
        silence_s: float | None = None,
    ) -> Fetched:
        """The answer at `url`, after at most 10 redirects if `follow`.

        `silence_s` is for how long nothing may come, where that is less than usual.

        The world's failures are values. A connection that was reset before any byte of an
        answer is tried once more; the tap records both. Raises requests.RequestException
        only if the tap itself is gone.
        """
        self._silence_s = silence_s
        fields, jar = dict(headers), RequestsCookieJar()
        redirects: list[tuple[int, str]] = []
        at = url
        while True:
            answer = replace(self._ask(at, fields, jar), redirects=tuple(redirects))
            if answer.location is None or answer.status is None or not follow:
                return answer
            redirects.append((answer.status, answer.final_url))
            if len(redirects) > _MAX_REDIRECTS:
                note = f"more than {_MAX_REDIRECTS} redirects"
                return Fetched(at, redirects=tuple(redirects), failure=Failure.PROTOCOL, note=note)
            at = answer.location

    def close(self) -> None:
        """Close the connections to the tap."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _ask(self, url: str, headers: dict[str, str], jar: RequestsCookieJar) -> Fetched:
        if parse_url(url) is None:
            return Fetched(url, failure=Failure.REFUSED, note=f"not an http(s) URL: {url[:200]!r}")
        plain = _without_user(url)
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=tenacity.wait_fixed(_PAUSE_S),
            # A ProxyError can be the tap's closing of a kept connection, crossing our request.
            retry=tenacity.retry_if_result(_may_repeat)
            | tenacity.retry_if_exception_type(requests.exceptions.ProxyError),
            retry_error_callback=_last_result,
        )
        answer: Fetched = retrying(self._ask_once, plain, headers, jar)
        return answer

    def _patience(self) -> tuple[float, float]:
        connect_s, read_s = self._timeout_s
        return connect_s, read_s if self._silence_s is None else min(read_s, self._silence_s)

    def _ask_once(self, url: str, headers: dict[str, str], jar: RequestsCookieJar) -> Fetched:
        try:
            response = self._session.get(
                url,
                headers=headers,
                cookies=self._cookies(url, jar),
                stream=True,
                allow_redirects=False,
                timeout=self._patience(),
            )
        except requests.exceptions.ProxyError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            failure, note = _failure_of(error)
            return Fetched(url, failure=failure, note=note)
        with response:
            extract_cookies_to_jar(jar, response.request, response.raw)  # type: ignore[no-untyped-call]
            return self._read(response)

    def _cookies(self, url: str, set_on_the_way: RequestsCookieJar) -> RequestsCookieJar:
        """What this one request carries: the session's cookies for it, but as the site has renewed them since."""
        jar, host = set_on_the_way.copy(), urlsplit(url).hostname or ""
        known = {cookie.name for cookie in set_on_the_way}
        for cookie in self._login.cookies_for(url):
            if cookie.name not in known:
                given = create_cookie(cookie.name, cookie.value, domain=host, path="/")  # type: ignore[no-untyped-call]
                jar.set_cookie(given)
        return jar

    def _read(self, response: requests.Response) -> Fetched:
        told = response.headers.get(FAILURE_HEADER)
        if told is not None and response.status_code == _BAD_GATEWAY:
            note = response.headers.get(NOTE_HEADER, "")
            return Fetched(str(response.url), failure=Failure(told), note=note)
        body, failure, note = self._body(response)
        cut = len(body) > self._body_bytes
        media_type, charset = content_type(response.headers.get("Content-Type", ""))
        return Fetched(
            final_url=str(response.url),
            status=response.status_code,
            headers=tuple((str(key), str(value)) for key, value in response.raw.headers.items()),
            body=body[: self._body_bytes],
            media_type=media_type,
            charset=charset,
            failure=failure,
            note=note,
            notes=_notes(note, self._body_bytes if cut else None),
            location=self._location(response),
        )

    def _body(self, response: requests.Response) -> tuple[bytes, Failure | None, str]:
        """Decoded piece by piece, so that a bomb never gets larger than the bound."""
        body = bytearray()
        try:
            while len(body) <= self._body_bytes:
                piece = response.raw.read1(_CHUNK_BYTES, decode_content=True)
                if not piece:
                    break
                body += piece
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure, note = _failure_of(error)
            return bytes(body), failure, f"the body is not whole: {note}"
        return bytes(body), None, ""

    def _location(self, response: requests.Response) -> str | None:
        target = self._session.get_redirect_target(response)
        try:
            return None if target is None else urljoin(str(response.url), target)
        except ValueError:
            return target


class _Adapter(HTTPAdapter):
    """urllib3 leaves small packets waiting for acknowledgements where a proxy is used; not here."""

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        options["socket_options"] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        return super().proxy_manager_for(proxy, **options)


def _may_repeat(answer: Fetched) -> bool:
    return answer.status is None and answer.failure is Failure.CONNECTION_RESET


def _last_result(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _failure_of(error: Exception) -> tuple[Failure, str]:
    """What an exception of requests or urllib3 means, beside those that the tap explains itself."""
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    unusable = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError)
    if isinstance(error, timeouts):
        return Failure.TIMED_OUT, "the answer did not end in time"
    if isinstance(error, (*unusable, urllib3.exceptions.LocationValueError)):
        return Failure.REFUSED, f"not a usable URL: {error}"[:300]
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return Failure.TLS, str(error)[:300]
    if isinstance(error, urllib3.exceptions.DecodeError):
        return Failure.PROTOCOL, "it can't be decompressed"
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.ProtocolError | OSError):
        return Failure.CONNECTION_RESET, "the connection ended early"
    return Failure.PROTOCOL, str(error)[:300]


def _notes(note: str, limit_bytes: int | None) -> tuple[str, ...]:
    cut = f"only the first {limit_bytes} bytes were read" if limit_bytes is not None else ""
    return tuple(text for text in (note, cut) if text)


def _without_user(url: str) -> str:
    parts = urlsplit(url.strip())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url.strip()

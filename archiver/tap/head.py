"""Heads of requests and responses: h11 says what they mean, the bytes stay as they came.

A head that h11 refuses for one bad line is read again without such lines, since browsers
do the same: what is recorded and shown is always the head as it came.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import h11

from archiver.model.exchange import FAILURE_HEADER, NOTE_HEADER, Failure
from archiver.tap.failed import Failed
from archiver.tap.plainhead import PlainHead, plain_head

__all__ = [
    "HEAD_END",
    "LAST_CHUNK",
    "SWITCHED",
    "Request",
    "RequestHead",
    "ResponseHead",
    "as_chunk",
    "read_request",
    "read_response",
    "split_authority",
]

LAST_CHUNK = b"0\r\n\r\n"
#: Switching Protocols: the only interim status that is an answer.
SWITCHED = 101
HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_OURS = (FAILURE_HEADER.encode(), NOTE_HEADER.encode())
#: Said to the proxy, not to the site.
_TO_PROXY = (b"proxy-connection", b"proxy-authorization")
_SECRET = (b"cookie", b"authorization", b"proxy-authorization")
#: Codings that browsers read and programs that replay archives do not (ReplayWeb.page 2.4, pywb 2.10);
#: those with a dictionary can't be read from the record alone at all.
_NOT_REPLAYED = (b"zstd", b"dcb", b"dcz")
_HEAD_BYTES = 1024 * 1024
_ABSOLUTE = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)

_Response = h11.Response | h11.InformationalResponse


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes upstream, to `host` and `port`. `uri` is the whole URL.

    `sent` is the head for the site, `recorded` the same with secrets replaced, which are `withheld`.
    """

    method: str
    scheme: str
    host: str
    port: int
    uri: str
    sent: bytes
    recorded: bytes
    redacted: tuple[str, ...] = ()
    upgrade: bool = False
    withheld: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RequestHead:
    """One request of a client: what goes upstream of it, and what the client said to us; `parser` reads its body."""

    request: Request
    takes_chunks: bool
    keep_alive: bool
    parser: h11.Connection


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """One final response head. `raw` as received, `shown` what the client gets.

    `fields` are its header lines as h11 understood them, names in lower case.
    `framed` says that its body has a length or chunks, `mended` that h11 got less than all
    of it, `persists` that whoever reads it keeps the connection; `parser` reads the body, None
    if it is just `length` bytes.
    """

    raw: bytes
    shown: bytes
    status: int
    http_version: str
    media_type: str | None
    fields: Sequence[tuple[bytes, bytes]]
    length: int | None
    framed: bool
    mended: bool
    persists: bool
    parser: h11.Connection | None

    def shown_in_chunks(self) -> bytes:
        """The head for a body in chunks, where the site's own body ends with its connection.

        A client can't tell such an end from a cut one (Python's TLS takes even a reset
        for an end), and a cut body must never pass for a whole one.
        """
        first, *fields = _lines(self.shown)
        return _joined([b"HTTP/1.1" + first[8:], *fields, b"Transfer-Encoding: chunked"])


def read_request(head: bytes, *, tunnel: tuple[str, str, int] | None) -> RequestHead:
    """The request whose head (with its blank line) is `head`; Failed PROTOCOL if it is none.

    `tunnel` is (scheme, host, port) inside a CONNECT; without it the target must be absolute.
    """
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
    try:
        parser.receive_data(head)
        event = parser.next_event()
    except h11.RemoteProtocolError as error:
        raise Failed(Failure.PROTOCOL, f"bad request: {error}") from None
    if not isinstance(event, h11.Request):
        raise Failed(Failure.PROTOCOL, "bad request")
    lines = _lines(head)
    if any(line[:1] in b" \t" for line in lines[1:]):
        raise Failed(Failure.PROTOCOL, "bad request: a folded header line")
    method, target = event.method.decode("ascii"), event.target.decode("latin-1")
    scheme, host, port, authority, path = _place(target, tunnel)
    upgrade = _upgrades(event)
    named = [(_name_of(line), line) for line in lines[1:]]
    fields = [
        _replayable(line) if name == b"accept-encoding" else line for name, line in named if name not in _TO_PROXY
    ]
    secret = [line for name, line in named if name in _SECRET and name not in _TO_PROXY]
    first = f"{method} {path} HTTP/{event.http_version.decode('ascii')}".encode("latin-1")
    shown = {"http": "ws", "https": "wss"}[scheme] if upgrade else scheme
    request = Request(
        method=method,
        scheme=scheme,
        host=host,
        port=port,
        uri=f"{shown}://{authority}{path}",
        sent=_joined([first, *fields]),
        recorded=_joined([first, *(_redacted(line) if line in secret else line for line in fields)]),
        redacted=tuple(dict.fromkeys(map(_field_name, secret))),
        upgrade=upgrade,
        withheld=tuple(line.partition(b":")[2].strip() for line in secret),
    )
    return RequestHead(
        request=request,
        takes_chunks=event.http_version >= b"1.1",
        keep_alive=event.http_version >= b"1.1" and not _says(event, b"connection", b"close"),
        parser=parser,
    )


def _replayable(line: bytes) -> bytes:
    """An Accept-Encoding line without the codings that what is recorded could not be replayed in."""
    name, _, value = line.partition(b":")
    codings = [coding.strip() for coding in value.split(b",")]
    kept = [coding for coding in codings if coding.partition(b";")[0].strip().lower() not in _NOT_REPLAYED]
    return line if kept == codings else name + b": " + (b", ".join(kept) or b"identity")


def read_response(head: bytes, *, method: str, upgrade: bool) -> ResponseHead | None:
    """The response whose head (with its blank line) is `head`; None for an interim one (1xx).

    A 101 to an upgrade is final. Failed PROTOCOL if it is no HTTP/1 response.
    """
    plain = None if upgrade else plain_head(head, method=method)
    if plain is not None:
        return _of_plain(head, plain)
    try:
        parser, event = _parsed_response(head, method=method, upgrade=upgrade)
        mended = False
    except h11.RemoteProtocolError:
        parser, event = _mended_response(head, method=method, upgrade=upgrade)
        mended = True
    if isinstance(event, h11.InformationalResponse) and not (event.status_code == SWITCHED and upgrade):
        return None
    fields = dict(reversed(list(event.headers)))
    length = fields.get(b"content-length", b"")
    return ResponseHead(
        raw=head,
        shown=_without_ours(head),
        status=event.status_code,
        http_version=event.http_version.decode("ascii"),
        media_type=_media_type(fields),
        fields=event.headers,
        length=int(length) if length and b"transfer-encoding" not in fields else None,
        framed=bool(length) or b"transfer-encoding" in fields,
        mended=mended,
        persists=_persists(event),
        parser=parser,
    )


def _of_plain(head: bytes, plain: PlainHead) -> ResponseHead:
    fields = dict(reversed(plain.fields))
    return ResponseHead(
        raw=head,
        shown=_without_ours(head),
        status=plain.status,
        http_version="1.1",
        media_type=_media_type(fields),
        fields=plain.fields,
        length=plain.length,
        framed=True,
        mended=False,
        persists=not any(name == b"connection" and b"close" in value.lower() for name, value in plain.fields),
        parser=None,
    )


def _media_type(fields: Mapping[bytes, bytes]) -> str | None:
    return fields.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1") or None


def _parsed_response(head: bytes, *, method: str, upgrade: bool) -> tuple[h11.Connection, _Response]:
    """h11 must believe that it sent the request; what it would have sent does not matter."""
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)
    parser.send(_asked(method, upgrade=upgrade))
    parser.send(h11.EndOfMessage())
    parser.receive_data(head)
    event = parser.next_event()
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        raise h11.RemoteProtocolError("no response head")
    return parser, event


@lru_cache(maxsize=32)
def _asked(method: str, *, upgrade: bool) -> h11.Request:
    fields = [("host", "x"), ("connection", "upgrade"), ("upgrade", "websocket")] if upgrade else [("host", "x")]
    return h11.Request(method=method, target="/", headers=fields)


def _mended_response(head: bytes, *, method: str, upgrade: bool) -> tuple[h11.Connection, _Response]:
    first, *fields = _lines(head)
    good = [match for line in fields if (match := _FIELD.fullmatch(line))]
    kept = [
        match[1] + b": " + _CONTROL.sub(b"", match[2])
        for match in good
        if (match[1].lower(), match[2].lower()) != (b"transfer-encoding", b"identity")
    ]
    try:
        return _parsed_response(_joined([_CONTROL.sub(b"", first), *kept]), method=method, upgrade=upgrade)
    except h11.RemoteProtocolError as error:
        raise Failed(Failure.PROTOCOL, f"not an HTTP/1 response: {error}") from None


def _place(target: str, tunnel: tuple[str, str, int] | None) -> tuple[str, str, int, str, str]:
    """Scheme, host, port, authority and path with query of a request's target."""
    if tunnel is not None:
        scheme, host, port = tunnel
        named = f"[{host}]" if ":" in host else host
        authority = named if port == _default(scheme) else f"{named}:{port}"
        return scheme, host, port, authority, target if target.startswith("/") else f"/{target}"
    match = _ABSOLUTE.fullmatch(target)
    if match is None or match[1].lower() != "http":
        raise Failed(Failure.PROTOCOL, "a proxy is asked with a whole http URL")
    authority = match[2].rpartition("@")[2]
    host, port = split_authority(authority, default=80)
    path = match[3].partition("#")[0]
    return "http", host, port, authority, path if path.startswith("/") else f"/{path}"


def split_authority(authority: str, *, default: int) -> tuple[str, int]:
    """Host (without brackets) and port; Failed REFUSED for what can't be either."""
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise Failed(Failure.REFUSED, f"no host in {authority[:80]!r}")
    return host, default if port is None else port


def as_chunk(data: bytes) -> bytes:
    """One chunk (RFC 9112 §7.1); nothing for nothing, since an empty chunk is the last one."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _default(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _upgrades(event: h11.Request) -> bool:
    return _says(event, b"connection", b"upgrade") and _says(event, b"upgrade", b"websocket")


def _persists(event: _Response) -> bool:
    """Whether the connection outlives the response, by its own words (RFC 9112 §9.3)."""
    if event.http_version < b"1.1":
        return _says(event, b"connection", b"keep-alive")
    return not _says(event, b"connection", b"close")


def _says(event: h11.Request | _Response, name: bytes, word: bytes) -> bool:
    return any(key == name and word in value.lower() for key, value in event.headers)


def _lines(head: bytes) -> list[bytes]:
    return _LINE_END.split(head.rstrip(b"\r\n"))


def _joined(lines: list[bytes]) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _name_of(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _field_name(line: bytes) -> str:
    return line.partition(b":")[0].strip().decode("ascii")


def _redacted(line: bytes) -> bytes:
    return line.partition(b":")[0] + b": [redacted]"


def _without_ours(head: bytes) -> bytes:
    if not any(name in head.lower() for name in _OURS):
        return head
    return _joined([line for line in _lines(head) if _name_of(line) not in _OURS])

"""Take the secrets of a session out of a logged-in capture, before anything of it is hashed or written.

What goes: the values of header fields that log in or could (`FIELDS`), those of `Set-Cookie`,
and every place where a secret of the session stands: the values of its cookies and tokens, of
cookies and authorisations that were sent, and of the session's cookies as the site renewed
them. Each is overwritten by a mark of the same length, so that lengths and chunks hold. A body
in a content coding (or in chunks that cut a secret) is stored decoded, its head saying so, and
left out where it can't be decoded whole, for then nobody knows what is in it; a WebSocket's
frames are left out always.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from archiver.fetch.httpbody import decoded
from archiver.model.digests import sha256
from archiver.model.exchange import Exchange
from archiver.model.httpwire import payload_of
from archiver.model.secrets import LEAST_COOKIE, LEAST_TOKEN, Secrets, mark, token_values
from archiver.model.sessions import Session

__all__ = ["FIELDS", "RULES", "Taken", "redact_exchanges", "secrets_of"]

#: The version of these rules, as evidence names it.
RULES = "session-1"
#: Header fields whose values log in, or are made for one log-in (lower case).
FIELDS = frozenset(
    (
        "authentication-info",
        "authorization",
        "cookie",
        "cookie2",
        "proxy-authorization",
        "set-cookie",
        "set-cookie2",
        "x-access-token",
        "x-api-key",
        "x-auth-token",
        "x-client-transaction-id",
        "x-csrf-token",
        "x-csrftoken",
        "x-fb-lsd",
        "x-guest-token",
        "x-ig-www-claim",
        "x-refresh-token",
        "x-session-token",
        "x-xsrf-token",
    )
)
_SETS = frozenset(("set-cookie", "set-cookie2"))
#: What the tap wrote in place of a value.
_BY_TAP = b"[redacted]"
_FIELD = re.compile(rb"(?m)^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
_HEAD_END = re.compile(rb"\n\r?\n")
_BLANK_LINE = re.compile(rb"\r?\n\Z")
_COOKIE = re.compile(rb"([^=;]*)=([^;]*)", re.DOTALL)
_FRAMING = re.compile(rb"(?im)^(?:content-encoding|transfer-encoding|content-length)[ \t]*:[^\n]*\n")
_MOST_DECODED_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Taken:
    """What was taken out so far: of which header fields, in how many other places, what of bodies."""

    fields: Counter[str] = field(default_factory=Counter)
    values: int = 0
    records: int = 0
    decoded: int = 0
    dropped: int = 0


# --- what is secret --------------------------------------------------------------------------


def secrets_of(session: Session, exchanges: Sequence[Exchange]) -> Secrets:
    """Everything that must not be found: of the session, and of what was sent and set in its name."""
    names = {"", *(cookie.name for cookie in session.cookies)}
    values = [cookie.value for cookie in session.cookies if len(cookie.value) >= LEAST_COOKIE]
    values += [token for item in session.storage for token in token_values(item.value)]
    for exchange in exchanges:
        values += (value for name, value in _seen(exchange) if len(value) >= _least(name, names))
    return Secrets.of(values)


def _least(name: str, of_session: set[str]) -> int:
    # Sites set many cookies that are no secret; only long ones of them are taken for one.
    return LEAST_COOKIE if name in of_session else LEAST_TOKEN


def _seen(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Names and values of the cookies and credentials that one exchange carried."""
    for value in exchange.withheld:
        yield from _sent(value.decode("latin-1"))
    for head in (_split(exchange.request)[0], _response_head(exchange)):
        for match in _FIELD.finditer(head):
            name, value = match[1].decode("ascii").lower(), match[2]
            if name in _SETS:
                yield _pair(value.partition(b";")[0].decode("latin-1"))
            elif name in FIELDS and value != _BY_TAP:
                yield from _sent(value.decode("latin-1"))


def _sent(value: str) -> Iterator[tuple[str, str]]:
    """What a `Cookie` or `Authorization` field says; credentials have the name ""."""
    if "=" in value.partition(" ")[0].rstrip("="):
        yield from map(_pair, value.split(";"))
        return
    words = re.split(r"[\s,;]+", value)
    for word in words[1:] or words:
        _name, _, told = word.partition("=")
        yield "", told.strip('"') if told.strip("=") else word


def _pair(cookie: str) -> tuple[str, str]:
    name, _, value = cookie.strip().partition("=")
    return name, value.strip()


def _response_head(exchange: Exchange) -> bytes:
    if exchange.response is None:
        return b""
    exchange.response.seek(0)
    return _split(exchange.response.read(exchange.response_bytes))[0]


def _split(block: bytes) -> tuple[bytes, bytes]:
    """Head (with its blank line) and body; sites end lines with a bare line feed too (RFC 9112 §2.2)."""
    end = _HEAD_END.search(block)
    return (block[: end.end()], block[end.end() :]) if end else (block, b"")


# --- what goes over the wire -------------------------------------------------------------------


def redact_exchanges(exchanges: Iterable[Exchange], secrets: Secrets, taken: Taken) -> tuple[Exchange, ...]:
    """The exchanges as they may be stored. Responses are copied; the caller closes what it handed in."""
    return tuple(_redacted(exchange, secrets, taken) for exchange in exchanges)


def _redacted(exchange: Exchange, secrets: Secrets, taken: Taken) -> Exchange:
    uri, in_uri = secrets.out_of_text(exchange.uri)
    note, _ = secrets.out_of_text(exchange.note)
    sent = _Message(secrets, in_uri, cut=False, socket=_is_socket(exchange))
    request = sent.redacted(exchange.request)
    safe = replace(exchange, uri=uri, note=note, request=request, request_redaction=sent.told, withheld=())
    if request:
        sent.add_to(taken)
    if exchange.response is None:
        return safe
    came = _Message(secrets, in_uri, cut=_is_cut(exchange), socket=_is_socket(exchange))
    exchange.response.seek(0)
    block = came.redacted(exchange.response.read(exchange.response_bytes))
    came.add_to(taken)
    safe = replace(safe, response=io.BytesIO(block), response_bytes=len(block), response_redaction=came.told)
    if not came.body:
        return safe
    payload = _payload_of(*_split(block))
    return replace(safe, payload_digest=sha256(payload), payload_bytes=len(payload))


def _is_cut(exchange: Exchange) -> bool:
    return exchange.truncated is not None or exchange.failure is not None


def _is_socket(exchange: Exchange) -> bool:
    return exchange.uri.startswith(("ws:", "wss:"))


def _payload_of(head: bytes, body: bytes) -> bytes:
    """The body without its chunks, if it has any."""
    chunked = "chunked" in _value(head, b"transfer-encoding").lower()
    return payload_of(b"\r\nTransfer-Encoding: chunked\r\n\r\n" + body) if chunked else body


def _value(head: bytes, name: bytes) -> str:
    return ", ".join(match[2].decode("latin-1").strip() for match in _FIELD.finditer(head) if match[1].lower() == name)


class _Message:
    """One request or response on its way to being storable; afterwards it says what was taken out of it.

    `body` is how its body differs from the one that went over the wire, "" if it does not.
    """

    def __init__(self, secrets: Secrets, in_uri: int, *, cut: bool, socket: bool) -> None:
        self.body = ""
        self._secrets, self._values = secrets, in_uri
        self._cut, self._socket = cut, socket
        self._fields: Counter[str] = Counter()

    def redacted(self, block: bytes) -> bytes:
        """The message as it may be stored."""
        head, body = _split(block)
        safe = self._without(_FIELD.sub(self._field, head))
        if not body:
            return safe
        if self._socket:
            self.body = "left-out"
            return safe
        body, framed = self._storable(head, body)
        return (safe if framed else _with_length(safe, len(body))) + body

    def _field(self, match: "re.Match[bytes]") -> bytes:
        name, value = match[1].decode("ascii").lower(), match[2]
        if name not in FIELDS or not value:
            return match[0]
        self._fields[name] += 1
        if value == _BY_TAP:
            return match[0]
        cookie = _COOKIE.match(value) if name in _SETS else None
        # Of a cookie that is set, the name and how long it lasts say something, and open nothing.
        hidden = cookie[1] + b"=" + mark(len(cookie[2])) + value[cookie.end() :] if cookie else mark(len(value))
        return match[0][: match.start(2) - match.start()] + hidden

    def _storable(self, head: bytes, body: bytes) -> tuple[bytes, bool]:
        """The body to store, and whether it still is in the coding and chunks that the head tells of."""
        payload, coding = _payload_of(head, body), _value(head, b"content-encoding")
        if coding.strip().lower() in {"", "identity"}:
            return self._storable_plain(head, body, payload)
        found = decoded(payload, coding, _MOST_DECODED_BYTES)
        if found is None or not found[1]:
            self.body = "left-out"
            return b"", False
        # A cut body may hold more than was decoded, for whoever decodes it with more patience.
        if not self._cut and not self._secrets.are_in(found[0]) and not self._secrets.are_in(body):
            return body, True
        self.body = "decoded"
        return self._without(found[0]), False

    def _storable_plain(self, head: bytes, body: bytes, payload: bytes) -> tuple[bytes, bool]:
        clean, places = self._secrets.out_of(body)
        if self._secrets.are_in(_payload_of(head, clean)):
            # The border of two chunks cuts a secret.
            self.body = "decoded"
            return self._without(payload), False
        self._values += places
        self.body = "in-place" if places else ""
        return clean, True

    def _without(self, data: bytes) -> bytes:
        clean, places = self._secrets.out_of(data)
        self._values += places
        return clean

    @property
    def told(self) -> str:
        """One line for the record's header, "" if nothing was taken out."""
        parts = [f"{name}={count}" for name, count in sorted(self._fields.items())]
        parts += [f"values={self._values}"] if self._values else []
        parts += [f"body={self.body}"] if self.body else []
        return "; ".join((f"rules={RULES}", *parts)) if parts else ""

    def add_to(self, taken: Taken) -> None:
        """Add it up."""
        taken.fields.update(self._fields)
        taken.values += self._values
        taken.records += bool(self.told)
        taken.decoded += self.body == "decoded"
        taken.dropped += self.body == "left-out"


def _with_length(head: bytes, length: int) -> bytes:
    """The head of a body that is stored as it is: no coding, no chunks, this length."""
    bare = _BLANK_LINE.sub(b"", _FRAMING.sub(b"", head))
    return bare + b"Content-Length: %d\r\n\r\n" % length

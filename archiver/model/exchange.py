"""What really went over the wire: one request and what came back, as the tap saw it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import BinaryIO

from archiver.model.digests import Digest
from archiver.model.states import Backend

__all__ = ["FAILURE_HEADER", "NOTE_HEADER", "Exchange", "Failure", "Truncation"]

#: On a 502 of the tap's own: the `Failure`, and a sentence. A site's headers of these names
#: never reach a client of the tap, so that no site can speak in the tap's voice.
FAILURE_HEADER = "archiver-failure"
NOTE_HEADER = "archiver-note"


class Failure(StrEnum):
    """Why a request has no whole response. REFUSED, HELD_BACK and DISALLOWED mean that nothing was sent."""

    REFUSED = "refused"
    #: Out of politeness: its host asked for more time, or has failed too often of late.
    HELD_BACK = "held_back"
    #: The site's robots.txt does not want it, or could not be read for now.
    DISALLOWED = "disallowed"
    #: The look-up failed; whether the name exists is not known.
    NAME_NOT_RESOLVED = "name_not_resolved"
    #: The name system answered: the name does not exist, or has no address.
    NO_SUCH_NAME = "no_such_name"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    TLS = "tls"
    TIMED_OUT = "timed_out"
    PROTOCOL = "protocol"
    #: The browser (or requests) went away before the answer was whole.
    ABANDONED = "abandoned"


class Truncation(StrEnum):
    """`WARC-Truncated` (ISO 28500 §5.13): why a stored body is not whole."""

    LENGTH = "length"
    TIME = "time"
    DISCONNECT = "disconnect"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response, in wire bytes.

    `request` is the head and body as sent upstream, with the values of `Cookie`,
    `Authorization` and `Proxy-Authorization` replaced (their names are in `redacted`).
    `response` holds head and body exactly as received (content- and transfer-encoded),
    positioned anywhere; its owner closes it; None if no head arrived. `payload_digest`
    and `payload_bytes` are those of the transfer-decoded body, as ISO 28500 asks.
    `certificates` are the SHA-256 of the upstream's chain, leaf first. `withheld` are the
    replaced values themselves, never to be written anywhere: who redacts a logged-in capture
    must know what to look for. `request_redaction` and `response_redaction` say what was
    taken out of one since, "" if it is as it was sent.
    """

    uri: str
    method: str
    started_at: datetime
    elapsed_ms: int
    request: bytes
    response: BinaryIO | None = None
    response_bytes: int = 0
    status: int | None = None
    media_type: str | None = None
    payload_digest: Digest | None = None
    payload_bytes: int = 0
    ip: str | None = None
    protocols: tuple[str, ...] = ()
    certificates: tuple[Digest, ...] = ()
    redacted: tuple[str, ...] = ()
    truncated: Truncation | None = None
    failure: Failure | None = None
    note: str = ""
    withheld: tuple[bytes, ...] = field(default=(), repr=False)
    request_redaction: str = ""
    response_redaction: str = ""
    #: Who recorded it. What CDP tells is decoded, and put into HTTP/1.1 form again.
    backend: Backend = Backend.TAP

    @property
    def broken_off(self) -> bool:
        """Whether the site ended a good answer before its declared end; what the client or a limit ended is none."""
        good = self.method == "GET" and self.status is not None and self.status < HTTPStatus.BAD_REQUEST
        cut = self.truncated in (Truncation.DISCONNECT, Truncation.UNSPECIFIED)
        return good and cut and self.failure is not Failure.ABANDONED

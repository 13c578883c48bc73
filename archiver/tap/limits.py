"""What one exchange, and all that goes through one lane, may cost."""

from dataclasses import dataclass

__all__ = ["Limits"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the tap; sizes are of bytes on the wire, before any decompression.

    A response over `response_bytes` is cut (`length`), one that takes longer than
    `response_s` in all, or pauses longer than `idle_s`, is cut too (`time`).
    `request_bytes` bounds a request's body, and what a client sends on one WebSocket.
    `connect_s` covers name, connection and TLS. After its client went away a response
    may go on for `finish_s` and `finish_bytes`, so that what the site sent is whole.
    `lane_bytes` and `lane_exchanges` bound what is held between two drains.
    """

    response_bytes: int = 100 * _MIB
    response_s: float = 60.0
    idle_s: float = 30.0
    connect_s: float = 15.0
    request_bytes: int = 8 * _MIB
    head_bytes: int = 256 * 1024
    finish_s: float = 1.5
    finish_bytes: int = 2 * _MIB
    lane_bytes: int = 512 * _MIB
    lane_exchanges: int = 10_000
    #: Up to here a response stays in memory, above it lies in an unnamed temporary file.
    spool_bytes: int = 512 * 1024
    #: How long an idle upstream connection is kept; servers commonly close after 5 s or more.
    keep_s: float = 10.0
    names_s: float = 60.0

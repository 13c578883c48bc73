"""Bytes of media: off the wire where the page loaded them already, else asked for once, within bounds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from archiver.fetch.client import Client
from archiver.fetch.recorded import fetched_from_wire
from archiver.model.exchange import Exchange
from archiver.model.fetched import Fetched
from archiver.model.urls import canonical_url

__all__ = ["Bodies", "Body", "Lack"]

_HTTP_OK, _PARTIAL_CONTENT = 200, 206
_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"moof", b"styp", b"sidx", b"free", b"skip", b"wide", b"uuid"))
_LONG_BOX, _OPEN_BOX, _LONG_HEAD = 1, 0, 16


class Lack(Enum):
    """Why bytes are not there, or not all."""

    #: The site gave less than it declared.
    CUT = auto()
    #: We ended it: too large, too many, too late.
    BOUND = auto()
    #: Nothing came, or an error.
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Body:
    """One resource whole, or empty with what it lacks, and why in words."""

    data: bytes = b""
    media_type: str = ""
    url: str = ""
    lack: Lack | None = None
    why: str = ""


class Bodies:
    """The media bytes of one post. `most_bytes` bounds what is asked for, all together.

    What was got through here is given again, not asked for twice, if `keep` was said.
    """

    def __init__(
        self, exchanges: Sequence[Exchange], *, client: Client, may_ask: Callable[[], bool], most_bytes: int
    ) -> None:
        self._client, self._may_ask, self._left_bytes = client, may_ask, most_bytes
        self._passed: dict[str, list[Exchange]] = {}
        self._kept: dict[str, Body] = {}
        for exchange in exchanges:
            if exchange.method == "GET" and (url := canonical_url(exchange.uri)):
                self._passed.setdefault(url, []).append(exchange)

    def get(self, url: str, *, keep: bool = False) -> Body:
        """The resource at `url`; the world's failures are values."""
        known = self._kept.get(url)
        body = known or self._on_the_wire(url) or self._asked(url)
        if keep:
            self._kept[url] = body
        return body

    def _on_the_wire(self, url: str) -> Body | None:
        """What the page got; None if it did not ask, or left before all of it came."""
        passed = self._passed.get(canonical_url(url) or "", [])
        for exchange in passed:
            fetched = fetched_from_wire(exchange)
            if fetched and fetched.body and _is_all(fetched):
                return _checked(fetched)
        return Body(lack=Lack.CUT, why="cut short") if any(exchange.broken_off for exchange in passed) else None

    def _asked(self, url: str) -> Body:
        if not self._may_ask():
            return Body(lack=Lack.BOUND, why="no time was left")
        if self._left_bytes <= 0:
            return Body(lack=Lack.BOUND, why="larger than is kept of one post")
        fetched = self._client.get(url)
        self._left_bytes -= len(fetched.body)
        if fetched.status != _HTTP_OK:
            why = f"HTTP {fetched.status}" if fetched.status else str(fetched.failure or "no answer")
            return Body(lack=Lack.NOTHING, why=why)
        if fetched.failure:
            return Body(lack=Lack.CUT, why="cut short")
        if fetched.notes:
            return Body(lack=Lack.BOUND, why=", ".join(fetched.notes))
        return _checked(fetched) if fetched.body else Body(lack=Lack.NOTHING, why="empty")


def _is_all(fetched: Fetched) -> bool:
    """Whether an answer holds the whole of it: players ask for "all from byte 0 on", and get it as a part."""
    if fetched.status != _PARTIAL_CONTENT:
        return fetched.status == _HTTP_OK
    part = re.fullmatch(r"bytes 0-(\d+)/(\d+)", dict(fetched.headers).get("content-range", ""))
    return part is not None and int(part[1]) + 1 == int(part[2]) == len(fetched.body)


def _checked(fetched: Fetched) -> Body:
    missing = _missing_bytes(fetched.body)
    if missing:
        return Body(lack=Lack.CUT, why=f"it declares {missing} bytes more than came")
    return Body(fetched.body, fetched.media_type or "", fetched.final_url)


def _missing_bytes(data: bytes) -> int:
    """How many bytes an MP4 file says that it has and has not: its boxes each begin with their length."""
    place, end = 0, len(data)
    while data[4:8] in _BOXES and place + 8 <= end and data[place + 4 : place + 8] in _BOXES:
        size = int.from_bytes(data[place : place + 4])
        if size == _LONG_BOX:
            size = int.from_bytes(data[place + 8 : place + 16])
        if size == _OPEN_BOX or size < 8:  # noqa: PLR2004  # the head of a box
            return 0
        place += size
    return max(0, place - end)

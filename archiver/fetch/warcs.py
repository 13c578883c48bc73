"""Other people's WARC files, read leniently and in constant memory.

Our own evidence is read by `store/`, strictly, because there every deviation is a finding.
Here a file may be of any version, compressed as it likes, cut short or damaged in the
middle: what is whole is read, what is not is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.fetch.items import Unreadable
from archiver.fetch.streams import CutShort, Stream

__all__ = ["Record", "read_records"]

_VERSION = re.compile(rb"WARC/\d{1,3}\.\d{1,3}\s*")
_LINE_BYTES = 1 << 16
_HEADER_BYTES = 1 << 20
#: After so many broken places a file is given up; so it is after so many bytes without a record.
_MOST_DAMAGES = 1_000
_LOST_BYTES = 1 << 30
_LEAST_BYTES = 16


@dataclass(slots=True)
class Record:
    """The head of a record; its block is read from `stream`, at most `left` bytes, or not at all."""

    fields: dict[str, str]
    stream: Stream
    left: int

    @property
    def kind(self) -> str:
        """`response`, `request`, …"""
        return self.fields.get("warc-type", "").lower()

    @property
    def uri(self) -> str:
        """The address; old writers put it into angle brackets."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    def read(self, count: int) -> bytes:
        """The next bytes of the block. Raises CutShort if the file ends inside it."""
        data = self.stream.read(min(count, self.left))
        if len(data) < min(count, self.left):
            raise CutShort("ends inside a record")
        self.left -= len(data)
        return data

    def pass_over(self) -> None:
        """Leaves the rest of the block unread. Raises CutShort as `read` does."""
        if self.stream.skip(self.left) < self.left:
            raise CutShort("ends inside a record")
        self.left = 0


def read_records(stream: Stream, name: str) -> Iterator[Record | Unreadable]:
    """Every record, each to be used before the next is asked for.

    Damage gives one Unreadable, and reading goes on with the next record that can be found.
    """
    damages, whole = 0, True
    while damages < _MOST_DAMAGES:
        try:
            record = _next_record(stream, whole=whole)
            if record is None:
                return
            if isinstance(record, str):
                whole, damages = False, damages + 1
                yield Unreadable(f"{name} {record}; reading went on behind it")
                continue
            whole = True
            yield record
            record.pass_over()
        except CutShort as error:
            damages += 1
            why = str(error).removeprefix(f"{name} ")
            goes_on = stream.recovered()
            whole = not goes_on
            yield Unreadable(f"{name} {why}" + ("; reading went on behind it" if goes_on else ""))
            if not goes_on:
                return
    yield Unreadable(f"{name} is broken in more than {_MOST_DAMAGES} places and was given up")


def _next_record(stream: Stream, *, whole: bool) -> Record | str | None:
    """The next record, None at the end; in words what stands there instead of one.

    If the last one was not `whole`, all up to the next beginning of a record is passed over.
    """
    if not whole and not (_VERSION.match(stream.peek(_LEAST_BYTES)) or _find_record(stream)):
        return None
    while line := stream.read_line(_LINE_BYTES):
        if _VERSION.fullmatch(line):
            return _record(stream)
        if line.strip():
            return "holds something that is no WARC record"
    return None


def _find_record(stream: Stream) -> bool:
    """Passes to what looks like the beginning of a record, which begins a line."""
    return stream.skip_to(b"\nWARC/", _LOST_BYTES) and bool(stream.read(1))


def _record(stream: Stream) -> Record | str:
    fields: dict[str, str] = {}
    last, size = "", 0
    while (line := stream.read_line(_LINE_BYTES)).strip() or not line:
        if not line.endswith(b"\n") and len(line) < _LINE_BYTES:
            raise CutShort("ends inside a record")
        size += len(line)
        if size > _HEADER_BYTES or not line.endswith(b"\n"):
            return "holds a record whose head does not end"
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[0] in " \t" and last:
            fields[last] += " " + text.strip()
            continue
        key, _, value = text.partition(":")
        last = key.strip().lower()
        fields.setdefault(last, value.strip())
    length = fields.get("content-length", "")
    if not (length.isascii() and length.isdecimal() and len(length) < 19):  # noqa: PLR2004  # 64 bits
        return "holds a record without a length"
    return Record(fields, stream, int(length))

"""A run's journal: its beginning, its end, and what it saw that belongs to no capture."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from archiver.model.checks import ReplayCheck
from archiver.model.digests import Digest
from archiver.model.evidence import JournalLine
from archiver.model.overtime import (
    Alert,
    Candidate,
    Comparison,
    Event,
    OtherCopy,
    Poll,
    Rhythm,
    Search,
    Verification,
    Watch,
)
from archiver.model.records import Observation, RunEnded, RunStarted
from archiver.model.tombstones import Unreferenced
from archiver.store.canonical import object_line, read_canonical, read_object, storable
from archiver.store.files import append_durably, make_dirs, seal_file, sync_dir
from archiver.store.log import cut_half_line, read_lines

__all__ = ["Journal", "file_digest", "read_journal", "read_journal_line"]

_TYPES: dict[str, type[JournalLine]] = {
    "run-started": RunStarted,
    "observation": Observation,
    "unreferenced": Unreferenced,
    "replay-check": ReplayCheck,
    "watch": Watch,
    "poll": Poll,
    "comparison": Comparison,
    "event": Event,
    "alert": Alert,
    "copy": OtherCopy,
    "rhythm": Rhythm,
    "verification": Verification,
    "candidate": Candidate,
    "search": Search,
    "run-ended": RunEnded,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}


def file_digest(path: Path) -> Digest:
    """The SHA-256 of a whole file, in constant memory."""
    with path.open("rb", buffering=0) as file:
        return Digest("sha256", hashlib.file_digest(file, "sha256").hexdigest())


def read_journal_line(line: bytes) -> JournalLine:
    """The record in one line of a journal. Raises ValueError."""
    value = read_canonical(line)
    kind = _TYPES.get(value.get("type", "")) if isinstance(value, dict) else None
    if kind is None:
        raise ValueError("not a line of a run's journal")
    return read_object(kind, value, "type")


def read_journal(path: Path) -> Iterator[JournalLine]:
    """The whole lines of a journal in their order. Raises ValueError at one that does not fit."""
    return map(read_journal_line, read_lines(path))


class Journal:
    """A journal that is being written; every line is on the disk before `write` returns."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor

    @classmethod
    def begin(cls, path: Path, started: RunStarted) -> "Journal":
        """A new journal with its first line. Raises FileExistsError."""
        make_dirs(path.parent)
        journal = cls(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644))
        journal.write(started)
        sync_dir(path.parent)
        return journal

    @classmethod
    def resume(cls, path: Path) -> "Journal":
        """The journal that a killed run left behind, without a half-written last line."""
        # It may have been sealed already, and then only its entry in the log is missing.
        path.chmod(0o644)
        cut_half_line(path)
        return cls(path, os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))

    def write(self, *records: JournalLine) -> None:
        """Append lines, all of them with one sync."""
        append_durably(self._descriptor, b"".join(_line(record) + b"\n" for record in records))

    def seal(self) -> Digest:
        """Close it for good; the digest of the whole file."""
        os.close(self._descriptor)
        seal_file(self._path)
        return file_digest(self._path)


def _line(record: JournalLine) -> bytes:
    name = _NAMES[type(record)]
    try:
        return object_line(record, type=name)
    except ValueError:
        return object_line(storable(record), type=name)

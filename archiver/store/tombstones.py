"""Reading tombstones: what went, and what that means for whatever is left. The log decides which count."""

from bisect import bisect_right, insort
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archiver.model.digests import Digest, sha256
from archiver.model.records import Leaf, WarcRef
from archiver.model.tombstones import Redaction, Tombstone, Withdrawn
from archiver.store.canonical import object_line, read_canonical, read_object
from archiver.store.layout import FORMAT, LEAVES, capture_path, is_warc, tombstone_of, tombstone_run
from archiver.store.log import read_leaf, read_lines

__all__ = ["Withdrawals", "read_tombstone", "tombstone_bytes", "tombstone_leaves", "withdrawals"]

_TYPE = "tombstone"
#: How a leaf of a tombstone is told from the others before its line is parsed: JSON is canonical, so it has one form.
_MARK = b'"kind":"tombstone"'
Damaged = Callable[[str, str], None]


def tombstone_bytes(tombstone: Tombstone) -> bytes:
    """The bytes of a tombstone's file."""
    return object_line(tombstone, format=FORMAT, type=_TYPE)


def read_tombstone(root: Path, path: str, digest: Digest | None = None) -> Tombstone:
    """The tombstone at `path`. Raises ValueError if it can't be read, or has not that digest."""
    try:
        data = (root / path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    if digest is not None and sha256(data) != digest:
        raise ValueError(f"{path}: it is not the tombstone that the log names")
    value = read_canonical(data)
    if not isinstance(value, dict) or (value.get("format"), value.get("type")) != (FORMAT, _TYPE):
        raise ValueError(f"{path}: not a tombstone of the format {FORMAT!r}")
    tombstone = read_object(Tombstone, value, "format", "type")
    if tombstone_of(tombstone.id) != path or tombstone.run_id != tombstone_run(path):
        raise ValueError(f"{path}: it is the tombstone of {tombstone.run_id}")
    # What is removed in its name has these names: none may lead anywhere else.
    places = all(folder.path == capture_path(folder.id) for folder in tombstone.folders)
    if not places or not all(is_warc(redaction.file) for redaction in tombstone.warcs):
        raise ValueError(f"{path}: it names what is no folder or WARC file of this archive")
    return tombstone


def tombstone_leaves(root: Path) -> Iterator[Leaf]:
    """The log's entries of tombstones, in its order; quick where there are none. Raises ValueError."""
    for seq, line in enumerate(read_lines(root / LEAVES)):
        if _MARK in line:
            yield read_leaf(line, seq)


@dataclass(slots=True)
class Withdrawals:
    """What the log's tombstones say, each added in its order. Paths are relative to `snapshots/`."""

    #: By the path of the folder.
    folders: dict[str, tuple[Tombstone, Withdrawn]] = field(default_factory=dict)
    _redactions: dict[str, list[tuple[str, Redaction]]] = field(default_factory=dict)
    _gaps: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)

    def add(self, tombstone: Tombstone) -> None:
        """Take one more into account; it is newer than those before."""
        for folder in tombstone.folders:
            self.folders.setdefault(folder.path, (tombstone, folder))
        for redaction in tombstone.warcs:
            self._redactions.setdefault(redaction.file, []).append((tombstone.run_id, redaction))
            for gap in redaction.gaps:
                insort(self._gaps.setdefault(redaction.file, []), (gap.offset, gap.length, tombstone.id))

    def place(self, path: str) -> str:
        """Where the tombstone of a folder lies."""
        return tombstone_of(self.folders[path][0].id)

    def redaction(self, file: str) -> Redaction | None:
        """What the newest tombstone that names this WARC file says of it."""
        told = self._redactions.get(file)
        return told[-1][1] if told else None

    def digests(self, file: str, sealed: Sequence[Digest], *, open_runs: Container[str]) -> tuple[Digest | None, ...]:
        """The digests that a WARC file may have now (None: gone), `sealed` being those of its own leaf.

        More than one only while a run that takes something away is open.
        """
        states: list[Digest | None] = list(sealed)
        for run_id, redaction in self._redactions.get(file, ()):
            states = [*states, redaction.digest] if run_id in open_runs else [redaction.digest]
        return tuple(states)

    def gaps(self, file: str) -> list[tuple[int, int, str]]:
        """(offset, length, id of the tombstone) of each gap in a WARC file, in order."""
        return self._gaps.get(file, [])

    def in_gap(self, file: str, offset: int) -> bool:
        """Whether what lay there is gone."""
        gaps = self.gaps(file)
        number = bisect_right(gaps, offset, key=lambda gap: gap[0]) - 1
        return number >= 0 and offset < gaps[number][0] + gaps[number][1]

    def retained(self) -> Iterator[tuple[str, WarcRef]]:
        """(path of the withdrawn folder, record) of each record that still stays for others."""
        for path, (_tombstone, folder) in self.folders.items():
            yield from ((path, ref) for ref in folder.retained if not self.in_gap(ref.file, ref.offset))


def withdrawals(root: Path, damaged: Damaged | None = None) -> Withdrawals:
    """What the log's tombstones say. One that can't be read goes to `damaged`, and counts for nothing.

    Without `damaged` it raises ValueError.
    """
    found = Withdrawals()
    for leaf in tombstone_leaves(root):
        try:
            found.add(read_tombstone(root, leaf.path, leaf.digest))
        except ValueError as error:
            if damaged is None:
                raise
            damaged(leaf.path, str(error))
    return found

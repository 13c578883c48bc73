"""Reading evidence back: strict, in log order, without the catalog."""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from archiver.model.evidence import AnyEvidence
from archiver.model.records import ArticleVersion, Capture, Leaf
from archiver.store.canonical import read_canonical, read_object
from archiver.store.journal import read_journal
from archiver.store.layout import FORMAT, JOURNALS, RECORD, capture_path, is_journal
from archiver.store.log import read_leaves
from archiver.store.seal import Folder
from archiver.store.tombstones import Withdrawals, read_tombstone, withdrawals

__all__ = ["Damaged", "Stored", "open_journals", "read_evidence", "read_folder", "read_record"]

_KINDS: dict[str, type[Folder]] = {"capture": Capture, "article": ArticleVersion}

Damaged = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """One piece of evidence and where it lies.

    A folder or tombstone comes with its leaf; the lines of a journal come without one, and
    after them, as for a WARC file or a folder that was withdrawn, the bare leaf with no record.
    """

    record: AnyEvidence | None
    path: str
    leaf: Leaf | None = None


def read_record(data: bytes) -> Folder:
    """The record in the bytes of a `capture.json`. Raises ValueError."""
    value: Any = read_canonical(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ValueError(f"not a record of the format {FORMAT!r}")
    kind = _KINDS.get(value.get("type", ""))
    if kind is None:
        raise ValueError(f"unknown type of record: {value.get('type')!r}")
    return read_object(kind, value, "format", "type")


def read_folder(root: Path, path: str) -> Folder:
    """The record of an evidence folder, which must lie where its id says.

    Raises ValueError if it does not, or can't be read; nothing is checked against the
    manifest here, which is the audit's work.
    """
    try:
        record = read_record((root / path / RECORD).read_bytes())
    except OSError as error:
        raise ValueError(f"{path}/{RECORD}: {error.strerror}") from None
    if capture_path(record.id) != path:
        raise ValueError(f"{path}/{RECORD}: it is the record of {record.id}")
    return record


def open_journals(root: Path, sealed: Container[str]) -> Iterator[str]:
    """The journals that have no leaf: of the run in progress, or of a killed one."""
    for file in sorted((root / JOURNALS).glob("*/*/*/*.jsonl")):
        path = str(PurePosixPath(file.relative_to(root)))
        if path not in sealed and is_journal(path):
            yield path


def read_evidence(
    root: Path, *, known: Container[int] = frozenset(), damaged: Damaged | None = None
) -> Iterator[Stored]:
    """All evidence in log order, then the lines of journals that are still open.

    Leaves whose number is in `known` are passed over. What can't be read goes to `damaged`
    (path, reason) and is left out; without `damaged` it raises ValueError. Of a folder that
    a tombstone of the log names there is nothing to read, whether its bytes went already or not.
    """
    # A damaged tombstone is told once, in its place.
    gone = withdrawals(root, damaged and (lambda _path, _why: None))
    sealed = set()
    for leaf in read_leaves(root):
        sealed.add(leaf.path)
        if leaf.seq not in known:
            yield from _guarded(_sealed(root, leaf, gone), leaf.path, damaged)
    for path in open_journals(root, sealed):
        yield from _guarded(_journal(root, path), path, damaged)


def _sealed(root: Path, leaf: Leaf, gone: Withdrawals) -> Iterator[Stored]:
    if leaf.kind == "tombstone":
        yield Stored(read_tombstone(root, leaf.path, leaf.digest), leaf.path, leaf)
        return
    if leaf.kind in _KINDS and leaf.path not in gone.folders:
        yield Stored(read_folder(root, leaf.path), leaf.path, leaf)
        return
    if leaf.kind == "journal":
        yield from _journal(root, leaf.path)
    yield Stored(None, leaf.path, leaf)


def _journal(root: Path, path: str) -> Iterator[Stored]:
    for record in read_journal(root / path):
        yield Stored(record, path)


def _guarded(stored: Iterator[Stored], path: str, damaged: Damaged | None) -> Iterator[Stored]:
    try:
        yield from stored
    except ValueError as error:
        if damaged is None:
            raise
        damaged(path, str(error))

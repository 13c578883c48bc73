"""Build the catalog from the evidence: anew, or as far as it is behind."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archiver.catalog import Catalog, replace_catalog
from archiver.model.errors import HomeError
from archiver.store import Recovery, Store, Stored

__all__ = ["Indexed", "catch_up", "reindex"]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What came of it. `pieces` counts captures, article versions, journal lines and leaves.

    `damaged` is evidence that could not be read and so is not in the catalog, as pairs
    of path (relative to `snapshots/`) and reason; the audit says more. `counts` are those of
    the whole catalog, where it was built anew.
    """

    pieces: int
    damaged: tuple[tuple[str, str], ...]
    counts: dict[str, int] = field(default_factory=dict)


def reindex(*, store: Store, db_file: Path) -> Indexed:
    """Build the catalog anew from all evidence and put it in the place of `db_file`.

    1. Take the home's lock, and put right what a killed run left behind.
    2. Index all evidence into a new file beside the old one.
    3. Sync it, and give it the old one's name.

    The old file is not read, so it may be missing or broken; killed at any moment, this
    leaves the old one or the new one. Raises HomeLocked, HomeNotWritable, and HomeError
    for a log that can't be read.
    """
    with store.lock():
        store.recover()
        built = db_file.with_name(f"{db_file.name}.new")
        _remove(built)
        try:
            with Catalog.open(built, bulk=True) as catalog:
                indexed = _index(store, catalog, frozenset())
                # Counting a large catalog takes as long as a pass in which nothing is due: only who asks for it pays.
                indexed = replace(indexed, counts=catalog.counts())
            replace_catalog(built, db_file)
        finally:
            _remove(built)
    return indexed


def catch_up(store: Store, catalog: Catalog, recovery: Recovery | None = None) -> Indexed:  # noqa: ARG001  # says that recovery comes first
    """Index the evidence that was sealed and not indexed, because a run was killed between the two.

    Call it after `store.recover()`, under the lock. Nothing is written where nothing is
    missing. A tombstone that the catalog doesn't know yet takes rows away that others may
    share: then all rows are made anew, in one transaction.
    """
    known = catalog.known_leaves()
    with _log_errors():
        withdrawn = any(leaf.seq not in known for leaf in store.tombstone_leaves())
    return _rebuild(store, catalog) if withdrawn else _index(store, catalog, known)


def _rebuild(store: Store, catalog: Catalog) -> Indexed:
    damaged: list[tuple[str, str]] = []
    evidence = _evidence(store, frozenset(), damaged)
    pieces = catalog.rebuild((stored.record, stored.path, stored.leaf) for stored in evidence)
    return Indexed(pieces, tuple(damaged))


def _index(store: Store, catalog: Catalog, known: Container[int]) -> Indexed:
    damaged: list[tuple[str, str]] = []
    pieces = 0
    for stored in _evidence(store, known, damaged):
        if stored.record is not None:
            catalog.ingest(stored.record, path=stored.path, leaf=stored.leaf)
        elif stored.leaf is not None:
            catalog.ingest_leaf(stored.leaf)
        pieces += 1
    return Indexed(pieces, tuple(damaged))


def _evidence(store: Store, known: Container[int], damaged: list[tuple[str, str]]) -> Iterator[Stored]:
    found = store.read_evidence(known=known, damaged=lambda path, reason: damaged.append((path, reason)))
    while True:
        with _log_errors():
            stored = next(found, None)
        if stored is None:
            return
        yield stored


@contextmanager
def _log_errors() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise HomeError(
            f"the log can't be read: {error}", next_step="Run `archiver audit`, and put back a copy of the log."
        ) from None


def _remove(built: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".sha256"):
        built.with_name(built.name + suffix).unlink(missing_ok=True)

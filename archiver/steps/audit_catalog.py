"""The audit's look at the catalog: in itself, and against the evidence, both ways."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archiver.catalog import Catalog, digest_problem, dump, has_digest
from archiver.catalog.schema import TABLES
from archiver.model.errors import HomeLocked
from archiver.steps.findings import Finding
from archiver.steps.reindex import catch_up
from archiver.store import Store
from archiver.store.layout import LEAVES

__all__ = ["audit_catalog"]

#: How many leading columns are a table's key, where it is not the first alone.
_KEY_COLUMNS = {
    "alias": 2,
    "artefact": 2,
    "warc_record": 3,
    "mention": 2,
    "capture_reason": 2,
    "observation": 5,
    "replay_check": 3,
    "poll": 3,
    "comparison": 4,
    "alert": 3,
    "other_copy": 5,
    "rhythm": 2,
    "verdict": 4,
    "candidate": 3,
    "search": 5,
    "words": 4,
}
#: After this many rows of one table, more would not help anyone.
_MOST = 20
Rows = list[tuple[Any, ...]]


def audit_catalog(store: Store, db_file: Path, *, compare: bool) -> Iterator[Finding]:
    """Everything that is wrong with the catalog.

    1. It is there, and its bytes are those that its last writer left. 2. It is whole in
    itself. 3. What its rows point at is there. 4. (`compare`) A catalog built anew from the
    evidence has the same rows; dropped if a run began meanwhile.
    """
    place = f"db/{db_file.name}"
    if not db_file.exists():
        yield Finding("F501", place)
        return
    # Twice: a run that begins just now changes the file only after it took the digest away.
    problem = digest_problem(db_file) and digest_problem(db_file)
    if problem:
        # Which of the two was altered can't be told from them alone.
        yield Finding("F502", place, f"or {place}.sha256 was altered", found=problem)
    before = _log_size(store)
    try:
        with _opened(store, db_file, alone=compare) as catalog:
            yield from _audit_content(store, catalog, place, as_of=before if compare else None)
    except HomeLocked:
        raise
    except Exception as error:  # noqa: BLE001  # a damaged file makes SQLite and the codecs fail in any way
        yield Finding("F503", place, found=f"{type(error).__name__}: {error}")


@contextmanager
def _opened(store: Store, db_file: Path, *, alone: bool) -> Iterator[Catalog]:
    """The catalog, to be read; a copy of it where nobody writes, because readers leave files beside it.

    A writer that was killed, or whose disk was full, left a write-ahead log beside the
    file, and without it the file may be half of a state: it is copied too. It left no
    digest either, and perhaps entries of the log without their rows; the next run adds
    these, so the copy gets them before it is judged.
    """
    if not alone:
        with Catalog.open(db_file, readonly=True) as catalog:
            yield catalog
        return
    with tempfile.TemporaryDirectory(prefix="embed-archive-audit-") as folder:
        copy = Path(shutil.copyfile(db_file, Path(folder) / db_file.name))
        log = db_file.with_name(f"{db_file.name}-wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name(log.name))
        if not has_digest(db_file):
            with Catalog.open(copy) as catalog:
                catch_up(store, catalog)
        with Catalog.open(copy, readonly=True) as catalog:
            yield catalog


def _audit_content(store: Store, catalog: Catalog, place: str, *, as_of: int | None) -> Iterator[Finding]:
    """`as_of`: the log's size before the catalog was read, if its rows are to be compared."""
    problems = catalog.integrity_problems()
    yield from (Finding("F503", place, found=text) for text in problems)
    if problems:
        return
    yield from _audit_places(store.root, catalog, place)
    if as_of is not None:
        findings = list(_audit_rows(store, catalog, place))
        if not store.in_use() and _log_size(store) == as_of:
            yield from findings


def _audit_places(root: Path, catalog: Catalog, place: str) -> Iterator[Finding]:
    withdrawn = {row["folder_id"] for row in catalog.rows("tombstone")}
    for table in ("folder", "warc_file"):
        for row in catalog.rows(table):
            if row["id"] not in withdrawn and not (root / row["path"]).exists():
                yield Finding("F504", place, f"{table} {row['id']}", row["path"], "nothing there")


def _audit_rows(store: Store, catalog: Catalog, place: str) -> Iterator[Finding]:
    true = _rebuilt(store)
    if true is None:
        return
    live = dump(catalog)
    for table in (*TABLES, "words"):
        yield from _audit_table(table, live[table], true[table], place)


def _rebuilt(store: Store) -> dict[str, Rows] | None:
    """The rows that the evidence gives; None where some of it can't be read, which is told where it lies."""
    damaged: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="embed-archive-audit-") as folder,
        Catalog.open(Path(folder) / "archive.db", bulk=True) as built,
    ):
        evidence = store.read_evidence(damaged=lambda path, _why: damaged.append(path))
        built.rebuild((stored.record, stored.path, stored.leaf) for stored in evidence)
        return None if damaged else dump(built)


def _log_size(store: Store) -> int:
    log = store.root / LEAVES
    return log.stat().st_size if log.exists() else 0


def _audit_table(table: str, live: Rows, true: Rows, place: str) -> Iterator[Finding]:
    if live == true:
        return
    keyed, stated = _keyed(table, live), _keyed(table, true)
    told = 0
    for key in [*keyed, *(key for key in stated if key not in keyed)]:
        finding = _compare(key, keyed, stated, f"{table} {' '.join(map(str, key))}", place)
        if finding is None:
            continue
        told += 1
        if told > _MOST:
            yield Finding("F506", place, table, found="and more rows of this table")
            return
        yield finding


def _compare(
    key: tuple[Any, ...],
    live: Mapping[tuple[Any, ...], tuple[Any, ...]],
    true: Mapping[tuple[Any, ...], tuple[Any, ...]],
    row: str,
    place: str,
) -> Finding | None:
    if key not in true:
        return Finding("F504", place, row)
    if key not in live:
        return Finding("F505", place, row)
    if live[key] == true[key]:
        return None
    pairs = [(was, now) for was, now in zip(true[key], live[key], strict=True) if was != now]
    return Finding("F506", place, row, *(", ".join(str(pair[n])[:80] for pair in pairs) for n in (0, 1)))


def _keyed(table: str, rows: Rows) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {row[: _KEY_COLUMNS.get(table, 1)]: row for row in rows}

"""Is the catalog whole in itself? And the same catalog, row for row, as another?"""

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from archiver.catalog.derive import declared_at, standing_of
from archiver.catalog.migrations import check_schema
from archiver.catalog.reading import Reading
from archiver.catalog.schema import TABLES
from archiver.catalog.standing import Standing
from archiver.model.errors import CatalogDamaged

__all__ = ["dump", "problems_of"]

#: After this many of a kind, more would not help anyone.
_MOST = 100


def dump(catalog: Reading) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; `words` as (term, passage, column, place).

    Equal dumps are equal catalogs: what differs between a live catalog and a rebuilt one
    is only when the migrations ran. Takes memory for all of it.
    """
    tables = {table: sorted((tuple(row.values()) for row in catalog.rows(table)), key=_sortable) for table in TABLES}
    return {**tables, "words": sorted(catalog.word_places())}


def problems_of(db: Database) -> list[str]:
    """See `Catalog.integrity_problems`."""
    return [*_structure(db), *_schema(db), *_words(db), *_derived(db)]


def _structure(db: Database) -> Iterator[str]:
    for (line,) in db.execute(f"PRAGMA integrity_check({_MOST})").fetchall():
        if line != "ok":
            yield f"SQLite: {line}"
    for table, _rowid, parent, _index in db.execute("PRAGMA foreign_key_check").fetchmany(_MOST):
        yield f"a row of {table} points at no row of {parent}"


def _schema(db: Database) -> Iterator[str]:
    try:
        check_schema(db)
    except CatalogDamaged as error:
        yield str(error)


def _words(db: Database) -> Iterator[str]:
    missing = "SELECT id FROM passage WHERE id NOT IN (SELECT id FROM words_docsize)"
    extra = "SELECT id FROM words_docsize WHERE id NOT IN (SELECT id FROM passage)"
    for sql, text in ((missing, "is not in the full-text index"), (extra, "is in the full-text index only")):
        for (passage_id,) in db.execute(sql).fetchmany(_MOST):
            yield f"passage {passage_id} {text}"


def _derived(db: Database) -> Iterator[str]:
    stale = """SELECT resource_id FROM article_version EXCEPT SELECT resource_id FROM article
               UNION ALL SELECT * FROM (
                 SELECT resource_id FROM observation EXCEPT SELECT resource_id FROM availability)"""
    for (resource_id,) in db.execute(stale).fetchmany(_MOST):
        yield f"resource {resource_id} lacks a derived row"
    rows = "SELECT resource_id, state, since_at, seen_at, checked_at, last_live_at, declared_at FROM availability"
    for resource_id, *row in db.execute(rows).fetchall():
        now = standing_of(db, resource_id)
        if now is None or row != [*_columns(now), declared_at(db, resource_id)]:
            yield f"resource {resource_id}: its availability is not what its observations say"


def _columns(now: Standing) -> list[str | None]:
    return [now.state.value, now.since_at, now.seen_at, now.checked_at, now.last_live_at]


def _sortable(row: tuple[Any, ...]) -> tuple[tuple[str, Any], ...]:
    # None compares with nothing, so it is set apart by its type's name.
    return tuple((type(value).__name__, 0 if value is None else value) for value in row)

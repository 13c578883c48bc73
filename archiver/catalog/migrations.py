"""How a catalog file comes to the schema that this program knows, and no further.

Each migration is one transaction. A migration that has been released is never edited: a
new state or column is a new migration, or the catalog is built anew from the evidence.
"""

from types import MappingProxyType

from sqlite_utils import Database, Migrations

from archiver.catalog.connection import connect_memory
from archiver.catalog.schema import first_schema
from archiver.catalog.schema_overtime import overtime_schema
from archiver.catalog.schema_verdicts import search_schema, verdict_schema
from archiver.catalog.vocabulary import leaf_schema, reason_schema
from archiver.model.errors import CatalogDamaged, HomeTooNew

__all__ = ["check_schema", "migrate", "needs_migration", "refuse_newer", "schema_sql"]

_SET = "embed-archive"
_HEADER = "-- Generated: the schema of db/archive.db. The contract is in README.md beside this file.\n\n"


def _first(db: Database) -> None:
    for statement in first_schema():
        db.execute(statement)


def _section(db: Database) -> None:
    for table in ("article_version", "article"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN section TEXT")


def _overtime(db: Database) -> None:
    for statement in overtime_schema():
        db.execute(statement)


def _verdicts(db: Database) -> None:
    for statement in verdict_schema():
        db.execute(statement)


def _search(db: Database) -> None:
    for statement in search_schema():
        db.execute(statement)


def _key_leaves(db: Database) -> None:
    """Leaves may be of the kind `key` too."""
    _allow_more(db, "leaf", leaf_schema())


def _missing_media(db: Database) -> None:
    """A capture may be less than complete for media that did not come."""
    _allow_more(db, "capture_reason", reason_schema())


def _allow_more(db: Database, table: str, schema: str) -> None:
    """Give a table its schema of now, in which nothing but a CHECK differs, and that allows more.

    A table can't be made anew while others refer to it; a CHECK that allows more is changed in place, as
    SQLite's manual has it (ALTER TABLE, section 8: no row on the disk has another form after it).
    """
    version = db.execute("PRAGMA schema_version").fetchone()[0]
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", [schema, table])
    db.execute(f"PRAGMA schema_version = {version + 1}")
    db.execute("PRAGMA writable_schema = OFF")


#: In the order of their making; the name is what the file remembers.
_STEPS = MappingProxyType(
    {
        "0001_first": _first,
        "0002_article_section": _section,
        "0003_overtime": _overtime,
        "0004_verdicts": _verdicts,
        "0005_search": _search,
        "0006_key_leaves": _key_leaves,
        "0007_missing_media": _missing_media,
    }
)


def migrate(db: Database) -> None:
    """Bring an opened database (empty or older) to the schema of this program. Writes.

    Raises HomeTooNew for a database that a newer program wrote, CatalogDamaged for one
    whose tables are not what its migrations made.
    """
    refuse_newer(db)
    _migrations().apply(db)
    check_schema(db)


def needs_migration(db: Database) -> bool:
    """Whether `migrate` would change anything. Does not write."""
    return bool(_migrations().pending(db))


def refuse_newer(db: Database) -> None:
    """Raises HomeTooNew if migrations were applied that this program doesn't know."""
    unknown = sorted({migration.name for migration in _migrations().applied(db)} - _STEPS.keys())
    if unknown:
        raise HomeTooNew(f"the catalog has a newer schema ({', '.join(unknown)})")


def check_schema(db: Database) -> None:
    """Raises CatalogDamaged if tables or indices differ from what the migrations make."""
    expected, found = _expected(), _statements(db)
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if wrong:
        raise CatalogDamaged(f"the catalog's schema is not this program's: {', '.join(wrong)}")


def schema_sql() -> str:
    """The text of `db/schema.sql`: what all migrations make, in the order of their making."""
    return _HEADER + ";\n\n".join(_expected().values()) + ";\n"


def _migrations() -> Migrations:
    migrations = Migrations(_SET)
    for name, step in _STEPS.items():
        migrations(name=name)(step)
    return migrations


def _expected() -> dict[str, str]:
    with connect_memory() as db:
        _migrations().apply(db)
        return _statements(db)


def _statements(db: Database) -> dict[str, str]:
    """Our own objects by name: not SQLite's, not the shadow tables of the full-text index."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    return {name: sql for name, sql in rows if not name.startswith(("words_", "_sqlite_", "sqlite_", "idx__sqlite_"))}

"""One row in: harmless when it is there already."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

__all__ = ["insert", "insert_all", "text_of"]


def insert(
    db: Database, table: str, values: Mapping[str, Any], *, replace_where: tuple[str, str] | None = None
) -> bool:
    """Insert a row unless its key is there; True if a row was written.

    `replace_where` names the key's columns and a condition (on `excluded` and the table)
    under which the new row takes the old one's place. Table and column names come from
    this package, never from data; values are bound.
    """
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT"  # noqa: S608  # names are ours
    if replace_where is None:
        sql += " DO NOTHING"
    else:
        key, condition = replace_where
        assignments = ", ".join(f"{column} = excluded.{column}" for column in values)
        sql += f" ({key}) DO UPDATE SET {assignments} WHERE {condition}"
    return db.execute(sql, [text_of(value) for value in values.values()]).rowcount > 0


def insert_all(db: Database, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """As `insert`, for many rows with the same columns."""
    if rows:
        columns, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  # names are ours
        db.conn.executemany(sql, [[text_of(value) for value in row.values()] for row in rows])


def text_of(value: Any) -> Any:
    """`value` as SQLite can hold it: half of a surrogate pair, which JSON may bring, is `?`."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value

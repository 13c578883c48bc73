"""The tables' closed vocabularies, and the tables whose vocabulary grew after their first schema."""

from collections.abc import Iterable

from archiver.model.states import Reason

__all__ = ["FIRST_LEAF_KINDS", "FIRST_REASONS", "leaf_schema", "one_of", "reason_schema"]

FIRST_LEAF_KINDS = ("capture", "article", "warc", "journal", "tombstone")
FIRST_REASONS = tuple(word for word in Reason if word is not Reason.MEDIA_MISSING)


def one_of(column: str, words: Iterable[str]) -> str:
    """A column with its closed vocabulary."""
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} TEXT CHECK ({column} IN ({listed}))"


def leaf_schema(*, known: Iterable[str] = (*FIRST_LEAF_KINDS, "key")) -> str:
    """The table of leaves; as it is now, the log names the archive's keys too."""
    return f"""CREATE TABLE leaf (
  -- The append-only log: something was sealed, and this is its digest.
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  {one_of("kind", known)} NOT NULL,
  path TEXT NOT NULL,                 -- relative to snapshots/
  digest TEXT NOT NULL
) STRICT"""


def reason_schema(*, known: Iterable[str] = Reason) -> str:
    """The table of reasons; as it is now, media that did not come are one."""
    return f"""CREATE TABLE capture_reason (
  -- Why a capture is not complete.
  capture_id TEXT NOT NULL REFERENCES capture (id),
  ordinal INTEGER NOT NULL,
  {one_of("reason", known)} NOT NULL,
  PRIMARY KEY (capture_id, ordinal)
) STRICT, WITHOUT ROWID"""

"""The questions that the catalog answers. Nothing here writes."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archiver.catalog.connection import translated
from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.schema import TABLES
from archiver.catalog.stored import StoredCapture, StoredVersion
from archiver.catalog.unpack import unpack_capture, unpack_version, unpack_warc_ref
from archiver.model.digests import Digest
from archiver.model.records import WarcRef
from archiver.model.states import Group, Outcome

__all__ = ["Reading"]

_BATCH = 500


def _file(role: str, table: str) -> str:
    """The first file of a folder that plays a part, as a column of that name."""
    return f"""(SELECT path FROM artefact WHERE folder_id = {table}.id AND role = '{role}' ORDER BY path LIMIT 1)
    AS {role}"""  # noqa: S608  # our own words


_CAPTURES = f"""
SELECT capture.*, folder.kind, folder.path, leaf.digest AS manifest, resource.key, resource.uri AS resource_uri,
  resource.platform, resource.post_id, availability.state,
  {_file("screenshot", "capture")}, {_file("cleaned", "capture")}, {_file("marks", "capture")},
  (SELECT group_concat(reason) FROM (SELECT reason FROM capture_reason WHERE capture_id = capture.id ORDER BY ordinal))
    AS reasons
FROM capture JOIN folder USING (id) JOIN resource ON resource.id = capture.resource_id
  LEFT JOIN leaf ON leaf.seq = folder.leaf_seq LEFT JOIN availability ON availability.resource_id = resource.id
"""  # noqa: S608  # our own words
_VERSIONS = f"""
SELECT article_version.*, folder.path, leaf.digest AS manifest, resource.key, resource.uri AS resource_uri,
  {_file("screenshot", "article_version")}, {_file("marks", "article_version")},
  resource.platform, resource.post_id, availability.state
FROM article_version JOIN folder USING (id) JOIN resource ON resource.id = article_version.resource_id
  LEFT JOIN leaf ON leaf.seq = folder.leaf_seq LEFT JOIN availability ON availability.resource_id = resource.id
"""  # noqa: S608  # our own words
# Without an instant every distance is NULL, so all are equally near.
# The rows are chosen before they are joined. Without an instant every distance is NULL, so
# all are equally near.
_CAPTURES_OF = """
WHERE capture.id IN (
  SELECT id FROM capture WHERE resource_id IN (SELECT value FROM json_each(?1))
  ORDER BY abs(julianday(started_at) - julianday(?2)), started_at DESC, id DESC LIMIT ?3)
ORDER BY abs(julianday(started_at) - julianday(?2)), started_at DESC, capture.id DESC
"""
_VERSIONS_OF = """
WHERE article_version.id IN (
  SELECT id FROM article_version WHERE resource_id IN (SELECT value FROM json_each(?1))
  ORDER BY abs(julianday(fetched_at) - julianday(?2)), fetched_at DESC, id DESC LIMIT ?3)
ORDER BY abs(julianday(fetched_at) - julianday(?2)), fetched_at DESC, article_version.id DESC
"""


class Reading:
    """An opened catalog, as far as it is read. Safe for several threads."""

    def __init__(self, db: Database, db_file: Path | None) -> None:
        self._db, self._file = db, db_file
        self._lock = threading.RLock()

    # --- what the steps ask ---------------------------------------------------------------

    def fresh_capture(
        self, resource_key: str, *, now: datetime, complete_s: float, conclusive_s: float, article: str | None = None
    ) -> str | None:
        """The path of the latest capture that need not be repeated yet, or None.

        A COMPLETE capture is fresh for `complete_s` seconds. One that learnt something
        else for sure (gone, restricted, or live but only in part) is for `conclusive_s`.
        One that learnt nothing of the resource never is, and neither is one that failed
        on a live resource. Captures under an alias of the resource count. With `article` only
        those do that are of the page of this state of an article.
        """
        for capture in self.captures_of(resource_key):
            if article is not None and capture.article != article:
                continue
            # A clock that was wrong may have dated a capture into the future: not fresh for ever.
            age = abs(now - capture.ended_at)
            if capture.outcome is Outcome.COMPLETE:
                fresh = age <= timedelta(seconds=complete_s)
            elif capture.outcome is Outcome.FAILED and capture.availability.group is Group.LIVE:
                fresh = False
            else:
                fresh = capture.availability.conclusive and age <= timedelta(seconds=conclusive_s)
            if fresh:
                return capture.path
        return None

    def latest_article_version(self, resource_key: str) -> StoredVersion | None:
        """The latest version of an article of which bytes were received."""
        found = self._versions(
            """WHERE article_version.resource_id = ? AND source_digest IS NOT NULL
               ORDER BY fetched_at DESC, id DESC LIMIT 1""",
            [key63(resource_key)],
        )
        return found[0] if found else None

    def article_version_at(self, resource_key: str, fetched_at: datetime, digest: Digest) -> StoredVersion | None:
        """The version of an article that was fetched at that instant with these bytes."""
        found = self._versions(
            "WHERE article_version.resource_id = ? AND fetched_at = ? AND source_digest = ? LIMIT 1",
            [key63(resource_key), sortable_at(fetched_at), str(digest)],
        )
        return found[0] if found else None

    def known_payload(self, digest: Digest) -> WarcRef | None:
        """The earliest stored response with this payload: what a revisit record refers to."""
        rows = self._all(
            """SELECT warc_record.*, warc_file.path FROM warc_record JOIN warc_file ON warc_file.id = file_id
               WHERE payload_digest = ? AND record_type = 'response' ORDER BY at, path, offset LIMIT 1""",
            [str(digest)],
        )
        return unpack_warc_ref(rows[0]) if rows else None

    def has_folder(self, identifier: str) -> bool:
        """Whether an evidence folder of this name is indexed."""
        return bool(self._all("SELECT 1 FROM folder WHERE id = ?", [identifier]))

    # --- stored copies -------------------------------------------------------------------------

    def leads_to(self, ids: Iterable[int]) -> list[int]:
        """`ids`, and what they are aliases of."""
        wanted = list(dict.fromkeys(ids))
        rows = self._all(
            "SELECT resource_id FROM alias WHERE alias_id IN (SELECT value FROM json_each(?))", [json.dumps(wanted)]
        )
        return list(dict.fromkeys([*wanted, *(row["resource_id"] for row in rows)]))

    def captures_of(self, resource_key: str) -> list[StoredCapture]:
        """All captures of a resource and of what it is an alias of, newest first."""
        return self.captures(self.leads_to([key63(resource_key)]))

    def captures(
        self, resource_ids: Iterable[int], *, nearest_to: datetime | None = None, limit: int | None = None
    ) -> list[StoredCapture]:
        """Captures of these resources, newest first, or nearest first to an instant."""
        rows = self._all(f"{_CAPTURES} {_CAPTURES_OF}", _listing(resource_ids, nearest_to, limit))
        return [unpack_capture(row) for row in rows]

    def page_of(self, version_id: str) -> StoredCapture | None:
        """The latest capture of the page of this state of an article, a complete one before others."""
        rows = self._all(
            f"""{_CAPTURES} WHERE article_id = ?
               ORDER BY outcome = 'complete' DESC, started_at DESC, capture.id DESC LIMIT 1""",
            [version_id],
        )
        return unpack_capture(rows[0]) if rows else None

    def capture(self, identifier: str) -> StoredCapture | None:
        """The capture of this id."""
        rows = self._all(f"{_CAPTURES} WHERE capture.id = ?", [identifier])
        return unpack_capture(rows[0]) if rows else None

    def article_version(self, identifier: str) -> StoredVersion | None:
        """The article version of this id."""
        found = self._versions("WHERE article_version.id = ?", [identifier])
        return found[0] if found else None

    def article_versions(
        self, resource_ids: Iterable[int], *, nearest_to: datetime | None = None, limit: int | None = None
    ) -> list[StoredVersion]:
        """Versions of these articles, newest first, or nearest first to an instant."""
        return self._versions(_VERSIONS_OF, _listing(resource_ids, nearest_to, limit))

    # --- what audit and a status line ask -----------------------------------------------------

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Every row of one of `schema.TABLES`, in the order of its key. Reads as it goes."""
        if table not in TABLES:
            raise ValueError(f"no table of the catalog: {table!r}")
        with translated(self._file), self._lock:
            cursor = self._db.execute(f"SELECT * FROM {table}")  # noqa: S608  # one of our own names
        names = [column[0] for column in cursor.description]
        while batch := self._fetch(cursor):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    def word_places(self) -> list[tuple[str, int, str, int]]:
        """The whole full-text index: term, passage, column and place of every word."""
        with translated(self._file), self._lock:
            # A reader is asked not to write, and SQLite counts its own scratch as writing.
            (asked,) = self._db.execute("PRAGMA query_only").fetchone()
            self._db.execute("PRAGMA query_only = OFF")
            self._db.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_place USING fts5vocab(main, words, instance)"
            )
            self._db.execute(f"PRAGMA query_only = {asked}")
            return self._db.execute("SELECT term, doc, col, offset FROM temp.word_place").fetchall()

    def known_leaves(self) -> set[int]:
        """The numbers of all entries of the log whose evidence is indexed.

        The journal of a run that has no end here is not: a crash came between the two.
        """
        rows = self._all(
            """SELECT seq FROM leaf
               WHERE path NOT IN (SELECT path FROM run WHERE ended_at IS NULL AND path IS NOT NULL)"""
        )
        return {row["seq"] for row in rows}

    def counts(self) -> dict[str, int]:
        """Numbers for a status line: articles, mentions, captures by outcome, resources by state."""
        rows = self._all(
            """SELECT 'articles' AS name, count(*) AS n FROM article
               UNION ALL SELECT 'article_versions', count(*) FROM article_version
               UNION ALL SELECT 'mentions', count(*) FROM mention
               UNION ALL SELECT 'resources', count(*) FROM resource
               UNION ALL SELECT 'captures', count(*) FROM capture
               UNION ALL SELECT outcome, count(*) FROM capture GROUP BY outcome
               UNION ALL SELECT 'now_' || state, count(*) FROM availability GROUP BY state"""
        )
        return {row["name"]: row["n"] for row in rows}

    def _fetch(self, cursor: Any) -> list[tuple[Any, ...]]:
        with translated(self._file), self._lock:
            batch: list[tuple[Any, ...]] = cursor.fetchmany(_BATCH)
            return batch

    def _all(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with translated(self._file), self._lock:
            cursor = self._db.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _versions(self, where: str, parameters: Sequence[Any]) -> list[StoredVersion]:
        return [unpack_version(row) for row in self._all(f"{_VERSIONS} {where}", parameters)]


def _listing(resource_ids: Iterable[int], nearest_to: datetime | None, limit: int | None) -> list[Any]:
    at = sortable_at(nearest_to) if nearest_to else None
    return [json.dumps(list(resource_ids)), at, -1 if limit is None else limit]

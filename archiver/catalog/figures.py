"""The questions of a report: where all that is cited stands, what happened to it, and what is kept of it.

Whatever may be large is read as a stream, in the order of a key, so that a million resources need no room.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from archiver.catalog.connection import translated
from archiver.catalog.figured import Change, Cited, CitedArticle, Copy, Looked, Subject
from archiver.catalog.reading import Reading
from archiver.model.overtime import EventKind
from archiver.model.states import Availability, Group

__all__ = ["Figures"]

_BATCH = 500


def _words(*groups: Group) -> str:
    return ", ".join(f"'{state}'" for state in Availability if state.group in groups)


_LIVE, _GONE, _UNKNOWN = _words(Group.LIVE), _words(Group.GONE), _words(Group.UNKNOWN)
# A copy shows the resource itself: a complete one, or a partial one of something that was live.
_SHOWS_IT = f"(outcome = 'complete' OR (outcome = 'partial' AND availability IN ({_LIVE})))"
# A short link counts as what it leads to, unless something was learnt of the short link itself.
_ASIDE = f"""
SELECT alias_id, alias.resource_id FROM alias
  JOIN availability AS target ON target.resource_id = alias.resource_id
  LEFT JOIN availability AS own ON own.resource_id = alias_id
WHERE (own.state IS NULL OR own.state IN ({_UNKNOWN}))
  AND EXISTS (SELECT 1 FROM mention WHERE mention.resource_id = alias_id)
"""  # noqa: S608  # our own words
_AUTHOR = """
coalesce((SELECT coalesce(handle, name) FROM post WHERE post.resource_id = resource.id),
  (SELECT coalesce(handle, name) FROM passage WHERE passage.resource_id = resource.id AND kind = 'claim'
   AND coalesce(handle, name) IS NOT NULL ORDER BY passage.id LIMIT 1))
"""
_CITED = f"""
SELECT resource.id, platform, uri, {{author}} AS author, state, since_at, seen_at, checked_at, last_live_at,
  declared_at,
  (SELECT observed_at FROM observation WHERE resource_id = resource.id AND availability IN ({_LIVE})
   ORDER BY observed_at LIMIT 1) AS first_live_at,
  CASE WHEN declared_at IS NOT NULL THEN (
    SELECT observed_at FROM observation WHERE resource_id = resource.id AND availability IN ({_GONE})
      AND observed_at > ifnull(last_live_at, '') ORDER BY observed_at LIMIT 1) END AS first_gone_at,
  CASE WHEN state IN ({_UNKNOWN}) THEN (
    SELECT min(observed_at) FROM observation WHERE resource_id = resource.id) END AS first_asked_at,
  CASE WHEN declared_at IS NOT NULL THEN EXISTS (
    SELECT 1 FROM capture WHERE resource_id = resource.id AND {_SHOWS_IT}) END AS kept
FROM resource LEFT JOIN availability ON availability.resource_id = resource.id
WHERE {{which}} ORDER BY resource.id
"""  # noqa: S608  # our own words
_EVERYTHING = """(EXISTS (SELECT 1 FROM mention WHERE mention.resource_id = resource.id)
  OR resource.id IN (SELECT value FROM json_each(?)))"""
_CHANGES = f"""
SELECT event.resource_id, platform, happened_at, event.kind = '{EventKind.CAME_BACK}' AS returned
FROM event JOIN resource ON resource.id = event.resource_id
WHERE event.kind IN ('{EventKind.DECLARED_GONE}', '{EventKind.CAME_BACK}') AND (
  EXISTS (SELECT 1 FROM mention WHERE mention.resource_id = event.resource_id)
  OR EXISTS (SELECT 1 FROM alias JOIN mention ON mention.resource_id = alias_id
             WHERE alias.resource_id = event.resource_id))
ORDER BY happened_at, event.id
"""  # noqa: S608  # our own words
_COPIES = f"""
WITH ranked AS (
  SELECT capture.id, resource_id, started_at, outcome, row_number() OVER (PARTITION BY resource_id
    ORDER BY outcome = 'complete' DESC, logged_in, started_at DESC, capture.id DESC) AS nth
  FROM capture WHERE resource_id IN (SELECT value FROM json_each(?))
    AND {_SHOWS_IT})
SELECT ranked.*, folder.path, folder.leaf_seq, leaf.digest,
  (SELECT path FROM artefact WHERE folder_id = ranked.id AND role = 'screenshot' ORDER BY path LIMIT 1) AS screenshot
FROM ranked JOIN folder ON folder.id = ranked.id LEFT JOIN leaf ON leaf.seq = folder.leaf_seq WHERE nth = 1
"""  # noqa: S608  # our own words
_CITING = """
WITH own (id, target) AS (SELECT value, value FROM json_each(?1)
  UNION SELECT alias_id, resource_id FROM alias WHERE resource_id IN (SELECT value FROM json_each(?1)))
SELECT own.target, version.resource_id AS article_id, max(fetched_at) AS cited_at, max(mention.anchor) AS anchor
FROM own JOIN mention ON mention.resource_id = own.id JOIN article_version AS version ON version.id = version_id
GROUP BY own.target, version.resource_id ORDER BY cited_at DESC, article_id
"""
_SPOKEN = """
SELECT resource_id, name, handle, text FROM post WHERE resource_id IN (SELECT value FROM json_each(?1))
UNION ALL SELECT * FROM (SELECT resource_id, name, handle, text FROM passage
  WHERE resource_id IN (SELECT value FROM json_each(?1)) AND kind = 'claim' ORDER BY id)
"""


class Figures(Reading):
    """An opened catalog, as far as a report reads it."""

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """All that is read meanwhile is of one instant, whatever a writer does beside it. For readers only."""
        with translated(self._file), self._lock:
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            with translated(self._file), self._lock:
                self._db.execute("ROLLBACK")

    def count_cited(self) -> int:
        """About how many things are cited (short links, and what they lead to, count twice): for a progress bar."""
        rows = self._all("SELECT count(DISTINCT resource_id) AS n FROM mention WHERE resource_id IS NOT NULL")
        return int(rows[0]["n"])

    def articles_under(self, keys: Iterable[str], surts: Iterable[str], source: str) -> list[int]:
        """The ids of the articles with one of these keys or SURTs, or that were read from this source."""
        rows = self._all(
            """SELECT DISTINCT version.resource_id FROM article_version AS version
                 JOIN resource ON resource.id = version.resource_id
               WHERE version.source = ?3 OR resource.key IN (SELECT value FROM json_each(?1))
                 OR resource.surt IN (SELECT value FROM json_each(?2)) OR resource.id IN (
                   SELECT alias.resource_id FROM alias JOIN resource AS other ON other.id = alias_id
                   WHERE other.key IN (SELECT value FROM json_each(?1)))""",
            [json.dumps(list(keys)), json.dumps(list(surts)), source],
        )
        return [row["resource_id"] for row in rows]

    def version_days(self) -> dict[str, tuple[int, str, str | None]]:
        """Of each article version: its article, when it was read, and when it says that it was published."""
        rows = self._stream("SELECT id, resource_id, fetched_at, published_at FROM article_version")
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def cited(self, *, articles: Sequence[int] | None = None, authors: bool = False) -> Iterator[Cited]:
        """All that is cited, or what these articles cite, each once; reads as it goes.

        Authors are only looked for where they are asked for: that takes its time.
        """
        moved = self._moved(articles)
        author = _AUTHOR if authors else "NULL"
        if articles is None:
            which, wanted = _EVERYTHING, list(moved)
            citing: Iterable[tuple[int, str]] = self._stream(
                """SELECT resource_id, version_id FROM mention WHERE resource_id IS NOT NULL
                   ORDER BY resource_id, version_id"""
            )
        else:
            citing = self._cited_by(articles)
            which, wanted = "resource.id IN (SELECT value FROM json_each(?))", [*moved, *(pair[0] for pair in citing)]
        rows = self._stream(_CITED.format(author=author, which=which), [json.dumps(wanted)])
        aside = self._aside()
        for row, versions in _side_by_side(rows, citing):
            if row[0] not in aside:
                both = dict.fromkeys([*versions, *moved.get(row[0], ())])
                yield Cited._make((*row, tuple(both)))

    def changes(self) -> list[Change]:
        """Every loss that was declared and every return of something cited; oldest first."""
        rows = self._all(_CHANGES)
        return [Change(row["resource_id"], row["platform"], row["happened_at"], bool(row["returned"])) for row in rows]

    def looked(self, *, since_at: str = "", resource_ids: Sequence[int] | None = None) -> list[Looked]:
        """How many observations there were, day by day, from an instant on. Reads all observations."""
        which = "" if resource_ids is None else "AND resource_id IN (SELECT value FROM json_each(?2))"
        parameters = [since_at] if resource_ids is None else [since_at, json.dumps(list(resource_ids))]
        rows = self._all(
            f"""SELECT substr(observed_at, 1, 10) AS day, count(*) AS total,
                  sum(availability NOT IN ({_UNKNOWN})) AS conclusive
                FROM observation WHERE observed_at >= ?1 {which} GROUP BY day ORDER BY day""",  # noqa: S608
            parameters,
        )
        return [Looked(row["day"], row["total"], row["conclusive"]) for row in rows]

    def articles_named(self, ids: Iterable[int]) -> dict[int, CitedArticle]:
        """What these articles are called."""
        rows = self._all(
            """SELECT resource.id, key, ifnull(article.url, uri) AS url, title
               FROM resource LEFT JOIN article ON article.resource_id = resource.id
               WHERE resource.id IN (SELECT value FROM json_each(?))""",
            [json.dumps(list(ids))],
        )
        return {row["id"]: CitedArticle(**row) for row in rows}

    def subjects(self, ids: Sequence[int]) -> dict[int, Subject]:
        """What is to be shown of these resources; a few hundred at a time are a good measure."""
        listed = [json.dumps(list(ids))]
        copies = {row["resource_id"]: _copy(row) for row in self._all(_COPIES, listed)}
        spoken = {row["resource_id"]: row for row in reversed(self._all(_SPOKEN, listed))}
        citing: dict[int, list[dict[str, Any]]] = {}
        for row in self._all(_CITING, listed):
            citing.setdefault(row["target"], []).append(row)
        gone = self._all(
            """SELECT resource_id, max(withdrawn_at) AS withdrawn_at, reason FROM tombstone
               WHERE resource_id IN (SELECT value FROM json_each(?)) GROUP BY resource_id""",
            listed,
        )
        withdrawn = {row["resource_id"]: row for row in gone}
        rows = self._all(
            """SELECT id, key, uri, platform, post_id FROM resource
               WHERE id IN (SELECT value FROM json_each(?))""",
            listed,
        )
        return {
            row["id"]: _subject(
                row, spoken.get(row["id"]), citing.get(row["id"], []), copies.get(row["id"]), withdrawn.get(row["id"])
            )
            for row in rows
        }

    def _aside(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for row in self._all(_ASIDE):
            found.setdefault(row["alias_id"], []).append(row["resource_id"])
        return found

    def _moved(self, articles: Sequence[int] | None) -> dict[int, list[str]]:
        """The versions that cite something by a short link, by what that leads to."""
        rows = self._all(
            f"""WITH aside AS ({_ASIDE})
                SELECT aside.resource_id, version_id FROM aside JOIN mention ON mention.resource_id = aside.alias_id
                  JOIN article_version AS version ON version.id = version_id
                WHERE ?1 IS NULL OR version.resource_id IN (SELECT value FROM json_each(?1))
                ORDER BY aside.resource_id, version_id""",  # noqa: S608  # our own words
            [None if articles is None else json.dumps(list(articles))],
        )
        return {
            key: [row["version_id"] for row in group] for key, group in groupby(rows, key=itemgetter("resource_id"))
        }

    def _cited_by(self, articles: Sequence[int]) -> list[tuple[int, str]]:
        rows = self._all(
            """SELECT mention.resource_id, version_id FROM article_version AS version
                 JOIN mention ON version_id = version.id
               WHERE version.resource_id IN (SELECT value FROM json_each(?)) AND mention.resource_id IS NOT NULL
               ORDER BY mention.resource_id, version_id""",
            [json.dumps(list(articles))],
        )
        return [(row["resource_id"], row["version_id"]) for row in rows]

    def _stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        with translated(self._file), self._lock:
            cursor = self._db.execute(sql, parameters)
        while batch := self._fetch(cursor):
            yield from batch


def _side_by_side(
    rows: Iterable[tuple[Any, ...]], citing: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """Each row with the versions of its resource; both come in the order of the resources."""
    groups = groupby(citing, key=itemgetter(0))
    key, group = next(groups, (None, iter(())))
    for row in rows:
        while key is not None and key < row[0]:
            key, group = next(groups, (None, iter(())))
        yield row, [pair[1] for pair in group] if key == row[0] else []


def _copy(row: dict[str, Any]) -> Copy:
    shot = f"{row['path']}/{row['screenshot']}" if row["screenshot"] else None
    return Copy(row["id"], row["path"], row["started_at"], row["outcome"], row["digest"], row["leaf_seq"], shot)


def _subject(
    row: dict[str, Any],
    spoken: dict[str, Any] | None,
    citing: Sequence[dict[str, Any]],
    copy: Copy | None,
    gone: dict[str, Any] | None,
) -> Subject:
    words = spoken or {}
    withdrawn = gone if gone and copy is None else {}
    return Subject(
        **row,
        name=words.get("name"),
        handle=words.get("handle"),
        text=words.get("text"),
        anchor=next((one["anchor"] for one in citing if one["anchor"]), None),
        articles=tuple(one["article_id"] for one in citing),
        copy=copy,
        withdrawn_at=withdrawn.get("withdrawn_at"),
        withdrawn_why=withdrawn.get("reason"),
    )

"""What is to be done again, and what happened that nobody wrote down yet."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.reading import Reading
from archiver.catalog.stored import StoredResource
from archiver.model.clock import parse_at
from archiver.model.states import Availability, Group

__all__ = ["Again", "Embeds", "FailedRun"]

#: One try for every incomplete capture since the last complete one, and since the resource's state changed.
_DUE_AGAIN = """
WITH last AS (
  SELECT capture.*, availability.state AS now, availability.since_at
  FROM capture JOIN availability USING (resource_id)
  WHERE outcome <> 'complete' AND article_id IS NULL AND NOT logged_in
    AND availability.state NOT IN (SELECT value FROM json_each(?1))
    AND NOT EXISTS (SELECT 1 FROM capture AS later
      WHERE later.resource_id = capture.resource_id AND later.article_id IS NULL AND NOT later.logged_in
        AND (later.started_at, later.id) > (capture.started_at, capture.id))
    AND NOT EXISTS (SELECT 1 FROM tombstone AS stone
      WHERE stone.resource_id = capture.resource_id AND stone.act = 'withdrawn')),
tried AS (
  SELECT last.id, last.ended_at, (
    SELECT count(*) FROM capture AS try
    WHERE try.resource_id = last.resource_id AND try.article_id IS NULL AND NOT try.logged_in
      AND try.started_at > ifnull((SELECT max(good.started_at) FROM capture AS good
        WHERE good.resource_id = last.resource_id AND good.article_id IS NULL AND good.outcome = 'complete'), '')
      AND (last.now IN (SELECT value FROM json_each(?2)) OR try.ended_at >= last.since_at)) AS tries
  FROM last)
SELECT folder.path FROM tried JOIN folder USING (id)
WHERE ended_at <= json_extract(?3, '$[' || (max(tries, 1) - 1) || ']') ORDER BY ended_at, id
"""
_NOT_AGAIN = [state.value for state in Availability if state.group in (Group.GONE, Group.RESTRICTED)]
_INCONCLUSIVE = [state.value for state in Availability if not state.conclusive]
#: How many of an article's last states are compared with the ones before them.
_STATES = 8


@dataclass(frozen=True, slots=True)
class Embeds:
    """What one state of an article embeds, and what else it says: enough to see whether it is the same article."""

    version_id: str
    title: str | None
    posts: dict[int, StoredResource]
    cited: frozenset[int]
    urls: frozenset[str]


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that did not come to its end by itself."""

    id: str
    at: datetime


class Again(Reading):
    """An opened catalog, as far as an unattended pass reads it."""

    def captures_due_again(self, now: datetime, waits_s: Sequence[int]) -> list[str]:
        """The newest captures (their folders) of resources that are not complete and are to be tried again.

        The n-th try since anything changed is repeated `waits_s[n]` seconds later, after the last of
        these no more. Nothing that is gone, restricted, or was withdrawn from here is tried.
        """
        cutoffs = [sortable_at(now - timedelta(seconds=wait_s)) for wait_s in waits_s]
        rows = self._all(_DUE_AGAIN, [json.dumps(_NOT_AGAIN), json.dumps(_INCONCLUSIVE), json.dumps(cutoffs)])
        return [row["path"] for row in rows]

    def embeds_of(self, article_key: str) -> list[Embeds]:
        """The article's last states of which bytes were received, the oldest first."""
        rows = self._all(
            """WITH state AS (SELECT id, fetched_at, title FROM article_version
                 WHERE resource_id = ? AND source_digest IS NOT NULL ORDER BY fetched_at DESC, id DESC LIMIT ?)
               SELECT state.id AS version_id, state.title, mention.kind, mention.url, resource.id AS resource_id,
                 resource.key, resource.uri AS resource_uri, resource.platform, resource.post_id
               FROM state LEFT JOIN mention ON mention.version_id = state.id
                 LEFT JOIN resource ON resource.id = mention.resource_id
               ORDER BY state.fetched_at, state.id, mention.ordinal""",
            [key63(article_key), _STATES],
        )
        states: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            states.setdefault(row["version_id"], []).append(row)
        return [_embeds(version_id, found) for version_id, found in states.items()]

    def was_withdrawn(self, resource_key: str) -> bool:
        """Whether a copy of this resource was withdrawn from here."""
        sql = "SELECT 1 FROM tombstone WHERE resource_id = ? AND act = 'withdrawn' LIMIT 1"
        return bool(self._all(sql, [key63(resource_key)]))

    def has_event(self, identifier: str) -> bool:
        """Whether an event of this id was written down."""
        return bool(self._all("SELECT 1 FROM event WHERE id = ?", [identifier]))

    def failed_runs(self, command: str, *, since: datetime) -> list[FailedRun]:
        """The runs of this command since that instant that had faults, or were killed: another wrote down their end."""
        rows = self._all(
            """SELECT name, started_at FROM run
               WHERE command = ? AND started_at >= ?
                 AND (outcome = 'interrupted' AND ifnull(counts, '{}') = '{}' OR json_extract(counts, '$.faults') > 0)
               ORDER BY started_at, name""",
            [command, sortable_at(since)],
        )
        return [FailedRun(row["name"], parse_at(row["started_at"])) for row in rows]


def _embeds(version_id: str, rows: list[dict[str, Any]]) -> Embeds:
    posts = {row["resource_id"]: _resource(row) for row in rows if row["kind"] == "embed" and row["resource_id"]}
    cited = frozenset(row["resource_id"] for row in rows if row["resource_id"])
    urls = frozenset(row["url"] for row in rows if row["url"])
    return Embeds(version_id, rows[0]["title"], posts, cited, urls)


def _resource(row: dict[str, Any]) -> StoredResource:
    return StoredResource(row["resource_id"], row["key"], row["resource_uri"], row["platform"], row["post_id"])

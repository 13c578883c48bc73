"""What happened and is to be told: events that a channel has not had, and who is concerned by them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.reading import Reading
from archiver.catalog.stored import StoredResource
from archiver.model.clock import parse_at
from archiver.model.overtime import EventKind, WatchState
from archiver.model.states import Availability
from archiver.platforms import resource_for

__all__ = ["Events", "StoredEvent"]

_UNTOLD = """
SELECT event.id, event.kind, happened_at, run.name AS run, evidence, event.state AS event_state, event.capture_id,
  own.id AS own_id, own.key AS own_key, own.uri AS own_uri, own.platform AS own_platform, own.post_id AS own_post_id,
  page.id AS page_id, page.key AS page_key, page.uri AS page_uri, page.platform AS page_platform,
  page.post_id AS page_post_id,
  (SELECT count(*) FROM alert WHERE event_id = event.id AND channel = ?1) AS tries
FROM event JOIN run ON run.id = event.run_id
  LEFT JOIN resource AS own ON own.id = event.resource_id
  LEFT JOIN resource AS page ON page.id = event.article_resource_id
WHERE happened_at >= ?2
  AND NOT EXISTS (SELECT 1 FROM alert WHERE event_id = event.id AND channel = ?1 AND sent = 1)
ORDER BY happened_at, event.id
"""
#: Articles of which a state was read in a run that polled a watch which still stands.
_POLLED = """
SELECT DISTINCT version.resource_id AS id FROM article_version AS version JOIN folder ON folder.id = version.id
WHERE version.resource_id IN (SELECT value FROM json_each(?1))
  AND folder.run_id IN (
    SELECT poll.run_id FROM poll JOIN watch ON watch.id = poll.watch_id WHERE watch.state <> ?2)
"""
#: Articles that are themselves what is watched: under the name that the user gave, or under an alias.
_NAMED = """
WITH named (id) AS (SELECT value FROM json_each(?3))
SELECT resource_id AS id FROM article_version
WHERE resource_id IN (SELECT value FROM json_each(?1))
  AND source IN (SELECT source FROM watch WHERE state <> ?2)
UNION SELECT id FROM named WHERE id IN (SELECT value FROM json_each(?1))
UNION SELECT resource_id FROM alias
WHERE alias_id IN (SELECT id FROM named) AND resource_id IN (SELECT value FROM json_each(?1))
"""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as the catalog has it; `tries` counts the attempts to tell it over the channel asked about."""

    id: str
    kind: EventKind
    at: datetime
    run_id: str
    evidence: str
    state: Availability | None = None
    resource: StoredResource | None = None
    article: StoredResource | None = None
    capture_id: str | None = None
    tries: int = 0


class Events(Reading):
    """An opened catalog, as far as alerts read it."""

    def untold_events(self, channel: str, *, since: datetime) -> list[StoredEvent]:
        """The events since that instant which were never told over the channel, the oldest first."""
        return [_unpack(row) for row in self._all(_UNTOLD, [channel, sortable_at(since)])]

    def was_tried(self, channel: str) -> bool:
        """Whether anything was ever told, or tried to be told, over the channel."""
        return bool(self._all("SELECT 1 FROM alert WHERE channel = ? LIMIT 1", [channel]))

    def watched_articles(self, resource_ids: Iterable[int]) -> set[int]:
        """Those of these articles (ids of their resources) that belong to a watch which was not removed.

        An article belongs to a watch if it is the watched source itself, or an alias of it; or if a
        state of it was read in a run that polled the watch. A paused watch still has its articles.
        """
        wanted = json.dumps(list(resource_ids))
        sources = [row["source"] for row in self._all("SELECT source FROM watch WHERE state <> ?", [_REMOVED])]
        named = json.dumps([key63(found.key) for source in sources if (found := resource_for(source))])
        rows = [*self._all(_POLLED, [wanted, _REMOVED]), *self._all(_NAMED, [wanted, _REMOVED, named])]
        return {row["id"] for row in rows}

    def latest_versions(self, resource_ids: Iterable[int]) -> set[str]:
        """The ids of the states that these articles are in, as last read."""
        rows = self._all(
            "SELECT version_id FROM article WHERE resource_id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(resource_ids))],
        )
        return {row["version_id"] for row in rows}


_REMOVED = WatchState.REMOVED.value


def _unpack(row: dict[str, Any]) -> StoredEvent:
    return StoredEvent(
        id=row["id"],
        kind=EventKind(row["kind"]),
        at=parse_at(row["happened_at"]),
        run_id=row["run"],
        evidence=row["evidence"],
        state=Availability(row["event_state"]) if row["event_state"] else None,
        resource=_resource(row, "own"),
        article=_resource(row, "page"),
        capture_id=row["capture_id"],
        tries=row["tries"],
    )


def _resource(row: dict[str, Any], prefix: str) -> StoredResource | None:
    values = (row[f"{prefix}_{name}"] for name in ("id", "key", "uri", "platform", "post_id"))
    identifier, key, uri, platform, post_id = values
    return None if identifier is None else StoredResource(identifier, key, uri, platform, post_id)

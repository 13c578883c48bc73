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
_NAMES = """
WITH wanted (id) AS (SELECT value FROM json_each(?1))
SELECT id, uri AS name, NULL AS run_id FROM resource WHERE id IN (SELECT id FROM wanted)
UNION SELECT resource_id, source, run_id FROM article_version AS version JOIN folder ON folder.id = version.id
WHERE version.resource_id IN (SELECT id FROM wanted)
UNION SELECT resource_id, uri, NULL FROM alias JOIN resource ON resource.id = alias_id
WHERE resource_id IN (SELECT id FROM wanted)
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


@dataclass(frozen=True, slots=True)
class StoredWatchState:
    """Whether a watched source was not removed itself, and which list led to it, if one did."""

    source: str
    kept: bool
    found_in: str | None = None


class Events(Reading):
    """An opened catalog, as far as alerts read it."""

    def untold_events(self, channel: str, *, since: datetime) -> list[StoredEvent]:
        """The events since that instant which were never told over the channel, the oldest first."""
        return [_unpack(row) for row in self._all(_UNTOLD, [channel, sortable_at(since)])]

    def was_tried(self, channel: str) -> bool:
        """Whether anything was ever told, or tried to be told, over the channel."""
        return bool(self._all("SELECT 1 FROM alert WHERE channel = ? LIMIT 1", [channel]))

    def watch_states(self) -> dict[str, StoredWatchState]:
        """Of every watch that there ever was (by its id), whether it still stands."""
        rows = self._all("SELECT id, source, state, found_in FROM watch")
        return {row["id"]: StoredWatchState(row["source"], row["state"] != _REMOVED, row["found_in"]) for row in rows}

    def polled_in(self, runs: Iterable[int]) -> set[str]:
        """The ids of the watches that these runs (their row ids) polled."""
        wanted = json.dumps(list(runs))
        rows = self._all(
            "SELECT DISTINCT watch_id FROM poll WHERE run_id IN (SELECT value FROM json_each(?))", [wanted]
        )
        return {row["watch_id"] for row in rows}

    def names_of_articles(self, keys: Iterable[str]) -> dict[str, tuple[set[str], set[int]]]:
        """Of each of these articles (keys) the addresses that lead to it, and the runs (row ids) that read it."""
        ids = {key63(key): key for key in keys}
        found: dict[str, tuple[set[str], set[int]]] = {key: (set(), set()) for key in ids.values()}
        for row in self._all(_NAMES, [json.dumps(list(ids))]):
            names, runs = found[ids[row["id"]]]
            names.add(row["name"])
            if row["run_id"] is not None:
                runs.add(row["run_id"])
        return found

    def latest_versions(self, keys: Iterable[str]) -> set[str]:
        """The ids of the states that these articles (keys of their resources) are in, as last read."""
        rows = self._all(
            "SELECT version_id FROM article WHERE resource_id IN (SELECT value FROM json_each(?))",
            [json.dumps([key63(key) for key in keys])],
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

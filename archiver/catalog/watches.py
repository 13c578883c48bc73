"""What is watched, when each source is polled next, and what came of the last looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog.keys import sortable_at
from archiver.catalog.reading import Reading
from archiver.model.clock import parse_at
from archiver.model.digests import Digest
from archiver.model.overtime import PollOutcome, WatchState

__all__ = ["GoodPoll", "StoredWatch", "Watches"]

_WATCHES = """
SELECT watch.*, last.polled_at, last.outcome, last.note,
  (SELECT count(*) FROM watch AS found WHERE found.found_in = watch.id AND found.every_s = 0
     AND EXISTS (SELECT 1 FROM poll WHERE poll.watch_id = found.id AND poll.outcome <> 'failed')) AS found_articles,
  EXISTS (SELECT 1 FROM poll WHERE poll.watch_id = watch.id AND poll.outcome = 'read') AS was_read
FROM watch LEFT JOIN poll AS last ON last.watch_id = watch.id
  AND last.polled_at = (SELECT max(polled_at) FROM poll WHERE poll.watch_id = watch.id)
"""
_DUE = """
WHERE watch.state = 'active' AND watch.due_at <= ?1 AND (watch.found_in IS NULL
  OR (SELECT parent.state FROM watch AS parent WHERE parent.id = watch.found_in) = 'active')
GROUP BY watch.id ORDER BY watch.found_in IS NOT NULL, watch.every_s = 0, watch.due_at, watch.id
"""


@dataclass(frozen=True, slots=True)
class StoredWatch:
    """One watched source. `articles` counts those that were read because of it.

    `found_in` is the watch of the list that named it. `polled_at`, `outcome` and `note` are those of
    the last look; None and "" where there was none.
    """

    id: str
    source: str
    state: WatchState
    every_s: int
    due_at: datetime
    articles: int
    column: str | None = None
    limit: int | None = None
    found_in: str | None = None
    polled_at: datetime | None = None
    outcome: PollOutcome | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class GoodPoll:
    """The last look that saw the source."""

    at: datetime
    etag: str | None = None
    last_modified: str | None = None
    digest: Digest | None = None


class Watches(Reading):
    """An opened catalog, as far as polling reads it."""

    def watch(self, identifier: str) -> StoredWatch | None:
        """The watch of this id, in whatever state."""
        found = self._watches("WHERE watch.id = ? GROUP BY watch.id", [identifier])
        return found[0] if found else None

    def watched_sources(self) -> list[StoredWatch]:
        """What a user watches: without the removed, and without what was found in a list."""
        where = "WHERE found_in IS NULL AND watch.state <> 'removed' GROUP BY watch.id ORDER BY source"
        return self._watches(where, [])

    def due_watches(self, now: datetime) -> list[StoredWatch]:
        """What is to be polled: what users named first, then lists found in lists, then articles found in them."""
        return self._watches(_DUE, [sortable_at(now)])

    def is_list(self, identifier: str) -> bool:
        """Whether anything was ever found in this watched source."""
        return bool(self._all("SELECT 1 FROM watch WHERE found_in = ? LIMIT 1", [identifier]))

    def last_good_poll(self, identifier: str) -> GoodPoll | None:
        """The last look that saw the source, or was told that it is as it was."""
        rows = self._all(
            """SELECT polled_at, etag, last_modified, digest FROM poll WHERE watch_id = ? AND outcome <> 'failed'
               ORDER BY polled_at DESC LIMIT 1""",
            [identifier],
        )
        return _good(rows[0]) if rows else None

    def _watches(self, where: str, parameters: list[Any]) -> list[StoredWatch]:
        return [_watch(row) for row in self._all(f"{_WATCHES} {where}", parameters)]


def _good(row: dict[str, Any]) -> GoodPoll:
    digest = Digest.parse(row["digest"]) if row["digest"] else None
    return GoodPoll(parse_at(row["polled_at"]), row["etag"], row["last_modified"], digest)


def _watch(row: dict[str, Any]) -> StoredWatch:
    return StoredWatch(
        id=row["id"],
        source=row["source"],
        state=WatchState(row["state"]),
        every_s=row["every_s"],
        due_at=parse_at(row["due_at"]),
        articles=row["found_articles"] or row["was_read"],
        column=row["list_column"],
        limit=row["list_limit"],
        found_in=row["found_in"],
        polled_at=parse_at(row["polled_at"]) if row["polled_at"] else None,
        outcome=PollOutcome(row["outcome"]) if row["outcome"] else None,
        note=row["note"] or "",
    )

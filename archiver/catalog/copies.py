"""What other archives said of their own copies, and of what they are to be asked next."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog.keys import sortable_at
from archiver.catalog.reading import Reading
from archiver.model.clock import parse_at
from archiver.model.overtime import CopyState
from archiver.model.records import Resource
from archiver.model.states import Availability, Group, ResourceKind

__all__ = ["Copies", "DueCopy", "StoredCopy"]

_GONE = ", ".join(f"'{state}'" for state in Availability if state.group is Group.GONE)
# Of a short link it is what it leads to that counts.
_DUE = f"""
WITH cited (id) AS (
    SELECT DISTINCT ifnull(alias.resource_id, mention.resource_id)
    FROM mention LEFT JOIN alias ON alias_id = mention.resource_id WHERE mention.resource_id IS NOT NULL),
  asked AS (
    SELECT resource_id, state, max(asked_at) AS asked_at,
      max(CASE WHEN state = 'submitted' THEN asked_at END) AS submitted_at,
      max(CASE WHEN state = 'refused' THEN asked_at END) AS refused_at
    FROM other_copy WHERE service = ?1 GROUP BY resource_id),
  due AS (
    SELECT cited.id, asked.*, availability.state AS standing FROM cited
      LEFT JOIN asked ON asked.resource_id = cited.id LEFT JOIN availability ON availability.resource_id = cited.id
    WHERE (?2 IS NULL OR cited.id IN (SELECT value FROM json_each(?2)))
      AND (?2 IS NOT NULL OR asked.asked_at IS NULL OR asked.asked_at <= CASE
        WHEN asked.state = 'found' THEN ?5
        WHEN asked.state = 'unknown' OR asked.submitted_at > ?3 THEN ?4 ELSE ?6 END))
SELECT resource.id, resource.key, resource.uri, resource.kind, resource.platform, resource.post_id,
  due.standing, due.submitted_at, due.refused_at,
  (SELECT handle FROM passage WHERE resource_id = resource.id AND handle IS NOT NULL
   ORDER BY kind = 'record' DESC, passage.id LIMIT 1) AS handle,
  (SELECT min(fetched_at) FROM mention JOIN article_version ON article_version.id = version_id
   WHERE mention.resource_id = resource.id) AS cited_at
FROM due JOIN resource USING (id)
WHERE resource.uri LIKE 'http%'
ORDER BY ifnull(due.standing, '') IN ({_GONE}) DESC, due.asked_at IS NOT NULL, due.asked_at, resource.id LIMIT ?7
"""  # noqa: S608  # our own words
_KNOWN = """
SELECT other_copy.*, run.name AS run FROM other_copy JOIN run ON run.id = run_id
WHERE resource_id IN (SELECT value FROM json_each(?1)) ORDER BY asked_at DESC, service, state
"""


@dataclass(frozen=True, slots=True)
class DueCopy:
    """A cited resource of which another archive is to be asked.

    `handle` is its author's, where one is known; `cited_at` when an article was first read that cites
    it; `submitted_at` and `refused_at` when it was last handed to that archive, or not taken by it.
    """

    resource: Resource
    standing: Availability | None = None
    handle: str | None = None
    cited_at: datetime | None = None
    submitted_at: datetime | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """What another archive answered, once. A copy was confirmed at `asked_at`; see `OtherCopy` for the rest."""

    resource_id: int
    service: str
    state: CopyState
    asked_at: datetime
    run_id: str
    uri_m: str | None = None
    captured_at: datetime | None = None
    note: str = ""


class Copies(Reading):
    """An opened catalog, as far as copies in other archives go."""

    def due_copies(
        self,
        service: str,
        *,
        found_before: datetime,
        none_before: datetime,
        again_before: datetime,
        submitted_after: datetime,
        limit: int,
    ) -> list[DueCopy]:
        """What `service` is to be asked about: cited resources, the lost ones first, then those never asked about.

        A copy that was found is confirmed again if that was before `found_before`, what was not there
        is looked for again if that was before `none_before`. Where the answer was unknown, or the
        resource was submitted after `submitted_after`, it is asked again after `again_before`.
        """
        instants = (submitted_after, again_before, found_before, none_before)
        rows = self._all(_DUE, [service, None, *map(sortable_at, instants), limit])
        return [_due(row) for row in rows]

    def asked_copies(self, service: str, resource_ids: Iterable[int]) -> list[DueCopy]:
        """Those of these resources that are cited (or what a cited short link leads to), due or not."""
        rows = self._all(_DUE, [service, json.dumps(list(resource_ids)), None, None, None, None, -1])
        return [_due(row) for row in rows]

    def asked_about(self) -> list[int]:
        """Every resource about which another archive was ever asked, the last asked first."""
        rows = self._all("SELECT resource_id FROM other_copy GROUP BY resource_id ORDER BY max(asked_at) DESC, 1")
        return [row["resource_id"] for row in rows]

    def other_copies(self, resource_ids: Iterable[int]) -> list[StoredCopy]:
        """All that other archives ever answered about these resources, the newest first."""
        return [_stored(row) for row in self._all(_KNOWN, [json.dumps(list(resource_ids))])]

    def copies_elsewhere(self, resource_ids: Iterable[int]) -> dict[int, StoredCopy]:
        """Of each of these resources the copy that was confirmed last, where one ever was.

        A later answer that it is not there any more takes it back; one that could not be had does not.
        """
        found: dict[int, StoredCopy] = {}
        settled: set[tuple[int, str]] = set()
        for copy in self.other_copies(resource_ids):
            place = (copy.resource_id, copy.service)
            if copy.state in (CopyState.FOUND, CopyState.NONE) and place not in settled:
                settled.add(place)
                if copy.state is CopyState.FOUND:
                    found.setdefault(copy.resource_id, copy)
        return found


def _due(row: dict[str, Any]) -> DueCopy:
    return DueCopy(
        Resource(row["key"], row["uri"], ResourceKind(row["kind"]), row["platform"], row["post_id"]),
        Availability(row["standing"]) if row["standing"] else None,
        row["handle"],
        *(_instant(row[name]) for name in ("cited_at", "submitted_at", "refused_at")),
    )


def _stored(row: dict[str, Any]) -> StoredCopy:
    return StoredCopy(
        resource_id=row["resource_id"],
        service=row["service"],
        state=CopyState(row["state"]),
        asked_at=parse_at(row["asked_at"]),
        run_id=row["run"],
        uri_m=row["uri_m"],
        captured_at=_instant(row["captured_at"]),
        note=row["note"],
    )


def _instant(text: str | None) -> datetime | None:
    return parse_at(text) if text else None

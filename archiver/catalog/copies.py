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
_CITED = """
SELECT resource_id AS id FROM mention WHERE resource_id IS NOT NULL
UNION SELECT alias.resource_id FROM alias WHERE alias_id IN (SELECT resource_id FROM mention)
EXCEPT SELECT alias_id FROM alias
"""
# Both read their indices from end to end: some seconds for a million resources.
_NEVER = f"""
WITH never AS ({_CITED} EXCEPT SELECT resource_id FROM other_copy WHERE service = ?1)
SELECT never.id FROM never LEFT JOIN availability ON availability.resource_id = never.id
ORDER BY ifnull(availability.state, '') IN ({_GONE}) DESC, never.id LIMIT ?2
"""  # noqa: S608  # our own words
_AGAIN = f"""
WITH asked AS (
    SELECT resource_id AS id, state, max(asked_at) AS asked_at,
      max(CASE WHEN state = 'submitted' THEN asked_at END) AS submitted_at
    FROM other_copy WHERE service = ?1 GROUP BY resource_id
    HAVING asked_at <= CASE
      WHEN state = 'found' THEN ?3 WHEN state = 'unknown' OR submitted_at > ?6 THEN ?5 ELSE ?4 END)
SELECT asked.id FROM asked LEFT JOIN availability ON availability.resource_id = asked.id
WHERE EXISTS (SELECT 1 FROM mention WHERE mention.resource_id = asked.id)
  OR EXISTS (SELECT 1 FROM alias JOIN mention ON mention.resource_id = alias_id WHERE alias.resource_id = asked.id)
ORDER BY ifnull(availability.state, '') IN ({_GONE}) DESC, asked.asked_at, asked.id LIMIT ?2
"""  # noqa: S608  # as above
_DUE = """
WITH due (id) AS (SELECT value FROM json_each(?2)),
  asked AS (
    SELECT resource_id, max(CASE WHEN state = 'submitted' THEN asked_at END) AS submitted_at,
      max(CASE WHEN state = 'refused' THEN asked_at END) AS refused_at
    FROM other_copy WHERE service = ?1 AND resource_id IN (SELECT id FROM due) GROUP BY resource_id)
SELECT resource.id, resource.key, resource.uri, resource.kind, resource.platform, resource.post_id,
  availability.state AS standing, asked.submitted_at, asked.refused_at,
  (SELECT handle FROM passage WHERE resource_id = resource.id AND handle IS NOT NULL
   ORDER BY kind = 'record' DESC, passage.id LIMIT 1) AS handle,
  (SELECT min(fetched_at) FROM mention JOIN article_version ON article_version.id = version_id
   WHERE mention.resource_id = resource.id
     OR mention.resource_id IN (SELECT alias_id FROM alias WHERE alias.resource_id = resource.id)) AS cited_at
FROM due JOIN resource USING (id) LEFT JOIN asked ON asked.resource_id = resource.id
  LEFT JOIN availability ON availability.resource_id = resource.id
WHERE resource.uri LIKE 'http%'
"""
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
        """What `service` is to be asked about: cited resources, those never asked about first; of both the lost first.

        A copy that was found is confirmed again if that was before `found_before`, what was not there
        is looked for again if that was before `none_before`. Where the answer was unknown, or the
        resource was submitted after `submitted_after`, it is asked again after `again_before`.
        """
        ids = self._ids(_NEVER, [service, limit])
        if len(ids) < limit:
            instants = (found_before, none_before, again_before, submitted_after)
            ids += self._ids(_AGAIN, [service, limit - len(ids), *map(sortable_at, instants)])
        return self.asked_copies(service, ids)

    def asked_copies(self, service: str, resource_ids: Iterable[int]) -> list[DueCopy]:
        """These resources as they are asked about, due or not, in this order; without those that no web has."""
        ids = list(dict.fromkeys(resource_ids))
        found = {row["id"]: _due(row) for row in self._all(_DUE, [service, json.dumps(ids)])}
        return [found[one] for one in ids if one in found]

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

    def _ids(self, sql: str, parameters: list[object]) -> list[int]:
        return [row["id"] for row in self._all(sql, parameters)]


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

"""Which resources are lost, since when, and why one says so."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog.reading import Reading
from archiver.model.clock import parse_at
from archiver.model.overtime import EventKind
from archiver.model.states import Availability

__all__ = ["Losses", "StoredStanding"]

# The event that declared the loss says what was found then; later looks may have found no more.
_STANDING = """
SELECT availability.*, event.state AS declared_state, event.evidence
FROM availability LEFT JOIN event ON event.resource_id = availability.resource_id
  AND event.kind = ?2 AND event.happened_at = availability.declared_at
WHERE availability.resource_id IN (SELECT value FROM json_each(?1))
GROUP BY availability.resource_id
"""


@dataclass(frozen=True, slots=True)
class StoredStanding:
    """Where a resource stands. `declared_at` is None unless it was declared gone and did not come back.

    `declared` is the state in which it was declared gone, `evidence` the sentence that says on what that rests.
    """

    resource_id: int
    state: Availability
    since_at: datetime
    checked_at: datetime
    last_live_at: datetime | None = None
    declared_at: datetime | None = None
    declared: Availability | None = None
    evidence: str = ""


class Losses(Reading):
    """An opened catalog, as far as what is lost is asked for."""

    def standings(self, resource_ids: Iterable[int]) -> dict[int, StoredStanding]:
        """Where these resources stand, those of them that were ever observed."""
        rows = self._all(_STANDING, [json.dumps(list(resource_ids)), EventKind.DECLARED_GONE.value])
        return {row["resource_id"]: _standing(row) for row in rows}


def _standing(row: dict[str, Any]) -> StoredStanding:
    return StoredStanding(
        resource_id=row["resource_id"],
        state=Availability(row["state"]),
        since_at=parse_at(row["since_at"]),
        checked_at=parse_at(row["checked_at"]),
        last_live_at=_instant(row["last_live_at"]),
        declared_at=_instant(row["declared_at"]),
        declared=Availability(row["declared_state"]) if row["declared_state"] else None,
        evidence=row["evidence"] or "",
    )


def _instant(text: str | None) -> datetime | None:
    return parse_at(text) if text else None

"""Everything that was ever found out about one resource, in time."""

from dataclasses import dataclass
from typing import Any

from archiver.catalog import (
    Catalog,
    KnownResource,
    PastComparison,
    PastEvent,
    PastLook,
    StoredCapture,
    StoredCopy,
    StoredTombstone,
    StoredVersion,
)
from archiver.model.clock import format_at
from archiver.model.states import Group

__all__ = ["History", "histories", "history_to_json"]


@dataclass(frozen=True, slots=True)
class History:
    """One resource as it stands, and all that is stored of it; each list is in time, the oldest first."""

    known: KnownResource
    looks: tuple[PastLook, ...]
    captures: tuple[StoredCapture, ...]
    versions: tuple[StoredVersion, ...]
    withdrawn: tuple[StoredTombstone, ...]
    comparisons: tuple[PastComparison, ...]
    events: tuple[PastEvent, ...]
    copies: tuple[StoredCopy, ...]


def histories(catalog: Catalog, ids: list[int]) -> list[History]:
    """The histories of these resources, in their order."""
    keys = {resource.id: resource.key for resource in catalog.resources(ids)}
    known = catalog.known_resources(keys[one] for one in ids if one in keys)
    return [_history(catalog, one) for one in known]


def _history(catalog: Catalog, known: KnownResource) -> History:
    return History(
        known=known,
        looks=tuple(catalog.past_looks(known.id)),
        captures=tuple(reversed(catalog.captures([known.id]))),
        versions=tuple(reversed(catalog.article_versions([known.id]))),
        withdrawn=tuple(reversed(catalog.tombstones([known.id]))),
        comparisons=tuple(catalog.comparisons_of(known.id)),
        events=tuple(catalog.events_of(known.id)),
        copies=tuple(sorted(catalog.other_copies([known.id]), key=lambda copy: copy.asked_at)),
    )


def history_to_json(history: History) -> dict[str, Any]:
    """The object that `archiver history --json` prints: every key is always there."""
    known = history.known
    return {
        "resource": known.resource.uri,
        "platform": known.resource.platform,
        "post_id": known.resource.post_id,
        "state": known.state.value if known.state else None,
        "group": known.state.group.value if known.state else Group.UNKNOWN.value,
        "declared": known.declared_at is not None,
        "declared_since": format_at(known.declared_at) if known.declared_at else None,
        "last_live": format_at(known.last_live_at) if known.last_live_at else None,
        "next_due": format_at(known.due_at) if known.due_at else None,
        "looks": [_look(one) for one in history.looks],
        "captures": [_capture(one) for one in history.captures],
        "article_versions": [
            {"id": one.id, "at": format_at(one.fetched_at), "path": one.path} for one in history.versions
        ],
        "withdrawn": [
            {"id": one.id, "at": format_at(one.withdrawn_at), "reason": one.reason} for one in history.withdrawn
        ],
        "comparisons": [_comparison(one) for one in history.comparisons],
        "events": [_event(one) for one in history.events],
        "copies": [_copy(one) for one in history.copies],
    }


def _look(one: PastLook) -> dict[str, Any]:
    return {
        "at": format_at(one.at),
        "state": one.state.value,
        "group": one.state.group.value,
        "via": one.via,
        "http_status": one.http_status,
        "evidence": one.evidence,
        "run": one.run,
        "capture": one.capture_id,
    }


def _capture(one: StoredCapture) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": format_at(one.started_at),
        "outcome": one.outcome.value,
        "availability": one.availability.value,
        "reasons": [reason.value for reason in one.reasons],
        "path": one.path,
    }


def _comparison(one: PastComparison) -> dict[str, Any]:
    return {
        "at": format_at(one.at),
        "drift": one.found.drift.value,
        "distance": one.found.distance,
        "basis": one.basis,
        "before": str(one.found.before),
        "after": str(one.found.after),
        "capture": one.found.capture_id,
        "run": one.run,
    }


def _event(one: PastEvent) -> dict[str, Any]:
    return {
        "at": format_at(one.at),
        "kind": one.kind.value,
        "state": one.state.value if one.state else None,
        "evidence": one.evidence,
        "capture": one.capture_id,
        "run": one.run,
    }


def _copy(one: StoredCopy) -> dict[str, Any]:
    return {
        "asked_at": format_at(one.asked_at),
        "service": one.service,
        "state": one.state.value,
        "uri_m": one.uri_m,
        "captured_at": format_at(one.captured_at) if one.captured_at else None,
        "note": one.note,
    }

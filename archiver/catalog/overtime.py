"""Rows of what unattended passes write down over time."""

from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from archiver.catalog.derive import cadence_of, derive_all_due, derive_availability, derive_watch
from archiver.catalog.keys import sortable_at
from archiver.catalog.rows import insert
from archiver.catalog.shared import json_text, put_resource, put_run
from archiver.model.overtime import (
    Alert,
    Candidate,
    Comparison,
    Event,
    OtherCopy,
    Poll,
    Rhythm,
    Search,
    Verification,
    Watch,
)
from archiver.model.records import Resource

__all__ = ["Overtime", "put_overtime"]

Overtime = Watch | Poll | Comparison | Event | Alert | OtherCopy | Rhythm | Verification | Candidate | Search


def put_overtime(db: Database, line: Overtime) -> None:
    """The row of one journal line; of several about one watch the latest stands."""
    _ROWS[type(line)](db, line)


def _watch(db: Database, line: Watch) -> None:
    values = {
        "id": line.id,
        "source": line.source,
        "state": line.state.value,
        "every_s": line.every_s,
        "set_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "list_column": line.column,
        "list_limit": line.limit,
        "found_in": line.found_in,
        "due_at": sortable_at(line.at),
    }
    later = "(excluded.set_at, excluded.run_id, excluded.state) > (watch.set_at, watch.run_id, watch.state)"
    insert(db, "watch", values, replace_where=("id", later))
    derive_watch(db, line.id)


def _poll(db: Database, line: Poll) -> None:
    values = {
        "watch_id": line.watch_id,
        "polled_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "outcome": line.outcome.value,
        "note": line.note,
        "etag": line.etag,
        "last_modified": line.last_modified,
        "digest": str(line.digest) if line.digest else None,
        "articles": line.articles,
        "retry_after_s": line.retry_after_s,
    }
    insert(db, "poll", values)
    derive_watch(db, line.watch_id)


def _comparison(db: Database, line: Comparison) -> None:
    values = {
        "resource_id": put_resource(db, line.resource),
        "compared_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "drift": line.drift.value,
        "before_digest": str(line.before),
        "after_digest": str(line.after),
        "distance": line.distance,
        "basis": line.basis,
        "capture_id": line.capture_id,
    }
    insert(db, "comparison", values)


def _event(db: Database, line: Event) -> None:
    resource_id = _known(db, line.resource)
    values = {
        "id": line.id,
        "kind": line.kind.value,
        "happened_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "resource_id": resource_id,
        "article_resource_id": _known(db, line.article),
        "state": line.state.value if line.state else None,
        "capture_id": line.capture_id,
        "evidence": line.evidence,
    }
    insert(db, "event", values)
    if resource_id is not None:
        derive_availability(db, resource_id)


def _alert(db: Database, line: Alert) -> None:
    values = {
        "event_id": line.event_id,
        "channel": line.channel,
        "tried_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "sent": int(line.sent),
        "note": line.note,
    }
    insert(db, "alert", values)


def _copy(db: Database, line: OtherCopy) -> None:
    values = {
        "resource_id": put_resource(db, line.resource),
        "service": line.service,
        "asked_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "state": line.state.value,
        "uri_m": line.uri_m,
        "captured_at": sortable_at(line.captured_at) if line.captured_at else None,
        "note": line.note,
    }
    insert(db, "other_copy", values)


def _rhythm(db: Database, line: Rhythm) -> None:
    before = cadence_of(db)
    values = {"set_at": sortable_at(line.at), "run_id": put_run(db, line.run_id), "cadence": json_text(line.cadence)}
    insert(db, "rhythm", values)
    if cadence_of(db) != before:
        derive_all_due(db)


def _verdict(db: Database, line: Verification) -> None:
    values = {
        "version_id": line.article_id,
        "ordinal": line.ordinal,
        "judged_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "verdict": line.verdict.value,
        "cues": json_text(line.cues),
        "against": line.against.value if line.against else None,
        "basis": line.basis,
        "score": line.score,
        "claimed_digest": str(line.claimed) if line.claimed else None,
        "kept_digest": str(line.kept) if line.kept else None,
    }
    insert(db, "verdict", values)


def _candidate(db: Database, line: Candidate) -> None:
    values = {
        "version_id": line.article_id,
        "ordinal": line.ordinal,
        "url": line.url,
        "found_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "score": line.score,
        "clues": json_text(line.clues),
        "accepted": int(line.accepted),
        "uri_m": line.uri_m,
    }
    later = "(excluded.found_at, excluded.run_id) > (candidate.found_at, candidate.run_id)"
    insert(db, "candidate", values, replace_where=("version_id, ordinal, url", later))


def _search(db: Database, line: Search) -> None:
    values = {
        "version_id": line.article_id,
        "ordinal": line.ordinal,
        "service": line.service,
        "searched_at": sortable_at(line.at),
        "run_id": put_run(db, line.run_id),
        "asked": line.asked,
        "whole": int(line.whole),
        "note": line.note,
    }
    insert(db, "search", values)


def _known(db: Database, resource: Resource | None) -> int | None:
    return put_resource(db, resource) if resource else None


_ROWS: dict[type[Overtime], Callable[[Database, Any], None]] = {
    Watch: _watch,
    Poll: _poll,
    Comparison: _comparison,
    Event: _event,
    Alert: _alert,
    OtherCopy: _copy,
    Rhythm: _rhythm,
    Verification: _verdict,
    Candidate: _candidate,
    Search: _search,
}

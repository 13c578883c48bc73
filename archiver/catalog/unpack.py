"""Rows of the catalog as the records of `stored.py`."""

from typing import Any

from archiver.catalog.stored import (
    Citation,
    Footprint,
    OrphanMention,
    PastCapture,
    StoredCapture,
    StoredResource,
    StoredTombstone,
    StoredVersion,
)
from archiver.model.clock import parse_at
from archiver.model.digests import Digest
from archiver.model.records import WarcRef
from archiver.model.states import Act, Availability, CaptureKind, MentionKind, Outcome, Reason

__all__ = [
    "unpack_capture",
    "unpack_citation",
    "unpack_footprint",
    "unpack_orphan",
    "unpack_past",
    "unpack_resource",
    "unpack_tombstone",
    "unpack_version",
    "unpack_warc_ref",
]


def _digest(text: str | None) -> Digest | None:
    return Digest.parse(text) if text else None


def _file(row: dict[str, Any], name: str) -> str | None:
    return f"{row['path']}/{row[name]}" if row[name] else None


def unpack_resource(row: dict[str, Any]) -> StoredResource:
    """The resource of any joined row."""
    state = Availability(row["state"]) if row["state"] else None
    return StoredResource(row["resource_id"], row["key"], row["resource_uri"], row["platform"], row["post_id"], state)


def unpack_capture(row: dict[str, Any]) -> StoredCapture:
    """A row of the captures' query."""
    return StoredCapture(
        id=row["id"],
        kind=CaptureKind(row["kind"]),
        resource=unpack_resource(row),
        uri=row["uri"],
        started_at=parse_at(row["started_at"]),
        ended_at=parse_at(row["ended_at"]),
        outcome=Outcome(row["outcome"]),
        availability=Availability(row["availability"]),
        path=row["path"],
        screenshot=_file(row, "screenshot"),
        cleaned=_file(row, "cleaned"),
        article=row["article_id"],
        marks=_file(row, "marks"),
        manifest=_digest(row["manifest"]),
        final_url=row["final_url"],
        http_status=row["http_status"],
        reasons=tuple(Reason(word) for word in (row["reasons"] or "").split(",") if word),
        logged_in=bool(row["logged_in"]),
    )


def unpack_version(row: dict[str, Any]) -> StoredVersion:
    """A row of the article versions' query."""
    return StoredVersion(
        id=row["id"],
        resource=unpack_resource(row),
        source=row["source"],
        fetched_at=parse_at(row["fetched_at"]),
        path=row["path"],
        source_digest=_digest(row["source_digest"]),
        manifest=_digest(row["manifest"]),
        url=row["url"],
        title=row["title"],
        screenshot=_file(row, "screenshot"),
        marks=_file(row, "marks"),
    )


def unpack_tombstone(row: dict[str, Any]) -> StoredTombstone:
    """A row of the tombstones' query."""
    return StoredTombstone(
        id=row["folder_id"],
        kind=CaptureKind(row["kind"]),
        resource=unpack_resource(row),
        uri=row["uri"],
        captured_at=parse_at(row["captured_at"]),
        act=Act(row["act"]),
        reason=row["reason"],
        withdrawn_at=parse_at(row["withdrawn_at"]),
        path=row["path"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        availability=Availability(row["availability"]) if row["availability"] else None,
        manifest=_digest(row["manifest"]),
    )


def unpack_footprint(row: dict[str, Any]) -> Footprint:
    """A row of the footprints' query."""
    return Footprint(**{**row, "kind": CaptureKind(row["kind"]), "at": parse_at(row["at"])})


def unpack_past(row: dict[str, Any]) -> PastCapture:
    """A row of the histories' query."""
    states = {"outcome": Outcome(row["outcome"]), "availability": Availability(row["availability"])}
    times = {name: parse_at(row[name]) for name in ("started_at", "ended_at")}
    return PastCapture(**{**row, **states, **times})


def unpack_citation(row: dict[str, Any]) -> Citation:
    """A row of the citations' query."""
    return Citation(
        article_key=row["key"],
        url=row["url"],
        title=row["title"],
        version_id=row["version_id"],
        path=row["path"],
        fetched_at=parse_at(row["fetched_at"]),
        kind=MentionKind(row["kind"]),
        ordinal=row["ordinal"],
        text=row["claim_text"],
    )


def unpack_warc_ref(row: dict[str, Any]) -> WarcRef:
    """A row of `warc_record` with the path of its file."""
    return WarcRef(
        file=row["path"],
        offset=row["offset"],
        length=row["length"],
        record_type=row["record_type"],
        record_id=row["record_id"],
        uri=row["uri"],
        at=parse_at(row["at"]),
        status=row["status"],
        payload_digest=_digest(row["payload_digest"]),
    )


def unpack_orphan(row: dict[str, Any]) -> OrphanMention:
    """A row of the orphans' query."""
    return OrphanMention(unpack_citation(row), row["platform"], row["claim_name"], row["claim_handle"])

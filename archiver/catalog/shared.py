"""Rows that several kinds of evidence share: runs, resources, folders, observations, passages."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archiver.catalog.derive import derive_availability
from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.rows import insert, insert_all, text_of
from archiver.catalog.words import indexed
from archiver.model.codec import to_json
from archiver.model.records import (
    Artefact,
    ArticleVersion,
    Capture,
    Claim,
    Leaf,
    Observation,
    Resource,
    RunEnded,
    RunStarted,
    WarcRef,
)
from archiver.model.states import CaptureKind, ResourceKind
from archiver.model.urls import surt
from archiver.platforms import resource_for

__all__ = [
    "json_text",
    "put_alias",
    "put_claim",
    "put_folder",
    "put_leaf",
    "put_observations",
    "put_passage",
    "put_resource",
    "put_run",
    "put_run_ended",
    "put_run_started",
    "warc_record_row",
]

#: Of one text, this much can be found by its words; nobody posts more.
_PASSAGE_CHARS = 40_000


def put_leaf(db: Database, leaf: Leaf) -> None:
    """One entry of the log."""
    insert(
        db,
        "leaf",
        {"seq": leaf.seq, "at": sortable_at(leaf.at), "kind": leaf.kind, "path": leaf.path, "digest": str(leaf.digest)},
    )


# --- runs ---------------------------------------------------------------------------------


def put_run(db: Database, name: str, path: str | None = None) -> int:
    """The id of a run, which is known at least by name from here on."""
    run_id = key63(name)
    insert(db, "run", {"id": run_id, "name": name})
    if path is not None:
        db.execute("UPDATE run SET path = coalesce(path, ?) WHERE id = ?", [path, run_id])
    return run_id


def put_run_started(db: Database, run: RunStarted, path: str | None) -> None:
    """A run's first line; of several, the earliest stands."""
    values = [sortable_at(run.started_at), text_of(run.command), text_of(run.program)]
    db.execute(
        """UPDATE run SET (started_at, command, program) = (?1, ?2, ?3) WHERE id = ?4
           AND (started_at IS NULL OR (?1, ?2, ?3) < (started_at, command, program))""",
        [*values, put_run(db, run.id, path)],
    )


def put_run_ended(db: Database, run: RunEnded, path: str | None) -> None:
    """A run's last line; of several, the latest stands."""
    values = [sortable_at(run.ended_at), run.outcome.value, json_text(dict(sorted(run.counts.items())))]
    db.execute(
        """UPDATE run SET (ended_at, outcome, counts) = (?1, ?2, ?3) WHERE id = ?4
           AND (ended_at IS NULL OR (?1, ?2, ?3) > (ended_at, outcome, counts))""",
        [*values, put_run(db, run.id, path)],
    )


# --- resources ------------------------------------------------------------------------------


def put_resource(db: Database, resource: Resource) -> int:
    """The id of a resource, which has a row from here on."""
    resource_id = key63(resource.key)
    page = resource.kind is ResourceKind.PAGE
    insert(
        db,
        "resource",
        {
            "id": resource_id,
            "key": resource.key,
            "uri": resource.uri,
            "surt": surt(resource.uri) if page else None,
            "kind": resource.kind.value,
            "platform": resource.platform,
            "post_id": resource.post_id,
        },
    )
    if not page:
        # One post has a URL with its author's name and one without: the one that says more stays.
        db.execute(
            "UPDATE resource SET uri = ?1 WHERE id = ?2 AND (length(?1), ?1) > (length(uri), uri)",
            [text_of(resource.uri), resource_id],
        )
    return resource_id


def put_alias(db: Database, resource: Resource, url: str | None) -> None:
    """Write down that `url` was seen to lead to `resource`. Its row must be there."""
    other = resource_for(url) if url else None
    if other is not None and other.key != resource.key:
        insert(db, "alias", {"alias_id": put_resource(db, other), "resource_id": key63(resource.key)})


# --- folders --------------------------------------------------------------------------------


def put_folder(
    db: Database, record: Capture | ArticleVersion, kind: CaptureKind, path: str | None, leaf: Leaf | None
) -> None:
    """What capture and article folders have in common: place, leaf, files, WARC records."""
    if path is None:
        raise ValueError(f"{record.id}: a sealed folder has a path")
    run_id = put_run(db, record.run_id)
    insert(db, "folder", {"id": record.id, "kind": kind.value, "run_id": run_id, "path": path})
    if leaf is not None:
        db.execute(
            "UPDATE folder SET leaf_seq = ?1 WHERE id = ?2 AND (leaf_seq IS NULL OR leaf_seq > ?1)",
            [leaf.seq, record.id],
        )
    insert_all(db, "artefact", [_artefact(record.id, artefact) for artefact in record.artefacts])
    insert_all(db, "warc_file", [{"id": key63(file), "path": file} for file in {ref.file for ref in record.warc}])
    insert_all(db, "warc_record", [warc_record_row(record.id, ref) for ref in record.warc])


def _artefact(folder_id: str, artefact: Artefact) -> dict[str, Any]:
    return {
        "folder_id": folder_id,
        "path": artefact.path,
        "role": artefact.role.value,
        "origin": artefact.origin.value,
        "media_type": artefact.media_type,
        "size_bytes": artefact.size_bytes,
        "digest": str(artefact.digest),
    }


def warc_record_row(folder_id: str, record: WarcRef) -> dict[str, Any]:
    """The row of a WARC record that a folder rests on."""
    return {
        "folder_id": folder_id,
        "file_id": key63(record.file),
        "offset": record.offset,
        "length": record.length,
        "record_type": record.record_type,
        "record_id": record.record_id,
        "uri": record.uri,
        "at": sortable_at(record.at),
        "status": record.status,
        "payload_digest": str(record.payload_digest) if record.payload_digest else None,
    }


# --- observations and words ---------------------------------------------------------------------


def put_observations(db: Database, observations: Iterable[Observation]) -> None:
    """Observations and what each rests on; then where their resources stand."""
    touched = {_put_observation(db, observation) for observation in observations}
    for resource_id in touched:
        derive_availability(db, resource_id)


def _put_observation(db: Database, one: Observation) -> int:
    status = None if one.http_status is None else str(one.http_status)
    basis_id, resource_id = key63(one.via, status, one.evidence), put_resource(db, one.resource)
    basis = {"id": basis_id, "via": one.via, "http_status": one.http_status, "evidence": one.evidence}
    insert(db, "basis", basis)
    values = {
        "resource_id": resource_id,
        "observed_at": sortable_at(one.observed_at),
        "availability": one.availability.value,
        "basis_id": basis_id,
        "run_id": put_run(db, one.run_id),
        "capture_id": one.capture_id,
    }
    key = "resource_id, observed_at, availability, basis_id, run_id"
    insert(db, "observation", values, replace_where=(key, "excluded.capture_id > ifnull(observation.capture_id, '')"))
    return resource_id


def put_claim(db: Database, kind: str, resource_id: int, claim: Claim) -> None:
    """What an article says of a post, to be found by its words. `kind` is claim or orphan."""
    put_passage(db, kind, resource_id, name=claim.name, handle=claim.handle, text=claim.text)


def put_passage(
    db: Database, kind: str, resource_id: int, *, name: str | None = None, handle: str | None = None, text: str | None
) -> None:
    """One distinct text of a resource, and its words."""
    name, handle, text = (value[:_PASSAGE_CHARS] if value else None for value in (name, handle, text))
    passage_id = key63(kind, str(resource_id), name, handle, text)
    row = {"id": passage_id, "kind": kind, "resource_id": resource_id, "name": name, "handle": handle, "text": text}
    if (name or handle or text) and insert(db, "passage", row):
        db.execute(
            "INSERT INTO words (rowid, name, handle, text) VALUES (?, ?, ?, ?)",
            [passage_id, indexed(name), indexed(handle), indexed(text)],
        )


def json_text(value: object) -> str:
    """JSON, the same text for the same value."""
    return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))

"""Evidence becomes rows: the only way in, the same for a live run and for a rebuild.

Every statement is harmless when repeated, and no row depends on what came first: keys
come from the evidence, rows that several pieces of evidence share are settled by an
order of their own, and derived rows are computed from what they derive from. Only a
tombstone takes rows away; so it comes into a catalog that is built anew, in the log's order.
"""

from typing import Any

from sqlite_utils import Database

from archiver.catalog.derive import derive_article, derive_availability
from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.overtime import Overtime, put_overtime
from archiver.catalog.replays import put_replay_check
from archiver.catalog.rows import insert
from archiver.catalog.shared import (
    json_text,
    put_alias,
    put_claim,
    put_folder,
    put_leaf,
    put_observations,
    put_passage,
    put_resource,
    put_run_ended,
    put_run_started,
)
from archiver.catalog.withdrawn import put_tombstone
from archiver.model.checks import ReplayCheck
from archiver.model.evidence import AnyEvidence
from archiver.model.records import (
    Article,
    ArticleVersion,
    Capture,
    Claim,
    Leaf,
    Mention,
    Observation,
    PostRecord,
    PostRef,
    Resource,
    RunEnded,
    RunStarted,
)
from archiver.model.states import CaptureKind, MentionKind, Outcome
from archiver.model.tombstones import Tombstone, Unreferenced
from archiver.model.urls import canonical_url
from archiver.platforms import post_resource, resource_for

__all__ = ["ingest_evidence"]


def ingest_evidence(db: Database, evidence: AnyEvidence, *, path: str | None, leaf: Leaf | None) -> None:
    """Write all rows of one piece of evidence. The caller owns the transaction.

    `path` is that of the folder, journal or tombstone, relative to `snapshots/`. Raises
    ValueError for a folder without a path.
    """
    if leaf is not None:
        put_leaf(db, leaf)
    if isinstance(evidence, RunStarted):
        put_run_started(db, evidence, path)
    elif isinstance(evidence, RunEnded):
        put_run_ended(db, evidence, path)
    elif isinstance(evidence, Observation):
        put_observations(db, (evidence,))
    elif isinstance(evidence, ReplayCheck):
        put_replay_check(db, evidence)
    elif isinstance(evidence, Overtime):
        put_overtime(db, evidence)
    elif isinstance(evidence, Unreferenced):
        # It counts for the next prune only, which reads the journal itself.
        return
    elif isinstance(evidence, Tombstone):
        put_tombstone(db, evidence, path, leaf)
    elif isinstance(evidence, Capture):
        _capture(db, evidence, path, leaf)
    else:
        _article_version(db, evidence, path, leaf)


# --- articles ---------------------------------------------------------------------------------


def _article_version(db: Database, version: ArticleVersion, path: str | None, leaf: Leaf | None) -> None:
    put_folder(db, version, CaptureKind.ARTICLE, path, leaf)
    resource_id = put_resource(db, version.resource)
    cited = _cited(version.article)
    insert(
        db,
        "article_version",
        {
            "id": version.id,
            "resource_id": resource_id,
            "source": version.source,
            "fetched_at": sortable_at(version.fetched_at),
            "media_type": version.media_type,
            "source_digest": str(version.source_digest) if version.source_digest else None,
            **cited,
            "updates": json_text(version.article.updates),
            "notes": json_text(version.notes),
        },
    )
    put_alias(db, version.resource, version.article.url)
    put_passage(db, "title", resource_id, text=version.article.title)
    for mention in version.mentions:
        _mention(db, version, mention)
    put_observations(db, version.observations)
    derive_article(db, resource_id)


def _cited(article: Article) -> dict[str, str | None]:
    names = ("url", "title", "byline", "published_at", "modified_at", "publisher", "section", "language")
    return {name: getattr(article, name) for name in names}


def _mention(db: Database, version: ArticleVersion, mention: Mention) -> None:
    resource = _cited_resource(mention)
    resource_id = put_resource(db, resource) if resource else None
    claim = mention.claim
    insert(
        db,
        "mention",
        {
            "version_id": version.id,
            "ordinal": mention.ordinal,
            "kind": mention.kind.value,
            "platform": mention.platform,
            "post_id": mention.post_id,
            "url": mention.url,
            "resource_id": resource_id,
            "variant": mention.variant,
            "dangling": int(mention.dangling),
            "anchor": mention.anchor,
            "context": mention.context,
            "heading": mention.heading,
            **(_claim_columns(claim) if claim else {}),
            "start_char": mention.start,
            "end_char": mention.end,
        },
    )
    if claim and resource_id is not None:
        put_claim(db, "claim", resource_id, claim)
    elif claim and mention.kind is not MentionKind.LINK:
        put_claim(db, "orphan", key63(version.resource.key), claim)


def _cited_resource(mention: Mention) -> Resource | None:
    if mention.url and mention.platform and mention.post_id:
        return post_resource(PostRef(mention.platform, mention.post_id, mention.url))
    return resource_for(mention.url) if mention.url else None


def _claim_columns(claim: Claim) -> dict[str, str | None]:
    return {
        "claim_name": claim.name,
        "claim_handle": claim.handle,
        "claim_text": claim.text,
        "claim_date": claim.date,
        "claim_date_text": claim.date_text,
        "claim_lang": claim.lang,
        "claim_media": json_text(claim.media) if claim.media else None,
        "claim_links": json_text(claim.links) if claim.links else None,
    }


# --- captures ---------------------------------------------------------------------------------


def _capture(db: Database, capture: Capture, path: str | None, leaf: Leaf | None) -> None:
    put_folder(db, capture, capture.kind, path, leaf)
    resource_id = put_resource(db, capture.resource)
    insert(
        db,
        "capture",
        {
            "id": capture.id,
            "resource_id": resource_id,
            "uri": capture.resource.uri,
            "started_at": sortable_at(capture.started_at),
            "ended_at": sortable_at(capture.ended_at),
            "outcome": capture.outcome.value,
            "availability": capture.availability.value,
            "final_url": capture.final_url,
            "http_status": capture.http_status,
            "article_id": capture.article,
            "logged_in": int(capture.environment.logged_in),
            "context_relation": capture.context.relation.value if capture.context else None,
            "context_of": capture.context.capture_id if capture.context else None,
            **{f"{result.layer}_layer": result.outcome.value for result in capture.layers},
        },
    )
    for ordinal, reason in enumerate(capture.reasons):
        insert(db, "capture_reason", {"capture_id": capture.id, "ordinal": ordinal, "reason": reason.value})
    _capture_aliases(db, capture)
    for claim in capture.claims:
        put_claim(db, "claim", resource_id, claim)
    if capture.record is not None:
        _post(db, capture, resource_id, capture.record)
    put_observations(db, capture.observations)
    derive_availability(db, resource_id)


def _capture_aliases(db: Database, capture: Capture) -> None:
    for url in capture.aliases:
        put_alias(db, capture.resource, url)
    # A wall's address is no name of what is behind it, so only a page that was seen counts.
    public = not capture.environment.logged_in
    if capture.kind is CaptureKind.PAGE and capture.outcome is Outcome.COMPLETE and capture.final_url and public:
        put_alias(db, capture.resource, canonical_url(capture.final_url))


def _post(db: Database, capture: Capture, resource_id: int, record: PostRecord) -> None:
    values: dict[str, Any] = {
        "resource_id": resource_id,
        "capture_id": capture.id,
        "read_at": sortable_at(capture.started_at),
        "text": record.text,
        "name": record.name,
        "handle": record.handle,
        "author_id": record.author_id,
        "created_at": sortable_at(record.created_at) if record.created_at else None,
        "lang": record.lang,
        "media": json_text(record.media),
        "quoted": record.quoted,
        "parent": record.parent,
        "thread": json_text(record.thread),
        "edited": int(record.edited),
        "truncated": int(record.truncated),
    }
    newest = "(excluded.read_at, excluded.capture_id) > (post.read_at, post.capture_id)"
    insert(db, "post", values, replace_where=("resource_id", newest))
    put_passage(db, "record", resource_id, name=record.name, handle=record.handle, text=record.text)

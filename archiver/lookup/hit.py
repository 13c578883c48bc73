"""What a look-up finds, and its JSON form."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from archiver.catalog import Citation, StoredTombstone
from archiver.model.checks import ReplayCheck
from archiver.model.clock import format_at
from archiver.model.digests import Digest
from archiver.model.states import Availability, Outcome, Reason

__all__ = ["Hit", "HitKind", "check_to_json", "hit_to_json"]


class HitKind(StrEnum):
    """What was found. Only the first two have a folder of evidence of their own."""

    CAPTURE = "capture"
    #: One fetched state of an article.
    ARTICLE = "article"
    #: A capture or state of an article whose bytes went; `tombstone` says why.
    WITHDRAWN = "withdrawn"
    #: A post or page that an article cites and that was never captured.
    CITED = "cited"
    #: A quoted post whose permalink is lost; `path` is the folder of the article with it.
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Hit:
    """One find. `path`, `screenshot`, `cleaned` and `marks` are relative to `snapshots/`.

    `marks` show an article's claims on its own page; `page_of` is the id of the article's state
    that a capture is of. An article's screenshot is that of its page, wherever it lies.

    `availability` is what the capture found when it was made, `standing` where the
    resource stands by all that is known now. `at` is when the capture (or the article
    version that cites) was made; `manifest` the digest of the folder's manifest, which
    outlives the folder. What is `logged_in` shows what a member saw.
    """

    kind: HitKind
    at: datetime | None
    resource: str | None = None
    platform: str | None = None
    post_id: str | None = None
    capture_id: str | None = None
    outcome: Outcome | None = None
    availability: Availability | None = None
    #: Why the capture is not complete.
    reasons: tuple[Reason, ...] = ()
    standing: Availability | None = None
    path: str | None = None
    screenshot: str | None = None
    #: The second frame, in which overlays were hidden.
    cleaned: str | None = None
    marks: str | None = None
    page_of: str | None = None
    manifest: Digest | None = None
    name: str | None = None
    handle: str | None = None
    text: str | None = None
    articles: tuple[Citation, ...] = ()
    tombstone: StoredTombstone | None = None
    replay: ReplayCheck | None = None
    logged_in: bool = False


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """The object that `archiver lookup --json` prints: every key is always there."""
    return {
        "kind": hit.kind.value,
        "capture": hit.capture_id,
        "resource": hit.resource,
        "platform": hit.platform,
        "post_id": hit.post_id,
        "outcome": hit.outcome.value if hit.outcome else None,
        "availability": hit.availability.value if hit.availability else None,
        "reasons": [reason.value for reason in hit.reasons],
        "standing": hit.standing.value if hit.standing else None,
        "logged_in": hit.logged_in,
        "captured_at": format_at(hit.at) if hit.at and hit.capture_id else None,
        "path": hit.path,
        "screenshot": hit.screenshot,
        "cleaned": hit.cleaned,
        "marks": hit.marks,
        "page_of": hit.page_of,
        "digest": str(hit.manifest) if hit.manifest else None,
        "name": hit.name,
        "handle": hit.handle,
        "text": hit.text,
        "tombstone": _tombstone_to_json(hit.tombstone) if hit.tombstone else None,
        "replay": check_to_json(hit.replay) if hit.replay else None,
        "articles": [_article_to_json(citation) for citation in hit.articles],
    }


def check_to_json(check: ReplayCheck) -> dict[str, Any]:
    """The figures of one check of how a capture replays."""
    return {
        "at": format_at(check.at),
        "end": check.end.value,
        "screenshot_similarity": check.screenshot,
        "text_similarity": check.text,
        "faithful": check.faithful,
        "requests": check.requests,
        "attempts": check.attempts,
        "missed": check.missed,
        "loose": check.loose,
        "left": check.left,
        "program": check.program,
        "browser": check.browser,
    }


def _tombstone_to_json(stone: StoredTombstone) -> dict[str, Any]:
    return {
        "act": stone.act.value,
        "at": format_at(stone.withdrawn_at),
        "reason": stone.reason,
        "path": stone.path,
    }


def _article_to_json(citation: Citation) -> dict[str, Any]:
    return {
        "url": citation.url,
        "title": citation.title,
        "version": citation.version_id,
        "fetched_at": format_at(citation.fetched_at),
        "kind": citation.kind.value,
        "ordinal": citation.ordinal,
    }

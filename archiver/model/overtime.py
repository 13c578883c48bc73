"""What unattended passes write down over time: what is watched, what came of it, and what changed.

Each record is a line of a run's journal, and so evidence: the catalog's rows are made
from these lines, live and on a rebuild alike. Nothing here has text of a post in it, because a
journal stays when a capture is withdrawn.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archiver.model.cadence import Cadence
from archiver.model.digests import Digest
from archiver.model.records import Resource
from archiver.model.states import Availability, Drift
from archiver.model.verdicts import Against, Cue, Verdict

__all__ = [
    "Alert",
    "Candidate",
    "Clue",
    "Comparison",
    "CopyState",
    "Event",
    "EventKind",
    "OtherCopy",
    "Poll",
    "PollOutcome",
    "Rhythm",
    "Search",
    "Verification",
    "Watch",
    "WatchState",
]


class WatchState(StrEnum):
    """Whether a watched source is polled."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class PollOutcome(StrEnum):
    """What came of asking a watched source once."""

    #: It was read; perhaps nothing in it was new (see the article versions of the run).
    READ = "read"
    #: The server said so (304), or the bytes are those of the last poll.
    UNCHANGED = "unchanged"
    FAILED = "failed"


class EventKind(StrEnum):
    """What somebody who relies on the archive would want to be told."""

    DECLARED_GONE = "declared_gone"
    CAME_BACK = "came_back"
    EDITED = "edited"
    DRIFTED = "drifted"
    #: An article no longer embeds a post that an earlier state of it did.
    EMBED_DROPPED = "embed_dropped"
    RUN_FAILED = "run_failed"


class CopyState(StrEnum):
    """What another archive said of its own copy of a resource."""

    FOUND = "found"
    NONE = "none"
    SUBMITTED = "submitted"
    REFUSED = "refused"
    #: The other archive could not be asked, or its answer not be read: nothing is known.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Watch:
    """A source that is polled: an article, a feed, a sitemap, a list. Of several lines the latest stands.

    `id` is short, stable and made from `source`. `every_s` is the least time between two
    polls, in seconds; 0: at growing distances (see `polling`). `column` and `limit` are those of
    `archiver archive`. `found_in` is the watch of the list in which an article was found: it is
    polled as long as that one is.
    """

    id: str
    source: str
    state: WatchState
    every_s: int
    at: datetime
    run_id: str
    column: str | None = None
    limit: int | None = None
    found_in: str | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One look at a watched source, written down once all that it led to is sealed.

    `etag`, `last_modified` and `digest` are for the next, conditional one; `retry_after_s` is how long
    the server asked to be left alone. `articles` counts the articles that were read because of it.
    """

    watch_id: str
    at: datetime
    run_id: str
    outcome: PollOutcome
    note: str = ""
    etag: str | None = None
    last_modified: str | None = None
    digest: Digest | None = None
    articles: int = 0
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a live resource says now beside what it said in `capture_id`: the second axis, content drift.

    Digests are of the compared, normalised texts; `distance` is 0 (equal) to 1. `basis`
    names what was compared (`record`: the post's text as the platform records it; `page`: the
    readable text). Written when it differs from the last one of the resource, not at every check.
    """

    resource: Resource
    at: datetime
    run_id: str
    drift: Drift
    before: Digest
    after: Digest
    distance: float
    basis: str
    capture_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, told once. `evidence` is a sentence that can be checked.

    `resource` is what it happened to (None for a failed run), `article` the article in which
    it happened, for a dropped embed. `capture_id` is our copy, if there is one.
    """

    id: str
    kind: EventKind
    at: datetime
    run_id: str
    evidence: str
    resource: Resource | None = None
    article: Resource | None = None
    state: Availability | None = None
    capture_id: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """That an event was told over one channel (its name in the settings, nothing secret), or could not be."""

    event_id: str
    channel: str
    at: datetime
    run_id: str
    sent: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class OtherCopy:
    """What another archive answered about its copy of a resource, when it was asked.

    `uri_m` is the address of that copy and `captured_at` the time that the archive gives it.
    It says nothing of what is in the copy.
    """

    resource: Resource
    service: str
    state: CopyState
    at: datetime
    run_id: str
    uri_m: str | None = None
    captured_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """By which rules resources are due and losses declared from then on. Of several lines the latest stands.

    Written when they change; without any the usual ones stand.
    """

    at: datetime
    run_id: str
    cadence: Cadence


class Clue(StrEnum):
    """What speaks for a candidate permalink of an orphan: a closed vocabulary, the surest first."""

    #: The article's own earlier or later state, or another form of it (AMP), has the same quote with its link.
    ARTICLE_STATE = "article_state"
    #: A key that the platform made (`pic.twitter.com/KEY`, `t.co/KEY`) is in the quote and in the post.
    MEDIA_KEY = "media_key"
    LINK_KEY = "link_key"
    SAME_TEXT = "same_text"
    SIMILAR_TEXT = "similar_text"
    SAME_AUTHOR = "same_author"
    SAME_DAY = "same_day"
    #: Another article of the archive quotes the same words with a link.
    OTHER_ARTICLE = "other_article"
    #: A post that the archive holds.
    OWN_CAPTURE = "own_capture"
    #: The platform's own record of it, asked for just then.
    LIVE_RECORD = "live_record"
    #: A short link of the quote led there.
    REDIRECT = "redirect"
    #: A CDX server lists the address; its text was not seen.
    CDX_ROW = "cdx_row"
    #: A CDX server's copy of it was read.
    ARCHIVED_COPY = "archived_copy"


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of comparing one mention's claim with what is known of its post.

    `article_id` is the id of the article's state, `basis` what was compared with: a capture's
    id, `live` for a record asked for just then, another archive's URI-M; None where there was
    nothing. The digests are those of the two texts (UTF-8), so that it can be done again.
    """

    article_id: str
    ordinal: int
    at: datetime
    run_id: str
    verdict: Verdict
    cues: tuple[Cue, ...] = ()
    against: Against | None = None
    basis: str | None = None
    score: float | None = None
    claimed: Digest | None = None
    kept: Digest | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A permalink that an orphan may have had. At most one of a mention's is accepted at a time.

    `score` is 0 to 1. A line with the same article, ordinal and URL as an earlier one takes its place.
    """

    article_id: str
    ordinal: int
    url: str
    at: datetime
    run_id: str
    score: float
    clues: tuple[Clue, ...]
    accepted: bool = False
    uri_m: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """That an orphan's permalink was looked for outside, so that it is not asked for again every day.

    `service` is who was asked (the host of a CDX server). `asked` counts the requests; `whole`
    is False where answers are missing, or more is left to be read. `note` says what, and holds no text.
    """

    article_id: str
    ordinal: int
    service: str
    at: datetime
    run_id: str
    asked: int
    whole: bool
    note: str = ""

"""Closed vocabularies: every state that is ever stored, and what it teaches us.

Each one is mirrored by a CHECK constraint in the catalog. A state is compared as an
enum member, never by looking for a word in a string.
"""

from enum import StrEnum

__all__ = [
    "Act",
    "ArtefactRole",
    "Availability",
    "Backend",
    "CaptureKind",
    "Drift",
    "Group",
    "Layer",
    "LayerOutcome",
    "MentionKind",
    "Origin",
    "Outcome",
    "Reason",
    "Relation",
    "ResourceKind",
    "RunOutcome",
    "Witness",
]


class Group(StrEnum):
    """What an availability says about the resource. Only GONE counts as loss."""

    LIVE = "live"
    GONE = "gone"
    RESTRICTED = "restricted"
    #: Teaches us nothing about the resource, only about the path to it.
    UNKNOWN = "unknown"


class Availability(StrEnum):
    """Where a resource stands, as one dated observation found it."""

    LIVE = "live"
    MOVED = "moved"
    GONE_DELETED = "gone_deleted"
    GONE_AUTHOR = "gone_author"
    GONE_PLATFORM = "gone_platform"
    GONE_UNSPECIFIED = "gone_unspecified"
    GONE_SITE = "gone_site"
    SOFT_404 = "soft_404"
    PROTECTED = "protected"
    AGE = "age"
    GEO_LEGAL = "geo_legal"
    LOGIN = "login"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    UNCLEAR = "unclear"

    @property
    def group(self) -> Group:
        """The one of four groups this state belongs to."""
        return _GROUPS[self]

    @property
    def conclusive(self) -> bool:
        """Whether the state says something about the resource itself."""
        return self.group is not Group.UNKNOWN


_GROUPS = {
    Availability.LIVE: Group.LIVE,
    Availability.MOVED: Group.LIVE,
    Availability.GONE_DELETED: Group.GONE,
    Availability.GONE_AUTHOR: Group.GONE,
    Availability.GONE_PLATFORM: Group.GONE,
    Availability.GONE_UNSPECIFIED: Group.GONE,
    Availability.GONE_SITE: Group.GONE,
    Availability.SOFT_404: Group.GONE,
    Availability.PROTECTED: Group.RESTRICTED,
    Availability.AGE: Group.RESTRICTED,
    Availability.GEO_LEGAL: Group.RESTRICTED,
    Availability.LOGIN: Group.RESTRICTED,
    Availability.BLOCKED: Group.UNKNOWN,
    Availability.RATE_LIMITED: Group.UNKNOWN,
    Availability.UNREACHABLE: Group.UNKNOWN,
    Availability.SERVER_ERROR: Group.UNKNOWN,
    Availability.UNCLEAR: Group.UNKNOWN,
}


class Drift(StrEnum):
    """The second axis: whether what a live resource says is still what it said."""

    UNCHANGED = "unchanged"
    EDITED = "edited"
    DRIFTED = "drifted"


class MentionKind(StrEnum):
    """How an article cites: the post's markup, the text it left behind, or a link."""

    EMBED = "embed"
    FLATTENED = "flattened"
    LINK = "link"


class ResourceKind(StrEnum):
    """What a URI-R leads to: a post that a platform identifies, or any other page."""

    POST = "post"
    PAGE = "page"


class CaptureKind(StrEnum):
    """What an evidence folder holds."""

    POST = "post"
    PAGE = "page"
    #: One fetched state of an article, with what was extracted from it.
    ARTICLE = "article"


class Layer(StrEnum):
    """The ways in which a post is kept, so that its text is never lost."""

    CLAIM = "claim"
    RECORD = "record"
    DOM = "dom"
    SCREENSHOT = "screenshot"
    MEDIA = "media"
    NETWORK = "network"


class LayerOutcome(StrEnum):
    """What came of one layer."""

    OK = "ok"
    #: Kept, but not all of it (a cut response, a screenshot of part of the post).
    PARTIAL = "partial"
    FAILED = "failed"
    #: There is nothing to keep on this layer (no record endpoint, no media).
    ABSENT = "absent"


class Outcome(StrEnum):
    """What a capture is worth. COMPLETE means that the post itself was seen."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a capture is not complete: the quality gate's findings. The remarks among them say no such thing."""

    TEXT_NOT_SHOWN = "text_not_shown"
    AUTHOR_NOT_SHOWN = "author_not_shown"
    MEDIA_NOT_SHOWN = "media_not_shown"
    REMOVAL_NOTICE = "removal_notice"
    LOGIN_WALL = "login_wall"
    CONSENT_WALL = "consent_wall"
    AGE_GATE = "age_gate"
    CHALLENGE = "challenge"
    RATE_LIMITED = "rate_limited"
    ERROR_PAGE = "error_page"
    BLANK_FRAME = "blank_frame"
    UNIFORM_SCREENSHOT = "uniform_screenshot"
    NO_SCREENSHOT = "no_screenshot"
    NEVER_READY = "never_ready"
    NOT_SETTLED = "not_settled"
    NAVIGATED_AWAY = "navigated_away"
    DOWNLOAD = "download"
    BROWSER_CRASHED = "browser_crashed"
    OVER_BUDGET = "over_budget"
    RESPONSE_CUT = "response_cut"
    #: We ended a video ourselves: it is live, or longer or larger than is kept.
    MEDIA_CUT = "media_cut"
    #: A medium of the post did not come: its server answered with an error, or not at all.
    MEDIA_MISSING = "media_missing"
    RECORD_DISAGREES = "record_disagrees"
    RECORD_UNAVAILABLE = "record_unavailable"
    HEIGHT_CUT = "height_cut"
    REFUSED = "refused"
    NO_RESPONSE = "no_response"
    #: A remark: an overlay lay over the post or page, and a second frame shows it without.
    OVERLAY_HIDDEN = "overlay_hidden"

    @property
    def is_remark(self) -> bool:
        """Whether it is only said so that a reader knows; a complete capture may have remarks."""
        return self is Reason.OVERLAY_HIDDEN


class Origin(StrEnum):
    """Observed bytes are what the network sent; produced ones we made from them."""

    OBSERVED = "observed"
    PRODUCED = "produced"


class ArtefactRole(StrEnum):
    """The part that one file plays in its capture."""

    #: The untouched frame.
    SCREENSHOT = "screenshot"
    #: The frame in which overlays were hidden, where there were any.
    CLEANED = "cleaned"
    DOM = "dom"
    RECORD = "record"
    MEDIA = "media"
    PDF = "pdf"
    SOURCE = "source"
    MENTIONS = "mentions"
    #: A drawing over the untouched screenshot: where the claims of an article stand on its page.
    MARKS = "marks"
    #: In words: what was taken out of a logged-in capture before it was hashed.
    REDACTION = "redaction"


class Relation(StrEnum):
    """What a post is to the one whose capture was the cause of its own."""

    #: The cause quotes it.
    QUOTED = "quoted"
    #: The cause answers it.
    PARENT = "parent"
    #: It and the cause are of one thread of one author.
    THREAD = "thread"


class RunOutcome(StrEnum):
    """How an unattended pass ended."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"


class Witness(StrEnum):
    """Who says where a resource stands; of several at one visit, the first here counts most."""

    #: The platform's own record endpoint.
    RECORD = "record"
    #: The rendered page, by structural signs.
    PAGE = "page"
    #: The status of a plain answer, or its absence.
    HTTP = "http"
    #: Our own address guard: nothing was asked.
    GUARD = "guard"
    #: A fault of this program: nothing can be said.
    PROGRAM = "program"


class Backend(StrEnum):
    """How the network's side of a capture was recorded."""

    #: By the tap, byte for byte.
    TAP = "tap"
    #: As Chromium tells it, for sites that turn the tap away: bodies decoded, heads perhaps in another spelling.
    CDP = "cdp"


class Act(StrEnum):
    """Why evidence went: somebody asked for it, or nothing rested on it any more."""

    WITHDRAWN = "withdrawn"
    PRUNED = "pruned"

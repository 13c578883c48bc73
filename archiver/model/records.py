"""The records that every arrow of the design hands over: frozen, and nothing changes them.

From an article: Document → Article + Mention (with its Claim) → Extraction.
From the web:    Resource → Observation, PostRecord, Artefact, WarcRef → Capture.
Evidence, as it lies on disk: Capture, ArticleVersion, RunStarted, RunEnded, Observation.
"""

from dataclasses import dataclass, field
from datetime import datetime

from archiver.model.digests import Digest
from archiver.model.states import (
    ArtefactRole,
    Availability,
    CaptureKind,
    Layer,
    LayerOutcome,
    MentionKind,
    Origin,
    Outcome,
    Reason,
    Relation,
    ResourceKind,
    RunOutcome,
    Witness,
)

__all__ = [
    "Artefact",
    "Article",
    "ArticleVersion",
    "Capture",
    "Claim",
    "Context",
    "Document",
    "Environment",
    "Evidence",
    "Extraction",
    "LayerResult",
    "Leaf",
    "MediaRef",
    "Mention",
    "Observation",
    "PostRecord",
    "PostRef",
    "Resource",
    "RunEnded",
    "RunStarted",
    "SessionRedaction",
    "StepResult",
    "WarcRef",
]

# --- what an article says --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one source, before anything is read out of them.

    `source` is what the user named; `url` where it was found after redirects (or the
    `--base-url` given for a file). `charset` is only what the transport declared.
    `notes` say what was cut on the way (a body over the limit). `part` names the place in a
    source that holds many documents (the id of a WARC record, the number of a feed's entry).
    """

    source: str
    body: bytes
    media_type: str
    url: str | None = None
    charset: str | None = None
    fetched_at: datetime | None = None
    notes: tuple[str, ...] = ()
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a mention says of its post, exactly as published.

    `handle` has no `@`; `date` is the ISO day (or instant) that `date_text` states;
    `media` are the case-exact keys of `pic.twitter.com/KEY` and the like; `links` the
    case-exact keys of `t.co/KEY`. Every field is None (or empty) where the markup is silent.
    `alternatives` are other texts that it may be, the likeliest first, where only a flattened
    article is left and nothing shows where the post's text begins.
    """

    name: str | None = None
    handle: str | None = None
    text: str | None = None
    date: str | None = None
    date_text: str | None = None
    lang: str | None = None
    media: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One place of an article where a post or a link appears, in reading order.

    `url` is the canonical permalink (posts) or the link's target as published and made
    absolute; None for an orphan, and for a dangling link. `context` is the text around
    it, without the mention's own text. `fragment` is the markup as published (posts
    only, bounded). `start` and `end` are character offsets into a text source, else None.
    """

    ordinal: int
    kind: MentionKind
    platform: str | None = None
    post_id: str | None = None
    url: str | None = None
    variant: str | None = None
    dangling: bool = False
    anchor: str | None = None
    context: str | None = None
    heading: str | None = None
    claim: Claim | None = None
    fragment: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What is needed to cite an article. Instants are ISO text as precise as published."""

    url: str | None = None
    title: str | None = None
    byline: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    publisher: str | None = None
    section: str | None = None
    language: str | None = None
    updates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read out of one document. `notes` say what was cut, and why."""

    article: Article
    mentions: tuple[Mention, ...]
    notes: tuple[str, ...] = ()


# --- what a mention leads to -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostRef:
    """A post as its platform identifies it. `post_id` is text, and its case counts."""

    platform: str
    post_id: str
    url: str
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """URI-R: a thing on the live web.

    `key` identifies it here: `x:1508955577374146568` for a post, `page:` and the
    canonical URL for any other page. Both keep their case, because paths and ids may
    differ in nothing else (`t.co/aB`, `t.co/Ab`); the case-folding SURT only finds.
    """

    key: str
    uri: str
    kind: ResourceKind
    platform: str | None = None
    post_id: str | None = None


@dataclass(frozen=True, slots=True)
class MediaRef:
    """One image, video or audio file that a platform's record names, at the best quality that it offers.

    `url` may be that of a manifest (HLS, DASH) instead of a file. `alternatives` are other
    addresses of the same medium, the best first, for when this one gives nothing. The rest is
    as the record tells it, and None where it is silent.
    """

    url: str
    kind: str
    alt: str | None = None
    media_type: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    duration_ms: int | None = None
    bitrate_bps: int | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostRecord:
    """The platform's own data about a post, read out of its record endpoint.

    `text` is None where the endpoint gives none; `truncated` says that the platform
    itself returned only the beginning. `quoted` and `parent` (the post that this one answers)
    are URLs, as are those in `thread`: what the record tells of the same author's thread, the
    parent too where it is of this author.
    """

    text: str | None = None
    name: str | None = None
    handle: str | None = None
    author_id: str | None = None
    created_at: datetime | None = None
    lang: str | None = None
    media: tuple[MediaRef, ...] = ()
    quoted: str | None = None
    parent: str | None = None
    edited: bool = False
    truncated: bool = False
    thread: tuple[str, ...] = ()


# --- what was found on the web --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observation:
    """One dated statement of availability, with what it rests on.

    `evidence` is a short sentence that a person can check against the stored bytes.
    """

    resource: Resource
    observed_at: datetime
    availability: Availability
    via: Witness
    evidence: str
    run_id: str
    http_status: int | None = None
    capture_id: str | None = None


@dataclass(frozen=True, slots=True)
class LayerResult:
    """What came of one layer of a capture."""

    layer: Layer
    outcome: LayerOutcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepResult:
    """One named step of a capture: how long it took, and whether it did its work."""

    name: str
    ok: bool
    elapsed_ms: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file of a capture; `path` is relative to the capture's folder."""

    path: str
    role: ArtefactRole
    origin: Origin
    media_type: str
    size_bytes: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class WarcRef:
    """Where one WARC record lies: `file` relative to `snapshots/`, offset and length in bytes.

    `offset` and `length` are those of the compressed record (one gzip member).
    """

    file: str
    offset: int
    length: int
    record_type: str
    record_id: str
    uri: str
    at: datetime
    status: int | None = None
    payload_digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class SessionRedaction:
    """What was taken out of a logged-in capture before anything of it was hashed.

    `rules` names the version of the rules (`steps/redact.py`). `fields` counts header fields
    whose value went, `values` the other places where a secret stood (addresses, bodies, page,
    record), `records` the WARC records that are not as they were sent, `decoded` and `dropped`
    the bodies among them that are stored without their coding, or not at all. `files` are the
    paths of the artefacts that were altered.
    """

    rules: str
    fields: dict[str, int]
    values: int
    records: int
    decoded: int = 0
    dropped: int = 0
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """With what a capture was made, so that its method can be judged later."""

    program: str
    browser: str | None = None
    playwright: str | None = None
    user_agent: str | None = None
    viewport: str | None = None
    backend: str = "tap"
    sandboxed: bool | None = None
    logged_in: bool = False
    #: The hosts that the session of a logged-in capture is for; nothing secret.
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Why a post was captured that no article cites: what it is to the post of another capture."""

    relation: Relation
    capture_id: str


@dataclass(frozen=True, slots=True)
class Capture:
    """One dated attempt to freeze a resource: `capture.json` of a post or page folder.

    `availability` repeats the deciding observation; `claims` are the texts as the
    citing article published them, one for each mention that asked for this capture.
    `aliases` are shorteners' URLs that were seen to redirect to the resource. `context` is
    None where an article asked for the capture.
    """

    id: str
    run_id: str
    kind: CaptureKind
    resource: Resource
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    availability: Availability
    environment: Environment
    final_url: str | None = None
    http_status: int | None = None
    reasons: tuple[Reason, ...] = ()
    layers: tuple[LayerResult, ...] = ()
    observations: tuple[Observation, ...] = ()
    record: PostRecord | None = None
    claims: tuple[Claim, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    warc: tuple[WarcRef, ...] = ()
    steps: tuple[StepResult, ...] = ()
    events: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    context: Context | None = None
    #: The names of what was hidden for the cleaned frame, where there is one.
    overlays: tuple[str, ...] = ()
    #: The state of an article (its id) whose own page this is, with that state's claims marked.
    article: str | None = None
    redaction: SessionRedaction | None = None


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """One fetched state of an article: `capture.json` of an article folder.

    `resource` is the article itself (a file source has a `file:` key and no host).
    `source_digest` is that of the bytes as received, so an unchanged re-fetch is known;
    None where nothing was received.
    """

    id: str
    run_id: str
    resource: Resource
    source: str
    fetched_at: datetime
    media_type: str | None
    source_digest: Digest | None
    article: Article
    mentions: tuple[Mention, ...]
    environment: Environment
    notes: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    warc: tuple[WarcRef, ...] = ()


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first line of a run's journal."""

    id: str
    started_at: datetime
    command: str
    program: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last line of a run's journal; `counts` are for people, not for joins."""

    id: str
    ended_at: datetime
    outcome: RunOutcome
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the append-only log: something was sealed, and this is its digest.

    `kind` is `capture` or `article` (digest of the folder's manifest), `warc`, `journal`,
    `tombstone` or `key` (digest of the whole closed file). `path` is relative to `snapshots/`.
    """

    seq: int
    at: datetime
    kind: str
    path: str
    digest: Digest


Evidence = Capture | ArticleVersion | RunStarted | RunEnded | Observation

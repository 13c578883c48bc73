"""What the catalog answers with: frozen, and small; the evidence folder has the rest."""

from dataclasses import dataclass
from datetime import datetime

from archiver.model.digests import Digest
from archiver.model.states import Act, Availability, CaptureKind, MentionKind, Outcome, Reason

__all__ = [
    "Citation",
    "Footprint",
    "OrphanMention",
    "Passage",
    "PastCapture",
    "StoredCapture",
    "StoredResource",
    "StoredTombstone",
    "StoredVersion",
]


@dataclass(frozen=True, slots=True)
class StoredResource:
    """One resource, and where it stands now (None: never observed)."""

    id: int
    key: str
    uri: str
    platform: str | None = None
    post_id: str | None = None
    standing: Availability | None = None


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """One capture's row. `path`, `screenshot`, `cleaned` and `marks` are relative to `snapshots/`.

    `manifest` is the digest of its `manifest-sha256.txt`, as the log's leaf has it; None
    while no leaf is known. `article` is the id of an article's state whose own page this is.
    """

    id: str
    kind: CaptureKind
    resource: StoredResource
    uri: str
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    availability: Availability
    path: str
    screenshot: str | None = None
    manifest: Digest | None = None
    final_url: str | None = None
    http_status: int | None = None
    reasons: tuple[Reason, ...] = ()
    logged_in: bool = False
    article: str | None = None
    marks: str | None = None
    cleaned: str | None = None


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One fetched state of an article; the folder at `path` holds the whole record.

    `screenshot` and `marks` (relative to `snapshots/`) are there where it had to be rendered to be read.
    """

    id: str
    resource: StoredResource
    source: str
    fetched_at: datetime
    path: str
    source_digest: Digest | None = None
    manifest: Digest | None = None
    url: str | None = None
    title: str | None = None
    screenshot: str | None = None
    marks: str | None = None


@dataclass(frozen=True, slots=True)
class StoredTombstone:
    """What stays of a folder whose bytes went. `path` is that of the tombstone, relative to `snapshots/`.

    `manifest` is the digest of the folder's manifest, as the log has it.
    """

    id: str
    kind: CaptureKind
    resource: StoredResource
    uri: str
    captured_at: datetime
    act: Act
    reason: str
    withdrawn_at: datetime
    path: str
    outcome: Outcome | None = None
    availability: Availability | None = None
    manifest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one evidence folder is of; `warc_bytes` are its WARC records, as compressed.

    The row of a folder that was withdrawn has the records that stay for others.
    """

    folder_id: str
    path: str
    kind: CaptureKind
    resource_id: int
    platform: str | None
    at: datetime
    warc_bytes: int


@dataclass(frozen=True, slots=True)
class PastCapture:
    """One capture among all those of its resource."""

    id: str
    path: str
    resource_id: int
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    availability: Availability
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """One article that cites a resource, as its latest citing version does."""

    article_key: str
    url: str
    title: str | None
    version_id: str
    path: str
    fetched_at: datetime
    kind: MentionKind
    ordinal: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class OrphanMention:
    """A quoted post whose permalink is lost, and the article version that carries it."""

    citation: Citation
    platform: str | None
    name: str | None
    handle: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One text known of a resource. `kind` is claim, record, title or orphan."""

    kind: str
    resource_id: int
    name: str | None
    handle: str | None
    text: str | None

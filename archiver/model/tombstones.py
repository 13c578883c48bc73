"""What stays of evidence whose bytes went: tombstones, and what a prune saw before it let go."""

from dataclasses import dataclass, field
from datetime import datetime

from archiver.model.digests import Digest
from archiver.model.records import Resource, WarcRef
from archiver.model.states import Act, Availability, CaptureKind, Outcome

__all__ = ["Gap", "Redaction", "Tombstone", "Unreferenced", "Withdrawn"]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One evidence folder whose bytes went.

    `seq` is the number of its entry in the log, `path` relative to `snapshots/`. `files` are
    the digests that stood in its manifest, so that this entry can still be checked, and a
    copy that turns up elsewhere compared. `judged_at`
    is the instant of the observation that decided `availability`: what was learnt of the
    resource outlives the copy. `retained` are its WARC records whose payload other,
    kept captures refer to; those stay. Text, author and addresses of subresources are gone.
    """

    id: str
    path: str
    seq: int
    run_id: str
    kind: CaptureKind
    resource: Resource
    captured_at: datetime
    reason: str
    files: dict[str, Digest]
    outcome: Outcome | None = None
    availability: Availability | None = None
    judged_at: datetime | None = None
    retained: tuple[WarcRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a WARC file that was blanked: whole gzip members. `digest` is that of the bytes that went."""

    offset: int
    length: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Redaction:
    """What became of one WARC file: `digest` is the whole file's afterwards, None where the file went.

    No byte outside the gaps changes, and no record moves.
    """

    file: str
    digest: Digest | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One act of taking bytes away, decided as a whole; its leaf in the log is what makes it one."""

    id: str
    run_id: str
    at: datetime
    act: Act
    folders: tuple[Withdrawn, ...]
    warcs: tuple[Redaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreferenced:
    """A line of a prune's journal: captures (ids) that nothing rested on at that time."""

    at: datetime
    captures: tuple[str, ...] = field(default=())

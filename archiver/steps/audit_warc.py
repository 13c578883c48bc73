"""The audit's look at WARC files, and at everything that refers into them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archiver.model.digests import Digest
from archiver.model.records import WarcRef
from archiver.steps.audit_survey import Survey
from archiver.steps.findings import Finding
from archiver.store import Withdrawals
from archiver.store.layout import warc_run
from archiver.store.redact import gap_uri
from archiver.store.warcread import Damage, StoredRecord, read_fields, read_warc

__all__ = ["References", "audit_revisit", "audit_warc", "differs", "stated_digests"]


@dataclass(slots=True)
class References:
    """What captures say about WARC records: file → offset → (who says it, and what)."""

    by_file: dict[str, dict[int, tuple[str, WarcRef]]] = field(default_factory=dict)

    def merge(self, other: "References") -> None:
        """Take note of what another one holds."""
        for file, refs in other.by_file.items():
            self.by_file.setdefault(file, {}).update(refs)

    def add(self, place: str, refs: Sequence[WarcRef]) -> None:
        """Take note of the references of one `capture.json`."""
        for ref in refs:
            self.by_file.setdefault(ref.file, {})[ref.offset] = (place, ref)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of one WARC file: its digests (any of them will do), who refers into it, and its gaps."""

    digests: tuple[Digest, ...]
    references: dict[int, tuple[str, WarcRef]]
    gaps: dict[int, tuple[int, str]]
    gone: Withdrawals

    @classmethod
    def of(cls, path: str, digests: tuple[Digest | None, ...], references: References, gone: Withdrawals) -> "_Told":
        """Gaps are looked at only where it is sure that they must be there."""
        gaps = {offset: (length, gap_uri(name)) for offset, length, name in gone.gaps(path) if len(digests) == 1}
        return cls(tuple(digest for digest in digests if digest), references.by_file.get(path, {}), gaps, gone)


def audit_warc(root: Path, path: str, found: Survey, references: References, gone: Withdrawals) -> Iterator[Finding]:
    """Everything that is wrong with one WARC file; each of its bytes is read once, for its digest and its records'.

    Where a tombstone says that records were taken out of it, or that it went, that counts
    instead of its own entry in the log; while the run goes on that does so, either will do.
    """
    if path not in found.leaves and path in found.warcs and warc_run(path) not in found.open_runs:
        yield Finding("F107", f"snapshots/{path}")
    digests = stated_digests(path, found, gone)
    if digests == (None,) and (root / path).exists():
        yield Finding("F605", f"snapshots/{path}")
        return
    try:
        yield from _audit_warc(root, path, _Told.of(path, digests, references, gone))
    except FileNotFoundError:
        if None not in digests or path in references.by_file:
            yield Finding("F101", f"snapshots/{path}")
    except OSError as error:
        yield Finding("F003", f"snapshots/{path}", found=error.strerror)


def stated_digests(path: str, found: Survey, gone: Withdrawals) -> tuple[Digest | None, ...]:
    """The digests that a WARC file may have now, by the log and the tombstones; None for one that went."""
    leaf = found.leaves.get(path)
    return gone.digests(path, (leaf.digest,) if leaf else (), open_runs=found.open_runs)


def _audit_warc(root: Path, path: str, told: _Told) -> Iterator[Finding]:
    place, whole, end = f"snapshots/{path}", hashlib.sha256(), None
    wanted = dict(told.references)
    with (root / path).open("rb") as file:
        for record in read_warc(file, whole=whole):
            if isinstance(record, Damage):
                end = record
            else:
                yield from _audit_record(root, place, record, wanted.pop(record.offset, None), told)
    digest = Digest("sha256", whole.hexdigest())
    if told.digests and digest not in told.digests:
        yield Finding("F102", place, None, str(told.digests[-1]), str(digest))
    # Behind the last whole record an open file may hold what is being written just now.
    if end is not None and (told.digests or any(offset >= end.offset for offset in wanted)):
        yield Finding("F103", place, f"record at {end.offset}", found=end.why)
    for offset, (teller, _ref) in wanted.items():
        yield Finding("F105", teller, f"{place} at {offset}")


def _audit_record(
    root: Path, place: str, record: StoredRecord, teller: tuple[str, WarcRef] | None, told: _Told
) -> Iterator[Finding]:
    row = f"record at {record.offset}"
    for name, stated, found in record.wrong_digests():
        yield Finding("F104", place, f"{row}, {name}", stated, found)
    fields = record.named
    if teller is not None and (record.length != teller[1].length or differs(fields, teller[1])):
        yield Finding("F105", teller[0], f"{place} at {record.offset}", teller[1].record_id, record.record_id)
    gap = told.gaps.get(record.offset)
    if gap is not None and gap != (record.length, fields.get("warc-target-uri")):
        yield Finding("F605", place, row, gap[1], record.record_id)
    if record.kind == "revisit":
        yield from audit_revisit(root, place, row, fields, None if teller else told.gone)


def differs(fields: Mapping[str, str], ref: WarcRef) -> bool:
    """Whether a record with these fields (names in lower case) is another than the one referred to."""
    digest = fields.get("warc-payload-digest")
    told = (ref.record_id, ref.record_type, ref.uri, str(ref.payload_digest or digest))
    names = ("warc-record-id", "warc-type", "warc-target-uri")
    return told != (*map(fields.get, names), str(digest))


def audit_revisit(
    root: Path, place: str, row: str, fields: Mapping[str, str], gone: Withdrawals | None
) -> Iterator[Finding]:
    """Its original is there; one that no capture rests on (`gone`) may refer to what was withdrawn."""
    target = fields.get("archiver-refers-to-place", "")
    try:
        file, offset, length = target.split(" ")
        if gone is not None and gone.in_gap(file, int(offset)):
            return
        original = read_fields(root / file, int(offset), int(length))
    except (ValueError, OSError) as error:
        yield Finding("F106", place, row, target, str(error))
        return
    stated = (fields.get("warc-refers-to"), fields.get("warc-payload-digest"))
    found = (original.get("warc-record-id"), original.get("warc-payload-digest"))
    if stated != found:
        yield Finding("F106", place, row, " ".join(map(str, stated)), " ".join(map(str, found)))

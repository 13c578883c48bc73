"""The audit's look at WARC files, and at everything that refers into them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archiver.model.digests import Digest
from archiver.model.records import WarcRef
from archiver.steps.audit_survey import Survey
from archiver.steps.findings import Finding
from archiver.store.layout import warc_run
from archiver.store.warcread import Damage, StoredRecord, read_fields, read_warc

__all__ = ["References", "audit_warcs"]


@dataclass(slots=True)
class References:
    """What captures say about WARC records: file → offset → (who says it, and what)."""

    by_file: dict[str, dict[int, tuple[str, WarcRef]]] = field(default_factory=dict)

    def add(self, place: str, refs: Sequence[WarcRef]) -> None:
        """Take note of the references of one `capture.json`."""
        for ref in refs:
            self.by_file.setdefault(ref.file, {})[ref.offset] = (place, ref)


def audit_warcs(root: Path, found: Survey, references: References) -> Iterator[Finding]:
    """Every WARC file that the log or a capture names, or that lies there."""
    named = {leaf.path for leaf in found.of_kind("warc")}
    for path in sorted(named | found.warcs | references.by_file.keys()):
        leaf = found.leaves.get(path)
        if leaf is None and path in found.warcs and warc_run(path) not in found.open_runs:
            yield Finding("F107", f"snapshots/{path}")
        expected = references.by_file.get(path, {})
        try:
            yield from _audit_warc(root, path, leaf.digest if leaf else None, expected)
        except FileNotFoundError:
            yield Finding("F101", f"snapshots/{path}")
        except OSError as error:
            yield Finding("F003", f"snapshots/{path}", found=error.strerror)


def _audit_warc(
    root: Path, path: str, stated: Digest | None, expected: dict[int, tuple[str, WarcRef]]
) -> Iterator[Finding]:
    place, whole, end = f"snapshots/{path}", hashlib.sha256(), None
    wanted = dict(expected)
    with (root / path).open("rb") as file:
        for record in read_warc(file, whole=whole):
            if isinstance(record, Damage):
                end = record
            else:
                yield from _audit_record(root, place, record, wanted.pop(record.offset, None))
    digest = Digest("sha256", whole.hexdigest())
    if stated is not None and digest != stated:
        yield Finding("F102", place, None, str(stated), str(digest))
    # Behind the last whole record an open file may hold what is being written just now.
    if end is not None and (stated is not None or any(offset >= end.offset for offset in wanted)):
        yield Finding("F103", place, f"record at {end.offset}", found=end.why)
    for offset, (teller, _ref) in wanted.items():
        yield Finding("F105", teller, f"{place} at {offset}")


def _audit_record(root: Path, place: str, record: StoredRecord, told: tuple[str, WarcRef] | None) -> Iterator[Finding]:
    row = f"record at {record.offset}"
    for name, stated, found in record.wrong_digests():
        yield Finding("F104", place, f"{row}, {name}", stated, found)
    if told is not None and not _same(record, told[1]):
        yield Finding("F105", told[0], f"{place} at {record.offset}", told[1].record_id, record.record_id)
    if record.kind == "revisit":
        yield from _audit_revisit(root, place, record)


def _same(record: StoredRecord, ref: WarcRef) -> bool:
    digest = record.field("WARC-Payload-Digest")
    told = (ref.length, ref.record_id, ref.record_type, ref.uri, str(ref.payload_digest or digest))
    return told == (record.length, record.record_id, record.kind, record.field("WARC-Target-URI"), str(digest))


def _audit_revisit(root: Path, place: str, record: StoredRecord) -> Iterator[Finding]:
    row, target = f"record at {record.offset}", record.field("Archiver-Refers-To-Place") or ""
    try:
        file, offset, length = target.split(" ")
        fields = read_fields(root / file, int(offset), int(length))
    except (ValueError, OSError) as error:
        yield Finding("F106", place, row, target, str(error))
        return
    stated = (record.field("WARC-Refers-To"), record.field("WARC-Payload-Digest"))
    found = (fields.get("warc-record-id"), fields.get("warc-payload-digest"))
    if stated != found:
        yield Finding("F106", place, row, " ".join(map(str, stated)), " ".join(map(str, found)))

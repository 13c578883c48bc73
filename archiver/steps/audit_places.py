"""The audit's look at single WARC records, where the files that hold them are not read as a whole."""

from collections.abc import Iterator
from pathlib import Path

from archiver.model.records import WarcRef
from archiver.steps.audit_survey import Survey
from archiver.steps.audit_warc import References, audit_revisit, differs
from archiver.steps.findings import Finding
from archiver.store.warcread import read_fields

__all__ = ["audit_places"]

_GZIP = b"\x1f\x8b"


def audit_places(root: Path, references: References, found: Survey) -> Iterator[Finding]:
    """Whether the records that captures refer to begin, end and are named as they say; blocks are not read.

    A file that is missing is told where it belongs, if the log names it.
    """
    for file, refs in references.by_file.items():
        if not (root / file).exists():
            if file not in found.leaves:
                yield Finding("F101", f"snapshots/{file}")
            continue
        for teller, ref in refs.values():
            yield from _audit_place(root, teller, ref)


def _audit_place(root: Path, teller: str, ref: WarcRef) -> Iterator[Finding]:
    place = f"snapshots/{ref.file}"
    try:
        fields = read_fields(root / ref.file, ref.offset, ref.length)
        end = _end_at(root / ref.file, ref.offset + ref.length)
    except (ValueError, OSError) as error:
        yield Finding("F105", teller, f"{place} at {ref.offset}", ref.record_id, str(error))
        return
    if differs(fields, ref) or not end:
        yield Finding("F105", teller, f"{place} at {ref.offset}", ref.record_id, fields.get("warc-record-id"))
    elif ref.record_type == "revisit":
        yield from audit_revisit(root, place, f"record at {ref.offset}", fields, None)


def _end_at(path: Path, offset: int) -> bool:
    """Whether a record ends here: another begins, or the file is over."""
    with path.open("rb") as file:
        file.seek(offset)
        following = file.read(len(_GZIP))
        return following == _GZIP or (not following and file.tell() == offset)

"""What went over the wire, read back from WARC records: for a replay, or for a copy that needs no other file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from archiver.model.exchange import Failure
from archiver.model.records import WarcRef
from archiver.store.warcread import StoredRecord, payload_at, read_block

__all__ = ["Recorded", "read_checked", "read_recorded", "read_response", "resolved_block", "target_uri"]

#: All that prints in ASCII, but the space: nothing else may stand in WARC-Target-URI.
_URI_CHARACTERS = "".join(map(chr, range(0x21, 0x7F)))
_ANSWERS = {"response", "revisit"}
_WAITED = {Failure.ABANDONED, Failure.TIMED_OUT}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One stored request, and where its answer lies; None where none came.

    `uri` is as `target_uri` writes it, `request` head and body as they were sent, with
    secrets replaced; b"" where only the answer is stored. `silent` says that the site never
    answered, for as long as it was waited for.
    """

    uri: str
    method: str
    request: bytes
    response: WarcRef | None
    silent: bool = False


def target_uri(uri: str) -> str:
    """A URL as `WARC-Target-URI` has it: what is not ASCII is percent-encoded."""
    return quote(uri, safe=_URI_CHARACTERS)


def read_recorded(root: Path, refs: Iterable[WarcRef]) -> tuple[Recorded, ...]:
    """The exchanges that these records are of, in the order in which they began.

    Answers are not read. A request that can't be read is left out, its answer is not. The
    records of one exchange stand together: the answer, then the request, then the failure.
    """
    found: list[Recorded] = []
    waiting: dict[str, WarcRef] = {}
    for ref in refs:
        if ref.record_type in _ANSWERS:
            waiting[ref.record_id] = ref
        elif ref.record_type == "request":
            found += _request(root, ref, waiting)
        elif found and ref.uri == found[-1].uri and found[-1].response is None:
            found[-1] = replace(found[-1], silent=_kept_silent(root, ref))
    return (*found, *(Recorded(ref.uri, "GET", b"", ref) for ref in waiting.values()))


def read_response(root: Path, ref: WarcRef) -> bytes:
    """Head and body of an answer as they came, of a revisit with the payload that it refers to.

    Raises ValueError for a record that is not what it was, OSError where its file is gone.
    """
    record, data = read_checked(root, ref.file, ref.offset, ref.length, ref.record_id)
    return resolved_block(root, record, data) if record.kind == "revisit" else data


def resolved_block(root: Path, revisit: StoredRecord, head: bytes) -> bytes:
    """Head from a revisit, payload from the record that it refers to. Raises ValueError, OSError."""
    file, offset, length = (revisit.field("Archiver-Refers-To-Place") or "").split(" ")
    original_id = revisit.field("WARC-Refers-To") or ""
    original, data = read_checked(root, file, int(offset), int(length), original_id)
    if original.field("WARC-Payload-Digest") != revisit.field("WARC-Payload-Digest"):
        raise ValueError("the record that it refers to has another payload")
    return head + data[payload_at(data) :]


def read_checked(root: Path, file: str, offset: int, length: int, record_id: str) -> tuple[StoredRecord, bytes]:
    """A record and its block, checked against its id and digests. Raises ValueError, OSError."""
    record, data = read_block(root / file, offset, length)
    if record.record_id != record_id:
        raise ValueError(f"it is {record.record_id}, not {record_id}")
    for name, stated, found in record.wrong_digests():
        raise ValueError(f"its {name} is {stated}, its bytes are {found}")
    return record, data


def _kept_silent(root: Path, ref: WarcRef) -> bool:
    try:
        _record, data = read_checked(root, ref.file, ref.offset, ref.length, ref.record_id)
        return json.loads(data).get("failure") in _WAITED
    except (ValueError, OSError):
        return False


def _request(root: Path, ref: WarcRef, waiting: dict[str, WarcRef]) -> list[Recorded]:
    try:
        record, data = read_checked(root, ref.file, ref.offset, ref.length, ref.record_id)
    except (ValueError, OSError):
        return []
    method = data.split(b" ", 1)[0].decode("ascii", "replace")
    return [Recorded(ref.uri, method, data, waiting.pop(record.field("WARC-Concurrent-To") or "", None))]

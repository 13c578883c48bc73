"""A capture's WARC records, taken out of the archive's files as they lie there, gzip members and all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError
from archiver.model.records import WarcRef
from archiver.store.recorded import read_checked, target_uri
from archiver.store.warcread import StoredRecord

__all__ = ["Taken", "records_table", "servers_of", "take_records"]

_HEAD = "offset\tlength\tsha256\ttype\trecord id\toriginal file\toriginal offset\tcaptured\ttarget\n"


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> object:
        """Take all of them."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One gzip member: where it lies now, where it came from, and what it is.

    `own` is False for what only a revisit of the capture refers to. `address` is that of the server, if one is told.
    """

    offset: int
    length: int
    digest: Digest
    kind: str
    record_id: str
    file: str
    original_offset: int
    target: str
    address: str
    own: bool
    payload: Digest | None


def take_records(root: Path, refs: Sequence[WarcRef], out: Sink) -> tuple[Taken, ...]:
    """Copy the records that `refs` name, each once, and the originals of revisits, in the order of their places.

    What is written are the very bytes of the archive: a file that every WARC tool reads.
    Each record is checked against its digests first. Raises ArchiverError for one that is
    not what it was.
    """
    taken, position = [], 0
    for file, offset, length, record_id, own in sorted(set(_places(root, refs))):
        record = _checked(root, file, offset, length, record_id)
        with (root / file).open("rb") as source:
            source.seek(offset)
            data = source.read(length)
        out.write(data)
        target, address = record.field("WARC-Target-URI") or "", record.field("WARC-IP-Address") or ""
        payload = record.payload_digest if record.kind == "response" else None
        taken.append(
            Taken(position, length, sha256(data), record.kind, record_id, file, offset, target, address, own, payload)
        )
        position += length
    return tuple(taken)


def servers_of(taken: Sequence[Taken], url: str) -> tuple[str, ...]:
    """The addresses of the servers that answered for a URL, each once."""
    wanted = target_uri(url.partition("#")[0])
    return tuple(dict.fromkeys(one.address for one in taken if one.own and one.target == wanted and one.address))


def records_table(taken: Sequence[Taken]) -> str:
    """What was taken from where, one line a record, columns apart by tabs."""
    lines = (
        f"{one.offset}\t{one.length}\t{one.digest.hex}\t{one.kind}\t{one.record_id}\t{one.file}\t{one.original_offset}"
        f"\t{'by this capture' if one.own else 'earlier, a revisit refers to it'}\t{one.target}\n"
        for one in taken
    )
    return _HEAD + "".join(lines)


def _places(root: Path, refs: Sequence[WarcRef]) -> Iterator[tuple[str, int, int, str, bool]]:
    own = {(ref.file, ref.offset) for ref in refs}
    for ref in refs:
        yield ref.file, ref.offset, ref.length, ref.record_id, True
        if ref.record_type != "revisit":
            continue
        record = _checked(root, ref.file, ref.offset, ref.length, ref.record_id)
        file, offset, length = (record.field("Archiver-Refers-To-Place") or "").split(" ")
        if (file, int(offset)) not in own:
            yield file, int(offset), int(length), record.field("WARC-Refers-To") or "", False


def _checked(root: Path, file: str, offset: int, length: int, record_id: str) -> StoredRecord:
    try:
        return read_checked(root, file, offset, length, record_id)[0]
    except (ValueError, OSError) as error:
        raise ArchiverError(
            f"{file}, record at {offset}: {error}", next_step="See `archiver audit` for what else is damaged."
        ) from None

"""Taking records out of the archive into one WARC file that needs no other."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from archiver.model.clock import parse_at
from archiver.model.errors import ArchiverError
from archiver.model.records import WarcRef
from archiver.store.cdx import CdxEntry, method_query, payload_mime
from archiver.store.exchanges import JSON_TYPE, REQUEST_TYPE, RESPONSE_TYPE
from archiver.store.recorded import read_checked, resolved_block
from archiver.store.warc import GzipMembers, Headers, write_record
from archiver.store.warcblock import Block, block_of
from archiver.store.warcread import StoredRecord

__all__ = ["Extract"]

_CONTENT_TYPES = {"request": REQUEST_TYPE, "response": RESPONSE_TYPE, "metadata": JSON_TYPE}
#: Fields that the writer sets anew, or that say no more than that the record was a revisit.
_OWN = {
    "warc-type",
    "warc-record-id",
    "warc-block-digest",
    "warc-payload-digest",
    "content-type",
    "content-length",
    "warc-profile",
    "warc-refers-to",
    "warc-refers-to-target-uri",
    "warc-refers-to-date",
    "archiver-refers-to-place",
}


class Extract:
    """A WARC file that is put together out of records of the archive."""

    def __init__(self, root: Path, out: GzipMembers, name: str) -> None:
        self.records = 0
        self._root, self._out, self._name = root, out, name
        self._entries: dict[str, CdxEntry] = {}
        self._taken: set[str] = set()
        #: Ids of revisits → those of the full responses that took their place.
        self._renamed: dict[str, str] = {}

    def entries(self) -> tuple[CdxEntry, ...]:
        """The index: one entry a response."""
        return tuple(self._entries.values())

    def take(self, refs: Iterable[WarcRef]) -> None:
        """Copy records, in the order of their places; each is checked against its digests.

        A revisit becomes a full response with an id of its own, and the request that goes
        with it names that one; all others are copied as they lie, gzip member and all.
        Raises ArchiverError for a record that is not what it was: a damaged copy is no
        evidence.
        """
        for file, offset, length, record_id in sorted({(r.file, r.offset, r.length, r.record_id) for r in refs}):
            if record_id in self._taken:
                continue
            self._taken.add(record_id)
            try:
                self._take(file, offset, length, record_id)
            except (ValueError, OSError) as error:
                raise ArchiverError(
                    f"{file}, record at {offset}: {error}", next_step="See `archiver audit` for what else is damaged."
                ) from None
            self.records += 1

    def _take(self, file: str, offset: int, length: int, record_id: str) -> None:
        record, data = read_checked(self._root, file, offset, length, record_id)
        concurrent = record.field("WARC-Concurrent-To") or ""
        if record.kind == "request" and concurrent in self._entries | self._renamed:
            self._tell_method(self._renamed.get(concurrent, concurrent), data)
        if record.kind == "revisit":
            self._write_resolved(record, data)
        elif concurrent in self._renamed:
            kept = {"WARC-Record-ID": record_id, "WARC-Concurrent-To": self._renamed[concurrent]}
            self._write(record, record.kind, block_of(data, http=record.kind == "request"), kept)
        else:
            place = self._out.copy_member(self._root / file, offset, length)
            if record.kind == "response":
                self._index(record, record_id, block_of(data), place)

    def _write_resolved(self, record: StoredRecord, head: bytes) -> None:
        """Head from the revisit, payload from the record that it refers to."""
        new_id = f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{record.record_id} resolved').urn}>"
        self._renamed[record.record_id] = new_id
        changes = {"WARC-Record-ID": new_id, "Archiver-Resolved-From": record.record_id}
        block = block_of(resolved_block(self._root, record, head))
        self._index(record, new_id, block, self._write(record, "response", block, changes))

    def _write(self, record: StoredRecord, kind: str, block: Block, changes: Mapping[str, str]) -> tuple[int, int]:
        kept = [(n, v) for n, v in record.headers if n.lower() not in _OWN and n not in changes]
        headers: Headers = [*changes.items(), *kept]
        return write_record(self._out, kind, headers, block, _CONTENT_TYPES[kind])

    def _index(self, record: StoredRecord, record_id: str, block: Block, place: tuple[int, int]) -> None:
        status = block.head.split(b"\r\n", 1)[0].split(b" ")[1:2]
        self._entries[record_id] = CdxEntry(
            record.field("WARC-Target-URI") or "",
            parse_at(record.field("WARC-Date") or ""),
            payload_mime(block.head),
            int(status[0]) if status and status[0].isdigit() else 0,
            block.payload_digest,
            *place,
            self._name,
        )

    def _tell_method(self, response_id: str, request: bytes) -> None:
        method, query = method_query(request)
        self._entries[response_id] = replace(self._entries[response_id], method=method, query=query)

"""Reading WARC files strictly, record by record. Shares no code with the writer.

What can be wrong with a record is a value here (`Damage`), because finding it is the use
of this module; nothing raises on bad bytes.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archiver.model.digests import Digest

__all__ = ["Damage", "StoredRecord", "payload_at", "read_block", "read_fields", "read_warc"]

_GZIP_WINDOW = 31
#: Zeros shrink a thousandfold: one chunk never grows to more than 64 MB.
_CHUNK_BYTES = 1 << 16
_PEEK_BYTES = 1 << 12
_MOST_HEADER_BYTES = 1 << 20
_END = b"\r\n\r\n"
_HTTP_HEAD_END = re.compile(rb"\n\r?\n")
#: As in the writer: a block whose head has no end within this has none.
_MOST_HEAD_BYTES = 1 << 20
_WITH_HEAD = {"request", "response", "revisit"}


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One whole record as it lies in the file; `offset` and `length` are those of its gzip member.

    The digests are those of the bytes that were read, not what the record says of them.
    """

    offset: int
    length: int
    headers: tuple[tuple[str, str], ...]
    block_digest: Digest
    payload_digest: Digest
    #: By name in lower case.
    named: Mapping[str, str] = field(compare=False, repr=False)

    def field(self, name: str) -> str | None:
        """The first value of a named field, or None."""
        return self.named.get(name.lower())

    @property
    def kind(self) -> str:
        """`response`, `request`, …"""
        return self.field("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        """`<urn:uuid:…>`."""
        return self.field("WARC-Record-ID") or ""

    def wrong_digests(self) -> tuple[tuple[str, str, str], ...]:
        """(field, stated, found) for each digest that the bytes do not have, or that is missing."""
        found = [("WARC-Block-Digest", self.block_digest)]
        if self.kind in {"request", "response"} and (self._has_payload() or self.field("WARC-Payload-Digest")):
            found.append(("WARC-Payload-Digest", self.payload_digest))
        stated = [(name, self.field(name) or "none", str(digest)) for name, digest in found]
        return tuple(item for item in stated if item[1] != item[2])

    def _has_payload(self) -> bool:
        """Whether there must be a digest of the payload: no two readers agree where that of a WebSocket begins."""
        return not (self.field("WARC-Target-URI") or "").startswith(("ws:", "wss:"))


@dataclass(frozen=True, slots=True)
class Damage:
    """Why no record could be read at `offset`; nothing behind it was read."""

    offset: int
    why: str


def read_warc(file: BinaryIO, *, at: int = 0, whole: "hashlib._Hash | None" = None) -> Iterator[StoredRecord | Damage]:
    """Every record from `at` on; ends at the end of the file, or with one Damage.

    `whole` is fed with every byte that is read: the rest of the file too, after damage.
    """
    reader = _Chunks(file, whole)
    offset = at
    while reader.more():
        outcome = _read_member(reader, offset)
        yield outcome
        if isinstance(outcome, Damage):
            reader.exhaust()
            return
        offset += outcome.length


class _Chunks:
    """The bytes of a file, with what one gzip member left over for the next."""

    def __init__(self, file: BinaryIO, whole: "hashlib._Hash | None") -> None:
        self._file, self._whole, self.left = file, whole, b""

    def more(self) -> bool:
        """Whether there are bytes left."""
        if not self.left:
            self.left = self._file.read(_CHUNK_BYTES)
            if self._whole is not None:
                self._whole.update(self.left)
        return bool(self.left)

    def exhaust(self) -> None:
        """Read to the end."""
        while self.more():
            self.left = b""


def _read_member(reader: _Chunks, offset: int) -> StoredRecord | Damage:
    member, record, length = zlib.decompressobj(_GZIP_WINDOW), _Parser(), 0
    try:
        while not member.eof:
            if not reader.more():
                return Damage(offset, "the file ends inside a record")
            data, reader.left = reader.left, b""
            record.feed(member.decompress(data))
            reader.left = member.unused_data
            length += len(data) - len(reader.left)
        return record.finish(offset, length)
    except zlib.error as error:
        return Damage(offset, f"not a gzip member: {error}")
    except ValueError as error:
        return Damage(offset, str(error))


@dataclass(slots=True)
class _Parser:
    """Takes the uncompressed bytes of one record as they come."""

    header: bytes = b""
    fields: tuple[tuple[str, str], ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    begun: bool = False
    left_bytes: int = 0
    tail: bytes = b""
    head: bytes = b""
    in_head: bool = False
    block: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    payload: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def feed(self, data: bytes) -> None:
        if not self.begun:
            self.header += data
            end = self.header.find(_END)
            if end < 0:
                if len(self.header) > _MOST_HEADER_BYTES:
                    raise ValueError("a record header without end")
                return
            data, self.header = self.header[end + len(_END) :], self.header[:end]
            self._begin()
        body, rest = data[: self.left_bytes], data[self.left_bytes :]
        self.left_bytes -= len(body)
        self._feed_block(body)
        self.tail += rest
        if len(self.tail) > len(_END):
            raise ValueError("more bytes in a record than its Content-Length says")

    def finish(self, offset: int, length: int) -> StoredRecord:
        if not self.begun or self.left_bytes or self.tail != _END:
            raise ValueError("a record that is not whole")
        block, payload = (Digest("sha256", state.hexdigest()) for state in (self.block, self.payload))
        return StoredRecord(offset, length, self.fields, block, payload, self.named)

    def _begin(self) -> None:
        version, *lines = self.header.decode("utf-8").split("\r\n")
        pairs = [line.partition(": ") for line in lines]
        if version != "WARC/1.1" or not all(separator for _, separator, _ in pairs):
            raise ValueError("not the header of a WARC/1.1 record")
        self.fields = tuple((name, value) for name, _, value in pairs)
        # Of a name that comes twice the first value counts.
        named = self.named = {name.lower(): value for name, value in reversed(self.fields)}
        self.left_bytes = int(named["content-length"]) if "content-length" in named else -1
        if self.left_bytes < 0:
            raise ValueError("a record without Content-Length")
        self.in_head = named.get("warc-type") in _WITH_HEAD
        self.begun = True

    def _feed_block(self, data: bytes) -> None:
        self.block.update(data)
        if not self.in_head:
            self.payload.update(data)
            return
        self.head += data
        match = _HTTP_HEAD_END.search(self.head, 0, _MOST_HEAD_BYTES)
        if match or len(self.head) > _MOST_HEAD_BYTES:
            self.payload.update(self.head[match.end() if match else 0 :])
            self.in_head, self.head = False, b""


def payload_at(block: bytes) -> int:
    """Where the payload of an HTTP block begins."""
    match = _HTTP_HEAD_END.search(block, 0, _MOST_HEAD_BYTES)
    if match:
        return match.end()
    return 0 if len(block) > _MOST_HEAD_BYTES else len(block)


def read_fields(path: Path, offset: int, length: int) -> dict[str, str]:
    """The named fields of one record, names in lower case; its block is not read.

    Raises ValueError if no record begins there, OSError if there is no such file.
    """
    parser, member = _Parser(), zlib.decompressobj(_GZIP_WINDOW)
    with path.open("rb") as file:
        file.seek(offset)
        while not parser.begun and length > 0:
            data = file.read(min(_PEEK_BYTES, length))
            length -= len(data)
            try:
                parser.feed(member.decompress(data))
            except zlib.error as error:
                raise ValueError(f"not a gzip member: {error}") from None
            if not data:
                raise ValueError("the file ends inside a record")
    return parser.named


def read_block(path: Path, offset: int, length: int) -> tuple[StoredRecord, bytes]:
    """One record and its block. Raises ValueError if it is not whole there."""
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(length)
    parser = _Parser()
    member = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = member.decompress(data)
    except zlib.error as error:
        raise ValueError(f"not a gzip member: {error}") from None
    if len(data) != length or not member.eof or member.unused_data:
        raise ValueError("not one whole gzip member")
    parser.feed(plain)
    record = parser.finish(offset, length)
    start = plain.index(_END) + len(_END)
    return record, plain[start : -len(_END)]

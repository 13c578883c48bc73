"""Taking records out of a WARC file without moving any other: each gap becomes one record of zeros.

Sealed captures name their records by offset, so nothing behind a gap may move. What is put
in its place is one gzip member of exactly the same length, which every WARC tool reads as a
`metadata` record; its zeros are written as a hole, so that the file system gets the space back.
"""

import hashlib
import os
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver.model.clock import format_at
from archiver.model.digests import Digest
from archiver.model.tombstones import Gap

__all__ = ["Filling", "Span", "gap_uri", "measure", "write_redacted"]

_CHUNK_BYTES = 1 << 20
_PAGE = bytes(4096)
_GZIP_HEAD = b"\x1f\x8b\x08%c\x00\x00\x00\x00\x02\xff"
#: A gzip member may carry a comment, ended by a zero byte: what zeros can't fill to the byte, spaces do.
_COMMENTED = 16
_RAW_DEFLATE = -15
_MOST_STORED = 65_535
_STORED_BYTES = 5
_END = b"\r\n\r\n"
#: What a member has beside its header record, zeros and stored blocks: gzip head, last block, checksum and size.
_FRAME_BYTES = 10 + _STORED_BYTES + len(_END) + 8
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Filling:
    """With what the gaps of a file are filled: which tombstone says so, and when it was made."""

    tombstone_id: str
    at: datetime

    def member(self, file: str, offset: int, length: int) -> Iterator[bytes]:
        """The gzip member for a gap, `length` bytes in all. Raises ValueError if nothing fits in so few."""
        zeros, comment, head = self._fit(file, offset, length)
        checksum = zlib.crc32(head)
        yield _GZIP_HEAD % (_COMMENTED if comment else 0)
        yield (b" " * (comment - 1) + b"\0") if comment else b""
        yield _compressed(head)
        for start in range(0, zeros, _MOST_STORED):
            part = bytes(min(_MOST_STORED, zeros - start))
            checksum = zlib.crc32(part, checksum)
            yield _stored(part)
        yield _stored(_END, last=True)
        size = len(head) + zeros + len(_END)
        yield zlib.crc32(_END, checksum).to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")

    def _fit(self, file: str, offset: int, length: int) -> tuple[int, int, bytes]:
        """How many zeros, how many bytes of comment, and the record's header with that."""
        zeros = length
        while zeros >= 0:
            head = self._header(file, offset, zeros)
            blocks = -(-zeros // _MOST_STORED) * _STORED_BYTES
            left = length - (_FRAME_BYTES + len(_compressed(head)) + blocks + zeros)
            if left >= 0:
                return zeros, left, head
            zeros -= min(-left, zeros) or 1
        raise ValueError(f"{file}: a gap of {length} bytes is too small to be filled")

    def _header(self, file: str, offset: int, zeros: int) -> bytes:
        block = hashlib.sha256()
        for start in range(0, zeros, _CHUNK_BYTES):
            block.update(bytes(min(_CHUNK_BYTES, zeros - start)))
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{gap_uri(self.tombstone_id)} {file} {offset}")
        return (
            "WARC/1.1\r\nWARC-Type: metadata\r\n"
            f"WARC-Record-ID: <{name.urn}>\r\nWARC-Date: {format_at(self.at)}\r\n"
            f"WARC-Target-URI: {gap_uri(self.tombstone_id)}\r\n"
            f"WARC-Block-Digest: sha256:{block.hexdigest()}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {zeros}\r\n\r\n"
        ).encode()


def gap_uri(tombstone_id: str) -> str:
    """The target URI of the record that fills a gap: it names the tombstone."""
    return f"urn:embed-archive:{tombstone_id}"


def measure(path: Path, name: str, spans: Sequence[Span], filling: Filling) -> tuple[Digest, Digest, tuple[Gap, ...]]:
    """The digest of a WARC file as it is, the one that it will have, and its gaps with theirs.

    `spans` are (offset, length), in order and apart. The file is read once, and not changed.
    """
    before, after, gaps = hashlib.sha256(), hashlib.sha256(), []
    with path.open("rb") as file:
        for offset, length, gap in _stretches(spans, path.stat().st_size):
            bytes_that_go = hashlib.sha256()
            for chunk in _read(file.fileno(), offset, length):
                before.update(chunk)
                (bytes_that_go if gap else after).update(chunk)
            if gap:
                for chunk in filling.member(name, offset, length):
                    after.update(chunk)
                gaps.append(Gap(offset, length, _digest(bytes_that_go)))
    return _digest(before), _digest(after), tuple(gaps)


def write_redacted(path: Path, name: str, spans: Sequence[Span], filling: Filling, out: Path) -> Digest:
    """Write the file as it will be to `out`, down to the disk; its digest. `path` is not changed."""
    state, size = hashlib.sha256(), path.stat().st_size
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        with path.open("rb") as file:
            for offset, length, gap in _stretches(spans, size):
                chunks = filling.member(name, offset, length) if gap else _read(file.fileno(), offset, length)
                for chunk in chunks:
                    state.update(chunk)
                    _write_sparse(descriptor, chunk)
        os.ftruncate(descriptor, size)
        os.fchmod(descriptor, 0o444)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return _digest(state)


def _stretches(spans: Sequence[Span], size: int) -> Iterator[tuple[int, int, bool]]:
    """The whole file as (offset, length, whether it is a gap)."""
    at = 0
    for offset, length in spans:
        if offset > at:
            yield at, offset - at, False
        yield offset, length, True
        at = offset + length
    if at < size:
        yield at, size - at, False


def _read(descriptor: int, offset: int, length: int) -> Iterator[bytes]:
    while length > 0:
        chunk = os.pread(descriptor, min(_CHUNK_BYTES, length), offset)
        if not chunk:
            raise ValueError("the file ends inside a record")
        yield chunk
        offset, length = offset + len(chunk), length - len(chunk)


def _write_sparse(descriptor: int, data: bytes) -> None:
    """Write, but leave pages of zeros out where the file has pages: they become a hole."""
    view, at = memoryview(data), os.lseek(descriptor, 0, os.SEEK_CUR)
    while view:
        page = view[: len(_PAGE) - at % len(_PAGE)]
        if page == _PAGE:
            at = os.lseek(descriptor, len(page), os.SEEK_CUR)
        else:
            page = page[: os.write(descriptor, page)]
            at += len(page)
        view = view[len(page) :]


def _compressed(data: bytes) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE)
    return squeeze.compress(data) + squeeze.flush(zlib.Z_FULL_FLUSH)


def _stored(data: bytes, *, last: bool = False) -> bytes:
    size = len(data)
    return bytes([last]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data


def _digest(state: "hashlib._Hash") -> Digest:
    return Digest("sha256", state.hexdigest())

"""The block of a WARC record: where its bytes are, how long they are, and their digests."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from archiver.model.digests import Digest

__all__ = ["Block", "block_of", "is_chunked", "response_block"]

#: The blank line that ends an HTTP head; a bare LF is accepted as HTTP parsers do (RFC 9112 §2.2).
HEAD_END = re.compile(rb"\n\r?\n")
_CHUNKED = re.compile(rb"^transfer-encoding:[^\n]*\bchunked\b", re.IGNORECASE | re.MULTILINE)
_CHUNK_BYTES = 1 << 16
#: A block whose head has no end within this is taken to have none; real servers stop at 8 to 64 KB.
_MOST_HEAD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """A head in memory and a body in a file, which `chunks` and `body_file` read from its place.

    `payload_digest` is that of the body as it stands here: for a chunked one, still chunked.
    """

    head: bytes
    body: BinaryIO
    body_at: int
    body_bytes: int
    digest: Digest
    payload_digest: Digest

    @property
    def size_bytes(self) -> int:
        """Head and body."""
        return len(self.head) + self.body_bytes

    def body_file(self) -> BinaryIO:
        """The body, positioned at its beginning."""
        self.body.seek(self.body_at)
        return self.body


def block_of(data: bytes, *, http: bool = True) -> Block:
    """A block that is all in memory: a request, or (`http=False`) something with no head."""
    match = HEAD_END.search(data) if http else None
    cut = match.end() if match else (len(data) if http else 0)
    return _measured(data[:cut], BytesIO(data[cut:]), 0, len(data) - cut)


def response_block(file: BinaryIO, size_bytes: int) -> Block:
    """The first `size_bytes` of a file that holds a response's head and body.

    A file that is shorter than it should be gives the block that is really there.
    """
    file.seek(0)
    head = _read_head(file, size_bytes)
    return _measured(head, file, len(head), size_bytes - len(head))


def is_chunked(head: bytes) -> bool:
    """Whether the body after this head is chunked."""
    return bool(_CHUNKED.search(head))


def _read_head(file: BinaryIO, most: int) -> bytes:
    data = b""
    for chunk in _chunks(file, most):
        data += chunk
        match = HEAD_END.search(data, 0, _MOST_HEAD_BYTES)
        if match:
            return data[: match.end()]
        if len(data) > _MOST_HEAD_BYTES:
            return b""
    return data


def _measured(head: bytes, body: BinaryIO, body_at: int, most: int) -> Block:
    whole, payload, size = hashlib.sha256(head), hashlib.sha256(), 0
    body.seek(body_at)
    for chunk in _chunks(body, most):
        whole.update(chunk)
        payload.update(chunk)
        size += len(chunk)
    return Block(head, body, body_at, size, Digest("sha256", whole.hexdigest()), Digest("sha256", payload.hexdigest()))


def _chunks(file: BinaryIO, most: int) -> Iterator[bytes]:
    while most > 0 and (chunk := file.read(min(_CHUNK_BYTES, most))):
        yield chunk
        most -= len(chunk)

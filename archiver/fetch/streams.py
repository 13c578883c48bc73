"""Bytes that come in pieces, of which only a little is held at a time: files, pipes, and what is compressed in them."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from archiver.model.errors import InputUnreadable

__all__ = ["CutShort", "Readable", "Stream", "uncompressed"]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_PIECE_BYTES = 1 << 16
_GZIP_WINDOW = 31
#: Zeros shrink a thousandfold: no piece grows to more than this at a time.
_INFLATED_BYTES = 1 << 20
_MEMBER = b"\x1f\x8b\x08"
#: What only looks like the beginning of a member is tried, too.
_MOST_TRIES = 1_000
_MAX_WINDOW_BYTES = 1 << 27


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, count: int, /) -> bytes:
        """The next bytes, at most `count`; none at the end."""


class CutShort(InputUnreadable):
    """Compressed data that ends too early or is broken; what came before it was whole."""


class Stream:
    """Reads on from `read` (at most so many bytes; b"" at the end), and can look ahead.

    Whatever `read` raises comes through; the bytes that were read before stay readable.
    """

    def __init__(self, read: Callable[[int], bytes], *, is_inflated: bool = False) -> None:
        self.is_inflated = is_inflated
        self._read = read
        self._buffer = bytearray()
        self._error: CutShort | None = None

    def peek(self, count: int) -> bytes:
        """The next bytes, at most `count`, without taking them."""
        self._fill(count)
        return bytes(self._buffer[:count])

    def read(self, count: int) -> bytes:
        """The next `count` bytes; fewer only at the end."""
        self._fill(count)
        self._check(count)
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def read_line(self, most: int) -> bytes:
        """The next line with its end, or `most` bytes of it; b"" at the end."""
        looked = 0
        while (end := self._buffer.find(b"\n", looked)) < 0 and len(self._buffer) < most:
            looked = len(self._buffer)
            self._fill(looked + 1)
            if len(self._buffer) == looked:
                break
        end = min(end + 1 if end >= 0 else len(self._buffer), most)
        if not end:
            self._check(1)
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line

    def read_all(self, most: int) -> tuple[bytes, str]:
        """All, or `most` bytes of it, and in words why that is not all."""
        problem = ""
        while len(self._buffer) <= most and self._error is None:
            before = len(self._buffer)
            self._fill(before + 1)
            if len(self._buffer) == before:
                break
        if self._error is not None:
            problem = str(self._error)
        elif len(self._buffer) > most:
            problem = f"only the first {most} bytes were read"
        return bytes(self._buffer[:most]), problem

    def skip(self, count: int) -> int:
        """Passes over `count` bytes; gives how many of them there were."""
        left = count
        while left > 0:
            piece = self.read(min(left, _PIECE_BYTES))
            if not piece:
                break
            left -= len(piece)
        return count - left

    def skip_to(self, pattern: bytes, most: int) -> bool:
        """Passes to before `pattern`; False if it does not come within about `most` bytes."""
        while most > 0 and len(ahead := self.peek(_PIECE_BYTES)) >= len(pattern):
            at = ahead.find(pattern)
            passed = at if at >= 0 else len(ahead) - len(pattern) + 1
            self.skip(passed)
            if at >= 0:
                return True
            most -= passed
        return False

    def put_back(self, data: bytes) -> None:
        """Bytes to be read again first."""
        self._buffer[:0] = data

    def recovered(self) -> bool:
        """After CutShort: whether reading can go on behind the damage."""
        self._buffer.clear()
        for _ in range(_MOST_TRIES):
            self._error = None
            if self.peek(1) or self._error is None:
                break
        return bool(self._buffer)

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count and self._error is None:
            try:
                piece = self._read(max(_PIECE_BYTES, count - len(self._buffer)))
            except CutShort as error:
                self._error = error
                return
            if not piece:
                return
            self._buffer += piece

    def _check(self, count: int) -> None:
        if self._error is not None and len(self._buffer) < count:
            raise self._error


def uncompressed(file: Readable, name: str) -> Stream:
    """The bytes of a file, inflated if they are gzip or zstd. Bounded memory; any number of members.

    CutShort is raised where the damage is reached. After it `recovered` goes on with the
    next gzip member, if there is one.
    """
    plain = Stream(file.read)
    begin = plain.peek(4)
    if begin.startswith(_GZIP):
        pieces = _Members(plain, name)
        return Stream(lambda _count: pieces.next(), is_inflated=True)
    if begin == _ZSTD:
        return Stream(_frames(plain, name), is_inflated=True)
    return plain


class _Members:
    """Inflates gzip members, one after the other."""

    def __init__(self, compressed: Stream, name: str) -> None:
        self._compressed, self._name = compressed, name
        self._pieces: Iterator[bytes] = self._inflated()
        self._piece = b""

    def next(self) -> bytes:
        """The next piece; b"" at the end. After CutShort it goes on with the next member."""
        try:
            return next(self._pieces, b"")
        except zlib.error:
            # The next member may begin in the very piece that broke.
            self._compressed.put_back(self._piece)
            self._find_member()
            self._pieces = self._inflated()
            raise CutShort(f"{self._name} holds broken gzip data") from None

    def _inflated(self) -> Iterator[bytes]:
        while self._compressed.peek(2) == _GZIP:
            member = zlib.decompressobj(_GZIP_WINDOW)
            while not member.eof:
                self._piece = member.unconsumed_tail or self._compressed.read(_PIECE_BYTES)
                if not self._piece:
                    raise CutShort(f"{self._name} ends inside gzip data: it is not whole")
                if inflated := member.decompress(self._piece, _INFLATED_BYTES):
                    yield inflated
            self._compressed.put_back(member.unused_data)
            self._piece = b""
            self._pass_padding()
        if self._compressed.peek(1):
            raise zlib.error("no gzip member")

    def _pass_padding(self) -> None:
        while self._compressed.peek(1) == b"\0":
            padding = self._compressed.peek(_PIECE_BYTES)
            self._compressed.skip(len(padding) - len(padding.lstrip(b"\0")))

    def _find_member(self) -> None:
        """Passes to what looks like the beginning of the next member."""
        self._compressed.skip(1)
        while ahead := self._compressed.peek(_PIECE_BYTES):
            at = ahead.find(_MEMBER)
            if at >= 0:
                self._compressed.skip(at)
                return
            self._compressed.skip(max(len(ahead) - len(_MEMBER) + 1, 1))


def _frames(compressed: Stream, name: str) -> Callable[[int], bytes]:
    import zstandard  # noqa: PLC0415  # few sources need it

    reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES).stream_reader(
        _Pieces(compressed),  # type: ignore[arg-type]  # `read` is all that it asks for
        read_across_frames=True,
    )

    def read(count: int) -> bytes:
        try:
            return reader.read(min(count, _INFLATED_BYTES))
        except zstandard.ZstdError as error:
            raise CutShort(f"{name} holds broken zstd data ({error})") from None

    return read


class _Pieces:
    """A stream as zstandard asks for it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def read(self, count: int) -> bytes:
        return self._stream.read(min(count, _PIECE_BYTES))

"""Reading a connection: heads and bodies, with the bytes exactly as they came."""

import asyncio
import hashlib
from collections.abc import Callable

import h11

from archiver.model.exchange import Failure
from archiver.tap.failed import Failed
from archiver.tap.head import HEAD_END, ResponseHead

__all__ = ["READ_BYTES", "Body", "ParsedBody", "Source", "WatchedReader", "body_of"]

READ_BYTES = 64 * 1024


class WatchedReader(asyncio.StreamReader):
    """A stream reader that tells at once when its peer went away, even if nobody is reading."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        super().__init__(limit=READ_BYTES)
        self._on_end = on_end

    def feed_eof(self) -> None:
        """The peer closed its side."""
        super().feed_eof()
        self._on_end()

    def set_exception(self, exc: Exception) -> None:
        """The connection broke."""
        super().set_exception(exc)
        self._on_end()


class Source:
    """A reader with what was read ahead of the message in hand."""

    def __init__(self, reader: asyncio.StreamReader, ahead: bytes = b"") -> None:
        self._reader = reader
        self._ahead = ahead

    async def head(self, limit_bytes: int) -> bytes:
        """The next head with its blank line, or b"" if the peer closed without a byte.

        Failed PROTOCOL if it is longer than the limit or ends in the middle.
        """
        head = self._ahead.lstrip(b"\r\n")
        looked = 0
        while (end := HEAD_END.search(head, looked)) is None:
            if len(head) > limit_bytes:
                raise Failed(Failure.PROTOCOL, f"a head of more than {limit_bytes} bytes")
            looked = max(0, len(head) - 3)
            more = await self._reader.read(READ_BYTES)
            if not more:
                self._ahead = b""
                if head:
                    raise Failed(Failure.PROTOCOL, "the connection ended inside a head")
                return b""
            head = head + more if head else more.lstrip(b"\r\n")
        self._ahead = head[end.end() :]
        return head[: end.end()]

    async def some(self) -> bytes:
        """The next bytes, at most about 64 KB; b"" at the end."""
        ahead, self._ahead = self._ahead, b""
        return ahead or await self._reader.read(READ_BYTES)

    def take_ahead(self) -> bytes:
        """What was read beyond the last head, without waiting."""
        ahead, self._ahead = self._ahead, b""
        return ahead

    def put_back(self, data: bytes) -> None:
        """These bytes belong to the next message."""
        self._ahead = data + self._ahead

    @property
    def ended(self) -> bool:
        """Whether the peer has closed, or sent what nobody asked for."""
        return bool(self._ahead) or self._reader.at_eof() or self._reader.exception() is not None


class Body:
    """Finds the end of a message's body; keeps the digest and size of its payload.

    The payload is the body without transfer encoding (ISO 28500 §5.9). With `collect`
    its bytes are kept too.
    """

    def __init__(self, *, sha256: "hashlib._Hash | None" = None, collect: bool = False) -> None:
        self._sha256 = sha256
        self.size_bytes = 0
        self.done = False
        self._closed = False
        self.pieces: list[bytes] | None = [] if collect else None

    def feed(self, data: bytes) -> int:
        """Take bytes from the wire; returns how many of them belong to this body.

        b"" says that the connection ended. Raises h11.RemoteProtocolError if the body
        can't end here, or isn't framed as it claims.
        """
        raise NotImplementedError

    @property
    def reusable(self) -> bool:
        """Whether another message may follow on this connection."""
        raise NotImplementedError

    def _take(self, data: bytes) -> None:
        self.size_bytes += len(data)
        if self._sha256 is not None:
            self._sha256.update(data)
        if self.pieces is not None:
            self.pieces.append(data)


class ParsedBody(Body):
    """A body framed in any way that HTTP/1 knows, of a request or a response."""

    def __init__(self, parser: h11.Connection, *, sha256: "hashlib._Hash | None" = None, collect: bool = False) -> None:
        super().__init__(sha256=sha256, collect=collect)
        self._parser = parser
        self._pump()

    def feed(self, data: bytes) -> int:
        """See `Body.feed`."""
        self._closed = not data
        self._parser.receive_data(data)
        self._pump()
        return len(data) - len(self._parser.trailing_data[0]) if self.done else len(data)

    @property
    def reusable(self) -> bool:
        """See `Body.reusable`."""
        return self.done and not self._closed and self._parser.their_state is h11.DONE

    def _pump(self) -> None:
        while not self.done:
            event = self._parser.next_event()
            if isinstance(event, h11.Data):
                self._take(event.data)
            elif event is h11.NEED_DATA:
                return
            else:
                self.done = True


class LengthBody(Body):
    """A body of a known length."""

    def __init__(
        self, length: int, *, persists: bool, sha256: "hashlib._Hash | None" = None, collect: bool = False
    ) -> None:
        super().__init__(sha256=sha256, collect=collect)
        self._length = length
        self._persists = persists
        self.done = length == 0

    def feed(self, data: bytes) -> int:
        """See `Body.feed`."""
        if not data:
            self._closed = True
            raise h11.RemoteProtocolError(
                "peer closed connection without sending complete message body "
                f"(received {self.size_bytes} bytes, expected {self._length})"
            )
        used = min(len(data), self._length - self.size_bytes)
        self._take(data if used == len(data) else data[:used])
        self.done = self.size_bytes == self._length
        return used

    @property
    def reusable(self) -> bool:
        """See `Body.reusable`."""
        return self.done and self._persists and not self._closed


def body_of(head: ResponseHead, *, sha256: "hashlib._Hash | None" = None, collect: bool = False) -> Body:
    """The body that follows a response's head."""
    if head.parser is not None:
        return ParsedBody(head.parser, sha256=sha256, collect=collect)
    return LengthBody(head.length or 0, persists=head.persists, sha256=sha256, collect=collect)

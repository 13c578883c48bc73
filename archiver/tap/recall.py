"""A site that is remembered: requests are answered out of stored bytes, and no connection is made."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable

from archiver.model.exchange import Failure
from archiver.tap.failed import Failed
from archiver.tap.head import HEAD_END, read_request
from archiver.tap.upstream import Dialer, Upstream
from archiver.tap.wire import READ_BYTES, Source

__all__ = ["Recall", "RecallDialer"]

#: Asked with method, URL and request (head and body); the response in wire bytes, None if there is none,
#: b"" where the site took the question and kept silent.
Recall = Callable[[str, str, bytes], bytes | None]
_NOT_STORED = "nothing is stored under this address"

_SWITCHED = re.compile(rb"HTTP/1\.\d 101\b")
_SOCKET_KEY = re.compile(rb"^sec-websocket-key:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_SOCKET_ACCEPT = re.compile(rb"(\nsec-websocket-accept:[ \t]*)\S+", re.IGNORECASE)
#: RFC 6455 §4.2.2: what a server adds to the client's key.
_SOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class RecallDialer(Dialer):
    """Stands where connections are made, and makes none: there is no socket in here.

    `recall` is called in threads, several at a time. What it does not know fails as
    NAME_NOT_RESOLVED, as a name that nobody knows.
    """

    def __init__(self, recall: Recall) -> None:
        self._recall = recall

    async def dial(self, key: tuple[str, str, int]) -> Upstream:
        """A "connection" for one request, at whose end it ends."""
        reader = asyncio.StreamReader(limit=READ_BYTES)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport = _Memory(key, reader, self._recall)
        writer = asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop())
        return Upstream(key, Source(reader), writer, "", None, ())


class _Memory(asyncio.Transport):
    """Takes one request, and gives its reader what is remembered of the answer."""

    def __init__(self, key: tuple[str, str, int], reader: asyncio.StreamReader, recall: Recall) -> None:
        super().__init__()
        self._key, self._reader, self._recall = key, reader, recall
        self._answering: asyncio.Task[None] | None = None
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """The request, whole; what a WebSocket's client says after it goes nowhere."""
        if self._answering is None:
            self._answering = asyncio.get_running_loop().create_task(self._answer(bytes(data)))

    def abort(self) -> None:
        """Nothing more is wanted."""
        self._closing = True
        if self._answering is not None:
            self._answering.cancel()

    def close(self) -> None:
        """As `abort`: there is nothing to be sent on."""
        self.abort()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing

    async def _answer(self, request: bytes) -> None:
        try:
            response = await asyncio.to_thread(self._remembered, request)
        except Exception as error:  # noqa: BLE001  # raised again where the answer is read
            self._reader.set_exception(error)
            return
        if not response:
            # Until whoever asked gives up, as it was then.
            await asyncio.Event().wait()
        self._reader.feed_data(response)
        # A WebSocket stays open: that it ends is the client's to say.
        if not _SWITCHED.match(response):
            self._reader.feed_eof()

    def _remembered(self, request: bytes) -> bytes:
        end = HEAD_END.search(request)
        asked = read_request(request[: end.end()] if end else request, tunnel=self._key).request
        response = self._recall(asked.method, asked.uri, request)
        if response is None:
            raise Failed(Failure.NAME_NOT_RESOLVED, _NOT_STORED)
        return _accepting(response, request)


def _accepting(response: bytes, request: bytes) -> bytes:
    """The response, where it opens a WebSocket with the proof that this very client asks for."""
    key = _SOCKET_KEY.search(request)
    if key is None or not _SWITCHED.match(response):
        return response
    proof = base64.b64encode(hashlib.sha1(key[1] + _SOCKET_GUID, usedforsecurity=False).digest())
    return _SOCKET_ACCEPT.sub(lambda match: match[1] + proof, response, count=1)

"""Our side's client on one connection: a browser or `requests`, in plain text once here."""

import asyncio
import socket
import struct
from typing import Any

from archiver.model.exchange import FAILURE_HEADER, NOTE_HEADER, Failure
from archiver.tap.wire import Source, WatchedReader

__all__ = ["Client"]


class Client:
    """One connection of a client, of which (scheme, host, port) are known inside a CONNECT."""

    def __init__(self, *, tunnel: tuple[str, str, int] | None) -> None:
        self.tunnel = tunnel
        self.gone = False
        self.reader = WatchedReader(self._ended)
        self.source = Source(self.reader)
        self.on_gone = _nothing
        self._held = b""
        self._aborted = False
        self._socket: Any = None
        self._writer: asyncio.StreamWriter | None = None

    def connected(self, writer: asyncio.StreamWriter) -> None:
        """From here on there is something to write to."""
        self._writer = writer
        self._socket = writer.get_extra_info("socket")

    @property
    def is_connected(self) -> bool:
        """Whether the connection was ever opened."""
        return self._writer is not None

    def hold(self, data: bytes) -> None:
        """Pass bytes on together with the next ones: a small write costs as much as a large one."""
        self._held += data

    async def send(self, data: bytes = b"") -> None:
        """Pass bytes on, no faster than the client takes them. Without effect once it is gone."""
        held, self._held = self._held, b""
        if self.gone or self._writer is None or not (held or data):
            return
        try:
            self._writer.write(held + data if held else data)
            await self._writer.drain()
        except OSError:
            self._ended()

    async def refuse(self, failure: Failure, note: str, *, last: bool = False) -> None:
        """The tap's own answer: 502 and why; `last` says that the connection ends with it."""
        line = "".join(char if " " <= char <= "~" else "?" for char in note)[:300]
        await self.send(
            f"HTTP/1.1 502 Bad Gateway\r\n{FAILURE_HEADER}: {failure.value}\r\n{NOTE_HEADER}: {line}\r\n"
            f"Cache-Control: no-store\r\n{'Connection: close' if last else 'Connection: keep-alive'}\r\n"
            "Content-Length: 0\r\n\r\n".encode("ascii")
        )

    async def close(self) -> None:
        """Let what was sent arrive, for a second at most, then close."""
        if self._writer is None or self._aborted:
            return
        try:
            async with asyncio.timeout(1):
                await self.send()
                self._writer.close()
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self.abort()

    def abort(self, *, reset: bool = True) -> None:
        """Close at once; with `reset` the client sees that what it got is not whole."""
        if self._writer is None or self._aborted:
            return
        self._aborted = True
        if reset and self._socket.fileno() >= 0:
            # An end would not do: it is how a body without a length says that it is whole.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def _ended(self) -> None:
        if not self.gone:
            self.gone = True
            self.on_gone()
            if self._writer is not None:
                self.abort(reset=False)  # wakes whoever waits for it to take bytes


def _nothing() -> None:
    """Nobody asked to be told."""

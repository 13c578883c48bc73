"""Just enough of RFC 6455 to echo: the handshake key, and frames in both directions."""

import asyncio
import base64
import hashlib
import struct
from typing import Protocol

__all__ = ["Note", "accept_key", "echo_frames"]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_MAX_FRAME_BYTES = 1 << 20
_PING, _PONG, _CLOSE = 0x9, 0xA, 0x8


def accept_key(key: str) -> str:
    """The `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`."""
    # SHA-1 is what the protocol prescribes; it guards nothing here.
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


class Note(Protocol):
    """Is told of every frame, with its bytes, before an answer leaves."""

    def __call__(self, *, received: bytes = b"", sent: bytes = b"") -> None:
        """Take note."""


async def echo_frames(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, early: bytes = b"", *, note: Note
) -> None:
    """Send every message back as it came, until the client closes or goes away."""
    source = _Source(reader, early)
    try:
        while True:
            opcode, final, payload = await _read_frame(source)
            answer = _frame(_PONG if opcode == _PING else opcode, final=final, payload=payload)
            note(received=source.taken(), sent=answer)
            writer.write(answer)
            await writer.drain()
            if opcode == _CLOSE:
                return
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return


class _Source:
    def __init__(self, reader: asyncio.StreamReader, early: bytes) -> None:
        self._reader, self._early, self._taken = reader, early, b""

    async def take(self, count: int) -> bytes:
        head, self._early = self._early[:count], self._early[count:]
        data = head + await self._reader.readexactly(count - len(head))
        self._taken += data
        return data

    def taken(self) -> bytes:
        """The bytes of all that was taken since this was last asked."""
        taken, self._taken = self._taken, b""
        return taken


async def _read_frame(source: _Source) -> tuple[int, bool, bytes]:
    first, second = await source.take(2)
    length = second & 0x7F
    if length == 126:  # noqa: PLR2004  # RFC 6455 §5.2: 126 and 127 announce longer length fields
        (length,) = struct.unpack(">H", await source.take(2))
    elif length == 127:  # noqa: PLR2004  # as above
        (length,) = struct.unpack(">Q", await source.take(8))
    if length > _MAX_FRAME_BYTES or not second & 0x80:
        raise ValueError("a client frame must be masked and of bearable size")
    mask = await source.take(4)
    payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(await source.take(length)))
    return first & 0x0F, bool(first & 0x80), payload


def _frame(opcode: int, *, final: bool, payload: bytes) -> bytes:
    first = (0x80 if final else 0) | opcode
    if len(payload) < 126:  # noqa: PLR2004  # as above
        head = struct.pack(">BB", first, len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack(">BBH", first, 126, len(payload))
    else:
        head = struct.pack(">BBQ", first, 127, len(payload))
    return head + payload

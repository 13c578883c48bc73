"""A tunnel that is not looked into, for a site that refuses to talk to the tap itself.

Some sites judge a client by how it opens TLS, and turn away whoever does it unlike the
browser that it says it is. Here the browser speaks with the site end to end; the guard still
decides where the connection goes, and how much may pass. What was said, only the browser knows.
"""

import asyncio
import socket

from archiver.model.exchange import FAILURE_HEADER, Truncation
from archiver.tap.failed import Failed
from archiver.tap.limits import Limits
from archiver.tap.recording import Ledger, Recording
from archiver.tap.upstream import Dialer, Upstream
from archiver.tap.wire import READ_BYTES

__all__ = ["blind_tunnel"]

_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


async def blind_tunnel(
    connection: socket.socket, host: str, port: int, *, dialer: Dialer, ledger: Ledger, limits: Limits
) -> None:
    """Answer a CONNECT and carry bytes both ways until either side ends.

    Recorded is that there was a connection, and with which address: an exchange of the
    method CONNECT without a response.
    """
    recording = ledger.begin(uri=f"https://{host}:{port}/", method="CONNECT")
    if recording is None:
        return
    loop = asyncio.get_running_loop()
    try:
        upstream = await dialer.dial(("tcp", host, port))
    except Failed as failed:
        recording.failure = failed.failure
        recording.notes.append(failed.note)
        ledger.end(recording)
        answer = f"HTTP/1.1 502 Bad Gateway\r\n{FAILURE_HEADER}: {failed.failure.value}\r\nContent-Length: 0\r\n\r\n"
        await loop.sock_sendall(connection, answer.encode("ascii"))
        return
    recording.ip = upstream.ip
    try:
        await loop.sock_sendall(connection, _CONNECTED)
        await _carry(connection, upstream, recording, limits)
    finally:
        upstream.drop()
        ledger.end(recording)


async def _carry(connection: socket.socket, upstream: Upstream, recording: Recording, limits: Limits) -> None:
    ways = (
        asyncio.create_task(_up(connection, upstream)),
        asyncio.create_task(_down(connection, upstream, recording, limits)),
    )

    def cut(why: str) -> None:
        recording.notes.append(why)
        for way in ways:
            way.cancel()

    recording.cut = cut
    try:
        # A side that ends has nothing more to hear either: TLS has no half-open connections.
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _up(connection: socket.socket, upstream: Upstream) -> None:
    loop = asyncio.get_running_loop()
    try:
        while data := await loop.sock_recv(connection, READ_BYTES):
            upstream.writer.write(data)
            await upstream.writer.drain()
    except OSError:
        pass  # either side may leave at any time


async def _down(connection: socket.socket, upstream: Upstream, recording: Recording, limits: Limits) -> None:
    loop, left = asyncio.get_running_loop(), limits.response_bytes
    try:
        while data := await upstream.source.some():
            left -= len(data)
            if left < 0:
                recording.truncated = Truncation.LENGTH
                recording.notes.append(f"more than {limits.response_bytes} bytes through one tunnel")
                return
            await loop.sock_sendall(connection, data)
    except OSError:
        pass  # as above

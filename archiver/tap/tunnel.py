"""A WebSocket through the tap: frames both ways; what the site sends is recorded."""

import asyncio

from archiver.model.exchange import Truncation
from archiver.tap.client import Client
from archiver.tap.recording import Ledger, Recording
from archiver.tap.upstream import Upstream

__all__ = ["tunnel"]


async def tunnel(client: Client, upstream: Upstream, *, recording: Recording, ledger: Ledger) -> None:
    """Carry bytes until either side ends; over the ledger's room the recording is cut, and both ends."""
    up = asyncio.create_task(_client_to_site(client, upstream))
    try:
        await _site_to_client(client, upstream, recording, ledger)
    finally:
        up.cancel()
        upstream.drop()
        client.abort()


async def _client_to_site(client: Client, upstream: Upstream) -> None:
    try:
        while data := await client.source.some():
            upstream.writer.write(data)
            await upstream.writer.drain()
    except OSError:
        pass  # the other direction ends with it
    upstream.drop()


async def _site_to_client(client: Client, upstream: Upstream, recording: Recording, ledger: Ledger) -> None:
    await client.send()
    while data := await _frames(upstream):
        kept = data[: ledger.room(recording)]
        ledger.keep(recording, kept)
        recording.sha256.update(kept)
        recording.payload_bytes += len(kept)
        if len(kept) < len(data):
            recording.truncated = Truncation.LENGTH
            return
        await client.send(data)


async def _frames(upstream: Upstream) -> bytes:
    try:
        return await upstream.source.some()
    except OSError:
        return b""  # how a WebSocket ends is up to its two sides

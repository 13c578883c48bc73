"""A WebSocket through the tap: frames both ways, recorded as they are.

What the site sends follows the head of the response, what the client sends that of the request;
how the two interlace is not kept.
"""

import asyncio

from archiver.model.exchange import Truncation
from archiver.tap.client import Client
from archiver.tap.recording import Ledger, Recording
from archiver.tap.upstream import Upstream

__all__ = ["tunnel"]


async def tunnel(client: Client, upstream: Upstream, *, recording: Recording, ledger: Ledger, sent_bytes: int) -> None:
    """Carry bytes until either side ends.

    Over the ledger's room, or `sent_bytes` from the client, the recording is cut, and both ends.
    """
    up = asyncio.create_task(_client_to_site(client, upstream, recording, sent_bytes))
    try:
        await _site_to_client(client, upstream, recording, ledger)
    finally:
        up.cancel()
        upstream.drop()
        client.abort()


async def _client_to_site(client: Client, upstream: Upstream, recording: Recording, most_bytes: int) -> None:
    try:
        while data := await client.source.some():
            if len(recording.frames) + len(data) > most_bytes:
                recording.truncated = Truncation.LENGTH
                recording.notes.append(f"the client sent more than {most_bytes} bytes")
                break
            recording.frames += data
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

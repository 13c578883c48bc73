"""The media of a post: from the wire where the page already loaded them, else fetched once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.fetch.client import Client
from archiver.fetch.recorded import fetched_from_wire
from archiver.model.exchange import Exchange
from archiver.model.records import MediaRef, PostRecord
from archiver.model.states import ArtefactRole, Origin
from archiver.model.urls import canonical_url
from archiver.store import DraftFile

__all__ = ["Gathered", "gather_media"]

_HTTP_OK = 200
_SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """The media files kept, and how many the record named."""

    files: tuple[DraftFile, ...] = ()
    wanted: int = 0


def gather_media(record: PostRecord | None, exchanges: Sequence[Exchange], *, client: Client, limit: int) -> Gathered:
    """The first `limit` media that the record names, as files `media/1.jpg`, `media/2.mp4` …

    What already passed over the wire is read from there: nothing is asked twice just to
    be stored. Media that do not come are counted, not raised.
    """
    wanted = record.media[:limit] if record else ()
    seen = {canonical_url(item.uri): item for item in exchanges if item.status == _HTTP_OK and not item.truncated}
    files = []
    for number, media in enumerate(wanted, start=1):
        exchange = seen.get(canonical_url(media.url))
        body, media_type = _from_wire(exchange) if exchange else _fetched(media, client)
        if body:
            files.append(_file(number, media_type, body))
    return Gathered(tuple(files), len(wanted))


def _from_wire(exchange: Exchange) -> tuple[bytes, str]:
    fetched = fetched_from_wire(exchange)
    return (fetched.body, fetched.media_type or "") if fetched else (b"", "")


def _fetched(media: MediaRef, client: Client) -> tuple[bytes, str]:
    fetched = client.get(media.url)
    return (fetched.body, fetched.media_type or "") if fetched.status == _HTTP_OK else (b"", "")


def _file(number: int, media_type: str, body: bytes) -> DraftFile:
    bare = re.split(r"[;\s]", media_type.strip().lower(), maxsplit=1)[0]
    suffix = _SUFFIXES.get(bare, "bin")
    return DraftFile(
        f"media/{number}.{suffix}", ArtefactRole.MEDIA, Origin.OBSERVED, bare or "application/octet-stream", body
    )

"""The media of a post: from the wire where the page already loaded them, else fetched once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archiver.fetch.client import Client, Fetched
from archiver.fetch.recorded import fetched_from_wire
from archiver.model.exchange import Exchange
from archiver.model.records import MediaRef, PostRecord
from archiver.model.states import ArtefactRole, Origin
from archiver.model.urls import canonical_url
from archiver.steps.cuts import broken_off
from archiver.store import DraftFile

__all__ = ["Gathered", "gather_media"]

_HTTP_OK, _PARTIAL_CONTENT = 200, 206
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
    """The media files kept, how many the record named, and of how many only a part came."""

    files: tuple[DraftFile, ...] = ()
    wanted: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class _Body:
    """One medium's bytes, empty where none came whole; `cut` says that a part of them came."""

    data: bytes = b""
    media_type: str = ""
    cut: bool = False


def gather_media(
    record: PostRecord | None,
    exchanges: Sequence[Exchange],
    *,
    client: Client,
    limit: int,
    may_ask: Callable[[], bool] = lambda: True,
) -> Gathered:
    """The first `limit` media that the record names, as files `media/1.jpg`, `media/2.mp4` …

    What already passed over the wire is read from there: nothing is asked twice just to
    be stored, nor what the site itself ended early. Media that do not come, not whole, or
    not while `may_ask` allows, are counted, not raised; of those no file is made.
    """
    wanted = record.media[:limit] if record else ()
    bodies = [_on_the_wire(media, exchanges) or _asked(media, client, may_ask) for media in wanted]
    files = [_file(number, body) for number, body in enumerate(bodies, start=1) if body.data]
    return Gathered(tuple(files), len(wanted), sum(body.cut for body in bodies))


def _on_the_wire(media: MediaRef, exchanges: Sequence[Exchange]) -> _Body | None:
    """What the page got of a medium; None if it did not ask, or left before all of it came."""
    url = canonical_url(media.url)
    passed = [item for item in exchanges if item.method == "GET" and canonical_url(item.uri) == url]
    for exchange in passed:
        fetched = fetched_from_wire(exchange)
        if fetched and fetched.body and _is_all(fetched):
            return _Body(fetched.body, fetched.media_type or "")
    return _Body(cut=True) if any(map(broken_off, passed)) else None


def _is_all(fetched: Fetched) -> bool:
    """Whether an answer holds the whole of it: players ask for "all from byte 0 on", and get it as a part."""
    if fetched.status != _PARTIAL_CONTENT:
        return fetched.status == _HTTP_OK
    part = re.fullmatch(r"bytes 0-(\d+)/(\d+)", dict(fetched.headers).get("content-range", ""))
    return part is not None and int(part[1]) + 1 == int(part[2]) == len(fetched.body)


def _asked(media: MediaRef, client: Client, may_ask: Callable[[], bool]) -> _Body:
    fetched = client.get(media.url) if may_ask() else None
    if fetched is None or fetched.status != _HTTP_OK:
        return _Body()
    if fetched.failure or fetched.notes:
        return _Body(cut=True)
    return _Body(fetched.body, fetched.media_type or "")


def _file(number: int, body: _Body) -> DraftFile:
    bare = re.split(r"[;\s]", body.media_type.strip().lower(), maxsplit=1)[0]
    suffix = _SUFFIXES.get(bare, "bin")
    return DraftFile(
        f"media/{number}.{suffix}", ArtefactRole.MEDIA, Origin.OBSERVED, bare or "application/octet-stream", body.data
    )

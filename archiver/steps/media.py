"""The media of a post: from the wire where the page already loaded them, else fetched once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from archiver.fetch.client import Client
from archiver.model.exchange import Exchange
from archiver.model.records import MediaRef, PostRecord
from archiver.model.states import ArtefactRole, Origin
from archiver.steps.bodies import Bodies, Body, Lack
from archiver.steps.streams import Bounds
from archiver.steps.tracks import Joined, is_manifest, join_tracks
from archiver.store import DraftFile

__all__ = ["Gathered", "gather_media"]

_SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/svg+xml": "svg",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/mp2t": "ts",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """The media files kept, how many media the record named, and how many of them are whole.

    Of `cut` the site gave only a part, `bounded` were ended by our own bounds, `missing` did not
    come at all; `notes` say which, and why.
    """

    files: tuple[DraftFile, ...] = ()
    wanted: int = 0
    whole: int = 0
    cut: int = 0
    bounded: int = 0
    missing: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Medium:
    """What came of one medium: its files, and what any of them lacks."""

    files: tuple[Joined, ...]
    #: Why better addresses of it gave nothing.
    tried: tuple[str, ...] = field(default=())

    @property
    def whole(self) -> bool:
        return all(file.data and file.lack is None for file in self.files)

    def lacks(self, lack: Lack) -> bool:
        return any(file.lack is lack for file in self.files)


def gather_media(
    record: PostRecord | None,
    exchanges: Sequence[Exchange],
    *,
    client: Client,
    limit: int,
    may_ask: Callable[[], bool] = lambda: True,
    bounds: Bounds | None = None,
) -> Gathered:
    """The first `limit` media that the record names, as files `media/1.jpg`, `media/2.mp4` …

    What already passed over the wire is read from there: nothing is asked twice just to be
    stored, nor what the site itself ended early. A video that comes in pieces becomes one file,
    and its sound another (`media/2.audio.m4a`) where it comes apart. Media that do not come, not
    whole, or not while `may_ask` allows, are counted, not raised. Of a single file that is not
    whole nothing is kept here; of a video in pieces its whole first part is (`media/2.part.mp4`).
    """
    bounds = bounds or Bounds()
    wanted = record.media[:limit] if record else ()
    bodies = Bodies(exchanges, client=client, may_ask=may_ask, most_bytes=bounds.total_bytes)
    media = [_medium(one, bodies, bounds) for one in wanted]
    files = [
        _file(number, part, apart=part is not one.files[0])
        for number, one in enumerate(media, 1)
        for part in one.files
        if part.data
    ]
    return Gathered(
        tuple(files),
        len(wanted),
        sum(one.whole for one in media),
        sum(one.lacks(Lack.CUT) for one in media),
        sum(one.lacks(Lack.BOUND) for one in media),
        sum(one.lacks(Lack.NOTHING) for one in media),
        tuple(note for number, one in enumerate(media, 1) for note in _notes(number, one)),
    )


def _medium(media: MediaRef, bodies: Bodies, bounds: Bounds) -> _Medium:
    """The medium from the best of its addresses that gives it whole, else the most that came."""
    best: _Medium | None = None
    tried: list[str] = []
    for url in (media.url, *media.alternatives):
        found = _Medium(_got(media, bodies.get(url), bodies, bounds), tuple(tried))
        if found.whole:
            return found
        if best is None or (any(one.data for one in found.files) and not any(one.data for one in best.files)):
            best = found
        tried += [one.why for one in found.files if one.why]
    return best or _Medium(())


def _got(media: MediaRef, body: Body, bodies: Bodies, bounds: Bounds) -> tuple[Joined, ...]:
    if is_manifest(body):
        return join_tracks(body, bodies, bounds)
    return (Joined(media.kind, body.data, body.media_type, body.lack, body.why),)


def _notes(number: int, medium: _Medium) -> tuple[str, ...]:
    if medium.whole:
        kind = medium.files[0].kind
        return (f"{kind} {number}: not the best of it ({medium.tried[0]})",) if medium.tried else ()
    return tuple(f"{file.kind} {number}: {file.why}" for file in medium.files if file.why)


def _file(number: int, part: Joined, *, apart: bool) -> DraftFile:
    bare = re.split(r"[;\s]", part.media_type.strip().lower(), maxsplit=1)[0]
    marks = (*((part.kind,) if apart else ()), *(("part",) if part.lack else ()))
    name = ".".join((str(number), *marks, _SUFFIXES.get(bare, "bin")))
    return DraftFile(
        f"media/{name}", ArtefactRole.MEDIA, Origin.OBSERVED, bare or "application/octet-stream", part.data
    )

"""HLS playlists (RFC 8216), as far as freezing a video needs them. Pure; never raises on bad input.

Not by the common library: of a playlist of 20,000 keyed segments it made 53 seconds of work,
and it raises whatever a malformed line happens to hit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from archiver.steps.streams import Bounds, Lock, Piece, Track

__all__ = [
    "Master",
    "Playlist",
    "Rendition",
    "Variant",
    "is_playlist",
    "ordered",
    "read_playlist",
    "sound_of",
    "track_of",
]

_ATTRIBUTE = re.compile(r'([A-Z0-9-]{1,40}+)=("[^"]*"|[^",]*)')
_RANGE = re.compile(r"([0-9]{1,15})(?:@([0-9]{1,15}))?")
_IV = re.compile(r"0[xX]([0-9a-fA-F]{1,32})")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Variant:
    """One quality of the video; `sound` names the group of renditions that belong to it."""

    url: str
    bits_a_second: int
    height_px: int
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Rendition:
    """The sound of a group, in a playlist of its own."""

    url: str
    group: str
    default: bool


@dataclass(frozen=True, slots=True)
class Master:
    """A playlist of playlists."""

    variants: tuple[Variant, ...]
    sounds: tuple[Rendition, ...]


@dataclass(frozen=True, slots=True)
class Playlist:
    """The pieces of one quality, in order, with those that begin a file among them (`begun`)."""

    pieces: tuple[Piece, ...]
    begun: int
    ended: bool
    seconds: float
    gaps: int
    locked: str


def is_playlist(body: bytes) -> bool:
    """Whether the bytes are an HLS playlist: it says so in its first line."""
    return body.removeprefix(b"\xef\xbb\xbf").startswith(b"#EXTM3U")


def read_playlist(body: bytes, url: str) -> Master | Playlist:
    """What the playlist at `url` lists; addresses are absolute. Lines that make no sense are left out."""
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines()]
    if any(line.startswith("#EXT-X-STREAM-INF:") for line in lines):
        return _read_master(lines, url)
    reader = _Reader(url)
    for line in lines:
        reader.read(line)
    return Playlist(
        tuple(reader.pieces), reader.begun, reader.ended, reader.seconds, reader.gaps, ", ".join(sorted(reader.locked))
    )


def ordered(master: Master, bounds: Bounds) -> tuple[Variant, ...]:
    """The variants as they are to be tried: the best within the bound first, then those above it, smallest first."""
    small = [one for one in master.variants if one.height_px <= bounds.height_px]
    large = [one for one in master.variants if one.height_px > bounds.height_px]
    small.sort(key=lambda one: (one.height_px, one.bits_a_second), reverse=True)
    large.sort(key=lambda one: (one.height_px, one.bits_a_second))
    return (*small, *large)


def sound_of(master: Master, variant: Variant) -> Rendition | None:
    """The sound that plays with a variant, where it is not in the variant itself."""
    group = [one for one in master.sounds if variant.sound and one.group == variant.sound]
    return next((one for one in group if one.default), group[0] if group else None)


def track_of(playlist: Playlist, kind: str, bounds: Bounds) -> Track:
    """What is to be fetched of a playlist, and why that is not all, if it is not."""
    pieces = playlist.pieces[: bounds.pieces]
    why = (
        f"only the first {bounds.pieces} of {len(playlist.pieces)} pieces are kept"
        if len(pieces) < len(playlist.pieces)
        else f"it is live: the {len(pieces) - playlist.begun} pieces listed at the time are kept"
        if not playlist.ended
        else f"{playlist.gaps} of its pieces are marked as missing"
        if playlist.gaps
        else ""
    )
    return Track(kind, pieces, playlist.begun, why, playlist.locked)


def _read_master(lines: list[str], url: str) -> Master:
    variants, sounds = [], []
    told: dict[str, str] | None = None
    for line in lines:
        if line.startswith("#EXT-X-STREAM-INF:"):
            told = _attributes(line)
        elif line.startswith("#EXT-X-MEDIA:"):
            media = _attributes(line)
            if media.get("TYPE") == "AUDIO" and media.get("URI"):
                default = media.get("DEFAULT") == "YES"
                sounds.append(Rendition(_absolute(url, media["URI"]), media.get("GROUP-ID", ""), default))
        elif line and not line.startswith("#") and told is not None:
            height = re.fullmatch(r"[0-9]{1,6}[xX]([0-9]{1,6})", told.get("RESOLUTION", ""))
            rate = told.get("BANDWIDTH", "")
            bits = int(rate) if re.fullmatch(r"[0-9]{1,15}", rate) else 0
            variants.append(Variant(_absolute(url, line), bits, int(height[1]) if height else 0, told.get("AUDIO", "")))
            told = None
    return Master(tuple(variants), tuple(sounds))


@dataclass(slots=True)
class _Reader:
    """Reads a media playlist line by line."""

    url: str
    pieces: list[Piece] = field(default_factory=list)
    begun: int = 0
    ended: bool = False
    seconds: float = 0.0
    gaps: int = 0
    locked: set[str] = field(default_factory=set)
    _number: int = 0
    _lock: Lock | None = None
    _counts: bool = False
    _beginning: Piece | None = None
    _written: Piece | None = None
    _part: tuple[int | None, int] | None = None
    _gap: bool = False
    _ends: dict[str, int] = field(default_factory=dict)

    def read(self, line: str) -> None:
        if line and not line.startswith("#"):
            self._segment(_absolute(self.url, line))
        elif line.startswith("#EXTINF:"):
            found = _SECONDS.match(line.removeprefix("#EXTINF:").strip())
            self.seconds += float(found[0]) if found else 0.0
        elif line.startswith("#EXT-X-BYTERANGE:"):
            self._part = _byte_range(line.partition(":")[2])
        elif line.startswith("#EXT-X-MAP:"):
            self._map(_attributes(line))
        elif line.startswith("#EXT-X-KEY:"):
            self._key(_attributes(line))
        elif line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
            number = line.partition(":")[2].strip()
            self._number = int(number) if re.fullmatch(r"[0-9]{1,18}", number) else 0
        elif line == "#EXT-X-GAP":
            self._gap = True
        elif line == "#EXT-X-ENDLIST":
            self.ended = True

    def _segment(self, url: str) -> None:
        lock = self._lock
        if lock and self._counts:
            lock = replace(lock, iv=self._number.to_bytes(16))
        self._number += 1
        part, self._part = self._part, None
        piece = self._piece(url, part, lock)
        if self._gap:
            self._gap, self.gaps = False, self.gaps + 1
            return
        if self._beginning and self._beginning != self._written:
            self.pieces.append(self._beginning)
            self._written, self.begun = self._beginning, self.begun + 1
        self.pieces.append(piece)

    def _piece(self, url: str, part: tuple[int | None, int] | None, lock: Lock | None) -> Piece:
        if part is None:
            return Piece(url, lock=lock)
        first, length = part
        start = self._ends.get(url, 0) if first is None else first
        self._ends[url] = start + length
        return Piece(url, start, length, lock)

    def _map(self, told: dict[str, str]) -> None:
        if told.get("URI"):
            part = _byte_range(told.get("BYTERANGE", ""))
            self._beginning = self._piece(_absolute(self.url, told["URI"]), part, self._lock)

    def _key(self, told: dict[str, str]) -> None:
        method, iv = told.get("METHOD", "NONE"), _IV.fullmatch(told.get("IV", ""))
        self._lock, self._counts = None, iv is None
        if method == "AES-128" and told.get("URI") and told.get("KEYFORMAT", "identity") == "identity":
            self._lock = Lock(_absolute(self.url, told["URI"]), bytes.fromhex(iv[1].zfill(32)) if iv else bytes(16))
        elif method != "NONE":
            self.locked.add(method[:40])


def _byte_range(text: str) -> tuple[int | None, int] | None:
    found = _RANGE.fullmatch(text.strip())
    return (int(found[2]) if found[2] else None, int(found[1])) if found else None


def _attributes(line: str) -> dict[str, str]:
    return dict(_pairs(line.partition(":")[2]))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for found in _ATTRIBUTE.finditer(text):
        yield found[1], found[2].strip('"')


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return url

"""A video that comes in pieces: what its manifest (HLS or DASH) says of it, and how much of it is kept."""

from dataclasses import dataclass

__all__ = ["Bounds", "Lock", "Piece", "Track"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a post's media is kept: pixels of a picture's height, bytes of all files, pieces of one track."""

    height_px: int = 1080
    total_bytes: int = 200_000_000
    pieces: int = 3_000


@dataclass(frozen=True, slots=True)
class Lock:
    """With what a piece is encrypted by AES-128 (RFC 8216 §4.3.2.4): where the key lies, and the first block."""

    key_url: str
    iv: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole resource, or `length` bytes of one from byte `first` on (to its end, where there is no length)."""

    url: str
    first: int = 0
    length: int | None = None
    lock: Lock | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One file in the making: its pieces, in order, are joined.

    `kind` is `video` (with its sound, if that is in the same pieces) or `audio`. `begun` is how
    many of the pieces only begin the file. `cut` says in words why the pieces are known not to
    be all; `locked` how they are encrypted, where nothing here can open them.
    """

    kind: str
    pieces: tuple[Piece, ...]
    begun: int = 0
    cut: str = ""
    locked: str = ""

"""Videos in pieces: the manifest read, the best quality fetched piece by piece, and joined to files."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from archiver.steps import dash, hls
from archiver.steps.bodies import Bodies, Body, Lack
from archiver.steps.streams import Bounds, Lock, Piece, Track

__all__ = ["Joined", "is_manifest", "join_tracks"]

_BLOCK_BYTES = 16


@dataclass(frozen=True, slots=True)
class Joined:
    """One track as it came, the first part of it where `lack` says that it is not whole."""

    kind: str
    data: bytes = b""
    media_type: str = ""
    lack: Lack | None = None
    why: str = ""


def is_manifest(body: Body) -> bool:
    """Whether what came is no medium itself, but tells of one in pieces."""
    return hls.is_playlist(body.data) or dash.is_manifest(body.data)


def join_tracks(manifest: Body, bodies: Bodies, bounds: Bounds) -> tuple[Joined, ...]:
    """The picture, and the sound where it is apart; nothing of it is silently short.

    MP4 pieces after their beginning, and those of an MPEG transport stream, make a file when
    they are put one after the other. The first piece that lacks ends the track.
    """
    if hls.is_playlist(manifest.data):
        return _hls(manifest, bodies, bounds)
    tracks = dash.read_manifest(manifest.data, manifest.url, bounds)
    if not tracks:
        return (Joined("video", lack=Lack.NOTHING, why="a DASH manifest with nothing that can be fetched"),)
    return tuple(_joined(track, bodies) for track in tracks)


def _hls(manifest: Body, bodies: Bodies, bounds: Bounds) -> tuple[Joined, ...]:
    listed = hls.read_playlist(manifest.data, manifest.url)
    if isinstance(listed, hls.Playlist):
        return (_joined(hls.track_of(listed, "video", bounds), bodies),)
    found: Joined | None = None
    for number, variant in enumerate(hls.ordered(listed, bounds)):
        playlist = _playlist(variant.url, bodies)
        last = number + 1 == len(listed.variants)
        if isinstance(playlist, Joined):
            found = found or playlist
            continue
        if playlist.seconds * variant.bits_a_second / 8 > bounds.total_bytes and not last:
            continue
        picture = _joined(hls.track_of(playlist, "video", bounds), bodies)
        sound = hls.sound_of(listed, variant)
        return (picture,) if sound is None else (picture, _sound(sound, bodies, bounds))
    return (found or Joined("video", lack=Lack.NOTHING, why="a playlist with nothing in it"),)


def _sound(sound: hls.Rendition, bodies: Bodies, bounds: Bounds) -> Joined:
    playlist = _playlist(sound.url, bodies)
    if isinstance(playlist, Joined):
        return Joined("audio", lack=playlist.lack, why=playlist.why)
    return _joined(hls.track_of(playlist, "audio", bounds), bodies)


def _playlist(url: str, bodies: Bodies) -> hls.Playlist | Joined:
    body = bodies.get(url)
    if body.lack:
        return Joined("video", lack=body.lack, why=f"its playlist: {body.why}")
    listed = hls.read_playlist(body.data, body.url) if hls.is_playlist(body.data) else None
    if isinstance(listed, hls.Playlist):
        return listed
    return Joined("video", lack=Lack.NOTHING, why="its playlist is none")


def _joined(track: Track, bodies: Bodies) -> Joined:
    data, media_type = bytearray(), ""
    lack, why = (Lack.BOUND, track.cut) if track.cut else (None, "")
    if track.locked:
        lack, why = Lack.BOUND, f"encrypted ({track.locked}), kept as it came"
    for number, piece in enumerate(track.pieces, start=1):
        body = _piece(piece, bodies)
        if body.lack:
            lack, why = body.lack, f"piece {number} of {len(track.pieces)}: {body.why}"
            break
        media_type = body.media_type or media_type
        data += body.data
    else:
        number = len(track.pieces) + 1
    if number - 1 <= track.begun:
        return Joined(track.kind, lack=lack or Lack.NOTHING, why=why or "a playlist with nothing in it")
    return Joined(track.kind, bytes(data), _media_type(track, bytes(data[:8]), media_type), lack, why)


def _piece(piece: Piece, bodies: Bodies) -> Body:
    # Of a file that holds many pieces all is fetched, once.
    body = bodies.get(piece.url, keep=piece.length is not None)
    if body.lack:
        return body
    data = body.data if piece.length is None else body.data[piece.first : piece.first + piece.length]
    if piece.length is not None and len(data) != piece.length:
        return Body(lack=Lack.CUT, why=f"{piece.length} bytes from {piece.first} on, of a file of {len(body.data)}")
    if piece.lock:
        return _unlocked(data, piece.lock, bodies, body)
    return Body(data, body.media_type, body.url)


def _unlocked(data: bytes, lock: Lock, bodies: Bodies, body: Body) -> Body:
    key = bodies.get(lock.key_url, keep=True)
    if len(key.data) != _BLOCK_BYTES:
        return Body(lack=key.lack or Lack.NOTHING, why=f"its key: {key.why or f'{len(key.data)} bytes'}")
    try:
        opened = Cipher(algorithms.AES128(key.data), modes.CBC(lock.iv)).decryptor()
        padded, unpad = opened.update(data) + opened.finalize(), PKCS7(8 * _BLOCK_BYTES).unpadder()
        return Body(unpad.update(padded) + unpad.finalize(), body.media_type, body.url)
    except ValueError as error:
        return Body(lack=Lack.CUT, why=f"it can't be decrypted: {error}")


def _media_type(track: Track, head: bytes, told: str) -> str:
    """By what the bytes are: servers name the pieces as they please."""
    if head[4:8] in (b"ftyp", b"styp", b"moof", b"sidx"):
        return f"{track.kind}/mp4"
    return "video/mp2t" if head[:1] == b"\x47" else told

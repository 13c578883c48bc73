"""Ids that the platforms could have given: each carries the instant of its post, where theirs do.

The layouts are those by which `archiver.platforms` reads the instant back; every
function is deterministic, so the demo web is the same on every machine.
"""

import base64
import hashlib
from datetime import UTC, datetime

__all__ = ["at", "cid", "did", "instagram_code", "mastodon_id", "rkey", "tiktok_id", "x_id"]

_X_EPOCH_MS = 1_288_834_974_657
_INSTAGRAM_EPOCH_MS = 1_314_220_021_721
_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BASE32_SORTED = "234567abcdefghijklmnopqrstuvwxyz"


def at(text: str) -> datetime:
    """The instant of `2026-11-07 18:42:10`, which is UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _low(instant: datetime, salt: int, bits: int) -> int:
    digest = hashlib.sha256(f"{_ms(instant)}/{salt}".encode()).digest()
    return int.from_bytes(digest[:8]) % (1 << bits)


def x_id(instant: datetime, salt: int = 0) -> str:
    """An X status id: 41 bits of milliseconds, 22 of machine and sequence."""
    return str((_ms(instant) - _X_EPOCH_MS) << 22 | _low(instant, salt, 22))


def mastodon_id(instant: datetime, salt: int = 0) -> str:
    """A Mastodon status id: milliseconds, then 16 bits."""
    return str(_ms(instant) << 16 | _low(instant, salt, 16))


def tiktok_id(instant: datetime, salt: int = 0) -> str:
    """A TikTok video id: seconds, then 32 bits."""
    return str(int(instant.timestamp()) << 32 | _low(instant, salt, 32))


def instagram_code(instant: datetime, salt: int = 0) -> str:
    """An Instagram or Threads shortcode: milliseconds and 23 bits, in base64url."""
    number = (_ms(instant) - _INSTAGRAM_EPOCH_MS) << 23 | _low(instant, salt, 23)
    return _digits(number, _BASE64URL)


def rkey(instant: datetime, salt: int = 0) -> str:
    """A Bluesky record key (TID): microseconds and a 10-bit clock id, in sortable base32."""
    number = _ms(instant) * 1000 << 10 | _low(instant, salt, 10)
    return _digits(number, _BASE32_SORTED).rjust(13, "2")


def did(handle: str) -> str:
    """The `did:plc:` identifier of an invented account."""
    digest = hashlib.sha256(handle.encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def cid(content: str) -> str:
    """A CIDv1 (dag-cbor, sha2-256) that stands for `content`."""
    digest = hashlib.sha256(content.encode()).digest()
    return "b" + base64.b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")


def _digits(number: int, alphabet: str) -> str:
    out = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out

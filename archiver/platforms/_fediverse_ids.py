"""The ids of servers that speak Mastodon's tongue, each told by its own form and the time in it.

| server | id | time in it |
|---|---|---|
| Mastodon | decimal number | milliseconds, above 16 bits |
| Pleroma, Akkoma | flake: 18 base-62 digits | milliseconds, above 64 of 128 bits |
| GoToSocial (and Misskey, by choice) | ULID: 26 base-32 digits in capitals | milliseconds, first ten digits |
| Misskey, Firefish, Sharkey | aid: 10, aidx 16, cuid 16–24 base-36 digits | milliseconds since 2000, first eight |
| older Misskey | meid: 24 hexadecimal digits; meidg: `g` and 23 | milliseconds + 2^47; milliseconds |

(mastodon/lib/mastodon/snowflake.rb; pleroma's flake_id; misskey packages/backend/src/misc/id.) Times
are those of the server's clock. A form that any word or another site's number could have counts only
where the server is known.
"""

import re
from datetime import UTC, datetime

from archiver.platforms.common import from_base36, instant_from_ms, snowflake_time

__all__ = ["created_at", "is_flake", "is_likely_number", "is_note_id", "is_number", "is_ulid", "is_uuid"]

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_MIN_DIGITS = 15
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Words run together (`AnnouncementOfSale`) lack digits.
_FLAKE = re.compile(r"(?=[0-9A-Za-z]*[0-9])(?=[0-9A-Za-z]*[A-Z])(?=[0-9A-Za-z]*[a-z])[0-9A-Za-z]{18}")
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(rf"[0-7][{_BASE32}]{{25}}")
_AID = re.compile(r"(?=[0-9]*[a-z])(?:[0-9a-z]{10}|[0-9a-z]{16,24})")
#: What random digits have and slugs (`algebra101`, `8bitguitar`) don't: two digits, a letter behind one.
_MIXED = re.compile(r"(?=[a-z]*[0-9][a-z]*[0-9])(?=[0-9a-z]*[0-9][0-9]*[a-z])[0-9a-z]*")
_HEX = re.compile(r"[0-9a-f]*")
_MEID = re.compile(r"[89a-f][0-9a-f]{23}")
_MEIDG = re.compile(r"g[0-9a-f]{23}")
_MEID_MS = 1 << 47
_YEAR_2000_MS = 946_684_800_000
#: Before there was anything to import, and long after us: numbers outside are not of this kind.
_EARLIEST, _LATEST = datetime(2006, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
#: The other forms are younger than their servers, and tighter bounds keep more words out.
_FIRST_NOTE, _LAST_NOTE = datetime(2014, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def is_number(text: str) -> bool:
    """Whether it may be a Mastodon id, on a server that is known as one."""
    return _NUMBER.fullmatch(text) is not None


def is_likely_number(text: str) -> bool:
    """Whether it is a Mastodon id by itself: long enough, and telling a time that can be."""
    return is_number(text) and len(text) >= _MIN_DIGITS and _number_time(text) is not None


def is_uuid(text: str) -> bool:
    """Whether it is a UUID. Museums and shops have them too: it tells no server."""
    return _UUID.fullmatch(text) is not None


def is_flake(text: str) -> bool:
    """Whether it is a Pleroma id."""
    return _flake_time(text) is not None


def is_ulid(text: str) -> bool:
    """Whether it is a ULID in capitals, as GoToSocial writes it."""
    return _ulid_time(text) is not None


def is_note_id(text: str, *, sure: bool) -> bool:
    """Whether it is a Misskey id; `sure` where the server is known to be one."""
    if is_ulid(text) or _meid_time(text) is not None:
        return True
    if _AID.fullmatch(text) is None or _aid_time(text) is None:
        return False
    return sure or (_MIXED.fullmatch(text) is not None and _HEX.fullmatch(text) is None)


def created_at(post_id: str) -> datetime | None:
    """The instant in the id of `host/id`, whichever form it has; None if it tells none."""
    text = post_id.rpartition("/")[2]
    readers = (_number_time, _flake_time, _ulid_time, _meid_time, _aid_time)
    return next((told for reader in readers if (told := reader(text)) is not None), None)


def _number_time(text: str) -> datetime | None:
    told = snowflake_time(text, shift=16, epoch_ms=0) if is_number(text) else None
    return told if told and _EARLIEST <= told < _LATEST else None


def _flake_time(text: str) -> datetime | None:
    return _bounded(_number_of(text, _BASE62) >> 64) if _FLAKE.fullmatch(text) else None


def _ulid_time(text: str) -> datetime | None:
    return _bounded(_number_of(text[:10], _BASE32)) if _ULID.fullmatch(text) else None


def _meid_time(text: str) -> datetime | None:
    if _MEID.fullmatch(text):
        return _bounded(int(text[:12], 16) - _MEID_MS)
    return _bounded(int(text[1:12], 16)) if _MEIDG.fullmatch(text) else None


def _aid_time(text: str) -> datetime | None:
    age_ms = from_base36(text[:8]) if _AID.fullmatch(text) else None
    return _bounded(age_ms + _YEAR_2000_MS) if age_ms is not None else None


def _bounded(ms: int) -> datetime | None:
    told = instant_from_ms(ms)
    return told if told and _FIRST_NOTE <= told < _LAST_NOTE else None


def _number_of(text: str, digits: str) -> int:
    number = 0
    for digit in text:
        number = number * len(digits) + digits.index(digit)
    return number

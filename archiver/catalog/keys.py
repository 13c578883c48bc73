"""Deterministic keys and sortable instants: the same evidence gives the same rows, always."""

import hashlib
from datetime import UTC, datetime

__all__ = ["key63", "sortable_at"]


def key63(*parts: str | None) -> int:
    """An INTEGER key: the first 63 bits of SHA-256 over the natural key.

    Two keys of a million collide with a chance of 5 · 10⁻⁸. Several parts are set apart
    with a byte that UTF-8 never holds, None with another, so no two lists run into one.
    """
    data = b"\xff".join(b"\xfe" if part is None else part.encode("utf-8", "surrogatepass") for part in parts)
    return int.from_bytes(hashlib.sha256(data).digest()[:8]) >> 1


def sortable_at(instant: datetime) -> str:
    """ISO 8601 in UTC with `Z` and always six decimals, so that text order is time order.

    `format_at` leaves zero decimals out, and `10:00:00.5Z` sorts before `10:00:00Z`.
    Raises ValueError for a naive datetime.
    """
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime: {instant!r}")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

"""Time, chance and identity, passed in wherever they are used, so tests can fix them."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["Clock", "format_at", "parse_at", "stamp14", "system_clock"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where instants, durations and random bytes come from.

    `now` returns an aware UTC instant; `monotonic` seconds that never go back, for
    budgets; `random_hex(n)` gives 2·n hexadecimal digits.
    """

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    random_hex: Callable[[int], str] = secrets.token_hex


system_clock = Clock()


def format_at(instant: datetime) -> str:
    """ISO 8601 in UTC with `Z`; microseconds only where there are any.

    Raises ValueError for a naive datetime: relabelling a local time as UTC would
    falsify evidence.
    """
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime: {instant!r}")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_at(text: str) -> datetime:
    """The instant that `format_at` wrote. A text without a zone is refused (ValueError)."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return instant.astimezone(UTC)


def stamp14(instant: datetime) -> str:
    """`20261122T101530Z`: sorts by time, safe in file names; to the second."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")

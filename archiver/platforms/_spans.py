"""The ids that can have been given in a stretch of time, where ids tell it: the other way round than `created_at`."""

from datetime import UTC, datetime, timedelta

from archiver.platforms.base import IdSpan

__all__ = ["snowflake_span", "tid_span"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TID_CHARS, _CLOCK_BITS = 13, 10


def snowflake_span(begin: datetime, end: datetime, *, shift: int, epoch_ms: int, unit_ms: int = 1) -> IdSpan | None:
    """Decimal ids of `(units since the epoch << shift) + low bits` from `begin` up to `end`; None before the epoch."""
    first, last = _units(begin, epoch_ms, unit_ms) << shift, (_units(end, epoch_ms, unit_ms) << shift) - 1
    return IdSpan(str(max(first, 1)), str(last)) if last > 0 and first <= last else None


def tid_span(begin: datetime, end: datetime) -> IdSpan | None:
    """Record keys of the AT Protocol: microseconds, then a clock's number, in 13 digits of base 32."""
    first, last = (_micros(begin) << _CLOCK_BITS), (_micros(end) << _CLOCK_BITS) - 1
    return IdSpan(_tid(first), _tid(last), _TID_DIGITS) if 0 <= first <= last else None


def _units(at: datetime, epoch_ms: int, unit_ms: int) -> int:
    return ((at - _EPOCH) // timedelta(milliseconds=1) - epoch_ms) // unit_ms


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _tid(number: int) -> str:
    digits = ""
    for _ in range(_TID_CHARS):
        number, digit = divmod(number, 32)
        digits = _TID_DIGITS[digit] + digits
    return digits

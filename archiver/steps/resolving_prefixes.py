"""A stretch of time as prefixes of ids: what a CDX server, which knows addresses only, can be asked for.

Ids tell their time, so a day of one author's posts is a range of numbers; and a range of numbers of one
length is a handful of their beginnings.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from archiver.platforms.base import IdSpan, Platform

__all__ = ["common_prefixes", "day_window", "in_span", "prefix_cover", "zones_window"]

#: The outermost zones (UTC-12 to UTC+14): in one of them it is that day already, or still.
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)
_DAY = timedelta(days=1)
#: A prefix that spans less than this is not worth a request of its own.
_LEAST_S = 240.0


def day_window(day: datetime) -> tuple[datetime, datetime]:
    """The day in UTC, which is the day that widgets write."""
    return day, day + _DAY


def zones_window(day: datetime) -> tuple[datetime, datetime]:
    """All instants at which some place on earth has that day."""
    return day - _EAST, day + _DAY + _WEST


def prefix_cover(platform: Platform, begin: datetime, end: datetime) -> tuple[str, ...]:
    """The fewest prefixes that cover exactly the ids of this time, to about four minutes; () where ids tell none.

    At both ends they may reach over it by less than that. In the order of the ids.
    """
    span = platform.ids_between(begin, end)
    if span is None:
        return ()
    seconds = (end - begin).total_seconds()
    return tuple(prefix for part in _same_length(span) for prefix in _cover(part, seconds))


def common_prefixes(platform: Platform, begin: datetime, end: datetime) -> tuple[str, ...]:
    """As few and as long prefixes as hold all of them, and perhaps more: one or two for ids of one length."""
    span = platform.ids_between(begin, end)
    return tuple(prefix for part in _same_length(span) for prefix in _common(part)) if span else ()


def in_span(number: str, span: IdSpan) -> bool:
    """Whether an id is one of the span's."""
    if not number or any(digit not in span.digits for digit in number):
        return False
    key, first, last = (_key(text, span) for text in (number, span.first, span.last))
    return first <= key <= last


def _key(text: str, span: IdSpan) -> tuple[int, list[int]]:
    return len(text), [span.digits.index(digit) for digit in text]


def _same_length(span: IdSpan) -> Iterator[IdSpan]:
    """The span in parts in which all ids have as many digits."""
    least, most = span.digits[0], span.digits[-1]
    for length in range(len(span.first), len(span.last) + 1):
        first = span.first if length == len(span.first) else span.digits[1] + least * (length - 1)
        last = span.last if length == len(span.last) else most * length
        yield IdSpan(first, last, span.digits)


def _common(span: IdSpan) -> Iterator[str]:
    """The common prefix; where it says little, the prefixes of one digit more if they are but two."""
    length = next((n for n, pair in enumerate(zip(span.first, span.last, strict=True)) if pair[0] != pair[1]), None)
    if length is None:
        yield span.first
        return
    low, high = (span.digits.index(text[length]) for text in (span.first, span.last))
    if high - low > 1:
        yield span.first[:length]
        return
    # At the turn of a digit all but nothing is common: each side has a longer beginning of its own.
    yield _shared(span.first, span.first[: length + 1] + span.digits[-1] * (len(span.first) - length - 1))
    yield _shared(span.last, span.last[: length + 1] + span.digits[0] * (len(span.last) - length - 1))


def _shared(one: str, other: str) -> str:
    length = next((n for n, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]), len(one))
    return one[:length]


def _cover(span: IdSpan, seconds: float) -> Iterator[str]:
    base, width = len(span.digits), len(span.first)
    first, last = _number(span.first, span), _number(span.last, span)
    free = 0
    while (last - first + 1) and base ** (free + 1) * seconds <= _LEAST_S * (last - first + 1) and free + 1 < width:
        free += 1
    yield from _blocks(first // base**free, last // base**free, width - free, span)


def _blocks(first: int, last: int, width: int, span: IdSpan) -> Iterator[str]:
    """The largest whole blocks of numbers of `width` digits from `first` to `last`, in their order."""
    base = len(span.digits)
    while first <= last:
        zeros = 0
        while zeros + 1 < width and first % base ** (zeros + 1) == 0 and first + base ** (zeros + 1) - 1 <= last:
            zeros += 1
        yield _written(first // base**zeros, width - zeros, span)
        first += base**zeros


def _number(text: str, span: IdSpan) -> int:
    number = 0
    for digit in text:
        number = number * len(span.digits) + span.digits.index(digit)
    return number


def _written(number: int, width: int, span: IdSpan) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(span.digits))
        digits = span.digits[digit] + digits
    return digits

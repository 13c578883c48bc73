"""Dates as people and widgets write them, in the languages of embedding sites.

A day is read only where it can be read in one way: `03/04/2022` is nobody's day.
"""

import re
from datetime import UTC, date, datetime

from archiver.extract.months import MONTHS

__all__ = ["date_at", "iso_date", "iso_instant"]

_MONTH = r"(?P<{0}>[^\W\d_][^\s\d.,،()/<>]{{1,14}})\.?"
_DAY = r"(?P<{0}>\d{{1,2}})"
_YEAR = r"(?P<{0}>\d{{4}})"
_WORD = r"(?:[,،]|\s|\b(?:de|del|of|d')\b)"
_FORMS = (
    rf"{_MONTH.format('m1')}{_WORD}{{1,4}}{_DAY.format('d1')}(?:st|nd|rd|th)?{_WORD}{{1,4}}{_YEAR.format('y1')}",
    rf"{_DAY.format('d2')}(?:st|nd|rd|th|er|º|°)?\.?{_WORD}{{1,4}}{_MONTH.format('m2')}{_WORD}{{1,4}}{_YEAR.format('y2')}",
    rf"{_YEAR.format('y3')}\s?[年년]\s?{_DAY.format('n3')}\s?[月월]\s?{_DAY.format('d3')}\s?[日일]",
    rf"{_YEAR.format('y4')}\.?\s{_MONTH.format('m4')}\s{_DAY.format('d4')}\.?",
    r"(?P<y5>\d{4})-(?P<n5>\d{2})-(?P<d5>\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s{_MONTH.format('m7')}\s{_DAY.format('d7')}\s\d{{2}}:\d{{2}}:\d{{2}}\s\+0000\s{_YEAR.format('y7')}",
    r"(?P<a6>\d{1,2})(?P<s6>[./])(?P<b6>\d{1,2})(?P=s6)(?P<y6>\d{4})",
)
_DATE = re.compile("|".join(_FORMS))
_LEAD = re.compile(r"[\s,:·|\[(]{0,6}(?:(?:on|le|el|am|il|em|den)\s+)?(?:[^\W\d_]{2,12}(?:-feira)?,\s+)?")
_TIME = re.compile(
    r"(?:,|\s|\b(?:at|à|às|a las|um|alle|kl)\b){1,5}\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\b\.?)?(?:\s(?:[A-Z]{3,4})\b)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?")


def date_at(text: str, start: int) -> tuple[int, int, str] | None:
    """The date that begins at `start` (small words and a weekday may lead it in).

    Gives where it begins and ends in `text` and its ISO day; None if there is none.
    A time of day behind the date belongs to it, and is not part of the ISO day.
    """
    lead = _LEAD.match(text, start)
    for begin in (lead.end(), start) if lead else (start,):
        found = _DATE.match(text, begin)
        day = _day(found) if found else None
        if found and day:
            time = _TIME.match(text, found.end())
            return begin, (time or found).end(), day.isoformat()
    return None


def iso_date(text: str | None) -> str | None:
    """The ISO day of the first date in `text`, None if none can be read in one way.

    Not looked for past the first 200 characters.
    """
    for found in _DATE.finditer((text or "")[:200]):
        day = _day(found)
        if day:
            return day.isoformat()
    return None


def iso_instant(text: str | None) -> str | None:
    """A published date as precise as it is published: an ISO instant (`T`, offset) or a day."""
    text = (text or "").strip()
    if _ISO.fullmatch(text):
        return _kept(text)
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %z").astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return iso_date(text)


def _kept(text: str) -> str | None:
    try:
        datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "").replace(",", "."))
    except ValueError:
        return iso_date(text)
    return re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text.replace(" ", "T", 1).replace(" ", ""))


def _day(found: re.Match[str]) -> date | None:
    parts = {key[0]: value for key, value in found.groupdict().items() if value is not None}
    if "a" in parts:
        return _numeric_day(int(parts["a"]), int(parts["b"]), int(parts["y"]), parts["s"])
    month = int(parts["n"]) if "n" in parts else MONTHS.get(parts["m"].casefold().rstrip("."), 0)
    return _date(int(parts["y"]), month, int(parts["d"]))


def _numeric_day(first: int, second: int, year: int, separator: str) -> date | None:
    if separator == "." or first > 12 or first == second:  # noqa: PLR2004  # months are at most twelve
        return _date(year, second, first)
    return _date(year, first, second) if second > 12 else None  # noqa: PLR2004  # as above


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None  # noqa: PLR2004  # no article is older
    except ValueError:
        return None

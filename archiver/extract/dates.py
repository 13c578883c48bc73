"""Dates as people and widgets write them, in the languages of embedding sites.

A day is read only where it can be read in one way: `03/04/2022` is nobody's day.
Digits may be of any script, and may have marks of writing direction around them.
"""

import re
from datetime import UTC, date, datetime

from archiver.extract.months import month_number

__all__ = ["DIRECTION_MARKS", "date_at", "date_in", "iso_date", "iso_instant"]

#: Marks that say in which direction to write, and are not seen.
DIRECTION_MARKS = "\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_MARKS = re.compile(f"[{DIRECTION_MARKS}]")

# Arabic's two-word months, then any word. A final stop is that of an abbreviation.
_MONTH = r"(?P<{0}>(?:كانون|تشرين)\s\w{{4,8}}|[^\W\d_][^\s\d.,،()/<>]{{1,14}})\.?"
_DAY = r"(?P<{0}>\d{{1,2}})"
_YEAR = r"(?P<{0}>\d{{4}})(?!\d)"
_WORD = r"(?:[,،]|\s|\b(?:de|del|of|d'|d’)\b)"
_FORMS = (
    rf"{_MONTH.format('m1')}{_WORD}{{1,4}}{_DAY.format('d1')}(?:st|nd|rd|th)?{_WORD}{{1,4}}{_YEAR.format('y1')}",
    rf"(?:ב[-־]?)?{_DAY.format('d2')}(?:st|nd|rd|th|er|º|°)?\.?{_WORD}{{1,4}}{_MONTH.format('m2')}{_WORD}{{1,4}}{_YEAR.format('y2')}",
    rf"{_YEAR.format('y3')}\s?[年년]\s?{_DAY.format('n3')}\s?[月월]\s?{_DAY.format('d3')}\s?[日일]",
    rf"{_YEAR.format('y4')}\.?\s{_MONTH.format('m4')}\s{_DAY.format('d4')}\.?",
    r"(?P<y5>\d{4})-(?P<n5>\d{2})-(?P<d5>\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s{_MONTH.format('m7')}\s{_DAY.format('d7')}\s\d{{2}}:\d{{2}}:\d{{2}}\s\+0000\s{_YEAR.format('y7')}",
    rf"(?P<a6>\d{{1,2}})(?P<s6>[./-])(?P<b6>\d{{1,2}})(?P=s6){_YEAR.format('y6')}",
    (
        rf"(?:ngày\s)?{_DAY.format('d8')}\s(?:tháng|thg)\s(?P<v8>\d{{1,2}}|mười (?:một|hai)|\w{{2,4}})"
        rf"(?:,|\snăm)?\s{_YEAR.format('y8')}"
    ),
)
_DATE = re.compile("|".join(_FORMS), re.IGNORECASE)
#: The forms in which the month is no name: a number with its sign or in ISO, one of two numbers, one in words.
_NUMBERED, _NUMERIC, _COUNTED = ("3", "5"), "6", "8"
_LEAD = re.compile(
    r"[\s,:·|\[(]{0,6}(?:(?:on|le|el|am|il|em|den)\s{1,3})?"
    r"(?:(?:[^\W\d_]{2,12}(?:-feira)?[,،]|thứ [^\W\d_]{2,4},)\s{1,3})?",
    re.IGNORECASE,
)
_YEAR_NUMBER = re.compile(r"\d{4}")
#: "Year", as Russian, Bulgarian and Ukrainian dates have it behind the number.
_YEAR_WORD = re.compile(r"\s?[гр]\.?(?!\w)")
_TIME = re.compile(
    r"(?:[,،]?\s{1,3}(?:at|à|às|a las|um|alle(?: ore)?|kl\.?|om|o|в|о|saat|pukul|lúc|في|ساعت)\s{1,3}|[,، \t\xa0]{0,3})"
    r"(?:午前|午後|上午|下午|오전|오후)?\s?\d{1,2}"
    # A full stop between numbers is that of a time only where a word says so.
    r"(?:\s?(?:[:h]|[時时點点시])\s?\d{2}(?:\s?[分분])?(?::\d{2})?(?:\s?[ap]\.?m\b\.?|\s[صم](?!\w)|\sUhr\b)?"
    r"|\.\d{2}(?:\s?[ap]\.?m\b\.?|\sUhr\b))(?:\s?\(?(?-i:[A-Z]{3,4})\b\)?)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?")


def date_at(text: str, start: int) -> tuple[int, int, str | None] | None:
    """The date that begins at `start` (small words and a weekday may lead it in).

    Gives where it begins and ends in `text`, and its ISO day, which is None for a date
    that can be read in two ways; None if there is no date. A time of day behind the date
    belongs to it, and is not part of the ISO day.
    """
    lead = _LEAD.match(text, start)
    for begin in (lead.end(), start) if lead else (start,):
        found = _DATE.match(text, begin)
        stated = _stated(found, text) if found else None
        if stated:
            return stated
    return None


def date_in(text: str, start: int, end: int) -> tuple[int, int, str | None] | None:
    """The first date between two places of `text`, as `date_at` gives it."""
    if _YEAR_NUMBER.search(text, start, end) is None:
        return None
    for found in _DATE.finditer(text, start, end):
        stated = _stated(found, text)
        if stated:
            return stated
    return None


def iso_date(text: str | None) -> str | None:
    """The ISO day of the first date in `text`, None if none can be read in one way.

    Not looked for past the first 200 characters.
    """
    for found in _DATE.finditer(_MARKS.sub("", (text or "")[:200])):
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


def _stated(found: re.Match[str], text: str) -> tuple[int, int, str | None] | None:
    day = _day(found)
    if day is None and not _has_two_days(found):
        return None
    end = found.end()
    word = _YEAR_WORD.match(text, end)
    end = word.end() if word else end
    time = _TIME.match(text, end)
    return found.start(), (time.end() if time else end), day.isoformat() if day else None


def _has_two_days(found: re.Match[str]) -> bool:
    """Whether day and month of a date in numbers can be told apart by nothing."""
    if found["a6"] is None:
        return False
    first, second, year = int(found["a6"]), int(found["b6"]), int(found["y6"])
    return _date(year, second, first) is not None and _date(year, first, second) is not None


def _day(found: re.Match[str]) -> date | None:
    # The names of a form's groups end in its number.
    form = (found.lastgroup or "")[-1:]
    year = int(found[f"y{form}"])
    if form == _NUMERIC:
        return _numeric_day(int(found["a6"]), int(found["b6"]), year, found["s6"])
    if form in _NUMBERED:
        month = int(found[f"n{form}"])
    elif form == _COUNTED:
        month = month_number(found["v8"], counted=True)
    else:
        month = month_number(found[f"m{form}"])
    return _date(year, month, int(found[f"d{form}"]))


def _numeric_day(first: int, second: int, year: int, separator: str) -> date | None:
    if separator == "." or first > 12 or first == second:  # noqa: PLR2004  # months are at most twelve
        return _date(year, second, first)
    return _date(year, first, second) if second > 12 else None  # noqa: PLR2004  # as above


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None  # noqa: PLR2004  # no article is older
    except ValueError:
        return None

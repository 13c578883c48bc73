"""What one line of another platform's widget says, in whatever language.

Places are those of the text that is given. Nothing here knows of blocks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.extract.attribution import is_last
from archiver.extract.dates import date_in
from archiver.extract.phrases import INSTAGRAM_AFTER, INSTAGRAM_BEFORE, INSTAGRAM_HEAD, INSTAGRAM_HEAD_WORDS

__all__ = [
    "ELLIPSIS",
    "NOTES",
    "POST_BY",
    "REDDIT",
    "TIKTOK_AUTHOR",
    "VIEW_ON",
    "Said",
    "followed",
    "heads",
    "introduced",
    "line_starts",
    "line_starts_with",
    "posted",
]

_HANDLE = re.compile(
    r"(?P<name>[^()（）]{0,120}(?:\([^()@]{0,60}\)[^()（）]{0,60}){0,2})[(（]\s?@(?P<handle>[A-Za-z0-9_.]{1,30})\s?[)）]"
)
_BEHIND = re.compile(r"[(（]\s?@(?P<handle>[A-Za-z0-9_.]{1,30})\s?[)）]")
POST_BY = re.compile(r"Post(?:ed)? by @(?P<handle>[\w.]{1,60}(?:@[\w.-]{3,100})?)(?=\s|$)")
VIEW_ON = re.compile(
    r"\s{0,9}(?:(?:View|Ver|Voir|Visualizza|Bekijken|Zobacz|Lihat|Xem) (?:on|en|no|sur|su|op|na|di|trên)|Auf)"
    r" (?P<where>Threads|Mastodon)"
    r"(?: ansehen| anzeigen)?(?=\s|$)"
)
TIKTOK_AUTHOR = re.compile(r"@(?P<handle>[A-Za-z0-9_.]{2,24})(?=\s|$)")
#: The sound of a TikTok: `♬ title - artist`; lyrics are written otherwise.
NOTES = re.compile("(?:♬|â™¬)(?= ?[^\n♬]{1,200} [-–] )")
REDDIT = re.compile(
    r"by\s?/?u/(?P<handle>[A-Za-z0-9_-]{3,20})\s{1,3}(?:from discussion\s?[^\n]{0,300}?\s)?"
    r"in\s?(?:/?r/)?\w{2,21}[ \t]*(?=\n|$)"
)
ELLIPSIS = re.compile(r"(?:\.{3}|…)\s*$")
#: Words between a name and its date: `on`, a weekday.
_ON = r"(?:on|le|el|en|em|am|su|sur|il|op|den|på|w|dne|dnia|pada|vào|в|у|في|ב-?|の|日時[:：])"
_WEEKDAY = r"[^\W\d_]{2,14}(?:[- ][^\W\d_]{2,6})?"
_LED = re.compile(
    rf"[\s,،]+(?:{_ON}\s{{0,3}}(?P<day>{_WEEKDAY}[,،]?\s*)?|(?P<only>{_WEEKDAY}[,،]\s*))?$", re.IGNORECASE
)
_AT_END = re.compile(r"[ \t\xa0]{0,20}(?:\n|$)")
_LEAD = re.compile(r"[ \t\xa0>|]{0,20}")
_LEAD_CHARS, _SIGNS = 20, 24
_DATE_REACH, _NAME_REACH, _BEFORE_DATE = 60, 220, 24


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says, in places of the view."""

    start: int
    end: int
    handle: str | None = None
    name: str | None = None
    date: str | None = None
    date_text: str | None = None


def line_starts(text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Where the lines between two places begin, behind the blanks and quotation signs before their words."""
    end = len(text) if end is None else end
    at = start if start == 0 or text[start - 1] == "\n" else text.find("\n", start, end) + 1 or end + 1
    while at <= end:
        lead = _LEAD.match(text, at, end)
        yield lead.end() if lead else at
        at = text.find("\n", at, end) + 1 or end + 1


def line_starts_with(sign: str, text: str, start: int, end: int) -> Iterator[int]:
    """The places of `sign` between two places where it begins a line, the last first; the nearest few only."""
    at = end
    for _ in range(_SIGNS):
        at = text.rfind(sign, start, at)
        if at < 0:
            return
        before = text[max(at - _LEAD_CHARS, 0) : at].rstrip(" \t\xa0>|")
        if before.endswith("\n") or (not before and at < _LEAD_CHARS):
            yield at


def heads(text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """The heads between two places that begin a line, and end it or lead to its other words."""
    end = len(text) if end is None else end
    if any(text.find(word, start, end) >= 0 for word in INSTAGRAM_HEAD_WORDS):
        for at in line_starts(text, start, end):
            head = INSTAGRAM_HEAD.match(text, at, end)
            if head and (
                _AT_END.match(text, head.end()) or INSTAGRAM_BEFORE.match(text, _words_from(text, head.end()))
            ):
                yield head


def _words_from(text: str, place: int) -> int:
    blanks = _LEAD.match(text, place)
    return blanks.end() if blanks else place


def introduced(text: str) -> Iterator[Said]:
    """`A post shared by Name (@handle) on DATE`, in the languages that put the name last."""
    if "@" not in text:
        return
    for at in (*line_starts(text), *(_words_from(text, head.end()) for head in heads(text))):
        intro = INSTAGRAM_BEFORE.match(text, at)
        signed = _HANDLE.match(text, intro.end()) if intro else None
        said = _dated(text, at, signed.end(), signed) if signed else None
        if said:
            yield said


def followed(text: str) -> Iterator[Said]:
    """`Name (@handle) shared a post`, in the languages that put the name first."""
    for signed in _BEHIND.finditer(text) if "@" in text else ():
        behind = INSTAGRAM_AFTER.match(text, signed.end())
        if behind is None:
            continue
        start = text.rfind("\n", max(signed.start() - _NAME_REACH, 0), signed.start()) + 1
        if signed.start() - start <= _NAME_REACH:
            said = _dated(text, start, behind.end(), signed, text[start : signed.start()])
            if said:
                yield said


def _dated(text: str, start: int, end: int, signed: re.Match[str], name: str | None = None) -> Said | None:
    """The line with the date behind it; None if other words follow on the line."""
    name = signed["name"] if name is None else name
    dated = date_in(text, end, end + _DATE_REACH)
    if dated and len(text[end : dated[0]]) <= _BEFORE_DATE and "\n\n" not in text[end : dated[0]]:
        if is_last(text, dated[1]):
            words = " ".join(text[dated[0] : dated[1]].split())
            return Said(start, dated[1], signed["handle"], name.strip(), dated[2], words)
        return None
    return Said(start, end, signed["handle"], name.strip()) if is_last(text, end) else None


def posted(text: str, verb: re.Match[str]) -> Said | None:
    """`Posted by Name on Weekday, DATE`, to the end of its line."""
    dated = date_in(text, verb.end(), verb.end() + _NAME_REACH)
    if dated is None or "\n\n" in text[verb.end() : dated[0]]:
        return None
    tail = re.match(r"[^\n]{0,12}(?=\n|$)", text[dated[1] :])
    led = _LED.search(text, verb.end(), dated[0])
    if tail is None or led is None:
        return None
    name, weekday = text[verb.end() : led.start()].strip(), (led["day"] or led["only"] or "").strip()
    # Facebook always names the weekday; the lines under other posts seldom do.
    if not name or not (weekday or tail[0].strip()):
        return None
    words = " ".join(f"{weekday} {text[dated[0] : dated[1]]}{tail[0]}".split())
    return Said(verb.start(), dated[1] + len(tail[0]), None, name, dated[2], words)

"""What a page of few words says it is, instead of what was linked: an error, a wall, a form.

A phrase anywhere in a page proves nothing. It counts only as the whole of a line, or of a
part of the title, and only where the page tells no story of its own: an article that is
called "Page not found" has sentences, an error page has a menu. And even then nothing here
says that a page is gone: "not found" on a page that came with 200 is UNCLEAR.
"""

import re
from dataclasses import dataclass

from archiver.model.states import Availability, Reason
from archiver.steps import notice_words as words_of

__all__ = ["Notice", "notice_of", "tells_a_story", "what_covers"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said in the place of the page, and in which words."""

    availability: Availability
    reason: Reason
    words: str


#: A menu is many words, but no sentences; so many words of sentences are a page of its own.
_STORY_WORDS = 80
_SENTENCE_WORDS = 10
_MOST_LINES = 400
_MOST_CHARACTERS = 160
_PART = re.compile(r"\s+[|–—\-·•:»]\s+")

_Kinds = tuple[tuple[re.Pattern[str], Availability, Reason], ...]


def _kinds(*rows: tuple[tuple[str, ...], Availability, Reason]) -> _Kinds:
    return tuple((re.compile("|".join(words)), availability, reason) for words, availability, reason in rows)


_KINDS = _kinds(
    (words_of.LIMITED, Availability.RATE_LIMITED, Reason.RATE_LIMITED),
    (words_of.REFUSED, Availability.BLOCKED, Reason.CHALLENGE),
    (words_of.ABROAD, Availability.GEO_LEGAL, Reason.ERROR_PAGE),
    (words_of.OF_AGE, Availability.AGE, Reason.AGE_GATE),
    (words_of.CONSENT, Availability.UNCLEAR, Reason.CONSENT_WALL),
    (words_of.LOGIN, Availability.LOGIN, Reason.LOGIN_WALL),
    (words_of.NOT_FOUND, Availability.UNCLEAR, Reason.ERROR_PAGE),
    (words_of.BROKEN, Availability.UNCLEAR, Reason.ERROR_PAGE),
)
#: Said alone, "Log in" is a link in any menu; as a title it is what the page is.
_TITLE_KINDS = (*_KINDS, *_kinds((words_of.LOGIN_TITLE, Availability.LOGIN, Reason.LOGIN_WALL)))
_COVERS = tuple((re.compile("|".join(words), re.IGNORECASE), reason) for words, reason in words_of.COVERS)


def notice_of(title: str, text: str) -> Notice | None:
    """What the page says in place of a content of its own; None where it has one, or says nothing known."""
    if tells_a_story(text):
        return None
    for part in (title, *_PART.split(title)):
        if (found := _said(part, _TITLE_KINDS)) is not None:
            return found
    lines = (line for line in text[: _MOST_LINES * _MOST_CHARACTERS].splitlines()[:_MOST_LINES] if line.strip())
    return next((found for line in lines if (found := _said(line, _KINDS)) is not None), None)


def tells_a_story(text: str) -> bool:
    """Whether the text has sentences enough to be more than a menu and a message."""
    told = 0
    for line in text.splitlines():
        words = _weight(line)
        told += words if words >= _SENTENCE_WORDS and re.search(r"[.!?…。！？؟।]", line) else 0
        if told > _STORY_WORDS:
            return True
    return False


def what_covers(hidden: str) -> Reason | None:
    """What the thing is that hides a post or page, by its own words and name; None if they don't tell."""
    return next((reason for pattern, reason in _COVERS if pattern.search(hidden)), None)


def _said(line: str, kinds: _Kinds) -> Notice | None:
    plain = re.sub(r"[\s\u00a0]+", " ", line).strip(" .!?…:;,。！？“”\"'()[]*#").casefold().replace("’", "'")
    if not plain or len(plain) > _MOST_CHARACTERS:
        return None
    for pattern, availability, reason in kinds:
        if pattern.fullmatch(plain):
            return Notice(availability, reason, plain)
    return None


def _weight(line: str) -> int:
    # Of writing without spaces, two signs count as one word.
    unspaced = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]", line))
    return len(re.findall(r"\w+", line)) + unspaced // 2

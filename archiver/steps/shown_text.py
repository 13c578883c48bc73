"""Whether a text is shown in another: what the platform's record says, on the rendered page.

The question is not whether a quote is exact (that is `verify`'s), but whether the page
shows this very post. So what a page may do to a text is folded away (line breaks, curly
quotes, emoji drawn as pictures, shortened links, "show more"), and what makes another post
is not: another number, a missing end without a mark, a short text inside a longer one.
"""

import re
import unicodedata

from rapidfuzz import fuzz

__all__ = ["has_words", "shows_marks", "shows_name", "shows_text"]

#: Links are shortened, expanded or shown by their domain alone, so they compare as nothing.
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b(?:[a-z0-9-]+\.)+[a-z]{2,24}/\S*|\bpic\.twitter\.com/\w+", re.IGNORECASE)
_MORE = re.compile(r"(?:(?:…|\.\.\.)\s*(?:(?:show|see|read)?\s*more)?|\b(?:show|see|read) more)\s*$", re.IGNORECASE)
_LEADING_MENTIONS = re.compile(r"^(?:\s*@\w+(?:[.-]\w+)*)+\s+")
_WORD = re.compile(r"\w+")
#: Below this many letters a text may be found inside another by chance, so words must match.
_LONG = 20
#: How much of a text must be there before a "show more" for the post to count as shown.
_CUT_LEAST = 40
#: Where the page shows a later edit, or an emoji by its name. Numbers must agree all the same.
_ALIKE = 95.0


def has_words(text: str, *, least: int = 1) -> bool:
    """Whether a text has anything that can be compared: at least so many letters or digits outside of links."""
    return len("".join(_words(text))) >= least


def shows_text(shown: str, text: str) -> bool:
    """Whether `shown` (what a page shows) contains `text` (what the record says).

    False for a text without words: there is nothing to recognise it by. A page's text that
    ends in a mark of more to come counts where it is the beginning of the record's.
    """
    return any(_shows(shown, part) for part in {text, _LEADING_MENTIONS.sub("", text)})


def shows_marks(shown: str, text: str) -> bool:
    """Whether `shown` can be the place of a text without words: its emoji and marks are there, in their order.

    Pages may draw emoji as pictures, which leaves no text at all: then nothing speaks against it.
    """
    wanted, there = _marks(text), _marks(shown)
    return not there or "".join(wanted) in "".join(there)


def shows_name(shown: str, *names: str | None) -> bool:
    """Whether one of the names stands in `shown` as whole words; handles may have an `@`."""
    there = _words(shown)
    return any(_in_order(_words(name), there) for name in names if name and _words(name))


def _shows(shown: str, text: str) -> bool:
    wanted, there = _words(_without_more(text)), _words(_without_more(shown))
    if not wanted:
        return False
    if _in_order(wanted, there):
        return True
    one, other = "".join(wanted), "".join(there)
    if len(one) >= _LONG and one in other:
        return True
    if len(one) >= 4 and not one.isascii() and _unspaced(one) and one in other:  # noqa: PLR2004  # as _unspaced says
        return True
    if _MORE.search(shown.strip()) and len(other) >= min(_CUT_LEAST, len(one)) and one.startswith(other):
        return True
    return len(one) >= _LONG and _alike(one, other)


def _alike(one: str, other: str) -> bool:
    """Nearly the same, and the same numbers: "M 5.1" and "M 5.2" are two posts."""
    if len(other) < len(one) * 0.9:
        return False
    match = fuzz.partial_ratio_alignment(one, other, score_cutoff=_ALIKE)
    if match is None or match.score < _ALIKE:
        return False
    return re.findall(r"\d+", one) == re.findall(r"\d+", other[match.dest_start : match.dest_end])


def _unspaced(text: str) -> bool:
    # Chinese, Japanese, Thai: a sentence is one "word", and four signs of it say much.
    return all(unicodedata.category(sign) in ("Lo", "Lm", "Nd", "Mn", "Mc") for sign in text)


def _without_more(text: str) -> str:
    return _MORE.sub("", text.strip())


def _words(text: str) -> list[str]:
    """The words of a text: compatibility forms folded, case and joiners gone, links masked."""
    folded = unicodedata.normalize("NFKC", _LINK.sub(" ", text)).casefold()
    plain = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Mn", "Me"))
    return _WORD.findall(plain.replace("_", " "))


def _marks(text: str) -> list[str]:
    """Emoji and punctuation, without links and without what only varies them (skin tones, joiners, selectors)."""
    plain = _LINK.sub(" ", text)
    return [sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Mn", "Me", "Sk") and not sign.isspace()]


def _in_order(wanted: list[str], there: list[str]) -> bool:
    return any(there[start : start + len(wanted)] == wanted for start in range(len(there) - len(wanted) + 1))

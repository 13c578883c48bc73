"""Words: one folding for what is stored and what is asked, so that each finds the other.

FTS5's own tokenisers see a Japanese sentence as one word, and its trigram index finds no
word of two characters. So words are cut here: letters, digits and their marks run
together; a character of a script that is written without spaces, or an emoji, is a word
by itself, and such a query word becomes a phrase of them.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["fold", "indexed", "match_all", "match_any", "terms"]

#: More than anyone types; a pasted article stays a cheap query.
_QUERY_TERMS = 64
_SPACELESS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
#: Combining marks of Latin, Greek and Cyrillic: é is found as e. Other scripts keep theirs.
_ACCENTS = re.compile("[\u0300-\u036f\ufe00-\ufe0f]")
#: Letters that no decomposition takes apart, as people without them on the keyboard type them.
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_ZERO_WIDTH_SPACE = "\u200b"


def fold(text: str) -> str:
    """Compatibility forms, case and Latin accents folded away: `Ｃａｆé`, `𝗖𝗮𝗳𝗲` → `cafe`."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain)).translate(_LETTERS)


def terms(text: str) -> list[str]:
    """The words of `text`, folded, in their order.

    >>> terms("Don’t @RT_Erdogan: 東京 naïve")
    ['don', 't', 'rt', 'erdogan', '東', '京', 'naive']
    """
    found: list[str] = []
    before = "gap"
    for char in fold(text):
        kind = _kind(char)
        if kind == "skip":
            continue
        if kind == "mark" and before != "gap":
            found[-1] += char
            continue
        if kind == "word" and before == "word":
            found[-1] += char
        elif kind in {"word", "alone"}:
            found.append(char)
        before = kind if kind != "mark" else "gap"
    return found


def indexed(text: str | None) -> str:
    """What goes into the full-text index for `text`."""
    return " ".join(terms(text or ""))


def match_all(query: str) -> str | None:
    """The FTS5 expression that wants every word of `query`; None if it has no word.

    Words in double quotes are a phrase. Nothing in `query` is ever read as an operator.
    """
    return " AND ".join(_phrase(words) for words in _query(query)) or None


def match_any(query: str) -> str | None:
    """As `match_all`, but any word will do; of a long phrase, any two words in a row."""
    pairs = [pair for words in _query(query) for pair in _pairs(words)]
    return " OR ".join(_phrase(pair) for pair in pairs) or None


@lru_cache(maxsize=8192)
def _kind(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return "gap" if char == _ZERO_WIDTH_SPACE else "skip"
    if category[0] == "M":
        return "mark"
    if category == "So" or (category[0] in "LN" and _SPACELESS.match(char)):
        return "alone"
    return "word" if category[0] in "LN" or category == "Co" else "gap"


def _query(query: str) -> list[list[str]]:
    chunks = (quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^\s"]+)', query[:10_000]))
    found, left = [], _QUERY_TERMS
    for chunk in chunks:
        words = terms(chunk)[:left]
        left -= len(words)
        if words:
            found.append(words)
    return found


def _pairs(words: list[str]) -> list[list[str]]:
    return [words] if len(words) <= 2 else [words[n : n + 2] for n in range(len(words) - 1)]  # noqa: PLR2004  # a pair


def _phrase(words: list[str]) -> str:
    # Terms hold letters, digits, marks and symbols only, so no quote can end the phrase.
    return f'"{" ".join(words)}"'

"""What typography changes in a word is folded away; what another hand changes is not.

| folded | kept apart |
|---|---|
| composed and decomposed letters (NFC), case, final sigma, `ß`, Cyrillic `ё` | accents: `año` and `ano` are two words |
| curly apostrophes, fancy and full-width letters, ligatures | super- and subscript figures, fractions: `m²`, `½` |
| digits of every script (`١٢`, `１２`) | the separators in a number: `1,000`, `1.000`, `1000` |
| soft hyphens, joiners, bidi controls, selectors, tatweel, vowel points | |
| Arabic and Persian forms of yeh and kaf | |

The stored texts are never folded: these are keys to compare by.
"""

import re
import unicodedata
from functools import lru_cache
from html import unescape

__all__ = ["APOSTROPHES", "DASHES", "DROPPED", "MARKS", "fold_word", "readings"]

#: What is not seen, or varies only how something is drawn: ends of classes of a pattern.
DROPPED = (
    "\u00ad\u034f\u0640\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff"
)
#: Combining marks, which are no letters to `re`, by the blocks of the scripts that need them.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3"
    "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd\u09d7"
    "\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc\u0abe-\u0acd\u0b01-\u0b03\u0b3c"
    "\u0b3e-\u0b57\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0d00-\u0d03"
    "\u0d3b\u0d3c\u0d3e-\u0d4d\u0d57\u0d82\u0d83\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    "\u0ec8-\u0ecd\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
APOSTROPHES = "'’‘ʼʹ′`´＇‛ꞌ"  # no password
DASHES = "\\-‐‑‒–—―−﹘﹣－"
_VOWEL_POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670"
_UNSEEN = re.compile(f"[{DROPPED}{_VOWEL_POINTS}]")
_SAME = str.maketrans(
    {
        **dict.fromkeys(APOSTROPHES, "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "ё": "е",
        "Ё": "Е",
        "٫": ".",
        "٬": ",",
        "：": ":",
        "，": ",",
        "．": ".",
    }
)
#: Compatibility forms that are another drawing of the same letter (Unicode's tags of decompositions).
_DRAWINGS = ("<wide>", "<narrow>", "<font>", "<compat>", "<small>", "<initial>", "<medial>", "<final>", "<isolated>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"</?(?:a|b|br|em|i|p|span|strong|u)(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_MOJIBAKE = re.compile(r"[ÂÃâðØÙÐÑ×][\u0080-\u00ff\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")


@lru_cache(maxsize=1 << 16)
def fold_word(word: str) -> str:
    """The key by which a word is compared; empty for what is only dropped signs. `fold_word` of a key is that key."""
    if word.isascii():
        return word.lower().strip("_")
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", _UNSEEN.sub("", word))).translate(_SAME)
    drawn = "".join(sign if sign.isascii() else _redrawn(sign) for sign in plain)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", drawn).casefold()).replace("i\u0307", "i")
    return _UNSEEN.sub("", folded).translate(_SAME).strip("_")


def readings(text: str) -> tuple[str, ...]:
    """The text, and what it was before a step too many or too few: entities, tags, a wrong charset.

    Entities are unescaped once only: `&amp;amp;` is the post's own `&amp;`, escaped.
    """
    found = [text]
    if "&" in text and _ENTITY.search(text):
        found.append(_ENTITY.sub(lambda entity: unescape(entity[0]), text))
    if "<" in text and _TAG.search(found[-1]):
        found.append(_TAG.sub(" ", found[-1]))
    if not text.isascii() and _MOJIBAKE.search(text):
        found.extend(_recoded(text))
    return tuple(dict.fromkeys(found))


def _redrawn(sign: str) -> str:
    """The usual drawing of a sign; a form that has a figure in it (`㈠`, `⒈`, `²`) stays what it is."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if not unicodedata.decomposition(sign).startswith(_DRAWINGS):
        return sign
    usual = unicodedata.normalize("NFKC", sign)
    return usual if usual.isalpha() else sign


def _recoded(text: str) -> list[str]:
    """UTF-8 that was read as Windows' Latin, read right; [] where that is not what happened."""
    try:
        return [b"".join(_byte(sign) for sign in text).decode("utf-8")]
    except (UnicodeEncodeError, UnicodeDecodeError):
        return []


def _byte(sign: str) -> bytes:
    # Windows' table has five holes, which browsers fill with control characters.
    return bytes((ord(sign),)) if "\x80" <= sign <= "\x9f" else sign.encode("cp1252")

"""What stood between two words before a line of a PDF was broken there.

Lines break at blanks, and in some scripts anywhere. Between two ideographs or two
pictographs no blank was; between an ideograph and a Latin letter or a sign, what the
document does within its lines tells.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.extract.pdflines import Line

__all__ = ["Join", "Joins", "first_unit", "is_ideographic"]

#: What stands right before a word; with quotation marks (which open in one language and close in another)
#: what may not be parted from it, and what may not begin a line.
_BEFORE_WORD = "([{「『【〔《〈（［｛#＃@＠"
_OPENING = _BEFORE_WORD + "“‘"
_CLOSING = ")]}」』】〕》〉”’）］｝。、，．！？：；・ー…‥々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ!?.,:;"
_PAIR = re.compile(r"(?=(\S)( ?)((?:https?:)?\S))")
#: A line's beginning that cannot be broken: one ideograph or one word, and the signs around it.
_UNIT = re.compile(rf"[{re.escape(_OPENING)}]*(?:[!-~]+|\S)[{re.escape(_CLOSING)}]*")


@dataclass(frozen=True, slots=True)
class Join:
    """What stands between a line and the one before it: a space, nothing, or a line break."""

    text: str
    hyphen: bool = False


class Joins:
    """The habits of one document."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._spaced: Counter[tuple[str, str]] = Counter()
        for line in lines:
            if not line.text.isascii():
                self._note(line.text)

    def _note(self, text: str) -> None:
        for pair in _PAIR.finditer(text):
            key = (_kind(pair[1]), _kind(pair[3]))
            if _IDEOGRAPH in key:
                self._spaced[key] += 1 if pair[2] else -1

    def soft(self, above: Line, below: Line) -> Join:
        """How the words of a paragraph go on in the next line."""
        said, goes_on = above.text.rstrip(), below.text.lstrip()
        last, first = said[-1:], goes_on[:1]
        if last == "\u00ad" or (last == "-" and said[-2:-1].isalpha() and first.islower()):
            return Join("", hyphen=True)
        if last and last in _BEFORE_WORD:
            return Join("")
        key = (_kind(last), _kind("http" if goes_on.startswith("http") else first))
        if key[0] == key[1] != _OTHER:
            return Join("")
        if _IDEOGRAPH in key:
            return Join(" " if self._spaced[key] > 0 else "")
        return Join(" ")


_IDEOGRAPH, _PICTURE, _URL, _SIGN, _OTHER = "ideograph", "picture", "url", "sign", ""


def _kind(text: str) -> str:
    """What a break beside the character depends on."""
    if is_ideographic(text):
        return _IDEOGRAPH
    if text.startswith("http"):
        return _URL
    if text in "#＃@＠":
        return _SIGN
    return _PICTURE if _is_picture(text) else _OTHER


def _is_picture(char: str) -> bool:
    code = ord(char[:1] or " ")
    return 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or code in (0xFE0F, 0x200D)  # noqa: PLR2004  # Unicode's blocks


def is_ideographic(char: str) -> bool:
    """Whether the script has no spaces between words: Han, kana, Thai and their punctuation."""
    code = ord(char[:1] or " ")
    return 0x2E80 <= code <= 0xA4CF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFF9F or 0x0E00 <= code <= 0x0E7F  # noqa: PLR2004  # Unicode's blocks


def first_unit(text: str) -> str:
    """The beginning of a line that can't be parted from it: a word, or an ideograph with the signs at it."""
    found = _UNIT.match(text.lstrip())
    return found[0] if found else ""

"""A text as the words that are compared: each with its key, and where it stands.

Punctuation between words is no word, with these exceptions, because they carry meaning: signs at
numbers (`-5`, `10-12`, `<3`, `+2`), `%`, `°` and currencies, `&`, and the question mark. Scripts
that do not space their words are compared sign by sign.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.compare.fold import APOSTROPHES, DASHES, DROPPED, MARKS, fold_word

__all__ = ["LINK", "Mark", "Words", "is_emoji", "is_number", "tokenise"]

#: The key of every link: which one it is, is compared afterwards.
LINK = "\x00link"

_EMOJI = (
    "\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
_FLAG = "[\U0001f1e6-\U0001f1ff]"
#: Written without spaces between words.
_UNSPACED = (
    "々〆ー\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u0edc-\u0edf\u1000-\u102a"
    "\u103f\u1050-\u1055\u1780-\u17b3\u3041-\u3096\u309d-\u309f\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_ELLIPSIS = r"…+(?:\.|…)*|⋯+|\.{3,}|\.\s\.\s\.(?:\s\.)?|。{3,}|・{3}"


def _pattern(letter: str, run: str, apostrophe: str, dash: str) -> re.Pattern[str]:
    word = f"(?:{run})+(?:[{apostrophe}](?:{run})+)*"
    name = rf"(?:\w+|{run})+"
    number = rf"(?:(?<![\w\d)\]%{dash}.,])[{dash}])?(?:(?<![\w.,])[.,])?\d+(?:[.,:/٫٬：，．{apostrophe}]\d+)*"
    return re.compile(
        rf"(?P<word>{word})|(?P<number>{number})|(?P<handle>[@＠]{name}(?:[.\-@]{name})*)|(?P<tag>[#＃]{name})"
        rf"|(?P<mark>\[\s?(?:{_ELLIPSIS})\s?\]|\(\s?(?:{_ELLIPSIS})\s?\)|{_ELLIPSIS})"
        rf"|(?P<sic>\[sic[.!]?\])|(?P<started>\[(?:{letter})\](?:{run})+)"
        rf"|(?P<range>(?<=\d)\s?[{dash}]+\s?(?=\d))|(?P<emoji>{_FLAG}{_FLAG}|[{_EMOJI}])"
        rf"|(?P<sign>[%‰°€$£¥₤₦₩₪₫₱₴₹₺₽₿¢&＆％×÷±≈≠≤≥]|[<>+](?=\s?\d)|(?<=\d)[<>+])"
        rf"|(?P<question>[?？؟\u055e\u037e][?？؟!！\u055e\u037e]*)"
    )


_PLAIN = _pattern("[A-Za-z_]", "[A-Za-z_]+", "'`", r"\-")
_LETTERS, _UNLETTERED = r"[^\W\d]", f"[{MARKS}{DROPPED}]"
_ANY = _pattern(f"{_LETTERS}|{_UNLETTERED}", f"{_LETTERS}+|{_UNLETTERED}+", APOSTROPHES, DASHES)
_RUNS = re.compile(rf"[{_UNSPACED}][{MARKS}{DROPPED}]*|[^{_UNSPACED}]+")
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_SIGNS = str.maketrans({"＆": "&", "％": "%"})
#: Words that an editor or a widget sets in place of what follows.
_MORE = re.compile(
    r"(?:…|\.\.\.)\s{0,3}(?:(?:see|show|read) more|more|mehr(?: anzeigen| ansehen)?|voir plus|lire la suite"
    r"|ver más|ver mais|leer más|altro(?:\.\.\.)?|meer weergeven|więcej|daha fazla|ещё|показать полностью"
    r"|続きを読む|もっと見る|展开|더 보기)\s*$",
    re.IGNORECASE,
)
#: Keys of short links have ten signs, older ones fewer: what stands right behind them is another word.
_LINK = re.compile(
    r"(?:https?://)?(?:\bt\.co|pic\.(?:twitter|x)\.com)/(?:[A-Za-z0-9]{10}|[A-Za-z0-9]{1,9}?(?=https?://|[^A-Za-z0-9]|$))"
    r"|https?://[!#-;=?-_a-z~]+(?:…|\.\.\.)?"
    r"|(?<![\w@.\-])(?:[a-z0-9\-]{1,63}\.){1,8}[a-z]{2,24}/[!#-;=?-_a-z~]*(?:…|\.\.\.)?"
    r"|(?<![\w@.\-])www\.(?:[a-z0-9\-]{1,63}\.){1,8}[a-z]{2,24}",
    re.IGNORECASE,
)
_BEHIND_LINK = ".,;:!?'\")]}*_"
#: A longer text is compared up to here; nobody's post comes near.
MAX_CHARS = 2_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign that something was left out, before the word with number `at`. `bracketed`: the quoting hand's, surely."""

    at: int
    bracketed: bool


@dataclass(slots=True)
class Words:
    """A text's words: word `n` has key `keys[n]` and is `text[starts[n]:ends[n]]`."""

    text: str
    keys: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def shown(self, number: int) -> str:
        """Word `number` as it is written."""
        return self.text[self.starts[number] : self.ends[number]]

    def gap(self, number: int) -> str:
        """What stands between word `number` and the next."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.ends[number] : end]

    def add(self, key: str, start: int, end: int) -> None:
        """One more word; one without key is none."""
        if key:
            self.keys.append(key)
            self.starts.append(start)
            self.ends.append(end)


def tokenise(text: str) -> Words:
    """The words of a text, in time linear in its length; characters past two million are not read."""
    words = Words(text)
    more = _MORE.search(text[-60:]) if "…" in text[-60:] or "..." in text[-60:] else None
    end = len(text) - len(text[-60:]) + more.start() + 1 if more else len(text)
    pattern = _PLAIN if text.isascii() else _ANY
    at = 0
    for start, stop in _links(text, min(end, MAX_CHARS)):
        _read(pattern, words, at, start)
        words.add(LINK, start, stop)
        at = stop
    _read(pattern, words, at, min(end, MAX_CHARS))
    if more:
        words.marks.append(Mark(len(words.keys), bracketed=False))
    return words


def is_number(key: str) -> bool:
    """Whether a number is in the word, in any script's figures: `412`, `m²`, `½`, `三`."""
    if key.isascii():
        return any(sign in "0123456789" for sign in key)
    return any(sign.isnumeric() for sign in key)


def is_emoji(key: str) -> bool:
    """Whether the word is a picture sign."""
    return not key.isascii() and re.fullmatch(f"[{_EMOJI}]|{_FLAG}{_FLAG}", key) is not None


def _links(text: str, end: int) -> Iterator[tuple[int, int]]:
    if "/" not in text and "www." not in text.lower():
        return
    for found in _LINK.finditer(text, 0, end):
        shown = found[0]
        bare = shown if shown.endswith("...") else shown.rstrip(_BEHIND_LINK)
        if len(bare) > len("http://"):
            yield found.start(), found.start() + len(bare)


def _read(pattern: re.Pattern[str], words: Words, start: int, end: int) -> None:
    for found in pattern.finditer(words.text, start, end):
        kind, shown = found.lastgroup, found[0]
        if kind == "word":
            _add_word(words, shown, found.start())
        elif kind == "mark":
            words.marks.append(Mark(len(words.keys), bracketed=shown[0] in "[("))
        elif kind != "sic":
            words.add(_key(kind, found), found.start(), found.end())


def _add_word(words: Words, shown: str, start: int) -> None:
    if shown.isascii() or not _HAS_UNSPACED.search(shown):
        key = fold_word(shown)
        # A mark without its letter, as a keycap's frame, is none.
        words.add(key if key.isascii() or any(map(str.isalnum, key)) else "", start, start + len(shown))
        return
    for run in _RUNS.finditer(shown):
        words.add(fold_word(run[0]), start + run.start(), start + run.end())


def _key(kind: str | None, found: re.Match[str]) -> str:
    shown = found[0]
    match kind:
        case "handle" | "tag":
            # A name's own underscores belong to it.
            tail = shown[1:]
            return ("@" if kind == "handle" else "#") + (tail.lower() if tail.isascii() else fold_word(tail) or tail)
        case "started":
            return fold_word(shown.replace("[", "").replace("]", ""))
        case "range":
            return "-"
        case "question":
            return "?" if _ends_a_word(found.string, found.start()) else ""
        case "sign":
            return shown.translate(_SIGNS)
    return fold_word(shown)


def _ends_a_word(text: str, at: int) -> bool:
    """Whether a question mark there is one: it stands behind something said."""
    before = text[max(0, at - 3) : at].rstrip(" \u00a0\u202f'\"’”»)]")
    return bool(before) and (before[-1].isalnum() or not before[-1].isascii())

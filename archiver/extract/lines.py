"""Line breaks: those that the writer made, and those of a page, an editor or a terminal.

Text that went through a PDF or a mail is broken at some width. Such a break stands where
the next word would not have fitted; every other break was meant.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archiver.extract.blocks import Block, BlockKind

__all__ = ["Lines"]

#: Proportional type fills its lines unevenly, so a line this full may have been broken.
#: Where nearly all long lines end at one column, the type is not proportional.
_FULL, _EVEN = 0.8, 0.85
#: Of the lines that are so long (as a part of the width) so many must end at the width.
_LONG, _SHARE = 0.6, 0.6
#: Even before a long word a line is filled so far; columns so narrow are always set evenly.
_FILLED, _COLUMN = 0.4, 40
#: No page has longer lines, and shorter ones tell nothing.
_WIDEST, _NARROWEST = 240, 12
_FIRST_WORD = re.compile(r"\S{1,40}")
_LAST_WORD = re.compile(r"\S{1,60}$")
_HYPHENS = "-‐‑/"
_NO_BREAK_BEFORE = "—–"
_SOFT_HYPHEN = "\u00ad"
#: What begins a line of its own, however full the line above is.
_OWN = re.compile(r"[ \t]*[—―–−•▪◦‣*·♬>-]+\s")
#: No letter before these is wide.
_MAY_BE_WIDE = re.compile("[\u2e80-\U0010ffff]")
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)


@dataclass(frozen=True, slots=True)
class _Width:
    """A line to which `columns` are filled may have been broken; `anywhere`: within words too.

    0 columns: no line was.
    """

    columns: float
    anywhere: bool = False


class Lines:
    """The line breaks of a document, each judged once; places are those of the blocks' texts."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._width = _width(blocks)
        self._joins: dict[int, dict[int, str]] = {}
        prose = [block for block in blocks if block.kind in _PROSE]
        #: Whether a block is one paragraph: most of them have no line break.
        self.paragraphs = sum("\n" in block.text for block in prose) * 2 < len(prose)

    def joins(self, index: int) -> dict[int, str]:
        """The breaks of a block that nobody meant: the place of each, and what stands for it."""
        if self._width.columns == 0 or self._blocks[index].offsets is None:
            return {}
        if index not in self._joins:
            self._joins[index] = dict(self._judged(self._blocks[index].text))
        return self._joins[index]

    def said(self, index: int, start: int, end: int) -> str:
        """A part of a block's text, without the breaks that nobody meant."""
        text, joins = self._blocks[index].text, self.joins(index)
        if not joins or text.find("\n", start, end) < 0:
            return text[start:end]
        parts, place = [], start
        for cut in (cut for cut in _breaks(text, start, end) if cut in joins):
            parts.append(text[place:cut].rstrip(_SOFT_HYPHEN if joins[cut] == "" else " "))
            parts.append(joins[cut])
            place = cut + 1
        return "".join((*parts, text[place:end]))

    def meant(self, index: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The lines between two places as they were meant, without the white space around them."""
        text, place = self._blocks[index].text, start
        if text.find("\n", start, end) < 0:
            yield from _bare(text, start, end)
            return
        joins = self.joins(index)
        for cut in (*_breaks(text, start, end), end):
            if cut == end or cut not in joins:
                yield from _bare(text, place, cut)
                place = cut + 1

    def _judged(self, text: str) -> Iterator[tuple[int, str]]:
        lines = text.split("\n")
        place = 0
        for line, below in pairwise(lines):
            place += len(line)
            if self._width.anywhere:
                # Lines that are broken within words end at one column, whatever comes next.
                if len(line) >= self._width.columns:
                    yield place, ""
            elif _is_full(line, below, self._width.columns):
                yield place, _between(line, below)
            place += 1


def _bare(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Where a line begins and ends without the white space around it; () if it is nothing else."""
    line = text[start:end]
    if not line.strip():
        return ()
    return ((start + len(line) - len(line.lstrip()), end - len(line) + len(line.rstrip())),)


def _breaks(text: str, start: int, end: int) -> Iterator[int]:
    cut = text.find("\n", start, end)
    while cut >= 0:
        yield cut
        cut = text.find("\n", cut + 1, end)


def _width(blocks: Sequence[Block]) -> _Width:
    """The width at which the lines were broken."""
    texts = [block.text for block in blocks if block.kind in _PROSE and block.offsets is not None]
    if not any("\n" in text for text in texts):
        return _Width(0)
    widths = sorted(_columns(line) for text in texts for line in text.split("\n"))
    # One long address or heading is no measure of the rest.
    width = widths[-1 - len(widths) // 40]
    if not _NARROWEST <= width <= _WIDEST:
        return _Width(0)
    pairs = [(a, b) for text in texts for a, b in _pairs(text) if _columns(a) >= width * _LONG]
    even = sum(_is_full(a, b, width) for a, b in pairs)
    limit = width if even >= _EVEN * len(pairs) or width <= _COLUMN else width * _FULL
    full = [(a, b) for a, b in pairs if _is_full(a, b, limit)]
    if len(full) < 2 or len(full) < _SHARE * len(pairs):  # noqa: PLR2004  # a single break tells nothing
        return _Width(0)
    latin = [len(a) for a, b in full if not (_is_wide(a[-1]) or _is_wide(b[0]))]
    return _Width(limit, len(latin) > 2 and sum(size == width for size in latin) > 0.9 * len(latin))  # noqa: PLR2004  # most


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    lines = text.split("\n")
    return ((a, b) for a, b in pairwise(lines) if a.strip() and b.strip())


def _is_full(line: str, below: str, limit: float) -> bool:
    """Whether the first word of the line below would not have fitted behind this one."""
    word = _FIRST_WORD.match(below.lstrip())
    if word is None or not line.strip() or _OWN.match(below):
        return False
    columns = _columns(line)
    first = 2 if _is_wide(word[0][0]) else _columns(word[0]) + 1
    return columns + first > limit and columns > limit * _FILLED


def _between(line: str, below: str) -> str:
    """What stood between two words before the line was broken."""
    last, first = line[-1], below[0]
    if line.endswith(_SOFT_HYPHEN) or (_is_wide(last) and _is_wide(first)):
        return ""
    if last in _HYPHENS and len(line) > 1 and not line[-2].isspace() and first.isalnum():
        return ""
    if last in _NO_BREAK_BEFORE and len(line) > 1 and not line[-2].isspace() and first.isalnum():
        return ""
    word = _LAST_WORD.search(line)
    return "" if word and re.search(r"[(（]@\w*$", word[0]) and re.match(r"\w+[)）]", below) else " "


def _columns(line: str) -> int:
    line = line.strip()
    return len(line) if line.isascii() else len(line) + sum(map(_is_wide, _MAY_BE_WIDE.findall(line)))


def _is_wide(char: str) -> bool:
    """Whether a letter takes two columns and may be followed by a break: Chinese, Japanese."""
    return char > "\u2e7f" and unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"

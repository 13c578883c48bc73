"""The lines of a PDF's pages, as `pdfchild.py` writes them, with what its glyphs stand for put right."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Line", "Run", "line_of", "without_running_heads"]

#: Forms of letters that only fonts need: Latin ligatures, Hebrew and Arabic presentation forms.
_FORMS = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc]+")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffe\uffff\x00-\x08\x0e-\x1f]")
#: The part of a page's height, at either end, in which running heads and page numbers stand.
_MARGIN = 0.09
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|página|pagina|p\.)?\s?\d{1,4}(?:\s?(?:/|of|von|de|sur|di)\s?\d{1,4})?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line; `url` is where it leads, empty if nowhere."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page. Places are in points from the page's lower left corner."""

    runs: tuple[Run, ...]
    left: float
    right: float
    base: float
    height: float
    bold: bool = False
    page: int = 0
    text: str = ""
    #: The width of its first word.
    word: float = 0.0

    @property
    def width(self) -> float:
        """From its first to its last letter."""
        return self.right - self.left


def line_of(value: dict[str, Any], page: int) -> Line | None:
    """The line that the object describes; None if nothing legible is in it."""
    text, places = str(value["text"]), list(value["x"])
    marks = [""] * len(text)
    for start, end, url in value["links"]:
        marks[start:end] = [str(url)] * (end - start)
    order = _reading_order(text, places)
    runs = tuple(_runs("".join(text[n] for n in order), [marks[n] for n in order]))
    said = "".join(run.text for run in runs)
    if not said.strip():
        return None
    left, right, base, height = (float(value[name]) for name in ("left", "right", "base", "height"))
    end = re.search(r"\S\s", text)
    word = places[end.end() - 1] - left if end else right - left
    return Line(runs, left, right, base, height, bool(value["bold"]), page, said, abs(word))


def _runs(text: str, marks: Sequence[str]) -> Iterator[Run]:
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or marks[index] != marks[start]:
            words = _PRIVATE.sub("", text[start:index])
            yield Run(_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), words), marks[start])
            start = index


def _reading_order(text: str, places: Sequence[float]) -> list[int]:
    """The order in which the characters are read: words from right to left may lie there as they are drawn."""
    order = list(range(len(text)))
    for word in re.finditer(r"\S+", text):
        start, end = word.span()
        while start < end and not _is_rtl(text[start]):
            start += 1
        while end > start and not _is_rtl(text[end - 1]):
            end -= 1
        if end - start > 1 and places[end - 1] > places[start]:
            order[start:end] = reversed(order[start:end])
    return order


def _is_rtl(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("R", "AL", "NSM")


def without_running_heads(pages: Sequence[tuple[float, Sequence[Line]]]) -> list[list[Line]]:
    """The lines of each page (its height, and they) without page numbers and running heads.

    A running head is the outermost line of a page, says the same on a third of all pages,
    numbers aside, and stands there at the same height. What names an account is none.
    """
    count: Counter[tuple[int, str]] = Counter()
    for height, lines in pages:
        count.update({_head_key(line) for line in _outermost(lines, height)})
    least = max(2, len(pages) // 3)
    return [_without_heads(lines, height, count, least) for height, lines in pages]


def _without_heads(lines: Sequence[Line], height: float, count: Counter[tuple[int, str]], least: int) -> list[Line]:
    heads = {
        id(line)
        for line in _outermost(lines, height)
        if "@" not in line.text and (not _head_key(line)[1] or count[_head_key(line)] >= least)
    }
    return [line for line in lines if id(line) not in heads]


def _outermost(lines: Sequence[Line], height: float) -> Iterator[Line]:
    """The lines of the first and last row of a page, if these stand in its margins."""
    top, bottom = max((line.base for line in lines), default=0.0), min((line.base for line in lines), default=0.0)
    for line in lines:
        at_top = line.base > top - line.height / 2 and line.base > height * (1 - _MARGIN)
        at_bottom = line.base < bottom + line.height / 2 and line.base < height * _MARGIN
        if at_top or at_bottom:
            yield line


def _head_key(line: Line) -> tuple[int, str]:
    """Where a line stands and what it says, numbers aside; nothing for a page number."""
    text = " ".join(line.text.split())
    return round(line.base / 2), "" if _PAGE_NUMBER.fullmatch(text) else re.sub(r"\d+", "0", text)

"""The lines of a PDF's pages, as `pdfchild.py` writes them, with what its glyphs stand for put right."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Line", "Run", "line_of", "without_running_heads"]

#: Forms of letters that only fonts need: Latin ligatures, Hebrew and Arabic presentation forms.
_FORMS = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc]+")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffe\uffff\x00-\x08\x0e-\x1f]")
#: The part of a page's height, at either end, in which running heads and page numbers stand.
_MARGIN = 0.09
_LEAST_HEAD = 3
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
    text: str = field(default="", compare=False)

    @property
    def width(self) -> float:
        """From its first to its last letter."""
        return self.right - self.left

    @property
    def unit(self) -> float:
        """The mean width of its characters."""
        return self.width / max(len(self.text), 1)


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
    return Line(runs, left, right, base, height, bool(value["bold"]), page, said)


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
    """The lines of each page (its height, and they) without page numbers and what is repeated on every page."""
    count: Counter[tuple[bool, str]] = Counter()
    for height, lines in pages:
        count.update({key for line in lines if (key := _margin_key(line, height))})
    least = max(2, len(pages) // 3)
    return [
        [line for line in lines if not _is_running(_margin_key(line, height), count, least)] for height, lines in pages
    ]


def _margin_key(line: Line, height: float) -> tuple[bool, str] | None:
    """What a line at the edge of a page says, numbers aside; None for a line in its middle."""
    if height <= 0 or height * _MARGIN < line.base < height * (1 - _MARGIN):
        return None
    text = " ".join(line.text.split())
    if len(text) < _LEAST_HEAD and not text.isdecimal():
        return None
    return line.base > height / 2, "" if _PAGE_NUMBER.fullmatch(text) else re.sub(r"\d+", "0", text)


def _is_running(key: tuple[bool, str] | None, count: Counter[tuple[bool, str]], least: int) -> bool:
    return key is not None and (not key[1] or count[key] >= least)

"""From the lines of a PDF to its paragraphs: a PDF knows where letters stand, not what belongs together.

What is used: the distance between lines, their left and right edges, whether the first
word of a line would have fitted on the line above, and the size of the letters.
"""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from archiver.extract.pdfcolumns import in_reading_order
from archiver.extract.pdfjoins import Join, Joins, first_unit, is_ideographic
from archiver.extract.pdflines import Line

__all__ = ["Paragraph", "paragraphs"]

#: A line that is so much farther away than lines of one paragraph begins another one.
_GAP = 1.22
_LARGEST_LEADING = 1.6
_INDENT = 0.7
_SAME_ROW = 0.35
_SAME_SIZE = 1.18
#: The width of a space, in heights of letters with the space around them.
_SPACE = 0.2
#: If more of the lines than this end early, they were not broken where the page ends.
_MOST_EARLY = 0.3
_SHORT = 0.62
_ENDS = re.compile(r"[.!?…:;。!?\"”’»)\]]\s*$")
_BULLET = re.compile(r"[•◦▪▫‣●○■□·∙–-]\s")
_DASHED = re.compile(r"\s*[—―–-]{1,2}\s?\S")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, and what joins each to the one before it."""

    lines: list[Line]
    joins: list[Join] = field(default_factory=list)

    @property
    def height(self) -> float:
        """The height of its letters."""
        return statistics.median(line.height for line in self.lines)


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """The paragraphs of all pages, in reading order; one that goes on over a page's end is one."""
    lines = [line for page in pages for line in in_reading_order(page)]
    return list(_Layout(lines).paragraphs())


class _Layout:
    """What is usual in this document, and its lines divided by it."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._joins = Joins(lines)
        self._leading = _leading(lines)
        self._right: dict[int, float] = defaultdict(float)
        for line in lines:
            key = round(line.left / 4)
            for near in (key - 1, key, key + 1):
                self._right[near] = max(self._right[near], line.right)
        self._filled = self._is_filled()
        pitches = [self._pitch(a, b) for a, b in pairwise(lines)]
        #: Whether paragraphs are set apart by space: a line that ends early is then a line break only.
        self._spaced = sum(pitch > _GAP * self._leading for pitch in pitches) > len(pitches) / 20

    def paragraphs(self) -> Iterator[Paragraph]:
        current: Paragraph | None = None
        for line in self._lines:
            join = self._join(current, line) if current else None
            if current and join:
                current.lines.append(line)
                current.joins.append(join)
            else:
                if current:
                    yield current
                current = Paragraph([line])
        if current:
            yield current

    def _join(self, paragraph: Paragraph, line: Line) -> Join | None:
        """How the line goes on with the paragraph; None if it begins another."""
        last = paragraph.lines[-1]
        if (
            last.page == line.page
            and abs(last.base - line.base) < _SAME_ROW * last.height
            and line.left >= last.right - 1
        ):
            return Join(" ")
        if not _same_size(last, line) or last.bold != line.bold:
            return None
        if _BULLET.match(line.text):
            return Join("\n") if self._is_typed(last, line) else None
        if last.page != line.page or line.base > last.base:
            goes_on = self._is_full(last, line) and not _ENDS.search(last.text) and not _is_indented(paragraph, line)
            return self._joins.soft(last, line) if goes_on else None
        if self._pitch(last, line) > _GAP * self._leading or _is_indented(paragraph, line):
            return None
        return self._near(last, line)

    def _near(self, last: Line, line: Line) -> Join | None:
        """How a line at the usual distance goes on."""
        if self._filled:
            if self._is_full(last, line):
                return self._joins.soft(last, line)
            return Join("\n") if self._spaced else None
        if last.width < _SHORT * (self._right[round(last.left / 4)] - last.left):
            return Join("\n") if self._spaced else None
        return Join("\n") if _DASHED.match(line.text) and _ENDS.search(last.text) else self._joins.soft(last, line)

    def _is_typed(self, last: Line, line: Line) -> bool:
        """Whether a list's sign was typed in a paragraph: its line stands under the paragraph's as any other does."""
        near = 0 < self._pitch(last, line) <= _GAP * self._leading
        return self._spaced and near and abs(line.left - last.left) < 1 and last.page == line.page

    def _pitch(self, above: Line, below: Line) -> float:
        """The distance of two base lines, in heights of their letters; 0 where they do not follow each other."""
        if above.page != below.page or below.base >= above.base:
            return 0.0
        return (above.base - below.base) / max(above.height, below.height, 1.0)

    def _is_full(self, line: Line, below: Line) -> bool:
        """Whether the first word of the line below would not have fitted on this line."""
        unit = first_unit(below.text)
        ideographic = any(map(is_ideographic, unit))
        word = min(below.height * len(unit), below.word) if ideographic else below.word + _SPACE * below.height
        return line.right + word > self._right[round(line.left / 4)] - 1

    def _is_filled(self) -> bool:
        """Whether lines were broken at the page's edge, not after so many characters."""
        inside = [
            self._is_full(above, below)
            for above, below in pairwise(self._lines)
            if 0 < self._pitch(above, below) <= _GAP * self._leading and below.text[:1].islower()
        ]
        return inside.count(False) <= _MOST_EARLY * len(inside)


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance of two lines of one paragraph, in heights of letters."""
    pitches = Counter(
        round((a.base - b.base) / max(a.height, b.height, 1.0), 1)
        for a, b in pairwise(lines)
        if a.page == b.page and b.base < a.base and _same_size(a, b)
    )
    least = max(2, sum(pitches.values()) / 40)
    usual = [pitch for pitch, count in pitches.items() if count >= least and pitch > 0.7]  # noqa: PLR2004  # overlapping
    return min(*usual, _LARGEST_LEADING) if usual else 1.2


def _is_indented(paragraph: Paragraph, line: Line) -> bool:
    """Whether the line stands farther in than the line above it, as the first line of a paragraph may."""
    last, step = paragraph.lines[-1], line.left - paragraph.lines[-1].left
    if _BULLET.match(paragraph.lines[0].text) or last.page != line.page:
        return False
    # The second line of a paragraph may stand farther out than its first, once.
    return step > _INDENT * line.height and not (len(paragraph.lines) == 1 and step < 0)


def _same_size(a: Line, b: Line) -> bool:
    high, low = max(a.height, b.height), min(a.height, b.height)
    # Letters of other scripts have other boxes at the same size.
    return high <= _SAME_SIZE * max(low, 0.1) or not (a.text.isascii() and b.text.isascii())

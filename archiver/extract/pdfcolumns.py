"""The order in which the lines of a PDF's page are read, where they were not drawn in it."""

import statistics
from collections.abc import Sequence
from itertools import pairwise

from archiver.extract.pdflines import Line

__all__ = ["in_reading_order"]

_LEAST_LINES = 8
#: Of the lines of a page with two columns so many may cross both (headings), and so many must be in each.
_MOST_CROSSING, _LEAST_EACH = 0.2, 0.25
#: A column's lines are mostly as wide as it; the cells of a table are not.
_COLUMN_FILL = 0.55
#: If the drawing goes back up, or over to the other column, more often than this, it does not follow the text.
_MOST_RETURNS = 0.15


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of one page; as they were drawn, if that can be how they are read."""
    if len(lines) < _LEAST_LINES:
        return list(lines)
    gutter = _gutter(lines)
    if gutter is not None:
        turns = sum((a.left < gutter) != (b.left < gutter) for a, b in pairwise(lines))
        return _by_columns(lines, gutter) if turns > _MOST_RETURNS * len(lines) else list(lines)
    returns = sum(b.base > a.base + a.height and b.left < a.right for a, b in pairwise(lines))
    return sorted(lines, key=_place) if returns > _MOST_RETURNS * len(lines) else list(lines)


def _place(line: Line) -> tuple[int, float]:
    # Base lines of one row differ by less than a point.
    return -round(line.base / 2), line.left


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where the space between two columns of text is; None if there is none."""
    candidates = sorted({round(line.left) for line in lines})[1:]
    for at in candidates:
        gap = at - 1.0
        before = [line for line in lines if line.right <= gap]
        after = [line for line in lines if line.left >= gap]
        crossing = len(lines) - len(before) - len(after)
        if crossing <= _MOST_CROSSING * len(lines) and min(len(before), len(after)) >= _LEAST_EACH * len(lines):
            return gap if _is_column(before) and _is_column(after) else None
    return None


def _is_column(lines: Sequence[Line]) -> bool:
    width = max(line.right for line in lines) - min(line.left for line in lines)
    return statistics.median(line.width for line in lines) >= _COLUMN_FILL * width


def _by_columns(lines: Sequence[Line], gutter: float) -> list[Line]:
    """Bands between the lines that cross both columns: in each the left column, then the right."""
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in sorted(lines, key=_place):
        if line.left < gutter < line.right:
            ordered += [*left, *right, line]
            left, right = [], []
        else:
            (left if line.right <= gutter else right).append(line)
    return [*ordered, *left, *right]

"""What stands above an attribution: paragraphs, lines or sentences, nearest first, up to a sure bound.

No post holds a list's end, a heading, a rule, an image, another attribution, linked or
emphasised words, or more than its platform allows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from archiver.extract.attribution import Attribution
from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.lines import Lines
from archiver.extract.weight import weighted_length

__all__ = ["SLACK_UNITS", "Gap", "Limit", "Piece", "Unit", "Units", "bounded_weight", "joined"]

_POST_WORDS = re.compile(r"[@#$#@]\S+$|(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?…?$")
_SENTENCE = re.compile(r"(?<=[.!?…\"”»])\s+(?=\S)|(?<=[。！？])\s*(?=\S)")
#: Text that was re-typed or re-encoded weighs a little more than what was posted; so does a
#: text that the platform cut, and whose link to the rest is shown.
SLACK_UNITS = 28
# 280 units are at most so many characters: a handful of links that are shown at length.
_LONGEST_CHARS = 4000
_LINKS_ONLY = re.compile(r"(?:(?:(?:https?://)?(?:pic\.(?:twitter|x)\.com|t\.co)/\w{1,20}|\[image or embed\])\s*)+")
_UNITS_UP = 16
#: List signs that Markdown has not: whoever wrote the post typed them.
_TYPED_MARKS = ("•",)
#: A line of a quotation that was read as words.
_QUOTE_SIGNS = re.compile(r"[>\s]+")
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)


class Gap(IntEnum):
    """What stands between two units."""

    LINE = 0
    PARAGRAPH = 1
    SENTENCE = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a post can hold, and how its platform counts."""

    units: int
    weigh: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text: a block's index, and from where to where in it."""

    block: int
    start: int
    end: int


@dataclass(slots=True)
class Unit:
    """A paragraph, line or sentence; `gap` is what stands between it and the unit below.

    `listed` says that the unit below is an item of a list, `broken` that it is the last of
    several lines of a paragraph, as articles seldom have them.
    """

    piece: Piece
    text: str
    units: int
    gap: Gap
    listed: bool = False
    broken: bool = False


class Units:
    """Goes up from the attributions of one document. `wall` says that blank lines do not divide its paragraphs."""

    def __init__(self, blocks: Sequence[Block], lines: Lines, *, wall: bool) -> None:
        self._blocks = blocks
        self._lines = lines
        self._wall = wall

    def above(self, index: int, line: Attribution, floor: tuple[int, int], limit: Limit) -> Iterator[Unit]:
        """What stands above the attribution, nearest first, up to a sure bound."""
        gap, below, count, listed = Gap.LINE, self._blocks[index], 0, False
        end, start = line.start, floor[1] if floor[0] == index else 0
        kind: BlockKind | None = None
        while index >= floor[0]:
            block = self._blocks[index]
            # An attribution may have a quotation to itself; the words that it is about may not be parted.
            if block.kind not in _PROSE or (below.quote not in (0, block.quote) and kind is not None):
                return
            for unit in self._units_of(index, start, end, gap, limit, nearest=kind is None):
                if kind is not None and self._is_bound(unit, block, below, kind):
                    return
                unit.listed = listed
                yield unit
                count += 1
                if count >= _UNITS_UP:
                    return
                listed = block.kind is BlockKind.ITEM
                if kind is not None or not _LINKS_ONLY.fullmatch(unit.text):
                    kind, below = block.kind, block
            gap = Gap.PARAGRAPH
            index -= 1
            start = floor[1] if floor[0] == index else 0
            end = len(self._blocks[index].text) if index >= 0 else 0

    def _units_of(self, index: int, start: int, end: int, gap: Gap, limit: Limit, *, nearest: bool) -> Iterator[Unit]:
        """A block's lines from the last to the first; the nearest in sentences where no post can hold it."""
        text = self._blocks[index].text
        near = max(start, end - _LONGEST_CHARS)
        marker = self._blocks[index].marker
        sign = f"{marker} " if marker in _TYPED_MARKS else ""
        lines = [*self._lines.meant(index, near, end)]
        broken = len(lines) > 1 and not self._wall
        for begin, stop in reversed(lines):
            said = sign + self._lines.said(index, begin, stop)
            if _QUOTE_SIGNS.fullmatch(said):
                continue
            units = limit.weigh(said)
            if units > limit.units + SLACK_UNITS:
                if nearest and stop == lines[-1][1]:
                    yield from self._sentences(index, begin, stop, gap, limit)
                # A paragraph holds a post's beginning only if it holds the post.
                return
            yield Unit(Piece(index, begin, stop), said, units, gap, broken=broken)
            blank = "\n" in text[max(begin - 1, 0) : begin] and "\n" in text[max(begin - 2, 0) : max(begin - 1, 0)]
            gap = Gap.PARAGRAPH if self._wall or blank else Gap.LINE

    def _sentences(self, index: int, begin: int, stop: int, gap: Gap, limit: Limit) -> Iterator[Unit]:
        text = self._blocks[index].text
        starts = [begin, *(found.end() for found in _SENTENCE.finditer(text, begin, stop))]
        for at in reversed(starts):
            said = self._lines.said(index, at, stop).rstrip()
            yield Unit(Piece(index, at, stop), said, limit.weigh(said), gap)
            stop, gap = at, Gap.SENTENCE

    def _is_bound(self, unit: Unit, block: Block, below: Block, kind: BlockKind) -> bool:
        """Whether no post that holds the words below, of that kind, can hold this."""
        listed = block.kind is BlockKind.ITEM and block.marker not in _TYPED_MARKS
        if block.quote != below.quote or (listed and kind is BlockKind.TEXT):
            return True
        anchors = block.anchors_between(unit.piece.start, unit.piece.end)[:99]
        return block.styled or not all(map(_is_post_anchor, anchors))


def joined(units: list[Unit]) -> tuple[Piece, ...]:
    """The pieces of units that go up, in reading order, one a block."""
    pieces: list[Piece] = []
    for unit in reversed(units):
        if pieces and pieces[-1].block == unit.piece.block:
            pieces[-1] = Piece(unit.piece.block, pieces[-1].start, unit.piece.end)
        else:
            pieces.append(unit.piece)
    return tuple(pieces)


def bounded_weight(text: str) -> int:
    """What X counts, for a text that may be a post; the characters of a longer one."""
    return weighted_length(text) if len(text) <= _LONGEST_CHARS else len(text)


def _is_post_anchor(anchor: Anchor) -> bool:
    """Whether a post itself can hold such a link: mentions, hashtags and shown addresses."""
    return _POST_WORDS.match(anchor.words.strip()) is not None

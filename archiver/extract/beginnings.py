"""Where the text above an attribution begins: every place it can, and how likely each is.

Going up from the attribution, each paragraph (line, sentence) belongs to the post with a
likelihood, given that all below it do. Sure bounds are what no post holds: a list's end, a
heading, a rule, an image, another attribution, the end of another part of a numbered
thread, linked and emphasised words, and more than a post's weighted length. The rest is
weighed: what articles say and posts do not, and the other way round.
"""

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from archiver.extract import wording
from archiver.extract.attribution import Attribution
from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.lines import Lines
from archiver.extract.weight import POST_UNITS, weighted_length

__all__ = ["Beginning", "Beginnings", "Limit", "Piece", "bounded_weight"]

_THREAD_START = re.compile(r"\(?\d{1,3}/(?:\d{1,3})?\)?(?=\s|$)")
_THREAD_END = re.compile(r"(?:^|\s)\(?\d{1,3}/(?:\d{1,3})?\)?$")
_POST_WORDS = re.compile(r"[@#$#@]\S+$|(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?…?$")
_SENTENCE = re.compile(r"(?<=[.!?…\"”»])\s+(?=\S)|(?<=[。！？])\s*(?=\S)")
#: Text that was re-typed or re-encoded weighs a little more than what was posted; so does a
#: text that the platform cut, and whose link to the rest is shown.
_SLACK_UNITS = 28
# 280 units are at most so many characters: a handful of links that are shown at length.
_LONGEST_CHARS = 4000
_LINKS_ONLY = re.compile(r"(?:(?:(?:https?://)?(?:pic\.(?:twitter|x)\.com|t\.co)/\w{1,20}|\[image or embed\])\s*)+")
_LINKS_BEHIND = re.compile(r"(?:\s*(?:https?://)?(?:pic\.(?:twitter|x)\.com|t\.co)/\w{1,20}){1,5}\s*$")
_SIGNED = re.compile(r"[(（]@\w")
_PARAGRAPH_END = re.compile(r"[.!?…:\"”’»)。！？」』]$")
_UNITS_UP = 16
#: List signs that Markdown has not: whoever wrote the post typed them.
_TYPED_MARKS = ("•",)
#: A line of a quotation that was read as words.
_QUOTE_SIGNS = re.compile(r"[>\s]+")
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)
#: Posts that fill their space so far are many; shorter paragraphs tell nothing of an article's habits.
_FULL, _PARAGRAPH_UNITS, _SENTENCE_CHARS = 0.86, 40, 12
#: Less likely beginnings are not worth keeping.
_LEAST = 0.02
_WALL = 3
#: So many lines are enough to know an article's habits.
_LINES_READ = 20_000
#: A quotation with more characters is no widget's, but perhaps the whole article's.
_QUOTED = 1200


#: How posts are divided, in logits: by so many blank lines (of 108 real ones).
_HABIT = (0.0, -1.9, -2.6, -3.1, -3.4, -3.6, -4.0, -5.0)
#: Short texts are oftener the end of one than a whole one: units, and what speaks against them.
_SHORT = ((40, -2.0), (80, -1.0))
#: A paragraph so long as few of a post are.
_LONG_PARAGRAPH = 120
#: A post whose text was cut has a link to the rest behind it.
_CUT = re.compile(r"…\s*(?:https?://)?t\.co/\w+\s*$")


class _Gap(IntEnum):
    """What stands between two units."""

    LINE = 0
    PARAGRAPH = 1
    SENTENCE = 2


#: What speaks against a beginning in the middle of a paragraph, in logits.
_GAP_KEPT = {_Gap.LINE: 2.5, _Gap.PARAGRAPH: 0.0, _Gap.SENTENCE: 0.5}


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


@dataclass(frozen=True, slots=True)
class Beginning:
    """One possible text: its pieces in reading order, and how likely it is."""

    pieces: tuple[Piece, ...]
    likelihood: float


@dataclass(slots=True)
class _Unit:
    """A paragraph, line or sentence; `gap` is what stands between it and the unit below.

    `listed` says that the unit below is an item of a list, `broken` that it is the last of
    several lines of a paragraph, as articles seldom have them.
    """

    piece: Piece
    text: str
    units: int
    gap: _Gap
    listed: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is taken for the post's text so far."""

    text: str
    weight: int


class Beginnings:
    """Finds the beginnings of all texts of one document."""

    def __init__(self, blocks: Sequence[Block], lines: Lines) -> None:
        self._blocks = blocks
        self._lines = lines
        prose = [index for index, block in enumerate(blocks) if block.kind is BlockKind.TEXT]
        meant = [[*lines.meant(n, 0, len(blocks[n].text))] for n in prose]
        #: Whether blank lines do not divide the paragraphs: a wall of lines, as PDF readers give.
        self._wall = sum(len(found) - 1 for found in meant) > _WALL * max(len(prose), 1)
        places = ((n, place) for n, found in zip(prose, meant, strict=True) for place in found)
        texts = [lines.said(n, *place) for n, place in islice(places, _LINES_READ)]
        self._counts = Counter(text for text in texts if len(text) < POST_UNITS)
        # What stands right above an attribution is a post's, and says nothing of the article's habits.
        own = (text for text, below in zip(texts, [*texts[1:], ""], strict=True) if not _SIGNED.search(below[:200]))
        self._weights = sorted(bounded_weight(text) for text in own if _is_paragraph(text))
        self._quoted: Counter[int] = Counter()
        for block in blocks:
            self._quoted[block.quote] += len(block.text)
        self._language = wording.language(" ".join(sorted(texts, key=len)[-5:]))

    def above(self, index: int, line: Attribution, floor: tuple[int, int], limit: Limit) -> list[Beginning]:
        """The beginnings of the text that ends at `line` in a block, the likeliest first.

        No text goes above `floor`. [] if there is none.
        """
        units = list(self._units(index, line, floor, limit))
        if not units:
            return []
        found: list[tuple[float, int]] = []
        taken, evidence, paragraphs = _Taken(units[0].text, units[0].units), 0.0, 0
        for count, above in enumerate([*units[1:], None], 1):
            bound = above is None or _fits_not(above, taken, limit)
            cut = self._odds_of_cut(None if bound else above, taken, paragraphs, limit)
            found.append((evidence + _HABIT[min(paragraphs, len(_HABIT) - 1)] + cut, count))
            if above is None or bound:
                break
            evidence += self._odds_of_unit(above, taken, line)
            paragraphs += above.gap is _Gap.PARAGRAPH
            taken = _with(above, taken)
        return _ranked([(Beginning(_joined(units[:count]), odds)) for odds, count in found])

    # --- what stands above ----------------------------------------------------------------

    def _units(self, index: int, line: Attribution, floor: tuple[int, int], limit: Limit) -> Iterator[_Unit]:
        """What stands above the attribution, nearest first, up to a sure bound."""
        gap, below, count, listed = _Gap.LINE, self._blocks[index], 0, False
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
            gap = _Gap.PARAGRAPH
            index -= 1
            start = floor[1] if floor[0] == index else 0
            end = len(self._blocks[index].text) if index >= 0 else 0

    def _units_of(self, index: int, start: int, end: int, gap: _Gap, limit: Limit, *, nearest: bool) -> Iterator[_Unit]:
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
            if units > limit.units + _SLACK_UNITS:
                if nearest and stop == lines[-1][1]:
                    yield from self._sentences(index, begin, stop, gap, limit)
                # A paragraph holds a post's beginning only if it holds the post.
                return
            yield _Unit(Piece(index, begin, stop), said, units, gap, broken=broken)
            blank = "\n" in text[max(begin - 1, 0) : begin] and "\n" in text[max(begin - 2, 0) : max(begin - 1, 0)]
            gap = _Gap.PARAGRAPH if self._wall or blank else _Gap.LINE

    def _sentences(self, index: int, begin: int, stop: int, gap: _Gap, limit: Limit) -> Iterator[_Unit]:
        text = self._blocks[index].text
        starts = [begin, *(found.end() for found in _SENTENCE.finditer(text, begin, stop))]
        for at in reversed(starts):
            said = self._lines.said(index, at, stop).rstrip()
            yield _Unit(Piece(index, at, stop), said, limit.weigh(said), gap)
            stop, gap = at, _Gap.SENTENCE

    def _is_bound(self, unit: _Unit, block: Block, below: Block, kind: BlockKind) -> bool:
        """Whether no post that holds the words below, of that kind, can hold this."""
        listed = block.kind is BlockKind.ITEM and block.marker not in _TYPED_MARKS
        if block.quote != below.quote or (listed and kind is BlockKind.TEXT):
            return True
        anchors = block.anchors_between(unit.piece.start, unit.piece.end)[:99]
        return block.styled or not all(map(_is_post_anchor, anchors))

    # --- how likely it belongs --------------------------------------------------------------

    def _odds_of_cut(self, above: _Unit | None, taken: _Taken, paragraphs: int, limit: Limit) -> float:
        """What speaks for a text that begins with what is taken, where `above` stands above it."""
        odds = next((against for units, against in _SHORT if taken.weight < units), 0.0)
        full = taken.weight >= _FULL * limit.units
        if paragraphs and full:
            odds += 0.6
        if _CUT.search(taken.text[-80:]) and not full:
            # A text that was cut was longer than a post may be.
            odds -= 2.5
        if wording.begins_as_post(taken.text) or _THREAD_START.match(taken.text):
            odds += 2.0
        goes_on = wording.continues(taken.text)
        if goes_on:
            odds -= 2.0
        if not wording.has_words(taken.text):
            odds -= 4.0
        if above is None:
            return odds
        if wording.introduces(above.text):
            odds += -1.0 if goes_on or above.listed else 2.5
        return odds - _GAP_KEPT[above.gap] - 2.5 * _leaves_open(above.text, taken.text)

    def _odds_of_unit(self, unit: _Unit, taken: _Taken, line: Attribution) -> float:
        """What speaks for a unit's being a post's own words, given those taken below it."""
        quote = self._blocks[unit.piece.block].quote
        if quote and self._quoted[quote] < _QUOTED:
            return 7.0
        text = unit.text
        odds = 1.4 * wording.post_signs(text) + 1.5 * unit.listed + 3.0 * (_THREAD_START.match(text) is not None)
        odds -= {0: 0.0, 1: 1.0, 2: 2.0}[wording.reports(text)]
        named = wording.names_author(text, line.name, line.handle)
        odds -= 3.0 if named == 1 else 0.8 * (named > 0)
        if wording.begins_as_post(taken.text):
            odds -= 1.0
        if unit.gap is _Gap.PARAGRAPH:
            odds -= 1.5 * (wording.is_label(text) or self._counts[text] > 1)
            odds += 1.6 * unit.broken
        return odds + self._odds_of_length(unit) + self._odds_of_language(text, taken.text)

    def _odds_of_length(self, unit: _Unit) -> float:
        """What the length says: a paragraph shorter than those of the article is none of them."""
        if unit.gap is not _Gap.PARAGRAPH or not self._weights:
            return 0.0
        shorter = max(bisect_right(self._weights, unit.units * 1.25) - 1, 0)
        article = shorter / len(self._weights)
        return math.log((min(unit.units / _LONG_PARAGRAPH, 1.0) + 0.06) / (article + 0.06))

    def _odds_of_language(self, text: str, below: str) -> float:
        own, other = wording.language(text), wording.language(below)
        if not own or not other:
            return 0.0
        if own != other:
            return -2.5
        return 2.5 if self._language and own != self._language else 0.0


def _fits_not(unit: _Unit, taken: _Taken, limit: Limit) -> bool:
    """Whether no post can hold the unit above what is taken."""
    if _THREAD_END.search(unit.text) or _THREAD_START.match(taken.text):
        return True
    slack = _SLACK_UNITS if _LINKS_BEHIND.sub("", taken.text[-200:]).endswith("…") else 0
    return unit.units + taken.weight + 1 > limit.units + slack


def _ranked(found: list[Beginning]) -> list[Beginning]:
    """The beginnings with their odds made likelihoods, the likeliest first."""
    most = max(beginning.likelihood for beginning in found)
    shares = [math.exp(max(beginning.likelihood - most, -50.0)) for beginning in found]
    total = sum(shares)
    ranked = [Beginning(b.pieces, share / total) for b, share in zip(found, shares, strict=True)]
    ranked.sort(key=lambda beginning: -beginning.likelihood)
    return [ranked[0], *(other for other in ranked[1:] if other.likelihood >= _LEAST)]


def _with(unit: _Unit, taken: _Taken) -> _Taken:
    between = "\n\n" if unit.gap is _Gap.PARAGRAPH else "\n"
    return _Taken(f"{unit.text}{between}{taken.text}", unit.units + len(between) + taken.weight)


def _joined(units: list[_Unit]) -> tuple[Piece, ...]:
    """The pieces of units that go up, in reading order, one a block."""
    pieces: list[Piece] = []
    for unit in reversed(units):
        if pieces and pieces[-1].block == unit.piece.block:
            pieces[-1] = Piece(unit.piece.block, pieces[-1].start, unit.piece.end)
        else:
            pieces.append(unit.piece)
    return tuple(pieces)


def _leaves_open(text: str, below: str) -> bool:
    """Whether a quotation opens in the text and ends only below it."""
    opened = text.count("“") - text.count("”") > 0 or text.count("«") - text.count("»") > 0
    return opened and below.count("”") + below.count("»") > below.count("“") + below.count("«")


def _is_paragraph(text: str) -> bool:
    return len(text) >= _PARAGRAPH_UNITS or (len(text) >= _SENTENCE_CHARS and _PARAGRAPH_END.search(text) is not None)


def bounded_weight(text: str) -> int:
    """What X counts, for a text that may be a post; the characters of a longer one."""
    return weighted_length(text) if len(text) <= _LONGEST_CHARS else len(text)


def _is_post_anchor(anchor: Anchor) -> bool:
    """Whether a post itself can hold such a link: mentions, hashtags and shown addresses."""
    return _POST_WORDS.match(anchor.words.strip()) is not None

"""Where the text above an attribution begins: every place it can, and how likely each is.

Going up from the attribution, each paragraph (line, sentence) belongs to the post with a
likelihood, given that all below it do. Beside what no post can hold (`units.py`), the end of
another part of a numbered thread is a sure bound. The rest is weighed: what articles say and
posts do not, and the other way round.
"""

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from archiver.extract import wording
from archiver.extract.attribution import Attribution
from archiver.extract.blocks import Block, BlockKind
from archiver.extract.effort import Effort
from archiver.extract.lines import Lines
from archiver.extract.units import SLACK_UNITS, Gap, Limit, Piece, Unit, Units, bounded_weight, joined
from archiver.extract.weight import POST_UNITS

__all__ = ["Beginning", "Beginnings"]

_THREAD_START = re.compile(r"\(?\d{1,3}/(?:\d{1,3})?\)?(?=\s|$)")
_THREAD_END = re.compile(r"(?:^|\s)\(?\d{1,3}/(?:\d{1,3})?\)?$")
_LINKS_BEHIND = re.compile(r"(?:\s*(?:https?://)?(?:pic\.(?:twitter|x)\.com|t\.co)/\w{1,20}){1,5}\s*$")
_SIGNED = re.compile(r"[(（]@\w")
_PARAGRAPH_END = re.compile(r"[.!?…:\"”’»)。！？」』]$")
#: Posts that fill their space so far are many; shorter paragraphs tell nothing of an article's habits.
_FULL, _PARAGRAPH_UNITS, _SENTENCE_CHARS = 0.86, 40, 12
#: Less likely beginnings are not worth keeping.
_LEAST, _MOST_TOLD = 0.02, 5
#: More line breaks to a block than these are those of a text without blank lines.
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


#: What speaks against a beginning in the middle of a paragraph, in logits.
_GAP_KEPT = {Gap.LINE: 2.5, Gap.PARAGRAPH: 0.0, Gap.SENTENCE: 0.5}


@dataclass(frozen=True, slots=True)
class Beginning:
    """One possible text: its pieces in reading order, and how likely it is."""

    pieces: tuple[Piece, ...]
    likelihood: float


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is taken for the post's text so far."""

    text: str
    weight: int


class Beginnings:
    """Finds the beginnings of all texts of one document."""

    def __init__(self, blocks: Sequence[Block], lines: Lines, effort: Effort) -> None:
        self._blocks = blocks
        self._effort = effort
        prose = [index for index, block in enumerate(blocks) if block.kind is BlockKind.TEXT]
        meant = [[*lines.meant(n, 0, len(blocks[n].text))] for n in prose]
        # A wall of lines, as PDF readers give: blank lines do not divide its paragraphs.
        wall = sum(len(found) - 1 for found in meant) > _WALL * max(len(prose), 1)
        self._units = Units(blocks, lines, wall=wall)
        places = ((n, place) for n, found in zip(prose, meant, strict=True) for place in found)
        texts = [lines.said(n, *place) for n, place in islice(places, _LINES_READ)]
        self._counts = Counter(text for text in texts if len(text) < POST_UNITS)
        # What stands right above an attribution is a post's, and says nothing of the article's habits.
        own = (text for text, below in zip(texts, [*texts[1:], ""], strict=False) if not _SIGNED.search(below[:200]))
        self._weights = sorted(bounded_weight(text) for text in own if _is_paragraph(text))
        self._quoted: Counter[int] = Counter()
        for block in blocks:
            self._quoted[block.quote] += len(block.text)
        self._language = wording.language(" ".join(sorted(texts, key=len)[-5:]))

    def above(self, index: int, line: Attribution, floor: tuple[int, int], limit: Limit) -> list[Beginning]:
        """The beginnings of the text that ends at `line` in a block, the likeliest first.

        No text goes above `floor`. [] if there is none.
        """
        units = list(self._units.above(index, line, floor, limit))
        self._effort.spend(len(units))
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
            paragraphs += above.gap is Gap.PARAGRAPH
            taken = _with(above, taken)
        return [Beginning(joined(units[:count]), likelihood) for likelihood, count in _ranked(found)]

    # --- how likely it belongs --------------------------------------------------------------

    def _odds_of_cut(self, above: Unit | None, taken: _Taken, paragraphs: int, limit: Limit) -> float:
        """What speaks for a text that begins with what is taken, where `above` stands above it."""
        odds = next((against for units, against in _SHORT if taken.weight < units), 0.0)
        full = taken.weight >= _FULL * limit.units
        if paragraphs and full:
            odds += 0.6
        if "…" in taken.text[-80:] and _CUT.search(taken.text[-80:]) and not full:
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

    def _odds_of_unit(self, unit: Unit, taken: _Taken, line: Attribution) -> float:
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
        if unit.gap is Gap.PARAGRAPH:
            odds -= 1.5 * (wording.is_label(text) or self._counts[text] > 1)
            odds += 1.6 * unit.broken
        return odds + self._odds_of_length(unit) + self._odds_of_language(text, taken.text)

    def _odds_of_length(self, unit: Unit) -> float:
        """What the length says: a paragraph shorter than those of the article is none of them."""
        if unit.gap is not Gap.PARAGRAPH or not self._weights:
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


def _fits_not(unit: Unit, taken: _Taken, limit: Limit) -> bool:
    """Whether no post can hold the unit above what is taken."""
    if _THREAD_END.search(unit.text) or _THREAD_START.match(taken.text):
        return True
    slack = SLACK_UNITS if _LINKS_BEHIND.sub("", taken.text[-200:]).endswith("…") else 0
    return unit.units + taken.weight + 1 > limit.units + slack


def _ranked(found: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """The likeliest beginnings, each with its odds made a likelihood, the best first."""
    most = max(odds for odds, _ in found)
    shares = [(math.exp(max(odds - most, -50.0)), count) for odds, count in found]
    total = sum(share for share, _ in shares)
    ranked = sorted(((share / total, count) for share, count in shares), key=lambda one: -one[0])
    return [ranked[0], *(other for other in ranked[1:_MOST_TOLD] if other[0] >= _LEAST)]


def _with(unit: Unit, taken: _Taken) -> _Taken:
    between = "\n\n" if unit.gap is Gap.PARAGRAPH else "\n"
    return _Taken(f"{unit.text}{between}{taken.text}", unit.units + len(between) + taken.weight)


def _leaves_open(text: str, below: str) -> bool:
    """Whether a quotation opens in the text and ends only below it."""
    opened = text.count("“") - text.count("”") > 0 or text.count("«") - text.count("»") > 0
    return opened and below.count("”") + below.count("»") > below.count("“") + below.count("«")


def _is_paragraph(text: str) -> bool:
    return len(text) >= _PARAGRAPH_UNITS or (len(text) >= _SENTENCE_CHARS and _PARAGRAPH_END.search(text) is not None)

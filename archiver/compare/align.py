"""Two lists of words beside each other: what is in both, in order, and what stands between.

The longest common subsequence is exact up to some thousand words that differ. Longer texts are
first divided at words that stand once in each, so that time and memory stay bounded; a stretch that cannot
be divided counts as changed as a whole.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

__all__ = ["Hunk", "align", "likeness"]

#: Up to here (words of one times words of the other) the exact way takes some milliseconds and megabytes.
_EXACT = 4_000_000


@dataclass(frozen=True, slots=True)
class Hunk:
    """Words `i1` to `i2` of the post beside words `j1` to `j2` of the article; `equal`, or one in the other's place."""

    equal: bool
    i1: int
    i2: int
    j1: int
    j2: int


def align(kept: Sequence[str], quoted: Sequence[str]) -> list[Hunk]:
    """Hunks that cover both lists in order; no two of a kind are neighbours."""
    return list(_joined(_aligned(kept, quoted)))


def likeness(hunks: Sequence[Hunk]) -> float:
    """Twice the words in both by the words of both, 0 to 1; 1.0 for two empty lists."""
    equal = sum(hunk.i2 - hunk.i1 for hunk in hunks if hunk.equal)
    total = (hunks[-1].i2 + hunks[-1].j2) if hunks else 0
    return round(2 * equal / total, 4) if total else 1.0


def _aligned(kept: Sequence[str], quoted: Sequence[str]) -> Iterator[Hunk]:
    start, least = 0, min(len(kept), len(quoted))
    while start < least and kept[start] == quoted[start]:
        start += 1
    tail = 0
    while tail < least - start and kept[-1 - tail] == quoted[-1 - tail]:
        tail += 1
    i_end, j_end = len(kept) - tail, len(quoted) - tail
    yield Hunk(True, 0, start, 0, start)
    yield from _middle(kept, quoted, (start, i_end, start, j_end))
    yield Hunk(True, i_end, len(kept), j_end, len(quoted))


_Span = tuple[int, int, int, int]


def _middle(kept: Sequence[str], quoted: Sequence[str], span: _Span) -> Iterator[Hunk]:
    i1, i2, j1, j2 = span
    if (i2 - i1) * (j2 - j1) <= _EXACT:
        yield from _exactly(kept, quoted, span)
        return
    for part in _divided(kept, quoted, span):
        if (part[1] - part[0]) * (part[3] - part[2]) <= _EXACT:
            yield from _exactly(kept, quoted, part)
        else:
            yield Hunk(False, *part)


def _exactly(kept: Sequence[str], quoted: Sequence[str], span: _Span) -> Iterator[Hunk]:
    i1, i2, j1, j2 = span
    if i1 == i2 or j1 == j2:
        yield Hunk(False, *span)
        return
    for code in Indel.opcodes(kept[i1:i2], quoted[j1:j2]):
        yield Hunk(
            code.tag == "equal", i1 + code.src_start, i1 + code.src_end, j1 + code.dest_start, j1 + code.dest_end
        )


def _divided(kept: Sequence[str], quoted: Sequence[str], span: _Span) -> Iterator[_Span]:
    """The stretches between words that stand once in each, in the longest run in which their order agrees."""
    i1, i2, j1, j2 = span
    here = Counter(kept[i1:i2])
    there = Counter(quoted[j1:j2])
    places = {key: j for j, key in enumerate(quoted[j1:j2], j1) if there[key] == 1 and here[key] == 1}
    pairs = [(i, places[key]) for i, key in enumerate(kept[i1:i2], i1) if key in places]
    i, j = i1, j1
    for next_i, next_j in _rising(pairs):
        yield (i, next_i, j, next_j)
        i, j = next_i, next_j
    yield (i, i2, j, j2)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second numbers rise."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        before.append(last[place - 1] if place else -1)
        ends[place : place + 1] = [j]
        last[place : place + 1] = [number]
    run: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _joined(hunks: Iterator[Hunk]) -> Iterator[Hunk]:
    held: Hunk | None = None
    for hunk in hunks:
        if hunk.i1 == hunk.i2 and hunk.j1 == hunk.j2:
            continue
        if held is None or held.equal is not hunk.equal:
            if held:
                yield held
            held = hunk
        else:
            held = Hunk(held.equal, held.i1, hunk.i2, held.j1, hunk.j2)
    if held:
        yield held

"""Quotes that give a part of the post: cut at the end, or with marks (`…`, `...`, `[…]`) for what is left out.

A part is no alteration where it says that it is one, or where it simply ends early. Yet neither a mark nor an
early end may turn the sense: where so little is left out that a "not" is plainly what went, it has been altered.
"""

import re
from collections.abc import Iterator, Sequence

from archiver.compare.align import Hunk
from archiver.compare.negation import is_negation, negations
from archiver.compare.tokens import Words, is_number

__all__ = ["as_part", "hides_negation", "is_cut", "is_marked"]

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)»]*\s|[。！？\n]")
#: So few words are the "not" and what goes with it; a bare mark is easily overlooked, and judged more strictly.
_FEW, _FEW_BARE = 3, 8
#: A word is one to six signs where no spaces are written.
_FEW_SIGNS = 6
_PLACES = 50


def as_part(kept: Words, quoted: Words, *, late: bool = False) -> list[Hunk] | None:
    """The quote as a beginning of the post, or as pieces of it in order, divided by the quote's marks; else None.

    `late`: it need not begin where the post does.
    """
    pieces = list(_pieces(quoted))
    fixed = not late and not is_marked(quoted, 0)
    hunks: list[Hunk] = []
    i = 0
    for number, (start, end) in enumerate(pieces):
        is_last = number == len(pieces) - 1
        place = _place(kept.keys, quoted.keys[start:end], i, fixed=fixed and start == 0)
        if is_last:
            place = place if fixed and start == 0 else _at_end(kept, quoted, (start, end), i) or place
        if place is None:
            cut = _with_cut_word(kept, quoted, hunks, (start, end), i, fixed=fixed and start == 0)
            return (list(cut) or None) if is_last else None
        hunks += [Hunk(False, i, place, start, start), Hunk(True, place, place + end - start, start, end)]
        i = place + end - start
    return [*hunks, Hunk(False, i, len(kept.keys), len(quoted.keys), len(quoted.keys))]


def is_marked(quoted: Words, at: int) -> bool:
    """Whether the quote has a mark of elision before word `at`."""
    return any(mark.at == at for mark in quoted.marks)


def hides_negation(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Whether what a quote leaves out at this place is a "not" that belongs to what it keeps."""
    left_out = kept.keys[hunk.i1 : hunk.i2]
    if not left_out or not (negations(left_out) or _makes_negation(hunk, kept, quoted)):
        return False
    bare = any(mark.at == hunk.j1 and not mark.bracketed for mark in quoted.marks)
    ends = hunk.i2 == len(kept.keys)
    few = _FEW_BARE if bare and not ends else _FEW
    if not all(map(str.isascii, left_out)) and all(len(key) == 1 for key in left_out):
        few = max(few, _FEW_SIGNS)
    start = kept.ends[hunk.i1 - 1] if hunk.i1 else kept.starts[0]
    stretch = kept.text[start : kept.ends[hunk.i2 - 1]]
    return len(left_out) <= few and _SENTENCE_END.search(stretch) is None


def is_cut(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Whether at its end the quote simply stops, perhaps within a word; never within a number, unless it says so."""
    if hunk.j2 != len(quoted.keys) or hunk.i2 != len(kept.keys):
        return False
    marked = is_marked(quoted, hunk.j2)
    if hunk.j1 == hunk.j2:
        return marked or not (_divides_number(hunk.i1, kept) or _answers(hunk, kept, quoted))
    if hunk.j2 - hunk.j1 != 1 or hunk.i1 == hunk.i2:
        return False
    part, whole = quoted.keys[hunk.j1], kept.keys[hunk.i1]
    if not whole.startswith(part) or (part[0] in "@#\x00" and not marked):
        return False
    if marked:
        return not is_negation(whole)
    stops = not quoted.gap(hunk.j1).strip()
    return stops and hunk.i2 - hunk.i1 > 1 and not is_number(whole) and not is_negation(whole)


def _pieces(quoted: Words) -> Iterator[tuple[int, int]]:
    start = 0
    for at in sorted({mark.at for mark in quoted.marks}):
        if start < at < len(quoted.keys):
            yield start, at
            start = at
    yield start, len(quoted.keys)


def _place(kept: Sequence[str], piece: Sequence[str], start: int, *, fixed: bool) -> int | None:
    """Where the piece first stands from `start` on; `fixed`: only right there."""
    if fixed:
        return start if list(kept[start : start + len(piece)]) == list(piece) else None
    return next(_places(kept, piece, start), None)


def _places(kept: Sequence[str], piece: Sequence[str], start: int) -> Iterator[int]:
    text, wanted = "".join(f"\n{key}" for key in kept[start:]) + "\n", "".join(f"\n{key}" for key in piece) + "\n"
    at = text.find(wanted)
    passed, place = 0, start
    while at >= 0:
        place += text.count("\n", passed, at)
        passed = at
        yield place
        at = text.find(wanted, at + 1)


def _at_end(kept: Words, quoted: Words, piece: tuple[int, int], least: int) -> int | None:
    """Where the last piece stands if it is the post's end, too."""
    start, end = piece
    place = len(kept.keys) - (end - start)
    if place < least or kept.keys[place:] != quoted.keys[start:end]:
        return None
    return place


def _with_cut_word(
    kept: Words, quoted: Words, before: Sequence[Hunk], piece: tuple[int, int], least: int, *, fixed: bool
) -> Iterator[Hunk]:
    """The last piece, where its last word is but the beginning of the post's; nothing if it is not."""
    start, end = piece
    whole = quoted.keys[start : end - 1]
    if not whole:
        return
    places = iter([least] if fixed else _places(kept.keys, whole, least))
    for place, _ in zip(places, range(_PLACES), strict=False):
        i = place + len(whole)
        if kept.keys[place:i] == whole and i < len(kept.keys) and kept.keys[i].startswith(quoted.keys[end - 1]):
            yield from before
            yield Hunk(False, least, place, start, start)
            yield Hunk(True, place, i, start, end - 1)
            yield Hunk(False, i, len(kept.keys), end - 1, end)
            return


def _divides_number(at: int, kept: Words) -> bool:
    """Whether a number of the post goes on behind the place: `1 000`, `10-12`, `5 %`."""
    if not 0 < at < len(kept.keys) or not is_number(kept.keys[at - 1]):
        return False
    following = kept.keys[at]
    near = kept.gap(at - 1) in ("", " ", "\u00a0", "\u2009", "\u202f")
    grouped = is_number(following) and len(following) == 3  # noqa: PLR2004  # thousands
    return near and (grouped or following in "-%‰°")


def _answers(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Whether all that is left out is a question's mark, and the quote ends as what is no question."""
    return kept.keys[hunk.i1 : hunk.i2] == ["?"] and bool(set(quoted.gap(hunk.j1 - 1)) & set(".!。！"))


def _makes_negation(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """The same where no spaces are written and the "not" is made of several signs."""
    around = kept.keys[max(0, hunk.i1 - 2) : hunk.i2 + 2]
    if all(map(str.isascii, around)):
        return False
    left = kept.keys[max(0, hunk.i1 - 2) : hunk.i1] + kept.keys[hunk.i2 : hunk.i2 + 2]
    return bool(quoted.keys) and negations(around) > negations(left)

"""A block's text as it is seen: without marks that nobody sees, and without breaks that nobody meant."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from archiver.extract.dates import DIRECTION_MARKS

__all__ = ["View"]

#: What is not seen: marks, and more blanks than one.
_UNSEEN = re.compile(rf"[{DIRECTION_MARKS}]|(?<=[ \t\n])[ \t]+|[ \t]+(?=\n)")
_MARKS = re.compile(f"[{DIRECTION_MARKS}]")


class View:
    """A block's text without what is not seen, and the places of what is left."""

    def __init__(self, text: str, joins: dict[int, str]) -> None:
        self.text = text
        # What was cut before a place of the view: from which place on, and how much.
        self._shifted: list[int] = []
        self._gone: list[int] = []
        if joins or _may_hide(text):
            self._cut(text, joins)

    def _cut(self, text: str, joins: dict[int, str]) -> None:
        parts: list[str] = []
        place = gone = 0
        for start, end, instead in sorted(_changes(text, joins)):
            parts += (text[place:start], instead)
            place = end
            if not instead:
                self._shifted.append(start - gone)
                gone += end - start
                self._gone.append(gone)
        self.text = "".join((*parts, text[place:]))

    def raw(self, place: int) -> int:
        """The place in the block's text of what stands at `place` here."""
        before = bisect_right(self._shifted, place) if self._shifted else 0
        return place + self._gone[before - 1] if before else place

    def raw_end(self, place: int) -> int:
        """The place in the block's text right behind what ends at `place` here."""
        return self.raw(place - 1) + 1 if place else 0


def _changes(text: str, joins: dict[int, str]) -> Iterator[tuple[int, int, str]]:
    """What is cut or replaced: from where to where, and what stands there instead."""
    for found in _UNSEEN.finditer(text):
        # Blanks before a break within a line are those between two words.
        if joins.get(found.end()) != "":
            yield *found.span(), ""
    # A break that nobody meant is a blank, so that it ends no line.
    for cut, join in joins.items():
        yield cut, cut + 1, join


def _may_hide(text: str) -> bool:
    """Whether anything in the text may be unseen; most texts are told at a glance."""
    if "  " in text or "\t" in text or " \n" in text or "\n " in text:
        return True
    return not text.isascii() and _MARKS.search(text) is not None

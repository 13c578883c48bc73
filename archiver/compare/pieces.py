"""The diff that people and machines are shown, made of pieces of both texts as they are written."""

from collections.abc import Sequence

from archiver.compare.align import Hunk
from archiver.compare.tokens import Words
from archiver.model.verdicts import Diff

__all__ = ["diff_of"]


def diff_of(hunks: Sequence[Hunk], kept: Words, quoted: Words) -> Diff:
    """The pieces: those with `=` and `-`, one behind the other, are the post's text to the letter.

    Those with `=` and `+` have the article's words, in the post's spelling where only typography differs.
    """
    pieces: list[tuple[str, str]] = []
    written = ""
    for number, hunk in enumerate(hunks):
        is_last = number == len(hunks) - 1
        ours = kept.text[
            _begin(kept, hunk.i1, first=number == 0) : len(kept.text) if is_last else _begin(kept, hunk.i2)
        ]
        if hunk.equal:
            if written and ours and not written[-1].isspace() and pieces[-1][0] != "=":
                pieces.append(("+", " "))
            pieces.append(("=", ours))
            written = ours or written
            continue
        pieces.append(("-", ours))
        theirs = _added(hunk, quoted, written, is_last=is_last)
        pieces.append(("+", theirs))
        written = theirs or written
    return _merged(pieces)


def _added(hunk: Hunk, quoted: Words, written: str, *, is_last: bool) -> str:
    if hunk.j1 == hunk.j2:
        return ""
    start = _begin(quoted, hunk.j1)
    end = len(quoted.text) if is_last else _begin(quoted, hunk.j2)
    glued = hunk.j1 > 0 and quoted.starts[hunk.j1] == quoted.ends[hunk.j1 - 1]
    apart = bool(written) and not written[-1].isspace() and not glued
    return (" " if apart else "") + quoted.text[start:end]


def _begin(words: Words, number: int, *, first: bool = False) -> int:
    """Where word `number` begins, with the signs that stand before it without a space."""
    if number == 0 and first:
        return 0
    if number >= len(words.keys):
        return len(words.text)
    if number == 0:
        return words.starts[0]
    gap = words.gap(number - 1)
    space = next((at for at in range(len(gap) - 1, -1, -1) if gap[at].isspace()), None)
    return words.starts[number] if space is None else words.ends[number - 1] + space + 1


def _merged(pieces: Sequence[tuple[str, str]]) -> Diff:
    found: list[tuple[str, str]] = []
    for sign, text in pieces:
        if text and found and found[-1][0] == sign:
            found[-1] = (sign, found[-1][1] + text)
        elif text:
            found.append((sign, text))
    return tuple(found)

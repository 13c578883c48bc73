"""Which differences between two aligned texts matter, and what they are called.

A hunk does not matter where only typography made it: spaces or hyphens lost at a line's end, an apostrophe
lost, a picture sign lost, the mentions that a reply hides, `RT @x:`, the sign of a handle or hashtag. Numbers
and words that say no are never typography.
"""

from collections.abc import Iterator, Sequence

from archiver.compare.align import Hunk
from archiver.compare.languages import is_common
from archiver.compare.links import LinkTable
from archiver.compare.negation import changes_negation, negations
from archiver.compare.tokens import LINK, Words, is_emoji, is_number
from archiver.model.verdicts import Cue

__all__ = ["cues_of", "is_neutral", "with_links"]


def with_links(hunks: Sequence[Hunk], kept: Words, quoted: Words, table: LinkTable) -> list[Hunk]:
    """The hunks, where links that stand in each other's place and are two count as changed."""
    if LINK not in kept.keys or LINK not in quoted.keys:
        return list(hunks)
    found: list[Hunk] = []
    for hunk in hunks:
        found.extend(_by_link(hunk, kept, quoted, table) if hunk.equal else (hunk,))
    return found


def is_neutral(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Whether typography alone explains the hunk."""
    ours, theirs = kept.keys[hunk.i1 : hunk.i2], quoted.keys[hunk.j1 : hunk.j2]
    if hunk.i1 == 0 and hunk.j1 == 0 and (_are_addressed(ours, theirs) or _are_addressed(theirs, ours)):
        return True
    if not theirs and all(map(is_emoji, ours)):
        return True
    if _drops_questions(hunk, kept, quoted):
        return True
    return bool(ours and theirs) and LINK not in ours and _same_letters(hunk, kept, quoted)


def cues_of(hunk: Hunk, kept: Words, quoted: Words) -> Iterator[Cue]:
    """What a hunk that matters is, the gravest first; at least one."""
    ours, theirs = kept.keys[hunk.i1 : hunk.i2], quoted.keys[hunk.j1 : hunk.j2]
    both = [*ours, *theirs]
    named = [key for key, shown in _shown(hunk, kept, quoted) if _is_name(key, *shown)]
    kinds = (
        (Cue.DIGIT_CHANGED, any(map(is_number, both)) or "-" in both),
        (Cue.NEGATION_CHANGED, _changes_negation(hunk, kept, quoted)),
        (Cue.HANDLE_CHANGED, any(key[0] == "@" for key in both)),
        (Cue.LINK_CHANGED, LINK in both),
        (Cue.NAME_CHANGED, bool(named)),
    )
    found = [cue for cue, holds in kinds if holds]
    yield from found
    if not ours:
        yield Cue.WORD_ADDED
    elif not theirs:
        yield Cue.WORD_DROPPED
    elif not found or any(_is_plain(key) and key not in named for key in both):
        yield Cue.WORD_CHANGED


def _by_link(hunk: Hunk, kept: Words, quoted: Words, table: LinkTable) -> Iterator[Hunk]:
    start = 0
    for at in range(hunk.i2 - hunk.i1):
        i, j = hunk.i1 + at, hunk.j1 + at
        if kept.keys[i] == LINK and not table.same(kept.shown(i), quoted.shown(j)):
            yield Hunk(True, hunk.i1 + start, i, hunk.j1 + start, j)
            yield Hunk(False, i, i + 1, j, j + 1)
            start = at + 1
    yield Hunk(True, hunk.i1 + start, hunk.i2, hunk.j1 + start, hunk.j2)


def _are_addressed(more: Sequence[str], fewer: Sequence[str]) -> bool:
    """Whether one text has the mentions before a reply, or `RT @x:`, that the other hides."""
    names = more[1:] if more[:1] == ["rt"] else more
    return not fewer and bool(names) and all(key[0] == "@" for key in names)


def _drops_questions(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Whether question marks stand for signs that a charset lacked: then they are no questions."""
    ours, theirs = kept.keys[hunk.i1 : hunk.i2], quoted.keys[hunk.j1 : hunk.j2]
    replaced = not kept.text.isascii() and quoted.text.count("?") > kept.text.count("?")
    return replaced and all(key == "?" for key in theirs) and all(key == "?" or is_emoji(key) for key in ours)


def _same_letters(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    ours, theirs = kept.keys[hunk.i1 : hunk.i2], quoted.keys[hunk.j1 : hunk.j2]
    if len(ours) == len(theirs):
        return all(_bare(one) == _bare(other) for one, other in zip(ours, theirs, strict=True))
    if any(map(is_number, ours)) or negations(ours) != negations(theirs):
        return False
    if "".join(map(_bare, ours)) != "".join(map(_bare, theirs)):
        return False
    return _lost_a_break(kept, hunk.i1, hunk.i2) or _lost_a_break(quoted, hunk.j1, hunk.j2)


def _lost_a_break(words: Words, start: int, end: int) -> bool:
    """Whether every place between these words is one where a break, a joiner or a hyphen may have been lost or made."""
    gaps = [words.gap(number) for number in range(start, end - 1)]
    special = [words.keys[number][0] in "@#" for number in range(start, end)]
    return bool(gaps) and all(
        "\n" in gap or gap in ("- ", "‐ ") or _is_joiner(words, number) or mark
        for number, (gap, mark) in enumerate(zip(gaps, special[1:], strict=True), start)
    )


def _is_joiner(words: Words, number: int) -> bool:
    # Persian writers set a space where others set a joiner that is not seen.
    return "\u0600" <= words.keys[number][0] <= "\u06ff"


def _bare(key: str) -> str:
    bare = key.lstrip("@#").replace("'", "")
    # A lost break joins a handle and the next sentence with the full stop between them.
    return (bare.replace(".", "") if key[0] == "@" else bare) or key


def _changes_negation(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Also where the hunk is but a part of what says no, in scripts without spaces."""
    ours, theirs = kept.keys[hunk.i1 : hunk.i2], quoted.keys[hunk.j1 : hunk.j2]
    if changes_negation(ours, theirs):
        return True
    if all(map(str.isascii, (*ours, *theirs))):
        return False
    around = (kept.keys[max(0, hunk.i1 - 2) : hunk.i2 + 2], quoted.keys[max(0, hunk.j1 - 2) : hunk.j2 + 2])
    return negations(around[0]) != negations(around[1])


def _shown(hunk: Hunk, kept: Words, quoted: Words) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Each word's key with how it is written, and whether it begins a sentence."""
    for words, start, end in ((kept, hunk.i1, hunk.i2), (quoted, hunk.j1, hunk.j2)):
        for number in range(start, end):
            begins = number == 0 or any(sign in words.gap(number - 1) for sign in ".!?…:\n。！？")
            yield words.keys[number], (words.shown(number), begins)


def _is_name(key: str, shown: str, begins: bool) -> bool:  # noqa: FBT001  # called with what `_shown` gives
    word = shown.lstrip("#[")
    if key == LINK or key[0] == "@" or not word[:1].isupper():
        return False
    return not (begins and is_common(key)) and (len(word) > 1 or key[0] == "#") and not is_number(key)


def _is_plain(key: str) -> bool:
    return key != LINK and key[0] != "@" and not is_number(key)

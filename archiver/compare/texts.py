"""One quoted text beside one text of the post: what the quote is to it, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.compare.align import Hunk, align, likeness
from archiver.compare.elisions import as_part, hides_negation, is_cut, is_marked
from archiver.compare.fold import readings
from archiver.compare.hunks import cues_of, is_neutral, with_links
from archiver.compare.languages import declared, language_of
from archiver.compare.links import LinkTable, drop_last_links
from archiver.compare.pieces import diff_of
from archiver.compare.tokens import LINK, Words, is_number, tokenise
from archiver.model.verdicts import Cue, Diff, Verdict

__all__ = ["Match", "Side", "compare_texts", "order"]

#: The better a text fits, the earlier.
_ORDER = (Verdict.EXACT, Verdict.EQUIVALENT, Verdict.TRUNCATED, Verdict.UNVERIFIABLE, Verdict.ALTERED)
#: Texts that are more alike are of one language: they share its commonest words.
_TRANSLATED_MOST = 0.4
_SHARED_MOST = 0.2


@dataclass(frozen=True, slots=True)
class Side:
    """A text and the language that it is said to be in. `cut`: the platform gave the beginning only."""

    text: str
    lang: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What a quote is to a text: the verdict on the words alone. `score` None: nothing was compared."""

    verdict: Verdict
    cues: tuple[Cue, ...] = ()
    score: float | None = None
    diff: Diff = ()


def order(match: Match) -> tuple[int, float]:
    """By this the best of several matches is the least."""
    return _ORDER.index(match.verdict), -(match.score or 0.0)


def compare_texts(quoted: Side, kept: Side, *, links: LinkTable, late: bool = False) -> Match:
    """Compare a quote with a text of the post.

    `late`: the quote may lack the post's beginning without a mark, because it was read out of an
    article that shows no beginnings. Every pair of readings of both is tried (entities
    unescaped or not, a wrong charset undone), and the one that fits best stands.
    """
    if quoted.text.split() == kept.text.split():
        cut = (Cue.CUT,) if kept.cut else ()
        return Match(Verdict.TRUNCATED if cut else Verdict.EXACT, cut, 1.0, _whole(kept.text))
    pairs = list(_pairs(quoted.text, kept.text, links))
    equal = next((pair for pair in pairs if pair[0].keys == pair[1].keys), None)
    theirs, ours = equal or max(pairs, key=_overlap)
    return _compare(quoted, kept, theirs, ours, links, late=late)


def _whole(text: str) -> Diff:
    return (("=", text),) if text else ()


def _pairs(quoted: str, kept: str, links: LinkTable) -> Iterator[tuple[Words, Words]]:
    for one in readings(quoted):
        for other in readings(kept):
            theirs, ours = tokenise(one), tokenise(other)
            if theirs.keys != ours.keys:
                drop_last_links(theirs, ours, links)
                drop_last_links(ours, theirs, links)
            yield theirs, ours


def _overlap(pair: tuple[Words, Words]) -> float:
    """Which share of the words of both is in the other, in whatever order."""
    theirs, ours = pair
    if not theirs.keys or not ours.keys:
        return 0.0
    return 2 * (Counter(theirs.keys) & Counter(ours.keys)).total() / (len(theirs.keys) + len(ours.keys))


def _compare(quoted: Side, kept: Side, theirs: Words, ours: Words, links: LinkTable, *, late: bool) -> Match:
    if not theirs.keys:
        return _wordless(ours, quoted.text)
    for hunks in _ways(ours, theirs, links, late=late):
        judged = _judge(hunks, ours, theirs, cut=kept.cut, late=late)
        if judged.verdict is not Verdict.ALTERED:
            return judged
    if (judged.score or 0.0) < _TRANSLATED_MOST and _is_translated(quoted, kept, theirs, ours):
        numbers = (Cue.DIGIT_CHANGED,) if _numbers(theirs) != _numbers(ours) else ()
        return Match(Verdict.UNVERIFIABLE, (Cue.TRANSLATED, *numbers), judged.score, judged.diff)
    return judged


def _wordless(kept: Words, quoted: str) -> Match:
    """A quote without a word: as good as the post if that has none either."""
    if kept.keys or not quoted.strip():
        return Match(Verdict.UNVERIFIABLE, (Cue.NO_TEXT_CLAIMED,))
    return Match(Verdict.EQUIVALENT, (Cue.TYPOGRAPHY,), 1.0, _whole(kept.text))


def _ways(kept: Words, quoted: Words, links: LinkTable, *, late: bool) -> Iterator[list[Hunk]]:
    """How both texts may lie beside each other, the likeliest first; at least one."""
    if kept.keys == quoted.keys:
        yield with_links([Hunk(True, 0, len(kept.keys), 0, len(quoted.keys))], kept, quoted, links)
        return
    part = as_part(kept, quoted, late=late)
    if part is not None:
        yield with_links(_filled(part), kept, quoted, links)
    yield with_links(align(kept.keys, quoted.keys), kept, quoted, links)


def _filled(hunks: Sequence[Hunk]) -> list[Hunk]:
    return [hunk for hunk in hunks if hunk.i1 < hunk.i2 or hunk.j1 < hunk.j2]


def _judge(hunks: list[Hunk], kept: Words, quoted: Words, *, cut: bool, late: bool) -> Match:
    """The verdict on hunks: the gravest that any of them makes."""
    parts: list[Cue] = []
    changes: list[Cue] = []
    for hunk in hunks:
        if hunk.equal or is_neutral(hunk, kept, quoted):
            continue
        excuse = _excuse(hunk, kept, quoted, cut=cut, late=late)
        if excuse:
            parts.extend(excuse)
        else:
            changes.extend(cues_of(hunk, kept, quoted))
    if cut and not changes and Cue.RECORD_TRUNCATED not in parts:
        parts.append(Cue.CUT)
    score = likeness(hunks) if changes else 1.0
    cues = tuple(dict.fromkeys((*changes, *parts)))
    if not changes and _has_typography(hunks, kept, quoted):
        cues = (*cues, Cue.TYPOGRAPHY)
    verdict = Verdict.ALTERED if changes else Verdict.TRUNCATED if parts else Verdict.EQUIVALENT
    if verdict is Verdict.EQUIVALENT:
        return Match(verdict, (Cue.TYPOGRAPHY,), score, _whole(kept.text))
    return Match(verdict, cues, score, diff_of(hunks, kept, quoted))


def _excuse(hunk: Hunk, kept: Words, quoted: Words, *, cut: bool, late: bool) -> tuple[Cue, ...]:
    """Why a hunk is no alteration: marked, the end of the quote, the end of the record. () if it is one."""
    if cut and _is_beyond(hunk, kept, quoted):
        return (Cue.RECORD_TRUNCATED,)
    if late and hunk.i1 == hunk.j1 == hunk.j2 == 0:
        return (Cue.OTHER_BEGINNING,)
    marked = is_marked(quoted, hunk.j2)
    if (hunk.j1 != hunk.j2 or not marked) and not is_cut(hunk, kept, quoted):
        return ()
    if hides_negation(hunk, kept, quoted):
        return ()
    at_end = hunk.j2 == len(quoted.keys) and hunk.i2 == len(kept.keys)
    return (*((Cue.CUT,) if at_end else ()), *((Cue.ELISION_MARKED,) if marked else ()))


def _is_beyond(hunk: Hunk, kept: Words, quoted: Words) -> bool:
    """Whether the quote only goes on where the platform's own text was cut, perhaps within a word."""
    if hunk.i2 != len(kept.keys) or hunk.j2 != len(quoted.keys) or hunk.j1 == hunk.j2:
        return False
    if hunk.i1 == hunk.i2:
        return True
    return hunk.i2 - hunk.i1 == 1 and quoted.keys[hunk.j1].startswith(kept.keys[hunk.i1]) and hunk.i1 > 0


def _has_typography(hunks: Sequence[Hunk], kept: Words, quoted: Words) -> bool:
    return any(
        kept.shown(hunk.i1 + at) != quoted.shown(hunk.j1 + at)
        for hunk in hunks
        if hunk.equal
        for at in range(hunk.i2 - hunk.i1)
    )


def _is_translated(quoted: Side, kept: Side, theirs: Words, ours: Words) -> bool:
    """Whether both are surely of different languages, and share nothing but numbers, names and links."""
    here, there = language_of(quoted.text, theirs.keys), language_of(kept.text, ours.keys)
    said_here, said_there = declared(quoted.lang), declared(kept.lang)
    if here and there:
        return here != there
    if said_here is None or said_there is None or said_here == said_there or (here or there) is None:
        return False
    confirmed = here in (None, said_here) and there in (None, said_there)
    return confirmed and _shared(theirs, ours) <= _SHARED_MOST


def _shared(one: Words, other: Words) -> float:
    """Which share of the words of one, names and numbers left out, is in the other."""
    plain = [
        key
        for number, key in enumerate(one.keys)
        if key != LINK and key[0] not in "@#" and not is_number(key) and not one.shown(number)[0].isupper()
    ]
    there = set(other.keys)
    return sum(key in there for key in plain) / len(plain) if plain else 1.0


def _numbers(words: Words) -> list[str]:
    return sorted(key for key in words.keys if is_number(key))  # a field, no mapping

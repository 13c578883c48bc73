"""Does the quote match the post? One claim beside all that is known of its post.

The verdict is the gravest that is sure, in this order; the cues name everything found, whatever the verdict:

1. IMPOSSIBLE: no such id, so nothing else can be so.
2. MISATTRIBUTED: the words are laid to somebody else; that outweighs what the words are.
3. ALTERED: the words are not the post's.
4. MISDATED: they are, at another time.
5. UNVERIFIABLE: of the words nothing can be said; what can be said of author and day went before.
6. TRUNCATED, 7. EQUIVALENT, 8. EXACT: what the quote is to the words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver.compare.authors import judge_author
from archiver.compare.days import earliest_stated, judge_day
from archiver.compare.links import LinkTable
from archiver.compare.texts import Match, Side, compare_texts, order
from archiver.compare.tokens import tokenise
from archiver.compare.told import judge_id
from archiver.model.digests import Digest, sha256
from archiver.model.verdicts import Compared, Cue, PostState, Quoted, Verdict

__all__ = ["compare"]

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
#: An extractor gives five at most; more of them are compared with one another's patience only.
_MOST_READINGS = 8
#: So much of what a late beginning leaves out may stand in the article's own words before it.
_SHARED_MOST = 0.5


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of the claimed text beside one state of the post."""

    match: Match
    text: str
    state: int
    is_main: bool


def compare(
    quoted: Quoted, states: Sequence[PostState], *, now: datetime | None = None, against_time: datetime | None = None
) -> Compared:
    """What the quote is to its post.

    `states` are all of the same post, the most trusted first. Of an edited post the state
    counts that stood at `against_time` (None: when the article was published; where that
    is unknown, the latest); a quote that is the text of another one gets its verdict by that, and
    OTHER_VERSION. `now` bounds what ids can tell (None: nothing does). Without states only id and day can be judged.
    Never raises on what texts hold; takes time linear in them but for stretches that differ.
    """
    created = tuple(state.created_at.astimezone(UTC) for state in states if state.created_at)
    stated = earliest_stated(quoted.claim.date)
    impossible = judge_id(quoted.platform, quoted.post_id, now=now, stated=stated, recorded=created)
    author = judge_author(quoted.claim, states)
    day = judge_day(quoted, created)
    best = _best(quoted, states, at=against_time or quoted.published_at)
    match = best.match if best else Match(Verdict.UNVERIFIABLE, _why_nothing(quoted, states))
    cues = (*((impossible,) if impossible else ()), *author, *match.cues, *day)
    kept = states[best.state].text if best else None
    return Compared(
        verdict=_gravest(match.verdict, impossible, author, day),
        cues=tuple(dict.fromkeys(cues)),
        score=match.score,
        diff=match.diff,
        state=best.state if best else None,
        claimed_digest=_digest(best.text if best else quoted.claim.text),
        kept_digest=_digest(kept),
    )


def _gravest(words: Verdict, impossible: Cue | None, author: Sequence[Cue], day: Sequence[Cue]) -> Verdict:
    if impossible:
        return Verdict.IMPOSSIBLE
    if Cue.AUTHOR_DIFFERS in author:
        return Verdict.MISATTRIBUTED
    if words is Verdict.ALTERED:
        return words
    return Verdict.MISDATED if Cue.DAY_DIFFERS in day else words


def _why_nothing(quoted: Quoted, states: Sequence[PostState]) -> tuple[Cue, ...]:
    silent = () if any(map(str.strip, _texts(quoted))) else (Cue.NO_TEXT_CLAIMED,)
    if states:
        return silent or (Cue.NO_TEXT_KEPT,)
    return (Cue.NO_PERMALINK if quoted.post_id is None else Cue.NO_COPY, *silent)


def _texts(quoted: Quoted) -> tuple[str, ...]:
    """The readings of the claimed text, the likeliest first."""
    given = (quoted.claim.text, *quoted.claim.alternatives)
    return tuple(dict.fromkeys(text for text in given if text))[:_MOST_READINGS]


def _best(quoted: Quoted, states: Sequence[PostState], *, at: datetime | None) -> _Reading | None:
    """The reading and the state that fit best; None where there is nothing to compare."""
    standing = _standing(states, at)
    texts = [text for text in _texts(quoted) if text.strip()]
    if standing is None or not texts:
        return None
    found = list(_readings(quoted, texts, states, standing))
    best = min(found, key=lambda reading: (*order(reading.match), reading.state != standing))
    if best.match.verdict is Verdict.ALTERED and len(texts) > 1:
        best = next(_late(quoted, texts, states, standing), best)
    return _with_notes(best, states, standing)


def _readings(quoted: Quoted, texts: Sequence[str], states: Sequence[PostState], standing: int) -> Iterator[_Reading]:
    """Every pair, those of the standing state first; none after one that cannot be bettered."""
    numbers = sorted((n for n, state in enumerate(states) if _has_text(state)), key=lambda n: n != standing)
    for number in numbers:
        for text in texts:
            reading = _read(quoted, text, states, number, is_main=text == texts[0])
            yield reading
            if reading.match.verdict in (Verdict.EXACT, Verdict.EQUIVALENT):
                return


def _read(
    quoted: Quoted, text: str, states: Sequence[PostState], number: int, *, is_main: bool, late: bool = False
) -> _Reading:
    state, claim = states[number], quoted.claim
    links = LinkTable.of(state.entities, claim.media, claim.links)
    here = Side(text, claim.lang or quoted.lang)
    there = Side(state.text or "", state.lang, cut=state.truncated)
    return _Reading(compare_texts(here, there, links=links, late=late), text, number, is_main)


def _late(quoted: Quoted, texts: Sequence[str], states: Sequence[PostState], standing: int) -> Iterator[_Reading]:
    """Readings that lack the post's beginning, unless the words before them in the article are that one, altered."""
    longest = max(texts, key=len)
    for text in sorted(texts, key=len, reverse=True):
        reading = _read(quoted, text, states, standing, is_main=text == texts[0], late=True)
        if reading.match.verdict is not Verdict.TRUNCATED or Cue.OTHER_BEGINNING not in reading.match.cues:
            continue
        left_out = tokenise(reading.match.diff[0][1]).keys
        before = set(tokenise(longest.removesuffix(text)).keys)
        if sum(key in before for key in left_out) <= _SHARED_MOST * len(left_out):
            yield reading


def _with_notes(best: _Reading, states: Sequence[PostState], standing: int) -> _Reading:
    """The reading, with what must be said of it: another beginning, another version."""
    notes: list[Cue] = [] if best.is_main else [Cue.OTHER_BEGINNING]
    if best.state != standing and _is_other_version(states[best.state], states[standing]):
        notes.append(Cue.OTHER_VERSION)
    if not notes:
        return best
    match = best.match
    cues = tuple(dict.fromkeys((*match.cues, *notes)))
    return _Reading(Match(match.verdict, cues, match.score, match.diff), best.text, best.state, best.is_main)


def _is_other_version(one: PostState, other: PostState) -> bool:
    """Whether two states differ in their words, not only in how much of them is kept."""
    sides = [Side(state.text or "", cut=state.truncated) for state in (one, other)]
    links = LinkTable.of((*one.entities, *other.entities), (), ())
    return all(
        compare_texts(here, there, links=links).verdict not in (Verdict.EXACT, Verdict.EQUIVALENT)
        for here, there in (sides, sides[::-1])
    ) and not _is_cut_of(one, other)


def _is_cut_of(one: PostState, other: PostState) -> bool:
    texts = ((one.text or "").strip(), (other.text or "").strip())
    short, long = sorted(texts, key=len)
    cut = one.truncated if texts[0] == short else other.truncated
    return cut and long.startswith(short.rstrip("…. "))


def _standing(states: Sequence[PostState], at: datetime | None) -> int | None:
    """The state that stood at an instant, the latest made by then; the first given, where no edit is known."""
    numbers = [number for number, state in enumerate(states) if _has_text(state)]
    if not numbers:
        return None
    made = {number: states[number].edited_at or _LONG_AGO for number in numbers}
    if not any(states[number].edited_at for number in numbers):
        return numbers[0]
    by_then = [number for number in numbers if at is None or made[number] <= at]
    if not by_then:
        return min(numbers, key=made.__getitem__)
    return max(by_then, key=lambda number: (made[number], -number))


def _has_text(state: PostState) -> bool:
    return bool(state.text and state.text.strip())


def _digest(text: str | None) -> Digest | None:
    return sha256(text.encode("utf-8", "surrogatepass")) if text is not None else None

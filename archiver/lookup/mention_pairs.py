"""Which mention of one state of an article is which of the next, and what is different about it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

from archiver.model.records import Claim, Mention
from archiver.model.states import MentionKind

__all__ = ["Change", "ChangeKind", "Part", "changes_between"]

#: So alike are two quotes by one author that are one quote, edited: 70 % is a replacement of a text
#: (SalahEldeen & Nelson, 2013).
_SAME_QUOTE = 0.7


class ChangeKind(StrEnum):
    """What became of a mention."""

    ADDED = "added"
    DROPPED = "dropped"
    MOVED = "moved"
    EDITED = "edited"


class Part(StrEnum):
    """What of a mention is different."""

    #: An embed became text, or the other way round.
    FORM = "form"
    PERMALINK = "permalink"
    TEXT = "text"
    AUTHOR = "author"
    DATE = "date"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class Change:
    """One mention that is not as it was. `moved` may hold of an edited one too."""

    kind: ChangeKind
    before: Mention | None
    after: Mention | None
    edited: tuple[Part, ...] = ()
    moved: bool = False


def changes_between(old: Sequence[Mention], new: Sequence[Mention]) -> tuple[list[Change], int]:
    """The changes in reading order of the newer state (what was dropped by its old place), and how many stayed.

    1. What names the same post or address in the same form is the same, one occurrence after the other. 2. Of what
    is left, the same post in another form. 3. Of what is left, quotes by one author whose texts are alike: so an
    embed is found again of which only text is left. 4. Moved is what does not stand in the order of the others.
    """
    pairs = [*_pairs(old, new)]
    moved = _moved([(before.ordinal, after.ordinal) for before, after in pairs])
    found: list[Change] = []
    for before, after in pairs:
        edited, is_moved = _edited(before, after), after.ordinal in moved
        if edited or is_moved:
            kind = ChangeKind.EDITED if edited else ChangeKind.MOVED
            found.append(Change(kind, before, after, edited, is_moved))
    taken_old, taken_new = {one.ordinal for one, _ in pairs}, {one.ordinal for _, one in pairs}
    kept = len(pairs) - len(found)
    found += [Change(ChangeKind.DROPPED, one, None) for one in old if one.ordinal not in taken_old]
    found += [Change(ChangeKind.ADDED, None, one) for one in new if one.ordinal not in taken_new]
    return sorted(found, key=_place), kept


def _place(change: Change) -> tuple[int, int]:
    shown = change.after or change.before
    return (shown.ordinal if shown else 0, change.after is None)


def _pairs(old: Sequence[Mention], new: Sequence[Mention]) -> list[tuple[Mention, Mention]]:
    found: list[tuple[Mention, Mention]] = []
    for key_of in (_key_in_form, _key):
        added = _matched(old, new, key_of)
        found += added
        old = _without(old, (one for one, _ in added))
        new = _without(new, (one for _, one in added))
    return found + _alike(old, new)


def _matched(
    old: Sequence[Mention], new: Sequence[Mention], key_of: Callable[[Mention], Hashable]
) -> list[tuple[Mention, Mention]]:
    """The n-th mention of a key in one state is the n-th of it in the other."""
    there: defaultdict[Hashable, list[Mention]] = defaultdict(list)
    for one in reversed(new):
        there[key_of(one)].append(one)
    keyed = ((one, key_of(one)) for one in old)
    return [(one, there[key].pop()) for one, key in keyed if key is not None and there.get(key)]


def _without(mentions: Iterable[Mention], taken: Iterable[Mention]) -> list[Mention]:
    ordinals = {one.ordinal for one in taken}
    return [one for one in mentions if one.ordinal not in ordinals]


def _key(mention: Mention) -> Hashable:
    """What a mention names; None where it names nothing, and says nothing either."""
    if mention.platform and mention.post_id:
        return (mention.platform, mention.post_id)
    if mention.url:
        return mention.url
    words = _said(mention)
    return (_author(mention.claim), words) if words else mention.anchor


def _key_in_form(mention: Mention) -> Hashable:
    key = _key(mention)
    return None if key is None else (mention.kind, key)


def _alike(old: Sequence[Mention], new: Sequence[Mention]) -> list[tuple[Mention, Mention]]:
    """Quotes of which one has no permalink, or another, but whose author is the same and whose texts are alike."""
    scored = sorted(
        (
            (Indel.normalized_similarity(_said(before), _said(after)), before, after)
            for before in old
            for after in new
            if _may_be_one(before, after)
        ),
        key=lambda row: (-row[0], row[1].ordinal, row[2].ordinal),
    )
    found: list[tuple[Mention, Mention]] = []
    taken: set[tuple[str, int]] = set()
    for score, before, after in scored:
        places = {("old", before.ordinal), ("new", after.ordinal)}
        if score >= _SAME_QUOTE and not places & taken:
            taken |= places
            found.append((before, after))
    return found


def _may_be_one(before: Mention, after: Mention) -> bool:
    if MentionKind.LINK in (before.kind, after.kind) or not (_said(before) and _said(after)):
        return False
    # Two permalinks are two posts, however alike: one was put in the other's place.
    return (before.post_id is None or after.post_id is None) and _author(before.claim) == _author(after.claim)


def _edited(before: Mention, after: Mention) -> tuple[Part, ...]:
    one, other = before.claim or Claim(), after.claim or Claim()
    differs = {
        Part.FORM: before.kind is not after.kind,
        Part.PERMALINK: before.post_id != after.post_id,
        Part.TEXT: _said(before) != _said(after),
        Part.AUTHOR: (one.name, _author(one)) != (other.name, _author(other)),
        Part.DATE: (one.date or one.date_text) != (other.date or other.date_text),
        Part.ANCHOR: before.kind is MentionKind.LINK
        and after.kind is MentionKind.LINK
        and before.anchor != after.anchor,
    }
    return tuple(part for part, is_so in differs.items() if is_so)


def _said(mention: Mention) -> str:
    """The claimed text; other blanks are no other text."""
    return " ".join((mention.claim.text or "").split()) if mention.claim else ""


def _author(claim: Claim | None) -> str:
    return ((claim and (claim.handle or claim.name)) or "").casefold()


def _moved(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Of pairs of places those new places that are not in the longest run that kept its order."""
    places = [after for _before, after in sorted(pairs)]
    ends: list[int] = []
    lengths: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        lengths.append(at)
    left, stayed = len(ends) - 1, set[int]()
    for place, length in zip(reversed(places), reversed(lengths), strict=True):
        if length == left:
            stayed.add(place)
            left -= 1
    return set(places) - stayed

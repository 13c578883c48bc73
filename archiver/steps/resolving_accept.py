"""Which candidate permalink of an orphan may be accepted, and what the others lack.

A permalink is accepted on one of these grounds, and only if no other candidate has the same:

1. a key that the platform made (`pic.twitter.com/KEY`) is in the quote and in the post, or leads to it;
2. another state of the same article has the quote with this permalink;
3. the words are the post's own (exactly, but for typography, or with a marked elision), by the same author,
   on the same day.

Author and day must fit on every ground, where the quote states them. A look-alike (same author and day, other
words, or the same words posted twice) meets none of them, or meets one together with its twin.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from archiver.model.overtime import Clue
from archiver.steps.orphans import Orphan
from archiver.steps.resolving_seen import OWN_WORDS
from archiver.steps.resolving_weigh import Weighed

__all__ = ["accepted_of"]


def accepted_of(orphan: Orphan, candidates: Sequence[Weighed], *, whole: bool) -> tuple[Weighed | None, list[Weighed]]:
    """The one that is accepted, if one is, and all of them with what is missing.

    `whole` is False where posts of that day are left to be read: then words alone decide nothing yet.
    """
    told = [replace(one, missing=tuple(_missing(orphan, one))) for one in candidates]
    for ground in _GROUNDS:
        fit = [one for one in told if ground.fits(orphan, one)]
        why = _why_not(orphan, ground, fit, told, whole=whole)
        if why:
            return None, [replace(one, missing=(*one.missing, why)) if one in fit else one for one in told]
        if fit:
            accepted = replace(fit[0], missing=())
            return accepted, [accepted, *(one for one in told if one is not fit[0])]
    return None, told


# --- grounds -----------------------------------------------------------------------------------------


def _by_key(orphan: Orphan, one: Weighed) -> bool:
    return one.has(Clue.MEDIA_KEY) and _author_fits(orphan, one) and _day_fits(orphan, one)


def _by_state(orphan: Orphan, one: Weighed) -> bool:
    return one.has(Clue.ARTICLE_STATE, Clue.SAME_TEXT) and _author_fits(orphan, one) and _day_fits(orphan, one)


def _by_words(_orphan: Orphan, one: Weighed) -> bool:
    return one.has(Clue.SAME_TEXT, Clue.SAME_AUTHOR, Clue.SAME_DAY)


def _author_fits(orphan: Orphan, one: Weighed) -> bool:
    return one.has(Clue.SAME_AUTHOR) or not (orphan.claim.handle or orphan.claim.name)


def _day_fits(orphan: Orphan, one: Weighed) -> bool:
    return one.has(Clue.SAME_DAY) or orphan.day is None


@dataclass(frozen=True, slots=True)
class _Ground:
    """A ground on which a candidate may be accepted, and its name in sentences. `sure`: no words are needed."""

    name: str
    fits: Callable[[Orphan, Weighed], bool]
    sure: bool = False


_GROUNDS = (
    _Ground("key", _by_key, sure=True),
    _Ground("other states of the article", _by_state),
    _Ground("words, author and day", _by_words),
)


def _why_not(orphan: Orphan, ground: _Ground, fit: Sequence[Weighed], told: Sequence[Weighed], *, whole: bool) -> str:
    """Why what fits is not accepted nevertheless; "" where nothing fits, or nothing is in the way."""
    if len(fit) > 1:
        return f"{len(fit)} posts fit equally by {ground.name}"
    if not fit:
        return ""
    if ground.sure:
        others = [one for one in told if one is not fit[0] and _by_words(orphan, one)]
        seen = fit[0].has(Clue.SAME_TEXT) or not set(fit[0].clues) & set(OWN_WORDS)
        return "" if seen or not others else "its words are others, and another post of that day has them"
    if orphan.twins:
        return "the article quotes these words twice without a permalink"
    if (fit[0].post.platform, fit[0].post.post_id) in orphan.cited:
        return "the article cites this post with its permalink elsewhere"
    return "" if whole or ground is not _GROUNDS[-1] else "not all posts of that day were read yet"


def _missing(orphan: Orphan, one: Weighed) -> Iterable[str]:
    if not one.has(Clue.SAME_TEXT) and not one.has(Clue.MEDIA_KEY):
        if one.has(Clue.SIMILAR_TEXT):
            yield "its words are similar, not the same"
        elif any(one.has(clue) for clue in OWN_WORDS):
            yield "its words are others"
        else:
            yield "its words were not seen"
    if not one.has(Clue.SAME_AUTHOR):
        yield "the author is not shown to be the same" if orphan.claim.handle else "the quote names no handle"
    if not one.has(Clue.SAME_DAY):
        yield "the day is another" if orphan.day else "the quote states no day"

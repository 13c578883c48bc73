"""What speaks for a candidate permalink of an orphan: every sign of a post, weighed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from archiver.catalog import fold, terms
from archiver.compare import compare
from archiver.model.overtime import Candidate, Clue
from archiver.model.records import Claim, PostRef
from archiver.model.verdicts import Cue, PostState, Quoted, Verdict
from archiver.platforms import identify
from archiver.steps.orphans import Orphan, same_handle, stated_day
from archiver.steps.resolving_prefixes import day_window, zones_window
from archiver.steps.resolving_seen import OWN_WORDS, Seen

__all__ = ["Day", "Weighed", "weigh", "with_earlier"]

_SAME = (Verdict.EXACT, Verdict.EQUIVALENT, Verdict.TRUNCATED)
#: From this likeness on words are called similar.
_SIMILAR = 0.5
#: Words are compared alone, so there is no id to be judged by the time.
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_BY_WORDS = (Clue.SAME_TEXT, Clue.SIMILAR_TEXT, Clue.SAME_AUTHOR)
#: Fewer words than these are said by everybody, every day: alone they identify no post.
_LEAST_WORDS, _LEAST_WORDS_CUT = 3, 6
_AUTHOR, _DAY, _TEXT = 0.2, 0.2, 0.59
_MARKED = {Cue.ELISION_MARKED, Cue.RECORD_TRUNCATED}
#: Links behind a post's words, which often stand for its media and are left out by others.
_HANGING = re.compile(r"(?:\s*(?:https?://)?(?:t\.co|pic\.(?:twitter|x)\.com)/\w+)+\s*$")


class Day(StrEnum):
    """How the time of a post fits the day that a quote states."""

    SAME = "same"
    #: It is that day in some zone, though not in UTC.
    ZONE = "zone"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One candidate. `missing` says in words what keeps it from being accepted; () where nothing does."""

    post: PostRef
    clues: tuple[Clue, ...]
    score: float
    missing: tuple[str, ...] = ()
    uri_m: str | None = None

    def has(self, *clues: Clue) -> bool:
        """Whether all of these speak for it."""
        return set(clues) <= set(self.clues)


def weigh(orphan: Orphan, seen: Iterable[Seen]) -> list[Weighed]:
    """Every candidate with what speaks for it, the best first."""
    posts: dict[tuple[str, str], list[Seen]] = {}
    for one in seen:
        if one.post.platform == orphan.platform.name:
            posts.setdefault(_identity(one.post), []).append(one)
    weighed = (_weighed(orphan, signs) for signs in posts.values())
    return _ordered(found for found in weighed if _may_be(found))


def _may_be(one: Weighed) -> bool:
    """Whether enough speaks for it to be told: what only sounds alike, of another author on another day, does not."""
    if set(one.clues) & {Clue.SAME_TEXT, Clue.MEDIA_KEY, Clue.LINK_KEY, Clue.REDIRECT}:
        return True
    likely = {Clue.SIMILAR_TEXT, Clue.SAME_AUTHOR, Clue.ARTICLE_STATE, Clue.CDX_ROW}
    of_the_day = Clue.SAME_DAY in one.clues and set(one.clues) & likely
    return bool(of_the_day) or one.has(Clue.SIMILAR_TEXT, Clue.SAME_AUTHOR)


def with_earlier(now: Sequence[Weighed], before: Iterable[Candidate]) -> list[Weighed]:
    """What was found now, and what earlier passes found and wrote down and this one did not ask for again.

    Where the post's own words were seen now, they count alone.
    """
    found = {_identity(one.post): one for one in now}
    for candidate in before:
        post = identify(candidate.url)
        if post is None:
            continue
        one, stored = found.get(_identity(post)), Weighed(post, candidate.clues, candidate.score, (), candidate.uri_m)
        if one is None or not set(one.clues) & set(OWN_WORDS):
            found[_identity(post)] = _both(one, stored) if one else stored
    return _ordered(found.values())


def _both(now: Weighed, before: Weighed) -> Weighed:
    # Who saw the post's own words knows better than what articles say of it.
    knows = before if set(before.clues) & set(OWN_WORDS) else now
    clues = {one for one in (*now.clues, *before.clues) if one not in _BY_WORDS or one in knows.clues}
    ordered = tuple(sorted(clues, key=list(Clue).index))
    return replace(now, clues=ordered, score=max(now.score, before.score), uri_m=now.uri_m or before.uri_m)


# --- weighing ------------------------------------------------------------------------------------------


def _weighed(orphan: Orphan, signs: Sequence[Seen]) -> Weighed:
    own = [one for one in signs if one.shows_post]
    clues: dict[Clue, None] = dict.fromkeys(one.by for one in signs)
    keyed = _has_key(orphan.claim, own or signs) or _led_to(orphan.claim, signs)
    author = _same_author(orphan.claim, own or signs, keyed=keyed)
    day = _day(orphan, signs)
    best = max((_words_alike(orphan.claim, one) for one in own or signs if one.claim), default=(False, 0.0))
    clues |= dict.fromkeys(
        clue
        for clue, holds in (
            (Clue.MEDIA_KEY, keyed),
            (Clue.LINK_KEY, _has_link(orphan.claim, own or signs)),
            (Clue.SAME_TEXT, best[0]),
            (Clue.SIMILAR_TEXT, not best[0] and best[1] >= _SIMILAR),
            (Clue.SAME_AUTHOR, author),
            (Clue.SAME_DAY, day is Day.SAME or (day is Day.ZONE and (keyed or _dated_alike(orphan, signs)))),
        )
        if holds
    )
    score = 1.0 if keyed and author else author * _AUTHOR + (Clue.SAME_DAY in clues) * _DAY + best[1] * _TEXT
    uri_m = next((one.uri_m for one in signs if one.uri_m), None)
    ordered = tuple(sorted(clues, key=list(Clue).index))
    return Weighed(_named(signs), ordered, round(min(score, 1.0), 3), (), uri_m)


def _identity(post: PostRef) -> tuple[str, str]:
    """What makes signs speak of one post: on Bluesky the record key, as authors go by handle and by DID."""
    return post.platform, post.post_id.rpartition("/")[2] if post.platform == "bluesky" else post.post_id


def _named(signs: Sequence[Seen]) -> PostRef:
    """The post under the name that lasts: of a Bluesky author the DID."""
    posts = [one.post for one in signs]
    return next((post for post in posts if post.post_id.startswith("did:")), posts[0])


def _same_author(claim: Claim, signs: Sequence[Seen], *, keyed: bool) -> bool:
    """By handle where the quote has one, else by name. What an address says of its author, anybody can write.

    Republishers that take underscores for emphasis lose them: with the same name and a common key
    (`keyed`) it is the same account nevertheless.
    """
    if not claim.handle:
        return any(_same_name(claim, one) for one in signs)
    given = [(one, _handle(claim, one)) for one in signs]
    if any(same_handle(claim.handle, handle) for _, handle in given):
        return True
    bare = claim.handle.replace("_", "")
    return keyed and any(same_handle(bare, (h or "").replace("_", "")) and _same_name(claim, one) for one, h in given)


def _same_name(claim: Claim, one: Seen) -> bool:
    name = fold(claim.name or "").strip()
    return bool(name) and one.claim is not None and name == fold(one.claim.name or "").strip()


def _handle(claim: Claim, one: Seen) -> str | None:
    """The handle that a sign gives, with a server's name where the quote's has one (`user@host`) and it has none."""
    said = one.claim.handle if one.claim else one.post.handle if one.by is Clue.REDIRECT else None
    if said and one.post.platform == "mastodon":
        user, _, host = said.removeprefix("@").partition("@")
        is_whole = "@" in (claim.handle or "").removeprefix("@")
        return f"{user}@{host or one.post.post_id.partition('/')[0]}" if is_whole else user
    return said


def _day(orphan: Orphan, signs: Sequence[Seen]) -> Day:
    told = orphan.platform.created_at(signs[0].post.post_id) or next((_told(one) for one in signs if _told(one)), None)
    if told is None or orphan.day is None:
        return Day.UNKNOWN
    if day_window(orphan.day)[0] <= told < day_window(orphan.day)[1]:
        return Day.SAME
    return Day.ZONE if zones_window(orphan.day)[0] <= told < zones_window(orphan.day)[1] else Day.OTHER


def _told(one: Seen) -> datetime | None:
    return one.created_at or (stated_day(one.claim) if one.claim else None)


def _dated_alike(orphan: Orphan, signs: Sequence[Seen]) -> bool:
    """Whether another state of the article states the very same day beside the link."""
    return any(one.by is Clue.ARTICLE_STATE and one.dated == orphan.claim.date for one in signs)


def _has_key(claim: Claim, signs: Sequence[Seen]) -> bool:
    return any(set(claim.media) & set(one.claim.media) for one in signs if one.claim)


def _led_to(claim: Claim, signs: Sequence[Seen]) -> bool:
    return any(set(claim.media) & set(one.keys) for one in signs if one.by is Clue.REDIRECT)


def _has_link(claim: Claim, signs: Sequence[Seen]) -> bool:
    return any(set(claim.links) & set(one.claim.links) for one in signs if one.claim)


# --- words -----------------------------------------------------------------------------------------------


def _words_alike(claim: Claim, one: Seen) -> tuple[bool, float]:
    """Whether the words are the same, and how like they are. Keys that contradict each other make them others."""
    shown = one.claim or Claim()
    if not claim.text or not shown.text:
        return False, 0.0
    texts = dict.fromkeys((shown.text, _HANGING.sub("", shown.text)))
    found = [_compared(claim, text, truncated=one.truncated) for text in texts if text]
    apart = _contradict(claim.media, shown.media) or _contradict(claim.links, shown.links)
    return any(same for same, _ in found) and not apart, max((score for _, score in found), default=0.0)


@lru_cache(maxsize=1 << 10)  # an orphan is weighed after each route
def _compared(claim: Claim, text: str, *, truncated: bool) -> tuple[bool, float]:
    """A cut must be marked, or be the platform's: else the post that goes on may be another one than the quoted one."""
    quoted = Quoted(Claim(text=claim.text, lang=claim.lang, alternatives=claim.alternatives))
    found = compare(quoted, [PostState(text, truncated=truncated)], now=_NEVER)
    least, same = _LEAST_WORDS, found.verdict in _SAME and Cue.LINK_CHANGED not in found.cues
    if found.verdict is Verdict.TRUNCATED:
        least, same = _LEAST_WORDS_CUT, same and (truncated or bool(set(found.cues) & _MARKED))
    told = min(len(terms(claim.text or "")), len(terms(text))) >= least
    return same and told, found.score or 0.0


def _contradict(quoted: Sequence[str], shown: Sequence[str]) -> bool:
    return bool(quoted) and bool(shown) and not set(quoted) & set(shown)


def _ordered(found: Iterable[Weighed]) -> list[Weighed]:
    """The best first."""
    return sorted(found, key=lambda one: (-one.score, one.post.url))

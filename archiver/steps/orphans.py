"""Quotes of posts that have no permalink: which they are, and what they state that can identify one."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from archiver.catalog import QuotingState, fold, terms
from archiver.model.records import ArticleVersion, Claim, Mention
from archiver.model.states import MentionKind
from archiver.platforms import platform_named
from archiver.platforms.base import Platform
from archiver.store import Store

__all__ = ["Orphan", "orphans_in", "same_handle", "stated_day"]

_X_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")


@dataclass(frozen=True, slots=True)
class Orphan:
    """One mention of a post without its permalink, in one state of an article.

    `cited` are the posts that the same state mentions with their permalinks. `twins` counts
    the other orphans of the state with the same author, day and words: which of them is which post
    no text can tell.
    """

    state: QuotingState
    article: str
    mention: Mention
    claim: Claim
    platform: Platform
    cited: frozenset[tuple[str, str]] = frozenset()
    twins: int = 0

    @property
    def day(self) -> datetime | None:
        """The midnight (UTC) at which the stated day begins; None where none is stated."""
        return stated_day(self.claim)

    @property
    def key(self) -> tuple[str, int]:
        """State and ordinal: what journal lines name it by."""
        return self.state.id, self.mention.ordinal


def orphans_in(states: Iterable[QuotingState], *, store: Store, unreadable: Callable[[str], None]) -> list[Orphan]:
    """The orphans of these states, in reading order. The claims come from the evidence, which has all of them.

    A folder that can't be read is told to `unreadable`, and passed over.
    """
    found: list[Orphan] = []
    for state in states:
        try:
            record = store.read_folder(state.path)
        except ValueError as error:
            unreadable(f"{state.path}: {error}")
            continue
        if isinstance(record, ArticleVersion):
            found += _orphans(state, record)
    return found


def stated_day(claim: Claim) -> datetime | None:
    """The day of a claim, as the midnight (UTC) that begins it. An instant with a zone gives its day in UTC."""
    text = claim.date or ""
    try:
        if len(text) == len("2022-03-29"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def same_handle(one: str | None, other: str | None) -> bool:
    """Whether both are one account's handle: case and a leading `@` do not count; neither may be missing."""
    return bool(one and other) and (one or "").removeprefix("@").lower() == (other or "").removeprefix("@").lower()


def _orphans(state: QuotingState, version: ArticleVersion) -> list[Orphan]:
    cited = frozenset((one.platform, one.post_id) for one in version.mentions if one.platform and one.post_id)
    found = [
        Orphan(state, version.resource.uri, mention, claim, platform, cited)
        for mention in version.mentions
        if mention.url is None
        and mention.kind is not MentionKind.LINK
        and (claim := mention.claim) is not None
        and (platform := _platform_of(mention, claim)) is not None
    ]
    alike = Counter(map(_likeness, found))
    return [
        Orphan(one.state, one.article, one.mention, one.claim, one.platform, one.cited, alike[_likeness(one)] - 1)
        for one in found
    ]


def _platform_of(mention: Mention, claim: Claim) -> Platform | None:
    """The platform that extraction saw, else the one whose handles look so."""
    return platform_named(mention.platform or _presumed(claim.handle or ""))


def _presumed(handle: str) -> str:
    if _X_HANDLE.fullmatch(handle):
        return "x"
    return "mastodon" if "@" in handle.removeprefix("@") else "bluesky" if "." in handle else ""


def _likeness(one: Orphan) -> tuple[str, ...]:
    claim = one.claim
    author = (claim.handle or fold(claim.name or "")).lower()
    return one.platform.name, author, claim.date or "", *claim.media, *terms(claim.text or "")

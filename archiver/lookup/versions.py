"""What changed between two states of an article: embeds and links that came, went, moved or say something else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from archiver.catalog import Catalog, StoredCapture, StoredVersion
from archiver.lookup.mention_pairs import Change, changes_between
from archiver.model.overtime import Verification
from archiver.model.records import Mention
from archiver.model.states import Outcome
from archiver.platforms import resource_for

__all__ = ["Change", "Changed", "VersionDiff", "article_states", "diffs", "state_at"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Changed:
    """One change, with the newest verdict on the quote in either state, and our copy of what was dropped."""

    change: Change
    verdict_before: Verification | None = None
    verdict_after: Verification | None = None
    copy: StoredCapture | None = None


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """Two states of an article. `kept` counts the mentions in which nothing changed."""

    before: StoredVersion
    after: StoredVersion
    changes: tuple[Changed, ...]
    kept: int


def article_states(catalog: Catalog, resource_ids: Iterable[int]) -> list[StoredVersion]:
    """The states of these articles of which bytes were received, the oldest first."""
    found = [one for one in catalog.article_versions(resource_ids) if one.source_digest is not None]
    return sorted(found, key=lambda one: (one.fetched_at, one.id))


def state_at(states: Sequence[StoredVersion], at: datetime, *, whole_day: bool = False) -> StoredVersion:
    """The state that stood at an instant, or at the end of its day: the last one fetched until then, else the first."""
    earlier = [one for one in states if (one.fetched_at < at + _DAY if whole_day else one.fetched_at <= at)]
    return earlier[-1] if earlier else states[0]


def diffs(catalog: Catalog, states: Sequence[StoredVersion]) -> Iterator[VersionDiff]:
    """What changed from each of these states to the next, read as it is asked for."""
    for before, after in pairwise(states):
        yield _diff(catalog, before, after)


def _diff(catalog: Catalog, before: StoredVersion, after: StoredVersion) -> VersionDiff:
    old, new = catalog.stored_mentions(before.id), catalog.stored_mentions(after.id)
    changes, kept = changes_between(old, new)
    verdicts = catalog.last_verifications([before.id, after.id])
    copies = _copies([one.before for one in changes if one.before and one.after is None], catalog)

    def of(version: StoredVersion, mention: Mention | None) -> Verification | None:
        return verdicts.get((version.id, mention.ordinal)) if mention else None

    found = (
        Changed(
            one,
            of(before, one.before),
            of(after, one.after),
            copies.get(one.before.ordinal) if one.before and one.after is None else None,
        )
        for one in changes
    )
    return VersionDiff(before, after, tuple(found), kept)


def _copies(mentions: Sequence[Mention], catalog: Catalog) -> dict[int, StoredCapture]:
    """Our copy of what each of these mentions, by its ordinal: the newest complete one, else the newest in part."""
    found: dict[int, StoredCapture] = {}
    for mention in mentions:
        resource = resource_for(mention.url) if mention.url else None
        captures = catalog.captures_of(resource.key) if resource else []
        captures = [one for one in captures if one.outcome is not Outcome.FAILED]
        complete = (one for one in captures if one.outcome is Outcome.COMPLETE)
        best = next(complete, captures[0] if captures else None)
        if best is not None:
            found[mention.ordinal] = best
    return found

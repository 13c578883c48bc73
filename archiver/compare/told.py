"""What an id tells by itself: when its post was made, or that no platform can have given it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache

from archiver.model.verdicts import Cue
from archiver.platforms import platform_named
from archiver.platforms.base import Platform

__all__ = ["Told", "judge_id", "told_times"]

#: Clocks of servers, and ours, may differ by so much.
_SKEW = timedelta(hours=1)
#: A record that gives about the id's own time was made by a client whose clock is wrong, not invented.
_CONFIRMED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """The instant `at` of an id; or that it is older than `before`, from when on ids tell time."""

    at: datetime | None = None
    before: datetime | None = None


@lru_cache(maxsize=1 << 12)
def told_times(platform: str | None, post_id: str | None) -> Told:
    """What the id tells of its time. Of clients' own ids (Bluesky) that is a claim."""
    site = _site(platform) if platform else None
    if site is None or post_id is None:
        return Told()
    at = site.created_at(post_id)
    well_formed = site.id_form is None or re.fullmatch(site.id_form, post_id) is not None
    return Told(at, site.tells_time_from if at is None and well_formed else None)


def judge_id(
    platform: str | None,
    post_id: str | None,
    *,
    now: datetime | None,
    stated: datetime | None = None,
    recorded: Sequence[datetime] = (),
) -> Cue | None:
    """Why the platform cannot have given the id (on the stated day), None if it can.

    `recorded` are the instants that the platform's records of it give: an id beyond the
    bounds that its own record bears out is odd, not impossible. `stated` is the earliest
    instant of the day that an article states.
    """
    site = _site(platform) if platform else None
    if site is None or post_id is None:
        return None
    if site.id_form is not None and re.fullmatch(site.id_form, post_id) is None:
        return Cue.ID_MALFORMED
    at = told_times(platform, post_id).at
    if at is None:
        return Cue.ID_BEFORE_PLATFORM if not recorded and _is_too_old(site, stated) else None
    if any(abs(at - instant) <= _CONFIRMED for instant in recorded):
        return None
    if now is not None and at > now + _SKEW:
        return Cue.ID_IN_FUTURE
    return Cue.ID_BEFORE_PLATFORM if site.began_at is not None and at < site.began_at else None


def _is_too_old(site: Platform, stated: datetime | None) -> bool:
    """Whether an id that tells no time is from before the site began, or from long before the stated day."""
    since = site.tells_time_from
    if since is None:
        return False
    if site.began_at is not None and site.began_at >= since:
        return True
    return stated is not None and stated > since + _CONFIRMED


@cache
def _site(name: str) -> Platform | None:
    return platform_named(name)

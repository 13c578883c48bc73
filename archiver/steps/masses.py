"""Too many losses at once are a sign of something else first: they are held back once, and believed if they stay."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from archiver.catalog import PastLook
from archiver.model.records import Resource
from archiver.model.states import Availability, Group
from archiver.model.urls import parse_url
from archiver.steps.judged import Judged

__all__ = ["HELD", "Masses", "held_since", "scope_of", "stays"]

#: How the evidence of what was held back begins; by it a later run knows what it holds for the second time.
HELD = "held back, because too many were lost at once: "
#: Fewer may go together by chance.
_LEAST = 5
#: From this share on of what was there and was looked at in one run. In a year 10 to 20 % are lost (FACTS), between
#: two looks hardly ever more than a few per cent; a site of few pages may lose some together.
_SHARE_OF_PLATFORM, _SHARE_OF_SITE = 0.2, 0.5
#: A loss is believed if it is still so a day later: a run that begins a little earlier than yesterday's counts.
_AGAIN_AFTER = timedelta(hours=20)
_NAMES = "names"


class Masses:
    """Counts what one run finds, by platform, by site, and of all names that are said not to exist."""

    def __init__(self) -> None:
        self._looked: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    def count(self, resource: Resource, judged: Judged, *, was_there: bool) -> None:
        """Take a look into account; only what was there before can be lost, and only clear answers count."""
        group = judged.stand.availability.group
        if not was_there or group is Group.UNKNOWN:
            return
        lost_in = scope_of(resource, judged) if group is Group.GONE else None
        for scope in {_whose(resource), _NAMES}:
            self._looked[scope] += 1
            self._lost[scope] += scope == lost_in

    def improbable(self, resource: Resource, judged: Judged) -> str | None:
        """Why a loss is to be held back, in words; None if it is one of few."""
        if judged.answered and judged.stand.availability is Availability.GONE_SITE:
            # A domain that was sold takes all of its pages with it, and was told apart from an error.
            return None
        scope = scope_of(resource, judged)
        lost, looked = self._lost[scope], self._looked[scope]
        share = _SHARE_OF_SITE if scope == _whose(resource) and resource.platform is None else _SHARE_OF_PLATFORM
        if lost < _LEAST or lost < share * looked:
            return None
        return {_NAMES: "of all sites"}.get(scope, f"of {scope}")


def scope_of(resource: Resource, judged: Judged) -> str:
    """What else would be lost with it, if it were not its own loss: a platform, a site, the name system."""
    return _whose(resource) if judged.answered else _NAMES


def _whose(resource: Resource) -> str:
    url = parse_url(resource.uri)
    return resource.platform or (url.host if url else resource.key)


def held_since(looks: Sequence[PastLook]) -> datetime | None:
    """Since when a resource's loss is held back; None if it is not. A clear look in between ends it."""
    since: datetime | None = None
    for look in looks:
        if look.evidence.startswith(HELD):
            since = since or look.at
        elif look.state.conclusive:
            since = None
    return since


def stays(since: datetime | None, now: datetime) -> bool:
    """Whether what was held back has been so for long enough to be believed."""
    return since is not None and now - since >= _AGAIN_AFTER

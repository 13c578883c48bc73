"""A population of posts and pages with the stories of their lives: what is played, and so the truth.

A life is a list of phases. The servers ask it what to answer at an instant, the tests ask it what
was so at that instant, and both read the same records.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from archiver.demo.script import Act, Post
from archiver.model.records import Resource
from archiver.model.states import Availability, Group

__all__ = ["Death", "Host", "HostStyle", "Life", "PageAct", "Phase", "Population", "Trouble", "TroubleKind"]


class PageAct(StrEnum):
    """How a site answers for one page."""

    THERE = "there"
    NOT_FOUND = "not_found"
    GONE = "gone"
    #: 200, with words that say that nothing is there.
    NOTICE = "notice"
    TO_ROOT = "to_root"
    TO_404_PATH = "to_404_path"
    #: 200, with the home page.
    HOME = "home"
    #: 301 to another address of the same page, on the same site or with the whole site.
    MOVED = "moved"
    LEGAL = "legal"
    MEMBERS = "members"
    #: The whole site: its name is not there any more, or leads to somebody who sells it.
    NO_NAME = "no_name"
    PARKED = "parked"


class HostStyle(StrEnum):
    """How a site answers for an address at which nothing is."""

    NOT_FOUND = "not_found"
    NOTICE = "notice"
    TO_ROOT = "to_root"
    TO_404_PATH = "to_404_path"
    #: The home page, whatever is asked for; real pages have words of their own.
    HOME = "home"
    #: The same shell of a script for everything: what is there cannot be told from what is not.
    SHELL = "shell"
    #: robots.txt asks everybody to stay away.
    KEPT_OUT = "kept_out"


class TroubleKind(StrEnum):
    """What happens to a whole platform or site for some days, and says nothing of its pages."""

    STORM = "storm"
    OUTAGE = "outage"
    #: No answer in any time.
    SILENCE = "silence"
    #: Everything answers 404, as if it had never been.
    ENDPOINT_404 = "endpoint_404"
    ENDPOINT_400 = "endpoint_400"
    #: Well-formed answers of another shape.
    ENDPOINT_ODD = "endpoint_odd"
    #: A platform answers for every post as it does for one that never was.
    FORGETFUL = "forgetful"
    LOGIN_WALL = "login_wall"
    CHALLENGE = "challenge"
    #: A random share of the requests fails, in several ways.
    PARTIAL = "partial"
    #: Sites only: the certificate is out of date, or names cannot be looked up (not: do not exist).
    TLS_EXPIRED = "tls_expired"
    NO_DNS = "no_dns"


@dataclass(frozen=True, slots=True)
class Phase:
    """From `at` on: what is played, what is so, and what can be told from the answer alone.

    `told` differs from `truth` where a platform says the same of several fates. `revision`
    counts the edits so far.
    """

    at: datetime
    act: Act | PageAct
    truth: Availability
    told: Availability
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Life:
    """One resource from its birth on; `post` is set for posts, `host` for pages. `story` names its kind.

    `own` are the phases of a page alone, as if nothing happened to its site.
    """

    resource: Resource
    story: str
    phases: tuple[Phase, ...]
    post: Post | None = None
    host: str | None = None
    own: tuple[Phase, ...] = ()

    @property
    def born_at(self) -> datetime:
        """When it was published and first seen."""
        return self.phases[0].at

    @property
    def whose(self) -> str:
        """Whose troubles are its own: a platform or a host."""
        return self.host or self.resource.platform or ""

    def at(self, instant: datetime) -> Phase | None:
        """The phase of an instant; None before its birth."""
        return _phase_of(self.phases, instant)

    def own_at(self, instant: datetime) -> Phase | None:
        """The phase of a page's own at an instant; None before its birth."""
        return _phase_of(self.own, instant)


@dataclass(frozen=True, slots=True)
class Host:
    """One site of pages. `phases` are those of the whole site (its name, its move), THERE at first."""

    name: str
    scheme: str
    style: HostStyle
    phases: tuple[Phase, ...]
    moved_to: str | None = None

    def at(self, instant: datetime) -> Phase:
        """The phase of an instant, the first one for all time before it."""
        return _phase_of(self.phases, instant) or self.phases[0]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What befalls everything of `whose` (a platform or host) from `start` until `end`."""

    kind: TroubleKind
    whose: str
    start: datetime
    end: datetime
    share: float = 1.0

    def covers(self, instant: datetime) -> bool:
        """Whether it lasts at that instant."""
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True)
class Death:
    """A loss: from `at` until `until` (None: for good). `told` is what the answers allow one to say of it at first."""

    key: str
    at: datetime
    until: datetime | None
    truth: Availability
    told: Availability


@dataclass(frozen=True)
class Population:
    """All that lives, and all that befalls it. `canaries` are posts that never change, by platform."""

    seed: int
    start: datetime
    days: int
    lives: Mapping[str, Life]
    hosts: Mapping[str, Host]
    troubles: tuple[Trouble, ...]
    canaries: Mapping[str, Post]

    @property
    def end(self) -> datetime:
        """When the play is over."""
        return self.start + timedelta(days=self.days)

    def state_at(self, key: str, instant: datetime) -> Availability | None:
        """What is so, whoever can see it; None before the birth."""
        phase = self.lives[key].at(instant)
        return phase.truth if phase else None

    def told_at(self, key: str, instant: datetime) -> Availability | None:
        """What the answers of that instant allow one to say, troubles aside."""
        phase = self.lives[key].at(instant)
        return phase.told if phase else None

    def deaths(self) -> Iterator[Death]:
        """Every loss of every life, those that ended included."""
        for life in self.lives.values():
            yield from _deaths(life)

    def revivals(self) -> Iterator[Death]:
        """The losses that ended, with the instant of the return in `until`."""
        return (death for death in self.deaths() if death.until is not None)

    def edits(self) -> Iterator[tuple[str, datetime]]:
        """Which resource was edited when."""
        for key, life in self.lives.items():
            for before, after in pairwise(life.phases):
                if after.revision != before.revision:
                    yield key, after.at

    def troubles_of(self, whose: str) -> tuple[Trouble, ...]:
        """What befalls a platform or host, in time."""
        return self._troubles.get(whose, ())

    def trouble_at(self, whose: str, instant: datetime) -> Trouble | None:
        """The trouble that a platform or host has at an instant."""
        return next((one for one in self.troubles_of(whose) if one.covers(instant)), None)

    @cached_property
    def _troubles(self) -> dict[str, tuple[Trouble, ...]]:
        found: dict[str, list[Trouble]] = {}
        for trouble in sorted(self.troubles, key=lambda one: one.start):
            found.setdefault(trouble.whose, []).append(trouble)
        return {whose: tuple(some) for whose, some in found.items()}


def _phase_of(phases: tuple[Phase, ...], instant: datetime) -> Phase | None:
    index = bisect_right(phases, instant, key=lambda phase: phase.at)
    return phases[index - 1] if index else None


def _deaths(life: Life) -> Iterator[Death]:
    since: Phase | None = None
    for phase in life.phases:
        gone = phase.truth.group is Group.GONE
        if gone and since is None:
            since = phase
        elif not gone and since is not None:
            yield Death(life.resource.key, since.at, phase.at, since.truth, since.told)
            since = None
    if since is not None:
        yield Death(life.resource.key, since.at, None, since.truth, since.told)

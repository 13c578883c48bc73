"""What a pass of looks works by, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archiver.model.cadence import Cadence
from archiver.model.overtime import EventKind
from archiver.model.records import Resource
from archiver.model.states import Availability, Group

__all__ = ["CheckPolicy", "CheckReport", "Looked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """By which rules one looks and judges.

    `cadence` says when a resource is due again, and how many strikes declare a loss. `canaries` are
    addresses of posts that are known to be there, by platform. `vantage` names the second
    vantage, None without one: then nobody is asked before a loss is declared. `batch` bounds how
    many looks are in memory, and how long a loss waits for its platform's canary.
    """

    cadence: Cadence = field(default_factory=Cadence)
    canaries: Mapping[str, str] = field(default_factory=dict)
    vantage: str | None = None
    batch: int = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """One look as it was written down, and where the resource stands after it.

    `strikes` stand against it now; `declared_since` is None unless it counts as lost. `events` are what it brought.
    """

    resource: Resource
    at: datetime
    state: Availability
    evidence: str
    http_status: int | None = None
    strikes: int = 0
    declared_since: datetime | None = None
    next_due: datetime | None = None
    events: tuple[EventKind, ...] = ()


@dataclass(slots=True)
class CheckReport:
    """What a pass came to, in numbers. `left` is what was still due when it ended, `faults` are our own; of what
    was looked at `lost` counts as lost.

    `stopped`: it ended for lack of time.
    """

    groups: dict[Group, int] = field(default_factory=lambda: dict.fromkeys(Group, 0))
    events: dict[EventKind, int] = field(default_factory=dict)
    faults: int = 0
    left: int = 0
    lost: int = 0
    stopped: bool = False

    @property
    def checks(self) -> int:
        """How many looks there were."""
        return sum(self.groups.values())

    def take(self, looked: Looked) -> None:
        """Count one look."""
        self.groups[looked.state.group] += 1
        self.lost += looked.declared_since is not None
        for kind in looked.events:
            self.events[kind] = self.events.get(kind, 0) + 1

    @property
    def declared_gone(self) -> int:
        """How many losses were declared."""
        return self.events.get(EventKind.DECLARED_GONE, 0)

    @property
    def came_back(self) -> int:
        """How many losses were taken back."""
        return self.events.get(EventKind.CAME_BACK, 0)

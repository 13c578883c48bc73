"""What one unattended pass is given, and what it says of itself when it is over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.model.errors import Exit
from archiver.model.settings import AlertSettings, RedundancySettings
from archiver.steps.alerting import AlertReport
from archiver.steps.checks import CheckPolicy, CheckReport
from archiver.steps.copies import CopiesReport
from archiver.steps.policy import ArchiveTools, Policy
from archiver.steps.pollbook import WatchReport
from archiver.steps.recapturing import AgainReport
from archiver.steps.save_page import SaveKeys
from archiver.steps.stamping import Authority, StampReport
from archiver.tap import Prober

if TYPE_CHECKING:
    from archiver.fetch.hooks import Hooks

__all__ = ["PassPolicy", "PassReport", "PassTools"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTools:
    """What a pass works with. `hooks` opens the way out for alerts, submissions and timestamps, when it is needed."""

    archive: ArchiveTools
    prober: Prober
    hooks: Callable[[], "Hooks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassPolicy:
    """What is captured, checked, told and asked for elsewhere. `budget_s` of 0 is no bound.

    `trouble` is a file in which a pass that could not even begin leaves a word for the next one.
    """

    capture: Policy
    check: CheckPolicy
    alerts: AlertSettings
    redundancy: RedundancySettings
    save_keys: SaveKeys | None = None
    private_hosts: tuple[str, ...] = ()
    authorities: tuple[Authority, ...] = ()
    budget_s: float = 0.0
    trouble: Path | None = None


@dataclass(slots=True)
class PassReport:
    """One pass in numbers. `faults` are this program's own, a sentence each: the other stages went on.

    `exit_code` is the documented one: LOST where there were faults, or what they ask for; INTERRUPTED.
    """

    run_id: str
    polls: WatchReport = field(default_factory=WatchReport)
    again: AgainReport = field(default_factory=AgainReport)
    checks: CheckReport = field(default_factory=CheckReport)
    copies: CopiesReport = field(default_factory=CopiesReport)
    alerts: AlertReport = field(default_factory=AlertReport)
    stamps: StampReport = field(default_factory=StampReport)
    captures: int = 0
    faults: list[str] = field(default_factory=list)
    exit_code: Exit = Exit.DONE

    @property
    def left(self) -> int:
        """How much was due and not done, because the time was over."""
        return self.polls.left + self.again.left + self.checks.left

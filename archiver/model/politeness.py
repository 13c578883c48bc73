"""Words for asking politely: whose turn it is at a host, and what a site's robots.txt wants."""

from dataclasses import dataclass
from typing import Protocol

from archiver.model.exchange import Failure
from archiver.model.fetched import Ask, Fetched

__all__ = ["Frontier", "RobotRules", "Robots", "Turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a request may go to a host now.

    With `go` it may, and counts as begun. Else `held` says why it is not to be sent at all
    in this run; if it says nothing, one asks again after `wait_s` seconds, or (None) when a
    request to the host has ended.
    """

    go: bool = False
    wait_s: float | None = None
    held: str = ""


class Frontier(Protocol):
    """Who may ask which host, and when. Calls come from one thread at a time, and never block."""

    def turn(self, host: str) -> Turn:
        """Whether a request to `host` may begin now."""
        ...

    def ended(
        self,
        host: str,
        *,
        status: int | None = None,
        failure: Failure | None = None,
        retry_after: str | None = None,
    ) -> None:
        """A request that had its turn is over, and came to this; `retry_after` is the header's value."""
        ...

    def slow_down(self, host: str, delay_s: float) -> None:
        """The host itself wants `delay_s` seconds between two requests."""
        ...


class RobotRules(Protocol):
    """What one site wants of us in this run."""

    @property
    def crawl_delay_s(self) -> float | None:
        """The site's own `Crawl-delay`, in seconds."""
        ...

    def why_not(self, url: str) -> str:
        """Why the page is not to be asked for, "" if it may be."""
        ...


class Robots(Protocol):
    """Reads robots.txt; sends nothing itself."""

    def ask(self, url: str) -> Ask:
        """What to ask for before the page at `url`."""
        ...

    def rules(self, fetched: Fetched) -> RobotRules:
        """What came of it."""
        ...

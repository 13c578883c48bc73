"""What is written down of polls: a line of the journal each, then its row, and the numbers of the run."""

import logging
from dataclasses import dataclass, field

from archiver.catalog import Catalog
from archiver.catalog.watches import StoredWatch
from archiver.model.clock import Clock
from archiver.model.overtime import Poll, PollOutcome, Watch
from archiver.steps.looking import Look
from archiver.steps.policy import Progress
from archiver.store import RunStore

__all__ = ["PollBook", "WatchReport"]

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class WatchReport:
    """What polling came to. `left` counts what is due and was not done, because the time was over."""

    polled: int = 0
    unchanged: int = 0
    failed: int = 0
    articles: int = 0
    dropped: int = 0
    left: int = 0
    notes: list[str] = field(default_factory=list)


class PollBook:
    """Writes polls down, with the watch that a new source gets, and counts them in `report`."""

    def __init__(
        self, run: RunStore, *, catalog: Catalog, clock: Clock, report: WatchReport, progress: Progress
    ) -> None:
        self._run, self._catalog, self._clock = run, catalog, clock
        self._report, self._progress = report, progress

    def failed(self, watch: StoredWatch, look: Look, why: str, new: Watch | None = None) -> None:
        """The source could not be seen."""
        self._report.failed += 1
        self._report.notes.append(f"{watch.source}: {why}")
        self.write(look, watch.id, PollOutcome.FAILED, new=new, note=why)

    def own_fault(self, watch: StoredWatch, fault: Exception, new: Watch | None = None) -> None:
        """Say aloud that this program failed; the source is asked again, later and later."""
        _logger.error("polling %s", watch.source, exc_info=fault)
        self.failed(watch, Look(watch.source, None), f"a fault of this program: {type(fault).__name__}: {fault}", new)

    def write(
        self,
        look: Look,
        identifier: str,
        outcome: PollOutcome,
        *,
        new: Watch | None = None,
        note: str = "",
        articles: int = 0,
    ) -> None:
        """The poll that a look was, now that all it led to is sealed."""
        self._report.polled += 1
        at, run_id = self._clock.now(), self._run.run_id
        poll = look.poll(identifier, outcome, at=at, run_id=run_id, note=note, articles=articles)
        self.note(*([new] if new else []), poll)
        self._progress("polled", look.source)

    def note(self, *lines: Watch | Poll) -> None:
        """Lines as they are."""
        self._run.note(*lines)
        self._catalog.ingest_notes(lines)

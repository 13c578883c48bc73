"""Quality of captures, looked at from the end: each is replayed, compared, and its figures are written down."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.records import RunEnded, RunStarted
from archiver.model.states import RunOutcome
from archiver.steps.replay import Replayed, ReplayTools, replay
from archiver.store import RunStore

__all__ = ["COMMAND", "QaReport", "check_replays"]

COMMAND = "qa"
Progress = Callable[[Replayed], None]


@dataclass(slots=True)
class QaReport:
    """What a run of checks found. `unreadable` are folders whose record can't be read, with the reason.

    `stopped` says why it ended before its end: "" if it did not.
    """

    run_id: str
    replayed: list[Replayed] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    stopped: str = ""

    def worst_first(self) -> list[Replayed]:
        """Unfaithful ones first, then by the lower of the two figures."""
        return sorted(self.replayed, key=lambda one: (one.check.faithful, _lowest(one), one.path))

    @property
    def short(self) -> int:
        """How many fell short of the floors."""
        return sum(not one.check.faithful for one in self.replayed)


def check_replays(
    paths: Iterable[str],
    *,
    tools: ReplayTools,
    catalog: Catalog,
    executor: Executor,
    jobs: int,
    max_duration_s: float | None = None,
    progress: Progress,
) -> QaReport:
    """Replay the captures in these folders, `jobs` at a time, as a run of its own; needs the lock.

    Each figure is in the run's journal and in the catalog as soon as it is known, so that a
    run that was stopped goes on with what is left. `paths` is read as it goes; no capture is
    begun after `max_duration_s`, or after Ctrl-C. Raises HomeNotWritable, BrowserUnavailable.
    """
    with _run(tools, catalog) as (run, report):
        deadline = tools.clock.monotonic() + max_duration_s if max_duration_s is not None else None
        waiting: dict[Future[Replayed], str] = {}
        try:
            for path in paths:
                if deadline is not None and tools.clock.monotonic() >= deadline:
                    report.stopped = f"after {max_duration_s:g} s"
                    break
                waiting[executor.submit(replay, path, run_id=run.run_id, tools=tools)] = path
                if len(waiting) >= jobs:
                    _take(waiting, run, catalog, report, progress)
            while waiting:
                _take(waiting, run, catalog, report, progress)
        except KeyboardInterrupt:
            report.stopped = "interrupted"
            for future in waiting:
                future.cancel()
    return report


def _take(
    waiting: dict[Future[Replayed], str], run: RunStore, catalog: Catalog, report: QaReport, progress: Progress
) -> None:
    """Wait for some, and write down what they found."""
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        path = waiting.pop(future)
        try:
            replayed = future.result()
        except ValueError as error:
            report.unreadable[path] = str(error)
            continue
        run.note(replayed.check)
        catalog.ingest(replayed.check, path=run.journal_path, leaf=None)
        report.replayed.append(replayed)
        progress(replayed)


@contextmanager
def _run(tools: ReplayTools, catalog: Catalog) -> Iterator[tuple[RunStore, QaReport]]:
    """A run from its beginning to its sealed journal."""
    started = RunStarted(_run_id(tools.clock), tools.clock.now(), COMMAND, tools.program)
    run = tools.store.begin_run(started)
    catalog.ingest(started, path=run.journal_path, leaf=None)
    report = QaReport(run.run_id)
    whole = False
    try:
        yield run, report
        whole = not report.stopped
    finally:
        outcome = RunOutcome.DONE if whole else RunOutcome.INTERRUPTED
        counts = {"replayed": len(report.replayed), "short": report.short, "unreadable": len(report.unreadable)}
        ended = RunEnded(run.run_id, tools.clock.now(), outcome, counts)
        leaves = run.end(ended)
        catalog.ingest(ended, path=run.journal_path, leaf=None)
        for leaf in leaves:
            catalog.ingest_leaf(leaf)


def _run_id(clock: Clock) -> str:
    return f"{clock.now():%Y%m%dT%H%M%SZ}-run-{clock.random_hex(2)}"


def _lowest(one: Replayed) -> float:
    return min(figure for figure in (one.check.screenshot, one.check.text, 1.0) if figure is not None)

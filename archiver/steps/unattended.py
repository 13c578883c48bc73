"""One unattended pass: everything that is due, in one run, bounded, and safe to kill at any moment."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from archiver.model.errors import ArchiverError, Exit, HomeError, Interrupted
from archiver.steps.alerting import tell_events
from archiver.steps.budget import Budget
from archiver.steps.checking import check_due
from archiver.steps.copies import confirm_copies
from archiver.steps.passes import PassPolicy, PassReport, PassTools
from archiver.steps.policy import Progress, no_progress
from archiver.steps.recapturing import capture_again
from archiver.steps.reports import counts_of
from archiver.steps.runs import OpenRun, opened_run
from archiver.steps.stamping import stamp_checkpoints
from archiver.steps.trouble import RUN_COMMAND, note_failed, note_failures
from archiver.store import RunStore

if TYPE_CHECKING:
    from archiver.steps.archive import Archiving

__all__ = ["PassPolicy", "PassReport", "PassTools", "unattended_pass"]

_logger = logging.getLogger(__name__)
#: Of the time that is left when a stage begins. New articles may keep a run busy for hours, and what is due for a
#: look must not wait for that.
_POLLS, _AGAIN, _CHECKS = 0.5, 0.4, 0.9


def unattended_pass(
    *, tools: PassTools, policy: PassPolicy, program: str, progress: Progress = no_progress
) -> PassReport:
    """Do once what is due. The home is locked and put right already.

    1. Open a run; say which runs before it failed.
    2. Poll what is watched and due; archive what is new in it or changed.
    3. Capture again what was not captured whole.
    4. Look at what is due: is it still there?
    5. Ask the other archive for its copies, if that is wanted.
    6. Tell what happened to those who want to know.
    7. End the run: its files are sealed, the log gets a checkpoint.
    8. Have the checkpoint stamped by every timestamp authority, and those that still wait for one.

    A fault of ours ends its stage, not the pass; it is an event, and the exit code says so. Each stage has its
    share of the budget; after that it begins nothing new, and the rest is due in the next run.
    Everything is written down once it is sealed, so a killed pass is taken up by the next. On KeyboardInterrupt
    what is in flight is dropped. Raises HomeError (a full disk), after which nothing is worth trying.
    """
    archive = tools.archive
    archive.store.refuse_full_disk(policy.capture.keep_free_bytes)
    with opened_run(
        store=archive.store, catalog=archive.catalog, clock=archive.clock, command=RUN_COMMAND, program=program
    ) as opened:
        job = _Pass(opened, tools, policy, progress)
        progress("run", job.report.run_id)
        try:
            job.do_all()
        except (KeyboardInterrupt, Interrupted):
            opened.interrupted, job.report.exit_code = True, Exit.INTERRUPTED
        except BaseException as fault:
            opened.counts["faults"] = 1
            with suppress(HomeError):
                job.note_failed(f"{type(fault).__name__}: {fault}")
            raise
        finally:
            job.end()
    if not opened.interrupted:
        job.stamp()
    return job.report


class _Pass:
    """One pass in progress."""

    def __init__(self, opened: OpenRun, tools: PassTools, policy: PassPolicy, progress: Progress) -> None:
        self.report = PassReport(opened.store.run_id)
        self._opened, self._tools, self._policy, self._progress = opened, tools, policy, progress
        self._clock, self._catalog = tools.archive.clock, tools.archive.catalog
        self._budget = Budget(policy.budget_s, clock=self._clock)
        self._left_s = self._budget.left_s

    @property
    def _run(self) -> RunStore:
        return self._opened.store

    @cached_property
    def _archiving(self) -> "Archiving":
        # Loaded with the first article or capture, like whatever else reads pages: most passes have none.
        from archiver.steps.archive import Archiving  # noqa: PLC0415

        return Archiving(
            self._run,
            tools=self._tools.archive,
            policy=self._policy.capture,
            progress=self._progress,
            more=lambda: self._left_s() > 0,
        )

    def do_all(self) -> None:
        note_failures(run=self._run, catalog=self._catalog, clock=self._clock, trouble=self._policy.trouble)
        # A fault amid captures has closed the browser: none is begun after it.
        if self._stage("polls", _POLLS, self._poll):
            self._stage("captures", _AGAIN, self._capture_again)
        self._stage("checks", _CHECKS, self._check)
        self._stage("copies", 1.0, self._confirm_copies)
        if self.report.faults:
            self.note_failed("; ".join(self.report.faults))
        self._stage("alerts", 1.0, self._tell)

    def note_failed(self, evidence: str) -> None:
        note_failed(evidence, run=self._run, catalog=self._catalog, clock=self._clock)

    def end(self) -> None:
        """Let nothing begin any more, and count."""
        made, report = counts_of(), self.report
        if "_archiving" in vars(self):
            self._archiving.cancel()
            made = self._archiving.counts()
        report.captures = made["captures"]
        self._opened.counts.update(
            {
                **made,
                "articles": report.polls.articles,
                "polls": report.polls.polled,
                "again": report.again.tried,
                "checks": report.checks.checks,
                "declared_gone": report.checks.declared_gone,
                "came_back": report.checks.came_back,
                "alerts": report.alerts.told,
                "left": report.left,
            }
        )

    def stamp(self) -> None:
        """The run is over and sealed: whatever happens here, the next one asks for what is missing."""
        try:
            self._stage("timestamps", 1.0, self._stamp)
        except (KeyboardInterrupt, Interrupted):
            self.report.exit_code = Exit.INTERRUPTED

    def _stage(self, name: str, part: float, work: Callable[[], None]) -> bool:
        """Do one stage in its share of the time; whether it came to its end."""
        self._left_s = self._budget.share(part)
        self._progress("stage", name)
        try:
            work()
        except (HomeError, Interrupted):
            raise
        except Exception as fault:  # the one place where our own bug costs a stage, not the pass
            _logger.exception("%s", name)
            self.report.faults.append(f"{name}: {type(fault).__name__}: {fault}")
            self.report.exit_code = fault.exit_code if isinstance(fault, ArchiverError) else Exit.LOST
            return False
        return True

    def _poll(self) -> None:
        if not self._catalog.due_watches(self._clock.now()):
            return
        from archiver.steps.watching import Watching  # noqa: PLC0415  # as for `_archiving`

        watching = Watching(
            self._run,
            archiving=self._archiving,
            prober=self._tools.prober,
            more=lambda: self._left_s() > 0,
            progress=self._progress,
        )
        self.report.polls = watching.report
        watching.poll_due()

    def _capture_again(self) -> None:
        self.report.again = capture_again(
            lambda: self._archiving, tools=self._tools.archive, more=lambda: self._left_s() > 0
        )

    def _check(self) -> None:
        self.report.checks = check_due(
            run=self._run,
            catalog=self._catalog,
            prober=self._tools.prober,
            clock=self._clock,
            policy=self._policy.check,
            store=self._tools.archive.store,
            until_s=self._left_s,
            progress=lambda looked: self._progress("looked", looked),
        )
        if self.report.checks.faults:
            self.report.faults.append(f"checks: {self.report.checks.faults} looks failed by faults of this program")
            self.report.exit_code = Exit.LOST

    def _confirm_copies(self) -> None:
        redundancy = self._policy.redundancy
        if not redundancy.confirm:
            return
        self.report.copies = confirm_copies(
            run=self._run,
            catalog=self._catalog,
            prober=self._tools.prober,
            clock=self._clock,
            settings=redundancy,
            post=self._tools.hooks().post if redundancy.submit else None,
            keys=self._policy.save_keys,
            private_hosts=self._policy.private_hosts,
            left_s=self._left_s,
            progress=self._progress,
        )

    def _tell(self) -> None:
        if not self._policy.alerts.any_channel:
            return
        self.report.alerts = tell_events(
            run=self._run,
            catalog=self._catalog,
            clock=self._clock,
            settings=self._policy.alerts,
            hooks=self._tools.hooks,
            snapshots=self._tools.archive.store.root,
        )

    def _stamp(self) -> None:
        if self._policy.authorities:
            self.report.stamps = stamp_checkpoints(
                store=self._tools.archive.store,
                authorities=self._policy.authorities,
                post=lambda: self._tools.hooks().post,
                clock=self._clock,
            )

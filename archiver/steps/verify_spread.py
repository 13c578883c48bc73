"""Quotes judged by several processes: reading and comparing is spread, writing stays where it was."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from archiver.catalog import Catalog, QuotingState
from archiver.engine.processes import Died, ProcessEngine
from archiver.model.clock import Clock
from archiver.model.errors import ArchiverError
from archiver.steps.verified import JudgedBatch, VerifyReport
from archiver.steps.verifying import Judge, quoted_in
from archiver.store import Store

__all__ = ["JudgeApart", "States", "judged_apart"]

#: Stored states of articles, each with the posts that are meant (None: all).
States = tuple[tuple[QuotingState, frozenset[str] | None], ...]
#: So many states go to a process at once: some hundred quotes.
_TOGETHER = 25


@dataclass(slots=True)
class JudgeApart:
    """The work of one process: it opens the home for itself, to read, at its first task.

    Make it before anything of the home is open: what was open does not outlive a fork.
    """

    catalog_file: Path
    snapshots: Path
    clock: Clock
    _judge: Judge | None = field(default=None, init=False)

    def __call__(self, states: States) -> JudgedBatch:
        """Judge all quotes of these states."""
        store, report = Store.open(self.snapshots, clock=self.clock), VerifyReport()
        if self._judge is None:
            # It is closed with its process.
            catalog = Catalog.open(self.catalog_file, readonly=True)
            self._judge = Judge(catalog=catalog, store=store, clock=self.clock)
        asked = list(quoted_in(states, store=store, report=report))
        return JudgedBatch(len(asked), self._judge.judged(asked), report.unreadable)


def judged_apart(
    states: Iterable[tuple[QuotingState, frozenset[str] | None]], *, engine: ProcessEngine[States, JudgedBatch]
) -> Iterator[JudgedBatch]:
    """What the processes make of these states, in order. Raises ArchiverError if one of them dies."""
    for done in engine.map(_tasks(states)):
        if isinstance(done, Died):
            raise ArchiverError(
                f"a process that compared quotes ended (exit code {done.exit_code})",
                next_step="What was found until then is written down; run the command again with --jobs 1.",
            )
        yield done


def _tasks(states: Iterable[tuple[QuotingState, frozenset[str] | None]]) -> Iterator[States]:
    left = iter(states)
    while task := tuple(islice(left, _TOGETHER)):
        yield task

"""One run, from the first line of its journal to its checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.records import RunEnded, RunStarted
from archiver.model.states import RunOutcome
from archiver.store import RunStore, Store

__all__ = ["OpenRun", "opened_run"]


@dataclass(slots=True)
class OpenRun:
    """A run that is going on. What `counts` holds at its end stands in the journal's last line, for people."""

    store: RunStore
    counts: dict[str, int] = field(default_factory=dict)
    interrupted: bool = False


@contextmanager
def opened_run(*, store: Store, catalog: Catalog, clock: Clock, command: str, program: str) -> Iterator[OpenRun]:
    """Begin a run, journal first, then its row; at the end WARC files and journal are sealed under a checkpoint.

    It ends as `interrupted` if that was set, or if what is done in it raises anything. Needs the home's
    lock. Raises HomeNotWritable.
    """
    started = RunStarted(f"{clock.now():%Y%m%dT%H%M%SZ}-run-{clock.random_hex(2)}", clock.now(), command, program)
    run = store.begin_run(started, known=catalog.known_payload, known_file=catalog.known_file)
    catalog.ingest(started, path=run.journal_path, leaf=None)
    opened = OpenRun(run)
    try:
        yield opened
    except BaseException:
        opened.interrupted = True
        raise
    finally:
        outcome = RunOutcome.INTERRUPTED if opened.interrupted else RunOutcome.DONE
        ended = RunEnded(run.run_id, clock.now(), outcome, opened.counts)
        leaves = run.end(ended)
        catalog.ingest(ended, path=run.journal_path, leaf=None)
        for leaf in leaves:
            catalog.ingest_leaf(leaf)

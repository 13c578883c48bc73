"""What is watched is set here: a line in a small run's journal, then its row."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from archiver.catalog import Catalog
from archiver.catalog.watches import StoredWatch
from archiver.fetch.source import looks_like_url
from archiver.model.clock import Clock
from archiver.model.errors import InputUnreadable, UsageError
from archiver.model.overtime import Watch, WatchState
from archiver.model.polling import watch_id
from archiver.model.urls import canonical_url, parse_url
from archiver.steps.runs import opened_run
from archiver.store import Store

__all__ = ["add_watches", "set_watches"]

_LEAST_EVERY_S = 60


def add_watches(
    sources: Sequence[str],
    *,
    store: Store,
    catalog: Catalog,
    clock: Clock,
    program: str,
    every_s: int,
    column: str | None = None,
    limit: int | None = None,
) -> list[StoredWatch]:
    """Watch these sources from now on; one that is watched already gets the new settings.

    Raises UsageError for what is neither a web address nor a file, or an interval of less than a minute.
    """
    if every_s < _LEAST_EVERY_S:
        raise UsageError(f"every {every_s} seconds is too often", next_step="Poll once a minute at most: --every 1m.")
    names = [_name(source) for source in sources]
    return _write(
        [Watch(watch_id(name), name, WatchState.ACTIVE, every_s, clock.now(), "", column, limit) for name in names],
        store=store,
        catalog=catalog,
        clock=clock,
        program=program,
    )


def set_watches(
    names: Sequence[str], state: WatchState, *, store: Store, catalog: Catalog, clock: Clock, program: str
) -> list[StoredWatch]:
    """Pause, go on with or remove what is watched, named by source or id. Captures stay where they are.

    Raises InputUnreadable for a name that is watched nowhere.
    """
    lines = []
    for name in names:
        found = catalog.watch(name) or catalog.watch(watch_id(name)) or catalog.watch(watch_id(_path(name)))
        if found is None or (found.state is WatchState.REMOVED and state is not WatchState.REMOVED):
            raise InputUnreadable(f"{name} is not watched", next_step="See `archiver watch list`.")
        lines.append(
            Watch(
                found.id,
                found.source,
                state,
                found.every_s,
                clock.now(),
                "",
                found.column,
                found.limit,
                found.found_in,
            )
        )
    return _write(lines, store=store, catalog=catalog, clock=clock, program=program)


def _write(lines: Sequence[Watch], *, store: Store, catalog: Catalog, clock: Clock, program: str) -> list[StoredWatch]:
    with opened_run(store=store, catalog=catalog, clock=clock, command="watch", program=program) as opened:
        mine = [replace(line, run_id=opened.store.run_id) for line in lines]
        opened.store.note(*mine)
        catalog.ingest_notes(mine)
    found = (catalog.watch(line.id) for line in lines)
    return [watch for watch in found if watch is not None]


def _name(source: str) -> str:
    if looks_like_url(source):
        url = canonical_url(source)
        if url is None or parse_url(source) is None:
            raise UsageError(f"{source}: only http and https can be watched", next_step="Give a web address or a file.")
        return url
    if not Path(source).is_file():
        raise InputUnreadable(f"{source} does not exist", next_step="Give a web address, or a file that lists some.")
    return _path(source)


def _path(source: str) -> str:
    return str(Path(source).resolve())

"""`archiver watch`: what is polled, and how often."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.catalog.watches import StoredWatch
from archiver.cli.compose import program_name
from archiver.cli.options import Common, command_options, source_options
from archiver.cli.output import emit, plain, say, shorten
from archiver.cli.spans import SPAN, span_text
from archiver.cli.waiting import enter_home
from archiver.config import load_settings
from archiver.model.clock import format_at, system_clock
from archiver.model.overtime import WatchState
from archiver.steps.watches import add_watches, set_watches

__all__ = ["command"]

_wait = click.option(
    "--wait", "wait_s", type=SPAN, default=0, help="Wait so long for a run that is writing to the home [default: not]."
)
_names = click.argument("names", nargs=-1, required=True, metavar="SOURCE|ID...")


@click.group("watch", short_help="Say what is polled, and how often.")
def command() -> None:
    """Say which articles, feeds, sitemaps and lists `archiver run` polls, and how often.

    A feed, sitemap or list brings every article that it names from then on; each of
    those is read again at growing distances (1 h, 6 h, 1 d, 3 d, 7 d, … after it was first
    seen), and its new states, new embeds and dropped embeds are noticed.
    """


@command.command("add", short_help="Watch a source.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--every", "every_s", type=SPAN, help="The least time between two polls [default: 6h].")
@source_options
@_wait
@command_options
def _add(  # noqa: PLR0917  # one for each option
    sources: tuple[str, ...],
    every_s: int | None,
    limit: int | None,
    column: str | None,
    wait_s: int,
    common: Common,
) -> None:
    """Watch each SOURCE: the address of an article, feed or sitemap, or a file that lists some.

    Nothing is fetched yet: `archiver run` does that. A source that is watched already, paused
    or removed is watched with the new settings.
    """
    home = common.home()
    settings = load_settings(home.root, {"poll_every_s": every_s})
    with ExitStack() as stack:
        opened = enter_home(stack, home, wait_s=wait_s)
        found = add_watches(
            sources,
            store=opened.store,
            catalog=opened.catalog,
            clock=system_clock,
            program=program_name(),
            every_s=settings.poll_every_s,
            column=column,
            limit=limit,
        )
    _show(found, common)


@command.command("list", short_help="Show what is watched.")
@command_options
def _list(common: Common) -> None:
    """Show what is watched: its state, the last poll and what came of it, the next one, and the articles so far."""
    with Catalog.open(common.home().catalog_file, readonly=True) as catalog:
        found = catalog.watched_sources()
    _show(found, common)


@command.command("remove", short_help="Watch a source no more.")
@_names
@_wait
@command_options
def _remove(names: tuple[str, ...], wait_s: int, common: Common) -> None:
    """Watch no more what is named by its address, its file or its id. What was archived stays, and is still checked."""
    _set(names, WatchState.REMOVED, wait_s, common)


@command.command("pause", short_help="Stop polling a source for now.")
@_names
@_wait
@command_options
def _pause(names: tuple[str, ...], wait_s: int, common: Common) -> None:
    """Poll what is named no more until `archiver watch resume`; the articles found in it neither."""
    _set(names, WatchState.PAUSED, wait_s, common)


@command.command("resume", short_help="Go on polling a source.")
@_names
@_wait
@command_options
def _resume(names: tuple[str, ...], wait_s: int, common: Common) -> None:
    """Poll what is named again, at once if it is due."""
    _set(names, WatchState.ACTIVE, wait_s, common)


def _set(names: Sequence[str], state: WatchState, wait_s: int, common: Common) -> None:
    with ExitStack() as stack:
        opened = enter_home(stack, common.home(), wait_s=wait_s)
        found = set_watches(
            names,
            state,
            store=opened.store,
            catalog=opened.catalog,
            clock=system_clock,
            program=program_name(),
        )
    _show(found, common)


def _show(found: Sequence[StoredWatch], common: Common) -> None:
    if common.json:
        for watch in found:
            emit(_to_json(watch))
        return
    if not found:
        say("Nothing is watched. Begin with:  archiver watch add URL --every 6h")
        return
    for watch in found:
        say(f"{watch.id}  {plain(watch.source)}")
        say(f"    {_told(watch)}")
        if watch.note:
            say(f"    {shorten(watch.note, 200)}")


def _told(watch: StoredWatch) -> str:
    last = f"last poll {_minute(watch.polled_at)} ({watch.outcome})" if watch.polled_at else "never polled"
    following = f"next {_minute(watch.due_at)}" if watch.state is WatchState.ACTIVE else watch.state.value
    return f"every {span_text(watch.every_s)}, {last}, {following}, {watch.articles} articles"


def _minute(instant: datetime) -> str:
    return format_at(instant)[:16] + "Z"


def _to_json(watch: StoredWatch) -> dict[str, Any]:
    return {
        "id": watch.id,
        "source": watch.source,
        "state": watch.state.value,
        "every_s": watch.every_s,
        "column": watch.column,
        "limit": watch.limit,
        "last_poll": format_at(watch.polled_at) if watch.polled_at else None,
        "outcome": watch.outcome.value if watch.outcome else None,
        "note": watch.note,
        "next_poll": format_at(watch.due_at) if watch.state is WatchState.ACTIVE else None,
        "articles": watch.articles,
    }

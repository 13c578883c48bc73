"""`archiver history`: all that was ever found out about a post, page or article."""

from collections.abc import Iterator
from datetime import datetime

import click

from archiver.catalog import Catalog
from archiver.cli.options import Common, command_options
from archiver.cli.outcome_shown import outcome_text
from archiver.cli.output import emit, plain, say, shorten
from archiver.home import Home
from archiver.lookup import History, histories, history_to_json, resources_meant
from archiver.model.clock import format_at
from archiver.model.errors import Exit

__all__ = ["command"]

_MOST_RESOURCES = 100
_EVIDENCE_CHARS = 160


@click.command("history", short_help="Show every look at a post or page.", no_args_is_help=True)
@click.argument("query", nargs=-1, required=True)
@command_options
def command(query: tuple[str, ...], common: Common) -> int:
    """Show all that was ever found out about a post, page or article, in time.

    QUERY is any form of a post's URL, its id, `platform:id`, the name of a capture, or words. Every look is
    shown with what it found, who says so and why; our captures; how the text differs from our copy;
    what was declared and told; copies in other archives. Exits with 1 if nothing is known.

    \b
    archiver history https://x.com/nasa/status/1508955577374146568
    archiver history --json x:1508955577374146568 | jq .looks
    """  # noqa: D301  # click reads the backspace itself
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        ids = resources_meant(catalog, " ".join(query), cited=False)
        found = histories(catalog, ids[:_MOST_RESOURCES])
    for history in found:
        if common.json:
            emit(history_to_json(history))
        else:
            _show(history, home)
    if not found and not common.json:
        say("Nothing is known under that. `archiver lookup` finds by fewer words.")
    return Exit.DONE if found else Exit.LOST


def _show(history: History, home: Home) -> None:
    known = history.known
    say(plain(known.resource.uri))
    say(f"  {_standing(history)}")
    for at, line in sorted(_lines(history, home), key=lambda pair: pair[0]):
        say(f"  {_when(at)}  {line}")
    say()


def _standing(history: History) -> str:
    known = history.known
    if known.state is None:
        return "never looked at"
    lost = f", counted as lost since {_when(known.declared_at)}" if known.declared_at else ""
    live = f", last seen there {_when(known.last_live_at)}" if known.last_live_at else ", never seen there"
    due = f", due again {_when(known.due_at)}" if known.due_at else ""
    return f"stands as {known.state}{lost}{live}{due}"


def _lines(history: History, home: Home) -> Iterator[tuple[datetime, str]]:
    for look in history.looks:
        status = f" HTTP {look.http_status}" if look.http_status else ""
        yield look.at, f"{look.state:<16} {look.via}{status}: {shorten(look.evidence, _EVIDENCE_CHARS)}"
    for capture in history.captures:
        came = outcome_text(capture.outcome, capture.availability, capture.reasons)
        yield capture.started_at, f"CAPTURED {came}: {home.snapshots / capture.path}"
    for version in history.versions:
        yield version.fetched_at, f"READ as an article: {home.snapshots / version.path}"
    for stone in history.withdrawn:
        yield stone.withdrawn_at, f"{stone.act.upper()} {stone.id}: {plain(stone.reason)}"
    for comparison in history.comparisons:
        found = comparison.found
        beside = f" beside {found.capture_id}" if found.capture_id else ""
        yield comparison.at, f"TEXT {found.drift}, distance {found.distance:.2f} ({comparison.basis}){beside}"
    for event in history.events:
        yield event.at, f"{event.kind.upper()}: {shorten(event.evidence, _EVIDENCE_CHARS)}"
    for copy in history.copies:
        place = f" {plain(copy.uri_m)}" if copy.uri_m else ""
        yield copy.asked_at, f"COPY at {plain(copy.service)}: {copy.state}{place}"


def _when(at: datetime | None) -> str:
    return format_at(at.replace(microsecond=0)) if at else "never"

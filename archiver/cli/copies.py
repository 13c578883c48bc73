"""`archiver copies`: which copies are there in another archive?"""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import click

from archiver.catalog import Catalog, StoredCopy, StoredResource
from archiver.cli.compose import archive_tools, program_name
from archiver.cli.hooks import hooks_on_demand
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say, warn
from archiver.cli.probing import prober_of
from archiver.cli.progress import PassProgress
from archiver.cli.spans import SPAN
from archiver.config import load_settings
from archiver.lookup import resources_meant
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import Exit, UsageError
from archiver.model.overtime import CopyState
from archiver.steps.budget import Budget
from archiver.steps.copies import CopiesReport, confirm_copies, save_keys
from archiver.steps.runs import opened_run

__all__ = ["command"]

_MOST_SHOWN = 200
_BATCH = 500
_SAID = {
    CopyState.FOUND: "a copy is there",
    CopyState.NONE: "no copy is there",
    CopyState.SUBMITTED: "it was handed over; whether there is a copy now is not known yet",
    CopyState.REFUSED: "it was not taken",
    CopyState.UNKNOWN: "the last answer said nothing",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """A resource, the latest answer about it, and the copy that is confirmed, if one is."""

    resource: StoredResource
    latest: StoredCopy | None
    copy: StoredCopy | None


@click.command("copies", short_help="Copies in another archive.")
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
@click.option("--refresh", is_flag=True, help="Ask the other archive now: about the QUERYs, else about what is due.")
@click.option("--submit", is_flag=True, help="With --refresh, hand over what is live and public and missing there.")
@click.option("--budget", "budget_s", type=SPAN, help="Ask nothing more after so long [default: no bound].")
@click.option("--wait", "wait_s", type=SPAN, default=0, help="Wait so long for another run to end.")
@command_options
def command(  # noqa: PLR0917
    queries: tuple[str, ...],
    refresh: bool,  # noqa: FBT001
    submit: bool,  # noqa: FBT001
    budget_s: int | None,
    wait_s: int,
    common: Common,
) -> int:
    """Show what another archive (the Wayback Machine) said of its own copies, and ask it again.

    A QUERY is any form of a URL, an id, or words; an article stands for what it cites. Without one
    everything is shown that was ever asked about. Nothing is asked without --refresh.

    A copy counts only if the archive lists a capture with status 200 of that very address, at
    the time that is shown; what is in it was not looked at. An error of the archive is never
    "no copy". What is handed over counts as a copy once a later look-up finds it. With an account
    there, set SPN2_ACCESS_KEY and SPN2_SECRET_KEY in the environment; they are stored nowhere.

    `archiver run` does this by itself if [redundancy] in archiver.toml says so. Exits with 1 if
    the archive was asked and gave no answer that says anything.
    """
    if submit and not refresh:
        raise UsageError("--submit asks nothing by itself", next_step="Say --refresh as well.")
    home = common.home()
    report = _refresh(queries, common, budget_s, wait_s, submit=submit) if refresh else None
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        ids = _meant(catalog, queries) if queries else catalog.asked_about()
        shown = _show_all(catalog, ids, common)
    if report is not None:
        _tell(report, common)
        return Exit.LOST if report.asked and report.asked == report.count(CopyState.UNKNOWN) else Exit.DONE
    if not shown and not common.json:
        say("Nothing was asked about yet; --refresh asks.")
    return Exit.DONE


def _meant(catalog: Catalog, queries: Iterable[str]) -> list[int]:
    """The resources that the queries mean. Raises UsageError for one that means nothing."""
    found: dict[int, None] = {}
    for query in queries:
        ids = resources_meant(catalog, query, cited=True)
        if not ids:
            raise UsageError(f"nothing is known under {query!r}", next_step="`archiver archive` takes it in first.")
        found.update(dict.fromkeys(ids))
    return list(found)


def _refresh(
    queries: tuple[str, ...], common: Common, budget_s: int | None, wait_s: int, *, submit: bool
) -> CopiesReport:
    home = common.home()
    settings = load_settings(home.root, {})
    redundancy = replace(settings.redundancy, confirm=True, submit=submit or settings.redundancy.submit)
    with ExitStack() as stack:
        tools = stack.enter_context(archive_tools(common, home, settings, wait_s=wait_s))
        ids = _meant(tools.catalog, queries) if queries else None
        prober = stack.enter_context(prober_of(tools.tap, settings, system_clock))
        hooks = stack.enter_context(hooks_on_demand(common, settings))
        run = opened_run(
            store=tools.store, catalog=tools.catalog, clock=system_clock, command="copies", program=program_name()
        )
        opened = stack.enter_context(run)
        report = confirm_copies(
            run=opened.store,
            catalog=tools.catalog,
            prober=prober,
            clock=system_clock,
            settings=redundancy,
            post=hooks().post if redundancy.submit else None,
            keys=save_keys(os.environ),
            private_hosts=common.allow_hosts,
            resource_ids=ids,
            left_s=Budget(budget_s or 0.0, clock=system_clock).left_s,
            progress=PassProgress(),
        )
        opened.counts["copies"] = report.asked
    return report


def _show_all(catalog: Catalog, ids: list[int], common: Common) -> int:
    """One line a resource with --json; how many were shown."""
    most = len(ids) if common.json else _MOST_SHOWN
    for begin in range(0, min(len(ids), most), _BATCH):
        for known in _known(catalog, ids[begin : min(begin + _BATCH, most)]):
            if common.json:
                emit(_to_json(known))
            else:
                _show(known)
    if len(ids) > most:
        say(f"and {len(ids) - most} more; --json gives all")
    return len(ids)


def _known(catalog: Catalog, ids: list[int]) -> list[_Known]:
    latest: dict[int, StoredCopy] = {}
    for answer in catalog.other_copies(ids):
        latest.setdefault(answer.resource_id, answer)
    copies = catalog.copies_elsewhere(ids)
    resources = {resource.id: resource for resource in catalog.resources(ids)}
    return [_Known(resources[one], latest.get(one), copies.get(one)) for one in ids if one in resources]


def _to_json(known: _Known) -> dict[str, Any]:
    latest, copy = known.latest, known.copy
    return {
        "resource": known.resource.uri,
        "platform": known.resource.platform,
        "post_id": known.resource.post_id,
        "service": latest.service if latest else None,
        "state": latest.state.value if latest else None,
        "asked_at": format_at(latest.asked_at) if latest else None,
        "note": latest.note if latest else "",
        "copy": {
            "uri_m": copy.uri_m,
            "captured_at": format_at(copy.captured_at) if copy.captured_at else None,
            "confirmed_at": format_at(copy.asked_at),
        }
        if copy
        else None,
    }


def _show(known: _Known) -> None:
    latest, copy = known.latest, known.copy
    say(plain(known.resource.uri))
    if latest is None:
        say("  never asked about")
        return
    say(f"  {latest.asked_at:%Y-%m-%d} {latest.service}: {_SAID[latest.state]} ({plain(latest.note)})")
    if copy is not None:
        made = f", captured {copy.captured_at:%Y-%m-%d %H:%M} UTC by its word" if copy.captured_at else ""
        say(f"  {plain(copy.uri_m)}")
        say(f"  confirmed {copy.asked_at:%Y-%m-%d}{made}")


def _tell(report: CopiesReport, common: Common) -> None:
    for note in report.notes:
        warn(plain(note))
    if not common.json:
        counts = ", ".join(f"{count} {state.value}" for state, count in sorted((report.counts or {}).items()))
        say(f"{report.asked} asked about: {counts or 'nothing was due'}")

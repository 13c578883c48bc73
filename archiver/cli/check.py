"""`archiver check`: are they still there?"""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.compose import archive_tools, program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say, shorten, warn
from archiver.cli.probing import check_policy_of, prober_of
from archiver.cli.progress import PassProgress
from archiver.cli.spans import SPAN
from archiver.config import load_settings
from archiver.lookup import resources_meant
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import Exit, UsageError
from archiver.model.states import Group
from archiver.steps.budget import Budget
from archiver.steps.checking import CheckReport, Looked, check_due
from archiver.steps.runs import opened_run

__all__ = ["command"]

_MOST_ROWS = 200
_EVIDENCE_CHARS = 200


@click.command("check", short_help="Look whether posts and pages are still there.")
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
@click.option("--all", "everything", is_flag=True, help="Everything that was ever looked at, due or not.")
@click.option("--budget", "budget_s", type=SPAN, help="Begin no look after so long [default: no bound].")
@click.option("--wait", "wait_s", type=SPAN, default=0, help="Wait so long for another run to end.")
@command_options
def command(
    queries: tuple[str, ...],
    everything: bool,  # noqa: FBT001
    budget_s: int | None,
    wait_s: int,
    common: Common,
) -> int:
    """Look whether posts and linked pages are still there, and write down what was found.

    Without a QUERY: whatever is due. A QUERY is any form of a post's or page's URL, its id, `platform:id`,
    words; an article stands for itself and everything that it cites.

    A post's platform is asked for its own record; a page by its address, and compared with our copy.
    A block, a rate limit, a log-in form, a server in trouble or a time-out says nothing about a
    post: the state is then one of the group "unknown", and the look is repeated soon. What is
    found gone is counted as lost only after several such looks, days apart (`strikes` and
    `strike_gap_days` in archiver.toml), the last of them from a second place too if there is a
    [[vantage]]; and only if the platform still shows a post that is known to be there ([canaries]).

    With --json one line a resource. Exits with 1 if something that was looked at counts as lost.

    \b
    archiver check
    archiver check https://news.example/2026/11/harbour
    archiver check --json --all --budget 30m
    """  # noqa: D301  # click reads the backspace itself
    if queries and everything:
        raise UsageError("--all and a QUERY exclude each other", next_step="Name what is meant, or say --all.")
    report, shown = _check(queries, common, everything=everything, budget_s=budget_s, wait_s=wait_s)
    if not common.json:
        _show(report, shown)
    return Exit.LOST if report.lost or report.faults else Exit.DONE


def _check(
    queries: tuple[str, ...], common: Common, *, everything: bool, budget_s: int | None, wait_s: int
) -> tuple[CheckReport, list[Looked]]:
    """Make the looks as a run of its own; with --json each is printed as it is written down."""
    home, shown, progress = common.home(), list[Looked](), PassProgress()
    settings = load_settings(home.root, {})

    def tell(looked: Looked) -> None:
        if common.json:
            emit(_to_json(looked))
        else:
            shown.append(looked)
            progress("looked", looked)

    with ExitStack() as stack:
        tools = stack.enter_context(archive_tools(common, home, settings, wait_s=wait_s))
        keys = _keys(queries, tools.catalog) if queries else tools.catalog.askable_keys() if everything else None
        prober = stack.enter_context(prober_of(tools.tap, settings, system_clock))
        run = opened_run(
            store=tools.store, catalog=tools.catalog, clock=system_clock, command="check", program=program_name()
        )
        opened = stack.enter_context(run)
        report = check_due(
            run=opened.store,
            catalog=tools.catalog,
            prober=prober,
            clock=system_clock,
            policy=check_policy_of(settings),
            store=tools.store,
            until_s=Budget(budget_s or 0.0, clock=system_clock).left_s,
            keys=keys,
            progress=tell,
        )
        opened.counts.update(_counts(report))
    return report, shown


def _keys(queries: Iterable[str], catalog: Catalog) -> list[str]:
    """The resources that the queries mean. Raises UsageError for one that means nothing."""
    found: dict[str, None] = {}
    for query in queries:
        ids = resources_meant(catalog, query, cited=True)
        if not ids:
            raise UsageError(f"nothing is known under {query!r}", next_step="`archiver archive` takes it in first.")
        key_of = {one.id: one.key for one in catalog.resources(ids)}
        found.update(dict.fromkeys(key_of[one] for one in ids if one in key_of))
    return list(found)


def _counts(report: CheckReport) -> dict[str, int]:
    return {
        "checks": report.checks,
        "declared_gone": report.declared_gone,
        "came_back": report.came_back,
        "left": report.left,
    }


def _to_json(looked: Looked) -> dict[str, Any]:
    return {
        "resource": looked.resource.uri,
        "platform": looked.resource.platform,
        "post_id": looked.resource.post_id,
        "state": looked.state.value,
        "group": looked.state.group.value,
        "http_status": looked.http_status,
        "strikes": looked.strikes,
        "declared": looked.declared_since is not None,
        "declared_since": _instant(looked.declared_since),
        "next_due": _instant(looked.next_due),
        "evidence": looked.evidence,
        "at": format_at(looked.at),
        "events": [kind.value for kind in looked.events],
    }


def _instant(at: datetime | None) -> str | None:
    return format_at(at) if at else None


def _show(report: CheckReport, shown: list[Looked]) -> None:
    # What was lost comes first, then what is not known.
    order = (Group.GONE, Group.UNKNOWN, Group.RESTRICTED, Group.LIVE)
    rows = sorted(shown, key=lambda one: (one.declared_since is None, order.index(one.state.group), one.resource.uri))
    for one in rows[:_MOST_ROWS]:
        say(f"{one.state.value:<17} {plain(one.resource.uri)}")
        say(f"{'':<17} {_why(one)}")
    if len(rows) > _MOST_ROWS:
        say(f"and {len(rows) - _MOST_ROWS} more; --json gives all")
    groups = ", ".join(f"{count} {group}" for group, count in report.groups.items())
    stopped = "; STOPPED for lack of time, run it again to go on" if report.stopped else ""
    told = f"{report.declared_gone} declared gone, {report.came_back} came back"
    say(f"{report.checks} looked at: {groups}; {told}{stopped}")
    if report.faults:
        warn(f"{report.faults} looks failed by a fault of this program; --verbose says more")


def _why(one: Looked) -> str:
    lost = f"counts as lost since {one.declared_since:%Y-%m-%d}" if one.declared_since else ""
    strike = f"strike {one.strikes}" if one.strikes and not lost else ""
    following = f"next look {one.next_due:%Y-%m-%d}" if one.next_due else ""
    return "; ".join(part for part in (shorten(one.evidence, _EVIDENCE_CHARS), lost, strike, following) if part)

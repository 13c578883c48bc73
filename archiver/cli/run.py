"""`archiver run`: one unattended pass, for cron."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archiver.cli.compose import archive_tools, policy_of, program_name
from archiver.cli.hooks import hooks_on_demand
from archiver.cli.options import Common, command_options
from archiver.cli.output import counted, emit, plain, say, warn
from archiver.cli.probing import check_policy_of, prober_of
from archiver.cli.progress import PassProgress
from archiver.cli.spans import SPAN
from archiver.config import Settings, load_settings
from archiver.home import Home
from archiver.model.clock import system_clock
from archiver.model.errors import HomeLocked
from archiver.steps.alerting import check_channels
from archiver.steps.copies import save_keys
from archiver.steps.passes import PassPolicy, PassReport, PassTools
from archiver.steps.stamping import load_authorities
from archiver.steps.trouble import leave_word
from archiver.steps.unattended import unattended_pass

__all__ = ["command"]

#: A file of this name beside the catalog is the word of a run that could not begin.
_TROUBLE = "run-failed"


@click.command("run", short_help="Do once all that is due: for cron.")
@click.option(
    "--budget",
    "budget_s",
    type=SPAN,
    help="Begin nothing new after so long; what is in flight ends [default: no bound].",
)
@click.option(
    "--wait", "wait_s", type=SPAN, default=0, help="Wait so long for another run to end [default: leave at once]."
)
@click.option("--jobs", type=click.IntRange(1, 16), help="Captures at the same time [default: 2].")
@click.option("--require-sandbox", is_flag=True, default=None, help="Refuse a browser without sandbox.")
@command_options
def command(
    budget_s: int | None,
    wait_s: int,
    jobs: int | None,
    require_sandbox: bool | None,  # noqa: FBT001
    common: Common,
) -> int:
    """Do once all that is due, unattended.

    In this order: poll what is watched (`archiver watch`) and archive what is new or changed; capture
    again what was not captured whole; look whether what is due is still there; ask the other
    archive for its copies, if [redundancy] in archiver.toml wants that; send alerts, if [alerts]
    names somebody; and have the log's checkpoint stamped by the authorities in [[timestamps]]. Then one
    line of what came of it, or with --json one object.

    Have it run by cron: `archiver schedule install`. It may be stopped or killed at any moment: the
    next run goes on. One run at a time: a second one leaves with exit code 4, or waits with --wait.
    What a --budget cuts short is due in the next run. Exit code 0 says that the pass was made, whatever
    it found; 1 that a part of it failed by a fault of this program, which is an event, too.
    """
    home = common.home()
    settings = load_settings(home.root, {"jobs": jobs, "require_sandbox": require_sandbox, "run_budget_s": budget_s})
    check_channels(settings.alerts)
    authorities = load_authorities(settings.timestamps, home=home.root)
    progress = PassProgress()
    try:
        with _pass_tools(common, home, settings, wait_s) as tools:
            policy = replace(_policy(common, home, settings), authorities=authorities)
            report = unattended_pass(tools=tools, policy=policy, program=program_name(), progress=progress)
    except HomeLocked:
        raise
    except Exception as fault:
        if not progress.begun:
            leave_word(_trouble(home), f"{type(fault).__name__}: {fault}", clock=system_clock)
        raise
    _show(report, common)
    return report.exit_code


def _trouble(home: Home) -> Path:
    return home.catalog_file.parent / _TROUBLE


@contextmanager
def _pass_tools(common: Common, home: Home, settings: Settings, wait_s: int) -> Iterator[PassTools]:
    with ExitStack() as stack:
        tools = stack.enter_context(archive_tools(common, home, settings, wait_s=wait_s))
        prober = stack.enter_context(prober_of(tools.tap, settings, system_clock))
        yield PassTools(archive=tools, prober=prober, hooks=stack.enter_context(hooks_on_demand(common, settings)))


def _policy(common: Common, home: Home, settings: Settings) -> PassPolicy:
    return PassPolicy(
        capture=replace(policy_of(settings), leave_withdrawn=True),
        check=check_policy_of(settings),
        alerts=settings.alerts,
        redundancy=settings.redundancy,
        save_keys=save_keys(os.environ),
        private_hosts=common.allow_hosts,
        budget_s=settings.run_budget_s,
        trouble=_trouble(home),
    )


def _show(report: PassReport, common: Common) -> None:
    for fault in report.faults:
        warn(f"A FAULT OF THIS PROGRAM: {plain(fault)}")
    for note in _notes(report):
        warn(plain(note))
    if common.json:
        emit(_to_json(report))
        return
    parts = [
        counted(report.polls.polled, "poll"),
        counted(report.polls.articles, "article"),
        counted(report.captures, "capture"),
        counted(report.checks.checks, "check"),
        f"{report.checks.declared_gone} declared gone",
        f"{report.checks.came_back} came back",
        f"{counted(report.polls.dropped, 'embed')} dropped",
        counted(report.alerts.told, "alert"),
        *([counted(report.stamps.stamped, "timestamp")] if report.stamps.stamped or report.stamps.waiting else []),
        f"{report.left} left for the next run",
    ]
    say(f"run {report.run_id}: {', '.join(parts)}")


def _notes(report: PassReport) -> list[str]:
    return [*report.polls.notes, *report.copies.notes, *report.alerts.problems, *report.stamps.problems]


def _to_json(report: PassReport) -> dict[str, Any]:
    polls, again = report.polls, report.again
    return {
        "run": report.run_id,
        "articles": polls.articles,
        "captures": report.captures,
        "checks": report.checks.checks,
        "declared_gone": report.checks.declared_gone,
        "came_back": report.checks.came_back,
        "alerts": report.alerts.told,
        "left": report.left,
        "polls": {"made": polls.polled, "unchanged": polls.unchanged, "failed": polls.failed, "left": polls.left},
        "embeds_dropped": polls.dropped,
        "again": {"tried": again.tried, "whole": again.whole, "left": again.left},
        "looks": {group.value: count for group, count in report.checks.groups.items()},
        "copies": {state.value: count for state, count in (report.copies.counts or {}).items()},
        "faults": report.faults,
        "timestamps": {
            "stamped": report.stamps.stamped,
            "renewed": report.stamps.renewed,
            "waiting": report.stamps.waiting,
        },
        "notes": _notes(report),
        "exit": int(report.exit_code),
    }

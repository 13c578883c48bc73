"""`archiver stamp`: have the log's checkpoints stamped by timestamp authorities."""

from contextlib import ExitStack

import click

from archiver.cli.hooks import hooks_on_demand
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say, warn
from archiver.cli.spans import SPAN
from archiver.cli.waiting import enter_home
from archiver.config import Settings, load_settings
from archiver.model.clock import system_clock
from archiver.model.errors import Exit, UsageError
from archiver.steps.stamping import Authority, StampReport, load_authorities, stamp_checkpoints
from archiver.store import Store

__all__ = ["command", "stamp_home", "tell_stamps"]


@click.command("stamp", short_help="Have the log stamped by timestamp authorities.")
@click.option("--wait", "wait_s", type=SPAN, default=0, help="Wait so long for another run to end.")
@command_options
def command(wait_s: int, common: Common) -> int:
    """Ask every authority in [[timestamps]] of archiver.toml for the timestamps that are still missing.

    `archiver archive` and `archiver run` do the same at their end; this is for when an authority was
    away then, or a new one was added. A timestamp (RFC 3161) proves that all that was archived before
    it existed at that time, without trust in this machine's clock. What rests on a certificate that
    expires soon is renewed.

    Exit code 0 says that nothing is missing; 1 that something still is, or that an answer was false or a
    clock is wrong.

    Example:  archiver stamp --json
    """
    home = common.home()
    settings = load_settings(home.root, {})
    authorities = load_authorities(settings.timestamps, home=home.root)
    if not authorities:
        raise UsageError(
            "archiver.toml names no timestamp authority",
            next_step='Add one: [[timestamps]] with name = "…", url = "https://…" and ca = "root.pem".',
        )
    with ExitStack() as stack:
        opened = enter_home(stack, home, wait_s=wait_s)
        report = stamp_home(opened.store, authorities, common, settings)
    tell_stamps(report)
    if common.json:
        emit(
            {"stamped": report.stamped, "renewed": report.renewed, "waiting": report.waiting, "notes": report.problems}
        )
    else:
        say(f"{report.stamped} timestamps, {report.renewed} renewed, {report.waiting} still missing")
    return Exit.LOST if report.waiting or report.problems else Exit.DONE


def stamp_home(store: Store, authorities: tuple[Authority, ...], common: Common, settings: Settings) -> StampReport:
    """Ask for what is missing, through a way out of its own. Needs the home's lock."""
    with hooks_on_demand(common, settings) as hooks:
        return stamp_checkpoints(store=store, authorities=authorities, post=lambda: hooks().post, clock=system_clock)


def tell_stamps(report: StampReport) -> None:
    """What went wrong, on standard error."""
    for problem in report.problems:
        warn(plain(problem))

"""`archiver keys`: with which keys the log is signed."""

from contextlib import ExitStack
from typing import Any

import click

from archiver.cli.compose import program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, warn
from archiver.cli.spans import SPAN
from archiver.cli.waiting import enter_home
from archiver.home import Home
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import HomeError, UsageError
from archiver.steps.rotating import rotate_key
from archiver.store import LogKey, Store, fingerprint

__all__ = ["command"]


@click.command("keys", short_help="The keys that sign the log.")
@click.argument("action", required=False, type=click.Choice(["list", "rotate"]), default="list")
@click.option("--lost", is_flag=True, help="With rotate: the private part of the last key is lost.")
@click.option("--wait", "wait_s", type=SPAN, default=0, help="With rotate: wait so long for another run to end.")
@command_options
def command(
    action: str,
    lost: bool,  # noqa: FBT001
    wait_s: int,
    common: Common,
) -> None:
    """List the keys that sign the log's checkpoints, or with `rotate` have a new one sign from now on.

    The private keys lie in keys/ of the home, readable by you alone, outside the evidence: keep a
    copy elsewhere, and never publish them. The public ones lie in snapshots/log/keys/ and are entered in
    the log. Without its private key a home still archives, and its checkpoints are not signed.

    `archiver keys rotate` makes a key, enters it in the log, and has the next checkpoint signed by
    both, the old one vouching for the new. Where the old one is lost nothing can vouch: say so
    with --lost, and the run's journal says it too.

    Example:  archiver keys rotate
    """
    home = common.home()
    if action == "rotate":
        _rotate(home, lost=lost, wait_s=wait_s)
    elif lost:
        raise UsageError("--lost belongs to `archiver keys rotate`")
    _show(home, common)


def _rotate(home: Home, *, lost: bool, wait_s: int) -> None:
    with ExitStack() as stack:
        opened = enter_home(stack, home, wait_s=wait_s)
        rotate_key(store=opened.store, catalog=opened.catalog, clock=system_clock, program=program_name(), lost=lost)
    warn(f"a new key signs from now on; keep a copy of {home.keys.folder} elsewhere")


def _show(home: Home, common: Common) -> None:
    try:
        keys = Store.open(home.snapshots).log_keys()
    except ValueError as error:
        raise HomeError(str(error), next_step="Run `archiver audit`, and put back a copy.") from None
    here = home.keys.ids()
    rows = [_row(key, private=key.id in here, current=key == keys[-1]) for key in keys]
    for row in rows:
        if common.json:
            emit(row)
        else:
            say(_line(row))
    if not rows and not common.json:
        say("No key is entered yet: that happens at the end of the first run.")
    if rows and not rows[-1]["private"]:
        warn(f"the private key {rows[-1]['id']} is not in {home.keys.folder}: checkpoints are not signed")


def _row(key: LogKey, *, private: bool, current: bool) -> dict[str, Any]:
    return {
        "id": key.id,
        "since": format_at(key.leaf.at),
        "leaf": key.leaf.seq,
        "path": f"snapshots/{key.leaf.path}",
        "fingerprint": fingerprint(key.key),
        "private": private,
        "current": current,
    }


def _line(row: dict[str, Any]) -> str:
    told = "signs now" if row["current"] else "signed before"
    private = "its private part is here" if row["private"] else "its private part is not here"
    return f"{row['id']}  since {row['since'][:16]}Z  {row['fingerprint']}  {told}, {private}"

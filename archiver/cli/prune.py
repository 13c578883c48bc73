"""`archiver prune`: let go of captures that nothing rests on."""

from pathlib import Path
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.compose import program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import counted, emit, say
from archiver.home import open_home
from archiver.model.clock import system_clock
from archiver.steps.prune import POLICY_FILE, PrunePlan, load_policy, plan_prune, prune
from archiver.steps.references import Rests
from archiver.steps.withdraw import Plan, plan_removal
from archiver.store import Store

_STAYS = {
    Rests.NEWEST: "the newest copy",
    Rests.FIRST: "the first copy",
    Rests.CITED: "the copy nearest to a stored state of an article that cites it",
    Rests.TURN: "the first or last seen in that state of availability",
    Rests.RECORD: "the one whose record of the post the catalog shows",
    Rests.TOLD: "the only one with that text, or that saw where a short link leads",
}


@click.command("prune", short_help="Let go of captures that nothing rests on.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"What may go, as TOML [default: {POLICY_FILE} in the home].",
)
@click.option("--yes", is_flag=True, help="Do it; otherwise only say what would go.")
@command_options
def command(policy_file: Path | None, yes: bool, common: Common) -> None:  # noqa: FBT001
    """Let go of captures that the policy names and that nothing rests on. Only says so, unless --yes.

    A capture stays, whatever the policy says, while it is younger than 24 hours, or
    something rests on it: it is the newest or the first of the best copies, the copy
    nearest to a stored state of an article that cites it, the first or last seen live (or
    gone, …), the only one with its text; and a payload stays that a kept capture refers
    to. It goes only with the second --yes that finds it so, at least 24 hours after the
    first. A tombstone stays of each, as with `archiver withdraw`; audit and reindex agree.

    \b
    The policy is a TOML file; whatever it does not name stays:
      complete_after_days = 365    # repeated complete captures older than that
      partial_after_days = 90
      failed_after_days = 30       # walls, errors, removal notices
      uncited_after_days = 3650    # all captures of what no stored article or post refers to
      platforms = ["x", "page"]    # only of these ("page": linked pages)
    """  # noqa: D301  # click reads the backspace itself
    home = common.home()
    policy = load_policy(policy_file or home.root / POLICY_FILE)
    if yes:
        with open_home(home) as opened:
            found, plan, done = prune(
                policy, store=opened.store, catalog=opened.catalog, clock=system_clock, program=program_name()
            )
        _tell(found, plan, done.place if done else None, common, done=True)
        return
    store = Store.open(home.snapshots)
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        found = plan_prune(policy, store=store, catalog=catalog, clock=system_clock)
        plan = plan_removal(found.due, store=store, catalog=catalog)
    _tell(found, plan, None, common, done=False)


def _tell(found: PrunePlan, plan: Plan, tombstone: str | None, common: Common, *, done: bool) -> None:
    if common.json:
        emit(_to_json(found, plan, tombstone, done=done))
        return
    what = "pruned" if done else "would go"
    for path, why in found.due.items():
        say(f"{what}: {path}  ({why})")
    freed = (plan.files_bytes + plan.warc_bytes) / 1e6
    say(f"{counted(len(found.due), 'capture')} {'gone' if done else 'would go'}: {freed:.2f} MB")
    if found.waiting:
        say(f"{len(found.waiting)} more wait for a second look, 24 hours or more after the first with --yes")
    for why, count in sorted(found.stays.items()):
        say(f"{count} stay: {_STAYS[Rests(why)]}")
    if tombstone:
        say(f"Tombstone: snapshots/{tombstone}")
    if not done and (found.due or found.waiting):
        say("Nothing was changed; --yes does it.")


def _to_json(found: PrunePlan, plan: Plan, tombstone: str | None, *, done: bool) -> dict[str, Any]:
    return {
        "done": done,
        "due": [{"path": path, "reason": why} for path, why in found.due.items()],
        "waiting": [{"path": path, "reason": why} for path, why in found.waiting.items()],
        "stays": dict(found.stays),
        "files_bytes": plan.files_bytes,
        "warc_bytes": plan.warc_bytes,
        "tombstone": tombstone,
    }

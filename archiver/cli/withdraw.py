"""`archiver withdraw`: a takedown. The bytes go, a tombstone stays."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.compose import program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say
from archiver.home import open_home
from archiver.model.clock import system_clock
from archiver.model.errors import Exit
from archiver.steps.withdraw import Plan, named, plan_removal, withdraw
from archiver.store import Store

#: So many folders are named; --json names all.
_FEW = 3


@click.command("withdraw", short_help="Take a capture out for good (takedown).", no_args_is_help=True)
@click.argument("subjects", metavar="CAPTURE|POST...", nargs=-1, required=True)
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it is kept for good, and shown by audit and lookup."
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask (asked only on a terminal).")
@command_options
def command(subjects: tuple[str, ...], reason: str, dry_run: bool, yes: bool, common: Common) -> int:  # noqa: FBT001
    """Take the bytes of captures away, for good, and leave a tombstone in their place.

    A subject is the id of a capture or of an article's stored state, or any form of a
    post's or page's URL (then every copy of it, but nothing that it cites). Screenshot,
    page, record, media and WARC records go. What stays, because it stands in the log or
    must be checkable: when and from where it was captured, the digests of what went, what
    became known of the post's availability, and the reason.

    A WARC record stays if a capture that is kept refers to its payload (the same image or
    script, say): withdraw that capture too if it must go. Then `archiver audit` is clean,
    tells what was withdrawn and why, and the log still verifies. Copies made elsewhere
    (exports, backups) are not reached, nor what a stored article quotes of a post; and
    nothing keeps a later run from capturing a post again that an article still cites.

    \b
    archiver withdraw 20261122T101530Z-x-1508…-9f3a --reason "asked by the author, 2026-11-22"
    archiver withdraw https://x.com/someone/status/1508… --reason "court order 12/34" --dry-run
    """  # noqa: D301  # click reads the backspace itself
    home = common.home()
    if dry_run or (not (yes or common.json) and sys.stdin.isatty()):
        store = Store.open(home.snapshots)
        with Catalog.open(home.catalog_file, readonly=True) as catalog:
            paths = dict.fromkeys(path for subject in subjects for path in named(subject, catalog=catalog))
            plan = plan_removal(dict.fromkeys(paths, reason), store=store, catalog=catalog)
        _tell(plan, common, "would go" if dry_run else "will go for good")
        if dry_run:
            return Exit.DONE
        click.confirm("Withdraw?", abort=True, err=True)
    with open_home(home) as opened:
        plan, done = withdraw(
            subjects,
            reason,
            store=opened.store,
            catalog=opened.catalog,
            clock=system_clock,
            program=program_name(),
        )
        _tell(plan, common, "withdrawn", done.place)
    return Exit.DONE


def _tell(plan: Plan, common: Common, what: str, tombstone: str | None = None) -> None:
    if common.json:
        emit(_to_json(plan, tombstone))
        return
    for item in plan.items:
        gone = item.withdrawn
        say(f"{what}: {gone.id}  {plain(gone.resource.uri)}")
    freed = (plan.files_bytes + plan.warc_bytes) / 1e6
    say(f"{len(plan.items)} folders with all their files, and their WARC records: {freed:.2f} MB")
    if plan.retained:
        say(f"{plan.retained} WARC records stay: the same payload is a part of {_few(plan.kept_for)}")
    if plan.same_files:
        say(f"Files that are the same are also kept with {_few(plan.same_files)}")
    if tombstone:
        say(f"Tombstone: snapshots/{tombstone}")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _to_json(plan: Plan, tombstone: str | None) -> dict[str, Any]:
    return {
        "withdrawn": [item.withdrawn.id for item in plan.items],
        "done": tombstone is not None,
        "tombstone": tombstone,
        "files_bytes": plan.files_bytes,
        "warc_bytes": plan.warc_bytes,
        "retained_records": plan.retained,
        "retained_for": list(plan.kept_for),
        "same_files": list(plan.same_files),
    }

"""`archiver audit`: is the archive intact?"""

from collections import Counter
from typing import Any

import click

from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import Exit
from archiver.model.states import Act
from archiver.steps.audit import audit
from archiver.steps.findings import CODES, Finding
from archiver.store import Store, Withdrawals


@click.command("audit", short_help="Check every stored byte.")
@click.option("--codes", is_flag=True, help="List what can be found, with its meaning, and end.")
@command_options
def command(codes: bool, common: Common) -> int:  # noqa: FBT001
    """Check every stored byte: files, WARC records, log, journals, and the catalog's rows.

    Nothing is changed. Each finding has a stable code and names the file or row; exits
    with 1 if there is any. What was withdrawn or pruned is told with its reason, and is no
    finding; what vanished without a tombstone that the log names is one. With --json a
    finding has "code", and what went has "withdrawn".
    """
    if codes:
        _list_codes(common)
        return Exit.DONE
    home = common.home()
    counts: Counter[str] = Counter()
    gone = Withdrawals()
    for finding in audit(Store(home.snapshots, clock=system_clock), home.catalog_file, gone=gone):
        counts[finding.code] += 1
        if common.json:
            emit(_to_json(finding))
        else:
            _show(finding)
    _tell_gone(gone, common)
    if not common.json:
        _sum_up(counts)
    return Exit.LOST if counts else Exit.DONE


def _to_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "path": finding.path,
        "row": finding.row,
        "expected": finding.expected,
        "found": finding.found,
        "severity": finding.severity.value,
    }


def _show(finding: Finding) -> None:
    where = finding.path or finding.row or ""
    say(f"{finding.code} {CODES[finding.code].title}: {plain(where)}")
    if finding.path and finding.row:
        say(f"     row      {plain(finding.row)}")
    if finding.expected:
        say(f"     expected {plain(finding.expected)}")
    if finding.found:
        say(f"     found    {plain(finding.found)}")


def _tell_gone(gone: Withdrawals, common: Common) -> None:
    """What went and why: one by one what was withdrawn, what was pruned in numbers."""
    pruned: Counter[str] = Counter()
    for tombstone, folder in gone.folders.values():
        at = format_at(tombstone.at)
        if common.json:
            told = {"withdrawn": folder.id, "act": tombstone.act.value, "at": at, "reason": folder.reason}
            emit({**told, "resource": folder.resource.uri, "tombstone": tombstone.id})
        elif tombstone.act is Act.WITHDRAWN:
            say(f"withdrawn {at}: {folder.id} ({plain(folder.resource.uri)}): {plain(folder.reason)}")
        else:
            pruned[f"pruned {at}: {plain(folder.reason)}"] += 1
    for text, count in pruned.items():
        say(f"{text}: {count} captures")


def _sum_up(counts: Counter[str]) -> None:
    if not counts:
        say("Clean: every stored byte is what it was, and the catalog says what the evidence says.")
        return
    say(f"{counts.total()} findings:")
    for code, number in sorted(counts.items()):
        say(f"  {code} {number}×  {CODES[code].meaning}")


def _list_codes(common: Common) -> None:
    for code in CODES.values():
        if common.json:
            emit({"code": code.code, "title": code.title, "meaning": code.meaning, "severity": code.severity.value})
        else:
            say(f"{code.code} {code.title}: {code.meaning}")

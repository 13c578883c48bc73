"""`archiver audit`: is the archive intact?"""

from collections import Counter
from itertools import chain
from typing import Any

import click

from archiver.cli.audit_shown import list_codes, show_finding, show_step, sum_up, tell_gone, tell_left
from archiver.cli.options import Common, command_options
from archiver.cli.spans import SPAN
from archiver.model.clock import system_clock
from archiver.model.errors import Exit
from archiver.steps.audit import audit
from archiver.steps.audit_readings import audit_round
from archiver.store import Store, Withdrawals


class _Part(click.ParamType):  # type: ignore[type-arg]  # generic only in newer clicks
    """`n/t`: the n-th of t parts."""

    name = "N/T"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        number, slash, parts = str(value).partition("/")
        if not (slash and number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
            self.fail(f"{value!r} is no part: 1/7, 2/7, … 7/7", param, ctx)
        return int(number), int(parts)


@click.command("audit", short_help="Check every stored byte.")
@click.option("--subset", "part", type=_Part(), help="Read the n-th of t parts only: 3/7 on the third day of seven.")
@click.option("--max-age", "max_age_s", type=SPAN, help="Leave out what was read intact so lately: 30d.")
@click.option("--max-duration", "max_duration_s", type=SPAN, help="End after so long, the oldest reading first: 10m.")
@click.option("--codes", is_flag=True, help="List what can be found, with its meaning, and end.")
@command_options
def command(
    part: tuple[int, int] | None,
    max_age_s: int | None,
    max_duration_s: int | None,
    codes: bool,  # noqa: FBT001
    common: Common,
) -> int:
    """Check every stored byte: files, WARC records, log, signatures, journals, and the catalog's rows.

    No evidence is changed. Each finding has a stable code and names the file or row; severity is
    "loss" (not there any more), "damage" (not what was sealed) or "warning" (evidence is whole).
    What was withdrawn or pruned is told with its reason, and is no finding; what vanished without
    a tombstone that the log names is one. With --json a line for each finding, with code, path, row,
    expected, found, severity; what went has "withdrawn".

    A large archive is read in parts: each file belongs to one of t parts by its name, and keeps its
    part as others come. The log, keys, checkpoints, timestamps, tombstones and written texts are read
    each time; the catalog is in one of the parts. What was read intact is noted in db/readings.txt,
    an index only: without it everything is read.

    Exits with 1 on any finding, with 0 if all that was read is intact, even if not all was read.

    \b
    archiver audit
    archiver audit --subset 3/7
    archiver audit --max-age 30d --max-duration 10m
    """  # noqa: D301  # click reads the backspace itself
    if codes:
        list_codes(common)
        return Exit.DONE
    home, counts, gone = common.home(), Counter[str](), Withdrawals()
    store = Store(home.snapshots, clock=system_clock)
    limited = audit_round(
        home.catalog_file, clock=system_clock, part=part, max_age_s=max_age_s, max_duration_s=max_duration_s
    )
    with limited as (plan, problems):
        found = audit(store, home.catalog_file, gone=gone, plan=plan, passed=None if common.json else show_step)
        for finding in chain(found, problems):
            counts[finding.code] += 1
            show_finding(finding, common)
    tell_gone(gone, common)
    tell_left(plan, common)
    if not common.json:
        sum_up(counts, plan)
    return Exit.LOST if counts else Exit.DONE

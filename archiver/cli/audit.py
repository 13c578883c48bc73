"""`archiver audit`: is the archive intact?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import click

from archiver.cli.audit_shown import (
    list_codes,
    show_answer,
    show_finding,
    show_mended,
    show_old,
    show_step,
    sum_up,
    tell_gone,
    tell_left,
)
from archiver.cli.options import Common, command_options
from archiver.cli.output import warn
from archiver.cli.spans import SPAN
from archiver.config import load_settings
from archiver.home import Home
from archiver.model.clock import system_clock
from archiver.model.errors import Exit, UsageError
from archiver.steps.audit import audit
from archiver.steps.audit_against import Old, read_old
from archiver.steps.audit_challenge import challenge
from archiver.steps.audit_readings import audit_round
from archiver.steps.audit_round import Round
from archiver.steps.audit_stamps import Roots
from archiver.steps.findings import Finding
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
@click.option(
    "--against",
    "olds",
    type=click.File("rb"),
    multiple=True,
    metavar="CHECKPOINT",
    help="An old copy of snapshots/log/checkpoint, or - for standard input: nothing that it covers was changed since.",
)
@click.option("--key", type=click.File("rb"), metavar="PEM", help="A public key from elsewhere that signed CHECKPOINT.")
@click.option(
    "--challenge",
    "nonce",
    metavar="NONCE",
    help="Read every file behind this text, and answer with one digest: another holder gets the same. No other checks.",
)
@click.option(
    "--repair",
    "mend",
    is_flag=True,
    help="Put right what can be; what was damaged goes to HOME/quarantine, and is kept.",
)
@click.option(
    "--from",
    "copies",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    metavar="HOME",
    help="Another copy of this home, to take missing bytes from; they must have the sealed digest.",
)
@click.option("--codes", is_flag=True, help="List what can be found, with its meaning, and end.")
@command_options
def command(
    *,
    part: tuple[int, int] | None,
    max_age_s: int | None,
    max_duration_s: int | None,
    olds: tuple[BinaryIO, ...],
    key: BinaryIO | None,
    nonce: str | None,
    mend: bool,
    copies: tuple[Path, ...],
    codes: bool,
    common: Common,
) -> int:
    """Check every stored byte: files, WARC records, log, signatures, journals, and the catalog's rows.

    No evidence is changed. Each finding has a stable code and names the file or row; severity is
    "loss" (not there any more), "damage" (not what was sealed) or "warning" (evidence is whole).
    What was withdrawn or pruned is told with its reason, and is no finding; what vanished without
    a tombstone that the log names is one. With --json a line for each finding, with code, path, row,
    expected, found, severity; what went has "withdrawn".

    A large archive is read in parts: each file belongs to one of t parts by its name, and keeps its
    part as others come. The log, keys, checkpoints, tombstones and written texts are read each
    time; the catalog is in one of the parts. What was read intact is noted in db/readings.txt,
    an index only: without it everything is read.

    Whoever kept a checkpoint sees with --against that nothing before it was taken away, back-dated,
    moved or made anew, even by somebody who has this archive's key; with --key also that the key is the one that
    was handed out. With --challenge two holders of a copy compare: a digest that was stored is no
    answer. With both, only what the checkpoint covers counts, so one of the two may have grown.

    With --repair bytes are put back that the home still holds: in an equal file, in the WARC record of a
    payload, in another copy of the home (--from). Only bytes with the sealed digest are put back, a
    checkpoint only with the log's root and a good signature; the catalog and the written texts are made anew.

    Exits with 1 on any finding, with 0 if all that was read is intact, even if not all was read.

    \b
    archiver audit
    archiver audit --subset 3/7
    archiver audit --max-age 30d --max-duration 10m
    archiver audit --against ~/kept/checkpoint --key ~/kept/f5aa5ce4.pem
    archiver audit --repair --from /mnt/partner/archive
    archiver audit --challenge $(openssl rand -hex 16)
    """  # noqa: D301  # click reads the backspace itself
    if codes:
        list_codes(common)
        return Exit.DONE
    if copies and not mend:
        raise UsageError("--from is for --repair", next_step="Say both.")
    if key and not olds:
        raise UsageError("--key is for --against", next_step="Give the checkpoint that it signed.")
    pem = key.read() if key else None
    kept = [read_old(getattr(file, "name", "-"), file.read(), pem) for file in olds]
    home = common.home()
    if mend:
        return _repair(home, copies, common)
    if nonce is not None:
        return _answer(home, nonce, kept, common)
    limits = audit_round(
        home.catalog_file, clock=system_clock, part=part, max_age_s=max_age_s, max_duration_s=max_duration_s
    )
    with limits as (plan, problems):
        return _audit(home, plan, problems, kept, common)


def _audit(home: Home, plan: Round, problems: Iterable[Finding], olds: Sequence[Old], common: Common) -> int:
    store, counts, gone = Store(home.snapshots, clock=system_clock), Counter[str](), Withdrawals()
    told = partial(show_step, common=common)
    refuted = set()
    roots = _roots(home)
    found = audit(store, home.catalog_file, gone=gone, plan=plan, olds=olds, roots=roots, passed=told)
    for finding in chain(found, problems):
        counts[finding.code] += 1
        refuted.add(finding.row)
        show_finding(finding, common)
    for old in olds:
        show_old(old, proven=old.row not in refuted, common=common)
    tell_gone(gone, common)
    tell_left(plan, common)
    if not common.json:
        sum_up(counts, plan)
    return Exit.LOST if counts else Exit.DONE


def _repair(home: Home, copies: Sequence[Path], common: Common) -> int:
    # Only a repair needs what it imports, and only timestamps what they do: an audit begins sooner.
    from archiver.steps.repair import repair  # noqa: PLC0415

    store = Store(home.snapshots, clock=system_clock, keys=home.keys)
    others = [copy / "snapshots" if (copy / "snapshots").is_dir() else copy for copy in copies]
    told = partial(show_mended, common=common)
    left = repair(store, home.catalog_file, copies=others, clock=system_clock, told=told)
    for finding in left:
        show_finding(finding, common)
    if not common.json:
        sum_up(Counter(finding.code for finding in left), Round())
    return Exit.LOST if left else Exit.DONE


def _roots(home: Home) -> Roots:
    """The roots of the authorities in archiver.toml; an audit is made also where that can't be read."""
    try:
        settings = load_settings(home.root, {}).timestamps
        if not settings:
            return {}
        from archiver.steps.stamping import load_authorities  # noqa: PLC0415  # see `_repair`

        authorities = load_authorities(settings, home=home.root)
    except UsageError as error:
        warn(f"archiver: {error}; timestamps are checked by the certificates that were kept alone")
        return {}
    return {one.name: one.roots for one in authorities}


def _answer(home: Home, nonce: str, olds: Sequence[Old], common: Common) -> int:
    answered = challenge(Store(home.snapshots, clock=system_clock), nonce=nonce, olds=olds)
    for finding in answered.unreadable:
        show_finding(finding, common)
    show_answer(answered, common)
    return Exit.LOST if answered.unreadable else Exit.DONE

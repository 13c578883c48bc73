"""`archiver verify`: does the quote match the post?"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import click

from archiver.catalog import Catalog
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit
from archiver.cli.quoted import targets_of
from archiver.cli.spans import SPAN
from archiver.cli.verdicts_shown import Sheet, Teller, verified_to_json
from archiver.cli.waiting import enter_home
from archiver.engine.processes import ProcessEngine
from archiver.home import Home
from archiver.model.clock import system_clock
from archiver.model.errors import Exit
from archiver.model.verdicts import Verdict
from archiver.steps.runs import OpenRun, opened_run
from archiver.steps.verified import Asked, JudgedBatch, Verified, VerifyReport
from archiver.steps.verify_spread import JudgeApart, States, judged_apart
from archiver.steps.verifying import Web, quoted_in, verify, written
from archiver.store import RunStore, Store

__all__ = ["command"]

_MOST_SHOWN, _MOST_WRITTEN = 200, 5_000
_VERDICTS = tuple(verdict.value for verdict in Verdict)


def _only(_ctx: click.Context, _param: click.Parameter, value: str | None) -> frozenset[Verdict]:
    words = [word.strip().lower() for word in (value or "").split(",") if word.strip()]
    unknown = [word for word in words if word not in _VERDICTS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: no verdict; there are {', '.join(_VERDICTS)}")
    return frozenset(map(Verdict, words)) or frozenset(Verdict)


@click.command("verify", short_help="Compare what articles quote with the posts.")
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
@click.option("--live", is_flag=True, help="Ask the platforms for the posts as they are now, too.")
@click.option("--all-versions", "every", is_flag=True, help="Every stored state of an article, not just the newest.")
@click.option("--only", callback=_only, metavar="VERDICTS", help="Show these only, such as altered,misattributed.")
@click.option("--diff/--no-diff", "with_diff", default=True, help="Show word by word what differs [default: yes].")
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help=f"Show at most N [default: {_MOST_SHOWN}, in a page {_MOST_WRITTEN}, with --json all].",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write an HTML page there."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    help="Processes that compare at the same time [default: one a core without a QUERY, else 1].",
)
@click.option("--dry-run", is_flag=True, help="Write nothing down.")
@click.option("--wait", "wait_s", type=SPAN, default=0, help="Wait so long for another run to end.")
@command_options
def command(  # noqa: PLR0917
    queries: tuple[str, ...],
    live: bool,  # noqa: FBT001
    every: bool,  # noqa: FBT001
    only: frozenset[Verdict],
    with_diff: bool,  # noqa: FBT001
    limit: int | None,
    output: Path | None,
    jobs: int | None,
    dry_run: bool,  # noqa: FBT001
    wait_s: int,
    common: Common,
) -> int:
    """Compare what articles say of posts with the posts, word by word, author and day.

    A QUERY is an article (its URL, or a file, which need not be archived), a post in any form of its URL, an id,
    the name of a capture, or words. Without one every article of the archive is verified.

    Each quote is held against the platform's record that was stored with a capture; where that has no text, against
    the captured page. With --live the platform is asked as well, and its answer comes first. Never is one
    article's quote held against another's. The verdict is one of: exact; equivalent (typography and links
    aside); truncated; altered (any other word, number or name); misattributed; misdated; impossible
    (no such id can be); unverifiable (the reasons say why). It says whether the quote is what the post
    said when it was captured; who wrote the post, and whether it is true, it does not say.

    [-so-] stands in the post only, {+so+} in the article only. What is new is written down; a second run that finds
    the same writes nothing. With --json one line a quote. Exits with 1 if any quote is altered, misattributed,
    misdated or impossible.

    \b
    archiver verify https://news.example/2026/11/harbour
    archiver verify --only altered,misattributed --all-versions
    archiver verify -o verdicts.html --only altered,misattributed,misdated,impossible
    archiver verify --json draft.html | jq 'select(.verdict != "exact")'
    """  # noqa: D301  # click reads the backspace itself
    home, report = common.home(), VerifyReport()
    most = limit or (_MOST_WRITTEN if output else _MOST_SHOWN)
    sheet = None if common.json and output is None else Sheet(most, with_diff=with_diff)
    shown, teller = 0, Teller()
    with ExitStack() as stack:
        jobs = 1 if live else jobs or (1 if queries else len(os.sched_getaffinity(0)))
        found = _verified(
            stack, home, common, queries, report, live=live, every=every, dry_run=dry_run, wait_s=wait_s, jobs=jobs
        )
        for one in found:
            teller(report)
            if one.compared.verdict not in only:
                continue
            shown += 1
            if sheet is not None:
                sheet.take(one)
            if common.json and (limit is None or shown <= limit):
                emit(verified_to_json(one, with_diff=with_diff))
    if sheet is not None:
        _tell(sheet, report, output, with_diff=with_diff, dry_run=dry_run)
    return Exit.LOST if report.wrong or report.unreadable else Exit.DONE


def _tell(sheet: Sheet, report: VerifyReport, output: Path | None, *, with_diff: bool, dry_run: bool) -> None:
    if output is None:
        sheet.show(report, dry_run=dry_run)
        return
    # A template engine that nothing else here needs.
    from archiver.cli.verdicts_page import write_page  # noqa: PLC0415

    write_page(sheet, report, output, with_diff=with_diff)


def _verified(
    stack: ExitStack,
    home: Home,
    common: Common,
    queries: tuple[str, ...],
    report: VerifyReport,
    *,
    live: bool,
    every: bool,
    dry_run: bool,
    wait_s: int,
    jobs: int,
) -> Iterator[Verified]:
    """Everything that is meant, judged as it is asked for; the home is open until `stack` is closed."""
    # Before anything is open: see `JudgeApart`.
    engine = _engine(stack, home, jobs) if jobs > 1 else None
    store, catalog, web = _opened(stack, home, common, live=live, dry_run=dry_run, wait_s=wait_s)
    targets = targets_of(queries, catalog, every=every)
    run = None if dry_run else _RunOnDemand(stack, store, catalog, report)
    stored: Iterable[Asked] = ()
    if engine is not None:
        judged = judged_apart(targets.states.values(), engine=engine)
        yield from written(judged, catalog=catalog, clock=system_clock, report=report, run=run)
    else:
        stored = quoted_in(targets.states.values(), store=store, report=report)
    asked = chain(stored, map(Asked, targets.files))
    yield from verify(asked, catalog=catalog, store=store, clock=system_clock, report=report, run=run, web=web)


def _engine(stack: ExitStack, home: Home, jobs: int) -> ProcessEngine[States, JudgedBatch]:
    work = JudgeApart(home.catalog_file, home.snapshots, system_clock)
    return stack.enter_context(ProcessEngine[States, JudgedBatch](work, jobs))


def _opened(
    stack: ExitStack, home: Home, common: Common, *, live: bool, dry_run: bool, wait_s: int
) -> tuple[Store, Catalog, Web | None]:
    if live:
        # Browser and tap take half a second to load.
        from archiver.cli.compose import archive_tools  # noqa: PLC0415
        from archiver.cli.probing import prober_of  # noqa: PLC0415
        from archiver.config import load_settings  # noqa: PLC0415
        from archiver.steps.asked_now import AskedNow  # noqa: PLC0415

        settings = load_settings(home.root, {})
        tools = stack.enter_context(archive_tools(common, home, settings, wait_s=wait_s))
        prober = stack.enter_context(prober_of(tools.tap, settings, system_clock))
        return tools.store, tools.catalog, AskedNow(prober)
    if dry_run:
        catalog = stack.enter_context(Catalog.open(home.catalog_file, readonly=True))
        return Store.open(home.snapshots), catalog, None
    opened = enter_home(stack, home, wait_s=wait_s)
    return opened.store, opened.catalog, None


class _RunOnDemand:
    """A run that begins with the first line that is written: what finds nothing new leaves no journal."""

    def __init__(self, stack: ExitStack, store: Store, catalog: Catalog, report: VerifyReport) -> None:
        self._stack, self._store, self._catalog, self._report = stack, store, catalog, report
        self._opened: OpenRun | None = None

    def __call__(self) -> RunStore:
        if self._opened is None:
            from archiver.cli.compose import program_name  # noqa: PLC0415  # as above

            run = opened_run(
                store=self._store, catalog=self._catalog, clock=system_clock, command="verify", program=program_name()
            )
            self._opened = self._stack.enter_context(run)
            self._stack.callback(self._count, self._opened)
        return self._opened.store

    def _count(self, opened: OpenRun) -> None:
        opened.counts.update(verdicts=self._report.written, wrong=self._report.wrong)

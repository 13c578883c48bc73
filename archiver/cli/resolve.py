"""`archiver resolve`: where was this posted? Permalinks for quotes that lost theirs."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import click

from archiver.catalog import Catalog, QuotingState, match_all, match_any
from archiver.cli.compose import archive_tools, policy_of, program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, warn
from archiver.cli.probing import prober_of
from archiver.cli.resolved_shown import Outcome, Progress, resolved_to_json, show
from archiver.cli.spans import SPAN
from archiver.config import Settings, load_settings
from archiver.lookup import resources_meant
from archiver.model.clock import system_clock
from archiver.model.errors import Exit, UsageError
from archiver.platforms import post_resource
from archiver.steps.budget import Budget
from archiver.steps.capture import Wanted
from archiver.steps.capturing import Captured, Capturing
from archiver.steps.cdx import Archive
from archiver.steps.orphans import Orphan, orphans_in
from archiver.steps.policy import ArchiveTools
from archiver.steps.resolving import Resolved, ResolvePolicy, ResolveReport, resolve
from archiver.steps.resolving_web import Bounds, Outside
from archiver.steps.runs import OpenRun, opened_run

__all__ = ["command"]

_MOST_ORPHANS_MEANT = 500


@dataclass(frozen=True, slots=True)
class _Options:
    """How one call was meant."""

    offline: bool
    cdx: str | None
    again: bool
    others: bool
    capture: bool
    asks: int
    budget_s: int | None
    wait_s: int


@click.command("resolve", short_help="Find the lost permalinks of quoted posts.")
@click.argument("queries", nargs=-1, metavar="[ARTICLE|QUERY]...")
@click.option("--offline", is_flag=True, help="Look in this archive only; ask nobody.")
@click.option("--cdx", metavar="URL", help="The CDX server that is asked [default: that of [redundancy], Wayback].")
@click.option("--other-forms", "others", is_flag=True, help="Look for archived answers of embedding endpoints, too.")
@click.option("--again", is_flag=True, help="Ask again what was asked within a week.")
@click.option("--capture", is_flag=True, help="Capture the posts whose permalinks were accepted.")
@click.option(
    "--requests", "asks", type=click.IntRange(1), default=Bounds().asks, show_default=True, metavar="N",
    help="At most so many requests for one orphan.",
)  # fmt: skip
@click.option("--budget", "budget_s", type=SPAN, help="Begin no orphan after so long [default: no bound].")
@click.option("--wait", "wait_s", type=SPAN, default=0, help="Wait so long for another run to end.")
@command_options
def command(  # noqa: PLR0917
    queries: tuple[str, ...],
    offline: bool,  # noqa: FBT001
    cdx: str | None,
    others: bool,  # noqa: FBT001
    again: bool,  # noqa: FBT001
    capture: bool,  # noqa: FBT001
    asks: int,
    budget_s: int | None,
    wait_s: int,
    common: Common,
) -> int:
    """Find the permalinks of quoted posts that an article shows without any ("orphans").

    A QUERY is an article's URL, the name of one of its states, or words of the quote. Without one all
    articles are looked through, in their newest state.

    Looked for in this order, as far as needed: in this archive (other states of the article, other
    articles with the same words, captured posts of that author and day); where the quote's own short links
    (t.co, pic.twitter.com) lead; in a CDX server's index, by author and by the ids that the stated day
    allows; and the copies that it lists are read, one after the other, as politely as `host_delay_s` says.

    A permalink is accepted only if a key that the platform made is in both, another state of the article
    links the quote, or the words are the same with equal author and day; and only if one single post
    fits. All others are shown with what is missing. Nothing is proved by a redirect, a 404 or a log-in page in an
    archive. What was asked is not asked again within a week; stopped, it goes on with the next orphan.

    With --json one line an orphan. Exits with 1 if a permalink stays lost, or an article can't be read.

    \b
    archiver resolve
    archiver resolve --offline https://news.example/2026/11/harbour
    archiver resolve --json --cdx http://localhost:8080/coll/cdx | jq 'select(.accepted == null)'
    """  # noqa: D301  # click reads the backspace itself
    if offline and (cdx or others or again):
        raise UsageError("--offline asks nobody", next_step="Leave out --cdx, --other-forms and --again.")
    if offline and capture:
        raise UsageError("--offline and --capture exclude each other", next_step="Capture in a second call.")
    options = _Options(offline, cdx, again, others, capture, asks, budget_s, wait_s)
    outcome = _resolve(queries, common, options)
    for problem in outcome.unreadable:
        warn(f"not read: {plain(problem)}")
    for note in outcome.report.notes:
        warn(plain(note))
    if not common.json:
        show(outcome, offline=options.offline)
    lost = len(outcome.report.resolved) - outcome.report.accepted
    return Exit.LOST if lost or outcome.report.stopped or outcome.unreadable else Exit.DONE


def _resolve(queries: tuple[str, ...], common: Common, options: _Options) -> Outcome:
    """Resolve as a run of its own; with --json each orphan is printed as it is written down."""
    home = common.home()
    settings = load_settings(home.root, {})
    outcome = Outcome(ResolveReport())
    with ExitStack() as stack:
        tools = stack.enter_context(archive_tools(common, home, settings, wait_s=options.wait_s))
        orphans = _orphans(queries, tools, outcome.unreadable)
        run = opened_run(
            store=tools.store, catalog=tools.catalog, clock=system_clock, command="resolve", program=program_name()
        )
        opened = stack.enter_context(run)
        outcome.report = _look(orphans, stack, tools, settings, opened, options, common)
        counts = {"orphans": len(outcome.report.resolved), "accepted": outcome.report.accepted}
        opened.counts.update(counts, requests=outcome.report.asked)
        if options.capture:
            outcome.captured = _capture(outcome.report, opened, tools, settings)
    return outcome


def _look(  # noqa: PLR0917  # of one place only
    orphans: list[Orphan],
    stack: ExitStack,
    tools: ArchiveTools,
    settings: Settings,
    opened: OpenRun,
    options: _Options,
    common: Common,
) -> ResolveReport:
    archive = Archive(options.cdx or settings.redundancy.cdx)
    outside = Outside(archive, now=system_clock.now(), bounds=Bounds(asks=options.asks), others=options.others)
    budget, progress = Budget(options.budget_s or 0.0, clock=system_clock), Progress(len(orphans))

    def tell(done: Resolved) -> None:
        if common.json:
            emit(resolved_to_json(done))
        progress(done)

    return resolve(
        orphans,
        run=opened.store,
        catalog=tools.catalog,
        store=tools.store,
        clock=system_clock,
        policy=ResolvePolicy(again=options.again),
        outside=None if options.offline else outside,
        prober=None if options.offline else stack.enter_context(prober_of(tools.tap, settings, system_clock)),
        more=lambda: budget.left_s() > 0,
        progress=tell,
    )


def _capture(report: ResolveReport, opened: OpenRun, tools: ArchiveTools, settings: Settings) -> Captured:
    """Capture what was accepted; what is fresh is left."""
    wanted: dict[str, Wanted] = {}
    for one in report.resolved:
        if one.accepted is not None:
            resource = post_resource(one.accepted.post)
            known = wanted.get(resource.key, Wanted(resource))
            wanted[resource.key] = Wanted(resource, (*known.claims, one.orphan.claim))
    job = Capturing(opened.store, tools=tools, policy=policy_of(settings))
    return job.capture_all(list(wanted.values()))


# --- what is meant -----------------------------------------------------------------------------------


def _orphans(queries: tuple[str, ...], tools: ArchiveTools, unreadable: list[str]) -> list[Orphan]:
    """The orphans that the queries mean, all without one. Raises UsageError for a query that means none."""
    catalog = tools.catalog
    if not queries:
        return orphans_in(catalog.states_with_orphans(), store=tools.store, unreadable=unreadable.append)
    found: dict[tuple[str, int], Orphan] = {}
    for query in queries:
        meant = list(_meant(query, tools, unreadable))
        if not meant and not unreadable:
            step = "`archiver archive` takes an article in; `archiver lookup` shows what is known."
            raise UsageError(f"no quote without a permalink is known under {query!r}", next_step=step)
        found.update({one.key: one for one in meant})
    return list(found.values())


def _meant(query: str, tools: ArchiveTools, unreadable: list[str]) -> Iterator[Orphan]:
    catalog = tools.catalog
    version = catalog.article_version(query.strip())
    if version is not None:
        states = [QuotingState(version.id, version.path, version.resource.id)]
    else:
        states = catalog.states_with_orphans(resources_meant(catalog, query, cited=False))
    if states:
        yield from orphans_in(states, store=tools.store, unreadable=unreadable.append)
        return
    said = _with_words(catalog, query)
    paths = {state.id: state for state in catalog.states_with_orphans()} if said else {}
    states = [paths[one] for one in dict.fromkeys(version for version, _ in said) if one in paths]
    for orphan in orphans_in(states, store=tools.store, unreadable=unreadable.append):
        if orphan.key in said:
            yield orphan


def _with_words(catalog: Catalog, query: str) -> set[tuple[str, int]]:
    """The orphans that have all these words, else any two of them in a row."""
    for expression in (match_all(query), match_any(query)):
        found = catalog.orphan_mentions(expression, limit=_MOST_ORPHANS_MEANT) if expression else []
        if found:
            return {(one.citation.version_id, one.citation.ordinal) for one in found}
    return set()

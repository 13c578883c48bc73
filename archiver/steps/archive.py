"""The main job: articles in, every embedded post and link captured, all of it sealed."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from archiver.browser import Browser
from archiver.catalog import Catalog
from archiver.fetch.client import Client
from archiver.fetch.items import Collection, Entry, Unreadable
from archiver.fetch.walk import Empty, Left, Walk
from archiver.model.clock import Clock
from archiver.model.errors import ArchiverError, Interrupted
from archiver.model.records import Capture, Claim, Document, Mention, Observation, Resource, RunEnded, RunStarted
from archiver.model.states import Availability, Outcome, RunOutcome, Witness
from archiver.platforms import resource_for
from archiver.steps.article import ArticleReading, ReadTools, open_article, read_document
from archiver.steps.capture import CaptureTools, Wanted, capture
from archiver.store import RunStore, Sealed, Store
from archiver.tap import Lane, Tap

__all__ = ["ArchiveTools", "ArticleReport", "Made", "Policy", "RunReport", "archive", "wanted_resources"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is captured, how often, and under which bounds (see `config.Settings`)."""

    posts_only: bool = False
    recapture: bool = False
    fresh_complete_s: int = 7 * 86_400
    fresh_conclusive_s: int = 86_400
    captures_per_article: int = 1_000
    capture_budget_s: float = 45.0
    media_per_post: int = 8
    page_height_px: int = 12_000
    jobs: int = 2
    keep_free_bytes: int = 200_000_000
    #: Articles read of each feed, sitemap, list or WARC (None: see `fetch.walk`), and the column of a list.
    limit: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTools:
    """What a run works with; `browser` is asked for only when something is to be rendered."""

    store: Store
    catalog: Catalog
    tap: Tap
    browser: Callable[[], Browser]
    client: Callable[[Lane], Client]
    executor: Executor
    clock: Clock


@dataclass(frozen=True, slots=True)
class Made:
    """One capture that answers for a mention: made in this run, or (`kept`) still fresh."""

    capture: Capture
    path: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """What came of one article. `unreadable` sets an input error apart from a lost article.

    `source` is what the user named, or what was listed there. `left` counts what was over
    the bound, `faults` are this program's own, each with the resource that it cost,
    `mentions` is how many the article has (a long run's `reading` does not hold them).
    """

    source: str
    reading: ArticleReading | None
    made: tuple[Made, ...] = ()
    problem: str | None = None
    unreadable: bool = False
    left: int = 0
    faults: tuple[str, ...] = ()
    mentions: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """A whole run; `interrupted` runs keep all that was sealed."""

    run_id: str
    articles: tuple[ArticleReport, ...]
    interrupted: bool = False
    #: What was left of feeds, lists and the like.
    notes: tuple[str, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether a source could not be read or a capture failed: exit code 1."""
        failed = any(made.capture.outcome is not Outcome.COMPLETE for report in self.articles for made in report.made)
        return failed or any(report.problem or report.faults for report in self.articles)


Progress = Callable[[str, object], None]
#: Of so many articles a report holds every mention; of the others it says how many there are.
_WHOLE_REPORTS = 200
_logger = logging.getLogger(__name__)


def wanted_resources(mentions: Sequence[Mention], *, posts_only: bool) -> tuple[Wanted, ...]:
    """What the mentions lead to, each resource once, posts before pages, in reading order."""
    claims: dict[str, list[Claim]] = {}
    found: dict[str, Resource] = {}
    for mention in mentions:
        resource = resource_for(mention.url) if mention.url else None
        if resource is None or (posts_only and resource.platform is None):
            continue
        found.setdefault(resource.key, resource)
        if mention.claim:
            claims.setdefault(resource.key, []).append(mention.claim)
    ordered = sorted(found.values(), key=lambda resource: resource.platform is None)
    return tuple(Wanted(resource, tuple(claims.get(resource.key, ()))) for resource in ordered)


def archive(
    sources: Sequence[str],
    *,
    tools: ArchiveTools,
    policy: Policy,
    command: str,
    program: str,
    progress: Progress = lambda _event, _thing: None,
) -> RunReport:
    """Archive every source, one after the other, their posts `policy.jobs` at a time.

    1. Open a run: a journal line first, then its row.
    2. For each source, or each article in it or listed by it: read it, seal that state,
       capture what it cites and is not fresh.
    3. Close the run: WARC files and journal are sealed, the log gets a checkpoint.

    A source that can't be read does not stop the others. On KeyboardInterrupt what is in
    flight is dropped, what is sealed stays, and the report says `interrupted`. Raises
    HomeNotWritable before the disk is full, while all that was begun can still be closed.
    """
    tools.store.refuse_full_disk(policy.keep_free_bytes)
    started = RunStarted(_run_id(tools.clock), tools.clock.now(), command, program)
    run = tools.store.begin_run(started, known=tools.catalog.known_payload, known_file=tools.catalog.known_file)
    tools.catalog.ingest(started, path=run.journal_path, leaf=None)
    job = _Run(run, tools, policy, progress)
    interrupted = False
    try:
        for source in sources:
            job.archive_source(source)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        job.cancelled.set()
        ended = job.ended(RunOutcome.INTERRUPTED if interrupted else RunOutcome.DONE)
        leaves = run.end(ended)
        tools.catalog.ingest(ended, path=run.journal_path, leaf=None)
        for leaf in leaves:
            tools.catalog.ingest_leaf(leaf)
    return RunReport(run.run_id, tuple(job.reports), interrupted, tuple(job.notes))


def _run_id(clock: Clock) -> str:
    return f"{clock.now():%Y%m%dT%H%M%SZ}-run-{clock.random_hex(2)}"


def _slim(report: ArticleReport) -> ArticleReport:
    """The report without the mentions themselves: of ten thousand articles they would fill the memory."""
    reading = report.reading
    if reading is None or reading.version is None:
        return report
    return replace(report, reading=replace(reading, version=replace(reading.version, mentions=())))


class _Run:
    """One run in progress: the reports so far, and the lanes its workers share."""

    def __init__(self, run: RunStore, tools: ArchiveTools, policy: Policy, progress: Progress) -> None:
        self.run, self.tools, self.policy, self.progress = run, tools, policy, progress
        self.reports: list[ArticleReport] = []
        self.notes: list[str] = []
        self._source = ""
        self.cancelled = threading.Event()
        self._lanes: queue.SimpleQueue[tuple[Lane, Client]] = queue.SimpleQueue()
        self._browsers: set[Browser] = set()
        self._slots = threading.Semaphore(policy.jobs)

    def archive_source(self, source: str) -> None:
        walk: Walk[ArticleReading] = Walk(open_entry=self._open, take=self._take, limit=self.policy.limit)
        self._source = source
        for item in walk.read(source):
            if isinstance(item, Unreadable):
                self._report(ArticleReport(self._source, None, problem=item.why, unreadable=True))
            elif isinstance(item, Left | Empty):
                self.notes.append(str(item))
                self.progress("remark", item)
            else:
                self._archive_reading(item)

    def _open(self, entry: Entry) -> ArticleReading | Collection:
        self._source = entry.source
        self.progress("source", entry.source)
        with self._read_tools() as tools:
            return open_article(entry.source, tools=tools, column=self.policy.column)

    def _take(self, document: Document) -> ArticleReading:
        self._source = document.source
        self.progress("source", document.url or document.source)
        with self._read_tools() as tools:
            return read_document(document, tools=tools)

    @contextmanager
    def _read_tools(self) -> Iterator[ReadTools]:
        with self._lane() as (lane, client):
            yield ReadTools(
                lane=lane,
                client=client,
                run=self.run,
                store=self.tools.store,
                catalog=self.tools.catalog,
                clock=self.tools.clock,
                browser=self._browser,
                budget_s=self.policy.capture_budget_s,
                page_height_px=self.policy.page_height_px,
            )

    def _browser(self) -> Browser:
        self._browsers.add(browser := self.tools.browser())
        return browser

    def _archive_reading(self, reading: ArticleReading) -> None:
        if reading.version is None:
            self._report(ArticleReport(reading.source, reading, problem=reading.problem))
            return
        self.progress("article", reading)
        mentions = reading.version.mentions
        wanted = wanted_resources(mentions, posts_only=self.policy.posts_only)
        bounded = wanted[: self.policy.captures_per_article]
        made, faults = self._capture_all(bounded)
        left = len(wanted) - len(bounded)
        self._report(ArticleReport(reading.source, reading, made, left=left, faults=faults, mentions=len(mentions)))

    def ended(self, outcome: RunOutcome) -> RunEnded:
        made = [made for report in self.reports for made in report.made]
        fresh = [one for one in made if not one.kept]
        counts = {"articles": len(self.reports), "captures": len(fresh), "kept": len(made) - len(fresh)}
        for kind in Outcome:
            counts[kind.value] = sum(one.capture.outcome is kind for one in fresh)
        return RunEnded(self.run.run_id, self.tools.clock.now(), outcome, counts)

    def _report(self, report: ArticleReport) -> None:
        self.reports.append(report if len(self.reports) < _WHOLE_REPORTS else _slim(report))
        self.progress("report", report)

    def _capture_all(self, wanted: Sequence[Wanted]) -> tuple[tuple[Made, ...], tuple[str, ...]]:
        done = {item.resource.key: kept for item in wanted if (kept := self._fresh(item))}
        due = [item for item in wanted if item.resource.key not in done]
        faults: list[str] = []
        self.progress("due", len(due))
        futures = {self.tools.executor.submit(self._capture_one, item): item for item in due}
        try:
            for future in as_completed(futures):
                item = futures[future]
                try:
                    done[item.resource.key] = made = self._ingest(future)
                except ArchiverError:
                    raise
                except Exception as fault:  # noqa: BLE001  # the one place where our own bug costs one capture, not the run
                    faults.append(self._own_fault(item, fault))
                else:
                    self.progress("made", made)
        except BaseException:
            self._abandon(futures)
            raise
        return tuple(done[item.resource.key] for item in wanted if item.resource.key in done), tuple(faults)

    def _fresh(self, wanted: Wanted) -> Made | None:
        if self.policy.recapture:
            return None
        kept = self.tools.catalog.fresh_capture(
            wanted.resource.key,
            now=self.tools.clock.now(),
            complete_s=self.policy.fresh_complete_s,
            conclusive_s=self.policy.fresh_conclusive_s,
        )
        return Made(self.tools.store.read_capture(kept), kept, kept=True) if kept else None

    def _capture_one(self, wanted: Wanted) -> Sealed:
        if self.cancelled.is_set():
            raise Interrupted("the run was interrupted")
        self.tools.store.refuse_full_disk(self.policy.keep_free_bytes)
        browser = self._browser()
        with self._lane() as (lane, client), self._slot() as rendered:
            return capture(
                wanted,
                tools=CaptureTools(
                    browser=browser,
                    lane=lane,
                    client=client,
                    run=self.run,
                    clock=self.tools.clock,
                    cancelled=self.cancelled.is_set,
                    rendered=rendered,
                    budget_s=self.policy.capture_budget_s,
                    media_per_post=self.policy.media_per_post,
                    page_height_px=self.policy.page_height_px,
                ),
            )

    def _ingest(self, future: "Future[Sealed]") -> Made:
        sealed = future.result()
        self.tools.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
        assert isinstance(sealed.record, Capture)  # noqa: S101  # capture() seals nothing else
        return Made(sealed.record, sealed.path)

    def _own_fault(self, wanted: Wanted, fault: Exception) -> str:
        """Say aloud and write down that this program failed: it says nothing about the resource."""
        evidence = f"{type(fault).__name__}: {fault}"
        _logger.error("capturing %s: %s", wanted.resource.uri, evidence, exc_info=fault)
        observation = Observation(
            wanted.resource,
            self.tools.clock.now(),
            Availability.UNCLEAR,
            Witness.PROGRAM,
            evidence,
            self.run.run_id,
        )
        self.run.note(observation)
        self.tools.catalog.ingest(observation, path=None, leaf=None)
        return f"{wanted.resource.uri}: {evidence}"

    def _abandon(self, futures: "dict[Future[Sealed], Wanted]") -> None:
        """Let nothing new start, end what is in flight, and wait for it: no seal after this."""
        self.cancelled.set()
        for future in futures:
            future.cancel()
        for browser in self._browsers:
            browser.close()
        for future in futures:
            if not future.cancelled() and future.exception() is None:
                self._ingest(future)

    @contextmanager
    def _slot(self) -> Iterator[Callable[[], None]]:
        """One of the pages that may be open at a time, given back when `rendered` is called, or at the end."""
        self._slots.acquire()
        held = ExitStack()
        held.callback(self._slots.release)
        with held:
            yield held.close

    @contextmanager
    def _lane(self) -> Iterator[tuple[Lane, Client]]:
        """A lane of the tap with its client, made on demand and used again."""
        try:
            pair = self._lanes.get_nowait()
        except queue.Empty:
            lane = self.tools.tap.lane()
            pair = lane, self.tools.client(lane)
        try:
            yield pair
        finally:
            self._lanes.put(pair)

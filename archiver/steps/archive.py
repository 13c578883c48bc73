"""The main job: articles in, every embedded post and link captured, all of it sealed."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from archiver.browser import Browser
from archiver.catalog import Catalog
from archiver.fetch.client import Client
from archiver.fetch.items import Collection, Entry, Unreadable
from archiver.fetch.videos import VideoTool, installed_version
from archiver.fetch.walk import Empty, Left, Walk
from archiver.model.clock import Clock
from archiver.model.errors import ArchiverError, Interrupted
from archiver.model.records import (
    Capture,
    Claim,
    Document,
    Mention,
    Observation,
    Resource,
    RunEnded,
    RunStarted,
)
from archiver.model.sessions import Session
from archiver.model.states import Availability, Outcome, RunOutcome, Witness
from archiver.platforms import resource_for
from archiver.steps.article import ArticleReading, ReadTools, open_article, read_document
from archiver.steps.article_page import page_wanted, with_page
from archiver.steps.capture import CaptureTools, Wanted, capture
from archiver.steps.context import Surroundings
from archiver.steps.login import login_for
from archiver.steps.reports import ArticleReport, Made, RunReport, slim
from archiver.steps.streams import Bounds
from archiver.store import RunStore, Sealed, Store
from archiver.tap import Lane, Tap

__all__ = ["ArchiveTools", "ArticleReport", "Made", "Policy", "RunReport", "archive", "wanted_resources"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is captured, how often, and under which bounds (see `config.Settings`)."""

    posts_only: bool = False
    recapture: bool = False
    #: Whether the page of each article of the web is captured too, with its claims marked.
    article_page: bool = True
    fresh_complete_s: int = 7 * 86_400
    fresh_conclusive_s: int = 86_400
    captures_per_article: int = 1_000
    capture_budget_s: float = 45.0
    media_per_post: int = 8
    media_bounds: Bounds = field(default_factory=Bounds)
    page_height_px: int = 12_000
    pdf: bool = False
    #: How far from a cited post context is captured (0: not at all), and how many posts of it for one article.
    context_depth: int = 1
    context_per_article: int = 100
    jobs: int = 2
    keep_free_bytes: int = 200_000_000
    #: With whose log-ins what meets a wall is captured once more.
    sessions: tuple[Session, ...] = ()
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
        self._met: set[str] = set()
        self._videos = installed_version()

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
                marks=self.policy.article_page,
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
        report = ArticleReport(reading.source, reading, left=len(wanted) - len(bounded), mentions=len(mentions))
        bounded = with_page(bounded, page_wanted(reading) if self.policy.article_page else None)
        self._report(self._capture_all(bounded, report))

    def ended(self, outcome: RunOutcome) -> RunEnded:
        last = [made for report in self.reports for made in (*report.made, *report.context)]
        made = [*last, *(one.public for one in last if one.public)]
        fresh = [one for one in made if not one.kept]
        counts = {"articles": len(self.reports), "captures": len(fresh), "kept": len(made) - len(fresh)}
        counts["context"] = sum(one.context is not None for one in fresh)
        for kind in Outcome:
            counts[kind.value] = sum(one.capture.outcome is kind for one in fresh)
        return RunEnded(self.run.run_id, self.tools.clock.now(), outcome, counts)

    def _report(self, report: ArticleReport) -> None:
        self.reports.append(report if len(self.reports) < _WHOLE_REPORTS else slim(report))
        self.progress("report", report)

    def _capture_all(self, wanted: Sequence[Wanted], report: ArticleReport) -> ArticleReport:
        """The report, with all that is cited and is not fresh captured; the context follows its causes."""
        around = Surroundings(
            (item.resource for item in wanted),
            depth=self.policy.context_depth,
            most=self.policy.context_per_article,
            met=self._met,
        )
        waiting, done, faults = deque(wanted), dict[str, Made](), list[str]()
        futures: dict[Future[Sealed], Wanted] = {}
        ready = self._started(waiting, futures)
        self.progress("due", len(futures))
        try:
            while ready or futures:
                for item, made in ready or self._finished(futures, faults):
                    public = done.get(item.resource.key) if item.login else None
                    done[item.resource.key] = replace(made, context=item.context, public=public)
                    waiting.extend(around.of(made.capture))
                    if login := login_for(made.capture, self.policy.sessions):
                        waiting.append(replace(item, login=login))
                    if not made.kept:
                        self.progress("made", done[item.resource.key])
                ready = self._started(waiting, futures)
        except BaseException:
            self._abandon(futures)
            raise
        cited = tuple(done[item.resource.key] for item in wanted if item.resource.key in done)
        context = tuple(made for made in done.values() if made.context)
        return replace(report, made=cited, context=context, faults=tuple(faults), left=report.left + around.left)

    def _started(self, waiting: "deque[Wanted]", futures: "dict[Future[Sealed], Wanted]") -> list[tuple[Wanted, Made]]:
        """Begin with all that is due; what is still fresh is done already."""
        fresh = []
        while waiting:
            item = waiting.popleft()
            if kept := self._fresh(item):
                fresh.append((item, kept))
            else:
                futures[self.tools.executor.submit(self._capture_one, item)] = item
        return fresh

    def _finished(self, futures: "dict[Future[Sealed], Wanted]", faults: list[str]) -> list[tuple[Wanted, Made]]:
        """Wait for the next captures to end."""
        ended, made = wait(futures, return_when=FIRST_COMPLETED).done, []
        for future in ended:
            item = futures[future]
            try:
                made.append((item, self._ingest(future)))
            except ArchiverError:
                raise
            except Exception as fault:  # noqa: BLE001  # the one place where our own bug costs one capture, not the run
                faults.append(self._own_fault(item, fault))
            del futures[future]
        return made

    def _fresh(self, wanted: Wanted) -> Made | None:
        if self.policy.recapture or wanted.login:
            return None
        kept = self.tools.catalog.fresh_capture(
            wanted.resource.key,
            now=self.tools.clock.now(),
            complete_s=self.policy.fresh_complete_s,
            conclusive_s=self.policy.fresh_conclusive_s,
            article=wanted.article.id if wanted.article else None,
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
                    client=client.logged_in(wanted.login.session) if wanted.login else client,
                    run=self.run,
                    clock=self.tools.clock,
                    cancelled=self.cancelled.is_set,
                    rendered=rendered,
                    budget_s=self.policy.capture_budget_s,
                    media_per_post=self.policy.media_per_post,
                    media_bounds=self.policy.media_bounds,
                    videos=self._video_tool(lane),
                    pdf=self.policy.pdf,
                    page_height_px=self.policy.page_height_px,
                    blind_lane=lambda: self.tools.tap.lane(blind=True),
                    login=wanted.login,
                ),
            )

    def _video_tool(self, lane: Lane) -> VideoTool | None:
        if self._videos is None:
            return None
        return VideoTool(
            version=self._videos,
            proxy_url=lane.proxy_url,
            ca_file=self.tools.tap.ca_file,
            max_bytes=self.policy.media_bounds.total_bytes,
            height_px=self.policy.media_bounds.height_px,
        )

    def _ingest(self, future: "Future[Sealed]") -> Made:
        sealed = future.result()
        self.tools.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
        assert isinstance(sealed.record, Capture)  # noqa: S101  # capture() seals nothing else
        return Made(sealed.record, sealed.path)

    def _own_fault(self, wanted: Wanted, fault: Exception) -> str:
        """Say aloud and write down that this program failed: it says nothing about the resource."""
        # What a fault says of a logged-in capture may hold its secrets.
        evidence = f"{type(fault).__name__}, logged in" if wanted.login else f"{type(fault).__name__}: {fault}"
        _logger.error("capturing %s: %s", wanted.resource.uri, evidence, exc_info=None if wanted.login else fault)
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

"""The main job: articles in, every embedded post and link captured, all of it sealed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from archiver.fetch.items import Collection, Entry, Unreadable
from archiver.fetch.walk import Empty, Left, Walk
from archiver.model.records import Claim, Document, Mention, Resource
from archiver.platforms import resource_for
from archiver.steps.article import ArticleReading, ReadTools, open_article, read_document
from archiver.steps.article_page import page_wanted, with_page
from archiver.steps.capture import Wanted
from archiver.steps.capturing import Captured, Capturing
from archiver.steps.policy import ArchiveTools, Policy, Progress, no_progress
from archiver.steps.reports import ArticleReport, Made, RunReport, counts_of, slim
from archiver.steps.runs import opened_run
from archiver.store import RunStore

__all__ = ["ArchiveTools", "Archiving", "ArticleReport", "Made", "Policy", "RunReport", "archive", "wanted_resources"]

#: Of so many articles a report holds every mention; of the others it says how many there are.
_WHOLE_REPORTS = 200


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
    progress: Progress = no_progress,
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
    with opened_run(
        store=tools.store, catalog=tools.catalog, clock=tools.clock, command=command, program=program
    ) as opened:
        job = Archiving(opened.store, tools=tools, policy=policy, progress=progress)
        try:
            for source in sources:
                job.archive_source(source)
        except KeyboardInterrupt:
            opened.interrupted = True
        finally:
            job.cancel()
            opened.counts.update(job.counts())
    return RunReport(opened.store.run_id, tuple(job.reports), opened.interrupted, tuple(job.notes))


class Archiving:
    """Articles that are archived inside a run that is open already: what `archive` does with each.

    `reports` and `notes` say what came of them. After `more` says no, no capture is begun.
    """

    def __init__(
        self,
        run: RunStore,
        *,
        tools: ArchiveTools,
        policy: Policy,
        progress: Progress = no_progress,
        more: Callable[[], bool] = lambda: True,
    ) -> None:
        self.tools, self.policy = tools, policy
        self.reports: list[ArticleReport] = []
        self.notes: list[str] = []
        self._run, self._progress, self._source = run, progress, ""
        self._again: list[Made] = []
        self._capturing = Capturing(run, tools=tools, policy=policy, progress=progress, more=more)

    def cancel(self) -> None:
        """No capture begins from here on."""
        self._capturing.cancel()

    def archive_source(self, source: str) -> None:
        """Archive an article, or every article that the source holds or lists."""
        walk: Walk[ArticleReading] = Walk(open_entry=self._open, take=self._take, limit=self.policy.limit)
        self._source = source
        for item in walk.read(source):
            if isinstance(item, Unreadable):
                self._report(ArticleReport(self._source, None, problem=item.why, unreadable=True))
            elif isinstance(item, Left | Empty):
                self.notes.append(str(item))
                self._progress("remark", item)
            else:
                self.archive_reading(item)

    def _open(self, entry: Entry) -> ArticleReading | Collection:
        self._source = entry.source
        self._progress("source", entry.source)
        with self.read_tools() as tools:
            return open_article(entry.source, tools=tools, column=self.policy.column)

    def _take(self, document: Document) -> ArticleReading:
        self._source = document.source
        self._progress("source", document.url or document.source)
        with self.read_tools() as tools:
            return read_document(document, tools=tools)

    @contextmanager
    def read_tools(self) -> Iterator[ReadTools]:
        """What reading an article works with."""
        with self._capturing.lane() as (lane, client):
            yield ReadTools(
                lane=lane,
                client=client,
                run=self._run,
                store=self.tools.store,
                catalog=self.tools.catalog,
                clock=self.tools.clock,
                browser=self._capturing.browser,
                budget_s=self.policy.capture_budget_s,
                page_height_px=self.policy.page_height_px,
                marks=self.policy.article_page,
            )

    def archive_reading(self, reading: ArticleReading) -> ArticleReport:
        """Capture what the article cites; the report, which is kept, too."""
        if reading.version is None:
            return self._report(ArticleReport(reading.source, reading, problem=reading.problem))
        self._progress("article", reading)
        mentions = reading.version.mentions
        wanted = wanted_resources(mentions, posts_only=self.policy.posts_only)
        if self.policy.leave_withdrawn:
            wanted = tuple(item for item in wanted if not self.tools.catalog.was_withdrawn(item.resource.key))
        bounded = wanted[: self.policy.captures_per_article]
        report = ArticleReport(reading.source, reading, left=len(wanted) - len(bounded), mentions=len(mentions))
        bounded = with_page(bounded, page_wanted(reading) if self.policy.article_page else None)
        captured = self._capturing.capture_all(bounded)
        return self._report(
            replace(
                report,
                made=captured.cited,
                context=captured.context,
                faults=captured.faults,
                left=report.left + captured.left,
                cut=captured.cut,
            )
        )

    def capture_again(self, wanted: Sequence[Wanted]) -> Captured:
        """Capture what is wanted whether or not the last capture is fresh, and what is context of it and is not."""
        captured = self._capturing.capture_all(wanted, again=True)
        self._again += [*captured.cited, *captured.context]
        return captured

    def counts(self) -> dict[str, int]:
        """Numbers of what was made so far, for the end of the run."""
        return counts_of(self.reports, self._again)

    def _report(self, report: ArticleReport) -> ArticleReport:
        self.reports.append(report if len(self.reports) < _WHOLE_REPORTS else slim(report))
        self._progress("report", report)
        return report

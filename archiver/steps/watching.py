"""Watched sources: asked when they are due, politely and conditionally; what is new or changed is archived.

A poll is written down only once all that it led to is sealed. A run that is killed, or
whose time is over, before that polls the source again, and finds most of the work done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from archiver.catalog.watches import GoodPoll, StoredWatch
from archiver.fetch.items import Collection, Entry, Unreadable
from archiver.fetch.source import looks_like_url
from archiver.fetch.walk import Empty, Left, Walk
from archiver.model.errors import InputUnreadable
from archiver.model.fetched import Fetched
from archiver.model.overtime import Poll, PollOutcome, Watch, WatchState
from archiver.model.polling import watch_id
from archiver.model.records import Document
from archiver.model.urls import canonical_url
from archiver.steps.archive import Archiving
from archiver.steps.article import ArticleReading, open_article, read_document, read_fetched
from archiver.steps.article_stand import article_resource, observe_article
from archiver.steps.dropped import note_dropped
from archiver.steps.looking import Look, closed, file_digest, look_again
from archiver.steps.policy import Progress, no_progress
from archiver.steps.pollbook import PollBook, WatchReport
from archiver.store import RunStore
from archiver.tap import Prober, Talk

__all__ = ["WatchReport", "Watching"]


#: So many sources are asked ahead, while articles among them are archived: what came is in memory until then.
_BATCH = 16


@dataclass(frozen=True, slots=True)
class _Seen:
    """An entry of a list of which all is done that is to be done now."""

    source: str


@dataclass(slots=True)
class _Listing:
    """A list that is being read; `inner` are the lists found in it, which count as polled when it does."""

    watch: StoredWatch
    look: Look
    opened: Collection | None
    inner: list[tuple[Watch, Poll]] = field(default_factory=list)
    cut: bool = False


class Watching:
    """The polls of one run. After `more` says no, nothing new is begun; what is cut is due in the next run."""

    def __init__(
        self,
        run: RunStore,
        *,
        archiving: Archiving,
        prober: Prober,
        more: Callable[[], bool] = lambda: True,
        progress: Progress = no_progress,
    ) -> None:
        self.report = WatchReport()
        self._run, self._archiving, self._prober, self._more = run, archiving, prober, more
        self._tools = archiving.tools
        self._book = PollBook(
            run, catalog=self._tools.catalog, clock=self._tools.clock, report=self.report, progress=progress
        )

    def poll_due(self) -> WatchReport:
        """Poll everything that is due: first what users named, then what was found in it.

        1. Each address is asked as it was last seen (ETag, Last-Modified), within robots.txt.
        2. What did not change since is written down. What failed is too, and asked again later.
        3. Of a list what is new is archived; an article, if it changed.
        """
        due = self._tools.catalog.due_watches(self._tools.clock.now())
        waiting = {watch.id for watch in due}
        for watch in due:
            if not looks_like_url(watch.source) and self._more():
                waiting.discard(watch.id)
                self._poll_file(watch, None)
        on_web = [watch for watch in due if looks_like_url(watch.source)]
        for begin in range(0, len(on_web), _BATCH):
            for ended in self._prober.run(self._talks(on_web[begin : begin + _BATCH]), keep=True):
                watch, good = ended.key
                waiting.discard(watch.id)
                with closed(ended.exchanges):
                    if ended.fault is not None:
                        self._book.own_fault(watch, ended.fault)
                    else:
                        self._polled(watch, Look(watch.source, good, ended.result, ended.exchanges))
        self.report.left += len(waiting)
        return self.report

    def _talks(self, due: list[StoredWatch]) -> Iterator[tuple[tuple[StoredWatch, GoodPoll | None], Talk[Fetched]]]:
        for watch in due:
            if not self._more():
                return
            good = self._tools.catalog.last_good_poll(watch.id)
            known = None if self._unfinished(Look(watch.source, good)) else good
            yield (watch, good), look_again(watch.source, known)

    # --- one source -----------------------------------------------------------------------------

    def _polled(self, watch: StoredWatch, look: Look, new: Watch | None = None) -> Collection | None:
        """Do what follows from one look; the list that a `new` source turned out to be is handed back."""
        if look.problem:
            self._lost(watch, look, new)
            return None
        if look.unchanged and not self._unfinished(look):
            self._unchanged(watch, look)
            return None
        assert look.fetched is not None  # noqa: S101  # a look at the web
        try:
            with self._archiving.read_tools() as tools:
                opened = read_fetched(
                    watch.source,
                    look.fetched,
                    look.exchanges,
                    tools=tools,
                    column=watch.column,
                    watched=True,
                    lists=self._is_list(watch),
                )
        except InputUnreadable as error:
            self._book.failed(watch, look, str(error), new)
            return None
        return self._opened(watch, look, opened, new)

    def _poll_file(self, watch: StoredWatch, new: Watch | None) -> Collection | None:
        """A list or an article on this machine."""
        good = self._tools.catalog.last_good_poll(watch.id)
        look = Look(watch.source, good, digest_of_file=file_digest(watch.source))
        if look.unchanged and not self._unfinished(look):
            self._unchanged(watch, look)
            return None
        try:
            with self._archiving.read_tools() as tools:
                opened = open_article(watch.source, tools=tools, column=watch.column)
        except InputUnreadable as error:
            self._book.failed(watch, look, str(error), new)
            return None
        return self._opened(watch, look, opened, new)

    def _opened(
        self, watch: StoredWatch, look: Look, opened: ArticleReading | Collection, new: Watch | None
    ) -> Collection | None:
        if isinstance(opened, Collection):
            if new is not None:
                return opened
            if watch.found_in and not watch.every_s:
                self._book.failed(watch, look, f"it was an article, and is a {opened.kind} now")
            else:
                self._list(_Listing(watch, look, opened))
        else:
            self._article(watch, look, opened, new)
        return None

    def _unchanged(self, watch: StoredWatch, look: Look) -> None:
        """As it was; for an article that is an observation, too."""
        self.report.unchanged += 1
        if look.fetched is not None and self._is_article(watch.source):
            self._observe(look)
        self._book.write(look, watch.id, PollOutcome.UNCHANGED)

    def _lost(self, watch: StoredWatch, look: Look, new: Watch | None) -> None:
        assert look.fetched is not None  # noqa: S101  # a look at the web
        if look.unasked:
            self._book.failed(watch, look, look.problem, new)
            return
        if self._is_article(watch.source):
            self._observe(look)
        elif look.good is None and not watch.polled_at:
            # The first look at what may be an article: that it was lost by then is evidence, in a folder of its own.
            with self._archiving.read_tools() as tools:
                read_fetched(watch.source, look.fetched, look.exchanges, tools=tools, watched=True)
        else:
            self._run.keep_exchanges(look.exchanges)
        self._book.failed(watch, look, look.problem, new)

    def _observe(self, look: Look) -> None:
        assert look.fetched is not None  # noqa: S101  # a look at the web
        at = max((exchange.started_at for exchange in look.exchanges), default=self._tools.clock.now())
        resource = article_resource(look.source)
        observation = observe_article(resource, look.fetched, at=at, run_id=self._run.run_id)
        self._run.keep_exchanges(look.exchanges)
        self._run.note(observation)
        self._tools.catalog.ingest_notes([observation])

    def _is_list(self, watch: StoredWatch) -> bool:
        return bool(watch.found_in and watch.every_s) or self._tools.catalog.is_list(watch.id)

    def _is_article(self, source: str) -> bool:
        return self._tools.catalog.latest_article_version(_article_key(source)) is not None

    # --- an article -----------------------------------------------------------------------------

    def _article(self, watch: StoredWatch, look: Look, reading: ArticleReading, new: Watch | None) -> None:
        """Archive what the article cites, unless that was done. It counts as polled once all of it is."""
        if reading.version is None:
            self._book.failed(watch, look, reading.problem or "it can't be read", new)
            return
        # A page that its scripts make is the same shell every day: it is read whole each time.
        look = replace(look, rendered=reading.version.environment.browser is not None)
        if reading.unchanged and not self._unfinished(look):
            self.report.unchanged += 1
            self._book.write(look, watch.id, PollOutcome.UNCHANGED, new=new)
            return
        report = self._archiving.archive_reading(reading)
        self.report.left += report.cut
        if report.cut:
            return
        self.report.articles += 1
        self.report.dropped += note_dropped(
            reading.version.resource, run=self._run, catalog=self._tools.catalog, clock=self._tools.clock
        )
        self._book.write(look, watch.id, PollOutcome.READ, new=new, articles=1)

    def _unfinished(self, look: Look) -> bool:
        """Whether a state of the article was sealed after the last good look: a run was ended in its middle."""
        latest = self._tools.catalog.latest_article_version(_article_key(look.source))
        return latest is not None and (look.good is None or latest.fetched_at > look.good.at)

    # --- a list ---------------------------------------------------------------------------------

    def _list(self, listing: _Listing) -> None:
        """Archive what the list names and was not seen before. It counts as polled once all of it was."""
        watch, before = listing.watch, self.report.articles
        walk: Walk[_Seen] = Walk(
            open_entry=lambda entry: self._open(entry, listing),
            take=lambda document: self._take(document, listing),
            limit=watch.limit,
        )
        for item in walk.read(watch.source):
            if isinstance(item, Unreadable | Left | Empty):
                self.report.notes.append(item.why if isinstance(item, Unreadable) else str(item))
            listing.cut = listing.cut or not self._more()
            if listing.cut:
                break
        if listing.cut:
            self.report.left += 1
            return
        for found, poll in listing.inner:
            self._book.note(found, poll)
        self._book.write(listing.look, watch.id, PollOutcome.READ, articles=self.report.articles - before)

    def _open(self, entry: Entry, listing: _Listing) -> _Seen | Collection:
        """The list itself first, then each of its entries: those that have a watch of their own are left to it."""
        if listing.opened is not None:
            opened, listing.opened = listing.opened, None
            return opened
        found = self._tools.catalog.watch(watch_id(entry.source))
        if found is None and self._more():
            return self._open_new(self._found(entry.source, listing.watch), listing) or _Seen(entry.source)
        if found is None:
            listing.cut = True
        elif self._orphaned(found):
            self._book.note(replace(self._found(entry.source, listing.watch), every_s=found.every_s))
        return _Seen(entry.source)

    def _open_new(self, new: Watch, listing: _Listing) -> Collection | None:
        left, watch = self.report.left, _stored(new)
        inner: Collection | None = None
        look = Look(new.source, None)
        if not looks_like_url(new.source):
            look = replace(look, digest_of_file=file_digest(new.source))
            inner = self._poll_file(watch, new)
        else:
            for ended in self._prober.run([(new, look_again(new.source, None))], keep=True):
                with closed(ended.exchanges):
                    if ended.fault is not None:
                        self._book.own_fault(watch, ended.fault, new)
                        continue
                    look = Look(new.source, None, ended.result, ended.exchanges)
                    inner = self._polled(watch, look, new)
        listing.cut = listing.cut or self.report.left > left
        if inner is not None:
            every = replace(new, every_s=listing.watch.every_s, column=listing.watch.column, limit=listing.watch.limit)
            at = self._tools.clock.now()
            listing.inner.append((every, look.poll(new.id, PollOutcome.READ, at=at, run_id=self._run.run_id)))
            return inner
        return None

    def _take(self, document: Document, listing: _Listing) -> _Seen:
        """A page out of a WARC file, or the like."""
        with self._archiving.read_tools() as tools:
            reading = read_document(document, tools=tools)
        report = self._archiving.archive_reading(reading)
        self.report.left += report.cut
        self.report.articles += not report.cut
        listing.cut = listing.cut or bool(report.cut)
        return _Seen(document.source)

    def _orphaned(self, found: StoredWatch) -> bool:
        """Whether the list in which it was found is watched no more: it belongs to another then."""
        parent = self._tools.catalog.watch(found.found_in) if found.found_in else None
        return parent is not None and parent.state is not WatchState.ACTIVE

    def _found(self, source: str, parent: StoredWatch) -> Watch:
        name = canonical_url(source) if looks_like_url(source) else source
        at, root = self._tools.clock.now(), parent.found_in or parent.id
        return Watch(watch_id(source), name or source, WatchState.ACTIVE, 0, at, self._run.run_id, found_in=root)


def _article_key(source: str) -> str:
    return article_resource(source).key if looks_like_url(source) else f"file:{Path(source).resolve()}"


def _stored(new: Watch) -> StoredWatch:
    return StoredWatch(
        new.id, new.source, new.state, new.every_s, new.at, 0, column=new.column, limit=new.limit, found_in=new.found_in
    )

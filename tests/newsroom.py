"""A small archive that watches an article, for the tests of what is told and of copies elsewhere."""

import contextlib

from homes import Home, a_post, article, copy_of
from storefixtures import ended, page, started

from archiver.model.overtime import Event, EventKind, Poll, PollOutcome, Watch, WatchState
from archiver.model.states import Availability

STORY = "https://news.example/story"
WATCH = "w-story"


class Newsroom(Home):
    """A home in which the story cites posts 1 and 2, of which there are copies, and is watched."""

    def begin(self, *, watched=True):
        self.run(article(1, 2), copy_of(1, "First boats are through the lock"), copy_of(2, "Nine hulls"))
        if watched:
            self.watch()
        return self

    @contextlib.contextmanager
    def open_run(self):
        """A run in progress: (run, catalog). It ends well."""
        self.runs += 1
        with self.opened() as home:
            begun = started(self.clock, f"{self.runs:04d}")
            run = home.store.begin_run(begun)
            home.catalog.ingest(begun, path=run.journal_path, leaf=None)
            yield run, home.catalog
            over = ended(run, self.clock)
            leaves = run.end(over)
            home.catalog.ingest(over, path=run.journal_path, leaf=None)
            for leaf in leaves:
                home.catalog.ingest_leaf(leaf)

    def note(self, make):
        """One run that writes down the lines of `make(run)`."""
        with self.open_run() as (run, catalog):
            lines = make(run)
            run.note(*lines)
            catalog.ingest_notes(lines)

    def watch(self, state=WatchState.ACTIVE, *, source=STORY, identifier=WATCH, found_in=None, polled=True):
        def lines(run):
            made = [Watch(identifier, source, state, 3600, self.clock.now(), run.run_id, found_in=found_in)]
            return [*made, Poll(identifier, self.clock.now(), run.run_id, PollOutcome.READ)] if polled else made

        self.note(lines)

    def happen(self, *kinds, number=1, state=Availability.GONE_DELETED, prefix="e", **more):
        """One event of each kind to the post of that number."""

        def lines(run):
            return [
                self.event(run, kind, f"{prefix}-{kind.value}-{number}", a_post(number), state=state, **more)
                for kind in kinds
            ]

        self.note(lines)

    def event(self, run, kind, identifier, resource, *, state=None, evidence="HTTP 404 at three looks", **more):
        gone = kind is EventKind.DECLARED_GONE
        live = Availability.LIVE if kind is EventKind.CAME_BACK else None
        if kind is EventKind.EMBED_DROPPED:
            more = {"article": page(STORY), **more}
        return Event(
            identifier,
            kind,
            self.clock.now(),
            run.run_id,
            evidence,
            resource=None if kind is EventKind.RUN_FAILED else resource,
            state=state if gone else live,
            **more,
        )

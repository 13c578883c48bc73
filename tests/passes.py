"""Unattended passes in this process: a real tap, a real home, and a clock that a test moves."""

import datetime as dt
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from archiver.catalog import Catalog, dump
from archiver.engine.frontier import Frontier, Manners
from archiver.engine.threads import thread_engine
from archiver.fetch.client import Client
from archiver.fetch.httpbody import decoded
from archiver.fetch.robots import RobotsReader
from archiver.home import Home, create_home, open_home
from archiver.model.clock import Clock
from archiver.model.polling import watch_id
from archiver.model.settings import AlertSettings, RedundancySettings
from archiver.steps.archive import Archiving
from archiver.steps.audit import audit
from archiver.steps.budget import Budget
from archiver.steps.checks import CheckPolicy
from archiver.steps.passes import PassPolicy, PassTools
from archiver.steps.policy import ArchiveTools, Policy
from archiver.steps.reindex import reindex
from archiver.steps.runs import opened_run
from archiver.steps.unattended import unattended_pass
from archiver.steps.watches import add_watches, set_watches
from archiver.steps.watching import Watching
from archiver.store import Store
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

PROGRAM = "embed-archiver 0.1.0"
HOUR_S, DAY_S = 3_600, 86_400
DELAY_S = 0.05
#: Articles are read, and nothing is captured: no browser is needed.
READING = Policy(article_page=False, captures_per_article=0, keep_free_bytes=0)


class PassHome:
    """A home in which passes are made. `moved_s` is how far its clock is ahead."""

    def __init__(self, root, daily):
        self.home, self.daily, self.moved_s = Home(root), daily, 0.0
        self.trouble, self.browser = root / "db" / "run-failed", _no_browser
        create_home(root)
        self.clock = Clock(now=self._now)

    def _now(self):
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.moved_s)

    def later(self, seconds):
        self.moved_s += seconds
        return self

    def until_due(self, source):
        """Move the clock to where the source is polled next; how many hours that took."""
        with self.catalog() as catalog:
            due_at = catalog.watch(watch_id(source)).due_at
        hours = (due_at - self.clock.now()).total_seconds() / HOUR_S
        self.later(hours * HOUR_S)
        return round(hours, 1)

    def watch(self, *sources, every_s=6 * HOUR_S, **options):
        with open_home(self.home, clock=self.clock) as opened:
            return add_watches(
                sources,
                store=opened.store,
                catalog=opened.catalog,
                clock=self.clock,
                program=PROGRAM,
                every_s=every_s,
                **options,
            )

    def set(self, state, *names):
        with open_home(self.home, clock=self.clock) as opened:
            set_watches(names, state, store=opened.store, catalog=opened.catalog, clock=self.clock, program=PROGRAM)

    def poll(self, *, budget_s=0.0, manners=None, **policy):
        """The polls of one pass, and nothing else of it."""
        with self._tools(manners) as tools, self._run(tools) as opened:
            left_s = Budget(budget_s, clock=self.clock).left_s
            archiving = Archiving(opened.store, tools=tools.archive, policy=replace(READING, **policy))
            watching = Watching(opened.store, archiving=archiving, prober=tools.prober, more=lambda: left_s() > 0)
            return watching.poll_due()

    def run(self, *, budget_s=0.0, manners=None, alerts=None, **policy):
        """One whole pass."""
        with self._tools(manners) as tools:
            return unattended_pass(
                tools=tools,
                policy=PassPolicy(
                    capture=replace(READING, **policy),
                    check=CheckPolicy(),
                    alerts=alerts or AlertSettings(),
                    redundancy=RedundancySettings(),
                    budget_s=budget_s,
                    trouble=self.trouble,
                ),
                program=PROGRAM,
            )

    def _run(self, tools):
        archive = tools.archive
        return opened_run(
            store=archive.store, catalog=archive.catalog, clock=self.clock, command="run", program=PROGRAM
        )

    @contextmanager
    def _tools(self, manners):
        with ExitStack() as stack:
            opened = stack.enter_context(open_home(self.home, clock=self.clock))
            rules = EgressPolicy(connect_to=(ConnectTo.parse(self.daily.connect_to),))
            folder = self.home.root
            tap = stack.enter_context(Tap(policy=rules, limits=Limits(), clock=self.clock, folder=folder))
            prober = tap.prober(
                frontier=Frontier(manners=manners or Manners(delay_s=DELAY_S), clock=self.clock),
                robots=RobotsReader(),
                decode=decoded,
                user_agent="test",
            )
            tools = ArchiveTools(
                store=opened.store,
                catalog=opened.catalog,
                tap=tap,
                browser=self.browser,
                client=lambda lane: Client(proxy_url=lane.proxy_url, ca_file=tap.ca_file, user_agent="test"),
                executor=stack.enter_context(thread_engine(2)),
                clock=self.clock,
            )
            yield PassTools(archive=tools, prober=stack.enter_context(prober), hooks=_no_hooks)

    def catalog(self):
        return Catalog.open(self.home.catalog_file, readonly=True)

    def rows(self, table):
        with self.catalog() as catalog:
            return list(catalog.rows(table))

    def findings(self):
        return list(map(str, audit(Store.open(self.home.snapshots), self.home.catalog_file)))

    def same_when_rebuilt(self):
        with self.catalog() as catalog:
            before = dump(catalog)
        reindex(store=Store.open(self.home.snapshots), db_file=self.home.catalog_file)
        with self.catalog() as catalog:
            return before == dump(catalog)


def _no_browser():
    raise AssertionError("nothing was to be rendered")


def _no_hooks():
    raise AssertionError("nobody was to be told")


def until(condition, deadline_s=30):
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)

"""A web of scripted answers, a home that is looked after, and a clock that one can turn."""

import gzip
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.exchange import Failure
from archiver.model.fetched import Fetched
from archiver.model.records import Observation, Resource, RunEnded, RunStarted
from archiver.model.states import Availability, ResourceKind, RunOutcome, Witness
from archiver.platforms import resource_for
from archiver.steps.checking import CheckPolicy, check_due
from archiver.store import Store
from archiver.tap import Ended

T0 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def html(body, *, title="", status=200, **more):
    text = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return {"status": status, "body": text.encode(), "media_type": "text/html", **more}


def json(text, status=200):
    return {"status": status, "body": text.encode(), "media_type": "application/json"}


def failed(failure, note=""):
    return {"failure": failure, "note": note}


def fetched(url, answer):
    values = {"final_url": url, **answer}
    if values["final_url"] != url:
        values.setdefault("redirects", ((301, url),))
    return Fetched(**values)


def talk(generator, answer):
    """Drive one talk to its end; what it asked, and its result. `answer` maps a URL to an answer, or is called."""
    asked = []
    try:
        ask = next(generator)
        while True:
            asked.append(ask)
            found = answer(ask) if callable(answer) else answer.get(ask.url, NOTHING)
            ask = generator.send(fetched(ask.url, found))
    except StopIteration as ended:
        return asked, ended.value


NOTHING = failed(Failure.TIMED_OUT)


class ScriptedProber:
    """Answers asks with what the test says, at once and in order."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def run(self, talks, *, keep=False):
        for key, generator in talks:
            asked, result = talk(generator, self.answer)
            self.asked += asked
            yield Ended(key, result, None, ())


@dataclass
class Turned:
    """A clock at an instant that the test sets."""

    now: datetime = T0
    drawn: int = 0

    def clock(self):
        return Clock(now=lambda: self.now, monotonic=self._seconds, random_hex=self._hex)

    def _seconds(self):
        return self.now.timestamp()

    def _hex(self, count):
        self.drawn += 1
        return f"{self.drawn:0{2 * count}x}"[-2 * count :]


@dataclass
class World:
    """A home, and what the web answers (URL → answer, or a function of the ask)."""

    store: Store
    catalog: Catalog
    turned: Turned
    web: object = field(default_factory=dict)
    policy: CheckPolicy = field(default_factory=CheckPolicy)
    asked: list = field(default_factory=list)
    runs: int = 0

    @contextmanager
    def run(self):
        """A run from its first line to its last."""
        self.runs += 1
        started = RunStarted(f"{self.turned.now:%Y%m%dT%H%M%SZ}-run-{self.runs:04x}", self.turned.now, "check", "test")
        run = self.store.begin_run(started)
        self.catalog.ingest(started, path=run.journal_path, leaf=None)
        yield run
        ended = RunEnded(run.run_id, self.turned.now, RunOutcome.DONE)
        leaves = run.end(ended)
        self.catalog.ingest(ended, path=run.journal_path, leaf=None)
        for leaf in leaves:
            self.catalog.ingest_leaf(leaf)

    def seen(self, *resources, state=Availability.LIVE, at=None):
        """Write down that resources were seen so."""
        with self.run() as run:
            lines = [
                Observation(one, at or self.turned.now, state, Witness.RECORD, "seen", run.run_id) for one in resources
            ]
            run.note(*lines)
            self.catalog.ingest_notes(lines)

    def check(self, *, keys=None, after=None, **more):
        """Look at what is due, or at some; `after` is how much time passed before."""
        self.turned.now += after or timedelta(0)
        looked = []
        prober = ScriptedProber(self.web)
        with self.run() as run:
            report = check_due(
                run=run, catalog=self.catalog, prober=prober, clock=self.turned.clock(), policy=self.policy,
                store=self.store, keys=keys, progress=looked.append, **more,
            )  # fmt: skip
        self.asked = prober.asked
        return report, {one.resource.key: one for one in looked}

    def states(self, resource):
        """The states of all looks at a resource, in time."""
        return [look.state for look in self.catalog.looks_of(self.catalog.resource(resource.key).id)]


@contextmanager
def world(tmp_path, **more):
    turned = Turned()
    (tmp_path / "db").mkdir()
    store = Store.create(tmp_path / "snapshots", clock=turned.clock())
    with store.lock(), Catalog.open(tmp_path / "db" / "archive.db") as catalog:
        yield World(store, catalog, turned, **more)


def page(url):
    return Resource(f"page:{url}", url, ResourceKind.PAGE)


def post(url):
    return resource_for(url)


def wire(body, *, media_type="text/html; charset=utf-8", status=200):
    """A response as it comes over the wire."""
    packed = gzip.compress(body)
    head = (
        f"HTTP/1.1 {status} OK\r\nContent-Type: {media_type}\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\n\r\n"
    )
    return head.encode() + packed

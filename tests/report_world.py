"""Scripted archives of which every figure of a report is known, made through the catalog's own way in."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from catalog_evidence import article_version, capture, embed, folder_path, leaf_for, link, page

from archiver.catalog import Catalog
from archiver.model.overtime import Event, EventKind
from archiver.model.records import Article, Observation, PostRecord, Resource
from archiver.model.states import Availability, Outcome, ResourceKind

NOW = datetime(2027, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LIVE, GONE = Availability.LIVE, Availability.GONE_DELETED


def resource(platform, number, handle="someone"):
    if platform is None:
        return page(f"https://site{number % 7}.example/page/{number}")
    url = {
        "x": f"https://x.com/{handle}/status/{1500000000000000000 + number}",
        "bluesky": f"https://bsky.app/profile/{handle}.example/post/3k{number:011d}",
        "mastodon": f"https://social.example/@{handle}/{109000000000000000 + number}",
        "youtube": f"https://www.youtube.com/watch?v=V{number:010d}",
    }[platform]
    identifier = url.rpartition("=" if platform == "youtube" else "/")[2]
    key = f"social.example/{identifier}" if platform == "mastodon" else identifier
    return Resource(f"{platform}:{key}", url, ResourceKind.POST, platform, key)


@dataclass
class World:
    """Writes evidence into a catalog; instants are days before `NOW`."""

    catalog: Catalog
    leaves: int = 0
    runs: int = 0
    notes: list = field(default_factory=list)

    def at(self, days_ago, hour=0.0):
        return NOW - days_ago * DAY + timedelta(hours=hour)

    def _seal(self, record):
        self.catalog.ingest(record, path=folder_path(record.id), leaf=leaf_for(self.leaves, record))
        self.leaves += 1
        return record

    def article(
        self, days_ago, cited, *, url="https://news.example/a", title="An article", published=None, claims=None
    ):
        claims = claims or {}
        mentions = tuple(
            embed(n, one, claims.get(one.key, f"words of {one.key}")) if one.platform else link(n, one.uri)
            for n, one in enumerate(cited, 1)
        )
        minutes = (self.at(days_ago) - datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)).total_seconds() / 60
        published = published or f"{self.at(days_ago):%Y-%m-%dT%H:%M:%SZ}"
        record = article_version(
            minutes, suffix=f"{self.leaves:04x}", url=url, title=title, mentions=mentions, observations=(),
            article=Article(url, title, "A. Writer", published),
        )  # fmt: skip
        return self._seal(record)

    def copy(
        self, one, days_ago, *, outcome=Outcome.COMPLETE, state=LIVE, text="what it says", name="Some One", **more
    ):
        minutes = (self.at(days_ago) - datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)).total_seconds() / 60
        record = PostRecord(text, name, more.pop("handle", "someone")) if one.platform and state is LIVE else None
        made = capture(one, minutes, suffix=f"{self.leaves:04x}", outcome=outcome, state=state, record=record, **more)
        return self._seal(made)

    def look(self, one, days_ago, state=LIVE, evidence="the record endpoint gave the post"):
        self.runs += 1
        run = f"20261122T101530Z-run-{self.runs:05x}"
        self.notes.append(Observation(one, self.at(days_ago), state, "record", evidence, run))

    def event(self, one, days_ago, kind, state=None):
        run = f"20261122T101530Z-run-{self.runs:05x}"
        identifier = f"{kind}-{one.key}-{days_ago}"
        self.notes.append(Event(identifier, kind, self.at(days_ago), run, "as scripted", one, state=state))

    def lost(self, one, *, live, gone, declared, state=GONE):
        """Last seen live, first seen gone, declared; days ago."""
        self.look(one, live)
        self.look(one, gone, state)
        self.look(one, declared, state)
        self.event(one, declared, EventKind.DECLARED_GONE, state)

    def came_back(self, one, days_ago):
        self.look(one, days_ago)
        self.event(one, days_ago, EventKind.CAME_BACK, LIVE)

    def done(self):
        self.catalog.ingest_notes(self.notes)
        self.notes.clear()


def small(catalog):
    """Two articles and eleven things: of each fate one or two. See the counts in the tests."""
    world = World(catalog)
    posts = [resource("x", n, "alice") for n in range(6)]
    sky = [resource("bluesky", n, "bob") for n in range(3)]
    pages = [resource(None, 1), resource(None, 2)]
    world.article(400, [*posts[:4], *sky, pages[0]], url="https://news.example/first", title="The first article")
    world.article(100, [posts[3], posts[4], posts[5], pages[1]], url="https://news.example/second", title="The second")
    for one in [*posts[:5], *sky, pages[0]]:
        world.copy(one, 399, text=f"the text of {one.key}")
    world.look(posts[0], 10)  # live
    world.lost(posts[1], live=300, gone=290, declared=280)
    world.lost(posts[2], live=90, gone=60, declared=50, state=Availability.GONE_AUTHOR)
    world.lost(posts[3], live=200, gone=150, declared=140)
    world.came_back(posts[3], 70)
    world.look(posts[4], 30, GONE)  # suspected
    # posts[5] was never looked at, nor is there a copy.
    world.look(sky[0], 20, Availability.PROTECTED)
    for days in (40, 30, 20, 10):
        world.look(sky[1], days, Availability.RATE_LIMITED)  # silent
    world.look(sky[2], 5, Availability.RATE_LIMITED)
    world.look(sky[2], 4)  # live
    world.lost(pages[0], live=20, gone=15, declared=5, state=Availability.GONE_SITE)
    world.look(pages[1], 40, GONE)
    world.look(pages[1], 35, GONE)
    world.look(pages[1], 30, GONE)
    world.event(pages[1], 30, EventKind.DECLARED_GONE, GONE)  # never seen live, no copy
    world.done()
    return world


PLATFORMS = ("x", "bluesky", "mastodon", "youtube", None, None)


def large(catalog, count=5_000, seed=5):
    """So many things in articles of ten, checked by a cadence for up to five years, with copies of most."""
    world, chance = World(catalog), random.Random(seed)
    everything = [resource(PLATFORMS[n % len(PLATFORMS)], n, f"author{n % 97}") for n in range(count)]
    for number, start in enumerate(range(0, count, 10)):
        cited = everything[start : start + 10]
        born = chance.randrange(20, 1800)
        world.article(
            born, cited, url=f"https://news.example/{number}", title=f"Article {number}: what they said about it then"
        )
        for one in cited:
            _live_through(world, chance, one, born)
        if number % 50 == 0:
            world.done()
    world.done()
    return world


def _live_through(world, chance, one, born):
    if chance.random() < 0.03:
        return
    if chance.random() < 0.95:
        world.copy(
            one, born - 0.1, text=f"A post of some length, the words of {one.key}, and a few more words after it."
        )
    lives_for = chance.expovariate(1 / (900 if one.platform == "x" else 2500))
    ages = [0.1, 1, 3, 7, 14, 30, 60, 90, *range(132, 1800, 120)]
    strikes = 0
    for age in ages:
        days_ago = born - age - chance.random() * 0.3
        if days_ago <= 0 or strikes == 3:
            break
        if age < lives_for:
            state = Availability.RATE_LIMITED if chance.random() < 0.04 else LIVE
            world.look(one, days_ago, state)
            continue
        state = chance.choice((GONE, GONE, Availability.GONE_AUTHOR)) if one.platform else Availability.GONE_SITE
        for strike in range(3):
            if days_ago - strike * 4 <= 0:
                return
            strikes += 1
            world.look(one, days_ago - strike * 4, state)
        world.event(one, days_ago - 8, EventKind.DECLARED_GONE, state)
        if chance.random() < 0.05 and days_ago > 40:
            world.came_back(one, days_ago - 30)

"""An archive full of quotes that lost their permalinks, the web as it is now, and the truth about each."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from homes import Home
from storefixtures import SOURCE, article_draft, capture_draft, capture_files, ended, exchange, page, started

from archiver.demo import archived
from archiver.demo.assets import escape
from archiver.demo.ids import at, x_id
from archiver.demo.log import AccessLog
from archiver.demo.platforms.common import day
from archiver.demo.platforms.x import SITE
from archiver.demo.platforms.x_record import tweet_record
from archiver.demo.script import Post
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.wayback import Taken, Wayback
from archiver.demo.wire import html, json_reply, redirect, text
from archiver.engine.frontier import Frontier, Manners
from archiver.extract import extract
from archiver.fetch.httpbody import decoded
from archiver.fetch.robots import RobotsReader
from archiver.model.clock import system_clock
from archiver.model.records import Article, Document, PostRecord
from archiver.model.states import ArtefactRole, Origin
from archiver.platforms import identify, post_resource
from archiver.steps.cdx import Archive
from archiver.steps.orphans import orphans_in
from archiver.steps.resolving import ResolvePolicy, resolve
from archiver.steps.resolving_web import Bounds, Outside
from archiver.store import DraftFile
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

CDX = "https://web.archive.org/cdx/search/cdx"
HOSTS = ("web.archive.org", "t.co", "pic.twitter.com", "cdn.syndication.twimg.com", "publish.twitter.com")
_PROSE = (
    "The council met until late, and what it said of the harbour was longer than it was clear, as minutes of such "
    "evenings are; nobody in the room believed that the wall would be whole again before the winter storms came back, "
    "and the engineers who had drawn it spoke last, and briefly, about money that had been promised and never sent."
)


def make(number, when, words, *, handle=None, name=None, key=None, salt=0):
    """A post of X; equal words at another second are another post."""
    post_id = x_id(at(when), salt)
    handle = handle or f"quay_{number % 97}"
    return Post(
        key=f"x/{number}",
        platform="x",
        post_id=post_id,
        url=f"https://x.com/i/status/{post_id}",
        name=name or f"Quay Watcher {number % 97}",
        handle=handle,
        at=at(when),
        text=words,
        media_key=key,
    )


def permalink(post, host="twitter.com"):
    return f"https://{host}/{post.handle}/status/{post.post_id}"


def taken(post, form="old page", host="twitter.com", tail="", *, days=3, status="200"):
    """One capture of a post in another archive, some days after it was made."""
    stamp = f"{post.at + timedelta(days=days, seconds=len(tail)):%Y%m%d%H%M%S}"
    shows = archived.shell(post) if form == "shell" else archived.FORMS[form](post)
    return Taken(stamp, f"{permalink(post, host)}{tail}", status, shows=shows if status == "200" else None)


def quoted(post, *, date=None, words=None):
    """What flattening leaves of a post."""
    key = f' <a href="https://t.co/{post.media_key}">pic.twitter.com/{post.media_key}</a>' if post.media_key else ""
    said = escape(words or post.text)
    return f'<p>{said}{key}</p>\n<p>— {escape(post.name)} (@{post.handle}) <a href="#">{date or day(post.at)}</a></p>'


def article_html(parts, title="The wall"):
    body = f"\n<p>{_PROSE}</p>\n".join(["", *parts, ""])
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>".encode()
    )


def state(url, parts, *, canonical=None):
    """A job that seals one state of an article, read by the extractor. `canonical` is what it says of its address."""

    def seal(run, clock):
        body = article_html(parts)
        mentions = extract(Document(url, body, "text/html", url=url)).mentions
        draft = article_draft(run, clock, page(url), mentions)
        return run.seal(replace(draft, article=Article(url=canonical or url)), SOURCE, [exchange(url)])

    return seal


def captured(post):
    """A job that seals one capture of a post, with the platform's record."""

    def seal(run, clock):
        resource = post_resource(identify(post.url))
        record = PostRecord(text=post.text, name=post.name, handle=post.handle, created_at=post.at)
        draft = replace(capture_draft(run, clock, resource), record=record, claims=())
        files = [one for one in capture_files(post.text) if one.role is not ArtefactRole.RECORD]
        told = replace(archived.syndicated(post)).body
        files.append(DraftFile("post.json", ArtefactRole.RECORD, Origin.OBSERVED, "application/json", told))
        return run.seal(draft, tuple(files), [exchange(resource.uri)])

    return seal


@dataclass
class World:
    """Everything of one test: jobs that fill the home, what the web answers, what must come out."""

    jobs: list = field(default_factory=list)
    taken: list = field(default_factory=list)
    keys: dict = field(default_factory=dict)
    live: dict = field(default_factory=dict)
    #: (article, place among its orphans) → permalink, or None.
    truth: dict = field(default_factory=dict)

    def answer(self, request):
        """The web: an archive, the short links, the platform's record."""
        if request.host == "web.archive.org":
            return Wayback(tuple(self.taken)).answer(request)
        if request.host in ("t.co", "pic.twitter.com"):
            target = self.keys.get(request.segments[0] if request.segments else "")
            if target is None:
                return text("Not found\n", 404)
            if "Mozilla/" in request.header("User-Agent"):
                return html(f'<head><META http-equiv="refresh" content="0;URL={escape(target)}"></head>')
            return redirect(target, 301)
        if request.host == "cdn.syndication.twimg.com":
            post = self.live.get(request.query.get("id", ""))
            return json_reply(tweet_record(post)) if post else text("Not found\n", 404)
        return text("Not found\n", 404)

    def embed(self, post):
        return SITE.embed(post)


class Web:
    """The hosts on loopback, behind a tap. `world` says what they answer."""

    def __init__(self, folder):
        authority = DemoAuthority(folder)
        self.log, self.world = AccessLog(), World()
        self.server = Server(handler=self._answer, authority=authority, log=self.log, port=0)
        self.rules = [f"{host}:443:127.0.0.1:{self.server.port}" for host in HOSTS]
        self.ca_file, self.connect_to = authority.ca_file, f"::127.0.0.1:{self.server.port}"
        policy = EgressPolicy(connect_to=tuple(map(ConnectTo.parse, self.rules)), ca_bundle=authority.ca_file)
        self.tap = Tap(policy=policy, limits=Limits(idle_s=5.0), clock=system_clock)

    def _answer(self, request):
        return self.world.answer(request)

    def prober(self, **manners):
        given = Manners(**{"delay_s": 0.0, "failures": 0, "most_wait_s": 3.0, **manners})
        return self.tap.prober(
            frontier=Frontier(manners=given, clock=system_clock),
            robots=RobotsReader(),
            decode=decoded,
            user_agent="Mozilla/5.0 (compatible; test/1)",
        )

    @property
    def asked(self):
        return [(entry.host, entry.target) for entry in self.log.entries()]


class Desk(Home):
    """A home in which permalinks are looked for."""

    def fill(self, world):
        self.run(*world.jobs)
        return self

    def resolve(self, web=None, *, policy=None, bounds=None, others=False, articles=None, manners=None, more=None):
        """One pass: what came of each orphan. Without `web` nobody is asked."""
        problems = []
        self.runs += 1
        with self.opened() as home:
            orphans = orphans_in(home.catalog.states_with_orphans(), store=home.store, unreadable=problems.append)
            orphans = [one for one in orphans if articles is None or one.article in articles]
            with self.run_in(home) as run:
                kit = {"run": run, "catalog": home.catalog, "store": home.store, "clock": self.clock}
                kit |= {"policy": policy or ResolvePolicy(), "more": more or (lambda: True)}
                if web is None:
                    return resolve(orphans, **kit)
                outside = Outside(Archive(CDX), now=self.clock.now(), bounds=bounds or Bounds(), others=others)
                with web.prober(**(manners or {})) as prober:
                    return resolve(orphans, **kit, outside=outside, prober=prober)

    def run_in(self, home):
        return _Run(self, home)

    def rows(self, table):
        with self.reader() as catalog:
            return list(catalog.rows(table))


class _Run:
    def __init__(self, desk, home):
        self.desk, self.home = desk, home

    def __enter__(self):
        begun = started(self.desk.clock, f"{self.desk.runs:04d}")
        self.store = self.home.store.begin_run(begun)
        self.home.catalog.ingest(begun, path=self.store.journal_path, leaf=None)
        return self.store

    def __exit__(self, *exc):
        over = ended(self.store, self.desk.clock)
        leaves = self.store.end(over)
        self.home.catalog.ingest(over, path=self.store.journal_path, leaf=None)
        for leaf in leaves:
            self.home.catalog.ingest_leaf(leaf)


def outcome(report):
    """(article, place among its orphans) → the accepted permalink, or None."""
    found, places = {}, {}
    for one in report.resolved:
        place = places[one.orphan.article] = places.get(one.orphan.article, -1) + 1
        found[one.orphan.article, place] = one.accepted.post.url if one.accepted else None
    return found

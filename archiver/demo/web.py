"""The whole demo web: every host and its handler, the truth, and the server that plays it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from archiver.demo import attacks, fidelity, heavy, hostile, links, news, overlaid, reels, wayback
from archiver.demo.authorities import StampAuthority, stamp_authorities
from archiver.demo.log import AccessLog, AccessLogEntry
from archiver.demo.platforms import SITES, graph
from archiver.demo.platforms.x import find_post
from archiver.demo.script import ArticleTruth, Post, PostTruth, Site, Truth
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.wire import Handler, Reply, Request, text

__all__ = ["DemoWeb", "answer", "post_truth"]


def _hosts() -> dict[str, Handler]:
    tables = [site.hosts for site in SITES]
    tables += [
        graph.HOSTS,
        news.HOSTS,
        links.HOSTS,
        attacks.HOSTS,
        hostile.HOSTS,
        heavy.HOSTS,
        fidelity.HOSTS,
        overlaid.HOSTS,
        reels.HOSTS,
        wayback.HOSTS,
    ]
    hosts: dict[str, Handler] = {}
    for table in tables:
        if twice := hosts.keys() & table.keys():
            raise ValueError(f"two handlers for {sorted(twice)}")
        hosts |= table
    return hosts


_HOSTS: Mapping[str, Handler] = _hosts()
_SITES: Mapping[str, Site] = {site.platform: site for site in SITES}


def answer(request: Request) -> Reply:
    """The reply of the whole web to one request."""
    handler = _HOSTS.get(request.host)
    if handler is None:
        return text(f"There is no host {request.host!r} in the demo web.\n", 404)
    if request.path == "/robots.txt":
        return text("User-agent: *\nAllow: /\n")
    if request.path == "/favicon.ico":
        return text("Not found\n", 404)
    return handler(request)


def post_truth(post: Post) -> PostTruth:
    """What an archive must say of `post`."""
    return PostTruth(
        platform=post.platform,
        post_id=post.post_id,
        url=post.url,
        availability=post.availability,
        complete=post.served,
        name=post.name,
        handle=post.handle,
        text=_SITES[post.platform].shown_text(post) if post.served else None,
        created_at=post.at,
        pictures=1 if post.picture and post.served else 0,
        act=post.act,
    )


def _truth() -> Truth:
    rendered = [news.article_at(article.url) for article in news.ARTICLES]
    return Truth(
        articles={found.truth.url: found.truth for found in rendered if found},
        posts={(post.platform, post.post_id): post_truth(post) for site in SITES for post in site.posts},
        links=links.LINKS | overlaid.LINKS,
        failing=news.FAILING,
    )


class DemoWeb:
    """A context manager that serves the demo web on 127.0.0.1 until it is left.

    `port` 0 takes a free one. `ca_file` (PEM) is written to `folder`, or to a temporary
    folder that goes with the server. Reach it with curl's `--connect-to` and `connect_to`.
    """

    def __init__(self, port: int = 0, folder: Path | None = None) -> None:
        self._own_folder = tempfile.TemporaryDirectory(prefix="demo-web-") if folder is None else None
        place = Path(self._own_folder.name) if self._own_folder else folder
        assert place is not None  # noqa: S101  # one of the two is there
        authority = DemoAuthority(place)
        self._log = AccessLog()
        self._authorities = stamp_authorities(place)
        self._server = Server(handler=self._answer, authority=authority, log=self._log, port=port)
        self.port: int = self._server.port
        self.ca_file: Path = authority.ca_file
        self.connect_to: str = f"::127.0.0.1:{self.port}"
        self.truth: Truth = _truth()
        self.sample_url: str = news.SAMPLE_URL

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._server.__exit__(kind, error, trace)
        finally:
            if self._own_folder:
                self._own_folder.cleanup()

    @property
    def authorities(self) -> tuple[StampAuthority, ...]:
        """The timestamp authorities, which tests may let fail."""
        return tuple(self._authorities.values())

    def _answer(self, request: Request) -> Reply:
        authority = self._authorities.get(request.host)
        return authority.reply(request) if authority else answer(request)

    @property
    def log(self) -> list[AccessLogEntry]:
        """What was asked for and sent so far, in the order in which replies began."""
        return self._log.entries()

    def clear_log(self) -> None:
        """Forget the log so far."""
        self._log.clear()

    @property
    def articles(self) -> tuple[ArticleTruth, ...]:
        """The readable articles, the sample first."""
        return tuple(self.truth.articles.values())

    def bench_article(self, count: int) -> ArticleTruth:
        """The article `/bench/COUNT`, which embeds that many generated live X posts."""
        return news.bench_article(count).truth

    def post(self, platform: str, post_id: str) -> PostTruth | None:
        """The truth about a scripted or generated post, or None if there is no such post."""
        found = self.truth.posts.get((platform, post_id))
        generated = find_post(post_id) if found is None and platform == "x" else None
        return post_truth(generated) if generated else found

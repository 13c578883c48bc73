"""What each server of a played population answers at the instant of a clock that is passed in."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random

from archiver.demo.cast import played
from archiver.demo.lives import Host, Life, PageAct, Phase, Population, TroubleKind
from archiver.demo.lives_pages import SELLERS, parked_reply, seller_reply, site_reply
from archiver.demo.lives_posts import posts_names
from archiver.demo.lives_troubles import trouble_reply
from archiver.demo.platforms import SITES, graph
from archiver.demo.platforms.common import iso
from archiver.demo.script import Act, Post
from archiver.demo.web import answer
from archiver.demo.wire import Reply, Request, redirect, text

__all__ = ["Play"]

_GRAPH_EDGES = {"instagram_oembed": "instagram", "oembed_post": "facebook", "oembed_video": "facebook"}


class Play:
    """The answers of the whole web at the instant that `now` gives. For one thread (a server's loop)."""

    def __init__(self, population: Population, *, now: Callable[[], datetime]) -> None:
        self._population, self._now = population, now
        self._rng = Random(population.seed)  # noqa: S311  # a play, no secret
        self._posts = {
            (life.resource.platform or "", name): life
            for life in population.lives.values()
            if life.post
            for name in posts_names(life.post)
        }
        self._canaries = {
            (post.platform, name): post for post in population.canaries.values() for name in posts_names(post)
        }
        self._pages = _by_host(population)
        self._moved = {host.moved_to: host for host in population.hosts.values() if host.moved_to}
        self._platforms = {name: site.platform for site in SITES for name in site.hosts}

    def answer(self, request: Request) -> Reply:
        """The reply to one request."""
        instant = self._now()
        platform = self._platform(request)
        if platform is not None:
            return self._platform_reply(platform, request, instant)
        if request.host in SELLERS:
            return seller_reply(request)
        host = self._host(request.host)
        if host is None:
            return text(f"There is no host {request.host!r} in the played web.\n", 404)
        return self._site_reply(host, request, instant)

    def resolve(self, name: str) -> tuple[str, ...]:
        """What a look-up of a name gives now; OSError where there is nothing, or no look-up."""
        instant = self._now()
        host = self._host(name)
        if host is not None and name != host.moved_to:
            trouble = self._population.trouble_at(host.name, instant)
            if trouble and trouble.kind is TroubleKind.NO_DNS:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            act = host.at(instant).act
            below = name != host.name
            if act is PageAct.NO_NAME or (below and act is not PageAct.PARKED):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        elif host is None and not self._known(name):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ("127.0.0.1",)

    def certificate_expired(self, name: str) -> bool:
        """Whether a site shows a certificate of which the time is over."""
        host = self._host(name)
        trouble = self._population.trouble_at(host.name, self._now()) if host else None
        return trouble is not None and trouble.kind is TroubleKind.TLS_EXPIRED

    def post(self, platform: str, name: str) -> Post | None:
        """A post as its platform has it now, by its id or its account's; a canary is always there."""
        canary = self._canaries.get((platform, name))
        if canary is not None:
            return canary
        life = self._posts.get((platform, name))
        phase = life.at(self._now()) if life else None
        return _as_it_is(life.post, phase) if life and life.post and phase else None

    def _platform_reply(self, platform: str, request: Request, instant: datetime) -> Reply:
        trouble = self._population.trouble_at(platform, instant)
        forgets = trouble is not None and trouble.kind is TroubleKind.FORGETFUL
        if trouble is not None and (reply := trouble_reply(trouble, request, self._rng)) is not None:
            return reply
        with played(_forgotten if forgets else self.post):
            return answer(request)

    def _site_reply(self, host: Host, request: Request, instant: datetime) -> Reply:
        phase = host.at(instant)
        if phase.act is PageAct.PARKED:
            return parked_reply(request, host)
        trouble = self._population.trouble_at(host.name, instant)
        if trouble is not None and (reply := trouble_reply(trouble, request, self._rng)) is not None:
            return reply
        if phase.act is PageAct.MOVED and request.host == host.name:
            return _to(host, request)
        return site_reply(request, host=host, pages=self._pages.get(host.name, {}), instant=instant)

    def _platform(self, request: Request) -> str | None:
        if request.host in graph.HOSTS:
            return _GRAPH_EDGES.get(request.segments[-1] if request.segments else "", "threads")
        return self._platforms.get(request.host)

    def _host(self, name: str) -> Host | None:
        """The site of that name or of one below it, or the one that moved there."""
        found = self._population.hosts.get(name) or self._moved.get(name)
        while found is None and "." in name:
            name = name.partition(".")[2]
            found = self._population.hosts.get(name) or self._population.hosts.get(f"www.{name}")
        return found

    def _known(self, name: str) -> bool:
        return name in SELLERS or name in self._platforms or name in graph.HOSTS


def _forgotten(_platform: str, _name: str) -> Post | None:
    return None


def _to(host: Host, request: Request) -> Reply:
    return redirect(f"{host.scheme}://{host.moved_to}{request.target}", 301)


def _by_host(population: Population) -> dict[str, dict[str, Life]]:
    found: dict[str, dict[str, Life]] = {}
    for life in population.lives.values():
        if life.host is not None:
            path = "/" + life.resource.uri.partition("://")[2].partition("/")[2]
            found.setdefault(life.host, {})[path] = life
    return found


def _as_it_is(post: Post, phase: Phase) -> Post:
    text_now = f"{post.text} (Corrected, {phase.revision}.)" if phase.revision else post.text
    edited = {"edited": "yes", "edited_at": iso(phase.at)} if phase.revision else {}
    return replace(post, act=Act(phase.act), text=text_now, more={**post.more, **edited})

"""The platforms, found by listing this folder: a new one is one new file.

`identify(url)` is the single door: it says which post a URL leads to, on any alias.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from archiver.model.records import PostRef, Resource
from archiver.model.states import ResourceKind
from archiver.model.urls import Url, canonical_url, host_in, parse_url
from archiver.platforms.base import Platform

__all__ = ["all_platforms", "identify", "is_shortener", "platform_named", "post_resource", "resource_for"]

_NOT_PLATFORMS = {"base", "common"}


@cache
def all_platforms() -> tuple[Platform, ...]:
    """Every platform, sorted by name; those that recognise a URL on any host come last."""
    modules = (info.name for info in pkgutil.iter_modules(__path__))
    names = [name for name in modules if name not in _NOT_PLATFORMS and not name.startswith("_")]
    found = (importlib.import_module(f"{__name__}.{name}").PLATFORM for name in names)
    return tuple(sorted(found, key=lambda platform: (platform.any_host, platform.name)))


def platform_named(name: str) -> Platform | None:
    """The platform called `name` (lower case), or None."""
    return next((platform for platform in all_platforms() if platform.name == name), None)


def identify(text: str) -> PostRef | None:
    """The post that a URL leads to, on any host, mirror or embed page; None if it is none.

    Also for the schemes of a platform's own (`at://…`). Never raises and asks nothing of
    the network: a shortener's URL is None until resolved.
    """
    url = parse_url(text)
    if url is None:
        return next((post for platform in all_platforms() if (post := platform.identify_uri(text))), None)
    return next((post for platform in _claimants(url) if (post := platform.identify(url)) is not None), None)


def is_shortener(text: str) -> bool:
    """Whether the URL only redirects (t.co, fb.watch, reddit.com/r/X/s/…) and must be resolved."""
    url = parse_url(text)
    return url is not None and any(_only_redirects(platform, url) for platform in all_platforms())


def post_resource(post: PostRef) -> Resource:
    """The resource of a post; its key is `platform:id`."""
    return Resource(f"{post.platform}:{post.post_id}", post.url, ResourceKind.POST, post.platform, post.post_id)


def resource_for(text: str) -> Resource | None:
    """The resource that a URL names: a post if some platform knows it, else a page.

    None if `text` is no http(s) URL.
    """
    post = identify(text)
    if post is not None:
        return post_resource(post)
    uri = canonical_url(text)
    return Resource(f"page:{uri}", uri, ResourceKind.PAGE) if uri else None


def _only_redirects(platform: Platform, url: Url) -> bool:
    on_hosts = host_in(url.host, platform.hosts + platform.mirrors)
    return host_in(url.host, platform.shorteners) or (on_hosts and platform.redirects(url))


@cache
def _by_domain() -> dict[str, tuple[Platform, ...]]:
    domains = {domain for p in all_platforms() if not p.any_host for domain in p.hosts + p.mirrors}
    return {d: tuple(p for p in all_platforms() if d in p.hosts + p.mirrors and not p.any_host) for d in domains}


@cache
def _anywhere() -> tuple[Platform, ...]:
    return tuple(p for p in all_platforms() if p.any_host)


def _claimants(url: Url) -> Iterator[Platform]:
    """The platforms to ask, one look-up a label: most links are nobody's, and there are many."""
    labels, table = url.host.split("."), _by_domain()
    for start in range(len(labels)):
        yield from table.get(".".join(labels[start:]), ())
    yield from _anywhere()

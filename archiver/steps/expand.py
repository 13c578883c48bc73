"""Where a short link leads, found by asking it once and following nothing else."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from archiver.fetch.client import Client
from archiver.model.fetched import Fetched
from archiver.model.records import Resource
from archiver.model.urls import canonical_url
from archiver.platforms import is_shortener, resource_for

__all__ = ["Expansion", "expand"]

_MAX_HOPS = 4
_FIRST_FAILURE = 400
# t.co answers browsers with a page that refreshes, programs with a redirect.
_REFRESH = re.compile(
    rb"""<meta[^>]+http-equiv\s*=\s*["']?refresh["']?[^>]+content\s*=\s*["']?\d*\s*;\s*url=([^"'>]+)""", re.IGNORECASE
)
_HEAD_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Expansion:
    """The resource at the end, the shorteners on the way, and the last answer if it is a failure."""

    resource: Resource
    aliases: tuple[str, ...] = ()
    dead_end: Fetched | None = None


def expand(resource: Resource, *, client: Client) -> Expansion:
    """Follow shorteners (and only those) from `resource`.

    A shortener that fails is a dead end: its own answer is what was observed. One that
    answers with a page of its own is left to the browser.
    """
    aliases: list[str] = []
    while is_shortener(resource.uri) and len(aliases) < _MAX_HOPS:
        fetched = client.get(resource.uri, follow=False)
        target = _target(fetched)
        if target is None:
            failed = fetched.status is None or fetched.status >= _FIRST_FAILURE
            return Expansion(resource, tuple(aliases), fetched if failed else None)
        aliases.append(canonical_url(resource.uri) or resource.uri)
        resource = target
    return Expansion(resource, tuple(aliases))


def _target(fetched: Fetched) -> Resource | None:
    location = fetched.location
    if location is None and (refresh := _REFRESH.search(fetched.body[:_HEAD_BYTES])):
        location = urljoin(fetched.final_url, unescape(refresh.group(1).decode("utf-8", "replace").strip()))
    return resource_for(location) if location else None

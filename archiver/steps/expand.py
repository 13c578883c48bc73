"""Where a short link leads, found by asking it once and following nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

from archiver.fetch import Client, Fetched
from archiver.model.records import Resource
from archiver.model.urls import canonical_url
from archiver.platforms import is_shortener, resource_for

__all__ = ["Expansion", "expand"]

_MAX_HOPS = 4


@dataclass(frozen=True, slots=True)
class Expansion:
    """The resource at the end, the shorteners on the way, and the last answer if it led nowhere."""

    resource: Resource
    aliases: tuple[str, ...] = ()
    dead_end: Fetched | None = None


def expand(resource: Resource, *, client: Callable[[], Client]) -> Expansion:
    """Follow shorteners (and only those) from `resource`.

    A shortener that does not redirect is a dead end: its own answer is what was observed.
    """
    aliases: list[str] = []
    while is_shortener(resource.uri) and len(aliases) < _MAX_HOPS:
        fetched = client().get(resource.uri, follow=False)
        target = resource_for(fetched.location) if fetched.location else None
        if target is None:
            return Expansion(resource, tuple(aliases), fetched)
        aliases.append(canonical_url(resource.uri) or resource.uri)
        resource = target
    return Expansion(resource, tuple(aliases))

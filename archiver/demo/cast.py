"""The posts of one demo platform, and who may stand in for them while a longer play is on.

A site answers from its own script. Where a whole population is played instead, as it was at one
instant, its posts are looked up first: the sites' answers stay the same functions.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from archiver.demo.script import Post

__all__ = ["Cast", "Lookup", "played"]

#: From a platform and an id of it (a post's, or an account's) to the post as it stands now.
Lookup = Callable[[str, str], Post | None]

_PLAYED: ContextVar[Lookup | None] = ContextVar("played", default=None)


class Cast:
    """The scripted posts of one platform, by one of their names."""

    def __init__(self, posts: Iterable[tuple[str, Post]]) -> None:
        self._posts = dict(posts)
        self._platform = next(iter(self._posts.values())).platform

    def get(self, name: str) -> Post | None:
        """The post of that name: of the population that is played, else of the script."""
        lookup = _PLAYED.get()
        found = lookup(self._platform, name) if lookup else None
        return found or self._posts.get(name)


@contextmanager
def played(lookup: Lookup) -> Iterator[None]:
    """While the context lasts, every site looks its posts up here first; other threads do not."""
    token = _PLAYED.set(lookup)
    try:
        yield
    finally:
        _PLAYED.reset(token)

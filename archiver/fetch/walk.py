"""From what the user named to every document in it: collections are opened, references followed, bounds kept."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from archiver.fetch.items import Collection, Entry, Kind, Unreadable
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document
from archiver.model.urls import canonical_url

__all__ = ["LISTED_LIMIT", "Empty", "Left", "Remark", "Walk"]

T = TypeVar("T")

#: Articles of a feed or sitemap that are read where no bound is given: it is others who write these.
LISTED_LIMIT = 1_000
_MOST_DEPTH = 5
_MOST_LISTINGS = 2_000
#: So many references are remembered, so that none is read twice.
_REMEMBERED = 1_000_000


@dataclass(frozen=True, slots=True)
class Left:
    """What a bound left unread of a collection: `count` references at least, None where nobody knows."""

    source: str
    limit: int
    count: int | None

    def __str__(self) -> str:
        what = "the rest was left" if self.count is None else f"{self.count} more were left"
        return f"{self.source}: {self.limit} were read, {what} (the bound is --limit)"


@dataclass(frozen=True, slots=True)
class Empty:
    """A collection that holds nothing to be read, which need not be wrong."""

    source: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.source} is a {self.kind} without an article"


Remark = Left | Empty


@dataclass(slots=True)
class _Scope:
    """A bound, and how much of it is used up."""

    source: str
    limit: int | None
    count: int = 0
    left: int = 0
    unknown: bool = False

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.count >= self.limit

    def rest(self) -> Iterator[Left]:
        if self.limit is not None and (self.left or self.unknown):
            yield Left(self.source, self.limit, None if self.unknown else self.left)


class Walk(Generic[T]):
    """Reads sources one after the other.

    `open_entry` opens a reference: it gives what is made of a single document, or a
    Collection, or raises InputUnreadable. `take` makes the same of a document that lies in
    a collection. `limit` bounds the documents of each feed, sitemap (with all that it
    leads to), list or WARC. References are followed five collections deep, each once.
    `content` says whether an article that its feed carries whole is taken from there.
    """

    def __init__(
        self,
        *,
        open_entry: Callable[[Entry], T | Collection],
        take: Callable[[Document], T],
        limit: int | None = None,
        content: Callable[[Collection], bool] = lambda _collection: False,
    ) -> None:
        self._open, self._take, self._limit, self._content = open_entry, take, limit, content
        self._seen: set[str] = set()
        self._listings = 0

    def read(self, source: str) -> Iterator[T | Unreadable | Remark]:
        """All that the source leads to, in order: what it is made of, what can't be read, and what was left."""
        self._seen, self._listings = {_key(source)}, 0
        yield from self._visit(Entry(source), _Scope(source, None), None, 0)

    def _visit(
        self, entry: Entry, scope: _Scope, parent: Collection | None, depth: int
    ) -> Iterator[T | Unreadable | Remark]:
        try:
            opened = self._open(entry)
        except InputUnreadable as error:
            # It counts, too: else a list of dead addresses would have no bound.
            scope.count += 1
            yield Unreadable(str(error), error.next_step)
            return
        if not isinstance(opened, Collection):
            scope.count += 1
            yield opened
            return
        problem = self._refused(opened, depth)
        if problem:
            yield Unreadable(problem)
        elif parent is not None and parent.kind is opened.kind is Kind.SITEMAP:
            yield from self._items(opened, scope, depth + 1)
        else:
            own, found = _Scope(opened.source, self._bound(opened)), 0
            for item in self._items(opened, own, depth + 1):
                found += 1
                yield item
            yield from own.rest()
            if not found and parent is None:
                yield Empty(opened.source, opened.kind)

    def _bound(self, collection: Collection) -> int | None:
        return LISTED_LIMIT if self._limit is None and collection.is_listing else self._limit

    def _refused(self, collection: Collection, depth: int) -> str:
        self._listings += collection.is_listing
        if self._listings == _MOST_LISTINGS:
            return f"{collection.source} was not read: {_MOST_LISTINGS} feeds and sitemaps were, and no more are"
        if depth >= _MOST_DEPTH:
            return f"{collection.source} is a list in a list, {depth} deep, and was not read"
        return ""

    def _items(self, collection: Collection, scope: _Scope, depth: int) -> Iterator[T | Unreadable | Remark]:
        try:
            for item in collection.items:
                if isinstance(item, Unreadable):
                    yield item
                elif not scope.is_full:
                    yield from self._item(item, collection, scope, depth)
                elif isinstance(item, Entry):
                    scope.left += 1
                else:
                    # What is left of a WARC file could only be told by reading it.
                    scope.unknown = True
                    break
                if collection.kind is Kind.SITEMAP and self._listings >= _MOST_LISTINGS:
                    break
        except InputUnreadable as error:
            yield Unreadable(str(error), error.next_step)
        finally:
            _close(collection.items)

    def _item(
        self, item: Document | Entry, collection: Collection, scope: _Scope, depth: int
    ) -> Iterator[T | Unreadable | Remark]:
        content = item if isinstance(item, Document) else item.content if self._content(collection) else None
        if isinstance(item, Entry) and not self._is_new(item.source):
            return
        if content is not None:
            scope.count += 1
            yield from self._taken(content)
        elif isinstance(item, Entry):
            yield from self._visit(item, scope, collection, depth)

    def _taken(self, document: Document) -> Iterator[T | Unreadable]:
        try:
            yield self._take(document)
        except InputUnreadable as error:
            yield Unreadable(str(error), error.next_step)

    def _is_new(self, source: str) -> bool:
        key = _key(source)
        if key in self._seen:
            return False
        if len(self._seen) < _REMEMBERED:
            self._seen.add(key)
        return True


def _key(source: str) -> str:
    return canonical_url(source) or os.path.abspath(source)  # noqa: PTH100  # Path raises on NUL


def _close(items: Iterator[object]) -> None:
    close = getattr(items, "close", None)
    if close is not None:
        close()

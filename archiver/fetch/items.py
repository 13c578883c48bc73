"""What a source that is not one article holds: documents, references to be read next, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from archiver.model.records import Document

__all__ = ["Collection", "Entry", "Item", "Kind", "Unreadable", "shown_name"]


class Kind(StrEnum):
    """What a source is, in words that a message can use."""

    ARTICLE = "article"
    FEED = "feed"
    SITEMAP = "sitemap"
    WARC = "WARC file"
    WACZ = "WACZ file"
    FOLDER = "folder of WARC files"
    LIST = "list"
    CSV = "CSV list"
    JSON_LINES = "JSONL list"


@dataclass(frozen=True, slots=True)
class Entry:
    """A reference that a collection holds: a URL, or (in the user's own lists only) a path.

    `content` is the article itself where the collection carries it whole.
    """

    source: str
    content: Document | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of a source, or all of it, that can't be read; `why` is a whole sentence that names it."""

    why: str
    next_step: str = ""


def shown_name(source: str) -> str:
    """The source in a message."""
    return "standard input" if source == "-" else source


Item = Document | Entry | Unreadable


@dataclass(frozen=True, slots=True)
class Collection:
    """A source that holds or lists others. `items` come as they are read, once."""

    source: str
    kind: Kind
    items: Iterator[Item]

    @property
    def is_listing(self) -> bool:
        """Whether others made the list, newest first, so that a bound makes sense."""
        return self.kind in (Kind.FEED, Kind.SITEMAP)

"""The links of a page that can be given the address of a stored copy."""

from collections.abc import Sequence
from html import unescape

from archiver.extract.links import LinkKind, LinkReader
from archiver.lookup.heal_copies import Copy, CopyFinder
from archiver.lookup.heal_spans import Numbered, Span
from archiver.lookup.heal_tokens import Tag
from archiver.model.records import Document
from archiver.model.urls import absolute
from archiver.platforms import resource_for

__all__ = ["PageLinks"]

#: A link that has one of these was decorated by somebody else.
_TAKEN = frozenset({"data-versionurl", "data-versiondate", "data-originalurl"})


class PageLinks:
    """The links of one page, read as extraction reads them."""

    def __init__(self, numbered: Numbered, document: Document) -> None:
        self._numbered = numbered
        home = document.url or numbered.article_url
        base = next((tag for tag in numbered.tags if tag.name == "base" and not tag.closing), None)
        named = self._attributes(base).get("href") if base else None
        self._reader = LinkReader((absolute(home, named) if named else None) or home, home)

    def decorated(self, copies: CopyFinder, gone: Sequence[Span], *, everything: bool) -> list[tuple[int, Copy]]:
        """Where attributes go in (behind the name of the tag), and the copy that each link gets."""
        found: list[tuple[int, Copy]] = []
        inside = {number for span in gone for number in range(span.first, span.last + 1)}
        for number, tag in enumerate(self._numbered.tags):
            if tag.name == "a" and not tag.closing and number not in inside:
                copy = self._copy(tag, copies)
                if copy is not None and (copy.lost or everything):
                    found.append((tag.start + 1 + len(tag.name), copy))
        return found

    def _copy(self, tag: Tag, copies: CopyFinder) -> Copy | None:
        attrs = self._attributes(tag)
        if "href" not in attrs or not _TAKEN.isdisjoint(attrs):
            return None
        target = self._reader.read(unescape(self._numbered.page.read(attrs["href"])))
        if target.kind not in (LinkKind.POST, LinkKind.PAGE) or target.url is None:
            return None
        resource = resource_for(target.url)
        copy = copies.of(resource) if resource else None
        return copy if isinstance(copy, Copy) else None

    def _attributes(self, tag: Tag) -> dict[str, str]:
        return dict(reversed(self._numbered.attributes(tag)))

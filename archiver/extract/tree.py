"""A page as lxml's own tree, and the Beautiful Soup view of the few elements that a rule reads.

Beautiful Soup's tree is what rules are written against, but to build it takes fifteen times
as long as to parse the page (measured, lxml 6.1 and Beautiful Soup 4.15). So the page stays
in lxml's tree, and only what a rule may read is handed to Beautiful Soup.
"""

from collections.abc import Iterator, Mapping
from html import escape
from itertools import islice
from typing import Any, Protocol

from bs4 import BeautifulSoup, Tag
from lxml import etree

from archiver.extract.markup import names_of

__all__ = ["FRAGMENT_CHARS", "WALK", "Element", "SoupMaker", "bounded_markup", "parse", "short_text", "texts", "walk"]

FRAGMENT_CHARS = 20_000
#: What a walk is told of: text stands behind comments too.
WALK = ("start", "end", "comment", "pi")
#: Rules may ask what stands around an element: so many of those are there, without their other children.
_AROUND = 3
#: Beautiful Soup takes quadratic time for deep elements; no real embed comes near this depth.
_DEEPEST = 200
_VOID = names_of("area base br col embed hr img input link meta source track wbr")
_RAW = frozenset({"script", "style"})


class Element(Protocol):
    """What is used of lxml's elements (it ships no types). `tag` is no text for comments."""

    tag: Any
    text: str | None
    tail: str | None

    def get(self, name: str, /) -> str | None:
        """The attribute's value."""

    def items(self) -> list[tuple[str, str]]:
        """The attributes, in their order."""

    def iterancestors(self) -> "Iterator[Element]":
        """What the element lies in, the nearest first."""

    def iter(self, *tags: str) -> "Iterator[Element]":
        """The element and what lies in it, in document order."""


def parse(text: str) -> Element:
    """The tree of an HTML document or fragment, whatever it is; XHTML is read as HTML."""
    body = text.encode("utf-8", errors="replace")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = _root(body, parser)
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        # libxml2 ends a document that nests deeper than 2048; events have no such bound.
        root = _root(body, etree.HTMLParser(target=etree.TreeBuilder(), encoding="utf-8", huge_tree=True))
    tree: Element = etree.Element("html") if root is None else root
    return tree


def _root(body: bytes, parser: Any) -> Any:
    try:
        return etree.fromstring(body, parser)
    except (etree.ParseError, AssertionError):
        # TreeBuilder asserts that there was an element at all.
        return None


def walk(element: Element) -> Any:
    """What lies in an element, itself included, as (event, element) in document order: see `WALK`."""
    return etree.iterwalk(element, events=WALK)


def texts(element: Element) -> Iterator[str | None]:
    """The pieces of text in an element in their order, None for each element that holds none first."""
    for event, node in walk(element):
        if event == "start":
            yield None if node.tag in _RAW else node.text
        elif node is not element:
            yield node.tail


def short_text(element: Element, limit: int = 300, pieces: int = 200) -> str:
    """The text of an element with single spaces, looking at no more than `pieces` pieces."""
    return " ".join(" ".join(filter(None, islice(texts(element), pieces))).split())[:limit]


def bounded_markup(element: Element, limit: int = FRAGMENT_CHARS) -> str:
    """The element's markup, cut after `limit` characters.

    It is written anew from the parsed tree, so quotes and the case of names may differ
    from the published bytes, which are kept elsewhere. Comments are left out.
    """
    parts, size = [], 0
    for event, node in walk(element):
        if event == "start":
            text = node.text or ""
            parts.append(_opening(node, limit) + (text if node.tag in _RAW else escape(text, quote=False)))
        else:
            closing = f"</{node.tag}>" if event == "end" and node.tag not in _VOID else ""
            tail = node.tail if node is not element else None
            parts.append(closing + escape(tail or "", quote=False))
        size += len(parts[-1])
        if size > limit:
            break
    return "".join(parts)[:limit]


def _opening(element: Element, limit: int) -> str:
    parts, size = [f"<{element.tag}"], 0
    for name, value in element.items():
        parts.append(f' {name}="{escape(value[:limit])}"')
        size += len(parts[-1])
        if size > limit:
            break
    return "".join((*parts, ">"))


class SoupMaker:
    """Makes elements as Beautiful Soup has them; one for many, as to begin costs as much as to make one."""

    def __init__(self) -> None:
        self._soup: BeautifulSoup | None = None

    def of(self, element: Element) -> Tag:
        """The element with all that it holds, inside its nearest ancestors.

        Those hold nothing else: what stands beside the element is not there, and what lies
        too deep in it is not either. Linear in the size of the element.
        """
        soup = self._begin()
        for parent in reversed(list(islice(element.iterancestors(), _AROUND))):
            soup.handle_starttag(parent.tag, None, None, dict(parent.items()))
        made = soup.handle_starttag(element.tag, None, None, dict(element.items()))
        assert made is not None  # noqa: S101  # no `parse_only` is set, so every tag is made
        _fill(soup, element)
        soup.endData()
        return made

    def alone(self, name: str, attrs: Mapping[str, str]) -> Tag:
        """An element of which no more than this is known."""
        return self._begin().new_tag(name, attrs=dict(attrs))

    def _begin(self) -> BeautifulSoup:
        if self._soup is None:
            self._soup = BeautifulSoup("", "lxml")
        self._soup.reset()
        return self._soup


def _fill(soup: BeautifulSoup, element: Element) -> None:
    depth, walking = 0, walk(element)
    for event, node in walking:
        if event == "start":
            depth += 1
            if depth > _DEEPEST:
                walking.skip_subtree()
                continue
            if node is not element:
                soup.handle_starttag(node.tag, None, None, dict(node.items()))
            text = node.text
        else:
            if event == "end":
                if depth <= _DEEPEST:
                    soup.handle_endtag(node.tag)
                depth -= 1
            text = node.tail if node is not element else None
        if text:
            # An empty piece would be read as a blank.
            soup.handle_data(text)

"""What a page says to a reader, without its machinery; and how alike two pages are in that."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree, html

from archiver.extract.decode import decode
from archiver.model.digests import Digest, sha256
from archiver.model.urls import absolute, parse_url

__all__ = ["Shown", "read_shown", "resemblance", "share_kept"]

#: A line of so many words is a sentence or a part of one; fewer are menus and labels.
_LINE_WORDS = 8
_MOST_WORDS = 20_000
_MOST_LINKS = 200
#: Words that stand together: few enough to outlive an edit, enough to be no chance.
_SHINGLE = 3
#: With fewer words than this a page of scripts has not told yet what it is.
_SHELL_WORDS = 25
_SILENT = frozenset(("script", "style", "noscript", "template", "svg", "head", "iframe", "select"))
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
        "h6 header hr html li main nav ol p pre section table td th tr ul",
    )
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Shown:
    """One page as a reader of its source sees it. `links` are absolute, `loads` the hosts of its scripts and frames.

    What scripts add, and what styles hide, is not known.
    """

    title: str
    lines: tuple[str, ...]
    headings: tuple[str, ...]
    links: tuple[str, ...]
    loads: frozenset[str]
    scripted: bool

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words, folded."""
        return tuple(_words(self.lines))

    @cached_property
    def story(self) -> tuple[str, ...]:
        """The words of its sentences; of a page without sentences all words. Menus, teasers and dates are left out."""
        told = tuple(_words(line for line in self.lines if len(_WORD.findall(line)) >= _LINE_WORDS))
        return told or self.words

    @cached_property
    def digest(self) -> Digest:
        """That of the story."""
        return sha256(" ".join(self.story).encode("utf-8", "replace"))

    @property
    def is_shell(self) -> bool:
        """Whether a script has yet to draw what the page shows."""
        return self.scripted and len(self.words) < _SHELL_WORDS


def read_shown(body: bytes, charset: str | None, url: str) -> Shown:
    """The page in `body`, found at `url`. Never raises: of what is no markup nothing is shown."""
    text = decode(body, charset).text
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Shown("", (), (), (), frozenset(), scripted=False)
    title = tree.find(".//title")
    return Shown(
        title="" if title is None else _plain(title.text or ""),
        lines=tuple(_lines(tree)),
        headings=tuple(filter(None, (_plain(str(one.text_content())) for one in tree.iter("h1", "h2")))),
        links=tuple(_links(tree, url)),
        loads=frozenset(_loads(tree, url)),
        scripted=tree.find(".//script") is not None,
    )


def resemblance(one: Iterable[str], other: Iterable[str]) -> float:
    """How much two sequences of words have in common, 0 to 1: shared shingles of all shingles (Jaccard)."""
    first, second = _shingles(tuple(one)), _shingles(tuple(other))
    return len(first & second) / len(first | second) if first or second else 1.0


def share_kept(ours: Iterable[str], shown: Iterable[str]) -> float:
    """How much of `ours` is still in `shown`, 0 to 1, by shingles. 1.0 of nothing."""
    wanted = _shingles(tuple(ours))
    return len(wanted & _shingles(tuple(shown))) / len(wanted) if wanted else 1.0


def _shingles(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[at : at + _SHINGLE] for at in range(max(1, len(words) - _SHINGLE + 1))} if words else set()


def _words(lines: Iterable[str]) -> Iterator[str]:
    left = _MOST_WORDS
    for line in lines:
        found = _WORD.findall(unicodedata.normalize("NFKC", line).casefold())[:left]
        left -= len(found)
        yield from found


def _lines(tree: html.HtmlElement) -> Iterator[str]:
    """The text by blocks, in reading order; no recursion, so no depth limit."""
    pieces: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        name = node.tag
        if name in _BLOCKS and pieces:
            if line := _plain("".join(pieces)):
                yield line
            pieces = []
        if event == "start":
            silent += name in _SILENT
            said = node.text
        else:
            silent -= name in _SILENT
            said = node.tail
        if said and not silent:
            pieces.append(said)
    if line := _plain("".join(pieces)):
        yield line


def _plain(text: str) -> str:
    return " ".join(text.split())


def _links(tree: html.HtmlElement, url: str) -> Iterator[str]:
    found = (absolute(url, str(node.get("href"))) for node in tree.iter("a") if node.get("href"))
    known = dict.fromkeys(link for link in found if link)
    yield from list(known)[:_MOST_LINKS]


def _loads(tree: html.HtmlElement, url: str) -> Iterator[str]:
    for node in tree.iter("script", "iframe", "frame"):
        place = parse_url(absolute(url, str(node.get("src"))) or "") if node.get("src") else None
        if place is not None:
            yield place.host

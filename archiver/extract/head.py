"""What a page says of itself, gathered while its tree is walked; `metadata` weighs it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

from archiver.extract.linked import LinkedData
from archiver.extract.markup import names_of
from archiver.extract.tree import Element, short_text

__all__ = ["BY", "NAMED_CLASSES", "Head"]

#: What leads in the names of a byline.
BY = re.compile(
    r"^(?:(?:posted |published |written |words |text |story )?by|par|por|von|di|door|av|af|od|autor(?:a|es)?|author"
    r"|texte?|автор|著者|文)\b\s*:?\s*",
    re.IGNORECASE,
)
_META_CHARS = 2000
_BYLINES = names_of(
    "byline author author-name byline-name byline__name post-author article-author entry-author article__author"
    " article-byline c-byline byline-author author__name authors"
)
_DAYS = names_of(
    "date pubdate published entry-date post-date article-date publish-date date-published timestamp dateline"
    " published-date article__date post__date posted-on byline-date article-timestamp"
)
#: Classes by which `Head.note_named` knows its elements.
NAMED_CLASSES = _BYLINES | _DAYS
#: The first headings, times and bylines of a page may be the article's; later ones are not.
_CANDIDATES = 3
#: A shorter title could be anything.
_TITLE_CHARS = 12


@dataclass(slots=True)
class Head:
    """Candidates, in the order of the page: the first of each list that can be used wins."""

    metas: dict[str, str] = field(default_factory=dict)
    linked: LinkedData = field(default_factory=LinkedData)
    canonical: str | None = None
    base: str | None = None
    language: str | None = None
    title: str | None = None
    headings: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    #: What stands in elements that are named after a date.
    days: list[str] = field(default_factory=list)

    def add_meta(self, attrs: Mapping[str, str]) -> None:
        """A `<meta>`: the first of a name counts."""
        name = attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or attrs.get("http-equiv")
        content = attrs.get("content", "")
        if name and content.strip():
            self.metas.setdefault(name.strip().lower(), " ".join(unescape(content).split())[:_META_CHARS])

    def note_named(self, node: Element, attrs: Mapping[str, str], classes: Sequence[str]) -> None:
        """An element: its words are a candidate if it is marked as a byline or a date."""
        if len(self.authors) < _CANDIDATES and (
            (classes and not _BYLINES.isdisjoint(classes))
            or attrs.get("itemprop") == "author"
            or ("rel" in attrs and "author" in attrs["rel"].split())
        ):
            self.authors.append(_author_in(node))
        if classes and len(self.days) < _CANDIDATES and not _DAYS.isdisjoint(classes):
            self.days.append(short_text(node))

    def note_heading(self, node: Element) -> None:
        """An `<h1>`."""
        if len(self.headings) < _CANDIDATES:
            self.headings.append(short_text(node))

    def note_time(self, node: Element, attrs: Mapping[str, str]) -> None:
        """A `<time>`."""
        stamp = attrs.get("datetime")
        if stamp and len(self.times) < _CANDIDATES:
            self.times.append(stamp)
        elif not stamp and len(self.days) < _CANDIDATES:
            self.days.append(short_text(node))

    def titles(self) -> frozenset[str]:
        """All that the page may be titled, as it is in its own data."""
        named = (self.metas.get("og:title"), self.metas.get("twitter:title"), self.title, *self.headings)
        whole = [title for title in named if title]
        parts = (part.strip() for title in whole for part in re.split(r"\s[|–—·-]\s", title))
        return frozenset(title for title in (*whole, *parts) if len(title) >= _TITLE_CHARS)


def _author_in(node: Element) -> str:
    """The text of a byline, or of the link to its author where it begins with that."""
    text = short_text(node)
    links = (link for link in node.iter("a") if "author" in (link.get("rel") or link.get("href") or ""))
    name = short_text(link) if (link := next(links, None)) is not None else ""
    return name if name and BY.sub("", text).startswith(name) else text

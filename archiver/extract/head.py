"""What a page says of itself: title, byline, dates, publisher, language, address.

Gathered while the tree is walked, weighed at its end: structured data first, then meta
tags, then what the page shows.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archiver.extract.cards import Card, claim_of, objects_in, posts_of
from archiver.extract.dates import iso_instant
from archiver.extract.markup import names_of
from archiver.extract.tree import Element, short_text
from archiver.model.records import Article
from archiver.model.urls import absolute, parse_url

__all__ = ["Head"]

_JSON_BYTES = 1_000_000
_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|LiveBlog|Report|SocialMediaPosting|Review|CreativeWork|WebPage")
_BY = re.compile(
    r"^(?:(?:posted |published |written )?by|par|por|von|di|door|av|af|od|autor(?:a|es)?|author|words by)\b\s*:?\s*",
    re.IGNORECASE,
)
_BYLINE_CHARS = 200
_BYLINES = names_of("byline author author-name byline-name post-author article-author entry-author")
#: The first headings, times and bylines of a page may be the article's; later ones are not.
_CANDIDATES = 3
#: A shorter title could be anything.
_TITLE_CHARS = 12


@dataclass(slots=True)
class Head:
    """Candidates, best last in no list: the first of each list that can be used wins."""

    metas: dict[str, str] = field(default_factory=dict)
    data: list[dict[str, Any]] = field(default_factory=list)
    canonical: str | None = None
    base: str | None = None
    language: str | None = None
    title: str | None = None
    headings: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    #: Posts elsewhere that the page's linked data describes.
    postings: list[Card] = field(default_factory=list)

    def add_meta(self, attrs: Mapping[str, str]) -> None:
        """A `<meta>`: the first of a name counts."""
        name = attrs.get("property") or attrs.get("name") or attrs.get("itemprop")
        content = attrs.get("content", "")
        if name and content.strip():
            self.metas.setdefault(name.strip().lower(), " ".join(content.split())[:2000])

    def add_json(self, text: str) -> None:
        """A JSON-LD script. What is no JSON is passed over."""
        if len(text) > _JSON_BYTES:
            return
        try:
            value = json.loads(text.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            return
        found = list(_articles(value))[:20]
        self.data.extend(item for item in found if not list(posts_of(_addresses(item))))
        self.postings.extend(_postings(value))

    def note_author(self, node: Element, attrs: Mapping[str, str], classes: Sequence[str]) -> None:
        """An element: its words are a candidate if it is marked as a byline."""
        if len(self.authors) < _CANDIDATES and (
            (classes and not _BYLINES.isdisjoint(classes))
            or attrs.get("itemprop") == "author"
            or ("rel" in attrs and "author" in attrs["rel"].split())
        ):
            self.authors.append(short_text(node))

    def note_heading(self, node: Element) -> None:
        """An `<h1>`."""
        if len(self.headings) < _CANDIDATES:
            self.headings.append(short_text(node))

    def note_time(self, attrs: Mapping[str, str]) -> None:
        """A `<time>`."""
        stamp = attrs.get("datetime")
        if stamp and len(self.times) < _CANDIDATES:
            self.times.append(stamp)

    def titles(self) -> frozenset[str]:
        """All that the page may be titled, as it is in its own data."""
        named = (self.metas.get("og:title"), self.metas.get("twitter:title"), self.title, *self.headings)
        whole = [title for title in named if title]
        parts = (part.strip() for title in whole for part in re.split(r"\s[|–—·-]\s", title))
        return frozenset(title for title in (*whole, *parts) if len(title) >= _TITLE_CHARS)

    def article(self, url: str | None, updates: tuple[str, ...] = ()) -> Article:
        """The article. `url` is where it was found, used where the page names no better."""
        data = next(iter(sorted(self.data, key=_rank)), {})
        return Article(
            url=self._url(url),
            title=self._title(data),
            byline=self._byline(data),
            published_at=self._published(data),
            modified_at=self._date(
                data, ("dateModified",), ("article:modified_time", "og:updated_time", "last-modified")
            ),
            publisher=_name(data.get("publisher")) or self.metas.get("og:site_name"),
            language=self.language or _text(data.get("inLanguage")) or self.metas.get("og:locale"),
            updates=updates,
        )

    def _url(self, url: str | None) -> str | None:
        for candidate in (self.canonical, self.metas.get("og:url")):
            found = absolute(url, candidate) if candidate else None
            named, real = parse_url(found) if found else None, parse_url(url) if url else None
            # Some templates give the front page as every page's address.
            if named and (real is None or named.path != "/" or real.path == "/"):
                return found
        return url

    def _title(self, data: dict[str, Any]) -> str | None:
        shown = self.headings[0] if len(self.headings) == 1 else None
        named = self.metas.get("og:title") or _text(data.get("headline")) or self.metas.get("twitter:title")
        return named or shown or self.title or next(iter(self.headings), None)

    def _byline(self, data: dict[str, Any]) -> str | None:
        named = _names(data.get("author")) or self.metas.get("author") or self.metas.get("article:author")
        for candidate in (named, self.metas.get("parsely-author"), *self.authors, self.metas.get("dc.creator")):
            text = _BY.sub("", " ".join((candidate or "").split())).strip(" ,;|·-–—")
            if text and len(text) <= _BYLINE_CHARS and "://" not in text:
                return text
        return None

    def _published(self, data: dict[str, Any]) -> str | None:
        names = (
            "article:published_time",
            "datepublished",
            "date",
            "dc.date.issued",
            "dc.date",
            "pubdate",
            "parsely-pub-date",
        )
        found = self._date(data, ("datePublished", "dateCreated", "uploadDate"), names)
        return found or next(filter(None, map(iso_instant, self.times)), None)

    def _date(self, data: dict[str, Any], keys: tuple[str, ...], metas: tuple[str, ...]) -> str | None:
        candidates = (*(_text(data.get(key)) for key in keys), *(self.metas.get(name) for name in metas))
        return next(filter(None, map(iso_instant, filter(None, candidates))), None)


def _articles(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD value that can describe the page, not those they refer to."""
    if depth > 4:  # noqa: PLR2004  # @graph in a list in a list is as deep as pages go
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _articles(item, depth + 1)
    elif isinstance(value, dict):
        if _ARTICLE_TYPES.search(str(value.get("@type", ""))):
            yield value
        yield from _articles(value.get("@graph"), depth + 1)
        yield from _articles(value.get("mainEntity"), depth + 1)


def _addresses(item: dict[str, Any]) -> dict[str, Any]:
    return {key: item[key] for key in ("url", "@id", "mainEntityOfPage", "sameAs") if key in item}


def _postings(value: Any) -> Iterator[Card]:
    """The posts of other sites that are described as such, but not those in readers' comments."""
    for item in objects_in(value, without=("comment", "comments", "review", "publisher")):
        if "SocialMediaPosting" in str(item.get("@type", "")):
            for card in posts_of(_addresses(item)):
                yield Card(card.post, claim_of(item))
                break


def _rank(data: dict[str, Any]) -> int:
    kind = str(data.get("@type", ""))
    return 0 if "Article" in kind or "Posting" in kind or "LiveBlog" in kind else 1


def _text(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        value = next(iter(value), None)
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _names(value: Any) -> str | None:
    people = value if isinstance(value, list) else [value]
    names = [name for name in map(_name, people[:20]) if name]
    return ", ".join(dict.fromkeys(names)) or None

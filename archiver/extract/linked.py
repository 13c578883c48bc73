"""What a page's JSON-LD says of it, with what its objects refer to."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from archiver.extract.cards import Card, claim_of, objects_in, posts_of

__all__ = ["LinkedData", "text_of"]

_JSON_CHARS = 1_000_000
_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|LiveBlog|Report|SocialMediaPosting|Review|CreativeWork|WebPage")
_PUBLISHER_TYPES = re.compile(r"Organization|NewsMedia|WebSite|Newspaper|Periodical|Blog$")
#: Readers' words, and what else names other works than the article.
_BESIDE = ("comment", "comments", "review", "reviews", "isRelatedTo", "relatedLink", "itemListElement")
_NAMED = 20
_TEXT_CHARS = 2000


@dataclass(slots=True)
class LinkedData:
    """The objects of a page's scripts: those that may describe it, and all that bear a name."""

    articles: list[dict[str, Any]] = field(default_factory=list)
    #: Posts elsewhere that are described as such.
    postings: list[Card] = field(default_factory=list)
    #: The steps that lead to the page, outermost first.
    path: tuple[str, ...] = ()
    #: The site's name.
    site: str | None = None
    _ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    _publishers: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """A script. What is no JSON is passed over."""
        if len(text) > _JSON_CHARS:
            return
        try:
            value = json.loads(text.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            return
        found = list(_articles(value))[:_NAMED]
        self.articles.extend(item for item in found if not list(posts_of(_addresses(item))))
        for item in objects_in(value, without=_BESIDE):
            self._note(item, str(item.get("@type", "")))

    def best(self) -> Mapping[str, Any]:
        """The object that describes the article best; an empty one if none does."""
        return min(self.articles, key=_rank, default={})

    def name(self, value: Any) -> str | None:
        """The name of a person or organisation: given as text, as an object, or by its `@id`."""
        if isinstance(value, list):
            value = next(iter(value), None)
        if isinstance(value, dict):
            known: Mapping[str, Any] = value if "name" in value else self._ids.get(str(value.get("@id")), {})
            return text_of(known.get("name"))
        return text_of(value)

    def names(self, value: Any) -> str | None:
        """The names in a list of them, each once."""
        people = value if isinstance(value, list) else [value]
        return ", ".join(dict.fromkeys(name for name in map(self.name, people[:_NAMED]) if name)) or None

    def publisher(self) -> str | None:
        """Who publishes the page, if any object says so."""
        return self.name(self.best().get("publisher")) or next(iter(self._publishers), None)

    def _note(self, item: dict[str, Any], kind: str) -> None:
        if "name" in item and isinstance(item.get("@id"), str):
            self._ids.setdefault(item["@id"], item)
        if _PUBLISHER_TYPES.search(kind) and (name := text_of(item.get("name"))):
            self._publishers.append(name)
            self.site = self.site or (name if "WebSite" in kind else None)
        if "BreadcrumbList" in kind and not self.path:
            self.path = tuple(_steps(item.get("itemListElement")))
        if "SocialMediaPosting" in kind:
            self.postings.extend(Card(card.post, claim_of(item)) for card in list(posts_of(_addresses(item)))[:1])


def text_of(value: Any) -> str | None:
    """A text with single spaces; entities that a template left in it are undone."""
    if isinstance(value, list):
        value = next(iter(value), None)
    return " ".join(unescape(value).split())[:_TEXT_CHARS] or None if isinstance(value, str) else None


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


def _rank(item: Mapping[str, Any]) -> int:
    kind = str(item.get("@type", ""))
    return 0 if "Article" in kind or "Posting" in kind or "LiveBlog" in kind else 1


def _addresses(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item[key] for key in ("url", "@id", "mainEntityOfPage", "sameAs") if key in item}


def _steps(value: Any) -> Iterator[str]:
    for step in value[:_NAMED] if isinstance(value, list) else ():
        if isinstance(step, dict):
            inner = step.get("item")
            name = text_of(step.get("name")) or (text_of(inner.get("name")) if isinstance(inner, dict) else None)
            if name:
                yield name

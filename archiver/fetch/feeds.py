"""RSS, Atom, JSON Feed and sitemaps: the articles that a site lists, newest first."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from io import BytesIO
from typing import Any

from lxml import etree

from archiver.fetch.items import Entry, Item, Unreadable, shown_name
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document
from archiver.model.urls import absolute

__all__ = ["read_feed", "read_json_feed", "read_sitemap", "with_problem"]

#: The sitemap protocol allows 50,000; more than this is no list for people.
_MOST_ENTRIES = 250_000
_ENTITY = re.compile(rb"<!ENTITY\b[^>]{0,1000}&|<!ENTITY\s+%", re.IGNORECASE)
_PLAIN_URL = re.compile(r"https?://[\w.-]{1,253}(?:/[\w./?=&%~+-]{0,2000})?", re.ASCII)
_HEAD_BYTES = 1 << 20
_CONTENTS = frozenset({"encoded", "content"})
_DATES = ("pubDate", "published", "date", "updated", "modified", "issued")
_OLDEST = datetime.min.replace(tzinfo=UTC)
_OTHER_LINKS = frozenset({"self", "edit", "replies", "enclosure", "related", "hub", "next", "via", "license"})


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry as it is read: where it leads, when it was published, and its own text."""

    url: str | None
    at: datetime | None
    content: str = ""
    title: str = ""


def read_feed(body: bytes, name: str, base: str | None) -> Iterator[Item]:
    """The entries of an RSS or Atom feed, newest first; each with its content where the feed carries it whole."""
    listed, problem = _parsed(body, name, ("{*}item", "{*}entry"), lambda element: _feed_entry(element, base))
    return _entries(listed, name, problem)


def read_sitemap(body: bytes, name: str, base: str | None) -> Iterator[Item]:
    """The pages of a sitemap or news sitemap, or the sitemaps of an index, the last changed first."""
    listed, problem = _parsed(body, name, ("{*}url", "{*}sitemap"), lambda element: _page(element, base))
    return _entries(listed, name, problem)


def read_json_feed(body: bytes, name: str, base: str | None) -> Iterator[Item]:
    """The entries of a JSON Feed, newest first."""
    try:
        feed = json.loads(body)
        items = feed["items"] if isinstance(feed["items"], list) else []
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputUnreadable(f"{shown_name(name)} is a broken JSON Feed") from None
    rows = [item for item in items[:_MOST_ENTRIES] if isinstance(item, dict)]
    return _entries([_json_entry(item, base) for item in rows], name, "")


def with_problem(items: Iterator[Item], problem: str) -> Iterator[Item]:
    """The items, and at their end what was wrong with the bytes that they were read from."""
    yield from items
    if problem:
        yield Unreadable(problem)


def _parsed(
    body: bytes, name: str, wanted: tuple[str, ...], read: Callable[[Any], _Listed]
) -> tuple[list[_Listed], str]:
    """The elements of these (local) names, read one by one, and what was wrong with the XML."""
    if _ENTITY.search(body[:_HEAD_BYTES]):
        raise InputUnreadable(f"{shown_name(name)} is XML that defines entities by entities, and was not read")
    listed: list[_Listed] = []
    # No entity is replaced, no DTD or address is read; depth is bounded by libxml2 itself.
    walk = etree.iterparse(
        BytesIO(body), resolve_entities=False, no_network=True, load_dtd=False, recover=True, tag=wanted
    )
    problem = ""
    try:
        for _, element in walk:
            listed.append(read(element))
            _forget(element)
            if len(listed) >= _MOST_ENTRIES:
                problem = f"only the first {_MOST_ENTRIES} entries of {shown_name(name)} were read"
                break
    except etree.XMLSyntaxError as error:
        problem = f"{shown_name(name)} is broken XML ({error})"
    if not problem and any(error.level_name == "FATAL" for error in walk.error_log):
        problem = (
            _cut_short(body, name) if listed else f"{shown_name(name)} is broken XML, of which nothing could be read"
        )
    return listed, problem


def _cut_short(body: bytes, name: str) -> str:
    """What to say of XML that is not well-formed: nothing, if it at least ends."""
    return "" if body.rstrip()[-1:] == b">" else f"{shown_name(name)} ends in the middle of an entry"


def _forget(element: Any) -> None:
    """Frees an element that was read, and all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _entries(listed: list[_Listed], name: str, problem: str) -> Iterator[Item]:
    ordered = sorted(listed, key=lambda entry: entry.at or _OLDEST, reverse=True)
    for number, entry in enumerate(ordered, 1):
        if entry.url is not None:
            content = _article(entry, name, number) if entry.content.strip() else None
            yield Entry(entry.url, content)
        elif entry.content.strip():
            yield _article(entry, name, number)
        else:
            yield Unreadable(
                f"{shown_name(name)} has an entry without a web address: {entry.title[:100] or 'untitled'}"
            )
    if problem:
        yield Unreadable(problem)


def _article(entry: _Listed, name: str, number: int) -> Document:
    """The text that a feed carries, as the page that it would be."""
    head = f"<title>{escape(entry.title)}</title>" if entry.title else ""
    if entry.at:
        head += f'<meta property="article:published_time" content="{entry.at.isoformat()}">'
    html = f"<!doctype html><html><head>{head}</head><body><article>{entry.content}</article></body></html>"
    return Document(
        name, html.encode("utf-8", "replace"), "text/html", entry.url, "utf-8", part=f"entry {number}, newest first"
    )


def _feed_entry(element: Any, base: str | None) -> _Listed:
    texts: dict[str, str] = {}
    link = content = ""
    for child in element:
        name = _name(child)
        if name == "link":
            link = link or _link(child)
        elif name in _CONTENTS and child.get("src") is None:
            content = max(content, _markup(child), key=len)
        elif name == "origLink":
            texts["origLink"] = _text(child)
        elif name:
            texts.setdefault(name, _text(child))
    permalink = texts.get("guid", texts.get("id", ""))
    found = (
        texts.get("origLink") or link or (permalink if permalink.lower().startswith(("http://", "https://")) else "")
    )
    at = next((at for name in _DATES if (at := _instant(texts.get(name, "")))), None)
    return _Listed(_address(found, base), at, content, " ".join(texts.get("title", "").split()))


def _link(element: Any) -> str:
    """Where an entry's link leads, if it leads to the article: RSS has it as text, Atom in an attribute."""
    if element.get("rel", "alternate") in _OTHER_LINKS:
        return ""
    return str(element.get("href") or _text(element)).strip()


def _markup(element: Any) -> str:
    """The HTML that an element holds: escaped, as CDATA, or (`xhtml`) as elements."""
    if element.get("type") in ("xhtml", "application/xhtml+xml") or len(element):
        inner = "".join(etree.tostring(child, encoding="unicode", method="html", with_tail=True) for child in element)
        return (element.text or "") + inner
    text = element.text or ""
    return _paragraphs(text) if element.get("type") in ("text", "text/plain") else text


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{escape(part)}</p>".replace("\n", "<br>") for part in parts if part)


def _page(element: Any, base: str | None) -> _Listed:
    texts: dict[str, str] = {}
    for child in element.iter():
        if _name(child) in ("loc", "lastmod", "publication_date") and not len(child):
            texts.setdefault(_name(child), _text(child))
    at = _instant(texts.get("publication_date", "")) or _instant(texts.get("lastmod", ""))
    return _Listed(_address(texts.get("loc", ""), base), at, title=texts.get("loc", ""))


def _json_entry(item: dict[str, Any], base: str | None) -> _Listed:
    def text(key: str) -> str:
        value = item.get(key)
        return value if isinstance(value, str) else ""

    url = text("url") or text("external_url") or (text("id") if text("id").startswith("http") else "")
    content = text("content_html") or _paragraphs(text("content_text"))
    at = _instant(text("date_published")) or _instant(text("date_modified"))
    return _Listed(_address(url, base), at, content, text("title"))


def _address(text: str, base: str | None) -> str | None:
    """The address that an entry names; of most of a hundred thousand no more will be asked."""
    if _PLAIN_URL.fullmatch(text):
        return text
    return absolute(base, text) if text else None


def _text(element: Any) -> str:
    return "".join(element.itertext(tag=None) if len(element) else (element.text or "",)).strip()


def _name(element: Any) -> str:
    # Comments, processing instructions and entities have functions for tags.
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _instant(text: str) -> datetime | None:
    """ISO 8601 (also a day or a month only) or RFC 5322; without a zone it is taken for UTC."""
    text = text.strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        try:
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (OverflowError, ValueError):
            return None
    return _instant(f"{text}-01") if re.fullmatch(r"\d{4}(?:-\d\d)?", text) else None

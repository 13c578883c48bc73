"""The article as one would cite it, weighed from all that a page says of itself.

Structured data counts first, then meta tags, then what the page shows, then its address.
"""

import re
from collections.abc import Iterable

from archiver.extract.dates import iso_date, iso_instant
from archiver.extract.head import BY, Head
from archiver.extract.linked import text_of
from archiver.model.records import Article
from archiver.model.urls import absolute, parse_url

__all__ = ["article_of"]

#: What stands behind a name in a byline: a date, a mark, a section.
_BEHIND = re.compile(
    r"\s*(?:[|·•@]|\s[–—-]\s|\d|\b(?:published|updated|posted|on)\b\s*:?\s).*", re.IGNORECASE | re.DOTALL
)
_BYLINE_CHARS = 200
_PUBLISHED = (
    *("article:published_time", "article:published", "datepublished", "date", "dc.date.issued", "dcterms.created"),
    *("dc.date", "dc.date.created", "dcterms.date", "dcterms.issued", "pubdate", "publishdate", "publish-date"),
    *("publish_date", "publication_date", "publisheddate", "parsely-pub-date", "sailthru.date", "datecreated"),
    *("citation_publication_date", "og:published_time", "og:article:published_time", "release_date", "displaydate"),
)
_MODIFIED = (
    *("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified", "revised"),
    *("last-modified", "lastmod", "article:modified", "og:article:modified_time", "updated_time"),
)
_SECTIONS = (
    "article:section",
    "og:article:section",
    "parsely-section",
    "section",
    "sailthru.section",
    "articlesection",
)
_SITES = ("og:site_name", "application-name", "dc.publisher", "publisher", "apple-mobile-web-app-title")
_NO_SECTIONS = frozenset(
    {
        "home",
        "homepage",
        "startseite",
        "inicio",
        "accueil",
        "início",
        "start",
        "главная",
        "ホーム",
        "nil",
        "null",
        "none",
    }
)
_SUFFIX = re.compile(r"^(.{3,}?)\s+[|–—·»:-]\s+([^|–—·»]{2,60})$", re.DOTALL)
_IN_PATH = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")


def article_of(head: Head, url: str | None, updates: tuple[str, ...] = ()) -> Article:
    """The article. `url` is where it was found, used where the page names no better."""
    address = _address(head, url)
    return Article(
        url=address,
        title=_title(head, address),
        byline=_byline(head),
        published_at=_published(head, address),
        modified_at=_date((text_of(head.linked.best().get("dateModified")),), head, _MODIFIED),
        publisher=_publisher(head, address),
        section=_section(head, address),
        language=_language(head),
        updates=updates,
    )


def _address(head: Head, url: str | None) -> str | None:
    for candidate in (head.canonical, head.metas.get("og:url")):
        found = absolute(url, candidate) if candidate else None
        named, real = parse_url(found) if found else None, parse_url(url) if url else None
        # Some templates give the front page as every page's address.
        if named and (real is None or named.path != "/" or real.path == "/"):
            return found
    return url


def _title(head: Head, url: str | None) -> str | None:
    shown = head.headings[0] if len(head.headings) == 1 else None
    named = head.metas.get("og:title") or text_of(head.linked.best().get("headline")) or head.metas.get("twitter:title")
    title = named or shown or head.title or next(iter(head.headings), None)
    suffix = _SUFFIX.match(title) if title else None
    return suffix[1].strip() if suffix and _is_site(suffix[2], head, url) else title


def _is_site(text: str, head: Head, url: str | None) -> bool:
    """Whether what stands behind a title is the site's name."""
    name, address = _folded(text), parse_url(url) if url else None
    hosts = {_folded(label) for label in address.host.split(".")} if address else set()
    sites = {_folded(site) for site in (head.linked.publisher(), *(head.metas.get(key) for key in _SITES)) if site}
    return name in sites or name in hosts or (address is not None and name == _folded(address.host))


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold()).removeprefix("www")


def _byline(head: Head) -> str | None:
    data = head.linked.best()
    named = head.linked.names(data.get("author")) or head.metas.get("author") or head.metas.get("article:author")
    meta = (named, head.metas.get("parsely-author"), head.metas.get("sailthru.author"))
    shown = (_BEHIND.sub("", BY.sub("", author)) for author in head.authors)
    for candidate in (*meta, *shown, head.metas.get("dc.creator")):
        text = BY.sub("", " ".join((candidate or "").split())).strip(" ,;|·-–—")
        if text and len(text) <= _BYLINE_CHARS and "://" not in text:
            return text
    return None


def _published(head: Head, url: str | None) -> str | None:
    data = head.linked.best()
    stamps = (text_of(data.get(key)) for key in ("datePublished", "dateCreated", "uploadDate"))
    found = _date(stamps, head, _PUBLISHED) or next(filter(None, map(iso_instant, head.times)), None)
    return found or next(filter(None, map(iso_date, head.days)), None) or _day_in(url)


def _day_in(url: str | None) -> str | None:
    """The day that an address names, as many sites' do."""
    found = _IN_PATH.search(url) if url else None
    return "-".join(found.groups()) if found else None


def _date(stamps: Iterable[str | None], head: Head, metas: tuple[str, ...]) -> str | None:
    candidates = (*stamps, *(head.metas.get(name) for name in metas))
    return next(filter(None, map(iso_instant, filter(None, candidates))), None)


def _publisher(head: Head, url: str | None) -> str | None:
    """The name as the site writes it, before the name of the firm that its data refers to."""
    publisher = head.linked.best().get("publisher")
    stated = text_of(publisher.get("name")) if isinstance(publisher, dict) else text_of(publisher)
    named = stated or head.metas.get("og:site_name") or head.linked.site or head.linked.publisher()
    named = named or next(filter(None, map(head.metas.get, _SITES)), None)
    suffix = _SUFFIX.match(head.title) if head.title and not named else None
    return named or (suffix[2].strip() if suffix and _is_site(suffix[2], head, url) else None)


def _section(head: Head, url: str | None) -> str | None:
    """The first section that is stated, else the first step of the path that is neither the site nor the article."""
    named = (text_of(head.linked.best().get("articleSection")), *map(head.metas.get, _SECTIONS))
    titles = {_folded(title) for title in head.titles()}
    steps = (step for step in head.linked.path if _folded(step) not in titles and not _is_site(step, head, url))
    first = (text.split(",")[0].strip() for text in (*named, *steps) if text)
    return next((text for text in first if text and text.casefold() not in _NO_SECTIONS), None)


def _language(head: Head) -> str | None:
    stated = head.language or text_of(head.linked.best().get("inLanguage"))
    return stated or head.metas.get("content-language") or head.metas.get("og:locale")

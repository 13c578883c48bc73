"""Find what is stored by any form of its URL, its id, or its words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from archiver.catalog import Catalog, match_all, match_any
from archiver.lookup.build import Builder
from archiver.lookup.hit import Hit
from archiver.model.urls import parse_url, surt
from archiver.platforms import is_shortener, resource_for

__all__ = ["find", "resources_meant"]

#: `example.org`, `x.com/nasa/status/1`: a URL as people say it.
_SCHEMELESS = re.compile(r"(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(?::\d+)?(?:[/?#]\S*)?")
#: The name of an evidence folder, which is the id of what it holds.
_FOLDER = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9_-]+")
#: Where not all words are found together, so many of the best partial finds are shown.
_PARTIAL_FINDS = 50


def find(catalog: Catalog, query: str, *, at: datetime | None = None, limit: int = 20) -> list[Hit]:
    """The stored copies that `query` leads to, newest first, or nearest first to `at`.

    1. The id of a capture or article version. 2. Any alias of a URL: of a post all that
    its platform knows, of a page also those with another scheme, `www.` or letter case.
    3. `platform:id`, or the bare id of a post. 4. Words: all of them, else any of them.

    The first of these that finds anything decides. An article gives its versions, then
    the captures of what it cites. What is cited but was never captured is found too, as a
    hit without capture, and so is a quote whose permalink is lost, by its words. Nothing
    in `query` is an error; [] if nothing is found. What was withdrawn is found by name, URL
    and id like any other, as a hit that says so and has no bytes.
    """
    query = query.strip()
    named = _by_name(catalog, query) if _FOLDER.fullmatch(query) else None
    if named:
        return [named]
    known: list[int] = []
    for ids in _candidates(catalog, query):
        hits = _copies(catalog, ids, at, limit)
        if hits:
            return hits
        known += ids
    if known:
        return [Builder(catalog).cited(resource) for resource in catalog.resources(known)[:limit]]
    return _by_words(catalog, query, at, limit)


def _by_name(catalog: Catalog, name: str) -> Hit | None:
    capture = catalog.capture(name)
    if capture:
        return Builder(catalog).capture(capture)
    version = catalog.article_version(name)
    if version:
        return Builder(catalog).version(version)
    stone = catalog.tombstone(name)
    return Builder(catalog).withdrawn(stone) if stone else None


def resources_meant(catalog: Catalog, query: str, *, cited: bool) -> list[int]:
    """The resources that a query means, by id: as `find`, whether or not anything was captured of them.

    With `cited` an article stands for itself and for everything that its latest state cites. Words mean what
    has all of them. [] if nothing is known under it.
    """
    query = query.strip()
    named = _named_resource(catalog, query) if _FOLDER.fullmatch(query) else None
    ids = [named] if named else next((ids for ids in _candidates(catalog, query) if ids), [])
    if not ids and not parse_url(query):
        expression = match_all(query)
        ids = catalog.matching(expression) if expression else []
    versions = catalog.article_versions(ids, limit=1) if cited else []
    return list(dict.fromkeys([*ids, *catalog.leads_to(catalog.cited_by(one.id for one in versions))]))


def _named_resource(catalog: Catalog, name: str) -> int | None:
    found = catalog.capture(name) or catalog.article_version(name) or catalog.tombstone(name)
    return found.resource.id if found else None


# --- by URL and id --------------------------------------------------------------------------


def _candidates(catalog: Catalog, query: str) -> Iterator[list[int]]:
    """What the query may name, each time as ids of resources, surest first."""
    urls = [query] if parse_url(query) else []
    if _SCHEMELESS.fullmatch(query):
        urls = [f"https://{query}", f"http://{query}"]
    wanted = [resource for url in urls if (resource := resource_for(url)) is not None]
    keys = [resource.key for resource in wanted] or [_key(query)]
    yield _leads_to(catalog, (found.id for key in keys if (found := catalog.resource(key)) is not None))
    pages = (resource.uri for resource in wanted if resource.platform is None and not is_shortener(resource.uri))
    likes = (key for uri in pages if (key := surt(uri)) is not None)
    yield _leads_to(catalog, (found.id for key in likes for found in catalog.resources_like(key)))
    yield _leads_to(catalog, (found.id for found in catalog.resources_with_post_id(query)))


def _key(query: str) -> str:
    platform, _, identifier = query.partition(":")
    return f"{platform.strip().lower()}:{identifier.strip()}"


def _leads_to(catalog: Catalog, ids: Iterable[int]) -> list[int]:
    found = list(ids)
    return catalog.leads_to(found) if found else []


def _copies(catalog: Catalog, ids: Sequence[int], at: datetime | None, limit: int) -> list[Hit]:
    if not ids:
        return []
    build = Builder(catalog)
    captures = catalog.captures(ids, nearest_to=at, limit=limit)
    versions = catalog.article_versions(ids, nearest_to=at, limit=limit)
    gone = catalog.tombstones(ids, limit=limit)
    hits = _in_order([*map(build.capture, captures), *map(build.version, versions), *map(build.withdrawn, gone)], at)
    if versions and len(hits) > 1:
        # Room is left for what the article cites, however often the article itself was read.
        hits = hits[: max(1, limit // 2)]
    if versions:
        cited = catalog.leads_to(catalog.cited_by(version.id for version in versions))
        hits += map(build.capture, catalog.captures(cited, nearest_to=at, limit=limit - len(hits)))
        hits += map(build.withdrawn, catalog.tombstones(cited, limit=max(0, limit - len(hits))))
    return hits[:limit]


# --- by words ---------------------------------------------------------------------------------


def _by_words(catalog: Catalog, query: str, at: datetime | None, limit: int) -> list[Hit]:
    together, any_of_them = match_all(query), match_any(query)
    if together is None or any_of_them is None:
        return []
    hits = _matching(catalog, query, together, catalog.matching(together), at=at, limit=limit)
    if hits or any_of_them == together or parse_url(query) or _SCHEMELESS.fullmatch(query):
        # Parts of an address (https, com, status) are in every second post.
        return hits
    best = catalog.matching(any_of_them, limit=_PARTIAL_FINDS)
    return _matching(catalog, query, any_of_them, best, at=at, limit=limit)


def _matching(
    catalog: Catalog, query: str, expression: str, ids: Sequence[int], *, at: datetime | None, limit: int
) -> list[Hit]:
    captures = catalog.captures(ids, nearest_to=at, limit=limit)
    versions = catalog.article_versions(ids, nearest_to=at, limit=limit)
    uncaptured = catalog.uncaptured(ids, limit=limit)
    gone = catalog.tombstones(ids, limit=limit)
    shown = {item.resource.id for item in captures} | {resource.id for resource in uncaptured}
    build = Builder.for_words(catalog, query, shown)
    hits = [
        *map(build.capture, captures),
        *map(build.version, versions),
        *map(build.cited, uncaptured),
        *map(build.withdrawn, gone),
        *map(build.orphan, catalog.orphan_mentions(expression, limit=limit)),
    ]
    return _in_order(hits, at)[:limit]


def _in_order(hits: Iterable[Hit], at: datetime | None) -> list[Hit]:
    dated = [(hit.at, hit) for hit in hits if hit.at]
    if at is None:
        return [hit for _, hit in sorted(dated, key=lambda pair: pair[0], reverse=True)]
    return [hit for _, hit in sorted(dated, key=lambda pair: abs(pair[0] - at))]

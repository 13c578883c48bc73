"""What a person means by a target: a capture, a post with its history, an article with its posts, a query."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from archiver.catalog import Catalog, StoredCapture, StoredTombstone, StoredVersion, match_all
from archiver.model.clock import format_at
from archiver.model.errors import UsageError
from archiver.model.states import Outcome
from archiver.model.urls import parse_url
from archiver.platforms import all_platforms, resource_for

__all__ = ["Selection", "Span", "select"]

#: The name of an evidence folder, alone or at the end of a path.
_FOLDER = re.compile(r"(?:.*/)?(\d{8}T\d{6}Z-[A-Za-z0-9_-]+)/?")
_PREFIXED = re.compile(r"(platform|author):(\S+)|@([\w.-]+)", re.IGNORECASE)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, and before `until`; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether an instant lies inside."""
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class Selection:
    """A name for people, the folders in order, and what would be among them had it not been withdrawn."""

    title: str
    paths: tuple[str, ...]
    withdrawn: tuple[StoredTombstone, ...] = ()


@dataclass(slots=True)
class _Found:
    """What has been found so far, each once."""

    span: Span
    latest: bool
    titles: list[str] = field(default_factory=list)
    paths: dict[str, None] = field(default_factory=dict)
    withdrawn: dict[str, StoredTombstone] = field(default_factory=dict)

    def add(self, captures: Iterable[StoredCapture | StoredVersion]) -> int:
        """Take those inside the span; how many of them there are."""
        at = ((one.path, one.fetched_at if isinstance(one, StoredVersion) else one.started_at) for one in captures)
        paths = [path for path, instant in at if self.span.covers(instant)]
        self.paths |= dict.fromkeys(paths)
        return len(paths)

    def miss(self, stones: Iterable[StoredTombstone]) -> int:
        """As `add`, for what was withdrawn."""
        gone = {stone.id: stone for stone in stones if self.span.covers(stone.captured_at)}
        self.withdrawn |= gone
        return len(gone)


def select(subjects: Sequence[str], *, catalog: Catalog, span: Span | None = None, latest: bool = False) -> Selection:
    """The evidence folders that `subjects` name, each once, in their order.

    A subject is 1. a capture or a state of an article, by its id or the path of its folder;
    2. an article: its states with the captures of its own page, and all captures of what it
    cites, in reading order, then of what was captured as the context of that; 3. a post or
    page (`platform:id`, or any alias of a URL): all its captures, newest first; 4. a query:
    words, `platform:NAME`, `author:NAME` or `@handle`; all captures of the posts and pages
    that have all of it. Without a subject it is everything.

    Only what was made within `span` counts. With `latest` it is of an article the last
    state, and of each post and page one capture: the newest complete one, else the newest.
    What was withdrawn is named, and left out. Raises UsageError for a subject under which
    nothing is stored, or only what was withdrawn if that holds for all.
    """
    found = _Found(span or Span(), latest)
    if not subjects and not _everything(found, catalog):
        raise UsageError("nothing was captured within that time", next_step="`archiver lookup` finds captures.")
    for subject in subjects:
        named = _FOLDER.fullmatch(subject)
        count = (
            (_by_name(named[1], found, catalog) if named else 0)
            or _by_key(subject, found, catalog)
            or _by_query(subject, found, catalog)
        )
        if not count:
            raise UsageError(
                f"nothing is stored under {subject!r}" + (" within that time" if span and span != Span() else ""),
                next_step="`archiver lookup` finds captures by URL, id or words.",
            )
    if not found.paths:
        _refuse(subjects, next(iter(found.withdrawn.values())))
    return Selection(_title(found), tuple(found.paths), tuple(found.withdrawn.values()))


def _by_name(name: str, found: _Found, catalog: Catalog) -> int:
    capture = catalog.capture(name)
    if capture:
        found.titles.append(f"{capture.uri}, captured {capture.started_at:%Y-%m-%d}")
        return found.add([capture])
    version = catalog.article_version(name)
    if version:
        return _article([version], found, catalog)
    stone = catalog.tombstone(name)
    return found.miss([stone]) if stone else 0


def _by_key(subject: str, found: _Found, catalog: Catalog) -> int:
    count = 0
    for key in _keys(subject):
        resource = catalog.resource(key)
        ids = catalog.leads_to([resource.id]) if resource else []
        versions = [one for one in catalog.article_versions(ids) if one.source_digest]
        if versions:
            count += _article(versions[:1] if found.latest else versions, found, catalog)
        captures = [] if versions and found.latest else _chosen(catalog.captures(ids), found)
        if captures and not versions:
            found.titles.append(captures[0].uri)
        count += found.add(captures) + found.miss(catalog.tombstones(ids))
        if count:
            break
    return count


def _article(versions: Sequence[StoredVersion], found: _Found, catalog: Catalog) -> int:
    found.titles.append(versions[0].title or versions[0].source)
    pages = [page for version in versions if (page := catalog.page_of(version.id))]
    count = found.add(versions) + found.add(pages)
    cited = catalog.leads_to(catalog.cited_by(version.id for version in versions))
    cited = [*cited, *catalog.context_around(cited)]
    for batch in _batches(cited):
        of_each: dict[int, list[StoredCapture]] = {identifier: [] for identifier in batch}
        for capture in catalog.captures(batch):
            of_each[capture.resource.id].append(capture)
        count += sum(found.add(_chosen(captures, found)) for captures in of_each.values())
        count += found.miss(catalog.tombstones(batch))
    return count


def _by_query(subject: str, found: _Found, catalog: Catalog) -> int:
    """Words are asked for only where the text can't be an address or an id of something that is not stored."""
    if parse_url(subject) or _FOLDER.fullmatch(subject) or subject.partition(":")[0].lower() in _platform_names():
        return 0
    platform, author, words = _parsed(subject)
    if not (platform or author or words):
        return 0
    ids = catalog.captured_resources(platform=platform, author=author)
    if words:
        expression = match_all(words)
        having = set(catalog.matching(expression)) if expression else set()
        ids = [identifier for identifier in ids if identifier in having]
    found.titles.append(subject)
    return sum(_of_resources(batch, found, catalog) for batch in _batches(ids))


def _everything(found: _Found, catalog: Catalog) -> int:
    found.titles.append("all captures")
    return sum(_of_resources(batch, found, catalog) for batch in _batches(catalog.captured_resources()))


def _of_resources(ids: list[int], found: _Found, catalog: Catalog) -> int:
    of_each: dict[int, list[StoredCapture]] = {}
    for capture in catalog.captures(ids):
        of_each.setdefault(capture.resource.id, []).append(capture)
    return sum(found.add(_chosen(each, found)) for each in of_each.values()) + found.miss(catalog.tombstones(ids))


def _chosen(captures: list[StoredCapture], found: _Found) -> list[StoredCapture]:
    """All of them (of one resource, newest first), or the one that stands for them."""
    inside = [one for one in captures if found.span.covers(one.started_at)]
    if not found.latest:
        return inside
    return [next((one for one in inside if one.outcome is Outcome.COMPLETE), inside[0])] if inside else []


def _parsed(query: str) -> tuple[str | None, str | None, str]:
    """Platform, author and the rest of a query. Raises UsageError for an unknown platform."""
    platform = author = None
    for match in _PREFIXED.finditer(query):
        kind, value = (match[1] or "author").lower(), (match[2] or match[3]).lstrip("@")
        if kind == "platform":
            platform = value.lower()
        else:
            author = value
    if platform and platform not in {*_platform_names(), "page"}:
        raise UsageError(f"no platform {platform!r}", next_step=f"Known: page, {', '.join(sorted(_platform_names()))}.")
    return platform, author, " ".join(_PREFIXED.sub(" ", query).split())


def _platform_names() -> set[str]:
    return {platform.name for platform in all_platforms()}


def _keys(subject: str) -> tuple[str, ...]:
    resource = resource_for(subject)
    return (resource.key,) if resource else (subject, f"file:{Path(subject).absolute()}")


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _title(found: _Found) -> str:
    first, *others = dict.fromkeys(found.titles)
    return f"{first}, and {len(others)} more" if others else first


def _refuse(subjects: Sequence[str], stone: StoredTombstone) -> None:
    raise UsageError(
        f"{', '.join(subjects)} is {stone.act} since {format_at(stone.withdrawn_at)}: {stone.reason}",
        next_step=f"Only its tombstone is left: snapshots/{stone.path}.",
    )

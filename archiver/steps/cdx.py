"""Looks a resource up in another archive's CDX server: what is asked, and what the answers mean.

A CDX server folds addresses into keys (the SURT: no scheme, no `www.`, lower case, sorted
parameters), so it also gives captures of other addresses that share the key: two videos whose codes
differ in case only are one to it. What counts here is the `original` address of each row, by the
same rules by which this archive tells resources apart.

Only a capture that the archive made of an answer with status 200 is called a copy. An answer that is
not understood, or not whole, says nothing: "none" is said only where a whole answer says so.
"""

import json
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from archiver.catalog import DueCopy
from archiver.model.exchange import Failure
from archiver.model.fetched import Ask, Fetched
from archiver.model.overtime import CopyState
from archiver.model.records import Resource
from archiver.model.urls import Url, canonical_url, parse_url
from archiver.platforms import identify, platform_named

__all__ = ["Archive", "Lookup", "Row", "Rows", "ask_rows", "look_up", "read_rows"]

_OK = 200
_FIELDS = "urlkey,timestamp,original,statuscode"
_BODY_BYTES = 4 << 20
_URL_CHARS = 4_000
#: Pages of rows that are read of one address that was captured very often.
_MOST_PAGES = 5
_DEFAULT_PORTS = (None, 80, 443)


@dataclass(frozen=True, slots=True)
class Archive:
    """Another archive. `cdx` is its CDX server's address; a page holds at most `rows` rows."""

    cdx: str
    rows: int = 500

    @property
    def service(self) -> str:
        """What its answers are filed under: the host."""
        return urlsplit(self.cdx).netloc.rpartition("@")[2]

    def memento(self, timestamp: str, original: str) -> str:
        """URI-M: where a capture can be seen. The Wayback Machine's form, or pywb's."""
        base = self.cdx.partition("?")[0].rstrip("/")
        for ending, place in (("/cdx/search/cdx", "/web"), ("/cdx", "")):
            if base.endswith(ending):
                return f"{base.removesuffix(ending)}{place}/{timestamp}/{original}"
        return f"{base}/{timestamp}/{original}"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What came of asking about one resource. `failure` is that of the request that failed, if one did."""

    state: CopyState
    note: str
    uri_m: str | None = None
    captured_at: datetime | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One capture that a server lists: 14 digits, the address as it was asked for, the status of the answer."""

    timestamp: str
    original: str
    status: str

    @property
    def at(self) -> datetime:
        """When it was captured, by the server's word."""
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rows:
    """One answer: its rows, how many of them made no sense, and where it goes on. `problem`: it is no answer."""

    rows: tuple[Row, ...] = ()
    odd: int = 0
    resume: str | None = None
    problem: str = ""
    failure: Failure | None = None


def look_up(due: DueCopy, *, archive: Archive, now: datetime) -> Generator[Ask, Fetched, Lookup]:
    """Whether `archive` says that it has a copy of the resource: FOUND, NONE, or UNKNOWN.

    1. Each address under which the resource may be kept, until one is. 2. Of an address the latest
    rows; if none of them is a copy and there are more, those with status 200 from the beginning, some
    pages of them. 3. Of several copies the one nearest to the time when an article was first
    seen to cite the resource.
    """
    addresses, statuses, others = _addresses(due), Counter[str](), 0
    meant = _Meant.of(due.resource, addresses)
    for address in addresses:
        page = yield from _rows_of(address, archive, meant, now)
        if page.problem:
            return Lookup(CopyState.UNKNOWN, page.problem, failure=page.failure)
        own = [row for row in page.rows if meant.is_it(row.original)]
        copies = [row for row in own if row.status == str(_OK)]
        if copies:
            return _found(copies, due, archive)
        if page.odd:
            return Lookup(CopyState.UNKNOWN, f"{page.odd} rows of the answer make no sense")
        statuses.update(row.status for row in own)
        others += len(page.rows) - len(own)
    return Lookup(CopyState.NONE, _nothing(len(addresses), statuses, others))


def _found(copies: Sequence[Row], due: DueCopy, archive: Archive) -> Lookup:
    wanted = due.cited_at
    best = max(copies, key=lambda row: (-abs(row.at - wanted) if wanted else timedelta(), row.timestamp, row.original))
    note = f"a capture with status 200, one of {len(copies)}" if len(copies) > 1 else "a capture with status 200"
    return Lookup(CopyState.FOUND, note, archive.memento(best.timestamp, best.original), best.at)


def _nothing(addresses: int, statuses: Counter[str], others: int) -> str:
    said = "no capture" if addresses == 1 else f"no capture under any of {addresses} addresses"
    if statuses:
        listed = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
        said = f"only captures without status 200: {listed}"
    return f"{said}; {others} rows are of other addresses under the same key" if others else said


# --- what is asked -------------------------------------------------------------------------------


def _addresses(due: DueCopy) -> tuple[str, ...]:
    """Where archives keep the resource; one that ends with `*` stands for all that begin so."""
    resource, platform = due.resource, platform_named(due.resource.platform or "")
    post = identify(resource.uri) if platform else None
    if platform is None or post is None:
        return (resource.uri,)
    return tuple(dict.fromkeys(platform.archived_as(replace(post, handle=post.handle or due.handle))))


def _rows_of(address: str, archive: Archive, meant: "_Meant", now: datetime) -> Generator[Ask, Fetched, Rows]:
    """The rows under an address, as far as they are needed."""
    page = read_rows((yield ask_rows(address, archive, limit=-archive.rows)), now)
    if page.problem or len(page.rows) + page.odd < archive.rows or _has_copy(page, meant):
        return page
    resume: str | None = ""
    for _ in range(_MOST_PAGES):
        page = read_rows((yield ask_rows(address, archive, limit=archive.rows, resume=resume)), now)
        if page.problem or page.resume is None or _has_copy(page, meant):
            return page
        resume = page.resume
    return Rows(problem=f"more than {_MOST_PAGES * archive.rows} captures under its key, none of them of it so far")


def ask_rows(address: str, archive: Archive, *, limit: int, resume: str | None = None, every: bool = False) -> Ask:
    """The latest rows (a negative `limit`), or with `resume` those with status 200 (or `every`) from there on.

    An `address` that ends with `*` stands for all that begin so. `resume` is "" for the beginning.
    """
    options = {"url": address.removesuffix("*"), "output": "json", "fl": _FIELDS, "limit": str(limit)}
    options["matchType"] = "prefix" if address.endswith("*") else "exact"
    if resume is not None:
        options |= {"showResumeKey": "true"} | ({} if every else {"filter": f"statuscode:{_OK}"})
        options |= {"resumeKey": resume} if resume else {}
    joint = "&" if "?" in archive.cdx else "?"
    query = urlencode(options, quote_via=quote)
    return Ask(f"{archive.cdx}{joint}{query}", headers=(("Accept", "application/json"),), body_bytes=_BODY_BYTES)


def _has_copy(page: Rows, meant: "_Meant") -> bool:
    return any(row.status == str(_OK) and meant.is_it(row.original) for row in page.rows)


# --- what is answered ------------------------------------------------------------------------------


def read_rows(fetched: Fetched, now: datetime) -> Rows:
    """The rows of an answer. `now` bounds what can be true.

    An answer of `output=json`: a list of rows, the first of which names the fields.

    With more to come an empty row follows, and one with the key at which to resume.
    """
    if fetched.status is None or fetched.failure is not None or fetched.notes:
        why = fetched.note or (fetched.failure.value if fetched.failure else "") or "; ".join(fetched.notes)
        return Rows(problem=f"it could not be asked: {why[:200]}", failure=fetched.failure)
    if fetched.status != _OK:
        return Rows(problem=f"it answered with HTTP {fetched.status}")
    try:
        rows = json.loads(fetched.body)
    except (ValueError, RecursionError):
        return Rows(problem="its answer is not JSON")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return Rows(problem="its answer is not a list of rows")
    resume = None
    if len(rows) > 1 and rows[-2] == [] and len(rows[-1]) == 1:
        rows, resume = rows[:-2], str(rows[-1][0])
    return _page(rows, resume, now)


def _page(rows: list[list[Any]], resume: str | None, now: datetime) -> Rows:
    if not rows:
        return Rows(resume=resume)
    names = rows[0]
    if not {"timestamp", "original", "statuscode"} <= {name for name in names if isinstance(name, str)}:
        return Rows(problem="its answer does not name its fields")
    read = [_row(dict(zip(names, row, strict=False)), now) for row in rows[1:]]
    good = tuple(row for row in read if row is not None)
    return Rows(good, len(read) - len(good), resume)


def _row(values: dict[Any, Any], now: datetime) -> Row | None:
    """One row; None if it can't be true: no address, no time, or a time that has not come yet."""
    row = Row(*(str(values.get(name, "")) for name in ("timestamp", "original", "statuscode")))
    if len(row.original) > _URL_CHARS or not row.original.isprintable() or parse_url(row.original) is None:
        return None
    try:
        return row if row.at <= now + timedelta(days=1) else None
    except ValueError:
        return None


# --- whose capture it is ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Meant:
    """Which addresses are the resource's own: a post's by its platform's rules, a page's but for what all fold."""

    posts: frozenset[tuple[str, str]]
    page: tuple[object, ...] | None

    @classmethod
    def of(cls, resource: Resource, addresses: Sequence[str]) -> "_Meant":
        if resource.platform and resource.post_id:
            named = (identify(address.removesuffix("*")) for address in addresses)
            own = {(post.platform, post.post_id) for post in named if post and post.platform == resource.platform}
            return cls(frozenset({*own, (resource.platform, resource.post_id)}), None)
        return cls(frozenset(), _folded(resource.uri))

    def is_it(self, original: str) -> bool:
        if self.page is not None:
            return _folded(original) == self.page
        post = identify(original)
        return post is not None and (post.platform, post.post_id) in self.posts


def _folded(text: str) -> tuple[object, ...] | None:
    """An address without its scheme, `www.`, usual port, last slash and order of parameters; its case stays."""
    url = parse_url(canonical_url(text) or "")
    if url is None:
        return None
    port = None if url.port in _DEFAULT_PORTS else url.port
    return (_bare_host(url), port, url.segments, tuple(sorted(url.query)))


def _bare_host(url: Url) -> str:
    first, _, rest = url.host.partition(".")
    return rest if first.startswith("www") and (first == "www" or first[3:].isdigit()) and "." in rest else url.host

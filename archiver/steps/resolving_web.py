"""Looks for an orphan's permalink outside: short links, a CDX server's rows of that author and day, archived copies.

Everything here is a talk: it yields what is to be asked, one after the other, and is sent the answers.
What was asked once in a pass is remembered: several orphans may be of one author and day. An answer that
is none says nothing; a redirect, a 404 or a log-in page in an archive is no proof, neither way.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from http import HTTPStatus

from archiver.model.fetched import Ask, Fetched
from archiver.model.overtime import Clue
from archiver.model.records import Claim, PostRef
from archiver.platforms import identify, is_shortener
from archiver.platforms.base import Answer, IdSpan
from archiver.steps.cdx import Archive, Row, ask_rows, read_rows
from archiver.steps.orphans import Orphan
from archiver.steps.resolving_prefixes import common_prefixes, day_window, in_span, prefix_cover, zones_window
from archiver.steps.resolving_seen import Seen

__all__ = ["Bounds", "Found", "Outside"]

_TALK = Generator[Ask, Fetched, None]
_COPY_BYTES = 3 << 20
_PAGE_BYTES = 1 << 16
_MOST_HOPS = 4
#: Of one candidate so many copies are tried: the first may be a redirect or an empty application.
_COPIES_EACH = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_REFRESH = re.compile(rb"""<meta\b[^>]{0,200}\bhttp-equiv=["']?refresh["'][^>]{0,50}\burl=([^"'>\s]+)""", re.IGNORECASE)
_INNER = re.compile(r"https?://.*", re.DOTALL)
#: In an archive's address the archived one stands behind a time stamp.
_ARCHIVED = re.compile(r"/\d{14}(?:[a-z]{2}_)?/(https?:/.*)", re.DOTALL)
#: Busy for the moment: the host's turn comes later by itself, so one more try costs nothing but time.
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is asked for one orphan: requests in all, copies that are read, rows of one answer, its pages."""

    asks: int = 150
    copies: int = 60
    rows: int = 2_000
    pages: int = 5


@dataclass(slots=True)
class Found:
    """What came of one orphan's search. `left` counts the posts of its day that were not read yet."""

    seen: list[Seen] = field(default_factory=list)
    asked: int = 0
    problems: list[str] = field(default_factory=list)
    left: int = 0
    #: Whether the CDX server gave no answer at all.
    silent: bool = False


class Outside:
    """What one pass heard from outside. Talks of it must not overlap."""

    def __init__(self, archive: Archive, *, now: datetime, bounds: Bounds | None = None, others: bool = False) -> None:
        self._archive, self._now, self._others = archive, now, others
        self._bounds = bounds or Bounds()
        self._rows: dict[str, tuple[Row, ...]] = {}
        self._copies: dict[str, Claim | None] = {}
        self._targets: dict[str, str | None] = {}

    @property
    def service(self) -> str:
        """Whose rows are asked for."""
        return self._archive.service

    def follow_keys(self, orphan: Orphan, found: Found) -> _TALK:
        """Where the quote's own short links lead, by the platform's word or an archive's.

        A media key leads to its post. Another link leads to what the words cite, which is the post itself
        only where it stands for media (`…/photo/1`), and perhaps not even then.
        """
        # Where media are named as such, no other link can be one of them.
        for key in orphan.claim.media or orphan.claim.links:
            target = yield from self._follow(key, found)
            post = identify(target) if target else None
            shown = key in orphan.claim.media
            if post and post.platform == orphan.platform.name and (shown or _is_media(target or "")):
                found.seen.append(Seen(post, Clue.REDIRECT, keys=(key,) if shown else ()))

    def list_and_read(
        self, orphan: Orphan, found: Found, *, names: Iterable[str] = (), read: Iterable[str] = ()
    ) -> _TALK:
        """The posts of that author and day of which a CDX server has captures, and what their copies say.

        `names` are other names of the author in addresses (a DID), `read` the permalinks whose copies an
        earlier pass read. The posts of the day in UTC come
        first; those of the day in other zones are read if there is room.
        """
        listed: dict[str, list[Row]] = {}
        for address in self._addresses(orphan, names):
            if not found.silent:
                yield from self._list(address, orphan, found, listed)
        posts = [post for post in map(identify, listed) if post is not None]
        found.seen += [Seen(post, Clue.CDX_ROW) for post in posts]
        known, room = set(read), self._bounds.copies
        for post in sorted(posts, key=lambda one: (not _on_day(one, orphan), one.post_id)):
            if post.url in known:
                continue
            if room <= 0 or found.asked >= self._bounds.asks:
                found.left += _on_day(post, orphan)
                continue
            room -= 1
            yield from self._read_copies(post, listed[post.url], orphan, found)

    def ask_records(self, orphan: Orphan, found: Found, posts: Iterable[PostRef]) -> _TALK:
        """What the platform says today of posts that somebody named as this one, and whose words nobody showed."""
        for post in posts:
            for request in orphan.platform.record_requests(post):
                answer = yield from self._ask(Ask(request.url, request.headers, body_bytes=_COPY_BYTES), found)
                got = Answer(answer.status, answer.body, answer.headers, answer.final_url, answer.media_type)
                claim = _told_by(post, orphan, got)
                if claim is not None and claim.text:
                    found.seen.append(Seen(post, Clue.LIVE_RECORD, claim))
                    break

    # --- asking --------------------------------------------------------------------------------------

    def _ask(self, ask: Ask, found: Found) -> Generator[Ask, Fetched, Fetched]:
        found.asked += 1
        answer = yield ask
        if answer.status in _BUSY:
            found.asked += 1
            answer = yield ask
        return answer

    # --- short links -----------------------------------------------------------------------------------

    def _follow(self, key: str, found: Found) -> Generator[Ask, Fetched, str | None]:
        if key not in self._targets:
            url = f"https://t.co/{key}"
            target, sure = yield from self._live_target(url, found)
            if target is None:
                target = yield from self._archived_target(url, found)
            if target is None and not sure:
                found.problems.append(f"{url} could not be followed")
                return None
            self._targets[key] = target
        return self._targets[key]

    def _live_target(self, url: str, found: Found) -> Generator[Ask, Fetched, tuple[str | None, bool]]:
        """Where the short link leads today; and if nowhere, whether that was the answer."""
        for _ in range(_MOST_HOPS):
            answer = yield from self._ask(Ask(url, body_bytes=_PAGE_BYTES, follow=False), found)
            target = answer.location or _refreshed(answer)
            if target is None:
                return None, answer.status == HTTPStatus.NOT_FOUND
            if identify(target) is not None or not is_shortener(target):
                return target, True
            url = target
        return None, False

    def _archived_target(self, url: str, found: Found) -> Generator[Ask, Fetched, str | None]:
        """Where an archive saw it lead. The server folds case, so only rows of this very key count."""
        answer = yield from self._ask(
            ask_rows(url, self._archive, limit=self._bounds.rows, resume="", every=True), found
        )
        own = [
            row
            for row in read_rows(answer, self._now).rows
            if row.original.rpartition("/")[2] == url.rpartition("/")[2]
        ]
        for row in own[:_COPIES_EACH]:
            answer = yield from self._ask(Ask(self._raw(row), body_bytes=_PAGE_BYTES, follow=False), found)
            target = _unarchived(answer.location or _refreshed(answer) or "")
            if target and identify(target):
                return target
        return None

    # --- rows -------------------------------------------------------------------------------------------

    def _addresses(self, orphan: Orphan, names: Iterable[str]) -> Iterator[str]:
        handle, platform = orphan.claim.handle, orphan.platform
        for name in dict.fromkeys((*([handle] if handle else []), *names)):
            yield from platform.author_places(name)
        if handle and self._others:
            yield from platform.other_places(handle)

    def _list(self, address: str, orphan: Orphan, found: Found, listed: dict[str, list[Row]]) -> _TALK:
        """The rows of one place, by the common beginning of its ids; where there are too many, by the exact ones."""
        window = zones_window(orphan.day) if orphan.day else None
        span = orphan.platform.ids_between(*window) if window else None
        if window is None or span is None:
            return
        for prefix in common_prefixes(orphan.platform, *window):
            whole = yield from self._rows_of(f"{address}{prefix}*", found)
            if whole is None:
                exact = [
                    one
                    for one in prefix_cover(orphan.platform, *window)
                    if one.startswith(prefix) or prefix.startswith(one)
                ]
                for one in exact:
                    part = yield from self._rows_of(f"{address}{one}*", found, pages=self._bounds.pages)
                    _sort(part or (), orphan, span, listed)
            else:
                _sort(whole, orphan, span, listed)

    def _rows_of(
        self, address: str, found: Found, *, pages: int = 1
    ) -> Generator[Ask, Fetched, tuple[Row, ...] | None]:
        """The rows under an address; None if there are more than `pages` answers hold (and pages is 1)."""
        if address in self._rows:
            return self._rows[address]
        rows: list[Row] = []
        resume: str | None = ""
        for _ in range(pages):
            if found.asked >= self._bounds.asks:
                found.problems.append("the bound of requests was reached")
                return tuple(rows)
            ask = ask_rows(address, self._archive, limit=self._bounds.rows, resume=resume, every=True)
            page = read_rows((yield from self._ask(ask, found)), self._now)
            if page.problem:
                found.problems.append(f"{self._archive.service}: {page.problem}")
                found.silent = found.silent or page.failure is not None
                return tuple(rows)
            rows += page.rows
            resume = page.resume
            if resume is None:
                self._rows[address] = tuple(rows)
                return self._rows[address]
        if pages > 1:
            found.problems.append(f"{self._archive.service} lists more captures than were read")
            return tuple(rows)
        return None

    # --- copies -----------------------------------------------------------------------------------------

    def _read_copies(self, post: PostRef, rows: Sequence[Row], orphan: Orphan, found: Found) -> _TALK:
        """Raw copies of one post, until one shows it."""
        good = sorted((row for row in rows if row.status in ("200", "-")), key=lambda row: row.timestamp)
        for row in _spread(good):
            address = self._raw(row)
            if address not in self._copies:
                answer = yield from self._ask(Ask(address, body_bytes=_COPY_BYTES), found)
                if answer.status is None or answer.failure is not None:
                    found.problems.append(f"a copy could not be read: {answer.note or answer.failure}"[:200])
                    continue
                self._copies[address] = _shown(post, row, answer, orphan)
            claim = self._copies[address]
            if claim is not None:
                uri_m = self._archive.memento(row.timestamp, row.original)
                found.seen.append(Seen(post, Clue.ARCHIVED_COPY, claim, uri_m=uri_m))
                return

    def _raw(self, row: Row) -> str:
        """URI-M of the bytes as they were captured."""
        return self._archive.memento(f"{row.timestamp}id_", row.original)


def _sort(rows: Iterable[Row], orphan: Orphan, span: IdSpan, listed: dict[str, list[Row]]) -> None:
    """Rows by the post whose address they are of; what is no post of that time is left out."""
    for row in rows:
        post = identify(row.original)
        if post and post.platform == orphan.platform.name and in_span(post.post_id.rpartition("/")[2], span):
            listed.setdefault(post.url, []).append(row)


def _on_day(post: PostRef, orphan: Orphan) -> bool:
    at = orphan.platform.created_at(post.post_id)
    if at is None or orphan.day is None:
        return True
    begin, end = day_window(orphan.day)
    return begin <= at < end


def _spread(rows: Sequence[Row]) -> Iterator[Row]:
    """The first, the last and one between: a site that showed posts once may show none since."""
    yield from dict.fromkeys(rows[n] for n in (0, -1, len(rows) // 2) if rows)


def _shown(post: PostRef, row: Row, answer: Fetched, orphan: Orphan) -> Claim | None:
    """What the copy says of the post; None if it is another address's, or shows nothing of it."""
    at = identify(_unarchived(answer.final_url) or row.original)
    if answer.status != HTTPStatus.OK or at is None or (at.platform, at.post_id) != (post.platform, post.post_id):
        return None
    return _told_by(post, orphan, Answer(answer.status, answer.body, answer.headers, row.original, answer.media_type))


def _told_by(post: PostRef, orphan: Orphan, got: Answer) -> Claim | None:
    """What an answer, archived or not, says of the post."""
    told = orphan.platform.read_archived(post, got)
    if told is not None:
        return told
    for request in orphan.platform.record_requests(post):
        record = orphan.platform.read_record(post, request, got).record
        if record is not None and record.text:
            return Claim(name=record.name, handle=record.handle, text=record.text)
    return None


def _refreshed(answer: Fetched) -> str | None:
    """Where a page leads that browsers get in the place of a redirect."""
    found = _REFRESH.search(answer.body) if answer.status == HTTPStatus.OK else None
    return unescape(found[1].decode("utf-8", "replace")) if found else None


def _is_media(target: str) -> bool:
    return re.search(r"/status(?:es)?/[0-9]+/(?:photo|video)/[0-9]", target) is not None


def _unarchived(url: str) -> str | None:
    """The address inside an archive's address; the address itself where it is none."""
    found = _ARCHIVED.search(url)
    return found[1] if found else url if _INNER.fullmatch(url) else None

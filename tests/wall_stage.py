"""Ten stages: for each platform a post's address, the page that shows it and the record of it, in its own markup.

A scene puts something on a stage (a wall, a notice, a post) and says what may be made of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from itertools import count
from urllib.parse import quote

from wall_markup import HANDLE, NAME, PAGES, RECORDS, STYLE, URLS

from archiver.demo.wire import Reply
from archiver.model.states import Availability, Reason
from archiver.platforms import identify, platform_named

A = Availability

PLATFORMS = ("x", "bluesky", "mastodon", "instagram", "facebook", "threads", "tiktok", "youtube", "reddit", "telegram")
UNKNOWN = frozenset({A.BLOCKED, A.RATE_LIMITED, A.UNREACHABLE, A.SERVER_ERROR, A.UNCLEAR})
GONE = frozenset({A.GONE_DELETED, A.GONE_AUTHOR, A.GONE_PLATFORM, A.GONE_UNSPECIFIED})
LIVE = frozenset({A.LIVE})
TEXT = "The lower road is closed: water reached the old bridge at 5.1 metres this morning."
_AT = datetime(2026, 3, 1, 9, 14)  # noqa: DTZ001  # ids take it as UTC
_numbers = count(1)


@dataclass(frozen=True)
class Scene:
    """What is served under which addresses (by prefix, the longest wins), and what may come of it.

    `complete` None: either will do. `reasons` are those of which one at least must be given.
    """

    name: str
    url: str
    routes: Mapping[str, object]
    complete: bool | None
    may_say: frozenset[A]
    reasons: frozenset[Reason] = frozenset()


def html(body, status=200, **headers):
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    page = body if body.lstrip().lower().startswith(("<!doctype", "<html")) else f"<!DOCTYPE html>{body}"
    return Reply(page.encode(), status=status, headers=fields)


def redirect(location, status=302):
    return Reply(b"Moved", "text/plain", status, headers=(("Location", location),))


BUSY = Reply(b"Too many requests", "text/plain", 429)


@dataclass(frozen=True)
class Shown:
    """What a post's page is made of; `more` goes into the post, `after` behind it, `head` before all."""

    text: str = escape(TEXT)
    media: bool = False
    more: str = ""
    after: str = ""
    head: str = ""
    name: str = NAME
    handle: str = HANDLE
    picture: str = "/picture.jpg"


@dataclass(frozen=True)
class Stage:
    """One post of one platform. `record(…)` gives the routes under which the platform tells of it."""

    platform: str
    key: str
    url: str

    @property
    def post(self):
        # As a capture knows it: by the canonical address alone.
        return identify(identify(self.url).url)

    @property
    def page_url(self):
        return platform_named(self.platform).plan(self.post).url

    @property
    def record_urls(self):
        return [request.url for request in platform_named(self.platform).record_requests(self.post)]

    @property
    def origin(self):
        return "/".join(self.page_url.split("/")[:3])

    def page(self, shown=None, **changes):
        """The page that shows the post."""
        shown = replace(shown or Shown(), **changes)
        head = f"<meta charset=utf-8><title>{self.platform}</title>{STYLE}{shown.head}"
        return html(f"{head}{PAGES[self.platform](self, shown)}{shown.after}")

    def told(self, text=TEXT, *, media=False):
        """Routes of a record that has the post; Telegram's record is its page."""
        made = RECORDS[self.platform](self, text, media) if self.platform in RECORDS else None
        return {self.record_urls[0]: made} if made else {}

    def mute(self):
        """Routes of a record that cannot be had."""
        return {} if self.platform == "telegram" else dict.fromkeys(self.record_urls, BUSY)

    def on_page(self, reply):
        return {self.page_url: reply}

    def other(self):
        """Another post of the same author."""
        return stage(self.platform)


def stage(platform):
    """A post that no other scene has."""
    number = next(_numbers)
    at = _AT + timedelta(minutes=number)
    url, key = URLS[platform](at, number)
    return Stage(platform, key, url)


def encoded(url):
    return quote(url, safe="")


# --- scenes ---------------------------------------------------------------------------------------

#: What a wall, an error or nothing at all may be taken for where no record speaks.
WALLED = UNKNOWN | {A.LOGIN}


def some(start):
    """Every other platform: with 0 the one half, with 1 the other."""
    return PLATFORMS[start::2]


def scene(name, platform, routes, complete, may_say, *reasons, at):
    return Scene(f"{platform}: {name}", at.url, routes, complete, frozenset(may_say), frozenset(reasons))


def told(name, platform, make, *reasons, text=TEXT, media=False, complete=False, may_say=LIVE):
    """A scene whose record has the post, so that it is live whatever stands in its place."""
    at = stage(platform)
    if platform == "telegram":
        # Its record is the page, which is then the only witness.
        may_say = may_say if complete else LIVE | UNKNOWN | {A.LOGIN}
    return scene(name, platform, at.told(text, media=media) | _routes(at, make), complete, may_say, *reasons, at=at)


def mute(name, platform, make, *reasons, complete=False, may_say=UNKNOWN):
    """A scene without a record that could be read: the page is the only witness."""
    at = stage(platform)
    return scene(f"{name} (no record)", platform, at.mute() | _routes(at, make), complete, may_say, *reasons, at=at)


def _routes(at, make):
    made = make(at)
    return made if isinstance(made, dict) else at.on_page(made)

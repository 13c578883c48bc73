"""What a platform is to us: pure data and pure functions, one file each.

A platform file ends with `PLATFORM = Platform(...)` and its own `samples`. Nothing here
touches the network, the clock or the disk, and nothing raises on bad input: an unknown
URL is None, an unknown answer is `Availability.UNCLEAR`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bs4 import Tag

from archiver.model.records import Claim, PostRecord, PostRef
from archiver.model.rendering import RenderPlan
from archiver.model.states import Availability
from archiver.model.urls import Url

__all__ = ["Answer", "Found", "Markup", "Platform", "Reading", "RecordRequest", "Sample"]


@dataclass(frozen=True, slots=True)
class Found:
    """One post that a piece of markup shows: a URL or id to identify it, and its claim.

    `url` is any alias of the permalink (embed page, player, short link); `post` is set
    instead where the markup names the id only.
    """

    url: str | None = None
    post: PostRef | None = None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Markup:
    """One way in which articles carry this platform's posts.

    Extraction walks the tree once and looks up each element by tag name, by class and by
    attribute name; a rule fires where every key that it names is there. At least one of
    `css_class` and `attribute` must be given unless the tag itself is telling
    (`amp-twitter`). `read` gives the posts the element shows, [] if it is none after all.
    """

    variant: str
    read: Callable[[Tag], Iterable[Found]]
    tag: str | None = None
    css_class: str | None = None
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """One GET for the platform's own data about a post, without login."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    #: What `post.json` is really called: `json`, or `html` where the record is a page.
    suffix: str = "json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, decoded; `status` is None where nothing did."""

    status: int | None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says about its post.

    `evidence` is one short sentence naming the sign. A Reading is LIVE only if the
    answer shows the post itself; anything unforeseen is UNCLEAR.
    """

    availability: Availability
    evidence: str
    record: PostRecord | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A URL in the wild and what must become of it. `post_id` None: claimed by nobody."""

    url: str
    post_id: str | None
    canonical: str | None = None
    handle: str | None = None


def _no_time(_post_id: str) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Platform:
    """All that we know of one site.

    `hosts` are registrable domains or hosts, matched label by label (so `x.com` never
    claims `netflix.com`); `mirrors` are front ends that others run for it; `shorteners`
    only redirect to it and carry no id. `identify` is asked for URLs on hosts and
    mirrors only (every host if `any_host`), and must return a PostRef whose `url` is
    canonical and identifies to itself.
    `plan` gives the page that shows the post without login; `record_requests` are tried
    in order until `read_record` gives a conclusive reading.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    identify: Callable[[Url], PostRef | None]
    plan: Callable[[PostRef], RenderPlan]
    mirrors: tuple[str, ...] = ()
    shorteners: tuple[str, ...] = ()
    any_host: bool = False
    markup: tuple[Markup, ...] = ()
    created_at: Callable[[str], datetime | None] = _no_time
    record_requests: Callable[[PostRef], tuple[RecordRequest, ...]] = field(default=lambda _post: ())
    read_record: Callable[[PostRef, RecordRequest, Answer], Reading] = field(
        default=lambda _post, _request, _answer: Reading(Availability.UNCLEAR, "the platform has no record endpoint")
    )
    #: Link paths of this platform that look like posts and are not, and why (for docs).
    samples: tuple[Sample, ...] = ()

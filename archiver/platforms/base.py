"""What a platform is to us: pure data and pure functions, one file each.

To add a platform, write one file in this folder and nothing else: it is found by listing
the folder, and the one generic test runs every sample in it. The file holds, in this order:

1. `_identify(url)`: from any alias of a permalink (page, embed page, player, mirror) to a
   `PostRef`. Compare `url.segments` and `url.param(...)`; anchor every pattern; what is
   not surely a post is None. Build the PostRef in one place, from the id alone, so that
   every alias gives the same canonical URL.
2. `_read_…(tag)` and the `Markup` rules: how articles carry the post. Plain links and the
   `src` of iframes need no rule, because extraction asks `identify` about them itself.
3. `_created_at(post_id)`, if the id tells the time.
4. `_plan(post)`: the page that shows the post without login, where on it the post is, and
   the signs of every notice and wall that can stand there instead.
5. `_requests(post)` and `_read(post, request, answer)`: the platform's own data, and what
   each answer means. Begin with `common.refusal(answer)`, end with UNCLEAR.
6. `PLATFORM = Platform(...)` with samples of all of that: `samples`, `times`,
   `markup_samples`, `answers`.

Modules whose names begin with `_` are parts of a platform, not platforms.

Nothing here touches the network, the clock or the disk, and nothing raises on bad input:
an unknown URL is None, an unknown answer is `Availability.UNCLEAR`. Never say that a post
is gone because the asking failed: 403, 429, 5xx and whatever is not understood are about
the path to the post, not about the post.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from archiver.model.records import Claim, PostRecord, PostRef
from archiver.model.rendering import RenderPlan
from archiver.model.states import Availability
from archiver.model.urls import Url

if TYPE_CHECKING:  # a tenth of a second, and whoever has an element has loaded it
    from bs4 import Tag

__all__ = [
    "Answer",
    "AnswerSample",
    "Found",
    "IdSpan",
    "Markup",
    "MarkupSample",
    "Platform",
    "Reading",
    "RecordRequest",
    "Sample",
    "TimeSample",
]


@dataclass(frozen=True, slots=True)
class Found:
    """One post that a piece of markup shows: a URL or id to identify it, and its claim.

    `url` is any alias of the permalink (embed page, player, short link); `post` is set
    instead where the markup names the id only. `claim.date` is set only where the markup
    holds a machine-readable date; `claim.date_text` is read by extraction otherwise.
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
    (`amp-twitter`). Two more keys keep rules for common elements from firing on all of them:
    `begins` is how the attribute's value begins, `holds` what stands in the text directly
    in the element (a script's call). An `echo` only speaks of a post that another element
    shows: it counts where the post was not met before. `read` gives the posts the element
    shows, [] if it is none after all; it must be fast (time linear in the element) and
    never raises. It sees the element with all that is in it and the three elements around
    it, but nothing that stands beside it. A platform's rules are tried in their order, the
    most telling first; the first that finds anything wins.
    """

    variant: str
    read: Callable[["Tag"], Iterable[Found]]
    tag: str | None = None
    css_class: str | None = None
    attribute: str | None = None
    begins: str | None = None
    holds: str | None = None
    echo: bool = False

    def fits(self, tag: "Tag") -> bool:
        """Whether the element has every key that the rule names."""
        return (
            (self.tag is None or tag.name == self.tag)
            and (self.css_class is None or self.css_class in tag.get_attribute_list("class"))
            and (self.attribute is None or tag.has_attr(self.attribute))
            and (self.begins is None or str(tag.get(self.attribute or "", "")).startswith(self.begins))
            and (self.holds is None or self.holds in (tag.string or ""))
        )


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
class IdSpan:
    """The ids that posts of a stretch of time can have, from `first` to `last`, both included.

    They are numbers that `digits` write, the least digit first; none begins with that one.
    """

    first: str
    last: str
    digits: str = "0123456789"


@dataclass(frozen=True, slots=True)
class Sample:
    """A URL in the wild and what must become of it. `post_id` None: claimed by nobody."""

    url: str
    post_id: str | None
    canonical: str | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class TimeSample:
    """An id and the instant it tells (ISO 8601 with `Z`), or None if it tells none."""

    post_id: str
    created_at: str | None


@dataclass(frozen=True, slots=True)
class MarkupSample:
    """An element as articles carry it, the rule that must read it, and what must come out.

    `html` holds one outermost element. `variant` and `post_id` None: no rule of any
    platform may find a post in it. `claim` None: the claim isn't compared.
    """

    html: str
    variant: str | None
    post_id: str | None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class AnswerSample:
    """One row of the platform's table "what each answer means".

    `url` identifies the post, `request` is the index into its `record_requests`, `text`
    the record's text (None: no record, or one without text).
    """

    url: str
    request: int
    answer: Answer
    availability: Availability
    text: str | None = None


def _no_time(_post_id: str) -> datetime | None:
    return None


def _no_uri(_text: str) -> PostRef | None:
    return None


def _no_redirect(_url: Url) -> bool:
    return False


def _as_cited(post: PostRef) -> tuple[str, ...]:
    return (post.url,)


def _no_span(_begin: datetime, _end: datetime) -> IdSpan | None:
    return None


def _no_places(_handle: str) -> tuple[str, ...]:
    return ()


def _nothing_shown(_post: PostRef, _answer: "Answer") -> Claim | None:
    return None


@dataclass(frozen=True, slots=True)
class Platform:
    """All that we know of one site.

    `hosts` are registrable domains or hosts, matched label by label (so `x.com` never
    claims `netflix.com`); `mirrors` are front ends that others run for it; `shorteners`
    only redirect to it and carry no id, and so do the URLs on `hosts` for which
    `redirects` holds (`reddit.com/r/X/s/CODE`). `identify` is asked for URLs on hosts and
    mirrors only (every host if `any_host`), and must return a PostRef whose `url` is
    canonical and identifies to itself. `identify_uri` is asked for texts that are no
    http(s) URL (`at://…`, `tg://…`).
    `plan` gives the page that shows the post without login; `record_requests` are tried
    in order until `read_record` gives a conclusive reading. Each request is
    judged by its own answer alone, so a reading that says "gone" must hold whatever the
    requests before it brought.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    identify: Callable[[Url], PostRef | None]
    plan: Callable[[PostRef], RenderPlan]
    #: The page that shows the post to members; None where it is the same.
    login_plan: Callable[[PostRef], RenderPlan] | None = None
    mirrors: tuple[str, ...] = ()
    shorteners: tuple[str, ...] = ()
    any_host: bool = False
    identify_uri: Callable[[str], PostRef | None] = _no_uri
    redirects: Callable[[Url], bool] = _no_redirect
    markup: tuple[Markup, ...] = ()
    created_at: Callable[[str], datetime | None] = _no_time
    #: Before this instant nobody could post here; None where ids may be older than the site (imported posts).
    began_at: datetime | None = None
    #: An id that tells no time is older than this; None where it may be of any age.
    tells_time_from: datetime | None = None
    #: A pattern that every id has as a whole; None where that is not sure.
    id_form: str | None = None
    record_requests: Callable[[PostRef], tuple[RecordRequest, ...]] = field(default=lambda _post: ())
    read_record: Callable[[PostRef, RecordRequest, Answer], Reading] = field(
        default=lambda _post, _request, _answer: Reading(Availability.UNCLEAR, "the platform has no record endpoint")
    )
    #: The addresses under which archives of the web keep a post, the likeliest first; one that ends with `*`
    #: stands for all that begin so. The post's `handle` is set where it is known.
    archived_as: Callable[[PostRef], tuple[str, ...]] = _as_cited
    #: The ids that posts made from the first instant up to the second can have; None where ids tell no time.
    ids_between: Callable[[datetime, datetime], IdSpan | None] = _no_span
    #: Under which addresses archives keep an author's posts (a handle as articles give it): behind each an id follows.
    author_places: Callable[[str], tuple[str, ...]] = _no_places
    #: The same for what others kept of them: answers of the platform's endpoints for embedding.
    other_places: Callable[[str], tuple[str, ...]] = _no_places
    #: What an archive's copy of any of these addresses shows of the post; None if it does not show that very post.
    read_archived: Callable[[PostRef, Answer], Claim | None] = _nothing_shown
    #: Whether the page of a post shows better media than its record names.
    media_on_page: bool = False
    #: Whether every post is a video (or nearly), of which no record names the file.
    videos: bool = False
    #: Aliases, and link paths that look like posts and are not (for docs and the test).
    samples: tuple[Sample, ...] = ()
    times: tuple[TimeSample, ...] = ()
    markup_samples: tuple[MarkupSample, ...] = ()
    answers: tuple[AnswerSample, ...] = ()

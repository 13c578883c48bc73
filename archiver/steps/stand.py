"""Where a resource stands, who says so, and why: the second half of the gate's word.

A post is never called gone because something is missing, or because of the status of a
page that is not its own: only because a record, a structural sign or the post's own address
says so. What contradicts itself is UNCLEAR, and so is what says nothing.
"""

from dataclasses import dataclass

from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.states import Availability, Group, Witness
from archiver.model.urls import canonical_url, parse_url, surt
from archiver.platforms import identify
from archiver.platforms.base import Reading
from archiver.steps.astray import Astray
from archiver.steps.main_document import Headers, MainDocument
from archiver.steps.notice import Notice

__all__ = [
    "Stand",
    "availability_of_status",
    "is_front_page",
    "is_permalink",
    "moved_stand",
    "stand_of_page",
    "stand_of_post",
]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a resource stands, who says so, and why."""

    availability: Availability
    via: Witness
    evidence: str


_STATUSES = {
    401: Availability.LOGIN,
    403: Availability.BLOCKED,
    404: Availability.GONE_UNSPECIFIED,
    407: Availability.BLOCKED,
    410: Availability.GONE_UNSPECIFIED,
    429: Availability.RATE_LIMITED,
    451: Availability.GEO_LEGAL,
}


def availability_of_status(status: int, headers: Headers = ()) -> Availability:
    """What an HTTP status says about a page. A challenge (`cf-mitigated`) says nothing but BLOCKED.

    RFC 9110 and RFC 7725; LinkedIn's 999 and any other invention are UNCLEAR.
    """
    if any(name.lower() == "cf-mitigated" for name, _value in headers):
        return Availability.BLOCKED
    if status in _STATUSES:
        return _STATUSES[status]
    if 500 <= status < 600:  # noqa: PLR2004  # the class of server errors
        return Availability.SERVER_ERROR
    return Availability.LIVE if 200 <= status < 400 else Availability.UNCLEAR  # noqa: PLR2004  # as above


# --- posts -----------------------------------------------------------------------------------


def stand_of_post(
    plan: RenderPlan,
    rendering: Rendering,
    reading: Reading | None,
    main: MainDocument,
    *,
    strayed: Astray | None,
    seen: bool,
) -> Stand:
    """The record's word, else the page's; `seen` says that the post itself is in the frame."""
    if seen and reading is not None and reading.availability.group in (Group.GONE, Group.RESTRICTED):
        evidence = f"the record says {reading.availability} ({reading.evidence}), but the page shows the post"
        return Stand(Availability.UNCLEAR, Witness.PAGE, evidence)
    if reading is not None and reading.availability.conclusive:
        return Stand(reading.availability, Witness.RECORD, reading.evidence)
    page = _by_sign(rendering) or _by_address(strayed) or (_shown_live() if seen else None)
    # A page that says nothing of the post yields to an endpoint that says why ("HTTP 429").
    if page is not None and (reading is None or page.availability is not Availability.UNCLEAR):
        return page
    if reading is not None:
        # The endpoint exists and could not be read: a page's status alone does not outweigh that.
        return Stand(reading.availability, Witness.RECORD, reading.evidence)
    return _of_unseen_post(plan, _without_answer(rendering, main) or _by_status(main))


def _shown_live() -> Stand:
    return Stand(Availability.LIVE, Witness.PAGE, "the page shows the post")


def _of_unseen_post(plan: RenderPlan, stand: Stand) -> Stand:
    """A good status is no sight of the post, and a bad one of a page made for embedding no loss of it."""
    if stand.availability is Availability.LIVE:
        return Stand(Availability.UNCLEAR, Witness.PAGE, f"{stand.evidence}, and the post is not in the page")
    if stand.availability.group is Group.GONE and not is_permalink(plan.url):
        return Stand(Availability.UNCLEAR, Witness.PAGE, f"{stand.evidence}, but not from the post's own address")
    return stand


def is_permalink(url: str) -> bool:
    """Whether the address is a post's own, under which its platform answers for it and nothing else."""
    post = identify(url)
    return post is not None and surt(post.url) == surt(url)


def _by_sign(rendering: Rendering) -> Stand | None:
    if not rendering.signs:
        return None
    sign = next((sign for sign in rendering.signs if sign.availability.conclusive), rendering.signs[0])
    evidence = f"the page shows {sign.reason} ({sign.selector})"
    groups = {sign.availability.group for sign in rendering.signs} - {Group.UNKNOWN}
    if (rendering.post_text or "").strip() and Group.GONE in groups:
        return Stand(Availability.UNCLEAR, Witness.PAGE, f"{evidence}, but also the post's text")
    return Stand(sign.availability, Witness.PAGE, evidence)


def _by_address(strayed: Astray | None) -> Stand | None:
    return Stand(strayed.availability, Witness.PAGE, strayed.evidence) if strayed else None


# --- pages -----------------------------------------------------------------------------------


def stand_of_page(
    plan: RenderPlan,
    rendering: Rendering,
    main: MainDocument,
    *,
    strayed: Astray | None,
    notice: Notice | None,
    shown: bool,
) -> Stand:
    """What the page shows, else its address, else its status; `shown` says that it shows anything at all."""
    stand = _by_sign(rendering) or _without_answer(rendering, main) or _by_status(main)
    if stand.availability is not Availability.LIVE or stand.via != Witness.HTTP:
        return stand
    if strayed is not None:
        return Stand(strayed.availability, Witness.PAGE, strayed.evidence)
    if notice is not None:
        return Stand(notice.availability, Witness.PAGE, f"{stand.evidence}, but the page says “{notice.words}”")
    if not shown:
        return Stand(Availability.UNCLEAR, Witness.PAGE, f"{stand.evidence}, and nothing is to be seen")
    return moved_stand(plan.url, rendering.final_url) or stand


def moved_stand(asked: str, arrived: str | None) -> Stand | None:
    """Whether the answer came from another canonical address.

    A deep link that ends on its own site's front page says nothing of its content, so it
    is neither live nor gone.
    """
    if arrived is None or canonical_url(arrived) is None or surt(asked) == surt(arrived):
        return None
    if is_front_page(asked, arrived) and surt(_root(asked)) == surt(_root(arrived)):
        return Stand(Availability.UNCLEAR, Witness.HTTP, f"redirected to the site's front page {arrived}")
    return Stand(Availability.MOVED, Witness.HTTP, f"answered at {arrived}")


#: What servers call the page of a folder: at the top it is the front page by another name.
_INDEX_NAMES = frozenset(
    f"{name}.{suffix}" for name in ("index", "default") for suffix in ("html", "htm", "php", "asp")
)


def is_front_page(asked: str, arrived: str) -> bool:
    """Whether a deep link ended on the front page of some site."""
    here, there = parse_url(asked), parse_url(arrived)
    if here is None or there is None or there.segments:
        return False
    if len(here.segments) == 1 and here.segments[0].lower() in _INDEX_NAMES:
        return False
    return bool(here.segments) or (bool(here.query) and not there.query)


def _root(text: str) -> str:
    url = parse_url(text)
    return f"{url.scheme}://{url.host}/" if url else text


# --- answers ---------------------------------------------------------------------------------


def _without_answer(rendering: Rendering, main: MainDocument) -> Stand | None:
    if rendering.end is RenderEnd.REFUSED or main.refused:
        return Stand(
            Availability.UNCLEAR, Witness.GUARD, f"not asked: {rendering.note or 'refused by the address guard'}"
        )
    if rendering.end is RenderEnd.NAVIGATED_AWAY:
        return Stand(Availability.UNCLEAR, Witness.PAGE, f"the page went on {rendering.note}")
    if main.status is not None:
        return None
    if rendering.end is RenderEnd.OVER_BUDGET:
        return Stand(Availability.UNREACHABLE, Witness.HTTP, "no answer within the time allowed")
    if rendering.end is RenderEnd.NO_RESPONSE:
        return Stand(Availability.UNREACHABLE, Witness.HTTP, f"no answer: {rendering.note or 'reason unknown'}")
    return Stand(Availability.UNCLEAR, Witness.PAGE, f"no status is known; {rendering.note or rendering.end}")


def _by_status(main: MainDocument) -> Stand:
    if main.challenged:
        return Stand(Availability.BLOCKED, Witness.HTTP, f"HTTP {main.status}, and a challenge instead of the page")
    availability = availability_of_status(main.status) if main.status is not None else Availability.UNCLEAR
    return Stand(availability, Witness.HTTP, f"HTTP {main.status}")

"""Whether a visit ended where it was meant to: the address itself tells a gate from a destination.

An address that carries the one that was asked for as the way on (`?next=…`) is a gate, and
so is one that calls itself a log-in form. For a post, any address of another post, or of
none, is somewhere else. None of this ever says that something is gone.
"""

import re
from dataclasses import dataclass

from archiver.model.states import Availability, CaptureKind, Reason
from archiver.model.urls import Url, absolute, parse_url
from archiver.platforms import identify

__all__ = ["Astray", "asks_for_a_form", "astray", "is_post_elsewhere"]


@dataclass(frozen=True, slots=True)
class Astray:
    """What stands at the address that was reached instead, as far as the address tells."""

    availability: Availability
    reason: Reason
    evidence: str


_ELSEWHERE = (Availability.UNCLEAR, Reason.NAVIGATED_AWAY)
#: Names of gates, as hosts' labels and path's parts have them: whole words only.
_GATES = (
    (re.compile(r"log-?in|sign-?(?:in|up)|sso|oauth2?|auth(?:orize)?"), Availability.LOGIN, Reason.LOGIN_WALL),
    (
        re.compile(r"(?:collect)?consents?|cookie-?(?:wall|consent)|guce|cmp|myprivacy|gdpr"),
        Availability.UNCLEAR,
        Reason.CONSENT_WALL,
    ),
    (re.compile(r"age-?(?:gate|check|verification|verify)|verify-?age|over-?18"), Availability.AGE, Reason.AGE_GATE),
)
#: These words are also those of sections, so they count at the end of a path only.
_ENDS = (
    (
        re.compile(r"captcha|challenge|sorry|human-?verification|blocked|access-?denied"),
        Availability.BLOCKED,
        Reason.CHALLENGE,
    ),
    (re.compile(r"404|errors?|(?:page-?)?not-?found"), Availability.UNCLEAR, Reason.ERROR_PAGE),
)
#: Parameters that say where to go on to.
_WAY_ON = re.compile(
    r"(?:next|continue|return|return_?(?:to|url|uri|path)|redirect|redirect_?(?:to|url|uri)|back|back_?url|callback|"
    r"callback_?(?:url|uri)|dest|destination|target|goto|url|ru|rurl|service)",
    re.IGNORECASE,
)


def astray(asked: str, arrived: str | None, *, kind: CaptureKind) -> Astray | None:
    """What the address `arrived` at says, None if it may be what was `asked` for.

    Another address of a page is no fault by itself: pages move. Posts are known by their
    id, on whichever address.
    """
    here, there = parse_url(asked), parse_url(arrived or "")
    if here is None or there is None or _same_place(here, there):
        return None
    gate = _gate(here, there)
    back = _leads_back(here, there)
    if gate is not None and (back or gate[1] is not Reason.ERROR_PAGE or kind is CaptureKind.PAGE):
        return Astray(*gate, f"sent to {there.text[:200]}")
    if back:
        return Astray(*_ELSEWHERE, f"sent to {there.text[:200]}, which would lead back")
    if kind is CaptureKind.POST and not _same_post(asked, there.text):
        return Astray(*_ELSEWHERE, f"sent to {there.text[:200]}, which is not this post's")
    return None


def asks_for_a_form(asked: str) -> bool:
    """Whether a log-in form is what may be expected at an address: it is called so, or is a site's front page."""
    url = parse_url(asked)
    return url is not None and (not url.segments or any(map(_GATES[0][0].fullmatch, _names(url))))


def is_post_elsewhere(asked: str, arrived: str | None) -> bool:
    """Whether both are addresses of posts of one platform, though not of the same number: servers share posts."""
    first, second = identify(asked), identify(arrived or "")
    return first is not None and second is not None and first.platform == second.platform


def _same_place(here: Url, there: Url) -> bool:
    bare = here.host.removeprefix("www."), here.path.rstrip("/")
    if bare != (there.host.removeprefix("www."), there.path.rstrip("/")):
        return False
    # Where the query holds the id, another query is another post.
    return here.query == there.query or _same_post(here.text, there.text)


def _same_post(one: str, other: str) -> bool:
    first, second = identify(one), identify(other)
    ids = [post and (post.platform, post.post_id) for post in (first, second)]
    return ids[0] == ids[1]


def _gate(here: Url, there: Url) -> tuple[Availability, Reason] | None:
    """The gate that the address names, unless what was asked for is called so too."""
    named, asked = _names(there), _names(here)
    for kinds, names in ((_GATES, named), (_ENDS, named[-1:])):
        for pattern, availability, reason in kinds:
            if any(map(pattern.fullmatch, names)) and not any(map(pattern.fullmatch, asked)):
                return availability, reason
    return None


def _names(url: Url) -> tuple[str, ...]:
    parts = (*url.host.split(".")[:-2], *url.segments)
    return tuple(re.sub(r"\.(?:html?|php|aspx?|jsp)$", "", part.lower()).replace("_", "-") for part in parts)


def _leads_back(here: Url, there: Url) -> bool:
    values = (value for name, value in there.query if _WAY_ON.fullmatch(name))
    return any(_is_way_to(here, absolute(f"https://{here.host}/", value)) for value in values if "/" in value)


def _is_way_to(here: Url, onward: str | None) -> bool:
    target = parse_url(onward or "")
    if target is None or not here.segments:
        return False
    if (target.host, target.segments) == (here.host, here.segments):
        return True
    return identify(here.text) is not None and _same_post(here.text, target.text)

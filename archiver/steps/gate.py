"""The quality gate: what a capture is worth, and where its resource stands.

Pure: everything it knows is handed in. The rule, in one paragraph: the platform's own
record decides about availability before the page does. A capture is COMPLETE only if the
post's own text (where it has none, its author and media) is in the rendered frame, no
mark of a wall, notice or error is, the main document came whole with a good status, and
the screenshot shows something. A post is never called gone because something is missing:
only because a record or a structural sign says so. Whatever contradicts itself is UNCLEAR.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model.exchange import Exchange
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.states import Availability, CaptureKind, Group, Outcome, Reason, Witness
from archiver.model.urls import canonical_url, parse_url, surt
from archiver.platforms.base import Reading
from archiver.steps.blank import is_blank
from archiver.steps.main_document import Headers, MainDocument, main_document
from archiver.steps.shown_text import has_words, shows_name, shows_text

__all__ = ["Judgement", "availability_of_status", "judge"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's word. `via` and `evidence` are those of the deciding `Observation`.

    `reasons` say why the capture is not complete, the weightiest first; empty if it is.
    """

    outcome: Outcome
    availability: Availability
    via: Witness
    evidence: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a resource stands, who says so, and why."""

    availability: Availability
    via: Witness
    evidence: str


_ENDS = {
    RenderEnd.NEVER_READY: Reason.NEVER_READY,
    RenderEnd.OVER_BUDGET: Reason.OVER_BUDGET,
    RenderEnd.CRASHED: Reason.BROWSER_CRASHED,
    RenderEnd.NAVIGATED_AWAY: Reason.NAVIGATED_AWAY,
    RenderEnd.DOWNLOAD: Reason.DOWNLOAD,
    RenderEnd.REFUSED: Reason.REFUSED,
    RenderEnd.NO_RESPONSE: Reason.NO_RESPONSE,
}
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


def judge(
    plan: RenderPlan,
    rendering: Rendering,
    reading: Reading | None,
    exchanges: Sequence[Exchange],
    *,
    kind: CaptureKind,
) -> Judgement:
    """Judge one visit, with the platform's reading (None where it has no record endpoint).

    1. What is wrong with the frame itself: its end, signs, status, picture, a cut answer.
    2. Whether the post is in it (posts only).
    3. Where the resource stands: the record's word, then the page's.
    4. COMPLETE if nothing is wrong; PARTIAL if something of it is kept; else FAILED.
    """
    main = main_document(plan, rendering, exchanges)
    frame = _frame_reasons(rendering, main, kind)
    if kind is CaptureKind.POST:
        return _judge_post(plan, rendering, reading, main, frame)
    stand = _stand_of_page(plan, rendering, main)
    if stand.availability is Availability.UNCLEAR and not frame:
        frame = (Reason.NAVIGATED_AWAY if main.status is not None else Reason.NO_RESPONSE,)
    kept = stand.availability.group is Group.LIVE and (_says_something(rendering) or Reason.DOWNLOAD in frame)
    return _judgement(stand, frame, kept=kept)


def _judge_post(
    plan: RenderPlan, rendering: Rendering, reading: Reading | None, main: MainDocument, frame: tuple[Reason, ...]
) -> Judgement:
    missing = _missing(plan, rendering, reading)
    seen = not missing and not rendering.signs and not main.failed and rendering.end is RenderEnd.READY
    contradicted = seen and reading is not None and reading.availability.group in (Group.GONE, Group.RESTRICTED)
    silent = reading is not None and reading.record is None and not reading.availability.conclusive
    reasons = (
        *((Reason.RECORD_DISAGREES,) if contradicted or _notice_on_live(rendering, reading) else ()),
        *frame,
        *(missing if _worth_saying(frame) else ()),
        *((Reason.RECORD_UNAVAILABLE,) if silent else ()),
    )
    if contradicted and reading is not None:
        evidence = f"the record says {reading.availability} ({reading.evidence}), but the page shows the post"
        stand = _Stand(Availability.UNCLEAR, Witness.PAGE, evidence)
    else:
        stand = _stand_of_post(rendering, reading, main, seen=seen)
    recorded = reading is not None and reading.record is not None
    kept = stand.availability.group is not Group.GONE and (recorded or _shows_post_text(rendering))
    return _judgement(stand, reasons, kept=kept)


def _judgement(stand: _Stand, reasons: tuple[Reason, ...], *, kept: bool) -> Judgement:
    reasons = tuple(dict.fromkeys(reasons))
    good = stand.availability.group is Group.LIVE and not reasons
    outcome = Outcome.COMPLETE if good else Outcome.PARTIAL if kept else Outcome.FAILED
    return Judgement(outcome, stand.availability, stand.via, stand.evidence, reasons)


# --- 1. the frame ----------------------------------------------------------------------------


def _frame_reasons(rendering: Rendering, main: MainDocument, kind: CaptureKind) -> tuple[Reason, ...]:
    reasons = [sign.reason for sign in rendering.signs]
    if rendering.end is not RenderEnd.READY:
        reasons.append(_ENDS[rendering.end])
    if main.challenged:
        reasons.append(Reason.CHALLENGE)
    elif main.failed:
        reasons.append(_reason_of_status(main.status))
    if rendering.end not in (RenderEnd.REFUSED, RenderEnd.NO_RESPONSE, RenderEnd.DOWNLOAD):
        reasons.extend(_picture_reasons(rendering))
    if main.cut:
        reasons.append(Reason.RESPONSE_CUT)
    # A page is bounded on purpose; a post must be whole.
    if rendering.height_cut and kind is CaptureKind.POST:
        reasons.append(Reason.HEIGHT_CUT)
    return tuple(reasons)


def _picture_reasons(rendering: Rendering) -> tuple[Reason, ...]:
    blank = rendering.screenshot is None or is_blank(rendering.screenshot)
    if not blank:
        return ()
    if rendering.screenshot is None and _says_something(rendering):
        return (Reason.NO_SCREENSHOT,)
    return (Reason.UNIFORM_SCREENSHOT if _says_something(rendering) else Reason.BLANK_FRAME,)


def _reason_of_status(status: int | None) -> Reason:
    by_status = {401: Reason.LOGIN_WALL, 429: Reason.RATE_LIMITED}
    return by_status.get(status or 0, Reason.ERROR_PAGE)


def _says_something(rendering: Rendering) -> bool:
    return bool(rendering.visible_text.strip()) or rendering.media_shown > 0


# --- 2. the post in the frame -------------------------------------------------------------------


def _missing(plan: RenderPlan, rendering: Rendering, reading: Reading | None) -> tuple[Reason, ...]:
    """What the post has and the frame does not show; () if the post is there."""
    record = reading.record if reading else None
    text = (rendering.post_text if plan.text else rendering.visible_text) or ""
    if record is None:
        shown = bool(text.strip()) or rendering.media_shown > 0
        return (*(() if shown else (Reason.TEXT_NOT_SHOWN,)), *_missing_author(plan, rendering))
    media = (Reason.MEDIA_NOT_SHOWN,) if record.media and plan.media and not rendering.media_shown else ()
    if record.text and has_words(record.text):
        return (*(() if shows_text(text, record.text) else (Reason.TEXT_NOT_SHOWN,)), *media)
    if record.text is None and not (text.strip() or rendering.media_shown):
        return (Reason.TEXT_NOT_SHOWN,)
    return (*_missing_author(plan, rendering, record.handle, record.name), *media)


def _missing_author(plan: RenderPlan, rendering: Rendering, *names: str | None) -> tuple[Reason, ...]:
    author = (rendering.author_text if plan.author else rendering.visible_text) or ""
    shown = shows_name(author, *names) if any(names) else bool(author.strip())
    return () if shown else (Reason.AUTHOR_NOT_SHOWN,)


def _worth_saying(frame: tuple[Reason, ...]) -> bool:
    # Of a frame that is a notice, or no frame at all, it goes without saying that the post is not in it.
    telling = {Reason.HEIGHT_CUT, Reason.RESPONSE_CUT, Reason.NEVER_READY, Reason.UNIFORM_SCREENSHOT}
    return set(frame) <= telling


def _shows_post_text(rendering: Rendering) -> bool:
    return bool((rendering.post_text or "").strip())


def _notice_on_live(rendering: Rendering, reading: Reading | None) -> bool:
    live = reading is not None and reading.availability.group is Group.LIVE
    return live and any(sign.availability.group is Group.GONE for sign in rendering.signs)


# --- 3. where it stands ----------------------------------------------------------------------


def _stand_of_post(rendering: Rendering, reading: Reading | None, main: MainDocument, *, seen: bool) -> _Stand:
    if reading is not None and reading.availability.conclusive:
        return _Stand(reading.availability, Witness.RECORD, reading.evidence)
    page = _stand_by_sign(rendering) or (_shown_live() if seen else None)
    # An error page that says nothing of the post yields to an endpoint that says why ("HTTP 429").
    if page is not None and (reading is None or page.availability is not Availability.UNCLEAR):
        return page
    if reading is not None:
        # The endpoint exists and could not be read: a page's status alone does not outweigh that.
        return _Stand(reading.availability, Witness.RECORD, reading.evidence)
    stand = _stand_without_answer(rendering, main) or _stand_by_status(main)
    if stand.availability is Availability.LIVE:
        return _Stand(Availability.UNCLEAR, Witness.PAGE, f"{stand.evidence}, and the post is not in the page")
    return stand


def _shown_live() -> _Stand:
    return _Stand(Availability.LIVE, Witness.PAGE, "the page shows the post")


def _stand_by_sign(rendering: Rendering) -> _Stand | None:
    if not rendering.signs:
        return None
    sign = next((sign for sign in rendering.signs if sign.availability.conclusive), rendering.signs[0])
    evidence = f"the page shows {sign.reason} ({sign.selector})"
    groups = {sign.availability.group for sign in rendering.signs} - {Group.UNKNOWN}
    if _shows_post_text(rendering) and Group.GONE in groups:
        return _Stand(Availability.UNCLEAR, Witness.PAGE, f"{evidence}, but also the post's text")
    return _Stand(sign.availability, Witness.PAGE, evidence)


def _stand_of_page(plan: RenderPlan, rendering: Rendering, main: MainDocument) -> _Stand:
    stand = _stand_by_sign(rendering) or _stand_without_answer(rendering, main) or _stand_by_status(main)
    if stand.availability is not Availability.LIVE or stand.via != Witness.HTTP:
        return stand
    return _moved(plan.url, rendering.final_url) or stand


def _stand_without_answer(rendering: Rendering, main: MainDocument) -> _Stand | None:
    if rendering.end is RenderEnd.REFUSED or main.refused:
        return _Stand(
            Availability.UNCLEAR, Witness.GUARD, f"not asked: {rendering.note or 'refused by the address guard'}"
        )
    if rendering.end is RenderEnd.NAVIGATED_AWAY:
        return _Stand(Availability.UNCLEAR, Witness.PAGE, f"the page went on {rendering.note}")
    if main.status is not None:
        return None
    if rendering.end is RenderEnd.OVER_BUDGET:
        return _Stand(Availability.UNREACHABLE, Witness.HTTP, "no answer within the time allowed")
    if rendering.end is RenderEnd.NO_RESPONSE:
        return _Stand(Availability.UNREACHABLE, Witness.HTTP, f"no answer: {rendering.note or 'reason unknown'}")
    return _Stand(Availability.UNCLEAR, Witness.PAGE, f"no status is known; {rendering.note or rendering.end}")


def _stand_by_status(main: MainDocument) -> _Stand:
    if main.challenged:
        return _Stand(Availability.BLOCKED, Witness.HTTP, f"HTTP {main.status}, and a challenge instead of the page")
    availability = availability_of_status(main.status) if main.status is not None else Availability.UNCLEAR
    return _Stand(availability, Witness.HTTP, f"HTTP {main.status}")


def _moved(asked: str, arrived: str | None) -> _Stand | None:
    """Whether the answer came from another canonical address.

    A deep link that ends on its own site's front page says nothing of its content, so it
    is neither live nor gone.
    """
    if arrived is None or canonical_url(arrived) is None or surt(asked) == surt(arrived):
        return None
    here, there = parse_url(asked), parse_url(arrived)
    if here and there and here.segments and not there.segments and surt(_root(asked)) == surt(_root(arrived)):
        return _Stand(Availability.UNCLEAR, Witness.HTTP, f"redirected to the site's front page {arrived}")
    return _Stand(Availability.MOVED, Witness.HTTP, f"answered at {arrived}")


def _root(text: str) -> str:
    url = parse_url(text)
    return f"{url.scheme}://{url.host}/" if url else text

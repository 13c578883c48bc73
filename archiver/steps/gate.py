"""The quality gate: what a capture is worth, and where its resource stands.

Pure: everything it knows is handed in. The rule, in one paragraph: the platform's own
record decides about availability before the page does. A capture is COMPLETE only if the
post's own text (where it has none, its author and media) is in sight in the rendered frame,
at an address of this very post, no mark of a wall, notice or error is, the main document
came whole with a good status, fonts and pictures had come, and the screenshot shows
something where the text is. A page is COMPLETE under the same conditions, if it has more to
say than that it is not there. Where an overlay of our list was hidden, the frame without it is
judged in the same way, and counts only if it is COMPLETE: taking something away shows a post, or
nothing. Where a resource stands is `stand.py`'s part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archiver.model.exchange import Exchange
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.states import Availability, CaptureKind, Group, Outcome, Reason, Witness
from archiver.platforms.base import Reading
from archiver.steps.astray import Astray, asks_for_a_form, astray, is_post_elsewhere
from archiver.steps.blank import look_at
from archiver.steps.main_document import MainDocument, main_document
from archiver.steps.notice import notice_of, what_covers
from archiver.steps.overlays import shows_more, wall_alone
from archiver.steps.shown_text import has_words, shows_marks, shows_name, shows_text
from archiver.steps.stand import Stand, availability_of_status, stand_of_page, stand_of_post
from archiver.steps.walls import minding_side_forms, without_side_forms

__all__ = ["Judgement", "availability_of_status", "judge"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's word. `via` and `evidence` are those of the deciding `Observation`.

    `reasons` say why the capture is not complete, the weightiest first; if it is, they are remarks.
    """

    outcome: Outcome
    availability: Availability
    via: Witness
    evidence: str
    reasons: tuple[Reason, ...] = ()


#: A text of fewer letters may be that of many posts.
_PROOF_LETTERS = 20
_ENDS = {
    RenderEnd.NEVER_READY: Reason.NEVER_READY,
    RenderEnd.OVER_BUDGET: Reason.OVER_BUDGET,
    RenderEnd.CRASHED: Reason.BROWSER_CRASHED,
    RenderEnd.NAVIGATED_AWAY: Reason.NAVIGATED_AWAY,
    RenderEnd.DOWNLOAD: Reason.DOWNLOAD,
    RenderEnd.REFUSED: Reason.REFUSED,
    RenderEnd.NO_RESPONSE: Reason.NO_RESPONSE,
}


def judge(
    plan: RenderPlan,
    rendering: Rendering,
    reading: Reading | None,
    exchanges: Sequence[Exchange],
    *,
    kind: CaptureKind,
) -> Judgement:
    """Judge one visit, with the platform's reading (None where it has no record endpoint).

    1. What is wrong with the frame itself: its end, signs, address, status, what lies over
       it, its picture, a cut answer.
    2. Whether the post is in it; of a page, whether it is more than a notice.
    3. Where the resource stands: the record's word, then the page's.
    4. COMPLETE if nothing is wrong; PARTIAL if something of it is kept; else FAILED.
    5. All of that again for the frame without overlays, if there is one.
    """
    main = main_document(plan, rendering, exchanges)
    strayed = astray(plan.url, rendering.final_url, kind=kind)

    def judged(frame: Rendering) -> Judgement:
        if kind is CaptureKind.POST:
            return _judge_post(plan, frame, reading, main, strayed)
        return _judge_page(plan, minding_side_forms(plan.url, frame), main, strayed)

    untouched = judged(rendering)
    if rendering.cleaned is None:
        return untouched
    best = judged(rendering.cleaned)
    if best.outcome is not Outcome.COMPLETE or not shows_more(rendering.cleaned, kind, recorded=reading is not None):
        best = untouched if kind is CaptureKind.POST else _minding_walls(untouched, rendering)
    return replace(best, reasons=(*best.reasons, Reason.OVERLAY_HIDDEN))


def _minding_walls(untouched: Judgement, rendering: Rendering) -> Judgement:
    """The judgement of a page, but FAILED where all that it has to say is what lies over it."""
    wall = wall_alone(rendering)
    if wall is None or untouched.outcome is not Outcome.COMPLETE:
        return untouched
    evidence = f"{untouched.evidence}, but nothing is there beneath {rendering.removed[0].name}"
    return Judgement(Outcome.FAILED, Availability.UNCLEAR, Witness.PAGE, evidence, (wall,))


def _judge_post(
    plan: RenderPlan, rendering: Rendering, reading: Reading | None, main: MainDocument, strayed: Astray | None
) -> Judgement:
    if strayed and _is_proven(plan, rendering, reading):
        strayed = None
    missing = _missing(plan, rendering, reading)
    if not (missing or rendering.hidden) and _text_of(reading):
        rendering = without_side_forms(rendering)
    frame = _frame_reasons(rendering, main, strayed, CaptureKind.POST)
    in_place = rendering.end is RenderEnd.READY and not main.failed and strayed is None
    seen = in_place and not (missing or rendering.signs or rendering.hidden)
    lost = reading is not None and reading.availability.group in (Group.GONE, Group.RESTRICTED)
    silent = reading is not None and reading.record is None and not reading.availability.conclusive
    reasons = (
        *((Reason.RECORD_DISAGREES,) if (seen and lost) or _notice_on_live(rendering, reading) else ()),
        *frame,
        *(missing if _worth_saying(frame) else ()),
        *((Reason.RECORD_UNAVAILABLE,) if silent else ()),
    )
    stand = stand_of_post(plan, rendering, reading, main, strayed=strayed, seen=seen)
    recorded = reading is not None and reading.record is not None
    shown = strayed is None and bool((rendering.post_text or "").strip())
    return _judgement(stand, reasons, kept=stand.availability.group is not Group.GONE and (recorded or shown))


def _judge_page(plan: RenderPlan, rendering: Rendering, main: MainDocument, strayed: Astray | None) -> Judgement:
    notice = notice_of(rendering.title, rendering.visible_text)
    if notice and notice.reason is Reason.LOGIN_WALL and asks_for_a_form(plan.url):
        notice = None
    frame = _frame_reasons(rendering, main, strayed, CaptureKind.PAGE)
    if notice and not main.failed and not main.challenged:
        frame = (notice.reason, *frame)
    pictured = rendering.screenshot is not None and Reason.BLANK_FRAME not in frame
    shown = _says_something(rendering) or pictured or Reason.DOWNLOAD in frame
    stand = stand_of_page(plan, rendering, main, strayed=strayed, notice=notice, shown=shown)
    if stand.availability is Availability.UNCLEAR and not frame:
        frame = (Reason.NAVIGATED_AWAY if main.status is not None else Reason.NO_RESPONSE,)
    return _judgement(stand, frame, kept=stand.availability.group is Group.LIVE and shown)


def _judgement(stand: Stand, reasons: tuple[Reason, ...], *, kept: bool) -> Judgement:
    reasons = tuple(dict.fromkeys(reasons))
    good = stand.availability.group is Group.LIVE and not reasons
    outcome = Outcome.COMPLETE if good else Outcome.PARTIAL if kept else Outcome.FAILED
    return Judgement(outcome, stand.availability, stand.via, stand.evidence, reasons)


# --- 1. the frame ----------------------------------------------------------------------------


def _frame_reasons(
    rendering: Rendering, main: MainDocument, strayed: Astray | None, kind: CaptureKind
) -> tuple[Reason, ...]:
    reasons = [sign.reason for sign in rendering.signs]
    if strayed is not None:
        reasons.append(strayed.reason)
    if rendering.end is not RenderEnd.READY:
        reasons.append(_ENDS[rendering.end])
    if main.challenged:
        reasons.append(Reason.CHALLENGE)
    elif main.failed:
        reasons.append(_reason_of_status(main.status))
    reasons.extend(_cover_reasons(rendering))
    if rendering.end not in (RenderEnd.REFUSED, RenderEnd.NO_RESPONSE, RenderEnd.DOWNLOAD):
        reasons.extend(_picture_reasons(rendering))
    if main.cut:
        reasons.append(Reason.RESPONSE_CUT)
    # A page is bounded on purpose; a post must be whole.
    if rendering.height_cut and kind is CaptureKind.POST:
        reasons.append(Reason.HEIGHT_CUT)
    return tuple(reasons)


def _cover_reasons(rendering: Rendering) -> tuple[Reason, ...]:
    if not rendering.hidden:
        return ()
    wall = what_covers(rendering.hidden)
    return (wall, Reason.TEXT_NOT_SHOWN) if wall else (Reason.TEXT_NOT_SHOWN,)


def _picture_reasons(rendering: Rendering) -> tuple[Reason, ...]:
    says = _says_something(rendering)
    unsettled = (Reason.NOT_SETTLED,) if rendering.end is RenderEnd.READY and not rendering.settled else ()
    if rendering.screenshot is None:
        return (Reason.NO_SCREENSHOT, *unsettled) if says else (Reason.BLANK_FRAME,)
    picture = look_at(rendering.screenshot, rendering.text_lines, width_px=rendering.width_px)
    if picture.blank:
        return (Reason.UNIFORM_SCREENSHOT if says else Reason.BLANK_FRAME,)
    return ((Reason.TEXT_NOT_SHOWN,) if picture.lines_blank else ()) + unsettled


def _reason_of_status(status: int | None) -> Reason:
    by_status = {401: Reason.LOGIN_WALL, 429: Reason.RATE_LIMITED}
    return by_status.get(status or 0, Reason.ERROR_PAGE)


def _says_something(rendering: Rendering) -> bool:
    return bool(rendering.visible_text.strip()) or rendering.media_shown > 0


# --- 2. the post in the frame -------------------------------------------------------------------


def _is_proven(plan: RenderPlan, rendering: Rendering, reading: Reading | None) -> bool:
    """Whether another server's page of a post shows this very one: at length, word for word."""
    text, shown = _text_of(reading), rendering.post_text or ""
    long_enough = has_words(text, least=_PROOF_LETTERS)
    return long_enough and is_post_elsewhere(plan.url, rendering.final_url) and shows_text(shown, text)


def _text_of(reading: Reading | None) -> str:
    """The recorded text, "" where there is none or none with words."""
    text = reading.record.text if reading and reading.record else None
    return text if text and has_words(text) else ""


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
    if not _shows_wordless(rendering, text, record.text):
        return (Reason.TEXT_NOT_SHOWN,)
    return (*_missing_author(plan, rendering, record.handle, record.name), *media)


def _shows_wordless(rendering: Rendering, text: str, recorded: str | None) -> bool:
    """Whether a post without words is there: by its emoji, which pages may draw as pictures; else by its media."""
    if recorded is None:
        return bool(text.strip()) or rendering.media_shown > 0
    if not recorded:
        return True
    return shows_marks(text, recorded) and (rendering.post_text is not None or rendering.media_shown > 0)


def _missing_author(plan: RenderPlan, rendering: Rendering, *names: str | None) -> tuple[Reason, ...]:
    author = (rendering.author_text if plan.author else rendering.visible_text) or ""
    shown = shows_name(author, *names) if any(names) else bool(author.strip())
    return () if shown else (Reason.AUTHOR_NOT_SHOWN,)


def _worth_saying(frame: tuple[Reason, ...]) -> bool:
    # Of a frame that is a notice, or no frame at all, it goes without saying that the post is not in it.
    telling = {
        Reason.HEIGHT_CUT,
        Reason.RESPONSE_CUT,
        Reason.NEVER_READY,
        Reason.UNIFORM_SCREENSHOT,
        Reason.NOT_SETTLED,
        Reason.TEXT_NOT_SHOWN,
    }
    return set(frame) <= telling


def _notice_on_live(rendering: Rendering, reading: Reading | None) -> bool:
    live = reading is not None and reading.availability.group is Group.LIVE
    return live and any(sign.availability.group is Group.GONE for sign in rendering.signs)

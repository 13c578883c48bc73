"""Where a post stands, by its platform's own word."""

from typing import TYPE_CHECKING

from archiver.model.fetched import Ask, Fetched
from archiver.model.records import PostRecord, PostRef, Resource
from archiver.model.states import Availability, CaptureKind, Group, Witness
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Answer, Platform, Reading, RecordRequest
from archiver.steps.astray import astray
from archiver.steps.attempts import may_pass
from archiver.steps.judged import Judged, Judging
from archiver.steps.stand import Stand, is_permalink
from archiver.steps.unanswered import stand_by_status, stand_without_answer

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["judge_post"]

#: Records are small; some platforms' are whole pages.
_RECORD_BYTES = 4 << 20
_OPEN = (Group.LIVE, Group.RESTRICTED)
#: What passes: an endpoint that is always closed to us (BLOCKED) must not keep the others from being heard.
_TROUBLE = (Availability.RATE_LIMITED, Availability.SERVER_ERROR, Availability.UNREACHABLE)


def judge_post(resource: Resource, *, elsewhere: bool) -> Judging:
    """The platform's word on a post.

    1. Its endpoints are asked in order until one says something conclusive. 2. One that says
    "gone" is not believed alone: the others are asked too, and where any shows the post or
    says that it is only restricted, nothing is concluded. Of several losses the one with a
    reason counts; one without a reason does not while another endpoint is in trouble, for that one
    might have shown the post. 3. Where none is conclusive, the first one's answer is told.
    """
    platform = platform_named(resource.platform or "")
    post = identify(resource.uri) or PostRef(resource.platform or "", resource.post_id or "", resource.uri)
    if platform is None or post.platform != platform.name:
        return Judged(Stand(Availability.UNCLEAR, Witness.PROGRAM, "no platform of this name is known"))
    requests = platform.record_requests(post)
    if not requests:
        return (yield from _judge_by_page(platform, post, elsewhere))
    told: Judged | None = None
    lost: Judged | None = None
    in_trouble: Judged | None = None
    for request in requests:
        fetched = yield Ask(request.url, request.headers, _RECORD_BYTES, elsewhere=elsewhere)
        heard = _heard(platform, post, request, fetched)
        group = heard.stand.availability.group
        if group in _OPEN:
            return _contradicted(lost, heard) if lost else heard
        if group is Group.GONE:
            lost = heard if lost is None or (heard.sure and not lost.sure) else lost
        if heard.stand.availability in _TROUBLE:
            in_trouble = in_trouble or heard
        if told is None:
            told = heard
    if lost and in_trouble and not lost.sure:
        return _unheard(lost, in_trouble)
    return lost or told or Judged(Stand(Availability.UNCLEAR, Witness.RECORD, "the platform has no endpoint"))


def _heard(platform: Platform, post: PostRef, request: RecordRequest, fetched: Fetched) -> Judged:
    """What one endpoint's answer says."""
    unanswered = stand_without_answer(fetched)
    if unanswered is not None:
        own_host = platform.any_host and request.url.split("/")[2] == post.url.split("/")[2]
        if unanswered.availability.group is Group.GONE and not own_host:
            unanswered = Stand(Availability.UNREACHABLE, Witness.RECORD, "the endpoint's name does not exist")
        return Judged(unanswered, answered=False)
    answer = Answer(fetched.status, fetched.body, fetched.headers, fetched.final_url, fetched.media_type)
    reading = platform.read_record(post, request, answer)
    stand = Stand(reading.availability, Witness.RECORD, reading.evidence)
    if stand.availability.group is Group.GONE and (doubt := _doubt(fetched)):
        stand = Stand(Availability.UNCLEAR, Witness.RECORD, f"{reading.evidence}, but {doubt}")
    return Judged(stand, fetched.status, _record(reading))


def _doubt(fetched: Fetched) -> str | None:
    """Why an answer that says "gone" is not to be believed, in words."""
    if fetched.failure is not None or fetched.notes:
        return "the answer is not whole"
    return "the server is in trouble" if may_pass(fetched) else None


def _record(reading: Reading) -> PostRecord | None:
    return reading.record if reading.availability.group is Group.LIVE else None


def _contradicted(lost: Judged, heard: Judged) -> Judged:
    evidence = (
        f"one endpoint says {lost.stand.availability} ({lost.stand.evidence}), another {heard.stand.availability}"
    )
    return Judged(Stand(Availability.UNCLEAR, Witness.RECORD, evidence), heard.http_status)


def _unheard(lost: Judged, in_trouble: Judged) -> Judged:
    evidence = f"one endpoint says {lost.stand.availability} ({lost.stand.evidence}), but another gave no answer"
    evidence = f"{evidence} ({in_trouble.stand.evidence})"
    return Judged(Stand(Availability.UNCLEAR, Witness.RECORD, evidence), in_trouble.http_status)


# --- platforms without an endpoint ---------------------------------------------------------------


def _judge_by_page(platform: Platform, post: PostRef, elsewhere: bool) -> Judging:  # noqa: FBT001  # passed on
    """By the post's own address, then by the page that shows it to guests: only the first can say that it is gone."""
    fetched = yield Ask(post.url, body_bytes=_RECORD_BYTES, elsewhere=elsewhere)
    first = _page_heard(platform, post, post.url, fetched)
    shown_at = platform.plan(post).url
    if first.stand.availability.conclusive or not first.answered or shown_at == post.url:
        return first
    fetched = yield Ask(shown_at, body_bytes=_RECORD_BYTES, elsewhere=elsewhere)
    second = _page_heard(platform, post, shown_at, fetched)
    return second if second.stand.availability.conclusive else first


def _page_heard(platform: Platform, post: PostRef, asked: str, fetched: Fetched) -> Judged:
    # Loaded with the first page: most platforms are asked for their record.
    from archiver.platforms.common import parse_html  # noqa: PLC0415

    unanswered = stand_without_answer(fetched)
    if unanswered is not None:
        gone = unanswered.availability.group is Group.GONE
        stand = Stand(Availability.UNREACHABLE, Witness.HTTP, unanswered.evidence) if gone else unanswered
        return Judged(stand, answered=False)
    strayed = astray(asked, fetched.final_url, kind=CaptureKind.POST)
    if strayed is not None:
        return Judged(Stand(strayed.availability, Witness.PAGE, strayed.evidence), fetched.status)
    stand = stand_by_status(fetched)
    if stand.availability is Availability.LIVE:
        page = parse_html(fetched.body) if fetched.failure is None else parse_html("")
        return Judged(_seen_stand(platform, post, page), fetched.status)
    if stand.availability.group is Group.GONE and not is_permalink(asked):
        stand = Stand(Availability.UNCLEAR, stand.via, f"{stand.evidence}, but not from the post's own address")
    return Judged(stand, fetched.status)


def _seen_stand(platform: Platform, post: PostRef, page: "BeautifulSoup") -> Stand:
    """What the source of a page shows. A notice in it may be hidden by a style, so it proves no loss."""
    plan = platform.plan(post)
    if any(page.select_one(sign.selector) for sign in plan.signs if sign.availability.group is Group.GONE):
        return Stand(Availability.UNCLEAR, Witness.PAGE, "HTTP 200, and a removal notice in the page's source")
    if any(page.select_one(selector) for selector in plan.media):
        return Stand(Availability.LIVE, Witness.PAGE, "the page's source holds the post's media")
    return Stand(Availability.UNCLEAR, Witness.PAGE, "HTTP 200, and the post is not in the page's source")

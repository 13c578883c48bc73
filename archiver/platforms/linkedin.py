"""LinkedIn: updates, under the number of their activity, share or ugcPost.

One update has two numbers, its share's (or ugcPost's) and its activity's, and only LinkedIn knows which
belong together. The id is the number that the address gives, and the canonical form keeps its kind,
because the page opens by no other. All kinds come from one generator, so no two are the same number.

Profiles, company pages, articles (`/pulse/`), newsletters, jobs, events, posts of closed groups and share
buttons are no posts. There is no record endpoint; the embed page is the record, and is all that guests see.
It comes whole from the server. What it says of deleted posts is not known, so nothing here says "gone";
HTTP 999 and the sign-in page are said of us.
"""

import re
from datetime import UTC, datetime
from http import HTTPStatus

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import Overlay, OverlayKind, RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Answer, AnswerSample, Platform, Reading, RecordRequest, Sample, TimeSample
from archiver.platforms.common import attr, parse_html, refusal, shown_text, snowflake_time, unclear

__all__ = ["PLATFORM"]

_HOSTS = ("linkedin.com",)
_SHORTENERS = ("lnkd.in", "linkd.in")
#: The site itself, its mobile pages and its countries; not `business.`, `engineering.` or `px.ads.`.
_SITE = re.compile(r"(?:(?:www|m|mobile|touch|[a-z]{2})\.){0,2}linkedin\.com")
_KINDS = {"activity": "activity", "share": "share", "ugcpost": "ugcPost"}
_NUMBER = re.compile(r"[1-9][0-9]{15,18}")
#: `urn:li:activity:NUMBER`, also inside another urn, or without `urn:li:`.
_URN = re.compile(
    r"(?:urn:li:(?:fs_)?[a-z0-9_]{1,30}:\([^()]{0,20})?(?:urn:li:)?(activity|share|ugcpost):([0-9]{16,19})(?![0-9a-z:])",
    re.IGNORECASE,
)
#: `USER_the-first-words-activity-NUMBER-XXXX`.
_IN_SLUG = re.compile(r"(?:^|[-_])(activity|share|ugcpost)-([0-9]{16,19})(?=-|$)", re.IGNORECASE)
_USER = re.compile(r"([^_/]{1,100})_")
_EARLIEST, _LATEST = datetime(2003, 5, 5, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    """Sign-in pages and the warning before a link name the page that they stand before."""
    if url.segments[:2] in (("redir", "redirect"), ("safety", "go")):
        return url.param("url")
    return url.param("session_redirect") or url.param("sessionRedirect")


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or _SITE.fullmatch(meant.host) is None:
        return None
    # In mails, and on the lighter mobile site, the same paths stand behind these.
    parts = meant.segments[1:] if meant.segments[:1] in (("comm",), ("mwlite",)) else meant.segments
    return _by_path(parts) or _by_query(parts, meant)


def _by_path(parts: tuple[str, ...]) -> PostRef | None:
    match parts:
        case ("posts", slug) | ("feed", "posts", slug):
            return _by_slug(slug)
        case (
            ("feed", "update", urn, *_)
            | ("embed", "feed", "update", urn, *_)
            | ("video", "embed", "live", urn)
            | ("video", "live" | "event", urn)
        ):
            return _by_urn(urn)
        case ("hp", "update", number):
            return _post("activity", number)
    return None


def _by_query(parts: tuple[str, ...], url: Url) -> PostRef | None:
    match parts:
        case ("feed",):
            return _by_urn(url.param("highlightedUpdateUrn") or url.param("updateEntityUrn") or "")
        case ("nhome", "updates") | ("updates",) | ("company", _, "comments"):
            return _post("activity", url.param("topic") or url.param("activity") or "")
    return None


def _by_slug(slug: str) -> PostRef | None:
    # The words before may look like one, so the last counts.
    found = list(_IN_SLUG.finditer(slug))
    user = _USER.match(slug)
    return _post(found[-1][1], found[-1][2], user[1] if user else None) if found else None


def _by_urn(urn: str) -> PostRef | None:
    found = _URN.match(urn)
    return _post(found[1], found[2]) if found else None


def _post(kind: str, number: str, user: str | None = None) -> PostRef | None:
    if not _NUMBER.fullmatch(number):
        return None
    urn = f"urn:li:{_KINDS[kind.lower()]}:{number}"
    return PostRef("linkedin", number, f"https://www.linkedin.com/feed/update/{urn}", user)


def _created_at(post_id: str) -> datetime | None:
    """Milliseconds of the Unix epoch, above 22 other bits (obsidianforensics/unfurl, parse_linkedin.py)."""
    told = snowflake_time(post_id, shift=22, epoch_ms=0) if _NUMBER.fullmatch(post_id) else None
    return told if told and _EARLIEST <= told < _LATEST else None


# --- page ----------------------------------------------------------------------------------------

_CARD = "article[data-activity-urn], article[data-featured-activity-urn], article[data-attributed-urn]"
_TEXT = (
    "[data-test-id='main-feed-activity-embed-card__commentary'], [data-test-id='main-feed-activity-card__commentary']"
)
_ACTOR = "a[data-tracking-control-name$='feed-actor-name']"
_IMAGE = "[data-test-id='feed-images-content'] img"
_OVERLAYS = (
    Overlay(
        "linkedin consent", "#artdeco-global-alert-container, .artdeco-global-alert", OverlayKind.CONSENT, "cookie"
    ),
    Overlay(
        "linkedin log-in",
        ".contextual-sign-in-modal, #base-contextual-sign-in-modal, .base-sign-in-modal, .google-one-tap__container",
        OverlayKind.LOGIN,
    ),
)
_NO_CARD = f"body:not(:has({_CARD}, {_TEXT}, {_ACTOR}))"


def _embed_page(post: PostRef) -> str:
    return post.url.replace("/feed/update/", "/embed/feed/update/", 1)


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        _embed_page(post),
        element=(_CARD, "main", "body"),
        ready=(_TEXT, _ACTOR),
        text=(_TEXT,),
        author=(_ACTOR, "[data-test-id$='card__entity-lockup']"),
        media=(_IMAGE, "video", "[data-test-id='article-content'] img", "iframe[src*='document' i]"),
        signs=(
            Sign(
                f"{_NO_CARD} form:is([action*='login' i], [action*='signup' i], .join-form, .login__form, :has("
                "input[type='password']))",
                Availability.LOGIN,
                Reason.LOGIN_WALL,
            ),
            Sign(
                f"{_NO_CARD} :is(#captcha-internal, iframe[src*='captcha' i])", Availability.BLOCKED, Reason.CHALLENGE
            ),
            # What it says of deleted, private and never written posts is not told apart.
            Sign(
                f"{_NO_CARD} :is([class*='error' i], [class*='not-found' i], [data-test-id*='error' i])",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "not found|cannot be displayed|can.t be displayed|no longer|unavailable|doesn.t exist",
            ),
        ),
        overlays=_OVERLAYS,
        width_px=550,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (RecordRequest(_embed_page(post), suffix="html"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if answer.status != HTTPStatus.OK:
        return refusal(answer) or unclear(f"HTTP {answer.status}")
    page = parse_html(answer.body)
    card = next((tag for tag in page.select(_CARD) if _names(tag, post.post_id)), None)
    if card is None or card.select_one(_ACTOR) is None:
        return unclear("a page without the post's card (a sign-in page, a notice, or another post)")
    return Reading(Availability.LIVE, "the embed page shows the post itself", _record(card))


def _names(card: Tag, number: str) -> bool:
    """Whether the card is the post's: it gives the number of its activity, and that of its share."""
    names = ("data-activity-urn", "data-featured-activity-urn", "data-attributed-urn")
    return any(attr(card, name).rpartition(":")[2] == number for name in names)


def _record(card: Tag) -> PostRecord:
    text, actor = card.select_one(_TEXT), card.select_one(_ACTOR)
    images = (attr(image, "data-delayed-url") or attr(image, "src") for image in card.select(_IMAGE))
    user = re.search(
        r"linkedin\.com/(?:in|company|school|showcase)/([^/?#]{1,100})", attr(actor, "href") if actor else ""
    )
    return PostRecord(
        text=shown_text(text) or None if text else None,
        name=shown_text(actor) or None if actor else None,
        handle=user[1] if user else None,
        media=tuple(MediaRef(image, "image") for image in images if image.startswith("https://")),
    )


# --- samples ---------------------------------------------------------------------------------------

_ID, _SHARE_ID = "6672223579356180480", "6672223578911580160"
_HOME = "https://www.linkedin.com"
_AT = f"{_HOME}/feed/update/urn:li:activity:{_ID}"
_SHARE = f"{_HOME}/feed/update/urn:li:share:{_SHARE_ID}"
_LIVE = f"{_HOME}/feed/update/urn:li:ugcPost:{_SHARE_ID}"
_SLUG = f"ann-b_the-bells-ring-at-dawn-activity-{_ID}-CxTb"
_PAGE = f"""<html><body><main><article class="main-feed-activity-card" data-activity-urn="urn:li:activity:{_ID}"
 data-attributed-urn="urn:li:share:{_SHARE_ID}"><div data-test-id="main-feed-activity-embed-card__entity-lockup">
<a href="https://www.linkedin.com/in/ann-b?trk=x" data-tracking-control-name="public_post_embed_feed-actor-name">
 Ann B </a><time>2y</time></div>
<p data-test-id="main-feed-activity-embed-card__commentary" dir="ltr">The bells ring<br>at <a href="#">dawn</a></p>
<ul data-test-id="feed-images-content"><li><img data-delayed-url="https://media.licdn.com/dms/image/x.jpg"></li></ul>
</article></main></body></html>""".encode()
_WALL = f"""<html><head><title>Sign Up | LinkedIn</title></head><body><form action="/signup/cold-join-submit">
<input type="hidden" name="session_redirect" value="{_AT}"><input type="password"></form></body></html>""".encode()


def _is(url: str, user: str | None = None) -> Sample:
    return Sample(url, _ID, _AT, user)


def _is_share(url: str, canonical: str = _SHARE) -> Sample:
    return Sample(url, _SHARE_ID, canonical)


def _answer(answer: Answer, availability: Availability, text: str | None = None, url: str = _AT) -> AnswerSample:
    return AnswerSample(url, 0, answer, availability, text)


PLATFORM = Platform(
    name="linkedin",
    title="LinkedIn",
    hosts=_HOSTS,
    shorteners=_SHORTENERS,
    identify=_identify,
    created_at=_created_at,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is(f"{_AT}/?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A{_ID}%2C6672300000000000000%29"),
        _is(f"https://linkedin.com/feed/update/urn%3Ali%3Aactivity%3A{_ID}?utm_source=share&utm_medium=member_desktop"),
        _is(f"{_HOME}/feed/update/activity:{_ID}"),
        _is(f"{_HOME}/mwlite/feed/update/activity:{_ID}?trk=share-post-success"),
        _is(f"{_HOME}/comm/feed/update/urn:li:activity:{_ID}?midToken=AQ"),
        _is(f"{_HOME}/feed/update/urn:li:fs_updateV2:(urn:li:activity:{_ID},FEED_DETAIL,EMPTY,DEFAULT,false)"),
        _is(f"{_HOME}/feed/?highlightedUpdateUrn=urn%3Ali%3Aactivity%3A{_ID}&origin=x"),
        _is(f"{_HOME}/feed?updateEntityUrn=urn%3Ali%3Afs_feedUpdate%3A%28V2%2Curn%3Ali%3Aactivity%3A{_ID}%29"),
        _is(f"{_HOME}/embed/feed/update/urn:li:activity:{_ID}?collapsed=1"),
        _is(f"{_HOME}/posts/{_SLUG}", "ann-b"),
        _is(f"https://uk.linkedin.com/posts/{_SLUG}?utm_source=share&rcm=ACoA", "ann-b"),
        _is(f"https://m.linkedin.com/posts/{_SLUG}/", "ann-b"),
        _is(f"{_HOME}/posts/ann-b_activity-{_ID}-_bo9", "ann-b"),
        _is(f"{_HOME}/posts/ann-b_share-1-activity-1-activity-{_ID}-CxTb", "ann-b"),
        _is(f"{_HOME}/posts/activity-{_ID}-CxTb"),
        _is(f"{_HOME}/nhome/updates?topic={_ID}"),
        _is(f"{_HOME}/updates?discuss=&scope=503433939&stype=M&topic={_ID}&type=U&a=Y1I3"),
        _is(f"{_HOME}/hp/update/{_ID}"),
        _is(f"{_HOME}/company/harbour-log/comments?topic={_ID}&type=U"),
        _is(f"{_HOME}/posts/{_SLUG}#comments", "ann-b"),
        _is(
            f"{_HOME}/authwall?trk=qf&sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fposts%2F{_SLUG}",
            "ann-b",
        ),
        _is(f"{_HOME}/login?session_redirect=%2Ffeed%2Fupdate%2Furn%3Ali%3Aactivity%3A{_ID}"),
        _is(f"{_HOME}/signup/cold-join?session_redirect=https%3A%2F%2Fwww%2Elinkedin%2Ecom%2Fhp%2Fupdate%2F{_ID}"),
        _is(f"{_HOME}/redir/redirect?url=https%3A%2F%2Fwww.linkedin.com%2Fposts%2F{_SLUG}&urlhash=1", "ann-b"),
        _is_share(_SHARE),
        _is_share(f"//www.linkedin.com/embed/feed/update/urn:li:share:{_SHARE_ID}"),
        Sample(f"{_HOME}/posts/ann-b_harbour-share-{_SHARE_ID}-z04n", _SHARE_ID, _SHARE, "ann-b"),
        _is_share(f"{_HOME}/embed/feed/update/urn:li:ugcPost:{_SHARE_ID}?compact=1", _LIVE),
        _is_share(f"{_HOME}/video/embed/live/urn:li:ugcPost:{_SHARE_ID}", _LIVE),
        _is_share(f"{_HOME}/video/live/urn:li:ugcPost:{_SHARE_ID}/", _LIVE),
        _is_share(f"{_HOME}/video/event/urn:li:ugcPost:{_SHARE_ID}/", _LIVE),
        Sample(f"{_HOME}/posts/ann-b_harbour-ugcPost-{_SHARE_ID}-z04n", _SHARE_ID, _LIVE, "ann-b"),
        *(
            Sample(url, None)
            for url in (
                f"{_HOME}/in/ann-b/",
                f"{_HOME}/in/ann-b/recent-activity/all/",
                f"{_HOME}/in/ann-b-{_ID}/",
                f"{_HOME}/company/harbour-log",
                f"{_HOME}/company/harbour-log/posts/?feedView=all",
                f"{_HOME}/showcase/harbour-log/",
                f"{_HOME}/groups/12345/",
                f"{_HOME}/feed/update/urn:li:groupPost:12345-{_ID}",
                f"{_HOME}/pulse/bells-at-dawn-ann-b/",
                f"{_HOME}/pulse/bells-activity-{_ID}-CxTb",
                f"{_HOME}/newsletters/bells-{_ID}/",
                f"{_HOME}/embeds/publishingEmbed.html?articleId={_ID}",
                f"{_HOME}/jobs/view/{_ID}",
                f"{_HOME}/events/{_ID}/",
                f"{_HOME}/learning/embed/bells",
                f"{_HOME}/feed/",
                f"{_HOME}/feed/hashtag/bells",
                f"{_HOME}/feed/update/",
                f"{_HOME}/feed/update/urn:li:activity:123",
                f"{_HOME}/feed/update/urn:li:activity:{_ID}9",
                f"{_HOME}/feed/update/urn:li:comment:(urn:li:member:{_ID},1)",
                f"{_HOME}/posts/",
                f"{_HOME}/posts/ann-b",
                f"{_HOME}/posts/ann-b_activity-report-2024",
                f"{_HOME}/posts/ann-b_inactivity{_ID}-CxTb",
                f"{_HOME}/analytics/post-summary/urn:li:activity:{_ID}/",
                f"{_HOME}/shareArticle?mini=true&url=https%3A%2F%2Fwww.linkedin.com%2Fposts%2F{_SLUG}",
                f"{_HOME}/sharing/share-offsite/?url=https%3A%2F%2Fnews.example%2F",
                f"{_HOME}/cws/share?url=https%3A%2F%2Fnews.example%2F",
                f"{_HOME}/redir/redirect?url=https%3A%2F%2Fevil.example%2Fposts%2F{_SLUG}",
                f"{_HOME}/login?session_redirect=https%3A%2F%2Fevil.example%2Fposts%2F{_SLUG}",
                f"https://business.linkedin.com/posts/{_SLUG}",
                f"https://engineering.linkedin.com/posts/{_SLUG}",
                "https://platform.linkedin.com/in.js",
                "https://px.ads.linkedin.com/collect/?pid=1",
                "https://lnkd.in/dAbCdEf",
                "https://linkd.in/AbCdEf",
                f"https://notlinkedin.com/posts/{_SLUG}",
                f"https://linkedin.com.evil.example/posts/{_SLUG}",
                f"https://www.linkedin.co/feed/update/urn:li:activity:{_ID}",
            )
        ),
    ),
    times=(
        TimeSample(_ID, "2020-05-29T19:54:25.238000Z"),
        TimeSample("5938528528290045952", "2014-11-13T05:12:13.669000Z"),
        TimeSample("1000000000000000", None),
        TimeSample("123", None),
    ),
    answers=(
        _answer(Answer(200, _PAGE), Availability.LIVE, "The bells ring\nat dawn"),
        _answer(Answer(200, _PAGE), Availability.LIVE, "The bells ring\nat dawn", _SHARE),
        _answer(Answer(200, _PAGE), Availability.UNCLEAR, None, _AT.replace("180480", "180481")),
        _answer(Answer(200, _PAGE.replace(b"feed-actor-name", b"x")), Availability.UNCLEAR),
        _answer(Answer(200, _WALL), Availability.UNCLEAR),
        _answer(Answer(200, b""), Availability.UNCLEAR),
        _answer(Answer(302, b""), Availability.UNCLEAR),
        _answer(Answer(404, b"<html>Page not found"), Availability.UNCLEAR),
        _answer(Answer(410, b""), Availability.UNCLEAR),
        _answer(Answer(999, b"Request denied"), Availability.BLOCKED),
        _answer(Answer(403, _WALL), Availability.BLOCKED),
        _answer(Answer(429), Availability.RATE_LIMITED),
        _answer(Answer(503), Availability.SERVER_ERROR),
        _answer(Answer(None), Availability.UNREACHABLE),
    ),
)

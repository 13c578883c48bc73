"""The quality gate: near misses that must never be complete, and never be called gone."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from archiver.model.exchange import Exchange, Failure, Truncation
from archiver.model.records import MediaRef, PostRecord
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan, Sign
from archiver.model.states import Availability, CaptureKind, Group, Outcome, Reason
from archiver.platforms.base import Reading
from archiver.steps.gate import Judgement, availability_of_status, judge
from archiver.steps.shown_text import shows_text

A, R = Availability, Reason
DELETED = Sign(".notice", A.GONE_DELETED, R.REMOVAL_NOTICE, "deleted")
LOGIN = Sign(".login", A.LOGIN, R.LOGIN_WALL)
AGE = Sign(".age", A.AGE, R.AGE_GATE)
CONSENT = Sign(".consent", A.UNCLEAR, R.CONSENT_WALL)
URL = "https://post.example/embed/1"
PLAN = RenderPlan(
    URL, element=(".post",), text=(".text",), author=(".author",), media=("img",), signs=(DELETED, LOGIN, AGE, CONSENT)
)
PAGE = RenderPlan("https://news.example/a/story?id=1")
TEXT = "Flood waters reached the old bridge at 5.1 metres this morning, and the lower road is closed."
RECORD = PostRecord(text=TEXT, name="River Watch", handle="riverwatch")
LIVE = Reading(A.LIVE, "the record has the post", RECORD)
PICTURE_ONLY = Reading(A.LIVE, "the record has the post", replace(RECORD, text="", media=(MediaRef("u", "image"),)))
TOMBSTONE = Reading(A.GONE_DELETED, "tombstone: deleted by the author")
SUSPENDED = Reading(A.GONE_AUTHOR, "tombstone: suspended")
PROTECTED = Reading(A.PROTECTED, "tombstone: protected")
BUSY = Reading(A.RATE_LIMITED, "HTTP 429")
VAGUE = Reading(A.UNCLEAR, "an empty answer")


def png(image):
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


SHOT = png(Image.linear_gradient("L"))
WHITE = png(Image.new("RGB", (300, 200), "white"))
random.seed(7)
NOISY_WHITE = png(Image.frombytes("L", (64, 64), bytes(random.choice((253, 254, 255)) for _ in range(64 * 64))))

GOOD = Rendering(
    RenderEnd.READY,
    final_url=URL,
    status=200,
    dom=b"<html>",
    screenshot=SHOT,
    visible_text=f"River Watch @riverwatch {TEXT}",
    post_text=TEXT,
    author_text="River Watch @riverwatch",
    media_shown=1,
    settled=True,
)
#: A rendered page on which there is nothing of the post.
EMPTY = replace(GOOD, post_text=None, author_text=None, media_shown=0, visible_text="Welcome")


def post(rendering=GOOD, reading=LIVE, exchanges=(), plan=PLAN):
    return judge(plan, rendering, reading, exchanges, kind=CaptureKind.POST)


def page(rendering, exchanges=(), plan=PAGE):
    return judge(plan, replace(rendering, final_url=rendering.final_url), None, exchanges, kind=CaptureKind.PAGE)


def shown(**changes):
    return replace(GOOD, **changes)


def empty(**changes):
    return replace(EMPTY, **changes)


def exchange(uri=URL, head=b"HTTP/1.1 200 OK\r\n\r\n", **fields):
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Exchange(uri, "GET", at, 5, b"", response=BytesIO(head), status=200, **fields)


def test_a_live_post_that_is_shown_is_complete():
    assert post() == Judgement(Outcome.COMPLETE, A.LIVE, "record", "the record has the post")


def test_a_post_without_record_endpoint_is_complete_by_what_the_page_shows():
    assert post(reading=None) == Judgement(Outcome.COMPLETE, A.LIVE, "page", "the page shows the post")


NEAR_MISSES = {
    # Each gives a rendering and a reading, and what must be made of them.
    "a live post that quotes a removal notice is complete": (
        shown(post_text="They wrote: this post was deleted.", visible_text="…this post was deleted."),
        replace(LIVE, record=replace(RECORD, text="They wrote: this post was deleted.")),
        (Outcome.COMPLETE, A.LIVE, ()),
    ),
    "a tombstone with avatar and author is gone, and nothing of it is kept": (
        empty(author_text="River Watch", media_shown=1, signs=(DELETED,)),
        TOMBSTONE,
        (Outcome.FAILED, A.GONE_DELETED, (R.REMOVAL_NOTICE,)),
    ),
    "a tombstone whose page shows nothing we know is gone by its record": (
        empty(),
        SUSPENDED,
        (Outcome.FAILED, A.GONE_AUTHOR, (R.TEXT_NOT_SHOWN, R.AUTHOR_NOT_SHOWN)),
    ),
    "a tombstone while the page shows the post is unclear": (
        shown(),
        TOMBSTONE,
        (Outcome.PARTIAL, A.UNCLEAR, (R.RECORD_DISAGREES,)),
    ),
    "a protected account while the page shows the post is unclear": (
        shown(),
        PROTECTED,
        (Outcome.PARTIAL, A.UNCLEAR, (R.RECORD_DISAGREES,)),
    ),
    "an age gate on a live post is live, and the text is kept": (
        empty(signs=(AGE,)),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.AGE_GATE,)),
    ),
    "an age gate where the record is vague is an age gate": (
        empty(signs=(AGE,)),
        VAGUE,
        (Outcome.FAILED, A.AGE, (R.AGE_GATE, R.RECORD_UNAVAILABLE)),
    ),
    "a login wall with the author's name is no post": (
        empty(author_text="River Watch", signs=(LOGIN,)),
        None,
        (Outcome.FAILED, A.LOGIN, (R.LOGIN_WALL,)),
    ),
    "a login wall over the post's text is partial": (
        shown(signs=(LOGIN,)),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.LOGIN_WALL,)),
    ),
    "a consent wall says nothing of the post": (
        empty(signs=(CONSENT,)),
        None,
        (Outcome.FAILED, A.UNCLEAR, (R.CONSENT_WALL,)),
    ),
    "a removal notice beside the post's text is unclear": (
        shown(signs=(DELETED,)),
        None,
        (Outcome.PARTIAL, A.UNCLEAR, (R.REMOVAL_NOTICE,)),
    ),
    "a removal notice alone is gone where there is no record": (
        empty(signs=(DELETED,)),
        None,
        (Outcome.FAILED, A.GONE_DELETED, (R.REMOVAL_NOTICE,)),
    ),
    "a removal notice on a live record stays live and says that they disagree": (
        empty(signs=(DELETED,)),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.RECORD_DISAGREES, R.REMOVAL_NOTICE)),
    ),
    "a 200 that says nothing is unclear": (
        empty(end=RenderEnd.NEVER_READY),
        None,
        (Outcome.FAILED, A.UNCLEAR, (R.NEVER_READY, R.TEXT_NOT_SHOWN, R.AUTHOR_NOT_SHOWN)),
    ),
    "a 200 that says nothing is live by its record": (
        empty(end=RenderEnd.NEVER_READY),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.NEVER_READY, R.TEXT_NOT_SHOWN)),
    ),
    "a 404 of the embed page beside an unreadable record is not gone": (
        empty(status=404),
        BUSY,
        (Outcome.FAILED, A.RATE_LIMITED, (R.ERROR_PAGE, R.RECORD_UNAVAILABLE)),
    ),
    "a 404 of the embed page is about the embed page": (
        empty(status=404),
        None,
        (Outcome.FAILED, A.UNCLEAR, (R.ERROR_PAGE,)),
    ),
    "a 500 that shows the post's text is not complete": (
        shown(status=500),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.ERROR_PAGE,)),
    ),
    "a rate limit on the page is no loss": (
        empty(status=429),
        None,
        (Outcome.FAILED, A.RATE_LIMITED, (R.RATE_LIMITED,)),
    ),
    "a record that can't be read leaves a shown post live and partial": (
        shown(),
        BUSY,
        (Outcome.PARTIAL, A.LIVE, (R.RECORD_UNAVAILABLE,)),
    ),
    "another post's text is not this post": (
        shown(post_text="Something else that somebody wrote on the same day."),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.TEXT_NOT_SHOWN,)),
    ),
    "the post's text elsewhere on the page is not the post": (
        shown(post_text=None),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.TEXT_NOT_SHOWN,)),
    ),
    "a post whose pictures did not come is partial": (
        shown(media_shown=0),
        replace(LIVE, record=replace(RECORD, media=(MediaRef("u", "image"),))),
        (Outcome.PARTIAL, A.LIVE, (R.MEDIA_NOT_SHOWN,)),
    ),
    "a picture post needs its author and its picture": (
        shown(post_text=None),
        PICTURE_ONLY,
        (Outcome.COMPLETE, A.LIVE, ()),
    ),
    "a picture post without its picture is partial": (
        shown(post_text=None, media_shown=0),
        PICTURE_ONLY,
        (Outcome.PARTIAL, A.LIVE, (R.MEDIA_NOT_SHOWN,)),
    ),
    "a picture post of somebody else is partial": (
        shown(post_text=None, author_text="Harbour Watch"),
        PICTURE_ONLY,
        (Outcome.PARTIAL, A.LIVE, (R.AUTHOR_NOT_SHOWN,)),
    ),
    "a post of emoji alone is known by its author": (
        shown(post_text="🔥🔥"),
        replace(LIVE, record=replace(RECORD, text="🔥🔥")),
        (Outcome.COMPLETE, A.LIVE, ()),
    ),
    "text without an author is no proof where there is no record": (
        shown(author_text=None),
        None,
        (Outcome.PARTIAL, A.UNCLEAR, (R.AUTHOR_NOT_SHOWN,)),
    ),
    "a blank frame with a live record is partial": (
        empty(visible_text=" ", screenshot=WHITE),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.BLANK_FRAME,)),
    ),
    "a white picture is not complete, whatever the DOM says": (
        shown(screenshot=WHITE),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.UNIFORM_SCREENSHOT,)),
    ),
    "a nearly white picture is white": (
        shown(screenshot=NOISY_WHITE),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.UNIFORM_SCREENSHOT,)),
    ),
    "a broken picture is no picture": (
        shown(screenshot=SHOT[:100]),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.UNIFORM_SCREENSHOT,)),
    ),
    "no picture at all is not complete": (
        shown(screenshot=None),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.NO_SCREENSHOT,)),
    ),
    "of a page that was replaced while it was shot is said why there is no picture": (
        shown(screenshot=None, settled=False),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.NO_SCREENSHOT, R.NOT_SETTLED)),
    ),
    "a post that was cut in height is partial": (
        shown(height_cut=True),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.HEIGHT_CUT,)),
    ),
    "a crash keeps the record": (
        Rendering(RenderEnd.CRASHED, note="the page's process ended"),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.BROWSER_CRASHED, R.BLANK_FRAME)),
    ),
    "a crash without record teaches nothing": (
        Rendering(RenderEnd.CRASHED, note="the page's process ended"),
        None,
        (Outcome.FAILED, A.UNCLEAR, (R.BROWSER_CRASHED, R.BLANK_FRAME)),
    ),
    "a page that went elsewhere is not complete, though it shows the text": (
        shown(end=RenderEnd.NAVIGATED_AWAY),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.NAVIGATED_AWAY,)),
    ),
    "a page that went elsewhere teaches nothing without record": (
        shown(end=RenderEnd.NAVIGATED_AWAY, note="to https://evil.example/"),
        None,
        (Outcome.PARTIAL, A.UNCLEAR, (R.NAVIGATED_AWAY,)),
    ),
    "over budget with the text in the frame is partial": (
        shown(end=RenderEnd.OVER_BUDGET),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.OVER_BUDGET,)),
    ),
    "a refused page keeps what the record says": (
        Rendering(RenderEnd.REFUSED, note="refused"),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.REFUSED,)),
    ),
    "a page that could not be asked says nothing": (
        Rendering(RenderEnd.REFUSED, note="refused"),
        None,
        (Outcome.FAILED, A.UNCLEAR, (R.REFUSED,)),
    ),
    "a name that does not resolve is unreachable, not gone": (
        Rendering(RenderEnd.NO_RESPONSE, note="name_not_resolved"),
        None,
        (Outcome.FAILED, A.UNREACHABLE, (R.NO_RESPONSE,)),
    ),
    "a download is no post": (
        Rendering(RenderEnd.DOWNLOAD, final_url=URL),
        LIVE,
        (Outcome.PARTIAL, A.LIVE, (R.DOWNLOAD,)),
    ),
}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_misses(name):
    rendering, reading, expected = NEAR_MISSES[name]
    judgement = post(rendering, reading)
    assert (judgement.outcome, judgement.availability, judgement.reasons) == expected
    assert judgement.evidence


@pytest.mark.parametrize("reading", [LIVE, PICTURE_ONLY, TOMBSTONE, PROTECTED, BUSY, VAGUE, None])
@pytest.mark.parametrize("sign", [DELETED, LOGIN, AGE, CONSENT])
def test_no_frame_with_a_sign_is_ever_complete(reading, sign):
    for rendering in (shown(signs=(sign,)), empty(signs=(sign,))):
        judgement = post(rendering, reading)
        assert judgement.outcome is not Outcome.COMPLETE
        assert sign.reason in judgement.reasons


@pytest.mark.parametrize("end", [end for end in RenderEnd if end is not RenderEnd.READY])
@pytest.mark.parametrize("reading", [LIVE, TOMBSTONE, BUSY, None])
def test_no_visit_that_ended_badly_is_complete_and_none_alone_makes_a_post_gone(end, reading):
    for rendering in (shown(end=end), empty(end=end), Rendering(end)):
        judgement = post(rendering, reading)
        assert judgement.outcome is not Outcome.COMPLETE
        gone = judgement.availability.group is Group.GONE
        assert gone == (reading is TOMBSTONE)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451, 500, 503, 999])
def test_no_error_status_is_ever_complete(status):
    assert post(shown(status=status)).outcome is Outcome.PARTIAL
    assert page(page_rendering(status=status)).outcome is Outcome.FAILED


def test_a_cut_main_document_is_not_complete():
    assert post(exchanges=(exchange(truncated=Truncation.LENGTH),)).reasons == (R.RESPONSE_CUT,)
    assert post(exchanges=(exchange("https://post.example/a.js", truncated=Truncation.LENGTH),)).reasons == ()
    assert post(exchanges=(exchange(truncated=Truncation.LENGTH), exchange())).reasons == ()


# --- text ------------------------------------------------------------------------------------

SHOWN = {
    "equal": (TEXT, TEXT),
    "line breaks and spaces": (TEXT.replace(" ", "\n "), TEXT),
    "curly quotes and dashes": ("He said “no” – and didn’t.", 'He said "no" - and didn\'t.'),
    "upper case by style": (TEXT.upper(), TEXT),
    "no-break spaces and joiners": (TEXT.replace(" ", "\u00a0").replace("old", "o\u200bld"), TEXT),
    "emoji drawn as pictures": ("Great news everyone", "Great 🎉 news 🎉🎉 everyone 🔥"),
    "links shown by their domain": ("Read this: example.com/a-long-path…", "Read this: https://t.co/AbC123xyz"),
    "the media link left out": ("The bridge", "The bridge https://t.co/AbC123xyz"),
    "mentions of a reply hidden": ("I agree with that", "@alice @bob I agree with that"),
    "more around it": (f"Replying to @x\n{TEXT}\n9:14 AM", TEXT),
    "cut by the page, and marked": (TEXT[:70] + "… Show more", TEXT),
    "cut by the platform, and marked": (TEXT, TEXT[:60].rstrip() + "…"),
    "a word edited since": (TEXT.replace("closed", "clossed"), TEXT),
    "Japanese": ("今日は橋が閉まっています。", "今日は橋が閉まっています。"),
    "Japanese inside more": ("さん、今日は橋が閉まっていますよ", "橋が閉まって"),
    "Hindi": ("पुल बंद है", "पुल बंद है"),
    "full-width forms": ("ＡＢＣ１２３ is open", "ABC123 is open"),
    "composed and decomposed": ("cafe\u0301 ferme\u0301", "café fermé"),
    "a short text": ("Yes.", "Yes"),
}
NOT_SHOWN = {
    "nothing": ("", TEXT),
    "a record without words": (TEXT, "🔥 …"),
    "another number": (TEXT.replace("5.1", "5.2"), TEXT),
    "another number in a long text": (f"{TEXT} {TEXT}".replace("5.1", "7.4"), f"{TEXT} {TEXT}"),
    "a short text inside a word": ("Yesterday was fine", "Yes"),
    "a short text inside another word": ("notable", "able"),
    "the beginning alone, unmarked": (TEXT[:60], TEXT),
    "too little before the mark": ("Flood… Show more", TEXT),
    "another text before the mark": ("Nothing of what was written there at all, I say… Show more", TEXT),
    "half of it": (TEXT[40:], TEXT),
    "its words in another order": (" ".join(reversed(TEXT.split())), TEXT),
    "a notice": ("This post was deleted by the post author.", TEXT),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_text_is_shown(name):
    assert shows_text(*SHOWN[name])


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_a_text_is_not_shown(name):
    assert not shows_text(*NOT_SHOWN[name])


def test_comparing_huge_texts_takes_no_time_to_speak_of():
    noise = " ".join(str(number) for number in range(30_000))
    assert not shows_text(noise, TEXT)
    assert shows_text(f"{noise} {TEXT} {noise}", TEXT)


# --- pages --------------------------------------------------------------------------------


def page_rendering(**changes):
    base = Rendering(
        RenderEnd.READY,
        final_url=PAGE.url,
        status=200,
        dom=b"<html>",
        screenshot=SHOT,
        visible_text="A story",
        settled=True,
    )
    return replace(base, **changes)


CHALLENGED = exchange(PAGE.url, b"HTTP/1.1 403 Forbidden\r\nCF-Mitigated: challenge\r\n\r\nbody")

PAGES = {
    "a page": (page_rendering(), (), (Outcome.COMPLETE, A.LIVE, "http", ())),
    "a page cut in height by plan": (page_rendering(height_cut=True), (), (Outcome.COMPLETE, A.LIVE, "http", ())),
    "404": (page_rendering(status=404), (), (Outcome.FAILED, A.GONE_UNSPECIFIED, "http", (R.ERROR_PAGE,))),
    "410": (page_rendering(status=410), (), (Outcome.FAILED, A.GONE_UNSPECIFIED, "http", (R.ERROR_PAGE,))),
    "401": (page_rendering(status=401), (), (Outcome.FAILED, A.LOGIN, "http", (R.LOGIN_WALL,))),
    "403": (page_rendering(status=403), (), (Outcome.FAILED, A.BLOCKED, "http", (R.ERROR_PAGE,))),
    "429": (page_rendering(status=429), (), (Outcome.FAILED, A.RATE_LIMITED, "http", (R.RATE_LIMITED,))),
    "451": (page_rendering(status=451), (), (Outcome.FAILED, A.GEO_LEGAL, "http", (R.ERROR_PAGE,))),
    "500": (page_rendering(status=500), (), (Outcome.FAILED, A.SERVER_ERROR, "http", (R.ERROR_PAGE,))),
    "999": (page_rendering(status=999), (), (Outcome.FAILED, A.UNCLEAR, "http", (R.ERROR_PAGE,))),
    "a challenge by header": (
        page_rendering(status=403),
        (CHALLENGED,),
        (Outcome.FAILED, A.BLOCKED, "http", (R.CHALLENGE,)),
    ),
    "a challenge by its script, with 503": (
        page_rendering(status=503, dom=b"<script src=/cdn-cgi/challenge-platform/h/b/x.js>"),
        (),
        (Outcome.FAILED, A.BLOCKED, "http", (R.CHALLENGE,)),
    ),
    "a page that talks about challenges": (
        page_rendering(dom=b"<p>/cdn-cgi/challenge-platform/"),
        (),
        (Outcome.COMPLETE, A.LIVE, "http", ()),
    ),
    "a story about deleted posts": (
        page_rendering(visible_text="Page not found: 404. This post has been removed."),
        (),
        (Outcome.COMPLETE, A.LIVE, "http", ()),
    ),
    "moved": (
        page_rendering(final_url="https://news.example/new/story"),
        (),
        (Outcome.COMPLETE, A.MOVED, "http", ()),
    ),
    "https and www are no move": (
        page_rendering(final_url="http://www.news.example/a/story?id=1"),
        (),
        (Outcome.COMPLETE, A.LIVE, "http", ()),
    ),
    "sent to the front page": (
        page_rendering(final_url="https://www.news.example/"),
        (),
        (Outcome.FAILED, A.UNCLEAR, "http", (R.NAVIGATED_AWAY,)),
    ),
    "went to another site by script": (
        page_rendering(end=RenderEnd.NAVIGATED_AWAY, final_url="https://ads.example/", note="to https://ads.example/"),
        (),
        (Outcome.FAILED, A.UNCLEAR, "page", (R.NAVIGATED_AWAY,)),
    ),
    "blank": (
        page_rendering(visible_text="", screenshot=WHITE),
        (),
        (Outcome.FAILED, A.UNCLEAR, "page", (R.BLANK_FRAME,)),
    ),
    "words in white on white": (
        page_rendering(screenshot=WHITE),
        (),
        (Outcome.PARTIAL, A.LIVE, "http", (R.UNIFORM_SCREENSHOT,)),
    ),
    "cut on the way": (
        page_rendering(),
        (exchange(PAGE.url, truncated=Truncation.LENGTH),),
        (Outcome.PARTIAL, A.LIVE, "http", (R.RESPONSE_CUT,)),
    ),
    "over budget but shown": (
        page_rendering(end=RenderEnd.OVER_BUDGET),
        (),
        (Outcome.PARTIAL, A.LIVE, "http", (R.OVER_BUDGET,)),
    ),
    "over budget before any answer": (
        Rendering(RenderEnd.OVER_BUDGET),
        (),
        (Outcome.FAILED, A.UNREACHABLE, "http", (R.OVER_BUDGET, R.BLANK_FRAME)),
    ),
    "a document to download": (
        Rendering(RenderEnd.DOWNLOAD),
        (exchange(PAGE.url),),
        (Outcome.PARTIAL, A.LIVE, "http", (R.DOWNLOAD,)),
    ),
    "refused": (
        Rendering(RenderEnd.REFUSED, note="refused"),
        (),
        (Outcome.FAILED, A.UNCLEAR, "guard", (R.REFUSED,)),
    ),
    "refused on a later hop": (
        page_rendering(status=502, final_url="http://10.0.0.1/"),
        (Exchange("http://10.0.0.1/", "GET", datetime(2026, 1, 1, tzinfo=UTC), 0, b"", failure=Failure.REFUSED),),
        (Outcome.FAILED, A.UNCLEAR, "guard", (R.ERROR_PAGE,)),
    ),
    "no answer": (
        Rendering(RenderEnd.NO_RESPONSE, note="tls"),
        (),
        (Outcome.FAILED, A.UNREACHABLE, "http", (R.NO_RESPONSE,)),
    ),
    "a short link that leads nowhere": (
        Rendering(RenderEnd.READY, final_url="https://t.co/x", status=404),
        (),
        (Outcome.FAILED, A.GONE_UNSPECIFIED, "http", (R.ERROR_PAGE, R.BLANK_FRAME)),
    ),
    "shown without a known status": (
        page_rendering(status=None),
        (),
        (Outcome.FAILED, A.UNCLEAR, "page", (R.NO_RESPONSE,)),
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages(name):
    rendering, exchanges, expected = PAGES[name]
    judgement = page(rendering, exchanges)
    assert (judgement.outcome, judgement.availability, judgement.via, judgement.reasons) == expected
    assert judgement.evidence


def test_the_name_of_a_failure_is_in_the_evidence():
    assert page(Rendering(RenderEnd.NO_RESPONSE, note="name_not_resolved")).evidence == "no answer: name_not_resolved"


def test_only_complete_has_no_reasons():
    table = [post(rendering, reading) for rendering, reading, _expected in NEAR_MISSES.values()]
    table += [page(rendering, exchanges) for rendering, exchanges, _expected in PAGES.values()]
    assert [
        judgement for judgement in table if (judgement.outcome is Outcome.COMPLETE) != (not judgement.reasons)
    ] == []


@pytest.mark.parametrize(
    ("status", "headers", "availability"),
    [
        (200, (), A.LIVE),
        (304, (), A.LIVE),
        (403, (), A.BLOCKED),
        (503, (("CF-Mitigated", "challenge"),), A.BLOCKED),
        (200, (("cf-mitigated", "challenge"),), A.BLOCKED),
        (502, (), A.SERVER_ERROR),
        (418, (), A.UNCLEAR),
    ],
)
def test_what_a_status_says(status, headers, availability):
    assert availability_of_status(status, headers) is availability

"""Instagram, Threads, Facebook, TikTok and YouTube: what their samples can't say one by one."""

import json
import re
import time

import pytest
import soupsieve
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.rendering import Sign
from archiver.model.states import Availability, Group
from archiver.model.urls import parse_url
from archiver.platforms import identify, is_shortener
from archiver.platforms.base import Answer, Platform, Reading
from archiver.platforms.facebook import PLATFORM as FACEBOOK
from archiver.platforms.instagram import PLATFORM as INSTAGRAM
from archiver.platforms.threads import PLATFORM as THREADS
from archiver.platforms.tiktok import PLATFORM as TIKTOK
from archiver.platforms.youtube import PLATFORM as YOUTUBE

ALL = (INSTAGRAM, THREADS, FACEBOOK, TIKTOK, YOUTUBE)
META = (INSTAGRAM, THREADS, FACEBOOK)
#: Statuses that are about the path to a post, never about the post.
ABOUT_US = (None, 301, 302, 400, 401, 403, 408, 429, 451, 500, 502, 503, 504, 999)

by_name = pytest.mark.parametrize("platform", ALL, ids=lambda platform: platform.name)


def _identified(platform: Platform, text: str):
    url = parse_url(text)
    return platform.identify(url) if url else None


def _post(platform: Platform):
    return _identified(platform, platform.samples[0].url)


def _readings(platform: Platform, answer: Answer) -> list[Reading]:
    post = _post(platform)
    return [platform.read_record(post, request, answer) for request in platform.record_requests(post)]


# --- a wrong "deleted" is the worst that can happen ------------------------------------------


@pytest.mark.parametrize("platform", META, ids=lambda platform: platform.name)
def test_no_answer_of_metas_graph_ever_says_gone(platform):
    for code in (*range(-1, 1000), 2207046):
        for status in (200, 400, 404, 500):
            body = json.dumps({"error": {"code": code, "message": "does not exist, removed, deleted"}}).encode()
            for reading in _readings(platform, Answer(status, body)):
                assert reading.availability.group is not Group.GONE, (status, code, reading)


@pytest.mark.parametrize("platform", META, ids=lambda platform: platform.name)
def test_no_sign_of_metas_pages_ever_says_gone(platform):
    assert [sign for sign in platform.plan(_post(platform)).signs if sign.availability.group is Group.GONE] == []


@by_name
@pytest.mark.parametrize("status", ABOUT_US)
@pytest.mark.parametrize("body", [b"", b"<title>Not Found</title>", b'{"error":"This post was deleted"}'])
def test_an_answer_about_us_is_never_a_loss(platform, status, body):
    assert {reading.availability.group for reading in _readings(platform, Answer(status, body))} == {Group.UNKNOWN}


@pytest.mark.parametrize(
    ("said", "availability"),
    [
        ("Video unavailable", Availability.UNCLEAR),
        ("Video unavailable This video has been removed by the uploader", Availability.GONE_DELETED),
        ("Video unavailable This content isn’t available, try again later.", Availability.RATE_LIMITED),
        ("Video unavailable Playback on other websites has been disabled by the video owner", Availability.UNCLEAR),
        ("Error 153 Video player configuration error", Availability.UNCLEAR),
        ("Private video Sign in if you've been granted access", Availability.PROTECTED),
        ("Sign in to confirm your age", Availability.AGE),
        ("The uploader has not made this video available in your country", Availability.GEO_LEGAL),
    ],
)
def test_the_youtube_player_gives_exactly_one_sign_for_what_it_says(said, availability):
    plan = YOUTUBE.plan(_post(YOUTUBE))
    page = BeautifulSoup(f'<div class="ytp-error"><div class="ytp-error-content">{said}</div></div>', "lxml")
    assert [sign.availability for sign in plan.signs if _holds(sign, page)] == [availability]


def _holds(sign: Sign, page: BeautifulSoup) -> bool:
    found = page.select(sign.selector)
    return any(sign.pattern is None or re.search(sign.pattern, tag.get_text(), re.IGNORECASE) for tag in found)


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        (FACEBOOK, "This Facebook post is no longer available."),
        (THREADS, "Thread not available"),
    ],
    ids=["facebook", "threads"],
)
def test_a_post_that_quotes_the_removal_notice_is_not_taken_for_one(platform, words):
    plan = platform.plan(_post(platform))
    text = {"facebook": '<p data-testid="post_message">{}</p>', "threads": '<span class="BodyTextContainer">{}</span>'}
    live = BeautifulSoup(f"<body>{text[platform.name].format(words)}</body>", "lxml")
    gone = BeautifulSoup(f"<body><div>{words} It may have been removed.</div></body>", "lxml")
    assert [sign.reason for sign in plan.signs if _holds(sign, live)] == []
    assert [(sign.availability, str(sign.reason)) for sign in plan.signs if _holds(sign, gone)] == [
        (Availability.UNCLEAR, "removal_notice")
    ]


# --- links that only redirect -------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/share/reel/BAf7vyMOu4/",
        "https://l.instagram.com/?u=https%3A%2F%2Fwww.example.org%2F&e=AT0",
        "https://www.threads.com/share/DE_WnnbR8Un",
        "https://m.facebook.com/share/p/1DGqGFGsi1/",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.example.org%2F&h=AT0",
        "https://fb.watch/aBcD123/",
        "https://fb.me/1abcD",
        "https://vm.tiktok.com/ZMabc12/",
        "https://vt.tiktok.com/ZSabc12/",
        "https://www.tiktok.com/t/ZTabc12/",
        "https://www.youtube.com/redirect?q=https%3A%2F%2Fwww.example.org%2F",
    ],
)
def test_a_link_that_only_redirects_must_be_resolved_and_is_no_post_yet(url):
    assert (is_shortener(url), identify(url)) == (True, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fwww.example.org%2F",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F2300161320399228",
        "https://www.tiktok.com/@mara.v_/video/7336306383119191339",
        "https://www.instagram.com/mara.v_/",
    ],
)
def test_a_button_a_profile_and_a_post_are_no_redirects(url):
    assert is_shortener(url) is False


# --- plans ------------------------------------------------------------------------------------


@by_name
def test_every_selector_of_a_plan_is_one(platform):
    plan = platform.plan(_post(platform))
    for selector in (
        *plan.element,
        *plan.ready,
        *plan.text,
        *plan.author,
        *plan.media,
        *(s.selector for s in plan.signs),
    ):
        soupsieve.compile(selector)


@by_name
def test_the_page_to_render_and_the_record_lead_back_to_the_post(platform):
    post = _post(platform)
    requests = [request.url for request in platform.record_requests(post)]
    assert {_identified(platform, url).post_id for url in (platform.plan(post).url, *requests)} == {post.post_id}


def test_a_quoted_threads_post_does_not_lend_its_text():
    page = BeautifulSoup(
        '<div class="OuterContainer"><span class="BodyTextContainer">parent</span></div>'
        '<div class="OuterContainer OuterContainerFull"><div class="QuotePostContainer">'
        '<div class="OuterContainer OuterContainerFull OuterContainerQuotePost">'
        '<span class="BodyTextContainer">quoted</span></div></div><span class="BodyTextContainer">own</span></div>',
        "lxml",
    )
    plan = THREADS.plan(_post(THREADS))
    (card,) = page.select(plan.element[0])
    assert [tag.get_text() for tag in card.select(plan.text[0])] == ["own"]


# --- records ----------------------------------------------------------------------------------


def test_a_facebook_record_whose_text_facebook_cut_says_so():
    sample = next(sample for sample in FACEBOOK.answers if sample.text)
    record = _reading(FACEBOOK, sample).record
    assert (record.name, record.handle, record.truncated) == ("Mara Vane", "mara.vane", True)


def test_an_instagram_record_has_author_caption_and_instant():
    sample = next(sample for sample in INSTAGRAM.answers if sample.text)
    record = _reading(INSTAGRAM, sample).record
    assert (record.name, record.handle, str(record.created_at)) == ("Mara", "mara.v_", "2017-04-08 18:17:30+00:00")


def test_a_tiktok_page_gives_author_instant_language_and_pictures():
    sample = next(sample for sample in TIKTOK.answers if sample.request == 1 and sample.text)
    record = _reading(TIKTOK, sample).record
    assert (record.name, record.handle, record.author_id, record.lang) == ("Mara", "mara.v_", "68", "en")
    assert record.created_at == TIKTOK.created_at("7336306383119191339")
    assert [media.url for media in record.media] == ["https://p16.tiktokcdn.example/cover.jpeg"]


def test_a_youtube_page_gives_author_day_and_thumbnail():
    sample = next(sample for sample in YOUTUBE.answers if sample.request == 1 and sample.text)
    record = _reading(YOUTUBE, sample).record
    assert (record.name, record.handle, record.author_id) == ("Mara", "mara", "UC1")
    assert str(record.created_at) == "2024-02-17 06:29:20+00:00"
    assert [media.url for media in record.media] == ["https://i.ytimg.com/vi/lBTCB7yLs8Y/default.jpg"]


def _reading(platform: Platform, sample):
    post = _identified(platform, sample.url)
    return platform.read_record(post, platform.record_requests(post)[sample.request], sample.answer)


# --- hostile input ----------------------------------------------------------------------------


def test_urls_nested_a_thousand_times_are_no_post_and_cost_nothing():
    began = time.perf_counter()
    assert (
        _identified(FACEBOOK, "https://l.facebook.com/l.php?u=" * 3000 + "https://www.facebook.com/reel/12345678")
        is None
    )
    assert _identified(YOUTUBE, "https://www.youtube.com/oembed?url=" * 3000 + "https://youtu.be/lBTCB7yLs8Y") is None
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("platform", [*META, TIKTOK], ids=lambda platform: platform.name)
def test_a_widget_nested_20000_tags_deep_is_read_in_bounded_time(platform):
    inner = BeautifulSoup("<p>" + "<b>" * 20_000 + "deep", "html.parser").p.extract()
    for rule in platform.markup:
        tag = BeautifulSoup("", "lxml").new_tag(rule.tag or "div", attrs={"class": rule.css_class or "x"})
        if rule.attribute:
            tag[rule.attribute] = platform.samples[0].url
        tag.append(inner)
        began = time.perf_counter()
        list(rule.read(tag))
        assert time.perf_counter() - began < 5, rule.variant
        inner.extract()


def _of(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(" ".join(words).split())


_HOSTS = st.sampled_from([host for platform in ALL for host in platform.hosts])
_PARTS = _of(
    "p tv reel reels posts videos photos groups permalink photo.php watch story.php permalink.php share t post video "
    "embed v2 shorts live v e plugins post.php l.php oembed attribution_link redirect login @ @mara 12345678 "
    "CaBcD_-9xYz lBTCB7yLs8Y 7336306383119191339 pcb.1 %2F {} {0} %00 é",
)
_QUERY = _of(
    "v story_fbid id fbid url u href q next next_url continue video_id view multi_permalinks",
)
_VALUES = _of(
    "lBTCB7yLs8Y 12345678 https%3A%2F%2Fwww.facebook.com%2Freel%2F12345678 %2Fwatch%3Fv%3DlBTCB7yLs8Y permalink "
    "https%253A%252F%252Fyoutu.be%252FlBTCB7yLs8Y javascript:1 http://[ {} %00",
)


@settings(max_examples=200, deadline=None)
@given(_HOSTS, st.lists(_PARTS, max_size=5), st.lists(st.tuples(_QUERY, _VALUES), max_size=3))
def test_every_url_that_is_identified_has_a_canonical_form_that_stays(host, parts, query):
    text = f"https://{host}/{'/'.join(parts)}?{'&'.join('='.join(pair) for pair in query)}"
    for platform in ALL:
        post = _identified(platform, text)
        again = _identified(platform, post.url) if post else None
        assert (again.post_id, again.url) == (post.post_id, post.url) if post else again is None
        platform.redirects(parse_url(text))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            _of(
                "error code error_subcode html title thumbnail_url author_url __DEFAULT_SCOPE__ webapp.video-detail "
                "statusCode statusMsg itemInfo itemStruct id imagePost images createTime playabilityStatus status "
                "reason errorScreen playerErrorMessageRenderer subreason runs messages videoDetails videoId",
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_JSON, st.sampled_from([200, 400, 404, 429, None]))
def test_no_answer_makes_a_reader_raise_or_say_live_without_the_post(data, status):
    text = json.dumps(data)
    bodies = (
        text,
        f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">{text}</script>',
        f"var ytInitialPlayerResponse = {{{text}",
        f"var ytInitialPlayerResponse = {text}",
    )
    for platform in ALL:
        for body in bodies:
            for reading in _readings(platform, Answer(status, body.encode())):
                assert reading.availability is not Availability.LIVE


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_no_text_makes_an_id_or_a_markup_reader_raise(text):
    for platform in ALL:
        platform.created_at(text)
        for rule in platform.markup:
            tag = BeautifulSoup("", "lxml").new_tag(rule.tag or "div")
            for name in filter(None, (rule.attribute, "class", "cite", "data-video-id", "data-provider")):
                tag[name] = text
            list(rule.read(tag))

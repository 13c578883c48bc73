"""Every sample of every platform file, and what no platform may ever claim."""

import re
import time
from dataclasses import replace
from itertools import product, zip_longest

import pytest
from bs4 import BeautifulSoup

from archiver.model.clock import format_at
from archiver.model.rendering import RenderPlan
from archiver.model.states import Availability, Group
from archiver.model.urls import parse_url
from archiver.platforms import all_platforms, identify, is_shortener, platform_named
from archiver.platforms._x_token import radix36, syndication_token
from archiver.platforms.base import Answer, Found
from archiver.platforms.common import blockquote_claim, from_base36, from_base64url, parse_json, shown_text, tid_time

PLATFORMS = all_platforms()


def _named(field):
    return [
        pytest.param(platform, sample, id=f"{platform.name}-{number}")
        for platform in PLATFORMS
        for number, sample in enumerate(getattr(platform, field))
    ]


def _claims(text):
    """The posts that platforms see in a URL, one for each that claims it, whatever their order."""
    url = parse_url(text)
    if url is None:
        return [post for platform in PLATFORMS if (post := platform.identify_uri(text))]
    return [
        post
        for platform in PLATFORMS
        if platform.any_host or _on(url.host, platform.hosts + platform.mirrors)
        if (post := platform.identify(url))
    ]


def _on(host, domains):
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


@pytest.mark.parametrize(("platform", "sample"), _named("samples"))
def test_a_url_sample_is_claimed_by_its_platform_alone(platform, sample):
    claims = [(post.platform, post.post_id) for post in _claims(sample.url)]
    assert claims == ([(platform.name, sample.post_id)] if sample.post_id else [])


@pytest.mark.parametrize(("platform", "sample"), _named("samples"))
def test_a_url_sample_has_its_canonical_form_and_handle_and_that_form_is_stable(platform, sample):
    post = identify(sample.url)
    if sample.post_id is None:
        assert post is None
        return
    assert (post.url, post.handle) == (sample.canonical or post.url, sample.handle)
    again = identify(post.url)
    assert (again.platform, again.post_id, again.url) == (platform.name, post.post_id, post.url)


@pytest.mark.parametrize("platform", [pytest.param(platform, id=platform.name) for platform in PLATFORMS])
def test_a_platform_file_carries_samples_of_everything_it_does(platform):
    claimed = [sample for sample in platform.samples if sample.post_id]
    assert len(claimed) >= 3
    assert [sample for sample in platform.samples if sample.post_id is None]
    post = identify(claimed[0].url)
    requests = platform.record_requests(post)
    assert {sample.request for sample in platform.answers} == set(range(len(requests)))
    variants = {sample.variant for sample in platform.markup_samples}
    assert {markup.variant for markup in platform.markup} <= variants
    told = platform.created_at(post.post_id)
    assert told is None or platform.times


# --- what nobody may claim -----------------------------------------------------------------------


def _look_alikes():
    """Each platform's first sample URL under hosts that only look like its own."""
    for platform in PLATFORMS:
        if platform.any_host:
            continue
        url = next(sample.url for sample in platform.samples if sample.post_id and sample.url.startswith("https://"))
        host = url.split("/")[2]
        rest = url.removeprefix(f"https://{host}")
        evil = "evil.example"
        yield from (
            f"https://{host}.{evil}{rest}",
            f"https://not{host.removeprefix('www.')}{rest}",
            f"https://{host}@{evil}{rest}",
            f"https://{host}:443@{evil}{rest}",
            f"https://{evil}/{host}{rest}",
            f"https://{evil}/?u={url}",
            f"https://{evil}#{url}",
            f"https://{host}%2e{evil}{rest}",
            f"https://{host.replace('.', '-')}.{evil}{rest}",
            f"ftp://{host}{rest}",
            f"javascript:{url}",
            f"https://{host.replace('o', 'о')}{rest}" if "o" in host else f"https://{host}x{rest}",
            f"https://{host.replace('e', 'е')}{rest}" if "e" in host else f"https://{host}x{rest}",
        )


LOOK_ALIKES = (
    *_look_alikes(),
    "https://netflix.com/ann_b/status/1508955577374146568",
    "https://x.com.evil.example/ann_b/status/1508955577374146568",
    "https://notx.com/ann_b/status/1508955577374146568",
    "https://x.com@evil.example/ann_b/status/1508955577374146568",
    "https://x.com\\@evil.example/ann_b/status/1508955577374146568",
    "https://ⅹ.evil.example/ann_b/status/1508955577374146568",
    "https://х.com/ann_b/status/1508955577374146568",
    "https://medium.com/@user/a-title-0123456789ab",
    "https://medium.com/@user/123456789012345678",
    "https://www.lemon8-app.com/@user/7288931987239832069",
    "https://shop.example/@user/110000000000000",
    "https://shop.example/notice/1234567",
)


@pytest.mark.parametrize("url", LOOK_ALIKES)
def test_a_host_that_only_looks_like_a_platforms_is_not_claimed(url):
    assert identify(url) is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "https://", "https://x.com", "http://[", "\x00", "x.com/a/status/20", "https://x.com/%", "at://", "tg:"],
)
def test_what_is_no_post_url_is_nobodys_and_raises_nothing(text):
    assert identify(text) is None
    assert is_shortener(text) is False


@pytest.mark.parametrize(
    "url",
    [
        "https://t.co/AbC",
        "https://pic.twitter.com/AbC",
        "https://go.bsky.app/AbC",
        "https://www.reddit.com/r/pics/s/AbCdEfGhIj",
        "https://vm.tiktok.com/ZMabc/",
        "https://fb.watch/abc/",
    ],
)
def test_a_short_link_must_be_resolved_and_is_no_post_yet(url):
    assert (is_shortener(url), identify(url)) == (True, None)


@pytest.mark.parametrize(
    "url", ["https://redd.it/6hxzo4", "https://notreddit.com/r/pics/s/AbCdEfGhIj", "https://at.co/x"]
)
def test_an_alias_and_a_foreign_host_are_no_short_links(url):
    assert is_shortener(url) is False


# --- times -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "sample"), _named("times"))
def test_an_id_tells_its_time(platform, sample):
    told = platform.created_at(sample.post_id)
    assert (format_at(told) if told else None) == sample.created_at


def test_the_x_token_is_what_javascript_prints():
    tokens = {
        "1691389765483200513": "43lnobuxzql",
        "20": "6dq1a2xwd93",
        "1349129669258448897": "39qeyy97t9x",
        "1508955577374146568": "3noiusdrjb",
    }
    assert {number: syndication_token(number) for number in tokens} == tokens
    assert [radix36(value) for value in (0.0, 1.0, 35.5, 36.0, 0.1)] == [
        "0",
        "1",
        "z.i",
        "10",
        "0.3lllllllllm",
    ]


def test_odd_bases_are_read_exactly_or_not_at_all():
    assert (from_base36("6hxzo4"), from_base36("6HXZO4"), from_base36("a b"), from_base36("")) == (
        392936404,
        392936404,
        None,
        None,
    )
    assert (from_base64url("B"), from_base64url("BA"), from_base64url("-_"), from_base64url("a=")) == (
        1,
        64,
        4031,
        None,
    )
    assert tid_time("3lqoiswt3l222").isoformat() == "2025-06-03T04:55:50.804000+00:00"
    assert (tid_time("zzzzzzzzzzzzz"), tid_time("3lqoiswt3l22"), tid_time("")) == (None, None, None)


# --- markup ---------------------------------------------------------------------------------------------


def _read(html):
    """(variant, platform, post id, claim) of what the rules see in the outermost element."""
    tag = BeautifulSoup(f"<body><main>{html}</main></body>", "lxml").find("main").find(True)
    for platform in PLATFORMS:
        for markup in platform.markup:
            for found in markup.read(tag) if markup.fits(tag) else ():
                post = found.post or identify(found.url)
                if post:
                    yield markup.variant, post.platform, post.post_id, found.claim


@pytest.mark.parametrize(("platform", "sample"), _named("markup_samples"))
def test_markup_gives_its_post_and_what_it_claims(platform, sample):
    seen = list(_read(sample.html))
    if sample.post_id is None:
        assert seen == []
        return
    assert seen
    assert (seen[0][:3]) == (sample.variant, platform.name, sample.post_id)
    assert {row[1:3] for row in seen} == {(platform.name, sample.post_id)}
    if sample.claim is not None:
        assert seen[0][3] == sample.claim


@pytest.mark.parametrize("unit", ['<section><a title="@m" href="https://x.com/a/status/20">♬', "<div><p>a"])
@pytest.mark.parametrize("name", ["x", "tiktok", "facebook", "instagram", "reddit", "bluesky"])
def test_markup_rules_read_links_within_links_within_links_once(name, unit):
    platform = platform_named(name)
    html = platform.markup_samples[0].html
    opening = re.match(r"\s*<[^>]*>", html)[0]
    tag = BeautifulSoup(opening + unit * 6_000 + html[len(opening) :], "lxml").body.contents[0]
    began_s = time.process_time()
    for rule in platform.markup:
        list(rule.read(tag) if rule.fits(tag) else ())
    # What reads each one whole takes half a minute, what reads them once a tenth of a second.
    assert time.process_time() - began_s < 5


@pytest.mark.parametrize("platform", [pytest.param(platform, id=platform.name) for platform in PLATFORMS])
def test_markup_rules_bear_anything_in_their_elements(platform):
    insides = (
        "",
        "<p>",
        "<a href='http://['>x</a>",
        "<b>" * 3000,
        "<a href='https://x.com/a/status/1'>" * 50,
        "(@" * 5000,
    )
    values = ("", "https://[", "{", "[" * 9000, "9" * 9000, "%")
    for markup, (value, inside) in product(platform.markup, zip_longest(values, insides, fillvalue="")):
        name = markup.tag or "div"
        attribute = f'{markup.attribute}="{value}"' if markup.attribute else ""
        html = f'<{name} class="{markup.css_class or ""}" {attribute} src="{value}">{inside}</{name}>'
        tag = BeautifulSoup(html, "lxml").find(name)
        if tag is not None and markup.fits(tag):
            assert all(isinstance(found, Found) for found in markup.read(tag))


def test_a_claims_text_is_what_a_browser_shows():
    html = (
        "<blockquote><p lang='en'>One\n  two<br>three <img alt='🌊' src='e.png'><img alt='a cat' src='c.png'>"
        "<br><br>four</p>"
        "<script>no</script>\n&mdash; A — B (b) (@a_b) <a>May 1, 2022</a></blockquote>"
    )
    tag = BeautifulSoup(html, "lxml").find("blockquote")
    claim = blockquote_claim(tag)
    assert claim.text == "One two\nthree 🌊\n\nfour"
    assert (claim.name, claim.handle, claim.date_text, claim.lang) == ("A — B (b)", "a_b", "May 1, 2022", "en")
    assert shown_text(tag.find("p"), newlines=True).splitlines()[:2] == ["One", "two"]


def test_a_blockquote_without_paragraphs_is_split_at_its_last_dash():
    tag = BeautifulSoup("<blockquote>He said – no. — Ann-Lee B (@ann) <a>May 1</a></blockquote>", "lxml").find(
        "blockquote"
    )
    claim = blockquote_claim(tag)
    assert (claim.text, claim.name, claim.handle, claim.date_text) == ("He said – no.", "Ann-Lee B", "ann", "May 1")


# --- pages ------------------------------------------------------------------------------------------------


def _posts():
    return [
        pytest.param(platform, identify(next(s.url for s in platform.samples if s.post_id)), id=platform.name)
        for platform in PLATFORMS
    ]


@pytest.mark.parametrize(("platform", "post"), _posts())
def test_a_plan_is_an_https_page_with_a_post_and_narrow_signs(platform, post):
    plan = platform.plan(post)
    assert isinstance(plan, RenderPlan)
    assert plan.url.startswith("https://")
    assert plan.element
    assert plan.author
    assert plan.text or plan.media
    assert plan.signs
    bare = [sign for sign in plan.signs if sign.selector in ("body", "html", "*", "main", "div")]
    assert bare == []


@pytest.mark.parametrize(("platform", "post"), _posts())
def test_requests_are_https_and_the_same_every_time(platform, post):
    requests = platform.record_requests(post)
    assert all(request.url.startswith("https://") for request in requests)
    assert platform.record_requests(post) == requests


# --- answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "sample"), _named("answers"))
def test_an_answer_means_what_its_row_says(platform, sample):
    post = identify(sample.url)
    request = platform.record_requests(post)[sample.request]
    reading = platform.read_record(post, request, sample.answer)
    text = reading.record.text if reading.record else None
    assert (reading.availability, text) == (sample.availability, sample.text)
    assert reading.evidence


HTML_WALL = b"<!DOCTYPE html><title>Log in</title><p>This Post was deleted by the Post author. 404 Not Found [deleted]"
BAD_BODIES = (
    b"",
    b"null",
    b"{}",
    b"[]",
    b'"x"',
    b"1",
    b"true",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"1" * 10_000,
    b'{"a":' * 50_000,
    b'{"data":null,"posts":[null],"thread":[],"__typename":[],"tombstone":[],"user":1}',
    b'[{"data":{"children":[1]}}]',
    HTML_WALL,
    b'<?xml version="1.0"?><html><p>Not found',
    b'<meta charset="a\x01b"><p>Not found',
    b"not found",
)
REFUSED = {403, 408, 425, 429, 500, 502, 503, 504, 520, 522, 999, None}


@pytest.mark.parametrize(("platform", "post"), _posts())
def test_a_refusal_never_says_that_a_post_is_gone_or_live(platform, post):
    for request in platform.record_requests(post):
        for status in REFUSED:
            for body in BAD_BODIES:
                reading = platform.read_record(post, request, Answer(status, body))
                assert reading.availability.group is Group.UNKNOWN, (request.url, status, body[:60])


@pytest.mark.parametrize(("platform", "post"), _posts())
def test_an_answer_that_is_not_understood_is_unclear(platform, post):
    for request in platform.record_requests(post):
        for body in BAD_BODIES:
            reading = platform.read_record(post, request, Answer(200, body))
            assert reading.availability is Availability.UNCLEAR, (request.url, body[:60])


@pytest.mark.parametrize(("platform", "post"), _posts())
def test_the_record_of_another_post_never_makes_this_one_live(platform, post):
    """A live answer is read against a post with another id."""
    for sample in platform.answers:
        if sample.availability is Availability.LIVE and _names_its_id(platform, sample):
            asked = identify(sample.url)
            request = platform.record_requests(asked)[sample.request]
            other = replace(asked, post_id=asked.post_id[:-1] + ("2" if asked.post_id[-1] != "2" else "3"))
            reading = platform.read_record(other, request, sample.answer)
            assert reading.availability is not Availability.LIVE, sample


def _names_its_id(platform, sample):
    bare = identify(sample.url).post_id.rsplit("/", 1)[-1]
    return bare.encode() in sample.answer.body


# --- the door itself ----------------------------------------------------------------------------------------


def test_a_challenge_page_is_a_block_whatever_its_status():
    platform = platform_named("x")
    post = identify("https://x.com/a/status/20")
    request = platform.record_requests(post)[0]
    answer = Answer(503, HTML_WALL, headers=(("CF-Mitigated", "challenge"),))
    assert platform.read_record(post, request, answer).availability is Availability.BLOCKED


def test_json_that_cannot_be_read_is_none():
    assert [parse_json(body) for body in (b"", b"[" * 100_000, b"1" * 10_000, b"\xff", "{", b"{}")] == [None] * 5 + [{}]


def test_platforms_have_distinct_names_and_those_on_any_host_come_last():
    names = [platform.name for platform in PLATFORMS]
    assert len(set(names)) == len(names)
    assert [platform.any_host for platform in PLATFORMS] == sorted(platform.any_host for platform in PLATFORMS)

"""What one visit sees, with a real Chromium and a scripted web behind its proxy."""

import subprocess
import sys
import threading
from concurrent.futures import Future
from io import BytesIO

import pytest
from PIL import Image
from scripted_pages import Site, html, picture

from archiver.browser import Browser, find_browser
from archiver.model.rendering import RenderEnd, RenderPlan, Sign
from archiver.model.states import Availability, Reason

pytestmark = pytest.mark.browser

POST = """<!doctype html><meta charset=utf-8><title>Alice: Hello</title>
<style>body{font:16px sans-serif} article{width:500px;border:1px solid}</style>
<article class=post><b class=author>Alice @alice</b><p class=text>Hello, “world”.</p>
<img class=pic src=/i.png></article>
<footer>Log in</footer>"""
GONE = Sign(".notice", Availability.GONE_DELETED, Reason.REMOVAL_NOTICE, pattern=r"\bdeleted\b")


def plan(url, **fields):
    wanted = {
        "element": (".post",),
        "text": (".text",),
        "author": (".author",),
        "media": ("img.pic",),
        "signs": (GONE,),
    }
    return RenderPlan(url, **{"signs": (GONE,), **wanted, **fields})


def full_page(url, **fields):
    return RenderPlan(url, **fields)


@pytest.fixture(scope="module")
def site():
    site = Site()
    site.add("http://post.example/i.png", picture())
    yield site
    site.close()


@pytest.fixture(scope="module")
def browser(site):
    with Browser(find_browser(), spki_sha256=site.spki_sha256) as browser:
        yield browser


@pytest.fixture
def render(browser, site):
    return lambda plan, budget_s=15, **more: browser.render(plan, proxy_url=site.proxy_url, budget_s=budget_s, **more)


def image_of(rendering):
    return Image.open(BytesIO(rendering.screenshot))


def test_a_post_is_seen_with_its_text_author_media_dom_and_picture(site, render):
    url = site.add("http://post.example/1", POST)
    seen = render(plan(url))
    assert (seen.end, seen.status, seen.final_url, seen.title) == (RenderEnd.READY, 200, url, "Alice: Hello")
    assert (seen.post_text, seen.author_text, seen.media_shown) == ("Hello, “world”.", "Alice @alice", 1)
    assert seen.visible_text.split() == ["Alice", "@alice", "Hello,", "“world”."]
    assert (seen.signs, seen.events, seen.settled, seen.height_cut) == ((), (), True, False)
    assert [(step.name, step.ok) for step in seen.steps] == [
        (name, True) for name in ("open", "ready", "settle", "read", "dom", "screenshot")
    ]
    assert "<!DOCTYPE html>" in seen.dom.decode()
    assert "Hello, “world”." in seen.dom.decode()
    assert image_of(seen).size == (seen.width_px, seen.height_px) == (502, image_of(seen).height)


def test_the_post_may_come_late(site, render):
    script = f"<script>setTimeout(()=>document.body.innerHTML={POST!r}, 400)</script>"
    seen = render(plan(site.add("http://post.example/late", f"<body>{script}")))
    assert (seen.end, seen.post_text, seen.settled) == (RenderEnd.READY, "Hello, “world”.", True)


def test_a_page_that_writes_itself_anew_all_the_time_was_not_at_rest(site, render):
    again = "setInterval(() => { document.open(); document.write('<p>' + Math.random()) }, 5)"
    seen = render(full_page(site.add("http://news.example/ticker", html(f"<p>Hello<script>{again}</script>"))), 6)
    assert not seen.settled
    assert b"<p>0." in seen.dom


def test_a_page_that_wrote_itself_anew_before_it_was_looked_at_is_at_rest(site, render):
    once = "onload = () => { document.open(); document.write('<p>The story'); document.close() }"
    seen = render(full_page(site.add("http://news.example/anew", html(f"<p>Hello<script>{once}</script>"))))
    assert (seen.end, seen.visible_text, seen.settled) == (RenderEnd.READY, "The story", True)


def test_a_page_that_goes_on_by_itself_after_its_picture_was_not_at_rest(site, render):
    gone_on, asked = Future(), threading.Event()

    def onwards(_handler):
        asked.set()
        return html(POST)

    def linger(_limit_s):
        # The page stays open until it has gone on, as it does while it still asks for something.
        threading.Thread(target=lambda: gone_on.set_result(asked.wait(5) and not site.over.wait(0.5))).start()
        return gone_on

    site.add("http://post.example/onwards", onwards)
    script = "<script>setTimeout(()=>location='/onwards',1200)</script>"
    seen = render(plan(site.add("http://post.example/restless", POST + script)), linger=linger)
    assert (gone_on.result(), seen.post_text, seen.settled) == (True, "Hello, “world”.", False)


def test_a_page_that_loads_itself_anew_while_it_is_shot_has_no_picture_and_was_not_at_rest(site, render):
    # It passes the window's edge: the window is made as high as the page for the picture.
    tall = "<div style='height:3000px'></div><script>onresize=()=>location.reload()</script>"
    seen = render(full_page(site.add("http://news.example/shy", html(f"<p>Hello{tall}"))))
    assert (seen.end, seen.visible_text, seen.screenshot, seen.settled) == (RenderEnd.READY, "Hello", None, False)


def test_a_post_that_becomes_visible_by_a_style_alone_is_ready_then(site, render):
    slow = "<style>.post{opacity:0}</style><script>setTimeout(()=>document.styleSheets[1].disabled=true,300)</script>"
    seen = render(plan(site.add("http://post.example/faded", POST + slow)))
    assert (seen.end, seen.post_text) == (RenderEnd.READY, "Hello, “world”.")


def test_a_picture_that_comes_late_and_without_a_size_is_waited_for(site, render):
    def slow(_handler):
        site.over.wait(0.6)
        return picture()

    site.add("http://post.example/slow.png", slow)
    seen = render(plan(site.add("http://post.example/slow", POST.replace("/i.png", "/slow.png"))))
    assert (seen.media_shown, seen.settled) == (1, True)


def test_a_post_taller_than_the_window_is_shot_whole(site, render):
    lines = "".join(f"<p>line {n}" for n in range(200))
    url = site.add("http://post.example/tall", f"<style>body{{margin:0}}</style><div class=post>{lines}<hr></div>")
    seen = render(plan(url, width_px=400, height_px=300))
    shot = image_of(seen)
    assert shot.height == seen.height_px > 5000
    bottom = shot.convert("L").crop((0, shot.height - 100, shot.width, shot.height))
    assert bottom.getextrema()[0] < 100
    assert not seen.height_cut


def test_a_page_is_shot_down_to_the_bound_and_the_cut_is_said(site, render):
    url = site.add("http://page.example/long", "<body style='margin:0'><div style='height:9000px'>tall</div>")
    seen = render(full_page(url, max_height_px=2000))
    assert (seen.end, seen.height_cut, image_of(seen).height) == (RenderEnd.READY, True, 2000)
    assert not render(full_page(url)).height_cut


def test_lazy_pictures_far_down_a_page_are_loaded(site, render):
    site.add("http://page.example/far.png", picture())
    text = "<body style='margin:0'><div style='height:8000px'></div><img loading=lazy src=/far.png>"
    seen = render(full_page(site.add("http://page.example/lazy", text)))
    assert "http://page.example/far.png" in site.urls()
    assert seen.settled
    bottom = image_of(seen).convert("L").crop((0, 8000, 200, 8100))
    assert bottom.getextrema()[0] < 60


def test_a_background_picture_counts_as_media_and_a_broken_one_does_not(site, render):
    style = "<style>i{display:block;width:90px;height:90px}</style>"
    good = f"{style}<div class=post><i style='background-image:url(/i.png)'></i></div>"
    bad = f"{style}<div class=post><i style='background-image:url(/missing.png)'></i><img src=/missing.png></div>"
    assert render(plan(site.add("http://post.example/bg", good), media=("i",))).media_shown == 1
    assert render(plan(site.add("http://post.example/nobg", bad), media=("i", "img"))).media_shown == 0


def test_nothing_is_fetched_twice_to_be_read(site, render):
    before = len(site.requests)
    text = "<div class=post><i style='display:block;width:90px;height:90px;background-image:url(/twice.png)'></i></div>"
    site.add("http://post.example/twice.png", (200, {**picture()[1], "cache-control": "no-store"}, picture()[2]))
    assert render(plan(site.add("http://post.example/once", text), media=("i",))).media_shown == 1
    assert [url.rpartition("/")[2] for url in site.urls()[before:]] == ["once", "twice.png"]


def test_an_avatar_or_a_pixel_is_no_media(site, render):
    site.add("http://post.example/dot.png", picture(16, 16))
    text = "<div class=post><img class=pic src=/dot.png width=90 height=90><img src=/i.png></div>"
    assert render(plan(site.add("http://post.example/dot", text))).media_shown == 0


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        ("<p class=notice>This post was deleted.</p>", True),
        ("<p class=notice>This post was DELETED.</p>", True),
        ("<p class=notice>This post is fine.</p>", False),
        ("<p class=notice style='display:none'>This post was deleted.</p>", False),
        ("<p class=notice style='visibility:hidden'>This post was deleted.</p>", False),
        ("<p class=text>They said: this post was deleted.</p>", False),
    ],
)
def test_a_sign_holds_only_where_its_element_is_rendered_and_says_so(site, render, body, holds):
    url = site.add("http://post.example/sign", f"<div class=post>{body}<p>more</p></div>")
    assert render(plan(url)).signs == ((GONE,) if holds else ())


def test_a_sign_alone_makes_a_page_ready(site, render):
    url = site.add("http://post.example/removed", "<p class=notice>This post was deleted by its author.</p>")
    seen = render(plan(url))
    assert (seen.end, seen.signs, seen.post_text) == (RenderEnd.READY, (GONE,), None)
    assert seen.screenshot is not None
    assert "deleted by its author" in seen.visible_text


def test_a_page_that_says_nothing_is_never_ready_but_kept(site, render):
    url = site.add("http://post.example/silent", "<p>Something else entirely")
    seen = render(plan(url), budget_s=3)
    assert (seen.end, seen.visible_text, seen.post_text) == (RenderEnd.NEVER_READY, "Something else entirely", None)
    assert seen.screenshot is not None
    assert seen.dom is not None


def test_text_in_shadow_trees_is_seen_and_kept(site, render):
    text = """<my-post></my-post><script>
      const host = document.querySelector('my-post'), root = host.attachShadow({mode: 'open'});
      root.innerHTML = '<article class=post><b class=author>Bob</b><p class=text>In the shade</p></article>'</script>"""
    seen = render(plan(site.add("http://post.example/shadow", text)))
    assert (seen.end, seen.post_text, seen.author_text) == (RenderEnd.READY, "In the shade", "Bob")
    assert '<template shadowrootmode="open">' in seen.dom.decode()
    assert "In the shade" in seen.dom.decode()


def test_a_page_cannot_fool_the_reading_by_redefining_what_reads_it(site, render):
    lies = """<script>
      Document.prototype.querySelectorAll = () => []; Element.prototype.querySelectorAll = () => [];
      Element.prototype.getBoundingClientRect = () => ({width: 0, height: 0});
      Object.defineProperty(HTMLElement.prototype, 'innerText', {get: () => 'a lie'});
      window.Promise = null; window.MutationObserver = null; window.setTimeout = null; JSON.stringify = null;
      performance.getEntriesByType = () => [{responseStatus: 200}];</script>"""
    seen = render(plan(site.add("http://post.example/liar", lies + POST)))
    assert (seen.end, seen.post_text, seen.media_shown) == (RenderEnd.READY, "Hello, “world”.", 1)


def test_redirects_and_error_statuses_are_reported_as_they_are(site, render):
    site.add("http://post.example/old", (302, {"location": "http://post.example/1"}, b""))
    site.add("http://post.example/1", POST)
    moved = render(plan("http://post.example/old"))
    assert (moved.end, moved.status, moved.final_url) == (RenderEnd.READY, 200, "http://post.example/1")
    missing = render(full_page("http://post.example/no-such"))
    assert (missing.end, missing.status, missing.visible_text) == (RenderEnd.READY, 404, "nothing here")


def test_a_page_that_goes_on_within_its_site_is_read_where_it_arrives(site, render):
    site.add("http://www.post.example/2", html(POST.replace("Hello", "Moved"), 203))
    url = site.add(
        "http://post.example/hop", "<script>setTimeout(()=>location='http://www.post.example/2',100)</script>"
    )
    seen = render(plan(url))
    assert (seen.end, seen.status, seen.final_url) == (RenderEnd.READY, 203, "http://www.post.example/2")
    assert seen.post_text == "Moved, “world”."
    assert seen.events == ("navigated to http://www.post.example/2",)


def test_a_frame_of_another_site_far_below_the_window_is_painted(site, render):
    site.add("http://frame.example/", "<body style='background:red'>")
    frame = "<iframe src=http://frame.example/ width=400 height=300 style='display:block;border:0'></iframe>"
    url = site.add("http://page.example/far", f"<body style='margin:0'><div style='height:3000px'></div>{frame}")
    seen = render(full_page(url))
    assert image_of(seen).convert("RGB").getpixel((200, 3150)) == (255, 0, 0)


def test_a_page_whose_layout_follows_the_window_keeps_it(site, render):
    text = "<body style='margin:0'><div style='height:100vh;background:red'></div><div style='height:2000px'></div>"
    seen = render(full_page(site.add("http://page.example/vh", text)))
    picture = image_of(seen).convert("RGB")
    assert picture.height == 2900
    assert (picture.getpixel((5, 899)), picture.getpixel((5, 900))) == ((255, 0, 0), (255, 255, 255))


def test_a_page_that_leaves_its_site_is_said_to_have_left(site, render):
    site.add("http://other.example/", POST)
    url = site.add("http://post.example/away", "<meta http-equiv=refresh content='0;url=http://other.example/'>")
    seen = render(plan(url))
    assert (seen.end, seen.final_url) == (RenderEnd.NAVIGATED_AWAY, "http://other.example/")
    assert seen.screenshot is not None


def test_the_browser_says_what_it_is_and_where_it_stands(site):
    text = """<body class=post><script>document.write([navigator.userAgent, navigator.language, devicePixelRatio,
      Intl.DateTimeFormat().resolvedOptions().timeZone, matchMedia('(prefers-reduced-motion)').matches,
      innerWidth, innerHeight].join('|'))</script>"""
    url = site.add("http://post.example/ua", text)
    with Browser(find_browser(), language="de-DE", scale=2) as browser:
        seen = browser.render(plan(url), proxy_url=site.proxy_url, budget_s=15)
        environment = browser.environment()
    agent, *facts = seen.visible_text.split("|")
    assert facts == ["de-DE", "2", "UTC", "true", "560", "900"]
    sent = dict(site.requests)["http://post.example/ua"]
    assert agent == sent["user-agent"] == environment.user_agent
    assert "Headless" not in agent
    assert "Chrome/" in agent
    assert sent["accept-language"].startswith("de-DE")


def test_the_one_key_is_trusted_and_no_other(site, render):
    site.add("https://secure.example/", POST)
    assert render(plan("https://secure.example/")).post_text == "Hello, “world”."


def test_a_certificate_of_another_key_is_refused(site, browser):
    stranger = Site()
    stranger.add("https://secure.example/", POST)
    seen = browser.render(plan("https://secure.example/"), proxy_url=stranger.proxy_url, budget_s=10)
    assert (seen.end, seen.note) == (RenderEnd.NO_RESPONSE, "net::ERR_CERT_AUTHORITY_INVALID")
    assert stranger.requests == []
    stranger.close()


def test_everything_goes_through_the_proxy_even_to_this_machine(site, render):
    direct = Site()
    targets = [
        f"http://127.0.0.1:{direct.port}/a",
        f"http://localhost:{direct.port}/b",
        f"http://[::1]:{direct.port}/c",
    ]
    images = "".join(f"<img src={url}>" for url in targets)
    script = f"<script>new WebSocket('ws://127.0.0.1:{direct.port}/d');fetch('{targets[0]}?f').catch(()=>0)</script>"
    render(plan(site.add("http://post.example/inside", POST + images + script)))
    assert set(targets) <= set(site.urls())
    assert f"127.0.0.1:{direct.port}" in site.connects
    assert (direct.requests, direct.connects) == ([], [])
    direct.close()


def test_every_render_starts_with_nothing_of_the_one_before(site, render):
    text = """<body class=post><script>document.write(document.cookie + localStorage.getItem('k'));
      document.cookie = 'k=v'; localStorage.setItem('k', 'v')</script>"""
    url = site.add("http://post.example/memory", text)
    assert [render(plan(url)).visible_text for _ in range(2)] == ["null", "null"]


@pytest.mark.parametrize(
    ("media_type", "body", "says"),
    [
        ("text/plain", b"only words", "only words"),
        ("application/json", b'{"a": 1}', '{"a": 1}'),
        ("application/xml", b"<a><b>in xml</b></a>", "in xml"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><text y='20'>in svg</text></svg>", "in svg"),
        ("text/html", b"", ""),
        ("text/html", b"<frameset><frame src=/x></frameset>", ""),
    ],
)
def test_documents_that_are_no_html_page_are_read_too(site, render, media_type, body, says):
    url = site.add("http://page.example/thing", (200, {"content-type": media_type}, body))
    seen = render(full_page(url), budget_s=5)
    assert (seen.status, says in seen.visible_text, seen.screenshot is not None) == (200, True, True)


def test_broken_characters_of_a_page_can_be_written_as_utf8(site, render):
    text = "<div class=post><p class=text></p></div><script>document.querySelector('p').innerText='a\\ud800b'</script>"
    seen = render(plan(site.add("http://post.example/surrogate", text)))
    assert (seen.post_text, seen.dom.decode().count("a�b")) == ("a�b", 1)


@pytest.mark.parametrize(
    ("failure", "end"), [("refused", RenderEnd.REFUSED), ("name_not_resolved", RenderEnd.NO_RESPONSE)]
)
def test_what_the_tap_could_not_fetch_ends_under_the_taps_word_for_it(site, render, failure, end):
    url = site.add("http://post.example/tap", (502, {"archiver-failure": failure}, b""))
    seen = render(plan(url))
    assert (seen.end, seen.note, seen.status, seen.screenshot) == (end, failure, None, None)


def test_a_dead_proxy_is_no_response(browser):
    seen = browser.render(plan("http://post.example/1"), proxy_url="http://127.0.0.1:9", budget_s=10)
    assert (seen.end, seen.note) == (RenderEnd.NO_RESPONSE, "net::ERR_PROXY_CONNECTION_FAILED")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "data:text/html,hi", "javascript:1", "x"])
def test_only_http_is_visited(site, render, url):
    before = len(site.requests)
    seen = render(plan(url))
    assert (seen.end, seen.steps, len(site.requests)) == (RenderEnd.REFUSED, (), before)


def test_a_plan_that_cannot_be_parsed_is_our_fault(site, render):
    url = site.add("http://post.example/1", POST)
    with pytest.raises(ValueError, match="can't be carried out"):
        render(plan(url, element=("p:::",)))
    with pytest.raises(ValueError, match="can't be carried out"):
        render(plan(url, signs=(Sign("p", Availability.LOGIN, Reason.LOGIN_WALL, pattern="("),)))
    assert render(plan(url)).end == RenderEnd.READY


def test_importing_the_package_does_not_import_playwright():
    code = "import sys, archiver.browser; sys.exit('playwright' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

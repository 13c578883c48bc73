"""Whether a reader could see the text: what hides it is told, and what hides nothing is not."""

# ruff: noqa: E501  # markup reads best unbroken

import pytest
from scripted_pages import Site, html, picture

from archiver.browser import Browser, find_browser
from archiver.browser.draft import Draft
from archiver.browser.events import Watch
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason

pytestmark = pytest.mark.browser

TEXT = "The lower road is closed: water reached the old bridge."
POST = f'<article class="post"><b class="author">River Watch</b><p class="text">{TEXT}</p></article>'
STORY = "".join(f"<p>Paragraph {number}: the wall was lifted, recut and laid again.</p>" for number in range(30))
LOGIN = Sign("form", Availability.LOGIN, Reason.LOGIN_WALL)
CONSENT = Sign(".cookies", Availability.UNCLEAR, Reason.CONSENT_WALL)
OVER = "position:fixed;inset:0"


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
def look(browser, site):
    def look(body, **fields):
        page = f"<!doctype html><meta charset=utf-8><style>body{{font:16px sans-serif}}</style>{body}"
        plan = RenderPlan(site.add("http://post.example/1", html(page)), **fields)
        return browser.render(plan, proxy_url=site.proxy_url, budget_s=15)

    return look


HIDDEN = {
    "covered by div#wall": f'{POST}<div id="wall" style="{OVER};background:#fff"></div>',
    "covered by div#dark": f'{POST}<div id="dark" style="{OVER};background:rgb(0 0 0 / 0.8)"></div>',
    "covered by div#frost": f'{POST}<div id="frost" style="{OVER};backdrop-filter:blur(9px)"></div>',
    "covered by div#box": f'{POST}<div id="box" style="{OVER}"><iframe style="width:100%;height:100%"></iframe></div>',
    "covered by img#over": f'{POST}<img id="over" src="/i.png" style="{OVER};width:100%;height:100%">',
    "covered by div#modal": f'{POST}<dialog id="m"></dialog><div id="modal" style="{OVER}"><p style="background:#fff;height:99%">Log in</p></div>',
    "blurred by article.post": f"<style>.post{{filter:blur(4px)}}</style>{POST}",
    "faded out by p.text": f"<style>.text{{opacity:.05}}</style>{POST}",
    "without colour in p.text": f"<style>.text{{color:transparent}}</style>{POST}",
    "clipped: p.text": f'<div style="height:30px;overflow:hidden"><div style="height:40px"></div>{POST}</div>',
}
SEEN = {
    "nothing over it": POST,
    "a link over the whole card": f'<div style="position:relative">{POST}<a href="/" style="position:absolute;inset:0"></a></div>',
    "a faint shade": f'{POST}<div style="{OVER};background:rgba(0,0,0,.2)"></div>',
    "a wall that is not displayed": f'{POST}<div style="{OVER};background:#fff;display:none"></div>',
    "a wall that is transparent": f'{POST}<div style="{OVER};background:#fff;opacity:0"></div>',
    "a wall behind it": f'<div style="{OVER};background:#eee;z-index:-1"></div>{POST}',
    "a bar at the foot": f'{POST}<div style="position:fixed;bottom:0;left:0;right:0;height:80px;background:#222"></div>',
    "a picture below letters that take no clicks": f'<style>.post{{position:relative;pointer-events:none}}</style><img src="/i.png" style="position:absolute;top:0;left:0;width:500px;height:200px">{POST}',
    "letters cut out of a gradient": f"<style>.text{{background:linear-gradient(red,blue);background-clip:text;color:transparent}}</style>{POST}",
    "a badge over its corner": f'{POST}<div style="position:absolute;top:0;left:0;width:40px;height:40px;background:#f00"></div>',
    "it lies below the window": f'<div style="height:3000px"></div>{POST}',
    "it lies in a shadow tree": f'<x-post></x-post><script>document.querySelector("x-post").attachShadow({{mode:"open"}}).innerHTML={POST!r}</script>',
}


@pytest.mark.parametrize("what", HIDDEN)
def test_what_hides_a_post_is_told(look, what):
    seen = look(HIDDEN[what], element=(".post",), text=(".text",), author=(".author",))
    assert seen.hidden.startswith(what)


@pytest.mark.parametrize("name", SEEN)
def test_a_post_is_in_sight_with(look, name):
    seen = look(SEEN[name], element=(".post",), text=(".text",), author=(".author",))
    assert (seen.post_text, seen.hidden) == (TEXT, "")


def test_the_words_of_what_lies_over_a_post_are_told(look):
    card = f'<form id="join" style="{OVER};background:#fff"><h2>Join us</h2><input type="password"></form>'
    seen = look(POST + card, element=(".post",), text=(".text",))
    assert seen.hidden == "covered by form#join: [password] Join us"


def test_without_a_text_its_picture_must_be_in_sight(look):
    post = '<article class="post"><b class="author">River Watch</b><br><img src="/i.png"></article>'
    fields = {"element": (".post",), "text": (".text",), "author": (".author",), "media": ("img",)}
    assert look(post, **fields).hidden == ""
    cover = '<div id="x" style="position:absolute;top:30px;left:0;width:400px;height:300px;background:#fff"></div>'
    assert look(post + cover, **fields).hidden.startswith("covered by div#x")


def test_the_lines_of_the_text_are_where_the_picture_has_them(look):
    seen = look(f'<div style="height:500px"></div>{POST}', element=(".post",), text=(".text",))
    (line,) = seen.text_lines
    x, y, width, height = line
    assert (x, 0 < y < seen.height_px, 300 < width < seen.width_px, 10 < height < 30) == (0, True, True, True)


VEILS = {
    "a dialog of its own": f'{STORY}<dialog id="d">Accept?</dialog><style>#d{{width:100%;height:100%}}</style><script>d.showModal()</script>',
    "a fixed wall": f'{STORY}<div id="d" style="{OVER};background:#fff">Accept?</div>',
    "a wall in the body": f'{STORY}<div id="d" style="position:absolute;inset:0;background:#fff">Accept?</div>',
}
NO_VEILS = {
    "a story": STORY,
    "a bar at its head": f'<div style="position:fixed;top:0;left:0;right:0;height:60px;background:#222"></div><div style="height:60px"></div>{STORY}',
    "a story in a fixed frame": f'<div style="{OVER};overflow:auto;background:#fff">{STORY}</div>',
    "a fixed ground behind it": f'<img src="/i.png" style="{OVER};width:100%;height:100%;z-index:-1">{STORY}',
    "a clear sheet over it": f'{STORY}<div style="{OVER}"></div>',
    "a box in its corner": f'{STORY}<div style="position:fixed;right:0;bottom:0;width:400px;height:300px;background:#fff">News!</div>',
}


@pytest.mark.parametrize("name", VEILS)
def test_a_page_is_veiled_by(look, name):
    assert look(VEILS[name], width_px=1280).hidden.startswith("covered by d")


@pytest.mark.parametrize("name", NO_VEILS)
def test_a_page_is_open_with(look, name):
    assert look(NO_VEILS[name], width_px=1280).hidden == ""


def test_what_came_over_a_post_while_it_was_shot_counts_too():
    plan = RenderPlan("http://post.example/1", signs=(LOGIN, CONSENT))
    draft = Draft()
    read = {
        "ready": True,
        "readyMs": 1,
        "settled": True,
        "settleMs": 1,
        "readMs": 1,
        "domMs": 1,
        "dom": "",
        "domCut": False,
    }
    draft.take(read | {"seen": {"url": plan.url, "signs": [1], "hidden": ""}})
    draft.take_glance({"signs": [0], "hidden": "covered by div#late"})
    draft.take_glance({"signs": [1], "hidden": ""})
    rendering = draft.rendering(plan, Watch("frame"))
    assert (rendering.signs, rendering.hidden) == ((LOGIN, CONSENT), "covered by div#late")

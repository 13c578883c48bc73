"""Pages that fight back: each visit ends inside its budget, and the next sees nothing of it."""

import time

import pytest
from scripted_pages import Site, html, picture

from archiver.browser import Browser, find_browser
from archiver.model.rendering import RenderEnd, RenderPlan

pytestmark = pytest.mark.browser

POST = "<meta charset=utf-8><div class=post><p class=text>The post</p></div>"
BAD = "http://post.example/bad"
#: For pages that use up whatever they are given.
BUDGET_S = 6
#: What putting a page away by force may take beyond the budget.
GRACE_S = 6


def plan(url):
    return RenderPlan(url, element=(".post",), text=(".text",))


@pytest.fixture(scope="module")
def site():
    site = Site()
    site.add("http://post.example/i.png", picture())
    site.add("http://post.example/good", POST)
    yield site
    site.close()


@pytest.fixture(scope="module")
def browser(site):
    with Browser(find_browser(), spki_sha256=site.spki_sha256, page_memory_bytes=400 << 20) as browser:
        yield browser


@pytest.fixture
def visit(browser, site):
    """Visits a page with this script in it, and then a harmless one."""

    def visit(text, budget_s=20):
        site.add(BAD, text)
        started = time.monotonic()
        seen = browser.render(plan(BAD), proxy_url=site.proxy_url, budget_s=budget_s)
        assert time.monotonic() - started < budget_s + GRACE_S
        after = browser.render(plan("http://post.example/good"), proxy_url=site.proxy_url, budget_s=15)
        assert (after.end, after.post_text, after.events) == (RenderEnd.READY, "The post", ())
        return seen

    return visit


def script(code):
    return f"{POST}<script>{code}</script>"


def test_dialogs_are_dismissed_and_told(visit):
    seen = visit(script("alert('a');confirm('b');prompt('c\\x1b[2Jd')"))
    assert (seen.end, seen.post_text) == (RenderEnd.READY, "The post")
    assert seen.events == (
        "dialog dismissed: alert: a",
        "dialog dismissed: confirm: b",
        "dialog dismissed: prompt: c [2Jd",
    )


def test_dialogs_without_end_cost_the_budget_and_no_more(visit):
    seen = visit(script("setTimeout(()=>{for(;;)alert('again')},10)"), BUDGET_S)
    assert seen.post_text == "The post"
    assert seen.screenshot is not None
    assert len(seen.events) <= 20
    assert any("alert: again (" in event for event in seen.events)


def test_a_page_that_asks_before_it_is_left_is_left(visit):
    seen = visit(script("addEventListener('beforeunload',e=>{e.preventDefault();e.returnValue='stay'})"))
    assert (seen.end, seen.post_text) == (RenderEnd.READY, "The post")


def test_windows_are_not_opened_and_ask_for_nothing(visit, site):
    seen = visit(
        script("for(let i=0;i<50;i++)window.open('/window'+(i%2))") + "<form id=f action=/window2 target=_blank></form>"
    )
    assert (seen.end, seen.post_text) == (RenderEnd.READY, "The post")
    assert seen.events == (
        "pop-up refused: http://post.example/window0 (25 times)",
        "pop-up refused: http://post.example/window1 (25 times)",
    )
    assert [url for url in site.urls() if "/window" in url] == []


def test_a_download_in_place_of_a_page_is_a_download(visit):
    seen = visit((200, {"content-type": "text/html", "content-disposition": "attachment; filename=x.bin"}, b"bytes"))
    assert (seen.end, seen.screenshot, seen.dom) == (RenderEnd.DOWNLOAD, None, None)
    assert seen.events == ("download refused: x.bin from http://post.example/bad",)


def test_a_download_beside_the_post_is_refused(visit, site):
    site.add("http://post.example/file", (200, {"content-disposition": "attachment; filename=y.bin"}, b"bytes"))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        seen = visit(POST + "<a id=a href=/file download>get</a><script>a.click()</script>")
        assert (seen.end, seen.post_text) == (RenderEnd.READY, "The post")
        if seen.events:
            # A visit that is over before the download begins never hears of it.
            break
    assert seen.events == ("download refused: y.bin from http://post.example/file",)


@pytest.mark.parametrize("target", ["data:text/html,hi", "file:///etc/passwd", "chrome://version", "javascript:void 0"])
def test_a_page_cannot_go_where_no_http_is(visit, target):
    seen = visit(script(f"location='{target}'"))
    assert (seen.end, seen.final_url, seen.post_text) == (RenderEnd.READY, "http://post.example/bad", "The post")


@pytest.mark.parametrize("target", ["URL.createObjectURL(new Blob(['<p>x'],{type:'text/html'}))", "'about:blank'"])
def test_a_page_that_replaces_itself_by_no_http_has_navigated_away(visit, target):
    seen = visit(script(f"setTimeout(()=>location={target},50)"))
    assert seen.end in (RenderEnd.NAVIGATED_AWAY, RenderEnd.READY)
    if seen.end is RenderEnd.READY:
        assert seen.final_url == "http://post.example/bad"


@pytest.mark.parametrize(
    "code", ["for(;;);", "setTimeout(()=>{for(;;);},20)", "for(let i=0;;)history.pushState(0,'','?'+i++)"]
)
def test_a_page_that_never_stops_computing_is_stopped_and_read(visit, code):
    seen = visit(script(code), BUDGET_S)
    assert (seen.post_text, seen.screenshot is not None) == ("The post", True)


def test_a_page_that_spins_again_and_again_ends_over_its_budget(visit):
    seen = visit(script("setInterval(()=>{const t=Date.now();while(Date.now()-t<60000);},1)"), BUDGET_S)
    assert seen.end in (RenderEnd.OVER_BUDGET, RenderEnd.READY)


def test_a_page_that_reloads_without_end_ends(visit):
    seen = visit(script("location.reload()"), BUDGET_S)
    assert seen.end in (RenderEnd.OVER_BUDGET, RenderEnd.NEVER_READY, RenderEnd.READY)


def test_a_page_that_eats_memory_is_ended(visit):
    seen = visit("<script>const a=[];setInterval(()=>a.push(new Uint8Array(32e6).fill(1)),5)</script>")
    assert (seen.end, seen.note) == (RenderEnd.CRASHED, "the page's process ended")


def test_a_page_of_very_many_elements_is_bounded(visit):
    seen = visit(script("for(let i=0;i<5e4;i++)document.body.append(document.createElement('i'))"))
    assert seen.post_text == "The post"


def test_frames_in_frames_are_bounded(visit, site):
    site.add("http://post.example/frame", "<iframe src='/frame?'></iframe>" * 3)
    seen = visit(POST + "<iframe src=/frame></iframe>" * 60)
    assert (seen.end, seen.post_text) == (RenderEnd.READY, "The post")


def test_a_server_that_never_answers_costs_the_budget(visit, site):
    seen = visit(site.hang, BUDGET_S)
    assert (seen.end, seen.status, [step.ok for step in seen.steps]) == (RenderEnd.OVER_BUDGET, None, [False])


def test_a_picture_that_never_comes_does_not_keep_the_post_from_being_shot(visit, site):
    site.add("http://post.example/never.png", site.hang)
    seen = visit("<div class=post><p class=text>The post</p><img src=/never.png width=50 height=50></div>")
    assert (seen.end, seen.post_text, seen.settled) == (RenderEnd.READY, "The post", False)
    assert seen.screenshot is not None


def test_a_font_that_never_comes_does_not_either(visit, site):
    site.add("http://post.example/never.woff", site.hang)
    style = "<style>@font-face{font-family:f;src:url(/never.woff)} .text{font-family:f}</style>"
    seen = visit(style + POST)
    assert (seen.end, seen.post_text, seen.settled) == (RenderEnd.READY, "The post", False)
    assert seen.screenshot is not None


def test_a_body_that_never_ends_shows_what_came(visit, site):
    def endless(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n" + POST.encode() + b" " * 2000)
        site.over.wait(60)

    seen = visit(endless)
    assert (seen.end, seen.post_text, seen.status) == (RenderEnd.READY, "The post", 200)


def test_a_status_without_a_page_is_no_response(visit):
    assert visit((204, {}, b"")).end is RenderEnd.NO_RESPONSE


def test_an_error_status_is_told_with_what_it_showed(visit):
    seen = visit(html("<p>Sorry", 503))
    assert (seen.status, seen.visible_text) == (503, "Sorry")

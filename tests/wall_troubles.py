"""Errors, blanks, half-loaded pages, other posts, and what never finishes."""

# ruff: noqa: E501  # markup reads best unbroken

from dataclasses import replace

from wall_markup import HANDLE, answer
from wall_stage import BUSY, LIVE, PLATFORMS, TEXT, UNKNOWN, html, mute, redirect, some, told

from archiver.demo.wire import Delivery, Reply
from archiver.model.states import Reason

R = Reason

SHELL = '<div id="app"><div style="width:40px;height:40px;border:4px solid #888;border-radius:50%"></div></div>'
SKELETON = '<span style="display:inline-block;width:300px;height:14px;background:#ddd"></span>'
_FACE = f'<img width="48" height="48" src="/face.png" alt=""> @{HANDLE}'


def _page(text, **changes):
    return lambda at: at.page(text=text, **changes)


def _after(markup):
    return lambda at: at.page(after=markup)


# --- errors ---------------------------------------------------------------------------------------------------


def _pretty(status, words):
    return lambda _at: html(
        f"<title>{words}</title><header>{_FACE}</header><main><h1>{status}</h1><p>{words}</p><a href=/>Home</a></main>",
        status,
    )


def _download(_at):
    return Reply(
        b"PK" + bytes(900), "application/zip", headers=(("Content-Disposition", "attachment; filename=post.zip"),)
    )


def _loop(at):
    return at.on_page(redirect(at.page_url))


_ERRORS = {
    "404": _pretty(404, "This page is on holiday"),
    "410": _pretty(410, "Gone"),
    "500": _pretty(500, "Something went wrong. Try reloading."),
    "502": _pretty(502, "Bad gateway"),
    "429": lambda _at: BUSY,
    "429 by words alone": _pretty(200, "Too many requests"),
    "something went wrong, with 200": _pretty(200, "Something went wrong. Try reloading."),
    "an empty 200": lambda _at: html("<html></html>"),
    "nothing in a 200": lambda _at: Reply(b""),
    "JSON": lambda _at: answer({"error": "login_required"}),
    "204": lambda _at: Reply(status=204),
    "a download": _download,
    "a redirect to itself": _loop,
    "a connection that is reset": lambda _at: Reply(delivery=Delivery.RESET),
    "half a page, and silence": lambda at: replace(at.page(after="<p>" * 400), delivery=Delivery.STALLED),
}


def _errors():
    for number, (name, make) in enumerate(_ERRORS.items()):
        may = LIVE | UNKNOWN if name.startswith("half") else UNKNOWN
        yield mute(name, PLATFORMS[number % 10], make, may_say=may)
        yield told(name, PLATFORMS[(number + 5) % 10], make)
    for platform in some(0):
        yield mute("a 404 in the place of the embed page", platform, _pretty(404, "Not Found"))


# --- blanks, half-loaded pages, other posts -----------------------------------------------------------------------


def _other_post(at):
    other = at.other()
    return at.on_page(redirect(other.page_url)) | {
        other.page_url: other.page(text="Another post of the same author, of another day.")
    }


def _profile(at):
    profile = f"{at.origin}/{HANDLE}-profile"
    return at.on_page(redirect(profile)) | {profile: at.other().page(text="Pinned: the tide tables of the year.")}


def _late_other_post(at):
    other = at.other()
    leave = f"<script>setTimeout(()=>location.replace({other.page_url!r}),30)</script>"
    return at.on_page(html(f"{SHELL}{leave}")) | {other.page_url: other.page(text="Another post of the same author.")}


_BLANKS = {
    "white": "<style>body,.card,.card *{background:#fff!important;color:#fff!important;border-color:#fff!important} img{visibility:hidden}</style>",
    "dark": "<style>html,body,.card,.card *{background:#15202b!important;color:#15202b!important;border-color:#15202b!important} img{visibility:hidden}</style>",
    "transparent": "<style>.card{opacity:0}</style>",
    "not displayed": "<style>.card{display:none}</style>",
}
_TEXT_PLACES = {
    "x": "[data-testid='tweetText']",
    "bluesky": ".post-text",
    "mastodon": ".status__content__text",
    "instagram": ".Caption,.EmbeddedMedia",
    "facebook": "[data-testid='post_message']",
    "threads": ".BodyTextContainer",
    "tiktok": "[data-e2e='video-desc']",
    "youtube": ".ytp-title-text",
    "reddit": "h1",
    "telegram": ".tgme_widget_message_text",
}
_HIDINGS = {
    "in display:none": "display:none",
    "in visibility:hidden": "visibility:hidden",
    "in a box of no height": "display:block;height:0;overflow:hidden",
    "in the colour of its ground": "color:#fff!important",
    "in transparent letters": "color:transparent!important;text-shadow:0 0 9px #000",
    "blurred": "display:block;filter:blur(8px)",
}


def _hidden(css):
    def make(at):
        place = _TEXT_PLACES[at.platform]
        return at.page(head=f"<style>:is({place}),:is({place}) *{{{css}}}</style>")

    return make


def _blanks():
    for platform in PLATFORMS:
        yield told("another post in its place, by redirect", platform, _other_post)
    for platform in some(0):
        yield mute("another post in its place, by redirect", platform, _other_post)
        yield told("its text gone by a style", platform, _hidden("display:none"))
    for platform in some(1):
        yield mute("a profile in its place", platform, _profile)
        yield told("a white frame", platform, lambda at: at.page(head=_BLANKS["white"]))
    for name, css in _BLANKS.items():
        yield told(f"a {name} frame", "x", lambda at, css=css: at.page(head=css))
    for number, (name, css) in enumerate(_HIDINGS.items()):
        for platform in (PLATFORMS[number], PLATFORMS[(number + 6) % 10]):
            yield told(f"its text {name}", platform, _hidden(css))
    yield told("another post in its place, by script", "instagram", _late_other_post)
    yield told("a profile in its place", "threads", _profile)
    for platform in ("x", "mastodon", "instagram"):
        yield told("an app shell that never loads its post", platform, lambda _at: html(SHELL), R.NEVER_READY)
    for platform in ("x", "bluesky", "telegram"):
        yield told("a skeleton where the text should be", platform, lambda at: at.page(text=SKELETON), R.TEXT_NOT_SHOWN)
    yield told("an emoji's place left empty", "x", _page(""), text="🔥")
    yield told("another emoji", "bluesky", _page("👻"), text="🔥")
    yield told("another letter", "mastodon", _page("J"), text="K")
    yield told("another number", "facebook", _page(TEXT.replace("5.1", "5.2")))
    yield told("a text with its end cut off", "youtube", _page(TEXT[:50]))


# --- what never finishes ------------------------------------------------------------------------------------------

_FONT = "<style>@font-face{font-family:W;src:url(/never.woff2);font-display:block} .card *{font-family:W}</style>"


def _never(at, **changes):
    silent = Reply(delivery=Delivery.SILENT)
    pictures = "https://cdn.bsky.app/img/feed_thumbnail/plain/never"
    return at.on_page(at.page(**changes)) | {f"{at.origin}/never": silent, pictures: silent}


def _unfinished():
    for platform in ("x", "facebook", "telegram"):
        yield told("letters that never come", platform, lambda at: _never(at, head=_FONT))
    for platform in ("x", "bluesky", "mastodon"):
        yield told(
            "a picture that never comes", platform, lambda at: _never(at, media=True, picture="/never.jpg"), media=True
        )
    yield told(
        "a second picture that never comes",
        "threads",
        lambda at: _never(at, media=True, more='<img width="400" height="200" src="/never.jpg">'),
        R.NOT_SETTLED,
    )
    yield told(
        "a style sheet that never comes",
        "reddit",
        lambda at: _never(at, head='<link rel="stylesheet" href="/never.css">'),
    )
    for tenths in range(0, 13, 2):
        late = f"<script>setTimeout(()=>document.body.insertAdjacentHTML('beforeend',{LATE!r}),{tenths * 100})</script>"
        yield told(f"a login card after {tenths * 100} ms", "x", _after(late), complete=None)


LATE = '<div style="position:fixed;inset:0;background:#f0f;z-index:99;color:#fff">Log in to see more</div>'


SCENES = (*_errors(), *_blanks(), *_unfinished())

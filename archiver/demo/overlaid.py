"""What lies over pages: consents, log-ins, and one wall that has nothing beneath it.

Each is marked up as its makers do it, as far as a list of overlays knows them by.
"""

from archiver.demo.assets import fill
from archiver.demo.platforms.common import to_https
from archiver.demo.script import LinkTruth
from archiver.demo.wire import Handler, Reply, Request, html, text
from archiver.model.states import Availability

__all__ = [
    "EMPTY_URL",
    "FACEBOOK_LOGIN",
    "FRAMED_URL",
    "HOSTS",
    "INSTAGRAM_LOGIN",
    "LINKS",
    "OPEN_URL",
    "SHADED_URL",
    "STORY_URL",
]

_REVIEW = "https://www.quayside-review.example"
STORY_URL = f"{_REVIEW}/2026/11/the-wall-mended"
FRAMED_URL = f"{_REVIEW}/2026/11/the-wall-framed"
SHADED_URL = f"{_REVIEW}/2026/11/the-wall-shaded"
#: A bar at its foot covers nothing of it.
OPEN_URL = f"{_REVIEW}/2026/11/the-wall-open"
#: A consent, and nothing beneath it.
EMPTY_URL = f"{_REVIEW}/2026/11/members-of-the-wall"

_OVER = "position:fixed;inset:0;z-index:99"
_BOX = (
    "position:fixed;z-index:100;left:50%;top:50%;transform:translate(-50%,-50%);width:34rem;padding:2rem;"
    "background:#fff;color:#222;border-radius:6px;box-shadow:0 0 2rem #0008"
)
_ASKS = (
    "<h2>We value your privacy</h2><p>We and our 843 partners store cookies on your device to measure audiences "
    "and to show you what we think you want.</p><button>Reject all</button> <button>Accept all</button>"
)
_LOCK = "<style>html,body{overflow:hidden;height:100%}</style>"
_ONETRUST = (
    '<div id="onetrust-consent-sdk"><div class="onetrust-pc-dark-filter ot-fade-in" '
    f'style="{_OVER};background:rgba(0,0,0,.5)"></div><div id="onetrust-banner-sdk" role="dialog" aria-label="Privacy" '
    f'style="{_BOX}">{_ASKS}</div></div>'
)
_SOURCEPOINT = (
    f'<div id="sp_message_container_1291847" style="{_OVER};background:rgba(0,0,0,.4)"><iframe title="Privacy" '
    'id="sp_message_iframe_1291847" src="https://cmp.quayside-review.example/message" '
    'style="width:100%;height:100%;border:0"></iframe></div>'
)
_USERCENTRICS = (
    '<div id="usercentrics-root"></div><script>document.getElementById("usercentrics-root").attachShadow({mode:"open"})'
    f'.innerHTML=\'<div style="{_OVER};background:rgba(20,30,40,.9)"><div style="{_BOX}">{_ASKS}</div></div>\'</script>'
)
_BAR = (
    '<div id="onetrust-consent-sdk"><div id="onetrust-banner-sdk" style="position:fixed;left:0;right:0;bottom:0;'
    'padding:.6rem;background:#222;color:#fff">We use cookies. <button>Fine</button></div></div>'
)
_STORY = "<h1>The wall, mended</h1>" + "".join(
    f"<p>In the {when} week the masons lifted {count} blocks of the north wall, recut them on the quay and laid them "
    "again before the tide came back, while the harbour office counted every one of them twice.</p>"
    for when, count in zip(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
        (12, 9, 14, 3, 0, 7, 11, 5, 8, 2, 1),
        strict=True,
    )
)

#: A log-in laid over a post that everybody is shown.
INSTAGRAM_LOGIN = (
    f'<div class="x1n2onr6" style="{_OVER};background:rgba(0,0,0,.65)"><div role="dialog" style="{_BOX};width:20rem">'
    '<h2>See more from Instagram</h2><p><a href="/accounts/login/?next=%2Fp%2F">Log in</a> '
    '<a href="/accounts/emailsignup/">Sign up</a></p></div></div>'
)
FACEBOOK_LOGIN = (
    f'<div style="{_OVER};background:rgba(240,242,245,.95)"><div role="dialog" style="{_BOX};width:20rem"><h2>See more '
    'on Facebook</h2><form action="/login/device-based/regular/login/" method="post"><input name="email"> '
    "<button>Log in</button></form></div></div>"
)


def _page(title: str, body: str) -> Reply:
    return html(fill("shared/plain.html", title=title, body=body))


_PAGES = {
    STORY_URL: _STORY + _ONETRUST + _LOCK,
    FRAMED_URL: _STORY + _SOURCEPOINT,
    SHADED_URL: _STORY + _USERCENTRICS,
    OPEN_URL: _STORY + _BAR,
    EMPTY_URL: f'<div id="root"></div>{_ONETRUST}',
}
#: What an archive must say of those that hold a story.
LINKS: dict[str, LinkTruth] = {
    url: LinkTruth(url=url, availability=Availability.LIVE, complete=True) for url in _PAGES if url != EMPTY_URL
}


def _review(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    body = _PAGES.get(f"https://{request.host}{request.path}")
    return _page("Quayside Review", body) if body else text("Not found\n", 404)


def _manager(request: Request) -> Reply:
    if request.path != "/message":
        return text("Not found\n", 404)
    return _page("Privacy", f'<div style="{_BOX}">{_ASKS}</div>')


HOSTS: dict[str, Handler] = {"www.quayside-review.example": _review, "cmp.quayside-review.example": _manager}

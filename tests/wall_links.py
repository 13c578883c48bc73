"""What a linked page can be answered with: walls, soft 404s and errors, and live pages that look like them."""

# ruff: noqa: E501  # markup reads best unbroken

from itertools import count

from wall_markup import answer
from wall_scenes import CLOUDFLARE, CONSENT_CARD, CONSENT_PAGE, COOKIE_BAR, DATADOME, FROSTED, LOGIN_PAGE
from wall_stage import UNKNOWN, Scene, encoded, html, redirect

from archiver.demo.wire import Delivery, Reply
from archiver.model.states import Availability, Reason

A, R = Availability, Reason

_numbers = count(1)
HOST = "https://www.courier.example"
PARAGRAPHS = "".join(
    f"<p>Paragraph {number} of the story tells how the harbour wall was lifted, recut and laid again, block by block, "
    "before the winter tides, and what the masons found beneath it when the water was let out.</p>"
    for number in range(1, 9)
)
NAV = "<nav>" + "".join(f"<a href=/{number}>Section number {number}</a> " for number in range(40)) + "</nav>"


def story(title="How the wall was mended", body=PARAGRAPHS, after="", head=""):
    return html(
        f"<meta charset=utf-8><title>{title} | Courier</title>{head}<body><main><h1>{title}</h1>{body}</main>{after}"
    )


def link(name, reply, complete, may_say, *reasons, path="story", address=None, more=None):
    url = address or f"{HOST}/{next(_numbers)}/{path}"
    made = reply(url) if callable(reply) else reply
    routes = made if isinstance(made, dict) else {url: made}
    return Scene(f"link: {name}", url, routes | (more or {}), complete, frozenset(may_say), frozenset(reasons))


def live(name, reply, may_say=(A.LIVE,), **more):
    return link(name, reply, True, may_say, **more)


def wall(name, reply, *reasons, may_say=UNKNOWN, **more):
    return link(name, reply, False, may_say, *reasons, **more)


def _to(target, reply):
    return lambda url: {
        url: redirect(target.replace("{url}", encoded(url))),
        target.replace("{url}", encoded(url)): reply,
    }


_FORM = "<form style='position:absolute;top:0;right:0'>Members: <input name=user><input type=password></form>"
_POP_UP = '<div class="newsletter" style="position:fixed;top:30%;left:30%;width:300px;height:200px;background:#fff;border:1px solid">Our newsletter</div>'
_AGE_CARD = '<div class="age-check" style="position:fixed;inset:0;background:#000;color:#fff"><h2>Are you over 18?</h2><button>Yes</button><button>No</button></div>'
_PAYWALL = '<div class="tp-modal" style="position:fixed;inset:0;background:rgba(0,0,0,.9);color:#fff"><h2>Subscribe to read on</h2><a href=/login>Log in</a></div>'
_CMP_FRAME = '<div id="sp_message_container_812" style="position:fixed;inset:0;z-index:9999"><iframe title="Consent" srcdoc="<h1>We value your privacy</h1>" style="width:100%;height:100%;border:0;background:#fff"></iframe></div>'
_SHELL = "<title>Courier</title><div id=root></div>"
_STORY_404 = "<p>The art of the missing page: why every museum has one, and what it says of its house.</p>" * 12


def _soft(title, words, extra=""):
    return html(
        f"<meta charset=utf-8><title>{title}</title>{extra}<h1>{words}</h1><p>Try the front page, or search.</p>"
    )


LIVE_PAGES = (
    live("a story", story()),
    live("a story about deleted posts", story("This post was deleted", "<h2>404 not found</h2>" + PARAGRAPHS)),
    live("a story called Page not found", story("Page not found", _STORY_404 + PARAGRAPHS * 3)),
    live("a story called Just a moment", story("Just a moment…", PARAGRAPHS)),
    live("a story with a log-in form at its top", story(after=_FORM)),
    live("a story with a cookie bar", story(after=COOKIE_BAR)),
    live("a story with a small pop-up", story(after=_POP_UP)),
    live("a story beneath a known consent manager's frame", story(after=_CMP_FRAME)),
    live(
        "a story in a frame that fills the window",
        html(
            f"<title>App</title><body><div style='position:fixed;inset:0;overflow:auto;background:#fff'><h1>How the wall was mended</h1>{PARAGRAPHS}</div>"
        ),
    ),
    live(
        "a story over a fixed picture",
        story(
            head="<style>main{position:relative;z-index:2;background:#fffc}</style>",
            after="<img src=/ground.jpg style='position:fixed;inset:0;width:100%;height:100%;z-index:-1'>",
        ),
    ),
    live("a page of few words", html("<title>Tide</title><h1>High water 19:12</h1>")),
    live("a page that is one picture", html("<title>Map</title><img src=/map.jpg width=600 height=400>")),
    live(
        "a page with a hidden log-in form",
        html(
            "<title>Ferry</title><h1>Ferry times</h1><p>Every hour.</p><form style='display:none'><input type=password></form>"
        ),
    ),
    live("a file of JSON", answer({"tides": [{"at": "19:12", "m": 3.1}], "place": "Saltmere"})),
    live("a plain text", Reply(b"Notes of the meeting.\nNobody came.\n", "text/plain")),
    live(
        "a page that went elsewhere",
        lambda url: {url: redirect(f"{url}-by-its-new-name", 301), f"{url}-by-its-new-name": story()},
        (A.MOVED,),
    ),
    live(
        "a story with a captcha below its comments",
        story(
            after="<form><div class=g-recaptcha style='height:78px;width:304px;border:1px solid'>I am not a robot</div></form>"
        ),
    ),
    live("the log-in form that was linked", html(LOGIN_PAGE), path="account/login"),
    live("a front page that is a log-in form", html(LOGIN_PAGE), address="https://club.walls.example/"),
    live(
        "a page right to left",
        html(
            "<meta charset=utf-8><title>א</title><body dir=rtl><h1>הכביש התחתון סגור</h1><p>המים הגיעו לגשר הישן הבוקר, והמעבורת עומדת.</p>"
        ),
    ),
)

WALLS = (
    wall("a challenge with 403", html(CLOUDFLARE, 403, cf_mitigated="challenge"), R.CHALLENGE),
    wall("a challenge with 503", html(CLOUDFLARE, 503, cf_mitigated="challenge"), R.CHALLENGE),
    wall("a challenge with 200", html(CLOUDFLARE, 200, cf_mitigated="challenge"), R.CHALLENGE),
    wall(
        "a challenge with 200 and no header",
        html(CLOUDFLARE + "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'></script>"),
        R.CHALLENGE,
    ),
    wall("a challenge known by its title alone", html(CLOUDFLARE), R.CHALLENGE),
    wall("DataDome's captcha", html(DATADOME, 403, x_datadome="protected")),
    wall(
        "DataDome's captcha with 200",
        html(
            DATADOME.replace(
                "<script>",
                "<iframe src='https://geo.captcha-delivery.com/captcha/?cid=1' width=300 height=200></iframe><script>",
            )
        ),
        R.CHALLENGE,
    ),
    wall(
        "PerimeterX's button",
        html(
            "<title>Access to this page has been denied</title><div id=px-captcha style='height:60px'>Press &amp; Hold</div>"
        ),
        R.CHALLENGE,
    ),
    wall(
        "Imperva's frame",
        html("<iframe id=main-iframe src='/_Incapsula_Resource?SWUDNSAI=31' width=600 height=300></iframe>"),
        R.CHALLENGE,
    ),
    wall(
        "AWS WAF's challenge",
        html("<title></title><div id=challenge-container></div>", 202, x_amzn_waf_action="challenge"),
        R.CHALLENGE,
    ),
    wall("Access Denied with 200", _soft("Access Denied", "Access Denied")),
    wall("Access Denied with 403", html("<title>Access Denied</title><h1>Access Denied</h1>", 403)),
    wall(
        "a redirect to the log-in form",
        _to(f"{HOST}/account/login?return={{url}}", html(LOGIN_PAGE)),
        R.LOGIN_WALL,
        may_say=UNKNOWN | {A.LOGIN},
    ),
    wall(
        "a redirect to the log-in form that forgets the way back",
        _to(f"{HOST}/login", html(LOGIN_PAGE)),
        R.LOGIN_WALL,
        may_say=UNKNOWN | {A.LOGIN},
    ),
    wall("a log-in form in the page's place", html(LOGIN_PAGE), R.LOGIN_WALL, may_say=UNKNOWN | {A.LOGIN}),
    wall(
        "a redirect to a single sign-on of another site",
        _to(
            "https://sso.walls.example/authorize?redirect_uri={url}",
            html("<title>Sign in</title><h1>Sign in</h1><button>Continue with e-mail</button>"),
        ),
        may_say=UNKNOWN | {A.LOGIN},
    ),
    wall(
        "a redirect to a consent page",
        _to("https://consent.walls.example/collectConsent?continue={url}", html(CONSENT_PAGE)),
        R.CONSENT_WALL,
    ),
    wall(
        "a redirect to a consent page of many words",
        _to("https://myprivacy.walls.example/consent/?callbackUrl={url}", html(CONSENT_PAGE + PARAGRAPHS * 2)),
        R.CONSENT_WALL,
    ),
    wall("a consent dialog over the story", story(after=CONSENT_CARD), R.CONSENT_WALL, may_say=UNKNOWN | {A.LIVE}),
    wall(
        "a consent manager's frame before the story is there",
        html(f"<title>Story</title><div id=root></div>{_CMP_FRAME}"),
        R.CONSENT_WALL,
    ),
    wall(
        "an unknown consent manager's frame over the story",
        story(after=_CMP_FRAME.replace("sp_message", "cmp_message")),
        R.CONSENT_WALL,
        may_say=UNKNOWN | {A.LIVE},
    ),
    wall(
        "a consent dialog before the story is there",
        html(f"<title>Story</title><div id=root></div>{CONSENT_CARD}"),
        R.CONSENT_WALL,
        may_say=UNKNOWN | {A.LIVE},
    ),
    wall("a frosted pane over the story", story(after=FROSTED), may_say=UNKNOWN | {A.LIVE}),
    wall("a paywall over the story", story(after=_PAYWALL), may_say=UNKNOWN | {A.LIVE, A.LOGIN}),
    wall("an age check over the story", story(after=_AGE_CARD), may_say=UNKNOWN | {A.LIVE, A.AGE}),
    wall(
        "a redirect to an age check",
        _to(f"{HOST}/age-gate?return={{url}}", html("<h1>Are you over 18?</h1><button>Yes</button>")),
        may_say=UNKNOWN | {A.AGE},
    ),
    wall(
        "a page that is not for our country",
        _soft("Not available", "This content is not available in your country"),
        may_say=UNKNOWN | {A.GEO_LEGAL},
    ),
    wall("451", html("<h1>Unavailable for legal reasons</h1>", 451), may_say={A.GEO_LEGAL}),
    wall(
        "too many requests, with 429", html("<h1>Too many requests</h1>", 429), R.RATE_LIMITED, may_say={A.RATE_LIMITED}
    ),
    wall("too many requests, with 200", _soft("Too many requests", "Too many requests")),
)

ERRORS = (
    wall(
        "404 with a pretty body",
        html(f"<title>Oh dear</title>{NAV}<h1>We looked everywhere</h1>{PARAGRAPHS}", 404),
        R.ERROR_PAGE,
        may_say={A.GONE_UNSPECIFIED},
    ),
    wall("410", html("<h1>Gone</h1>", 410), R.ERROR_PAGE, may_say={A.GONE_UNSPECIFIED}),
    wall("500", html("<h1>Something went wrong</h1>", 500), R.ERROR_PAGE, may_say={A.SERVER_ERROR}),
    wall("502", html("<h1>Bad gateway</h1>", 502), R.ERROR_PAGE, may_say={A.SERVER_ERROR}),
    wall("503 with a story", html(f"<h1>Story</h1>{PARAGRAPHS}", 503), R.ERROR_PAGE, may_say={A.SERVER_ERROR}),
    wall("a soft 404", _soft("Page not found", "Page not found"), R.ERROR_PAGE),
    wall("a soft 404 with a long menu", _soft("404 - Page not found | Courier", "Oh dear", NAV), R.ERROR_PAGE),
    wall("a soft 404 in German", _soft("Seite nicht gefunden – Kurier", "Seite nicht gefunden"), R.ERROR_PAGE),
    wall("a soft 404 in Spanish", _soft("Error 404", "Página no encontrada"), R.ERROR_PAGE),
    wall("a soft 404 in French", _soft("Courrier", "Page introuvable"), R.ERROR_PAGE),
    wall("a soft 404 in Japanese", _soft("お探しのページは見つかりません", "ページが見つかりません"), R.ERROR_PAGE),
    wall("a soft 404 in Russian", _soft("Страница не найдена", "Страница не найдена"), R.ERROR_PAGE),
    wall(
        "a soft 404 by redirect to the front page",
        lambda url: {url: redirect(f"{HOST}/"), f"{HOST}/": story("Courier")},
    ),
    wall(
        "a soft 404 by redirect to its error page",
        lambda url: {url: redirect(f"{HOST}/404.html"), f"{HOST}/404.html": _soft("Oh dear", "Nothing here")},
    ),
    wall("something went wrong, with 200", _soft("Error", "Something went wrong. Try reloading.")),
    wall("an application that does not start", html(_SHELL), R.BLANK_FRAME),
    wall("an empty 200", Reply(b""), R.BLANK_FRAME),
    wall("a page of blanks", html("<body>&nbsp; &nbsp;"), R.BLANK_FRAME),
    wall(
        "white on white",
        story(head="<style>body *{color:#fff;background:#fff}</style>"),
        R.UNIFORM_SCREENSHOT,
        may_say=UNKNOWN | {A.LIVE},
    ),
    wall(
        "black on black",
        story(head="<style>html,body *{color:#000;background:#000}</style>"),
        R.UNIFORM_SCREENSHOT,
        may_say=UNKNOWN | {A.LIVE},
    ),
    wall("204", Reply(status=204)),
    wall(
        "a download",
        Reply(b"PK" + bytes(900), "application/zip", headers=(("Content-Disposition", "attachment; filename=a.zip"),)),
        R.DOWNLOAD,
        may_say={A.LIVE},
    ),
    wall("a redirect to itself", lambda url: {url: redirect(url)}),
    wall("a redirect in a ring", lambda url: {url: redirect(f"{url}/b"), f"{url}/b": redirect(url)}),
    wall("a connection that is reset", Reply(delivery=Delivery.RESET), may_say={A.UNREACHABLE}),
    wall(
        "half a page, and the end",
        Reply(f"<h1>Story</h1>{PARAGRAPHS}".encode(), delivery=Delivery.SHORT),
        R.RESPONSE_CUT,
        may_say=UNKNOWN | {A.LIVE},
    ),
    wall(
        "half a page, and silence",
        Reply(f"<h1>Story</h1>{PARAGRAPHS}".encode(), delivery=Delivery.STALLED),
        may_say=UNKNOWN | {A.LIVE},
    ),
    wall(
        "letters that never come",
        story(
            head="<style>@font-face{font-family:W;src:url(/never.woff2);font-display:block} *{font-family:W}</style>"
        ),
        may_say={A.LIVE},
        more={f"{HOST}/never": Reply(delivery=Delivery.SILENT)},
    ),
    wall(
        "a picture that never comes",
        story(after="<img src=/never.jpg width=600 height=400>"),
        R.NOT_SETTLED,
        may_say={A.LIVE},
        more={f"{HOST}/never": Reply(delivery=Delivery.SILENT)},
    ),
    wall(
        "a script that leaves for another site",
        story(after="<script>location.replace('https://ads.walls.example/')</script>"),
        R.NAVIGATED_AWAY,
        more={"https://ads.walls.example/": story("Buy now")},
    ),
)

LINKS = (*LIVE_PAGES, *WALLS, *ERRORS)

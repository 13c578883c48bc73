"""Live posts that look like something else, and the walls that can stand before a post."""

# ruff: noqa: E501  # markup reads best unbroken

from wall_markup import NAME
from wall_stage import LIVE, PLATFORMS, TEXT, UNKNOWN, WALLED, encoded, html, mute, redirect, some, told

from archiver.model.states import Reason

R = Reason

# --- live posts that look like something else ---------------------------------------------------------

QUOTING = (
    "This post was deleted by the Post author. Log in to see. Just a moment… 404 not found. Video unavailable. "
    "This Facebook post is no longer available. Thread not available. Something went wrong. Try reloading. "
    "Post not found. The page you are looking for isn't here. Video currently unavailable. Access denied."
)
LONG = " ".join(f"Sentence {number} of the minutes says what was said." for number in range(1, 700))
ARABIC = "أُغلق الطريق السفلي بعد أن بلغ الماء الجسر القديم عند الساعة ٩ صباحًا، والعبّارة متوقفة."
HEBREW = "הכביש התחתון סגור: המים הגיעו לגשר הישן הבוקר."


def _page(text, **changes):
    return lambda at: at.page(text=text, **changes)


def _live():
    for platform in PLATFORMS:
        yield told("a live post", platform, _page(TEXT), complete=True)
        yield told("a live post that quotes every notice", platform, _page(QUOTING), text=QUOTING, complete=True)
    for platform in some(0):
        yield told("a live post of one emoji", platform, _page("🔥"), text="🔥", complete=True)
        yield mute("a live post that quotes every notice", platform, _page(QUOTING), may_say=LIVE | UNKNOWN)
    for platform in some(1):
        yield told("a live post of one letter", platform, _page("K"), text="K", complete=True)
    for platform in ("x", "bluesky", "mastodon", "instagram", "threads", "telegram"):
        yield told("a live post of pictures alone", platform, _page("", media=True), text="", media=True, complete=True)
    for platform in ("x", "facebook", "telegram"):
        yield told(
            "a live post from right to left",
            platform,
            _page(f'<span dir="rtl">{ARABIC}</span>'),
            text=ARABIC,
            complete=True,
        )
    yield told("a live post from right to left", "mastodon", _page(HEBREW), text=HEBREW, complete=True)
    form = '<form class="top"><input name="user"><input type="password"></form>'
    yield told(
        "a live post in a page with a log-in form at its head", "mastodon", _page(TEXT, head=form), complete=True
    )
    yield told("a live post at the server that it came from", "mastodon", _at_home, complete=True)
    for platform in ("facebook", "mastodon", "telegram"):
        yield told("a live post of seven hundred sentences", platform, _page(LONG), text=LONG, complete=True)
    yield told(
        "a live post that ends in Show more", "x", _page(f"{LONG[:270]}… <a>Show more</a>"), text=LONG, complete=None
    )
    yield told(
        "half of the post's text, and no mark of more", "bluesky", _page(LONG[:400]), R.TEXT_NOT_SHOWN, text=LONG
    )
    yield told(
        "a live photo post whose words are a notice's",
        "tiktok",
        _page("Video currently unavailable"),
        text="Video currently unavailable",
        complete=True,
    )
    yield told(
        "a live post beneath a transparent link over the whole card",
        "reddit",
        _page(TEXT, more='<a href="/" style="position:absolute;inset:0"></a>'),
        complete=True,
    )
    yield told(
        "a live post in a page with a cookie bar below it", "facebook", _page(TEXT, after=COOKIE_BAR), complete=True
    )
    yield told(
        "a live post whose script changes the address's query",
        "x",
        _page(TEXT, after="<script>history.replaceState(0,'',location.href+'&ready=1')</script>"),
        complete=True,
    )


COOKIE_BAR = '<div id="bar" style="position:fixed;left:0;right:0;bottom:0;height:60px;background:#222;color:#fff">We use cookies. OK?</div>'


def _at_home(at):
    home = "https://social.river.example/@riverwatch/116153163448359999"
    return at.on_page(redirect(home)) | {home: at.page()}


# --- quotes of what is gone ----------------------------------------------------------------------------

_QUOTES = {
    "x": '<article class="card"><div data-testid="tombstone">This Post was deleted by the Post author. Learn more</div></article>',
    "bluesky": '<div class="card"><p>Quoted post not found, it may have been deleted.</p></div>',
    "mastodon": '<div class="status__quote"><div class="status__quote-error">This post was removed by its author.</div></div>',
    "threads": '<div class="QuotePostContainer"><span>Thread not available</span></div>',
    "facebook": '<div class="card">This content isn’t available at the moment. This Facebook post is no longer available.</div>',
    "telegram": '<div class="tgme_widget_message_reply">Deleted message</div>',
    "reddit": '<article class="card"><h2>[deleted by user]</h2><div data-testid="removed-notice">Sorry, this post was deleted by the person who originally posted it.</div></article>',
}


def _quotes():
    for platform, more in _QUOTES.items():
        yield told("a live post that quotes a deleted one", platform, _page(TEXT, more=more), complete=True)
        yield mute(
            "a live post that quotes a deleted one",
            platform,
            _page(TEXT, more=more),
            complete=None if platform == "telegram" else False,
            may_say=LIVE | UNKNOWN,
        )


# --- walls ------------------------------------------------------------------------------------------------

LOGIN_PAGE = "<title>Log in</title><h1>Log in to continue</h1><form><input name=user><input type=password><button>Log in</button></form>"
LOGIN_CARD = f"""<div id="signup-modal" role="dialog" style="position:fixed;inset:0;background:#fff;z-index:99;padding:60px"><h2>Log in to see what {NAME} posts</h2>
<p>Sign up, or log in, to see photos and posts of your friends.</p><a href="/login">Log in</a> <a href="/signup">Sign up</a></div>"""
VEIL = """<style>.card{filter:blur(9px)}</style><div id="gate" style="position:fixed;inset:0;background:rgba(255,255,255,.05)"><div style="position:absolute;bottom:10px;left:20px;right:20px;background:#fff;border:1px solid">
<h2>See more on the app</h2><a href="/login">Log in</a></div></div>"""
CONSENT_CARD = """<div id="consent-dialog" role="dialog" style="position:fixed;inset:0;background:#f4f4f4;z-index:99"><h1>Before you continue</h1><p>We and our 843 partners store cookies to measure
audiences and to show you content.</p><button>Reject all</button><button>Accept all</button></div>"""
FROSTED = '<div class="nudge" style="position:fixed;inset:0;backdrop-filter:blur(12px)"><h2 style="margin-top:500px">Join the conversation</h2></div>'
CONSENT_PAGE = "<title>Before you continue</title><h1>Before you continue</h1><p>We use cookies and data to deliver our services.</p><form action=/save><button>Accept all</button></form>"
CLOUDFLARE = "<title>Just a moment...</title><h1>Checking your browser</h1><p>Verify you are human by completing the action below.</p><script>window._cf_chl_opt={}</script>"
DATADOME = "<title>Access blocked</title><p>Please enable JS and disable any ad blocker</p><script>var dd={'rt':'c','host':'geo.captcha-delivery.com'}</script>"


def _after(markup):
    return lambda at: at.page(after=markup)


def _login_redirect(at):
    return at.on_page(redirect(f"{at.origin}/login?next={encoded(at.page_url)}")) | {
        f"{at.origin}/login": html(LOGIN_PAGE)
    }


def _consent_redirect(at):
    target = "https://consent.walls.example/collect"
    return at.on_page(redirect(f"{target}?continue={encoded(at.page_url)}")) | {
        f"{target}?continue={encoded(at.page_url)}": html(CONSENT_PAGE)
    }


def _walls():
    for platform in PLATFORMS:
        yield told("a login card over the whole post", platform, _after(LOGIN_CARD), R.LOGIN_WALL, R.TEXT_NOT_SHOWN)
    for platform in some(0):
        yield told("a blurred post and a login card", platform, _after(VEIL), R.LOGIN_WALL, R.TEXT_NOT_SHOWN)
        yield mute("a redirect to the login form", platform, _login_redirect, R.LOGIN_WALL, may_say=WALLED)
    for platform in some(1):
        yield told("a redirect to the login form", platform, _login_redirect, R.LOGIN_WALL)
        refused = html(CLOUDFLARE, 403, cf_mitigated="challenge")
        yield mute("a challenge with 403", platform, lambda _at, refused=refused: refused, R.CHALLENGE)
    for platform in ("x", "facebook", "youtube", "telegram"):
        yield told(
            "a consent dialog over the whole post", platform, _after(CONSENT_CARD), R.CONSENT_WALL, R.TEXT_NOT_SHOWN
        )
    for platform in ("x", "youtube", "instagram"):
        yield told("a redirect to another site's consent form", platform, _consent_redirect)
        yield mute("a redirect to another site's consent form", platform, _consent_redirect)
    yield told("a frosted pane over the post", "threads", _after(FROSTED), R.TEXT_NOT_SHOWN)
    yield mute("a challenge with 503", "x", lambda _at: html(CLOUDFLARE, 503, cf_mitigated="challenge"), R.CHALLENGE)
    yield mute(
        "a challenge with 200", "mastodon", lambda _at: html(CLOUDFLARE, 200, cf_mitigated="challenge"), R.CHALLENGE
    )
    yield mute(
        "a captcha with 403 of DataDome's kind", "reddit", lambda _at: html(DATADOME, 403, x_datadome="protected")
    )
    yield mute(
        "a captcha page with 200",
        "tiktok",
        lambda _at: html('<div class="captcha_verify_container" style="height:90px">Slide to verify</div>'),
        R.CHALLENGE,
    )
    yield mute(
        "a page that asks who is human",
        "reddit",
        lambda _at: html("<h1>Prove your humanity</h1><p>blocked by network security</p>"),
        R.CHALLENGE,
    )


SCENES = (*_live(), *_quotes(), *_walls())

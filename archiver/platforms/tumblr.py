"""Tumblr: posts under a number that is one for all blogs, on `BLOG.tumblr.com` and on `www.tumblr.com`.

Blogs on domains of their own can't be told from any other site, so their posts are found by the
embed code, whose address (`embed.tumblr.com/embed/post/KEY/NUMBER`) holds a key and no blog; that
address is then the canonical one, as the only one that is sure to show the post. No id is known
to tell a time.
"""

import re
from collections.abc import Iterable

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._players import CHALLENGE
from archiver.platforms._tumblr_answers import ANSWERS, read_record, record_requests
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Found, Markup, MarkupSample, Platform, Sample
from archiver.platforms.common import attr

__all__ = ["PLATFORM"]

_HOSTS = ("tumblr.com",)
_SITE = ("www.tumblr.com", "tumblr.com", "m.tumblr.com")
_BLOG_HOST = re.compile(r"(?:www\.)?([a-z0-9][a-z0-9-]{0,62})\.tumblr\.com")
_BLOG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
#: So long at least beside words that may be a page of the site.
_LONG_NUMBER = re.compile(r"[1-9][0-9]{5,19}")
_KEY = re.compile(r"[A-Za-z0-9:_-]{4,64}")
#: Hosts and first path parts that are no blogs.
_NO_BLOGS = frozenset(
    (
        *(
            "about",
            "activity",
            "ajax",
            "api",
            "apps",
            "archive",
            "ask",
            "assets",
            "at",
            "audio_file",
            "blog",
            "communities",
        ),
        *(
            "dashboard",
            "docs",
            "embed",
            "explore",
            "follow",
            "following",
            "help",
            "inbox",
            "likes",
            "login",
            "m",
            "media",
        ),
        *("messaging", "new", "oembed", "policy", "post", "privacy", "px", "queue", "reblog", "register", "safe-mode"),
        *(
            "search",
            "secure",
            "settings",
            "share",
            "static",
            "support",
            "svc",
            "tagged",
            "themes",
            "trending",
            "va",
            "video",
        ),
        *("vt", "widgets", "www"),
    )
)

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    match url.segments:
        case ("oembed", "1.0") | ("safe-mode",):
            return url.param("url")
        case ("login" | "register",):
            return url.param("redirect_to")
    return None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None:
        return None
    if meant.host == "embed.tumblr.com":
        return _of_embed(meant.segments)
    if meant.host in (*_SITE, "at.tumblr.com"):
        return _of_site(meant.segments)
    own = _BLOG_HOST.fullmatch(meant.host)
    match meant.segments:
        case ("post" | "video" | "image" | "private", number, *_) if own:
            return _post(own[1], number)
    return None


def _of_site(parts: tuple[str, ...]) -> PostRef | None:
    match parts:
        case ("blog", "view", blog, number, *_) | ("dashboard", "blog", blog, number, *_):
            return _post(blog, number)
        case (blog, "post", number, *_):
            return _post(blog, number)
        case ("blog", blog, number, *_) | (blog, number, *_) if _LONG_NUMBER.fullmatch(number):
            return _post(blog, number)
    return None


def _of_embed(parts: tuple[str, ...]) -> PostRef | None:
    match parts:
        case ("embed", "post", key, number, *version) if _KEY.fullmatch(key) and _NUMBER.fullmatch(number):
            end = "/v2" if version[:1] == ["v2"] else ""
            return PostRef("tumblr", number, f"https://embed.tumblr.com/embed/post/{key}/{number}{end}")
    return None


def _post(blog: str, number: str) -> PostRef | None:
    blog = blog.removeprefix("@").lower()
    if blog in _NO_BLOGS or not (_BLOG.fullmatch(blog) and _NUMBER.fullmatch(number)):
        return None
    return PostRef("tumblr", number, f"https://{blog}.tumblr.com/post/{number}", blog)


def _redirects(url: Url) -> bool:
    # What the share menu copies: `at.tumblr.com/BLOG/SLUG/KEY`.
    return url.host == "at.tumblr.com" and _identify(url) is None and len(url.segments) > 1


# --- markup ------------------------------------------------------------------------------------


def _read_widget(tag: Tag) -> Iterable[Found]:
    """`<div class="tumblr-post" data-href="EMBED"><a href="PERMALINK">…</a></div>`."""
    embed = _at(attr(tag, "data-href") or attr(tag, "src"))
    links = (attr(link, "href") for link in tag.find_all("a", href=True, limit=20))
    named = next((post for post in map(_at, links) if post), None)
    if embed is None or (named and named.post_id == embed.post_id):
        return [Found(post=named)] if named else []
    return [Found(post=embed)]


def _at(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and host_in(url.host, _HOSTS) else None


_MARKUP = (
    Markup(".tumblr-post", _read_widget, css_class="tumblr-post"),
    Markup(".tumblr-post", _read_widget, css_class="tumblr-embed"),
)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    page = f"https://www.tumblr.com/{post.handle}/{post.post_id}" if post.handle else post.url
    return RenderPlan(
        page,
        element=(f"[data-id='{post.post_id}'] article", "article", ".post-container", "main"),
        ready=("article", ".post-container", ".post_content"),
        text=("article h1 + div, article [dir='auto']", "article p", ".post-body", ".post_content", "article"),
        author=("article header a[href]", "article header", "a[rel='author']", ".post-header a", ".post_info_link"),
        media=("article figure img, article img[srcset], article video", ".post-media img, .post-media video"),
        signs=(
            # The site's own page for what it doesn't have says no more than that.
            Sign("#l10n_title, .not-found, [data-testid='not-found']", Availability.UNCLEAR, Reason.REMOVAL_NOTICE),
            Sign(
                "main h1, main h2",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                r"^\s*(?:there.s nothing here|not found)",
            ),
            Sign("form[action*='/safe-mode'], .safe-mode", Availability.AGE, Reason.AGE_GATE),
            Sign(
                "form input[type='password'], [data-testid='login-required']",
                Availability.LOGIN,
                Reason.LOGIN_WALL,
            ),
            Sign("form[action*='/privacy/consent'], .cmp-container", Availability.UNCLEAR, Reason.CONSENT_WALL),
            CHALLENGE,
        ),
    )


# --- samples -----------------------------------------------------------------------------------------

_AT = "https://ann-b.tumblr.com/post/185958366550"
_V = "185958366550"
_EMBED = f"https://embed.tumblr.com/embed/post/9NYQOutKOEXi4aopdzCr9A/{_V}"
_EMBED_2 = "https://embed.tumblr.com/embed/post/t:Y6ORssbcHF5P4Puns-jRoA/673201091169681408/v2"


PLATFORM = Platform(
    name="tumblr",
    title="Tumblr",
    hosts=_HOSTS,
    shorteners=("tmblr.co",),
    identify=_identify,
    redirects=_redirects,
    markup=_MARKUP,
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=(
        *(
            Sample(url, _V, _AT, "ann-b")
            for url in (
                "https://www.tumblr.com/ann-b/185958366550",
                _AT,
                "http://Ann-B.tumblr.com/post/185958366550/bells-at-dawn",
                "https://www.ann-b.tumblr.com/post/185958366550",
                "https://ann-b.tumblr.com/post/185958366550/bells-at-dawn/amp",
                "https://ann-b.tumblr.com/post/185958366550/embed",
                "https://ann-b.tumblr.com/image/185958366550",
                "https://ann-b.tumblr.com/video/185958366550",
                "https://www.tumblr.com/ann-b/185958366550/bells-at-dawn?source=share",
                "https://www.tumblr.com/@ann-b/185958366550",
                "https://www.tumblr.com/blog/view/ann-b/185958366550",
                "https://www.tumblr.com/blog/ann-b/185958366550",
                "https://www.tumblr.com/dashboard/blog/ann-b/185958366550",
                "https://at.tumblr.com/ann-b/185958366550/k2r8x9w1",
                "https://www.tumblr.com/oembed/1.0?url=https%3A%2F%2Fann-b.tumblr.com%2Fpost%2F185958366550",
                "https://www.tumblr.com/safe-mode?url=https%3A%2F%2Fann-b.tumblr.com%2Fpost%2F185958366550",
            )
        ),
        Sample(_EMBED, _V, _EMBED),
        Sample(f"{_EMBED_2}?width=540", "673201091169681408", _EMBED_2),
        *(
            Sample(url, None)
            for url in (
                "https://ann-b.tumblr.com/",
                "https://ann-b.tumblr.com/tagged/bells/page/2",
                "https://ann-b.tumblr.com/archive/2019/6",
                "https://ann-b.tumblr.com/post/bells-at-dawn",
                "https://ann-b.tumblr.com/185958366550",
                "https://www.tumblr.com/ann-b",
                "https://www.tumblr.com/tagged/185958366550",
                "https://www.tumblr.com/search/185958366550",
                "https://www.tumblr.com/reblog/185958366550/AbCdEfGh",
                "https://www.tumblr.com/share/link?url=https%3A%2F%2Fnews.example%2F",
                "https://www.tumblr.com/widgets/share/tool?canonicalUrl=https%3A%2F%2Fnews.example%2F",
                "https://embed.tumblr.com/share",
                "https://64.media.tumblr.com/185958366550/tumblr_abc_540.jpg",
                "https://assets.tumblr.com/post/185958366550",
                "https://at.tumblr.com/ann-b/bells-at-dawn/k2r8x9w1",
                "https://tmblr.co/ZxYz12",
                "https://nottumblr.com/ann-b/185958366550",
                "https://blog.example/post/185958366550",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            f'<div class="tumblr-post" data-href="{_EMBED}" data-did="a3f"><a href="{_AT}/bells">{_AT}</a></div>',
            ".tumblr-post",
            _V,
        ),
        MarkupSample(
            f'<div class="tumblr-post" data-href="{_EMBED}"><a href="https://bells.example/post/{_V}">x</a></div>',
            ".tumblr-post",
            _V,
        ),
        MarkupSample(f'<div class="tumblr-post"><a href="{_AT}">{_AT}</a></div>', ".tumblr-post", _V),
        MarkupSample(f'<iframe class="tumblr-embed" src="{_EMBED_2}"></iframe>', ".tumblr-post", "673201091169681408"),
        MarkupSample('<div class="tumblr-post" data-href="https://embed.tumblr.com/share"></div>', None, None),
        MarkupSample('<a class="tumblr-share-button" href="https://www.tumblr.com/share"></a>', None, None),
        MarkupSample('<div class="tumblr-post"><a href="https://ann-b.tumblr.com/">Ann</a></div>', None, None),
    ),
    answers=ANSWERS,
)

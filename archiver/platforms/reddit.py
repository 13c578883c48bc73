"""Reddit: a post (a "link thing") is its base-36 id; subreddit and title in a URL are decoration.

A permalink of a comment identifies the post that it is under: that is what embeds show.
"""

import re
from collections.abc import Iterable

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import Overlay, OverlayKind, RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._reddit_answers import ANSWERS, read_record, record_requests
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Found, Markup, MarkupSample, Platform, Sample
from archiver.platforms.common import attr, shown_text

__all__ = ["PLATFORM"]

_HOSTS = ("reddit.com", "redd.it", "redditmedia.com")
#: Hosts of pictures and videos, whose paths are no posts.
_MEDIA_HOSTS = ("i.redd.it", "v.redd.it", "preview.redd.it", "external-preview.redd.it", "i.redditmedia.com")
_ID = re.compile(r"[0-9a-z]{2,10}", re.IGNORECASE)
#: Under `/r/NAME/comments` these are listings.
_NO_IDS = frozenset(("best", "comments", "controversial", "gilded", "hot", "new", "rising", "top"))

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments == ("oembed",) else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or host_in(meant.host, _MEDIA_HOSTS):
        return None
    if host_in(meant.host, ("redd.it",)):
        return _post(meant.segments[0]) if len(meant.segments) == 1 else None
    match meant.segments:
        case ("user" | "u", name, "comments", number, *_):
            return _post(number, name)
        case ("r", _, "comments" | "duplicates", number, *_):
            return _post(number)
        case ("comments" | "gallery" | "duplicates" | "tb", number, *_):
            return _post(number)
        case ("by_id", number, *_):
            return _post(number.removeprefix("t3_"))
    return None


def _post(number: str, handle: str | None = None) -> PostRef | None:
    post_id = number.lower().removesuffix(".json")
    if _ID.fullmatch(post_id) is None or post_id in _NO_IDS:
        return None
    return PostRef("reddit", post_id, f"https://www.reddit.com/comments/{post_id}", handle)


def _redirects(url: Url) -> bool:
    """`/r/NAME/s/CODE`, what the app's share button gives."""
    match url.segments:
        case ("r" | "u" | "user", _, "s", code):
            return re.fullmatch(r"[0-9A-Za-z]{6,14}", code) is not None
    return False


def _from_text(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and host_in(url.host, _HOSTS) else None


# --- markup ------------------------------------------------------------------------------------


def _read_blockquote(tag: Tag) -> Iterable[Found]:
    """`<a href=POST>TITLE</a> by <a href=/user/NAME>u/NAME</a> in <a href=/r/SUB>SUB</a>`."""
    links = tag.find_all("a", href=True)
    posts = [(link, post) for link in links if (post := _from_text(attr(link, "href")))]
    if not posts:
        return []
    users = (re.search(r"reddit\.com/u(?:ser)?/([\w-]{1,30})", attr(link, "href")) for link in links)
    user = next((found[1] for found in users if found), None)
    title, post = posts[0]
    # `data-card-created` is when the card was made, so it says nothing of the post.
    return [Found(post=post, claim=Claim(handle=user, text=shown_text(title) or None))]


def _read_amp(tag: Tag) -> Iterable[Found]:
    post = _from_text(attr(tag, "data-src"))
    return [Found(post=post)] if post else []


_MARKUP = (
    Markup("blockquote.reddit-embed-bq", _read_blockquote, tag="blockquote", css_class="reddit-embed-bq"),
    Markup("blockquote.reddit-card", _read_blockquote, tag="blockquote", css_class="reddit-card"),
    Markup("div.reddit-embed", _read_blockquote, tag="div", css_class="reddit-embed"),
    Markup("amp-reddit", _read_amp, tag="amp-reddit", attribute="data-src"),
)

# --- page ----------------------------------------------------------------------------------------

#: Inside a card within the card, a notice is that of a post which this one quotes.
_QUOTED = ":is(article, shreddit-post, [data-testid='post-container']) :is(article, shreddit-post) *"
_NOTICE = (
    f"[data-testid='removed-notice']:not({_QUOTED}), [slot='post-removed-banner']:not({_QUOTED}), "
    f"shreddit-embed .removed:not({_QUOTED})"
)

#: The app is offered over posts that the site shows; what blurs a post for its age is a gate, and none of these.
_OVERLAYS = (
    Overlay("reddit consent", "reddit-cookie-banner", OverlayKind.CONSENT),
    Overlay("reddit log-in", "auth-flow-modal", OverlayKind.LOGIN),
    Overlay(
        "reddit app",
        "xpromo-new-app-selector, xpromo-app-selector, xpromo-bottom-sheet, #xpromo-bottom-sheet, "
        ".XPromoPopup, .XPromoPopupRpl, .XPromoBottomBar",
        OverlayKind.PROMO,
    ),
)


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://embed.reddit.com/comments/{post.post_id}/?embed=true&showmedia=true&theme=light&locale=en-US",
        element=("shreddit-embed", "shreddit-post", "[data-testid='post-container']", "article"),
        ready=("[id^='post-title-']", "[slot='title']", "a[href*='/comments/']"),
        text=("[id^='post-title-'], [data-testid='post-body']", "[slot='title'], [slot='text-body']", "h1, .md"),
        author=("[data-testid='post-author']", "a[href*='/user/']", "a[href*='/u/']"),
        media=("[slot='post-media-container'] img", "img[src*='preview.redd.it']", "img[src*='i.redd.it']", "video"),
        signs=(
            Sign(
                _NOTICE,
                Availability.GONE_DELETED,
                Reason.REMOVAL_NOTICE,
                "deleted by (?:the person|its author|the author)",
            ),
            Sign(
                _NOTICE,
                Availability.GONE_PLATFORM,
                Reason.REMOVAL_NOTICE,
                "removed by (?:a |the )?(?:moderator|reddit)",
            ),
            Sign(_NOTICE, Availability.PROTECTED, Reason.LOGIN_WALL, "community is private"),
            Sign(_NOTICE, Availability.UNCLEAR, Reason.REMOVAL_NOTICE),
            Sign(
                "shreddit-forbidden, [data-testid='private-community'], community-forbidden",
                Availability.PROTECTED,
                Reason.LOGIN_WALL,
            ),
            Sign(
                "xpromo-nsfw-blocking-container, shreddit-blurred-container:not([cleared]), nsfw-blocking-modal",
                Availability.AGE,
                Reason.AGE_GATE,
            ),
            Sign(
                "body:not(:has(shreddit-embed, shreddit-post, article))",
                Availability.BLOCKED,
                Reason.CHALLENGE,
                "blocked by network security|prove your humanity",
            ),
        ),
        overlays=_OVERLAYS,
    )


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://www.reddit.com/comments/6hxzo4"


def _is(url: str, handle: str | None = None) -> Sample:
    return Sample(url, "6hxzo4", _AT, handle)


_LINK = "https://www.reddit.com/r/italy/comments/6hxzo4/come_siete_capitati/"

PLATFORM = Platform(
    name="reddit",
    title="Reddit",
    hosts=_HOSTS,
    identify=_identify,
    redirects=_redirects,
    markup=_MARKUP,
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=(
        _is(_AT),
        _is(_LINK),
        _is(f"{_LINK}?ref=share&ref_source=embed"),
        _is("https://old.reddit.com/r/italy/comments/6hxzo4/come_siete_capitati/dj1y2w3/?context=3"),
        _is("https://np.reddit.com/r/italy/comments/6HXZO4"),
        _is("https://www.reddit.com/comments/6hxzo4.json?raw_json=1"),
        _is("https://www.reddit.com/user/ann_b/comments/6hxzo4/hello/", "ann_b"),
        _is("https://reddit.com/u/ann_b/comments/6hxzo4", "ann_b"),
        _is("https://www.reddit.com/gallery/6hxzo4"),
        _is("https://redd.it/6hxzo4"),
        _is("https://embed.reddit.com/r/italy/comments/6hxzo4/come_siete/?embed=true"),
        _is("https://www.redditmedia.com/r/italy/comments/6hxzo4/come_siete/?ref_source=embed&embed=true"),
        _is("https://www.reddit.com/oembed?url=https%3A%2F%2Fwww.reddit.com%2Fr%2Fitaly%2Fcomments%2F6hxzo4%2Fx%2F"),
        _is("https://www.reddit.com/by_id/t3_6hxzo4"),
        Sample("https://www.reddit.com/r/italy/", None),
        Sample("https://www.reddit.com/r/italy/comments/", None),
        Sample("https://www.reddit.com/r/italy/comments/new", None),
        Sample("https://www.reddit.com/r/italy/s/AbCdEfGhIj", None),
        Sample("https://www.reddit.com/user/ann_b/", None),
        Sample("https://www.reddit.com/submit?url=https://www.reddit.com/comments/6hxzo4", None),
        Sample("https://www.reddit.com/r/italy/wiki/comments/6hxzo4", None),
        Sample("https://i.redd.it/6hxzo4", None),
        Sample("https://v.redd.it/6hxzo4", None),
        Sample("https://preview.redd.it/6hxzo4.jpg?width=640", None),
        Sample("https://notreddit.com/comments/6hxzo4", None),
    ),
    markup_samples=(
        MarkupSample(
            f'<blockquote class="reddit-embed-bq" style="height:316px"><a href="{_LINK}">Come siete capitati?</a>'
            "<br> by"
            '<a href="https://www.reddit.com/user/ann_b/">u/ann_b</a> in'
            '<a href="https://www.reddit.com/r/italy/">italy</a></blockquote>',
            "blockquote.reddit-embed-bq",
            "6hxzo4",
            Claim(handle="ann_b", text="Come siete capitati?"),
        ),
        MarkupSample(
            f'<blockquote class="reddit-card" data-card-created="1497851573">'
            f'<a href="{_LINK}?ref=share">Come siete?</a> from '
            '<a href="https://www.reddit.com/r/italy">italy</a></blockquote>',
            "blockquote.reddit-card",
            "6hxzo4",
            Claim(text="Come siete?"),
        ),
        MarkupSample(
            '<div class="reddit-embed" data-embed-media="www.redditmedia.com">'
            f'<a href="{_LINK}dj1y2w3/">Comment</a> from discussion</div>',
            "div.reddit-embed",
            "6hxzo4",
        ),
        MarkupSample(
            '<amp-reddit data-embedtype="post" data-src="https://www.reddit.com/r/italy/comments/6hxzo4/x/?ref=share"></amp-reddit>',
            "amp-reddit",
            "6hxzo4",
        ),
        MarkupSample(
            '<blockquote class="reddit-card"><a href="https://www.reddit.com/r/italy">italy</a></blockquote>',
            None,
            None,
        ),
        MarkupSample('<a class="reddit-share" href="https://www.reddit.com/submit?url=x">Share</a>', None, None),
    ),
    answers=ANSWERS,
)

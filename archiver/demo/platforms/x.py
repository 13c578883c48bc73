"""X as the demo plays it: the embed page that renders by script, and the syndication answers.

The page is an empty shell; its script computes the token, fetches the record from another
host and only then builds the post, as the real one does.
"""

import re
from dataclasses import replace
from typing import Any

from archiver.demo.assets import asset, asset_reply, escape, fill, paragraphs, static
from archiver.demo.members import x_api, x_member_page
from archiver.demo.platforms.common import (
    avatar_reply,
    by_id,
    day,
    mishap,
    not_found,
    picture_reply,
    slowed,
    to_https,
)
from archiver.demo.platforms.x_posts import POSTS, bench_post_of
from archiver.demo.platforms.x_record import SHORT_LINKS, displayed, tweet_record
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, json_reply, redirect
from archiver.platforms._x_token import syndication_token

__all__ = ["SITE", "find_post"]

_BY_ID = by_id(POSTS)
_BY_MEDIA_KEY = {post.media_key: post for post in POSTS if post.media_key}
_LEARN_MORE = " Learn more"
_TOMBSTONES = {
    Act.DELETED: "This Post was deleted by the Post author.",
    Act.SUSPENDED: "This Post is from a suspended account.",
    Act.ACCOUNT_GONE: "This Post is from an account that no longer exists.",
    Act.PROTECTED: "You’re unable to view this Post because this account owner limits who can view their Posts.",
    Act.MODERATED: "This Post violated the X Rules.",
    Act.AGE: "Age-restricted adult content. This content might not be appropriate for people under 18 years old.",
    Act.WITHHELD: "This Post from @foreshoreleaks has been withheld in Ruritania based on local law(s).",
    Act.UNAVAILABLE: "This Post is unavailable.",
}
#: Status and error text of publish.twitter.com/oembed where the post is not shown.
_OEMBED = {
    Act.PROTECTED: (403, "Sorry, you are not authorized to see this status."),
    Act.AGE: (403, "Sorry, you are not authorized to see this status."),
    Act.EMPTY_TOMBSTONE: (403, "Sorry, you are not authorized to see this status."),
    Act.SUSPENDED: (403, "Forbidden"),
    Act.EMPTY: (503, "Over capacity"),
}


def find_post(post_id: str) -> Post | None:
    """The scripted or generated post with that id."""
    return _BY_ID.get(post_id) or bench_post_of(post_id)


# --- the record ------------------------------------------------------------------------------


def _syndication(request: Request) -> Reply:
    post_id = request.query.get("id", "")
    post = find_post(post_id)
    if request.path != "/tweet-result":
        return not_found("syndication")
    if not post_id.isdecimal() or request.query.get("token") != syndication_token(post_id):
        return json_reply({})
    if (reply := mishap(post)) is not None:
        return replace(reply, cross_origin=True)
    if post is None or post.act is Act.MISSING:
        return replace(html("<!DOCTYPE html><title>404</title><p>Not found</p>", 404), cross_origin=True)
    return slowed(post, json_reply(_record(post)))


def _record(post: Post) -> dict[str, Any]:
    if post.act is Act.EMPTY:
        return {}
    if post.act is Act.EMPTY_TOMBSTONE:
        return {"__typename": "TweetTombstone", "tombstone": {}}
    if post.act in _TOMBSTONES:
        words = _TOMBSTONES[post.act] + _LEARN_MORE
        entity = {
            "fromIndex": len(words) - len("Learn more"),
            "toIndex": len(words),
            "ref": {"__typename": "TimelineUrl"},
        }
        body = {"text": words, "entities": [entity], "rtl": False}
        return {"__typename": "TweetTombstone", "tombstone": {"text": body}}
    return tweet_record(post)


def _oembed(request: Request) -> Reply:
    found = re.search(r"/status(?:es)?/(\d+)", request.query.get("url", ""))
    post = find_post(found.group(1)) if found else None
    if request.path != "/oembed" or found is None:
        return not_found("publish")
    if (reply := mishap(post)) is not None:
        return reply
    if post is None or not (post.served or post.act in _OEMBED):
        return html("<!DOCTYPE html><title>404</title><p>Sorry, that page does not exist</p>", 404)
    if post.act in _OEMBED:
        status, words = _OEMBED[post.act]
        return json_reply({"error": words}, status)
    return json_reply(
        {
            "url": f"https://twitter.com/{post.handle}/status/{post.post_id}",
            "author_name": post.name,
            "author_url": f"https://twitter.com/{post.handle}",
            "html": _blockquote(post, "twitter-tweet"),
            "width": 550,
            "height": None,
            "type": "rich",
            "cache_age": "3153600000",
            "provider_name": "Twitter",
            "provider_url": "https://twitter.com",
            "version": "1.0",
        }
    )


# --- pages and pictures ------------------------------------------------------------------------


def _platform_host(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/embed/Tweet.html":
        return replace(html(asset("x/Tweet.html").decode()), headers=(("X-Content-Type-Options", "nosniff"),))
    if request.path == "/widgets.js":
        return asset_reply("shared/embeds.js")
    return static(request, "x") or not_found("platform.twitter.com")


def _pictures(request: Request) -> Reply:
    kind, *rest = request.segments or ("",)
    if kind == "profile_images" and rest:
        return avatar_reply(re.sub(r"_(normal|bigger|400x400)\.\w+$", "", rest[-1]))
    post = _BY_MEDIA_KEY.get(re.sub(r"\.\w+$", "", rest[0])) if kind == "media" and rest else None
    if post is None or not post.served:
        return not_found("pbs.twimg.com")
    small = request.query.get("name") in ("small", "360x360")
    return picture_reply(post.picture or "", 680 if small else 1200, 453 if small else 800)


def _shell(request: Request) -> Reply:
    """x.com answers 200 with an application shell, whatever became of the post; members see more."""
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/member.js":
        return asset_reply("x/member.js")
    if (shown := x_member_page(request, find_post(request.segments[-1] if request.segments else ""))) is not None:
        return shown
    body = "<noscript><p>JavaScript is not available.</p></noscript><div id=react-root></div>"
    return html(fill("shared/plain.html", title="X", body=body))


def _api(request: Request) -> Reply:
    return x_api(request, find_post(request.segments[-1] if request.segments else ""))


def _short(request: Request) -> Reply:
    key = request.segments[0] if len(request.segments) == 1 else ""
    post = _BY_MEDIA_KEY.get(key)
    target = f"https://twitter.com/{post.handle}/status/{post.post_id}/photo/1" if post else SHORT_LINKS.get(key)
    if target is None:
        return not_found("t.co")
    # A browser gets a page that refreshes, everything else a redirect.
    if "Mozilla/" in request.header("User-Agent"):
        return html(fill("x/tco.html", target=escape(target)))
    return redirect(target, 301)


# --- what articles carry ---------------------------------------------------------------------------


def _blockquote(post: Post, css_class: str) -> str:
    direction = "rtl" if post.lang in ("he", "ar", "fa") else "ltr"
    words = re.sub(r"https://t\.co/\w+", r'<a href="\g<0>">\g<0></a>', paragraphs(post.text))
    if post.media_key:
        words += f' <a href="https://t.co/{post.media_key}">pic.twitter.com/{post.media_key}</a>'
    permalink = f"https://twitter.com/{post.handle}/status/{post.post_id}?ref_src=twsrc%5Etfw"
    return (
        f'<blockquote class="{css_class}"><p lang="{post.lang}" dir="{direction}">{words}</p>'
        f'&mdash; {escape(post.name)} (@{post.handle}) <a href="{permalink}">{day(post.at)}</a></blockquote>'
    )


def _embed(post: Post) -> str:
    script = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
    return f"{_blockquote(post, 'twitter-tweet')} {script}"


def _amp(post: Post) -> str:
    return (
        f'<amp-twitter width="375" height="472" layout="responsive" data-tweetid="{post.post_id}">'
        f"{_blockquote(post, 'twitter-tweet')}</amp-twitter>"
    )


def _lazy(post: Post) -> str:
    source = escape(f"https://platform.twitter.com/embed/Tweet.html?id={post.post_id}&dnt=true")
    return f'<div class="consent-box"><iframe class="lazyload" data-src="{source}" title="X post"></iframe></div>'


def shown_text(post: Post) -> str | None:
    """The words as the embed page shows them: links by their display form."""
    return re.sub(r"https://t\.co/(\w+)", lambda found: displayed(SHORT_LINKS[found.group(1)]), post.text)


SITE = Site(
    platform="x",
    hosts={
        "platform.twitter.com": _platform_host,
        "platform.x.com": _platform_host,
        "cdn.syndication.twimg.com": _syndication,
        "publish.twitter.com": _oembed,
        "publish.x.com": _oembed,
        "pbs.twimg.com": _pictures,
        "x.com": _shell,
        "api.x.com": _api,
        "www.x.com": _shell,
        "mobile.x.com": _shell,
        "twitter.com": _shell,
        "www.twitter.com": _shell,
        "mobile.twitter.com": _shell,
        "t.co": _short,
        "pic.twitter.com": _short,
        "pic.x.com": _short,
    },
    posts=POSTS,
    embed=_embed,
    amp=_amp,
    lazy=_lazy,
    shown_text=shown_text,
)

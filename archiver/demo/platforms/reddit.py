"""Reddit as the demo plays it: the embed card, oEmbed, and the .json that tells how a post went."""

from typing import Any

from archiver.demo.assets import asset_reply, escape, fill, paragraphs, static
from archiver.demo.ids import at
from archiver.demo.platforms.common import by_id, day, iso, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, json_reply
from archiver.model.states import Availability

__all__ = ["SITE"]

#: `removed_by_category` of the listing.
_REMOVED = {Act.DELETED: "deleted", Act.MODERATED: "moderator"}
#: What a listing that may not be read says, with 403.
_REFUSED = {Act.PROTECTED: "private"}


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    user: str,
    number: str,
    when: str,
    title: str,
    body: str = "",
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    **more: str,
) -> Post:
    sub = more.get("sub", "SaltmereTown")
    return Post(
        key=f"reddit/{key}",
        platform="reddit",
        post_id=number,
        url=f"https://www.reddit.com/comments/{number}",
        name=user,
        handle=user,
        at=at(when),
        text=title,
        act=act,
        availability=availability,
        picture=more.get("picture"),
        alt=more.get("alt", ""),
        more={"sub": sub, "slug": _slug(title), "body": body},
    )


def _slug(title: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "_".join(words[:8])


POSTS = (
    _post(
        "found",
        "bilge_and_brine",
        "1os7k4q",
        "2026-11-08 07:31:40",
        "Found one of the three missing lanterns on the shingle this morning. It was still lit.",
        "Tucked under the groyne by the lifeboat slip. Paper soaked through, candle going like nothing had happened.",
    ),
    _post(
        "deleted",
        "moorings_guy",
        "1h2x9ab",
        "2024-12-03 10:00:00",
        "I surveyed those moorings. AMA",
        "Ask away.",
        Act.DELETED,
        Availability.GONE_DELETED,
    ),
    _post(
        "removed",
        "quay_lad_77",
        "1k8d3zz",
        "2025-04-26 22:10:00",
        "Name and shame thread",
        "You know who you are.",
        Act.MODERATED,
        Availability.GONE_PLATFORM,
    ),
    _post(
        "private",
        "lockkeeper_throwaway",
        "18g4c2m",
        "2023-12-12 12:12:12",
        "Rota for the winter dredge",
        "",
        Act.PROTECTED,
        Availability.PROTECTED,
        sub="SaltmereLockKeepers",
    ),
    _post(
        "rate-limited",
        "bilge_and_brine",
        "1jb7p0e",
        "2025-03-14 08:08:00",
        "Spring tide pictures, part one",
        "",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "broken",
        "bilge_and_brine",
        "1jb7p0f",
        "2025-03-15 08:08:00",
        "Spring tide pictures, part two",
        "",
        Act.BROKEN,
        Availability.SERVER_ERROR,
    ),
)
_BY_ID = by_id(POSTS)


def _find(request: Request) -> Post | None:
    parts = request.segments
    if "comments" not in parts[:-1]:
        return None
    return _BY_ID.get(parts[parts.index("comments") + 1].removesuffix(".json"))


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/oembed":
        return _oembed(request)
    post = _find(request)
    if request.path.endswith(".json"):
        return _listing(post)
    if (reply := mishap(post)) is not None:
        return reply
    if post is None:
        return not_found("Reddit")
    title = escape(post.text) if post.served else "Reddit"
    return html(fill("shared/plain.html", title=title, body="<shreddit-app></shreddit-app>"))


def _oembed(request: Request) -> Reply:
    parts = request.query.get("url", "").split("?")[0].strip("/").split("/")
    post = _BY_ID.get(parts[parts.index("comments") + 1]) if "comments" in parts[:-1] else None
    if (reply := mishap(post)) is not None:
        return reply
    if post is None or post.act is Act.PROTECTED:
        return json_reply({"message": "Not Found", "error": 404}, 404)
    removed = post.act in _REMOVED
    return json_reply(
        {
            "provider_url": "https://www.reddit.com/",
            "version": "1.0",
            "title": "[deleted by user]" if post.act is Act.DELETED else post.text,
            "provider_name": "reddit",
            "type": "rich",
            "html": _embed(post) if not removed else "",
            "height": 316,
            "author_name": None if post.act is Act.DELETED else post.handle,
        }
    )


def _listing(post: Post | None) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    if post is None:
        return json_reply({"message": "Not Found", "error": 404}, 404)
    if post.act in _REFUSED:
        return json_reply({"reason": _REFUSED[post.act], "message": "Forbidden", "error": 403}, 403)
    child = {"kind": "t3", "data": _thing(post)}
    data: dict[str, Any] = {
        "after": None,
        "dist": 1,
        "modhash": "",
        "geo_filter": "",
        "children": [child],
        "before": None,
    }
    comments: dict[str, Any] = {
        "after": None,
        "dist": None,
        "modhash": "",
        "geo_filter": "",
        "children": [],
        "before": None,
    }
    return slowed(post, json_reply([{"kind": "Listing", "data": data}, {"kind": "Listing", "data": comments}]))


def _thing(post: Post) -> dict[str, Any]:
    deleted, removed = post.act is Act.DELETED, post.act is Act.MODERATED
    return {
        "id": post.post_id,
        "name": f"t3_{post.post_id}",
        "subreddit": post.more["sub"],
        "subreddit_name_prefixed": f"r/{post.more['sub']}",
        "title": "[deleted by user]" if deleted else post.text,
        "author": "[deleted]" if deleted else post.handle,
        "selftext": "[removed]" if removed else "[deleted]" if deleted else post.more["body"],
        "removed_by_category": _REMOVED.get(post.act),
        "created_utc": post.at.timestamp(),
        "permalink": f"/r/{post.more['sub']}/comments/{post.post_id}/{post.more['slug']}/",
        "url": f"https://www.reddit.com/r/{post.more['sub']}/comments/{post.post_id}/{post.more['slug']}/",
        "is_self": True,
        "over_18": False,
        "score": 318,
        "num_comments": 42,
        "edited": False,
    }


def _embed_host(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/widgets.js":
        return asset_reply("shared/embeds.js")
    post = _find(request)
    if post is None:
        return static(request, "reddit") or not_found("Reddit")
    if (reply := mishap(post)) is not None:
        return reply
    if not post.served:
        return html(fill("reddit/gone.html", **_notice(post)))
    return slowed(post, html(_card(post)))


def _notice(post: Post) -> dict[str, str]:
    words = {
        Act.DELETED: ("[deleted]", "This post was deleted by the person who originally posted it."),
        Act.MODERATED: ("[removed]", "This post was removed by a moderator."),
        Act.PROTECTED: ("", "This community is private."),
    }
    mark, reason = words[post.act]
    return {"mark": mark, "reason": reason, "url": post.url}


def _card(post: Post) -> str:
    return fill(
        "reddit/embed.html",
        sub=escape(post.more["sub"]),
        user=escape(post.handle),
        title=paragraphs(post.text),
        body=paragraphs(post.more["body"]),
        url=f"https://www.reddit.com/r/{post.more['sub']}/comments/{post.post_id}/{post.more['slug']}/",
        number=post.post_id,
        instant=iso(post.at),
        day=day(post.at),
    )


def _embed(post: Post) -> str:
    sub, base = post.more["sub"], "https://www.reddit.com"
    link = f"{base}/r/{sub}/comments/{post.post_id}/{post.more['slug']}/"
    return (
        f'<blockquote class="reddit-embed-bq" style="height:316px" data-embed-height="316"><a href="{link}">'
        f'{escape(post.text)}</a><br> by<a href="{base}/user/{post.handle}/">u/{post.handle}</a> in'
        f'<a href="{base}/r/{sub}/">{sub}</a></blockquote>'
        '<script async="" src="https://embed.reddit.com/widgets.js" charset="UTF-8"></script>'
    )


def _lazy(post: Post) -> str:
    link = f"https://embed.reddit.com/r/{post.more['sub']}/comments/{post.post_id}/{post.more['slug']}/?embed=true"
    return f'<div class="consent-box"><iframe data-src="{link}" class="lazyload" title="Reddit post"></iframe></div>'


SITE = Site(
    platform="reddit",
    hosts={
        "www.reddit.com": _site,
        "reddit.com": _site,
        "old.reddit.com": _site,
        "embed.reddit.com": _embed_host,
        "redd.it": _site,
        "i.redd.it": lambda request: picture_reply(request.path),
    },
    posts=POSTS,
    embed=_embed,
    lazy=_lazy,
)

"""TikTok as the demo plays it: the v2 player with its state, oEmbed, and the video page's status codes."""

import json
from typing import Any

from archiver.demo.assets import asset_reply, escape, fill, static
from archiver.demo.ids import at, tiktok_id
from archiver.demo.platforms.common import avatar_reply, by_id, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, json_reply, redirect, text
from archiver.model.states import Availability

__all__ = ["SITE"]

#: `webapp.video-detail.statusCode` of the video page.
_CODES = {
    Act.DELETED: (10204, "item doesn't exist"),
    Act.PROTECTED: (10216, "item is private"),
    Act.SUSPENDED: (10221, "user doesn't exist"),
    Act.WITHHELD: (10231, "region limited"),
}


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    user: str,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    picture: str = "kelp",
) -> Post:
    number = tiktok_id(at(when))
    return Post(
        key=f"tiktok/{key}",
        platform="tiktok",
        post_id=number,
        url=f"https://www.tiktok.com/@{user}/video/{number}",
        name=name,
        handle=user,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        picture=picture,
        alt=text,
    )


POSTS = (
    _post(
        "how-to",
        "Lantern Lab Saltmere",
        "lanternlab.sm",
        "2026-11-05 17:10:29",
        "Fold, glue, float: a lantern that survives harbour chop in 40 seconds #lanternregatta",
        picture="workshop",
    ),
    _post(
        "deleted",
        "Lantern Lab Saltmere",
        "lanternlab.sm",
        "2024-06-06 12:00:01",
        "Do not try this at home",
        Act.DELETED,
        Availability.UNCLEAR,
    ),
    _post(
        "private", "Kelp Kid", "kelpkid.sm", "2025-08-15 15:45:10", "snorkel pov", Act.PROTECTED, Availability.PROTECTED
    ),
    _post(
        "account-gone",
        "Pier Pressure",
        "pierpressure.sm",
        "2023-10-20 20:20:20",
        "jumping off the pier at night",
        Act.SUSPENDED,
        Availability.GONE_AUTHOR,
    ),
    _post(
        "region",
        "Kelp Kid",
        "kelpkid.sm",
        "2025-08-16 15:45:10",
        "that song again",
        Act.WITHHELD,
        Availability.GEO_LEGAL,
    ),
    _post(
        "rate-limited",
        "Kelp Kid",
        "kelpkid.sm",
        "2025-08-17 15:45:10",
        "low tide walk",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "challenge",
        "Kelp Kid",
        "kelpkid.sm",
        "2025-08-18 15:45:10",
        "low tide walk, part two",
        Act.CHALLENGE,
        Availability.BLOCKED,
    ),
)
_BY_ID = by_id(POSTS)


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/oembed":
        return _oembed(request.query.get("url", ""))
    if request.path == "/embed.js":
        return asset_reply("shared/embeds.js")
    if request.path == "/login":
        return html(fill("shared/plain.html", title="Log in | TikTok", body="<h1>Log in to TikTok</h1>"))
    parts = request.segments
    if parts[:1] == ("embed",) and parts[-1].isdecimal():
        return _player(_BY_ID.get(parts[-1]))
    if len(parts) == 3 and parts[1] in ("video", "photo"):  # noqa: PLR2004  # @user/video/ID
        return _video_page(_BY_ID.get(parts[2]))
    return static(request, "tiktok") or not_found("TikTok")


def _oembed(url: str) -> Reply:
    post = _BY_ID.get(url.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1])
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.CHALLENGE:
        return text("Access Denied\n", 403)
    if post is None or not post.served:
        return json_reply({"code": 400, "message": "Something went wrong", "status_msg": "Something went wrong"}, 400)
    return json_reply(
        {
            "version": "1.0",
            "type": "video",
            "title": post.text,
            "author_url": f"https://www.tiktok.com/@{post.handle}",
            "author_name": post.name,
            "author_unique_id": post.handle,
            "width": "100%",
            "height": "100%",
            "html": _embed(post),
            "thumbnail_width": 576,
            "thumbnail_height": 1024,
            "thumbnail_url": _cover(post),
            "provider_url": "https://www.tiktok.com",
            "provider_name": "TikTok",
            "embed_product_id": post.post_id,
            "embed_type": "video",
        }
    )


def _cover(post: Post) -> str:
    return f"https://p16-sign-va.tiktokcdn.com/obj/{post.post_id}~tplv-noop.jpeg"


def _challenge() -> Reply:
    page = fill("shared/plain.html", title="", body='<div id="_wafchallengeid"></div><p>Please wait...</p>')
    return html(page)


def _player(post: Post | None) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.CHALLENGE:
        return _challenge()
    if post is None or not post.served:
        return html(fill("tiktok/gone.html", state=_state(post, {"statusCode": _status(post)[0]})))
    data = {
        "itemInfos": {
            "id": post.post_id,
            "text": post.text,
            "createTime": str(int(post.at.timestamp())),
            "covers": [_cover(post)],
            "diggCount": 4210,
            "commentCount": 77,
        },
        "authorInfos": {"uniqueId": post.handle, "nickName": post.name, "covers": [_face(post)]},
        "musicInfos": {"musicName": f"original sound - {post.handle}"},
    }
    state = _state(post, {"videoData": data})
    return slowed(post, html(fill("tiktok/embed.html", title=escape(f"@{post.handle} on TikTok"), state=state)))


def _face(post: Post) -> str:
    return f"https://p16-sign-va.tiktokcdn.com/face/{post.handle}.png"


def _state(post: Post | None, data: dict[str, Any]) -> str:
    number = post.post_id if post else "0"
    state = {"source": {"data": {f"/embed/v2/{number}": data}}}
    return json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")


def _status(post: Post | None) -> tuple[int, str]:
    return _CODES.get(post.act, (0, "")) if post else _CODES[Act.DELETED]


def _video_page(post: Post | None) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.LOGIN:
        return redirect("https://www.tiktok.com/login")
    if post and post.act is Act.CHALLENGE:
        return _challenge()
    code, message = _status(post)
    detail: dict[str, Any] = {"statusCode": code, "statusMsg": message}
    if post and code == 0:
        author = {"uniqueId": post.handle, "nickname": post.name}
        item = {"id": post.post_id, "desc": post.text, "createTime": str(int(post.at.timestamp())), "author": author}
        detail["itemInfo"] = {"itemStruct": item}
    scope = json.dumps({"__DEFAULT_SCOPE__": {"webapp.video-detail": detail}}).replace("<", "\\u003c")
    body = (
        f'<div id="app"></div><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{scope}</script>'
    )
    return html(fill("shared/plain.html", title="TikTok - Make Your Day", body=body))


def _pictures(request: Request) -> Reply:
    name = request.segments[-1] if request.segments else ""
    if request.segments[:1] == ("face",):
        return avatar_reply(name.removesuffix(".png"))
    post = _BY_ID.get(name.split("~")[0])
    return picture_reply(post.picture or "", 576, 1024) if post and post.served else not_found("tiktokcdn")


def _embed(post: Post) -> str:
    profile = f"https://www.tiktok.com/@{post.handle}?refer=embed"
    return (
        f'<blockquote class="tiktok-embed" cite="{post.url}" data-video-id="{post.post_id}" '
        'style="max-width: 605px;min-width: 325px;"><section>'
        f'<a target="_blank" title="@{post.handle}" href="{profile}">@{post.handle}</a> <p>{escape(post.text)}</p> '
        f'<a target="_blank" title="♬ original sound - {post.handle}" '
        f'href="https://www.tiktok.com/music/original-sound-{post.post_id}?refer=embed">♬ original sound - '
        f'{post.handle}</a> </section> </blockquote> <script async src="https://www.tiktok.com/embed.js"></script>'
    )


def _amp(post: Post) -> str:
    return f'<amp-tiktok width="325" height="731" data-src="{post.url}"></amp-tiktok>'


SITE = Site(
    platform="tiktok",
    hosts={"www.tiktok.com": _site, "tiktok.com": _site, "m.tiktok.com": _site, "p16-sign-va.tiktokcdn.com": _pictures},
    posts=POSTS,
    embed=_embed,
    amp=_amp,
)

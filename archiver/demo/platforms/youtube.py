"""YouTube as the demo plays it: the player with its cued picture, oEmbed, thumbnails."""

import json
import re
from typing import Any

from archiver.demo.assets import escape, fill, static
from archiver.demo.ids import at
from archiver.demo.platforms.common import avatar_reply, by_id, iso, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, json_reply, text
from archiver.model.states import Availability

__all__ = ["SITE"]

#: Status of oEmbed, and the player's `playabilityStatus` with its words.
_LOST: dict[Act, tuple[int, str, str]] = {
    Act.DELETED: (404, "ERROR", "Video unavailable"),
    Act.PROTECTED: (403, "LOGIN_REQUIRED", "This video is private"),
    Act.NO_EMBED: (401, "UNPLAYABLE", "Playback on other websites has been disabled by the video owner"),
    Act.AGE: (401, "AGE_VERIFICATION_REQUIRED", "Sign in to confirm your age"),
}


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    user: str,
    video: str,
    when: str,
    title: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    picture: str = "harbour",
) -> Post:
    return Post(
        key=f"youtube/{key}",
        platform="youtube",
        post_id=video,
        url=f"https://www.youtube.com/watch?v={video}",
        name=name,
        handle=user,
        at=at(when),
        text=title,
        act=act,
        availability=availability,
        picture=picture,
        alt=title,
    )


POSTS = (
    _post(
        "timelapse",
        "Saltmere Pilot Station",
        "saltmerepilots",
        "sM7rGt26LnQ",
        "2026-11-08 09:00:00",
        "Lantern Regatta 2026: the whole night in four minutes",
        picture="lanterns",
    ),
    _post(
        "deleted",
        "Saltmere Pilot Station",
        "saltmerepilots",
        "dEl3tEd9vWk",
        "2023-02-02 10:00:00",
        "Bar crossing in a north-easterly",
        Act.DELETED,
        Availability.GONE_UNSPECIFIED,
    ),
    _post(
        "private",
        "Harbour School",
        "harbourschool",
        "pR1vAt3xYz0",
        "2024-09-10 10:00:00",
        "Year six learn the ropes",
        Act.PROTECTED,
        Availability.PROTECTED,
    ),
    _post(
        "no-embed",
        "Gasworks Sessions",
        "gasworkssessions",
        "n0EmB3dAbcI",
        "2025-04-04 20:00:00",
        "Live at the gasworks, full set",
        Act.NO_EMBED,
    ),
    _post(
        "age",
        "Gasworks Sessions",
        "gasworkssessions",
        "4geG4t3dVdc",
        "2025-04-03 20:00:00",
        "Live at the gasworks, the loud half",
        Act.AGE,
        Availability.AGE,
    ),
    _post(
        "rate-limited",
        "Gasworks Sessions",
        "gasworkssessions",
        "r4tEl1m1t3M",
        "2025-04-05 20:00:00",
        "Live at the gasworks, encore",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
)
_BY_ID = by_id(POSTS)


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    parts = request.segments
    if request.path == "/oembed":
        return _oembed(request.query.get("url", ""))
    if len(parts) == 2 and parts[0] == "embed":  # noqa: PLR2004  # embed/ID
        return _player(_BY_ID.get(parts[1]))
    if request.path == "/watch":
        return _watch(_BY_ID.get(request.query.get("v", "")))
    return static(request, "youtube") or not_found("YouTube")


def _oembed(url: str) -> Reply:
    found = re.search(r"(?:v=|youtu\.be/|embed/|shorts/)([\w-]{11})", url)
    post = _BY_ID.get(found.group(1)) if found else None
    if found is None:
        return text("Bad Request", 400)
    if (reply := mishap(post)) is not None:
        return reply
    if post is None or not post.served:
        status = _LOST[post.act][0] if post else 404
        return text({401: "Unauthorized", 403: "Forbidden"}.get(status, "Not Found"), status)
    return json_reply(
        {
            "title": post.text,
            "author_name": post.name,
            "author_url": f"https://www.youtube.com/@{post.handle}",
            "type": "video",
            "height": 113,
            "width": 200,
            "version": "1.0",
            "provider_name": "YouTube",
            "provider_url": "https://www.youtube.com/",
            "thumbnail_height": 360,
            "thumbnail_width": 480,
            "thumbnail_url": f"https://i.ytimg.com/vi/{post.post_id}/hqdefault.jpg",
            "html": _embed(post),
        }
    )


def _player_response(post: Post | None) -> dict[str, Any]:
    if post is None or not post.served:
        _, status, reason = _LOST[post.act] if post else _LOST[Act.DELETED]
        return {"previewPlayabilityStatus": {"status": status, "reason": reason}}
    return {
        "previewPlayabilityStatus": {"status": "OK"},
        "videoDetails": {
            "videoId": post.post_id,
            "title": post.text,
            "author": post.name,
            "thumbnail": f"https://i.ytimg.com/vi/{post.post_id}/maxresdefault.jpg",
            "channel": f"https://www.youtube.com/@{post.handle}",
            "face": f"https://yt3.ggpht.com/{post.handle}.png",
        },
    }


def _player(post: Post | None) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    title = escape(post.text) + " - YouTube" if post and post.served else "YouTube"
    config = json.dumps(_player_response(post), ensure_ascii=False).replace("<", "\\u003c")
    return slowed(post, html(fill("youtube/embed.html", title=title, config=config)))


def _watch(post: Post | None) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    # Where only embedding is off, YouTube's own page plays the video all the same.
    shown = post is not None and (post.served or post.act is Act.NO_EMBED)
    title = f"{escape(post.text)} - YouTube" if post and shown else "YouTube"
    player: dict[str, Any] = {"playabilityStatus": {"status": "OK", "playableInEmbed": bool(post and post.served)}}
    if post and shown:
        micro = {"publishDate": iso(post.at, "+00:00"), "ownerProfileUrl": f"http://www.youtube.com/@{post.handle}"}
        player["videoDetails"] = {"videoId": post.post_id, "title": post.text, "author": post.name}
        player["microformat"] = {"playerMicroformatRenderer": micro}
    else:
        _, status, reason = _LOST[post.act] if post else _LOST[Act.DELETED]
        player["playabilityStatus"] = {"status": status, "reason": reason}
    state = json.dumps(player).replace("<", "\\u003c")
    body = f"<script>var ytInitialPlayerResponse = {state};var meta = 1;</script><ytd-app></ytd-app>"
    return slowed(post, html(fill("shared/plain.html", title=title, body=body)))


def _pictures(request: Request) -> Reply:
    parts = request.segments
    if len(parts) == 1:
        return avatar_reply(parts[0].removesuffix(".png"))
    post = _BY_ID.get(parts[1]) if len(parts) == 3 else None  # noqa: PLR2004  # vi/ID/size.jpg
    if post is None or not post.served:
        return not_found("ytimg")
    return picture_reply(post.picture or "", *((480, 360) if parts[2] == "hqdefault.jpg" else (1280, 720)))


def _embed(post: Post) -> str:
    return (
        f'<iframe width="560" height="315" src="https://www.youtube.com/embed/{post.post_id}?feature=oembed" '
        'title="YouTube video player" frameborder="0" allow="accelerometer; autoplay; clipboard-write; '
        'encrypted-media; gyroscope; picture-in-picture; web-share" '
        'referrerpolicy="strict-origin-when-cross-origin" allowfullscreen></iframe>'
    )


def _amp(post: Post) -> str:
    return f'<amp-youtube data-videoid="{post.post_id}" layout="responsive" width="480" height="270"></amp-youtube>'


def _lazy(post: Post) -> str:
    return (
        f'<div class="rll-youtube-player" data-id="{post.post_id}" '
        f'data-src="https://www.youtube-nocookie.com/embed/{post.post_id}" data-alt="{escape(post.text)}"></div>'
    )


SITE = Site(
    platform="youtube",
    hosts={
        "www.youtube.com": _site,
        "youtube.com": _site,
        "m.youtube.com": _site,
        "youtu.be": lambda request: (
            not_found("YouTube") if request.path == "/" else _watch(_BY_ID.get(request.path[1:]))
        ),
        "www.youtube-nocookie.com": _site,
        "i.ytimg.com": _pictures,
        "img.youtube.com": _pictures,
        "yt3.ggpht.com": _pictures,
    },
    posts=POSTS,
    embed=_embed,
    amp=_amp,
    lazy=_lazy,
)

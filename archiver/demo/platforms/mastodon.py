"""A Mastodon server as the demo plays it: the REST record, and the embed page that builds on it."""

import json
from dataclasses import replace
from typing import Any

from archiver.demo.assets import asset_reply, escape, fill, static
from archiver.demo.ids import at, mastodon_id
from archiver.demo.platforms.common import avatar_reply, by_id, iso, mishap, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, json_reply
from archiver.model.states import Availability

__all__ = ["HOST", "SITE"]

HOST = "mastodon.brinewater.example"


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    user: str,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    **more: str,
) -> Post:
    number = mastodon_id(at(when))
    return Post(
        key=f"mastodon/{key}",
        platform="mastodon",
        post_id=f"{HOST}/{number}",
        url=f"https://{HOST}/@{user}/{number}",
        name=name,
        handle=user,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        picture=more.get("picture"),
        alt=more.get("alt", ""),
        more={"number": number, **more},
    )


POSTS = (
    _post(
        "tide",
        "Tidegauge Tamsin",
        "tamsin",
        "2026-11-07 16:03:51",
        "High water 19:12, 3.1 m, slack for about twenty minutes. If you want your lantern to go out "
        "rather than come back, that is your window.",
    ),
    _post(
        "edited",
        "Tidegauge Tamsin",
        "tamsin",
        "2026-11-05 07:44:09",
        "Saturday's predicted range is 2.7 m (I wrote 2.2 at first, sorry).",
        picture="chart",
        alt="A bar chart of predicted tides",
        edited_at="2026-11-05T08:10:00.000Z",
    ),
    _post(
        "missing",
        "Eel Ladder",
        "eelladder",
        "2023-08-19 20:15:36",
        "Counted 61 elvers at the weir tonight.",
        Act.MISSING,
        Availability.GONE_UNSPECIFIED,
    ),
    _post(
        "needs-login",
        "Ferrywoman",
        "ferrywoman",
        "2025-01-02 11:09:58",
        "New year, new ferry timetable.",
        Act.LOGIN,
        Availability.LOGIN,
    ),
    _post(
        "account-gone",
        "Gull Census",
        "gullcensus",
        "2022-12-11 13:37:24",
        "1,204 herring gulls and one very lost flamingo.",
        Act.SUSPENDED,
        Availability.GONE_AUTHOR,
    ),
    _post(
        "rate-limited",
        "Eel Ladder",
        "eelladder",
        "2023-08-20 20:15:36",
        "Counted 48 elvers at the weir tonight.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "broken",
        "Eel Ladder",
        "eelladder",
        "2023-08-21 20:15:36",
        "Counted 55 elvers at the weir tonight.",
        Act.BROKEN,
        Availability.SERVER_ERROR,
    ),
)
_BY_NUMBER = by_id(replace(post, post_id=post.more["number"]) for post in POSTS)


def _instance(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    parts = request.segments
    if parts[:3] == ("api", "v1", "statuses"):
        return _status(parts[3] if len(parts) == 4 else "")  # noqa: PLR2004  # api/v1/statuses/ID
    if parts[:1] == ("avatars",):
        return avatar_reply(parts[-1].removesuffix(".png"))
    if parts[:1] == ("media_attachments",):
        return picture_reply(parts[-1].removesuffix(".jpg"))
    if request.path == "/api/oembed":
        return _oembed(request.query.get("url", ""))
    if request.path == "/embed.js":
        return asset_reply("shared/embeds.js")
    return static(request, "mastodon") or _page(request)


def _status(number: str) -> Reply:
    post = _BY_NUMBER.get(number)
    if (reply := mishap(post)) is not None:
        return replace(reply, cross_origin=True)
    if post and post.act is Act.LOGIN:
        return json_reply({"error": "This API requires an authenticated user"}, 401)
    if post is None or not post.served:
        return json_reply({"error": "Record not found"}, 404)
    return slowed(post, json_reply(_record(post)))


def _record(post: Post) -> dict[str, Any]:
    number = post.more["number"]
    return {
        "id": number,
        "created_at": iso(post.at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": post.lang,
        "uri": f"https://{HOST}/users/{post.handle}/statuses/{number}",
        "url": post.url,
        "replies_count": 4,
        "reblogs_count": 27,
        "favourites_count": 63,
        "edited_at": post.more.get("edited_at"),
        "content": f"<p>{escape(post.text)}</p>",
        "reblog": None,
        "account": _account(post),
        "media_attachments": _attachments(post),
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _account(post: Post) -> dict[str, Any]:
    return {
        "id": str(sum(post.handle.encode()) * 1_000_003),
        "username": post.handle,
        "acct": post.handle,
        "display_name": post.name,
        "locked": False,
        "bot": False,
        "created_at": "2022-04-11T00:00:00.000Z",
        "url": f"https://{HOST}/@{post.handle}",
        "avatar": f"https://{HOST}/avatars/{post.handle}.png",
    }


def _attachments(post: Post) -> list[dict[str, Any]]:
    if not post.picture:
        return []
    address = f"https://{HOST}/media_attachments/files/{post.picture}.jpg"
    meta = {"original": {"width": 1200, "height": 800}}
    return [{"id": "1", "type": "image", "url": address, "preview_url": address, "meta": meta, "description": post.alt}]


def _oembed(url: str) -> Reply:
    post = _BY_NUMBER.get(url.rstrip("/").rsplit("/", 1)[-1])
    if (reply := mishap(post)) is not None:
        return reply
    if post is None or not post.served:
        return json_reply({"error": "Record not found"}, 404)
    value = {"type": "rich", "version": "1.0", "author_name": post.name, "provider_name": HOST, "html": _embed(post)}
    return json_reply(value | {"cache_age": 86400, "width": 400, "height": None})


def _page(request: Request) -> Reply:
    parts = request.segments
    post = _BY_NUMBER.get(parts[1]) if len(parts) >= 2 and parts[0].startswith("@") else None  # noqa: PLR2004  # @user/ID
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.SUSPENDED:
        body = "<h1>This account has been suspended permanently.</h1>"
        return html(fill("mastodon/error.html", code="410", body=body), 410)
    if post is None or not post.served:
        words = "The page you are looking for isn't here."
        return html(fill("mastodon/error.html", code="404", body=f"<h1>{words}</h1>"), 404)
    state = json.dumps({"meta": {"domain": HOST, "locale": "en"}, "status_id": post.more["number"]})
    return html(fill("mastodon/embed.html", title=escape(f"{post.name} (@{post.handle}@{HOST})"), state=state))


def _embed(post: Post) -> str:
    return (
        f'<blockquote class="mastodon-embed" data-embed-url="{post.url}/embed" style="max-width: 540px;">'
        f'<a href="{post.url}" target="_blank"><div>Post by @{post.handle}@{HOST}</div>'
        "<div>View on Mastodon</div></a></blockquote>"
        f'<script data-allowed-prefixes="https://{HOST}/" async src="https://{HOST}/embed.js"></script>'
    )


SITE = Site(platform="mastodon", hosts={HOST: _instance}, posts=POSTS, embed=_embed)

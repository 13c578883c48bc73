"""Bluesky as the demo plays it: the AppView's XRPC answers, and the embed that renders from them."""

from dataclasses import replace
from typing import Any

from archiver.demo.assets import asset, asset_reply, escape, fill, paragraphs, static
from archiver.demo.cast import Cast
from archiver.demo.ids import cid
from archiver.demo.platforms.bluesky_posts import POSTS
from archiver.demo.platforms.common import (
    avatar_reply,
    by_id,
    day,
    iso,
    mishap,
    not_found,
    picture_reply,
    slowed,
    to_https,
)
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, json_reply

__all__ = ["SITE"]

_COLLECTION = "app.bsky.feed.post"
_BY_ID = by_id(POSTS)
_ACTORS = Cast([(name, post) for post in POSTS for name in (post.more["did"], post.handle)])
_ACCOUNT_ERRORS = {
    Act.SUSPENDED: ("AccountTakedown", "Account has been suspended"),
    Act.ACCOUNT_GONE: ("AccountDeactivated", "Account is deactivated"),
}


def _find(uri: str) -> Post | None:
    """The post of an at:// URI whose authority is a DID or a handle."""
    parts = uri.removeprefix("at://").split("/")
    actor = _ACTORS.get(parts[0])
    return _BY_ID.get(f"{actor.more['did']}/{parts[-1]}") if actor else None


def _shown(post: Post | None) -> bool:
    return post is not None and (post.served or post.act is Act.PROTECTED)


def _xrpc(request: Request) -> Reply:
    method = request.segments[-1] if request.segments[:1] == ("xrpc",) else ""
    if method == "app.bsky.feed.getPosts":
        return _get_posts(request)
    if method == "app.bsky.feed.getPostThread":
        return _get_thread(request)
    if method == "app.bsky.actor.getProfile":
        return _get_profile(request.query.get("actor", ""))
    if method == "com.atproto.identity.resolveHandle":
        return _resolve(request.query.get("handle", ""))
    return json_reply({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)


def _get_posts(request: Request) -> Reply:
    uri = request.query.get("uris", request.query.get("uris[]", ""))
    post = _find(uri)
    if (reply := mishap(post)) is not None:
        return replace(reply, cross_origin=True)
    return slowed(post, json_reply({"posts": [_view(post)] if post and _shown(post) else []}))


def _get_thread(request: Request) -> Reply:
    uri = request.query.get("uri", "")
    post = _find(uri)
    if (reply := mishap(post)) is not None:
        return replace(reply, cross_origin=True)
    if post is None or not _shown(post):
        return json_reply({"error": "NotFound", "message": f"Post not found: {uri}"}, 400)
    thread = {"$type": "app.bsky.feed.defs#threadViewPost", "post": _view(post), "replies": []}
    return slowed(post, replace(json_reply({"thread": thread}), coding="br"))


def _get_profile(actor: str) -> Reply:
    post = _ACTORS.get(actor)
    if post is None:
        return json_reply({"error": "InvalidRequest", "message": "Profile not found"}, 400)
    if post.act in _ACCOUNT_ERRORS:
        error, message = _ACCOUNT_ERRORS[post.act]
        return json_reply({"error": error, "message": message}, 400)
    return json_reply(_author(post) | {"followersCount": 212, "followsCount": 87, "postsCount": 431})


def _resolve(handle: str) -> Reply:
    post = _ACTORS.get(handle)
    if post is None:
        return json_reply({"error": "InvalidRequest", "message": "Unable to resolve handle"}, 400)
    return json_reply({"did": post.more["did"]})


def _author(post: Post) -> dict[str, Any]:
    owner = post.more["did"]
    labels = [{"src": owner, "uri": owner, "val": "!no-unauthenticated", "cts": iso(post.at)}]
    return {
        "did": owner,
        "handle": post.handle,
        "displayName": post.name,
        "avatar": f"https://cdn.bsky.app/img/avatar/plain/{owner}/{cid(post.handle)}@jpeg",
        "labels": labels if post.act is Act.PROTECTED else [],
        "createdAt": "2023-09-01T08:00:00.000Z",
    }


def _view(post: Post) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": _COLLECTION, "createdAt": iso(post.at), "langs": [post.lang], "text": post.text}
    view: dict[str, Any] = {
        "uri": f"at://{post.more['did']}/{_COLLECTION}/{post.more['rkey']}",
        "cid": post.more["cid"],
        "author": _author(post),
        "record": record,
        "replyCount": 3,
        "repostCount": 18,
        "likeCount": 140,
        "quoteCount": 1,
        "indexedAt": iso(post.at, ".412Z"),
        "labels": [],
    }
    if post.picture:
        blob = {"$type": "blob", "ref": {"$link": cid(post.picture)}, "mimeType": "image/jpeg", "size": 28_000}
        ratio = {"height": 800, "width": 1200}
        record["embed"] = {
            "$type": "app.bsky.embed.images",
            "images": [{"alt": post.alt, "aspectRatio": ratio, "image": blob}],
        }
        image = {"alt": post.alt, "aspectRatio": ratio}
        for size in ("thumbnail", "fullsize"):
            name = "thumb" if size == "thumbnail" else size
            image[name] = f"https://cdn.bsky.app/img/feed_{size}/plain/{post.more['did']}/{cid(post.picture)}@jpeg"
        view["embed"] = {"$type": "app.bsky.embed.images#view", "images": [image]}
    return view


def _embed_host(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.segments[:1] == ("embed",) and len(request.segments) == 4:  # noqa: PLR2004  # embed/DID/collection/rkey
        return replace(html(asset("bluesky/embed.html").decode()), coding="br")
    if request.path == "/oembed":
        return _oembed(request.query.get("url", ""))
    if request.path == "/static/embed.js":
        return asset_reply("shared/embeds.js")
    return static(request, "bluesky") or not_found("embed.bsky.app")


def _oembed(url: str) -> Reply:
    parts = url.rstrip("/").split("/")
    post = _find(f"at://{parts[-3]}/{_COLLECTION}/{parts[-1]}") if "/post/" in url else None
    if post is None or not _shown(post):
        return json_reply({"error": "post not found"}, 404)
    if post.act is Act.PROTECTED:
        return json_reply({"error": "post is not publicly accessible"}, 403)
    return json_reply(
        {
            "type": "rich",
            "version": "1.0",
            "author_name": post.name,
            "author_url": f"https://bsky.app/profile/{post.handle}",
            "provider_name": "Bluesky Social",
            "provider_url": "https://bsky.app",
            "cache_age": 86400,
            "width": 600,
            "height": None,
            "html": _embed(post),
        }
    )


def _pictures(request: Request) -> Reply:
    kind, blob = (request.segments[1], request.segments[-1].split("@")[0]) if len(request.segments) == 5 else ("", "")  # noqa: PLR2004  # img/KIND/plain/DID/CID
    if kind == "avatar":
        owner = _ACTORS.get(request.segments[3])
        return avatar_reply(owner.handle if owner else blob)
    post = next((post for post in POSTS if post.picture and cid(post.picture) == blob), None)
    small = kind == "feed_thumbnail"
    return (
        picture_reply(post.picture or "", *((1000, 667) if small else (1200, 800)))
        if post
        else not_found("cdn.bsky.app")
    )


def _app(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    body = "<noscript><h1>JavaScript Required</h1></noscript><div id=root></div>"
    return html(fill("shared/plain.html", title="Bluesky", body=body))


def _embed(post: Post) -> str:
    owner, record = post.more["did"], post.more["rkey"]
    ref = "ref_src=embed"
    return (
        f'<blockquote class="bluesky-embed" data-bluesky-uri="at://{owner}/{_COLLECTION}/{record}" '
        f'data-bluesky-cid="{post.more["cid"]}" data-bluesky-embed-color-mode="system">'
        f'<p lang="{post.lang}">{paragraphs(post.text)}</p>&mdash; {escape(post.name)} '
        f'(<a href="https://bsky.app/profile/{owner}?{ref}">@{post.handle}</a>) '
        f'<a href="https://bsky.app/profile/{owner}/post/{record}?{ref}">{day(post.at)} at {post.at:%-I:%M %p}</a>'
        '</blockquote><script async src="https://embed.bsky.app/static/embed.js" charset="utf-8"></script>'
    )


SITE = Site(
    platform="bluesky",
    hosts={
        "public.api.bsky.app": _xrpc,
        "api.bsky.app": _xrpc,
        "embed.bsky.app": _embed_host,
        "cdn.bsky.app": _pictures,
        "bsky.app": _app,
    },
    posts=POSTS,
    embed=_embed,
)

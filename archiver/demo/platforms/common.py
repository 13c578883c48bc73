"""What several demo platforms do alike: pictures, misfortunes, look-ups."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from archiver.demo.assets import fill
from archiver.demo.cast import Cast
from archiver.demo.media import avatar, picture
from archiver.demo.script import Act, Post
from archiver.demo.wire import Delivery, Reply, Request, html, redirect, text

__all__ = ["avatar_reply", "by_id", "day", "iso", "mishap", "not_found", "picture_reply", "slowed", "to_https"]

_CACHEABLE = (("Cache-Control", "public, max-age=600"),)
#: Long enough to be seen, short enough for a polite client to wait for in a test.
RETRY_AFTER_S = 2
SLOW_S = 3.0


def by_id(posts: Iterable[Post]) -> Cast:
    """Posts by their id; two of one id would be a slip of the script (ValueError)."""
    found: dict[str, Post] = {}
    for post in posts:
        if post.post_id in found:
            raise ValueError(f"two posts with the id {post.post_id}")
        found[post.post_id] = post
    return Cast(found.items())


def mishap(post: Post | None) -> Reply | None:
    """The reply that is alike on every platform: too many requests, an error, nothing, a reset."""
    act = post.act if post else None
    if act is Act.RATE_LIMITED:
        return replace(text("Too Many Requests\n", 429), headers=(("Retry-After", str(RETRY_AFTER_S)),))
    if act is Act.BROKEN:
        return text("Internal Server Error\n", 500)
    if act is Act.HANGING:
        return Reply(delivery=Delivery.SILENT)
    if act is Act.RESET:
        return Reply(delivery=Delivery.RESET)
    return None


def slowed(post: Post | None, reply: Reply) -> Reply:
    """The reply, late where the script says so."""
    return replace(reply, delay_s=SLOW_S) if post and post.act is Act.SLOW else reply


def picture_reply(scene: str, width_px: int = 1200, height_px: int = 800) -> Reply:
    """A picture as JPEG."""
    return Reply(picture(scene, width_px, height_px), "image/jpeg", headers=_CACHEABLE, cross_origin=True, ranges=True)


def avatar_reply(handle: str, side_px: int = 96) -> Reply:
    """An account's face as PNG."""
    return Reply(avatar(handle, side_px), "image/png", headers=_CACHEABLE, cross_origin=True)


def not_found(site: str) -> Reply:
    """A plain 404 page of a platform."""
    return html(fill("shared/plain.html", title=f"Page not found – {site}", body="<h1>Page not found</h1>"), 404)


def to_https(request: Request) -> Reply:
    """Platforms speak HTTPS only: the redirect from plain HTTP."""
    return redirect(f"https://{request.host}{request.target}", 301)


def iso(instant: datetime, suffix: str = ".000Z") -> str:
    """`2026-11-07T18:42:10.000Z`, as the platforms' APIs write it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S") + suffix


def day(instant: datetime) -> str:
    """`November 7, 2026`."""
    return f"{instant:%B} {instant.day}, {instant.year}"

"""Meta's graph hosts as the demo plays them: tokenless oEmbed for Instagram, Facebook and Threads."""

import re
from typing import Any

from archiver.demo.platforms import facebook, instagram, threads
from archiver.demo.platforms.common import mishap, not_found
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Handler, Reply, Request, json_reply, text

__all__ = ["HOSTS"]

# Codes as the graph API gives them: 24 for what is missing or restricted, 100 for what it
# doesn't know, 400 for private media, 2207046 where the owner turned embedding off.
_CODES = {
    Act.DELETED: (400, 24, "The requested resource does not exist"),
    Act.AGE: (400, 24, "The requested resource does not exist"),
    Act.PROTECTED: (400, 24, "The requested resource does not exist"),
    Act.LOGIN: (400, 24, "The requested resource does not exist"),
    Act.UNAVAILABLE: (400, 24, "The requested resource does not exist"),
    Act.NO_EMBED: (400, 2207046, "The owner of this media has turned embedding off"),
}


def _graph(request: Request) -> Reply:
    edge = request.segments[-1] if request.segments else ""
    url = request.query.get("url", "")
    site, post = _subject(edge, url)
    if site is None:
        return not_found("graph.facebook.com")
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.CHALLENGE:
        return text("Client challenge\n", 403)
    if post is None:
        return _error(404, 100, "Invalid parameter")
    if not post.served:
        return _error(*_CODES.get(post.act, _CODES[Act.DELETED]))
    return json_reply(_oembed(site, post))


def _subject(edge: str, url: str) -> tuple[Site | None, Post | None]:
    """The site that an oEmbed edge speaks for, and the post of it that `url` names."""
    if edge == "instagram_oembed":
        found = re.search(r"/(?:p|reel|reels|tv)/([\w-]+)", url)
        return instagram.SITE, instagram.find_post(found.group(1)) if found else None
    if edge in ("oembed_post", "oembed_video"):
        return facebook.SITE, facebook.find_post(url)
    if edge in ("oembed", "threads_oembed"):
        found = re.search(r"/post/([\w-]+)", url)
        return threads.SITE, threads.find_post(found.group(1)) if found else None
    return None, None


def _oembed(site: Site, post: Post) -> dict[str, Any]:
    name = {"instagram": "Instagram", "facebook": "Facebook", "threads": "Threads"}[site.platform]
    value: dict[str, Any] = {
        "version": "1.0",
        "provider_name": name,
        "provider_url": f"https://www.{site.platform}.com/",
        "type": "rich",
        "width": 658,
        "height": None,
        "html": site.embed(post),
    }
    if site.platform == "facebook":
        value |= {"author_name": post.name, "author_url": f"https://www.facebook.com/{post.handle}"}
    return value


def _error(status: int, code: int, message: str) -> Reply:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AdEmoTrAcE0"}
    return json_reply({"error": error}, status)


HOSTS: dict[str, Handler] = {"graph.facebook.com": _graph, "graph.threads.com": _graph, "graph.threads.net": _graph}

"""What an archive of the web has of X posts: the bytes of the forms in which they were served over the years."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from archiver.demo.assets import escape, fill, paragraphs
from archiver.demo.platforms.x_record import tweet_record
from archiver.demo.script import Post
from archiver.demo.wire import Reply, html, json_reply

__all__ = ["FORMS", "first_interface", "front_end", "old_page", "preview", "second_interface", "shell", "syndicated"]


def old_page(post: Post) -> Reply:
    """The page as the server wrote it until 2020, with a reply of somebody else below."""
    words = re.sub(r"https://t\.co/(\w+)", _shown_link, paragraphs(post.text))
    if post.media_key:
        words += f'<a href="https://t.co/{post.media_key}" class="twitter-timeline-link">{_picture(post)}</a>'
    tweet = (
        f'<div class="tweet permalink-tweet" data-tweet-id="{post.post_id}" data-screen-name="{post.handle}"'
        f' data-name="{escape(post.name)}"><span class="_timestamp" data-time-ms="{_ms(post.at)}"></span>'
        f'<p class="tweet-text" lang="{post.lang}">{words}</p></div>'
    )
    reply = '<div class="tweet" data-tweet-id="1"><p class="tweet-text">I was there too.</p></div>'
    return html(fill("shared/plain.html", title=f"{escape(post.name)} on Twitter", body=tweet + reply))


def preview(post: Post) -> Reply:
    """The application's page as robots got it: nothing but tags for previews."""
    words = f"{post.text} {_picture(post)}" if post.media_key else post.text
    head = (
        f'<link rel="canonical" href="https://twitter.com/{post.handle}/status/{post.post_id}">'
        f'<meta property="og:url" content="https://twitter.com/{post.handle}/status/{post.post_id}">'
        f'<meta property="og:title" content="{escape(post.name)} on Twitter">'
        f'<meta property="og:description" content="“{escape(words)}”">'
    )
    return html(f"<!DOCTYPE html><html><head>{head}</head><body><div id=react-root></div></body></html>")


def shell(_post: Post) -> Reply:
    """The application's page as everybody else got it: 200, and no post in it."""
    return html(fill("shared/plain.html", title="X", body="<div id=react-root></div><p>Log in to X</p>"))


def first_interface(post: Post) -> Reply:
    """The first programming interface, as archives' own harvests kept it."""
    whole = f"{post.text} https://t.co/{post.media_key}" if post.media_key else post.text
    media = [{"url": f"https://t.co/{post.media_key}", "display_url": _picture(post)}] if post.media_key else []
    return json_reply(
        {
            "created_at": post.at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
            "id_str": post.post_id,
            "full_text": whole.replace("&", "&amp;"),
            "user": {"id_str": str(len(post.handle)), "screen_name": post.handle, "name": post.name},
            "entities": {"urls": [], "media": media},
        }
    )


def second_interface(post: Post) -> Reply:
    """The second one: the author is told apart."""
    whole = f"{post.text} https://t.co/{post.media_key}" if post.media_key else post.text
    urls = [{"url": f"https://t.co/{post.media_key}", "display_url": _picture(post)}] if post.media_key else []
    author = str(sum(map(ord, post.handle)))
    data: dict[str, Any] = {"id": post.post_id, "text": whole, "author_id": author, "entities": {"urls": urls}}
    users = [{"id": "1", "username": "somebody"}, {"id": author, "username": post.handle, "name": post.name}]
    return json_reply({"data": data, "includes": {"users": users}})


def syndicated(post: Post) -> Reply:
    """What embeds ask for."""
    return Reply(json.dumps(tweet_record(post)).encode(), "application/json")


def front_end(post: Post) -> Reply:
    """A front end of somebody else's."""
    words = escape(post.text)
    tweet = (
        f'<div class="main-tweet"><a class="fullname">{escape(post.name)}</a><a class="username">@{post.handle}</a>'
        f'<span class="tweet-date"><a href="/{post.handle}/status/{post.post_id}#m">then</a></span>'
        f'<div class="tweet-content">{words}</div></div>'
    )
    return html(fill("shared/plain.html", title="front end", body=tweet))


#: Every form that shows the post, and where it lies.
FORMS: Mapping[str, Callable[[Post], Reply]] = {
    "old page": old_page,
    "preview": preview,
    "first interface": first_interface,
    "second interface": second_interface,
    "syndicated": syndicated,
    "front end": front_end,
}


def _picture(post: Post) -> str:
    return f"pic.twitter.com/{post.media_key}"


def _shown_link(found: re.Match[str]) -> str:
    return f'<a href="https://t.co/{found[1]}" class="twitter-timeline-link">example.org/…</a>'


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)

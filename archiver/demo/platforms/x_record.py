"""The syndication record of an X post, in the shape that the endpoint is known to give."""

import re
from typing import Any

from archiver.demo.platforms.common import iso
from archiver.demo.platforms.x_posts import POSTS
from archiver.demo.script import Post

__all__ = ["SHORT_LINKS", "displayed", "tweet_record"]

_BY_KEY = {post.key: post for post in POSTS}
#: What t.co keys lead to, beside the media keys of the posts.
SHORT_LINKS: dict[str, str] = {
    "Rp4Harb0ur": "https://www.civic-records.example/harbour/wall-report-2026",
    "T1deT4bl3s": "https://www.civic-records.example/tides/2026",
}


def tweet_record(post: Post) -> dict[str, Any]:
    """The syndication record of a post that is shown."""
    whole = f"{post.text} https://t.co/{post.media_key}" if post.media_key else post.text
    record: dict[str, Any] = {
        "__typename": "Tweet",
        "lang": post.lang,
        "favorite_count": int(post.post_id) % 977,
        "created_at": iso(post.at),
        "display_text_range": [0, len(post.text)],
        "entities": {"hashtags": [], "urls": _url_entities(post), "user_mentions": [], "symbols": []},
        "id_str": post.post_id,
        "text": _entities_escaped(whole),
        "user": _user(post),
        "edit_control": {
            "edit_tweet_ids": _edit_ids(post),
            "editable_until_msecs": str(round(post.at.timestamp() * 1000) + 3_600_000),
            "is_edit_eligible": True,
            "edits_remaining": "4" if post.more.get("edited") else "5",
        },
        "conversation_count": int(post.post_id) % 31,
        "news_action_type": "conversation",
        "isEdited": bool(post.more.get("edited")),
        "isStaleEdit": False,
    }
    if post.media_key:
        record |= _media(post)
    if post.more.get("note"):
        record["note_tweet"] = {"id": "Tm90ZVR3ZWV0OmRlbW8"}
    if quoted := post.more.get("quoted"):
        record["quoted_tweet"] = tweet_record(_BY_KEY[quoted])
    return record


def _entities_escaped(words: str) -> str:
    """The three entities that X itself writes into its texts."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _edit_ids(post: Post) -> list[str]:
    first = str(int(post.post_id) - (95_000 << 22))
    return [first, post.post_id] if post.more.get("edited") else [post.post_id]


def _user(post: Post) -> dict[str, Any]:
    number = str(sum(post.handle.encode()) * 1_000_003)
    return {
        "id_str": number,
        "name": post.name,
        "profile_image_url_https": f"https://pbs.twimg.com/profile_images/{number}/{post.handle}_normal.png",
        "screen_name": post.handle,
        "verified": False,
        "is_blue_verified": post.handle == "SaltmereWatch_",
        "profile_image_shape": "Circle",
    }


def _url_entities(post: Post) -> list[dict[str, Any]]:
    return [
        {
            "display_url": displayed(SHORT_LINKS[found.group(1)]),
            "expanded_url": SHORT_LINKS[found.group(1)],
            "indices": [found.start(), found.end()],
            "url": found.group(0),
        }
        for found in re.finditer(r"https://t\.co/(\w+)", post.text)
    ]


def displayed(url: str) -> str:
    """A URL as X shows it in place of the t.co link."""
    bare = re.sub(r"^https?://(www\.)?", "", url)
    return bare if len(bare) <= 30 else bare[:30] + "…"  # noqa: PLR2004  # where X cuts a displayed URL


def _media(post: Post) -> dict[str, Any]:
    address = f"https://pbs.twimg.com/media/{post.media_key}.jpg"
    link = {
        "display_url": f"pic.twitter.com/{post.media_key}",
        "expanded_url": f"https://twitter.com/{post.handle}/status/{post.post_id}/photo/1",
        "indices": [len(post.text) + 1, len(post.text) + 1 + len(f"https://t.co/{post.media_key}")],
        "url": f"https://t.co/{post.media_key}",
    }
    detail = link | {
        "ext_alt_text": post.alt,
        "media_url_https": address,
        "original_info": {"height": 800, "width": 1200, "focus_rects": []},
        "sizes": {"large": {"h": 800, "resize": "fit", "w": 1200}},
        "type": "photo",
    }
    photo = {"url": address, "width": 1200, "height": 800, "accessibilityLabel": post.alt}
    entities = {"hashtags": [], "urls": _url_entities(post), "user_mentions": [], "symbols": [], "media": [link]}
    return {"entities": entities, "mediaDetails": [detail], "photos": [photo]}

"""Invented posts for every platform that the demo plays, and the states that each can be in."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from archiver.demo.ids import cid, did, instagram_code, mastodon_id, rkey, tiktok_id, x_id
from archiver.demo.platforms.mastodon import HOST
from archiver.demo.script import Act, Post
from archiver.model.states import Availability

__all__ = ["STATES", "invent_post", "posts_names"]

_GONE = Availability.GONE_DELETED
_AUTHOR = Availability.GONE_AUTHOR
_SOMEHOW = Availability.GONE_UNSPECIFIED
_UNCLEAR = Availability.UNCLEAR
_LIVE = Availability.LIVE

#: What is so while a platform plays an act, and what its answers allow one to say. The
#: second differs where a platform says the same of several fates (Meta's platforms, Telegram,
#: TikTok's 10204, every plain 404).
STATES: Mapping[str, Mapping[Act, tuple[Availability, Availability]]] = {
    "x": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _GONE),
        Act.SUSPENDED: (_AUTHOR, _AUTHOR),
        Act.ACCOUNT_GONE: (_AUTHOR, _AUTHOR),
        Act.MODERATED: (Availability.GONE_PLATFORM, Availability.GONE_PLATFORM),
        Act.UNAVAILABLE: (Availability.GONE_PLATFORM, _SOMEHOW),
        Act.MISSING: (_GONE, _SOMEHOW),
        Act.PROTECTED: (Availability.PROTECTED, Availability.PROTECTED),
        Act.AGE: (Availability.AGE, Availability.AGE),
        Act.EMPTY_TOMBSTONE: (Availability.AGE, Availability.LOGIN),
        Act.WITHHELD: (Availability.GEO_LEGAL, Availability.GEO_LEGAL),
        Act.EMPTY: (_LIVE, _UNCLEAR),
    },
    "bluesky": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _SOMEHOW),
        Act.SUSPENDED: (_AUTHOR, _AUTHOR),
        Act.ACCOUNT_GONE: (_AUTHOR, _AUTHOR),
        Act.MODERATED: (Availability.GONE_PLATFORM, _SOMEHOW),
        Act.PROTECTED: (Availability.LOGIN, Availability.LOGIN),
    },
    "mastodon": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _SOMEHOW),
        Act.SUSPENDED: (_AUTHOR, _AUTHOR),
        Act.LOGIN: (Availability.LOGIN, Availability.LOGIN),
    },
    "instagram": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _UNCLEAR),
        Act.PROTECTED: (Availability.PROTECTED, _UNCLEAR),
        Act.AGE: (Availability.AGE, _UNCLEAR),
        Act.LOGIN: (Availability.LOGIN, _UNCLEAR),
        Act.NO_EMBED: (_LIVE, _UNCLEAR),
    },
    "facebook": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _UNCLEAR),
        Act.LOGIN: (Availability.LOGIN, _UNCLEAR),
    },
    "threads": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _UNCLEAR),
        Act.LOGIN: (Availability.LOGIN, _UNCLEAR),
    },
    "tiktok": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _UNCLEAR),
        Act.SUSPENDED: (_AUTHOR, _AUTHOR),
        Act.PROTECTED: (Availability.PROTECTED, Availability.PROTECTED),
        Act.WITHHELD: (Availability.GEO_LEGAL, Availability.GEO_LEGAL),
        Act.LOGIN: (Availability.LOGIN, Availability.LOGIN),
    },
    "youtube": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _SOMEHOW),
        Act.PROTECTED: (Availability.PROTECTED, Availability.PROTECTED),
        Act.AGE: (Availability.AGE, Availability.AGE),
        Act.NO_EMBED: (_LIVE, _LIVE),
    },
    "reddit": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _GONE),
        Act.MODERATED: (Availability.GONE_PLATFORM, Availability.GONE_PLATFORM),
        Act.PROTECTED: (Availability.PROTECTED, Availability.PROTECTED),
    },
    "telegram": {
        Act.LIVE: (_LIVE, _LIVE),
        Act.DELETED: (_GONE, _UNCLEAR),
        Act.ACCOUNT_GONE: (_AUTHOR, _UNCLEAR),
    },
}

_PLACES = ("Rope Street", "the mole", "Lower Quay", "the gasworks field", "the north wall", "Chandler's Yard")
_SIGHTS = ("heron", "pilot boat", "dredger", "school party", "brass band", "harbour seal", "fog bank")
_REDDIT_FIRST = int("1zzzzzz", 36)
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def invent_post(platform: str, number: int, born_at: datetime) -> Post:
    """Post `number` of a platform: the same for the same arguments, with an id that the platform could have given."""
    post_id, url, more = _ADDRESSES[platform](number, born_at)
    place, sight = _PLACES[number % 6], _SIGHTS[number % 7]
    return Post(
        key=f"{platform}/life-{number}",
        platform=platform,
        post_id=post_id,
        url=url,
        name=f"Shore Diary {number}",
        handle=more.get("handle", f"shorediary_{number}"),
        at=born_at,
        text=f"Shore diary, entry {number}: one {sight} seen from {place}, water {100 + number * 37 % 240} cm.",
        more=more,
    )


def posts_names(post: Post) -> tuple[str, ...]:
    """The names by which its platform looks a post up: its id, and what stands for it or its account alone."""
    return (post.post_id, *(post.more[key] for key in ("did", "number") if key in post.more))


_Address = tuple[str, str, dict[str, str]]


def _x(number: int, at: datetime) -> _Address:
    post_id = x_id(at, number)
    return post_id, f"https://x.com/i/status/{post_id}", {}


def _bluesky(number: int, at: datetime) -> _Address:
    handle = f"shorediary{number}.example"
    owner, record = did(handle), rkey(at, number)
    more = {"did": owner, "rkey": record, "cid": cid(handle), "handle": handle}
    return f"{owner}/{record}", f"https://bsky.app/profile/{owner}/post/{record}", more


def _mastodon(number: int, at: datetime) -> _Address:
    status = mastodon_id(at, number)
    return f"{HOST}/{status}", f"https://{HOST}/@shorediary_{number}/{status}", {"number": status}


def _instagram(number: int, at: datetime) -> _Address:
    code = instagram_code(at, number)
    return code, f"https://www.instagram.com/p/{code}/", {}


def _facebook(number: int, _at: datetime) -> _Address:
    post_id = str(122_500_000_000_000_000 + number)
    return post_id, f"https://www.facebook.com/shorediary_{number}/posts/{post_id}", {}


def _threads(number: int, at: datetime) -> _Address:
    code = instagram_code(at, -number - 1)
    return code, f"https://www.threads.com/@shorediary_{number}/post/{code}", {}


def _tiktok(number: int, at: datetime) -> _Address:
    post_id = tiktok_id(at, number)
    return post_id, f"https://www.tiktok.com/@shorediary_{number}/video/{post_id}", {}


def _youtube(number: int, _at: datetime) -> _Address:
    digest = hashlib.sha256(f"shore diary {number}".encode()).digest()
    video = base64.urlsafe_b64encode(digest).decode()[:11]
    return video, f"https://www.youtube.com/watch?v={video}", {}


def _reddit(number: int, _at: datetime) -> _Address:
    post_id, rest = "", _REDDIT_FIRST + number
    while rest:
        rest, digit = divmod(rest, 36)
        post_id = _BASE36[digit] + post_id
    more = {"sub": "SaltmereTown", "slug": f"shore_diary_{number}", "body": "Seen this morning."}
    return post_id, f"https://www.reddit.com/comments/{post_id}", more


def _telegram(number: int, _at: datetime) -> _Address:
    channel, message = f"shore_diary_{number // 20}", number % 20 + 1
    return f"{channel}/{message}", f"https://t.me/{channel}/{message}", {"handle": channel}


_ADDRESSES: Mapping[str, Callable[[int, datetime], _Address]] = {
    "x": _x,
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "instagram": _instagram,
    "facebook": _facebook,
    "threads": _threads,
    "tiktok": _tiktok,
    "youtube": _youtube,
    "reddit": _reddit,
    "telegram": _telegram,
}

"""Posts that a JSON object describes: cards of newsletters, properties of components, state of pages."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from archiver.extract.dates import iso_instant
from archiver.extract.links import post_at
from archiver.model.records import Claim, PostRef

__all__ = ["Card", "claim_of", "objects_in", "post_card", "posts_of"]

_JSON_URL = re.compile(r"(?:https?:)?(?:\\?/){2}[\w.-]+\.[a-z]{2,}(?:\\?/|[^\s\"'<>\\(){}])*", re.IGNORECASE)
#: A JSON text that names more posts is a list of something, and no card of one.
_POSTS = 2
_NODES = 50_000
_TEXTS = ("full_text", "fullText", "tweetText", "text", "caption", "articleBody")
_NAMES = ("name", "author_name", "authorName", "display_name", "displayName", "fullName")
_HANDLES = ("username", "screen_name", "screenName", "handle", "author_handle", "authorHandle", "userName")
_DATES = ("date", "created_at", "createdAt", "published_at", "publishedAt", "datePublished", "dateCreated", "timestamp")
_AUTHORS = ("author", "user", "creator", "account")
_HANDLE = re.compile(r"@?([\w.-]{1,60}(?:@[\w.-]{1,100})?)")
_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A post, and what is said of it."""

    post: PostRef
    claim: Claim | None = None


def post_card(text: str) -> Card | None:
    """The post that a JSON text describes; None if it names none, or many."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        value = None
    cards = {card.post.url: card for owner in objects_in(value) for card in posts_of(owner)}
    if not cards:
        urls = (found[0].replace("\\/", "/") for found in _JSON_URL.finditer(unescape(text)))
        cards = {post.url: Card(post) for post in map(post_at, urls) if post}
    return next(iter(cards.values())) if 0 < len(cards) <= _POSTS else None


def objects_in(value: Any, *, without: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """The objects in a JSON value, in their order, the outer before the inner; not below the keys `without`."""
    waiting, left = [value], _NODES
    while waiting and left:
        item, left = waiting.pop(), left - 1
        if isinstance(item, dict):
            yield item
            waiting.extend(reversed([inner for key, inner in item.items() if key not in without]))
        elif isinstance(item, list):
            waiting.extend(reversed(item))


def posts_of(owner: Mapping[str, Any]) -> Iterator[Card]:
    """The posts that an object's own values are addresses of."""
    for value in owner.values():
        if isinstance(value, str) and value.lstrip()[:5].lower().startswith(("http:", "https", "at://", "//")):
            post = post_at(unescape(value.strip()))
            if post is not None:
                yield Card(post, claim_of(owner))


def claim_of(owner: Mapping[str, Any]) -> Claim | None:
    """What an object says of the post it describes; None if it holds neither words nor a handle."""
    author: Mapping[str, Any] = next((owner[key] for key in _AUTHORS if isinstance(owner.get(key), dict)), {})
    handle = _HANDLE.fullmatch(_first(owner, _HANDLES) or _first(author, _HANDLES) or "")
    text = _first(owner, _TEXTS)
    if text is None and handle is None:
        return None
    name, stamp = _first(owner, _NAMES) or _first(author, _NAMES), _first(owner, _DATES)
    return Claim(
        name=name[:_NAME_CHARS] if name else None,
        handle=handle[1] if handle else None,
        text=text,
        date=iso_instant(stamp),
        date_text=stamp,
    )


def _first(owner: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    values = (owner.get(key) for key in keys)
    return next((unescape(value).strip() for value in values if isinstance(value, str) and value.strip()), None)

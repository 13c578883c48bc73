"""Posts that stand in attributes and templates: lazy addresses, escaped or encoded markup, JSON.

Consent and lazy-loading plug-ins move an embed out of the tree into an attribute: as its
address, as its code (escaped, URL-encoded or base64), or inside a JSON object.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from archiver.extract.cards import post_card
from archiver.extract.links import post_at
from archiver.extract.markup import names_of
from archiver.extract.others import is_amp_own
from archiver.model.records import Claim, PostRef

__all__ = ["DULL_ATTRIBUTES", "SOURCED", "Hidden", "hidden_in_attributes", "hidden_in_text"]

#: Longer values are the state of an application, not one embed; a frame's document may be long.
_VALUE_CHARS = 30_000
_SRCDOC_CHARS = 500_000
_LEAST_CHARS = 10
#: An element that holds more is no embed.
_MOST = 10
#: Attributes that never hold an embed, whatever is in them.
DULL_ATTRIBUTES = names_of(
    "class id style alt title width height srcset sizes rel target role lang dir type name content itemtype xmlns"
    " action datetime integrity poster background color font face pattern placeholder sandbox allow loading media"
    " viewbox d aria-label aria-describedby aria-labelledby referrerpolicy crossorigin version vocab typeof prefix"
    " profile summary data-srcset data-sizes"
)
#: Elements whose addresses are something else than an embed.
SOURCED = names_of(
    "a img script link meta picture html head body style svg path use form label input-group button"
    " track area base option select textarea time ins del q"
)
#: Widgets that name a post (or any page) to say what is liked, shared or discussed.
_BUTTONS = names_of(
    "fb-comments fb-comments-count fb-follow fb-like fb-page fb-save fb-send fb-share-button twitter-share-button"
    " twitter-follow-button twitter-timeline twitter-hashtag-button share-button share-buttons sharing share-link"
    " share-bar social-share addthis_toolbox addthis_inline_share_toolbox a2a_kit sharethis-inline-share-buttons"
    " disqus-comment-count"
)
_FRAMES = frozenset({"iframe", "amp-iframe", "embed", "object", "frame"})
#: Tooltips and menus are markup too; only this is worth reading.
_MARKUP = re.compile(
    r"<(?:iframe|blockquote|amp-[a-z]|object|embed)\b|data-telegram-post|fb-(?:post|video)|tumblr-post|vk_post_"
    r"|data-tweet-?id|wp-block-embed|tiktok-embed|embedly-card",
    re.IGNORECASE,
)
# A signature may follow, so that a server renders nothing but what it wrote itself.
_BASE64 = re.compile(r"\s*((?:[A-Za-z0-9+/]{4}){8,}[A-Za-z0-9+/]{0,4}={0,2})(?:[,;:|.][\w-]{0,200})?\s*")
_START = re.compile(r"(?:https?:)?//[^\s'\"()]+")


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a value holds: a post with its claim, or markup that has to be read like a page; and where."""

    where: str
    post: PostRef | None = None
    markup: str | None = None
    claim: Claim | None = None


def hidden_in_attributes(tag: str, attrs: Mapping[str, str], classes: Sequence[str]) -> list[Hidden]:
    """The posts and the markup in an element's attributes; `tag` is its name."""
    if tag in SOURCED or is_amp_own(tag) or (classes and not _BUTTONS.isdisjoint(classes)):
        return []
    found: list[Hidden] = []
    for name, value in attrs.items():
        if len(value) >= _LEAST_CHARS and name not in DULL_ATTRIBUTES:
            found.extend(_hidden(value, f"{tag}[{name}]", frame=tag in _FRAMES))
            if len(found) >= _MOST:
                break
    return found


def hidden_in_text(text: str, where: str) -> list[Hidden]:
    """The posts and the markup in a template's text, which may be base64."""
    return list(_hidden(text, where, frame=False))


def _hidden(value: str, where: str, *, frame: bool) -> Iterator[Hidden]:
    if len(value) > (_SRCDOC_CHARS if where.endswith("[srcdoc]") else _VALUE_CHARS):
        return
    markup = list(_markup(value, where)) if "<" in value or "&lt;" in value or "%3C" in value else []
    if markup:
        yield from markup
    elif value.lstrip()[:1] in ("{", "["):
        card = post_card(value)
        if card is not None:
            yield Hidden(where, post=card.post, claim=card.claim)
    elif len(value) > 40 and (encoded := _BASE64.fullmatch(value)):  # noqa: PLR2004  # shorter ones are names and ids
        decoded = _base64(encoded[1])
        if decoded:
            yield from _hidden(decoded, where, frame=frame)
    elif "//" in value or "%2F%2F" in value or value.startswith("at://"):
        yield from _address(value, where, frame=frame)


def _markup(value: str, where: str) -> Iterator[Hidden]:
    text = unquote(value) if "<" not in value and "%3C" in value else value
    text = unescape(text) if "<" not in text else text
    if value.lstrip()[:1] in ("{", "["):
        text = text.replace('\\"', '"').replace("\\/", "/")
    if _MARKUP.search(text) or where.endswith("[srcdoc]"):
        yield Hidden(where, markup=text)


def _address(value: str, where: str, *, frame: bool) -> Iterator[Hidden]:
    if frame and value.startswith("/") and not value.startswith("//"):
        # A site's own player names in a parameter what it plays.
        value = f"https://site.invalid{value}"
    text = unquote(value) if "//" not in value else value
    start = _START.search(text)
    post = None
    if start and (frame or start.start() == 0 or "onclick" in where):
        post = post_at(start[0], wrapped=True)
    elif text.startswith("at://"):
        post = post_at(text)
    if post is not None:
        yield Hidden(where, post=post)


def _base64(value: str) -> str | None:
    try:
        text = b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if "//" in text or "%2F%2F" in text or "<" in text or "%3C" in text else None

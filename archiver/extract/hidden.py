"""Posts that stand in attributes and templates: lazy addresses, escaped or encoded markup, JSON.

Consent and lazy-loading plug-ins move an embed out of the tree into an attribute: as its
address, as its code (escaped, URL-encoded or base64), or inside a JSON object.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from archiver.extract.links import is_share
from archiver.extract.markup import names_of
from archiver.model.records import PostRef
from archiver.model.urls import parse_url
from archiver.platforms import identify

__all__ = ["Hidden", "hidden_in_attributes", "hidden_in_text", "post_at"]

#: Longer values are the state of an application, not one embed; a frame's document may be long.
_VALUE_CHARS = 30_000
_SRCDOC_CHARS = 500_000
_URL_CHARS = 4000
#: More posts in one attribute are a list of something.
_POSTS = 2
_NAMES = frozenset({"src", "srcdoc", "url", "cite", "props", "value", "data", "onclick", "embed", "embed-url", "href"})
#: Elements whose addresses are something else than an embed.
_SKIPPED = names_of(
    "a img script link meta source picture html head body style svg path use form label input-group button"
    " video audio track area base option select textarea time ins del q"
)
_FRAMES = frozenset({"iframe", "amp-iframe", "embed", "object", "frame"})
#: Tooltips and menus are markup too; only this is worth reading.
_MARKUP = re.compile(
    r"<(?:iframe|blockquote|amp-[a-z]|object|embed)\b|data-telegram-post|fb-(?:post|video)|tumblr-post|vk_post_",
    re.IGNORECASE,
)
# A signature may follow, so that a server renders nothing but what it wrote itself.
_BASE64 = re.compile(r"\s*((?:[A-Za-z0-9+/]{4}){8,}[A-Za-z0-9+/]{0,4}={0,2})(?:[,;:|.][\w-]{0,200})?\s*")
_JSON_URL = re.compile(r"(?:https?:)?(?:\\?/){2}[\w.-]+\.[a-z]{2,}(?:\\?/|[^\s\"'<>\\(){}])*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a value holds: a post, or markup that has to be read like a page; and where."""

    where: str
    post: PostRef | None = None
    url: str | None = None
    markup: str | None = None


def hidden_in_attributes(tag: str, attrs: Mapping[str, str]) -> list[Hidden]:
    """The posts and the markup in an element's attributes; `tag` is its name."""
    if tag in _SKIPPED:
        return []
    found: list[Hidden] = []
    for name, value in attrs.items():
        if len(value) > 10 and (name.startswith("data") or name in _NAMES):  # noqa: PLR2004  # "//t.me/a/1"
            found.extend(_hidden(value, f"{tag}[{name}]", frame=tag in _FRAMES))
    return found


def hidden_in_text(text: str, where: str) -> list[Hidden]:
    """The posts and the markup in a template's text, which may be base64."""
    return list(_hidden(text, where, frame=False))


def post_at(text: str, *, wrapped: bool = False) -> PostRef | None:
    """The post that an address leads to; `wrapped` looks for one inside the address too."""
    url = parse_url(text) if len(text) <= _URL_CHARS else None
    if url is None or is_share(url):
        return None
    post = identify(text)
    if post is None and wrapped:
        inside = [value for _, value in url.query if value.startswith(("http", "//"))]
        inner = max(url.text.find("/http://", 8), url.text.find("/https://", 8))
        inside += [url.text[inner + 1 :]] if inner > 0 else []
        post = next(filter(None, map(post_at, inside)), None)
    return post


def _hidden(value: str, where: str, *, frame: bool) -> Iterator[Hidden]:
    if len(value) > (_SRCDOC_CHARS if where.endswith("[srcdoc]") else _VALUE_CHARS):
        return
    if "<" in value or "&lt;" in value or "%3C" in value:
        yield from _markup(value, where)
    elif value.lstrip()[:1] in ("{", "["):
        yield from _json(value, where)
    elif len(value) > 40 and (encoded := _BASE64.fullmatch(value)):  # noqa: PLR2004  # shorter ones are names and ids
        decoded = _base64(encoded[1])
        if decoded:
            yield from _hidden(decoded, where, frame=frame)
    elif "//" in value or "%2F%2F" in value:
        yield from _address(value, where, frame=frame)


def _markup(value: str, where: str) -> Iterator[Hidden]:
    text = unquote(value) if "<" not in value and "%3C" in value else value
    text = unescape(text) if "<" not in text else text
    if value.lstrip()[:1] in ("{", "["):
        text = text.replace('\\"', '"').replace("\\/", "/")
    if _MARKUP.search(text) or where.endswith("[srcdoc]"):
        yield Hidden(where, markup=text)


def _json(value: str, where: str) -> Iterator[Hidden]:
    urls = (found[0].replace("\\/", "/") for found in _JSON_URL.finditer(unescape(value)))
    posts = {post: url for url in urls if (post := post_at(url))}
    if len(posts) <= _POSTS:
        yield from (Hidden(where, post=post, url=url) for post, url in list(posts.items())[:1])


def _address(value: str, where: str, *, frame: bool) -> Iterator[Hidden]:
    text = unquote(value) if "//" not in value else value
    start = re.search(r"(?:https?:)?//[^\s'\"()]+", text)
    post = post_at(start[0], wrapped=True) if start and (frame or start.start() == 0 or "onclick" in where) else None
    if post is not None and start:
        yield Hidden(where, post=post, url=start[0])


def _base64(value: str) -> str | None:
    try:
        text = b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if "//" in text or "%2F%2F" in text or "<" in text or "%3C" in text else None

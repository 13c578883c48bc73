"""What archives kept of an X post, in the forms in which it was served over the years.

| form | when |
|---|---|
| the server's own page: `.permalink-tweet[data-tweet-id]` with `p.tweet-text` | until 2020 |
| an empty application, which shows nothing; tags for previews where a robot asked | since |
| JSON of the programming interfaces: v1.1 (`full_text`, `user`), v2 (`data`, `includes`) | archives' own harvests |
| JSON of `tweet-result` (syndication) and of oEmbed, whose `html` is the widget's markup | as embeds ask for it |
| front ends of others: `.main-tweet .tweet-content` | nitter |

A form that does not name this very post's id shows nothing.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

from bs4 import BeautifulSoup, Tag

from archiver.model.records import Claim, PostRef
from archiver.platforms._archived import preview_address, preview_of
from archiver.platforms.base import Answer
from archiver.platforms.common import (
    attr,
    dig,
    instant_from_ms,
    instant_from_text,
    items,
    outermost,
    parse_html,
    parse_json,
    shown_text,
    text_at,
)

__all__ = ["read_archived"]

_OK = 200
_SHORT = re.compile(r"(?:^|/)(?:https?://)?t\.co/(\w+)$")
_MEDIA = re.compile(r"pic\.(?:twitter|x)\.com/(\w+)")
_ON_SITE = re.compile(r"\s+(?:on|auf|en|sur|no|su|в)\s+(?:Twitter|X)(?::.*)?$", re.DOTALL)


def read_archived(post: PostRef, answer: Answer, *, widget: Callable[[Tag], Claim]) -> Claim | None:
    """What the copy shows of the post; None if it does not show it. `widget` reads the markup that articles embed."""
    if answer.status != _OK:
        return None
    value = parse_json(answer.body)
    if isinstance(value, dict):
        return _from_json(post, value, widget)
    if value is not None or post.post_id.encode() not in answer.body:
        return None
    page = parse_html(answer.body)
    return _from_page(post, page) or _from_front_end(post, page) or _from_preview(post, page)


# --- JSON --------------------------------------------------------------------------------------


def _from_json(post: PostRef, value: dict[str, Any], widget: Callable[[Tag], Claim]) -> Claim | None:
    if text_at(value, "html"):
        return _from_widget(post, str(value["html"]), widget)
    inner, users = (value["data"], items(value, "includes", "users")) if "data" in value else (value, [])
    if post.post_id not in (dig(inner, "id_str"), dig(inner, "id")):
        return None
    author = dig(inner, "author_id")
    user = next((one for one in users if dig(one, "id") == author), dig(inner, "user"))
    text = text_at(inner, "full_text") or text_at(inner, "text")
    if text is None:
        return None
    shown, media, links = _without_media(unescape(text), _media_keys(inner))
    created = _instant(text_at(inner, "created_at"))
    return Claim(
        name=text_at(user, "name"),
        handle=text_at(user, "screen_name") or text_at(user, "username"),
        text=shown,
        date=created.isoformat() if created else None,
        media=media,
        links=links,
    )


def _media_keys(value: Any) -> tuple[str, ...]:
    """The keys of the links that stand for media: `display_url` says so."""
    shown = (*items(value, "entities", "media"), *items(value, "entities", "urls"))
    found = (_MEDIA.match(text_at(one, "display_url") or "") for one in shown)
    return tuple(dict.fromkeys(one[1] for one in found if one))


def _without_media(text: str, media: tuple[str, ...]) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The text without the links of its media, their keys, and those of its other links."""
    for key in media:
        text = re.sub(rf"\s*https?://t\.co/{key}\b", "", text)
    links = tuple(dict.fromkeys(re.findall(r"https?://t\.co/(\w+)", text)))
    return text.strip() or None, media, links


def _instant(text: str | None) -> datetime | None:
    found = instant_from_text(text)
    if found is None and text:
        try:
            return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
        except ValueError:
            return None
    return found


def _from_widget(post: PostRef, markup: str, widget: Callable[[Tag], Claim]) -> Claim | None:
    """The oEmbed answer's blockquote."""
    quote = parse_html(markup).find("blockquote")
    if quote is None or not re.search(rf"/status(?:es)?/{post.post_id}(?![0-9])", markup):
        return None
    claim = widget(quote)
    return claim if claim.text else None


# --- pages ---------------------------------------------------------------------------------------


def _from_page(post: PostRef, page: BeautifulSoup) -> Claim | None:
    """The page as the server wrote it until 2020; replies below it have ids of their own."""
    tweet = page.select_one(f'.permalink-tweet[data-tweet-id="{post.post_id}"]')
    body = tweet.select_one(".tweet-text") if tweet else None
    if tweet is None or body is None:
        return None
    text, media, links = _said(body)
    made = tweet.select_one("[data-time-ms]")
    at = _instant_of(attr(made, "data-time-ms")) if made else None
    return Claim(
        name=attr(tweet, "data-name") or None,
        handle=attr(tweet, "data-screen-name") or None,
        text=text,
        date=at.isoformat() if at else None,
        lang=attr(body, "lang") or None,
        media=media,
        links=links,
    )


def _instant_of(ms: str) -> datetime | None:
    return instant_from_ms(int(ms)) if re.fullmatch(r"[0-9]{10,15}", ms) else None


def _said(body: Tag) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The words with short links as they were written, keys of media, keys of links."""
    media: list[str] = []
    pictures: list[Tag] = []
    for link in outermost(body, "a"):
        shown = _MEDIA.match(shown_text(link))
        short = _SHORT.search(attr(link, "href"))
        if shown:
            media.append(shown[1])
            pictures.append(link)
        elif short:
            link.string = f"https://t.co/{short[1]}"
    return _without_media(shown_text(body, without=pictures, newlines=True), tuple(dict.fromkeys(media)))


def _from_front_end(post: PostRef, page: BeautifulSoup) -> Claim | None:
    tweet = page.select_one(".main-tweet")
    body = tweet.select_one(".tweet-content") if tweet else None
    if tweet is None or body is None or not _links_to(tweet, post):
        return None
    name, handle = tweet.select_one(".fullname"), tweet.select_one(".username")
    return Claim(
        name=(shown_text(name) if name else None) or None,
        handle=(shown_text(handle).removeprefix("@") if handle else None) or None,
        text=shown_text(body, newlines=True) or None,
    )


def _links_to(tweet: Tag, post: PostRef) -> bool:
    date = tweet.select_one(".tweet-date a[href]")
    return date is not None and re.search(rf"/status/{post.post_id}(?![0-9])", attr(date, "href")) is not None


def _from_preview(post: PostRef, page: BeautifulSoup) -> Claim | None:
    """`og:description` is the text in quotation marks, `og:title` the author's name."""
    found = re.search(r"(?:twitter|x)\.com/(\w{1,15})/status(?:es)?/([0-9]+)", preview_address(page))
    claim = preview_of(page)
    if found is None or found[2] != post.post_id or claim is None or claim.text is None:
        return None
    keys = tuple(dict.fromkeys(_MEDIA.findall(claim.text)))
    text, media, links = _without_media(re.sub(r"\s*pic\.(?:twitter|x)\.com/\w+", "", claim.text), keys)
    handle = found[1] if found[1].lower() != "i" else None
    name = _ON_SITE.sub("", claim.name or "") or None
    return Claim(name=name, handle=claim.handle or handle, text=text, media=media, links=links)

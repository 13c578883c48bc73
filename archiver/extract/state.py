"""Posts in a page's JSON state, for pages that build themselves in the browser.

The state often holds other articles too. A post counts only if the words before it in the
state are words that the page shows, and stands behind them; or, where the page shows next
to nothing, if the object that bears the page's own title holds it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

from archiver.extract.cards import Card, objects_in, posts_of
from archiver.extract.scripts import json_in

__all__ = ["StateEmbed", "embeds_behind", "embeds_of_titled", "state_values"]

_EMBED = re.compile(
    r"<blockquote[^<>]{0,300}(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|text-post-media"
    r"|reddit-(?:embed-bq|card)|mastodon-embed|fb-xfbml)|<script[^<>]{0,200}data-telegram-post"
    r"|<div[^<>]{0,100}fb-(?:post|video)|<iframe[^<>]{0,300}\bsrc=",
    re.IGNORECASE,
)
#: Of these, one stands in every script that holds a post.
_HINTS = (
    *(
        "status/",
        "status\\/",
        "status\\u002F",
        "status\\u002f",
        "tweetId",
        "tweet_id",
        "tweetid",
        '"tweet"',
        "Tweet",
        "-tweet",
    ),
    *("instagram.com/p", "instagram.com\\/p", "instagram.com\\u002F", "instagram.com/r", "instagram.com\\/r", "tiktok"),
    *(
        "bsky.app",
        "/embed",
        "\\/embed",
        "u002Fembed",
        "youtu",
        "embedType",
        "EmbedBlock",
        "t.me/",
        "t.me\\/",
        "iframe",
        "oembed",
    ),
)
#: What an object that stands for an embed calls itself, and under which keys.
_KIND = re.compile(
    r"embed|tweet|twitter|instagram|tiktok|youtube|facebook|threads|bluesky|social|video|rich", re.IGNORECASE
)
_NOT_KIND = re.compile(r"link|anchor|share|author|profile|person|byline|follow|image|photo|breadcrumb", re.IGNORECASE)
_KIND_KEYS = (
    *("type", "_type", "__typename", "subtype", "subType", "kind", "component", "componentName", "blockType", "block"),
    *("embedType", "embed_type", "mediaType", "provider", "providerName", "provider_name", "name", "elementType"),
)
_EMBEDS = 50
#: So many embeds of the state are looked for in the page, so many objects that bear its title are looked into.
_TRIED = 300
_TITLED = 8
_NODES = 400_000
#: So many characters of the words before an embed are looked for in the page.
_WORDS_CHARS = 60
_LEAST_CHARS = 25
_LEAST_SPACES = 3


@dataclass(frozen=True, slots=True)
class StateEmbed:
    """An embed in the state: its code, or the post it names; and the end of the text before it."""

    words: str
    markup: str | None = None
    card: Card | None = None
    attrs: tuple[tuple[str, str], ...] = ()


def state_values(scripts: Sequence[str]) -> list[Any]:
    """The JSON values of those scripts that may hold a post."""
    pushed = any("__next_f" in script[:30] for script in scripts)
    telling = [script for script in scripts if any(hint in script for hint in _HINTS)]
    # A value that is pushed in pieces may be cut anywhere.
    kept = [script for script in scripts if script.lstrip().startswith("self.__next_f")] if pushed and telling else []
    return list(json_in([*(script for script in telling if script not in kept), *kept]))


def embeds_behind(values: Sequence[Any], texts: Sequence[str]) -> list[tuple[int, StateEmbed]]:
    """The embeds that stand behind words which the page shows, each with the index behind those.

    `texts` are the page's paragraphs, their blanks folded.
    """
    found: list[tuple[int, StateEmbed]] = []
    for embed in islice((embed for value in values for embed in _embeds(value)), _TRIED):
        if len(embed.words) >= _LEAST_CHARS and len(found) < _EMBEDS:
            place = next((index + 1 for index, text in enumerate(texts) if embed.words in text), None)
            if place is not None:
                found.append((place, embed))
    return found


def embeds_of_titled(values: Sequence[Any], titles: frozenset[str]) -> list[StateEmbed]:
    """The embeds of the first object that bears one of the page's titles and holds any."""
    owners = (owner for value in values for owner in objects_in(value))
    titled = (owner for owner in owners if any(_is_title(value, titles) for value in owner.values()))
    found = (list(islice(_embeds(owner), _EMBEDS)) for owner in islice(titled, _TITLED))
    return next(filter(None, found), [])


def _is_title(value: object, titles: frozenset[str]) -> bool:
    return isinstance(value, str) and value.strip() in titles


def _embeds(value: Any) -> Iterator[StateEmbed]:
    words, waiting, left = "", [value], _NODES
    while waiting and left:
        item, left = waiting.pop(), left - 1
        if isinstance(item, str):
            code = _EMBED.search(item) if "<" in item else None
            before = _plain(item[: code.start()] if code else item)
            words = before if len(before) >= _LEAST_CHARS and before.count(" ") >= _LEAST_SPACES else words
            if code:
                yield StateEmbed(words[-_WORDS_CHARS:], markup=item[code.start() :])
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            embed = _object(item, words[-_WORDS_CHARS:])
            if embed is not None:
                yield embed
            else:
                waiting.extend(reversed(item.values()))


def _object(item: Mapping[str, Any], words: str) -> StateEmbed | None:
    """An object that stands for an embed: it says so, and names one post (its code is looked for below it)."""
    kinds = [value for key in _KIND_KEYS if isinstance(value := item.get(key), str)]
    if not any(_KIND.search(kind) for kind in kinds) or any(_NOT_KIND.search(kind) for kind in kinds):
        return None
    inner = [value for value in item.values() if isinstance(value, dict)]
    if any(isinstance(value, str) and _EMBED.search(value) for owner in (item, *inner) for value in owner.values()):
        return None
    cards = {card.post.url: card for owner in (item, *inner) for card in posts_of(owner)}
    if len(cards) == 1:
        return StateEmbed(words, card=next(iter(cards.values())))
    attrs = {} if cards else _attributes(item, kinds)
    return StateEmbed(words, attrs=tuple(attrs.items())) if attrs else None


def _attributes(item: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, str]:
    """An object's ids as the attributes under which markup has them: `tweetId` is `data-tweet-id`."""
    found = {}
    for key, value in item.items():
        if isinstance(value, str | int) and not isinstance(value, bool) and key.lower().endswith("id"):
            name = re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", key[:40]).lower()
            names = [f"{kind.lower()}-id" for kind in kinds if len(kind) < _LEAST_CHARS] if name == "id" else [name]
            found.update({f"data-{name}": str(value)[:200] for name in names})
    return found


def _plain(markup: str) -> str:
    text = re.sub(r"<[^<>]{0,500}>", " ", markup[-2000:]) if "<" in markup else markup[-2000:]
    return " ".join(unescape(text).split())

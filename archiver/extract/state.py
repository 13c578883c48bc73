"""Embed codes in a page's JSON state, for pages that build themselves in the browser.

The state often holds other articles too. A code counts only if the words before it in the
state are words that the page shows; the post then stands behind them.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from archiver.extract.blocks import Block

__all__ = ["StateEmbed", "embeds_in_state", "place_after"]

_EMBED = re.compile(
    r"(?:<|\\u003[cC])blockquote[^<>]{0,300}(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed"
    r"|text-post-media|reddit-(?:embed-bq|card)|mastodon-embed|fb-xfbml)"
)
_ASSIGNED = re.compile(r"\s*(?:(?:window|self|var|let|const)[\w.\s\[\]\"']{0,60}=\s*)?(?=[\[{])")
_STATE_CHARS = 4_000_000
_EMBEDS = 50
#: So many characters of the words before a code are looked for in the page.
_WORDS_CHARS = 60
_LEAST_CHARS = 25
_LEAST_SPACES = 3


@dataclass(frozen=True, slots=True)
class StateEmbed:
    """An embed code, and the end of the text that stands before it in the state."""

    markup: str
    words: str


def embeds_in_state(script: str) -> list[StateEmbed]:
    """The embed codes in a script that is a JSON value, or sets a variable to one; else []."""
    start = _ASSIGNED.match(script)
    if start is None or len(script) > _STATE_CHARS or not _EMBED.search(script):
        return []
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(script, start.end())
    except (ValueError, RecursionError):
        return []
    return list(_embeds(value))[:_EMBEDS]


def place_after(blocks: Sequence[Block], words: str) -> int | None:
    """The index behind the block that ends with `words` or holds them; None if none does."""
    if len(words) < _LEAST_CHARS:
        return None
    return next((index + 1 for index, block in enumerate(blocks) if words in " ".join(block.text.split())), None)


def _embeds(value: Any) -> Iterator[StateEmbed]:
    words = ""
    for string in _strings(value):
        found = _EMBED.search(string)
        before = _plain(string[: found.start()] if found else string)
        words = before if len(before) >= _LEAST_CHARS and before.count(" ") >= _LEAST_SPACES else words
        if found:
            yield StateEmbed(string[found.start() :], words[-_WORDS_CHARS:])


def _plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^<>]{0,500}>", " ", markup[-2000:])).split())


def _strings(value: Any) -> Iterator[str]:
    """The strings in a JSON value, in their order."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(reversed(item.values()))

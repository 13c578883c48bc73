"""What every source becomes first: a row of blocks, in reading order.

HTML, Markdown and plain text are read into the same blocks, so that flattened posts,
contexts and reading order are found in one way for all of them.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

from archiver.model.records import Claim

__all__ = ["Anchor", "Block", "BlockKind", "Embed"]


class BlockKind(StrEnum):
    """What a block is; everything but TEXT ends a post's text."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    RULE = "rule"
    IMAGE = "image"
    TABLE = "table"
    CODE = "code"
    EMBED = "embed"


@dataclass(slots=True)
class Anchor:
    """A link: `start` and `end` are its place in the block's text, `href` as published.

    `href` is None where there is none at all. `words` is its text, which may lie in other
    blocks too; `source` its place in a text source. `prose` is False where HTML has it
    outside any paragraph, as menus and buttons are.
    """

    start: int
    end: int
    href: str | None
    words: str = ""
    source: tuple[int, int] | None = None
    prose: bool = True


@dataclass(slots=True)
class Embed:
    """A post in its own markup. `url` and `post_id` are None where the markup lost them."""

    platform: str
    post_id: str | None
    url: str | None
    variant: str
    claim: Claim | None = None
    fragment: str | None = None
    source: tuple[int, int] | None = None


@dataclass(slots=True)
class Block:
    """One paragraph, heading, list item … or embed.

    `quote` numbers the block quotation it stands in (0: none). `styled` says that some of
    the text is bold or italic, which no post can be. `marker` is the sign of a list item.
    `offsets` maps places of the text to places of a text source: (in text, in source), rising.
    """

    kind: BlockKind
    text: str = ""
    anchors: list[Anchor] = field(default_factory=list)
    quote: int = 0
    styled: bool = False
    marker: str = ""
    embed: Embed | None = None
    offsets: list[tuple[int, int]] | None = None

    def anchors_between(self, start: int, end: int) -> list[Anchor]:
        """The links that overlap the part of the text from `start` to `end`."""
        low = max(bisect_right(self.anchors, start, key=lambda anchor: anchor.start) - 1, 0)
        high = bisect_right(self.anchors, end - 1, key=lambda anchor: anchor.start)
        return [anchor for anchor in self.anchors[low:high] if anchor.end > start]

    def anchor_at(self, start: int, end: int) -> Anchor | None:
        """The first link that overlaps the part of the text, or stands in it without words."""
        low = max(bisect_right(self.anchors, start, key=lambda anchor: anchor.start) - 1, 0)
        near = (a for a in self.anchors[low : low + 3] if a.start < end and (a.end > start or a.start >= start))
        return next(near, None)

    def source_at(self, place: int) -> int | None:
        """The character of the text source that stands at `place` of the text; None for HTML."""
        if not self.offsets:
            return None
        index = max(bisect_right(self.offsets, (place, 1 << 62)) - 1, 0)
        in_text, in_source = self.offsets[index]
        return in_source + max(place - in_text, 0)

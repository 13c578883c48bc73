"""HTML as blocks: the door between a document's text and the walk through its tree."""

from dataclasses import dataclass

from archiver.extract.blocks import Block, BlockKind, Embed
from archiver.extract.builder import BlockBuilder
from archiver.extract.head import Head
from archiver.extract.posts import PostFinder
from archiver.extract.rules import rule_table
from archiver.extract.state import StateEmbed, embeds_behind, embeds_of_titled, state_values
from archiver.extract.tree import parse
from archiver.extract.walker import Walker

__all__ = ["Page", "read_html"]

#: A page that shows fewer characters builds itself in the browser.
_EMPTY_CHARS = 400


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML document read: its blocks in reading order, and what it says of itself."""

    blocks: list[Block]
    head: Head


def read_html(text: str) -> Page:
    """The blocks of an HTML document or fragment. Never raises on bad markup."""
    builder = BlockBuilder()
    finder = PostFinder(builder, rule_table())
    walker = Walker(builder, finder)
    walker.walk(parse(text))
    values = state_values(walker.scripts)
    if values:
        _Unshown(builder, finder).take_state(values, walker.head)
    _Unshown(builder, finder).take_postings(walker.head)
    return Page(builder.blocks, walker.head)


class _Unshown:
    """Posts that the page's data holds and the page itself doesn't show."""

    def __init__(self, builder: BlockBuilder, finder: PostFinder) -> None:
        self._builder, self._finder = builder, finder
        self._shown = {_key(block.embed) for block in builder.blocks if block.embed is not None}

    def take_state(self, values: list[object], head: Head) -> None:
        """The posts of the page's JSON state, each behind the words that it stands behind there."""
        texts = [" ".join(block.text.split()) for block in self._builder.blocks]
        found = embeds_behind(values, texts)
        placed = [(place, self._new(self._read(embed))) for place, embed in found]
        placed.sort(key=lambda item: item[0])
        for place, blocks in reversed(placed):
            self._builder.blocks[place:place] = blocks
        if not found and not self._shown and self._builder.clock < _EMPTY_CHARS:
            for embed in embeds_of_titled(values, head.titles()):
                self._builder.blocks.extend(self._new(self._read(embed)))

    def take_postings(self, head: Head) -> None:
        """The posts that the page's linked data names as such."""
        for card in head.linked.postings:
            embed = Embed(card.post.platform, card.post.post_id, card.post.url, "application/ld+json", card.claim)
            self._builder.blocks.extend(self._new([Block(BlockKind.EMBED, embed=embed)]))

    def _read(self, embed: StateEmbed) -> list[Block]:
        blocks = self._builder.blocks
        count = len(blocks)
        if embed.markup is not None:
            Walker(self._builder, self._finder, depth=1).walk(parse(embed.markup))
        elif embed.card is not None:
            self._finder.put_card(embed.card, "JSON state")
        else:
            self._finder.put_named(dict(embed.attrs), "JSON state")
        found = blocks[count:]
        del blocks[count:]
        return found

    def _new(self, found: list[Block]) -> list[Block]:
        """Those of the embeds that the page does not show yet."""
        new = [block for block in found if block.embed is not None and _key(block.embed) not in self._shown]
        self._shown.update(_key(block.embed) for block in new if block.embed is not None)
        return new


def _key(embed: Embed) -> tuple[str, str | None]:
    return embed.platform, embed.post_id or embed.url

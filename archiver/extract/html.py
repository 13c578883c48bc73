"""HTML as blocks: the door between a document's text and the walk through its tree."""

from dataclasses import dataclass

from archiver.extract.blocks import Block, BlockKind
from archiver.extract.builder import BlockBuilder
from archiver.extract.head import Head
from archiver.extract.posts import PostFinder
from archiver.extract.rules import rule_table
from archiver.extract.state import embeds_in_state, place_after
from archiver.extract.tree import parse
from archiver.extract.walker import Walker

__all__ = ["Page", "read_html"]


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
    _read_state(walker, finder)
    return Page(builder.blocks, walker.head)


def _read_state(walker: Walker, finder: PostFinder) -> None:
    """Takes the posts of the page's JSON state, where the page itself shows none."""
    shown = walker.builder.blocks
    if any(block.kind is BlockKind.EMBED for block in shown):
        return
    for found in (embed for text in walker.scripts for embed in embeds_in_state(text)):
        place = place_after(shown, found.words)
        if place is not None:
            count = len(shown)
            Walker(walker.builder, finder, 1).walk(parse(found.markup))
            found_blocks = shown[count:]
            del shown[count:]
            shown[place:place] = found_blocks

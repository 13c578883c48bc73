"""Blocks put together from the pieces of a tree: text, links, images, embeds."""

from dataclasses import replace

from archiver.extract.blocks import Anchor, Block, BlockKind, Embed
from archiver.model.records import Claim, PostRef

__all__ = ["BlockBuilder"]

#: Words that a consent box may stand between a placeholder and its twin with.
_TWIN_CHARS = 250


class BlockBuilder:
    """Takes pieces in reading order. White space is folded; `<br>` is a line break.

    `clock` counts the visible characters so far: two showings of one post with none
    between them (a placeholder and its twin for browsers without scripts) are one.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.clock = 0
        self.kind = BlockKind.TEXT
        self.quote = 0
        self.emphasis = 0
        #: The post that was put last, if it has a permalink.
        self.last_post: PostRef | None = None
        self._parts: list[str] = []
        self._anchors: list[Anchor] = []
        self._length = 0
        self._space = False
        self._styled = False
        self._serial = 0
        self._shown: dict[tuple[str, str], tuple[Embed, int, bool]] = {}

    def put_text(self, text: str) -> None:
        """A run of text."""
        words = text.split()
        if words:
            piece = " ".join(words)
            if (self._space or text[0].isspace()) and self._length and self._parts[-1] != "\n":
                piece = f" {piece}"
            self._parts.append(piece)
            self._length += len(piece)
            self.clock += len(piece)
            self._space = text[-1].isspace()
            self._styled |= self.emphasis > 0
        elif self._length:
            self._space = True

    def put_break(self) -> None:
        """A line break."""
        if self._length:
            self._parts.append("\n")
            self._length += 1
            self._space = False

    def put_image(self) -> None:
        """An image that is no part of the text."""
        self.flush()
        self.blocks.append(Block(BlockKind.IMAGE, quote=self.quote))

    def put_mark(self, kind: BlockKind) -> None:
        """A rule, a table, code: what ends a text and holds none itself."""
        self.flush()
        self.blocks.append(Block(kind, quote=self.quote))

    def open_link(self) -> tuple[int, int]:
        """Where a link begins: which block, and where in it."""
        if self._space and self._length and self._parts[-1] != "\n":
            self._parts.append(" ")
            self._length += 1
        self._space = False
        return self._serial, self._length

    def close_link(self, place: tuple[int, int], href: str | None, words: str, *, prose: bool) -> None:
        """Ends a link that `open_link` began. It stands in the block where it ends."""
        serial, start = place
        start = start if serial == self._serial else 0
        self._anchors.append(Anchor(start, self._length, href, words, prose=prose))

    def flush(self) -> None:
        """Ends the block."""
        if self._length or self._anchors:
            text = "".join(self._parts)
            anchors = sorted(self._anchors, key=lambda anchor: anchor.start)
            self.blocks.append(Block(self.kind, text, anchors, quote=self.quote, styled=self._styled))
            self._parts, self._anchors, self._length = [], [], 0
            self._serial += 1
        self._space = self._styled = False

    def has_embed(self, embed: Embed) -> bool:
        """Whether the same post was already put."""
        return _key(embed) in self._shown

    def put_embed(self, embed: Embed, *, weak: bool) -> Embed:
        """An embed, or the one already put whose twin it is; gives the one that stands.

        `weak` says that it was found in an attribute or a template rather than shown.
        """
        self.flush()
        key = _key(embed)
        twin, clock, twin_weak = self._shown.get(key, (None, 0, False))
        gap = self.clock - clock
        if twin is not None and (gap == 0 or (gap <= _TWIN_CHARS and (weak or twin_weak))):
            if twin_weak and not weak:
                twin.variant, twin.fragment = embed.variant, embed.fragment
            twin.claim = merged(twin.claim, embed.claim)
            embed = twin
            weak = weak and twin_weak
        else:
            self.blocks.append(Block(BlockKind.EMBED, quote=self.quote, embed=embed))
        self._shown[key] = (embed, self.clock, weak)
        named = embed.post_id is not None and embed.url is not None
        self.last_post = PostRef(embed.platform, embed.post_id or "", embed.url or "") if named else None
        return embed


def _key(embed: Embed) -> tuple[str, str]:
    return embed.platform, embed.post_id or embed.url or f"\n{embed.claim or embed.fragment}"


def merged(first: Claim | None, second: Claim | None) -> Claim | None:
    """Both claims in one: the first one's words, completed by the second's."""
    if first is None or second is None:
        return first or second
    return replace(
        first,
        name=first.name or second.name,
        handle=first.handle or second.handle,
        text=first.text or second.text,
        date=first.date or second.date,
        date_text=first.date_text or second.date_text,
        lang=first.lang or second.lang,
        media=first.media or second.media,
        links=first.links or second.links,
    )

"""From blocks to mentions: what each block holds, in reading order, with its surroundings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

from archiver.extract.blocks import Anchor, Block, BlockKind, Embed
from archiver.extract.dates import iso_date
from archiver.extract.flattened import Flattened, find_flattened
from archiver.extract.links import LinkKind, LinkReader
from archiver.extract.others import OTHER
from archiver.extract.tree import FRAGMENT_CHARS
from archiver.model.records import Claim, Mention
from archiver.model.states import MentionKind

__all__ = ["assemble"]

#: Characters of context kept on either side of a mention.
CONTEXT_CHARS = 400
#: What is read for that: white space is folded.
_CONTEXT_READ = 10 * CONTEXT_CHARS
#: How many blocks away a neighbouring paragraph is looked for.
_NEIGHBOURS = 12
_ANCHOR_CHARS = 500
#: A block with so many characters beside its links (so many are looked at) is running text.
_PROSE_CHARS = 25
_ANCHORS = 200
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)


def assemble(
    blocks: Sequence[Block], links: LinkReader, *, limit: int, source: str | None = None
) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """The mentions in `blocks`, numbered from 1, at most `limit`, and notes on what was cut.

    `source` is the text that the blocks' places count in; None for HTML.
    """
    assembly = _Assembly(blocks, links, source)
    found = list(islice(assembly.mentions(), limit + 1))
    cut = (f"only the first {limit} mentions were kept",) if len(found) > limit else ()
    return tuple(found[:limit]), (*assembly.notes, *cut)


class _Assembly:
    """One pass over the blocks: what was numbered last, and the heading it stands under."""

    def __init__(self, blocks: Sequence[Block], links: LinkReader, source: str | None) -> None:
        self._blocks = blocks
        self._links = links
        self._source = source
        self._posts, self.notes = find_flattened(blocks)
        self._waiting = 0
        self._number = count(1)
        self._heading: str | None = None

    def mentions(self) -> Iterator[Mention]:
        """The mentions, in reading order."""
        lines = {id(post.attribution.anchor) for post in self._posts if post.attribution.anchor}
        for index, block in enumerate(self._blocks):
            if block.kind is BlockKind.HEADING:
                self._heading = " ".join(block.text.split()) or self._heading
            if block.embed is not None and not self._is_own_frame(block.embed):
                yield self._embed(index, block.embed)
            for anchor in block.anchors:
                yield from self._posts_before((index, anchor.start))
                if id(anchor) not in lines and not self._in_line(index, anchor):
                    yield from self._link(index, anchor)
            yield from self._posts_before((index, len(block.text)))

    def _posts_before(self, place: tuple[int, int]) -> Iterator[Mention]:
        """The flattened posts, not given yet, that begin at `place` or before it."""
        while self._waiting < len(self._posts) and self._posts[self._waiting].begin <= place:
            self._waiting += 1
            yield self._post(self._posts[self._waiting - 1])

    def _in_line(self, index: int, anchor: Anchor) -> bool:
        """Whether the link stands in the attribution line of the last flattened post before it."""
        if self._waiting == 0:
            return False
        post = self._posts[self._waiting - 1]
        return post.attribution_at <= (index, anchor.start) and (index, anchor.end) <= post.end

    def _embed(self, index: int, embed: Embed) -> Mention:
        start, end = embed.source or (None, None)
        return Mention(
            ordinal=next(self._number),
            kind=MentionKind.EMBED,
            platform=embed.platform,
            post_id=embed.post_id,
            url=embed.url,
            variant=embed.variant,
            context=self._around(index, index),
            heading=self._heading,
            claim=_dated(embed.claim),
            fragment=self._quoted(start, end) or embed.fragment,
            start=start,
            end=end,
        )

    def _is_own_frame(self, embed: Embed) -> bool:
        """Whether it shows but another part of the article's own site."""
        return embed.platform == OTHER and embed.url is not None and self._links.is_own(embed.url)

    def _post(self, post: Flattened) -> Mention:
        line = post.attribution
        target = line.post.url if line.post else _http(line.anchor)
        start, end = self._extent(post)
        return Mention(
            ordinal=next(self._number),
            kind=MentionKind.FLATTENED,
            platform=line.platform,
            post_id=line.post.post_id if line.post else None,
            url=target,
            variant=line.variant,
            dangling=line.anchor is not None and target is None,
            context=self._around(post.begin[0], post.end[0]),
            heading=self._heading,
            claim=None if post.claim == Claim() else post.claim,
            fragment=self._quoted(start, end) or self._words(post),
            start=start,
            end=end,
        )

    def _link(self, index: int, anchor: Anchor) -> Iterator[Mention]:
        target = self._links.read(anchor.href)
        words = " ".join(anchor.words.split())[:_ANCHOR_CHARS]
        dangling = target.kind is LinkKind.DANGLING
        if target.kind is LinkKind.DROPPED or (dangling and not _was_cited(self._blocks[index], anchor)):
            return
        start, end = anchor.source or (None, None)
        yield Mention(
            ordinal=next(self._number),
            kind=MentionKind.LINK,
            platform=target.post.platform if target.post else None,
            post_id=target.post.post_id if target.post else None,
            url=target.url,
            dangling=dangling,
            anchor=words or None,
            context=_beside(self._blocks[index], anchor) or self._around(index, index),
            heading=self._heading,
            start=start,
            end=end,
        )

    def _quoted(self, start: int | None, end: int | None) -> str | None:
        """A stretch of the text source as it stands there."""
        if self._source is None or start is None or end is None:
            return None
        return self._source[start : min(end, start + FRAGMENT_CHARS)]

    def _extent(self, post: Flattened) -> tuple[int | None, int | None]:
        """Where the post begins and ends in a text source."""
        last, anchor = self._blocks[post.end[0]], post.attribution.anchor
        end = last.source_at(post.end[1] - 1)
        if end is None:
            return None, None
        linked = anchor is not None and anchor.source is not None and anchor.end >= post.end[1]
        end = anchor.source[1] if linked and anchor and anchor.source else end + 1
        return self._blocks[post.begin[0]].source_at(post.begin[1]), end

    def _words(self, post: Flattened) -> str:
        (first, start), (last, end) = post.begin, post.end
        if first == last:
            return self._blocks[first].text[start:end][:FRAGMENT_CHARS]
        middle = (block.text for block in self._blocks[first + 1 : last])
        words = (self._blocks[first].text[start:], *middle, self._blocks[last].text[:end])
        return "\n\n".join(words)[:FRAGMENT_CHARS]

    def _around(self, first: int, last: int) -> str | None:
        """The paragraphs before `first` and after `last`, a blank line between them."""
        blocks = self._blocks
        before = (blocks[n] for n in range(first - 1, max(first - 1 - _NEIGHBOURS, -1), -1))
        after = (blocks[n] for n in range(last + 1, min(last + 1 + _NEIGHBOURS, len(blocks))))
        above, below = _first_prose(before, from_end=True), _first_prose(after)
        return "\n\n".join(text for text in (above, below) if text) or None


def _dated(claim: Claim | None) -> Claim | None:
    """The claim with the day that its date text states, where the markup gives no better."""
    if claim is None or claim == Claim():
        return None
    return claim if claim.date else replace(claim, date=iso_date(claim.date_text))


def _was_cited(block: Block, anchor: Anchor) -> bool:
    """Whether a link without a target was part of the text once: buttons and menus never were."""
    if not anchor.words.strip():
        return False
    linked = sum(other.end - other.start for other in block.anchors[:_ANCHORS])
    return anchor.prose or len(block.text) - linked >= _PROSE_CHARS


def _http(anchor: Anchor | None) -> str | None:
    href = anchor.href if anchor else None
    return href if href and href.lower().startswith(("http://", "https://")) else None


def _beside(block: Block, anchor: Anchor) -> str | None:
    """The words of the block before and after the link, `…` in the link's place."""
    before = " ".join(block.text[max(anchor.start - CONTEXT_CHARS, 0) : anchor.start].split())
    after = " ".join(block.text[anchor.end : anchor.end + CONTEXT_CHARS].split())
    return f"{before} … {after}".strip() if before or after else None


def _first_prose(blocks: Iterator[Block], *, from_end: bool = False) -> str:
    """As much as is wanted of the first block that has words: its end, or its beginning."""
    # A block may be a whole document, which is not read for each of its thousand quotes.
    read = slice(-_CONTEXT_READ, None) if from_end else slice(_CONTEXT_READ)
    kept = slice(-CONTEXT_CHARS, None) if from_end else slice(CONTEXT_CHARS)
    texts = (" ".join(block.text.strip()[read].split()) for block in blocks if block.kind in _PROSE)
    return next((text for text in texts if text), "")[kept]

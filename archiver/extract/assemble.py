"""From blocks to mentions: what each block holds, in reading order, with its surroundings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.dates import iso_date
from archiver.extract.flattened import Flattened, find_flattened
from archiver.extract.links import LinkKind, LinkReader
from archiver.model.records import Claim, Mention
from archiver.model.states import MentionKind

__all__ = ["assemble"]

#: Characters of context kept on either side of a mention.
CONTEXT_CHARS = 400
#: How many blocks away a neighbouring paragraph is looked for.
_NEIGHBOURS = 12
_ANCHOR_CHARS = 500
_FRAGMENT_CHARS = 20_000
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)


def assemble(
    blocks: Sequence[Block], links: LinkReader, *, limit: int, source: str | None = None
) -> tuple[tuple[Mention, ...], bool]:
    """The mentions in `blocks`, numbered from 1, and whether there were more than `limit`.

    `source` is the text that the blocks' places count in; None for HTML.
    """
    mentions: list[Mention] = []
    for found in _mentions(blocks, links):
        mention = found if source is None else _quoted(found, source)
        if len(mentions) == limit:
            return tuple(mentions), True
        mentions.append(replace(mention, ordinal=len(mentions) + 1))
    return tuple(mentions), False


def _mentions(blocks: Sequence[Block], links: LinkReader) -> Iterator[Mention]:
    posts = find_flattened(blocks)
    lines = {id(post.attribution.anchor) for post in posts if post.attribution.anchor}
    waiting, heading = 0, None
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            heading = " ".join(block.text.split()) or heading
        if block.kind is BlockKind.EMBED:
            yield _embed(blocks, index, heading)
        for anchor in block.anchors:
            while waiting < len(posts) and posts[waiting].begin <= (index, anchor.start):
                yield _post(blocks, posts[waiting], heading)
                waiting += 1
            if id(anchor) not in lines and not _in_line(posts, waiting, index, anchor):
                yield from _link(blocks, index, anchor, links, heading)
        while waiting < len(posts) and posts[waiting].begin[0] == index:
            yield _post(blocks, posts[waiting], heading)
            waiting += 1


def _quoted(mention: Mention, source: str) -> Mention:
    """The mention with its fragment as it stands in the text source."""
    if mention.kind is MentionKind.LINK or mention.start is None or mention.end is None:
        return mention
    return replace(mention, fragment=source[mention.start : mention.end][:_FRAGMENT_CHARS])


def _in_line(posts: Sequence[Flattened], waiting: int, index: int, anchor: Anchor) -> bool:
    """Whether the link stands in the attribution line of the last flattened post before it."""
    if waiting == 0:
        return False
    post = posts[waiting - 1]
    return post.attribution_at <= (index, anchor.start) and (index, anchor.end) <= post.end


def _embed(blocks: Sequence[Block], index: int, heading: str | None) -> Mention:
    embed = blocks[index].embed
    if embed is None:
        raise ValueError("an embed block without its embed")
    start, end = embed.source or (None, None)
    return Mention(
        ordinal=0,
        kind=MentionKind.EMBED,
        platform=embed.platform,
        post_id=embed.post_id,
        url=embed.url,
        variant=embed.variant,
        context=_around(blocks, index, index),
        heading=heading,
        claim=_dated(embed.claim),
        fragment=embed.fragment,
        start=start,
        end=end,
    )


def _dated(claim: Claim | None) -> Claim | None:
    """The claim with the day that its date text states, where the markup gives no better."""
    if claim is None or claim == Claim():
        return None
    return claim if claim.date else replace(claim, date=iso_date(claim.date_text))


def _post(blocks: Sequence[Block], post: Flattened, heading: str | None) -> Mention:
    line = post.attribution
    anchor, found = line.anchor, line.post
    target = None if anchor is None else (found.url if found else _http(anchor.href))
    last = blocks[post.end[0]]
    start, end = blocks[post.begin[0]].source_at(post.begin[1]), last.source_at(post.end[1] - 1)
    if end is not None:
        end = anchor.source[1] if anchor and anchor.source and anchor.end >= post.end[1] else end + 1
    return Mention(
        ordinal=0,
        kind=MentionKind.FLATTENED,
        platform=line.platform,
        post_id=found.post_id if found else None,
        url=target,
        variant="attribution line",
        dangling=anchor is not None and target is None,
        context=_around(blocks, post.begin[0], post.end[0]),
        heading=heading,
        claim=post.claim,
        fragment=_fragment(blocks, post),
        start=start,
        end=end,
    )


def _http(href: str | None) -> str | None:
    return href if href and href.lower().startswith(("http://", "https://")) else None


def _fragment(blocks: Sequence[Block], post: Flattened) -> str:
    (first, start), (last, end) = post.begin, post.end
    if first == last:
        return blocks[first].text[start:end][:_FRAGMENT_CHARS]
    middle = (block.text for block in blocks[first + 1 : last])
    return "\n\n".join((blocks[first].text[start:], *middle, blocks[last].text[:end]))[:_FRAGMENT_CHARS]


def _link(
    blocks: Sequence[Block], index: int, anchor: Anchor, links: LinkReader, heading: str | None
) -> Iterator[Mention]:
    target = links.read(anchor.href)
    words = " ".join(anchor.words.split())[:_ANCHOR_CHARS]
    if target.kind is LinkKind.DROPPED or (target.kind is LinkKind.DANGLING and not words):
        return
    start, end = anchor.source or (None, None)
    yield Mention(
        ordinal=0,
        kind=MentionKind.LINK,
        platform=target.post.platform if target.post else None,
        post_id=target.post.post_id if target.post else None,
        url=target.url,
        dangling=target.kind is LinkKind.DANGLING,
        anchor=words or None,
        context=_beside(blocks[index], anchor) or _around(blocks, index, index),
        heading=heading,
        start=start,
        end=end,
    )


def _beside(block: Block, anchor: Anchor) -> str | None:
    """The words of the block before and after the link, `…` in the link's place."""
    before = " ".join(block.text[max(anchor.start - CONTEXT_CHARS, 0) : anchor.start].split())
    after = " ".join(block.text[anchor.end : anchor.end + CONTEXT_CHARS].split())
    return f"{before} … {after}".strip() if before or after else None


def _around(blocks: Sequence[Block], first: int, last: int) -> str | None:
    """The paragraphs before `first` and after `last`, a blank line between them."""
    before = (blocks[n] for n in range(first - 1, max(first - 1 - _NEIGHBOURS, -1), -1))
    after = (blocks[n] for n in range(last + 1, min(last + 1 + _NEIGHBOURS, len(blocks))))
    above, below = _first_prose(before)[-CONTEXT_CHARS:], _first_prose(after)[:CONTEXT_CHARS]
    return "\n\n".join(text for text in (above, below) if text) or None


def _first_prose(blocks: Iterator[Block]) -> str:
    texts = (" ".join(block.text.split()) for block in blocks if block.kind in _PROSE)
    return next((text for text in texts if text), "")

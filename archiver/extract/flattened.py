"""Posts of which an article keeps the words only: text, attribution line, perhaps a link.

Where such a text begins is bounded by what a post can be: X's weighted length, and that
no post holds a list's end, a heading, a rule, an image, another attribution, the end of
another part of a numbered thread, or linked and emphasised words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.extract.attribution import Attribution, attributions
from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.weight import POST_UNITS, weighted_length
from archiver.model.records import Claim

__all__ = ["Flattened", "find_flattened", "media_keys", "short_keys"]

_MEDIA = re.compile(r"\bpic\.(?:twitter|x)\.com/(\w{4,20})")
_SHORT = re.compile(r"(?<![\w.])t\.co/(\w{4,20})")
_LINKS_BEHIND = re.compile(
    r"(?:(?:^|\s+)(?:https?://)?(?:pic\.(?:twitter|x)\.com|t\.co)/\w{4,20}|\s*pic\.(?:twitter|x)\.com/\w{4,20})+\s*$"
)
_THREAD_START = re.compile(r"\(?\d{1,3}/(?:\d{1,3})?\)?(?=\s|$)")
_THREAD_END = re.compile(r"(?:^|\s)\(?\d{1,3}/(?:\d{1,3})?\)?$")
_POST_WORDS = re.compile(r"[@#$#@]\S+$|(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?…?$")
_SENTENCE = re.compile(r"(?<=[.!?…。!?\"”»])\s+(?=\S)|\n+")
# Text that was re-typed or re-encoded weighs a little more than what was posted.
_SLACK_UNITS = 28
# 280 units are at most so many characters: a handful of links that are shown at length.
_LONGEST_CHARS = 4000


@dataclass(frozen=True, slots=True)
class Flattened:
    """One flattened post: where its text begins, where its attribution stands, its claim.

    Places are (index of the block, place in its text). Without text, `begin` is the
    attribution's own place.
    """

    begin: tuple[int, int]
    attribution_at: tuple[int, int]
    end: tuple[int, int]
    attribution: Attribution
    claim: Claim


@dataclass(slots=True)
class _Piece:
    """A part of the text: a block's index, and from where to where in it."""

    block: int
    start: int
    end: int


def find_flattened(blocks: Sequence[Block]) -> list[Flattened]:
    """The flattened posts in `blocks`, in reading order; no part of a text is in two of them."""
    found: list[Flattened] = []
    floor = (0, 0)
    for index, block in enumerate(blocks):
        for attribution in attributions(block):
            pieces = _text_before(blocks, index, attribution, floor)
            found.append(_flattened(blocks, index, attribution, pieces))
            floor = (index, attribution.end)
    return found


def media_keys(text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The keys of `pic.twitter.com/KEY` in the text and its links, case-exact, each once."""
    return _keys(_MEDIA, text, anchors)


def short_keys(text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The keys of `t.co/KEY`, but for those that are shown as media."""
    media = media_keys(text, anchors)
    return tuple(key for key in _keys(_SHORT, text, anchors) if key not in media)


def _keys(pattern: re.Pattern[str], text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall("\n".join((text, *(a.href or "" for a in anchors))))))


def _flattened(blocks: Sequence[Block], index: int, line: Attribution, pieces: list[_Piece]) -> Flattened:
    text = "\n\n".join(blocks[p.block].text[p.start : p.end].strip() for p in pieces).strip()
    anchors = [a for p in pieces for a in blocks[p.block].anchors_between(p.start, p.end)]
    claim = Claim(
        name=line.name,
        handle=line.handle,
        text=_LINKS_BEHIND.sub("", text).strip() or None,
        date=line.date,
        date_text=line.date_text,
        media=media_keys(text, anchors),
        links=short_keys(text, anchors),
    )
    begin = (pieces[0].block, pieces[0].start) if pieces else (index, line.start)
    return Flattened(begin, (index, line.start), (index, line.end), line, claim)


def _text_before(blocks: Sequence[Block], index: int, line: Attribution, floor: tuple[int, int]) -> list[_Piece]:
    """The pieces of the post's text in reading order, [] if nothing of it is left."""
    low = floor[1] if floor[0] == index else 0
    own = _trimmed(blocks, _Piece(index, low, line.start))
    if own is not None:
        piece = _within_limit(blocks, own)
        if not line.own_line or piece.start > own.start or low > 0:
            return [piece]
        return [*_earlier(blocks, index - 1, floor, blocks[index], [piece]), piece]
    return [] if low > 0 else _earlier(blocks, index - 1, floor, blocks[index], [])


def _earlier(
    blocks: Sequence[Block], index: int, floor: tuple[int, int], below: Block, taken: list[_Piece]
) -> list[_Piece]:
    """The pieces above, as far as they can belong to the same post."""
    found: list[_Piece] = []
    while index >= floor[0]:
        piece = _trimmed(blocks, _Piece(index, floor[1] if index == floor[0] else 0, len(blocks[index].text)))
        below_text = [*found, *taken]
        if blocks[index].kind not in (BlockKind.TEXT, BlockKind.ITEM):
            break
        if piece is not None:
            if not _may_hold(blocks, piece, below, below_text):
                break
            worded = any(_worded(blocks, p) for p in below_text)
            found.insert(0, piece if worded else _within_limit(blocks, piece))
            below = blocks[index]
            if found[0].start > piece.start or index == floor[0] or _THREAD_START.match(_said(blocks, found[0])):
                break
        index -= 1
    return found


def _may_hold(blocks: Sequence[Block], piece: _Piece, below: Block, taken: list[_Piece]) -> bool:
    """Whether the piece can belong to the post whose lower pieces are `taken`."""
    block = blocks[piece.block]
    if not taken:
        return below.quote in (0, block.quote)
    if block.kind is not blocks[taken[0].block].kind or block.quote != below.quote:
        return False
    if not any(_worded(blocks, p) for p in taken):
        return True
    if block.styled or _THREAD_END.search(_said(blocks, piece)) or not all(map(_is_post_anchor, block.anchors[:99])):
        return False
    whole = "\n\n".join(_said(blocks, p) for p in (piece, *taken))
    return len(whole) <= _LONGEST_CHARS and weighted_length(whole) <= POST_UNITS


def _within_limit(blocks: Sequence[Block], piece: _Piece) -> _Piece:
    """The piece, or its longest end that begins with a line or sentence and can be one post."""
    raw, low = blocks[piece.block].text, max(piece.start, piece.end - _LONGEST_CHARS)
    if low == piece.start and weighted_length(raw[low : piece.end]) <= POST_UNITS + _SLACK_UNITS:
        return piece
    for found in _SENTENCE.finditer(raw, low, piece.end):
        if weighted_length(raw[found.end() : piece.end]) <= POST_UNITS:
            return _Piece(piece.block, found.end(), piece.end)
    return piece


def _trimmed(blocks: Sequence[Block], piece: _Piece) -> _Piece | None:
    """The piece without the white space at its ends; None if nothing else is in it."""
    text = blocks[piece.block].text[piece.start : piece.end]
    if not text.strip():
        return None
    return _Piece(piece.block, piece.start + len(text) - len(text.lstrip()), piece.end - len(text) + len(text.rstrip()))


def _said(blocks: Sequence[Block], piece: _Piece) -> str:
    return blocks[piece.block].text[piece.start : piece.end]


def _worded(blocks: Sequence[Block], piece: _Piece) -> bool:
    return bool(_LINKS_BEHIND.sub("", _said(blocks, piece)).strip())


def _is_post_anchor(anchor: Anchor) -> bool:
    """Whether a post itself can hold such a link: mentions, hashtags and shown addresses."""
    return _POST_WORDS.match(anchor.words.strip()) is not None

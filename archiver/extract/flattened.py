"""Posts of which an article keeps the words only: text, attribution line, perhaps a link."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archiver.extract.attribution import Attribution, attributions
from archiver.extract.beginnings import Beginnings, Piece
from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.lines import Lines
from archiver.extract.weight import POST_UNITS
from archiver.model.records import Claim

__all__ = ["Flattened", "find_flattened", "media_keys", "short_keys"]

_MEDIA = re.compile(r"\bpic\.(?:twitter|x)\.com/(\w{4,20})")
_SHORT = re.compile(r"(?<![\w.])t\.co/(\w{4,20})")
#: What hangs on a post is no part of its words: media, and a link that has a line of its own.
_HANGING = re.compile(
    r"(?:\s*pic\.(?:twitter|x)\.com/\w{4,20}|(?:^|\s*\n)\s*(?:https?://)?t\.co/\w{4,20}|\s*\[image or embed\])\s*$"
)
_HANGING_MOST = 12
_BLUESKY_UNITS = 600
_ALTERNATIVES = 4


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


def find_flattened(blocks: Sequence[Block]) -> list[Flattened]:
    """The flattened posts in `blocks`, in reading order; no part of a text is in two of them."""
    return list(_Finder(blocks).posts())


def media_keys(text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The keys of `pic.twitter.com/KEY` in the text and its links, case-exact, each once."""
    return _keys(_MEDIA, text, anchors)


def short_keys(text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The keys of `t.co/KEY`, but for those that are shown as media."""
    media = media_keys(text, anchors)
    return tuple(key for key in _keys(_SHORT, text, anchors) if key not in media)


def _keys(pattern: re.Pattern[str], text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall("\n".join((text, *(a.href or "" for a in anchors))))))


class _Finder:
    """One pass over the blocks; what only documents with such posts need is made when it is needed."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._floor = (0, 0)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._blocks)

    @cached_property
    def _beginnings(self) -> Beginnings:
        return Beginnings(self._blocks, self._lines)

    def posts(self) -> Iterator[Flattened]:
        """The posts in reading order."""
        for index, block in enumerate(self._blocks):
            if "@" not in block.text:
                continue
            for line in attributions(block, self._lines.joins(index)):
                found = self._flattened(index, line)
                if found is not None:
                    yield found
                    self._floor = found.end

    def _flattened(self, index: int, line: Attribution) -> Flattened | None:
        limit = _BLUESKY_UNITS if line.platform == "bluesky" else POST_UNITS
        texts = self._beginnings.above(index, line, self._floor, limit)
        pieces = texts[0].pieces if texts else ()
        if not pieces and line.anchor is None:
            # A name and a date with nothing above them sign the article, and quote nobody.
            return None
        anchors = [a for p in pieces for a in self._blocks[p.block].anchors_between(p.start, p.end)]
        whole = self._text(pieces)
        others = (self._words(other.pieces) for other in texts[1 : _ALTERNATIVES + 1])
        text = _words(whole)
        claim = Claim(
            name=line.name,
            handle=line.handle,
            text=text or None,
            date=line.date,
            date_text=line.date_text,
            media=media_keys(whole, anchors),
            links=short_keys(whole, anchors),
            alternatives=tuple(other for other in dict.fromkeys(others) if other and other != text),
        )
        begin = (pieces[0].block, pieces[0].start) if pieces else (index, line.start)
        return Flattened(begin, (index, line.start), (index, line.end), line, claim)

    def _words(self, pieces: Sequence[Piece]) -> str:
        return _words(self._text(pieces))

    def _text(self, pieces: Sequence[Piece]) -> str:
        """The text of the pieces; list items have their signs where they are a list."""
        listed = len(pieces) > 1
        parts = []
        for piece in pieces:
            block = self._blocks[piece.block]
            sign = f"{block.marker} " if listed and block.kind is BlockKind.ITEM and block.marker else ""
            parts.append(sign + self._lines.said(piece.block, piece.start, piece.end).strip())
        return "\n\n".join(parts).strip()


def _words(text: str) -> str:
    """The text without the links that hang on it."""
    for _ in range(_HANGING_MOST):
        found = _HANGING.search(text, max(len(text) - 200, 0))
        if found is None:
            break
        text = text[: found.start()]
    return text.strip()

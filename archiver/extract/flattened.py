"""Posts of which an article keeps the words only: text, attribution line, perhaps a link."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge

from archiver.extract import wording
from archiver.extract.attribution import Attribution, attributions
from archiver.extract.beginnings import Beginning, Beginnings
from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.captions import Caption, Captions
from archiver.extract.effort import Effort
from archiver.extract.lines import Lines
from archiver.extract.units import Limit, Piece, bounded_weight
from archiver.extract.view import View
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
#: How much a post may hold, and what flattening keeps of longer ones.
_X = Limit(POST_UNITS, bounded_weight)
_LIMITS = {
    "bluesky": Limit(300, len),
    "mastodon": Limit(500, len),
    "facebook": Limit(1500, len),
    "instagram": Limit(2200, len),
}
_ALTERNATIVES = 4
#: Units that no post has, even with what another text that was run into it adds.
_MUCH = 2 * POST_UNITS
_QUOTE_SIGNS = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)


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


def find_flattened(blocks: Sequence[Block]) -> tuple[list[Flattened], tuple[str, ...]]:
    """The flattened posts in `blocks`, in reading order, and notes; no part of a text is in two of them."""
    finder = _Finder(blocks)
    posts = list(finder.posts())
    note = f"only the first {len(posts)} quoted posts were read: the text below them was not looked through for more"
    return posts, (note,) if finder.effort.is_spent else ()


def media_keys(text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The keys of `pic.twitter.com/KEY` in the text and its links, case-exact, each once."""
    return _keys(_MEDIA, text, anchors)


def short_keys(text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The keys of `t.co/KEY`, but for those that are shown as media."""
    short = _keys(_SHORT, text, anchors)
    return tuple(key for key in short if key not in media_keys(text, anchors)) if short else ()


def _keys(pattern: re.Pattern[str], text: str, anchors: Sequence[Anchor]) -> tuple[str, ...]:
    said = "\n".join((text, *(a.href or "" for a in anchors))) if anchors else text
    return tuple(dict.fromkeys(pattern.findall(said))) if "/" in said else ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A line that may name a post; `caption` where it is another platform's than a dash leads in."""

    line: Attribution
    caption: Caption | None = None


class _Finder:
    """One pass over the blocks; what only documents with such posts need is made when it is needed."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._floor = (0, 0)
        self.effort = Effort()

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._blocks)

    @cached_property
    def _beginnings(self) -> Beginnings:
        return Beginnings(self._blocks, self._lines, self.effort)

    @cached_property
    def _first(self) -> int:
        """The first block with words."""
        return next((index for index, block in enumerate(self._blocks) if block.text.strip()), -1)

    def posts(self) -> Iterator[Flattened]:
        """The posts in reading order."""
        captions = Captions(self._blocks)
        for index, block in enumerate(self._blocks):
            if self.effort.is_spent:
                return
            signed, captioned = "@" in block.text, captions.may_be_in(block.text)
            if block.kind not in _PROSE or not (signed or captioned):
                continue
            view = View(block.text, self._lines.joins(index))
            # One after the other, so that a block of very many costs no more than is read of them.
            lines = (_Found(line) for line in attributions(block, view, self.effort) if signed)
            others = [_Found(caption.line, caption) for caption in captions.found(index, view, self._floor)]
            others.sort(key=_start_of)
            for one in merge(lines, others, key=_start_of):
                post = self._post(index, one)
                if post is not None:
                    yield post
                    self._floor = post.end

    def _post(self, index: int, found: _Found) -> Flattened | None:
        """The post that the line names; None if it names none."""
        line, caption = found.line, found.caption
        self.effort.spend(caption is not None)
        if (index, line.start) < self._floor:
            return None
        begin = caption.begin if caption and caption.begin and caption.begin >= self._floor else None
        texts = self._texts(index, line, caption, begin)
        pieces = texts[0].pieces if texts else ()
        if caption is None and line.anchor is None and self._is_byline(index, line, pieces):
            return None
        at, end = begin or (index, line.start), (caption.end if caption else None) or (index, line.end)
        first = begin or ((pieces[0].block, pieces[0].start) if pieces else at)
        return Flattened(first, at, end, line, self._claim(line, texts))

    def _is_byline(self, index: int, line: Attribution, pieces: Sequence[Piece]) -> bool:
        """Whether a name and a date sign the article, and quote nobody.

        They do with nothing above them, under a title, and under a paragraph that is far
        too long for a post.
        """
        if not pieces:
            return True
        nearest = pieces[-1].block
        if not line.own_line or nearest == index:
            return False
        text, titled = self._blocks[nearest].text, self._blocks[nearest].kind is BlockKind.TEXT
        if titled and nearest == self._first and not wording.post_signs(text) and not wording.ends_sentence(text):
            return True
        return self._lines.paragraphs and bounded_weight(text) > _MUCH

    def _texts(
        self, index: int, line: Attribution, caption: Caption | None, begin: tuple[int, int] | None
    ) -> list[Beginning]:
        """The texts that the line may be about, the likeliest first."""
        if caption and caption.text and (begin or not caption.begin):
            pieces = tuple(self._between(*caption.text))
            return [Beginning(pieces, 1.0)] if pieces else []
        texts = self._beginnings.above(index, line, self._floor, _LIMITS.get(line.platform, _X))
        if caption and line.platform == "instagram" and texts and _leads_in(self._text(texts[0].pieces)):
            return []
        return texts

    def _between(self, begin: tuple[int, int], end: tuple[int, int]) -> Iterator[Piece]:
        for number in range(begin[0], end[0] + 1):
            block = self._blocks[number]
            start = begin[1] if number == begin[0] else 0
            stop = end[1] if number == end[0] else len(block.text)
            if block.kind in _PROSE and block.text[start:stop].strip():
                yield Piece(number, start, stop)

    def _claim(self, line: Attribution, texts: Sequence[Beginning]) -> Claim:
        pieces = texts[0].pieces if texts else ()
        anchors = [a for p in pieces for a in self._blocks[p.block].anchors_between(p.start, p.end)]
        whole = self._text(pieces)
        text = _words(whole)
        others = (self._words(other.pieces) for other in texts[1 : _ALTERNATIVES + 1])
        return Claim(
            name=line.name,
            handle=line.handle,
            text=text or None,
            date=line.date,
            date_text=line.date_text,
            media=media_keys(whole, anchors),
            links=short_keys(whole, anchors),
            alternatives=tuple(other for other in dict.fromkeys(others) if other and other != text),
        )

    def _words(self, pieces: Sequence[Piece]) -> str:
        return _words(self._text(pieces))

    def _text(self, pieces: Sequence[Piece]) -> str:
        """The text of the pieces; list items have their signs where they are a list."""
        listed = len(pieces) > 1
        parts = []
        for piece in pieces:
            block = self._blocks[piece.block]
            sign = f"{block.marker} " if listed and block.kind is BlockKind.ITEM and block.marker else ""
            said = self._lines.said(piece.block, piece.start, piece.end).strip()
            # A quotation in a list keeps its sign where Markdown is read line by line.
            parts.append(sign + (_QUOTE_SIGNS.sub("", said).strip() if block.kind is BlockKind.ITEM else said))
        return "\n\n".join(parts).strip()


def _start_of(found: _Found) -> int:
    return found.line.start


def _words(text: str) -> str:
    """The text without the links that hang on it."""
    for _ in range(_HANGING_MOST if "/" in text or "]" in text else 0):
        found = _HANGING.search(text, max(len(text) - 200, 0))
        if found is None:
            break
        text = text[: found.start()]
    return text.strip()


def _leads_in(text: str) -> bool:
    """Whether a text speaks of a post instead of being one."""
    return wording.introduces(text) or wording.reports(text) > 1

"""The lines that widgets of other platforms leave: Instagram, Facebook, Threads, Mastodon, TikTok, Reddit.

    View this post on Instagram ¶ caption ¶ A post shared by Name (@handle) on DATE
    text ¶ Posted by Name on Weekday, DATE                  (Facebook)
    Post by @handle ¶ View on Threads                       (and Mastodon)
    @handle ¶ caption ¶ ♬ sound                             (TikTok)
    title ¶ by u/author in r/subreddit                      (Reddit)

Each is looked for as a line of its own: in running text such words are the author's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from archiver.extract.attribution import Attribution
from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.captionlines import (
    ELLIPSIS,
    NOTES,
    POST_BY,
    REDDIT,
    TIKTOK_AUTHOR,
    VIEW_ON,
    Said,
    followed,
    heads,
    introduced,
    line_starts,
    line_starts_with,
    posted,
)
from archiver.extract.phrases import FACEBOOK, FACEBOOK_NAMES, FACEBOOK_WORDS, INSTAGRAM_HEAD_WORDS
from archiver.extract.view import View
from archiver.model.records import PostRef
from archiver.platforms import identify

__all__ = ["Caption", "Captions"]

#: A caption on Instagram or TikTok is no longer.
_CAPTION_CHARS, _CAPTION_BLOCKS, _TIKTOK_BLOCKS = 2400, 12, 4
#: How near an article that quotes a Facebook post names Facebook.
_NEAR_BLOCKS, _NEAR_CHARS = 4, 600
_PROSE = (BlockKind.TEXT, BlockKind.ITEM)
#: From a place to a place: (index of the block, place in its text).
_Place = tuple[int, int]
_Stretch = tuple[_Place, _Place]


@dataclass(frozen=True, slots=True)
class Caption:
    """One such line. `begin` and `end` are where the widget's words begin and end, if not with it.

    `text` is where the post's own words stand, from place to place; None where they have
    to be looked for above the line, equal places where there are none.
    """

    line: Attribution
    begin: tuple[int, int] | None = None
    end: tuple[int, int] | None = None
    text: _Stretch | None = None


class Captions:
    """Finds the lines of one document. What the document has no word of is not looked for."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        # A line break, which none of the words has, keeps blocks apart.
        text = "\n".join(block.text for block in blocks if block.kind in _PROSE)
        self._readers: list[tuple[tuple[str, ...], Callable[[int, View, tuple[int, int]], Iterator[Caption]]]] = []
        self._words: list[str] = []
        facebook = tuple(word for word in FACEBOOK_WORDS if word in text)
        instagram = tuple(word for word in INSTAGRAM_HEAD_WORDS if word in text)
        self._heads = bool(instagram)
        for words, reader in (
            (("(@", "（@", "( @"), self._instagram),
            (instagram, self._lone_head),
            (facebook, self._facebook),
            (("by @",), self._post_by),
            (("♬", "â™¬"), self._tiktok),
            (("u/",), self._reddit),
        ):
            if any(word in text for word in words):
                self._readers.append((words, reader))
                self._words += words

    def may_be_in(self, text: str) -> bool:
        """Whether a block's text has any of the words that such lines have."""
        return any(word in text for word in self._words)

    def found(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        """The lines in a block, given as it is seen; nothing of them stands above `floor`."""
        text = self._blocks[index].text
        for words, reader in self._readers:
            if any(word in text for word in words):
                yield from reader(index, view, floor)

    # --- one platform each ------------------------------------------------------------------

    def _instagram(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        for said in (*introduced(view.text), *followed(view.text)):
            start = view.raw(said.start)
            head = self._head_before(index, start, floor) if self._heads else None
            if head is not None:
                text: _Stretch | None = (head[1], (index, start))
            else:
                # Widgets that show no head had a date, and most of them a caption above it.
                text = None if said.date_text else ((index, start), (index, start))
            begin = head[0] if head else (index, start)
            line = self._line("instagram", index, view, said, begin)
            yield Caption(line, begin if head else None, text=text)

    def _head_before(self, index: int, end: int, floor: tuple[int, int]) -> _Stretch | None:
        """Where the nearest "View this post on Instagram" above begins and ends."""
        chars = 0
        for number in range(index, max(index - _CAPTION_BLOCKS, floor[0]) - 1, -1):
            block = self._blocks[number]
            low = floor[1] if number == floor[0] else 0
            high = end if number == index else len(block.text)
            near = max(low, high - _CAPTION_CHARS)
            above = [found.span() for found in heads(block.text, near, high)]
            if above:
                return (number, above[-1][0]), (number, above[-1][1])
            chars += high - low
            if block.kind not in _PROSE or chars > _CAPTION_CHARS:
                return None
        return None

    def _lone_head(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        """A head that no line with a name follows: of some posts, no more is left."""
        del floor
        for found in heads(view.text):
            place = (index, view.raw_end(found.end()))
            if not self._is_signed(*place):
                begin = (index, view.raw(found.start()))
                line = self._line("instagram", index, view, Said(found.start(), found.end()), begin)
                yield Caption(line, text=(place, place))

    def _is_signed(self, index: int, place: int) -> bool:
        """Whether a line with a name follows a head before another head does."""
        chars = 0
        for number in range(index, min(index + _CAPTION_BLOCKS, len(self._blocks))):
            low = place if number == index else 0
            text = self._blocks[number].text[low : low + _CAPTION_CHARS - chars]
            other = next((found.start() for found in heads(text)), None)
            signed = next((said.start for said in chain(introduced(text[:other]), followed(text[:other]))), None)
            if other is not None or signed is not None:
                return signed is not None
            chars += len(text)
            if chars >= _CAPTION_CHARS or self._blocks[number].kind not in _PROSE:
                return False
        return False

    def _facebook(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        for start in line_starts(view.text):
            verb = FACEBOOK.match(view.text, start)
            said = posted(view.text, verb) if verb else None
            if said is None:
                continue
            raw = view.raw(said.start)
            line = self._line("facebook", index, view, said, (index, raw))
            if line.post is not None or self._is_on_facebook(index, raw, floor):
                yield Caption(line)

    def _is_on_facebook(self, index: int, start: int, floor: tuple[int, int]) -> bool:
        """Whether the article speaks of Facebook around the line, or the text above it was cut.

        The words alone are those under many blogs' posts as well.
        """
        low = floor[1] if floor[0] == index else 0
        above = self._blocks[index].text[low:start].strip()
        near = self._blocks[max(index - _NEAR_BLOCKS, 0) : index + 3]
        above = above or (self._blocks[index - 1].text if index else "")
        return ELLIPSIS.search(above[-20:]) is not None or any(
            FACEBOOK_NAMES.search(block.text[:_NEAR_CHARS]) for block in near
        )

    def _post_by(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        del floor
        for start in line_starts(view.text):
            by = POST_BY.match(view.text, start)
            seen = self._view_on(index, view.text, by.end()) if by else None
            if by is None or seen is None:
                continue
            platform, last, end = seen
            said = Said(start, end if last == index else by.end(), by["handle"])
            line = self._line(platform, index, view, said, (index, view.raw(start)), until=(last, end))
            place = (index, line.start)
            yield Caption(line, end=(last, end) if last != index else None, text=(place, place))

    def _view_on(self, index: int, text: str, place: int) -> tuple[str, int, int] | None:
        """The platform that "View on …" behind `place` names, in which block it stands, and where it ends."""
        found = VIEW_ON.match(text, place)
        if found:
            return found["where"].lower(), index, found.end()
        if text[place:].strip() or index + 1 >= len(self._blocks):
            return None
        below = VIEW_ON.match(self._blocks[index + 1].text)
        return (below["where"].lower(), index + 1, below.end()) if below else None

    def _tiktok(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        for notes in NOTES.finditer(view.text):
            author = self._author_before(index, view.raw(notes.start()), floor)
            if author is None:
                continue
            (block, at, text_at), handle = author
            end = view.text.find("\n", notes.end())
            said = Said(notes.start(), end if end >= 0 else len(view.text), handle)
            line = self._line("tiktok", index, view, said, (block, at))
            yield Caption(line, (block, at), text=((block, text_at), (index, line.start)))
            floor = (index, line.end)

    def _author_before(self, index: int, end: int, floor: tuple[int, int]) -> tuple[tuple[int, int, int], str] | None:
        """The nearest line above that begins with a handle: its block, where it and its text begin."""
        chars = 0
        for number in range(index, max(index - _CAPTION_BLOCKS, floor[0]) - 1, -1):
            block = self._blocks[number]
            low = floor[1] if number == floor[0] else 0
            high = end if number == index else len(block.text)
            for at in line_starts_with("@", block.text, max(low, high - _CAPTION_CHARS), high):
                author = TIKTOK_AUTHOR.match(block.text, at, high)
                if author and (number == index or not block.text[author.end() : high].partition("\n")[0].strip()):
                    return (number, at, author.end()), author["handle"]
            chars += high - low
            if block.kind not in _PROSE or chars > _CAPTION_CHARS or number <= index - _TIKTOK_BLOCKS:
                return None
        return None

    def _reddit(self, index: int, view: View, floor: tuple[int, int]) -> Iterator[Caption]:
        for start in line_starts(view.text):
            by = REDDIT.match(view.text, start)
            title = self._title_above(index, view.raw(start), floor) if by else None
            if by is None or title is None:
                continue
            line = self._line("reddit", index, view, Said(start, by.end(), by["handle"]), title)
            yield Caption(line, title, text=(title, (index, line.start)))

    def _title_above(self, index: int, end: int, floor: tuple[int, int]) -> tuple[int, int] | None:
        """Where the line above begins."""
        for number in range(index, max(index - 2, floor[0] - 1, -1), -1):
            low = floor[1] if number == floor[0] else 0
            text = self._blocks[number].text[low : end if number == index else None].rstrip()
            if text:
                return number, low + text.rfind("\n") + 1
        return None

    # --- what they share -----------------------------------------------------------------------

    def _line(
        self, platform: str, index: int, view: View, said: Said, begin: _Place, *, until: _Place | None = None
    ) -> Attribution:
        """The line as an attribution, with the post that the links in it lead to."""
        start, end = view.raw(said.start), view.raw_end(said.end)
        anchor, post = self._target(platform, begin, until or (index, end))
        inside = anchor is not None and any(anchor is other for other in self._blocks[index].anchors)
        return Attribution(
            start=start,
            end=max(end, anchor.end) if anchor and inside and anchor.start < end else end,
            own_line=True,
            platform=platform,
            handle=said.handle,
            name=" ".join((said.name or "").split()) or None,
            date=said.date,
            date_text=said.date_text,
            anchor=anchor,
            post=post,
            variant=f"{platform} words",
        )

    def _target(
        self, platform: str, begin: tuple[int, int], end: tuple[int, int]
    ) -> tuple[Anchor | None, PostRef | None]:
        """The last link to a post of the platform; else the last link, wherever it leads."""
        anchors = [
            anchor
            for number in range(begin[0], end[0] + 1)
            for anchor in self._blocks[number].anchors_between(
                begin[1] if number == begin[0] else 0, end[1] if number == end[0] else len(self._blocks[number].text)
            )
        ]
        for anchor in reversed(anchors):
            post = identify(anchor.href) if anchor.href else None
            if post is not None and post.platform == platform:
                return anchor, post
        return (anchors[-1] if anchors and not (anchors[-1].href or "").startswith("http") else None), None

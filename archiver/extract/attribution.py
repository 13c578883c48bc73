"""The line under a quoted post: `— Name (@handle) March 29, 2022`.

A name may hold anything, dashes, brackets and another `@` too, so a line is read from
its end: a date (or a link to the post), right before it the last `(@handle)`, and then a dash to the left.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.dates import date_at
from archiver.model.records import PostRef
from archiver.platforms import identify

__all__ = ["Attribution", "attributions"]

#: X allows 50 characters in a name; what HTML makes of an emoji may be longer.
_NAME_CHARS = 120
_HANDLE = re.compile(
    r"[(（]@(?:(?P<x>[A-Za-z0-9_]{1,15})|(?P<bluesky>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6})"
    r"|(?P<mastodon>[A-Za-z0-9_.-]{1,60}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}))[)）]"
)
# The last two are what an em or en dash becomes when UTF-8 is read as windows-1252.
_DASH = r"(?:—|―|–|−|--?-?|â€”|â€“)"
_LINE = re.compile(rf"[ \t\xa0]*{_DASH}[ \t\xa0]*(?=\S)")
_INLINE = (re.compile(r"(?:^|(?<=\s))(?:—|―|â€”)(?=\s)"), re.compile(rf"(?:^|(?<=\s)){_DASH}(?=\s)"))


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution in a block's text, from `start` (its dash) to `end` (after its date).

    `own_line` says that nothing stands before it on its line. `anchor` is the link on the
    date, `post` what it leads to; both None where the link is gone.
    """

    start: int
    end: int
    own_line: bool
    platform: str
    handle: str
    name: str | None
    date: str | None
    date_text: str | None
    anchor: Anchor | None
    post: PostRef | None


def attributions(block: Block) -> Iterator[Attribution]:
    """The attributions in a block, from left to right. Only text and list items have any."""
    if block.kind not in (BlockKind.TEXT, BlockKind.ITEM) or "@" not in block.text:
        return
    floor = 0
    for handle in _HANDLE.finditer(block.text):
        found = _attribution(block, handle, floor)
        if found:
            floor = found.end
            yield found


def _attribution(block: Block, handle: re.Match[str], floor: int) -> Attribution | None:
    dated = date_at(block.text, handle.end())
    begin, end, day = dated or (handle.end(), handle.end(), None)
    anchor = block.anchor_at(begin, max(end, begin + 2))
    post = identify(anchor.href) if anchor and anchor.href else None
    if dated is None and (anchor is None or post is None):
        return None
    end = max(end, anchor.end) if anchor else end
    start = _start(block, handle.start(), floor, bare=post is not None)
    if start is None:
        return None
    return Attribution(
        start=start,
        end=end,
        own_line=_is_line_start(block.text, floor, start),
        platform=post.platform if post else handle.lastgroup or "x",
        handle=handle[handle.lastgroup or 0],
        name=_name(block.text[start : handle.start()]),
        date=day,
        date_text=block.text[begin : dated[1]].strip() if dated else None,
        anchor=anchor,
        post=post,
    )


def _start(block: Block, handle: int, floor: int, *, bare: bool) -> int | None:
    """Where the attribution begins; None if no dash (or with `bare`, no line) leads to it."""
    text = block.text
    # Only the nearest text is looked at, so that a long block costs no more than a short one.
    near = max(floor, handle - _NAME_CHARS - 1)
    line = text.rfind("\n", near, handle) + 1 or near
    begins = line == floor or line > near
    if begins and _LINE.match(text, line, handle):
        return line
    if begins and block.kind is BlockKind.ITEM and block.marker == "-" and line == 0:
        return line
    for pattern in _INLINE:
        dashes = [found.start() for found in pattern.finditer(text, max(line, handle - _NAME_CHARS), handle)]
        if dashes:
            return dashes[-1]
    return line if bare and begins else None


def _is_line_start(text: str, floor: int, start: int) -> bool:
    """Whether nothing but white space stands before `start` on its line."""
    near = max(floor, start - _NAME_CHARS)
    before = text[near:start]
    line = before.rfind("\n") + 1
    return not before[line:].strip() and (line > 0 or near == floor)


def _name(text: str) -> str | None:
    return " ".join(re.sub(rf"^\s*{_DASH}", "", text).split()) or None

"""The line under a quoted post: `— Name (@handle) March 29, 2022`.

A name may hold anything, dashes, brackets and another `@` too, so a line is read from
its end: a date (or a link to the post), right before it the last `(@handle)`, and then a dash to the left.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.dates import DIRECTION_MARKS, date_at
from archiver.model.records import PostRef
from archiver.platforms import identify

__all__ = ["Attribution", "View", "attributions", "is_last"]

#: X allows 50 characters in a name; what HTML makes of an emoji may be longer.
_NAME_CHARS = 120
#: A name that was broken over more lines than this is none.
_NAME_LINES = 3
_DATE_CHARS = 60
_HANDLE = re.compile(
    r"[(（]\s?@(?:(?P<x>[A-Za-z0-9_]{1,15}(?:\n[A-Za-z0-9_]{1,14})?)"
    r"|(?P<bluesky>[A-Za-z0-9-]{1,63}(?:\.\n?[A-Za-z0-9-]{1,63}){1,6})"
    r"|(?P<mastodon>[A-Za-z0-9_.-]{1,60}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}))\s?[)）]"
)
_X_CHARS = 15
#: What an em or en dash becomes when UTF-8 is read as another encoding, or not read at all.
_MOJIBAKE = (
    "\u00e2\u20ac[\u201d\u201c\u2022\u2014\u2013\"']|\u00e2\u0080[\u0093-\u0095]|\u0432\u0402[\u201d\u201c\u2022]"
    "|\u00d4\u00c7[\u00f6\u00f4]|\u0393\u00c7[\u00f6\u00f4]|\u201a\u00c4[\u00ee\u00ec]|\u00c3\u00a2\u00e2\u201a\u00ac\u00e2\u20ac\\S{0,2}"
    "|\u9225[\u2014\\?\ufffd]?|&[mn]dash;|&#821[12];|&#x201[34];|[\x96\x97]"
)
#: What any of them begins with: looked at first, as most characters are none.
_MOJIBAKE_FIRST = "\u00e2\u0432\u00d4\u0393\u201a\u00c3\u9225&\x96\x97"
_EM = rf"(?=[—―⸺⸻{_MOJIBAKE_FIRST}])(?:[—―⸺⸻]{{1,3}}|{_MOJIBAKE})"
_DASH = (
    rf"(?=[—―–−‒‐‑⸺⸻﹘－\ufffd?{_MOJIBAKE_FIRST}-])"
    rf"(?:[—―–−‒‐‑⸺⸻﹘－]{{1,3}}|-{{1,3}}|{_MOJIBAKE}|\ufffd{{1,3}}|\?{{1,3}}(?=\s))"
)
#: Signs of quotations and lists that stand before the dash in text that was never read as Markdown.
_LINE = re.compile(
    r"[ \t\xa0>|*•·▪◦‣]{0,12}(?:\d{1,3}[.)]\s)?(?:-\s(?=[—–―]))?[\"'“”‘’«»]{0,3}[ \t\xa0]{0,4}"
    rf"{_DASH}[ \t\xa0]*(?=\S|\n)"
)
_INLINE = (re.compile(rf"{_EM}(?=\s)|(?:^|(?<=\s)){_EM}(?=\S)"), re.compile(rf"(?:^|(?<=\s)){_DASH}(?=\s)"))
#: A sentence that ends between a dash and a handle: the dash belonged to the text.
_SENTENCE_END = re.compile(r"[^\W\d_]{3,}[.!?…]+[\"”’»]?\s")
#: The same where the dash begins a line: there a name may hold `Yahoo! News`, but no small word with a stop.
_SMALL_END = re.compile(r"(?:^|\s)[a-zß-öø-ÿа-яёіїєґα-ω]{3,30}[.!?…]+[\"”’»]?\s")
_BEFORE_DATE = " \t\n\xa0["
#: Behind a widget's date nothing follows on the line, or a new sentence does.
_AFTER = re.compile(r"[)\]）}\"'”’»>|*_.]{0,6}(?:\s*$|\s*\n|\s+(?P<next>\S)|(?P<glued>[^\W\d_]))")
#: How a text ends before a dash that is not its own.
_TEXT_END = re.compile(r"(?:[.!?…\"”»)。！？」]|[/#@]\w{2,60}|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f])\s*$")
#: What is not seen: marks, and more blanks than one.
_UNSEEN = re.compile(rf"[{DIRECTION_MARKS}]|(?<=[ \t\n])[ \t]+|[ \t]+(?=\n)")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution in a block's text, from `start` (its dash) to `end` (after its date).

    `own_line` says that nothing stands before it on its line. `anchor` is the link on the
    date, `post` what it leads to; both None where the link is gone. `variant` names the form.
    """

    start: int
    end: int
    own_line: bool
    platform: str
    handle: str | None
    name: str | None
    date: str | None
    date_text: str | None
    anchor: Anchor | None
    post: PostRef | None
    variant: str = "attribution line"


class View:
    """A block's text without what is not seen, and the places of what is left."""

    def __init__(self, text: str, joins: dict[int, str]) -> None:
        # Blanks before a break within a line are those between two words.
        unseen = (found for found in _UNSEEN.finditer(text) if joins.get(found.end()) != "")
        cuts = {place for found in unseen for place in range(*found.span())}
        cuts.update(cut for cut, join in joins.items() if join == "")
        self._cuts = sorted(cuts)
        self.text = text
        if cuts or joins:
            # A break that nobody meant is a blank, so that it ends no line.
            chars = (joins.get(place, char) if char == "\n" else char for place, char in enumerate(text))
            self.text = "".join(char for place, char in enumerate(chars) if place not in cuts)
        self._shifted = [cut - count for count, cut in enumerate(self._cuts)]

    def raw(self, place: int) -> int:
        """The place in the block's text of what stands at `place` here."""
        return place + bisect_right(self._shifted, place) if self._cuts else place

    def raw_end(self, place: int) -> int:
        """The place in the block's text right behind what ends at `place` here."""
        return self.raw(place - 1) + 1 if place else 0


def attributions(block: Block, joins: dict[int, str]) -> Iterator[Attribution]:
    """The attributions in a block, from left to right. Only text and list items have any.

    `joins` are the line breaks that nobody meant, as `Lines` gives them.
    """
    if block.kind not in (BlockKind.TEXT, BlockKind.ITEM) or "@" not in block.text:
        return
    view = View(block.text, joins)
    floor = 0
    for handle in _HANDLE.finditer(view.text):
        found = _attribution(block, view, handle, floor)
        if found:
            floor = found[0]
            yield found[1]


def _attribution(block: Block, view: View, handle: re.Match[str], floor: int) -> tuple[int, Attribution] | None:
    """Where the attribution ends in the view, and the attribution; None if it is none."""
    text, platform = view.text, handle.lastgroup or "x"
    name = handle[platform].replace("\n", "")
    if platform == "x" and len(name) > _X_CHARS:
        return None
    dated = _date_behind(text, handle.end())
    begin, end = (dated.begin, dated.end) if dated else (handle.end(), handle.end())
    anchor = block.anchor_at(view.raw(begin), max(view.raw_end(end), view.raw(begin) + 2))
    post = identify(anchor.href) if anchor and anchor.href else None
    if post is None and (dated is None or not dated.alone):
        return None
    begun = _start(block, text, handle.start(), floor, bare=post is not None)
    if begun is None:
        return None
    start, name_at = begun
    if post is None and dated and not is_last(text, dated.end, lower=_ends_text(text, floor, start)):
        return None
    return end, Attribution(
        start=view.raw(start),
        end=max(view.raw_end(end), anchor.end) if anchor else view.raw_end(end),
        own_line=_is_line_start(text, floor, start),
        platform=post.platform if post else platform,
        handle=name,
        name=" ".join(text[name_at : handle.start()].split()) or None,
        date=dated.day if dated else None,
        date_text=dated.text if dated else None,
        anchor=anchor,
        post=post,
    )


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date behind a handle. `alone` says that nothing stands between the two."""

    begin: int
    end: int
    day: str | None
    text: str
    alone: bool


def _date_behind(text: str, place: int) -> _Dated | None:
    found = date_at(text, place)
    if found is None:
        return _broken_date(text, place)
    begin, end, day = found
    alone = not text[place:begin].strip(_BEFORE_DATE)
    return _Dated(begin, end, day, " ".join(text[begin:end].split()), alone)


def _broken_date(text: str, place: int) -> _Dated | None:
    """A date that was broken within its words."""
    near = text[place : place + _DATE_CHARS]
    if "\n" not in near:
        return None
    kept = [index for index, char in enumerate(near) if char != "\n"]
    flat = "".join(near[index] for index in kept)
    found = date_at(flat, 0)
    if found is None:
        return None
    begin, end, day = found
    alone = not flat[:begin].strip(_BEFORE_DATE)
    return _Dated(place + kept[begin], place + kept[end - 1] + 1, day, flat[begin:end].strip(), alone)


def is_last(text: str, end: int, *, lower: bool = False) -> bool:
    """Whether the date ends its line, or a sentence begins behind it (`lower`: in whatever case)."""
    found = _AFTER.match(text, end)
    if found is None or (found["glued"] and found["glued"].islower()):
        return False
    return not found["next"] or not (found["next"] in ",;:—–" or (found["next"].islower() and not lower))


def _start(block: Block, text: str, handle: int, floor: int, *, bare: bool) -> tuple[int, int] | None:
    """Where the attribution and the name in it begin; None if no dash (or with `bare`, no line) leads to it."""
    # Only the nearest text is looked at, so that a long block costs no more than a short one.
    near = max(floor, handle - _NAME_CHARS - 1)
    near = max(near, text.rfind("\n\n", near, handle) + 1)
    lines = [*_line_starts(text, near, handle, whole=near == floor)][-_NAME_LINES:]
    inline = [found for found in _INLINE[0].finditer(text, near, handle) if _leads(text, found.end(), handle)]
    # What looks like a dash may be a list's sign, before a text that has its attribution behind it.
    listed = bool(inline) and _ends_text(text, near, inline[-1].start())
    for line in reversed(lines):
        dash = _LINE.match(text, line, handle)
        if dash and not (listed and dash[0].strip() == "-"):
            return None if _SMALL_END.search(text, dash.end(), handle) else (line, dash.end())
    if lines and lines[-1] == 0 and block.kind is BlockKind.ITEM and block.marker == "-" and not listed:
        return 0, 0
    weak = (found for found in _INLINE[1].finditer(text, near, handle) if _leads(text, found.end(), handle))
    for dash in (*inline[-1:], *[*weak][-1:]):
        return dash.start(), dash.end()
    return (lines[-1], lines[-1]) if bare and lines else None


def _ends_text(text: str, floor: int, dash: int) -> bool:
    """Whether a text ends right before the dash: then the dash is no part of a sentence."""
    before = text[max(floor, dash - _NAME_CHARS) : dash]
    return bool(before.strip()) and "\n" not in before[-3:] and _TEXT_END.search(before) is not None


def _line_starts(text: str, near: int, handle: int, *, whole: bool) -> Iterator[int]:
    if whole:
        yield near
    cut = text.find("\n", near, handle)
    while cut >= 0:
        yield cut + 1
        cut = text.find("\n", cut + 1, handle)


def _leads(text: str, dash: int, handle: int) -> bool:
    """Whether nothing but a name stands between a dash and a handle."""
    return bool(text[dash:handle].strip()) and _SENTENCE_END.search(text, dash, handle) is None


def _is_line_start(text: str, floor: int, start: int) -> bool:
    """Whether nothing but white space stands before `start` on its line."""
    near = max(floor, start - _NAME_CHARS)
    before = text[near:start]
    line = before.rfind("\n") + 1
    return not before[line:].strip() and (line > 0 or near == floor)

"""The line under a quoted post: `— Name (@handle) March 29, 2022`.

A name may hold anything, dashes, brackets and another `@` too, so a line is read from
its end: a date (or a link to the post), right before it the last `(@handle)`, and then a dash to the left.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.extract.blocks import Anchor, Block, BlockKind
from archiver.extract.dates import date_at
from archiver.extract.effort import Effort
from archiver.extract.view import View
from archiver.model.records import PostRef
from archiver.platforms import identify

__all__ = ["Attribution", "attributions", "is_last"]

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
_EM_FIRST = f"—―⸺⸻{_MOJIBAKE_FIRST}"
_DASH_FIRST = rf"—―–−‒‐‑⸺⸻﹘－\ufffd?{_MOJIBAKE_FIRST}-"
_EM = rf"(?=[{_EM_FIRST}])(?:[—―⸺⸻]{{1,3}}|{_MOJIBAKE})"
_DASH = (
    rf"(?=[{_DASH_FIRST}])"
    rf"(?:[—―–−‒‐‑⸺⸻﹘－]{{1,3}}|-{{1,3}}|{_MOJIBAKE}|\ufffd{{1,3}}|\?{{1,3}}(?=\s))"
)
#: Signs of quotations and lists that stand before the dash in text that was never read as Markdown.
_LINE = re.compile(
    r"[ \t\xa0>|*•·▪◦‣]{0,12}(?:\d{1,3}[.)]\s)?(?:-\s(?=[—–―]))?[\"'“”‘’«»]{0,3}[ \t\xa0]{0,4}"
    rf"{_DASH}[ \t\xa0]*(?=\S|\n)"
)
#: Dashes within a line, the sure and the weak ones: what they may begin with, and how they stand.
_INLINE = (
    (re.compile(f"[{_EM_FIRST}]"), re.compile(rf"{_EM}(?=\s)|(?:^|(?<=\s)){_EM}(?=\S)")),
    (re.compile(f"[{_DASH_FIRST}]"), re.compile(rf"(?:^|(?<=\s)){_DASH}(?=\s)")),
)
#: A sentence that ends between a dash and a handle: the dash belonged to the text.
_SENTENCE_END = re.compile(r"[^\W\d_]{3}[.!?…]+[\"”’»]?\s")
#: The same where the dash begins a line: there a name may hold `Yahoo! News`, but no small word with a stop.
_SMALL_END = re.compile(r"(?:^|\s)[a-zß-öø-ÿа-яёіїєґα-ω]{3,30}[.!?…]+[\"”’»]?\s")
_STOP = re.compile("[.!?…]")
_BEFORE_DATE = " \t\n\xa0["
#: Behind a widget's date nothing follows on the line, or a new sentence does.
_AFTER = re.compile(r"[)\]）}\"'”’»>|*_.]{0,6}(?:\s*$|\s*\n|\s+(?P<next>\S)|(?P<glued>[^\W\d_]))")
#: How a text ends before a dash that is not its own.
_TEXT_END = re.compile(r"(?:[.!?…\"”»)。！？」]|[/#@]\w{2,60}|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f])\s*$")


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


def attributions(block: Block, view: View, effort: Effort) -> Iterator[Attribution]:
    """The attributions in a block of text or a list's item, given as it is seen, from left to right."""
    floor = 0
    for handle in _HANDLE.finditer(view.text):
        if effort.is_spent:
            return
        effort.spend(1)
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
    lines = [*_line_starts(text, near, handle, whole=near == floor)]
    for line in lines:
        dash = _LINE.match(text, line, handle)
        if dash and not (dash[0].strip() == "-" and _is_listed(text, near, handle)):
            return None if _holds(_SMALL_END, text, dash.end(), handle) else (line, dash.end())
    item = block.kind is BlockKind.ITEM and block.marker == "-"
    if item and lines and lines[0] == 0 and not _is_listed(text, near, handle):
        return 0, 0
    for form in _INLINE:
        inner = _nearest_dash(form, text, near, handle)
        if inner:
            return inner.span()
    return (lines[0], lines[0]) if bare and lines else None


def _is_listed(text: str, near: int, handle: int) -> bool:
    """Whether what looks like a dash is a list's sign, before a text that has its attribution behind it."""
    inner = _nearest_dash(_INLINE[0], text, near, handle)
    return inner is not None and _ends_text(text, near, inner.start())


def _nearest_dash(
    form: tuple[re.Pattern[str], re.Pattern[str]], text: str, near: int, handle: int
) -> re.Match[str] | None:
    """The last dash of such a form from which nothing but a name leads to the handle."""
    first, whole = form
    found: list[re.Match[str]] = []
    for sign in first.finditer(text, near, handle):
        if not found or sign.start() >= found[-1].end():
            dash = whole.match(text, sign.start(), handle)
            found += (dash,) if dash else ()
    dash = next((dash for dash in reversed(found) if text[dash.end() : handle].strip()), None)
    # A sentence that ends behind this dash ends behind those before it too.
    return dash if dash and not _holds(_SENTENCE_END, text, dash.end(), handle) else None


def _ends_text(text: str, floor: int, dash: int) -> bool:
    """Whether a text ends right before the dash: then the dash is no part of a sentence."""
    before = text[max(floor, dash - _NAME_CHARS) : dash]
    return bool(before.strip()) and "\n" not in before[-3:] and _TEXT_END.search(before) is not None


def _line_starts(text: str, near: int, handle: int, *, whole: bool) -> Iterator[int]:
    """Where the nearest lines before the handle begin, the last first; `whole` says that `near` begins one."""
    end = handle
    for _ in range(_NAME_LINES):
        cut = text.rfind("\n", near, end)
        if cut < 0:
            if whole:
                yield near
            return
        yield cut + 1
        end = cut


def _holds(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Whether a sentence ends between two places as the pattern says."""
    return _STOP.search(text, start, end) is not None and pattern.search(text, start, end) is not None


def _is_line_start(text: str, floor: int, start: int) -> bool:
    """Whether nothing but white space stands before `start` on its line."""
    near = max(floor, start - _NAME_CHARS)
    before = text[near:start]
    line = before.rfind("\n") + 1
    return not before[line:].strip() and (line > 0 or near == floor)

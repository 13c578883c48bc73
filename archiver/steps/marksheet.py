"""The drawing of marks: an SVG of the screenshot's own pixels, a legend above it, no scripts.

It links to `screenshot.png` beside it, and its coordinates are that picture's: what stands
above it has negative ones. Every text comes from strangers, so it goes through one door
(`_plain`), and the file is written by an XML library. `<metadata>` holds the same as JSON.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from archiver.model.clock import format_at
from archiver.model.records import ArticleVersion, Mention
from archiver.model.rendering import Box
from archiver.model.states import MentionKind

__all__ = ["Mark", "Sheet", "draw_sheet"]

#: Dark enough for white letters, and told apart by most colour-blind readers too.
_INKS = ("#0b5cad", "#b3261e", "#1b6e3c", "#7a3e9d", "#9a5700", "#00696f", "#a3225f", "#4a4f57")
_MUTED, _PAPER, _TEXT = "#6b7078", "#ffffff", "#1c1f23"
_FONT = "system-ui, 'DejaVu Sans', 'Noto Sans', Arial, sans-serif"
_MARGIN_PX, _ROW_PX, _HEAD_PX = 16, 23, 72
#: A column of the legend, and one where there are many claims.
_COLUMN_PX, _SLIM_COLUMN_PX, _MANY = 600, 420, 20
_TAG_PX, _CHIP_PX, _TAG_FONT_PX, _FONT_PX = 16, 18, 12, 13
_AROUND_PX = 4
#: Of a letter, in parts of the font's size: of most scripts, and of those with square letters.
_NARROW, _WIDE = 0.57, 1.05
_TEXT_CHARS, _ID_CHARS = 300, 8
#: What XML 1.0 forbids, and what would turn the direction of the text around it.
_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One claim: its number, and its boxes in CSS pixels of the shot; `missing` says why there are none.

    `element` is true where the boxes are those of the element that shows the post.
    """

    number: int
    mention: Mention
    boxes: tuple[Box, ...] = ()
    element: bool = False
    missing: str = ""

    @property
    def ink(self) -> str:
        """Its colour."""
        return _MUTED if self.missing else _INKS[(self.number - 1) % len(_INKS)]

    @property
    def label(self) -> str:
        """Platform, author and short id, as far as they are known."""
        mention, claim = self.mention, self.mention.claim
        author = (f"@{claim.handle}" if claim.handle else claim.name) if claim else None
        identifier = mention.post_id or ""
        short = identifier if len(identifier) <= _ID_CHARS else f"…{identifier[-_ID_CHARS:]}"
        shown = (mention.platform or "post", _plain(author or "", 24), _plain(short, 12))
        return " · ".join(part for part in shown if part)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn on: the state of the article, and its screenshot's pixels (`scale` of them a CSS pixel)."""

    version: ArticleVersion
    width_px: int
    height_px: int
    scale: float = 1.0

    def columns(self, claims: int) -> int:
        """How many claims of the legend stand side by side."""
        return max(1, round(self.width_px / self.scale) // (_COLUMN_PX if claims <= _MANY else _SLIM_COLUMN_PX))

    def band_px(self, claims: int) -> int:
        """The height of the legend, in CSS pixels."""
        return _HEAD_PX + _ROW_PX * -(-claims // self.columns(claims)) + _MARGIN_PX


def draw_sheet(sheet: Sheet, marks: Sequence[Mark]) -> bytes:
    """The SVG file. Its size is the screenshot's and the legend above it."""
    band = round(sheet.band_px(len(marks)) * sheet.scale)
    width, height = sheet.width_px, sheet.height_px + band
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(width),
            "height": str(height),
            "viewBox": f"0 {-band} {width} {height}",
            "font-family": _FONT,
        },
    )
    ET.SubElement(svg, "title").text = f"Claims marked: {_plain(sheet.version.article.title or sheet.version.source)}"
    ET.SubElement(svg, "metadata").text = json.dumps(_as_json(sheet, marks), sort_keys=True)
    ET.SubElement(svg, "rect", {"y": str(-band), "width": "100%", "height": str(height), "fill": _PAPER})
    picture = {"href": "screenshot.png", "width": str(sheet.width_px), "height": str(sheet.height_px)}
    ET.SubElement(svg, "image", picture)
    scaled = ET.SubElement(svg, "g", {"transform": f"scale({sheet.scale:g})"})
    # Large marks first: a small one within stays in sight.
    for mark in sorted(marks, key=lambda one: -_area(_around(one.boxes))):
        if not mark.missing:
            _draw_mark(scaled, mark)
    _draw_legend(scaled, sheet, marks)
    return bytes(ET.tostring(svg, encoding="utf-8", xml_declaration=True)) + b"\n"


# --- the marks ---------------------------------------------------------------------------------


def _draw_mark(parent: ET.Element, mark: Mark) -> None:
    group = ET.SubElement(parent, "g", {"class": "mark", "data-number": str(mark.number)})
    ET.SubElement(group, "title").text = _told(mark)
    if not mark.element:
        for box in mark.boxes:
            _rect(group, box, {"fill": mark.ink, "fill-opacity": "0.12"})
    x, y, *_size = box = _around(mark.boxes)
    dashes = {"stroke-dasharray": "9 5"} if mark.mention.kind is MentionKind.FLATTENED else {}
    _rect(group, box, {"fill": "none", "stroke": mark.ink, "stroke-width": "3", "class": "outline", **dashes})
    text = f"{mark.number}  {mark.label}"
    tag_width = round(_width_px(text, _TAG_FONT_PX) + 14)
    # It stands on the outline, so that it hides hardly more than the room between two paragraphs.
    top = max(0, y + _AROUND_PX - _TAG_PX)
    _rect(group, (x - 1, top, tag_width, _TAG_PX), {"fill": mark.ink})
    _text(group, x + 6, top + 12, text, {"fill": _PAPER, "font-size": str(_TAG_FONT_PX), "font-weight": "600"})


def _around(boxes: Sequence[Box]) -> Box:
    """One box around all of them, with a little room; never above or left of the picture."""
    if not boxes:
        return 0, 0, 0, 0
    left = max(0, min(x for x, _, _, _ in boxes) - _AROUND_PX)
    top = max(0, min(y for _, y, _, _ in boxes) - _AROUND_PX)
    right = max(x + width for x, _, width, _ in boxes) + _AROUND_PX
    bottom = max(y + height for _, y, _, height in boxes) + _AROUND_PX
    return left, top, right - left, bottom - top


def _area(box: Box) -> int:
    return box[2] * box[3]


# --- the legend --------------------------------------------------------------------------------


def _draw_legend(parent: ET.Element, sheet: Sheet, marks: Sequence[Mark]) -> None:
    band, width = sheet.band_px(len(marks)), round(sheet.width_px / sheet.scale)
    group = ET.SubElement(parent, "g", {"class": "legend", "font-size": str(_FONT_PX), "fill": _TEXT})
    version, room = sheet.version, max(20, round(width / (_FONT_PX * _NARROW)) - 6)
    title = _plain(version.article.title or version.source, round(room * 0.75))
    found = sum(not mark.missing for mark in marks)
    summary = (
        f"{found} of {len(marks)} claims of the article marked on a copy; the untouched picture is screenshot.png. "
        "Solid: embedded. Dashed: flattened to text."
    )
    _text(group, _MARGIN_PX, 24 - band, title, {"font-size": "16", "font-weight": "700"})
    where = f"{version.resource.uri} · read {format_at(version.fetched_at)}"
    _text(group, _MARGIN_PX, 43 - band, _plain(where, room), {"fill": _MUTED})
    _text(group, _MARGIN_PX, 61 - band, _plain(summary, room), {"fill": _MUTED})
    columns = sheet.columns(len(marks))
    rows, column_px = -(-len(marks) // columns), width // columns
    for place, mark in enumerate(marks):
        x, y = _MARGIN_PX + place // rows * column_px, _HEAD_PX + place % rows * _ROW_PX - band
        _draw_entry(group, x, y, mark, column_px - 2 * _MARGIN_PX)
    _rect(group, (0, -2, width, 2), {"fill": _MUTED})


def _draw_entry(parent: ET.Element, x: int, y: int, mark: Mark, width_px: int) -> None:
    number, row = str(mark.number), ET.SubElement(parent, "g", {"class": "entry", "data-number": str(mark.number)})
    chip_px = round(_width_px(number, _TAG_FONT_PX) + 12)
    _rect(row, (x, y + 3, chip_px, _CHIP_PX), {"fill": _PAPER if mark.missing else mark.ink, "stroke": mark.ink})
    white = {"fill": _MUTED if mark.missing else _PAPER, "font-size": str(_TAG_FONT_PX), "font-weight": "600"}
    _text(row, x + 6, y + 16, number, white)
    claim = mark.mention.claim
    words = mark.missing.upper() if mark.missing else f"“{_plain(claim.text)}”" if claim and claim.text else ""
    told = f"{mark.label}  {words}"
    _text(
        row, x + chip_px + 8, y + 16, _fitting(told, width_px - chip_px - 8), {"fill": mark.ink} if mark.missing else {}
    )


# --- texts and shapes --------------------------------------------------------------------------


def _rect(parent: ET.Element, box: Box, style: dict[str, str]) -> None:
    place = dict(zip(("x", "y", "width", "height"), map(str, box), strict=True))
    ET.SubElement(parent, "rect", {**place, **style})


def _text(parent: ET.Element, x: int, y: int, text: str, style: dict[str, str]) -> None:
    ET.SubElement(parent, "text", {"x": str(x), "y": str(y), "xml:space": "preserve", **style}).text = text


def _plain(text: str, most: int = _TEXT_CHARS) -> str:
    """One line of at most so many characters, of those that XML knows, in one direction."""
    line = " ".join(_FORBIDDEN.sub("", text[: 10 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _width_px(text: str, font_px: int) -> float:
    """About how wide a text is drawn; which font there is, nobody knows."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return font_px * (_WIDE * wide + _NARROW * (len(text) - wide))


def _fitting(text: str, width_px: float) -> str:
    while len(text) > 1 and _width_px(text, _FONT_PX) > width_px:
        text = f"{text[: max(0, len(text) - 4)]}…"
    return text


def _told(mark: Mark) -> str:
    claim = mark.mention.claim
    parts = (mark.label, _plain(claim.text or "") if claim else "", _plain(mark.mention.url or ""))
    return " | ".join(part for part in parts if part)


# --- the same for machines -----------------------------------------------------------------------


def _as_json(sheet: Sheet, marks: Sequence[Mark]) -> dict[str, Any]:
    """Boxes are x, y, width and height in pixels of the screenshot; `mention` is the ordinal in the article's state."""
    version = sheet.version
    return {
        "format": 1,
        "screenshot": "screenshot.png",
        "width_px": sheet.width_px,
        "height_px": sheet.height_px,
        "article": {"id": version.id, "url": version.resource.uri, "title": version.article.title},
        "claims": [_mark_as_json(mark, sheet.scale) for mark in marks],
        "missing": [mark.number for mark in marks if mark.missing],
    }


def _mark_as_json(mark: Mark, scale: float) -> dict[str, Any]:
    mention, claim = mark.mention, mark.mention.claim
    return {
        "number": mark.number,
        "mention": mention.ordinal,
        "kind": mention.kind.value,
        "platform": mention.platform,
        "post_id": mention.post_id,
        "url": mention.url,
        "name": claim.name if claim else None,
        "handle": claim.handle if claim else None,
        "found": not mark.missing,
        "missing": mark.missing or None,
        "by": None if mark.missing else "element" if mark.element else "text",
        "boxes": [[round(number * scale) for number in box] for box in mark.boxes],
    }

"""The few shapes that charts are made of, as SVG written by an XML library; colours are classes of the page's style.

Colours, fonts and strokes are CSS classes, so a chart follows the page into the dark and onto paper, and
needs no inline style, which the page's policy forbids.
"""

from collections.abc import Iterable, Sequence
from math import floor, log10
from xml.etree import ElementTree as ET

from archiver.report.texts import shown

__all__ = ["Drawing", "nice_ticks"]

#: Of a letter, in parts of the font's size, about: which font there is, nobody knows.
_LETTER = 0.56
_FONT_PX = 12


class Drawing:
    """An SVG picture that says in words what it shows. Coordinates are CSS pixels."""

    def __init__(self, width_px: float, height_px: float, *, key: str, title: str, told: str) -> None:
        self._root = ET.Element(
            "svg",
            {
                "viewBox": f"0 0 {width_px:g} {height_px:g}",
                "width": f"{width_px:g}",
                "height": f"{height_px:g}",
                "role": "img",
                "aria-labelledby": f"{key}-title {key}-told",
                "class": "chart",
                "id": key,
            },
        )
        ET.SubElement(self._root, "title", {"id": f"{key}-title"}).text = shown(title)
        ET.SubElement(self._root, "desc", {"id": f"{key}-told"}).text = shown(told)

    def rect(self, box: tuple[float, float, float, float], style: str, tip: str = "") -> None:
        """A box: left, top, width, height."""
        place = dict(zip(("x", "y", "width", "height"), map(_number, box), strict=True))
        self._tipped(ET.SubElement(self._root, "rect", {**place, "class": style}), tip)

    def line(self, first: tuple[float, float], last: tuple[float, float], style: str) -> None:
        """A straight line."""
        names = ("x1", "y1", "x2", "y2")
        ET.SubElement(
            self._root, "line", {**dict(zip(names, map(_number, (*first, *last)), strict=True)), "class": style}
        )

    def path(self, points: Iterable[tuple[float, float]], style: str, *, closed: bool = False, tip: str = "") -> None:
        """A line through points, or the area within them."""
        steps = " L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        element = ET.SubElement(self._root, "path", {"d": f"M{steps}{' Z' if closed else ''}", "class": style})
        self._tipped(element, tip)

    def text(self, x: float, y: float, words: str, style: str = "", *, anchor: str = "start") -> None:
        """A line of text; `y` is its base line, `anchor` start, middle or end."""
        place = {"x": _number(x), "y": _number(y), "text-anchor": anchor, "class": f"t {style}".strip()}
        ET.SubElement(self._root, "text", place).text = shown(words)

    def markup(self) -> str:
        """The picture, to stand in a page."""
        return ET.tostring(self._root, encoding="unicode")

    def _tipped(self, element: ET.Element, tip: str) -> None:
        if tip:
            ET.SubElement(element, "title").text = shown(tip)


def nice_ticks(most: float, count: int = 4) -> Sequence[int]:
    """Whole round numbers from 0 to at least `most`, about so many steps."""
    rough = max(1.0, most / count)
    power = 10 ** floor(log10(rough))
    step = int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))
    return [step * place for place in range(int(-(-most // step)) + 1)]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text_width_px(words: str) -> float:
    """About how wide a text is drawn."""
    return len(words) * _FONT_PX * _LETTER

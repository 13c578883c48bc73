"""Reads the lines of a PDF on standard input; run as a program of its own by `extract/pdf.py`.

PDFium is native code that reads hostile files: it may crash, spin or fill the memory. Here
it does so in a process with hard limits, and only the lines that it found come out: one
JSON object about the document, then one a page, as `pdflines.py` describes them.
"""

import codecs
import ctypes
import json
import math
import resource
import sys
import time
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2
from pypdfium2 import raw

_MEMORY_BYTES = 1_500_000_000
_CPU_S = 50
#: After so long it stops by itself and says how far it came.
_READING_S = 40.0
_MOST_PAGES = 2_000
_MOST_CHARS = 5_000_000
_MOST_LINKS = 5_000
_URL_BYTES = 8_192
#: An object bears few marks; the last character that PDFium takes from one.
_MOST_MARKS, _LAST_READ = 8, "\ufffc"
#: Two letters of one line that are so many heights apart stand in two columns.
_COLUMN_GAP = 1.6
#: Letters of one line overlap at least so much in height; a space is at least so much of a letter's height wide.
_SAME_LINE = 0.4
_SPACE = 0.1
_LETTERS = 12
_LEVEL_RADIANS = 0.3
_PASSWORD = 4
_SURROGATES = range(0xD800, 0xE000)


def main() -> int:
    """Standard input to standard output; 0 also where the document can't be read, and says so."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    body = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError:
        _put({"problem": "encrypted" if raw.FPDF_GetLastError() == _PASSWORD else "broken"})
        return 0
    _put({"pages": len(document), "meta": {key: document.get_metadata_value(key) for key in ("Title", "Author")}})
    chars, ends_at = 0, time.monotonic() + _READING_S
    for number in range(min(len(document), _MOST_PAGES)):
        page = _page(document, number)
        _put(page)
        chars += sum(len(line["text"]) for line in page["lines"])
        if chars > _MOST_CHARS or time.monotonic() > ends_at:
            break
    return 0


def _put(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _page(document: Any, number: int) -> dict[str, Any]:
    try:
        page = document[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return {"width": 0, "height": 0, "lines": [], "pictures": []}
    links = list(_links(document, page))
    lines = [line.as_json(text, links) for line in _lines(text, _spoken(page, text))]
    width, height = page.get_size()
    text.close()
    page.close()
    written = {address for line in lines for _, _, address in line["links"]}
    pictures = list(dict.fromkeys(link[4] for link in links if link[4] not in written))
    return {"width": width, "height": height, "lines": lines, "pictures": pictures}


class _Line:
    """Characters that stand beside each other; `places` are their indices in the page."""

    def __init__(self) -> None:
        self.chars: list[str] = []
        self.boxes: list[tuple[float, float, float, float]] = []
        self.places: list[int] = []

    @property
    def tracking(self) -> float:
        """The space between two letters that is usual on this line so far."""
        steps = [b[0] - a[2] for a, b in pairwise(self.boxes[-_LETTERS:])]
        return max(sorted(steps)[len(steps) // 3], 0.0) if len(steps) >= _LETTERS // 2 else 0.0

    def put(self, char: str, box: tuple[float, float, float, float], place: int) -> None:
        self.chars.append(char)
        self.boxes.append(box)
        self.places.append(place)

    def as_json(self, text: Any, links: list[tuple[float, float, float, float, str]]) -> dict[str, Any]:
        solid = [box for char, box in zip(self.chars, self.boxes, strict=True) if not char.isspace()]
        heights = sorted(box[3] - box[1] for box in solid)
        return {
            "text": "".join(self.chars),
            "x": [round(box[0], 1) for box in self.boxes],
            "left": min(box[0] for box in solid),
            "right": max(box[2] for box in solid),
            "base": _baseline(text, self.places[0]),
            "height": heights[len(heights) // 2],
            "bold": _is_bold(text, self.places[0]) and _is_bold(text, self.places[-1]),
            "links": list(self._linked(links)),
        }

    def _linked(self, links: list[tuple[float, float, float, float, str]]) -> Iterator[tuple[int, int, str]]:
        top, bottom = max(box[3] for box in self.boxes), min(box[1] for box in self.boxes)
        near = [link for link in links if link[1] < top and link[3] > bottom]
        start, address = 0, ""
        for index, box in enumerate(self.boxes):
            found = next((link[4] for link in near if _covers(link, box)), "") if near else ""
            if found != address:
                if address:
                    yield start, index, address
                start, address = index, found
        if address:
            yield start, len(self.boxes), address


def _covers(link: tuple[float, float, float, float, str], box: tuple[float, float, float, float]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return link[0] <= x <= link[2] and link[1] <= y <= link[3]


class _Spoken:
    """Text that the page gives beside its glyphs: what stands behind which place, and what it stands for."""

    def __init__(self) -> None:
        self.behind: dict[int, list[tuple[str, tuple[float, float, float, float]]]] = {}
        self.instead: set[int] = set()


def _spoken(page: Any, text: Any) -> _Spoken:
    """The `ActualText` of the page's objects, where it has characters beyond the basic plane.

    PDFium reads it, but leaves out those characters: of an emoji and its selector the selector stays.
    """
    spoken, last = _Spoken(), -1
    count = min(raw.FPDFPage_CountObjects(page), _MOST_CHARS)
    objects = [raw.FPDFPage_GetObject(page, index) for index in range(count)]
    said = {_address_of(part): found for part in objects if (found := _actual_text(part))}
    if not said:
        return spoken
    places: dict[int | None, list[int]] = {}
    for place in range(text.count_chars()):
        places.setdefault(_address_of(raw.FPDFText_GetTextObject(text, place)), []).append(place)
    before = None
    for part in objects:
        mark, words = said.get(_address_of(part), (None, ""))
        own = places.get(_address_of(part), [])
        # Objects side by side may share one mark, which says once what they stand for.
        if words and mark != before:
            spoken.instead.update(place for place in own if chr(raw.FPDFText_GetUnicode(text, place)) in words)
            spoken.behind.setdefault(last, []).append((words, _bounds(part)))
        last, before = own[-1] if own else last, mark
    return spoken


def _address_of(part: Any) -> int | None:
    return ctypes.cast(part, ctypes.c_void_p).value


def _actual_text(part: Any) -> tuple[int | None, str] | None:
    """The mark that says what a text object stands for, and what it says, if PDFium would leave out some of it."""
    if raw.FPDFPageObj_GetType(part) != raw.FPDF_PAGEOBJ_TEXT:
        return None
    for index in range(min(raw.FPDFPageObj_CountMarks(part), _MOST_MARKS)):
        buffer, size = (ctypes.c_ubyte * _URL_BYTES)(), ctypes.c_ulong()
        mark = raw.FPDFPageObj_GetMark(part, index)
        if raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", buffer, len(buffer), size):
            value = bytes(buffer[: min(size.value, len(buffer))])
            words = value.decode("utf-16", "replace") if value.startswith(codecs.BOM_UTF16_BE) else ""
            return (_address_of(mark), words) if words and max(words) > _LAST_READ else None
    return None


def _bounds(part: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of an object."""
    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(part, *sides)
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def _lines(text: Any, spoken: _Spoken) -> list[_Line]:
    """The page's lines in the order in which they were drawn; those of columns side by side are apart."""
    lines = [_Line()]
    _speak(lines, spoken, -1)
    for place, char in _chars(text):
        _put_char(lines, text, place, char, spoken)
        _speak(lines, spoken, place)
    return [line for line in lines if any(not char.isspace() for char in line.chars)]


def _speak(lines: list[_Line], spoken: _Spoken, place: int) -> None:
    """Puts what stands behind a place."""
    for words, box in spoken.behind.get(place, ()):
        if lines[-1].boxes and _is_apart(lines[-1], words[0], box):
            lines.append(_Line())
        for char in words:
            lines[-1].put(char, box, max(place, 0))


def _put_char(lines: list[_Line], text: Any, place: int, char: str, spoken: _Spoken) -> None:
    if place in spoken.instead:
        return
    if raw.FPDFText_IsGenerated(text, place):
        # PDFium guesses spaces and line ends, wrongly where each letter is drawn by itself; it is needed only
        # for words from right to left, whose letters lie in no sure order.
        if char == " " and lines[-1].chars and _is_rtl(lines[-1].chars[-1]):
            lines[-1].put(" ", lines[-1].boxes[-1], place)
        return
    if char in "\0\r\n" or _LEVEL_RADIANS < raw.FPDFText_GetCharAngle(text, place) < math.tau - _LEVEL_RADIANS:
        return
    box = _box(text, place, lines[-1])
    if lines[-1].boxes and _is_apart(lines[-1], char, box):
        lines.append(_Line())
    elif lines[-1].boxes and not char.isspace() and _is_spaced(lines[-1], char, box):
        lines[-1].put(" ", (lines[-1].boxes[-1][2], box[1], box[0], box[3]), place)
    lines[-1].put("\u00ad" if raw.FPDFText_IsHyphen(text, place) == 1 else char, box, place)


def _chars(text: Any) -> Iterator[tuple[int, str]]:
    """Place and character; the two halves of a character beyond U+FFFF are one."""
    half = ""
    for place in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, place)
        if code in _SURROGATES and not half:
            half = chr(code)
            continue
        char, half = half + (chr(code) if code <= sys.maxunicode else "\ufffd"), ""
        yield place, char.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if len(char) > 1 else char


def _box(text: Any, place: int, line: _Line) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of a character, with the space that its font gives it."""
    rect = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, place, rect):
        return line.boxes[-1] if line.boxes else (0.0, 0.0, 0.0, 0.0)
    return rect.left, rect.bottom, rect.right, rect.top


def _is_apart(line: _Line, char: str, box: tuple[float, float, float, float]) -> bool:
    """Whether the character stands on another line, or so far away that it is another column."""
    last = line.boxes[-1]
    height = max(box[3] - box[1], last[3] - last[1])
    overlap = min(box[3], last[3]) - max(box[1], last[1])
    if overlap < _SAME_LINE * min(box[3] - box[1], last[3] - last[1]):
        return True
    if _is_rtl(char) or _is_rtl(line.chars[-1]) or height <= 0:
        return False
    return box[0] - last[2] > _COLUMN_GAP * height or last[0] - box[0] > height


def _is_spaced(line: _Line, char: str, box: tuple[float, float, float, float]) -> bool:
    """Whether there is the space of a space before the character, though none was drawn."""
    if line.chars[-1].isspace() or _is_rtl(char) or _is_rtl(line.chars[-1]):
        return False
    gap, least = box[0] - line.boxes[-1][2], _SPACE * (box[3] - box[1])
    return gap > least and gap > line.tracking + least


def _is_rtl(char: str) -> bool:
    """Whether the character is written from right to left: places then tell nothing about what comes next."""
    return unicodedata.bidirectional(char[:1] or " ") in ("R", "AL", "NSM")


def _baseline(text: Any, place: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    return y.value if raw.FPDFText_GetCharOrigin(text, place, x, y) else 0.0


def _is_bold(text: Any, place: int) -> bool:
    buffer, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    size = raw.FPDFText_GetFontInfo(text, place, buffer, len(buffer), flags)
    name = buffer.raw[: max(min(size, len(buffer)) - 1, 0)].lower()
    return any(word in name for word in (b"bold", b"black", b"heavy"))


def _links(document: Any, page: Any) -> Iterator[tuple[float, float, float, float, str]]:
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(_MOST_LINKS):
        if not raw.FPDFLink_Enumerate(page, position, link):
            return
        address = _address(document, link)
        rect = raw.FS_RECTF()
        if address and raw.FPDFLink_GetAnnotRect(link, rect):
            yield from _areas(link, rect, address)


def _areas(link: Any, rect: Any, address: str) -> Iterator[tuple[float, float, float, float, str]]:
    """The link's quadrilaterals: a link over two lines would else cover all between them."""
    count = min(raw.FPDFLink_CountQuadPoints(link), 100)
    for index in range(count):
        quad = raw.FS_QUADPOINTSF()
        if raw.FPDFLink_GetQuadPoints(link, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield min(xs), min(ys), max(xs), max(ys), address
    if not count:
        low, high = sorted((rect.bottom, rect.top))
        yield rect.left, low, rect.right, high, address


def _address(document: Any, link: Any) -> str:
    action = raw.FPDFLink_GetAction(link)
    if not action:
        return ""
    buffer = ctypes.create_string_buffer(_URL_BYTES)
    size = raw.FPDFAction_GetURIPath(document, action, buffer, len(buffer))
    return buffer.raw[: max(min(size, len(buffer)) - 1, 0)].decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())

"""The body of a DOCX document as blocks of HTML: what its paragraphs say, not how they look."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from lxml import etree

__all__ = ["Styles", "read_body", "read_notes"]

#: Elements are known by their local names: strict and transitional files differ in the namespaces only.
_ID = re.compile(r"\{[^}]*/relationships\}(id|embed)")
#: The address of a field; its other arguments are a place in it, a tip, a window.
_HYPERLINK = re.compile(r"\s*HYPERLINK\b.{0,1000}?[\s\"]((?:https?:)?//[^\s\"]{1,4000})", re.IGNORECASE)
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|заголовок)\s?([1-9])", re.IGNORECASE)
_QUOTES = frozenset({"quote", "intense quote", "block text", "quotations"})
_STRONG = frozenset({"strong", "emphasis", "intense emphasis", "subtle emphasis", "book title"})
_PASSED = frozenset({"ins", "smartTag", "sdt", "sdtContent", "customXml", "moveTo", "bdo", "dir", "AlternateContent"})
_LEFT_OUT = frozenset({"del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "delText", "delInstrText"})
_SIGNS = {"tab": " ", "br": "<br>", "cr": "<br>", "noBreakHyphen": "-", "ptab": " "}
_BASED_ON = 10
#: A picture's and a text box's parts lie no deeper; libxml2 bounds the whole at 256.
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style makes of its paragraphs."""

    name: str = ""
    base: str | None = None
    level: int | None = None
    listed: bool = False


class Styles:
    """The styles of a document, by their ids."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles = {_value(style, "styleId"): _style(style) for style in _children(root, "style")}

    def tag(self, paragraph: etree._Element) -> str:
        """The element that a paragraph becomes: `p`, `li`, `blockquote`, `h1` to `h6`."""
        properties = _child(paragraph, "pPr")
        chain = self._chain(_value(_child(properties, "pStyle"), "val"))
        outline = _child(properties, "outlineLvl")
        levels = [_level(outline), *(style.level for style in chain)]
        level = next((level for level in levels if level is not None), None)
        if level is not None and level < len("123456"):
            return f"h{level + 1}"
        numbered = _child(properties, "numPr")
        if numbered is not None:
            return "li" if _value(_child(numbered, "numId"), "val") != "0" else "p"
        if any(style.listed for style in chain[:2]):
            return "li"
        return "blockquote" if any(style.name in _QUOTES for style in chain) else "p"

    def name(self, identifier: str | None) -> str:
        """The name of a style, in lower case."""
        style = self._styles.get(identifier)
        return style.name if style else ""

    def _chain(self, identifier: str | None) -> list[_Style]:
        found: list[_Style] = []
        while identifier in self._styles and len(found) < _BASED_ON:
            found.append(self._styles[identifier])
            identifier = found[-1].base
        return found


def read_body(root: etree._Element, styles: Styles, links: Mapping[str, str]) -> Iterator[str]:
    """The blocks of the document's body."""
    body = _child(root, "body")
    return _blocks(body if body is not None else root, styles, links)


def read_notes(root: etree._Element | None, styles: Styles, links: Mapping[str, str]) -> Iterator[str]:
    """The blocks of foot- or endnotes, after a rule; nothing for the notes that only draw lines."""
    notes = [note for note in _children(root) if _value(note, "type") in (None, "normal")]
    blocks = [block for note in notes for block in _blocks(note, styles, links)]
    return iter(["<hr>", *blocks] if blocks else [])


def _blocks(parent: etree._Element, styles: Styles, links: Mapping[str, str], depth: int = 0) -> Iterator[str]:
    for child in _chosen(parent):
        name = _name(child)
        if name == "p":
            yield from _paragraph(child, styles, links, depth)
        elif name == "tbl":
            yield "<table>" + "".join(_rows(child, styles, links, depth)) + "</table>"
        elif name not in _LEFT_OUT and depth < _DEEPEST:
            yield from _blocks(child, styles, links, depth + 1)


def _rows(table: etree._Element, styles: Styles, links: Mapping[str, str], depth: int) -> Iterator[str]:
    for row in _children(table):
        if _name(row) not in ("tblPr", "tblGrid") and depth < _DEEPEST:
            yield "<tr>"
            for cell in _children(row):
                if _name(cell) not in ("trPr", "tblPrEx"):
                    yield f"<td>{''.join(_blocks(cell, styles, links, depth + 3))}</td>"
            yield "</tr>"


def _paragraph(paragraph: etree._Element, styles: Styles, links: Mapping[str, str], depth: int) -> Iterator[str]:
    line = _Line(styles, links)
    line.read(paragraph, 0)
    html = line.html()
    if html:
        tag = styles.tag(paragraph)
        inner = f"<p>{html}</p>" if tag == "blockquote" else html
        yield f"<ul><li>{html}</li></ul>" if tag == "li" else f"<{tag}>{inner}</{tag}>"
    for box in line.boxes:
        yield from _blocks(box, styles, links, depth + 1) if depth < _DEEPEST else ()


@dataclass(slots=True)
class _Line:
    """The text of one paragraph as it is put together."""

    styles: Styles
    links: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    #: What stands in the paragraph's place beside its text: text boxes.
    boxes: list[etree._Element] = field(default_factory=list)
    #: Fields that are open: the instruction so far, and whether an `<a>` was opened for it (None: not yet shown).
    _fields: list[tuple[list[str], bool | None]] = field(default_factory=list)

    def html(self) -> str:
        """What was read, with every link closed; empty if nothing is shown."""
        while self._fields:
            self._end_field()
        text = "".join(self.parts)
        return text if re.sub(r"<(?!img)[^>]*>|\s", "", text) else ""

    def read(self, element: etree._Element, depth: int) -> None:
        """All that stands below an element of the paragraph."""
        for child in _chosen(element):
            name = _name(child)
            if name == "r":
                self._run(child, depth)
            elif name == "hyperlink":
                self._link(child, self._target(child), depth)
            elif name == "fldSimple":
                self._link(child, _address(_value(child, "instr") or ""), depth)
            elif name in _PASSED and depth < _DEEPEST:
                self.read(child, depth + 1)

    def _target(self, link: etree._Element) -> str | None:
        number = next((str(value) for key, value in link.attrib.items() if _ID.fullmatch(str(key))), None)
        return self.links.get(number) if number else None

    def _link(self, element: etree._Element, target: str | None, depth: int) -> None:
        if target:
            self.parts.append(f'<a href="{escape(target)}">')
        if depth < _DEEPEST:
            self.read(element, depth + 1)
        if target:
            self.parts.append("</a>")

    def _run(self, run: etree._Element, depth: int) -> None:
        properties = _child(run, "rPr")
        if _on(properties, "vanish"):
            return
        styled = _on(properties, "b") or _on(properties, "i")
        styled = styled or self.styles.name(_value(_child(properties, "rStyle"), "val")) in _STRONG
        texts = len(self.parts)
        self._pieces(run, depth)
        if styled and len(self.parts) > texts and not any("<a" in part or "</a" in part for part in self.parts[texts:]):
            self.parts[texts:] = ["<b>", *self.parts[texts:], "</b>"]

    def _pieces(self, run: etree._Element, depth: int) -> None:
        for child in _chosen(run):
            name = _name(child)
            if name == "t":
                if self._shown():
                    self.parts.append(escape(child.text or ""))
            elif name in _SIGNS:
                self.parts.append(_SIGNS[name])
            elif name == "fldChar":
                self._field(_value(child, "fldCharType"))
            elif name == "instrText" and self._fields:
                self._fields[-1][0].append(child.text or "")
            elif name in ("drawing", "pict", "object"):
                self._picture(child)
            elif name == "AlternateContent" and depth < _DEEPEST:
                self._pieces(child, depth + 1)

    def _shown(self) -> bool:
        """Whether the text is a field's result, not its instruction."""
        return all(opened is not None for _, opened in self._fields)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(([], None))
        elif kind == "separate" and self._fields and self._fields[-1][1] is None:
            words, _ = self._fields.pop()
            target = _address("".join(words))
            self._fields.append((words, bool(target)))
            if target:
                self.parts.append(f'<a href="{escape(target)}">')
        elif kind == "end" and self._fields:
            self._end_field()

    def _end_field(self) -> None:
        if self._fields.pop()[1]:
            self.parts.append("</a>")

    def _picture(self, element: etree._Element) -> None:
        """A text box keeps its text; a picture is an image, linked where a click leads somewhere."""
        boxes = [node for node in element.iter() if _name(node) == "txbxContent"]
        if boxes:
            self.boxes += boxes[:1] if len(boxes) == 1 else [box for box in boxes if not _inside(box, element)]
            return
        click = next((node for node in element.iter() if _name(node) == "hlinkClick"), None)
        target = self._target(click) if click is not None else None
        described = next((node for node in element.iter() if _name(node) == "docPr"), None)
        alt = escape((_value(described, "descr") or "") if described is not None else "")
        image = f'<img alt="{alt}">'
        self.parts.append(f'<a href="{escape(target)}">{image}</a>' if target else image)


def _inside(box: etree._Element, top: etree._Element) -> bool:
    """Whether the text box stands in another one, whose blocks hold it."""
    parent = box.getparent()
    while parent is not None and parent is not top:
        if _name(parent) == "txbxContent":
            return True
        parent = parent.getparent()
    return False


def _chosen(parent: etree._Element) -> Iterator[etree._Element]:
    """The children; of content in several versions only one, the first."""
    for child in _children(parent):
        if _name(child) == "AlternateContent":
            choice = _child(child, "Choice")
            other = choice if choice is not None else _child(child, "Fallback")
            yield from _children(other)
        else:
            yield child


def _address(instruction: str) -> str | None:
    found = _HYPERLINK.match(instruction)
    return found[1] if found else None


def _style(style: etree._Element) -> _Style:
    name = (_value(_child(style, "name"), "val") or "").lower()
    properties = _child(style, "pPr")
    level, heading = _level(_child(properties, "outlineLvl")), _HEADING.fullmatch(name)
    if heading:
        level = int(heading[1]) - 1
    elif name == "title":
        level = 0
    listed = _child(properties, "numPr") is not None or (name.startswith("list ") and name != "list paragraph")
    return _Style(name, _value(_child(style, "basedOn"), "val"), level, listed)


def _level(outline: etree._Element | None) -> int | None:
    value = _value(outline, "val") or ""
    return int(value) if value.isdecimal() and value.isascii() and len(value) == 1 else None


def _on(properties: etree._Element | None, name: str) -> bool:
    switch = _child(properties, name)
    return switch is not None and _value(switch, "val") not in ("0", "false", "off", "none")


def _name(element: etree._Element) -> str:
    # Comments, processing instructions and entities have functions for tags.
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(parent: etree._Element | None, name: str | None = None) -> Iterator[etree._Element]:
    found = iter(parent) if parent is not None else iter(())
    return (child for child in found if isinstance(child.tag, str) and (name is None or _name(child) == name))


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return next(_children(parent, name), None)


def _value(element: etree._Element | None, name: str) -> str | None:
    """An attribute by its local name."""
    if element is None:
        return None
    found = (value for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name)
    value = next(found, None)
    return None if value is None else str(value)

"""DOCX (ECMA-376): the text of a word processor's document as HTML, in reading order."""

import zipfile
import zlib
from collections.abc import Iterator
from html import escape
from io import BytesIO

from lxml import etree

from archiver.extract.docxtext import Styles, read_body, read_notes
from archiver.model.errors import InputUnreadable

__all__ = ["read_docx"]

#: Bounds of one XML part; a novel's document.xml has five million bytes. The tree costs ten times as much.
_PART_BYTES = 24_000_000
_PART_TAGS = 1_000_000
_MOST_FILES = 10_000
_DIRECTORY_BYTES = 4_000_000
_DOCUMENTS = ("word/document.xml", "word/document2.xml")
_DC = "{http://purl.org/dc/elements/1.1/}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def read_docx(body: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The document as HTML, and notes on what was cut.

    Paragraphs, headings, lists, quotations, tables, links (also those of fields and
    pictures) and text boxes stand in their order, foot- and endnotes at the end. What was
    deleted under change tracking, and hidden text, is left out. Raises InputUnreadable.
    """
    with _opened(body, name) as package:
        parts = _Parts(package)
        path = next((path for path in _DOCUMENTS if parts.has(path)), None)
        root = parts.tree(path) if path else None
        if path is None or root is None:
            raise InputUnreadable(f"{name} is an office document, but no text document (DOCX) that can be read")
        styles = Styles(parts.tree("word/styles.xml"))
        blocks = [*read_body(root, styles, parts.links(path))]
        for kind in ("word/footnotes.xml", "word/endnotes.xml"):
            blocks += read_notes(parts.tree(kind), styles, parts.links(kind))
        body_html = "\n".join(blocks)
        return f"<html><head>{_head(parts)}</head><body>{body_html}</body></html>", tuple(parts.notes)


def _opened(body: bytes, name: str) -> zipfile.ZipFile:
    end = body.rfind(b"PK\x05\x06", max(len(body) - 65_557, 0))
    # A directory of a million names would cost a thousand times its bytes.
    if end >= 0 and int.from_bytes(body[end + 12 : end + 16], "little") > _DIRECTORY_BYTES:
        raise InputUnreadable(f"{name} is a zip archive with too many files in it to be a DOCX document")
    try:
        package = zipfile.ZipFile(BytesIO(body))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise InputUnreadable(f"{name} is a broken DOCX document: {error}") from None
    if len(package.namelist()) > _MOST_FILES:
        raise InputUnreadable(f"{name} is a zip archive with too many files in it to be a DOCX document")
    return package


class _Parts:
    """The XML parts of the package, each inflated and parsed within bounds."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.notes: list[str] = []
        self._package = package
        self._names = {name.lower(): name for name in package.namelist()}

    def has(self, path: str) -> bool:
        """Whether there is such a part; zip names differ in case from one program to another."""
        return path.lower() in self._names

    def tree(self, path: str) -> etree._Element | None:
        """The root of a part; None if it is missing or no XML."""
        data = self._inflated(path) if self.has(path) else b""
        # No entity is replaced, no DTD or address is read; depth is bounded by libxml2 itself.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        try:
            return etree.fromstring(data, parser) if data else None
        except (etree.XMLSyntaxError, ValueError):
            return None

    def links(self, path: str) -> dict[str, str]:
        """The addresses that the part's links name by number."""
        folder, _, name = path.rpartition("/")
        root = self.tree(f"{folder}/_rels/{name}.rels")
        found = root.iter(_RELATIONSHIP) if root is not None else ()
        return {
            str(item.get("Id")): str(item.get("Target", ""))
            for item in found
            if str(item.get("Type", "")).endswith("/hyperlink")
        }

    def _inflated(self, path: str) -> bytes:
        try:
            with self._package.open(self._names[path.lower()]) as file:
                data = file.read(_PART_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, EOFError):
            # RuntimeError: encrypted. What else is whole in the package is still read.
            self.notes.append(f"{path} can't be unpacked")
            return b""
        if len(data) > _PART_BYTES or data.count(b"<") > _PART_TAGS:
            self.notes.append(f"only the beginning of {path} was read")
            data = _cut(data[:_PART_BYTES])
        return data


def _cut(data: bytes) -> bytes:
    """The first tags of a part; the parser closes what is left open."""
    at = 0
    for _ in range(_PART_TAGS):
        at = data.find(b"<", at + 1)
        if at < 0:
            return data
    return data[:at]


def _head(parts: _Parts) -> str:
    root = parts.tree("docProps/core.xml")
    return "".join(_properties(root)) if root is not None else ""


def _properties(root: etree._Element) -> Iterator[str]:
    title, author = root.findtext(f"{_DC}title"), root.findtext(f"{_DC}creator")
    language = root.findtext(f"{_DC}language")
    if title and title.strip():
        yield f"<title>{escape(title.strip())}</title>"
    if author and author.strip():
        yield f'<meta name="author" content="{escape(author.strip())}">'
    if language and language.strip():
        yield f'<meta name="og:locale" content="{escape(language.strip())}">'

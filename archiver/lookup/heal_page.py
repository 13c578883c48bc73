"""The bytes of a page as signs that can be counted, and back again without losing one."""

import codecs
from dataclasses import dataclass

from archiver.extract.decode import decode
from archiver.model.errors import InputUnreadable

__all__ = ["Page", "page_of"]

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
#: In these a byte that looks like `<` may be half of a letter.
_STATEFUL = ("iso2022", "hz", "utf-7", "utf_7")


@dataclass(frozen=True, slots=True)
class Page:
    """A page. In `text` every sign of markup is itself; other letters may be several signs, or another one.

    `encoding` is what the page is written in, by which a reader is told of it. `bom` stands before `text`.
    """

    text: str
    encoding: str
    codec: str = "latin-1"
    bom: bytes = b""

    def bytes_of(self, text: str) -> bytes:
        """A text of this page's signs as the page has it."""
        return text.encode(self.codec, "surrogatepass")

    def whole(self, text: str) -> bytes:
        """`text` as a whole page."""
        return self.bom + self.bytes_of(text)

    def offset(self, place: int) -> int:
        """The byte of the page at which the sign at `place` stands."""
        return len(self.bom) + (place if self.codec == "latin-1" else len(self.bytes_of(self.text[:place])))

    def read(self, text: str) -> str:
        """A text of this page's signs as a person reads it."""
        return text if text.isascii() else self.bytes_of(text).decode(self.encoding, "replace")


def page_of(body: bytes, charset: str | None = None) -> Page:
    """The page. Every byte has its place in it, the invalid ones too.

    Raises InputUnreadable for an encoding in which markup can't be told from letters.
    """
    for bom, codec in _UTF16.items():
        if body.startswith(bom):
            return _utf16(body, bom, codec)
    encoding = decode(body, charset).encoding
    if encoding.startswith(("utf-16", "utf_16")):
        raise InputUnreadable("the page is said to be UTF-16, and does not begin as such a page does")
    if encoding.startswith(_STATEFUL):
        raise InputUnreadable(f"a page in {encoding} can't be healed", next_step="Convert it to UTF-8 first.")
    return Page(body.decode("latin-1"), encoding)


def _utf16(body: bytes, bom: bytes, codec: str) -> Page:
    try:
        text = body[len(bom) :].decode(codec, "surrogatepass")
    except UnicodeDecodeError:
        raise InputUnreadable("the page is UTF-16, and ends in the middle of a letter") from None
    return Page(text, codec, codec, bom)

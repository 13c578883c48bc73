"""Bytes to text, whatever a site says its encoding is, and without ever failing."""

import codecs
import re

__all__ = ["Decoded", "decode"]

from dataclasses import dataclass

#: What the transport or the page may name; others (hex, idna, zip …) are no encodings of text.
_KNOWN = re.compile(
    r"utf[-_ ]?(?:8|16|16[-_]?[lb]e)|(?:windows[-_]?|cp)\d{3,4}|iso[-_ ]?8859[-_]\d{1,2}|latin[-_]?1|us[-_]?ascii|ascii"
    r"|koi8[-_][ru]|shift[-_]?jis|sjis|euc[-_](?:jp|kr)|iso[-_]2022[-_]jp|gb(?:2312|k|18030)|big5(?:hkscs|[-_]hkscs)?"
    r"|tis[-_]?620|mac[-_]?(?:roman|cyrillic)|macintosh|ks_c_5601[-_]1987|x-sjis|x-gbk"
)
#: Browsers read these labels so, and pages rely on it (WHATWG Encoding Standard §4.2).
_ALIASES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "tis-620": "cp874",
    "macintosh": "mac_roman",
    "utf8": "utf-8",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,500}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
_META_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding it was read in, and what had to be mended."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(body: bytes, charset: str | None = None) -> Decoded:
    """The text of `body`: by its byte order mark, `charset`, its meta tag, UTF-8, windows-1252.

    Never raises. NUL bytes are dropped and undecodable ones replaced (U+FFFD); both are
    said in the notes. Line ends are kept, so that places count in what was published.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _read(body[len(mark) :], encoding)
    for label in (charset, _meta_charset(body)):
        name = _encoding(label)
        if name:
            return _read(body, name)
    try:
        return _cleaned(body.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError:
        return _read(body, "utf-8" if _mostly_utf8(body) else "cp1252")


def _read(body: bytes, encoding: str) -> Decoded:
    try:
        return _cleaned(body.decode(encoding), encoding, 0)
    except UnicodeDecodeError:
        # A page that names another encoding than it is written in is mostly UTF-8.
        if encoding != "utf-8" and _mostly_utf8(body):
            encoding = "utf-8"
        text = body.decode(encoding, errors="replace")
        return _cleaned(text, encoding, text.count("\ufffd"))


def _cleaned(text: str, encoding: str, replaced: int) -> Decoded:
    notes = [f"{replaced} undecodable places replaced ({encoding})"] if replaced else []
    nuls = text.count("\x00")
    if nuls:
        notes.append(f"{nuls} NUL characters dropped")
        text = text.replace("\x00", "")
    return Decoded(text.removeprefix("\ufeff"), encoding, tuple(notes))


def _encoding(label: str | None) -> str | None:
    name = (label or "").strip().strip("\"'").lower()
    if not _KNOWN.fullmatch(name):
        return None
    name = _ALIASES.get(name, name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _meta_charset(body: bytes) -> str | None:
    found = _META.search(body[:_META_BYTES])
    label = found[1].decode("ascii") if found else None
    # What could be read as ASCII to find the label is not UTF-16.
    return "utf-8" if label and label.lower().startswith("utf-16") else label


def _mostly_utf8(body: bytes) -> bool:
    """Whether more of the non-ASCII characters are valid UTF-8 than not."""
    text = body.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", errors="ignore")) - broken
    return whole > broken

"""What an article is, by its first bytes before its label, and what else it is that is none."""

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from archiver.extract.unpack import DOCX, MHTML, PDF
from archiver.model.errors import InputUnreadable

__all__ = ["EXPECTED", "media_type_of", "opens_as_html", "suffix_of", "without_bom"]

EXPECTED = (
    "expected an article (HTML, MHTML, Markdown, text, PDF, DOCX), a feed, a sitemap, a WARC or WACZ file, or a list"
)

_HTML, _MARKDOWN, _PLAIN = "text/html", "text/markdown", "text/plain"
_LOOKED_AT_BYTES = 64 * 1024
#: First bytes that tell what a file is, with the words for it (most from WHATWG MIME Sniffing §6).
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"\x50\x2a\x4d\x18", "zstd data with a dictionary"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS\x00", "an Ogg file"),
    (b"ID3\x03", "an MP3 file"),
    (b"ID3\x04", "an MP3 file"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"WARC/", "a WARC file"),
)
_BRANDS = {b"WEBP": "a WebP image", b"WAVE": "a WAVE file", b"AVI ": "an AVI video"}
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TAGS = (
    rb"!doctype\s+html|html|head|title|meta|link|style|script|body|main|article|section|header|nav|div|p|span|a|b|i|em"
    rb"|strong|h[1-6]|ul|ol|li|table|blockquote|figure|img|iframe|picture|video|br|hr|font|center|form|amp-[a-z]+"
)
_OPENS_AS_HTML = re.compile(
    # One way only to read what may come first, because a page may begin with any number of comments.
    rb"(?:\s|<\?xml[^>]*+>|<!--(?:(?!-->).)*-->)*<(?:" + _TAGS + rb")[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
#: A saved page is a mail: header fields, one of which says that parts follow.
_OPENS_AS_MAIL = re.compile(
    rb"(?:[\w-]{1,80}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n){0,50}){0,100}?"
    rb"content-type:\s*(?:multipart/(?:related|alternative|mixed)|text/html)\b",
    re.IGNORECASE,
)
_MAIL_SIGN = re.compile(rb"^(?:mime-version|content-transfer-encoding|content-location):", re.IGNORECASE | re.MULTILINE)
_WORD_PART = re.compile(rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|word/|docProps/|customXml/)", re.DOTALL)
_CLOSING_TAG = re.compile(rb"</(?:p|div|a|blockquote|body|html|article|h[1-6]|li|span)\s*>", re.IGNORECASE)
_OTHER_MARKUP = re.compile(rb"\s*(?:<\?xml|<(?:rss|feed|svg|urlset|sitemapindex|rdf:RDF)[\s>])", re.IGNORECASE)
_JSON = re.compile(rb"\s*(?:\[\s*)?\{\s*\"[^\"]*\"\s*:")
_MARKDOWN_SIGN = re.compile(rb"\]\([^\s)]*\)|^ {0,3}#{1,6} \S|^ {0,3}(?:```|~~~)|^\[[^\]]+\]:\s", re.MULTILINE)
#: Of random bytes a tenth are control characters; text has none, but a broken one has NULs.
_MOST_CONTROLS, _MOST_NULS = 0.05, 0.3
_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\r\f\x1b"))

_DECLARED = {
    "text/html": _HTML,
    "application/xhtml+xml": _HTML,
    "text/markdown": _MARKDOWN,
    "text/x-markdown": _MARKDOWN,
}
_SUFFIXES = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".shtml"), _HTML),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), _MARKDOWN),
}


def media_type_of(body: bytes, declared: str | None, name: str) -> str:
    """As what the article in `body` is to be read: HTML, Markdown, plain text, MHTML, PDF or DOCX.

    `declared` is the transport's media type (None for a file), `name` a path or URL, used
    for its suffix and in messages. In order: what no article begins with, what the
    transport or the name says, what the text looks like. Broken encodings, NUL bytes and
    markup without a beginning are no reasons to refuse. Raises InputUnreadable.
    """
    begin = without_bom(body[:_LOOKED_AT_BYTES])
    packed = _container(begin, body)
    if packed:
        return packed
    problem = _no_article(begin, (declared or "").lower())
    if problem:
        raise InputUnreadable(f"{name} is {problem}; {EXPECTED}")
    if opens_as_html(begin) and _SUFFIXES.get(suffix_of(name)) != _MARKDOWN:
        return _HTML
    known = _DECLARED.get((declared or "").lower()) or _SUFFIXES.get(suffix_of(name))
    return known or _looks_like(begin)


def opens_as_html(begin: bytes) -> bool:
    """Whether the bytes begin with an HTML element, comments and white space aside."""
    return _OPENS_AS_HTML.match(begin) is not None


def _container(begin: bytes, body: bytes) -> str | None:
    """The kind of document that holds its text in some wrapping; None for plain bytes."""
    # A PDF may have up to a kilobyte of anything before its head (ISO 32000-1, annex H).
    if begin.startswith(b"%PDF-") or (b"%PDF-" in begin[:1024] and not opens_as_html(begin)):
        return PDF
    if _WORD_PART.match(begin) and b"word/" in body:
        return DOCX
    return MHTML if _OPENS_AS_MAIL.match(begin) and _MAIL_SIGN.search(begin) else None


def _no_article(begin: bytes, declared: str) -> str | None:
    """What the bytes are instead of an article, in words; None if they may be one."""
    if not begin.strip(b" \t\r\n\f\x00"):
        return "empty"
    found = next((words for magic, words in _MAGIC if begin.startswith(magic)), None) or _boxed(begin)
    if found:
        return found
    if opens_as_html(begin) or declared in _DECLARED:
        return None
    if _OTHER_MARKUP.match(begin):
        return "XML, but no feed and no sitemap"
    if _JSON.match(begin) and (declared.endswith("json") or not declared):
        return "JSON, but no feed and no list"
    return "binary data" if _is_binary(begin) else _of_another_kind(declared)


def _boxed(begin: bytes) -> str | None:
    if begin[:4] == b"RIFF":
        return _BRANDS.get(begin[8:12], "a RIFF file")
    if begin[:1] == b"\x00" and begin[4:8] == b"ftyp":
        return "an image or video in an MP4 box"
    if begin[:2] == b"BM" and begin[6:10] == bytes(4):
        return "a BMP image"
    if begin[:3] == b"BZh" and begin[4:10] == b"1AY&SY":
        return "bzip2 data"
    return "a tar archive" if begin[257:262] == b"ustar" else None


def _is_binary(begin: bytes) -> bool:
    sample = begin[:4096]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    nuls_fit = sample.count(0) <= _MOST_NULS * len(sample) or _is_utf16(sample)
    return controls > _MOST_CONTROLS * len(sample) or not nuls_fit


def _is_utf16(sample: bytes) -> bool:
    """Whether nearly every other byte is 0, as in western text in UTF-16 without a mark."""
    halves = (sample[0::2], sample[1::2])
    return any(
        half.count(0) > 0.8 * len(half) and other.count(0) < 0.1 * len(other)  # nearly
        for half, other in (halves, halves[::-1])
    )


def _of_another_kind(declared: str) -> str | None:
    """A picture is a picture even if its bytes are unknown to us; a wrong text type is forgiven."""
    if declared.partition("/")[0] in ("image", "audio", "video", "font"):
        return f"declared as {declared}"
    return f"declared as {declared}" if declared in ("application/pdf", "application/zip") else None


def _looks_like(begin: bytes) -> str:
    if _MARKDOWN_SIGN.search(begin):
        return _MARKDOWN
    return _HTML if _CLOSING_TAG.search(begin) else _PLAIN


def suffix_of(name: str) -> str:
    """The suffix of a path or of a URL's path, in lower case."""
    try:
        path = urlsplit(name).path if "://" in name else name
    except ValueError:
        return ""
    return PurePosixPath(path).suffix.lower()


def without_bom(begin: bytes) -> bytes:
    """The bytes as UTF-8 without their byte order mark, if they have one; else as they are."""
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if begin[0] == 0xFF else "utf-16-be"  # noqa: PLR2004  # U+FEFF's two spellings
        return begin[2:].decode(encoding, "replace").encode("utf-8", "replace")
    return begin.removeprefix(_BOMS[0])

"""Behind the one door: a document in, its article and mentions out."""

import re
from itertools import islice

from archiver.extract.article import front_matter, text_article, update_stamps
from archiver.extract.assemble import assemble
from archiver.extract.blocks import Block
from archiver.extract.decode import decode
from archiver.extract.html import read_html
from archiver.extract.links import LinkReader
from archiver.extract.markdown import looks_like_markdown, read_markdown
from archiver.extract.metadata import article_of
from archiver.extract.replayed import address_before, page_before
from archiver.extract.unpack import unpacked
from archiver.model.records import Article, Document, Extraction
from archiver.model.urls import absolute

__all__ = ["extraction_of"]

#: Bounds that no article comes near; the largest real page seen has 0.8 million characters.
MAX_BYTES = 64_000_000
MAX_CHARS = 10_000_000
MAX_TAGS = 500_000
MAX_MENTIONS = 200_000

_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml")
_HTML_START = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}\?>\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_SIGNS = re.compile(
    r"\s*<(?:div|p|article|section|main|blockquote|iframe|h[1-6]|ul|table|a|figure|script|meta)\b", re.IGNORECASE
)


def extraction_of(document: Document) -> Extraction:
    """What `extract` gives."""
    document = unpacked(document)
    decoded = decode(document.body[:MAX_BYTES], document.charset)
    notes = [*document.notes, *decoded.notes]
    if len(document.body) > MAX_BYTES:
        notes.append(f"only the first {MAX_BYTES} of {len(document.body)} bytes were read")
    text = _bounded(decoded.text, notes)
    if _is_html(document.media_type, text):
        return _extract_html(document, text, notes)
    return _extract_text(document, text, notes)


def _is_html(media_type: str, text: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    if kind.startswith("text/") and kind not in _HTML_TYPES:
        return _HTML_START.match(text) is not None
    return kind in _HTML_TYPES or bool(_HTML_START.match(text) or _HTML_SIGNS.match(text))


def _bounded(text: str, notes: list[str]) -> str:
    if len(text) > MAX_CHARS:
        notes.append(f"only the first {MAX_CHARS} of {len(text)} characters were read")
        text = text[:MAX_CHARS]
    if text.count("<") > MAX_TAGS:
        end = next(islice(re.finditer("<", text), MAX_TAGS, None)).start()
        notes.append(f"only the first {MAX_TAGS} tags were read, {end} of {len(text)} characters")
        text = text[:end]
    return text


def _extract_html(document: Document, text: str, notes: list[str]) -> Extraction:
    text, replayed = page_before(text)
    if replayed:
        notes.append("an archive's copy: addresses are read as they were before it led them through itself")
    page, url = read_html(text), address_before(document.url)
    article = article_of(page.head, url, update_stamps(page.blocks))
    base = url or article.url
    base = (absolute(base, page.head.base) if page.head.base else None) or base
    return _assembled(page.blocks, LinkReader(base, url or article.url), article, notes, None)


def _extract_text(document: Document, text: str, notes: list[str]) -> Extraction:
    kind = document.media_type.partition(";")[0].strip().lower()
    fields, start = front_matter(text)
    markdown = kind == "text/markdown" or bool(fields) or looks_like_markdown(text)
    # The head is blanked, not cut, so that places count in the whole text.
    body = re.sub(r"[^\n]", " ", text[:start]) + text[start:]
    blocks = read_markdown(body, markdown=markdown, html=_read_fragment)
    article = text_article(blocks, fields, document.url)
    return _assembled(blocks, LinkReader(document.url, document.url), article, notes, text)


def _read_fragment(markup: str, start: int) -> list[Block]:
    blocks = read_html(markup).blocks
    for block in blocks:
        if block.embed is not None:
            block.embed.source = (start, start + len(markup))
    return blocks


def _assembled(
    blocks: list[Block], links: LinkReader, article: Article, notes: list[str], source: str | None
) -> Extraction:
    mentions, cut = assemble(blocks, links, limit=MAX_MENTIONS, source=source)
    return Extraction(article, mentions, (*notes, *cut))

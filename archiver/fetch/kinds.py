"""What a source is, by its first bytes before its name: one article, or a collection of them."""

import json
import re

from archiver.fetch.items import Kind
from archiver.fetch.lists import COLUMNS, Place, cells, is_reference, looks_like_list
from archiver.fetch.sniff import opens_as_html, suffix_of, without_bom
from archiver.platforms import identify

__all__ = ["LOOKED_AT_BYTES", "is_json_feed", "kind_of"]

LOOKED_AT_BYTES = 64 * 1024
_FEEDS = frozenset({"rss", "feed", "RDF"})
_SITEMAPS = frozenset({"urlset", "sitemapindex"})
_ROOT = re.compile(
    # One way only to read what may come first.
    rb"(?:\s|<\?(?:(?!\?>).)*\?>|<!--(?:(?!-->).)*-->"
    rb"|<!DOCTYPE[^>\[]{0,1000}(?:\[(?:[^\]\"]|\"[^\"]*\")*\]\s*)?>)*"
    rb"<(?:[\w.-]{1,100}:)?([\w.-]{1,100})[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_DOCTYPE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<!DOCTYPE\s+([\w.-]{1,100})", re.IGNORECASE)
_JSON_FEED = re.compile(rb"\"version\"\s{0,100}:\s{0,100}\"https?:\\?/\\?/jsonfeed\.org")
_JSON_LINE = re.compile(r"\s*(?:\{.*\}|\"https?://[^\"\s]+\")\s*")
_HEADER_LINES = 50
_TABLES = frozenset({".csv", ".tsv"})
_ROWS = frozenset({".jsonl", ".ndjson"})
_TABLE_TYPES = frozenset({"text/csv", "text/tab-separated-values", "application/csv"})


def kind_of(begin: bytes, *, declared: str | None, name: str, place: Place, column: str | None = None) -> Kind:
    """What `begin`, the first 64 KB of a source (inflated), is the beginning of.

    ARTICLE stands for everything that is no collection, readable or not. A zip archive is
    not told here, because what it is stands at its end. `column` says that it is a table.
    """
    if len(begin) >= LOOKED_AT_BYTES:
        begin = begin[: begin.rfind(b"\n") + 1] or begin
    begin = without_bom(begin)
    if begin.startswith(b"WARC/"):
        return Kind.WARC
    if opens_as_html(begin):
        return Kind.ARTICLE
    xml = _xml_kind(begin)
    if xml is not None:
        return xml
    if begin.lstrip().startswith(b"{") and is_json_feed(begin):
        return Kind.FEED
    text = begin.decode("utf-8", "replace")
    if begin.startswith(b"%PDF-") or "\0" in text:
        return Kind.ARTICLE
    return _list_kind(text, (declared or "").lower(), suffix_of(name), place, column)


def is_json_feed(begin: bytes) -> bool:
    """Whether JSON says of itself that it is a JSON Feed."""
    return _JSON_FEED.search(begin) is not None


def _xml_kind(begin: bytes) -> Kind | None:
    # The beginning may hold nothing but a long document type, which names the root, too.
    root = _ROOT.match(begin) or _DOCTYPE.match(begin)
    if root is None:
        return None
    name = root[1].decode("ascii", "replace")
    return Kind.FEED if name in _FEEDS else Kind.SITEMAP if name in _SITEMAPS else None


def _list_kind(text: str, declared: str, suffix: str, place: Place, column: str | None) -> Kind:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if suffix in _ROWS or (_JSON_LINE.fullmatch(first) and _is_json(first, column)):
        return Kind.JSON_LINES
    if suffix in _TABLES or declared in _TABLE_TYPES or (column and not first.lstrip().startswith(("{", "["))):
        return Kind.CSV
    if suffix in (".md", ".markdown") or declared == "text/markdown":
        return Kind.ARTICLE
    if looks_like_list(text, place) and not _are_posts(text):
        return Kind.LIST
    return Kind.CSV if _is_table(text, place) else Kind.ARTICLE


def _is_table(text: str, place: Place) -> bool:
    """Whether the first line names a column of sources, and the second has one in it."""
    lines = [line for line in text.splitlines()[:_HEADER_LINES] if line.strip()]
    named = [cell.lower() for cell in cells(lines[0])] if len(lines) > 1 else []
    at = next((named.index(name) for name in COLUMNS if name in named), None)
    if at is None:
        return False
    row = cells(lines[1])
    return at < len(row) and is_reference(row[at], place)


def _is_json(line: str, column: str | None) -> bool:
    """Whether the line is a row that names a source: else it is some other JSON."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    if isinstance(row, dict):
        return any(isinstance(row.get(key), str) for key in ((column,) if column else COLUMNS))
    return isinstance(row, str)


def _are_posts(text: str) -> bool:
    """Whether the lines are posts, not articles that cite posts: then the text is what cites them."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return all(identify(line) is not None for line in lines[:50])

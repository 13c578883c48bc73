"""The pages in a WARC file: of all that a crawl fetched, what a reader opened.

What can be known decides: the list of pages where there is one (WACZ, ArchiveBox), else
what the request said it was for, else that the answer is a whole HTML document and not a
post's own embed frame.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archiver.fetch.httpbody import decoded
from archiver.fetch.items import Item, Unreadable, shown_name
from archiver.fetch.streams import CutShort, Stream
from archiver.fetch.warcs import Record, read_records
from archiver.model.httpwire import response_headers
from archiver.model.records import Document
from archiver.model.urls import absolute, canonical_url, parse_url
from archiver.platforms import identify

__all__ = ["PageList", "read_pages"]

_HTML = ("text/html", "application/xhtml+xml")
_HEAD_BYTES = 1 << 20
_BODY_BYTES = 64 * 1024 * 1024
_HEAD_END = re.compile(rb"\n\r?\n")
_WHOLE_PAGE = re.compile(rb"<(?:!doctype|html|head|body|title)\b", re.IGNORECASE)
_LOOKED_AT_BYTES = 1 << 16
_OK = 200
_REDIRECTS = range(300, 400)
#: `Sec-Fetch-Dest` (and the resource type that some crawlers write) of what a reader opened.
_OPENED = ("", "document")


@dataclass(slots=True)
class PageList:
    """The addresses that a crawl names as its pages; where those redirect to is learnt as it is read."""

    urls: set[str] = field(default_factory=set)

    def add(self, url: str) -> None:
        """A page."""
        canonical = canonical_url(url)
        if canonical:
            self.urls.add(canonical)

    def holds(self, url: str) -> bool:
        """Whether the address is a page's."""
        return canonical_url(url) in self.urls


@dataclass(slots=True)
class _Page:
    """A page that waits for its request, which tells what it was opened for."""

    record_id: str
    document: Document


def read_pages(stream: Stream, name: str, pages: PageList | None = None) -> Iterator[Item]:
    """Each page as a Document with its address, charset and time, in the order of the file.

    With `pages` those are read, else every HTML document that no request shows to be a
    frame or a script's. `name` becomes the documents' `source`. Damage gives Unreadable.
    """
    return _Reader(name, pages).items(read_records(stream, shown_name(name)))


class _Reader:
    """One pass over the records, with the last request or page before it."""

    def __init__(self, name: str, pages: PageList | None) -> None:
        self._name, self._pages = name, pages
        self._waiting: _Page | None = None
        #: The response that the last request belongs to, and what it was for.
        self._asked: tuple[str, str] = ("", "")

    def items(self, records: Iterator[Record | Unreadable]) -> Iterator[Item]:
        for record in records:
            if isinstance(record, Unreadable):
                yield record
                continue
            if self._waiting is not None and not self._is_request_of(record, self._waiting):
                yield self._waiting.document
                self._waiting = None
            try:
                self._take(record)
            except CutShort:
                # Said by `records` itself, which meets it too.
                self._waiting = None
        if self._waiting is not None:
            yield self._waiting.document

    def _is_request_of(self, record: Record, page: _Page) -> bool:
        if record.kind == "metadata":
            return True
        return record.kind == "request" and record.fields.get("warc-concurrent-to", "") in ("", page.record_id)

    def _take(self, record: Record) -> None:
        if record.kind == "request":
            self._take_request(record)
        elif record.kind in ("response", "resource") and parse_url(record.uri) is not None:
            document = self._page(record)
            if document is not None:
                self._waiting = _Page(record.fields.get("warc-record-id", ""), document)
            self._asked = ("", "")

    def _take_request(self, record: Record) -> None:
        purpose = _purpose(record.read(_HEAD_BYTES))
        if self._waiting is not None:
            if self._pages is None and purpose not in _OPENED:
                self._waiting = None
        else:
            self._asked = record.uri, purpose

    def _page(self, record: Record) -> Document | None:
        if self._pages is not None and not self._pages.holds(record.uri):
            return None
        if record.kind == "resource":
            media_type = record.fields.get("content-type", "")
            return self._document(record, record.read(_BODY_BYTES), media_type) if _is_html(media_type) else None
        head, begin = _split(record)
        status, headers = _status(head), dict(response_headers(head.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")))
        if status in _REDIRECTS and self._pages is not None:
            self._pages.add(absolute(record.uri, headers.get("location", "")) or "")
        if status != _OK or not _is_html(headers.get("content-type", "")) or not self._may_be_page(record):
            return None
        body = begin + record.read(_BODY_BYTES + 1 - min(len(begin), _BODY_BYTES))
        return self._decoded(record, body, headers)

    def _may_be_page(self, record: Record) -> bool:
        """Whether nothing that is known speaks against it."""
        if self._pages is not None:
            return True
        kind = record.fields.get("warc-resource-type", "").lower()
        asked = self._asked[1] if self._asked[0] == record.uri else ""
        if kind not in _OPENED or asked not in _OPENED:
            return False
        return bool(kind or asked) or identify(record.uri) is None

    def _decoded(self, record: Record, body: bytes, headers: dict[str, str]) -> Document | None:
        payload = _dechunked(body) if "chunked" in headers.get("transfer-encoding", "").lower() else body
        # Some writers store the decoded body and keep the header.
        found = decoded(payload, headers.get("content-encoding", ""), _BODY_BYTES)
        text, whole = found if found is not None else (payload[:_BODY_BYTES], len(payload) <= _BODY_BYTES)
        if self._pages is None and not _WHOLE_PAGE.search(text[:_LOOKED_AT_BYTES]):
            return None
        notes = () if whole else (f"only the first {_BODY_BYTES} bytes were read",)
        return self._document(record, text, headers["content-type"], notes)

    def _document(self, record: Record, body: bytes, content_type: str, notes: tuple[str, ...] = ()) -> Document | None:
        if not body.strip():
            return None
        found = re.search(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", content_type, re.IGNORECASE)
        return Document(
            source=self._name,
            body=body,
            media_type="text/html",
            url=record.uri,
            charset=found[1] if found else None,
            fetched_at=_instant(record.fields.get("warc-date", "")),
            notes=notes,
            part=record.fields.get("warc-record-id") or record.uri,
        )


def _split(record: Record) -> tuple[bytes, bytes]:
    """The HTTP head, and what was read of the body behind it."""
    data = b""
    while len(data) < _HEAD_BYTES and record.left:
        data += record.read(_LOOKED_AT_BYTES)
        end = _HEAD_END.search(data)
        if end:
            return data[: end.end()], data[end.end() :]
    return data, b""


def _status(head: bytes) -> int:
    words = head.split(None, 2)[1:2]
    return int(words[0]) if words and words[0].isdigit() and len(words[0]) == 3 else 0  # noqa: PLR2004  # RFC 9110 §15


def _is_html(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in _HTML


def _purpose(head: bytes) -> str:
    """What a browser asked for a document for; empty if the request does not tell."""
    headers = dict(response_headers(head))
    if headers.get("x-requested-with", "").lower() == "xmlhttprequest":
        return "xhr"
    return headers.get("sec-fetch-dest", "").lower()


def _dechunked(body: bytes) -> bytes:
    """The body without its chunks; as it is where there are none, because the writer took them out."""
    out, position = bytearray(), 0
    while (end := body.find(b"\n", position, position + 1024)) >= 0:
        size = body[position:end].split(b";", 1)[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,15}", size):
            return bytes(out) or body
        length = int(size, 16)
        if length == 0:
            break
        out += body[end + 1 : end + 1 + length]
        position = end + 1 + length
        position += 2 if body[position : position + 2] == b"\r\n" else 1
    return bytes(out) or body


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)

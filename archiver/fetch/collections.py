"""Opening a source, whatever it is: one document, or a collection whose items are read one by one."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from archiver.fetch.items import Collection, Item, Kind, shown_name
from archiver.fetch.kinds import LOOKED_AT_BYTES, is_json_feed, kind_of
from archiver.fetch.lists import Place, read_csv, read_json_lines, read_text_list
from archiver.fetch.sniff import EXPECTED, media_type_of
from archiver.fetch.streams import Stream, uncompressed
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document

__all__ = ["Label", "open_bytes", "open_source"]

#: An article (or a feed) that is longer is cut: fifty megabytes of text are a book shelf.
SOURCE_BYTES = 64 * 1024 * 1024
_PIECE_BYTES = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Label:
    """Where bytes come from: the name that the user knows, and what the transport said."""

    source: str
    url: str | None = None
    declared: str | None = None
    charset: str | None = None
    fetched_at: datetime | None = None
    notes: tuple[str, ...] = ()
    #: The column of a list that holds the sources.
    column: str | None = None
    limit_bytes: int = SOURCE_BYTES

    @property
    def name(self) -> str:
        """The source in a message."""
        return shown_name(self.source)


def open_source(
    source: str,
    *,
    url: str | None = None,
    column: str | None = None,
    stdin: BinaryIO | None = None,
    limit_bytes: int = SOURCE_BYTES,
) -> Document | Collection:
    """The document or collection in a file or folder, or on standard input if `source` is `-`.

    `url` is where a file was published. At most `limit_bytes` of a document are read; what
    was cut is said in its notes. Collections are read as their items are asked for, in
    constant memory. Raises InputUnreadable, naming the source, if it is missing,
    unreadable, empty, or nothing that can be read here.
    """
    label = Label(source, url, column=column, limit_bytes=limit_bytes)
    if source == "-":
        return _open(stdin or sys.stdin.buffer, label, Place(Path()), ExitStack())
    try:
        path = Path(source)
        if path.is_dir():
            return _open_folder(path, source)
        stack = ExitStack()
        return _open(stack.enter_context(path.open("rb")), label, Place(path.parent), stack)
    except FileNotFoundError:
        raise InputUnreadable(f"{source} does not exist; {EXPECTED}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise InputUnreadable(f"{source!r} can't be read ({why}); {EXPECTED}") from None


def open_bytes(body: bytes, label: Label) -> Document | Collection:
    """The document or collection that came from the web. What it lists can only be on the web, too."""
    return _open(BytesIO(body), label, Place(None), ExitStack())


def _open_folder(path: Path, source: str) -> Collection:
    from archiver.fetch.packages import read_folder, warcs_below  # noqa: PLC0415  # as in _items

    files = warcs_below(path)
    if not files:
        raise InputUnreadable(f"{source} is a folder without WARC or WACZ files; {EXPECTED}")
    return Collection(source, Kind.FOLDER, read_folder(path, files))


def _open(file: BinaryIO, label: Label, place: Place, stack: ExitStack) -> Document | Collection:
    """What is in the file. `stack` is closed with the last item of a collection, with a document at once."""
    try:
        opened = _opened(file, label, place, stack)
    except BaseException:
        stack.close()
        raise
    if isinstance(opened, Document):
        stack.close()
        return opened
    return replace(opened, items=_closing(opened.items, stack))


def _opened(file: BinaryIO, label: Label, place: Place, stack: ExitStack) -> Document | Collection:
    stream = uncompressed(file, label.name)
    begin = stream.peek(LOOKED_AT_BYTES)
    if begin.startswith(_ZIP):
        return _open_zip(stream, file, label, stack)
    kind = kind_of(begin, declared=label.declared, name=_inner_name(label), place=place, column=label.column)
    if kind is Kind.ARTICLE:
        return _document(stream, label)
    return Collection(label.source, kind, _items(kind, begin, stream, label, place))


def _open_zip(stream: Stream, file: BinaryIO, label: Label, stack: ExitStack) -> Document | Collection:
    from archiver.fetch.packages import is_wacz, read_wacz  # noqa: PLC0415  # as in _items

    if stream.is_inflated or not file.seekable():
        # What a zip archive holds is told at its end.
        file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack is its context
        while piece := stream.read(_PIECE_BYTES):
            file.write(piece)
    if is_wacz(file, label.name):
        return Collection(label.source, Kind.WACZ, read_wacz(file, label.source))
    file.seek(0)
    return _document(Stream(file.read), label)


def _closing(items: Iterator[Item], stack: ExitStack) -> Iterator[Item]:
    with stack:
        yield from items


def _document(stream: Stream, label: Label) -> Document:
    body = stream.read(label.limit_bytes + 1)
    notes = (f"only the first {label.limit_bytes} bytes were read",) if len(body) > label.limit_bytes else ()
    body = body[: label.limit_bytes]
    packed = ("it was compressed",) if stream.is_inflated else ()
    return Document(
        source=label.source,
        body=body,
        media_type=media_type_of(body, label.declared, _inner_name(label)),
        url=label.url,
        charset=label.charset,
        fetched_at=label.fetched_at,
        notes=(*label.notes, *packed, *notes),
    )


def _inner_name(label: Label) -> str:
    """The name without the suffix of its compression."""
    return label.name.removesuffix(".gz").removesuffix(".zst")


def _items(kind: Kind, begin: bytes, stream: Stream, label: Label, place: Place) -> Iterator[Item]:
    # Imported here: one article, the common case, must not cost the start of lxml, urllib3 and zipfile.
    if kind is Kind.WARC:
        from archiver.fetch.warcpages import read_pages  # noqa: PLC0415

        return read_pages(stream, label.source)
    if kind is Kind.LIST:
        return read_text_list(stream, label.name, place)
    if kind is Kind.CSV:
        return read_csv(stream, label.name, place, label.column)
    if kind is Kind.JSON_LINES:
        return read_json_lines(stream, label.name, place, label.column)
    return _listing(kind, begin, stream, label)


def _listing(kind: Kind, begin: bytes, stream: Stream, label: Label) -> Iterator[Item]:
    from archiver.fetch import feeds  # noqa: PLC0415  # as in _items

    read = feeds.read_sitemap if kind is Kind.SITEMAP else feeds.read_feed
    if kind is Kind.FEED and is_json_feed(begin):
        read = feeds.read_json_feed
    body, problem = stream.read_all(label.limit_bytes)
    return feeds.with_problem(read(body, label.source, label.url), problem)

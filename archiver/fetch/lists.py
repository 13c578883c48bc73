"""Lists of sources: plain text (one a line), CSV and JSON lines; read as they come, however long."""

import csv
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.fetch.items import Entry, Item, Unreadable
from archiver.fetch.streams import Stream
from archiver.model.errors import InputUnreadable

__all__ = [
    "COLUMNS",
    "Place",
    "cells",
    "is_reference",
    "looks_like_list",
    "read_csv",
    "read_json_lines",
    "read_text_list",
]

#: Names of the column that holds the sources, where none is given.
COLUMNS = ("url", "link", "href", "source")
_LINE_BYTES = 1 << 20
_MOST_SAID = 20
_WEB = ("http://", "https://")
_FILE = re.compile(
    r"\S{1,4000}\.(?:x?html?|mht(?:ml)?|md|markdown|txt|pdf|docx|xml|rss|atom|warc|gz|wacz|csv|tsv|jsonl)",
    re.IGNORECASE,
)
_DELIMITERS = ",;\t|"
_SNIFFED_LINES = 200


class Place:
    """Where a list stands, which decides what it may name.

    Files are named relative to its folder, else to the current one. A list that came from
    the web (`folder` None) may name the web only: it must not make us read our own files.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def entry(self, reference: str) -> Entry | None:
        """What the reference stands for; None if it may not be named here."""
        if reference.lower().startswith(_WEB):
            return Entry(reference)
        if self._folder is None or _has_scheme(reference):
            return None
        return Entry(self._path(reference))

    def exists(self, reference: str) -> bool:
        """Whether there is such a file."""
        return self._folder is not None and os.path.exists(self._path(reference))  # noqa: PTH110  # Path raises on NUL

    def _path(self, reference: str) -> str:
        beside = os.path.normpath(os.path.join(self._folder or "", reference))  # noqa: PTH118  # Path raises on NUL
        return beside if os.path.exists(beside) else reference  # noqa: PTH110  # as above


def _has_scheme(reference: str) -> bool:
    return "://" in reference or reference.lower().startswith(("data:", "javascript:", "file:", "mailto:"))


def is_reference(line: str, place: Place) -> bool:
    """Whether a line of text can be meant as a source."""
    if line.lower().startswith(_WEB):
        return not any(char.isspace() for char in line)
    return place.exists(line) or _FILE.fullmatch(line) is not None


def looks_like_list(begin: str, place: Place) -> bool:
    """Whether every line names a source, and one of them at least surely: plain text else."""
    lines = [
        text for line in begin.splitlines()[:_SNIFFED_LINES] if (text := line.strip()) and not text.startswith("#")
    ]
    if not lines or not all(is_reference(line, place) for line in lines):
        return False
    return any(line.lower().startswith(_WEB) or place.exists(line) for line in lines)


def read_text_list(stream: Stream, name: str, place: Place) -> Iterator[Item]:
    """One source a line; empty lines and those that begin with # are passed over."""
    lines = (line.strip() for line in _lines(stream))
    references = ((number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#"))
    return _entries(references, name, place)


def read_csv(stream: Stream, name: str, place: Place, column: str | None) -> Iterator[Item]:
    """One source a row, in the named column, else in the first that is called as `COLUMNS` or holds addresses.

    Raises InputUnreadable if there is no such column.
    """
    lines = _lines(stream)
    first = next(lines, "")
    delimiter = _delimiter(first)
    header = _row(first, delimiter)
    at, is_header = _column(header, name, column)
    rows = csv.reader(lines if is_header else _again(first, lines), delimiter=delimiter)
    return _entries(_cells(rows, at, 2 if is_header else 1), name, place)


def read_json_lines(stream: Stream, name: str, place: Place, column: str | None) -> Iterator[Item]:
    """One JSON object (or string) a line; the source is under the named key, else the first of `COLUMNS`."""
    keys = (column,) if column else COLUMNS
    return _entries(_values(_lines(stream), keys), name, place)


def cells(line: str) -> list[str]:
    """The cells of a line of CSV, whatever divides them."""
    return _row(line, _delimiter(line))


def _lines(stream: Stream) -> Iterator[str]:
    first = True
    while line := stream.read_line(_LINE_BYTES):
        text = line.decode("utf-8", "replace").replace("\0", "")
        yield text.removeprefix("\ufeff") if first else text
        first = False


def _entries(references: Iterator[tuple[int, str | None]], name: str, place: Place) -> Iterator[Item]:
    """An Entry for each; of what is none, the first twenty are named and the rest is counted."""
    wrong = 0
    try:
        for number, reference in references:
            entry = place.entry(reference) if reference else None
            if entry is not None:
                yield entry
            else:
                wrong += 1
                if wrong <= _MOST_SAID:
                    said = f"{reference[:100]!r} can't be named here" if reference else "holds no source"
                    yield Unreadable(f"{name}, line {number}: {said}")
    except csv.Error as error:
        yield Unreadable(f"{name} is broken CSV ({error})")
    if wrong > _MOST_SAID:
        yield Unreadable(f"{name} has {wrong - _MOST_SAID} more lines without a source")


def _delimiter(line: str) -> str:
    counted = {sign: line.count(sign) for sign in _DELIMITERS}
    best = max(counted, key=lambda sign: counted[sign])
    return best if counted[best] else ","


def _row(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _column(header: Sequence[str], name: str, column: str | None) -> tuple[int, bool]:
    """The index of the column, and whether the row is a header."""
    known = [cell.lower() for cell in header]
    for wanted in (column.strip().lower(),) if column else COLUMNS:
        if wanted in known:
            return known.index(wanted), True
    found = [index for index, cell in enumerate(header) if cell.lower().startswith(_WEB)]
    if found and not column:
        return found[0], False
    names = ", ".join(cell[:40] for cell in header[:20] if cell) or "none"
    raise InputUnreadable(
        f"{name} has no column {column or ', '.join(COLUMNS)}",
        next_step=f"Name the column that holds the addresses with --column. Its columns: {names}.",
    )


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _cells(rows: Iterator[list[str]], at: int, first: int) -> Iterator[tuple[int, str | None]]:
    for number, row in enumerate(rows, first):
        if any(cell.strip() for cell in row):
            yield number, (row[at].strip() if at < len(row) else None) or None


def _values(lines: Iterator[str], keys: tuple[str, ...]) -> Iterator[tuple[int, str | None]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _value(line, keys)


def _value(line: str, keys: tuple[str, ...]) -> str | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if isinstance(row, str):
        return row.strip() or None
    found = (row.get(key) for key in keys) if isinstance(row, dict) else iter(())
    value = next((value for value in found if isinstance(value, str) and value.strip()), None)
    return value.strip() if value else None

"""WACZ files and folders of WARC files (pywb, ArchiveBox, browsertrix), with the lists of pages beside them."""

import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from archiver.fetch.items import Item, Unreadable, shown_name
from archiver.fetch.streams import CutShort, Stream, uncompressed
from archiver.fetch.warcpages import PageList, read_pages
from archiver.model.errors import InputUnreadable

__all__ = ["is_wacz", "read_folder", "read_wacz", "warcs_below"]

_WARC_SUFFIXES = (".warc", ".warc.gz", ".warc.zst")
_DIRECTORY_BYTES = 32_000_000
_MOST_PAGES = 500_000
_LINE_BYTES = 1 << 20
_LIST_BYTES = 256_000_000
#: The records at the end of an archive (APPNOTE 4.3.14, 4.3.16), and what the second says where the first has it.
_END_OF_ZIP, _END_OF_LARGE_ZIP, _SAID_ELSEWHERE = b"PK\x05\x06", b"PK\x06\x06", 0xFFFF_FFFF
_END_BYTES = 22 + 65_535
_DEEPEST = 8
_MOST_FILES = 100_000
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OverflowError, EOFError)


def is_wacz(file: BinaryIO, name: str) -> bool:
    """Whether a zip archive holds WARC files. Raises InputUnreadable if it is broken, or holds too many files."""
    with _opened(file, shown_name(name)) as package:
        return any(member.lower().endswith(_WARC_SUFFIXES) for member in package.namelist())


def read_wacz(file: BinaryIO, name: str) -> Iterator[Item]:
    """The pages of every WARC file in a WACZ file; those that its lists of pages name, where they do."""
    with _opened(file, shown_name(name)) as package:
        names = [member for member in package.namelist() if member.lower().endswith(_WARC_SUFFIXES)]
        listed = (member for member in package.namelist() if member.startswith("pages/") and member.endswith(".jsonl"))
        pages = _page_list(_lines(package, member, name) for member in listed)
        sources: list[tuple[str, _Member | Path]] = [
            (f"{name}, {member}", _Member(package, member)) for member in names
        ]
        yield from _read_all(sources, name, pages)


def warcs_below(folder: Path) -> list[Path]:
    """The WARC and WACZ files in a folder, in the order of their paths; symbolic links are not followed."""
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        if len(Path(parent).relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        folders.sort()
        found += [Path(parent) / file for file in files if file.lower().endswith((*_WARC_SUFFIXES, ".wacz"))]
        if len(found) > _MOST_FILES:
            break
    return sorted(found[:_MOST_FILES])


def read_folder(folder: Path, files: list[Path]) -> Iterator[Item]:
    """The pages of every WARC and WACZ file in a folder; `source` of each is the file that it lies in."""
    for path in files:
        if path.suffix.lower() == ".wacz":
            try:
                with path.open("rb") as file:
                    yield from read_wacz(file, str(path))
            except (InputUnreadable, OSError) as error:
                yield Unreadable(str(error))
        else:
            yield from _read_all([(str(path), path)], str(path), _pages_beside(path, folder))


class _Member:
    """A file in a zip archive, opened as a path is."""

    def __init__(self, package: zipfile.ZipFile, member: str) -> None:
        self._package, self._member = package, member

    def open(self, _mode: str) -> IO[bytes]:
        return self._package.open(self._member)


def _read_all(sources: list[tuple[str, _Member | Path]], name: str, pages: PageList | None) -> Iterator[Item]:
    """The pages of WARC files that belong together."""
    found = 0
    for title, source in sources:
        for item in _read_one(source, title, name, pages):
            found += not isinstance(item, Unreadable)
            yield item
    if pages is not None and not found:
        # A list of pages that names none of the records is of no use.
        for title, source in sources:
            yield from _read_one(source, title, name, None)


def _read_one(source: _Member | Path, title: str, name: str, pages: PageList | None) -> Iterator[Item]:
    try:
        with source.open("rb") as file:
            for item in read_pages(_careful(file, title), name, pages):
                yield Unreadable(item.why.replace(shown_name(name), title, 1)) if isinstance(item, Unreadable) else item
    except (InputUnreadable, OSError, *_BROKEN) as error:
        yield Unreadable(f"{title} can't be read ({error})")


def _careful(file: IO[bytes], title: str) -> Stream:
    """The file inflated; what its zip archive finds wrong with it ends it like any other damage."""

    class _Careful:
        def read(self, count: int) -> bytes:
            try:
                return file.read(count)
            except _BROKEN as error:
                raise CutShort(f"{title} can't be unpacked ({error})") from None

    return uncompressed(_Careful(), title)


def _opened(file: BinaryIO, name: str) -> zipfile.ZipFile:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _END_BYTES, 0))
    tail = file.read(_END_BYTES)
    end, large = tail.rfind(_END_OF_ZIP), tail.rfind(_END_OF_LARGE_ZIP)
    directory = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if directory == _SAID_ELSEWHERE and large >= 0:
        directory = int.from_bytes(tail[large + 40 : large + 48], "little")
    if directory > _DIRECTORY_BYTES:
        raise InputUnreadable(f"{name} is a zip archive with too many files in it")
    try:
        return zipfile.ZipFile(file)
    except (*_BROKEN, OSError) as error:
        raise InputUnreadable(f"{name} is a broken zip archive ({error})") from None


def _lines(package: zipfile.ZipFile, member: str, name: str) -> Iterator[bytes]:
    try:
        with package.open(member) as file:
            stream = _careful(file, f"{name}, {member}")
            yield from _lines_of(stream)
    except (InputUnreadable, OSError, *_BROKEN):
        return


def _lines_of(stream: Stream) -> Iterator[bytes]:
    read = 0
    while (line := stream.read_line(_LINE_BYTES)) and read < _LIST_BYTES:
        read += len(line)
        yield line


def _page_list(files: Iterator[Iterator[bytes]]) -> PageList | None:
    """The pages that the JSON lines name; None if there are none, or too many to remember."""
    pages = PageList()
    for lines in files:
        for line in lines:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            url = row.get("url") if isinstance(row, dict) else None
            if isinstance(url, str):
                pages.add(url)
            if len(pages.urls) > _MOST_PAGES:
                return None
    return pages if pages.urls else None


def _pages_beside(path: Path, top: Path) -> PageList | None:
    """What lies beside a WARC file and names its pages.

    `COLLECTION/pages/*.jsonl` beside `COLLECTION/archive/` (browsertrix), or the
    `index.json` of the snapshot in whose `warc/` folder it lies (ArchiveBox).
    """
    above = path.parent.parent
    if not above.is_relative_to(top) and above != top.parent:
        return None
    lists = sorted((above / "pages").glob("*.jsonl"))
    if lists:
        return _page_list(_file_lines(item) for item in lists)
    index = above / "index.json"
    if path.parent.name == "warc" and index.is_file():
        return _page_list(iter([iter([index.read_bytes()[:_LIST_BYTES]])]))
    return None


def _file_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from _lines_of(Stream(file.read))
    except OSError:
        return

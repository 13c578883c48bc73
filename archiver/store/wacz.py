"""WACZ 1.1.1: one zip file with records, index, pages and provenance, that opens anywhere."""

import json
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.model.clock import Clock, format_at
from archiver.model.digests import Digest, sha256, sha256_of_chunks
from archiver.model.errors import UsageError
from archiver.model.records import WarcRef
from archiver.store.cdx import CdxEntry, compressed_cdx
from archiver.store.extract import Extract
from archiver.store.files import home_errors
from archiver.store.warc import GzipMembers, warcinfo, write_record

__all__ = ["Package", "Packed", "Page", "Provenance", "Written", "write_wacz"]

WACZ_VERSION = "1.1.1"
_WARC = "archive/data.warc.gz"
_CDX, _IDX = "indexes/index.cdx.gz", "indexes/index.idx"
_PAGES = "pages/pages.jsonl"
_PACKAGE, _PACKAGE_DIGEST = "datapackage.json", "datapackage-digest.json"
#: Zip has no earlier day.
_ZIP_EPOCH = 1980
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """Something to open: any of `urls` under which there is a record, the first one that has one; `id` is ours."""

    id: str
    urls: tuple[str, ...]
    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """A file that rides along; `name` has no folder."""

    name: str
    source: Path | bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """One evidence folder: its records, its page, and a line that says what it is."""

    refs: Sequence[WarcRef]
    page: Page
    line: str


@dataclass(frozen=True, slots=True)
class Package:
    """What goes into a WACZ file. `folders` are taken one at a time; `description` gets their lines."""

    folders: Iterable[Packed]
    provenance: Sequence[Provenance]
    title: str
    description: Callable[[Sequence[str]], str]
    software: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a WACZ file holds; `pages` are URLs that replay."""

    path: Path
    size_bytes: int
    digest: Digest
    records: int
    pages: tuple[str, ...]


def write_wacz(root: Path, out: Path, package: Package, *, clock: Clock, overwrite: bool = False) -> Written:
    """Write a WACZ file; it is there as a whole or not at all.

    1. Records, revisits resolved, into one WARC file. 2. Its index. 3. Pages. 4. Provenance.
    5. `datapackage.json` with a digest of each. 6. The digest of that.

    Raises UsageError if `out` exists (and `overwrite` is not set), ArchiverError for a
    record that is damaged, HomeNotWritable.
    """
    if out.exists() and not overwrite:
        raise UsageError(f"{out} exists", next_step="Name another file, or say --force.")
    now = clock.now()
    with home_errors(), _scratch(out) as (scratch, records):
        extract, taken = _write_records(root, records, package, clock)
        entries = extract.entries()
        pages = _pages([page for page, _line in taken], entries)
        with zipfile.ZipFile(scratch, "w", allowZip64=True) as file:
            zipped = _Zip(file, now)
            zipped.add(_WARC, records)
            for name, data in zip((_CDX, _IDX), compressed_cdx(entries, name=Path(_CDX).name), strict=True):
                zipped.add(name, data)
            zipped.add(_PAGES, _page_lines(pages))
            for item in package.provenance:
                zipped.add(f"provenance/{item.name}", item.source)
            text = package.description([line for _page, line in taken])
            description = _datapackage(package, text, zipped.resources, pages, now)
            zipped.add(_PACKAGE, description)
            zipped.add(_PACKAGE_DIGEST, _json({"path": _PACKAGE, "hash": str(sha256(description))}))
        scratch.replace(out)
    size = out.stat().st_size
    return Written(out, size, _digest_of(out), extract.records, tuple(page["url"] for page in pages))


@contextmanager
def _scratch(out: Path) -> Iterator[tuple[Path, Path]]:
    """Two unfinished files beside `out`, gone afterwards unless renamed."""
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        yield Path(folder) / "unfinished.wacz", Path(folder) / "data.warc.gz"


def _write_records(root: Path, file: Path, package: Package, clock: Clock) -> tuple[Extract, list[tuple[Page, str]]]:
    name = Path(_WARC).name
    with file.open("xb", buffering=0) as opened:
        out = GzipMembers(opened.fileno())
        _id, headers, block = warcinfo(name, program=package.software, run_id=package.title, clock=clock)
        write_record(out, "warcinfo", headers, block, "application/warc-fields")
        extract = Extract(root, out, name)
        taken = []
        for packed in package.folders:
            extract.take(packed.refs)
            taken.append((packed.page, packed.line))
    return extract, taken


class _Zip:
    """A zip file in the making, and what `datapackage.json` has to say of it."""

    def __init__(self, file: zipfile.ZipFile, now: datetime) -> None:
        self.resources: list[dict[str, Any]] = []
        self._file = file
        self._date = (max(now.year, _ZIP_EPOCH), now.month, now.day, now.hour, now.minute, now.second)

    def add(self, path: str, source: Path | bytes) -> None:
        """Add a member. What is compressed already is stored, so that a range of it can be read."""
        info = zipfile.ZipInfo(path, self._date)
        info.external_attr = 0o644 << 16
        info.compress_type = zipfile.ZIP_STORED if path.endswith(".gz") else zipfile.ZIP_DEFLATED
        digest, size = (
            (_digest_of(source), source.stat().st_size) if isinstance(source, Path) else (sha256(source), len(source))
        )
        with self._file.open(info, "w", force_zip64=size > zipfile.ZIP64_LIMIT) as member:
            for chunk in _chunks(source):
                member.write(chunk)
        name = path.lower().replace("/", "-")
        self.resources.append({"name": name, "path": path, "hash": str(digest), "bytes": size})


def _pages(pages: Sequence[Page], entries: Sequence[CdxEntry]) -> list[dict[str, Any]]:
    """The pages that can be opened: under a URL that was really answered, at that answer's time."""
    told = []
    answers: dict[str, list[CdxEntry]] = defaultdict(list)
    for entry in entries:
        if entry.method == "GET":
            answers[entry.uri].append(entry)
    for page in pages:
        url = next((url for url in page.urls if url in answers), None)
        if url:
            entry = min(answers[url], key=lambda entry: abs(entry.at - page.at))
            told.append({"id": page.id, "url": url, "ts": format_at(entry.at), "title": page.title})
    return told


def _page_lines(pages: Sequence[dict[str, Any]]) -> bytes:
    lines = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, *pages]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def _datapackage(
    package: Package, text: str, resources: list[dict[str, Any]], pages: Sequence[dict[str, Any]], now: datetime
) -> bytes:
    described: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": package.title,
        "description": text,
        "created": format_at(now.replace(microsecond=0)),
        "software": package.software,
        "resources": resources,
    }
    if pages:
        described |= {"mainPageUrl": pages[0]["url"], "mainPageDate": pages[0]["ts"]}
    return _json(described)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _digest_of(source: Path) -> Digest:
    return sha256_of_chunks(_chunks(source))

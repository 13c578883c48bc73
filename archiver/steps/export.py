"""One file that shows a post, a capture or an article anywhere, with its provenance."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from archiver.catalog import Catalog
from archiver.model.clock import Clock, format_at
from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError
from archiver.model.records import ArticleVersion, Capture
from archiver.steps.selection import Selection, select
from archiver.store import Package, Packed, Page, Provenance, Store, Written, file_digest, leaf_line, write_wacz

__all__ = ["export", "pack"]

_TITLE_CHARS = 80
#: Of one capture so many addresses are tried for its page, and so many captures are told of in the description.
_MOST_ADDRESSES, _MOST_LINES = 20, 200
Progress = Callable[[int, int], None]
_SEE_AUDIT = "See `archiver audit` for what else is damaged."
Folder = Capture | ArticleVersion
_README = """\
These are the evidence folders that this file was made from, byte for byte.

A file that lies in a folder as NAME is here as CAPTURE--NAME ("media/1.jpg" is
CAPTURE--media--1.jpg). "sha256sum -c sha256sums.txt" checks all of them; each
CAPTURE--manifest-sha256.txt is the manifest as it was sealed, and its digest is that
capture's entry in leaves.jsonl, which is a part of the archive's append-only log.
CAPTURE--marks.svg (where an article's claims stand on its page) shows its picture once
both have their own names again, marks.svg and screenshot.png, in one folder.

What this shows: unchanged since capture. It does not show who wrote a post, nor that a
server really sent what was recorded.
"""


def export(
    subject: str, out: Path, *, store: Store, catalog: Catalog, clock: Clock, software: str, overwrite: bool = False
) -> Written:
    """Write one self-contained WACZ 1.1.1 about all that `subject` names; see `select` and `pack`."""
    selection = select([subject], catalog=catalog)
    return pack(selection, out, store=store, clock=clock, software=software, overwrite=overwrite)


def pack(
    selection: Selection,
    out: Path,
    *,
    store: Store,
    clock: Clock,
    software: str,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Written:
    """Write the folders of a selection into one self-contained WACZ 1.1.1.

    1. Folder by folder, take every WARC record that it refers to, revisits resolved, and
    note its page. 2. Put the folders' files beside them, with their log entries and the
    names of what was withdrawn.

    Of each capture only its page is held in memory, and of each record its line of the
    index, some half a kilobyte. `progress` is told how many folders are done, and of how many.
    Raises UsageError (`out` exists), ArchiverError (a record or file is damaged),
    HomeNotWritable.
    """
    package = Package(
        folders=_folders(store, selection.paths, progress),
        provenance=_provenance(store, selection),
        title=selection.title,
        description=partial(_describe, selection),
        software=software,
    )
    return write_wacz(store.root, out, package, clock=clock, overwrite=overwrite)


def _folders(store: Store, paths: Sequence[str], progress: Progress | None) -> Iterator[Packed]:
    for done, path in enumerate(paths, 1):
        folder = _read(store, path)
        yield Packed(folder.warc, _page(folder), _line(folder))
        if progress:
            progress(done, len(paths))


def _read(store: Store, path: str) -> Folder:
    try:
        return store.read_folder(path)
    except ValueError as error:
        raise ArchiverError(str(error), next_step=_SEE_AUDIT) from None


def _page(folder: Folder) -> Page:
    answered = tuple(ref.uri for ref in folder.warc if ref.status == HTTPStatus.OK)[:_MOST_ADDRESSES]
    if isinstance(folder, ArticleVersion):
        urls = (folder.resource.uri, *answered)
        return Page(folder.id, urls, folder.fetched_at, folder.article.title or folder.source)
    seen = (folder.final_url or "").partition("#")[0]
    return Page(folder.id, (seen, folder.resource.uri, *answered), folder.started_at, _title(folder))


def _title(capture: Capture) -> str:
    record = capture.record
    if record is None or not record.text:
        return capture.resource.uri
    author = " ".join(part for part in (record.name, f"(@{record.handle})" if record.handle else None) if part)
    text = " ".join(record.text.split())
    return f"{author or capture.resource.uri}: {text[:_TITLE_CHARS]}{'…' if len(text) > _TITLE_CHARS else ''}"


def _line(folder: Folder) -> str:
    at = folder.fetched_at if isinstance(folder, ArticleVersion) else folder.started_at
    state = "" if isinstance(folder, ArticleVersion) else f", {folder.outcome}, {folder.availability}"
    return f"- {folder.resource.uri} ({format_at(at)}{state})"


def _describe(selection: Selection, lines: Sequence[str]) -> str:
    gone = [f"- {one.uri} ({format_at(one.captured_at)}): {one.reason}" for one in selection.withdrawn]
    told = "Captured with embed-archiver:\n\n" + _listed(lines)
    return f"{told}\n\nWithdrawn, and not in here:\n\n{_listed(gone)}" if gone else told


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - _MOST_LINES
    return "\n".join([*lines[:_MOST_LINES], *([f"- and {more} more"] if more > 0 else [])])


def _gone(selection: Selection) -> bytes:
    """What was withdrawn, one JSON object a line."""
    told = (
        {
            "id": one.id,
            "resource": one.uri,
            "captured_at": format_at(one.captured_at),
            "act": one.act.value,
            "withdrawn_at": format_at(one.withdrawn_at),
            "reason": one.reason,
        }
        for one in selection.withdrawn
    )
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told).encode()


def _provenance(store: Store, selection: Selection) -> list[Provenance]:
    """The folders' files under flat names, with their log entries and one list of digests.

    Flat, because `wacz validate` looks only one folder deep.
    """
    files = [
        Provenance(f"{PurePosixPath(path).name}--{name.replace('/', '--')}", store.root / path / name)
        for path in selection.paths
        for name in store.folder_files(path)
    ]
    paths = set(selection.paths)
    leaves = b"".join(leaf_line(leaf) + b"\n" for leaf in store.leaves() if leaf.path in paths)
    told = [Provenance("README.txt", _README.encode()), Provenance("leaves.jsonl", leaves), *files]
    if selection.withdrawn:
        told.append(Provenance("withdrawn.jsonl", _gone(selection)))
    sums = "".join(f"{_digest(item.source).hex}  {item.name}\n" for item in told)
    return [*told, Provenance("sha256sums.txt", sums.encode())]


def _digest(source: Path | bytes) -> Digest:
    return sha256(source) if isinstance(source, bytes) else file_digest(source)

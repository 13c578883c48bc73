"""One file that shows a post, a capture or an article anywhere, with its provenance."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from archiver.catalog import Catalog, StoredCapture
from archiver.model.clock import Clock, format_at
from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError, UsageError
from archiver.model.records import ArticleVersion, Capture
from archiver.model.states import Outcome
from archiver.platforms import resource_for
from archiver.store import Package, Page, Provenance, Store, Written, file_digest, leaf_line, write_wacz

__all__ = ["Selection", "export", "select"]

_TITLE_CHARS = 80
_SEE_AUDIT = "See `archiver audit` for what else is damaged."
Folder = Capture | ArticleVersion
_README = """\
These are the evidence folders that this file was made from, byte for byte.

A file that lies in a folder as NAME is here as CAPTURE--NAME ("media/1.jpg" is
CAPTURE--media--1.jpg). "sha256sum -c sha256sums.txt" checks all of them; each
CAPTURE--manifest-sha256.txt is the manifest as it was sealed, and its digest is that
capture's entry in leaves.jsonl, which is a part of the archive's append-only log.

What this shows: unchanged since capture. It does not show who wrote a post, nor that a
server really sent what was recorded.
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """What an export is about: a name for people, and the folders that go in, in order."""

    title: str
    paths: tuple[str, ...]


def select(subject: str, *, catalog: Catalog) -> Selection:
    """The evidence folders that `subject` names.

    An id of a capture or of an article version means that folder; `platform:id`, or any
    alias of a URL, all captures of that post or page; and, if it is an article, its latest
    version with the capture of its own page and the latest complete one of everything that it
    cites. What was withdrawn is left out. Raises UsageError if nothing is stored under that name.
    """
    capture = catalog.capture(subject)
    if capture:
        return Selection(f"{capture.uri}, captured {capture.started_at:%Y-%m-%d}", (capture.path,))
    version = catalog.article_version(subject)
    if version:
        return _article(version.id, version.path, version.title or version.source, catalog)
    for key in _keys(subject):
        latest = catalog.latest_article_version(key)
        if latest:
            return _article(latest.id, latest.path, latest.title or latest.source, catalog)
        captures = catalog.captures_of(key)
        if captures:
            return Selection(captures[0].uri, tuple(one.path for one in captures))
    _refuse_withdrawn(subject, catalog)
    raise UsageError(
        f"nothing is stored under {subject!r}", next_step="`archiver lookup` finds captures by URL, id or words."
    )


def export(
    subject: str, out: Path, *, store: Store, catalog: Catalog, clock: Clock, software: str, overwrite: bool = False
) -> Written:
    """Write one self-contained WACZ 1.1.1 about `subject` to `out`.

    1. Find the folders. 2. Read their records and their log entries. 3. Take every WARC
    record that they refer to, revisits resolved. 4. Put the folders' files beside them.

    Raises UsageError (nothing stored under that name; `out` exists), ArchiverError (a
    record or file is damaged), HomeNotWritable.
    """
    selection = select(subject, catalog=catalog)
    folders = [_read(store, path) for path in selection.paths]
    package = Package(
        refs=[ref for folder in folders for ref in folder.warc],
        pages=[page for folder in folders if (page := _page(folder))],
        provenance=_provenance(store, selection.paths),
        title=selection.title,
        description=_describe(folders),
        software=software,
    )
    return write_wacz(store.root, out, package, clock=clock, overwrite=overwrite)


def _article(version_id: str, path: str, title: str, catalog: Catalog) -> Selection:
    by_resource: dict[int, StoredCapture] = {}
    cited = catalog.leads_to(catalog.cited_by([version_id]))
    for capture in catalog.captures(cited):
        kept = by_resource.setdefault(capture.resource.id, capture)
        if kept.outcome is not Outcome.COMPLETE and capture.outcome is Outcome.COMPLETE:
            by_resource[capture.resource.id] = capture
    captures = sorted(by_resource.values(), key=lambda capture: cited.index(capture.resource.id))
    page = catalog.page_of(version_id)
    paths = (path, *((page.path,) if page else ()), *(capture.path for capture in captures))
    # An article that links to itself cites its own page.
    return Selection(title, tuple(dict.fromkeys(paths)))


def _refuse_withdrawn(subject: str, catalog: Catalog) -> None:
    found = [catalog.resource(key) for key in _keys(subject)]
    ids = catalog.leads_to(one.id for one in found if one)
    stone = catalog.tombstone(subject) or next(iter(catalog.tombstones(ids, limit=1)), None)
    if stone:
        raise UsageError(
            f"{subject} is {stone.act} since {format_at(stone.withdrawn_at)}: {stone.reason}",
            next_step=f"Only its tombstone is left: snapshots/{stone.path}.",
        )


def _keys(subject: str) -> tuple[str, ...]:
    resource = resource_for(subject)
    return (resource.key,) if resource else (subject, f"file:{Path(subject).absolute()}")


def _read(store: Store, path: str) -> Folder:
    try:
        return store.read_folder(path)
    except ValueError as error:
        raise ArchiverError(str(error), next_step=_SEE_AUDIT) from None


def _page(folder: Folder) -> Page | None:
    answered = tuple(ref.uri for ref in folder.warc if ref.status == HTTPStatus.OK)
    if isinstance(folder, ArticleVersion):
        return Page((folder.resource.uri, *answered), folder.fetched_at, folder.article.title or folder.source)
    seen = (folder.final_url or "").partition("#")[0]
    return Page((seen, folder.resource.uri, *answered), folder.started_at, _title(folder))


def _title(capture: Capture) -> str:
    record = capture.record
    if record is None or not record.text:
        return capture.resource.uri
    author = " ".join(part for part in (record.name, f"(@{record.handle})" if record.handle else None) if part)
    text = " ".join(record.text.split())
    return f"{author or capture.resource.uri}: {text[:_TITLE_CHARS]}{'…' if len(text) > _TITLE_CHARS else ''}"


def _describe(folders: Sequence[Folder]) -> str:
    lines = []
    for folder in folders:
        at = folder.fetched_at if isinstance(folder, ArticleVersion) else folder.started_at
        state = "" if isinstance(folder, ArticleVersion) else f", {folder.outcome}, {folder.availability}"
        lines.append(f"- {folder.resource.uri} ({format_at(at)}{state})")
    return "Captured with embed-archiver:\n\n" + "\n".join(lines)


def _provenance(store: Store, paths: Sequence[str]) -> list[Provenance]:
    """The folders' files under flat names, with their log entries and one list of digests.

    Flat, because `wacz validate` looks only one folder deep.
    """
    files = [
        Provenance(f"{PurePosixPath(path).name}--{name.replace('/', '--')}", store.root / path / name)
        for path in paths
        for name in store.folder_files(path)
    ]
    leaves = b"".join(leaf_line(leaf) + b"\n" for leaf in store.leaves() if leaf.path in paths)
    told = [Provenance("README.txt", _README.encode()), Provenance("leaves.jsonl", leaves), *files]
    sums = "".join(f"{_digest(item.source).hex}  {item.name}\n" for item in told)
    return [*told, Provenance("sha256sums.txt", sums.encode())]


def _digest(source: Path | bytes) -> Digest:
    return sha256(source) if isinstance(source, bytes) else file_digest(source)

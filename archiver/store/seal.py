"""One evidence folder: files, record and manifest, there as a whole or not at all."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.model.digests import Digest, sha256
from archiver.model.records import Artefact, ArticleVersion, Capture
from archiver.model.states import ArtefactRole, Origin
from archiver.store.canonical import object_line, storable
from archiver.store.files import make_dirs, sync_dir, write_new
from archiver.store.layout import FORMAT, MANIFEST, RECORD, TMP, capture_path, check_draft_path

__all__ = [
    "DraftFile",
    "Folder",
    "artefact_of",
    "kind_of",
    "manifest_text",
    "parse_manifest",
    "record_bytes",
    "write_folder",
]

Folder = Capture | ArticleVersion
_TYPES: dict[type[Folder], str] = {Capture: "capture", ArticleVersion: "article"}


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file that is to become an artefact; `path` is relative to the capture's folder."""

    path: str
    role: ArtefactRole
    origin: Origin
    media_type: str
    data: bytes


def artefact_of(file: DraftFile) -> Artefact:
    """What `capture.json` says of a file. Raises ValueError for an unsafe path."""
    path = check_draft_path(file.path)
    return Artefact(path, file.role, file.origin, file.media_type, len(file.data), sha256(file.data))


def record_bytes(record: Folder) -> bytes:
    """The bytes of `capture.json`."""
    return object_line(record, format=FORMAT, type=kind_of(record))


def kind_of(record: Folder) -> str:
    """`capture` or `article`: the type in `capture.json`, and the kind of its leaf."""
    return _TYPES[type(record)]


def manifest_text(digests: Sequence[tuple[str, Digest]]) -> bytes:
    """A manifest as `sha256sum -c` reads it, sorted by path."""
    return "".join(f"{digest.hex}  {path}\n" for path, digest in sorted(digests)).encode()


def parse_manifest(data: bytes) -> dict[str, Digest]:
    """Path → digest. Raises ValueError unless it is just what `manifest_text` writes."""
    lines = data.decode("ascii").splitlines()
    pairs = [(path, Digest("sha256", digest)) for digest, _, path in (line.partition("  ") for line in lines)]
    if manifest_text(pairs) != data or len(dict(pairs)) != len(pairs) or RECORD not in dict(pairs):
        raise ValueError("not a manifest of this archive")
    return dict(pairs)


def write_folder(
    root: Path, draft: Folder, files: Sequence[DraftFile], *, known: Callable[[Digest], str | None] | None = None
) -> tuple[Folder, str, Digest]:
    """Put an evidence folder in its place; the record as written, its path, its manifest's digest.

    A file whose bytes are stored already, in a file that `known` finds (relative to `root`),
    becomes another name of that one, where the file system can do that.

    Everything is written and synced below `tmp/` first. The rename is the point of no
    return: from there on the folder is whole, and `recover` would give it the leaf that it
    still lacks. Raises FileExistsError if the id is taken.
    """
    record, data = _final(replace(draft, artefacts=tuple(artefact_of(file) for file in files)))
    path, tmp = capture_path(record.id), root / TMP / record.id
    manifest = manifest_text([(RECORD, sha256(data)), *((item.path, item.digest) for item in record.artefacts)])
    tmp.mkdir()
    try:
        linked = {file.path for file in files if known and _link_known(root, tmp, file, known)}
        named = [(file.path, file.data) for file in files if file.path not in linked]
        _write_all(tmp, [*named, (RECORD, data), (MANIFEST, manifest)])
        make_dirs((root / path).parent)
        tmp.rename(root / path)
    except BaseException:
        shutil.rmtree(tmp, ignore_errors=True)
        raise
    sync_dir((root / path).parent)
    return record, path, sha256(manifest)


def _write_all(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    for name, data in files:
        make_dirs((folder / name).parent)
        write_new(folder / name, data)
    for below in sorted({folder, *(path for path in folder.iterdir() if path.is_dir())}, reverse=True):
        sync_dir(below)


def _link_known(root: Path, folder: Path, file: DraftFile, known: Callable[[Digest], str | None]) -> bool:
    """Whether the file is there now, as another name of one with the same bytes, which are compared.

    No file system need be able to: then it is written like any other.
    """
    place = known(sha256(file.data))
    if place is None:
        return False
    try:
        if (root / place).read_bytes() != file.data:
            return False
        make_dirs((folder / file.path).parent)
        (folder / file.path).hardlink_to(root / place)
    except OSError:
        return False
    return True


def _final(record: Folder) -> tuple[Folder, bytes]:
    try:
        return record, record_bytes(record)
    except ValueError:
        record = storable(record)
        return record, record_bytes(record)

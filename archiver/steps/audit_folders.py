"""The audit's look at one evidence folder."""

from collections.abc import Iterator
from pathlib import Path

from archiver.model.digests import Digest, sha256
from archiver.model.records import Leaf
from archiver.steps.audit_warc import References
from archiver.steps.findings import Finding
from archiver.store import file_digest
from archiver.store.evidence import read_folder
from archiver.store.layout import MANIFEST, RECORD
from archiver.store.seal import Folder, kind_of, parse_manifest

__all__ = ["audit_folder"]


def audit_folder(root: Path, path: str, leaf: Leaf | None, names: set[str], *, into: References) -> Iterator[Finding]:
    """Everything that is wrong in one folder, from the log inwards.

    1. The manifest has the digest of its leaf. 2. Every file that it lists is there and
    has its digest. 3. Nothing else is there. 4. `capture.json` is canonical, belongs here
    and lists the same files. What it says of WARC records goes `into` the references.
    """
    place = f"snapshots/{path}"
    manifest = _read(root / path / MANIFEST)
    # 1.
    if isinstance(manifest, Finding):
        code = "F006" if manifest.code == "F001" else manifest.code
        yield Finding(code, f"{place}/{MANIFEST}", found=manifest.found)
        return
    listed = _listed(manifest)
    if leaf is not None and sha256(manifest) != leaf.digest:
        yield Finding("F007", f"{place}/{MANIFEST}", None, str(leaf.digest), str(sha256(manifest)))
    elif listed is None:
        yield Finding("F007", f"{place}/{MANIFEST}", found="no manifest of this format")
    else:
        # 2. and 3.
        altered = list(_audit_files(root / path, place, listed, names))
        yield from altered
        # 4.
        if not any(finding.path == f"{place}/{RECORD}" for finding in altered):
            yield from _audit_record(root, path, leaf, listed, into)


def _audit_files(folder: Path, place: str, listed: dict[str, Digest], names: set[str]) -> Iterator[Finding]:
    for name, stated in listed.items():
        try:
            found = file_digest(folder / name)
        except OSError as error:
            yield _missing(f"{place}/{name}", error)
            continue
        if found != stated:
            yield Finding("F002", f"{place}/{name}", None, str(stated), str(found))
    for name in sorted(names - listed.keys() - {MANIFEST}):
        yield Finding("F004", f"{place}/{name}")


def _audit_record(
    root: Path, path: str, leaf: Leaf | None, listed: dict[str, Digest], into: References
) -> Iterator[Finding]:
    place = f"snapshots/{path}/{RECORD}"
    try:
        record = read_folder(root, path)
    except ValueError as error:
        yield Finding("F008", place, found=str(error))
        return
    if {item.path: item.digest for item in record.artefacts} != {n: d for n, d in listed.items() if n != RECORD}:
        yield Finding("F009", place, found="it lists other files than the manifest")
    if leaf is not None and leaf.kind != kind_of(record):
        yield Finding("F009", place, None, f"the log says {leaf.kind}", f"it is of the type {kind_of(record)}")
    yield from _audit_sizes(root, path, record)
    into.add(place, record.warc)


def _audit_sizes(root: Path, path: str, record: Folder) -> Iterator[Finding]:
    for item in record.artefacts:
        file = root / path / item.path
        if file.exists() and file.stat().st_size != item.size_bytes:
            found = f"{file.stat().st_size} bytes"
            yield Finding("F009", f"snapshots/{path}/{RECORD}", item.path, f"{item.size_bytes} bytes", found)


def _listed(manifest: bytes) -> dict[str, Digest] | None:
    try:
        return parse_manifest(manifest)
    except ValueError:
        return None


def _read(path: Path) -> bytes | Finding:
    try:
        return path.read_bytes()
    except OSError as error:
        return _missing("", error)


def _missing(place: str, error: OSError) -> Finding:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Finding("F001", place)
    return Finding("F003", place, found=error.strerror)

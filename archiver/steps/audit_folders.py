"""The audit's look at one evidence folder."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from archiver.model.clock import format_at
from archiver.model.digests import Digest, sha256
from archiver.model.records import Capture, Leaf
from archiver.steps.audit_warc import References
from archiver.steps.findings import Finding
from archiver.store import file_digest
from archiver.store.evidence import read_record
from archiver.store.layout import MANIFEST, RECORD, capture_path
from archiver.store.seal import Folder, kind_of, parse_manifest

__all__ = ["CLOCK_TOLERANCE", "audit_folder"]

#: A machine's clock may be put right by so much while a run goes on.
CLOCK_TOLERANCE = timedelta(minutes=10)


def audit_folder(
    root: Path,
    path: str,
    leaf: Leaf | None,
    names: frozenset[str],
    *,
    into: References,
    after: datetime | None = None,
) -> Iterator[Finding]:
    """Everything that is wrong in one folder, from the log inwards; each of its bytes is read once.

    1. The manifest has the digest of its leaf. 2. Every file that it lists is there and
    has its digest. 3. Nothing else is there. 4. `capture.json` is canonical, belongs here
    and lists the same files. 5. It dates itself between the run before (`after`) and its
    leaf. What it says of WARC records goes `into` the references.
    """
    place = f"snapshots/{path}"
    manifest = _read(root / path / MANIFEST, f"{place}/{MANIFEST}")
    # 1.
    if isinstance(manifest, Finding):
        code = "F006" if manifest.code == "F001" else manifest.code
        yield Finding(code, manifest.path, found=manifest.found)
        return
    listed = _listed(manifest)
    if leaf is not None and (digest := sha256(manifest)) != leaf.digest:
        yield Finding("F007", f"{place}/{MANIFEST}", None, str(leaf.digest), str(digest))
    elif listed is None:
        yield Finding("F007", f"{place}/{MANIFEST}", found="no manifest of this format")
    else:
        # 2. and 3.
        yield from _audit_files(root / path, place, listed, names)
        record = _read(root / path / RECORD, f"{place}/{RECORD}")
        if isinstance(record, Finding):
            yield record
        elif (digest := sha256(record)) != listed[RECORD]:
            yield Finding("F002", f"{place}/{RECORD}", None, str(listed[RECORD]), str(digest))
        else:
            # 4. and 5.
            yield from _audit_record(root, path, record, leaf, listed=listed, after=after, into=into)


def _audit_files(folder: Path, place: str, listed: dict[str, Digest], names: frozenset[str]) -> Iterator[Finding]:
    for name, stated in listed.items():
        if name == RECORD:
            continue
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
    root: Path,
    path: str,
    data: bytes,
    leaf: Leaf | None,
    *,
    listed: dict[str, Digest],
    after: datetime | None,
    into: References,
) -> Iterator[Finding]:
    place = f"snapshots/{path}/{RECORD}"
    try:
        record = read_record(data)
    except ValueError as error:
        yield Finding("F008", place, found=str(error))
        return
    if capture_path(record.id) != path:
        yield Finding("F008", place, found=f"it is the record of {record.id}")
        return
    if {item.path: item.digest for item in record.artefacts} != {n: d for n, d in listed.items() if n != RECORD}:
        yield Finding("F009", place, found="it lists other files than the manifest")
    if leaf is not None:
        if leaf.kind != kind_of(record):
            yield Finding("F009", place, None, f"the log says {leaf.kind}", f"it is of the type {kind_of(record)}")
        yield from _audit_dates(place, record, leaf, after)
    yield from _audit_sizes(root, path, record)
    into.add(place, record.warc)


def _audit_dates(place: str, record: Folder, leaf: Leaf, after: datetime | None) -> Iterator[Finding]:
    """An article may be older than its run, if it was read out of a WARC file; nothing is younger than its leaf."""
    at = record.started_at if isinstance(record, Capture) else record.fetched_at
    if at > leaf.at + CLOCK_TOLERANCE:
        yield Finding("F011", place, None, f"before {format_at(leaf.at)}, when it was sealed", format_at(at))
    elif isinstance(record, Capture) and after is not None and at < after - CLOCK_TOLERANCE:
        yield Finding("F011", place, None, f"after {format_at(after)}, when the run before was over", format_at(at))


def _audit_sizes(root: Path, path: str, record: Folder) -> Iterator[Finding]:
    for item in record.artefacts:
        try:
            size = (root / path / item.path).stat().st_size
        except OSError:
            continue
        if size != item.size_bytes:
            yield Finding("F009", f"snapshots/{path}/{RECORD}", item.path, f"{item.size_bytes} bytes", f"{size} bytes")


def _listed(manifest: bytes) -> dict[str, Digest] | None:
    try:
        return parse_manifest(manifest)
    except ValueError:
        return None


def _read(path: Path, place: str) -> bytes | Finding:
    try:
        return path.read_bytes()
    except OSError as error:
        return _missing(place, error)


def _missing(place: str, error: OSError) -> Finding:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Finding("F001", place)
    return Finding("F003", place, found=error.strerror)

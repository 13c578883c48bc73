"""Taking evidence away: decided as a whole by a tombstone, then carried out, again if need be.

The log's entry of the tombstone is the point of no return. Before it nothing is touched;
after it every step does nothing the second time, so that a killed act is finished by the
next run.
"""

import json
import os
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError, HomeNotWritable
from archiver.model.records import Capture, Leaf, WarcRef
from archiver.model.states import CaptureKind
from archiver.model.tombstones import Redaction, Tombstone, Withdrawn
from archiver.store.canonical import storable
from archiver.store.evidence import read_folder
from archiver.store.files import make_dirs, sync_dir, write_new
from archiver.store.journal import file_digest
from archiver.store.layout import LEAVES, MANIFEST, TMP
from archiver.store.log import read_leaf, read_lines
from archiver.store.redact import Filling, Span, measure, write_redacted
from archiver.store.seal import Folder, parse_manifest
from archiver.store.tombstones import Withdrawals, tombstone_bytes, withdrawals
from archiver.store.warcread import Damage, read_warc

__all__ = ["Going", "Place", "carry_out", "going", "write_tombstone"]

_SEE_AUDIT = "See `archiver audit`, and put the file back from another copy of the home first."
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Going:
    """A folder whose bytes are to go, and the WARC records that it rests on."""

    withdrawn: Withdrawn
    refs: tuple[WarcRef, ...]


def going(root: Path, reasons: Mapping[str, str]) -> Iterator[Going]:
    """What a tombstone will say of these folders (path → why it goes), read out of each.

    Raises ArchiverError for a damaged one: what it holds could not be vouched for any more.
    """
    leaves = _leaves(root, reasons)
    for path, reason in reasons.items():
        leaf = leaves.get(path)
        try:
            record, manifest = read_folder(root, path), (root / path / MANIFEST).read_bytes()
            files = parse_manifest(manifest)
        except (ValueError, OSError) as error:
            raise ArchiverError(f"{path}: {error}", next_step=_SEE_AUDIT) from None
        if leaf is None or sha256(manifest) != leaf.digest:
            raise ArchiverError(f"{path}: its manifest is not the one in the log", next_step=_SEE_AUDIT)
        yield Going(_withdrawn(record, leaf, reason, files), record.warc)


def write_tombstone(
    root: Path,
    path: str,
    begun: Tombstone,
    items: Sequence[Going],
    *,
    needed: Container[Place],
    released: Sequence[WarcRef],
) -> tuple[Tombstone, Digest]:
    """Write the tombstone that decides on these folders, down to the disk; what it says, and its digest.

    `begun` says who, when and why. Nothing of the evidence is changed.
    """
    folders, refs = _parted(items, needed)
    refs += released
    stated = {path: leaf.digest for path, leaf in _leaves(root, {ref.file for ref in refs}).items()}
    filling = Filling(begun.id, begun.at)
    redactions = _plan(root, refs, earlier=withdrawals(root), stated=stated, filling=filling)
    tombstone = storable(replace(begun, folders=folders, warcs=redactions))
    data = tombstone_bytes(tombstone)
    scratch = root / TMP / PurePosixPath(path).name
    write_new(scratch, data)
    make_dirs((root / path).parent)
    scratch.rename(root / path)
    sync_dir((root / path).parent)
    return tombstone, sha256(data)


def _leaves(root: Path, paths: Container[str]) -> dict[str, Leaf]:
    """The log's entries of these paths. Lines are only searched, not checked: that is the audit's work."""
    lines = enumerate(read_lines(root / LEAVES))
    return {path: read_leaf(line, seq) for seq, line in lines if (path := json.loads(line)["path"]) in paths}


def _parted(items: Sequence[Going], needed: Container[Place]) -> tuple[tuple[Withdrawn, ...], list[WarcRef]]:
    """The folders with the records that stay for others, and all records that go."""
    folders, refs = [], []
    for item in items:
        stays = tuple(ref for ref in item.refs if (ref.file, ref.offset) in needed)
        folders.append(replace(item.withdrawn, retained=stays))
        refs += [ref for ref in item.refs if (ref.file, ref.offset) not in needed]
    return tuple(folders), refs


def _plan(
    root: Path, refs: Sequence[WarcRef], *, earlier: Withdrawals, stated: Mapping[str, Digest], filling: Filling
) -> tuple[Redaction, ...]:
    """What becomes of each WARC file when these records go; nothing is changed yet.

    A file of which nothing would be left but its first record goes as a whole. Raises
    ArchiverError for a file that is not what the log says: its damage would be entered in
    the log as if it were ours; HomeNotWritable where there is no room for a copy of what stays.
    """
    places: dict[str, set[Span]] = {}
    for ref in refs:
        places.setdefault(ref.file, set()).add((ref.offset, ref.length))
    redactions = []
    for file, wanted in sorted(places.items()):
        spans = _joined(wanted)
        last = earlier.redaction(file)
        try:
            before, after, gaps = measure(root / file, file, spans, filling)
            all_gone = _all_gone(root / file, [*spans, *((gap[0], gap[1]) for gap in earlier.gaps(file))])
        except (ValueError, OSError) as error:
            raise ArchiverError(f"{file}: {error}", next_step=_SEE_AUDIT) from None
        if before != (last.digest if last else stated.get(file)):
            raise ArchiverError(f"{file}: it is not what the log says", next_step=_SEE_AUDIT)
        redactions.append(Redaction(file, None if all_gone else after, gaps))
    _refuse_without_room(root, redactions)
    return tuple(redactions)


def carry_out(root: Path, tombstone: Tombstone) -> None:
    """Take away what a logged tombstone says; what is gone already stays so. Needs the lock.

    A folder vanishes in one step, and so does the old state of a WARC file, which is
    copied without the records that go. A file that is missing is the audit's to find.
    """
    for folder in tombstone.folders:
        _remove_folder(root, folder.path)
    filling = Filling(tombstone.id, tombstone.at)
    for redaction in tombstone.warcs:
        path = root / redaction.file
        if not path.exists():
            continue
        if redaction.digest is None:
            path.unlink()
        elif file_digest(path) != redaction.digest:
            scratch = root / TMP / path.name
            spans = [(gap.offset, gap.length) for gap in redaction.gaps]
            write_redacted(path, redaction.file, spans, filling, scratch)
            scratch.replace(path)
        sync_dir(path.parent)


def _withdrawn(record: Folder, leaf: Leaf, reason: str, files: dict[str, Digest]) -> Withdrawn:
    named = (record.id, leaf.path, leaf.seq, record.run_id)
    if not isinstance(record, Capture):
        return Withdrawn(*named, CaptureKind.ARTICLE, record.resource, record.fetched_at, reason, files)
    agreeing = (
        one.observed_at
        for one in record.observations
        if one.resource.key == record.resource.key and one.availability is record.availability
    )
    return Withdrawn(
        *named,
        record.kind,
        record.resource,
        record.started_at,
        reason,
        files,
        record.outcome,
        record.availability,
        max(agreeing, default=record.ended_at),
    )


def _remove_folder(root: Path, path: str) -> None:
    place = root / path
    gone = root / TMP / f"{place.name}.gone"
    if place.exists():
        place.rename(gone)
        sync_dir(place.parent)
    if gone.exists():
        shutil.rmtree(gone)


def _joined(spans: set[Span]) -> list[Span]:
    """The spans in order, those that touch as one."""
    joined: list[Span] = []
    for offset, length in sorted(spans):
        if joined and sum(joined[-1]) >= offset:
            joined[-1] = (joined[-1][0], max(sum(joined[-1]), offset + length) - joined[-1][0])
        else:
            joined.append((offset, length))
    return joined


def _all_gone(path: Path, spans: Sequence[Span]) -> bool:
    with path.open("rb") as file:
        first = next(read_warc(file), None)
    if first is None or isinstance(first, Damage):
        raise ValueError("its first record can't be read")
    return _joined(set(spans)) == [(first.length, path.stat().st_size - first.length)]


def _refuse_without_room(root: Path, redactions: Sequence[Redaction]) -> None:
    needed = max((_kept_bytes(root, item) for item in redactions if item.digest), default=0)
    free = os.statvfs(root)
    if free.f_bavail * free.f_frsize < needed:
        raise HomeNotWritable(f"{root}: {needed} bytes are needed for a copy of a WARC file while it is rewritten")


def _kept_bytes(root: Path, redaction: Redaction) -> int:
    return (root / redaction.file).stat().st_size - sum(gap.length for gap in redaction.gaps)

"""The audit's look at tombstones: which of them count, and whether they say what the log says."""

from collections.abc import Iterator
from pathlib import Path

from archiver.model.digests import sha256
from archiver.model.records import Leaf
from archiver.model.tombstones import Tombstone
from archiver.steps.audit_survey import Survey
from archiver.steps.findings import Finding
from archiver.store import Withdrawals, file_digest
from archiver.store.layout import tombstone_run
from archiver.store.seal import manifest_text
from archiver.store.tombstones import read_tombstone

__all__ = ["audit_tombstones"]


def audit_tombstones(root: Path, found: Survey, *, into: Withdrawals) -> Iterator[Finding]:
    """Everything that is wrong with the tombstones; those that count go `into` the withdrawals.

    1. One that the log does not name counts for nothing; while its run is open it may just
    not be entered yet. 2. One that the log names is there, has its digest, and can be read.
    3. What it says of folders and WARC files is what the log said of them.
    """
    # 1.
    for path in sorted(found.tombstones - found.leaves.keys()):
        if tombstone_run(path) not in found.open_runs:
            yield Finding("F604", f"snapshots/{path}")
    for leaf in found.of_kind("tombstone"):
        # 2.
        tombstone = _read(root, leaf)
        if isinstance(tombstone, Finding):
            yield tombstone
            continue
        # 3.
        wrong = list(_contradictions(found, leaf, tombstone))
        yield from wrong
        if not wrong:
            into.add(tombstone)


def _read(root: Path, leaf: Leaf) -> Tombstone | Finding:
    place = f"snapshots/{leaf.path}"
    try:
        digest = file_digest(root / leaf.path)
        if digest != leaf.digest:
            return Finding("F602", place, None, str(leaf.digest), str(digest))
        return read_tombstone(root, leaf.path)
    except FileNotFoundError:
        return Finding("F601", place)
    except OSError as error:
        return Finding("F003", place, found=error.strerror)
    except ValueError as error:
        return Finding("F603", place, found=str(error))


def _contradictions(found: Survey, leaf: Leaf, tombstone: Tombstone) -> Iterator[Finding]:
    place = f"snapshots/{leaf.path}"
    for folder in tombstone.folders:
        entry = found.leaves.get(folder.path)
        if entry is None or entry.seq != folder.seq or entry.seq > leaf.seq:
            yield Finding("F606", place, folder.id, found="no entry of the log")
        elif (digest := sha256(manifest_text(list(folder.files.items())))) != entry.digest:
            yield Finding("F606", place, folder.id, str(entry.digest), str(digest))
    for redaction in tombstone.warcs:
        entry = found.leaves.get(redaction.file)
        if entry is None or entry.kind != "warc" or entry.seq > leaf.seq:
            yield Finding("F606", place, redaction.file, found="no entry of the log")

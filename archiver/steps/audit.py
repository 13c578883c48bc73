"""Is the archive intact? Every stored byte is read again and compared with what was sealed.

Nothing here writes below the home, and nothing raises on what it finds: whatever is wrong
is a `Finding`. The checks share no code with the writer but the names of places, the
codecs of records and the Merkle tree, which has an oracle of its own in the tests.
"""

from collections.abc import Iterator
from pathlib import Path

from archiver.catalog import contract_files
from archiver.steps.audit_catalog import audit_catalog
from archiver.steps.audit_folders import audit_folder
from archiver.steps.audit_log import audit_journals, audit_log
from archiver.steps.audit_survey import Survey, survey
from archiver.steps.audit_tombstones import audit_tombstones
from archiver.steps.audit_warc import References, audit_warcs
from archiver.steps.findings import Finding
from archiver.store import Store, Withdrawals, contract_text
from archiver.store.layout import FORMAT, FORMAT_FILE, README

__all__ = ["audit"]


def audit(store: Store, db_file: Path, *, gone: Withdrawals | None = None) -> Iterator[Finding]:
    """Everything that is wrong with a home, as it is found; nothing if it is intact.

    1. The log: its lines, their order, and the checkpoint's root over them. Then the
       tombstones that it names: only these excuse that something is not there.
    2. Every evidence folder: its manifest against the log, every file against the manifest,
       `capture.json` against both.
    3. Every WARC file: the whole file against the log, every record against its digests,
       every reference of a capture or a revisit against the record that it names.
    4. Every journal, against the log and line by line.
    5. FORMAT and the written contracts; files that nothing put there.
    6. The catalog: its bytes, its structure, every row against the evidence and back.

    A run in progress, or a killed one that no later run has put right yet, is no finding:
    what it has not sealed so far is read, and judged by what sealed things say of it. Rows
    are compared with the evidence only while no run is open and the evidence is whole.
    Needs no lock, and a `Store` that was not checked for its format will do. What went by
    the log's word is added to `gone`. Raises HomeLocked if the catalog stays busy.
    """
    # 1.
    found = survey(store.root)
    whole = True
    for finding in _audit_evidence(store.root, found, Withdrawals() if gone is None else gone):
        whole = False
        yield finding
    # 5.
    yield from _audit_contracts(store.root, db_file.parent)
    for path in found.strays:
        yield Finding("F403", f"snapshots/{path}")
    # 6.
    idle = not found.open_runs and not store.in_use()
    yield from audit_catalog(store, db_file, compare=idle and whole)


def _audit_evidence(root: Path, found: Survey, gone: Withdrawals) -> Iterator[Finding]:
    yield from audit_log(found)
    for path, why in found.unreadable:
        yield Finding("F003", f"snapshots/{path}", found=why)
    # 2.
    yield from audit_tombstones(root, found, into=gone)
    references = References()
    for path, ref in gone.retained():
        references.add(f"snapshots/{gone.place(path)}", (ref,))
    for leaf in found.of_kind("capture", "article"):
        if leaf.path not in found.files and leaf.path not in gone.folders:
            yield Finding("F005", f"snapshots/{leaf.path}")
    for path, names in found.files.items():
        entry = found.leaves.get(path)
        if entry is None and not found.open_runs:
            yield Finding("F010", f"snapshots/{path}")
        if path in gone.folders:
            yield from _audit_gone(found, gone, path)
            continue
        yield from audit_folder(root, path, entry, names, into=references)
    # 3.
    yield from audit_warcs(root, found, references, gone)
    # 4.
    yield from audit_journals(root, found)


def _audit_gone(found: Survey, gone: Withdrawals, path: str) -> Iterator[Finding]:
    """A folder whose tombstone is in the log may be there only while the run that decided so goes on."""
    if gone.folders[path][0].run_id not in found.open_runs:
        yield Finding("F605", f"snapshots/{path}", gone.place(path))


def _audit_contracts(root: Path, db: Path) -> Iterator[Finding]:
    yield from _audit_text(root / FORMAT_FILE, f"{FORMAT}\n".encode(), "F401", f"snapshots/{FORMAT_FILE}")
    yield from _audit_text(root / README, contract_text(), "F402", f"snapshots/{README}")
    for name, text in contract_files().items():
        yield from _audit_text(db / name, text.encode(), "F402", f"db/{name}")


def _audit_text(path: Path, expected: bytes, code: str, place: str) -> Iterator[Finding]:
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Finding(code, place, found=error.strerror)
        return
    if data != expected:
        yield Finding(code, place, found="another text")

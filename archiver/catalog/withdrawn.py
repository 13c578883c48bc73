"""Tombstones become rows, in the log's order: a later one may say that what an earlier one kept goes too."""

from sqlite_utils import Database

from archiver.catalog.derive import derive_availability
from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.rows import insert, insert_all
from archiver.catalog.shared import put_resource, put_run, warc_record_row
from archiver.model.records import Leaf
from archiver.model.tombstones import Tombstone, Withdrawn

__all__ = ["empty_catalog", "put_tombstone"]


def put_tombstone(db: Database, tombstone: Tombstone, path: str | None, leaf: Leaf | None) -> None:
    """A tombstone's rows, in a catalog that has none of what it withdrew.

    The leaves of its folders must be there. Raises ValueError for one that is not in the log.
    """
    if path is None or leaf is None:
        raise ValueError(f"{tombstone.id}: a tombstone counts only with its entry in the log")
    for folder in tombstone.folders:
        _folder(db, tombstone, folder, leaf)
    _release(db, tombstone)


def empty_catalog(db: Database, tables: tuple[str, ...]) -> None:
    """Take out every row. The caller owns the transaction, in which the rows come back."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    # These two name rows of tables that come later; without an index each of those would search them through.
    for table in ("article", "post", *reversed(tables)):
        db.execute(f"DELETE FROM {table}")  # noqa: S608  # one of our own names
    db.execute("INSERT INTO words (words) VALUES ('delete-all')")


def _folder(db: Database, tombstone: Tombstone, folder: Withdrawn, leaf: Leaf) -> None:
    resource_id = put_resource(db, folder.resource)
    row = {"id": folder.id, "kind": folder.kind.value, "run_id": put_run(db, folder.run_id)}
    insert(db, "folder", {**row, "path": folder.path, "leaf_seq": folder.seq})
    insert(
        db,
        "tombstone",
        {
            "folder_id": folder.id,
            "resource_id": resource_id,
            "uri": folder.resource.uri,
            "captured_at": sortable_at(folder.captured_at),
            "outcome": folder.outcome.value if folder.outcome else None,
            "availability": folder.availability.value if folder.availability else None,
            "judged_at": sortable_at(folder.judged_at) if folder.judged_at else None,
            "act": tombstone.act.value,
            "reason": folder.reason,
            "withdrawn_at": sortable_at(tombstone.at),
            "leaf_seq": leaf.seq,
        },
    )
    files = {ref.file for ref in folder.retained}
    insert_all(db, "warc_file", [{"id": key63(file), "path": file} for file in sorted(files)])
    insert_all(db, "warc_record", [warc_record_row(folder.id, ref) for ref in folder.retained])
    if folder.availability is not None:
        derive_availability(db, resource_id)


def _release(db: Database, tombstone: Tombstone) -> None:
    """What an earlier tombstone had kept for others, and lies in a gap of this one, goes from the rows too."""
    gaps = {key63(redaction.file): redaction.gaps for redaction in tombstone.warcs}
    kept = "SELECT folder_id, file_id, offset FROM warc_record WHERE folder_id IN (SELECT folder_id FROM tombstone)"
    for folder_id, file_id, offset in db.execute(kept).fetchall():
        if any(gap.offset <= offset < gap.offset + gap.length for gap in gaps.get(file_id, ())):
            row = [folder_id, file_id, offset]
            db.execute("DELETE FROM warc_record WHERE folder_id = ? AND file_id = ? AND offset = ?", row)
            left = "SELECT 1 FROM warc_record WHERE file_id = ?1"
            db.execute(f"DELETE FROM warc_file WHERE id = ?1 AND NOT EXISTS ({left})", [file_id])  # noqa: S608

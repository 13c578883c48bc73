"""The catalog: one SQLite file that finds everything, and that the evidence can rebuild."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from archiver.catalog.again import Again
from archiver.catalog.check import problems_of
from archiver.catalog.connection import connect_reader, connect_writer, log_ahead, logs_ahead, translated
from archiver.catalog.copies import Copies
from archiver.catalog.due import Due
from archiver.catalog.economy import Economy
from archiver.catalog.events import Events
from archiver.catalog.figures import Figures
from archiver.catalog.fixity import drop_digest, has_digest, sync_file, write_digest
from archiver.catalog.ingest import ingest_evidence
from archiver.catalog.losses import Losses
from archiver.catalog.migrations import check_schema, migrate, needs_migration, refuse_newer
from archiver.catalog.orphans import Orphans
from archiver.catalog.replays import Replays
from archiver.catalog.schema import TABLES
from archiver.catalog.searching import Searching
from archiver.catalog.selecting import Selecting
from archiver.catalog.shared import put_leaf
from archiver.catalog.verdicts import Verdicts
from archiver.catalog.watches import Watches
from archiver.catalog.withdrawn import empty_catalog
from archiver.model.errors import CatalogDamaged, HomeMissing
from archiver.model.evidence import AnyEvidence, Note
from archiver.model.records import Leaf

__all__ = ["Catalog"]

_SETTLE_MS = 1_000


class Catalog(
    Searching, Selecting, Economy, Replays, Events, Copies, Losses, Figures, Watches, Again, Due, Verdicts, Orphans
):
    """An opened `archive.db`. Safe for several threads; one process at a time may write.

    Its methods raise HomeNotWritable (disk full, read-only), HomeLocked (another writer),
    and CatalogDamaged, which a rebuild mends.
    """

    def __init__(self, db: Database, db_file: Path, *, readonly: bool, bulk: bool = False) -> None:
        super().__init__(db, db_file)
        self._path, self._readonly, self._bulk = db_file, readonly, bulk
        self._touched = False

    @classmethod
    def open(cls, db_file: Path, readonly: bool = False, *, bulk: bool = False) -> "Catalog":  # noqa: FBT001, FBT002  # reads well by name
        """Open the catalog; a writer makes a missing file and brings an older one up to date.

        A reader works beside a writer and on a read-only disk. `bulk` is for building a
        file anew: fast, and safe only once it is closed. Raises HomeMissing (no such
        folder), HomeTooNew, CatalogDamaged, HomeNotWritable, HomeLocked.
        """
        if not db_file.parent.is_dir():
            raise HomeMissing(f"{db_file.parent} is not there")
        if readonly and not db_file.exists():
            raise CatalogDamaged(f"{db_file} is missing")
        with translated(db_file):
            db = connect_reader(db_file) if readonly else connect_writer(db_file, bulk=bulk)
            catalog = cls(db, db_file, readonly=readonly, bulk=bulk)
            try:
                catalog._prepare()
            except BaseException:
                db.close()
                raise
        return catalog

    def ingest(self, evidence: AnyEvidence, *, path: str | None, leaf: Leaf | None) -> None:
        """Write all rows of one piece of evidence, in one transaction that is on the disk on return.

        Ingesting the same evidence again changes nothing, and the order in which evidence
        comes makes no difference. `path` is that of its folder or journal, relative to
        `snapshots/`. Raises ValueError for a folder without a path.
        """
        with self._writing() as db:
            ingest_evidence(db, evidence, path=path, leaf=leaf)

    def ingest_notes(self, notes: Iterable[Note]) -> None:
        """Write the rows of many lines of one journal in one transaction; see `ingest`."""
        with self._writing() as db:
            for note in notes:
                ingest_evidence(db, note, path=None, leaf=None)

    def ingest_leaf(self, leaf: Leaf) -> None:
        """Write down an entry of the log that seals no record: a WARC file, a journal."""
        with self._writing() as db:
            put_leaf(db, leaf)

    def rebuild(self, evidence: Iterable[tuple[AnyEvidence | None, str, Leaf | None]]) -> int:
        """Put other rows in the place of all rows, in one transaction: record (if any), path, leaf (if any).

        Readers see the old rows until it is done, and so does whoever comes after a crash.
        How many pieces there were.
        """
        pieces = 0
        with self._writing() as db:
            empty_catalog(db, TABLES)
            for record, path, leaf in evidence:
                if record is not None:
                    ingest_evidence(db, record, path=path, leaf=leaf)
                elif leaf is not None:
                    put_leaf(db, leaf)
                pieces += 1
        return pieces

    def integrity_problems(self) -> list[str]:
        """What is wrong inside the catalog, one sentence each; [] if nothing is.

        Structure, foreign keys, schema, full-text index and derived rows. Whether the rows
        are true to the evidence is not known here.
        """
        with translated(self._path), self._lock:
            return problems_of(self._db)

    def close(self) -> None:
        """Let go of the file; a writer leaves it whole, without a log, and with its digest.

        If a reader is still there, its log stays, and the digest waits for the next close.
        """
        with self._lock:
            try:
                if not self._readonly:
                    self._settle()
            finally:
                self._db.close()
            if not self._readonly and (self._touched or not has_digest(self._path)):
                self._seal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        with self._lock, translated(self._path):
            self._touch()
            with self._db.atomic():
                yield self._db

    def _touch(self) -> None:
        if not self._touched:
            drop_digest(self._path)
            self._touched = True

    def _prepare(self) -> None:
        refuse_newer(self._db)
        if not self._readonly and (needs_migration(self._db) or not logs_ahead(self._db)):
            self._touch()
            log_ahead(self._db)
            migrate(self._db)
        check_schema(self._db)

    def _settle(self) -> None:
        with translated(self._path):
            # A reader that stays may keep the log from being emptied; that is not worth a long wait.
            self._db.execute(f"PRAGMA busy_timeout = {_SETTLE_MS}").fetchone()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _seal(self) -> None:
        if self._bulk:
            with translated(self._path):
                sync_file(self._path)
        write_digest(self._path)

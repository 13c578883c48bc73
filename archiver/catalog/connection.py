"""Opening the catalog file: one writer with a write-ahead log, any number of readers."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from archiver.model.errors import CatalogDamaged, HomeLocked, HomeMissing, HomeNotWritable

__all__ = ["connect_memory", "connect_reader", "connect_writer", "log_ahead", "logs_ahead", "translated"]

_BUSY_S = 10.0
#: SQLite's primary result codes (https://sqlite.org/rescode.html), by what they mean here.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA}
_UNWRITABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY = 0xFF


@contextmanager
def translated(db_file: Path | None) -> Iterator[None]:
    """SQLite's errors and the file system's as the project's own; bugs of ours stay as they are.

    Raises CatalogDamaged, HomeNotWritable (disk full, read-only), HomeLocked, HomeMissing.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
        message = f"{db_file}: {error}"
        if code in _DAMAGED:
            raise CatalogDamaged(message) from error
        if code in _UNWRITABLE:
            raise HomeNotWritable(message) from error
        if code in _LOCKED:
            raise HomeLocked(message) from error
        if code == sqlite3.SQLITE_CANTOPEN:
            raise _cannot_open(db_file, message) from error
        raise
    except OSError as error:
        raise HomeNotWritable(f"{error.filename or db_file}: {error.strerror}") from error


def connect_writer(db_file: Path, *, bulk: bool = False) -> Database:
    """A connection that writes: every commit on the disk, foreign keys on. Changes no byte yet.

    With `bulk` nothing is safe until the file is closed and synced; that is for building
    a catalog anew, where a crash costs nothing but the time.
    """
    db = _connect(db_file, "rwc")
    db.execute(f"PRAGMA synchronous = {'OFF' if bulk else 'FULL'}")
    db.execute("PRAGMA foreign_keys = ON")
    if bulk:
        db.execute("PRAGMA cache_size = -200000")
        db.execute("PRAGMA wal_autocheckpoint = 100000")
    return db


def logs_ahead(db: Database) -> bool:
    """Whether the file is in WAL mode."""
    return bool(db.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def log_ahead(db: Database) -> None:
    """Put the file into WAL mode, where it stays. Writes."""
    db.execute("PRAGMA journal_mode = WAL").fetchone()


def connect_reader(db_file: Path) -> Database:
    """A connection that cannot write, beside a writer or on a read-only disk.

    A reader of a WAL database shares memory through a file beside it, and only one that
    may write takes that file away again: so it is asked not to. Where the file can't be
    made and there is no log either, nobody else can be writing, and SQLite is told so.
    """
    db = _connect(db_file, "rw" if os.access(db_file, os.W_OK) and os.access(db_file.parent, os.W_OK) else "ro")
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        db.close()
        code = (error.sqlite_errorcode or 0) & _PRIMARY
        if code not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN} or _has_log(db_file):
            raise
        db = _connect(db_file, "ro&immutable=1")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def connect_memory() -> Database:
    """An empty database of its own."""
    return Database(memory=True, execute_plugins=False)


def _connect(db_file: Path, mode: str) -> Database:
    # One connection serves several threads; the catalog's lock keeps them apart.
    uri = f"{db_file.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, check_same_thread=False)
    # Plug-ins of other installed packages have no business in here.
    return Database(connection, execute_plugins=False)


def _has_log(db_file: Path) -> bool:
    log = db_file.with_name(db_file.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _cannot_open(db_file: Path | None, message: str) -> Exception:
    if db_file is not None and not db_file.parent.is_dir():
        return HomeMissing(message)
    if db_file is not None and not db_file.exists():
        return CatalogDamaged(f"{db_file} is missing")
    return HomeNotWritable(message)

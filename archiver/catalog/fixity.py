"""The digest of the catalog file at rest, beside it: a flipped bit anywhere shows.

`archive.db.sha256` is taken away before the first write of a session and written anew
once the file is whole again, so it is never there for a file that is being changed.
"""

import os
from pathlib import Path

from archiver.catalog.connection import connect_writer, translated
from archiver.model.digests import Digest, sha256_of_chunks
from archiver.model.errors import CatalogDamaged, HomeTooNew

__all__ = [
    "catalog_digest",
    "digest_problem",
    "drop_digest",
    "has_digest",
    "replace_catalog",
    "sync_file",
    "write_digest",
]

_CHUNK_BYTES = 1 << 20


def has_digest(db_file: Path) -> bool:
    """Whether the file is said to be at rest."""
    return _digest_file(db_file).exists()


def catalog_digest(db_file: Path) -> Digest | None:
    """The digest that the file is said to have at rest; None if nothing says so, or nothing that can be read."""
    try:
        return Digest("sha256", _digest_file(db_file).read_text(errors="replace").partition(" ")[0])
    except (OSError, ValueError):
        return None


def drop_digest(db_file: Path) -> None:
    """Say that the file is about to change. Raises HomeNotWritable."""
    with translated(db_file):
        if has_digest(db_file):
            _digest_file(db_file).unlink()
            _sync(db_file.parent)


def write_digest(db_file: Path) -> None:
    """Say what the file's bytes are, in the form of `sha256sum`; not while a log lies beside it.

    A log with something in it (a reader kept it from being emptied) means that the file
    alone is not the catalog, so there is nothing to say yet. Raises HomeNotWritable.
    """
    with translated(db_file):
        if any(log.exists() and log.stat().st_size for log in [_beside(db_file, "-wal")]):
            return
        line = f"{_digest_of(db_file).hex}  {db_file.name}\n"
        scratch = _beside(db_file, ".sha256.new")
        scratch.write_text(line)
        sync_file(scratch)
        scratch.replace(_digest_file(db_file))
        _sync(db_file.parent)


def digest_problem(db_file: Path) -> str | None:
    """What is wrong with the file at rest; None if its bytes are what they were, or it is in use.

    Without a digest nothing can be said: a run is in progress or was killed, and the next
    clean end of one writes it anew.
    """
    with translated(db_file):
        if not has_digest(db_file):
            return None
        text = _digest_file(db_file).read_text(errors="replace")
        if not db_file.exists():
            return f"{db_file.name} is missing"
        if text != f"{_digest_of(db_file).hex}  {db_file.name}\n":
            return f"{db_file.name} is not what {_digest_file(db_file).name} says"
        return None


def replace_catalog(built: Path, db_file: Path) -> None:
    """Put a catalog that was built beside it, and closed, in the place of `db_file`.

    The old file's log must be gone before the new file has its name, or SQLite would play
    it into the wrong file. Killed at any moment, this leaves the old catalog or the new
    one. Raises HomeNotWritable, HomeLocked.
    """
    drop_digest(db_file)
    with translated(db_file):
        sync_file(built)
        _settle(db_file)
        for name in ("-wal", "-shm"):
            _beside(db_file, name).unlink(missing_ok=True)
        _beside(built, ".sha256").unlink(missing_ok=True)
        built.replace(db_file)
        _sync(db_file.parent)
    write_digest(db_file)


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _settle(db_file: Path) -> None:
    """Let the old catalog take in its own log, where it still can."""
    if not db_file.exists():
        return
    try:
        with translated(db_file), connect_writer(db_file) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except (CatalogDamaged, HomeTooNew):
        # What can't be read is replaced all the same: that is what a rebuild is for.
        return


def _digest_file(db_file: Path) -> Path:
    return _beside(db_file, ".sha256")


def _beside(db_file: Path, suffix: str) -> Path:
    return db_file.with_name(db_file.name + suffix)


def _digest_of(path: Path) -> Digest:
    with path.open("rb") as file:
        return sha256_of_chunks(iter(lambda: file.read(_CHUNK_BYTES), b""))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

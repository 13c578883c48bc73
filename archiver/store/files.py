"""Writing files so that a crash at any instant leaves either the whole file or none.

The order is always: temporary name, write, fsync, rename, fsync of the folder.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.model.clock import Clock
from archiver.model.errors import HomeNotWritable

__all__ = [
    "append_durably",
    "cut_file",
    "home_errors",
    "keep_once",
    "make_dirs",
    "replace_file",
    "seal_file",
    "sync_dir",
    "write_new",
]

_NOT_WRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}
_READ_ONLY = 0o444


@contextmanager
def home_errors() -> Iterator[None]:
    """Turn "the disk is full" and "the home is read-only" into HomeNotWritable."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        place = f"{error.filename}: " if error.filename else ""
        raise HomeNotWritable(f"{place}{error.strerror}") from error


def write_new(path: Path, data: bytes, *, read_only: bool = True) -> None:
    """Write a file that must not exist yet, down to the disk; its folder is not synced.

    Raises FileExistsError.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        _write_all(descriptor, data)
        if read_only:
            os.fchmod(descriptor, _READ_ONLY)
        os.fsync(file.fileno())


def replace_file(path: Path, data: bytes, *, tmp: Path) -> None:
    """Put a file in the place of another (or of none) in one step."""
    write_new(tmp, data, read_only=False)
    tmp.replace(path)
    sync_dir(path.parent)


def keep_once(root: Path, path: str, data: bytes, *, clock: Clock) -> None:
    """Have a read-only file with these bytes below `root`; one that is there already is left alone."""
    place = root / path
    if place.exists():
        return
    make_dirs(place.parent)
    replace_file(place, data, tmp=root / "tmp" / f"{place.name}.{clock.random_hex(4)}")
    seal_file(place)


def append_durably(descriptor: int, data: bytes) -> None:
    """Append to an open file and fsync; on an error what was appended is cut off again."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def cut_file(path: Path, size_bytes: int) -> None:
    """Shorten a file, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.ftruncate(descriptor, size_bytes)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def seal_file(path: Path) -> None:
    """Make a file read-only."""
    path.chmod(_READ_ONLY)


def make_dirs(path: Path) -> None:
    """Make a folder and those above it, each one durably named in its parent."""
    if path.is_dir():
        return
    make_dirs(path.parent)
    path.mkdir(exist_ok=True)
    sync_dir(path.parent)


def sync_dir(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

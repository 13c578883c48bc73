"""Putting sealed bytes back in their place; what lies there goes aside, out of the evidence, and is never deleted."""

import hashlib
import os
import shutil
from pathlib import Path

from archiver.model.digests import Digest
from archiver.store.files import make_dirs, seal_file, sync_dir, write_new
from archiver.store.layout import TMP

__all__ = ["put_aside", "restore_bytes", "restore_copy"]

_SCRATCH = f"{TMP}/restored"


def restore_copy(root: Path, path: str, source: Path, digest: Digest, *, aside: Path) -> bool:
    """Put a copy of `source` in the place of `path`, if it has that digest; whether it has. Needs the lock.

    What lies at `path` goes below `aside` first. The digest is that of the bytes as they are
    copied, so a source that changes meanwhile does no harm. Raises OSError.
    """
    scratch = root / _SCRATCH
    scratch.unlink(missing_ok=True)
    try:
        with source.open("rb") as file, scratch.open("xb") as out:
            shutil.copyfileobj(file, out)
            out.flush()
            os.fsync(out.fileno())
        with scratch.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest.hex:
                return False
        _place(root, path, scratch, aside)
    finally:
        scratch.unlink(missing_ok=True)
    return True


def restore_bytes(root: Path, path: str, data: bytes, *, aside: Path, sealed: bool = True) -> None:
    """Put these bytes, which the caller vouches for, in the place of `path`. Needs the lock. Raises OSError."""
    scratch = root / _SCRATCH
    scratch.unlink(missing_ok=True)
    write_new(scratch, data, read_only=sealed)
    _place(root, path, scratch, aside, sealed=sealed)


def put_aside(root: Path, path: str, *, aside: Path) -> Path | None:
    """Take what lies at `path` out of the evidence; where it is now, or None if nothing was there. Raises OSError."""
    place = root / path
    if not (place.exists() or place.is_symlink()):
        return None
    kept = aside / "snapshots" / path
    kept.parent.mkdir(parents=True, exist_ok=True)
    # It may be another file system, and a copy that is cut short must not pass for the whole.
    half = kept.with_name(f"{kept.name}.half")
    shutil.copyfile(place, half, follow_symlinks=False)
    half.rename(kept)
    place.unlink()
    sync_dir(place.parent)
    return kept


def _place(root: Path, path: str, scratch: Path, aside: Path, *, sealed: bool = True) -> None:
    if sealed:
        seal_file(scratch)
    put_aside(root, path, aside=aside)
    make_dirs((root / path).parent)
    scratch.rename(root / path)
    sync_dir((root / path).parent)

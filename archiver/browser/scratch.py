"""A private folder for what a run leaves behind, gone with its owner.

Playwright makes profile folders in the system's temporary folder and can't remove them
when it is killed, nor could the tap remove its keys. So they lie in folders held by a lock
that the system drops with the process; whoever comes next sweeps those whose lock is free.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Scratch", "sweep"]

#: Short, because sockets live below it and their paths end at 108 bytes.
PREFIX = "embed-archiver-"


class Scratch:
    """A new private folder; `close` removes it, and a later `sweep` does if that never ran."""

    def __init__(self) -> None:
        sweep(Path(tempfile.gettempdir()))
        new = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
        self._lock = os.open(new / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Only a locked folder gets the name that others sweep.
        self.path = new.rename(new.with_name(new.name.removeprefix(".")))

    def close(self) -> None:
        """Remove the folder with all that is in it. May be called twice."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sweep(parent: Path) -> tuple[Path, ...]:
    """Remove the folders in `parent` whose owner is gone; gives those removed.

    Only our own user's folders are touched, and symbolic links are never followed.
    """
    return tuple(folder for folder in parent.glob(f"{PREFIX}*") if _sweep_one(folder))


def _sweep_one(folder: Path) -> bool:
    # Another process may sweep the same folder, or it is not ours: both leave it alone.
    with contextlib.suppress(OSError):
        if folder.lstat().st_uid != os.geteuid() or folder.is_symlink():
            return False
        lock = os.open(folder / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
        return True
    return False

"""Session files: read only where nobody else can read them too."""

import os
import stat
from pathlib import Path

from archiver.model.clock import Clock
from archiver.model.errors import InputUnreadable
from archiver.model.sessions import Session, parse_session

__all__ = ["read_session"]

#: Read, write or execute for group or others.
_FOR_OTHERS = 0o077
_MOST_BYTES = 16 * 1024 * 1024
_HOW = (
    "Give a storage_state that Playwright saved (`playwright open --save-storage=FILE URL`), "
    "or a cookies.txt that a browser's extension exported."
)


def read_session(path: Path, *, clock: Clock) -> Session:
    """The session in a file: Playwright's storage_state, or Netscape's cookies.txt.

    Raises InputUnreadable, whose words quote nothing of the file, where there is no such
    file, others may read it, it is in neither form, or it logs in nowhere.
    """
    data = _read_private(path)
    try:
        return parse_session(data.decode("utf-8"), now_s=clock.now().timestamp())
    except UnicodeDecodeError:
        raise InputUnreadable(f"the session {path} can't be used: it is no text", next_step=_HOW) from None
    except ValueError as error:
        raise InputUnreadable(f"the session {path} can't be used: {error}", next_step=_HOW) from None


def _read_private(path: Path) -> bytes:
    try:
        # Asked of the file that is then read, so that it can't be another one meanwhile;
        # at once, since a pipe without a writer would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode) or state.st_size > _MOST_BYTES:
                raise InputUnreadable(f"the session {path} is no file of cookies", next_step=_HOW)
            if state.st_mode & _FOR_OTHERS:
                raise InputUnreadable(
                    f"the session {path} can be read by others: whoever has it is logged in as you",
                    next_step=f"Keep it to yourself: chmod 600 {path}",
                )
            return file.read()
    except OSError as error:
        raise InputUnreadable(f"the session {path} can't be read: {error.strerror}", next_step=_HOW) from None

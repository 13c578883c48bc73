"""A home that another process writes to: wait for it, or leave with the exit code of a locked home."""

import time
from contextlib import ExitStack

from archiver.cli.output import warn
from archiver.home import Home, OpenHome, open_home
from archiver.model.errors import HomeLocked

__all__ = ["enter_home"]

_POLL_S = 0.5


def enter_home(stack: ExitStack, home: Home, *, wait_s: float = 0.0) -> OpenHome:
    """As `open_home`, until `stack` is closed; while another process has the home, ask again for so many seconds.

    Raises HomeLocked after that.
    """
    deadline, told = time.monotonic() + wait_s, False
    while True:
        try:
            opened = stack.enter_context(open_home(home))
        except HomeLocked as locked:
            if time.monotonic() >= deadline:
                raise
            if not told:
                warn(f"waiting: {locked}")
            told = True
            time.sleep(_POLL_S)
        else:
            if (unsigned := opened.store.warning()) is not None:
                warn(f"WARNING: {unsigned}.")
            return opened

"""One piece of work beside all else, in a process of its own."""

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import TypeVar

__all__ = ["beside"]

#: So long it may take to end by itself.
_END_S = 5.0
T = TypeVar("T")


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begin `work` in a forked process; what is given waits for its result, and works here if the process died.

    Work that holds Python all the time would keep threads from it. Where there are threads already, nothing is
    forked, and the work begins when it is asked for. No process outlives the block.
    """
    if threading.active_count() > 1:
        yield work
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(ours, theirs, work), daemon=True)
    process.start()
    theirs.close()
    try:
        yield lambda: _received(ours, work)
    finally:
        ours.close()
        _end(process)


def _end(process: ForkProcess) -> None:
    """It takes its scratch away first, if it is still at work."""
    process.terminate()
    process.join(_END_S)
    process.kill()
    process.join()
    process.close()


def _serve(ours: Connection, theirs: Connection, work: Callable[[], T]) -> None:
    # Ctrl-C is for the parent, which ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    ours.close()
    theirs.send(work())


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit()


def _received(ours: Connection, work: Callable[[], T]) -> T:
    try:
        result: T = ours.recv()
    except EOFError:
        # Whatever it was that ended the process is raised here, if it comes again.
        return work()
    return result

"""What one contestant's processes cost: wall time, CPU seconds of the whole tree, bytes on disk."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass

from memory import tree_of

_PR_SET_CHILD_SUBREAPER = 36
_POLL_S = 0.1


@dataclass
class Cost:
    """Filled when the `with` that measures is left."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextlib.contextmanager
def measured():
    """The cost of all processes that begin and end inside: what outlives its parent is ours to wait for (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    cost, before, kept = Cost(), children_cpu_s(), set(tree_of(os.getpid()))
    began = time.monotonic()
    yield cost
    cost.wall_s = time.monotonic() - began
    reap_others(kept)
    cost.cpu_s = children_cpu_s() - before


def children_cpu_s():
    """CPU seconds of children that were waited for, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def reap_others(kept):
    """Wait for every process below us that was not there before; what does not end by itself is ended."""
    deadline = time.monotonic() + 5
    while others := [pid for pid in tree_of(os.getpid()) if pid not in kept]:
        if time.monotonic() > deadline:
            for pid in others:
                _kill(pid)
        for pid in others:
            _reap(pid)
        time.sleep(_POLL_S)


def _kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _reap(pid):
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def run_until(command, done, *, limit_s, **options):
    """Run a command until it ends or `done()`, for there are some that don't end; its last words on standard error."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options) as process:
        deadline = time.monotonic() + limit_s
        while process.poll() is None and not done() and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        for pid in tree_of(process.pid):
            _kill(pid)
        return (process.stderr.read().strip().splitlines() or [""])[-1]


def bytes_below(folder):
    """Bytes of all files, those with several names counted once."""
    files = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            stat = path.stat()
            files[stat.st_ino] = stat.st_size
    return sum(files.values())

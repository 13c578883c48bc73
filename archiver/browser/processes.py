"""The processes of a browser: found through /proc, measured, and ended by group.

Where there is no /proc (macOS), nothing is found and nothing measured: Chromium then ends
with its driver, whose end closes the pipe that it lives on.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Group", "PageProcesses", "children_of", "kill_all", "tree_of"]

PROC = Path("/proc")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
#: How long the system may take to clear away what was killed.
REAP_S = 5.0
#: proc(5): field 22 of `stat`, counted from field 3.
START_FIELD = 19
#: Zygotes are started with the browser; the search is for the first moments only, and costs 20 ms.
LOOKS_PER_SEARCH = 8


@dataclass(frozen=True, slots=True)
class Group:
    """A process group, known by its leader and when that started, so no stranger is hit.

    `started` is in clock ticks since boot; None where the system does not say.
    """

    leader: int
    started: int | None

    @classmethod
    def led_by(cls, pid: int) -> "Group":
        """The group that `pid` leads."""
        return cls(pid, _started(pid))

    def alive(self) -> bool:
        """Whether any process of the group is left."""
        started = _started(self.leader)
        if started is not None and started != self.started:
            return False
        if not PROC.is_dir():
            return _answers(self.leader)
        # A dead process that nobody has waited for is no process any more.
        return any(
            fields[2] == str(self.leader) and fields[0] not in "ZX"
            for name in _names_in(PROC)
            if name.isdigit() and (fields := _fields(PROC / name / "stat"))
        )

    def kill(self) -> None:
        """SIGKILL to every process of the group, if it is still the same one."""
        if _started(self.leader) in (None, self.started):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.leader, signal.SIGKILL)


def kill_all(groups: tuple[Group, ...]) -> bool:
    """Kill the groups and wait, at most `REAP_S`, until they are gone; whether they are."""
    for group in groups:
        group.kill()
    deadline = time.monotonic() + REAP_S
    while any(group.alive() for group in groups) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(group.alive() for group in groups)


def children_of(pid: int) -> tuple[int, ...]:
    """The direct children of a process, of all its threads; none of one that has ended."""
    found: list[int] = []
    for task in _names_in(PROC / str(pid) / "task"):
        with contextlib.suppress(OSError):
            found.extend(int(child) for child in (PROC / str(pid) / "task" / task / "children").read_text().split())
    return tuple(found)


def tree_of(pid: int) -> Iterator[int]:
    """All descendants of a process."""
    for child in children_of(pid):
        yield child
        yield from tree_of(child)


class PageProcesses:
    """The page processes of one browser, found so cheaply that they can be looked at all the time.

    They are children of Chromium's zygotes, which stay the same: those are searched for
    only now and then. Where there are none, pages are the browser's own children.
    """

    def __init__(self, browser: int) -> None:
        self._browser = browser
        self._zygotes: tuple[int, ...] = ()
        self._looks = 0

    def own_bytes(self) -> int:
        """What the browser holds beside its pages: itself, and its network, graphics and other services.

        Pages that they share memory with make it look like more than it is.
        """
        beside = (pid for pid in tree_of(self._browser) if not _is_of_type(pid, b"renderer"))
        return sum(map(_resident_bytes, (self._browser, *beside)))

    def over(self, limit_bytes: int) -> tuple[int, ...]:
        """Those that hold more than `limit_bytes` of memory."""
        if self._looks % LOOKS_PER_SEARCH == 0:
            self._zygotes = tuple(pid for pid in tree_of(self._browser) if _is_of_type(pid, b"zygote"))
        self._looks += 1
        pages = [page for pid in self._zygotes for page in _forked_by(pid)] or children_of(self._browser)
        return tuple(pid for pid in pages if _resident_bytes(pid) > limit_bytes and _is_of_type(pid, b"renderer"))


def _forked_by(pid: int) -> tuple[int, ...]:
    """The children of a process that has but one thread."""
    with contextlib.suppress(OSError):
        return tuple(map(int, (PROC / f"{pid}/task/{pid}/children").read_text().split()))
    return ()


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE_BYTES
    return 0


def _is_of_type(pid: int, kind: bytes) -> bool:
    with contextlib.suppress(OSError):
        return b"--type=" + kind in (PROC / str(pid) / "cmdline").read_bytes()
    return False


def _names_in(folder: Path) -> list[str]:
    # Not `glob`: on Python 3.11 it raises where a folder vanishes under it, and processes end at any moment.
    with contextlib.suppress(OSError):
        return [entry.name for entry in folder.iterdir()]
    return []


def _answers(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _fields(stat: Path) -> list[str]:
    """proc(5)'s fields from the third on: the name in the second may hold spaces and brackets."""
    with contextlib.suppress(OSError):
        return stat.read_text(errors="replace").rpartition(")")[2].split()
    return []


def _started(pid: int) -> int | None:
    fields = _fields(PROC / str(pid) / "stat")
    return int(fields[START_FIELD]) if len(fields) > START_FIELD else None

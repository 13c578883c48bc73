"""What a tree of processes holds in memory, while a bench looks at it."""

import threading
import time
from pathlib import Path


class Memory(threading.Thread):
    """Proportional memory (PSS) of a process tree, sampled until stopped."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.samples, self._over = pid, [], threading.Event()

    def run(self):
        while not self._over.wait(0.5):
            self.samples.append((time.monotonic(), sum(map(pss_bytes, tree_of(self.pid)))))

    def stop(self):
        self._over.set()
        self.join()
        return self.samples


def tree_of(pid):
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def pss_bytes(pid):
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0

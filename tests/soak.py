"""Very many captures in one process tree, its browser killed again and again: what is left, and how memory goes.

usage: soak.py [--captures 2000] [--kill-every 100] [--jobs 2]

Ends with 1 if a capture is not accounted for, a process or file is left, or memory grew: the
proportional size (PSS) of the tree, its median over the last window against that of the window
after the `SETTLED` first captures, where all that is loaded on demand has been loaded.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from running import Runner

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))

from memory import Memory, tree_of  # beside the benches, which share it

from archiver.demo import DemoWeb

SETTLED = 200
MOST_GROWTH = 0.10
_MADE = ("  complete", "  partial", "  failed")
_GONE_S = 20.0


@dataclass(frozen=True)
class Window:
    """What the tree held while so many captures were made."""

    first: int
    last: int
    took_s: float
    median_bytes: float
    most_bytes: int


@dataclass
class Soaked:
    """What came of it all."""

    captures: int
    outcomes: Counter = field(default_factory=Counter)
    kills: int = 0
    windows: list = field(default_factory=list)
    code: int | None = None
    #: Posts without a sealed capture whose outcome is known.
    lost: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    processes: list = field(default_factory=list)
    files: list = field(default_factory=list)
    said: list = field(default_factory=list)

    @property
    def growth(self):
        """Of the median, from the first settled window to the last; None where there is no such pair."""
        settled = [window for window in self.windows if window.first >= SETTLED]
        return settled[-1].median_bytes / settled[0].median_bytes - 1 if len(settled) > 1 else None

    @property
    def good(self):
        left = (self.lost, self.findings, self.processes, self.files)
        return self.code == 0 and not any(left) and (self.growth is None or self.growth <= MOST_GROWTH)


def soak(folder, *, captures, kill_every, jobs=2):
    """Archive an article of so many posts, with everything temporary below `folder`."""
    temporary, token = folder / "tmp", f"soak-{os.getpid()}-{folder.name}"
    temporary.mkdir()
    told = Soaked(captures)
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web, {"SOAK": token, "TMPDIR": str(temporary), "ARCHIVER_HOME": ""})
        runner.run("init", runner.home, reach=False)
        (runner.home / "archiver.toml").write_text(f"captures_per_article = {captures}\n")
        url = web.bench_article(captures).url
        with (
            (folder / "out.json").open("w") as out,
            subprocess.Popen(
                runner.words("archive", url, "--posts-only", "--json", "--jobs", jobs),
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **runner.environment},
            ) as process,
        ):
            _watch(process, told, kill_every)
            told.code = process.wait()
        told.processes = _still_marked(token)
        _account(runner, told, folder / "out.json")
    told.files = sorted(str(path) for path in temporary.iterdir())
    told.files += sorted(path.name for path in (runner.home / "snapshots" / "tmp").iterdir() if path.name != "lock")
    return told


def _watch(process, told, kill_every):
    """Follow the captures as they are told, kill the browser now and then, look at memory."""
    memory, done, began = Memory(process.pid), 0, time.monotonic()
    memory.start()
    window_began, first = began, 0
    for line in process.stderr:
        if not line.startswith(_MADE):
            told.said.append(line.rstrip())
            continue
        done += 1
        if done % kill_every and done != told.captures:
            continue
        now = time.monotonic()
        held = [size for when, size in tuple(memory.samples) if window_began <= when <= now] or [0]
        told.windows.append(Window(first, done, now - window_began, statistics.median(held), max(held)))
        window_began, first = now, done
        if done != told.captures:
            told.kills += _kill_browser(process.pid)
    memory.stop()


def _kill_browser(pid):
    """SIGKILL to the browsers of this tree, which may be one or, while one takes over, two; whether there was one."""
    browsers = [child for child in tree_of(pid) if _is_browser(child)]
    for browser in browsers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(browser, signal.SIGKILL)
    return bool(browsers)


def _is_browser(pid):
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"--proxy-server=" in words and b"--type=" not in words


def _still_marked(token):
    """The processes with this mark in their environment that do not end soon."""
    deadline = time.monotonic() + _GONE_S
    while (left := _marked(token.encode())) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _marked(token):
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and token in (entry / "environ").read_bytes():
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state not in "ZX" else []
    return found


def _account(runner, told, out):
    """Every post must have a sealed capture whose outcome is known, and the audit must find nothing."""
    lines = out.read_text().splitlines()
    made = json.loads(lines[-1])["captures"] if lines else []
    told.outcomes = Counter(one["outcome"] for one in made)
    sealed = {one["resource"] for one in made if (runner.home / "snapshots" / one["path"] / "capture.json").is_file()}
    posts = {mention.url for mention in runner.web.bench_article(told.captures).mentions}
    told.lost = sorted(posts - sealed) or ([] if len(made) == told.captures else [f"{len(made)} captures"])
    told.findings = runner.json("audit", reach=False).rows


def table(told):
    """The lines that tell of it."""
    yield f"{'captures':>13} {'a minute':>9} {'median MB':>10} {'most MB':>8}"
    for one in told.windows:
        rate = (one.last - one.first) / one.took_s * 60
        sizes = f"{one.median_bytes / 1e6:10.0f} {one.most_bytes / 1e6:8.0f}"
        yield f"{f'{one.first}–{one.last}':>13} {rate:9.0f} {sizes}"
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(told.outcomes.items()))
    yield f"{told.captures} posts, {told.kills} times the browser killed: {outcomes}; exit code {told.code}"
    yield f"not accounted for {len(told.lost)}, findings of the audit {len(told.findings)}"
    for line in (*told.lost[:20], *told.said[:40]) if told.lost else ():
        yield f"  {line}"
    yield f"left behind: {len(told.processes)} processes, {len(told.files)} temporary files {told.files[:5]}"
    if told.growth is not None:
        yield f"memory from the window after {SETTLED} to the last: {told.growth:+.1%}"
    yield "good" if told.good else "NOT GOOD"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", type=int, default=2000)
    parser.add_argument("--kill-every", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        told = soak(Path(folder), captures=options.captures, kill_every=options.kill_every, jobs=options.jobs)
    sys.stdout.write("\n".join((*table(told), "")))
    sys.exit(not told.good)


if __name__ == "__main__":
    main()

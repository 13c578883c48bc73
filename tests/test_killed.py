"""kill -9 at any moment: what was sealed stays, the next run goes on, nothing is left behind.

ARCHIVER_TEST_KILLS sets how many moments are tried (50 in a thorough run).
"""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from running import Runner

from archiver.demo import DemoWeb
from archiver.store import Store

KILLS = int(os.environ.get("ARCHIVER_TEST_KILLS", "6"))
pytestmark = [pytest.mark.browser, pytest.mark.timeout(60 * max(10, KILLS))]


def marked_processes(token):
    """Living processes that were started with this token in their environment, however deep."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if token.encode() in environment and state not in "ZX":
                found.append(int(entry.name))
    return found


def wait_until_gone(runner, deadline_s=20):
    end = time.monotonic() + deadline_s
    while (left := marked_processes(runner.environment["KILL_TEST"])) and time.monotonic() < end:
        time.sleep(0.1)
    return left


@pytest.fixture
def runner(tmp_path):
    with DemoWeb(folder=tmp_path) as web:
        made = Runner(tmp_path / "home", web, {"KILL_TEST": f"kill-test-{os.getpid()}-{tmp_path.name}"})
        made.run("init", made.home, reach=False)
        yield made


def bench_url(runner, count):
    return runner.web.bench_article(count).url


def promised_folders(home):
    return [path.parent for path in (home / "snapshots" / "captures").rglob("manifest-sha256.txt")]


def test_a_run_killed_at_random_moments_loses_nothing_that_was_sealed(runner):
    moments = random.Random(20261122)
    snapshots = runner.home / "snapshots"
    promised = set()
    for number in range(KILLS):
        process = runner.start("archive", bench_url(runner, 400), "--posts-only")
        time.sleep(moments.uniform(0.3, 6))
        assert process.poll() is None, "it ended before it was killed"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert wait_until_gone(runner) == [], f"kill {number} left processes"
        folders = {str(path.relative_to(snapshots)) for path in promised_folders(runner.home)}
        assert promised <= folders, f"kill {number} lost a sealed capture"
        promised = folders
    done = runner.json("archive", bench_url(runner, 20), "--posts-only")
    assert done.code == 0, done.err
    assert runner.json("audit", reach=False).rows == []
    assert promised <= {leaf.path for leaf in Store.open(snapshots).leaves()}
    assert {path.name for path in (snapshots / "tmp").iterdir()} <= {"lock"}


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_keeps_what_is_sealed_and_the_next_run_goes_on(runner, stop):
    process = runner.start("archive", bench_url(runner, 100), "--posts-only")
    deadline = time.monotonic() + 60
    while len(promised_folders(runner.home)) < 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(process.pid, stop)
    assert process.wait(60) == 130
    assert wait_until_gone(runner) == []
    assert runner.json("audit", reach=False).rows == []
    before = len(promised_folders(runner.home)) - 1
    done = runner.json("archive", bench_url(runner, 100), "--posts-only")
    assert (done.code, len(done.last["captures"]), len(done.last["kept"])) == (0, 100 - before, before)

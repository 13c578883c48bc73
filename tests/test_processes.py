"""Work in processes of its own: results in order, deaths named, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archiver.engine.processes import Died, ProcessEngine


def work(task):
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "fail":
        raise ValueError("a fault of ours")
    if isinstance(task, float):
        time.sleep(task)
    return task, os.getpid()


def test_results_come_in_the_order_of_the_tasks_from_several_processes():
    tasks = [0.2, "a", "b", 0.1, *map(str, range(200))]
    with ProcessEngine(work, 3) as engine:
        results = list(engine.map(tasks))
    assert [task for task, _ in results] == tasks
    assert len({process for _, process in results} - {os.getpid()}) == 3


def test_tasks_are_taken_as_they_are_needed():
    taken = []

    def tasks():
        for number in range(10_000):
            taken.append(number)
            yield str(number)

    with ProcessEngine(work, 2) as engine:
        results = engine.map(tasks())
        next(results)
        assert len(taken) < 40


def test_a_task_that_kills_its_process_is_named_and_the_others_go_on():
    with ProcessEngine(work, 2) as engine:
        results = list(engine.map(["a", "die", "b", "die", "c"]))
    assert [result if isinstance(result, Died) else result[0] for result in results] == [
        "a",
        Died("die", -signal.SIGKILL),
        "b",
        Died("die", -signal.SIGKILL),
        "c",
    ]


def test_an_exception_of_the_work_is_raised_here():
    with ProcessEngine(work, 2) as engine, pytest.raises(ValueError, match="a fault of ours"):
        list(engine.map(["a", "fail", "b"]))


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_no_process_is_left_when_the_context_ends_in_the_middle_of_a_task():
    with ProcessEngine(work, 2) as engine:
        processes = [process for _, process in engine.map(["a", "b"])]
        results = engine.map([60.0, 60.0, "x"])
        with pytest.raises(KeyboardInterrupt):
            interrupt(results)
    assert not any(map(alive, processes))


def interrupt(results):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        next(results)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_no_process_is_left_when_the_parent_is_killed():
    program = (
        "import sys, time, os\n"
        "from archiver.engine.processes import ProcessEngine\n"
        "with ProcessEngine(lambda task: os.getpid(), 2) as engine:\n"
        "    print(*engine.map(range(8)), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        processes = {int(word) for word in parent.stdout.readline().split()}
        parent.kill()
    deadline = time.monotonic() + 10
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, processes))

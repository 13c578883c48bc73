"""No process and no file of a browser outlives it, however it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import pytest
from scripted_pages import Site

from archiver.browser import Browser, SandboxPolicy, engine, find_browser
from archiver.browser.processes import children_of, tree_of
from archiver.browser.scratch import Scratch, sweep
from archiver.model.errors import BrowserUnavailable
from archiver.model.rendering import RenderEnd, RenderPlan

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc"),
]

PLAN = RenderPlan("http://post.example/", element=("p",), text=("p",))
HANGING = RenderPlan("http://post.example/hang", element=("p",))


@pytest.fixture(scope="module")
def site():
    site = Site()
    site.add(PLAN.url, "<p>The post")
    site.add(HANGING.url, site.hang)
    yield site
    site.close()


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def wait_until(true, limit_s=15):
    deadline = time.monotonic() + limit_s
    while not (seen := true()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return seen


def command_of(pid):
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes()
    return b""


def below(pid, mark, *, without=None):
    """Those below a process that bear a mark; a child forked just now has its parent's command line, and is none."""
    commands = {child: command_of(child) for child in tree_of(pid or os.getpid())}
    found = {child for child, line in commands.items() if mark in line and not (without and without in line)}
    return found - {child for parent in found for child in children_of(parent)}


def browsers_below(pid=None):
    """The main processes of the browsers below us: the others name their type."""
    return below(pid, b"--remote-debugging-pipe", without=b"--type")


def drivers_below(pid=None):
    return below(pid, b"run-driver")


def only(find):
    """The one process that is found."""
    (pid,) = find()
    return pid


def running(pid):
    return bool(command_of(pid))


def render(browser, site, plan=PLAN, budget_s=15):
    return browser.render(plan, proxy_url=site.proxy_url, budget_s=budget_s)


def test_processes_that_end_while_they_are_looked_for_are_no_error():
    """Seen in one look of a hundred with `glob`: it raised, and the memory of pages was guarded no more."""
    ended = threading.Event()

    def come_and_go():
        while not ended.is_set():
            subprocess.run(["sh", "-c", "for n in 1 2 3 4 5 6 7 8; do sh -c : & done; wait"], check=True)

    threads = [threading.Thread(target=come_and_go) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        seen = [set(tree_of(os.getpid())) for _ in range(1_500)]
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert len(set().union(*seen)) > 30


def test_nothing_is_left_after_the_browser_is_closed(site, temporary):
    before = set(tree_of(os.getpid()))
    with Browser(find_browser()) as browser:
        assert render(browser, site).end is RenderEnd.READY
        grown = set(tree_of(os.getpid())) - before
        assert len(grown) >= 3
        assert [path.name.startswith("embed-archiver-") for path in temporary.iterdir()] == [True]
    assert [pid for pid in grown if running(pid)] == []
    assert set(tree_of(os.getpid())) <= before
    assert list(temporary.iterdir()) == []
    browser.close()
    with pytest.raises(RuntimeError, match="not open"):
        render(browser, site)


def test_the_browser_is_replaced_after_its_number_of_renders(site):
    with Browser(find_browser(), recycle_after=2) as browser:
        seen = []
        for _ in range(5):
            assert render(browser, site).end is RenderEnd.READY
            seen.append(frozenset(browsers_below()))
        assert [len(pids) for pids in seen] == [1] * 5
        assert len(set(seen)) == 3
        assert seen[0] == seen[1] != seen[2] == seen[3] != seen[4]


def test_the_browser_is_replaced_when_it_is_old(site):
    with Browser(find_browser(), recycle_after_s=0.0) as browser:
        seen = []
        for _ in range(2):
            assert render(browser, site).end is RenderEnd.READY
            seen.append(frozenset(browsers_below()))
        assert not seen[0] & seen[1]


def test_the_browser_is_replaced_when_it_has_grown(site, monkeypatch):
    monkeypatch.setattr(engine, "WATCHES_PER_SIZING", 1)
    with Browser(find_browser(), own_memory_bytes=1) as browser:
        before = browsers_below()
        # It is looked at while a page is open, and that page is not disturbed.
        assert render(browser, site, HANGING, budget_s=3).end is RenderEnd.OVER_BUDGET
        assert render(browser, site).end is RenderEnd.READY
        assert not before & browsers_below()
    with Browser(find_browser()) as browser:
        before = browsers_below()
        assert render(browser, site, HANGING, budget_s=3).end is RenderEnd.OVER_BUDGET
        assert render(browser, site).end is RenderEnd.READY
        assert before == browsers_below()


def test_a_look_at_the_memory_that_fails_is_told_and_the_next_one_bounds_it(site, monkeypatch, caplog):
    looks = []

    def over(pages, limit_bytes):
        looks.append(limit_bytes)
        if len(looks) <= 2:
            raise ValueError("not foreseen")
        return real(pages, limit_bytes)

    real = engine.PageProcesses.over
    monkeypatch.setattr(engine.PageProcesses, "over", over)
    eats = "<script>const a=[];setInterval(()=>a.push(new Uint8Array(32e6).fill(1)),5)</script>"
    site.add("http://post.example/eats", eats)
    with Browser(find_browser(), page_memory_bytes=400 << 20) as browser:
        assert render(browser, site, RenderPlan("http://post.example/eats", element=("p",))).end is RenderEnd.CRASHED
    assert [record.getMessage() for record in caplog.records if record.name == engine.__name__] == [
        "could not look at the memory of the browser's pages"
    ]


def test_replacing_waits_for_the_renders_that_still_run(site):
    with Browser(find_browser(), recycle_after=1) as browser:
        slow = []
        thread = threading.Thread(target=lambda: slow.append(render(browser, site, HANGING, budget_s=3)))
        thread.start()
        assert wait_until(lambda: HANGING.url in site.urls())
        assert render(browser, site).end is RenderEnd.READY
        thread.join()
        assert [seen.end for seen in slow] == [RenderEnd.OVER_BUDGET]
        assert render(browser, site).end is RenderEnd.READY
        assert wait_until(lambda: len(browsers_below()) == 1)


def test_a_browser_that_was_killed_is_replaced(site):
    with Browser(find_browser()) as browser:
        pid = only(browsers_below)
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not running(pid))
        assert RenderEnd.READY in {render(browser, site).end for _ in range(2)}
        assert render(browser, site).end is RenderEnd.READY


def test_a_render_whose_browser_dies_ends_crashed_at_once(site):
    with Browser(find_browser()) as browser:
        seen = []
        site.requests.clear()
        thread = threading.Thread(target=lambda: seen.append(render(browser, site, HANGING, budget_s=60)))
        thread.start()
        assert wait_until(lambda: HANGING.url in site.urls())
        for pid in browsers_below():
            os.kill(pid, signal.SIGKILL)
        thread.join(10)
        assert [rendering.end for rendering in seen] == [RenderEnd.CRASHED]
        assert render(browser, site).end is RenderEnd.READY


def test_a_driver_that_dies_is_replaced_with_its_browser(site):
    with Browser(find_browser()) as browser:
        driver, old = only(drivers_below), only(browsers_below)
        os.kill(driver, signal.SIGKILL)
        assert wait_until(lambda: not running(old))
        assert RenderEnd.READY in {render(browser, site).end for _ in range(2)}
        assert render(browser, site).end is RenderEnd.READY
        assert len(drivers_below()) == 1


def test_a_driver_that_hangs_is_killed_by_the_watchdog(site):
    with Browser(find_browser(), grace_s=1) as browser:
        driver, old = only(drivers_below), only(browsers_below)
        os.kill(driver, signal.SIGSTOP)
        started = time.monotonic()
        seen = render(browser, site, budget_s=1)
        assert (seen.end, time.monotonic() - started < 15) == (RenderEnd.CRASHED, True)
        assert not running(old)
        assert not running(driver)
        assert render(browser, site).end is RenderEnd.READY


def test_a_browser_that_hangs_is_killed_too(site):
    with Browser(find_browser(), grace_s=1) as browser:
        old = only(browsers_below)
        os.killpg(old, signal.SIGSTOP)
        render(browser, site, budget_s=1)
        assert wait_until(lambda: not running(old))
        assert render(browser, site).end is RenderEnd.READY


CHILD = """
    import sys, tempfile, time
    from archiver.browser import Browser, find_browser
    tempfile.tempdir = sys.argv[1]
    with Browser(find_browser()):
        print("open", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def child(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout.readline() == b"open\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_runs_on_when_our_own_process_is_ended(child, number, tmp_path):
    tree = set(tree_of(child.pid))
    assert len(browsers_below(child.pid)) == 1
    child.send_signal(number)
    child.wait(15)
    assert wait_until(lambda: not any(running(pid) for pid in tree), limit_s=5)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_never_swept(temporary):
    with Scratch() as held:
        assert sweep(temporary) == ()
        assert held.path.is_dir()
    assert not held.path.exists()


def test_a_folder_that_is_not_ours_to_sweep_is_left(temporary):
    (temporary / "elsewhere").mkdir()
    (temporary / "embed-archiver-link").symlink_to(temporary / "elsewhere")
    (temporary / "embed-archiver-nolock").mkdir()
    assert sweep(temporary) == ()
    assert len(list(temporary.iterdir())) == 3


def failing_at(starts, tmp_path):
    """A browser that ends at these of its starts, counted from 1, as one that is killed while it comes up."""
    program, count = tmp_path / "chromium", tmp_path / "starts"
    count.write_text("")
    program.write_text(
        f"""#!/bin/sh
        case "$*" in *--version*) exec {find_browser()} "$@";; esac
        echo start >> {count}
        case " {" ".join(map(str, starts))} " in *" $(wc -l < {count}) "*) kill -9 $$;; esac
        exec {find_browser()} "$@"
        """
    )
    program.chmod(0o755)
    return program


def test_a_browser_that_is_killed_while_it_starts_is_started_again(site, tmp_path):
    with Browser(failing_at((1, 3, 4), tmp_path), recycle_after=1) as browser:
        before = browser.environment().sandboxed
        assert [render(browser, site).end for _ in range(3)] == [RenderEnd.READY] * 3
        # A start that failed by chance is no word on the sandbox.
        assert browser.environment().sandboxed is before is (os.geteuid() != 0)
    assert (tmp_path / "starts").read_text().count("start") == 6
    assert browsers_below() == set()


def test_a_browser_that_does_not_come_up_again_costs_one_render_and_then_is_said_so(site, tmp_path):
    with Browser(failing_at(range(2, 5), tmp_path), recycle_after=1) as browser:
        assert render(browser, site).end is RenderEnd.READY
        seen = render(browser, site)
        assert (seen.end, "did not start again" in seen.note) == (RenderEnd.CRASHED, True)
        assert render(browser, site).end is RenderEnd.READY
    with Browser(failing_at(range(2, 99), tmp_path), recycle_after=1) as browser:
        assert render(browser, site).end is RenderEnd.READY
        assert render(browser, site).end is RenderEnd.CRASHED
        with pytest.raises(BrowserUnavailable, match="does not start"):
            render(browser, site)
    assert browsers_below() == drivers_below() == set()


def test_a_program_that_is_no_browser_is_said_so(tmp_path):
    liar = tmp_path / "chromium"
    liar.write_text("#!/bin/sh\necho 'Chromium 1.2.3.4'\nexit 1\n")
    liar.chmod(0o755)
    for program in (Path("/bin/true"), tmp_path / "missing", liar):
        with pytest.raises(BrowserUnavailable, match="does not"), Browser(program):
            pass
    assert drivers_below() == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has no sandbox")
def test_root_gets_no_sandbox_and_can_refuse_that(site):
    with Browser(find_browser()) as browser:
        assert browser.environment().sandboxed is False
        assert browser.sandbox_note == "Chromium has no sandbox when it is run as root"
    with pytest.raises(BrowserUnavailable, match="as root"), Browser(find_browser(), sandbox=SandboxPolicy.REQUIRE):
        pass
    assert browsers_below() == set()


SANDBOXED = """
    from archiver.browser import Browser, SandboxPolicy, find_browser
    with Browser(find_browser(), sandbox=SandboxPolicy.REQUIRE) as browser:
        assert browser.environment().sandboxed, browser.sandbox_note
        assert browser.sandbox_note is None
"""


def test_an_ordinary_user_has_the_sandbox(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(SANDBOXED)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    probe = subprocess.run([*command[:-2], "-c", "import archiver"], capture_output=True, check=False)
    userns = subprocess.run([*command[:-3], "unshare", "-U", "true"], capture_output=True, check=False)
    if probe.returncode or userns.returncode:
        pytest.skip("no other user can read this checkout, or there are no user namespaces")
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "HOME": "/nonexistent"}, cwd="/"
    )
    assert (done.returncode, done.stderr) == (0, "")

"""What the commands do with input that is wrong, hostile, or not there."""

import http.server
import os
import shutil
import subprocess
import threading
import zipfile

import pytest
from running import ARCHIVER, Runner

from archiver.catalog import Catalog
from archiver.demo import DemoWeb
from archiver.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
GOOD = "<!DOCTYPE html><title>Good</title><p>Nothing is cited here, and that is well.</p>"


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def runner(tmp_path, web):
    quick = {"ARCHIVER_CAPTURE_BUDGET_S": "12", "ARCHIVER_REQUEST_TIMEOUT_S": "3"}
    made = Runner(tmp_path / "home", web, quick)
    made.run("init", made.home, reach=False)
    return made


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.html"
    path.write_text(GOOD)
    return path


def stored_states(runner):
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        witness = {row["id"]: row["via"] for row in catalog.rows("basis")}
        return [(row["availability"], witness[row["basis_id"]]) for row in catalog.rows("observation")]


def test_an_article_that_cannot_be_had_is_an_observation_and_the_others_go_on(runner, web, good):
    failing = dict(web.truth.failing)
    done = runner.json("archive", *failing, good)
    assert done.code == 1
    said = {row["source"]: row["problem"] for row in done.last["articles"]}
    assert said.pop(str(good)) is None
    assert all(said.values())
    assert len(stored_states(runner)) == len(failing)
    assert runner.json("audit", reach=False).rows == []


def test_each_failing_article_gets_its_state(runner, web):
    runner.json("archive", *web.truth.failing)
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        found = {row["uri"]: row["availability"] for row in observed(catalog)}
    assert found == {url: state.value for url, state in web.truth.failing.items()}


def observed(catalog):
    uris = {row["id"]: row["uri"] for row in catalog.rows("resource")}
    return [
        {"uri": uris[row["resource_id"]], "availability": row["availability"]} for row in catalog.rows("observation")
    ]


@pytest.mark.parametrize("name", ["picture.png", "bundle.zip", "empty.html", "folder", "missing.html"])
def test_what_is_no_article_is_named_and_the_others_go_on(runner, good, tmp_path, name):
    path = tmp_path / name
    if name == "picture.png":
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    elif name == "bundle.zip":
        with zipfile.ZipFile(path, "w") as bundle:
            bundle.writestr("a.txt", "a")
    elif name == "empty.html":
        path.touch()
    elif name == "folder":
        path.mkdir()
    for command in ("archive", "extract"):
        done = runner.json(command, path, good)
        assert done.code == 3, done.err
        assert name in done.err
        assert str(good) in done.out


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,<p>hello",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost:{port}/",
        "http://127.1:{port}/",
    ],
)
def test_addresses_that_are_not_the_web_are_refused_and_recorded(tmp_path, source):
    hits = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        runner = Runner(tmp_path / "home")
        runner.run("init", runner.home)
        done = runner.json("archive", source.format(port=server.server_port))
        server.shutdown()
    assert done.code == 1, done.err
    assert "refused" in done.last["articles"][0]["problem"]
    assert stored_states(runner) == [("unclear", "guard")]
    assert hits == []


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("many links", b"<html><body>" + b"<p><a href='https://a.example/%d'>x</a>" * 100_000),
        ("nested", b"<div>" * 20_000 + b"<a href='https://a.example/1'>deep</a>"),
        ("large", b"<p>" + b"word " * 10_000_000),
        ("broken encoding", b"<p>\xff\xfe\x80\x81 caf\xe9 <a href='https://a.example/1'>x</a>"),
        ("nul bytes", b"<p>a\x00b <a href='https://a.example/\x001'>x</a>\x00"),
        ("no html", b"just <b>text</b> <a href='https://a.example/1'>x</a>"),
    ],
)
def test_hard_articles_are_read_in_bounded_time(runner, tmp_path, what, body):
    path = tmp_path / "hard.html"
    path.write_bytes(body)
    done = runner.json("extract", path)
    assert done.code == 0, done.err
    if what != "large":
        assert any(mention["kind"] == "link" for mention in done.last["mentions"])


def test_no_home_says_how_to_make_one(tmp_path, good):
    done = subprocess.run(
        [ARCHIVER, "archive", good], cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 4
    assert "archiver init" in done.stderr


def test_a_home_of_a_newer_format_is_refused(runner, good):
    path = runner.home / "snapshots" / "FORMAT"
    path.chmod(0o644)
    path.write_text("embed-archive 2\n")
    done = runner.run("archive", good)
    assert done.code == 4
    assert "Upgrade" in done.err


def test_a_locked_home_is_refused(runner, good):
    store = Store.open(runner.home / "snapshots")
    with store.lock():
        done = runner.run("archive", good)
    assert done.code == 4
    assert "again" in done.err


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a disk of so many bytes, and gives what makes it larger."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("needs root to mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(size, *, again=False):
        options = f"{'remount,' if again else ''}size={size}"
        words = ["mount", "-t", "tmpfs", "-o", options, "none", disk]
        done = subprocess.run(words, check=False, capture_output=True)
        if done.returncode:
            pytest.skip("this machine lets nobody mount")
        return disk

    yield mount
    subprocess.run(["umount", "-l", disk], check=False, capture_output=True)


def test_a_run_ends_with_four_before_the_disk_is_full(small_disk, web, good):
    home = small_disk("50m") / "home"
    free_bytes = shutil.disk_usage(home.parent).free
    runner = Runner(home, web, {"ARCHIVER_KEEP_FREE_BYTES": str(free_bytes)})
    runner.run("init", home, reach=False)
    done = runner.run("archive", web.sample_url)
    assert (done.code, "52 MB are kept free" in done.err) == (4, True), done.err
    assert runner.json("audit", reach=False).rows == []
    # The space runs out in the middle: what was captured by then is whole, rows and all.
    free_bytes = shutil.disk_usage(home.parent).free - 1_500_000
    done = Runner(home, web, {"ARCHIVER_KEEP_FREE_BYTES": str(free_bytes)}).run("archive", web.sample_url)
    assert (done.code, "live" in done.err) == (4, True), done.err
    assert runner.json("audit", reach=False).rows == []
    assert runner.json("lookup", "lanterns", reach=False).rows


@pytest.mark.parametrize("size", ["900k", "1100k", "1300k", "1500k"])
def test_a_full_disk_ends_with_four_and_costs_nothing_that_is_sealed(small_disk, web, good, size):
    runner = Runner(small_disk(size) / "home", web, {"ARCHIVER_KEEP_FREE_BYTES": "0"})
    assert runner.run("init", runner.home, reach=False).code == 0
    assert runner.run("archive", good).code == 0
    done = runner.run("archive", web.sample_url)
    assert done.code == 4, done.err
    assert "space" in done.err.lower()
    # A row may be missing of what was just sealed. Nothing else is wrong, and the next run mends it.
    assert {row["severity"] for row in runner.json("audit", reach=False).rows} <= {"warning"}
    sealed = set((runner.home / "snapshots" / "captures").glob("*/*"))
    small_disk("200m", again=True)
    # The sample cites a page that is gone: one link is lost.
    assert runner.run("archive", web.sample_url).code == 1
    assert sealed <= set((runner.home / "snapshots" / "captures").glob("*/*"))
    assert runner.json("audit", reach=False).rows == []


def test_no_browser_is_said_with_the_three_ways_to_get_one(runner, web):
    done = Runner(runner.home, web, {"ARCHIVER_BROWSER": "/nonexistent/browser"}).run("archive", web.sample_url)
    assert done.code == 5
    assert "chromium" in done.err

"""Captures replay from their own records alone, and look as they did; what does not is found out."""

import shutil
import sqlite3
import sys
import threading
from types import SimpleNamespace

import pytest
from running import Runner

from archiver.browser import Browser, find_browser
from archiver.catalog import Catalog, dump
from archiver.demo import DemoWeb
from archiver.demo.log import AccessLog
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.wire import Reply
from archiver.model.clock import system_clock
from archiver.steps.audit import audit
from archiver.steps.replay import ReplayTools, replay
from archiver.store import Store
from archiver.tap import EgressPolicy, Limits, Tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
#: Pages that keep a browser busy on purpose are another test's.
UNRULY = "unruly"
#: A list of nothing but links would be a menu.
PROSE = "On that day the harbour said what it had to say in [this piece]({}), and people came to read it.\n\n"
LATE_URL, LATE_WORDS = "https://late.example/page", "came late, and was drawn by a script"
LATE_PAGE = f"""<!doctype html><meta charset=utf-8><title>Late</title><h1>A page that is never done</h1>
<p>{"What is here from the start. " * 30}</p><div id=late></div>
<script src="/late.js?_=0"></script>"""
#: A script that is asked for while the page loads holds its end back, so it is always waited for.
LATE_SCRIPT = """const more = document.createElement("script");
more.src = `/more.js?at=${Date.now()}&page=2&cb=${Math.random()}`;
document.head.append(more);"""
MORE_SCRIPT = f"""document.getElementById("late").innerHTML = "<h2>Words</h2><p>{f"{LATE_WORDS} " * 20}</p>";"""


def late_web(request):
    if request.path == "/page":
        return Reply(LATE_PAGE.encode(), media_type="text/html")
    if request.path in {"/late.js", "/more.js"}:
        script = LATE_SCRIPT if request.path == "/late.js" else MORE_SCRIPT
        return Reply(script.encode(), media_type="text/javascript")
    return Reply(b"none", media_type="text/plain", status=404)


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """Every post that the demo web shows, and every article as a page; the web is gone when the tests begin."""
    folder = tmp_path_factory.mktemp("qa")
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web)
        runner.run("init", runner.home, reach=False)
        posts = [post.url for post in web.truth.posts.values() if post.complete]
        pages = [article.url for article in web.articles if UNRULY not in article.url]
        links = "".join(PROSE.format(url) for url in (*posts, *pages))
        source = folder / "all.md"
        source.write_text(f"# All\n\n{links}")
        assert runner.run("archive", source).code == 0
    return Runner(folder / "home"), len(posts), pages


@pytest.fixture(scope="module")
def checked(archived):
    runner, *_ = archived
    return runner.json("qa", "--all")


@pytest.fixture
def copy(archived, checked, tmp_path):
    """The home as it was after the first check, to be spoilt."""
    runner, *_ = archived
    return Runner(shutil.copytree(runner.home, tmp_path / "home"))


def row_of(done, platform):
    return next(row for row in done.rows[:-1] if f"-{platform}-" in row["path"])


def warc_of(runner, row, index=0):
    """The record of the capture's document: its file, offset and length."""
    capture = Store.open(runner.home / "snapshots").read_capture(row["path"])
    found = [ref for ref in capture.warc if ref.record_type == "response" and ref.status == 200]
    return runner.home / "snapshots" / found[index].file, found[index]


# --- what was captured well replays well ------------------------------------------------------


def test_every_post_and_article_replays_as_it_was_seen_without_any_web(archived, checked):
    _runner, posts, pages = archived
    rows = checked.rows[:-1]
    assert [row["resource"] for row in rows if row["text_similarity"] < 0.99 or row["left"] or row["missed"]] == []
    assert [row["resource"] for row in rows if row["screenshot_similarity"] < 0.95] == []
    assert {row["resource"] for row in rows} >= set(pages)
    assert sum("-page-" not in row["path"] for row in rows) == posts
    assert (checked.code, checked.last["short"]) == (0, 0)


def test_no_connection_is_made_while_a_page_replays(archived, checked, monkeypatch):
    """Every `connect` of this process is seen; the browser knows no other way than our proxy."""
    runner, *_ = archived
    made, watching = [], threading.Event()

    def hook(event, arguments):
        if event == "socket.connect" and watching.is_set():
            made.append(arguments[1])

    sys.addaudithook(hook)
    store = Store.open(runner.home / "snapshots")
    path = row_of(checked, "bluesky")["path"]
    with (
        Tap(policy=EgressPolicy(), limits=Limits(), clock=system_clock) as tap,
        Browser(find_browser(), spki_sha256=tap.spki_sha256) as browser,
    ):
        tools = ReplayTools(
            store=store,
            tap=tap,
            browser=lambda: browser,
            clock=system_clock,
            program="a test",
            budget_s=30,
            page_height_px=12_000,
        )
        watching.set()
        replayed = replay(path, run_id="a-test", tools=tools)
        watching.clear()
    assert (replayed.check.faithful, replayed.check.requests > 0, made) == (True, True, [])


def test_a_page_that_asks_anew_each_time_is_answered_by_what_it_asked_for_then(tmp_path):
    """A late script asks with the time and a random number in the address."""
    authority = DemoAuthority(tmp_path)
    runner = Runner(tmp_path / "home")
    with Server(handler=late_web, authority=authority, log=AccessLog()) as server:
        web = SimpleNamespace(connect_to=f"::127.0.0.1:{server.port}", ca_file=authority.ca_file)
        reaching = Runner(runner.home, web)
        reaching.run("init", runner.home, reach=False)
        source = tmp_path / "list.md"
        source.write_text(f"# One\n\n{PROSE.format(LATE_URL)}")
        assert reaching.run("archive", source).code == 0
    done = runner.json("qa", LATE_URL)
    row = done.rows[0]
    assert (done.code, row["screenshot_similarity"], row["text_similarity"]) == (0, 1.0, 1.0), done
    assert (row["missed"], row["loose_urls"] != []) == (0, True)
    page = (runner.home / "snapshots" / row["path"] / "page.html").read_text()
    assert LATE_WORDS in page


# --- the figures are kept ------------------------------------------------------------------------


def test_figures_lie_in_the_journal_and_in_the_catalog_which_is_rebuilt_from_it(archived, checked, copy):
    rows = {row["capture"]: row for row in checked.rows[:-1]}
    with Catalog.open(copy.home / "db" / "archive.db", readonly=True) as catalog:
        stored = catalog.replay_checks(rows)
        before = dump(catalog)
    kept = {name: (check.screenshot, check.text, check.missed) for name, check in stored.items()}
    assert kept == {
        name: (row["screenshot_similarity"], row["text_similarity"], row["missed"]) for name, row in rows.items()
    }
    assert list(audit(Store.open(copy.home / "snapshots"), copy.home / "db" / "archive.db")) == []
    assert copy.run("reindex").code == 0
    with Catalog.open(copy.home / "db" / "archive.db", readonly=True) as catalog:
        assert dump(catalog) == before


def test_an_altered_figure_is_a_finding(copy, checked):
    db = sqlite3.connect(copy.home / "db" / "archive.db")
    db.execute("UPDATE replay_check SET screenshot = 0.5 WHERE capture_id = ?", [checked.rows[0]["capture"]])
    db.commit()
    db.close()
    (copy.home / "db" / "archive.db.sha256").unlink()
    found = [finding.row for finding in audit(Store.open(copy.home / "snapshots"), copy.home / "db" / "archive.db")]
    assert [row.split()[:2] for row in found] == [["replay_check", checked.rows[0]["capture"]]]


def test_lookup_tells_the_latest_figures(archived, checked):
    runner, *_ = archived
    row = row_of(checked, "mastodon")
    found = runner.json("lookup", row["capture"]).last
    assert found["replay"]["screenshot_similarity"] == row["screenshot_similarity"]
    assert found["replay"]["text_similarity"] == row["text_similarity"]


def test_what_was_checked_already_is_not_checked_again_unless_told(archived, checked):
    runner, *_ = archived
    row = row_of(checked, "mastodon")
    assert [runner.json("qa", *words).last["replayed"] for words in (["--all"], [row["capture"]])] == [0, 0]
    assert runner.json("qa", row["capture"], "--again").last["replayed"] == 1


def test_a_sample_is_as_large_as_asked_for_and_time_bounds_it(archived, checked):
    runner, *_ = archived
    assert runner.json("qa", "--sample", "2", "--again").last["replayed"] == 2
    stopped = runner.json("qa", "--all", "--again", "--max-duration", "0")
    assert (stopped.last["replayed"], stopped.last["stopped"]) == (0, "after 0 s")


@pytest.mark.parametrize("words", [[], ["x:1", "--all"], ["--all", "--sample", "1"]])
def test_what_is_to_be_checked_must_be_said_once(archived, words):
    runner, *_ = archived
    assert runner.run("qa", *words).code == 2


# --- what is broken does not pass ------------------------------------------------------------------


def test_a_damaged_record_gives_a_low_figure_and_says_so(copy, checked):
    row = row_of(checked, "mastodon")
    place, ref = warc_of(copy, row)
    place.chmod(0o644)
    data = bytearray(place.read_bytes())
    data[ref.offset + ref.length // 2] ^= 0xFF
    place.write_bytes(data)
    done = copy.json("qa", row["capture"], "--again")
    spoilt = done.rows[0]
    assert (done.code, spoilt["faithful"], spoilt["text_similarity"] < 0.5) == (1, False, True)
    assert spoilt["damaged_urls"] == [ref.uri]
    assert "archiver audit" in spoilt["hint"]


def test_a_warc_file_that_ends_too_early_gives_a_low_figure(copy, checked):
    row = row_of(checked, "mastodon")
    place, ref = warc_of(copy, row)
    place.chmod(0o644)
    with place.open("rb+") as file:
        file.truncate(ref.offset + 10)
    done = copy.json("qa", row["capture"], "--again")
    assert (done.code, done.rows[0]["faithful"]) == (1, False)


def test_a_picture_that_was_put_in_another_s_place_gives_a_low_figure(copy, checked):
    """The records are whole, and the page replays: but it never looked like that."""
    row, other = row_of(checked, "mastodon"), row_of(checked, "threads")
    snapshots = copy.home / "snapshots"
    place = snapshots / row["path"] / "screenshot.png"
    place.unlink()
    place.write_bytes((snapshots / other["path"] / "screenshot.png").read_bytes())
    done = copy.json("qa", row["capture"], "--again")
    spoilt = done.rows[0]
    assert (done.code, spoilt["screenshot_similarity"] < 0.8, spoilt["text_similarity"]) == (1, True, 1.0)


def test_the_worst_stands_first_with_a_hint(copy, checked):
    row = row_of(checked, "mastodon")
    place, ref = warc_of(copy, row)
    place.chmod(0o644)
    data = bytearray(place.read_bytes())
    data[ref.offset + ref.length // 2] ^= 0xFF
    place.write_bytes(data)
    done = copy.run("qa", row["capture"], row_of(checked, "threads")["capture"], "--again")
    lines = [line for line in done.out.splitlines() if "│" in line and "." in line.split("│")[0]]
    assert float(lines[0].split("│")[0]) < 0.95 <= float(lines[-1].split("│")[0])
    assert "2 captures replayed, 1 of them fall short" in done.out
    assert "archiver audit" in done.out

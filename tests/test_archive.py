"""The main job, end to end: the demo web in, evidence out, with real Chromium, TLS, SQLite and WARC."""

import collections
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from PIL import Image
from running import Runner

from archiver.catalog import Catalog, dump
from archiver.demo import DemoWeb
from archiver.model.httpwire import payload_of
from archiver.model.states import Availability, MentionKind
from archiver.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
WIRE = WarcRecordType.request | WarcRecordType.response | WarcRecordType.revisit
BIN = Path(sys.executable).parent
#: Posts that never answer are given up after this long.
BUDGET_S = "20"


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """Every article of the demo web, archived once; tests here only read it."""
    folder = tmp_path_factory.mktemp("archived")
    with DemoWeb(folder=folder) as web:
        quick = {"ARCHIVER_CAPTURE_BUDGET_S": BUDGET_S, "ARCHIVER_REQUEST_TIMEOUT_S": "5"}
        runner = Runner(folder / "home", web, quick)
        runner.run("init", runner.home, reach=False)
        web.clear_log()
        done = runner.json("archive", *(article.url for article in web.articles))
        yield runner, done, web.log


@pytest.fixture
def runner(archived):
    return archived[0]


@pytest.fixture
def report(archived):
    return archived[1].last


def store_of(runner):
    return Store.open(runner.home / "snapshots")


def captures_by_resource(runner, report):
    store = store_of(runner)
    return {row["resource"]: store.read_capture(row["path"]) for row in report["captures"]}


def expected(web, capture):
    if capture.resource.platform:
        return web.post(capture.resource.platform, capture.resource.post_id)
    return web.truth.links.get(capture.resource.uri)


def test_the_run_ends_with_one_because_posts_are_lost(archived):
    _, done, _ = archived
    assert (done.code, done.last["interrupted"]) == (1, False), done.err


def test_every_mention_of_every_article_is_found(runner, report):
    store = store_of(runner)
    versions = {row["url"]: row["version"] for row in report["articles"]}
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        for url, truth in runner.web.truth.articles.items():
            version = store.read_folder(catalog.article_version(versions[url]).path)
            posts = [(m.kind, m.platform, m.post_id) for m in version.mentions if m.kind is not MentionKind.LINK]
            promised = [(m.kind, m.platform, m.post_id) for m in truth.mentions if m.kind is not MentionKind.LINK]
            assert posts == promised, url
            links = collections.Counter(m.url for m in version.mentions if m.kind is MentionKind.LINK)
            wanted = collections.Counter(m.url for m in truth.mentions if m.kind is MentionKind.LINK)
            assert wanted <= links, url
            assert (version.article.title, version.article.byline) == (truth.title, truth.byline)


def test_each_capture_says_what_the_script_says(runner, report):
    wrong = []
    for resource, capture in captures_by_resource(runner, report).items():
        truth = expected(runner.web, capture)
        if truth is None:
            continue
        said = (capture.outcome.value == "complete", capture.availability)
        if said != (truth.complete, truth.availability):
            wrong.append((resource, *said, capture.reasons, "expected", truth.complete, truth.availability))
    assert wrong == []


def test_the_script_has_lives_walls_and_deaths_of_every_platform(runner, report):
    captures = captures_by_resource(runner, report).values()
    complete = {capture.resource.platform for capture in captures if capture.outcome.value == "complete"}
    lost = {capture.resource.platform for capture in captures if capture.outcome.value != "complete"}
    assert len(complete - {None}) == 10
    assert len(lost - {None}) == 10
    assert {Availability.GONE_DELETED, Availability.PROTECTED, Availability.RATE_LIMITED} <= {
        capture.availability for capture in captures
    }


def test_a_live_post_is_complete_with_its_text_in_the_page_and_a_picture_of_it(runner, report):
    seen = 0
    for row in report["captures"]:
        if row["outcome"] != "complete" or not row["platform"]:
            continue
        folder = runner.home / "snapshots" / row["path"]
        truth = runner.web.post(row["platform"], row["post_id"])
        image = Image.open(folder / "screenshot.png").convert("L")
        assert image.width > 200
        assert image.height > 60
        assert len(set(image.get_flattened_data())) > 20, row["path"]
        assert truth.complete
        seen += 1
    assert seen >= 20


def wire_records(home):
    """(type, URL, block, headers) of every request, response and revisit, read by another program's library."""
    for file in sorted((home / "snapshots" / "warc").rglob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False, record_types=WIRE):
                yield record.record_type, record.headers["WARC-Target-URI"], record.reader.read(), dict(record.headers)


def test_every_request_in_the_servers_log_is_in_a_warc_and_no_other(archived):
    runner, _, log = archived
    asked = collections.Counter((entry.method, entry.url) for entry in log)
    stored = collections.Counter(
        (block.split(b" ", 1)[0].decode(), url)
        for kind, url, block, _ in wire_records(runner.home)
        if kind == WarcRecordType.request
    )
    # A WebSocket's URL has a scheme of its own in a WARC, and a lost connection may have come before the request.
    assert {
        key: asked[key] - stored[key] for key in asked if asked[key] > stored[key] and key[1].startswith("http")
    } == {}


def test_every_answer_is_in_a_warc_with_the_same_body(archived):
    runner, _, log = archived
    bodies, places = collections.defaultdict(set), {}
    revisits = []
    for kind, url, block, headers in wire_records(runner.home):
        if kind == WarcRecordType.response:
            bodies[url].add(payload_of(block))
            places[url, headers["WARC-Payload-Digest"]] = payload_of(block)
        elif kind == WarcRecordType.revisit:
            revisits.append((url, headers["WARC-Refers-To-Target-URI"], headers["WARC-Payload-Digest"]))
    for url, original, digest in revisits:
        bodies[url].add(places[original, digest])
    whole = [entry for entry in log if entry.completed and entry.status not in (None, 101, 204, 304)]
    assert len(whole) > 500
    assert [entry.url for entry in whole if entry.response_body not in bodies[entry.url]] == []


def test_nothing_is_asked_for_twice_within_a_capture(runner, report):
    for capture in captures_by_resource(runner, report).values():
        # Chromium itself asks again where a connection was reset: that may be a part of an article's page.
        counted = {"response", "revisit"} if capture.article else {"request"}
        asked = collections.Counter(ref.uri for ref in capture.warc if ref.record_type in counted)
        again = {uri: count for uri, count in asked.items() if count > 1 and capture.outcome.value == "complete"}
        assert again == {}, capture.id


def test_an_articles_page_is_asked_for_once_to_be_read_and_once_to_be_shown(archived):
    runner, _, log = archived
    pages = collections.Counter(entry.url for entry in log if entry.url in runner.web.truth.articles)
    assert pages == dict.fromkeys(runner.web.truth.articles, 2)


#: What the page of an article shows of its claims, where it does not show all: places that only a consent or
#: the scripts of AMP would fill, and what lies below the highest screenshot.
NOT_MARKED = {
    "lantern-night": "3 of 5 claims marked; not found on the page: 2, 5",
    "slow-news": "3 of 5 claims marked; not found on the page: 2, 5",
    "amp/lantern-night": "1 of 5 claims marked; not found on the page: 2, 3, 4, 5",
}


def test_every_articles_page_is_captured_and_its_claims_are_marked(runner, report):
    store = store_of(runner)
    for row in report["articles"]:
        capture = store.read_capture(str(Path(row["page"]["screenshot"]).parent))
        assert (capture.id, capture.article) == (row["page"]["id"], row["version"])
        assert capture.outcome.value == "complete", row["url"]
        assert (runner.home / "snapshots" / row["page"]["marks"]).is_file()
        note, name = row["page"]["note"], row["url"].split("/", 3)[3]
        if name == "2026/11/what-the-platforms-kept":
            assert "not found" not in note
        else:
            claims = len([m for m in runner.web.truth.articles[row["url"]].mentions if m.kind is not MentionKind.LINK])
            assert note == NOT_MARKED.get(name, f"{claims} of {claims} claims marked")


def test_other_tools_accept_every_warc(runner):
    files = sorted((runner.home / "snapshots" / "warc").rglob("*.warc.gz"))
    assert files
    # warcio 1.8 gives up on any `br` body where the package brotli is installed, and reads it well where it is not.
    warcio = [sys.executable, "-c", "import sys; sys.modules['brotli'] = None; from warcio.cli import main; main()"]
    for command in [[*warcio, "check", *files], *([BIN / "fastwarc", "check", file] for file in files)]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_audit_is_clean(runner):
    done = runner.json("audit", reach=False)
    assert (done.code, done.rows) == (0, [])


def test_a_rebuilt_catalog_equals_the_live_one(runner, tmp_path):
    shutil.copytree(runner.home, tmp_path / "home")
    copy = Runner(tmp_path / "home")
    with Catalog.open(copy.home / "db" / "archive.db", readonly=True) as catalog:
        live = dump(catalog)
    for file in (copy.home / "db").glob("archive.db*"):
        file.unlink()
    assert copy.run("reindex").code == 0
    with Catalog.open(copy.home / "db" / "archive.db", readonly=True) as catalog:
        assert dump(catalog) == live
    assert copy.json("audit").rows == []


def test_a_second_run_captures_nothing_that_is_fresh(runner, tmp_path):
    shutil.copytree(runner.home, tmp_path / "home")
    again = Runner(tmp_path / "home", runner.web, runner.environment)
    done = again.json("archive", runner.web.sample_url)
    assert done.last["captures"] == []
    assert len(done.last["kept"]) >= 12
    assert done.last["articles"][0]["unchanged"]
    assert again.json("audit").rows == []


def x_sample(web):
    return next(post for (platform, _), post in web.truth.posts.items() if platform == "x" and post.complete)


@pytest.mark.parametrize(
    "form",
    [
        "https://x.com/{handle}/status/{id}",
        "https://twitter.com/{handle}/status/{id}",
        "https://mobile.twitter.com/{handle}/status/{id}",
        "https://twitter.com/i/web/status/{id}",
        "https://x.com/{handle}/status/{id}?s=20",
        "https://fxtwitter.com/{handle}/status/{id}",
        "https://platform.twitter.com/embed/Tweet.html?id={id}&lang=en",
        "{id}",
        "x:{id}",
    ],
)
def test_a_captured_x_post_is_found_by_every_form_of_its_name(runner, form):
    post = x_sample(runner.web)
    done = runner.json("lookup", form.format(handle=post.handle, id=post.post_id), reach=False)
    assert (done.code, done.last["post_id"], done.last["outcome"]) == (0, post.post_id, "complete")
    assert (runner.home / "snapshots" / done.last["screenshot"]).exists()
    assert done.last["articles"]


def test_a_captured_post_is_found_by_its_words(runner):
    post = x_sample(runner.web)
    words = [word for word in post.text.split() if word.isalpha()][:5]
    done = runner.json("lookup", *words, reach=False)
    assert post.post_id in {row["post_id"] for row in done.rows}


def test_an_article_exports_as_one_file_that_validates(runner, tmp_path):
    file = tmp_path / "article.wacz"
    assert runner.json("export", runner.web.sample_url, "-o", file, reach=False).code == 0
    done = subprocess.run([BIN / "wacz", "validate", "-f", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_catalog_opens_in_any_sqlite(runner):
    with sqlite3.connect(f"file:{runner.home / 'db' / 'archive.db'}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()

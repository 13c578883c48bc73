"""What stands around a cited post, and videos in pieces: whole captures of the reel room, with real Chromium."""

import collections
import shutil

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from running import Runner

from archiver.catalog import Catalog, dump
from archiver.demo import DemoWeb, reels
from archiver.model.httpwire import payload_of
from archiver.steps.selection import select
from archiver.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("web")) as made:
        yield made


def new_home(web, folder):
    runner = Runner(folder, web, {"ARCHIVER_REQUEST_TIMEOUT_S": "5"})
    assert runner.run("init", folder, reach=False).code == 0
    return runner


def captures(runner, rows):
    store = Store.open(runner.home / "snapshots")
    return {row["resource"]: store.read_capture(row["path"]) for row in rows}


# --- videos in pieces --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filmed(web, tmp_path_factory):
    runner = new_home(web, tmp_path_factory.mktemp("filmed") / "home")
    web.clear_log()
    done = runner.json("archive", reels.REELS_URL, "--posts-only")
    asked = [entry.url for entry in web.log if f"//{reels.MEDIA}/" in entry.url]
    return runner, captures(runner, done.last["captures"]), asked


@pytest.mark.parametrize("name", list(reels.FILES))
def test_the_pieces_of_a_video_are_joined_to_files_with_the_servers_bytes(filmed, name):
    runner, found, _ = filmed
    capture = found[reels.post_url(name)]
    folder = runner.home / "snapshots" / next(iter(runner.home.glob(f"snapshots/captures/*/*/*/{capture.id}")))
    media = {one.path: (folder / one.path).read_bytes() for one in capture.artefacts if one.role == "media"}
    assert media == reels.FILES[name]


@pytest.mark.parametrize(
    ("name", "outcome", "reasons", "layer", "note"),
    [
        ("ts", "complete", [], "ok", ""),
        ("locked", "complete", [], "ok", ""),
        ("fmp4", "complete", [], "ok", ""),
        ("dash", "complete", [], "ok", ""),
        ("short", "partial", ["response_cut"], "partial", "0 of 1 whole; video 1: piece 3 of 4: cut short"),
        (
            "live",
            "partial",
            ["media_cut"],
            "partial",
            "0 of 1 whole; video 1: it is live: the 3 pieces listed at the time are kept",
        ),
        ("half", "partial", ["response_cut"], "failed", "0 of 1 whole; video 1: it declares 7000 bytes more than came"),
        ("lost", "partial", ["media_missing"], "failed", "0 of 1 whole; video 1: HTTP 404"),
    ],
)
def test_a_video_that_is_not_whole_is_partial_and_says_why(  # noqa: PLR0917  # one row of a table
    filmed, name, outcome, reasons, layer, note
):
    capture = filmed[1][reels.post_url(name)]
    told = next(one for one in capture.layers if one.layer == "media")
    assert (capture.outcome, list(capture.reasons)) == (outcome, reasons)
    assert (told.outcome, told.note) == (layer, note)


def test_a_person_is_told_what_a_copy_lacks(filmed):
    runner, *_ = filmed
    for command in ("lookup", "history"):
        assert "partial (media missing)" in runner.run(command, reels.post_url("lost"), reach=False).out


def test_every_piece_was_asked_for_once_and_lies_in_the_warc_once(filmed):
    runner, _, asked = filmed
    stored = collections.Counter()
    for file in runner.home.glob("snapshots/warc/**/*.warc.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False, record_types=WarcRecordType.response):
                url = record.headers["WARC-Target-URI"]
                if f"//{reels.MEDIA}/" in url:
                    stored[url] += 1
                    path = url.partition(f"//{reels.MEDIA}/")[2]
                    if path.endswith((".ts", ".mp4", ".m4s")) and path not in ("short/part-2.ts", "lost.mp4"):
                        assert payload_of(record.reader.read()) == reels.piece(path)
    assert stored == collections.Counter(asked)
    assert set(stored.values()) == {1}


def test_of_several_qualities_the_best_within_the_bound_is_fetched(filmed):
    paths = {url.partition(f"//{reels.MEDIA}/")[2] for url in filmed[2]}
    assert {"ts/high.m3u8", "ts/high-0.ts", "dash/high-2.m4s"} <= paths
    assert not any("huge" in path or "low" in path or "other" in path for path in paths)


def test_the_reels_pass_the_audit(filmed):
    done = filmed[0].json("audit", reach=False)
    assert (done.code, done.rows) == (0, [])


# --- context -----------------------------------------------------------------------------------------

CITED = ["three", "answer", "quoting"]
NEAR = {
    ("thread", "three", "two"),
    ("thread", "two", "one"),
    ("parent", "answer", "call"),
    ("quoted", "quoting", "quote"),
}
FAR = {("quoted", "quote", "source")}


@pytest.fixture(scope="module")
def near(web, tmp_path_factory):
    """Archived at the depth that is in force by default; once for a person, once more for a machine."""
    runner = new_home(web, tmp_path_factory.mktemp("near") / "home")
    shown = runner.run("archive", reels.THREADS_URL, "--posts-only")
    assert shown.code == 0, shown.err
    web.clear_log()
    again = runner.json("archive", reels.THREADS_URL, "--posts-only")
    return runner, shown.out, again.last, [entry.url for entry in web.log]


def relations(report):
    """(relation, whose context, what) of all context of a run."""
    names = {reels.post_url(name): name for name in reels.NAMES}
    cited = (*report["captures"], *report["kept"])
    ids = {row["id"]: names[row["resource"]] for row in (*cited, *report["context"])}
    return {(row["relation"], ids[row["of"]], names[row["resource"]]) for row in report["context"]}


def test_context_is_captured_once_and_says_what_it_is(near):
    runner, _, report, _ = near
    assert relations(report) == NEAR
    assert [row["resource"] for row in report["kept"]] == [reels.post_url(name) for name in CITED]
    stored = captures(runner, report["context"])
    told = {row["resource"]: (row["relation"], row["of"]) for row in report["context"]}
    assert {url: (one.context.relation, one.context.capture_id) for url, one in stored.items()} == told
    assert len(list(runner.home.glob("snapshots/captures/*/*/*/*-mastodon-*"))) == len(CITED) + len(NEAR)


@pytest.mark.parametrize(("depth", "expected"), [(0, set()), (2, NEAR | FAR)])
def test_context_is_captured_as_far_as_asked(web, tmp_path, depth, expected):
    runner = new_home(web, tmp_path / "home")
    done = runner.json("archive", reels.THREADS_URL, "--posts-only", "--context", depth)
    assert (done.code, relations(done.last)) == (0, expected)
    assert len(done.last["context"]) == len(expected)


def test_what_is_fresh_is_not_captured_again_as_context(near):
    _, _, report, asked = near
    assert (report["captures"], [row["kept"] for row in report["context"]]) == ([], [True] * 4)
    assert [url for url in asked if reels.SOCIAL in url] == []


def test_context_stands_further_in_than_what_it_belongs_to(near):
    _, shown, _, _ = near
    lines = [line for line in shown.splitlines() if "@projector" in line or "@usher" in line]
    places = ["mastodon", "  thread", "   thread", "mastodon", "  parent", "mastodon", "  quoted"]
    assert [line.split("@")[0].rstrip() for line in lines] == places
    assert "3 captures, 4 more of their context; run " in shown


def test_context_is_within_its_bound_and_the_rest_is_counted(web, tmp_path):
    runner = new_home(web, tmp_path / "home")
    (runner.home / "archiver.toml").write_text("context_per_article = 1\n")
    report = runner.json("archive", reels.THREADS_URL, "--posts-only").last
    # The rest of a thread is known only once its first post is there.
    assert (len(report["context"]), report["articles"][0]["left"] in (2, 3)) == (1, True)


def test_an_article_is_exported_with_the_context_of_what_it_cites(near):
    runner, _, report, _ = near
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        chosen = select([reels.THREADS_URL], catalog=catalog).paths
    assert {row["path"] for row in (*report["kept"], *report["context"])} <= set(chosen)


def test_a_catalog_built_anew_knows_the_context(near, tmp_path):
    shutil.copytree(near[0].home, tmp_path / "home")
    copy = Runner(tmp_path / "home")
    with Catalog.open(copy.home / "db" / "archive.db", readonly=True) as catalog:
        live = dump(catalog)
        assert len(catalog.context_captures()) == len(NEAR)
    for file in (copy.home / "db").glob("archive.db*"):
        file.unlink()
    assert copy.run("reindex").code == 0
    with Catalog.open(copy.home / "db" / "archive.db", readonly=True) as catalog:
        assert dump(catalog) == live
    assert copy.json("audit").rows == []

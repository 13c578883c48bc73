"""Videos by yt-dlp: only where it is installed, and then through the tap, within bounds."""

import os
from pathlib import Path

import pytest
from running import Runner

from archiver.demo import DemoWeb, reels
from archiver.fetch.videos import VideoTool, installed_version
from archiver.model.clock import system_clock
from archiver.store import Store
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

needs_it = pytest.mark.skipif(installed_version() is None, reason="yt-dlp is not installed (the extra `video`)")
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("web")) as made:
        yield made


@pytest.fixture(scope="module")
def tap(web):
    policy = EgressPolicy(connect_to=(ConnectTo.parse(web.connect_to),), ca_bundle=web.ca_file)
    with Tap(policy=policy, limits=Limits(), clock=system_clock) as made:
        yield made


@pytest.fixture
def lane(tap):
    made = tap.lane()
    yield made
    drained(made)


def drained(lane):
    found = lane.drain(timeout_s=5)
    for exchange in found:
        if exchange.response is not None:
            exchange.response.close()
    return found


def tool(tap, lane, **changes):
    given = {"version": installed_version() or "", "max_bytes": 10_000_000, "height_px": 1080, **changes}
    return VideoTool(proxy_url=lane.proxy_url, ca_file=tap.ca_file, **given)


def left_over():
    return list(Path(os.environ.get("TMPDIR", "/tmp")).glob("archiver-video-*"))


@needs_it
def test_a_video_in_a_pages_markup_is_fetched_through_the_tap_and_recorded(tap, lane):
    found = tool(tap, lane).download(reels.PLAYER_URL, timeout_s=60)
    assert (found.files, found.note, found.late) == ((("mp4", reels.piece("film.mp4")),), "", False)
    asked = {exchange.uri for exchange in drained(lane)}
    assert asked >= {reels.PLAYER_URL, f"https://{reels.MEDIA}/film.mp4"}


@needs_it
def test_a_video_over_the_bound_is_left_and_said_to_be(tap, lane):
    found = tool(tap, lane, max_bytes=5_000).download(reels.PLAYER_URL, timeout_s=60)
    assert (found.files, found.late) == ((), True)
    assert found.note


@needs_it
def test_what_has_no_video_is_a_value_with_a_note(tap, lane):
    found = tool(tap, lane).download(reels.THREADS_URL, timeout_s=60)
    assert (found.files, found.late) == ((), False)
    assert "Unsupported URL" in found.note


@needs_it
def test_out_of_time_it_is_ended_and_nothing_is_left(tap, lane):
    before = left_over()
    found = tool(tap, lane).download(reels.PLAYER_URL, timeout_s=0.05)
    assert (found.files, found.note, found.late) == ((), "no time was left", True)
    assert left_over() == before


@needs_it
@pytest.mark.browser
def test_a_capture_goes_on_where_the_tool_finds_nothing_and_says_so(web, tmp_path):
    post = next(post for (name, _), post in web.truth.posts.items() if name == "youtube" and post.complete)
    page = tmp_path / "article.html"
    page.write_text(f'<article><h1>One video</h1><p>See <a href="{post.url}">it</a>.</p></article>')
    runner = Runner(tmp_path / "home", web)
    runner.run("init", runner.home, reach=False)
    done = runner.json("archive", page, "--posts-only")
    (row,) = done.last["captures"]
    capture = Store.open(runner.home / "snapshots").read_capture(row["path"])
    (step,) = (step for step in capture.steps if step.name == "yt-dlp")
    media = next(layer for layer in capture.layers if layer.layer == "media")
    assert (row["outcome"], step.ok, step.note.split(";")[0]) == ("complete", False, installed_version())
    assert (media.outcome, f"video 2: yt-dlp {installed_version()}, " in media.note) == ("partial", True)

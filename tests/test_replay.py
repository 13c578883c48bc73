"""An export replays with the web switched off: nothing but the file answers, in a real browser."""

import gzip
import io
import json
import shutil
import threading
import zipfile

import pytest
from fastwarc.warc import ArchiveIterator
from running import Runner

from archiver.browser import Browser, find_browser
from archiver.demo import DemoWeb
from archiver.demo.log import AccessLog
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.wire import Reply
from archiver.model.clock import system_clock
from archiver.model.httpwire import payload_of, response_headers, split_head
from archiver.model.rendering import RenderEnd
from archiver.platforms import identify, platform_named
from archiver.steps.shown_text import shows_text
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
KEPT = {"content-type", "content-encoding", "location", "access-control-allow-origin"}


class Replay:
    """Answers from one WACZ by its index, of several with the record nearest to `at`; notes what it does not hold."""

    def __init__(self, path, at="99999999999999"):
        self.answers, self.missing, self.lock = {}, [], threading.Lock()
        away = {}
        with zipfile.ZipFile(path) as file:
            names = [name for name in file.namelist() if name.startswith("archive/")]
            warcs = {name.removeprefix("archive/"): file.read(name) for name in names}
            for line in gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines():
                _key, stamp, told = line.split(" ", 2)
                entry = json.loads(told)
                if away.setdefault(entry["url"], abs(int(stamp) - int(at))) < abs(int(stamp) - int(at)):
                    continue
                away[entry["url"]] = abs(int(stamp) - int(at))
                start = int(entry["offset"])
                data = warcs[entry["filename"]][start : start + int(entry["length"])]
                record = next(iter(ArchiveIterator(io.BytesIO(data), parse_http=False)))
                self.answers[entry["url"]] = record.reader.read()

    def __call__(self, request):
        url = f"{request.scheme}://{request.host}{request.target}"
        block = self.answers.get(url)
        if block is None:
            with self.lock:
                self.missing.append(url)
            return Reply(b"not in the file", status=404)
        head, _ = split_head(block)
        headers = tuple((name, value) for name, value in response_headers(head) if name in KEPT)
        media_type = dict(headers).get("content-type", "application/octet-stream")
        rest = tuple((name, value) for name, value in headers if name != "content-type")
        return Reply(
            payload_of(block), media_type=media_type, status=int(head.split(b" ", 2)[1]), headers=rest, compress=False
        )


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The sample article's export; the demo web is gone when the tests begin."""
    folder = tmp_path_factory.mktemp("replay")
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web)
        runner.run("init", runner.home, reach=False)
        done = runner.json("archive", web.sample_url)
        posts = [row["resource"] for row in done.last["captures"] if row["platform"] and row["outcome"] == "complete"]
        texts = {url: web.post(identify(url).platform, identify(url).post_id).text for url in posts}
    file = folder / "sample.wacz"
    assert runner.json("export", done.last["article"], "-o", file, reach=False).code == 0
    return file, texts


def test_every_complete_post_of_an_article_replays_from_its_export_alone(exported, tmp_path):
    file, texts = exported
    assert len(texts) == 10
    replay = replayed(Replay(file), texts, tmp_path)
    assert replay.missing == []


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """Three captures of one post in one file."""
    folder = tmp_path_factory.mktemp("history")
    source = folder / "one.md"
    with DemoWeb(folder=folder) as web:
        post = next(post for post in web.truth.posts.values() if post.platform == "mastodon" and post.complete)
        source.write_text(f"# One\n\nThe harbour said it in [this piece]({post.url}), and people came to read it.\n")
        runner = Runner(folder / "home", web)
        runner.run("init", runner.home, reach=False)
        made = [runner.json("archive", "--recapture", source).last["captures"][0]["id"] for _time in range(3)]
    file = folder / "history.wacz"
    told = runner.json("export", post.url, "-o", file, reach=False)
    assert (told.code, told.last["captures"], told.last["pages"], told.last["withdrawn"]) == (0, 3, 3, [])
    return runner, file, post, made


def pages_of(file):
    with zipfile.ZipFile(file) as opened:
        return [json.loads(line) for line in opened.read("pages/pages.jsonl").splitlines()[1:]]


def test_a_post_s_history_has_a_page_a_capture_and_each_one_replays(history, tmp_path):
    _runner, file, post, made = history
    pages = pages_of(file)
    assert sorted(page["id"] for page in pages) == sorted(made)
    assert len({page["ts"] for page in pages}) == len(made)
    for page in pages:
        stamp = "".join(sign for sign in page["ts"] if sign.isdigit())[:14]
        assert replayed(Replay(file, at=stamp), {post.url: post.text}, tmp_path).missing == []


def test_a_query_leads_to_the_same_captures(history, tmp_path):
    runner, _file, post, made = history
    word = max(post.text.split(), key=len)
    for query in (f"platform:mastodon {word}", f"@{post.handle}", f"author:{post.handle} {word}"):
        told = runner.json("export", query, "-o", tmp_path / "q.wacz", "--force", reach=False)
        assert (told.code, sorted(page["id"] for page in pages_of(tmp_path / "q.wacz"))) == (0, sorted(made)), query
    assert runner.run("export", "platform:x", "-o", tmp_path / "none.wacz", reach=False).code == 2
    assert not (tmp_path / "none.wacz").exists()


def test_what_was_withdrawn_is_named_and_left_out(history, tmp_path):
    runner, _file, post, made = history
    home = Runner(shutil.copytree(runner.home, tmp_path / "home"))
    assert home.run("withdraw", made[0], "--reason", "the author asked for it", "--yes").code == 0
    told = home.json("export", post.url, "-o", tmp_path / "left.wacz")
    assert [(one["capture"], one["reason"]) for one in told.last["withdrawn"]] == [(made[0], "the author asked for it")]
    assert sorted(page["id"] for page in pages_of(tmp_path / "left.wacz")) == sorted(made[1:])
    with zipfile.ZipFile(tmp_path / "left.wacz") as opened:
        assert made[0] in opened.read("provenance/withdrawn.jsonl").decode()


def replayed(replay, texts, folder):
    """Render each post out of the replay alone; what it shows must be the post."""
    authority = DemoAuthority(folder)
    with Server(handler=replay, authority=authority, log=AccessLog()) as server:
        policy = EgressPolicy(connect_to=(ConnectTo.parse(f"::127.0.0.1:{server.port}"),), ca_bundle=authority.ca_file)
        with (
            Tap(policy=policy, limits=Limits(), clock=system_clock) as tap,
            Browser(find_browser(), spki_sha256=tap.spki_sha256) as browser,
        ):
            for url, text in texts.items():
                plan = platform_named(identify(url).platform).plan(identify(url))
                seen = browser.render(plan, proxy_url=tap.lane().proxy_url, budget_s=30)
                assert (seen.end, seen.signs) == (RenderEnd.READY, ()), url
                if text:
                    assert shows_text(seen.post_text or "", text), url
    return replay

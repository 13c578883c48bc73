"""An export replays with the web switched off: nothing but the file answers, in a real browser."""

import gzip
import io
import json
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
    """Answers from one WACZ by its index, and notes what the file does not hold."""

    def __init__(self, path):
        self.answers, self.missing, self.lock = {}, [], threading.Lock()
        with zipfile.ZipFile(path) as file:
            names = [name for name in file.namelist() if name.startswith("archive/")]
            warcs = {name.removeprefix("archive/"): file.read(name) for name in names}
            for line in gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines():
                entry = json.loads(line.split(" ", 2)[2])
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
    replay, authority = Replay(file), DemoAuthority(tmp_path)
    assert len(texts) == 10
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
    assert replay.missing == []

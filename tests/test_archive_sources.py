"""`archiver archive` on collections: every article in them is archived, in one run, with its posts from the web."""

import gzip
import http.server
import threading

import pytest
from crawls import gzipped, response
from documents import POST, docx, paragraph
from running import Runner

from archiver.catalog import Catalog
from archiver.demo import DemoWeb
from archiver.demo.news import ARTICLES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
REGATTA, ROUNDUP = ARTICLES[0].url, ARTICLES[3].url


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def runner(tmp_path, web):
    made = Runner(tmp_path / "home", web, {"ARCHIVER_REQUEST_TIMEOUT_S": "3"})
    made.run("init", made.home, reach=False)
    return made


def versions(runner):
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        uris = {row["id"]: row["uri"] for row in catalog.rows("resource")}
        return [(uris[row["resource_id"]], row["fetched_at"], row["id"]) for row in catalog.rows("article_version")]


def articles(done):
    return [(article["url"], article["problem"]) for article in done.last["articles"]]


def test_the_articles_of_a_feed_are_fetched_although_it_carries_them_and_what_was_left_is_said(runner, tmp_path, web):
    entry = "<item><link>{}</link><pubDate>{:02} Jan 2024 00:00:00 GMT</pubDate><encoded>other words</encoded></item>"
    urls = [ROUNDUP, REGATTA, next(iter(web.truth.failing))]
    entries = "".join(entry.format(url, 20 - number) for number, url in enumerate(urls))
    feed = tmp_path / "feed.xml"
    feed.write_text(f"<rss><channel>{entries}</channel></rss>")
    done = runner.json("archive", feed, "--limit", "2", "--posts-only")
    assert done.code in {0, 1}, done.err
    assert articles(done) == [(ROUNDUP, None), (REGATTA, None)]
    assert done.last["notes"] == [f"{feed}: 2 were read, 1 more were left (the bound is --limit)"]
    assert done.last["captures"]
    again = runner.json("archive", feed, "--limit", "2", "--posts-only")
    assert [article["unchanged"] for article in again.last["articles"]] == [True, True]


def test_a_page_out_of_a_warc_is_a_version_of_its_address_from_its_own_time_and_its_posts_are_captured_now(
    runner, tmp_path, web
):
    post = next(truth.url for truth in web.truth.posts.values() if truth.url and truth.availability.value == "live")
    html = f'<!doctype html><title>From a crawl</title><p>See <a href="{post}">it</a>.'.encode()
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzipped([response("/kept", html), response("/later", html, date="2999-01-01T00:00:00Z")]))
    done = runner.json("archive", path)
    assert done.code == 0, done.err
    assert articles(done) == [("https://news.example/kept", None), ("https://news.example/later", None)]
    assert [made["outcome"] for made in done.last["captures"]] == ["complete"]
    kept, later = sorted(versions(runner))
    assert kept[1].startswith("2024-05-06T07:08:09")
    assert not later[1].startswith("2999")
    assert kept[2][:8] == later[2][:8] != "20240506"
    stored = next((runner.home / "snapshots").rglob("*article*/source.html"))
    assert stored.read_bytes() == html
    again = runner.json("archive", path)
    assert again.last["articles"][0]["unchanged"] is True
    assert runner.json("audit").code == 0
    before = versions(runner)
    assert runner.run("reindex", reach=False).code == 0
    assert versions(runner) == before


def test_a_document_is_stored_as_the_bytes_that_it_came_in(runner, tmp_path):
    body = docx(paragraph("Words."), links={"r1": POST})
    (tmp_path / "a.docx").write_bytes(body)
    (tmp_path / "scan.mhtml").write_bytes(b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x--")
    (tmp_path / "list.txt").write_text("a.docx\nscan.mhtml\nlist.txt\n")
    done = runner.json("archive", tmp_path / "list.txt")
    assert done.code == 3
    problems = [problem for _, problem in articles(done)]
    assert problems == [None, f"{tmp_path / 'scan.mhtml'} is an MHTML file without a page in it"]
    (stored,) = (runner.home / "snapshots").rglob("source.docx")
    assert stored.read_bytes() == body


@pytest.fixture
def site(tmp_path):
    """A site that lists articles, at http://lists.example, and the option with which it is reached."""
    folder = tmp_path / "site"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, ["--connect-to", f"lists.example:80:127.0.0.1:{server.server_port}"]
        server.shutdown()


def test_a_sitemap_on_the_web_leads_to_its_articles_and_never_to_our_files(runner, site, tmp_path):
    folder, reach = site
    mine = tmp_path / "mine.html"
    mine.write_text("<!doctype html><p>mine")
    (folder / "index.xml").write_text(
        "<sitemapindex><sitemap><loc>http://lists.example/map.xml.gz</loc></sitemap></sitemapindex>"
    )
    listed = f"<urlset><url><loc>{ROUNDUP}</loc></url><url><loc>{mine}</loc></url></urlset>"
    (folder / "map.xml.gz").write_bytes(gzip.compress(listed.encode()))
    (folder / "list.csv").write_text(f"url\n{ROUNDUP}\n{mine}\n")
    done = runner.json("archive", "http://lists.example/index.xml", "--posts-only", *reach)
    assert (ROUNDUP, None) in articles(done)
    assert str(mine) not in {article["source"] for article in done.last["articles"]}
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        seen = {row["id"]: row["uri"] for row in catalog.rows("resource")}
        observed = {seen[row["resource_id"]] for row in catalog.rows("observation")}
    assert {"http://lists.example/index.xml", "http://lists.example/map.xml.gz"} <= observed
    done = runner.json("extract", "http://lists.example/list.csv", *reach)
    assert (done.code, [row["url"] for row in done.rows]) == (3, [ROUNDUP])
    assert "can't be named here" in done.err

"""An article's own page is captured with it: when, how often, and what then has it. Real server, browser and home."""

import http.server
import json
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest
from running import Runner
from storefixtures import START

from archiver.catalog import Catalog
from archiver.cli.compose import policy_of
from archiver.config import Settings
from archiver.demo import DemoWeb
from archiver.demo.news import SHELL_URL
from archiver.model.records import ArticleVersion, Environment, Mention, Resource
from archiver.model.states import MentionKind, ResourceKind
from archiver.steps.archive import wanted_resources
from archiver.steps.article import ArticleReading
from archiver.steps.article_page import page_wanted, with_page

pytestmark = pytest.mark.browser
URL = "http://news.example/story.html"
QUOTE = "<p>The lock is open and nine hulls are through. — Ann Bell (@ann_bell) <a href='#'>May 3, 2022</a></p>"
STORY = "<p>" + "All of Saltmere had waited for this evening, and all of it came. " * 20 + "</p>"
LINK = f"<p><a href='{URL}'>This very page</a> and <a href='http://news.example/other.html'>another</a>.</p>"


def story(*parts):
    return "<!doctype html><meta charset=utf-8><title>The lock</title>" + STORY + "".join(parts)


@dataclass(frozen=True)
class Archive:
    runner: Runner
    reach: list

    def __call__(self, *words):
        return self.runner.json("archive", *words, *self.reach)

    def run(self, *words):
        return self.runner.run("archive", *words, *self.reach)


@contextmanager
def newspaper(tmp_path, *parts):
    """A newspaper at http://news.example: its folder, what it was asked for, and the home that reads it.

    Only pages of articles are captured: nothing that they cite.
    """
    folder, asked = tmp_path / "news", []
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_):
            asked.append(self.path)

    (folder / "story.html").write_text(story(*parts))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        reach = ["--connect-to", f"news.example:80:127.0.0.1:{server.server_port}"]
        runner = Runner(tmp_path / "home", None, {"ARCHIVER_CAPTURES_PER_ARTICLE": "0"})
        assert runner.run("init", runner.home).code == 0
        yield folder, asked, Archive(runner, reach), runner
        server.shutdown()


@pytest.fixture
def news(tmp_path):
    with newspaper(tmp_path, QUOTE) as news:
        yield news


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A home with one article whose second claim is not shown; tests here only read it. And what was printed."""
    gone = QUOTE.replace("<p>", "<p hidden>").replace("The lock is open", "The wall has fallen").replace("ann", "bo")
    with newspaper(tmp_path_factory.mktemp("kept"), QUOTE, gone) as (_folder, _asked, archive, runner):
        yield runner, archive(URL), archive.run(URL)


def page_of(done):
    return done.last["articles"][0]["page"]


def folder_of(runner, page):
    return (runner.home / "snapshots" / page["screenshot"]).parent


def stored(runner, page):
    return json.loads((folder_of(runner, page) / "capture.json").read_text())


def test_an_unchanged_article_is_shown_once_a_changed_one_again(news):
    folder, asked, archive, runner = news
    first = archive(URL)
    assert (first.code, [row["id"] for row in first.last["captures"]]) == (0, [page_of(first)["id"]])
    assert asked.count("/story.html") == 2
    again = archive(URL)
    assert (again.last["articles"][0]["unchanged"], again.last["captures"]) == (True, [])
    assert [row["id"] for row in again.last["kept"]] == [page_of(again)["id"]] == [page_of(first)["id"]]
    assert asked.count("/story.html") == 3
    (folder / "story.html").write_text(story(QUOTE, "<p>Updated at noon.</p>"))
    changed = archive(URL)
    assert page_of(changed)["id"] not in {None, page_of(first)["id"]}
    assert stored(runner, page_of(changed))["article"] == changed.last["articles"][0]["version"]
    assert runner.json("audit").rows == []


def test_it_can_be_switched_off(news):
    _folder, asked, archive, runner = news
    done = archive(URL, "--no-article-page")
    assert (done.code, page_of(done), done.last["captures"], asked) == (0, None, [], ["/story.html"])
    (runner.home / "archiver.toml").write_text("article_page = false\n")
    assert page_of(archive(URL)) is None


@pytest.mark.parametrize(
    ("setting", "posts_only", "flag", "wanted"),
    [
        (True, False, None, True),
        (False, False, None, False),
        (True, True, None, False),
        (True, True, True, True),
        (False, False, True, True),
        (True, False, False, False),
    ],
)
def test_a_flag_wins_and_posts_only_means_posts(setting, posts_only, flag, wanted):
    policy = policy_of(Settings(article_page=setting), posts_only=posts_only, article_page=flag)
    assert policy.article_page is wanted


def test_the_capture_says_what_is_marked_and_what_is_missing(kept):
    runner, done, _told = kept
    page, capture = page_of(done), stored(runner, page_of(done))
    assert page["note"] == "1 of 2 claims marked; not found on the page: 2"
    (step,) = [step for step in capture["steps"] if step["name"] == "marks"]
    assert (step["note"], step["ok"]) == (page["note"], False)
    assert (capture["kind"], capture["outcome"]) == ("page", "complete")
    roles = {artefact["path"]: (artefact["role"], artefact["origin"]) for artefact in capture["artefacts"]}
    assert roles["marks.svg"] == ("marks", "produced")
    assert roles["screenshot.png"] == ("screenshot", "produced")
    svg = ET.parse(folder_of(runner, page) / "marks.svg").getroot()
    told = json.loads(svg.find("{http://www.w3.org/2000/svg}metadata").text)
    assert [(claim["number"], claim["found"]) for claim in told["claims"]] == [(1, True), (2, False)]
    assert told["article"]["id"] == capture["article"]
    shown = runner.run("lookup", URL).out
    assert str(folder_of(runner, page) / "marks.svg") in shown
    assert "the article's own page, captured" in shown
    (hit,) = [row for row in runner.json("lookup", URL).rows if row["kind"] == "article"]
    assert (hit["screenshot"], hit["marks"]) == (page["screenshot"], page["marks"])


def test_a_person_is_told_where_screenshot_and_marks_lie(kept):
    runner, done, told = kept
    folder = folder_of(runner, page_of(done))
    assert told.out.splitlines()[2:4] == [
        f"screenshot {folder / 'screenshot.png'}",
        f"marks      {folder / 'marks.svg'}",
    ]


def test_an_export_of_the_article_has_its_page(kept, tmp_path):
    runner, done, _told = kept
    assert runner.run("export", URL, "-o", tmp_path / "story.wacz").code == 0
    with zipfile.ZipFile(tmp_path / "story.wacz") as package:
        names = package.namelist()
    assert any(name.endswith(f"{page_of(done)['id']}--marks.svg") for name in names)


def test_files_are_not_asked_for_on_the_web(news, tmp_path):
    _folder, asked, archive, _runner = news
    copy = tmp_path / "copy.html"
    copy.write_text(story(QUOTE))
    done = archive(copy)
    assert (done.code, page_of(done), asked) == (0, None, [])


def test_a_stored_article_stands_for_its_page(kept):
    runner, _done, _told = kept
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        article = catalog.resource(f"page:{URL}").id
        # What an article cites is not let go by `prune`, and neither is what shows it.
        assert [citing for citing, _at in catalog.citations_by_resource()[article]] == [article]
    (row,) = [row for row in runner.json("du").rows if row.get("by") == "article"]
    assert (row["name"], row["folders"]) == (URL, 2)


def test_an_article_that_was_rendered_to_be_read_is_not_rendered_again(tmp_path):
    with DemoWeb(folder=tmp_path) as web:
        runner = Runner(tmp_path / "home", web, {"ARCHIVER_CAPTURES_PER_ARTICLE": "0"})
        runner.run("init", runner.home, reach=False)
        web.clear_log()
        done = runner.json("archive", SHELL_URL)
        page = page_of(done)
        assert [entry.url for entry in web.log].count(SHELL_URL) == 2
        assert (done.last["captures"], page["id"]) == ([], None)
        version = stored(runner, page)
        assert (version["type"], version["id"]) == ("article", done.last["articles"][0]["version"])
        assert version["notes"][-1] == "3 of 5 claims marked; not found on the page: 2, 5"
        assert (runner.home / "snapshots" / page["marks"]).parent == folder_of(runner, page)
        assert runner.json("audit", reach=False).rows == []


# --- which are wanted -------------------------------------------------------------------------


def reading(uri=URL, *, live=True, media_type="text/html", mentions=()):
    version = ArticleVersion(
        "id",
        "run",
        Resource(f"page:{uri}", uri, ResourceKind.PAGE),
        uri,
        START,
        media_type,
        None,
        None,
        mentions,
        Environment("program"),
    )
    return ArticleReading(uri, version.resource, version, live=live)


@pytest.mark.parametrize(
    "given",
    [
        {"live": False},
        {"media_type": "application/pdf"},
        {"uri": "https://x.com/ann/status/1508955577374146568"},
        {"uri": "/home/ann/story.html"},
    ],
    ids=["not of the web now", "a PDF", "a post", "a file"],
)
def test_no_page_is_wanted_of(given):
    assert page_wanted(reading(**given)) is None


def test_the_page_comes_after_the_posts_and_answers_for_links_to_itself():
    links = ("https://example.org/a", URL, "https://x.com/ann/status/1508955577374146568")
    mentions = tuple(Mention(n, MentionKind.LINK, url=url) for n, url in enumerate(links, 1))
    wanted = with_page(wanted_resources(mentions, posts_only=False), page_wanted(reading(mentions=mentions)))
    assert [item.resource.key for item in wanted] == [
        "x:1508955577374146568",
        f"page:{URL}",
        "page:https://example.org/a",
    ]
    assert [item.article is not None for item in wanted] == [False, True, False]

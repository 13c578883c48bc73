"""Articles that only their scripts make: rendered once, read again, and both states kept."""

import pytest
from running import Runner

from archiver.demo import DemoWeb
from archiver.demo.news import LAZY_URL, SHELL_URL
from archiver.extract import extract
from archiver.model.records import Document
from archiver.model.rendering import RenderEnd, Rendering
from archiver.steps.rendered import read_rendered, scripts_hide
from archiver.store import Store

TEXT = "<p>" + "Words that a reader reads. " * 30 + "</p>"
SCRIPT = "<script src=/app.js></script>"
POST = '<blockquote class="twitter-tweet"><a href="https://x.com/ann/status/1508955577374146568">day</a></blockquote>'


def document(body):
    return Document("https://news.example/a", body.encode(), "text/html", "https://news.example/a")


def hidden(body):
    return scripts_hide(document(body), extract(document(body)))


@pytest.mark.parametrize(
    "body",
    [
        f"<title>News</title><div id=root></div>{SCRIPT}",
        f"<script>{'var a = 1; ' * 200}</script><noscript>{TEXT}</noscript><div id=__next></div>",
        f"{TEXT}{SCRIPT}<div class='embed-consent' data-network=twitter></div>",
        f"{TEXT}{SCRIPT}<div class='cmplz-placeholder-element' data-service=instagram><p>Accept cookies</p></div>",
    ],
    ids=["empty frame", "script and noscript only", "place for a tweet", "place of a consent manager"],
)
def test_a_page_that_its_scripts_make_is_known(body):
    assert hidden(body)


@pytest.mark.parametrize(
    "body",
    [
        TEXT + SCRIPT,
        "<p>A short notice, and no script.</p>",
        f"{TEXT}{POST}{SCRIPT}<div class='embed-consent' data-network=twitter></div>",
        f"{TEXT}{SCRIPT}<div class='cookie-banner'>We use cookies</div>",
        f"<p>Short.</p>{POST}{SCRIPT}",
    ],
    ids=["article", "without scripts", "an embed is there", "cookie banner", "short, with an embed"],
)
def test_a_page_that_is_there_is_not_rendered(body):
    assert hidden(body) is None


def test_a_hostile_page_is_looked_at_in_linear_time():
    assert hidden("<script>" * 300_000 + "<div class='consent" * 100_000)


def test_what_only_the_fetched_page_cites_is_kept():
    fetched = extract(document(f"{POST}{SCRIPT}"))
    shown = "https://x.com/bo/status/1508955577374146569"
    dom = f"<title>Title</title>{TEXT}{POST.replace('ann', 'bo').replace('568', '569')}"
    rendering = Rendering(RenderEnd.READY, final_url="https://news.example/a", dom=dom.encode(), status=200)
    read = read_rendered(document(""), fetched, rendering, "why")
    assert [(mention.ordinal, mention.post_id) for mention in read.mentions] == [
        (1, shown.rpartition("/")[2]),
        (2, "1508955577374146568"),
    ]


@pytest.mark.parametrize(
    "rendering",
    [
        Rendering(RenderEnd.OVER_BUDGET),
        Rendering(RenderEnd.READY, dom=b"<h1>Access denied</h1>", status=403),
        Rendering(RenderEnd.READY, dom=b"<h1>Just a moment</h1>", status=200),
    ],
    ids=["over budget", "refused", "wall"],
)
def test_a_wall_in_the_browser_takes_nothing_away(rendering):
    fetched = extract(document(f"{POST}{SCRIPT}"))
    read = read_rendered(document(""), fetched, rendering, "why")
    assert (read.mentions, read.article) == (fetched.mentions, fetched.article)
    assert read.notes[-1].startswith("why")


@pytest.mark.browser
def test_an_article_made_by_scripts_is_archived_in_both_states(tmp_path):
    with DemoWeb(folder=tmp_path) as web:
        runner = Runner(tmp_path / "home", web)
        runner.run("init", runner.home, reach=False)
        done = runner.json("archive", SHELL_URL, "--posts-only")
        promised = [mention.post_id for mention in web.truth.articles[LAZY_URL].mentions if mention.post_id]
        store = Store.open(runner.home / "snapshots")
        (path,) = (path for path in (runner.home / "snapshots").rglob("source.html"))
        folder = path.parent
        version = store.read_folder(str(folder.relative_to(store.root)))
        assert [mention.post_id for mention in version.mentions if mention.post_id] == promised
        assert {file.name for file in folder.iterdir()} >= {"source.html", "page.html", "screenshot.png"}
        assert promised[0] not in (folder / "source.html").read_text()
        assert version.article.title == "Lantern night, post by post"
        again = runner.json("archive", SHELL_URL, "--posts-only")
        assert [row["unchanged"] for row in again.last["articles"]] == [True]
        assert done.last["mentions"] == again.last["mentions"]
        assert runner.json("audit", reach=False).rows == []

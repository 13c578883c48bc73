"""`archiver heal`, as a newsroom runs it."""

import stat

import pytest
from healing import LostHome
from running import Runner
from storefixtures import article_draft, page, post

from archiver.demo import DemoWeb
from archiver.model.clock import format_at, system_clock
from archiver.model.digests import sha256
from archiver.model.overtime import Event, EventKind
from archiver.model.states import ArtefactRole, Availability, Origin
from archiver.platforms import resource_for
from archiver.store import DraftFile

ID = post().post_id
TWEET = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Hello</p>&mdash; Jack (@jack) '
    f'<a href="https://twitter.com/jack/status/{ID}?ref_src=twsrc%5Etfw">March 29, 2022</a></blockquote>'
)
UNSURE = f'<a href="https://news.example/x"><div data-tweet-id="{ID}"></div></a>'
STORY = f"<!doctype html>\r\n<p>Words of the story.</p>\r\n{TWEET}\r\n<p>More of them.</p>".encode()


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """A home with a copy of one post, which was declared gone."""
    home = LostHome(tmp_path_factory.mktemp("home"))
    home.keep([post(), page("https://gone.example/report")])

    def seal(run, clock):
        draft = article_draft(run, clock, page("https://news.example/story"))
        return run.seal(
            draft, (DraftFile("source.html", ArtefactRole.SOURCE, Origin.OBSERVED, "text/html", STORY),), []
        )

    home.run(seal)
    return Runner(home.root)


@pytest.fixture
def story(tmp_path):
    file = tmp_path / "story.html"
    file.write_bytes(STORY)
    return file


def test_a_page_is_healed_and_given_back(lost, story, tmp_path):
    out, back = tmp_path / "healed.html", tmp_path / "back.html"
    done = lost.run("heal", story, "-o", out)
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 embeds replaced, 0 left alone, 0 links decorated")
    assert b"just setting up" in out.read_bytes()
    assert lost.run("heal", out, "-o", out).code == 0
    assert lost.run("heal", out, "--undo", "-o", back).code == 0
    assert back.read_bytes() == STORY


def test_undo_needs_no_archive(lost, story, tmp_path):
    out = tmp_path / "healed.html"
    lost.run("heal", story, "-o", out)
    elsewhere = Runner(tmp_path / "nowhere")
    done = elsewhere.json("heal", out, "--undo", "-o", out)
    assert done.last == {"article": str(out), "output": str(out), "embeds": 1, "links": 0, "exact": True}
    assert out.read_bytes() == STORY


def test_json_has_what_another_system_needs_and_the_page_need_not_be_written(lost, story):
    done = lost.json("heal", story, "--link-base", "https://copies.example")
    assert done.code == 0
    (one,) = done.last["replacements"]
    assert STORY[one["start"] : one["end"]].decode() == TWEET
    assert one["original_digest"] == str(sha256(TWEET.encode()))
    assert done.last["original_digest"] == str(sha256(STORY))
    assert "https://copies.example/captures/2026/11/22/" in one["markup"]
    assert (one["platform"], one["post_id"], one["lost"], one["twin"]) == ("x", ID, True, False)


def test_without_a_base_the_copies_are_linked_as_the_page_sees_them(lost, story, tmp_path):
    lost.run("heal", story, "-o", tmp_path / "healed.html")
    text = (tmp_path / "healed.html").read_text()
    href = text.split("data-versionurl=")[1].split('"')[1]
    assert (tmp_path / href).resolve().is_file()
    assert (tmp_path / href).resolve().is_relative_to(lost.home.resolve())


def test_the_base_that_alerts_have_is_that_of_cards_too(lost, story):
    settings = lost.home / "archiver.toml"
    settings.write_text('[alerts]\nlink_base = "https://kept.example/copies"\n')
    (one,) = lost.json("heal", story).last["replacements"]
    settings.unlink()
    assert 'data-versionurl="https://kept.example/copies/captures/' in one["markup"]


def test_an_embed_that_is_left_alone_is_told_and_ends_with_1(lost, tmp_path):
    file = tmp_path / "story.html"
    file.write_text(f"<p>Words</p>{UNSURE}")
    done = lost.json("heal", file, "-o", tmp_path / "out.html")
    assert done.code == 1
    assert [one["why"] for one in done.last["left"]] == ["it lies inside of a link"]
    assert (tmp_path / "out.html").read_bytes() == file.read_bytes()


def test_links_are_decorated(lost, tmp_path):
    file = tmp_path / "story.html"
    file.write_text('<p>It says so in <a href="https://gone.example/report">the report</a>, and elsewhere.</p>')
    done = lost.json("heal", file, "-o", tmp_path / "out.html", "--link-base", "https://copies.example/")
    (one,) = done.last["links"]
    assert one["url"] == "https://gone.example/report"
    assert one["markup"] in (tmp_path / "out.html").read_text()


def test_the_page_may_come_out_of_the_archive_and_go_to_standard_output(lost):
    done = lost.run("heal", "https://news.example/story", "--article", "-o", "-")
    assert done.code == 0
    assert "just setting up" in done.out
    assert "1 embeds replaced" in done.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("heal", "{story}"), 2, "no place for the page"),
        (("heal", "{story}", "--json", "-o", "-"), 2, "standard output"),
        (("heal", "{story}", "-o", "{folder}/no/such/out.html"), 2, "can't be written"),
        (("heal", "{folder}/missing.html", "-o", "-"), 3, "does not exist"),
        (("heal", "{folder}/notes.md", "-o", "-"), 3, "Only HTML pages"),
        (("heal", "https://news.example/other", "--article", "-o", "-"), 3, "is stored"),
        (("heal", "{story}", "-o", "-", "--link-base", "javascript:1"), 2, "no address"),
    ],
)
def test_what_can_not_be_done_is_told_with_what_to_do(  # noqa: PLR0917  # fixtures and cases
    lost, story, tmp_path, words, code, told
):
    (tmp_path / "notes.md").write_text("# Notes\n\nSome [words](https://a.example).\n")
    done = lost.run(*(word.format(story=story, folder=tmp_path) for word in words))
    assert (done.code, told in done.err) == (code, True), done.err


def test_a_page_that_is_written_anew_keeps_who_may_read_it(lost, story):
    story.chmod(0o640)
    assert lost.run("heal", story, "-o", story).code == 0
    assert stat.S_IMODE(story.stat().st_mode) == 0o640
    assert sorted(one.name for one in story.parent.iterdir()) == ["story.html"]


@pytest.mark.browser
@pytest.mark.timeout(280)
def test_the_demos_article_is_archived_loses_a_post_and_is_healed(tmp_path):
    with DemoWeb(folder=tmp_path) as web:
        runner = Runner(tmp_path / "home", web)
        runner.run("init", runner.home, reach=False)
        made = runner.json("archive", web.sample_url).last
        capture = next(
            one
            for one in made["captures"]
            if one["resource"].startswith("https://x.com/") and one["outcome"] == "complete"
        )
        original, out, back = (tmp_path / name for name in ("original.html", "healed.html", "back.html"))
        runner.run("heal", web.sample_url, "--undo", "-o", original)
        assert runner.run("heal", web.sample_url, "-o", out).code == 0
        assert out.read_bytes() == original.read_bytes()
        _declare(runner.home, capture["resource"])
        done = runner.json("heal", web.sample_url, "-o", out)
        assert [one["url"] for one in done.last["replacements"]] == [capture["resource"]]
        assert web.truth.posts["x", resource_for(capture["resource"]).post_id].text in out.read_text()
        assert runner.run("heal", out, "--undo", "-o", back).code == 0
        assert back.read_bytes() == original.read_bytes()


def _declare(folder, url):
    home = LostHome.__new__(LostHome)
    home.root, home.db, home.runs, home.clock = folder, folder / "db" / "archive.db", 0, system_clock
    now = system_clock.now()
    home.note(
        Event(
            f"gone-{format_at(now)}",
            EventKind.DECLARED_GONE,
            now,
            "",
            "a notice",
            resource_for(url),
            state=Availability.GONE_DELETED,
        )
    )

"""`archiver resolve`, as a user runs it, against the demo web."""

from dataclasses import replace

import pytest
from resolve_world import Desk, captured, quoted, state
from running import Runner

from archiver.demo.articles import post_named
from archiver.demo.web import DemoWeb

STORY, OTHER = "https://news.example/night", "https://news.example/wall"
LANTERNS, QUAY, NOBODY = post_named("x/lanterns"), post_named("x/flat-one"), post_named("x/deleted")


@pytest.fixture(scope="module")
def web():
    with DemoWeb() as demo:
        yield demo


@pytest.fixture
def runner(web, tmp_path):
    Desk(tmp_path / "home").run(
        state(STORY, [quoted(LANTERNS), quoted(QUAY)]), state(OTHER, [quoted(replace(NOBODY, handle="nobody_here"))])
    )
    (tmp_path / "home" / "archiver.toml").write_text("host_delay_s = 0.0\n")
    web.clear_log()
    return Runner(tmp_path / "home", web)


def hosts(web):
    return [entry.host for entry in web.log]


def test_permalinks_are_found_and_told_one_line_an_orphan(runner, web):
    done = runner.json("resolve")
    assert done.code == 1, done.err
    assert [(row["article"], row["accepted"]) for row in done.rows] == [
        (STORY, LANTERNS.url),
        (STORY, QUAY.url),
        (OTHER, None),
    ]
    first, second, third = done.rows
    assert first["candidates"][0] == {
        "url": LANTERNS.url,
        "score": 1.0,
        "evidence": ["media_key", "same_author", "same_day", "redirect"],
        "missing": [],
        "uri_m": None,
    }
    assert (first["ordinal"], second["platform"], third["candidates"]) == (1, "x", [])
    assert second["candidates"][0]["uri_m"].startswith(
        "https://web.archive.org/web/20261108010000/https://twitter.com/"
    )
    assert "archived_copy" in second["candidates"][0]["evidence"]
    assert set(hosts(web)) == {"t.co", "web.archive.org"}
    web.clear_log()
    assert [row["accepted"] for row in runner.json("resolve").rows] == [LANTERNS.url, QUAY.url, None]
    assert hosts(web) == []


def test_the_table_names_for_each_orphan_what_was_found_or_is_missing(runner, web):
    shown = runner.run("resolve", "--offline")
    assert (shown.code, hosts(web)) == (1, [])
    assert "3 looked for: 0 found, 3 still without; nobody was asked" in shown.out
    shown = runner.run("resolve", STORY)
    assert shown.code == 0, shown.err
    assert [line.strip() for line in shown.out.splitlines()][:4] == [
        STORY,
        f"@{LANTERNS.handle} 2026-11-07: First boats are through the lock. Nine hulls, four hundred lanterns,…",
        f"FOUND      {LANTERNS.url}",
        "same media key, same author, same day, a short link leads there",
    ]
    assert "2 looked for: 2 found, 0 still without" in shown.out
    assert "archiver resolve --capture" in shown.out


def test_an_orphan_is_meant_by_its_words_or_the_name_of_a_state(runner):
    by_words = runner.json("resolve", "--offline", "lock gates open in five minutes")
    assert [row["text"] for row in by_words.rows] == [QUAY.text]
    version = by_words.rows[0]["version"]
    assert {row["version"] for row in runner.json("resolve", "--offline", version).rows} == {version}
    unknown = runner.run("resolve", "--offline", "https://news.example/elsewhere")
    assert (unknown.code, "no quote without a permalink is known" in unknown.err) == (2, True)


def test_any_cdx_server_may_be_asked(runner, web):
    done = runner.json("resolve", STORY, "--cdx", "https://nowhere.example/coll/cdx")
    rows = done.rows
    assert [row["accepted"] for row in rows] == [LANTERNS.url, None]
    assert "nowhere.example: it answered with HTTP 404" in rows[1]["problems"]
    assert "web.archive.org" not in hosts(web)


def test_what_is_found_is_captured(runner):
    done = runner.run("resolve", STORY, "--capture")
    assert done.code == 0, done.err
    assert "2 posts captured" in done.out
    assert runner.json("lookup", LANTERNS.url, reach=False).code == 0
    assert {row["accepted"] for row in runner.json("resolve", STORY).rows} == {LANTERNS.url, QUAY.url}


def test_offline_asks_nobody(runner):
    assert runner.run("resolve", "--offline", "--cdx", "https://a.example/cdx").code == 2


def test_a_home_without_orphans_says_so(web, tmp_path):
    Desk(tmp_path / "home").run(captured(QUAY))
    done = Runner(tmp_path / "home", web).run("resolve")
    assert (done.code, done.out) == (0, "No quote without a permalink is known.\n")

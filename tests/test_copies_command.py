"""`archiver copies`, as a user runs it, against the demo web."""

import pytest
from running import Runner
from test_copies import Library

from archiver.demo.web import DemoWeb

RECORDS = "https://www.civic-records.example"
LOST, NONE, ODD = (f"{RECORDS}/{path}" for path in ("minutes/2024-02-30", "tides/2026", "survey/members"))


@pytest.fixture(scope="module")
def web():
    with DemoWeb() as demo:
        yield demo


@pytest.fixture
def runner(web, tmp_path):
    Library(tmp_path / "home").cite(LOST, NONE, ODD, live=[NONE])
    (tmp_path / "home" / "archiver.toml").write_text("host_delay_s = 0.0\n")
    web.clear_log()
    return Runner(tmp_path / "home", web)


def test_copies_are_shown_and_refreshed(runner, web):
    assert runner.run("copies").out.startswith("Nothing was asked about yet")
    asked = runner.json("copies", "--refresh")
    rows = {row["resource"]: row for row in asked.rows}
    assert asked.code == 0, asked.err
    assert {url: row["state"] for url, row in rows.items()} == {LOST: "found", NONE: "none", ODD: "unknown"}
    copy = rows[LOST]["copy"]
    assert copy == {
        "uri_m": f"https://web.archive.org/web/20240315121500/{LOST}",
        "captured_at": "2024-03-15T12:15:00Z",
        "confirmed_at": rows[LOST]["asked_at"],
    }
    assert rows[ODD]["note"] == "its answer is not JSON"
    assert runner.json("copies").rows == asked.rows
    before = len(web.log)
    assert runner.json("copies", "--refresh").rows == asked.rows
    assert [entry.host for entry in web.log[before:]] == []
    (row,) = runner.json("copies", NONE, "--refresh").rows
    assert row["asked_at"] > rows[NONE]["asked_at"]
    shown = runner.run("copies", LOST, reach=False).out
    assert "web.archive.org: a copy is there (a capture with status 200)" in shown
    assert copy["uri_m"] in shown
    assert runner.json("audit", reach=False).code == 0


def test_what_is_missing_is_handed_over_if_it_is_asked_for(runner, web):
    runner.json("copies", "--refresh", "--submit")
    posts = [entry for entry in web.log if entry.method == "POST"]
    assert [(entry.url, entry.request_body) for entry in posts] == [
        ("https://web.archive.org/save/", b"url=https%3A%2F%2Fwww.civic-records.example%2Ftides%2F2026")
    ]
    assert next(row for row in runner.json("copies").rows if row["resource"] == NONE)["state"] == "submitted"


@pytest.mark.parametrize(
    ("words", "said"), [(("copies", "--submit"), "--refresh"), (("copies", "nothing-of-the-kind"), "nothing is known")]
)
def test_what_can_not_be_meant_is_wrong_usage(runner, words, said):
    done = runner.run(*words)
    assert (done.code, said in done.err) == (2, True)


def test_an_archive_that_gives_no_answer_ends_with_one(runner, web):
    done = runner.json("copies", ODD, "--refresh")
    assert (done.code, done.rows[0]["copy"]) == (1, None)

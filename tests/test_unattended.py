"""`archiver run` as cron begins it: once, again, twice at a time, with an empty environment, and killed.

ARCHIVER_TEST_KILLS sets how many moments are tried (50 in a thorough run).
"""

import collections
import os
import random
import signal
import subprocess

import pytest
from daily import ROOT, Daily
from passes import PassHome
from running import Runner

from archiver.catalog import Catalog
from archiver.demo import DemoWeb

KILLS = int(os.environ.get("ARCHIVER_TEST_KILLS", "3"))
pytestmark = [pytest.mark.browser, pytest.mark.timeout(60 * max(10, KILLS))]
FEED = f"{ROOT}/feed.xml"
POSTS = ("2119138354266641580", "1880860497673443990", "2116275397850113481", "1899037512300491233")


def embed(post_id):
    return (
        f'<blockquote class="twitter-tweet"><p>Said.</p>&mdash; <a href="https://twitter.com/a/status/{post_id}">'
        "May 1, 2026</a></blockquote>"
    )


@pytest.fixture
def place(tmp_path):
    """A runner, and the newspaper whose feed it watches."""
    with DemoWeb(folder=tmp_path) as web, Daily() as daily:
        for name, post_id in zip(("harbour", "market"), POSTS, strict=False):
            daily.publish(name, embed(post_id))
        daily.feed("harbour", "market")
        home = tmp_path / "home"
        PassHome(home, daily).watch(FEED, every_s=3_600)
        (home / "archiver.toml").write_text("host_delay_s = 0.05\ncapture_budget_s = 20\n")
        made = _Reaching(home, web)
        made.__dict__["first"] = daily.connect_to
        yield made, daily


@pytest.fixture
def reading(place):
    """The same, where articles are read only: that needs no browser."""
    settings = place[0].home / "archiver.toml"
    settings.write_text(
        settings.read_text() + "article_page = false\ncaptures_per_article = 0\nrequest_timeout_s = 100\n"
    )
    return place


class _Reaching(Runner):
    """Reaches the newspaper too."""

    def words(self, *words, reach=True):
        command, more = super().words(*words, reach=reach), ["--connect-to", self.__dict__["first"]]
        place = command.index("--connect-to") if "--connect-to" in command else None
        return [*command[:place], *more, *command[place:]] if place else command


def rows(runner, table):
    with Catalog.open(runner.home / "db" / "archive.db", readonly=True) as catalog:
        return list(catalog.rows(table))


def captured(runner):
    return collections.Counter(row["uri"] for row in rows(runner, "capture"))


def test_the_very_line_that_schedule_writes_works_with_an_empty_environment_and_leaves_nothing_to_do(place, tmp_path):
    runner, daily = place
    table = tmp_path / "crontab"
    done = runner.run("schedule", "install", "--every", "1h", "--crontab-file", table, "--yes")
    assert done.code == 0, done.err
    line = next(line for line in table.read_text().splitlines() if not line.startswith("#"))
    command = line.split(None, 5)[5].replace("\\%", "%")
    ran = subprocess.run(["/usr/bin/env", "-i", "/bin/sh", "-c", command], cwd="/", timeout=200, check=False)
    log = (runner.home / "db" / "run.log").read_text()
    assert (ran.returncode, " 2 articles, 4 captures, " in log) == (0, True), log
    assert captured(runner) == {
        f"{ROOT}/harbour.html": 1,
        f"{ROOT}/market.html": 1,
        **{f"https://x.com/i/status/{post_id}": 1 for post_id in POSTS[:2]},
    }
    daily.asked()
    second = runner.json("run")
    assert (second.code, daily.asked()) == (0, [])
    names = ("articles", "captures", "checks", "declared_gone", "came_back", "alerts", "left")
    assert {name: second.last[name] for name in names} == dict.fromkeys(names, 0)
    ended = [row["outcome"] for row in rows(runner, "run") if row["command"] == "run"]
    assert ended == ["done", "done"]
    assert runner.json("audit", reach=False).rows == []
    listed = runner.json("watch", "list", reach=False).last
    assert (listed["source"], listed["articles"], listed["outcome"]) == (FEED, 2, "read")


def test_of_two_that_start_at_once_the_second_leaves_or_waits(reading):
    runner, daily = reading
    daily.open.clear()
    first = runner.start("run")
    assert daily.came.wait(60)
    second = runner.run("run")
    assert (second.code, "in use by process" in second.err) == (4, True)
    waiting = subprocess.Popen(runner.words("run", "--wait", "3m"), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    assert waiting.stderr.readline().startswith(b"waiting: ")
    daily.open.set()
    out, _err = waiting.communicate(timeout=120)
    assert (first.wait(10), waiting.returncode, b" 0 articles, " in out) == (0, 0, True)
    assert runner.json("audit", reach=False).rows == []


def test_killed_at_random_moments_it_goes_on_and_makes_nothing_twice(place):
    runner, daily = place
    moments = random.Random(20261123)
    names = [f"story{number}" for number in range(max(4, KILLS))]
    for number, name in enumerate(names):
        daily.publish(name, *map(embed, POSTS[number : number + 1]))
    daily.feed(*names)
    kills = 0
    for _ in range(KILLS):
        process = runner.start("run")
        try:
            process.wait(moments.uniform(1.0, 9.0))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
    done = runner.json("run", "--wait", "20s")
    assert (done.code, done.last["left"]) == (0, 0), done.err
    assert runner.json("audit", reach=False).rows == []
    whole = [row["uri"] for row in rows(runner, "capture") if row["outcome"] == "complete"]
    wanted = [f"{ROOT}/{name}.html" for name in names] + [f"https://x.com/i/status/{post_id}" for post_id in POSTS]
    assert sorted(whole) == sorted(wanted), "each once"
    versions = [row["source"] for row in rows(runner, "article_version")]
    assert sorted(versions) == sorted(f"{ROOT}/{name}.html" for name in names)
    failed = [row for row in rows(runner, "event") if row["kind"] == "run_failed"]
    interrupted = [row for row in rows(runner, "run") if row["command"] == "run" and row["outcome"] == "interrupted"]
    assert len(failed) == len(interrupted) <= kills
    again = runner.json("run")
    assert (again.code, again.last["captures"], again.last["articles"]) == (0, 0, 0)


def test_a_run_that_was_stopped_is_no_failure(reading):
    runner, daily = reading
    daily.open.clear()
    process = runner.start("run")
    assert daily.came.wait(60)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(60) == 130
    daily.open.set()
    assert runner.json("run").last["articles"] == 2
    assert rows(runner, "event") == []


def test_a_run_that_could_not_even_begin_is_told_by_the_next(reading):
    runner, _daily = reading
    full = _Reaching(runner.home, runner.web, {**runner.environment, "ARCHIVER_KEEP_FREE_BYTES": str(10**17)})
    full.__dict__["first"] = runner.__dict__["first"]
    assert full.run("run").code == 4
    assert (runner.home / "db" / "run-failed").exists()
    assert runner.json("run").code == 0
    events = [(row["kind"], "of space left" in row["evidence"]) for row in rows(runner, "event")]
    assert (events, (runner.home / "db" / "run-failed").exists()) == ([("run_failed", True)], False)

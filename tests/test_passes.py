"""What a pass does where a part of it fails, or its time is over."""

import pytest
from daily import ROOT, Daily
from passes import DAY_S, HOUR_S, PassHome

from archiver.model.clock import Clock
from archiver.model.errors import BrowserUnavailable, Exit
from archiver.steps.budget import Budget

FEED = f"{ROOT}/feed.xml"


@pytest.fixture
def daily():
    with Daily() as paper:
        paper.feed("harbour")
        paper.publish("harbour", '<p><a href="https://far.example/tide">The tide</a></p>')
        yield paper


@pytest.fixture
def home(tmp_path, daily):
    made = PassHome(tmp_path / "home", daily)
    made.watch(FEED)
    return made


def no_browser():
    raise BrowserUnavailable("there is none")


def test_a_stage_that_fails_is_an_event_and_the_others_go_on(home, daily):
    assert home.run().faults == []
    home.browser = no_browser
    daily.publish("market", '<p><a href="https://far.example/tide">The tide</a></p>')
    daily.feed("market", "harbour")
    report = home.later(7 * HOUR_S).run(captures_per_article=5)
    assert (report.exit_code, report.polls.articles) == (Exit.BROWSER, 0)
    assert [fault.split(":")[0] for fault in report.faults] == ["polls"]
    events = [(row["kind"], "BrowserUnavailable: there is none" in row["evidence"]) for row in home.rows("event")]
    assert events == [("run_failed", True)]
    again = home.later(HOUR_S).run()
    assert (again.faults, again.polls.articles) == ([], 1), "what was cut short is taken up"
    assert len(home.rows("event")) == 1
    assert (home.findings(), home.same_when_rebuilt()) == ([], True)


def test_what_is_watched_is_looked_at_too_but_not_both_at_once(home, daily):
    home.run()
    daily.asked()
    home.later(HOUR_S).run()
    asked = daily.asked()
    assert asked == [("/harbour.html", 304)], "the poll was a look"
    report = home.later(DAY_S).run()
    assert daily.asked().count(("/harbour.html", 304)) == 1
    assert (report.checks.faults, report.left) == (0, 0)


def test_each_stage_has_its_share_of_what_is_left():
    now_s = [0.0]
    clock = Clock(monotonic=lambda: now_s[0])
    budget = Budget(100.0, clock=clock)
    first = budget.share(0.5)
    now_s[0] = 40.0
    assert (first(), budget.left_s()) == (10.0, 60.0)
    second = budget.share(0.5)
    now_s[0] = 75.0
    assert (first(), second(), budget.left_s()) == (0.0, 0.0, 25.0)
    assert Budget(0.0, clock=clock).share(0.1)() == float("inf")

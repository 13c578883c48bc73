"""What is captured again and when: by the captures that the catalog has."""

import datetime as dt

import pytest
from homes import Home, article, copy_of

from archiver.model.states import Availability, Outcome
from archiver.steps.recapturing import WAITS_S

HOUR_S, DAY_S = 3_600, 86_400


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def failed(number, state=Availability.UNREACHABLE, outcome=Outcome.FAILED):
    return copy_of(number, "what it said", outcome=outcome, availability=state, record=None, claims=())


def due(home, seconds):
    with home.reader() as catalog:
        last = max(row["ended_at"] for row in catalog.rows("capture"))
        now = dt.datetime.fromisoformat(last) + dt.timedelta(seconds=seconds)
        return len(catalog.captures_due_again(now, WAITS_S))


def test_a_failed_capture_is_tried_again_later_and_later_and_then_no_more(home):
    home.run(failed(1))
    waits = []
    for number in range(6):
        waits.append(next((wait for wait in WAITS_S if due(home, wait) and not due(home, wait - 60)), None))
        home.day(number + 1).run(failed(1))
    assert waits == [*WAITS_S, None]


@pytest.mark.parametrize(
    "state", [Availability.GONE_DELETED, Availability.GONE_AUTHOR, Availability.PROTECTED, Availability.LOGIN]
)
def test_what_is_gone_or_restricted_is_not_tried(home, state):
    home.run(failed(1, state))
    assert due(home, 30 * DAY_S) == 0


def test_a_whole_capture_ends_the_tries(home):
    home.run(failed(1))
    home.day(1).run(copy_of(1, "what it said"))
    assert due(home, 30 * DAY_S) == 0


def test_tries_begin_anew_after_a_whole_capture(home):
    for day in range(3):
        home.day(day).run(failed(1))
    home.day(3).run(copy_of(1, "what it said"))
    home.day(4).run(failed(1, Availability.LIVE, Outcome.PARTIAL))
    assert (due(home, HOUR_S - 60), due(home, HOUR_S)) == (0, 1)


def test_what_was_withdrawn_is_not_captured_again_by_itself(home):
    home.run(article(1), failed(1, Availability.LIVE, Outcome.PARTIAL), failed(2))
    assert due(home, 30 * DAY_S) == 2
    with home.reader() as catalog:
        first = next(row["id"] for row in catalog.rows("capture") if row["availability"] == "live")
    home.day(1).withdraw(first)
    home.day(2).run(failed(1, Availability.LIVE, Outcome.PARTIAL))
    assert due(home, 30 * DAY_S) == 1
    with home.reader() as catalog:
        keys = sorted(row["key"] for row in catalog.rows("resource") if row["platform"])
        assert [catalog.was_withdrawn(key) for key in keys] == [True, False]

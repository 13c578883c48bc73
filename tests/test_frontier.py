"""The frontier's judgement, under a clock that stands still."""

from datetime import UTC, datetime, timedelta

import pytest

from archiver.engine.frontier import Frontier, Manners, retry_after_s
from archiver.model.clock import Clock
from archiver.model.exchange import Failure
from archiver.model.politeness import Turn

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GO, WHEN_ENDED = Turn(go=True), Turn()


class Time:
    def __init__(self):
        self.s = 0.0
        self.clock = Clock(now=lambda: NOON + timedelta(seconds=self.s), monotonic=lambda: self.s)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def frontier(time):
    return Frontier(manners=Manners(), clock=time.clock)


def test_one_request_a_host_and_as_many_hosts_as_there_are(frontier):
    assert [frontier.turn(host) for host in ("a", "b", "a")] == [GO, GO, WHEN_ENDED]


def test_the_delay_counts_from_the_end_of_the_last(frontier, time):
    frontier.turn("a")
    time.s = 10
    frontier.ended("a", status=200)
    assert frontier.turn("a") == Turn(wait_s=1.0)
    time.s = 11
    assert frontier.turn("a") == GO


def test_what_was_never_sent_needs_no_rest(frontier):
    frontier.turn("a")
    frontier.ended("a", failure=Failure.NO_SUCH_NAME)
    assert frontier.turn("a") == GO


def test_a_short_retry_after_is_waited_for_and_a_long_one_left_to_another_run(frontier, time):
    frontier.turn("a")
    frontier.ended("a", status=429, retry_after="20")
    assert frontier.turn("a") == Turn(wait_s=20.0)
    time.s = 20
    assert frontier.turn("a") == GO
    frontier.ended("a", status=503, retry_after="Mon, 23 Nov 2026 13:00:20 GMT")
    assert frontier.turn("a").held == "a asked for 3600 s more without requests"
    time.s = 3560
    assert frontier.turn("a") == Turn(wait_s=60.0)


def test_a_retry_after_is_bounded(frontier, time):
    frontier.turn("a")
    frontier.ended("a", status=503, retry_after="9" * 400)
    time.s = 86_400
    assert frontier.turn("a") == GO


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), (" 5 ", 5.0), ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0), ("Mon, 23 Nov 2020 12:01:00 GMT", 0.0)]
    + [(odd, None) for odd in ("", "soon", "-5", "1.5", "\u0663", "Mon, 99 Nov 2026 12:00:00 GMT")],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after_s(value, NOON) == seconds


TROUBLES = [
    {"status": 500},
    {"status": 503},
    {"status": 429},
    {"failure": Failure.TIMED_OUT},
    {"failure": Failure.CONNECTION_RESET},
    {"failure": Failure.CONNECTION_REFUSED},
    {"status": 200, "failure": Failure.TIMED_OUT},
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_after_five_troubles_in_a_row_a_host_is_left_alone_and_then_tried_once(frontier, time, trouble):
    for _ in range(5):
        assert frontier.turn("a") == GO
        frontier.ended("a", **trouble)
        time.s += 1
    assert frontier.turn("a").held == "a: 5 failures in a row; it is left alone for 600 s"
    assert frontier.turn("b") == GO
    time.s += 600
    assert [frontier.turn("a"), frontier.turn("a")] == [GO, WHEN_ENDED]
    frontier.ended("a", **trouble)
    assert frontier.turn("a").held
    time.s += 600
    assert frontier.turn("a") == GO
    frontier.ended("a", status=404)
    time.s += 1
    assert frontier.turn("a") == GO


def test_a_trial_is_one_request_even_where_more_are_allowed(time):
    frontier = Frontier(manners=Manners(at_once=4, delay_s=0, failures=2), clock=time.clock)
    for _ in range(2):
        frontier.turn("a")
        frontier.ended("a", status=500)
    time.s = 600
    assert [frontier.turn("a"), frontier.turn("a")] == [GO, WHEN_ENDED]


def test_answers_between_troubles_keep_a_host_open(frontier, time):
    for status in (500, 500, 500, 500, 404) * 3:
        assert frontier.turn("a") == GO
        frontier.ended("a", status=status)
        time.s += 1


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.NO_SUCH_NAME, Failure.ABANDONED])
def test_what_is_not_the_hosts_trouble_does_not_count(frontier, time, failure):
    for _ in range(9):
        assert frontier.turn("a") == GO
        frontier.ended("a", failure=failure)
        time.s += 1


def test_a_crawl_delay_is_kept_within_bounds(frontier, time):
    frontier.turn("a")
    frontier.ended("a", status=200)
    frontier.slow_down("a", 5.0)
    assert frontier.turn("a") == Turn(wait_s=5.0)
    frontier.slow_down("a", 9_999.0)
    assert frontier.turn("a") == Turn(wait_s=30.0)
    frontier.slow_down("a", 0.1)
    time.s = 30
    assert frontier.turn("a") == GO


def test_a_million_hosts_are_not_remembered_for_ever(frontier, time):
    for number in range(30_000):
        frontier.turn(str(number))
        frontier.ended(str(number), status=200)
        time.s += 0.01
    assert len(frontier._hosts) < 20_500

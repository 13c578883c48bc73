"""When a resource is due again."""

from datetime import UTC, datetime, timedelta

import pytest

from archiver.model.cadence import Cadence, Look, due_after
from archiver.model.states import Availability

T0 = datetime(2026, 11, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIVE, GONE, BLOCKED = Availability.LIVE, Availability.GONE_DELETED, Availability.BLOCKED


def due(*looks, declared=False):
    seen = [Look(T0 + after, state) for after, state in looks]
    return due_after(seen, declared=declared, cadence=Cadence()) - T0


def test_after_first_sight_the_looks_are_log_spaced_for_three_months():
    looks, instants = [(0 * DAY, LIVE)], []
    while (following := due(*looks)) <= 90 * DAY:
        instants.append(following)
        looks.append((following, LIVE))
    assert instants == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY]


def test_after_the_steps_the_interval_grows_while_nothing_changes_and_never_beyond_the_bound():
    looks = [(60 * DAY, LIVE), (90 * DAY, LIVE)]
    assert due((0 * DAY, LIVE), *looks) == 90 * DAY + 42 * DAY
    assert due((0 * DAY, LIVE), (200 * DAY, LIVE), (370 * DAY, LIVE)) == 370 * DAY + 180 * DAY


def test_what_changed_is_looked_at_sooner():
    assert due((0 * DAY, LIVE), (100 * DAY, Availability.PROTECTED), (200 * DAY, LIVE)) == 200 * DAY + 80 * DAY


def test_a_late_look_passes_over_the_steps_that_it_missed():
    assert due((0 * DAY, LIVE), (20 * DAY, LIVE)) == 30 * DAY


def test_what_was_seen_gone_is_looked_at_when_a_strike_would_count():
    assert due((0 * DAY, LIVE), (30 * DAY, GONE)) == 33 * DAY


def test_what_was_declared_gone_is_looked_at_rarely():
    assert due((0 * DAY, LIVE), (30 * DAY, GONE), (33 * DAY, GONE), (36 * DAY, GONE), declared=True) == 66 * DAY


@pytest.mark.parametrize(
    ("times", "wait"), [(1, 6 * HOUR), (2, DAY), (3, 3 * DAY), (4, 7 * DAY), (5, 14 * DAY), (9, 30 * DAY)]
)
def test_a_look_that_taught_nothing_is_repeated_less_and_less_soon(times, wait):
    looks = [((10 + number) * DAY, BLOCKED) for number in range(times)]
    assert due((0 * DAY, LIVE), *looks) == looks[-1][0] + wait

"""Where a resource stands follows from what was observed, whatever the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.catalog.standing import Judgement, Seen, Standing, judgements, standing
from archiver.model.states import Availability, Group

A = Availability


def judged(*states):
    return [Judgement(f"2026-11-{day:02}", state) for day, state in enumerate(states, start=1)]


@pytest.mark.parametrize(
    ("states", "state", "days"),
    [
        ([A.LIVE], A.LIVE, (1, 1, 1, 1)),
        ([A.LIVE, A.LIVE, A.LIVE], A.LIVE, (1, 3, 3, 3)),
        ([A.LIVE, A.GONE_DELETED], A.GONE_DELETED, (2, 2, 2, 1)),
        ([A.LIVE, A.GONE_DELETED, A.RATE_LIMITED], A.GONE_DELETED, (2, 2, 3, 1)),
        ([A.GONE_DELETED, A.UNREACHABLE, A.GONE_DELETED], A.GONE_DELETED, (1, 3, 3, None)),
        ([A.GONE_DELETED, A.LIVE, A.GONE_DELETED], A.GONE_DELETED, (3, 3, 3, 2)),
        ([A.GONE_DELETED, A.MOVED], A.MOVED, (2, 2, 2, 2)),
        ([A.BLOCKED, A.UNCLEAR, A.UNCLEAR], A.UNCLEAR, (2, 3, 3, None)),
        ([A.LOGIN, A.SERVER_ERROR], A.LOGIN, (1, 1, 2, None)),
    ],
)
def test_the_latest_conclusive_state_stands(states, state, days):
    assert standing(judged(*states)) == Standing(state, *(day and f"2026-11-{day:02}" for day in days))


def test_nothing_observed_is_nothing_known():
    assert standing([]) is None


@given(st.lists(st.sampled_from(list(A)), min_size=1, max_size=12), st.randoms())
def test_the_order_of_reading_makes_no_difference(states, random):
    found = judged(*states)
    shuffled = random.sample(found, len(found))
    assert standing(shuffled) == standing(found)


@given(st.lists(st.sampled_from(list(A)), max_size=12))
def test_inconclusive_judgements_never_change_what_is_known(states):
    telling = [state for state in states if state.conclusive]
    if telling:
        assert standing(judged(*states)).state is telling[-1]
        assert standing(judged(*states, A.RATE_LIMITED)).state is telling[-1]


@given(st.lists(st.sampled_from([state for state in A if state.group is not Group.GONE]), min_size=1, max_size=8))
def test_nothing_is_gone_that_was_never_seen_gone(states):
    assert standing(judged(*states)).state.group is not Group.GONE


def test_the_platforms_endpoint_decides_before_the_page_within_one_visit():
    seen = [
        Seen("2", A.LIVE, "record", "run 1"),
        Seen("3", A.LOGIN, "page", "run 1"),
        Seen("1", A.MOVED, "http", "run 1"),
    ]
    assert judgements(seen, {}) == [Judgement("2", A.LIVE)]


def test_an_inconclusive_endpoint_leaves_the_word_to_the_page():
    seen = [Seen("3", A.RATE_LIMITED, "record", "run 1"), Seen("2", A.LIVE, "page", "run 1")]
    assert judgements(seen, {}) == [Judgement("2", A.LIVE)]


def test_what_a_capture_decided_on_counts_whatever_its_witnesses_said():
    seen = [Seen("1", A.LIVE, "record", "c"), Seen("2", A.GONE_DELETED, "page", "c")]
    assert judgements(seen, {"c": Judgement("9", A.GONE_DELETED)}) == [Judgement("2", A.GONE_DELETED)]


def test_a_capture_without_observations_still_says_where_the_resource_stood():
    assert judgements([], {"c": Judgement("9", A.PROTECTED)}) == [Judgement("9", A.PROTECTED)]


def test_visits_of_two_runs_are_two_judgements():
    seen = [Seen("2", A.LIVE, "record", "run 1"), Seen("3", A.GONE_DELETED, "record", "run 2")]
    assert judgements(seen, {}) == [Judgement("2", A.LIVE), Judgement("3", A.GONE_DELETED)]

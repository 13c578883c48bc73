"""Stretches of time as prefixes of ids, and back."""

from datetime import UTC, datetime, timedelta

import pytest

from archiver.platforms import all_platforms, platform_named
from archiver.steps.resolving_prefixes import common_prefixes, day_window, in_span, prefix_cover, zones_window

DAY = datetime(2022, 3, 29, tzinfo=UTC)
X = platform_named("x")
TIMED = [one for one in all_platforms() if one.ids_between(DAY, DAY + timedelta(days=1))]


def test_the_day_of_a_real_orphan_takes_22_prefixes():
    """— Phil Stewart (@phildstewart) March 29, 2022."""
    span = X.ids_between(*day_window(DAY))
    assert (span.first, span.last) == ("1508594786104246272", "1508957173969846271")
    cover = prefix_cover(X, *day_window(DAY))
    assert len(cover) == 22
    assert (cover[0], cover[-1]) == ("1508594", "1508957")
    assert common_prefixes(X, *day_window(DAY)) == ("1508",)
    assert any("1508955577374146568".startswith(prefix) for prefix in cover)


def test_with_the_hour_known_it_takes_7_and_with_the_minute_2():
    hour = DAY + timedelta(hours=4)
    assert len(prefix_cover(X, hour, hour + timedelta(hours=1))) == 7
    minute = DAY + timedelta(minutes=8)
    assert len(prefix_cover(X, minute, minute + timedelta(minutes=1))) == 2


def test_the_platforms_whose_ids_tell_time_are_searched_by_it():
    assert {one.name for one in TIMED} == {"x", "tiktok", "bluesky", "mastodon"}


@pytest.mark.parametrize("platform", TIMED, ids=lambda one: one.name)
@pytest.mark.parametrize("begin", [DAY, datetime(2018, 5, 25, tzinfo=UTC), datetime(2023, 12, 31, tzinfo=UTC)])
def test_a_cover_holds_every_id_of_its_time_and_little_else(platform, begin):
    for window in (day_window(begin), zones_window(begin), (begin, begin + timedelta(minutes=1))):
        span = platform.ids_between(*window)
        cover, common = prefix_cover(platform, *window), common_prefixes(platform, *window)
        for number in (span.first, span.last):
            assert sum(number.startswith(prefix) for prefix in cover) == 1
            assert sum(number.startswith(prefix) for prefix in common) == 1
            assert in_span(number, span)
        assert not any(one != other and one.startswith(other) for one in cover for other in cover)
        assert len(common) <= (2 if len(span.first) == len(span.last) else 4)
        early, late = (platform.ids_between(at, at + timedelta(minutes=1)) for at in _beside(window))
        assert not any(early.first.startswith(prefix) or late.last.startswith(prefix) for prefix in cover)
        assert not in_span(early.first, span)
        assert not in_span(late.last, span)


def _beside(window):
    return window[0] - timedelta(minutes=10), window[1] + timedelta(minutes=10)


@pytest.mark.parametrize("platform", TIMED, ids=lambda one: one.name)
def test_ids_tell_the_time_that_they_were_looked_for_by(platform):
    span = platform.ids_between(DAY, DAY + timedelta(hours=1))
    prefix = {"bluesky": "ann.example/", "mastodon": "mastodon.social/"}.get(platform.name, "")
    first, last = (platform.created_at(prefix + number) for number in (span.first, span.last))
    assert DAY <= first < last < DAY + timedelta(hours=1)


def test_the_turn_to_another_length_of_ids_is_covered_on_both_sides():
    turn = datetime(2018, 5, 25, 13, 5, 53, tzinfo=UTC)
    cover = prefix_cover(X, turn - timedelta(hours=1), turn + timedelta(hours=1))
    assert {prefix[0] for prefix in cover} == {"9", "1"}


def test_times_before_ids_told_any_have_no_prefixes():
    assert prefix_cover(X, *day_window(datetime(2009, 1, 1, tzinfo=UTC))) == ()
    assert common_prefixes(platform_named("instagram"), *day_window(DAY)) == ()

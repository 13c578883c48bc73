"""When a source is asked again, by the polls that there were."""

import datetime as dt
from itertools import pairwise

from archiver.cli.spans import SPAN, span_text
from archiver.model.overtime import PollOutcome
from archiver.model.polling import Polled, next_poll_at, watch_id

START = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
HOUR_S, DAY_S = 3_600, 86_400
READ, SAME, FAILED = PollOutcome.READ, PollOutcome.UNCHANGED, PollOutcome.FAILED


def polls(*looks):
    return [Polled(START + dt.timedelta(seconds=seconds), outcome) for seconds, outcome in looks]


def wait_s(every_s, *looks):
    made = polls(*looks)
    return (next_poll_at(made, first_at=START, every_s=every_s) - made[-1].at).total_seconds()


def test_a_source_with_an_interval_keeps_it():
    assert [wait_s(HOUR_S, (0, READ)), wait_s(HOUR_S, (0, READ), (9 * HOUR_S, SAME))] == [HOUR_S, HOUR_S]


def test_failures_double_the_interval_up_to_a_week():
    failures = [(number, FAILED) for number in range(12)]
    waits = [wait_s(HOUR_S, *failures[: count + 1]) for count in range(12)]
    assert waits == [min(HOUR_S * 2**count, 7 * DAY_S) for count in range(12)]


def test_an_interval_longer_than_a_week_is_not_shortened_by_failures():
    assert wait_s(30 * DAY_S, (0, FAILED), (1, FAILED)) == 30 * DAY_S


def test_a_server_that_asks_for_more_time_gets_it():
    asked = [Polled(START, FAILED, retry_after_s=50_000)]
    assert next_poll_at(asked, first_at=START, every_s=HOUR_S) == START + dt.timedelta(seconds=50_000)


def test_an_article_is_read_at_the_steps_and_then_by_how_it_changes():
    at, looks, steps = 0, [(0, READ)], []
    for _ in range(13):
        at += wait_s(0, *looks)
        looks.append((at, SAME))
        steps.append(at)
    days = [HOUR_S, 6 * HOUR_S, *(day * DAY_S for day in (1, 3, 7, 14, 30, 60, 90))]
    assert steps[:9] == days
    gaps = [round(after - before) for before, after in pairwise(steps[8:])]
    assert gaps == [round(30 * DAY_S * 1.4**count) for count in (1, 2, 3, 4)]
    assert wait_s(0, (60 * DAY_S, SAME), (90 * DAY_S, READ)) == 24 * DAY_S


def test_one_source_has_one_id_in_all_its_spellings():
    assert watch_id("HTTPS://Example.org:443/feed") == watch_id("https://example.org/feed")
    assert watch_id("https://example.org/feed") != watch_id("https://example.org/Feed")


def test_spans_are_read_as_they_are_written():
    written = ["90s", "50m", "6h", "1d12h", "2w", "45"]
    assert [SPAN.convert(text, None, None) for text in written] == [90, 3_000, 21_600, 129_600, 1_209_600, 45]
    assert [span_text(seconds) for seconds in (0, 90, 3_000, 129_600, 1_209_600)] == [
        "0s",
        "1m30s",
        "50m",
        "1d12h",
        "2w",
    ]

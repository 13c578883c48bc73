"""How long a text is to X, and what day a date text names."""

import pytest

from archiver.extract.dates import date_at, iso_date, iso_instant
from archiver.extract.weight import POST_UNITS, weighted_length


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", 0),
        ("plain", 5),
        # The ellipsis is outside the light ranges: two units.
        ("“quoted” – dash…", 17),
        ("日本語", 6),
        ("한국어", 6),
        ("Привет", 6),
        ("مرحبا", 5),
        ("see https://example.com/a/very/long/path?with=query", 4 + 23),
        ("https://t.co/NHcUEfqPvm", 23),
        ("a\n\nb", 4),
        ("😀", 2),
        ("🇺🇦", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("words pic.twitter.com/HPBfmpQaXZ", 5),
        ("e\u0301", 1),
    ],
)
def test_a_text_weighs_what_x_counts(text, units):
    assert weighted_length(text) == units


def test_a_full_post_of_plain_letters_is_exactly_at_the_limit():
    assert weighted_length("x" * 280) == POST_UNITS


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("March 29, 2022", "2022-03-29"),
        ("Mar. 3, 2021 at 5:07 PM", "2021-03-03"),
        ("29 March 2022", "2022-03-29"),
        ("17 de abril de 2020", "2020-04-17"),
        ("Martes, 3 de marzo de 2020", "2020-03-03"),
        ("10 de março de 2020", "2020-03-10"),
        ("29 mars 2022", "2022-03-29"),
        ("1er août 2023", "2023-08-01"),
        ("29. März 2022", "2022-03-29"),
        ("29 gennaio 2022", "2022-01-29"),
        ("2021年11月10日", "2021-11-10"),
        ("2022년 3월 29일", "2022-03-29"),
        ("29 марта 2022 г.", "2022-03-29"),
        ("29 Ağustos 2022", "2022-08-29"),
        ("29 stycznia 2022", "2022-01-29"),
        ("29 مارس، 2022", "2022-03-29"),
        ("३ मार्च 2022", "2022-03-03"),
        ("Tue Jun 29 13:02:34 +0000 2021", "2021-06-29"),
        ("2022-03-29T10:11:12.000Z", "2022-03-29"),
        ("30.03.2022", "2022-03-30"),
        ("12/30/2022", "2022-12-30"),
        ("30/12/2022", "2022-12-30"),
        # Either of two days: nobody's.
        ("03/04/2022", None),
        ("February 30, 2022", None),
        ("Smarch 3, 2022", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_text_names_one_day_or_none(text, day):
    assert iso_date(text) == day


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2022-03-30T10:00:00+0200", "2022-03-30T10:00:00+02:00"),
        ("2022-03-30 10:00", "2022-03-30T10:00"),
        ("2022-03-30", "2022-03-30"),
        ("Wed, 30 Mar 2022 10:00:00 +0200", "2022-03-30T08:00:00Z"),
        ("2022-99-30", None),
        ("soon", None),
    ],
)
def test_a_published_instant_keeps_its_precision_and_its_offset(text, instant):
    assert iso_instant(text) == instant


def test_a_date_counts_only_where_it_begins():
    assert date_at("(@a) March 29, 2022 and more", 4) == (5, 19, "2022-03-29")
    assert date_at("(@a) on Jan 6, 2017 at 2:12am PST!", 4) == (8, 33, "2017-01-06")
    assert date_at("(@a) said on March 29, 2022", 4) is None

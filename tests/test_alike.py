"""How alike pictures and texts are said to be: the same is 1, and what is lost weighs."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from archiver.steps.alike import picture_likeness, text_likeness

LINES = [f"This is line {number} of a post that somebody wrote" for number in range(6)]


def picture(lines=LINES, size=(560, 300), colour="white", shift=0):
    image = Image.new("RGB", size, colour)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((20, 20 + shift + 20 * number), line, fill="black")
    data = BytesIO()
    image.save(data, "PNG", compress_level=1)
    return data.getvalue()


def test_the_same_picture_is_wholly_alike():
    assert picture_likeness(picture(), picture()) == 1.0


@pytest.mark.parametrize(
    "other",
    [
        picture([]),
        picture(LINES[:5]),
        picture([*LINES[:3], "Quite another line of words stands here now", *LINES[4:]]),
        picture(size=(560, 100)),
        picture(colour="pink"),
        picture(shift=4),
    ],
    ids=["no text", "a line lost", "a line changed", "cut", "another ground", "moved"],
)
def test_what_is_lost_or_changed_falls_below_the_floor(other):
    assert picture_likeness(picture(), other) < 0.95
    assert picture_likeness(other, picture()) < 0.95


def test_a_plain_margin_more_is_no_loss_and_text_in_it_is():
    longer = picture([*LINES, "", "", "", "", "", "", "", "", "", "and this is only on one of the two"], (560, 400))
    assert picture_likeness(picture(), picture(size=(580, 500))) == 1.0
    assert picture_likeness(picture(), longer) < 0.95


def test_two_blank_pictures_are_alike_if_they_are_of_one_colour():
    assert picture_likeness(picture([]), picture([])) == 1.0
    assert picture_likeness(picture([]), picture([], colour="black")) == 0.0


def test_high_pictures_are_compared_to_their_end():
    high = picture(size=(200, 5000))
    spoilt = Image.open(BytesIO(high)).convert("RGB")
    for number in range(3):
        ImageDraw.Draw(spoilt).text((20, 4900 + 20 * number), "words far below, and more", fill="black")
    data = BytesIO()
    spoilt.save(data, "PNG")
    assert picture_likeness(high, data.getvalue()) < 0.95


def test_what_is_no_picture_is_an_error():
    with pytest.raises(OSError, match="identify"):
        picture_likeness(picture(), b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("<p>A b, C!</p>", "<div>a <b>b</b> c</div>", 1.0),
        ("<p>a b c d</p>", "<p>a b c</p>", 6 / 7),
        ("<p>a b</p>", "<p>b a</p>", 0.5),
        ("<p>a</p>", "<p>b</p>", 0.0),
        ("", "<!-- nothing --> ", 1.0),
        ("<p>a</p>", "", 0.0),
        ("<head><title>x</title></head><p>a<script>b()</script><style>c</style>", "<p>a", 1.0),
        ("<p>déjà vu 東京</p>", "<p>DÉJÀ VU 東京</p>", 1.0),
    ],
)
def test_texts_are_compared_word_by_word_in_order(one, other, expected):
    assert text_likeness(one.encode(), other.encode()) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_the_markup_the_likeness_is_a_share_and_goes_both_ways(one, other):
    first, second = one.encode("utf-8", "replace"), other.encode("utf-8", "replace")
    assert 0.0 <= text_likeness(first, second) <= 1.0
    assert text_likeness(first, second) == text_likeness(second, first)
    assert text_likeness(first, first) == 1.0

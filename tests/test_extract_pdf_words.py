"""What a PDF does to the words of posts, undone: broken lines, emoji, typed lists; printed by a real browser."""

import pytest
from documents import printed

from archiver.extract.pdf import read_pdf
from archiver.extract.pdfjoins import Joins, first_unit
from archiver.extract.pdflines import Line, Run

pytestmark = pytest.mark.browser

JAPANESE = "総務省がＩｏＴ機器に無差別侵入し調査へ、国による「不正アクセスではない」と理解を求める #総務省 #調査" * 3
BICYCLES = "🚲" * 90


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    prose = "".join(f"<p>Paragraph {n} of an article about a harbour.</p>" for n in range(6))
    page = (
        f"{prose}<p>{JAPANESE}</p><p>{BICYCLES}</p><p>👍🏽 first 👩‍👩‍👧 of 🇺🇸🇺🇦 and 🌡️, 🚲 ok ❤️ end.</p><p>👍🏽</p>"
        "<p>It stopped because:<br>- he kept talking<br>- she was distracted</p>"
    )
    return read_pdf(printed(page, tmp_path_factory.mktemp("words")), "a.pdf")[0]


def test_japanese_lines_are_joined_without_blanks(html):
    assert f"<p>{JAPANESE}</p>" in html


def test_rows_of_emoji_are_joined_without_blanks(html):
    assert f"<p>{BICYCLES}</p>" in html


def test_emoji_of_several_characters_are_kept_whole_and_in_their_place(html):
    assert "<p>👍🏽 first 👩‍👩‍👧 of 🇺🇸🇺🇦 and 🌡️, 🚲 ok ❤️ end.</p>" in html
    assert "<p>👍🏽</p>" in html


def test_a_list_that_was_typed_within_a_paragraph_stays_in_it(html):
    assert "<p>It stopped because:<br>- he kept talking<br>- she was distracted</p>" in html


def line(text):
    return Line((Run(text),), 0.0, 100.0, 0.0, 10.0, text=text)


@pytest.mark.parametrize(
    ("above", "below", "join"),
    [
        ("灯台守が休暇を", "取った。", ""),
        ("🚲", "🚲🚲", ""),
        ("words of it", "🚲", " "),
        ("words of it (", "and more)", ""),
        ("the words #", "harbour", ""),
        ("auf!“", "„Ich darf", " "),
        ("words of", "it", " "),
        ("灯台守が", "IoT", ""),
    ],
)
def test_between_two_lines_stands_what_their_scripts_ask_for(above, below, join):
    assert Joins([]).soft(line(above), line(below)).text == join


@pytest.mark.parametrize(("within", "join"), [("機器 IoT 機器", " "), ("機器IoT機器", "")])
def test_between_ideographs_and_letters_the_document_tells(within, join):
    assert Joins([line(within)]).soft(line("無差別に"), line("侵 x")).text == ""
    assert Joins([line(within)]).soft(line("機器"), line("IoT")).text == join


@pytest.mark.parametrize(
    ("text", "unit"), [("い」と理解", "い」"), ("「国が", "「国"), ("a word", "a"), ("取った。", "取っ"), ("", "")]
)
def test_what_cannot_be_parted_at_a_lines_beginning_is_known(text, unit):
    assert first_unit(text) == unit

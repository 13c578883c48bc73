"""The attribution line in every language that widgets write it in, and as converters leave it."""

import random
import textwrap

import pytest

from archiver.extract import extract
from archiver.model.codec import from_json, to_json
from archiver.model.records import Document, Mention
from archiver.model.states import MentionKind

PROSE = "A long paragraph of the article itself, which nobody could have posted anywhere at all. " * 5
WORDS = "The lighthouse keeper has gone on leave. Nobody knows who turned on the lamp tonight."


def claims(text, media_type="text/plain"):
    extraction = extract(Document("s", text.encode(), media_type))
    return [m.claim for m in extraction.mentions if m.kind is not MentionKind.LINK]


def told(text, media_type="text/plain"):
    return [(c.name, c.handle, c.date, c.text) for c in claims(text, media_type)]


def around(line, words=WORDS):
    return f"{PROSE}\n\n{words}\n\n{line}\n\n{PROSE}"


DATES = [
    ("en", "March 29, 2022"),
    ("es", "29 de marzo de 2022"),
    ("pt", "29 de março de 2022"),
    ("fr", "29 mars 2022"),
    ("de", "29. März 2022"),
    ("it", "29 marzo 2022"),
    ("nl", "29 maart 2022"),
    ("pl", "29 marca 2022"),
    ("tr", "29 Mart 2022"),
    ("ru", "29 марта 2022 г."),
    ("uk", "29 березня 2022 р."),
    ("ja", "2022年3月29日"),
    ("ko", "2022년 3월 29일"),
    ("zh", "2022年3月29日"),
    ("ar", "٢٩ مارس ٢٠٢٢"),
    ("ar, with a comma", "29 مارس، 2022"),
    ("ar, Levant", "29 آذار 2022"),
    ("fa", "۲۹ مارس ۲۰۲۲"),
    ("he", "29 במרץ 2022"),
    ("hi", "29 मार्च 2022"),
    ("hi, its digits", "२९ मार्च २०२२"),
    ("id", "29 Maret 2022"),
    ("vi", "29 tháng 3, 2022"),
    ("vi, long", "ngày 29 tháng 3 năm 2022"),
    ("short", "29 Mar 2022"),
    ("with its time", "Mar 29, 2022 at 15:09"),
    ("with am or pm", "March 29, 2022 at 4:10 PM"),
    ("for machines", "2022-03-29T15:45:00.000Z"),
]


@pytest.mark.parametrize("date", [date for _, date in DATES], ids=[name for name, _ in DATES])
def test_the_day_is_read_in_the_embedders_language(date):
    (claim,) = claims(around(f"— Mara (@mara_v) {date}"))
    assert (claim.name, claim.handle, claim.date, claim.date_text) == ("Mara", "mara_v", "2022-03-29", date)


@pytest.mark.parametrize("date", ["29/03/2022", "03/04/2022"])
def test_a_date_that_can_be_read_in_two_ways_is_kept_as_it_stands(date):
    (claim,) = claims(around(f"— Mara (@mara_v) {date}"))
    assert (claim.date, claim.date_text) == ("2022-03-29" if date[0] == "2" else None, date)


@pytest.mark.parametrize(
    "line",
    [
        "\u200f— \u2067מרה\u2069 (\u2066@mara_v\u2069) \u200f29 במרץ 2022\u200f",
        "\u202b— مارا\u202c (@mara_v\u200e) ٢٩ مارس ٢٠٢٢",
        "—\u200e Mara \u200e(\u200e@mara_v\u200e)\u200e \u2068March 29, 2022\u2069",
    ],
)
def test_marks_of_writing_direction_are_not_in_the_way(line):
    (claim,) = claims(around(line))
    assert (claim.handle, claim.date) == ("mara_v", "2022-03-29")
    assert claim.name in ("מרה", "مارا", "Mara")


@pytest.mark.parametrize(
    "dash",
    [
        *("—", "–", "―", "−", "‒", "‑", "-", "--", "---", "——", "⸺", "－", "&mdash;", "&#8212;"),
        *("\u00e2\u20ac\u201d", "\u00e2\u20ac\u201c", "\u00e2\u0080\u0094", "\u0432\u0402\u201d", "\u00d4\u00c7\u00f6"),
        *("\u201a\u00c4\u00ee", "\x97", "\ufffd", "??", "- —", "> —", "* —", "• —", "3. —", "“—", "|  —"),
    ],
)
def test_the_dash_may_be_any_and_have_other_signs_before_it(dash):
    assert told(around(f"{dash} Mara Vel (@mara_v) March 29, 2022")) == [("Mara Vel", "mara_v", "2022-03-29", WORDS)]


@pytest.mark.parametrize(
    "name",
    [
        *("Mara 🌊", "Mara (she/her)", "Mara — at sea", "Mara - at sea", "@Mara", "Mara (@old_mara)", "M. V. - PhD"),
        *("週刊SPA!", "弁護士　海野", "Мара", "مارا", "M A R A", "Mara | Harbour", "Yahoo! News"),
    ],
)
def test_the_name_may_hold_anything(name):
    (claim,) = claims(around(f"— {name} (@mara_v) March 29, 2022"))
    assert (claim.name, claim.handle) == (" ".join(name.split()), "mara_v")


@pytest.mark.parametrize(
    "line",
    [
        "— Mara Vel\n(@mara_v) March 29, 2022",
        "— Mara Vel (@mara_v)\nMarch 29, 2022",
        "— Mara Vel (@mara_v) March\n29, 2022",
        "—\nMara Vel\n(@mara_v)\nMarch 29,\n2022",
        "— Mara Vel (@mara\n_v) March 29, 2022",
        "— Mara Vel (@mara_v) Mar\nch 29, 2022",
        "—\n        Mara Vel (@mara_v) March\n              29, 2022",
        "— Mara Vel ( @mara_v ) March 29, 2022",
    ],
)
def test_the_line_may_be_broken_anywhere(line):
    assert [c[:3] for c in told(around(line))] == [("Mara Vel", "mara_v", "2022-03-29")]


@pytest.mark.parametrize("width", range(24, 121, 6))
def test_text_that_was_broken_at_a_width_is_joined_again(width):
    paragraphs = [PROSE, WORDS, "— Mara Vel the second (@mara_v) 29 de marzo de 2022", PROSE]
    text = "\n\n".join(textwrap.fill(part, width) for part in paragraphs)
    assert told(text) == [("Mara Vel the second", "mara_v", "2022-03-29", WORDS)]


@pytest.mark.parametrize("width", range(24, 121, 6))
def test_text_that_was_cut_at_a_column_is_joined_again(width):
    paragraphs = [PROSE, WORDS, "— Mara Vel the second (@mara_v) 29 de marzo de 2022", PROSE]
    text = "\n\n".join("\n".join(part[n : n + width] for n in range(0, len(part), width)) for part in paragraphs)
    assert told(text) == [("Mara Vel the second", "mara_v", "2022-03-29", WORDS)]


def test_japanese_that_was_broken_into_lines_is_joined_without_blanks():
    words = "灯台守が休暇を取った。今夜だれが灯りをともしたのか、だれも知らない。"
    prose = "これは記事そのものの長い段落であり、だれかが投稿できたようなものではない。" * 9
    lines = [prose[n : n + 30] for n in range(0, len(prose), 30)]
    text = "\n".join([*lines, "", words[:30], words[30:], "", "— 真魚 (@mara_v) 2022年3月29日"])
    assert told(text) == [("真魚", "mara_v", "2022-03-29", words)]


@pytest.mark.parametrize(
    "line",
    [
        "— Mara Vel (@mara_v) March 29, 2022, she wrote",
        "— Mara Vel (@mara_v) March 29, 2022 in the harbour",
        "— Mara Vel (@mara_v), March 29, 2022",
        "— Mara Vel (@mara_v) on March 29, 2022",
        "— Mara Vel (@mara_v) | March 29, 2022",
        "— the harbour was closed. Mara Vel (@mara_v) March 29, 2022",
        "— Mara Vel (@mara_v) February 30, 2022",
    ],
)
def test_a_line_that_no_widget_writes_is_no_attribution(line):
    assert told(around(line)) == []


def test_a_name_and_a_date_under_the_title_or_a_long_paragraph_sign_the_article():
    line = "— Mara Vel (@mara_v) March 29, 2022"
    assert told(f"The night of the lamp\n\n{line}\n\n{PROSE}") == []
    assert told(f"{PROSE}\n\n{PROSE} {PROSE}\n\n{line}") == []


def test_where_the_beginning_is_unsure_the_other_texts_are_told_in_order():
    text = f"{PROSE}\n\nThe harbour was dark that night.\n\n{WORDS}\n\n— Mara (@mara_v) March 29, 2022\n\n{PROSE}"
    (claim,) = claims(text)
    both = f"The harbour was dark that night.\n\n{WORDS}"
    assert {claim.text, *claim.alternatives} == {WORDS, both}


@pytest.mark.parametrize(
    "above",
    [
        "Mara Vel wrote about the lamp:",
        "This is what she tweeted that night.",
        "Auch in der Nacht war noch nicht klar, wer das Licht und die Lampe bedient hatte.",
    ],
)
def test_what_leads_a_post_in_is_not_its_text(above):
    (claim,) = claims(f"{PROSE}\n\n{above}\n\n{WORDS}\n\n— Mara Vel (@mara_v) March 29, 2022\n\n{PROSE}")
    assert claim.text == WORDS


@pytest.mark.parametrize(
    ("above", "words"),
    [
        ("Who turned on the lamp? 🌊 #harbour", "Nobody knows."),
        ("“Nobody knows who it was,", "and nobody asks.”"),
        ("The list so far:", "• the keeper\n• the cat"),
        ("A lamp is lit in the tower.", "pic.twitter.com/AbCdEf1234"),
        ("A lamp is lit in the tower.", "#harbour #lamp"),
    ],
)
def test_what_belongs_together_is_one_text(above, words):
    (claim,) = claims(f"{PROSE}\n\n{above}\n\n{words}\n\n— Mara Vel (@mara_v) March 29, 2022\n\n{PROSE}")
    kept = "" if words.startswith("pic.") else f"\n\n{words}"
    assert claim.text == f"{above}{kept}"


@pytest.mark.parametrize(
    "text",
    [
        "(@a) " * 20_000,
        "— A (@a) March 29, 2022 " * 4_000,
        "words\n\n— A (@a) March 29, 2022\n\n" * 1_500,
        "View this post on Instagram\n" * 3_000,
        "A post shared by A (@a)\n" * 3_000,
        "Posted by A on Monday, March 3, 2020\n" * 2_000,
        "♬ a - b\n" * 5_000,
        "by u/abc in r/def\n" * 4_000,
        "— " * 50_000 + "(@a) March 29, 2022",
        "a\n" * 50_000 + "— A (@a) March 29, 2022",
        "(@a) " + "March " * 20_000,
        "\u200f" * 50_000 + "(@a)",
        "> " * 60_000 + "— A (@a) March 29, 2022",
    ],
    ids=range(13),
)
@pytest.mark.timeout(30)
def test_a_hostile_text_takes_no_more_than_linear_time(text):
    extract(Document("s", text.encode(), "text/plain"))


def test_a_list_that_holds_nothing_but_an_attribution_is_read():
    assert told("- words of it\n- — A (@a) March 29, 2022", "text/markdown")[0][1:3] == ("a", "2022-03-29")


PIECES = [
    *(
        "— ",
        "–",
        "-",
        "A B",
        "(@a",
        "(@abc)",
        "@abc",
        " March 29, 2022",
        "29 мар",
        "2021年",
        "\n",
        "\n\n",
        " ",
        ":",
        "…",
    ),
    *(
        "View this post on Instagram",
        "A post shared by ",
        "Posted by ",
        "Monday, ",
        "♬ ",
        " - x",
        "by u/abc",
        " in r/x",
    ),
    *(
        "Post by @a@b.c",
        "View on Mastodon",
        "pic.twitter.com/abcd",
        "https://t.co/xx",
        "“",
        "”",
        "\u200f",
        "#tag",
        "😀",
    ),
    *("> ", "- ", "• ", "1. ", "1/", "[x](#)", "[y](https://x.com/a/status/1508955577374146568)", "word. ", "語。"),
    *(
        "[image or embed]",
        "&mdash;",
        "<br>",
        "<p>",
        "</blockquote>",
        "<blockquote>",
        "がシェアした投稿",
        "(((",
        "x" * 40,
    ),
]


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown", "text/html"])
def test_no_mixture_of_such_pieces_raises_and_every_mention_can_be_written_and_read(media_type):
    chance = random.Random(11)
    for _ in range(400):
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 80)))
        for mention in extract(Document("s", text.encode(), media_type)).mentions:
            assert from_json(Mention, to_json(mention)) == mention


@pytest.mark.parametrize("handle", ["mara_v_", "_mara", "__mara_v__", "m_a_r_a"])
def test_underscores_of_a_handle_are_no_emphasis(handle):
    text = around(f"— *Mara* Vel (@{handle}) [March 29, 2022](#)")
    assert told(text, "text/markdown") == [("Mara Vel", handle, "2022-03-29", WORDS)]

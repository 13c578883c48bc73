"""Where a flattened post's attribution and its text begin and end."""

import pytest

from archiver.extract import extract
from archiver.model.records import Claim, Document
from archiver.model.states import MentionKind

PROSE = "A long paragraph of the article itself, which nobody could have posted. " * 5


def posts(text, media_type="text/markdown"):
    extraction = extract(Document("s", text.encode(), media_type))
    return [m for m in extraction.mentions if m.kind is not MentionKind.LINK]


def claims(text, media_type="text/markdown"):
    return [(m.claim.name, m.claim.handle, m.claim.date, m.claim.text) for m in posts(text, media_type)]


@pytest.mark.parametrize("dash", ["—", "–", "-", "--", "―", "â€”", "&mdash;", "\\-"])
def test_every_dash_that_republishers_make_leads_an_attribution(dash):
    text = f"{PROSE}\n\nWords of the post.\n\n{dash} Some Name (@some_name) March 29, 2022\n\nMore."
    assert claims(text) == [("Some Name", "some_name", "2022-03-29", "Words of the post.")]


@pytest.mark.parametrize(
    ("date", "url", "post_id", "dangling"),
    [
        ("March 29, 2022", None, None, False),
        ("[March 29, 2022](#)", None, None, True),
        ("[March 29, 2022]()", None, None, True),
        ("[March 29, 2022](https://t.co/abcDEF)", "https://t.co/abcDEF", None, False),
        (
            "[March 29, 2022](https://twitter.com/a/status/1508847000000000000?ref_src=twsrc%5Etfw)",
            "https://x.com/i/status/1508847000000000000",
            "1508847000000000000",
            False,
        ),
    ],
)
def test_the_date_keeps_its_link_or_loses_it(date, url, post_id, dangling):
    (post,) = posts(f"{PROSE}\n\nWords.\n\n— A (@a) {date}\n")
    assert (post.url, post.post_id, post.dangling, post.claim.date_text) == (url, post_id, dangling, "March 29, 2022")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("— 太郎 (@taro) 2021年11月10日", "2021-11-10"),
        ("— Ana (@ana) 17 de abril de 2020", "2020-04-17"),
        ("— Rui (@rui) 10 de março de 2020", "2020-03-10"),
        ("— Zoé (@zoe) 3 août 2023", "2023-08-03"),
        ("— Jürgen (@jurgen) 29. März 2022", "2022-03-29"),
        ("— Gino (@gino) 29 gennaio 2022", "2022-01-29"),
    ],
)
def test_the_date_may_be_in_the_embedders_language(line, day):
    assert [claim[2] for claim in claims(f"{PROSE}\n\nWords.\n\n{line}\n")] == [day]


@pytest.mark.parametrize(
    "name",
    ["Jo (she/her)", "Jo — the one", "Jo - at work", "Jo 🌻 @work", "@Jo (@notme)", "J. O'Neil–Smith, PhD"],
)
def test_a_name_may_hold_dashes_brackets_and_other_handles(name):
    assert claims(f"{PROSE}\n\nWords.\n\n— {name} (@jo) March 29, 2022\n") == [(name, "jo", "2022-03-29", "Words.")]


def test_one_paragraph_may_hold_text_and_attribution():
    text = f"{PROSE}\n\nOne thing — said twice — Some Name (@name) March 29, 2022\n\nAfter."
    assert claims(text) == [("Some Name", "name", "2022-03-29", "One thing — said twice")]


def test_a_text_may_hold_several_paragraphs_up_to_what_one_post_can_be():
    paragraphs = ["First. " + "a" * 100, "Second. " + "b" * 100]
    text = "\n\n".join([PROSE, *paragraphs, "— A (@a) March 29, 2022"])
    assert claims(text)[0][3] == "\n\n".join(paragraphs)


def test_a_paragraph_that_no_longer_fits_in_280_units_is_not_part_of_it():
    text = "\n\n".join(["x" * 150, "y" * 150, "— A (@a) March 29, 2022"])
    assert claims(text)[0][3] == "y" * 150


@pytest.mark.parametrize(
    "boundary",
    [
        "## A heading",
        "* * *",
        "\\* \\* \\*",
        "---",
        "- a list\n- of things",
        "1. a list",
        "![a picture](https://e.org/p.jpg)",
        "Other words.\n\n— B (@b) March 1, 2022",
        "Part one of it 1/",
        "He [said so](https://e.org/a) himself.",
        "He said so **himself**.",
        "```\ncode\n```",
        "> quoted",
    ],
)
def test_what_no_post_holds_bounds_its_text(boundary):
    text = f"{boundary}\n\nShort words.\n\n— A (@a) March 29, 2022\n"
    assert claims(text)[-1] == ("A", "a", "2022-03-29", "Short words.")


def test_a_numbered_thread_begins_its_text_at_the_number():
    text = "Short prose.\n\n2/ And so on.\n\nTo the end.\n\n— A (@a) March 29, 2022"
    assert claims(text)[0][3] == "2/ And so on.\n\nTo the end."


def test_media_and_short_links_are_keys_and_not_words():
    text = (
        f"{PROSE}\n\nLook at this https://t.co/abcDEF123 now\n\n[pic.twitter.com/XyZ0123456](https://t.co/XyZ0123456)"
        "\n\n— A (@a) March 29, 2022"
    )
    (post,) = posts(text)
    assert post.claim == Claim(
        name="A",
        handle="a",
        text="Look at this https://t.co/abcDEF123 now",
        date="2022-03-29",
        date_text="March 29, 2022",
        media=("XyZ0123456",),
        links=("abcDEF123",),
    )


@pytest.mark.parametrize(
    ("handle", "platform"),
    [("jay", "x"), ("jay.bsky.team", "bluesky"), ("jay@mastodon.example", "mastodon")],
)
def test_the_form_of_the_handle_tells_the_platform(handle, platform):
    (post,) = posts(f"{PROSE}\n\nWords.\n\n— Jay (@{handle}) Nov 12, 2024 at 3:45 PM")
    assert (post.platform, post.claim.handle, post.claim.date) == (platform, handle, "2024-11-12")


@pytest.mark.parametrize(
    "text",
    [
        "By Jane Doe (@jane) March 29, 2022",
        "Jane Doe (@jane) March 29, 2022",
        "He wrote to (@jane) on March 29, 2022 and again.",
        "— Jane Doe (@jane)",
        "— Jane Doe, March 29, 2022",
        "— Jane Doe (jane) March 29, 2022",
        "— Jane Doe (@a_handle_that_is_too_long) March 29, 2022",
        "Well-known (@jane) March 29, 2022",
    ],
)
def test_what_only_looks_like_an_attribution_is_no_post(text):
    assert posts(f"Words.\n\n{text}\n\nMore.") == []


def test_html_that_lost_its_classes_still_shows_its_posts():
    html = (
        f"<p>{PROSE}</p><p>He replied:</p>"
        '<blockquote><p dir="ltr">First line<br>second <a href="https://t.co/Ab1">pic.twitter.com/Ab1z</a></p>'
        '— A B (@ab) <a href="https://twitter.com/ab/status/1508847000000000000">March 29, 2022</a></blockquote>'
        f"<p>{PROSE}</p><p>Bare words.</p><p>– C (@c) March 30, 2022</p>"
    )
    first, second = posts(html, "text/html")
    assert (first.kind, first.post_id) == (MentionKind.FLATTENED, "1508847000000000000")
    assert first.claim.text == "First line\nsecond"
    assert (second.claim.text, second.post_id, second.url) == ("Bare words.", None, None)


def test_a_quotation_bounds_its_post_from_the_prose_around_it():
    html = "<p>Short prose.</p><blockquote><p>Words.</p><p>— A (@a) March 29, 2022</p></blockquote>"
    assert claims(html, "text/html") == [("A", "a", "2022-03-29", "Words.")]
    markdown = "Short prose.\n\n> Words.\n>\n> — A (@a) March 29, 2022\n"
    assert claims(markdown) == [("A", "a", "2022-03-29", "Words.")]


def test_the_posts_own_links_are_links_but_its_permalink_is_not():
    text = f"{PROSE}\n\nWords <https://t.co/abcDEF>\n\n— A (@a) [March 29, 2022](https://x.com/a/status/1508847000000000000)"
    extraction = extract(Document("s", text.encode(), "text/markdown"))
    assert [(m.kind.value, m.url) for m in extraction.mentions] == [
        ("flattened", "https://x.com/i/status/1508847000000000000"),
        ("link", "https://t.co/abcDEF"),
    ]

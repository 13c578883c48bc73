"""Texts of strangers, made fit to be printed."""

import pytest

from archiver.report.texts import cell, excerpt, markdown, markdown_link, percent, shown, web_link


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("abc\u202egnp.exe", "abc⟨U+202E⟩gnp.exe"),
        ("\u2066hidden\u2069", "⟨U+2066⟩hidden⟨U+2069⟩"),
        ("a\u200fb\u200e", "ab"),
        ("half \ud83d", "half ⟨U+D83D⟩"),
        ("\x9b2J", "⟨U+009B⟩2J"),
        ("woman \N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "woman \N{WOMAN}\u200d\N{PERSONAL COMPUTER}"),
        (None, ""),
    ],
)
def test_what_could_bite_becomes_visible(text, expected):
    assert shown(text) == expected


def test_an_excerpt_is_no_longer_than_asked():
    assert (excerpt("abcdef", 6), excerpt("abcdefg", 6)) == ("abcdef", "abcde…")
    assert len(excerpt("x" * 10_000_000, 50)) == 50


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|cmd", "＝1+1", " =1"])
def test_no_cell_begins_a_formula(text):
    assert cell(text)[0] not in "=+-@|\t\r\n＝"


def test_numbers_and_plain_texts_stay_what_they_are():
    assert [cell(value) for value in (3, 0.25, "text", "", None)] == ["3", "0.25", "text", "", ""]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//",
        "https:",
        "",
        None,
        "\x01javascript:alert(1)",
    ],
)
def test_only_http_and_https_are_linked(url):
    assert web_link(url) is None
    assert markdown_link("x", url) == "x"


def test_a_link_holds_nothing_that_ends_it():
    assert web_link('https://a.example/"><script>') == "https://a.example/%22%3E%3Cscript%3E"
    assert markdown_link("a|b", "https://a.example/x|y)>") == r"[a\|b](<https://a.example/x%7Cy%29%3E>)"
    assert web_link("https://user:secret@a.example/") == "https://a.example/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("![x](https://a.example/pixel)", r"!\[x\](https\://a.example/pixel)"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("a | b", r"a \| b"),
        ("`code` *bold* _it_", r"\`code\` \*bold\* \_it\_"),
        ("see www.evil.example", r"see www\.evil.example"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("hello @someone #12", r"hello \@someone \#12"),
    ],
)
def test_markdown_shows_just_the_text(text, expected):
    assert markdown(text) == expected


def test_a_rate_without_anything_known_is_a_dash():
    assert [percent(share) for share in (None, 0.0, 0.1234, 1.0)] == ["–", "0.0 %", "12.3 %", "100.0 %"]

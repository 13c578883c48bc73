"""Whatever comes in, something comes out: soon, in little memory, and the same every time."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.extract import extract, extraction_to_json, flattened, reader
from archiver.extract.decode import decode
from archiver.extract.effort import Effort
from archiver.model.records import Document
from archiver.platforms.common import parse_html

LINK = "<p>words <a href='https://e.example/{n}'>link {n}</a></p>"
TWEET = (
    '<blockquote class="twitter-tweet"><p>w</p>&mdash; A (@a) <a href="https://x.com/a/status/{n}">March 29, 2022</a>'
)
#: Generous: the machine may be busy. Quadratic work on these inputs takes minutes.
WITHIN_S = 30


def read(body, media_type="text/html", **more):
    return extract(Document("s", body if isinstance(body, bytes) else body.encode(), media_type, **more))


HOSTILE = {
    "nested tags": ("<div>" * 20_000 + LINK.format(n=1), "text/html", 1),
    "nested widgets": (TWEET.format(n=1508847000000000000) * 3_000, "text/html", 1),
    "unclosed links": ("<a href='https://e.example/1'>x" * 10_000, "text/html", 10_000),
    "markup in attributes": ("<div data-x='<iframe src=https://e.example/>'></div>" * 5_000, "text/html", 1),
    "nested stand-ins": (
        "".join(f'<div data-url="https://x.com/a/status/{15088 * 10**14 + n}">' for n in range(5_000)),
        "text/html",
        5_000,
    ),
    "nested cards": ('<figure class="wp-block-embed">' * 10_000, "text/html", 0),
    "an element of many addresses": (
        f"<div {' '.join(f'data-a{n}=https://x.com/a/status/{15088 * 10**14 + n}' for n in range(10_000))}>",
        "text/html",
        10,
    ),
    "unknown players": ("<iframe src='https://p.example/'></iframe>w" * 5_000, "text/html", 5_000),
    "broken assignments": ("<script>status/;" + "a={'" * 50_000 + "</script>", "text/html", 0),
    "broken strings of scripts": ("<script>status/;" + "a='x\\" * 50_000 + "</script>", "text/html", 0),
    "half shortcodes": ("{{< tweet " * 20_000, "text/markdown", 0),
    "frames in frames": ("<iframe srcdoc='" * 5_000, "text/html", 0),
    "deep JSON-LD": ('<script type="application/ld+json">' + "[" * 100_000, "text/html", 0),
    "brackets": ("[" * 100_000, "text/markdown", 0),
    "half links": ("[a](b" * 50_000, "text/markdown", 0),
    "half HTML links": ("<a href='https://e.example/'>x " * 20_000, "text/markdown", 0),
    "stars": ("*a**_" * 50_000, "text/markdown", 0),
    "handles on one line": ("lorem (@a) March 29, 2022 " * 20_000, "text/plain", 0),
    "dashes": ("— " * 100_000 + "(@a) March 29, 2022", "text/plain", 1),
    "closing brackets": ("https://e.example/" + ")" * 100_000, "text/plain", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_takes_linear_time(name):
    body, media_type, count = HOSTILE[name]
    started = time.monotonic()
    extraction = read(body, media_type)
    assert time.monotonic() - started < WITHIN_S
    assert len(extraction.mentions) == count


LINES = {
    "lines": "— Ann B (@ann_b) March {day}, 2022\n",
    "paragraphs": "Some words of the post\n\n— Ann B (@ann_b) March {day}, 2022\n\n",
    "one line": "words — Ann B (@ann_b) March {day}, 2022 ",
    "short posts": "w\n\n-A (@a)May {day},2022\n\n",
    "many paragraphs": "a b.\n\n" * 15 + "— Ann B (@ann_b) March {day}, 2022\n\n",
    "hashtags": "#a @b t.co/abcd pic.twitter.com/abcd\n\n— Ann (@ann_{day}) March {day}, 2022\n\n",
}
#: Two seconds of a quiet machine, and as much again for one that shares its cores.
WITHIN_CPU_S = 6


@pytest.mark.parametrize(
    ("name", "media_type"),
    [*((name, "text/plain") for name in LINES), ("paragraphs", "text/markdown"), ("one line", "text/html")],
)
def test_a_megabyte_of_attribution_lines_is_read_or_said_to_be_cut(name, media_type):
    piece = LINES[name]
    body = "".join(piece.format(day=1 + n % 28) for n in range(1_000_000 // len(piece)))
    started = time.process_time()
    extraction = read(body, media_type)
    assert time.process_time() - started < WITHIN_CPU_S
    cut = f"only the first {len(extraction.mentions)} quoted posts were read: "
    assert [note for note in extraction.notes if not note.startswith(cut)] == []


#: No post can hold it, and no title is so long.
PROSE = f"{'A paragraph of the article itself. ' * 20}\n\n"


def test_the_context_of_thousands_of_quotes_in_one_paragraph_is_not_read_for_each():
    lines = "— Ann B (@ann_b) March 29, 2022\n" * 8000
    began = time.process_time()
    extraction = read("\n\n".join((PROSE * 500, lines, PROSE * 500)).replace(PROSE, PROSE.strip()), "text/plain")
    assert time.process_time() - began < WITHIN_CPU_S
    assert len(extraction.mentions) > 2000


def test_a_page_that_nests_by_the_thousand_is_read_soon_and_no_word_is_lost():
    deep = "<div>x<script>hidden</script>" * 10_000 + "</div>y" * 10_000
    began = time.process_time()
    page = parse_html(f"<html><body>{deep}<b>last</b>")
    assert time.process_time() - began < WITHIN_CPU_S
    shown = "".join(text for text in page.find_all(string=True) if text.parent.name != "script")
    assert shown == "x" * 10_000 + "y" * 10_000 + "last"


def test_thousands_of_quoted_posts_are_all_read():
    text = PROSE + "".join(f"Words of post {n}\n\n— Ann B (@ann_b) March {1 + n % 28}, 2022\n\n" for n in range(5000))
    extraction = read(text, "text/plain")
    assert (len(extraction.mentions), extraction.notes) == (5000, ())
    assert extraction.mentions[-1].claim.text == "Words of post 4999"


def test_what_is_not_looked_through_any_more_is_said(monkeypatch):
    monkeypatch.setattr(flattened, "Effort", lambda: Effort(9))
    text = PROSE + "".join(f"Words of post {n}\n\n— Ann B (@ann_b) March 29, 2022\n\n" for n in range(50))
    extraction = read(text, "text/plain")
    count = len(extraction.mentions)
    assert 1 < count < 9
    assert [mention.claim.text for mention in extraction.mentions] == [f"Words of post {n}" for n in range(count)]
    assert extraction.notes == (
        f"only the first {count} quoted posts were read: the text below them was not looked through for more",
    )


def test_a_hundred_thousand_links_are_all_found():
    extraction = read("".join(f"<a href='https://e.example/{n % 1000}'>{n}</a> w " for n in range(100_000)))
    assert (len(extraction.mentions), extraction.notes) == (100_000, ())
    assert (extraction.mentions[-1].url, extraction.mentions[-1].anchor) == ("https://e.example/999", "99999")


def test_what_is_cut_is_said_and_what_came_before_it_is_kept(monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 5000)
    monkeypatch.setattr(reader, "MAX_CHARS", 4000)
    monkeypatch.setattr(reader, "MAX_TAGS", 40)
    monkeypatch.setattr(reader, "MAX_MENTIONS", 3)
    extraction = read("".join(LINK.format(n=n) for n in range(1000)))
    assert [m.url for m in extraction.mentions] == [f"https://e.example/{n}" for n in range(3)]
    assert [note.split(" were ")[0] for note in extraction.notes] == [
        "only the first 5000 of 56780 bytes",
        "only the first 4000 of 5000 characters",
        "only the first 40 tags",
        "only the first 3 mentions",
    ]


@pytest.mark.parametrize(
    ("body", "charset", "text", "encoding"),
    [
        ("naïve €".encode(), None, "naïve €", "utf-8"),
        (b"\xef\xbb\xbfna\xc3\xafve", "latin-1", "naïve", "utf-8"),
        ("naïve".encode("utf-16"), None, "naïve", "utf-16-le"),
        ("naïve €".encode("cp1252"), None, "naïve €", "cp1252"),
        ("naïve €".encode("cp1252"), "iso-8859-1", "naïve €", "cp1252"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет", "koi8-r"),
        ('<meta charset="shift_jis">日本'.encode("cp932"), None, '<meta charset="shift_jis">日本', "cp932"),
        ("naïve".encode(), "hex", "naïve", "utf-8"),
        ("naïve".encode(), "no-such-charset", "naïve", "utf-8"),
        ('<meta charset="utf-16">naïve'.encode(), None, '<meta charset="utf-16">naïve', "utf-8"),
    ],
)
def test_the_encoding_is_found_as_browsers_find_it(body, charset, text, encoding):
    decoded = decode(body, charset)
    assert (decoded.text, decoded.encoding, decoded.notes) == (text, encoding, ())


def test_broken_bytes_and_nuls_are_replaced_and_said():
    extraction = read(b"<p>caf\xc3\xa9 caf\xe9\x00 <a href='https://e.example/\x00x'>na\xc3\xafve</a>")
    assert extraction.notes == ("1 undecodable places replaced (utf-8)", "2 NUL characters dropped")
    assert [(m.url, m.anchor) for m in extraction.mentions] == [("https://e.example/x", "naïve")]


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"\x00", b"<", b"&#xD800;<a href=x", b"<!--", b"<?xml version='1.0'?><a/>"]
)
@pytest.mark.parametrize("media_type", ["text/html", "text/markdown", "text/plain", ""])
def test_next_to_nothing_gives_an_empty_extraction(body, media_type):
    assert [m for m in read(body, media_type).mentions if m.url or m.platform] == []


PIECES = st.sampled_from(
    ["<p>", "</p>", "<blockquote class='twitter-tweet'>", "</blockquote>", "<a href='", "'>", "</a>", '<iframe src="',
     "https://x.com/a/status/1508847000000000000", "https://youtu.be/lBTCB7yLs8Y", "— A (@a) March 29, 2022", "\n\n",
     "[", "](", ")", "](#)", "**", "_", "> ", "- ", "# ", "---\n", "```\n", "`", "\\", "&amp;", "<https://e.example>",
     "![", "<script type='application/ld+json'>", "</script>", "<noscript>", "<template>", "data-src='", '{"a":"',
     "\x00",
     "<![CDATA[", "<!--", "é", "😀", "\u202e", "pic.twitter.com/abcd1234", "Update (1510ET)", "by Ann B."]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(PIECES | st.text(max_size=8), max_size=60), st.sampled_from(["text/html", "text/markdown", "text/plain"])
)
def test_any_soup_of_marks_is_read_without_fail_and_always_alike(pieces, media_type):
    body = "".join(pieces).encode("utf-8", errors="surrogatepass")
    first, second = read(body, media_type), read(body, media_type)
    assert extraction_to_json("s", first) == extraction_to_json("s", second)
    assert [m.ordinal for m in first.mentions] == list(range(1, len(first.mentions) + 1))
    text = decode(body).text
    for mention in first.mentions:
        assert (mention.start is None) == (mention.end is None)
        if mention.start is not None:
            assert 0 <= mention.start < mention.end <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/markdown", "text/plain", "x/y"]))
def test_any_bytes_are_read_without_fail(body, media_type):
    found = read(body, media_type).mentions
    assert [mention.ordinal for mention in found] == list(range(1, len(found) + 1))

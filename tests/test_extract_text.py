"""Markdown and plain text: links, embed code in them, and what the article says of itself."""

import pytest

from archiver.extract import extract
from archiver.model.records import Document


def read(text, media_type="text/markdown"):
    return extract(Document("s", text.encode(), media_type))


def links(text, media_type="text/markdown"):
    return [(m.url, m.anchor, m.dangling) for m in read(text, media_type).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [the paper](https://e.example/a).", ("https://e.example/a", "the paper", False)),
        ('[a](https://e.example/a "title")', ("https://e.example/a", "a", False)),
        ("[a](<https://e.example/a b>)", ("https://e.example/a b", "a", False)),
        ("[a](https://e.example/x_(y))", ("https://e.example/x_(y)", "a", False)),
        ("[a\\_b](https://e.example/a\\_b)", ("https://e.example/a_b", "a_b", False)),
        ("[**bold** words](https://e.example/)", ("https://e.example/", "bold words", False)),
        ("<https://e.example/a>", ("https://e.example/a", "https://e.example/a", False)),
        ("(see https://e.example/a_b.)", ("https://e.example/a_b", "https://e.example/a_b", False)),
        ("https://e.example/w_(x), and", ("https://e.example/w_(x)", "https://e.example/w_(x)", False)),
        ("[a][ref]\n\n[ref]: https://e.example/r 'T'", ("https://e.example/r", "a", False)),
        (
            '<a class="c" href="https://e.example/?a=1&amp;b=2">a <b>b</b></a>',
            ("https://e.example/?a=1&b=2", "a b", False),
        ),
        ("[a](#)", (None, "a", True)),
        ("[a]()", (None, "a", True)),
        ("[a](javascript:void)", (None, "a", True)),
    ],
)
def test_every_form_of_link_is_read(text, expected):
    assert links(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "![alt](https://e.example/p.png)",
        "```\nhttps://e.example/\n```",
        "`https://e.example/`",
        "[a](#part)",
        "[a] (b)",
    ],
)
def test_images_code_and_places_are_no_links(text):
    assert links(text) == []


def test_plain_text_has_bare_addresses_only():
    text = "A story.\n\nSee https://e.example/a_b_c* and <https://e.example/b>.\n"
    assert [url for url, _, _ in links(text, "text/plain")] == ["https://e.example/a_b_c", "https://e.example/b"]


def test_embed_code_in_markdown_is_an_embed_with_its_place():
    code = (
        '<blockquote class="twitter-tweet"><p>Words.\n\nMore.</p>&mdash; A (@a)\n'
        '<a href="https://twitter.com/a/status/1508847000000000000">March 29, 2022</a></blockquote>'
    )
    text = f"# Title\n\nBefore.\n\n{code}\n\nAfter [x](https://e.example/x)."
    embed, link = read(text).mentions
    assert (embed.kind.value, embed.platform, embed.post_id) == ("embed", "x", "1508847000000000000")
    assert (embed.context, embed.heading) == ("Before.\n\nAfter x.", "Title")
    assert text[embed.start : embed.end] == code
    assert text[link.start : link.end] == "[x](https://e.example/x)"


def test_places_count_through_marks_entities_and_line_ends():
    text = "One **two** &amp; three\r\nfour [five](https://e.example/5) \\_six\\_ <https://e.example/6>\r\n"
    for mention in read(text).mentions:
        assert mention.url[-1] in text[mention.start : mention.end]
    assert [text[m.start : m.end] for m in read(text).mentions] == [
        "[five](https://e.example/5)",
        "<https://e.example/6>",
    ]


def test_the_head_of_a_markdown_file_names_the_article():
    article = read('---\ntitle: "The title"\nauthor: Ann B.\ndate: 2022-03-29\n---\n\n# Other\n\nText.').article
    assert (article.title, article.byline, article.published_at) == ("The title", "Ann B.", "2022-03-29")


def test_a_plain_text_names_itself_by_its_first_line():
    article = read("The title\n\nby Ann B. Cee\n\nPublished: March 29, 2022\n\nText of it.", "text/plain").article
    assert (article.title, article.byline, article.published_at) == ("The title", "Ann B. Cee", "2022-03-29")


def test_html_that_is_called_text_is_read_as_html():
    page = "<!doctype html><p>Text <a href='https://e.example/'>x</a></p>"
    assert links(page, "text/plain") == [("https://e.example/", "x", False)]

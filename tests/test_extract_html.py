"""Articles in the markup of real sites: what is a post, what is a link, what is neither."""

import base64
import html as entities
import json

import pytest

from archiver.extract import extract
from archiver.model.records import Article, Document

TWEET = (
    '<blockquote class="twitter-tweet" data-lang="es"><p lang="en" dir="ltr">Words of the post '
    '<a href="https://twitter.com/hashtag/news?src=hash">#news</a> <a href="https://t.co/AbC123xyz">'
    "pic.twitter.com/AbC123xyz</a></p>&mdash; Some Name (@some_name) "
    '<a href="https://twitter.com/some_name/status/{id}?ref_src=twsrc%5Etfw">29 de marzo de 2022</a></blockquote>'
    '<script async src="https://platform.twitter.com/widgets.js"></script>'
)
ONE, TWO = "1508847000000000000", "1508847000000000001"
VIDEO = "https://www.youtube.com/embed/lBTCB7yLs8Y"
BASE = "https://news.example/2022/story"


def mentions(html, url=BASE):
    return extract(Document("s", html.encode(), "text/html", url=url)).mentions


def found(html, url=BASE):
    return [(m.kind.value, m.platform, m.post_id or m.url) for m in mentions(html, url)]


def article(html, url=BASE):
    return extract(Document("s", html.encode(), "text/html", url=url)).article


# --- embeds ------------------------------------------------------------------------------


def test_a_widget_is_one_mention_with_its_claim_and_its_surroundings():
    page = f"<h2>Reaction</h2><p>Before it.</p>{TWEET.format(id=ONE)}<p>After it.</p>"
    (mention,) = mentions(page)
    claim = mention.claim
    assert (mention.kind.value, mention.platform, mention.post_id) == ("embed", "x", ONE)
    assert (mention.context, mention.heading, mention.ordinal) == ("Before it.\n\nAfter it.", "Reaction", 1)
    assert (claim.name, claim.handle, claim.date, claim.date_text) == (
        "Some Name",
        "some_name",
        "2022-03-29",
        "29 de marzo de 2022",
    )
    assert claim.text.startswith("Words of the post #news")
    assert (claim.lang, claim.media, claim.links) == ("en", ("AbC123xyz",), ())
    assert mention.fragment.startswith('<blockquote class="twitter-tweet"')
    assert ONE in mention.fragment


def test_a_widget_without_its_permalink_is_an_orphan_that_keeps_its_words():
    page = '<blockquote class="twitter-tweet"><p>Words.</p>— A (@a) March 29, 2022</blockquote>'
    (mention,) = mentions(page)
    assert (mention.platform, mention.post_id, mention.url) == ("x", None, None)
    assert (mention.claim.text, mention.claim.date) == ("Words.", "2022-03-29")


@pytest.mark.parametrize(
    "frame",
    [
        f'<iframe src="{VIDEO}"></iframe>',
        f'<iframe data-src="{VIDEO}" src="about:blank"></iframe>',
        f'<iframe data-lazy-src="{VIDEO}"></iframe>',
        f'<iframe data-litespeed-src="{VIDEO}"></iframe>',
        f'<noscript><iframe src="{VIDEO}"></iframe></noscript>',
        f'<template><iframe src="{VIDEO}"></iframe></template>',
        f'<div data-embed-url="{VIDEO}">Accept cookies to see this.</div>',
        f'<div data-code="{entities.escape(f"<iframe src={VIDEO}></iframe>")}"></div>',
        f'<div data-code="{entities.escape(entities.escape(f"<iframe src={VIDEO}></iframe>"))}"></div>',
        f'<div data-code="{base64.b64encode(f"<iframe src={VIDEO}></iframe>".encode()).decode()}"></div>',
        '<div data-code="%3Ciframe%20src%3D%22https%3A%2F%2Fwww.youtube.com%2Fembed%2FlBTCB7yLs8Y%22%3E"></div>',
        f'<iframe srcdoc="{entities.escape(f"<a href={VIDEO}>Play</a>")}"></iframe>',
        '<iframe src="https://cdn.embedly.com/widgets/media.html?url=https%3A%2F%2Fyoutu.be%2FlBTCB7yLs8Y"></iframe>',
        '<oembed url="https://youtu.be/lBTCB7yLs8Y"></oembed>',
        f'<script type="text/template">{base64.b64encode(f"<iframe src={VIDEO}></iframe>".encode()).decode()}</script>',
        f"<div data-props='{json.dumps({'kind': 'video', 'url': VIDEO})}'></div>",
    ],
)
def test_an_embed_is_found_wherever_lazy_loading_or_consent_hides_it(frame):
    assert found(f"<p>Text.</p>{frame}<p>Text.</p>") == [("embed", "youtube", "lBTCB7yLs8Y")]


def test_a_placeholder_and_its_twin_without_scripts_are_one_mention():
    page = f'<p>Text.</p><div data-src="{VIDEO}">Accept?</div><noscript><iframe src="{VIDEO}"></iframe></noscript>'
    assert found(page) == [("embed", "youtube", "lBTCB7yLs8Y")]


def test_a_post_quoted_in_two_places_is_two_mentions():
    page = f"{TWEET.format(id=ONE)}<p>Again:</p>{TWEET.format(id=ONE)}<p>And</p>{TWEET.format(id=TWO)}"
    assert found(page) == [("embed", "x", ONE), ("embed", "x", ONE), ("embed", "x", TWO)]


def test_a_wrapper_and_the_widget_in_it_are_one_mention_with_the_widgets_claim():
    page = f'<div data-url="https://x.com/some_name/status/{ONE}"><p>Load?</p>{TWEET.format(id=ONE)}</div>'
    (mention,) = mentions(page)
    assert (mention.post_id, mention.claim.handle) == (ONE, "some_name")
    assert mention.variant == "blockquote.twitter-tweet"


def test_embeds_and_links_come_in_reading_order():
    page = (
        f'<p><a href="https://a.example/1">one</a></p>{TWEET.format(id=ONE)}'
        f'<p><a href="https://a.example/2">two</a></p><iframe src="{VIDEO}"></iframe>'
    )
    assert found(page) == [
        ("link", None, "https://a.example/1"),
        ("embed", "x", ONE),
        ("link", None, "https://a.example/2"),
        ("embed", "youtube", "lBTCB7yLs8Y"),
    ]
    assert [m.ordinal for m in mentions(page)] == [1, 2, 3, 4]


def test_posts_of_the_pages_state_count_only_behind_words_that_it_shows():
    def state(words):
        blocks = [{"text": words}, {"type": "embed", "html": TWEET.format(id=ONE)}]
        data = json.dumps({"articles": [{"blocks": blocks}]}).replace("<", "\\u003c")
        return f'<p>First there were some words of it.</p><p>End.</p><script type="application/json">{data}</script>'

    (mention,) = mentions(state("First there were some words of it."))
    assert (mention.post_id, mention.context) == (ONE, "First there were some words of it.\n\nEnd.")
    assert mentions(state("Words of some other article.")) == ()


@pytest.mark.parametrize(
    "trap",
    [
        '<a class="twitter-share-button" href="https://twitter.com/intent/tweet?url=https://news.example/">Tweet</a>',
        '<a href="https://twitter.com/share?url=https%3A%2F%2Fnews.example">Share</a>',
        '<a href="https://www.facebook.com/sharer/sharer.php?u=https://news.example/">Share</a>',
        '<div class="fb-like" data-href="https://www.facebook.com/newsexample"></div>',
        '<div class="fb-page" data-href="https://www.facebook.com/newsexample/"></div>',
        '<iframe src="https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fnews.example"></iframe>',
        '<a class="twitter-timeline" href="https://twitter.com/some_name">Tweets by some_name</a>',
        '<meta name="twitter:site" content="@some_name"><meta name="twitter:card" content="summary">',
        f'<div id="comments">{TWEET.format(id=ONE)}</div>',
        '<iframe src="https://netflix.com/x.com/status/1508847000000000000" width="1" height="1"></iframe>',
        '<iframe src="https://ads.example/frame?id=1508847000000000000"></iframe>',
        f"<pre><code>{entities.escape(TWEET.format(id=ONE))}</code></pre>",
        f"<!-- {TWEET.format(id=ONE)} -->",
        f"<textarea>{entities.escape(TWEET.format(id=ONE))}</textarea>",
    ],
)
def test_buttons_profiles_timelines_tags_and_comments_are_not_posts(trap):
    assert [m for m in mentions(f"<p>Text.</p>{trap}<p>Text.</p>") if m.platform or m.kind.value != "link"] == []


# --- links -------------------------------------------------------------------------------


def test_a_link_has_its_target_its_words_and_the_words_around_it():
    (mention,) = mentions("<h2>Part</h2><p>As <b>the</b> <a href='//e.example/a?b=1#c'>paper\n said</a>, it is so.</p>")
    assert (mention.url, mention.anchor, mention.heading) == ("https://e.example/a?b=1#c", "paper said", "Part")
    assert mention.context == "As the … , it is so."
    assert (mention.platform, mention.post_id, mention.variant, mention.claim) == (None, None, None, None)


def test_a_link_to_a_post_is_a_link_that_names_the_post():
    page = f'<p>He <a href="https://mobile.twitter.com/some_name/status/{ONE}?s=20">wrote</a> it.</p>'
    (mention,) = mentions(page)
    assert (mention.kind.value, mention.platform, mention.post_id) == ("link", "x", ONE)
    assert mention.url == f"https://x.com/i/status/{ONE}"


@pytest.mark.parametrize("href", [' href="#"', ' href=""', "", ' href="javascript:void(0)"', ' href="https://"'])
def test_a_link_of_the_text_that_lost_its_target_is_dangling(href):
    (mention,) = mentions(f"<p>The minister <a{href}>said so</a> on Monday.</p>")
    assert (mention.kind.value, mention.dangling, mention.url, mention.anchor) == ("link", True, None, "said so")


@pytest.mark.parametrize(
    "control",
    [
        '<ul><li><a href="#">Menu</a></li></ul>',
        '<p>Long enough words here, and <a href="#" onclick="share()">Share</a></p>',
        '<p>Long enough words here, and <a href="#" role="button">More</a></p>',
        '<p>Long enough words here, and <a name="part2">Part 2</a></p>',
        '<nav><p><a href="#">Home</a> and some more words in it</p></nav>',
        '<p>Long enough words here, see <a href="#note-1">1</a></p>',
    ],
)
def test_menus_buttons_and_marked_places_never_had_a_target(control):
    assert mentions(control) == ()


@pytest.mark.parametrize(
    "around",
    [
        '<nav><a href="https://e.example/">x</a></nav>',
        '<header><a href="https://e.example/">x</a></header>',
        '<footer><a href="https://e.example/">x</a></footer>',
        '<div role="navigation"><a href="https://e.example/">x</a></div>',
        '<p><a href="/internal">x</a> <a href="https://www.news.example/other">y</a></p>',
        '<p><a href="mailto:a@e.example">x</a> <a href="tel:+1">y</a></p>',
    ],
)
def test_links_around_the_article_or_within_its_site_are_not_outbound(around):
    assert mentions(around) == ()


def test_relative_addresses_stand_against_the_base_that_the_page_names():
    page = '<base href="https://other.example/dir/"><p><a href="a?b=1">x</a></p>'
    assert found(page) == [("link", None, "https://other.example/dir/a?b=1")]


def test_the_posts_own_links_are_no_link_mentions():
    assert [m.kind.value for m in mentions(TWEET.format(id=ONE))] == ["embed"]


# --- the article ---------------------------------------------------------------------------


def test_structured_data_names_the_article():
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "News"},
            {
                "@type": ["NewsArticle"],
                "headline": "The headline",
                "author": [{"@type": "Person", "name": "Ann B."}, {"name": "Cy D."}],
                "datePublished": "2022-03-29T10:00:00+0200",
                "dateModified": "2022-03-30T08:00:00Z",
                "publisher": {"name": "News Example"},
            },
        ],
    }
    page = (
        '<html lang="en-GB"><head><title>The headline - News</title><link rel="canonical" href="/2022/canonical">'
        f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
        "<body><h1>The headline</h1><p><b>Update (1510ET):</b> more.</p></body>"
    )
    assert article(page) == Article(
        url="https://news.example/2022/canonical",
        title="The headline",
        byline="Ann B., Cy D.",
        published_at="2022-03-29T10:00:00+02:00",
        modified_at="2022-03-30T08:00:00Z",
        publisher="News Example",
        language="en-GB",
        updates=("1510ET",),
    )


def test_without_structured_data_the_page_itself_is_read():
    page = (
        "<title>Shown - News</title><h1>Shown</h1><p class='byline'>By Ann B.</p>"
        "<time datetime='2022-03-29'>29 March</time>"
    )
    read = article(page)
    assert (read.title, read.byline, read.published_at, read.url) == ("Shown", "Ann B.", "2022-03-29", BASE)


def test_a_template_that_calls_every_page_the_front_page_is_not_believed():
    assert article('<link rel="canonical" href="https://news.example/">').url == BASE

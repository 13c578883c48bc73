"""What an article is cited by: title, byline, dates, publisher, section, language, address, stamps."""

import json

import pytest

from archiver.extract import extract, extraction_to_json
from archiver.model.records import Document

BASE = "https://www.news.example/2022/03/29/story"


def article(html, url=BASE):
    return extract(Document("s", html.encode(), "text/html", url=url)).article


def linked(*items):
    return (
        f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", "@graph": items})}</script>'
    )


def test_objects_that_are_only_referred_to_are_looked_up():
    page = linked(
        {"@type": "WebSite", "@id": "#site", "name": "The News"},
        {"@type": "Organization", "@id": "#org", "name": "News Holding Ltd"},
        {"@type": "Person", "@id": "#ann", "name": "Ann B."},
        {
            "@type": "NewsArticle",
            "headline": "AT&amp;T &#8211; a story",
            "author": [{"@id": "#ann"}, {"@id": "#nobody"}],
            "publisher": {"@id": "#org"},
            "articleSection": ["World", "Europe"],
            "inLanguage": "en-GB",
        },
    )
    read = article(page)
    assert (read.title, read.byline, read.section, read.language) == ("AT&T – a story", "Ann B.", "World", "en-GB")
    assert read.publisher == "The News"
    assert article(f'<meta property="og:site_name" content="News">{page}').publisher == "News"


def test_a_post_that_the_data_describes_is_not_the_article():
    posting = {"@type": "SocialMediaPosting", "url": "https://x.com/a/status/1508847000000000000", "headline": "A post"}
    assert article(linked(posting, {"@type": "WebPage", "headline": "The page"})).title == "The page"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>A story of it | News</title>", "A story of it"),
        ("<title>A story of it - www.news.example</title>", "A story of it"),
        ("<title>A story - of something else</title>", "A story - of something else"),
        ('<title>A story – The Paper</title><meta property="og:site_name" content="The Paper">', "A story"),
        ("<title>News</title>", "News"),
        ("<title>x | News</title><h1>Shown</h1>", "Shown"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(head, title):
    assert article(head).title == title


@pytest.mark.parametrize(
    ("markup", "byline"),
    [
        ('<p class="byline">By Ann B. Cee | 29 March 2022</p>', "Ann B. Cee"),
        ('<p class="byline">By <a href="/author/ann">Ann B. Cee</a> Senior Editor</p>', "Ann B. Cee"),
        (
            '<div class="author">Julia D. <a href="/author/julia">All her articles</a></div>',
            "Julia D. All her articles",
        ),
        ('<span itemprop="author">Von Ann Cee</span>', "Ann Cee"),
        ('<a rel="author" href="/a">Ann Cee</a>', "Ann Cee"),
        ('<meta name="author" content="https://news.example/ann"><p class="byline">Ann Cee</p>', "Ann Cee"),
        ('<meta name="parsely-author" content="Ann &amp;amp; Cee">', "Ann & Cee"),
        ('<p class="text">By the sea</p>', None),
    ],
)
def test_the_byline_is_the_names_alone(markup, byline):
    assert article(markup).byline == byline


@pytest.mark.parametrize(
    ("markup", "published", "modified"),
    [
        ('<meta name="parsely-pub-date" content="2022-03-28T10:00:00Z">', "2022-03-28T10:00:00Z", None),
        ('<meta itemprop="datePublished" content="2022-03-28">', "2022-03-28", None),
        ('<time datetime="2022-03-28T10:00:00Z">today</time>', "2022-03-28T10:00:00Z", None),
        ("<time>March 28, 2022</time>", "2022-03-28", None),
        ('<p class="entry-date">28 mars 2022</p>', "2022-03-28", None),
        ('<meta property="og:updated_time" content="2022-03-30">', "2022-03-29", "2022-03-30"),
        ('<meta name="date" content="soon">', "2022-03-29", None),
    ],
)
def test_the_dates_are_the_most_explicit_ones_and_at_last_the_addresss(markup, published, modified):
    read = article(markup)
    assert (read.published_at, read.modified_at) == (published, modified)


def test_an_address_names_a_day_only_if_it_is_one():
    assert article("", "https://news.example/2022/13/29/story").published_at is None
    assert article("", "https://news.example/a/20220329-story").published_at == "2022-03-29"
    assert article("", "https://news.example/item/1202203290").published_at is None


@pytest.mark.parametrize(
    ("markup", "section"),
    [
        ('<meta property="article:section" content="Politics">', "Politics"),
        (linked({"@type": "NewsArticle", "articleSection": "nil"}), None),
        (
            '<h1>The long title of it</h1><meta property="og:site_name" content="The News">'
            + linked(
                {
                    "@type": "BreadcrumbList",
                    "itemListElement": [
                        {"@type": "ListItem", "position": n, "item": {"@id": f"/{n}", "name": name}}
                        for n, name in enumerate(("Home", "The News", "World", "Europe", "The long title of it"))
                    ],
                }
            ),
            "World",
        ),
    ],
)
def test_the_section_is_stated_or_a_step_on_the_way_to_the_article(markup, section):
    assert article(markup).section == section


def test_all_of_it_is_in_the_json():
    page = '<meta property="article:section" content="World"><p>Update (1510ET): more.</p>'
    document = Document("s", page.encode(), "text/html", url=BASE)
    shown = extraction_to_json("s", extract(document))["article"]
    assert (shown["section"], shown["updates"], shown["url"]) == ("World", ["1510ET"], BASE)

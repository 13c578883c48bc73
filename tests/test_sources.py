"""Feeds, sitemaps and lists as sources, and the walk through all that they lead to."""

import gzip
import io
import json
import time

import pytest
from crawls import gzipped, response, traced

from archiver.fetch.collections import Label, open_bytes, open_source
from archiver.fetch.items import Collection, Entry, Kind, Unreadable
from archiver.fetch.walk import Left, Walk
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document

SITE = "https://news.example"


def opened(text, *, source="-", column=None, url=None):
    body = text if isinstance(text, bytes) else text.encode()
    return open_source(source, url=url, column=column, stdin=io.BytesIO(body))


def from_web(text, url=f"{SITE}/feed"):
    return open_bytes(text.encode(), Label(url, url))


def references(collection):
    return [item.source.removeprefix(SITE) for item in collection.items if isinstance(item, Entry)]


def problems(found):
    return [item.why for item in found if isinstance(item, Unreadable)]


# --- feeds ---------------------------------------------------------------------------------------

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- a comment --><?xml-stylesheet href="x"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel>
<title>News</title><link>{SITE}/</link><atom:link rel="self" href="{SITE}/feed"/>
<item><title>Undated</title><link>{SITE}/undated</link></item>
<item><title>Old</title><link> {SITE}/old </link><pubDate>Mon, 01 Jan 2024 10:00:00 +0200</pubDate></item>
<item><title>New &amp; whole</title><link>/new</link><dc:date>2024-03-01T00:00:00Z</dc:date>
<description>short</description>
<content:encoded><![CDATA[<p>See <a href="https://x.com/ada/status/1508955577374146568">it</a>.]]></content:encoded></item>
<item><guid>{SITE}/guid</guid><pubDate>Fri, 02 Feb 2024 10:00:00 GMT</pubDate></item>
<item><guid isPermaLink="false">urn:1</guid><title>Nowhere</title></item>
<item><link>https://feedproxy.example/1</link><feedburner:origLink>{SITE}/origin</feedburner:origLink></item>
</channel></rss>"""

ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title><link href="{SITE}/"/>
<entry><title>A</title><link rel="self" href="{SITE}/x"/><link rel="alternate" href="{SITE}/a"/><id>urn:a</id>
<published>2024-01-02T00:00:00Z</published><updated>2024-12-31T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>words</p></div></content></entry>
<entry><title>B</title><link href="{SITE}/b"/><updated>2024-01-03T00:00:00Z</updated>
<content type="html">&lt;p&gt;escaped&lt;/p&gt;</content></entry>
<entry><link href="{SITE}/c"/><content type="text">1 &lt; 2</content></entry>
<entry><link href="{SITE}/d"/><content src="{SITE}/d.html" type="text/html"/></entry></feed>"""

RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel/><item rdf:about="{SITE}/1"><title>One</title><link>{SITE}/1</link></item></rdf:RDF>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "url": f"{SITE}/1", "date_published": "2024-01-01T00:00:00Z", "content_text": "a\n\nb < c"},
            {"id": "2", "url": f"{SITE}/2", "date_published": "2024-01-02T00:00:00Z", "content_html": "<p>words"},
            {"id": f"{SITE}/3"},
            "no entry",
        ],
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RSS, ["/new", "/guid", "/old", "/undated", "/origin"]),
        (ATOM, ["/b", "/a", "/c", "/d"]),
        (RDF, ["/1"]),
        (JSON_FEED, ["/2", "/1", "/3"]),
        (RSS[: RSS.index("<item><guid isPerma")], ["/new", "/guid", "/old", "/undated"]),
        (RSS.replace("Undated", "Undated &nbsp; & so"), ["/new", "/guid", "/old", "/undated", "/origin"]),
    ],
    ids=["rss", "atom", "rdf", "json", "cut", "not well-formed"],
)
def test_a_feed_gives_its_articles_newest_first(text, expected):
    collection = from_web(text)
    assert collection.kind is Kind.FEED
    assert references(collection) == expected


def test_what_is_wrong_with_a_feed_is_said():
    assert problems(from_web(RSS).items) == [f"{SITE}/feed has an entry without a web address: Nowhere"]
    assert problems(from_web(RSS[: RSS.index("</title><link>/new")]).items)[-1].endswith(
        "ends in the middle of an entry"
    )
    with pytest.raises(InputUnreadable, match="broken JSON Feed"):
        list(from_web(JSON_FEED[:-5]).items)


def test_an_entry_carries_the_text_that_its_feed_has_whole():
    contents = {item.source: item.content for item in from_web(RSS).items if isinstance(item, Entry)}
    assert {url.removeprefix(SITE) for url, content in contents.items() if content} == {"/new"}
    document = contents[f"{SITE}/new"]
    assert (document.url, document.part) == (f"{SITE}/new", "entry 1, newest first")
    assert b"<title>New &amp; whole</title>" in document.body
    assert b'<a href="https://x.com/ada/status/1508955577374146568">it</a>' in document.body
    bodies = [item.content.body.decode() for item in from_web(ATOM).items if item.content]
    words = ["<p>escaped</p>", "<p>words</p>", "<p>1 &lt; 2</p>"]
    assert [word in body for word, body in zip(words, bodies, strict=True)] == [True] * 3
    assert [b"<p>b &lt; c</p>" in item.content.body for item in from_web(JSON_FEED).items if item.content] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;',
    ],
)
def test_a_feed_with_entities_of_entities_is_refused(declaration):
    with pytest.raises(InputUnreadable, match="entities"):
        list(
            from_web(f"<!DOCTYPE rss [{declaration}]><rss><channel><item><link>&c;</link></item></channel></rss>").items
        )


def test_a_large_entity_that_is_used_often_does_not_grow(tmp_path):
    (tmp_path / "secret").write_text("the secret")
    entity = f'<!ENTITY a "{"x" * 100_000}"><!ENTITY s SYSTEM "{(tmp_path / "secret").as_uri()}">'
    feed = (
        f"<!DOCTYPE rss [{entity}]><rss><channel><item><title>&s;{'&a;' * 100_000}</title><link>{SITE}/1</link></item>"
    )
    with traced() as peak:
        found = list(from_web(feed + "</channel></rss>").items)
        assert peak() < 50_000_000
    assert "the secret" not in repr(found)


# --- sitemaps ------------------------------------------------------------------------------------

SITEMAP = f"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>{SITE}/old</loc><lastmod>2023</lastmod></url>
<url><loc>{SITE}/undated</loc><image:image><image:loc>{SITE}/a.png</image:loc></image:image></url>
<url><loc>{SITE}/mid</loc><lastmod>2024-02</lastmod></url>
<url><loc>{SITE}/new</loc><news:news><news:publication_date>2024-05-01T10:00:00+02:00</news:publication_date></news:news></url>
</urlset>"""


def sitemap(*paths, kind="url", root="urlset"):
    return f"<{root}>" + "".join(f"<{kind}><loc>{SITE}{path}</loc></{kind}>" for path in paths) + f"</{root}>"


def index(*paths):
    return sitemap(*paths, kind="sitemap", root="sitemapindex")


@pytest.mark.parametrize(
    ("text", "expected"),
    [(SITEMAP, ["/new", "/mid", "/old", "/undated"]), (index("/1", "/2"), ["/1", "/2"])],
)
def test_a_sitemap_gives_its_pages_and_an_index_its_sitemaps(text, expected):
    collection = from_web(text)
    assert (collection.kind, references(collection)) == (Kind.SITEMAP, expected)
    assert references(opened(gzip.compress(text.encode()))) == expected


def test_a_sitemap_of_a_hundred_thousand_entries_is_sorted_in_seconds():
    rows = "".join(
        f"<url><loc>{SITE}/{n}</loc><lastmod>2024-01-01T00:{n % 60:02}:00Z</lastmod></url>" for n in range(100_000)
    )
    began = time.monotonic()
    found = references(opened(f"<urlset>{rows}</urlset>"))
    assert (len(found), found[:2]) == (100_000, ["/59", "/119"])
    assert time.monotonic() - began < 30


# --- lists ---------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "near.html").write_text("<!doctype html><p>near")
    (tmp_path / "far.html").write_text("<!doctype html><p>far")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(path, text, **how):
    path.write_text(text)
    collection = open_source(str(path), **how)
    return collection.kind, references(collection)


LIST = f"# articles\n\n{SITE}/1\n  near.html\nfar.html\nmissing.html\n"


def test_a_text_list_names_the_web_and_files_beside_it_or_here(here):
    kind, found = listed(here / "lists" / "all.txt", LIST)
    assert kind is Kind.LIST
    assert found == ["/1", str(here / "lists" / "near.html"), "far.html", "missing.html"]


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("a.csv", f"title,URL,n\na,{SITE}/1,1\n\nb,{SITE}/2,2\n", None),
        ("a.csv", f'title;link\n"a;b";{SITE}/1\n"c\nd";{SITE}/2\n', None),
        ("a.tsv", f"href\ttitle\n{SITE}/1\ta\n{SITE}/2\tb\n", None),
        ("a.csv", f"x,Where\n{SITE}/no,{SITE}/1\n{SITE}/no,{SITE}/2\n", "where"),
        ("a.csv", f"a,{SITE}/1\nb,{SITE}/2\n", None),
        ("stdin", f"url\n{SITE}/1\n{SITE}/2\n", None),
        ("stdin", f"title,source\na,{SITE}/1\nb,{SITE}/2\n", None),
        ("stdin", f"title,where\na,{SITE}/1\nb,{SITE}/2\n", "where"),
        ("a.csv", f"\ufefflink\n{SITE}/1\n{SITE}/2\n", None),
    ],
)
def test_a_csv_list_is_read_by_its_column(here, name, text, column):
    assert listed(here / name, text, column=column) == (Kind.CSV, ["/1", "/2"])


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (f'{{"url": "{SITE}/1"}}\n\n{{"link": "{SITE}/2", "n": 1}}\n', None),
        (f'{{"url": "no", "at": "{SITE}/1"}}\n{{"at": "{SITE}/2"}}\n', "at"),
        (f'"{SITE}/1"\n"{SITE}/2"\n', None),
    ],
)
def test_a_list_in_json_lines_is_read_by_its_key(here, text, column):
    for name in ("a.jsonl", "stdin"):
        assert listed(here / name, text, column=column) == (Kind.JSON_LINES, ["/1", "/2"])


def test_a_column_that_is_not_there_is_said_with_those_that_are(here):
    (here / "a.csv").write_text("title,address\na,b\n")
    with pytest.raises(InputUnreadable, match=r"a\.csv has no column url, link, href, source") as caught:
        list(open_source(str(here / "a.csv")).items)
    assert "Its columns: title, address." in caught.value.next_step
    with pytest.raises(InputUnreadable, match=r"a\.csv has no column where"):
        list(open_source(str(here / "a.csv"), column="where").items)


def test_lines_that_name_nothing_are_said_and_those_over_twenty_counted():
    found = list(opened(f'{{"url": "{SITE}/1"}}\nbroken\n' + '{"a": 1}\n' * 30).items)
    assert problems(found)[0] == "standard input, line 2: holds no source"
    assert problems(found)[-1] == "standard input has 11 more lines without a source"
    assert len(problems(found)) == 21


@pytest.mark.parametrize(
    "text",
    [
        "just words",
        "A title\n\nhttps://news.example/1",
        "Link, the hero, came home.\nUrl, his friend, was there.\n",
        "https://x.com/ada/status/1508955577374146568\nhttps://x.com/ada/status/1508955577374146569\n",
        "# Title\n\n[a](https://news.example/1)",
        "# only a comment\n",
        "<p>https://news.example/1",
        "source: an agency\nhttps://news.example/1 is where it was\n",
    ],
)
def test_a_text_that_is_no_list_is_an_article(text):
    assert isinstance(opened(text), Document)


def test_a_list_from_the_web_names_nothing_but_the_web(here):
    text = f'{{"url": "{SITE}/1"}}\n{{"url": "{here}/far.html"}}\n{{"url": "file:///etc/passwd"}}\n'
    found = list(from_web(text).items)
    assert [item.source for item in found if isinstance(item, Entry)] == [f"{SITE}/1"]
    assert len(problems(found)) == 2


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "a\0b"])
def test_a_list_names_no_other_schemes(reference):
    found = list(opened(json.dumps({"url": f"{SITE}/1"}) + "\n" + json.dumps({"url": reference})).items)
    assert len(found) == 2


# --- the walk ------------------------------------------------------------------------------------


class World:
    """Sources by name, as files or as addresses; what was opened, in order."""

    def __init__(self, **sources):
        self.sources = {f"{SITE}/{name}": text for name, text in sources.items()}
        self.asked = []

    def open(self, entry):
        self.asked.append(entry.source.removeprefix(SITE))
        text = self.sources.get(entry.source)
        if text is None:
            raise InputUnreadable(f"{entry.source}: HTTP 404")
        return (
            text
            if isinstance(text, Collection)
            else open_bytes(text if isinstance(text, bytes) else text.encode(), Label(entry.source, entry.source))
        )

    def walk(self, name, **how):
        walk = Walk(open_entry=self.open, take=lambda document: document, **how)
        return list(walk.read(f"{SITE}/{name}"))


def paths(found):
    return [item.url.removeprefix(SITE) for item in found if isinstance(item, Document)]


PAGE = "<!doctype html><p>words"


def test_an_index_leads_to_its_sitemaps_and_these_to_pages_each_once():
    world = World(
        root=index("/s1", "/s2", "/gone"), s1=sitemap("/a", "/b"), s2=sitemap("/b", "/c"), a=PAGE, b=PAGE, c=PAGE
    )
    found = world.walk("root")
    assert paths(found) == ["/a", "/b", "/c"]
    assert problems(found) == [f"{SITE}/gone: HTTP 404"]
    assert world.asked == ["/root", "/s1", "/a", "/b", "/s2", "/c", "/gone"]


def test_what_leads_back_to_itself_is_read_once():
    world = World(root=index("/root", "/s1"), s1=index("/root", "/s1", "/s2"), s2=sitemap("/a"), a=PAGE)
    assert paths(world.walk("root")) == ["/a"]
    assert world.asked == ["/root", "/s1", "/s2", "/a"]


def test_lists_in_lists_end():
    world = World(**{f"s{n}": index(f"/s{n + 1}") for n in range(20)})
    assert problems(world.walk("s0")) == [f"{SITE}/s5 is a list in a list, 5 deep, and was not read"]


def test_a_site_that_invents_sitemaps_for_ever_is_bounded():
    class Inventive(World):
        def open(self, entry):
            self.asked.append(entry.source)
            return open_bytes(
                index(*(f"{entry.source.removeprefix(SITE)}/{n}" for n in range(8))).encode(), Label(entry.source)
            )

    world = Inventive()
    found = world.walk("root")
    assert len(world.asked) == 2000
    assert problems(found)[-1].endswith("was not read: 2000 feeds and sitemaps were, and no more are")


def test_a_bound_takes_the_newest_of_a_whole_sitemap_and_says_what_was_left():
    world = World(
        root=index("/s1", "/s2"), s1=sitemap("/a", "/b"), s2=sitemap("/c", "/d"), a=PAGE, b=PAGE, c=PAGE, d=PAGE
    )
    found = world.walk("root", limit=3)
    assert paths(found) == ["/a", "/b", "/c"]
    assert found[-1] == Left(f"{SITE}/root", 3, 1)
    assert str(found[-1]) == f"{SITE}/root: 3 were read, 1 more were left (the bound is --limit)"


def test_a_bound_holds_for_each_feed_of_a_list_and_what_cannot_be_read_counts():
    world = World(
        root=f"{SITE}/f1\n{SITE}/f2\n", f1=sitemap("/a", "/b"), f2=sitemap("/gone", "/c"), a=PAGE, b=PAGE, c=PAGE
    )
    found = world.walk("root", limit=1)
    assert paths(found) == ["/a"]
    assert [item for item in found if isinstance(item, Left)] == [Left(f"{SITE}/f1", 1, 1), Left(f"{SITE}/f2", 1, 1)]
    assert "/c" not in world.asked


def test_without_a_bound_a_thousand_of_a_sitemap_are_read_and_all_of_a_list():
    paths_ = [f"/{n}" for n in range(1100)]
    world = World(map=sitemap(*paths_), list="".join(f"{SITE}{path}\n" for path in paths_))
    assert Left(f"{SITE}/map", 1000, 100) in world.walk("map")
    assert len(world.asked) == 1001
    assert [item for item in world.walk("list") if isinstance(item, Left)] == []


def test_the_rest_of_a_warc_is_not_read_to_be_counted():
    world = World(root=gzipped([response(f"/{n}") for n in range(9)]))
    found = world.walk("root", limit=2)
    assert paths(found) == ["/0", "/1"]
    assert str(found[-1]).endswith("2 were read, the rest was left (the bound is --limit)")


def test_the_text_in_a_feed_is_taken_only_where_that_is_wanted():
    world = World(root=RSS.replace("/new", f"{SITE}/new"), new=PAGE)
    inside = world.walk("root", content=lambda _collection: True)
    assert paths(inside)[0] == "/new"
    assert world.asked[1] != "/new"
    world.walk("root")
    assert "/new" in world.asked

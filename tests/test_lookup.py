"""A stored copy is found by whatever is at hand: any form of its URL, its id, or its words."""

import json

import pytest
from catalog_evidence import (
    ARTICLE_URL,
    JAPANESE,
    a_small_archive,
    article_version,
    at,
    capture,
    embed,
    flattened,
    folder_path,
    ingest_all,
    leaf_for,
    link,
    observation,
    page,
    post,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.catalog import Catalog, terms
from archiver.lookup import Hit, HitKind, find, hit_to_json
from archiver.lookup.snippet import snippet
from archiver.model.states import Availability, Outcome, Reason

POST = post()
ID = POST.post_id


@pytest.fixture
def archive(tmp_path):
    """Ingests evidence and opens the catalog anew, read only, as look-ups do."""
    opened = []

    def made(*records):
        with Catalog.open(tmp_path / "archive.db") as writer:
            ingest_all(writer, records)
        opened.append(Catalog.open(tmp_path / "archive.db", readonly=True))
        return opened[-1]

    yield made
    for catalog in opened:
        catalog.close()


@pytest.fixture
def small(archive):
    return archive(*a_small_archive())


def found(catalog, query, **options):
    return [hit.resource for hit in find(catalog, query, **options)]


# --- by URL and id ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        f"https://x.com/ASBMilitary/status/{ID}",
        f"https://twitter.com/ASBMilitary/status/{ID}",
        f"http://mobile.twitter.com/asbmilitary/statuses/{ID}",
        f"https://x.com/i/web/status/{ID}",
        f"https://twitter.com/i/status/{ID}?s=20&t=abc",
        f"https://x.com/someone_else/status/{ID}/photo/1",
        f"https://fxtwitter.com/ASBMilitary/status/{ID}",
        f"https://vxtwitter.com/ASBMilitary/status/{ID}",
        f"https://nitter.net/ASBMilitary/status/{ID}#m",
        f"https://platform.twitter.com/embed/Tweet.html?id={ID}",
        f"x.com/ASBMilitary/status/{ID}",
        f"  https://x.com/ASBMilitary/status/{ID}\n",
        f"x:{ID}",
        f"X: {ID}",
        ID,
    ],
)
def test_a_post_is_found_by_every_form_of_its_address(small, query):
    (hit,) = find(small, query)
    assert (hit.kind, hit.platform, hit.post_id, hit.outcome) == (HitKind.CAPTURE, "x", ID, Outcome.COMPLETE)


@pytest.mark.parametrize(
    "query",
    [
        "https://example.org/Report",
        "http://example.org/Report",
        "https://www.example.org/report/",
        "https://example.org/Report?utm_source=feed#top",
        "example.org/Report",
        "https://www.example.org/report/final",
    ],
)
def test_a_page_is_found_by_its_address_and_by_where_it_led(small, query):
    assert found(small, query) == ["https://example.org/Report"]


def test_a_short_link_leads_to_the_post_and_its_case_counts(small):
    assert found(small, "https://t.co/aBcDeF") == ["https://x.com/jack/status/20"]
    assert find(small, "https://t.co/abcdef") == []


def test_a_capture_and_an_article_version_are_found_by_their_ids(small):
    made, version = capture(minutes=1), article_version()
    assert [hit.capture_id for hit in find(small, made.id)] == [made.id]
    assert [(hit.kind, hit.capture_id) for hit in find(small, version.id)] == [(HitKind.ARTICLE, version.id)]


@pytest.mark.parametrize(
    "query", [ARTICLE_URL, "http://www.news.example/2026/sanctions/", "news.example/2026/sanctions"]
)
def test_an_article_gives_its_versions_and_then_the_captures_of_what_it_cites(small, query):
    hits = find(small, query)
    assert [hit.kind for hit in hits] == [HitKind.ARTICLE] + [HitKind.CAPTURE] * 4
    assert hits[0].text == "What the sanctions mean"
    assert {hit.resource for hit in hits[1:]} == {
        POST.uri,
        "https://x.com/gone/status/1511111111111111111",
        "https://example.org/Report",
        "https://x.com/jack/status/20",
    }


def test_an_article_that_was_read_often_leaves_room_for_what_it_cites(archive):
    versions = [article_version(minute, suffix=f"{minute:04}", body=bytes([minute])) for minute in range(30)]
    hits = find(archive(*versions, capture(minutes=40)), ARTICLE_URL, limit=10)
    assert [hit.kind for hit in hits].count(HitKind.ARTICLE) == 5
    assert hits[-1].resource == POST.uri


def test_an_article_read_from_a_file_is_found_by_the_address_it_gives_for_itself(archive):
    resource = page("file:///home/me/article.md")
    version = article_version(resource=resource)
    assert [hit.capture_id for hit in find(archive(version), ARTICLE_URL)] == [version.id]


def test_what_is_cited_and_was_never_captured_is_known(archive):
    catalog = archive(article_version())
    (hit,) = find(catalog, f"https://twitter.com/i/status/{ID}")
    assert (hit.kind, hit.capture_id, hit.resource, hit.text) == (
        HitKind.CITED,
        None,
        POST.uri,
        "Sanctions were announced today — naïve or not?",
    )
    assert [(citation.url, citation.title) for citation in hit.articles] == [(ARTICLE_URL, "What the sanctions mean")]


def test_an_unknown_address_finds_nothing(archive, small):
    noisy = archive(capture(text="Read more: https://x.com/jack/status/22 or www.nowhere.example/about"))
    for query in ("https://x.com/jack/status/21", "https://x.com/other/status/22", "nowhere.example/contact"):
        assert find(noisy, query) == []
    assert set(found(noisy, "https://x.com/jack/status/22")) == {POST.uri}
    assert find(small, "https://nowhere.example/") == []


# --- order and time ---------------------------------------------------------------------------


def test_the_newest_comes_first_or_the_nearest_to_an_instant(archive):
    made = [capture(minutes=minute, suffix=f"{minute:04}") for minute in (0, 10, 20)]
    catalog = archive(*made)
    oldest, middle, newest = (one.id for one in made)
    assert [hit.capture_id for hit in find(catalog, ID)] == [newest, middle, oldest]
    assert [hit.capture_id for hit in find(catalog, ID, at=at(12))] == [middle, newest, oldest]
    assert [hit.capture_id for hit in find(catalog, ID, at=at(-99), limit=1)] == [oldest]
    assert next(hit.capture_id for hit in find(catalog, "sanctions announced", at=at(9))) == middle


def test_a_limit_is_kept(archive):
    catalog = archive(*(capture(minutes=minute, suffix=f"{minute:04}") for minute in range(9)))
    assert [len(find(catalog, query, limit=4)) for query in (ID, "sanctions", "x:" + ID)] == [4, 4, 4]


# --- by words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sanctions announced", "Sanctions were announced today — naïve or not?"),
        ("NAIVE", "Sanctions were announced today — naïve or not?"),
        ('"announced today"', "Sanctions were announced today — naïve or not?"),
        ("上野公園", JAPANESE),
        ("桜", JAPANESE),
        ("This one is gone", "This one is gone"),
    ],
)
def test_a_post_is_found_by_its_words(small, query, text):
    assert text in [hit.text for hit in find(small, query)]


def test_a_post_is_found_by_its_author(small):
    assert POST.uri in found(small, "@ASBMilitary")
    assert POST.uri in found(small, "ASB military NEWS")


def test_all_words_are_wanted_before_any_is(small):
    assert found(small, "sanctions announced") == [POST.uri]
    assert POST.uri in found(small, "sanctions bananas")
    assert find(small, "bananas") == []


def test_an_article_is_found_by_its_title(small):
    assert [(hit.kind, hit.resource) for hit in find(small, "what sanctions mean")] == [(HitKind.ARTICLE, ARTICLE_URL)]


def test_a_quote_that_lost_its_permalink_is_found_with_the_article_that_carries_it(small):
    (hit,) = find(small, "grain exports")
    version = article_version()
    assert (hit.kind, hit.capture_id, hit.resource, hit.path) == (HitKind.ORPHAN, None, None, folder_path(version.id))
    assert (hit.name, hit.handle, hit.text) == ("Ragıp Soylu", "ragipsoylu", "An orphan about grain exports")
    assert [(citation.url, citation.ordinal) for citation in hit.articles] == [(ARTICLE_URL, 1)]
    assert found(small, "ragip soylu") == [None]


def test_an_orphan_stands_where_it_stood_last(archive):
    catalog = archive(
        article_version(1, suffix="a", body=b"1", mentions=(flattened(4),)),
        article_version(2, suffix="b", body=b"2", mentions=(flattened(5),)),
        article_version(3, suffix="c", body=b"3", mentions=()),
    )
    (hit,) = find(catalog, "grain exports")
    assert (hit.articles[0].ordinal, hit.at) == (5, at(2))


def test_what_a_short_link_was_quoted_with_finds_the_post(archive):
    claimed = embed(1, page("https://t.co/aBcDeF"), text="Unmistakable wording")
    catalog = archive(article_version(mentions=(claimed,)), capture(aliases=("https://t.co/aBcDeF",)))
    (hit,) = find(catalog, "unmistakable")
    assert (hit.resource, hit.text) == (POST.uri, "Unmistakable wording")


def test_an_edited_post_is_found_by_what_it_said_before(archive):
    catalog = archive(capture(text="first wording"), capture(minutes=5, suffix="b", text="second wording"))
    assert [hit.text for hit in find(catalog, "first")] == ["first wording"] * 2
    assert {hit.text for hit in find(catalog, ID)} == {"second wording"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(st.text(), st.text(alphabet='"*()^-:+ANDORT ./:x20'), st.from_regex(r"https?://\S*")))
def test_nothing_that_is_asked_is_an_error(small, query):
    assert isinstance(find(small, query), list)


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(", "*", "text: sanctions", "-sanctions", "\x00", "", "   ", ":", "x:"]
)
def test_operators_and_scraps_are_answered(small, query):
    for hit in find(small, query):
        assert hit.text is None or set(terms(query)) & set(terms(hit.text))


# --- what a hit says --------------------------------------------------------------------------


def test_a_hit_says_what_the_capture_found_and_where_the_post_stands_now(archive):
    made = capture(minutes=1)
    catalog = archive(made, observation(POST, at(99), Availability.GONE_DELETED, evidence="the endpoint says deleted"))
    (hit,) = find(catalog, ID)
    assert (hit.availability, hit.standing) == (Availability.LIVE, Availability.GONE_DELETED)


def test_a_hit_says_what_the_capture_lacks(archive):
    made = capture(minutes=1, outcome=Outcome.PARTIAL, reasons=(Reason.RESPONSE_CUT, Reason.MEDIA_MISSING))
    (hit,) = find(archive(made), ID)
    assert (hit.outcome, hit_to_json(hit)["reasons"]) == ("partial", ["response_cut", "media_missing"])


def test_a_hit_as_json(archive):
    made, version = capture(minutes=1), article_version(mentions=(embed(2), link(3)))
    catalog = archive(version, made)
    (hit,) = find(catalog, ID)
    expected = {
        "kind": "capture",
        "capture": made.id,
        "resource": POST.uri,
        "platform": "x",
        "post_id": ID,
        "outcome": "complete",
        "availability": "live",
        "reasons": [],
        "standing": "live",
        "logged_in": False,
        "captured_at": "2026-11-22T10:16:30Z",
        "path": folder_path(made.id),
        "screenshot": f"{folder_path(made.id)}/screenshot.png",
        "cleaned": None,
        "marks": None,
        "page_of": None,
        "digest": str(leaf_for(1, made).digest),
        "name": "ASB Military News",
        "handle": "ASBMilitary",
        "text": "Sanctions were announced today — naïve or not?",
        "tombstone": None,
        "replay": None,
        "articles": [
            {
                "url": ARTICLE_URL,
                "title": "What the sanctions mean",
                "version": version.id,
                "fetched_at": "2026-11-22T10:14:30Z",
                "kind": "embed",
                "ordinal": 2,
            }
        ],
    }
    assert json.loads(json.dumps(hit_to_json(hit))) == expected


def test_every_key_is_always_there(small):
    keys = set(hit_to_json(Hit(HitKind.CITED, None)))
    for query in (ID, ARTICLE_URL, "grain exports"):
        assert [set(hit_to_json(hit)) for hit in find(small, query)] == [keys] * len(find(small, query))


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (None, (), None),
        ("  ", (), None),
        ("short\n text", (), "short text"),
        ("word " * 60 + "needle " + "word " * 60, ("needle",), True),
        ("字" * 300 + "針" + "字" * 300, ("針",), True),
    ],
)
def test_a_snippet_shows_the_place(text, wanted, expected):
    shown = snippet(text, wanted)
    if expected is True:
        assert wanted[0] in shown
        assert len(shown) <= 202
        assert (shown[0], shown[-1]) == ("…", "…")
    else:
        assert shown == expected

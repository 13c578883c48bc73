"""A real flattened article: eight posts of which only the words are left."""

import json
import re

import pytest

from archiver.extract import extract, extraction_to_json
from archiver.model.records import Document
from archiver.model.states import MentionKind

NAME = "000_48c8b85c7b378160.txt"


@pytest.fixture(scope="module")
def source(shared):
    return (shared / "seeds" / NAME).read_bytes()


@pytest.fixture(scope="module")
def truth(shared):
    return json.loads((shared / "seeds" / "truth.json").read_text())


@pytest.fixture(scope="module")
def extraction(source):
    return extract(Document(NAME, source, "text/plain"))


def posts(extraction):
    return [mention for mention in extraction.mentions if mention.kind is not MentionKind.LINK]


def test_exactly_the_eight_posts_are_found_with_their_authors_dates_and_keys(extraction, truth):
    found = [
        (m.kind, m.platform, m.post_id, m.url, m.claim.date, m.claim.date_text, m.claim.media, m.claim.links)
        for m in posts(extraction)
    ]
    expected = [
        (
            MentionKind.FLATTENED,
            p["platform"],
            None,
            None,
            p["date"],
            p["date_text"],
            tuple(p["media"]),
            tuple(p["tco"]),
        )
        for p in truth["posts"]
    ]
    assert found == expected
    authors = [(m.claim.name, m.claim.handle) for m in posts(extraction)]
    assert authors == [(p["name"], p["handle"]) for p in truth["posts"]]


def test_each_text_begins_and_ends_where_the_post_did(extraction, truth):
    for mention, post in zip(posts(extraction), truth["posts"], strict=True):
        assert mention.claim.text.startswith(post["starts"])
        assert mention.claim.text.endswith(post["ends"])


def test_links_with_a_target_are_links_and_no_other_address_is_given(extraction, truth):
    links = [m.url for m in extraction.mentions if m.kind is MentionKind.LINK and not m.dangling]
    assert links == truth["links_with_target"]


def test_every_emptied_link_is_dangling_either_as_a_link_or_as_the_post_whose_date_it_was(extraction, source):
    dangling = [m for m in extraction.mentions if m.dangling]
    assert len(dangling) == len(re.findall(rb"\]\(#\)", source))
    assert [m.url for m in dangling] == [None] * len(dangling)
    assert "according to CBS News" in {m.anchor for m in dangling}


def test_the_article_is_cited_as_it_names_itself(extraction, truth):
    article = extraction.article
    expected = (truth["title"], truth["byline"], truth["date_created"], truth["updates"])
    assert (article.title, article.byline, article.published_at, list(article.updates)) == expected


def test_places_lead_back_to_the_published_text(extraction, source):
    text = source.decode()
    for mention in posts(extraction):
        assert text[mention.start : mention.end] == mention.fragment
        assert mention.fragment.rstrip().endswith("](#)")
    for mention in extraction.mentions:
        if mention.kind is MentionKind.LINK:
            assert text[mention.start : mention.end].startswith(("[", "<http"))


def test_ordinals_count_from_one_in_reading_order(extraction):
    assert [m.ordinal for m in extraction.mentions] == list(range(1, len(extraction.mentions) + 1))
    assert [m.start for m in extraction.mentions] == sorted(m.start for m in extraction.mentions)


def test_the_json_form_has_every_key_of_the_contract(extraction):
    data = extraction_to_json(NAME, extraction)
    assert data["source"] == NAME
    assert {"url", "title", "byline", "published_at"} <= data["article"].keys()
    keys = {"ordinal", "kind", "platform", "post_id", "url", "variant", "dangling", "anchor", "context", "claim"}
    assert all(keys <= mention.keys() for mention in data["mentions"])
    claims = [mention["claim"] for mention in data["mentions"] if mention["claim"]]
    assert len(claims) == 8
    fields = {"name", "handle", "text", "date", "date_text", "lang", "media"}
    assert all(fields <= claim.keys() for claim in claims)
    assert json.loads(json.dumps(data)) == data

"""A hundred real pages whose every post was lost: they are healed, and nothing else of them changes."""

import json
from collections import Counter
from itertools import islice

import pytest
from healing import SAME_BESIDE, LostHome, html, lost_beside, marked, outside, resource_of
from playwright.sync_api import sync_playwright

from archiver.browser import find_browser
from archiver.extract import extract
from archiver.lookup.heal import heal, undo
from archiver.model.states import MentionKind

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(600)]
PAGES = 100
#: Of all embeds of posts on these pages at most so many may be left alone.
MOST_LEFT = 8


def pages_of(shared):
    """The first hundred pages on which an embed is labelled: id, bytes, address."""
    lines = (shared / "corpus/truth.jsonl").read_text().splitlines()
    labelled = {row["page"] for row in map(json.loads, lines) if row["kind"] == "embed"}
    rows = map(json.loads, (shared / "corpus/index.jsonl").read_text().splitlines())
    return [
        (row["id"], (shared / f"corpus/pages/{row['id']}.html").read_bytes(), row.get("url"))
        for row in islice((row for row in rows if row["id"] in labelled), PAGES)
    ]


@pytest.fixture(scope="module")
def pages(shared):
    return pages_of(shared)


@pytest.fixture(scope="module")
def home(pages, tmp_path_factory):
    """An archive with a copy of every post that any of the pages embeds, each of them declared gone."""
    mentions = [one for _, body, url in pages for one in extract(html(body, url)).mentions if one.post_id]
    embeds = (resource_of(one) for one in mentions if one.kind is MentionKind.EMBED)
    home = LostHome(tmp_path_factory.mktemp("lost"))
    home.keep(list({one.key: one for one in embeds if one}.values()))
    return home


@pytest.fixture(scope="module")
def results(home, pages):
    with home.reader() as catalog:
        copies = home.finder(catalog)
        return {name: (body, url, heal(html(body, url), copies=copies)) for name, body, url in pages}


def test_there_are_a_hundred_pages_and_nearly_every_embed_is_replaced(results):
    found = [healed for _, _, healed in results.values()]
    cards = sum(not one.twin for healed in found for one in healed.replacements)
    left = Counter(one.why for healed in found for one in healed.left)
    assert len(found) == PAGES
    assert cards > 250
    assert left.total() <= MOST_LEFT, left


def test_outside_of_the_reported_stretches_every_byte_is_the_same(results):
    assert [name for name, (body, _, healed) in results.items() if outside(body, healed) != healed.body] == []


def test_the_stretches_have_the_reported_digests(results):
    wrong = [
        name
        for name, (body, _, healed) in results.items()
        for one in healed.replacements
        if not one.digest.matches(body[one.start : one.end])
    ]
    assert wrong == []


def test_undo_gives_each_original_back_byte_for_byte(results):
    undone = {name: undo(html(healed.body, url)) for name, (_, url, healed) in results.items()}
    assert [name for name, (body, _, _) in results.items() if undone[name].body != body] == []
    assert all(one.exact for one in undone.values())


def test_healing_twice_is_healing_once(results, home):
    with home.reader() as catalog:
        copies = home.finder(catalog)
        again = {name: heal(html(healed.body, url), copies=copies).body for name, (_, url, healed) in results.items()}
    assert [name for name, (_, _, healed) in results.items() if again[name] != healed.body] == []


def test_all_else_that_the_pages_mention_they_mention_still(results):
    lost = {name: lost_beside(html(body, url), healed) for name, (body, url, healed) in results.items()}
    assert {name: missing for name, missing in lost.items() if missing} == {}


@pytest.mark.browser
def test_as_chromium_reads_them_the_cards_stand_where_the_embeds_did_and_nothing_else_moved(results):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_browser()), chromium_sandbox=False)
        page = browser.new_page()
        moved = {}
        for name, (body, _, healed) in results.items():
            given = [marked(body, healed).decode("latin-1"), healed.body.decode("latin-1")]
            difference = page.evaluate(SAME_BESIDE, given)
            if difference:
                moved[name] = difference
        browser.close()
    assert moved == {}

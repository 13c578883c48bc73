"""Real pages, flattened three ways: the posts whose attribution line survives are found again."""

import json

import pytest
from flattening import Score, flat_page
from playwright.sync_api import sync_playwright

from archiver.browser import find_browser
from archiver.extract import extract
from archiver.model.records import Document

pytestmark = pytest.mark.corpus
PRINTED = 12


@pytest.fixture(scope="module")
def pages(shared):
    corpus = shared / "corpus"
    rows = map(json.loads, (corpus / "index.jsonl").read_text().splitlines())
    flats = (flat_page(row["id"], (corpus / "pages" / f"{row['id']}.html").read_bytes(), row["url"]) for row in rows)
    return [flat for flat in flats if flat is not None and flat.posts]


def scored(bodies, media_type):
    score = Score()
    for flat, body in bodies:
        score.add(flat.posts, extract(Document(flat.page, body, media_type)).mentions)
    return score


@pytest.mark.parametrize("way", ["text", "markdown"])
def test_posts_are_found_again_in_text_and_markdown(pages, way):
    score = scored(((flat, getattr(flat, way).encode()) for flat in pages), f"text/{'plain' if way == 'text' else way}")
    assert score.posts > 90
    assert score.found / score.posts >= 0.97
    assert score.extra == 0
    assert score.names / score.posts >= 0.97
    assert score.texts / score.posts >= 0.90
    # Where the first text is not the post's, one of the others is.
    assert score.near / score.posts >= 0.97


@pytest.mark.browser
def test_posts_are_found_again_in_a_printed_pdf(pages):
    bodies = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = browser.new_page(java_script_enabled=False)
        for flat in sorted(pages, key=lambda flat: len(flat.html))[:PRINTED]:
            page.set_content(flat.html)
            bodies.append((flat, page.pdf(format="A4")))
        browser.close()
    score = scored(bodies, "application/pdf")
    assert score.found / score.posts >= 0.92
    assert score.extra == 0

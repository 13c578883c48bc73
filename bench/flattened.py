"""Flattened posts found again: real pages as text without links, Markdown with emptied links, and a PDF.

The posts are the X blockquotes of the labelled pages beside a checkout, as extraction reads
them from HTML; counted are those whose attribution line survived. The PDF is printed by
Chromium and read by `extract` itself.

    python bench/flattened.py [--pages DIR] [--index FILE] [--no-pdf]
"""

import argparse
import json
import sys
from pathlib import Path

from archiver.extract import extract
from archiver.model.records import Document

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from flattening import Score, flat_page  # noqa: E402  # beside the tests, which share it

CORPUS = ROOT.parent / "shared" / "corpus"


def pages(folder, index):
    for row in map(json.loads, index.read_text().splitlines()):
        flat = flat_page(row["id"], (folder / f"{row['id']}.html").read_bytes(), row.get("url"))
        if flat is not None and flat.posts:
            yield flat


def printed(flats):
    """Each page as a PDF, one browser for all."""
    from playwright.sync_api import sync_playwright

    from archiver.browser import find_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = browser.new_page(java_script_enabled=False)
        for flat in flats:
            page.set_content(flat.html)
            yield flat, page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "20mm"))
        browser.close()


def scored(bodies, media_type):
    score = Score()
    for flat, body in bodies:
        score.add(flat.posts, extract(Document(flat.page, body, media_type)).mentions)
    return score.row()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=Path, default=CORPUS / "pages")
    parser.add_argument("--index", type=Path, default=CORPUS / "index.jsonl")
    parser.add_argument("--no-pdf", action="store_true")
    options = parser.parse_args()
    flats = list(pages(options.pages, options.index))
    print(f"{'':10}{'posts':>7}{'recall':>9}{'name':>9}{'text':>9}{'or alt.':>9}{'extra':>7}")
    ways = {
        "text": lambda: scored(((flat, flat.text.encode()) for flat in flats), "text/plain"),
        "markdown": lambda: scored(((flat, flat.markdown.encode()) for flat in flats), "text/markdown"),
    }
    if not options.no_pdf:
        ways["pdf"] = lambda: scored(printed(flats), "application/pdf")
    for name, way in ways.items():
        posts, recall, names, texts, near, extra = way()
        print(f"{name:10}{posts:7}{recall:9.3f}{names:9.3f}{texts:9.3f}{near:9.3f}{extra:7}")


main()

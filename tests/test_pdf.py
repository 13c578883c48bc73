"""Linked pages as PDF, on request: whole runs with real Chromium, read back by PDFium."""

import pypdfium2
import pytest
from running import Runner

from archiver.demo import DemoWeb, reels
from archiver.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdf")
    page = folder / "article.html"
    links = f'<a href="{reels.PLAYER_URL}">a page</a> and <a href="{reels.post_url("one")}">a post</a>'
    page.write_text(f"<article><h1>Two things</h1><p>See {links}.</p></article>")
    with DemoWeb(folder=folder) as web:
        found = {}
        for words in (("--pdf",), ()):
            runner = Runner(folder / f"home{len(words)}", web)
            runner.run("init", runner.home, reach=False)
            done = runner.json("archive", page, "--context", 0, *words)
            assert done.code == 0, done.err
            found[words] = runner, {row["resource"]: row["path"] for row in done.last["captures"]}
        yield found


def roles(runner, path):
    capture = Store.open(runner.home / "snapshots").read_capture(path)
    return {artefact.role.value: artefact.path for artefact in capture.artefacts}


def test_a_linked_page_is_kept_as_pdf_with_its_text_and_a_post_is_not(archived):
    runner, paths = archived["--pdf",]
    found = roles(runner, paths[reels.PLAYER_URL])
    assert found["pdf"] == "page.pdf"
    with pypdfium2.PdfDocument(runner.home / "snapshots" / paths[reels.PLAYER_URL] / "page.pdf") as document:
        assert "The film" in document[0].get_textpage().get_text_range()
    assert "pdf" not in roles(runner, paths[reels.post_url("one")])
    assert runner.json("audit", reach=False).rows == []


def test_without_the_flag_there_is_none(archived):
    runner, paths = archived[()]
    assert "pdf" not in roles(runner, paths[reels.PLAYER_URL])

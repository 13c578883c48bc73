"""The report's page in a real browser, offline: complete, accessible, printable, and unmoved by hostile texts."""

import io
import re
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from report_world import NOW, World, resource, small

from archiver.browser import find_browser
from archiver.catalog import Catalog
from archiver.model.errors import BrowserUnavailable
from archiver.platforms import resource_for
from archiver.report import By, Scope, build_report, report_to_csv, report_to_markdown
from archiver.report.page import report_to_html

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</style></title></script><svg onload=\"document.title='owned'\">",
    "\"><b onmouseover=document.title='owned'>",
    "{{ 7 * 7 }} {% for x in y %}",
    '=HYPERLINK("https://evil.example")',
    "abc\u202egnp\u2066.exe\x1b[2J",
    "![pixel](https://evil.example/p) | [go](javascript:alert(1))",
)


def hostile(catalog):
    """Hostile strings wherever a stranger's text can come from."""
    world = World(catalog)
    for number, text in enumerate(HOSTILE):
        one = resource("x", number)
        link = resource_for(f"https://site.example/{number}?q={text}")
        world.article(
            60, [one, link], url=f"https://news.example/{number}/{text}", title=text, claims={one.key: f"claim {text}"}
        )
        world.copy(one, 59, text=text, name=text, handle=text)
        world.lost(one, live=40, gone=30, declared=20)
        world.lost(link, live=40, gone=30, declared=20)
    world.done()


def made(folder, fill, by=By.ARTICLE):
    db_file = folder / "archive.db"
    if not db_file.exists():
        with Catalog.open(db_file, bulk=True) as catalog:
            fill(catalog)
    with Catalog.open(db_file, readonly=True) as catalog:
        return build_report(catalog, scope=Scope(by), now=NOW, progress=lambda *_: None)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folders = {name: tmp_path_factory.mktemp(name) for name in ("small", "hostile", "empty")}
    fills = {"small": small, "hostile": hostile, "empty": lambda _catalog: None}
    out = {}
    for name, folder in folders.items():
        out[name] = folder / "report.html"
        out[name].write_text(report_to_html(made(folder, fills[name]), copies_at="../snapshots"), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def browser():
    try:
        executable = find_browser()
    except BrowserUnavailable:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable)
        yield running
        running.close()


@pytest.fixture
def opened(browser):
    contexts = []

    def go(file, **options):
        context = browser.new_context(offline=True, viewport={"width": 1180, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["small", "hostile", "empty"])
def test_nothing_serious_is_inaccessible_and_nothing_is_asked_of_a_network(files, opened, name, scheme):
    page = opened(files[name], color_scheme=scheme)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    assert (page.asked, page.said) == ([files[name].as_uri()], [])


def test_every_chart_is_drawn_and_says_in_words_what_it_shows(files, opened):
    page = opened(files["small"])
    charts = page.query_selector_all("svg.chart")
    assert [chart.get_attribute("id") for chart in charts] == [
        "chart-losses",
        "chart-survival-0",
        "chart-survival-1",
        "chart-calendar",
    ]
    assert all(chart.bounding_box()["width"] > 300 for chart in charts)
    told = {chart.get_attribute("id"): chart.query_selector("desc").text_content() for chart in charts}
    assert told["chart-losses"] == "5 losses were declared and 1 came back, from Feb 2027 to Nov 2027."
    assert told["chart-survival-0"].startswith("Of 8 watched, 3 were lost.")
    drawn = page.eval_on_selector_all("#chart-losses rect[y] title", "all => all.map(one => one.textContent)")
    assert sorted(drawn) == [
        "Feb 2027, X (Twitter): 1 declared lost",
        "Jul 2027, X (Twitter): 1 declared lost",
        "Nov 2027, Web pages: 1 declared lost",
        "Oct 2027, Web pages: 1 declared lost",
        "Oct 2027, X (Twitter): 1 declared lost",
        "Sep 2027, X (Twitter): 1 came back",
    ]


def test_the_page_shows_the_totals(files, opened):
    figures = opened(files["small"]).eval_on_selector_all(
        ".figures div", "all => all.map(one => one.querySelector('dd').textContent)"
    )
    assert figures == ["4", "50.0 %", "3", "1", "3", "3", "1", "3"]


def first_column(page, place):
    return page.eval_on_selector_all(
        "section[aria-labelledby=lost] tbody tr:not([hidden])",
        f"all => all.map(row => row.cells[{place}].innerText.split('\\n')[0])",
    )


def test_a_table_sorts_and_says_so(files, opened):
    page = opened(files["small"])
    head = page.locator("section[aria-labelledby=lost] th").nth(2)
    before = first_column(page, 2)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert first_column(page, 2) == before[::-1]
    head.get_by_role("button").click()
    assert (head.get_attribute("aria-sort"), first_column(page, 2)) == ("descending", before)


def test_a_table_filters_and_says_how_much_is_left(files, opened):
    page = opened(files["hostile"])
    box = page.locator("section[aria-labelledby=lost] .filter")
    box.get_by_role("searchbox").fill("web page hyperlink")
    assert box.get_by_role("status").inner_text() == "1 of 16 rows"
    assert len(first_column(page, 0)) == 1


def test_without_scripts_everything_is_there(files, opened):
    page = opened(files["small"], java_script_enabled=False)
    assert page.locator("table.sortable tbody tr").count() == 4 + 1 + 3 + 2 + 3
    assert page.locator("button").count() == 0


def test_hostile_texts_are_shown_and_do_nothing(files, opened):
    page = opened(files["hostile"])
    assert page.title() == "Link-rot report, 2027-11-22"
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, embed, form, base, link").count() == 0
    targets = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    assert [target for target in targets if not re.match(r"https?://|#|\.\./snapshots/captures/", target)] == []
    text = page.locator("main").inner_text()
    assert HOSTILE[0] in text
    assert "{{ 7 * 7 }}" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", files["hostile"].read_text())


def test_the_policy_of_the_page_stops_a_script_that_is_not_its_own(files, opened, tmp_path):
    other = tmp_path / "other.html"
    other.write_text(files["small"].read_text().replace("</main>", "<script>document.title='owned'</script></main>"))
    page = opened(other)
    assert page.title() == "Link-rot report, 2027-11-22"
    assert any("Content Security Policy" in said for said in page.said)


@pytest.mark.parametrize(("name", "most"), [("small", 4), ("empty", 2)])
def test_it_prints_on_few_pages(files, opened, name, most):
    document = pypdfium2.PdfDocument(io.BytesIO(opened(files[name]).pdf(prefer_css_page_size=True)))
    words = [page.get_textpage().get_text_range() for page in document]
    assert 1 <= len(words) <= most
    assert "Link-rot report" in words[0]
    assert "Show only rows with" not in "".join(words)


def test_a_long_table_is_printed_in_part_and_says_so(opened, tmp_path):
    def fill(catalog):
        world = World(catalog)
        many = [resource("x", number) for number in range(160)]
        world.article(60, many)
        for one in many:
            world.lost(one, live=40, gone=30, declared=20)
        world.done()

    file = tmp_path / "long.html"
    file.write_text(report_to_html(made(tmp_path, fill)))
    page = opened(file)
    assert page.locator("section[aria-labelledby=lost] tbody tr").count() == 160
    document = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    assert "60 more rows are in the file and are not printed." in " ".join(text.split())
    assert len(document) <= 12


def test_hostile_texts_do_nothing_in_tables_for_spreadsheets_and_wikis(files):
    report = made(Path(files["hostile"]).parent, hostile)
    rows = report_to_csv(report)
    assert not re.search(r'(?m)(^|,)"?[=+@\t-]', rows)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", rows)
    prose = report_to_markdown(report)
    assert not re.search(r"(?<!\\)(<script|<img|!\[|\]\(javascript|\]\((?!<https?://))", prose)

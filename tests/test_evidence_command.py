"""`archiver export --evidence` as a user calls it, on a home that the program signed; the report in a browser."""

import io
import json
import shutil

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from evidence_material import TOOLS, Authority, bare_path, verify
from PIL import Image
from playwright.sync_api import sync_playwright
from storefixtures import PNG, capture_draft, capture_files, ended, exchange, post, started, ticking_clock

from archiver.browser import find_browser
from archiver.browser.printing import print_html
from archiver.catalog import Catalog
from archiver.cli import export as command
from archiver.home import create_home, open_home
from archiver.model.clock import system_clock
from archiver.model.errors import BrowserUnavailable
from archiver.steps.evidence import Wanted, export_evidence
from archiver.steps.evidence_draft import verifier_text
from archiver.steps.selection import select
from archiver.store import Store

POST = "x:1508955577374146568"


def picture(height=900):
    data = io.BytesIO()
    image = Image.linear_gradient("L").resize((600, height)).convert("RGB")
    image.save(data, "PNG")
    return data.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home as `archiver init` makes it, with one capture of a post, sealed and signed by the program."""
    home = create_home(tmp_path_factory.mktemp("home"))
    clock = ticking_clock()
    with open_home(home) as opened:
        run = opened.store.begin_run(started(clock))
        files = [
            file if file.data != PNG else type(file)(file.path, file.role, file.origin, file.media_type, picture(4000))
            for file in capture_files("First boats are through the lock")
        ]
        run.seal(capture_draft(run, clock), files, [exchange(post().uri, b"<html>hello</html>")])
        run.end(ended(run, clock))
    with open_home(home):
        pass
    return home


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    return bare_path(tmp_path_factory.mktemp("tools") / "bin")


def run(home, *words):
    """Without a browser: printing takes a second, and is tested below."""
    without = {"ARCHIVER_BROWSER": "/nowhere/chromium"}
    return CliRunner(env=without).invoke(command.command, ["--home", str(home.root), *map(str, words)])


def test_a_home_of_the_program_s_own_is_exported_and_verifies(home, tools, tmp_path):
    done = run(home, "--evidence", "--allow-unstamped", "--zip", "-o", tmp_path / "out", POST)
    assert done.exit_code == 0, done.output
    assert "WITHOUT TRUSTED TIME" in done.stdout
    key = next(word for word in done.stdout.split() if len(word) == 64)
    status, said = verify(tmp_path / "out", tools, "--key", key)
    assert (status, said.splitlines()[-1]) == (0, "OK, BUT WITHOUT TRUSTED TIME: 1 captured, unchanged since.")
    assert (tmp_path / "out.zip").is_file()


def test_without_stamps_the_command_says_what_to_do(home, tmp_path):
    done = run(home, "--evidence", "-o", tmp_path / "out", POST)
    assert (done.exit_code, "[[timestamps]]" in done.stderr, list(tmp_path.iterdir())) == (1, True, [])


def test_the_folder_may_be_the_last_word(home, tmp_path):
    assert run(home, "--evidence", "--allow-unstamped", POST, tmp_path / "out").exit_code == 0
    assert (tmp_path / "out/verify.sh").read_bytes() == verifier_text()


def test_machines_are_told_the_same(home, tmp_path):
    done = run(home, "--evidence", "--allow-unstamped", "--json", "-o", tmp_path / "out", POST)
    told = json.loads(done.stdout)
    assert (told["folder"], told["zip"], told["unstamped"]) == (str(tmp_path / "out"), None, 1)
    assert [one["existed_by"] for one in told["captures"]] == [None]


@pytest.mark.parametrize(
    "words",
    [
        ("--evidence", POST),
        ("--zip", "-o", "out.wacz", POST),
        ("--operator", "We", "-o", "out.wacz", POST),
        ("--evidence", "-o", "out"),
        ("--evidence", "-o", "out", "x:1"),
    ],
)
def test_wrong_words_are_wrong_usage(home, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(home, *words).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_verifier_uses_only_the_tools_that_are_named():
    """Every word at the place of a command is a tool of the list, one of the shell's own, or a function."""
    text = verifier_text().decode()
    other = {"awk", "sed", "grep", "find", "xxd", "cmp", "diff", "python3", "perl", "gzip"}
    words = set(text.replace("$(", " ").replace("'", " ").replace("(", " ").replace(";", " ").split())
    assert words & other == set()
    assert {tool for tool in TOOLS if tool not in words} == set()


# --- in the browser ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium():
    try:
        return find_browser()
    except BrowserUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def report(home, chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    authority = Authority(folder / "a", "alpha")
    stamped = shutil.copytree(home.root, folder / "home")
    for checkpoint in (stamped / "snapshots/log/checkpoints").rglob("*.checkpoint"):
        checkpoint.with_name(f"{checkpoint.stem}.alpha.1.tsr").write_bytes(authority.stamp(checkpoint.read_bytes()))
    chain = stamped / "snapshots/log/authorities/alpha-0123456789abcdef.pem"
    chain.parent.mkdir()
    chain.write_bytes(authority.chain)
    with Catalog.open(stamped / "db/archive.db", readonly=True) as catalog:
        selection = select([POST], catalog=catalog)
    bundle = export_evidence(
        selection,
        folder / "out",
        store=Store.open(stamped / "snapshots"),
        signer=home.keys.private,
        clock=system_clock,
        software="embed-archiver 0.1.0",
        wanted=Wanted(operator="The Courier"),
        print_page=lambda page: print_html(page, chromium),
    )
    assert bundle.pdf
    return folder / "out"


@pytest.mark.browser
def test_the_report_of_a_capture_is_one_page_with_everything_on_it(report):
    document = pypdfium2.PdfDocument(report / "report.pdf")
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    (capture,) = json.loads((report / "bundle.json").read_bytes())["captures"]
    assert capture["manifest"].removeprefix("sha256:") in text
    for words in ("Existed by", "alpha", "The Courier", "What this proves", "What it cannot prove", capture["id"]):
        assert words in text
    assert len(list(document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) == 1
    document.close()


@pytest.mark.browser
def test_the_report_is_accessible_asks_nothing_of_the_network_and_fits_a_phone(report, chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 390, "height": 800})
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto((report / "report.html").as_uri())
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert [one["id"] for one in found] == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert (said, wide <= 390) == ([], True)


@pytest.mark.browser
def test_a_report_with_a_pdf_verifies(report, tools):
    assert verify(report, tools)[0] == 0


def test_where_nothing_prints_the_report_is_html_only(home, tmp_path):
    done = run(home, "--evidence", "--allow-unstamped", "-o", tmp_path / "out", POST)
    assert (done.exit_code, "no PDF" in done.stderr) == (0, True)
    assert not (tmp_path / "out/report.pdf").exists()
    assert "report.pdf" not in (tmp_path / "out/README.txt").read_text()


def test_a_browser_that_does_not_print_is_unavailable(tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(BrowserUnavailable, match="does not print"):
        print_html("<p>page</p>", broken)

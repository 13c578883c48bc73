"""`archiver report`, as a user calls it."""

import csv
import io
import json
import re
import sqlite3

import pytest
from report_world import small
from running import Runner

from archiver.catalog import Catalog
from archiver.home import create_home


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    home = create_home(tmp_path_factory.mktemp("home"))
    with Catalog.open(home.catalog_file) as catalog:
        small(catalog)
    return Runner(home.root)


def test_without_options_it_is_a_table_that_a_person_reads(runner):
    done = runner.run("report")
    assert done.code == 0
    assert "Of 11 posts and links that are cited, 4 are lost: 50.0 % of the 8 of which we know." in done.out
    assert next(line for line in done.out.splitlines() if line.startswith("all ")).split("│")[1:4] == [
        " 11    ",
        " 4    ",
        " 3    ",
    ]
    assert max(map(len, done.out.splitlines()[5:])) <= 80
    assert done.err == ""


def test_json_is_one_object_with_the_figures(runner):
    (found,) = runner.json("report").rows
    assert found == json.loads(runner.run("report", "--format", "json").out) | {"made_at": found["made_at"]}
    assert (found["since"], found["totals"]["gone"], len(found["losses"])) == (None, 4, 4)
    assert [group["name"] for group in found["by"]] == ["The first article", "The second"]


def test_the_name_of_the_file_says_the_format(runner, tmp_path):
    for name, begins in (("r.html", "<!doctype html>"), ("r.md", "# Link-rot report"), ("r.csv", "\ufeffsection,")):
        done = runner.run("report", "-o", tmp_path / name)
        assert (done.code, done.out, done.err) == (0, "", f"written: {tmp_path / name}\n")
        assert (tmp_path / name).read_text().startswith(begins)
    assert json.loads((runner.run("report", "-o", tmp_path / "r.json"), (tmp_path / "r.json").read_text())[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv", "r.html", "r.json", "r.md"]


def test_a_page_beside_the_archive_leads_to_the_screenshots(runner, tmp_path):
    runner.run("report", "-o", runner.home / "report.html")
    page = (runner.home / "report.html").read_text()
    assert re.search(r'href="snapshots/captures/2026/10/19/[^"]+/screenshot\.png"', page)
    (runner.home / "report.html").unlink()


def test_one_article_is_named_by_any_of_its_addresses(runner):
    for address in ("https://news.example/second", "http://www.news.example/second/?utm_source=x"):
        (found,) = runner.json("report", "--article", address).rows
        assert (found["totals"]["resources"], found["group_by"], found["article"]) == (4, "platform", address)


def test_since_takes_a_date(runner):
    (found,) = runner.json("report", "--since", "2027-10-01", "--by", "platform").rows
    assert (found["since"], found["totals"]["lost"], found["totals"]["gone"]) == ("2027-10-01T00:00:00Z", 3, 4)


def test_csv_by_author_goes_to_standard_output(runner):
    rows = list(csv.DictReader(io.StringIO(runner.run("report", "--by", "author", "--format", "csv").out)))
    assert "author" in {row["section"] for row in rows}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--article", "https://nowhere.example/"], "no article is archived under https://nowhere.example/"),
        (["-o", "report.pdf"], "its name tells no format"),
        (["-o", "/nowhere/at/all.html"], "No such file or directory"),
        (["--since", "yesterday"], "no ISO 8601 time"),
    ],
)
def test_wrong_words_are_told(runner, words, says):
    done = runner.run("report", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_it_works_beside_a_writer_and_writes_nothing(runner):
    before = {path: path.stat().st_mtime_ns for path in runner.home.rglob("*") if path.is_file()}
    writer = sqlite3.connect(runner.home / "db" / "archive.db")
    writer.execute("BEGIN IMMEDIATE")
    assert runner.run("report").code == 0
    writer.rollback()
    writer.close()
    after = {path: path.stat().st_mtime_ns for path in runner.home.rglob("*") if path.is_file()}
    assert {path: at for path, at in after.items() if "-wal" not in path.name and "-shm" not in path.name} == before


def test_an_archive_without_articles_says_what_to_do(tmp_path):
    home = create_home(tmp_path / "new")
    done = Runner(home.root).run("report")
    assert (done.code, "archiver archive URL" in done.out) == (0, True)

"""`archiver audit` as a user runs it: what it prints, and how it ends."""

import json

import pytest
from audited import Home
from click.testing import CliRunner

from archiver.cli import archiver
from archiver.steps.findings import CODES

KEYS = ["code", "path", "row", "expected", "found", "severity"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("filled")).fill()


@pytest.fixture
def home(tmp_path, filled):
    return filled.copied(tmp_path / "home")


def run(home, *words):
    return CliRunner().invoke(archiver, ["audit", "--home", str(home.root), *words])


def test_a_whole_home_gives_no_line_of_json_and_ends_with_0(home):
    done = run(home, "--json")
    assert (done.exit_code, done.stdout) == (0, "")


def test_each_finding_is_a_line_with_just_these_keys(home):
    home.change(f"{home.folder()}/page.html", b"post", b"tost")
    home.path(f"{home.folder(2)}/page.html").unlink()
    home.change("db/schema.sql", b"CREATE", b"create")
    done = run(home, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [list(line) for line in lines] == [KEYS] * 3
    told = {line["code"]: (line["path"], line["severity"]) for line in lines}
    assert told == {
        "F001": (f"{home.folder(2)}/page.html", "loss"),
        "F002": (f"{home.folder()}/page.html", "damage"),
        "F402": ("db/schema.sql", "warning"),
    }


def test_the_steps_are_numbered_and_the_last_line_sums_up(home):
    done = run(home)
    lines = done.stdout.splitlines()
    numbers = [int(line.partition(".")[0]) for line in lines[:-1]]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 8))
    assert all(line.endswith(": good") for line in lines[:-1])
    assert lines[-1].startswith("Clean: every stored byte is what it was")


def test_an_audit_that_is_not_over_says_so_and_is_told_from_one_with_findings(home):
    done = run(home, "--max-duration", "0s")
    assert done.exit_code == 0
    assert "are left" in done.stdout
    assert done.stdout.splitlines()[-1] == "Clean so far: all that was read is what it was."
    home.change("snapshots/log/leaves.jsonl", b'"at":"2026', b'"at":"2025')
    assert run(home, "--max-duration", "0s").exit_code == 1


def test_what_was_not_read_is_one_line_of_json(home):
    (line,) = map(json.loads, run(home, "--subset", "1/2", "--json").stdout.splitlines())
    assert list(line) == ["read", "read_bytes", "fresh", "elsewhere", "left", "left_bytes"]
    assert line["read"] + line["elsewhere"] == 6
    again = json.loads(run(home, "--max-age", "1d", "--json").stdout)
    assert (again["fresh"], again["read"]) == (line["read"], line["elsewhere"])


@pytest.mark.parametrize("words", [("--subset", "0/3"), ("--subset", "4/3"), ("--subset", "x"), ("--max-age", "soon")])
def test_wrong_words_are_wrong_usage(home, words):
    assert run(home, *words).exit_code == 2


def test_a_key_without_a_checkpoint_is_wrong_usage(home):
    (key,) = (home.store.root / "log/keys").glob("*.pem")
    assert run(home, "--key", str(key)).exit_code == 2


def test_every_code_is_listed_with_its_severity(home):
    lines = [json.loads(line) for line in run(home, "--codes", "--json").stdout.splitlines()]
    assert [line["code"] for line in lines] == list(CODES)
    assert {line["severity"] for line in lines} == {"loss", "damage", "warning"}

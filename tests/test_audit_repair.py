"""What the home or another copy still holds is put back, byte for byte; nothing is made up, and nothing is lost."""

import gzip
import json
import os
import shutil

import pytest
from audited import Home
from click.testing import CliRunner
from storefixtures import capture_draft, capture_files, ended, exchange, post, seal_some, started

from archiver.cli import archiver
from archiver.model.errors import HomeTooNew
from archiver.model.states import ArtefactRole, Origin
from archiver.steps.repair import repair
from archiver.store import DraftFile

IMAGE = b"\xff\xd8\xff" + bytes(range(256)) * 40
LETTER = b"<p>sent compressed</p>" * 50


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Two runs; in the first a capture whose image and document are in WARC records too, one of them compressed."""
    home = Home(tmp_path_factory.mktemp("filled"))
    with home.store.lock():
        run = home.store.begin_run(started(home.clock, "0001"))
        files = (
            *capture_files("first"),
            DraftFile("media/2.jpg", ArtefactRole.MEDIA, Origin.OBSERVED, "image/jpeg", IMAGE),
            DraftFile("source.html", ArtefactRole.SOURCE, Origin.OBSERVED, "text/html", LETTER),
        )
        body = gzip.compress(LETTER, mtime=0)
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
        given = [exchange("https://x.com/2.jpg", IMAGE), exchange("https://x.com/letter", body, head=head)]
        home.sealed = [run.seal(capture_draft(run, home.clock, post(7)), files, given)]
        home.sealed.append(run.seal(capture_draft(run, home.clock, post(8)), capture_files("second"), ()))
        run.end(ended(run, home.clock))
        home.store.recover()
        home.run, _sealed, _leaves = seal_some(home.store, home.clock, suffix="0002")
    return home.index()


@pytest.fixture
def home(tmp_path, filled):
    return filled.copied(tmp_path / "home")


def mended(home, *copies):
    """What was put right, as path → how; and what is still wrong."""
    told = []
    left = repair(
        home.store, home.db, copies=[copy.root / "snapshots" for copy in copies], clock=home.clock, told=told.append
    )
    home.told = told
    return {one.path: one.how for one in told}, left


def flip(home, name, at=0.5):
    place = home.path(name)
    data = bytearray(place.read_bytes())
    data[int(len(data) * at)] ^= 4
    place.chmod(0o644)
    place.write_bytes(data)


def sealed_bytes(home):
    return {name: home.path(name).read_bytes() for name in home.files() if name.startswith("snapshots/")}


def test_a_whole_home_needs_nothing(home):
    before = {path: path.stat().st_mtime_ns for path in home.store.root.rglob("*")}
    assert mended(home) == ({}, [])
    after = {path: path.stat().st_mtime_ns for path in home.store.root.rglob("*")}
    tmp = home.store.root / "tmp"
    assert {path for path in before if before[path] != after[path]} <= {tmp, tmp / "lock"}


@pytest.mark.parametrize("damage", [flip, lambda home, name: home.path(name).unlink()])
def test_a_file_is_put_back_from_an_equal_one(home, filled, damage):
    name = f"{home.folder(0)}/screenshot.png"
    damage(home, name)
    how, left = mended(home)
    assert left == []
    assert how[name].startswith("from snapshots/captures/")
    assert home.path(name).read_bytes() == filled.path(name).read_bytes()
    assert home.path(name).stat().st_mode & 0o777 == 0o444


def test_a_file_of_which_every_name_was_one_is_put_back_from_the_wire(home, filled):
    """Equal files may be one on the disk, and then all are damaged."""
    for name in ("media/2.jpg", "source.html"):
        flip(home, f"{home.folder(0)}/{name}")
    how, left = mended(home)
    assert left == []
    assert [text.rpartition(" ")[0] for text in how.values()] == [
        f"from {home.warc_of(0)}, record at",
        f"from {home.warc_of(0)}, record at",
    ]
    assert sealed_bytes(home) == sealed_bytes(filled)


def test_hard_links_to_damaged_bytes_are_each_put_right(home, filled):
    names = [f"{home.folder(number)}/screenshot.png" for number in (0, 1)]
    home.path(names[1]).unlink()
    os.link(home.path(names[0]), home.path(names[1]))
    flip(home, names[0])
    how, left = mended(home)
    assert (set(how), left) == (set(names), [])
    assert sealed_bytes(home) == sealed_bytes(filled)


@pytest.mark.parametrize("damage", [flip, lambda home, name: home.path(name).unlink()])
def test_a_manifest_is_what_the_record_lists(home, filled, damage):
    name = f"{home.folder(0)}/manifest-sha256.txt"
    damage(home, name)
    assert mended(home) == ({name: "from what capture.json lists"}, [])
    assert sealed_bytes(home) == sealed_bytes(filled)


def test_a_manifest_and_a_file_behind_it_are_put_right_one_after_the_other(home, filled):
    for name in ("manifest-sha256.txt", "media/2.jpg"):
        flip(home, f"{home.folder(0)}/{name}")
    assert mended(home)[1] == []
    assert sealed_bytes(home) == sealed_bytes(filled)


def test_damaged_bytes_are_kept_aside(home):
    name = f"{home.folder(0)}/media/2.jpg"
    flip(home, name)
    damaged = home.path(name).read_bytes()
    mended(home)
    (told,) = home.told
    assert told.aside.startswith("quarantine/")
    assert told.aside.endswith(name)
    assert home.path(told.aside).read_bytes() == damaged


def test_what_is_nowhere_else_is_left_as_it_is(home):
    name = f"{home.folder(0)}/page.html"
    flip(home, name)
    damaged = home.path(name).read_bytes()
    how, left = mended(home)
    assert (how, [finding.path for finding in left]) == ({}, [name])
    assert home.path(name).read_bytes() == damaged
    assert not home.path("quarantine").exists()


def test_strays_are_taken_out_and_texts_written_anew(home):
    home.write("snapshots/captures/2026/notes.txt", b"mine")
    home.write(f"{home.folder(0)}/media/9.jpg", b"x")
    for name in ("snapshots/README.md", "snapshots/FORMAT", "db/README.md", "db/schema.sql"):
        flip(home, name)
    (home.store.root / "tmp/half").write_bytes(b"x")
    how, left = mended(home)
    assert left == []
    assert (
        how["snapshots/captures/2026/notes.txt"] == how[f"{home.folder(0)}/media/9.jpg"] == "taken out of the evidence"
    )
    assert home.path(home.told[1].aside or home.told[0].aside).exists()
    assert not (home.store.root / "tmp/half").exists()


@pytest.mark.parametrize("name", ["db/archive.db", "db/archive.db.sha256"])
def test_the_catalog_is_built_anew(home, name):
    flip(home, name)
    assert mended(home) == ({"db/archive.db": "built anew from the evidence"}, [])


def test_the_log_s_checkpoint_and_the_kept_one_mend_each_other(home, filled):
    newest = max(name for name in home.files() if name.endswith(".checkpoint"))
    for name in ("snapshots/log/checkpoint", newest):
        flip(home, name, at=0.8)
        assert mended(home)[1] == []
        assert sealed_bytes(home) == sealed_bytes(filled)
        home.path(name).unlink()
        assert mended(home)[1] == []
        assert sealed_bytes(home) == sealed_bytes(filled)


def test_everything_sealed_is_put_back_from_another_copy(home, filled):
    names = [name for name in home.files() if name.startswith("snapshots/") and "/tmp/" not in name]
    for name in names:
        flip(home, name)
    # The texts of the contract are the program's own.
    assert mended(home, filled)[1] == []
    assert sealed_bytes(home) == sealed_bytes(filled)


def test_a_lost_folder_and_a_lost_warc_file_come_back_from_another_copy(home, filled):
    shutil.rmtree(home.path(home.folder(0)))
    home.path(home.warc_of(0)).unlink()
    assert mended(home, filled)[1] == []
    assert sealed_bytes(home) == sealed_bytes(filled)


def test_a_copy_that_is_damaged_too_gives_nothing(home, filled, tmp_path):
    copy, name = filled.copied(tmp_path / "copy"), f"{home.folder(0)}/page.html"
    for one in (home, copy):
        flip(one, name)
    flip(copy, "snapshots/log/leaves.jsonl")
    how, left = mended(home, copy)
    assert (how, [finding.path for finding in left]) == ({}, [name])


def test_a_log_is_only_put_back_if_it_is_what_our_checkpoint_states(home, filled, tmp_path):
    other = filled.copied(tmp_path / "copy")
    with other.store.lock():
        other.store.recover()
        seal_some(other.store, other.clock, posts=1, suffix="0009")
    flip(home, "snapshots/log/leaves.jsonl")
    how, left = mended(home, other)
    lines = len(filled.path("snapshots/log/leaves.jsonl").read_bytes().splitlines())
    assert (left, how["snapshots/log/leaves.jsonl"].startswith(f"the {lines} lines")) == ([], True)
    assert sealed_bytes(home) == sealed_bytes(filled)


def test_a_newer_home_is_left_alone(home):
    home.write("snapshots/FORMAT", b"embed-archive 2\n")
    home.write("snapshots/README.md", b"another contract")
    with pytest.raises(HomeTooNew):
        mended(home)
    assert home.path("snapshots/FORMAT").read_bytes() == b"embed-archive 2\n"


def test_the_command_tells_each_repair(home):
    name = f"{home.folder(0)}/media/2.jpg"
    flip(home, name)
    done = CliRunner().invoke(archiver, ["audit", "--home", str(home.root), "--repair", "--json"])
    (line,) = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, line["repaired"], line["aside"].endswith(name)) == (0, name, True)
    assert CliRunner().invoke(archiver, ["audit", "--home", str(home.root), "--from", str(home.root)]).exit_code == 2

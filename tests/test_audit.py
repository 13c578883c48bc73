"""The audit finds every altered byte, and says nothing of a home that is whole."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import rfc8785
from audited import Home
from storefixtures import (
    capture_draft,
    capture_files,
    ended,
    exchange,
    observation,
    post,
    seal_some,
    started,
)

from archiver.catalog import Catalog
from archiver.model.clock import system_clock
from archiver.model.records import WarcRef
from archiver.steps import audit_folders
from archiver.steps.audit import audit
from archiver.steps.findings import CODES, Finding, Severity
from archiver.steps.reindex import reindex
from archiver.store import run as run_module
from archiver.store import seal as seal_module
from archiver.store import warc as warc_module
from archiver.store.log import Log

DAY = "2026/11/22"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("filled")).fill()


@pytest.fixture
def home(tmp_path, filled):
    """A copy of a filled home, to be broken."""
    return filled.copied(tmp_path / "home")


# --- whole homes ------------------------------------------------------------------------------


def test_a_filled_home_is_clean(filled):
    assert filled.findings() == []


def test_a_new_home_is_clean(tmp_path):
    assert Home(tmp_path).index().findings() == []


def test_a_home_without_a_catalog_lacks_one(tmp_path):
    assert Home(tmp_path).codes() == ["F501"]


def test_auditing_writes_nothing(filled):
    before = {path: path.stat().st_mtime_ns for path in filled.root.rglob("*")}
    filled.findings()
    assert {path: path.stat().st_mtime_ns for path in filled.root.rglob("*")} == before


def test_a_run_in_progress_is_no_finding(home):
    with home.store.lock():
        home.store.recover()
        run = home.store.begin_run(started(home.clock, "0002"))
        assert home.findings() == []
        with Catalog.open(home.db) as catalog:
            for number in range(2):
                draft = capture_draft(run, home.clock, post(77 + number))
                sealed = run.seal(draft, capture_files(), [exchange("https://x.com/77", b"seventy-seven " * 40)])
                assert home.findings() == []
                catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
                assert home.findings() == []
            run.note(observation(run, home.clock))
            assert home.findings() == []
        run.end(ended(run, home.clock))
    assert home.index().findings() == []


def test_a_killed_run_is_no_finding_before_and_after_it_is_put_right(home):
    with home.store.lock():
        run = home.store.begin_run(started(home.clock, "0002"))
        sealed = run.seal(capture_draft(run, home.clock, post(9)), capture_files(), [exchange("https://x.com/9")])
    with home.path(f"snapshots/{sealed.record.warc[0].file}").open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00torn")
    with home.path(f"snapshots/{run.journal_path}").open("ab") as file:
        file.write(b'{"torn')
    (home.path("snapshots/tmp/20261122T101530Z-x-9-0001")).mkdir()
    assert home.findings() == []
    assert home.index().findings() == []


def test_a_capture_with_revisits_across_runs_is_clean(home):
    script = home.sealed[1].record.warc[2]
    assert (script.uri, script.record_type) == ("https://platform.example/widgets.js", "response")
    with home.store.lock():
        home.store.recover()
        seal_some(home.store, home.clock, suffix="0002", known={script.payload_digest: script}.get)
    assert home.index().findings() == []


# --- every byte ---------------------------------------------------------------------------------


def test_one_flipped_bit_anywhere_is_a_finding_that_names_the_file(home):
    chance, missed = random.Random(20261122), []
    for name in home.files():
        place = home.path(name)
        data = place.read_bytes()
        if not data:
            assert name == "snapshots/tmp/lock"
            continue
        place.chmod(0o644)
        positions = {0, len(data) - 1, *(chance.randrange(len(data)) for _ in range(6))}
        for position in sorted(positions):
            flipped = bytearray(data)
            flipped[position] ^= 1 << chance.randrange(8)
            place.write_bytes(flipped)
            said = [str(finding) for finding in home.findings()]
            if not any(name in line for line in said):
                missed.append((name, position, said))
        place.write_bytes(data)
    assert missed == []
    assert home.findings() == []


def test_every_removed_file_is_a_finding_that_names_it(home):
    optional = {"snapshots/tmp/lock", "db/archive.db.sha256"}
    for name in home.files():
        place, kept = home.path(name), home.path(name).read_bytes()
        place.unlink()
        said = [str(finding) for finding in home.findings()]
        assert any(name in line for line in said) or name in optional, name
        place.write_bytes(kept)
    assert home.findings() == []


def test_every_added_file_is_a_finding_that_names_it(home):
    folders = {str(path.parent.relative_to(home.root)) for path in home.path("snapshots").rglob("*") if path.is_file()}
    for folder in sorted(folders - {"snapshots/tmp"}):
        for name in ("new.txt", "new.jsonl", "new.warc.gz"):
            home.write(f"{folder}/{name}", b"x")
            assert any(f"{folder}/{name}" in str(finding) for finding in home.findings()), f"{folder}/{name}"
            home.path(f"{folder}/{name}").unlink()
    assert home.findings() == []


# --- one broken home a code ------------------------------------------------------------------------


def swap_artefact(home):
    """Alter a file and make the manifest agree: only the log knows."""
    folder = home.folder()
    lines = home.path(f"{folder}/manifest-sha256.txt").read_bytes().splitlines(keepends=True)
    home.write(f"{folder}/manifest-sha256.txt", b"".join(lines[:-1]) + b"0" * 64 + lines[-1][64:])


def unlogged_folder(home):
    place = home.path(home.folder())
    shutil.copytree(place, place.with_name("20261122T101530Z-x-1-9999"))


def log_lines(home, change):
    name = "snapshots/log/leaves.jsonl"
    home.write(name, b"".join(change(home.path(name).read_bytes().splitlines(keepends=True))))


def entered_again(lines):
    return [*lines, lines[1].replace(b'"seq":1', b'"seq":%d' % len(lines))]


EXECUTE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.close()"


def drop_from_catalog(home, sql):
    """Change a row, and let the digest agree: only the evidence knows."""
    subprocess.run([sys.executable, "-c", EXECUTE, home.db, sql], check=True)
    digest = subprocess.run(["sha256sum", home.db.name], cwd=home.db.parent, capture_output=True, check=True).stdout
    home.write("db/archive.db.sha256", digest)


BROKEN = {
    "F001": lambda home: home.path(f"{home.folder()}/page.html").unlink(),
    "F002": lambda home: home.change(f"{home.folder()}/page.html", b"post", b"tost"),
    "F004": lambda home: home.write(f"{home.folder()}/media/2.jpg", b"x"),
    "F005": lambda home: shutil.rmtree(home.path(home.folder())),
    "F006": lambda home: home.path(f"{home.folder()}/manifest-sha256.txt").unlink(),
    "F007": swap_artefact,
    "F010": unlogged_folder,
    "F101": lambda home: home.path(home.warc()).unlink(),
    "F102": lambda home: home.write(home.warc(), home.path(home.warc()).read_bytes()[:-1]),
    "F103": lambda home: home.write(home.warc(), home.path(home.warc()).read_bytes()[:-1]),
    "F107": lambda home: shutil.copy(home.path(home.warc()), home.path(home.warc().replace("-0001-", "-0009-"))),
    "F201": lambda home: log_lines(home, lambda lines: [*lines[:1], b"{}\n", *lines[2:]]),
    "F202": lambda home: log_lines(home, lambda lines: [lines[0], *lines[2:]]),
    "F203": lambda home: log_lines(
        home, lambda lines: [*lines, lines[1].replace(b'"seq":1', b'"seq":%d' % len(lines))]
    ),
    "F204": lambda home: home.path("snapshots/log/checkpoint").unlink(),
    "F205": lambda home: home.change("snapshots/log/leaves.jsonl", b'"at":"2026', b'"at":"2025'),
    "F206": lambda home: log_lines(home, lambda lines: lines[:-1]),
    "F207": lambda home: log_lines(
        home, lambda lines: [*lines, lines[1].replace(b'"seq":1', b'"seq":%d' % len(lines))]
    ),
    "F301": lambda home: home.path(f"snapshots/{home.run.journal_path}").unlink(),
    "F302": lambda home: home.change(f"snapshots/{home.run.journal_path}", b"unreachable", b"live"),
    "F303": lambda home: home.write(f"snapshots/runs/{DAY}/20261122T101530Z-run-0009.jsonl", b'{"type":"x"}\n'),
    "F401": lambda home: home.write("snapshots/FORMAT", b"embed-archive 9\n"),
    "F402": lambda home: home.change("db/schema.sql", b"CREATE", b"create"),
    "F403": lambda home: home.write("snapshots/captures/2026/notes.txt", b"mine"),
    "F501": lambda home: home.db.unlink(),
    "F502": lambda home: home.write("db/archive.db.sha256", b"0" * 64 + b"  archive.db\n"),
    "F503": lambda home: home.write("db/archive.db", b"not a database" * 100),
    "F504": lambda home: drop_from_catalog(home, "INSERT INTO basis VALUES (7, 'page', NULL, 'nobody said this')"),
    "F505": lambda home: (
        drop_from_catalog(home, "DELETE FROM capture_reason WHERE 1; DELETE FROM artefact")
        if False
        else drop_from_catalog(home, "DELETE FROM artefact WHERE role = 'screenshot'")
    ),
    "F506": lambda home: drop_from_catalog(home, "UPDATE post SET text = 'never said'"),
}


@pytest.mark.parametrize("code", sorted(BROKEN))
def test_a_home_broken_on_purpose_gives_its_code(home, code):
    BROKEN[code](home)
    assert code in home.codes()


@pytest.mark.parametrize(
    "changes",
    [{"offset": 3}, {"length": 9}, {"file": "warc/2026/11/22/none-0-0.warc.gz"}, {"record_id": "<urn:uuid:0>"}],
)
def test_a_revisit_without_its_original_is_found(home, changes):
    script = home.sealed[1].record.warc[2]
    told = {name: getattr(script, name) for name in WarcRef.__dataclass_fields__}
    wrong = WarcRef(**{**told, **changes})
    with home.store.lock():
        home.store.recover()
        seal_some(home.store, home.clock, suffix="0002", known={script.payload_digest: wrong}.get)
    assert set(home.index().codes()) == {"F106"}


def test_a_reference_to_another_record_is_found(home, monkeypatch):
    real = run_module.write_exchanges

    def lying(*args, **kwargs):
        refs, payloads = real(*args, **kwargs)
        return (refs[1], *refs[1:]), payloads

    def lost(*args, **kwargs):
        refs, payloads = real(*args, **kwargs)
        told = {name: getattr(refs[0], name) for name in WarcRef.__dataclass_fields__}
        return (WarcRef(**{**told, "offset": 5}), *refs[1:]), payloads

    with home.store.lock():
        home.store.recover()
        for number, liar in enumerate((lying, lost)):
            monkeypatch.setattr(run_module, "write_exchanges", liar)
            run = home.store.begin_run(started(home.clock, f"001{number}"))
            run.seal(capture_draft(run, home.clock, post(number)), (), [exchange("https://x.com/1")])
            run.end(ended(run, home.clock))
    assert home.index().codes() == ["F105"]


def test_a_record_with_a_wrong_digest_of_its_own_is_found(home, monkeypatch):
    real = warc_module._one_line
    monkeypatch.setattr(
        warc_module, "_one_line", lambda value: real(value.replace("sha256:", "sha256:0", 1)[: len(value)])
    )
    with home.store.lock():
        home.store.recover()
        run = home.store.begin_run(started(home.clock, "0002"))
        run.keep_exchanges([exchange("https://x.com/1")])
        run.end(ended(run, home.clock))
    assert set(home.index().codes()) == {"F104"}


def sealed_with(home, monkeypatch, change):
    """Seal a capture whose `capture.json` is changed behind the writer's back."""
    real = seal_module.record_bytes
    monkeypatch.setattr(seal_module, "record_bytes", lambda record: change(real(record)))
    with home.store.lock():
        home.store.recover()
        run = home.store.begin_run(started(home.clock, "0002"))
        run.seal(capture_draft(run, home.clock, post(3)), capture_files(), ())
        run.end(ended(run, home.clock))


def test_a_sealed_record_of_no_known_form_is_found(home, monkeypatch):
    sealed_with(home, monkeypatch, lambda data: data.replace(b'"kind":"post"', b'"kind":"tweet"', 1))
    assert home.codes() == ["F008"]


def test_a_sealed_record_that_lists_other_files_is_found(home, monkeypatch):
    def without_files(data):
        value = json.loads(data)
        value["artefacts"][0]["size_bytes"] += 1
        del value["artefacts"][1]
        return rfc8785.dumps(value)

    sealed_with(home, monkeypatch, without_files)
    assert [code for code in home.codes() if code < "F500"] == ["F009", "F009"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_found(home):
    home.path(f"{home.folder()}/page.html").chmod(0)
    assert home.codes() == ["F003"]


def test_a_disk_that_gives_errors_is_found(home, monkeypatch):
    real = audit_folders.file_digest

    def failing(path):
        if path.name == "page.html":
            raise OSError(5, "Input/output error")
        return real(path)

    monkeypatch.setattr(audit_folders, "file_digest", failing)
    assert {str(finding).partition(":")[0] for finding in home.findings()} == {"F003 file unreadable"}


def test_every_code_is_shown_to_be_found_here():
    # Those of tombstones are there.
    text = "".join(file.read_text() for file in Path(__file__).parent.glob("test_[aw][ui]*.py"))
    assert [code for code in CODES if f'"{code}"' not in text and f'"{code} ' not in text] == []


def test_a_finding_reads_as_one_line():
    finding = Finding("F002", "snapshots/a", None, "sha256:1", "sha256:2")
    assert str(finding) == "F002 file altered: snapshots/a (expected sha256:1, found sha256:2)"
    assert (finding.title, finding.severity) == ("file altered", Severity.DAMAGE)


def test_reindexing_mends_the_catalog(home):
    for code in ("F501", "F503", "F506"):
        BROKEN[code](home)
        assert code in home.codes()
        reindex(store=home.store, db_file=home.db)
        assert home.findings() == []


# --- kill -9 -----------------------------------------------------------------------------------

KILLS = 30
WRITER = """
import os, sys, threading
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from storefixtures import *
from archiver.catalog import Catalog
from archiver.model.clock import system_clock as clock
from archiver.steps.reindex import catch_up
from archiver.store.keys import Keys

root = Path(sys.argv[1])

def write():
    store = Store.open(root / "snapshots", clock=clock, keys=Keys(root / "keys"))
    with store.lock():
        store.recover()
        with Catalog.open(root / "db/archive.db") as catalog:
            catch_up(store, catalog)
            while True:
                one_run(store, catalog)

def one_run(store, catalog):
    begun = started(clock, clock.random_hex(4))
    run = store.begin_run(begun, warc_bytes=20_000)
    catalog.ingest(begun, path=run.journal_path, leaf=None)
    threads = [threading.Thread(target=seal, args=(run, catalog, number)) for number in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    noted = observation(run, clock)
    run.note(noted)
    catalog.ingest(noted, path=None, leaf=None)
    over = ended(run, clock)
    for leaf in run.end(over): catalog.ingest_leaf(leaf)
    catalog.ingest(over, path=run.journal_path, leaf=None)

def seal(run, catalog, worker):
    for number in range(4):
        given = [exchange(f"https://x.com/{worker}/{number}", os.urandom(3000) + b"x" * 3000, at=clock.now()),
                 exchange("https://x.com/shared.js", b"shared;" * 900, at=clock.now())]
        draft = capture_draft(run, clock, post(worker * 10 + number))
        sealed = run.seal(draft, capture_files(), given)
        catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
        os.write(1, (sealed.path + "\\n").encode())

print("ready", flush=True)
for _line in sys.stdin:
    child = os.fork()
    if child == 0:
        write()
    os.write(1, f"pid {child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


def test_thirty_kills_at_random_moments_lose_nothing_that_was_sealed(tmp_path):
    home, chance, acked = Home(tmp_path, system_clock), random.Random(), []
    home.index()
    arguments = [sys.executable, "-c", WRITER, tmp_path, Path(__file__).parent]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout.readline() == "ready\n"
        for kill in range(KILLS):
            server.stdin.write("go\n")
            server.stdin.flush()
            child = int(server.stdout.readline().removeprefix("pid "))
            time.sleep(chance.uniform(0.0, 0.3))
            os.kill(child, signal.SIGKILL)
            while (line := server.stdout.readline()) != "dead\n":
                acked.append(line.strip())
            if kill % 3 == 0:
                assert home.findings() == []
            home.index()
            if kill % 5 == 0:
                assert home.findings() == []
            logged = {leaf.path for leaf in home.store.leaves()}
            assert [path for path in acked if path not in logged] == []
        server.stdin.close()
    assert home.findings() == []
    assert len(acked) > KILLS / 4
    ends = [one.record.outcome for one in home.store.read_evidence() if type(one.record).__name__ == "RunEnded"]
    assert "interrupted" in ends


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_run_killed_before_its_last_rows_are_in_the_catalog_is_no_finding(tmp_path, rows):
    home = Home(tmp_path).fill()
    with home.store.lock():
        seal_some(home.store, home.clock, posts=2, suffix="0002")
    sealed = [stored for stored in home.store.read_evidence() if stored.record is not None]
    with Catalog.open(home.db) as catalog:
        for stored in sealed[len(sealed) - rows :]:
            catalog.ingest(stored.record, path=stored.path, leaf=stored.leaf)
    assert {"F505"} & {*home.codes()}
    # A killed writer leaves no digest.
    home.path("db/archive.db.sha256").unlink()
    assert home.findings() == []


def test_a_run_killed_between_its_last_entry_and_the_checkpoint_is_no_finding(tmp_path, monkeypatch):
    home = Home(tmp_path).fill()

    class Killed(BaseException):
        pass

    def die(_log):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Log, "checkpoint", die)
        with home.store.lock(), pytest.raises(Killed):
            seal_some(home.store, home.clock, posts=1, suffix="0002")
    again = Home.__new__(Home)
    again.__dict__.update(home.__dict__, store=home.opened())
    assert [code for code in again.codes() if code.startswith("F2")] == []
    again.index()
    assert again.findings() == []


def test_what_is_compared_beside_an_audit_leaves_nothing_behind_when_it_is_not_needed(home, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    home.change(f"{home.folder()}/page.html", b"post", b"tost")
    for _ in range(5):
        assert home.codes() == ["F002"]
    found = audit(home.store, home.db)
    next(found)
    found.close()
    assert list(scratch.iterdir()) == []
    assert multiprocessing.active_children() == []

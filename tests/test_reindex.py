"""The catalog is rebuilt from the evidence, row for row, whatever became of the old one."""

import os
from dataclasses import replace
from io import BytesIO

import pytest
from catalog_evidence import T0, article_version, at, capture, observation, over_time, post, run_ended, run_started

from archiver.catalog import Catalog, digest_problem, dump
from archiver.model.checks import ReplayCheck
from archiver.model.clock import Clock
from archiver.model.digests import sha256
from archiver.model.errors import HomeError, HomeLocked
from archiver.model.exchange import Exchange
from archiver.model.rendering import RenderEnd
from archiver.model.states import ArtefactRole, Availability, Origin, RunOutcome
from archiver.steps.reindex import catch_up, reindex
from archiver.store import DraftFile, Store

RUNS = ("20261122T101530Z-run-0001", "20261122T111530Z-run-0002")
PNG = DraftFile("screenshot.png", ArtefactRole.SCREENSHOT, Origin.PRODUCED, "image/png", b"\x89PNG")
HTML = DraftFile("source.html", ArtefactRole.SOURCE, Origin.OBSERVED, "text/html", b"<html>")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "db").mkdir()
    return tmp_path


@pytest.fixture
def store(home):
    return Store.create(home / "snapshots", clock=Clock(now=lambda: T0))


@pytest.fixture
def db_file(home):
    return home / "db" / "archive.db"


def exchange(uri, body=b"hello" * 100):
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    return Exchange(
        uri, "GET", at(), 12, b"GET / HTTP/1.1\r\nHost: x.com\r\n\r\n", BytesIO(response), len(response), 200,
        "text/html", sha256(body), len(body),
    )  # fmt: skip


def unsealed(record):
    return replace(record, artefacts=(), warc=())


def archive_run(store, catalog, run_id, minute, *, end=True, index=True):
    """One run as `archive` does it: evidence first, then its rows."""

    def put(record, path, leaf):
        if index:
            catalog.ingest(record, path=path, leaf=leaf)

    started = run_started(run_id)
    run = store.begin_run(started, known=catalog.known_payload)
    put(started, run.journal_path, None)
    for draft, file in (
        (article_version(minute, suffix=f"{minute:04}", run_id=run_id, body=str(minute).encode()), HTML),
        (capture(minutes=minute + 1, suffix="aaaa", run_id=run_id), PNG),
        (capture(post("20", "jack"), minute + 2, suffix="bbbb", run_id=run_id, aliases=("https://t.co/aB",)), PNG),
    ):
        sealed = run.seal(unsealed(draft), (file,), (exchange("https://x.com/a"), exchange(f"https://x.com/{minute}")))
        put(sealed.record, sealed.path, sealed.leaf)
    stray = observation(post(), at(minute + 9), Availability.UNCLEAR, run_id=run_id, evidence="the canary failed")
    run.note(stray)
    put(stray, None, None)
    check = ReplayCheck(sealed.record.id, run_id, at(minute + 9), RenderEnd.READY, "test 1", 0.99, 1.0, 12)
    run.note(check, *over_time(run_id))
    for note in (check, *over_time(run_id)):
        put(note, None, None)
    if end:
        ended = run_ended(run_id)
        leaves = run.end(ended)
        put(ended, run.journal_path, None)
        for leaf in leaves if index else ():
            catalog.ingest_leaf(leaf)


@pytest.fixture
def archived(store, db_file):
    """Two ended runs, indexed as they went; what the catalog then held."""
    with store.lock(), Catalog.open(db_file) as catalog:
        for run_id, minute in zip(RUNS, (0, 60), strict=True):
            archive_run(store, catalog, run_id, minute)
        return dump(catalog)


def contents(db_file):
    with Catalog.open(db_file, readonly=True) as catalog:
        assert catalog.integrity_problems() == []
        return dump(catalog)


def test_the_rebuilt_catalog_equals_the_live_one_row_for_row(store, db_file, archived):
    assert {table for table, rows in archived.items() if not rows} == {"capture_reason", "tombstone"}
    done = reindex(store=store, db_file=db_file)
    assert contents(db_file) == archived
    assert (done.damaged, done.counts["captures"], done.counts["article_versions"]) == ((), 4, 2)
    assert sorted(path.name for path in db_file.parent.iterdir() if path.suffix not in {".md", ".sql", ".yml"}) == [
        "archive.db",
        "archive.db.sha256",
    ]
    assert digest_problem(db_file) is None


def test_a_payload_of_an_earlier_run_is_known_from_the_catalog(archived):
    first, second = (
        {row[4] for row in archived["warc_record"] if row[0][9:11] == hour} - {"request", "metadata"}
        for hour in ("10", "11")
    )
    assert (first, second) == ({"response", "revisit"}, {"revisit"})


@pytest.mark.parametrize("left", ["nothing", "garbage", "a half-written rebuild", "an unfinished session"])
def test_the_old_catalog_may_be_in_any_state(store, db_file, archived, left):
    if left == "nothing":
        for file in list(db_file.parent.iterdir()):
            file.unlink()
    elif left == "garbage":
        db_file.write_bytes(os.urandom(9_000))
        db_file.with_name("archive.db-wal").write_bytes(os.urandom(9_000))
    elif left == "a half-written rebuild":
        for suffix in (".new", ".new-wal", ".new-shm", ".new.sha256"):
            db_file.with_name(db_file.name + suffix).write_bytes(b"half")
    else:
        writer = Catalog.open(db_file)
        writer._touch()
        writer._db.execute("DELETE FROM mention")
        keep = db_file.with_name("archive.db-wal").read_bytes()
        writer._db.close()
        db_file.with_name("archive.db-wal").write_bytes(keep)
    reindex(store=store, db_file=db_file)
    assert contents(db_file) == archived
    assert digest_problem(db_file) is None
    assert [path.name for path in db_file.parent.iterdir() if ".new" in path.name] == []


def test_a_reader_that_was_open_goes_on_reading_the_old_catalog(store, db_file, archived):
    with Catalog.open(db_file, readonly=True) as reader:
        reindex(store=store, db_file=db_file)
        assert dump(reader) == archived


def test_damaged_evidence_is_named_and_the_rest_is_indexed(store, db_file, archived):
    path = next(row[3] for row in archived["folder"] if row[1] == "post")
    file = store.root / path / "capture.json"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b'"outcome":"complete"', b'"outcome":"perfect!"'))
    done = reindex(store=store, db_file=db_file)
    assert [damaged for damaged, _reason in done.damaged] == [path]
    assert done.counts["captures"] == 3


def test_a_log_that_cannot_be_read_is_no_reason_to_drop_the_catalog(store, db_file, archived):
    log = store.root / "log" / "leaves.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"seq":1', b'"seq":7'))
    with pytest.raises(HomeError, match="log"):
        reindex(store=store, db_file=db_file)
    assert contents(db_file) == archived
    assert [path.name for path in db_file.parent.iterdir() if ".new" in path.name] == []


def test_a_home_in_use_is_not_rebuilt(store, db_file, archived):
    with Store.open(store.root, clock=Clock()).lock(), pytest.raises(HomeLocked):
        reindex(store=store, db_file=db_file)


# --- catching up ------------------------------------------------------------------------------


def test_nothing_missing_is_nothing_written(store, db_file, archived):
    before = db_file.read_bytes()
    with store.lock():
        recovery = store.recover()
        with Catalog.open(db_file) as catalog:
            assert catch_up(store, catalog, recovery).pieces == 0
    assert db_file.read_bytes() == before


@pytest.mark.parametrize("index", [True, False])
def test_what_a_killed_run_sealed_is_indexed_by_the_next(store, db_file, index):
    with store.lock(), Catalog.open(db_file) as catalog:
        archive_run(store, catalog, RUNS[0], 0)
        archive_run(store, catalog, RUNS[1], 60, end=False, index=index)
    with store.lock():
        recovery = store.recover()
        with Catalog.open(db_file) as catalog:
            catch_up(store, catalog, recovery)
            live = dump(catalog)
    assert {row[1]: row[6] for row in live["run"]} == {RUNS[0]: RunOutcome.DONE, RUNS[1]: RunOutcome.INTERRUPTED}
    assert len(live["capture"]) == 4
    reindex(store=store, db_file=db_file)
    assert contents(db_file) == live


def test_a_lost_catalog_is_made_good_when_the_home_is_opened(store, db_file, archived):
    db_file.unlink()
    with store.lock():
        recovery = store.recover()
        with Catalog.open(db_file) as catalog:
            catch_up(store, catalog, recovery)
    assert contents(db_file) == archived


def test_the_end_of_a_run_that_did_not_reach_the_catalog_is_read_again(store, db_file):
    with store.lock(), Catalog.open(db_file) as catalog:
        run = store.begin_run(run_started(RUNS[0]))
        catalog.ingest(run_started(RUNS[0]), path=run.journal_path, leaf=None)
        for leaf in run.end(run_ended(RUNS[0])):
            catalog.ingest_leaf(leaf)
        catch_up(store, catalog)
        assert [row["outcome"] for row in catalog.rows("run")] == ["done"]

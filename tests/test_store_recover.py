"""What a killed run leaves behind, and how it is put right."""

import os
import shutil

import pytest
from storefixtures import (
    capture_draft,
    capture_files,
    ended,
    exchange,
    new_store,
    observation,
    post,
    seal_some,
    started,
    ticking_clock,
)

from archiver.model.digests import sha256
from archiver.model.records import RunEnded
from archiver.model.states import RunOutcome
from archiver.store import Recovery, Store
from archiver.store.merkle import Frontier, checkpoint_text
from archiver.store.warcread import Damage, read_warc


class Home:
    """A store that can be left as a killed process would leave it."""

    def __init__(self, root):
        self.clock = ticking_clock()
        self.store = new_store(root, self.clock)

    def half_a_run(self, captures=2):
        """A run that sealed something and never ended."""
        with self.store.lock():
            run = self.store.begin_run(started(self.clock))
            sealed = [
                run.seal(
                    capture_draft(run, self.clock, post(number)),
                    capture_files(str(number)),
                    [exchange(f"https://x.com/{number}", b"<p>%d</p>" % number * 50)],
                )
                for number in range(captures)
            ]
            run.note(observation(run, self.clock))
        return run, sealed

    def recover(self):
        with self.store.lock():
            return self.store.recover()

    def path(self, name):
        return self.store.root / name

    def assert_whole(self):
        """The log covers everything, and a second look has nothing to do."""
        lines = self.path("log/leaves.jsonl").read_bytes().splitlines()
        assert self.path("log/checkpoint").read_bytes() == checkpoint_text(Frontier(lines))
        assert self.recover() == Recovery()
        assert [path.name for path in self.path("tmp").iterdir()] == ["lock"]
        logged = {leaf.path for leaf in self.store.leaves()}
        there = {
            str(path.relative_to(self.store.root))
            for pattern in ("captures/*/*/*/*", "warc/*/*/*/*", "runs/*/*/*/*")
            for path in self.store.root.glob(pattern)
        }
        assert there == logged


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_a_run_that_ended_needs_nothing(home):
    with home.store.lock():
        seal_some(home.store, home.clock)
    assert home.recover() == Recovery()


def test_an_interrupted_run_is_ended_and_sealed(home):
    run, sealed = home.half_a_run()
    found = home.recover()
    (end,) = found.ended
    assert (end.id, end.outcome) == (run.run_id, RunOutcome.INTERRUPTED)
    assert [leaf.kind for leaf in found.leaves] == ["warc", "journal"]
    records = [one.record for one in home.store.read_evidence()]
    assert [one.record for one in sealed] == [record for record in records if hasattr(record, "outcome")][:2]
    assert [record for record in records if isinstance(record, RunEnded)] == [end]
    home.assert_whole()


def test_scratch_goes(home):
    home.half_a_run()
    (home.path("tmp") / "20261122T101530Z-x-1-0001").mkdir()
    (home.path("tmp") / "20261122T101530Z-x-1-0001" / "page.html").write_text("half")
    (home.path("tmp") / "checkpoint.1234").write_text("half")
    assert len([note for note in home.recover().notes if "unfinished" in note]) == 2
    home.assert_whole()


def test_a_torn_warc_tail_is_cut_to_the_last_whole_record(home):
    _run, sealed = home.half_a_run()
    warc = home.path(sealed[0].record.warc[0].file)
    whole = warc.read_bytes()
    with warc.open("ab") as file:
        file.write(whole[:300])
    found = home.recover()
    assert any("cut" in note for note in found.notes)
    assert warc.read_bytes() == whole
    assert found.leaves[0].digest == sha256(whole)
    home.assert_whole()


def test_whole_records_of_a_capture_that_was_not_sealed_are_kept(home):
    _run, sealed = home.half_a_run(captures=3)
    warc = home.path(sealed[0].record.warc[0].file)
    whole = warc.read_bytes()
    shutil.rmtree(home.path(sealed[2].path))
    lines = home.path("log/leaves.jsonl").read_bytes().splitlines(keepends=True)
    home.path("log/leaves.jsonl").write_bytes(b"".join(lines[:2]))
    home.recover()
    assert warc.read_bytes() == whole
    home.assert_whole()


def test_nothing_is_cut_away_that_a_sealed_capture_refers_to(home):
    _run, sealed = home.half_a_run()
    warc = home.path(sealed[0].record.warc[0].file)
    data = bytearray(warc.read_bytes())
    data[sealed[0].record.warc[0].offset + 20] ^= 1
    warc.write_bytes(data)
    home.recover()
    assert warc.read_bytes() == data


def test_a_warc_file_without_one_whole_record_goes(home):
    _run, sealed = home.half_a_run(captures=1)
    other = home.path(sealed[0].record.warc[0].file.replace("-0-0.", "-1-0."))
    other.write_bytes(home.path(sealed[0].record.warc[0].file).read_bytes()[:100])
    home.recover()
    assert not other.exists()
    home.assert_whole()


def test_a_folder_whose_leaf_was_not_written_gets_it(home):
    _run, sealed = home.half_a_run()
    leaves = home.path("log/leaves.jsonl")
    lines = leaves.read_bytes().splitlines(keepends=True)
    leaves.write_bytes(lines[0])
    found = home.recover()
    assert next((leaf.kind, leaf.path, leaf.digest) for leaf in found.leaves) == (
        "capture",
        sealed[1].path,
        sealed[1].leaf.digest,
    )
    home.assert_whole()


@pytest.mark.parametrize("left", [1, 20, -2, -1])
def test_half_a_log_line_is_written_anew(home, left):
    _run, sealed = home.half_a_run()
    leaves = home.path("log/leaves.jsonl")
    first, second = leaves.read_bytes().splitlines(keepends=True)
    leaves.write_bytes(first + second[:left])
    home.recover()
    assert {one.path for one in sealed} <= {leaf.path for leaf in home.store.leaves()}
    home.assert_whole()


def test_half_a_journal_line_is_taken_away(home):
    run, _sealed = home.half_a_run()
    journal = home.path(run.journal_path)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:30])
    home.recover()
    assert len(journal.read_bytes().splitlines()) == len(lines)
    home.assert_whole()


def test_a_journal_without_its_first_line_never_was(home):
    place = home.path("runs/2026/11/22/20261122T101530Z-run-0001.jsonl")
    place.parent.mkdir(parents=True)
    place.write_bytes(b'{"command":"arch')
    assert home.recover().leaves == ()
    assert not place.exists()


def test_a_run_killed_while_it_ended_is_not_ended_twice(home):
    _run, _sealed = home.half_a_run()
    with home.store.lock():
        home.store.recover()
    leaves = home.path("log/leaves.jsonl")
    lines = leaves.read_bytes().splitlines(keepends=True)
    leaves.write_bytes(b"".join(lines[:-1]))
    for stated in home.path("log").rglob("*checkpoint"):
        stated.unlink()
    found = home.recover()
    assert (found.ended, [leaf.kind for leaf in found.leaves]) == ((), ["journal"])
    home.assert_whole()


def test_what_the_disk_lost_in_spite_of_fsync_is_left_for_the_audit(home):
    _run, sealed = home.half_a_run()
    leaves = home.path("log/leaves.jsonl")
    leaves.write_bytes(leaves.read_bytes().splitlines(keepends=True)[0])
    place = home.path(sealed[1].path) / "page.html"
    place.chmod(0o644)
    place.write_bytes(b"")
    notes = home.recover().notes
    assert any(sealed[1].path in note and "not whole" in note for note in notes)
    assert sealed[1].path not in {leaf.path for leaf in home.store.leaves()}


def test_a_new_run_goes_on_after_a_killed_one(home):
    home.half_a_run()
    with home.store.lock():
        home.store.recover()
        run = home.store.begin_run(started(home.clock, "0002"))
        run.seal(capture_draft(run, home.clock, post(7)), capture_files(), ())
        run.end(ended(run, home.clock))
    home.assert_whole()


def test_recovery_reads_no_more_than_it_must(home):
    """Days before the killed run began are not looked at: a large home starts as fast as a small one."""
    old = home.path("captures/2020/01/01")
    old.mkdir(parents=True)
    os.mkfifo(old / "pipe")  # whoever opens this waits for ever
    _run, sealed = home.half_a_run()
    home.recover()
    captures = {leaf.path for leaf in Store.open(home.store.root).leaves() if leaf.kind == "capture"}
    assert captures == {one.path for one in sealed}


def test_every_record_of_a_recovered_file_is_whole(home):
    _run, sealed = home.half_a_run()
    warc = home.path(sealed[0].record.warc[0].file)
    with warc.open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00garbage")
    home.recover()
    with warc.open("rb") as file:
        assert all(not isinstance(one, Damage) and not one.wrong_digests() for one in read_warc(file))

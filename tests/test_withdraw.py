"""What is withdrawn is gone, says so, and takes nothing from what is kept."""

import gzip
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from homes import SCRIPT, SCRIPT_URI, SOFTWARE, Home, a_post, article, copy_of, payload_of
from hypothesis import given, settings
from hypothesis import strategies as st
from storefixtures import START, capture_files, ended, exchange, started
from warcio.archiveiterator import ArchiveIterator

from archiver.lookup import HitKind, find, hit_to_json
from archiver.model.digests import sha256
from archiver.model.errors import ArchiverError, UsageError
from archiver.model.states import Availability
from archiver.steps.export import export
from archiver.steps.selection import select
from archiver.store import remove as remove_module
from archiver.store.merkle import leaf_hash
from archiver.store.redact import Filling
from archiver.store.warcread import read_warc

BIN = Path(sys.executable).parent
KILLED = 9
#: Every sixth step is tried, beginning anywhere: all of them in a few runs.
STRIDE = 6


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """An article that cites two posts; of the first one two copies, in two runs."""
    home = Home(tmp_path_factory.mktemp("filled"))
    home.article, home.first, home.other = home.run(article(1, 2), copy_of(1, "aardvark"), copy_of(2, "bandicoot"))
    (home.second,) = home.day(1).run(copy_of(1, "capybara"))
    assert home.findings() == []
    return home


@pytest.fixture
def home(tmp_path, filled):
    return filled.copied(tmp_path / "home").day(2)


def uris(home):
    with home.reader() as catalog:
        return {row["record_id"]: row["record_type"] for row in catalog.rows("warc_record")}


# --- one copy ------------------------------------------------------------------------------------


def test_the_bytes_of_a_withdrawn_capture_are_gone_and_all_others_are_there(home):
    assert b"aardvark" in home.everything()
    home.withdraw(home.first.record.id)
    left = home.everything()
    assert (b"aardvark" in left, b"bandicoot" in left, b"capybara" in left) == (False, True, True)
    assert not (home.snapshots / home.first.path).exists()


def test_the_audit_is_clean_after_a_withdrawal_and_the_catalog_is_what_a_rebuild_gives(home):
    home.withdraw(home.first.record.id)
    assert home.findings() == []
    assert home.same_when_rebuilt()
    assert home.findings() == []


def test_the_log_keeps_its_lines_and_gets_one_of_the_tombstone(home):
    before = (home.snapshots / "log/leaves.jsonl").read_bytes()
    _plan, done = home.withdraw(home.first.record.id)
    after = (home.snapshots / "log/leaves.jsonl").read_bytes()
    assert after.startswith(before)
    added = [json.loads(line) for line in after[len(before) :].splitlines()]
    assert [(leaf["kind"], leaf["path"]) for leaf in added if leaf["kind"] == "tombstone"] == [
        ("tombstone", done.place)
    ]
    tombstone = (home.snapshots / done.place).read_bytes()
    assert added[0]["digest"] == str(sha256(tombstone))
    # The checkpoint, as the written contract computes it.
    origin, size, _root = (home.snapshots / "log/checkpoint").read_text().split()
    assert int(size) == len(after.splitlines())
    assert leaf_hash(after.splitlines()[0]).hex().startswith(origin.removeprefix("embed-archive/"))


def test_a_tombstone_says_what_went_when_why_and_with_which_digests(home):
    manifest = (home.snapshots / home.first.path / "manifest-sha256.txt").read_bytes()
    _plan, done = home.withdraw(home.first.record.id, reason="court order 12/34")
    told = json.loads((home.snapshots / done.place).read_bytes())
    (folder,) = told["folders"]
    assert (told["act"], folder["id"], folder["reason"]) == ("withdrawn", home.first.record.id, "court order 12/34")
    assert folder["resource"]["uri"] == a_post(1).uri
    lines = "".join(f"{digest.removeprefix('sha256:')}  {name}\n" for name, digest in sorted(folder["files"].items()))
    assert lines.encode() == manifest
    assert sha256(manifest) == home.first.leaf.digest
    assert "aardvark" not in json.dumps(told)
    assert "Jack" not in json.dumps(told)


def test_what_became_known_of_the_post_outlives_its_copies(home):
    with home.reader() as catalog:
        before = list(catalog.rows("availability"))
    home.withdraw(a_post(1).key)
    with home.reader() as catalog:
        assert list(catalog.rows("availability")) == before
        assert catalog.counts()["captures"] == 1


def test_a_post_is_withdrawn_by_any_form_of_its_url_with_all_copies(home):
    plan, _done = home.withdraw(f"https://twitter.com/jack/status/{a_post(1).post_id}")
    assert {item.withdrawn.id for item in plan.items} == {home.first.record.id, home.second.record.id}
    left = home.everything()
    assert (b"aardvark" in left, b"capybara" in left, b"bandicoot" in left) == (False, False, True)
    assert home.findings() == []
    assert home.same_when_rebuilt()


def test_a_state_of_an_article_is_withdrawn_without_what_it_cites(home):
    plan, _done = home.withdraw("https://news.example/story")
    assert [item.withdrawn.id for item in plan.items] == [home.article.record.id]
    assert home.findings() == []
    assert home.same_when_rebuilt()
    with home.reader() as catalog:
        assert list(catalog.rows("mention")) == []
        assert catalog.counts()["captures"] == 3


@pytest.mark.parametrize("subject", ["x:77", "aardvark", "https://example.com/", "", "20261122T101530Z-x-1-9999"])
def test_what_is_not_stored_under_that_very_name_is_not_withdrawn(home, subject):
    with pytest.raises(UsageError, match="nothing is stored"):
        home.withdraw(subject)
    assert home.findings() == []


def test_what_is_withdrawn_already_is_said_to_be(home):
    home.withdraw(a_post(1).key, reason="court order")
    for subject in (a_post(1).key, home.first.record.id):
        with pytest.raises(UsageError, match=r"withdrawn already"):
            home.withdraw(subject)
    assert home.findings() == []


def test_a_second_withdrawal_from_the_same_file_is_as_good_as_the_first(home):
    home.withdraw(home.first.record.id)
    home.withdraw(home.other.record.id)
    assert home.findings() == []
    home.withdraw(home.article.record.id)
    home.withdraw(home.second.record.id)
    assert home.findings() == []
    assert home.same_when_rebuilt()
    assert list((home.snapshots / "captures").rglob("*.json")) == []


# --- what others rest on ----------------------------------------------------------------------------


def test_a_payload_that_a_kept_capture_refers_to_stays_and_can_be_exported(home, tmp_path):
    script = next(ref for ref in home.first.record.warc if ref.uri == SCRIPT_URI and ref.record_type == "response")
    assert [ref.record_type for ref in home.second.record.warc if ref.uri == SCRIPT_URI] == ["revisit", "request"]
    plan, _done = home.withdraw(home.first.record.id)
    assert (plan.retained, set(plan.kept_for)) == (1, {home.other.record.id, home.second.record.id})
    assert payload_of(home, script) == SCRIPT
    with home.reader() as catalog:
        export(
            home.second.record.id,
            tmp_path / "one.wacz",
            store=home.store,
            catalog=catalog,
            clock=home.clock,
            software=SOFTWARE,
        )
    assert subprocess.run([BIN / "wacz", "validate", "-f", tmp_path / "one.wacz"], check=False).returncode == 0


def test_a_payload_goes_with_the_last_capture_that_refers_to_it(home):
    home.withdraw(home.first.record.id)
    home.withdraw(home.second.record.id)
    assert b"console.log" in home.everything()
    plan, _done = home.withdraw(home.other.record.id)
    assert [ref.uri for ref in plan.released] == [SCRIPT_URI]
    assert b"console.log" not in home.everything()
    assert home.findings() == []
    assert home.same_when_rebuilt()


def test_a_new_capture_may_refer_to_a_payload_that_stayed(home):
    home.withdraw(home.first.record.id)
    (again,) = home.run(copy_of(1, "dromedary"))
    assert "revisit" in {ref.record_type for ref in again.record.warc}
    home.withdraw(home.second.record.id, home.other.record.id)
    assert b"console.log" in home.everything()
    assert home.findings() == []


def test_a_new_capture_does_not_refer_to_a_payload_that_went(home):
    home.withdraw(a_post(1).key, a_post(2).key)
    (again,) = home.run(copy_of(1, "dromedary"))
    assert {ref.record_type for ref in again.record.warc} == {"response", "request", "metadata"}
    assert home.findings() == []


def test_a_file_that_another_capture_has_too_stays_there(home):
    big = capture_files("the same picture" * 600)
    one, two = home.run(copy_of(5, "e", files=big), copy_of(6, "f", files=big))
    pictures = [home.snapshots / sealed.path / "media/1.jpg" for sealed in (one, two)]
    assert pictures[0].stat().st_ino == pictures[1].stat().st_ino
    data = pictures[1].read_bytes()
    plan, _done = home.withdraw(a_post(5).key)
    assert two.record.id in plan.same_files
    assert (pictures[0].exists(), pictures[1].read_bytes()) == (False, data)
    assert home.findings() == []


def test_a_run_that_left_loose_records_behind_may_lose_their_originals(home):
    with home.opened() as opened:
        run = opened.store.begin_run(started(home.clock, "0099"), known=opened.catalog.known_payload)
        (revisit, *_others) = run.keep_exchanges([exchange(SCRIPT_URI, SCRIPT)])
        run.end(ended(run, home.clock))
    assert revisit.record_type == "revisit"
    home.withdraw(a_post(1).key, a_post(2).key)
    assert home.findings() == []


# --- the WARC files -----------------------------------------------------------------------------------


def test_other_tools_read_a_file_from_which_records_were_taken(home):
    (warc,) = {home.snapshots / ref.file for ref in home.first.record.warc}
    size = warc.stat().st_size
    home.withdraw(home.first.record.id)
    assert warc.stat().st_size == size
    for tool in ("warcio", "fastwarc"):
        done = subprocess.run([BIN / tool, "check", warc], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    with warc.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    with warc.open("rb") as file:
        assert len(list(FastIterator(file))) == len(kinds)
    assert kinds.count("warcinfo") == 1


def test_no_record_that_stays_is_moved(home):
    kept = {ref for sealed in (home.other, home.article) for ref in sealed.record.warc}
    before = {(ref.file, ref.offset): _member(home, ref) for ref in kept}
    home.withdraw(home.first.record.id)
    assert {(ref.file, ref.offset): _member(home, ref) for ref in kept} == before


def test_the_stretches_put_back_give_the_file_of_the_first_entry(home):
    (name,) = {ref.file for ref in home.first.record.warc}
    old = (home.snapshots / name).read_bytes()
    _plan, done = home.withdraw(home.first.record.id)
    new = bytearray((home.snapshots / name).read_bytes())
    (told,) = json.loads((home.snapshots / done.place).read_bytes())["warcs"]
    assert told["digest"] == f"sha256:{hashlib.sha256(new).hexdigest()}"
    for gap in told["gaps"]:
        place = slice(gap["offset"], gap["offset"] + gap["length"])
        assert gap["digest"] == str(sha256(old[place]))
        new[place] = old[place]
    assert bytes(new) == old


def test_a_file_with_nothing_left_goes_as_a_whole(home):
    (name,) = {ref.file for ref in home.second.record.warc}
    home.withdraw(home.second.record.id)
    assert not (home.snapshots / name).exists()
    assert home.findings() == []
    assert home.same_when_rebuilt()


def test_a_large_record_gives_its_space_back(home):
    video = hashlib.shake_256(b"video").digest(3_000_000)
    (big, _small) = home.run(copy_of(8, "h", exchanges=[exchange("https://v.example/1.mp4", video)]), copy_of(9, "i"))
    warc = home.snapshots / big.record.warc[0].file
    size = warc.stat().st_size
    home.withdraw(big.record.id)
    assert warc.stat().st_size == size
    assert warc.stat().st_blocks * 512 < size - 2_500_000
    assert len(gzip.decompress(warc.read_bytes())) > 2_900_000
    assert home.findings() == []


@settings(max_examples=60, deadline=None)
@given(length=st.integers(300, 400_000), offset=st.integers(0, 10**12))
def test_a_gap_of_any_length_is_filled_to_the_byte_with_one_good_record(length, offset):
    filling = Filling("20261122T101530Z-run-0001-0", START)
    member = b"".join(filling.member("warc/2026/11/22/a.warc.gz", offset, length))
    assert len(member) == length
    (record,) = read_warc(io.BytesIO(member))
    assert (record.length, record.kind, record.wrong_digests()) == (length, "metadata", ())
    (told,) = ArchiveIterator(io.BytesIO(member))
    assert told.rec_headers.get_header("WARC-Target-URI") == "urn:embed-archive:20261122T101530Z-run-0001-0"
    assert set(told.content_stream().read()) <= {0}


def test_the_smallest_record_that_is_ever_written_is_large_enough_for_a_gap(home):
    tiny = exchange("http://a/", b"", head=b"HTTP/1.1 200 OK\r\n\r\n", ip=None, protocols=(), certificates=())
    (sealed,) = home.run(copy_of(3, "g", exchanges=[tiny]))
    least = min(sealed.record.warc, key=lambda ref: ref.length)
    assert b"".join(Filling("20261122T101530Z-run-0001-0", START).member(least.file, 1, least.length))
    home.withdraw(a_post(3).key)
    assert home.findings() == []


# --- what readers see --------------------------------------------------------------------------------


def test_a_lookup_shows_a_withdrawn_capture_with_its_tombstone_and_no_bytes(home):
    _plan, done = home.withdraw(home.first.record.id, reason="court order")
    with home.reader() as catalog:
        (hit,) = find(catalog, home.first.record.id)
        copies = {one.capture_id: one.kind for one in find(catalog, a_post(1).uri)}
    assert (hit.kind, hit.path, hit.screenshot, hit.text, hit.name) == (HitKind.WITHDRAWN, None, None, None, None)
    assert hit.manifest == home.first.leaf.digest
    told = hit_to_json(hit)["tombstone"]
    assert (told["act"], told["reason"], told["path"]) == ("withdrawn", "court order", done.place)
    assert copies == {home.first.record.id: HitKind.WITHDRAWN, home.second.record.id: HitKind.CAPTURE}


def test_a_withdrawn_post_is_found_by_no_word_of_its_own(home):
    home.withdraw(a_post(1).key)
    with home.reader() as catalog:
        assert [hit.capture_id for hit in find(catalog, "capybara")] == []
        assert [hit.capture_id for hit in find(catalog, "bandicoot")] == [home.other.record.id]


def test_an_article_shows_what_it_cites_as_withdrawn_never_as_not_captured(home):
    home.withdraw(a_post(1).key)
    with home.reader() as catalog:
        kinds = [hit.kind for hit in find(catalog, "https://news.example/story")]
    assert kinds == [HitKind.ARTICLE, HitKind.CAPTURE, HitKind.WITHDRAWN, HitKind.WITHDRAWN]


def test_exports_leave_withdrawn_captures_out(home):
    home.withdraw(home.second.record.id)
    with home.reader() as catalog:
        assert select([a_post(1).key], catalog=catalog).paths == (home.first.path,)
    home.withdraw(home.first.record.id)
    with home.reader() as catalog:
        assert select(["https://news.example/story"], catalog=catalog).paths == (home.article.path, home.other.path)
        for subject in (a_post(1).key, home.first.record.id):
            with pytest.raises(UsageError, match="withdrawn since"):
                select([subject], catalog=catalog)


# --- what the audit does not take for a withdrawal ---------------------------------------------------


def stone(home):
    _plan, done = home.withdraw(home.first.record.id)
    return f"snapshots/{done.place}"


def test_a_folder_that_vanished_without_a_tombstone_is_found(home):
    stone(home)
    shutil.rmtree(home.snapshots / home.other.path)
    assert home.codes()[0] == "F005"


def test_a_forged_tombstone_excuses_nothing(home):
    real = json.loads((home.root / stone(home)).read_bytes())
    shutil.rmtree(home.snapshots / home.other.path)
    forged = json.dumps(real, separators=(",", ":"), sort_keys=True).replace(home.first.record.id, home.other.record.id)
    name = f"snapshots/tombstones/2026/11/24/{real['run_id']}-1.json"
    home.write(name, forged.replace(real["id"], f"{real['run_id']}-1").encode())
    codes = home.codes()
    assert ("F604" in codes, "F005" in codes) == (True, True)


def test_a_tombstone_that_was_altered_excuses_nothing(home):
    name = stone(home)
    home.write(name, (home.root / name).read_bytes().replace(b"author", b"editor"))
    codes = home.codes()
    assert (codes[0], "F005" in codes) == ("F602", True)


def test_a_tombstone_that_is_not_there_excuses_nothing(home):
    (home.root / stone(home)).unlink()
    codes = home.codes()
    assert (codes[0], "F005" in codes) == ("F601", True)


def test_a_withdrawn_folder_that_was_put_back_is_found(home, filled):
    stone(home)
    shutil.copytree(filled.snapshots / home.first.path, home.snapshots / home.first.path)
    assert home.codes() == ["F605"]


def test_a_withdrawn_warc_file_that_was_put_back_is_found(home, filled):
    home.withdraw(home.second.record.id)
    name = home.second.record.warc[0].file
    shutil.copy(filled.snapshots / name, home.snapshots / name)
    assert home.codes() == ["F605"]


def test_stretches_of_a_warc_file_that_were_put_back_are_found(home, filled):
    stone(home)
    name = home.first.record.warc[0].file
    home.write(f"snapshots/{name}", (filled.snapshots / name).read_bytes())
    assert {"F102", "F605"} <= set(home.codes())


def test_a_tombstone_that_names_other_digests_than_the_log_is_found(home, monkeypatch):
    real = remove_module._withdrawn

    def lying(record, leaf, reason, files):
        return replace(real(record, leaf, reason, files), files={**files, "page.html": sha256(b"never")})

    monkeypatch.setattr(remove_module, "_withdrawn", lying)
    stone(home)
    codes = home.codes()
    assert (codes[0], "F005" in codes) == ("F606", True)


def test_a_tombstone_of_no_known_form_is_found(home, monkeypatch):
    real = remove_module.tombstone_bytes
    monkeypatch.setattr(
        remove_module, "tombstone_bytes", lambda one: real(one).replace(b'"act":"withdrawn"', b'"act":"lost"')
    )
    stone(home)
    codes = home.codes()
    assert (codes[0], "F005" in codes) == ("F603", True)


def test_every_flipped_byte_of_a_tombstone_and_of_a_blanked_file_is_found(home):
    chance = random.Random(20261124)
    for name in (stone(home), f"snapshots/{home.first.record.warc[0].file}"):
        data = (home.root / name).read_bytes()
        for _ in range(8):
            flipped = bytearray(data)
            flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            home.write(name, bytes(flipped))
            assert any(name in line for line in home.findings())
        home.write(name, data)
    assert home.findings() == []


# --- what is damaged is not touched --------------------------------------------------------------------


def test_damaged_evidence_is_not_withdrawn_and_nothing_is_changed(home):
    page = home.snapshots / home.first.path / "manifest-sha256.txt"
    home.write(str(page.relative_to(home.root)), page.read_bytes().replace(b"page", b"sage"))
    before = home.codes()
    with pytest.raises(ArchiverError, match="manifest"):
        home.withdraw(home.first.record.id)
    assert home.codes() == before


def test_a_damaged_warc_file_is_not_entered_in_the_log_as_if_we_had_changed_it(home):
    name = home.first.record.warc[0].file
    data = bytearray((home.snapshots / name).read_bytes())
    data[-30] ^= 1
    home.write(f"snapshots/{name}", bytes(data))
    with pytest.raises(ArchiverError, match="not what the log says"):
        home.withdraw(home.first.record.id)
    assert (home.snapshots / home.first.path / "page.html").exists()
    assert [leaf for leaf in home.store.leaves() if leaf.kind == "tombstone"] == []
    assert not list((home.snapshots / "tombstones").rglob("*.json"))
    assert "F102" in home.codes()


# --- kill -9 -------------------------------------------------------------------------------------------

WORKER = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from homes import Home
import homes

def armed(number):
    # The process ends before its n-th step that changes anything on the disk.
    left = [number]
    def arm(name):
        real = getattr(os, name)
        def step(*args, **kwargs):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)
        setattr(os, name, step)
    for name in ("write", "fsync", "rename", "replace", "unlink", "rmdir", "mkdir", "ftruncate", "fchmod", "chmod"):
        arm(name)

print("ready", flush=True)
for line in sys.stdin:
    root, number, *subjects = line.split()
    child = os.fork()
    if child == 0:
        home = Home.__new__(Home)
        home.root, home.db = Path(root), Path(root) / "db" / "archive.db"
        home.day(2)
        armed(int(number))
        home.withdraw(*subjects)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def test_killed_before_any_step_a_withdrawal_is_either_not_begun_or_finished_by_the_next_run(filled, tmp_path):
    subjects = f"{filled.first.record.id} {filled.second.record.id}"
    ends = []
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, Path(__file__).parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout.readline() == "ready\n"
        number, code = random.randrange(1, STRIDE + 1), -KILLED
        while code == -KILLED:
            root = tmp_path / str(number)
            home = filled.copied(root)
            worker.stdin.write(f"{root} {number} {subjects}\n")
            worker.stdin.flush()
            code = int(worker.stdout.readline())
            ends.append(_settled(home, number))
            shutil.rmtree(root)
            number += STRIDE
        worker.stdin.close()
    assert (code, ends[0], ends[-1]) == (0, False, True)
    # Decided in one step: before it nothing is gone, after it all is.
    assert ends == sorted(ends)
    assert (ends.count(False) * STRIDE > 10, ends.count(True) * STRIDE > 25) == (True, True)


def _settled(home, number):
    """Audit a killed home, put it right, audit it again; whether the withdrawal was done."""
    home.day(3)
    # After its last entry in the log a run has rows to write still; till the next one the index is behind.
    assert [line for line in home.findings() if line < "F5"] == [], f"killed at step {number}"
    with home.opened():
        pass
    assert home.findings() == [], f"killed at step {number}, put right"
    left = home.everything()
    decided = any(leaf.kind == "tombstone" for leaf in home.store.leaves())
    assert (b"aardvark" not in left, b"capybara" not in left) == (decided, decided)
    assert b"bandicoot" in left
    assert SCRIPT in left
    assert (home.snapshots / home.first.path).exists() is not decided
    return decided


def _member(home, ref):
    with (home.snapshots / ref.file).open("rb") as file:
        file.seek(ref.offset)
        return file.read(ref.length)


def test_the_standing_of_a_lost_post_is_not_changed_by_withdrawing_its_last_live_copy(home):
    home.day(5).run(copy_of(1, "x", availability=Availability.GONE_DELETED, record=None))
    home.withdraw(home.first.record.id, home.second.record.id)
    with home.reader() as catalog:
        (row,) = [row for row in catalog.rows("availability") if row["state"] == "gone_deleted"]
    assert row["last_live_at"].startswith(f"{START + timedelta(days=1):%Y-%m-%d}")

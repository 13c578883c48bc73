"""A large home is read in parts, and no byte is left out or read twice."""

import os
from datetime import timedelta

import pytest
from audited import Home
from storefixtures import START, seal_some, ticking_clock

from archiver.catalog.fixity_index import Reading, load_readings, readings_file, save_readings
from archiver.model.clock import Clock
from archiver.steps import audit_folders
from archiver.steps.audit_readings import audit_round
from archiver.steps.audit_round import Round, part_of

PARTS = 3


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("filled")).fill(posts=4)
    for number in range(2, 4):
        with home.store.lock():
            home.store.recover()
            seal_some(home.store, home.clock, posts=1, suffix=f"000{number}")
    return home.index()


@pytest.fixture
def home(tmp_path, filled):
    return filled.copied(tmp_path / "home")


def evidence(home):
    """The files that belong to one part: all but what every audit reads."""
    return [name for name in home.files() if name.split("/")[1] in {"captures", "warc", "runs"}]


def flip(home, name):
    place = home.path(name)
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 4
    place.chmod(0o644)
    place.write_bytes(data)


def later(seconds):
    """A clock that stands so much behind the beginning."""
    ticking = ticking_clock(START + timedelta(seconds=seconds))
    return Clock(ticking.now, ticking.monotonic, ticking.random_hex)


def audited(home, *, seconds=0, **limits):
    """What an audit with these limits finds, and its round."""
    with audit_round(home.db, clock=later(seconds), **limits) as (plan, problems):
        return [*home.findings(plan=plan), *problems], plan


# --- subsets -----------------------------------------------------------------------------------


def test_each_altered_file_is_found_in_just_one_part(home):
    for name in evidence(home):
        flip(home, name)
    told = [{finding.path for finding in home.findings(plan=Round((part, PARTS)))} for part in range(1, PARTS + 1)]
    # A changed manifest or record tells of its folder as a whole, and so may hide a file's own damage.
    folders = [{name.rpartition("/")[0] for name in found if "/captures/" in name} for found in told]
    assert all(sum(folder in found for found in folders) == 1 for folder in set.union(*folders))
    files = [name for name in evidence(home) if "/captures/" not in name]
    assert all(sum(name in found for found in told) == 1 for name in files)


def test_all_parts_together_read_every_byte_of_the_evidence_once(home, monkeypatch):
    read = []

    def counted(real):
        def digest(path):
            read.append(str(path))
            return real(path)

        return digest

    monkeypatch.setattr(audit_folders, "file_digest", counted(audit_folders.file_digest))
    rounds = [Round((number, PARTS)) for number in range(1, PARTS + 1)]
    assert [home.findings(plan=plan) for plan in rounds] == [[]] * PARTS
    assert len(read) == len(set(read)) > 0
    size = sum(home.path(name).stat().st_size for name in [*evidence(home), "db/archive.db"])
    assert sum(plan.tally.bytes_read for plan in rounds) == size
    whole = Round()
    home.findings(plan=whole)
    assert (whole.tally.bytes_read, whole.tally.units) == (size, sum(plan.tally.units for plan in rounds))


def test_what_comes_later_moves_nothing_to_another_part(home):
    before = {name: part_of(name, PARTS) for name in evidence(home)}
    with home.store.lock():
        home.store.recover()
        seal_some(home.store, home.clock, posts=3, suffix="0009")
    assert {name: part_of(name, PARTS) for name in evidence(home) if name in before} == before
    assert len(evidence(home)) > len(before)


def test_parts_are_of_much_the_same_size():
    paths = [f"captures/2026/11/22/20261122T101530Z-x-{number}-9f3a" for number in range(10_000)]
    counts = [sum(part_of(path, 10) == number for path in paths) for number in range(1, 11)]
    assert (sum(counts), min(counts) > 900, max(counts) < 1_100) == (10_000, True, True)


def test_what_all_rests_on_is_read_in_every_part(home):
    names = ["snapshots/log/leaves.jsonl", "snapshots/README.md", "db/schema.sql"]
    for name in names:
        flip(home, name)
    for number in range(1, PARTS + 1):
        told = " ".join(map(str, home.findings(plan=Round((number, PARTS)))))
        assert [name for name in names if name not in told] == []


def test_a_reference_into_a_file_of_another_part_is_looked_up(home):
    folder = home.store.root / home.sealed[1].path
    warc = home.warc()
    number = part_of(str(folder.relative_to(home.store.root)), PARTS)
    assert home.findings(plan=Round((number, PARTS))) == []
    data = home.path(warc).read_bytes()
    ref = home.sealed[1].record.warc[0]
    home.write(warc, data[: ref.offset] + b"x" + data[ref.offset + 1 :])
    assert "F105" in {finding.code for finding in home.findings(plan=Round((number, PARTS)))}


# --- ages --------------------------------------------------------------------------------------


def test_what_was_read_intact_lately_is_not_read_again(home):
    assert audited(home)[0] == []
    found, plan = audited(home, seconds=100, max_age_s=3_600)
    assert (found, plan.tally.units, plan.tally.bytes_read) == ([], 0, 0)
    found, plan = audited(home, seconds=10_000, max_age_s=3_600)
    assert (found, plan.tally.fresh) == ([], 0)


def test_a_reading_of_damage_is_no_reading(home):
    audited(home)
    name = evidence(home)[0]
    flip(home, name)
    assert {finding.path for finding in audited(home)[0]} == {name}
    found, plan = audited(home, seconds=100, max_age_s=3_600)
    assert ({finding.path for finding in found}, plan.tally.units) == ({name}, 1)


def test_what_looks_different_is_read_whatever_was_read_before(home):
    audited(home)
    name = f"{home.folder()}/page.html"
    data = home.path(name).read_bytes()
    home.write(name, data.replace(b"post", b"tost"))
    assert {finding.path for finding in audited(home, seconds=100, max_age_s=3_600)[0]} == {name}


def test_damage_that_keeps_size_and_time_is_found_once_the_reading_is_old(home):
    audited(home)
    name = f"{home.folder()}/page.html"
    before = home.path(name).stat()
    flip(home, name)
    os.utime(home.path(name), ns=(before.st_atime_ns, before.st_mtime_ns))
    assert audited(home, seconds=100, max_age_s=3_600)[0] == []
    assert {finding.path for finding in audited(home, seconds=4_000, max_age_s=3_600)[0]} == {name}
    assert {finding.path for finding in audited(home, seconds=100)[0]} == {name}


def test_a_reading_from_the_future_counts_for_nothing(home):
    audited(home, seconds=100_000)
    assert audited(home, max_age_s=3_600)[1].tally.fresh == 0


def test_without_its_list_an_audit_reads_everything(home):
    audited(home)
    readings_file(home.db).unlink()
    assert audited(home, max_age_s=3_600)[1].tally.fresh == 0


def test_a_damaged_list_is_told_once_and_everything_is_read(home):
    audited(home)
    flip(home, "db/readings.txt")
    found, plan = audited(home, max_age_s=3_600)
    assert ([finding.code for finding in found], plan.tally.fresh) == (["F507"], 0)
    assert audited(home, max_age_s=3_600)[0] == []


def test_every_flipped_bit_of_the_list_is_seen(tmp_path):
    file = tmp_path / "readings.txt"
    save_readings(file, {"a": Reading(START, "sha256:0", "shape", 3)})
    assert load_readings(file) == {"a": Reading(START, "sha256:0", "shape", 3)}
    data = file.read_bytes()
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        with pytest.raises(ValueError, match="readings"):
            load_readings(file)


def test_a_home_that_cannot_be_written_is_audited_all_the_same(home):
    # A folder in its place: even root can't write a file of that name.
    readings_file(home.db).mkdir()
    found, plan = audited(home)
    assert ([finding.code for finding in found], plan.tally.left) == (["F507"], 0)


# --- durations ---------------------------------------------------------------------------------


def test_an_audit_ends_in_time_and_says_how_much_is_left(home):
    found, plan = audited(home, max_duration_s=1)
    assert found == []
    assert 0 < plan.tally.units < plan.tally.units + plan.tally.left
    assert plan.tally.left_bytes > 0


def test_the_next_audit_goes_on_where_one_stopped_until_all_is_read(home):
    whole = Round()
    assert home.findings(plan=whole) == []
    read = []
    while len(set().union(*read)) < whole.tally.units:
        read.append(set(audited(home, seconds=1_000 * len(read), max_duration_s=1)[1].read))
        assert len(read) < 10
    # Nothing is read a second time before all was read once.
    assert sum(map(len, read[:-1])) == len(set().union(*read[:-1]))


def test_damage_found_before_the_time_is_over_is_told(home):
    flip(home, evidence(home)[0])
    while not (found := audited(home, max_duration_s=1)[0]):
        pass
    assert found[0].path == evidence(home)[0]


def test_something_is_read_however_little_time_there_is(home):
    assert audited(home, max_duration_s=0)[1].tally.units == 1

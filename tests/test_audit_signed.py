"""Keys, signatures, kept checkpoints, timestamps and dates: each way in which they can be wrong is found and named."""

import base64
import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from audited import Home
from signed_home import SignedHome, roots_of
from storefixtures import START, capture_draft, capture_files, ended, exchange, post, started, ticking_clock

from archiver.steps.audit import audit
from archiver.steps.audit_round import Round
from archiver.store import Store
from archiver.store.keys import Keys
from archiver.store.layout import CHECKPOINT, LEAVES
from archiver.store.log import Log

CHECKPOINTS = "log/checkpoints/2026/11/22"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Two authorities stamp the checkpoints of two runs."""
    home = SignedHome(tmp_path_factory.mktemp("filled"))
    for _ in range(2):
        home.run()
        home.stamp()
    return home


@pytest.fixture
def home(tmp_path, filled):
    shutil.copytree(filled.root, tmp_path / "home")
    copy = SignedHome.__new__(SignedHome)
    copy.__dict__.update(filled.__dict__, root=tmp_path / "home", snapshots=tmp_path / "home" / "snapshots")
    copy.day(0)
    return copy


def found(home, *, days=0, **given):
    home.day(days)
    findings = audit(home.store, home.root / "db/archive.db", plan=Round(clock=home.clock), **given)
    # There is no catalog here.
    return [finding for finding in findings if finding.code < "F4"]


def told(home, **given):
    return [(finding.code, finding.path.removeprefix("snapshots/")) for finding in found(home, **given)]


def change(place, old, new):
    data = place.read_bytes()
    assert old in data
    place.chmod(0o644)
    place.write_bytes(data.replace(old, new, 1))


def kept(home):
    return sorted(home.snapshots.rglob("*.checkpoint"))


def name(home, place):
    return str(place.relative_to(home.snapshots))


def test_a_signed_and_stamped_log_is_clean(home):
    assert found(home) == []
    assert found(home, roots={one: roots_of(authority) for one, authority in home.authorities.items()}) == []


# --- keys and signatures ---------------------------------------------------------------------------


def test_a_checkpoint_without_its_signature_is_found(home):
    for place in (kept(home)[0], home.snapshots / CHECKPOINT):
        whole = place.read_bytes()
        place.chmod(0o644)
        place.write_bytes(whole.partition(b"\n\n")[0] + b"\n")
        # The timestamps of a kept one are of its signature too.
        assert ("F209", name(home, place)) in told(home)
        place.write_bytes(whole)


def test_a_signature_by_another_key_is_found(home, tmp_path):
    (tmp_path / "other").mkdir()
    other = SignedHome(tmp_path / "other")
    other.run()
    other_signature = (other.snapshots / CHECKPOINT).read_bytes().partition(b"\n\n")[2]
    mine = (home.snapshots / CHECKPOINT).read_bytes()
    stranger = other_signature.rpartition(b" ")[2]
    own_name = mine.partition(b"\n")[0]
    for signature in (b"\xe2\x80\x94 " + own_name + b" " + stranger, mine.partition(b"\n\n")[2] + other_signature):
        (home.snapshots / CHECKPOINT).write_bytes(mine.partition(b"\n\n")[0] + b"\n\n" + signature)
        assert told(home) == [("F210", CHECKPOINT)]


def test_a_missing_and_an_altered_key_are_found(home):
    (key,) = (home.snapshots / "log/keys").glob("*.pem")
    change(key, b"-----END", b"\n-----END")
    assert told(home)[0] == ("F212", name(home, key))
    key.unlink()
    assert {code for code, _path in told(home)} == {"F210", "F211"}


def test_a_key_that_the_log_does_not_name_is_found(home):
    (home.snapshots / "log/keys/00000000.pem").write_bytes(b"mine")
    strays = [finding.path for finding in audit(home.store, home.root / "db/x.db") if finding.code == "F403"]
    assert strays == ["snapshots/log/keys/00000000.pem"]


def test_both_keys_sign_when_one_takes_the_other_s_place_and_each_is_looked_at(home):
    home.run(rotate=True)
    home.run()
    assert found(home) == []
    both = next(place for place in kept(home) if place.read_bytes().count("—".encode()) == 2)
    whole = both.read_bytes()
    for line in whole.partition(b"\n\n")[2].splitlines():
        signature = bytearray(base64.b64decode(line.rpartition(b" ")[2]))
        for at in (0, 4, -1):
            flipped = bytearray(signature)
            flipped[at] ^= 1
            change(both, line, line.rpartition(b" ")[0] + b" " + base64.b64encode(flipped))
            assert ("F210", name(home, both)) in told(home)
            both.write_bytes(whole)


def test_a_log_without_a_key_needs_no_signature(tmp_path):
    home = Home(tmp_path)
    home.store = Store.open(home.store.root, clock=home.clock)
    home.fill()
    assert home.findings() == []


# --- kept checkpoints ------------------------------------------------------------------------------


def test_a_kept_checkpoint_of_another_root_is_found(home):
    place = kept(home)[0]
    root = place.read_bytes().splitlines()[2]
    change(place, root, base64.b64encode(b"r" * 32))
    assert ("F213", name(home, place)) in told(home)


def test_a_kept_checkpoint_that_is_none_or_lies_elsewhere_is_found(home):
    first, second = kept(home)
    data = first.read_bytes()
    change(first, b"\n", b"\r\n")
    assert ("F214", name(home, first)) in told(home)
    first.write_bytes(data)
    first.rename(first.with_name("000000000001.checkpoint"))
    assert ("F214", f"{CHECKPOINTS}/000000000001.checkpoint") in told(home)
    assert ("F219", name(home, first)) in told(home)
    first.with_name("000000000001.checkpoint").unlink()
    first.write_bytes(second.read_bytes())
    assert ("F214", name(home, first)) in told(home)


def test_a_kept_checkpoint_that_is_gone_is_missed(home):
    for place in kept(home):
        data = place.read_bytes()
        place.unlink()
        assert ("F219", name(home, place)) in told(home)
        place.write_bytes(data)
        assert found(home) == []


# --- timestamps --------------------------------------------------------------------------------------


def stamps(home):
    return sorted(home.snapshots.rglob("*.tsr"))


def test_a_timestamp_of_other_bytes_is_found(home):
    first, *_others, last = stamps(home)
    first.chmod(0o644)
    first.write_bytes(last.read_bytes())
    (finding,) = found(home)
    assert (finding.code, finding.path) == ("F215", f"snapshots/{name(home, first)}")
    assert "of something else" in finding.found or "no root" in finding.found


def test_a_timestamp_of_an_authority_that_is_not_the_configured_one_is_found(home):
    roots = {"a": roots_of(home.authorities["b"])}
    assert {code for code, _path in told(home, roots=roots)} == {"F215"}
    assert {path.split(".")[1] for _code, path in told(home, roots=roots)} == {"a"}


def test_a_timestamp_whose_certificates_are_gone_or_altered_is_found(home):
    chain = next((home.snapshots / "log/authorities").glob("a-*.pem"))
    change(chain, b"-----END", b"\n-----END")
    assert ("F218", name(home, chain)) in told(home)
    chain.unlink()
    assert {code for code, _path in told(home)} == {"F215"}


def test_a_timestamp_without_its_checkpoint_is_found(home):
    place = kept(home)[0]
    place.unlink()
    assert {"F215", "F219"} == {code for code, _path in told(home)}


def test_timestamps_that_expire_soon_are_one_warning(home):
    ends = max(home.authorities[one].signer.not_valid_after_utc for one in "ab")
    days = (ends - START).days
    assert found(home, days=days - 32) == []
    for day in (days - 20, days + 400):
        (finding,) = found(home, days=day)
        assert (finding.code, finding.severity, finding.row) == ("F216", "warning", "and 1 more checkpoints")


def test_an_entry_that_is_dated_after_its_timestamp_is_found(home):
    for authority in home.authorities.values():
        authority.ahead_s = -3_600
    home.run()
    home.stamp()
    for authority in home.authorities.values():
        authority.ahead_s = 0
    codes = told(home)
    assert {code for code, _path in codes} == {"F217"}
    assert len(codes) == 2


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_bits_of_timestamps_that_say_nothing_are_missed_too(home, at):
    """Each byte around the signature: versions, the algorithm's name."""
    place = stamps(home)[0]
    data = place.read_bytes()
    place.chmod(0o644)
    unseen = []
    for byte in range(int(at * 10), len(data), 29):
        place.write_bytes(data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :])
        if ("F215", name(home, place)) not in told(home):
            unseen.append(byte)
    assert unseen == []


# --- dates -------------------------------------------------------------------------------------------


def seal_at(home, seconds, suffix, *, started_s=None):
    """A run by a clock that stands so far behind the beginning; its capture dates itself by another."""
    home.clock = ticking_clock(START + timedelta(seconds=seconds))
    home.store = home.opened()
    with home.store.lock():
        home.store.recover()
        run = home.store.begin_run(started(home.clock, suffix))
        at = home.clock.now() if started_s is None else START + timedelta(seconds=started_s)
        draft = replace(capture_draft(run, home.clock, post(5)), started_at=at, ended_at=at)
        run.seal(draft, capture_files(), [exchange("https://x.com/5")])
        run.end(ended(run, home.clock))


def test_a_capture_that_dates_itself_before_the_run_before_or_after_its_sealing_is_found(tmp_path):
    home = Home(tmp_path).fill()
    for number, started_s in enumerate((90_000 - 300, 3, 90_000 + 86_400)):
        seal_at(home, 90_000 + number, f"001{number}", started_s=started_s)
    home.index()
    findings = [finding for finding in home.findings() if finding.code == "F011"]
    assert len(findings) == 2
    assert sorted(finding.expected.split()[0] for finding in findings) == ["after", "before"]


def test_entries_that_are_dated_before_those_above_are_found(tmp_path):
    home = Home(tmp_path).fill()
    seal_at(home, 3_000, "0011")
    seal_at(home, 300, "0012")
    home.index()
    assert {finding.code for finding in home.findings()} == {"F011", "F208"}


def test_a_clock_that_is_put_right_by_minutes_is_no_finding(tmp_path):
    home = Home(tmp_path).fill()
    seal_at(home, 600, "0011")
    seal_at(home, 300, "0012")
    assert home.index().findings() == []


def test_a_log_that_was_made_anew_with_other_dates_contradicts_its_timestamps(home):
    """Its keeper has the key, but not the authorities'."""
    entries = [json.loads(line) for line in (home.snapshots / LEAVES).read_bytes().splitlines()]
    for entry in entries[1:]:
        entry["at"] = entry["at"].replace("T10:15", "T10:14")
    lines = [rfc8785.dumps(entry) + b"\n" for entry in entries]
    for place in (*kept(home), home.snapshots / CHECKPOINT):
        place.unlink()
    for size in (3, len(lines)):
        (home.snapshots / LEAVES).write_bytes(b"".join(lines[:size]))
        log = Log(home.snapshots, clock=home.clock, keys=Keys(home.root / "keys"))
        log.checkpoint()
        log.close()
    codes = {code for code, _path in told(home)}
    assert "F215" in codes

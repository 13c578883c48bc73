"""Whoever kept a checkpoint elsewhere sees what was done to the log since, also by its own keeper."""

import json
import shutil
import subprocess
from datetime import timedelta

import pytest
import rfc8785
from audited import Home
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from storefixtures import START, seal_some, ticking_clock

from archiver.cli import archiver
from archiver.model.errors import InputUnreadable
from archiver.steps.audit_against import read_old
from archiver.steps.audit_challenge import challenge
from archiver.steps.reindex import reindex
from archiver.store import Store
from archiver.store.keys import Keys
from archiver.store.layout import CHECKPOINT, CHECKPOINTS, LEAVES
from archiver.store.log import Log

RUNS = 3


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Three runs, and the checkpoints after each as somebody else kept them."""
    home = Home(tmp_path_factory.mktemp("filled")).fill()
    home.kept = [(home.store.root / CHECKPOINT).read_bytes()]
    for number in range(2, RUNS + 1):
        with home.store.lock():
            home.store.recover()
            seal_some(home.store, home.clock, posts=1, suffix=f"000{number}")
        home.kept.append((home.store.root / CHECKPOINT).read_bytes())
    home.index()
    assert home.findings() == []
    return home


@pytest.fixture
def home(tmp_path, filled):
    return filled.copied(tmp_path / "home")


def codes(home, *kept, pem=None):
    return [finding.code for finding in home.findings(olds=[read_old("kept", data, pem) for data in kept])]


def leaves(home):
    return [json.loads(line) for line in (home.store.root / LEAVES).read_bytes().splitlines()]


def rewrite(home, entries):
    """What its keeper could do who has the key: another log, with good numbers, checkpoints and signatures."""
    root = home.store.root
    lines = [rfc8785.dumps({**entry, "seq": seq}) + b"\n" for seq, entry in enumerate(entries)]
    home.write(f"snapshots/{LEAVES}", b"")
    shutil.rmtree(root / CHECKPOINTS)
    (root / CHECKPOINT).unlink()
    ends = [seq for seq, entry in enumerate(entries) if entry["kind"] == "journal"]
    for end in ends:
        # The key was entered behind the end of the first run.
        size = end + 2 if end == ends[0] else end + 1
        home.write(f"snapshots/{LEAVES}", b"".join(lines[:size]))
        log = Log(root, clock=home.clock, keys=Keys(home.root / "keys"))
        log.checkpoint()
        log.close()
    home.store = Store.open(root, clock=home.clock)
    reindex(store=home.opened(), db_file=home.db)


def capture_lines(entries):
    return [seq for seq, entry in enumerate(entries) if entry["kind"] == "capture"]


# --- an honest home ------------------------------------------------------------------------------


def test_every_checkpoint_that_was_kept_vouches_for_an_honest_log(home):
    assert codes(home, *home.kept) == []


def test_it_is_told_which_entries_are_vouched_for(home):
    steps = []
    assert not home.findings(olds=[read_old("kept", home.kept[0])], passed=steps.append)
    (told,) = [step.what for step in steps if "kept" in step.what]
    assert told.startswith("entries 0 to 5 are those of kept, the last of 2026-11-22T10:15:30")
    assert told.endswith(f"; {len(leaves(home)) - 6} came later, and rest on later checkpoints")


def test_three_bare_lines_vouch_as_far_as_their_keeper_is_believed(home):
    bare = home.kept[1].partition(b"\n\n")[0] + b"\n"
    steps = []
    assert not home.findings(olds=[read_old("kept", bare)], passed=steps.append)
    assert any("it is not signed" in step.what for step in steps)
    assert codes(home, bare.replace(b"\n12\n", b"\n11\n")) == ["F223"] or b"\n12\n" not in bare


# --- what is found -------------------------------------------------------------------------------


def tampered_delete(home):
    entries = leaves(home)
    seq = capture_lines(entries)[0]
    shutil.rmtree(home.store.root / entries[seq]["path"])
    return entries[:seq] + entries[seq + 1 :]


def tampered_date(home):
    entries = leaves(home)
    seq = capture_lines(entries)[1]
    entries[seq]["at"] = entries[seq - 1]["at"]
    return entries


def tampered_swap(home):
    entries = leaves(home)
    one, two = capture_lines(entries)[:2]
    entries[one], entries[two] = entries[two], entries[one]
    entries[one]["at"], entries[two]["at"] = entries[two]["at"], entries[one]["at"]
    return entries


@pytest.mark.parametrize("tamper", [tampered_delete, tampered_date, tampered_swap])
def test_what_its_own_keeper_changed_is_seen_against_any_older_checkpoint_and_not_without(home, tamper):
    rewrite(home, tamper(home))
    assert home.findings() == []
    for kept in home.kept:
        assert codes(home, kept) in (["F223"], ["F222"])


def test_a_capture_and_its_rows_that_vanish_are_missed_even_without_an_older_checkpoint(home):
    shutil.rmtree(home.path(home.folder()))
    reindexed = codes(home, home.kept[0])
    assert "F005" in reindexed


def test_the_last_entries_taken_off_are_seen(home):
    entries = leaves(home)
    end = [seq for seq, entry in enumerate(entries) if entry["kind"] == "journal"][1]
    for entry in entries[end + 1 :]:
        place = home.store.root / entry["path"]
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    rewrite(home, entries[: end + 1])
    assert codes(home) == []
    assert [codes(home, kept) for kept in home.kept] == [[], [], ["F222"]]


def test_a_log_that_was_begun_anew_is_seen(home):
    """The same evidence, sealed once more: nothing in the home tells."""
    other = Home(home.root.with_name("other"), ticking_clock(START + timedelta(hours=1))).fill()
    assert codes(other) == []
    assert codes(other, home.kept[0]) == ["F221"]


def test_a_log_rebuilt_with_another_key_is_seen(home):
    entries = [entry for entry in leaves(home) if entry["kind"] != "key"]
    for place in [*(home.root / "keys").iterdir(), *(home.store.root / "log/keys").iterdir()]:
        place.unlink()
    lines = b"".join(rfc8785.dumps({**entry, "seq": seq}) + b"\n" for seq, entry in enumerate(entries))
    shutil.rmtree(home.store.root / CHECKPOINTS)
    (home.store.root / CHECKPOINT).unlink()
    home.write(f"snapshots/{LEAVES}", lines)
    log = Log(home.store.root, clock=home.clock, keys=Keys(home.root / "keys"))
    log.checkpoint()
    log.close()
    assert {"F223", "F224"} <= set(codes(home, home.kept[0]))


# --- keys ----------------------------------------------------------------------------------------


def public_pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_the_key_that_was_handed_out_must_have_signed_it(home):
    (place,) = (home.store.root / "log/keys").glob("*.pem")
    assert codes(home, home.kept[0], pem=place.read_bytes()) == []
    assert codes(home, home.kept[0], pem=public_pem(Ed25519PrivateKey.generate())) == ["F224"]
    bare = home.kept[0].partition(b"\n\n")[0] + b"\n"
    assert codes(home, bare, pem=place.read_bytes()) == ["F224"]


def test_every_flipped_bit_of_an_old_checkpoint_is_refused(home):
    data = home.kept[0]
    accepted = []
    for bit in range(0, len(data) * 8, 5):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            old = read_old("kept", bytes(flipped))
        except InputUnreadable:
            continue
        accepted.append((bit, old))
    found = home.findings(olds=[old for _bit, old in accepted])
    refuted = [finding for finding in found if finding.code.startswith("F22")]
    assert len(refuted) >= len(accepted)
    assert len(found) == len(refuted)


def test_what_is_no_checkpoint_or_key_is_bad_input(home):
    for data in (b"", b"a\nb\nc\n", home.kept[0][:-1], b"\xff" * 40):
        with pytest.raises(InputUnreadable):
            read_old("kept", data)
    with pytest.raises(InputUnreadable):
        read_old("kept", home.kept[0], b"no key")


def test_the_command_reads_a_checkpoint_from_standard_input(home):
    arguments = ["audit", "--home", str(home.root), "--against", "-", "--json"]
    done = CliRunner().invoke(archiver, arguments, input=home.kept[0])
    assert done.exit_code == 0, (done.output, done.exception)
    assert json.loads(done.stdout) == {"against": "-", "entries": 6, "proven": True}
    other = CliRunner().invoke(archiver, arguments, input=home.kept[0].replace(b"embed-archive/", b"embed-archive/0"))
    assert other.exit_code == 3


# --- challenges ----------------------------------------------------------------------------------

BY_HAND = r"""
while read -r path; do
    printf '%s  %s\n' "$( (printf %s "$NONCE"; cat "$path") | sha256sum | cut -c 1-64)" "$path"
done | sha256sum | cut -c 1-64
"""


def test_two_holders_of_the_same_evidence_give_the_same_answer(home, filled):
    mine, theirs = challenge(home.store, nonce="tide 4711"), challenge(filled.store, nonce="tide 4711")
    assert mine == theirs
    assert (mine.unreadable, mine.gone, mine.entries) == ([], 0, len(leaves(home)))
    assert challenge(home.store, nonce="tide 4712").digest != mine.digest


def test_the_answer_is_what_a_shell_computes(home):
    names = [name.removeprefix("snapshots/") for name in home.files() if name.startswith("snapshots/")]
    sealed = [name for name in names if name.split("/")[0] in {"captures", "warc", "runs"} or "log/keys/" in name]
    paths = sorted([*sealed, LEAVES], key=str.encode)
    done = subprocess.run(
        ["sh", "-c", BY_HAND],
        cwd=home.store.root,
        env={"NONCE": "tide 4711", "PATH": "/usr/bin:/bin"},
        input="".join(f"{path}\n" for path in paths),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = challenge(home.store, nonce="tide 4711")
    assert (done.stdout.strip(), len(paths)) == (answer.digest, answer.files)


def test_no_answer_can_be_given_from_digests_that_were_stored(home):
    """Every file but one byte is there, every digest is known: the answer is another."""
    right = challenge(home.store, nonce="tide 4711").digest
    home.change(f"{home.folder()}/page.html", b"post", b"tost")
    assert challenge(home.store, nonce="tide 4711").digest != right
    home.change(f"{home.folder()}/page.html", b"tost", b"post")
    assert challenge(home.store, nonce="tide 4711").digest == right
    home.path(f"{home.folder()}/page.html").unlink()
    lacking = challenge(home.store, nonce="tide 4711")
    assert ([finding.code for finding in lacking.unreadable], lacking.digest != right) == (["F001"], True)


def test_a_home_that_has_grown_answers_for_its_beginning(home):
    old = read_old("kept", home.kept[-1])
    before = challenge(home.store, nonce="tide 4711", olds=[old])
    with home.store.lock():
        home.store.recover()
        seal_some(home.store, home.clock, posts=1, suffix="0009")
    after = challenge(home.store, nonce="tide 4711", olds=[old])
    assert (after.digest, after.unreadable) == (before.digest, [])
    assert challenge(home.store, nonce="tide 4711").digest != before.digest


def test_the_command_answers_with_one_digest(home):
    done = CliRunner().invoke(archiver, ["audit", "--home", str(home.root), "--challenge", "tide 4711", "--json"])
    answer = challenge(home.store, nonce="tide 4711")
    told = {"challenge": "tide 4711", "digest": f"sha256:{answer.digest}", "entries": answer.entries}
    expected = {**told, "files": answer.files, "bytes": answer.bytes_read, "gone": 0}
    assert (done.exit_code, json.loads(done.stdout)) == (0, expected)

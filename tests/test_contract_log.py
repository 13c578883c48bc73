"""What the written contract tells people to type is typed here: openssl, sha256sum and a shell, nothing else."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from signed_home import SignedHome
from storefixtures import START

from archiver.store import contract_text
from archiver.store.checkpoints import read_checkpoint
from archiver.store.merkle import Tree
from archiver.store.proofs import make_proof, proof_bytes

TOOLS = (
    *("openssl", "sha256sum", "sh", "sed", "head", "tail", "cut", "tr", "cat", "ls", "mv"),
    *("mktemp", "basename", "date", "wc"),
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A PATH on which nothing is but openssl and what every system has."""
    folder = tmp_path_factory.mktemp("bin")
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Three runs, all stamped, the key rotated once, one timestamp renewed; tests work on copies."""
    home = SignedHome(tmp_path_factory.mktemp("home"))
    home.run()
    home.stamp()
    home.run(rotate=True)
    home.day(300)
    for one in home.authorities.values():
        one.renew()
    home.run()
    home.stamp()
    return home.snapshots


@pytest.fixture
def snapshots(whole, tmp_path):
    copy = tmp_path / "snapshots"
    shutil.copytree(whole, copy)
    for file in copy.rglob("*"):
        if file.is_file():
            file.chmod(0o644)
    return copy


def block(first):
    """The commands of the contract that follow the paragraph with these words."""
    text = contract_text().decode()
    after = text[text.index(first) :].partition("\n\n    ")[2]
    lines = []
    for line in f"    {after}".splitlines():
        if not line.startswith("    "):
            break
        lines.append(line.removeprefix("    "))
    return "\n".join(lines)


@pytest.fixture
def typed(bare, snapshots, tmp_path):
    def type_in(first, **variables):
        done = subprocess.run(
            [bare / "sh", "-c", block(first)],
            cwd=snapshots,
            env={"PATH": str(bare), "TMPDIR": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout

    return type_in


SHELL, SIGNATURE = "The same with nothing but a shell", "The signature of the checkpoint"
PROOF, STAMP = "That one line of the log is under", "A timestamp, and the time"


def change(file: Path, old: bytes, new: bytes):
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new, 1))


def test_the_log_against_its_checkpoint(typed, snapshots):
    assert typed(SHELL) == "good\n"
    change(snapshots / "log/leaves.jsonl", b'"seq":2', b'"seq":7')
    assert typed(SHELL) == "BAD\n"


def test_the_log_against_every_older_checkpoint(typed, snapshots, tmp_path):
    kept = sorted((snapshots / "log/checkpoints").rglob("*.checkpoint"))
    assert len(kept) == 3
    for one in kept:
        elsewhere = shutil.copy(one, tmp_path / one.name)
        assert typed(SHELL, CHECKPOINT=str(elsewhere)) == "good\n"
    change(snapshots / "log/leaves.jsonl", b'"seq":0', b'"seq":1')
    assert [typed(SHELL, CHECKPOINT=str(tmp_path / one.name)) for one in kept] == ["BAD\n"] * 3


def test_a_log_that_was_cut_short_is_not_what_an_old_checkpoint_states(typed, snapshots):
    leaves = snapshots / "log/leaves.jsonl"
    leaves.write_bytes(b"".join(leaves.read_bytes().splitlines(keepends=True)[:3]))
    assert typed(SHELL) == "BAD\n"


def test_the_signature_of_the_checkpoint(typed, snapshots):
    assert typed(SIGNATURE) == "Signature Verified Successfully\n"
    checkpoint = snapshots / "log/checkpoint"
    size = checkpoint.read_bytes().split(b"\n")[1]
    change(checkpoint, b"\n%s\n" % size, b"\n%d\n" % (int(size) + 1))
    assert "Successfully" not in typed(SIGNATURE)


def test_the_proof_of_every_line(typed, snapshots, tmp_path):
    lines = (snapshots / "log/leaves.jsonl").read_bytes().splitlines()
    tree, stated = Tree(lines), read_checkpoint((snapshots / "log/checkpoint").read_bytes())
    for index, line in enumerate(lines):
        (tmp_path / "line").write_bytes(line + b"\n")
        (tmp_path / "proof").write_bytes(proof_bytes(make_proof(tree, index, stated)))
        names = {"LINE": str(tmp_path / "line"), "PROOF": str(tmp_path / "proof")}
        assert typed(PROOF, **names) == "good\n"
        (tmp_path / "line").write_bytes(line.replace(b"sha256:", b"sha256:0"))
        assert typed(PROOF, **names) == "BAD\n"


def test_every_timestamp_and_its_time_long_after_its_certificate_expired(typed, snapshots):
    stamps = sorted((snapshots / "log/checkpoints").rglob("*.1.tsr"))
    assert len(stamps) == 6
    told = typed(STAMP)
    assert told.startswith("Verification: OK\n")
    for stamp in stamps:
        said = typed(STAMP, STAMP=str(stamp.relative_to(snapshots)))
        assert ("Verification: OK\n" in said, said.rstrip().endswith("GMT")) == (True, True)
    assert f"{START + timedelta(days=300):%b %e} " in told
    change(stamps[-1].with_name(f"{stamps[-1].name.split('.')[0]}.checkpoint"), b"embed", b"EMBED")
    assert "Verification: OK" not in typed(STAMP)


def test_a_timestamp_that_renews_another(typed, snapshots, bare):
    (stamp, *_) = sorted((snapshots / "log/checkpoints").rglob("*.a.1.r1.tsr"))
    begin = str(stamp.relative_to(snapshots)).partition(".a.")[0]
    covering = f'cat "{begin}.checkpoint" "{begin}.a.1.tsr" > "$D/stamped"'
    commands = block(STAMP).replace('cat "${STAMP%%.$NAME.*}.checkpoint" > "$D/stamped"', covering)
    assert covering in commands
    environment = {"PATH": str(bare), "TMPDIR": str(snapshots.parent), "STAMP": str(stamp.relative_to(snapshots))}
    done = subprocess.run(
        [bare / "sh", "-c", commands], cwd=snapshots, env=environment, capture_output=True, text=True, check=False
    )
    assert "Verification: OK\n" in done.stdout


def test_the_key_and_its_line_in_the_log(snapshots):
    keys = sorted((snapshots / "log/keys").iterdir())
    assert len(keys) == 2
    for key in keys:
        digest = subprocess.run(["sha256sum", key], capture_output=True, text=True, check=True).stdout.split()[0]
        line = f'"digest":"sha256:{digest}","kind":"key","path":"log/keys/{key.name}"'
        assert line in (snapshots / "log/leaves.jsonl").read_text()

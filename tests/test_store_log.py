"""The log and its tree, against pymerkle as an oracle."""

import base64
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from storefixtures import new_store, seal_some, ticking_clock

from archiver.model.digests import sha256
from archiver.model.errors import HomeError
from archiver.store.log import Log, read_leaves
from archiver.store.merkle import Frontier, checkpoint_text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=60), max_size=70))
def test_the_root_is_that_of_rfc_6962(lines):
    oracle = InmemoryTree(algorithm="sha256")
    for line in lines:
        oracle.append_entry(line)
    tree = Frontier(lines)
    assert tree.size == len(lines)
    assert tree.root() == (oracle.get_root() if lines else bytes.fromhex(sha256(b"").hex))


def test_a_checkpoint_is_origin_size_and_root():
    tree = Frontier([b"a", b"b", b"c"])
    origin, size, root, end = checkpoint_text(tree).decode().split("\n")
    assert (origin[:14], len(origin), size, base64.b64decode(root), end) == ("embed-archive/", 30, "3", tree.root(), "")


def test_appending_to_an_opened_log_gives_the_root_of_all_lines(tmp_path):
    clock = ticking_clock()
    store = new_store(tmp_path, clock)
    for number in range(5):
        log = Log(store.root, clock=clock)
        leaf = log.append("capture", f"captures/{number}", sha256(b"%d" % number))
        log.checkpoint()
        log.close()
        assert leaf.seq == number
    lines = (store.root / "log/leaves.jsonl").read_bytes().splitlines()
    assert (store.root / "log/checkpoint").read_bytes() == checkpoint_text(Frontier(lines))
    assert [leaf.path for leaf in read_leaves(store.root)] == [f"captures/{number}" for number in range(5)]


def test_a_path_is_entered_once(tmp_path):
    log = Log(new_store(tmp_path).root, clock=ticking_clock())
    log.append("capture", "captures/1", sha256(b""))
    with pytest.raises(ValueError, match="already in the log"):
        log.append("capture", "captures/1", sha256(b""))
    log.close()


def test_nothing_is_appended_to_a_broken_log(tmp_path):
    clock = ticking_clock()
    store = new_store(tmp_path, clock)
    with store.lock():
        seal_some(store, clock)
    leaves = store.root / "log/leaves.jsonl"
    leaves.write_bytes(leaves.read_bytes().replace(b'{"at"', b'"at"', 1))
    before = leaves.read_bytes()
    with store.lock(), pytest.raises(HomeError, match="no leaf") as caught:
        store.recover()
    assert "archiver audit" in caught.value.next_step
    assert leaves.read_bytes() == before


def test_the_contracts_own_script_checks_the_log(tmp_path):
    clock = ticking_clock()
    store = new_store(tmp_path, clock)
    with store.lock():
        seal_some(store, clock, posts=4)
    text = (store.root / "README.md").read_text()
    script = text.partition("    python3 - <<'END'\n")[2].partition("    END\n")[0]
    lines = "\n".join(line.removeprefix("    ") for line in script.splitlines())

    def said():
        command = ["python3", "-c", lines]
        return subprocess.run(command, cwd=store.root, capture_output=True, text=True, check=True).stdout

    assert said() == "good\n"
    leaves = store.root / "log/leaves.jsonl"
    leaves.write_bytes(leaves.read_bytes().replace(b'"seq":2', b'"seq":7'))
    assert said() == "BAD\n"

"""Proofs about the log's tree, against pymerkle as an oracle.

ARCHIVER_TEST_LEAVES sets how large the tree is of which every leaf is proven (1,000,000 in a thorough run).
"""

import os
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from archiver.store.merkle import Frontier, Tree, check_consistency, check_inclusion, leaf_hash

LEAVES = int(os.environ.get("ARCHIVER_TEST_LEAVES", "20000"))
SIZES = st.integers(1, 130)


def lines_of(count):
    return [b"line %d" % number for number in range(count)]


TREE = Tree(lines_of(130))
ORACLE = InmemoryTree(algorithm="sha256")
for written in lines_of(130):
    ORACLE.append_entry(written)


def flipped(value, bit):
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(SIZES)
def test_a_tree_knows_its_root_at_every_earlier_size(size):
    assert TREE.root(size) == ORACLE.get_root(size) == Frontier(lines_of(size)).root()


def test_the_root_of_no_leaves_is_that_of_the_empty_tree():
    assert Tree().root() == TREE.root(0) == Frontier().root() == InmemoryTree(algorithm="sha256").get_root()
    assert Tree().first is None
    assert TREE.first == leaf_hash(b"line 0")


@given(SIZES, st.data())
def test_an_inclusion_proof_is_the_oracles(size, data):
    index = data.draw(st.integers(0, size - 1))
    path = TREE.inclusion(index, size)
    assert path == ORACLE.prove_inclusion(index + 1, size).path[1:]
    assert check_inclusion(leaf_hash(b"line %d" % index), index, size, path, TREE.root(size))


def subproof(old, hashes, whole):
    """RFC 6962 §2.1.2, as it is written there; the roots are the oracle's.

    The oracle's own consistency proofs go by another, longer set of subtrees.
    """
    if old == len(hashes):
        return [] if whole else [root_of(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= split:
        return [*subproof(old, hashes[:split], whole), root_of(hashes[split:])]
    return [*subproof(old - split, hashes[split:], whole=False), root_of(hashes[:split])]


def root_of(lines):
    tree = InmemoryTree(algorithm="sha256")
    for line in lines:
        tree.append_entry(line)
    return tree.get_root()


@given(SIZES, st.data())
def test_a_consistency_proof_is_that_of_rfc_6962(size, data):
    old = data.draw(st.integers(1, size))
    path = TREE.consistency(old, size)
    assert path == subproof(old, lines_of(size), whole=True)
    assert check_consistency(old, ORACLE.get_root(old), size, ORACLE.get_root(size), path)


@settings(max_examples=200)
@given(SIZES, st.data())
def test_an_inclusion_proof_of_anything_else_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    path, leaf, root = TREE.inclusion(index, size), TREE.leaf(index), TREE.root(size)
    bit = data.draw(st.integers(0, 255))
    assert not check_inclusion(flipped(leaf, bit), index, size, path, root)
    assert not check_inclusion(leaf, index, size, path, flipped(root, bit))
    assert not check_inclusion(leaf, index, size, [*path, leaf], root)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index)) if size > 1 else index + 1
    assert not check_inclusion(leaf, other, size, path, root)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:place], flipped(path[place], bit), *path[place + 1 :]]
        assert not check_inclusion(leaf, index, size, bent, root)
        assert not check_inclusion(leaf, index, size, path[:-1], root)


@settings(max_examples=200)
@given(st.integers(2, 130), st.data())
def test_a_consistency_proof_of_anything_else_is_refused(size, data):
    old = data.draw(st.integers(1, size - 1))
    path, before, after = TREE.consistency(old, size), TREE.root(old), TREE.root(size)
    bit = data.draw(st.integers(0, 255))
    assert not check_consistency(old, flipped(before, bit), size, after, path)
    assert not check_consistency(old, before, size, flipped(after, bit), path)
    assert not check_consistency(old, before, size, after, path[:-1])
    assert not check_consistency(old, before, size, after, [*path, before])
    place = data.draw(st.integers(0, len(path) - 1))
    bent = [*path[:place], flipped(path[place], bit), *path[place + 1 :]]
    assert not check_consistency(old, before, size, after, bent)


@settings(max_examples=60)
@given(st.integers(2, 40), st.data())
def test_a_log_that_was_written_anew_has_no_consistency_proof(size, data):
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    lines = lines_of(size)
    lines[changed] = b"another line"
    anew = Tree(lines)
    assert not check_consistency(old, TREE.root(old), size, anew.root(), anew.consistency(old))


def test_a_proof_for_what_the_tree_never_was_is_refused():
    tree = Tree(lines_of(5))
    for wrong in (lambda: tree.inclusion(5), lambda: tree.inclusion(3, 3), lambda: tree.inclusion(-1)):
        with pytest.raises(ValueError, match="no leaf"):
            wrong()
    for wrong in (lambda: tree.inclusion(0, 6), lambda: tree.root(6), lambda: tree.consistency(1, 6)):
        with pytest.raises(ValueError, match="never had"):
            wrong()
    with pytest.raises(ValueError, match="no beginning"):
        tree.consistency(4, 3)
    with pytest.raises(ValueError, match="no leaf"):
        tree.leaf(5)


def test_every_tree_begins_with_the_empty_one_and_is_its_own_beginning():
    tree = Tree(lines_of(5))
    assert tree.consistency(0) == tree.consistency(5) == []
    assert check_consistency(0, tree.root(0), 5, tree.root(), [])
    assert check_consistency(5, tree.root(), 5, tree.root(), [])
    assert not check_consistency(5, tree.root(), 5, tree.root(3), [])
    assert not check_consistency(0, tree.root(3), 5, tree.root(), [])
    assert not check_consistency(6, tree.root(), 5, tree.root(), [])
    assert not check_consistency(3, tree.root(3), 5, tree.root(), [])


def test_every_leaf_of_a_large_log_is_appended_and_proven_quickly():
    begun = time.perf_counter()
    tree = Tree(b"leaf %d" % number for number in range(LEAVES))
    paths = sum(len(tree.inclusion(index)) for index in range(LEAVES))
    rate = LEAVES / (time.perf_counter() - begun)
    sys.stderr.write(f"{LEAVES} leaves appended and proven: {rate:.0f} a second\n")
    root = tree.root()
    assert paths > LEAVES
    assert all(
        check_inclusion(tree.leaf(index), index, LEAVES, tree.inclusion(index), root) for index in range(0, LEAVES, 997)
    )
    assert rate > 5_000  # the machine may be shared; 20,000 is asked for of one that is not

"""Inclusion proofs as files (C2SP tlog-proof): one leaf, its way up the tree, and a signed checkpoint."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.merkle import Tree, check_inclusion, leaf_hash
from archiver.store.notes import NoteKey, read_base64

__all__ = ["InclusionProof", "make_proof", "proof_bytes", "read_proof", "verify_proof"]

_HEAD = b"c2sp.org/tlog-proof@v1"
_INDEX = re.compile(rb"index (0|[1-9][0-9]{0,17})")
_HASH_BYTES = 32
#: A tree of 2^64 leaves is not higher.
_MOST_HASHES = 64


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That leaf `index` is below the root of a checkpoint: hashes from the leaf's neighbour up."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint


def make_proof(tree: Tree, index: int, checkpoint: Checkpoint) -> InclusionProof:
    """The proof that a leaf is covered by a checkpoint of this tree.

    Raises ValueError where the checkpoint is not the tree's, or does not reach as far as the leaf.
    """
    if checkpoint.size > tree.size or tree.root(checkpoint.size) != checkpoint.root:
        raise ValueError("the checkpoint is not one of this log")
    return InclusionProof(index, tuple(tree.inclusion(index, checkpoint.size)), checkpoint)


def proof_bytes(proof: InclusionProof) -> bytes:
    """The bytes of a `.tlog-proof` file."""
    path = [base64.b64encode(node) for node in proof.path]
    return b"\n".join([_HEAD, b"index %d" % proof.index, *path, b"", proof.checkpoint.data])


def read_proof(data: bytes) -> InclusionProof:
    """The proof in a `.tlog-proof` file, strictly; nothing is verified. Raises ValueError.

    The optional line `extra` is refused: this archive writes none, and nothing would vouch for it.
    """
    top, blank, checkpoint = data.partition(b"\n\n")
    head, *lines = top.split(b"\n")
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if head != _HEAD or index is None or not blank:
        raise ValueError("not an inclusion proof (c2sp.org/tlog-proof@v1)")
    path = tuple(map(read_base64, lines[1:]))
    if len(path) > _MOST_HASHES or any(len(node) != _HASH_BYTES for node in path):
        raise ValueError("an inclusion proof has a hash of 32 bytes on each line")
    return InclusionProof(int(index[1]), path, read_checkpoint(checkpoint))


def verify_proof(proof: InclusionProof, line: bytes, keys: Iterable[NoteKey]) -> tuple[NoteKey, ...]:
    """Those of the keys that signed the checkpoint under which this line of the log (without its line feed) is.

    1. The checkpoint is signed by one of the keys. 2. The line's hash and the path give its root.
    Raises ValueError where one of them does not hold.
    """
    # 1.
    signed = proof.checkpoint.verified(keys)
    # 2.
    stated = proof.checkpoint
    if not check_inclusion(leaf_hash(line), proof.index, stated.size, proof.path, stated.root):
        raise ValueError("the line is not in the tree of the checkpoint at that place")
    return signed

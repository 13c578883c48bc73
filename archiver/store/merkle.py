"""The Merkle tree of RFC 6962 over the lines of the log, and its checkpoint.

Sixty lines instead of a dependency: appending keeps only one hash a level (the frontier),
so that it costs the same for the millionth leaf as for the first.
"""

import base64
import hashlib
from collections.abc import Iterable

__all__ = ["Frontier", "checkpoint_text", "leaf_hash"]

_LEAF, _NODE = b"\x00", b"\x01"
_ORIGIN_DIGITS = 16


def leaf_hash(line: bytes) -> bytes:
    """The hash of a leaf: a line of `leaves.jsonl` without its line feed (RFC 6962 §2.1)."""
    return hashlib.sha256(_LEAF + line).digest()


class Frontier:
    """The roots of the perfect subtrees of a growing tree, largest first."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self.size = 0
        self.first: bytes | None = None
        self._roots: list[bytes] = []
        for line in lines:
            self.append(line)

    def append(self, line: bytes) -> None:
        """Add one leaf; amortised constant time."""
        node, bits = leaf_hash(line), self.size
        self.first = self.first or node
        while bits & 1:
            node = _join(self._roots.pop(), node)
            bits >>= 1
        self._roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root hash of all leaves so far; that of the empty tree if there are none."""
        if not self._roots:
            return hashlib.sha256().digest()
        root = self._roots[-1]
        for node in reversed(self._roots[:-1]):
            root = _join(node, root)
        return root


def checkpoint_text(tree: Frontier) -> bytes:
    """The checkpoint of a tree: origin, size and root, one a line (C2SP tlog-checkpoint).

    The origin names this very log, because it holds the hash of its first leaf.
    """
    first = (tree.first or tree.root()).hex()[:_ORIGIN_DIGITS]
    root = base64.b64encode(tree.root()).decode()
    return f"embed-archive/{first}\n{tree.size}\n{root}\n".encode()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()

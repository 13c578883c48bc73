"""The Merkle tree of RFC 6962 over the lines of the log: its root, and proofs about it.

`Frontier` keeps one hash a level, for whoever only appends. `Tree` keeps every hash (64 bytes
a leaf), for whoever makes proofs: it is built once, and then each proof is a look-up a level.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence

__all__ = ["Frontier", "Tree", "check_consistency", "check_inclusion", "checkpoint_text", "leaf_hash", "origin_of"]

_LEAF, _NODE = b"\x00", b"\x01"
_HASH_BYTES = 32
_ORIGIN_DIGITS = 16
_EMPTY = hashlib.sha256().digest()


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
            return _EMPTY
        root = self._roots[-1]
        for node in reversed(self._roots[:-1]):
            root = _join(node, root)
        return root


class Tree:
    """All hashes of a growing tree. Proofs are for it as it is, or as it was at any smaller size.

    Every method that takes a `size` raises ValueError for one that the tree never had.
    """

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self.size = 0
        #: One row a level: the hashes of the perfect subtrees of 2^level leaves, one after the other.
        self._levels = [bytearray()]
        self._borders: tuple[int, list[bytes | None]] = (0, [])
        for line in lines:
            self.append(line)

    @property
    def first(self) -> bytes | None:
        """The hash of the first leaf, which names the log."""
        return self.leaf(0) if self.size else None

    def append(self, line: bytes) -> None:
        """Add one leaf; amortised constant time."""
        node, bits, level = leaf_hash(line), self.size, 0
        self._levels[0] += node
        while bits & 1:
            row, level, bits = self._levels[level], level + 1, bits >> 1
            node = _join(bytes(row[-2 * _HASH_BYTES : -_HASH_BYTES]), node)
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node
        self.size += 1

    def leaf(self, index: int) -> bytes:
        """The hash of one leaf, counted from 0. Raises ValueError."""
        if not 0 <= index < self.size:
            raise ValueError(f"there is no leaf {index} among {self.size}")
        return self._node(0, index)

    def root(self, size: int | None = None) -> bytes:
        """The root hash of the first `size` leaves; of all without it."""
        size = self._size(size)
        if not size:
            return _EMPTY
        top = size.bit_length() - 1
        return self._node(top, 0) if size == 1 << top else self._border(size)[top + 1] or _EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of a leaf in the tree of `size` leaves, from the leaf up (RFC 6962 §2.1.1)."""
        size = self._size(size)
        if not 0 <= index < size:
            raise ValueError(f"there is no leaf {index} among {size}")
        return self._path(0, index, size)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """That the tree of `old` leaves is a beginning of that of `size` leaves (RFC 6962 §2.1.2)."""
        size = self._size(size)
        if not 0 <= old <= size:
            raise ValueError(f"a tree of {old} leaves is no beginning of one of {size}")
        if old in (0, size):
            return []
        # The last perfect subtree of the old tree is in the new one too; from there it goes up as from a leaf.
        level = (old & -old).bit_length() - 1
        index = (old - 1) >> level
        begin = [] if old == 1 << level else [self._node(level, index)]
        return begin + self._path(level, index, size)

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, and never had {size}")
        return size

    def _node(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level][index * _HASH_BYTES : (index + 1) * _HASH_BYTES])

    def _path(self, level: int, index: int, size: int) -> list[bytes]:
        border, path = self._border(size), []
        while 1 << level < size:
            beside, whole = index ^ 1, size >> level
            if beside < whole:
                path.append(self._node(level, beside))
            elif beside == whole and (node := border[level]) is not None:
                path.append(node)
            index, level = index >> 1, level + 1
        return path

    def _border(self, size: int) -> list[bytes | None]:
        """For each level the hash of what lies behind its last perfect subtree, if anything does."""
        if self._borders[0] != size:
            border: list[bytes | None] = [None]
            for level in range(size.bit_length()):
                node = border[level]
                if size >> level & 1:
                    whole = self._node(level, (size >> level) - 1)
                    node = whole if node is None else _join(whole, node)
                border.append(node)
            self._borders = (size, border)
        return self._borders[1]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf with this hash is number `index` of the `size` leaves under `root`."""
    if not 0 <= index < size:
        return False
    node, last = leaf, size - 1
    for beside in path:
        if not last:
            return False
        if index & 1 or index == last:
            node = _join(beside, node)
            index, last = _up_to_odd(index, last)
        else:
            node = _join(node, beside)
        index, last = index >> 1, last >> 1
    return not last and node == root


def check_consistency(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the `old` leaves under `old_root` are the first ones of the `size` leaves under `root`."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not path and old_root == (_EMPTY if old == 0 else root)
    nodes = list(path) if old & (old - 1) else [old_root, *path]
    if not nodes:
        return False
    index, last = _up_to_even(old - 1, size - 1)
    before = after = nodes[0]
    for beside in nodes[1:]:
        if not last:
            return False
        if index & 1 or index == last:
            before, after = _join(beside, before), _join(beside, after)
            index, last = _up_to_odd(index, last)
        else:
            after = _join(after, beside)
        index, last = index >> 1, last >> 1
    return not last and before == old_root and after == root


def checkpoint_text(tree: Frontier | Tree) -> bytes:
    """What a checkpoint states of a tree: origin, size and root, one a line (C2SP tlog-checkpoint)."""
    return f"{origin_of(tree)}\n{tree.size}\n{base64.b64encode(tree.root()).decode()}\n".encode()


def origin_of(tree: Frontier | Tree) -> str:
    """The name of the log: it holds the hash of its first leaf, and so never changes."""
    return f"embed-archive/{(tree.first or tree.root()).hex()[:_ORIGIN_DIGITS]}"


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _up_to_odd(index: int, last: int) -> tuple[int, int]:
    """Past the levels at which the right border has no neighbour."""
    while index and not index & 1:
        index, last = index >> 1, last >> 1
    return index, last


def _up_to_even(index: int, last: int) -> tuple[int, int]:
    """To the last perfect subtree that both trees have."""
    while index & 1:
        index, last = index >> 1, last >> 1
    return index, last

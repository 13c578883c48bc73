"""The append-only log: one leaf for everything that was ever sealed.

`leaves.jsonl` holds one canonical `Leaf` a line, `checkpoint` the root of a Merkle tree
over those lines. A quiet deletion or a change of any sealed thing shows in one of the two.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from archiver.model.clock import Clock
from archiver.model.digests import Digest
from archiver.model.records import Leaf
from archiver.store.canonical import object_line, read_canonical, read_object
from archiver.store.files import append_durably, cut_file, make_dirs, replace_file
from archiver.store.layout import CHECKPOINT, LEAVES, TMP
from archiver.store.merkle import Frontier, checkpoint_text

__all__ = ["Log", "cut_half_line", "leaf_line", "read_leaf", "read_leaves", "read_lines"]


def read_lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a file without their line feeds; a half-written last one is left out."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def leaf_line(leaf: Leaf) -> bytes:
    """The line of a leaf, without its line feed: what is hashed into the tree."""
    return object_line(leaf)


def read_leaf(line: bytes, seq: int) -> Leaf:
    """The leaf in line number `seq` of the log (from 0). Raises ValueError."""
    leaf = read_object(Leaf, read_canonical(line))
    if leaf.seq != seq:
        raise ValueError(f"line {seq} of the log says that it is number {leaf.seq}")
    return leaf


def read_leaves(root: Path) -> Iterator[Leaf]:
    """Every leaf in log order. Raises ValueError at one that does not fit."""
    for seq, line in enumerate(read_lines(root / LEAVES)):
        yield read_leaf(line, seq)


def cut_half_line(path: Path) -> bool:
    """Take away a last line that a crash cut short; whether there was one.

    Nothing is lost by that: a line counts from its line feed on.
    """
    if not path.exists():
        return False
    whole = sum(len(line) + 1 for line in read_lines(path))
    if whole == path.stat().st_size:
        return False
    cut_file(path, whole)
    return True


class Log:
    """The log, open for appending. One process at a time (the home's lock), any thread.

    Raises ValueError on opening if a leaf can't be read: nothing is appended to a log that
    is already broken.
    """

    def __init__(self, root: Path, *, clock: Clock) -> None:
        self._root, self._clock, self._lock = root, clock, threading.Lock()
        make_dirs((root / LEAVES).parent)
        cut_half_line(root / LEAVES)
        self.paths: set[str] = set()
        self._tree = Frontier()
        for line in read_lines(root / LEAVES):
            # Not `read_leaf`: that is ten times slower, and a form that does not fit is the audit's to find.
            self.paths.add(_path_in(line))
            self._tree.append(line)
        self._descriptor = os.open(root / LEAVES, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def append(self, kind: str, path: str, digest: Digest) -> Leaf:
        """Add a leaf, down to the disk. From here on the thing counts as sealed."""
        with self._lock:
            if path in self.paths:
                raise ValueError(f"already in the log: {path}")
            leaf = Leaf(self._tree.size, self._clock.now(), kind, path, digest)
            line = leaf_line(leaf)
            append_durably(self._descriptor, line + b"\n")
            self._tree.append(line)
            self.paths.add(path)
            return leaf

    def checkpoint(self) -> None:
        """Write the root of all leaves so far; nothing is written for an empty log."""
        with self._lock:
            text, place = checkpoint_text(self._tree), self._root / CHECKPOINT
            if self._tree.size and not (place.exists() and place.read_bytes() == text):
                tmp = self._root / TMP / f"checkpoint.{self._clock.random_hex(4)}"
                replace_file(place, text, tmp=tmp)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def _path_in(line: bytes) -> str:
    try:
        return str(json.loads(line)["path"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"the log has a line that is no leaf: {line[:120]!r}") from None

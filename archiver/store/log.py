"""The append-only log: one leaf for everything that was ever sealed.

`leaves.jsonl` holds one canonical `Leaf` a line, `checkpoint` the root of a Merkle tree
over those lines, signed with the archive's key. A quiet deletion or a change of any sealed thing
shows in one of the two, and to whoever has an older checkpoint also if both were made anew.
"""

import json
import os
import re
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from archiver.model.clock import Clock
from archiver.model.digests import Digest, sha256
from archiver.model.errors import HomeError
from archiver.model.records import Leaf
from archiver.store.canonical import object_line, read_canonical, read_object
from archiver.store.checkpoints import Checkpoint
from archiver.store.files import append_durably, cut_file, keep_once, make_dirs, replace_file
from archiver.store.keys import Keys, public_pem
from archiver.store.layout import CHECKPOINT, LEAVES, TMP, checkpoint_path, public_key_path
from archiver.store.merkle import Frontier, checkpoint_text, origin_of
from archiver.store.signing import Signer, stated_checkpoints

__all__ = ["KEY_MARK", "Log", "cut_half_line", "leaf_line", "read_leaf", "read_leaves", "read_lines"]

_KEY = "key"
#: How a key's leaf is told from the others before its line is parsed: JSON is canonical, so it has one form.
KEY_MARK = b'"kind":"key"'
#: A leaf as this program writes it: five times quicker than JSON, which a home of a million leaves feels.
_USUAL = re.compile(
    rb'\{"at":"[0-9TZ:.-]+","digest":"sha256:[0-9a-f]{64}","kind":"[a-z]+","path":"([A-Za-z0-9/._-]+)","seq":\d+\}'
)


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

    Raises on opening ValueError if a leaf can't be read, or if the log is not what it stated of itself
    before: nothing is appended to a log that is already broken. HomeError for a key that others may read.
    """

    def __init__(self, root: Path, *, clock: Clock, keys: Keys | None = None) -> None:
        self._root, self._clock, self._lock = root, clock, threading.Lock()
        make_dirs((root / LEAVES).parent)
        cut_half_line(root / LEAVES)
        self.paths: set[str] = set()
        self._tree, self._signer = Frontier(), Signer(keys)
        self._last_at: datetime | None = None
        self._stated = 0
        self._read(stated_checkpoints(root))
        self._descriptor = os.open(root / LEAVES, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    @property
    def warning(self) -> str | None:
        """Why the next checkpoint will not be signed, if so."""
        key_id = self._signer.current(self._tree.size)
        if key_id is None or self._signer.keys is None or self._signer.has(key_id, origin_of(self._tree)):
            return None
        return (
            f"checkpoints of the log are not signed: the private key {key_id} is not in {self._signer.keys.folder}. "
            "Put it back, or have a new one with `archiver keys rotate --lost`"
        )

    def append(self, kind: str, path: str, digest: Digest) -> Leaf:
        """Add a leaf, down to the disk. From here on the thing counts as sealed."""
        with self._lock:
            return self._append(kind, path, digest)

    def enter_key(self, *, lost: bool = False) -> Leaf:
        """Enter another key, which signs from here on. Raises HomeError as `check_rotation` does."""
        with self._lock:
            self.check_rotation(lost=lost)
            return self._enter_key()

    def check_rotation(self, *, lost: bool) -> None:
        """Raise HomeError unless another key may be entered.

        `lost`: the private part of the last one is not here; that must be so, or must not be.
        """
        last = self._signer.current(self._tree.size)
        if last is None:
            raise HomeError("the log has no key yet", next_step="The end of the first run enters it.")
        if self._signer.has(last, origin_of(self._tree)) == lost:
            raise _not_so(last, lost=lost)

    def checkpoint(self) -> tuple[Leaf, ...]:
        """State the root of all leaves so far, signed, and keep it; nothing is done for an empty log.

        A log that has no key yet gets one first, whose leaf comes back. 1. The key's leaf. 2. The
        kept checkpoint, under a name that the log's last leaf decides. 3. `log/checkpoint`. Killed anywhere,
        the next call does the rest, with the same bytes.
        """
        with self._lock:
            if not self._tree.size:
                return ()
            # 1.
            first = self._signer.keys is not None and not self._signer.ids
            entered = (self._enter_key(),) if first else ()
            # 2.
            text, size, at = checkpoint_text(self._tree), self._tree.size, self._last_at or self._clock.now()
            kept = self._signer.kept(self._root, text, size, at)
            data = kept or self._signer.signed(text, size, before=self._stated)
            keep_once(self._root, checkpoint_path(size, at), data, clock=self._clock)
            # 3.
            place = self._root / CHECKPOINT
            if not (place.exists() and place.read_bytes() == data):
                replace_file(place, data, tmp=self._root / TMP / f"checkpoint.{self._clock.random_hex(4)}")
            self._stated = size
            return entered

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _read(self, stated: Sequence[Checkpoint]) -> None:
        roots: dict[bytes, int] = {}
        sizes, line = {one.size for one in stated}, None
        for line in read_lines(self._root / LEAVES):
            # Not `read_leaf`: that is ten times slower, and a form that does not fit is the audit's to find.
            self.paths.add(_path_in(line))
            if KEY_MARK in line:
                self._signer.learn(read_leaf(line, self._tree.size))
            self._tree.append(line)
            if self._tree.size in sizes:
                roots[self._tree.root()] = self._tree.size
        if line is not None:
            self._last_at = read_leaf(line, self._tree.size - 1).at
        self._stated = max((one.size for one in stated), default=0)
        # Two files state the same: where one of them agrees with the log, it is the other that is damaged.
        if self._stated and not any(roots.get(one.root) == one.size == self._stated for one in stated):
            raise ValueError(f"the log is not the one of {self._stated} lines that its checkpoint states")
        # Told before any work is done, not at its end.
        _ = self.warning

    def _append(self, kind: str, path: str, digest: Digest) -> Leaf:
        if path in self.paths:
            raise ValueError(f"already in the log: {path}")
        leaf = Leaf(self._tree.size, self._clock.now(), kind, path, digest)
        line = leaf_line(leaf)
        append_durably(self._descriptor, line + b"\n")
        self._tree.append(line)
        self.paths.add(path)
        self._last_at = leaf.at
        if kind == _KEY:
            self._signer.learn(leaf)
        return leaf

    def _enter_key(self) -> Leaf:
        keys = self._signer.keys
        if keys is None:
            raise ValueError("this log was opened without its keys")
        key = keys.adopt(origin_of(self._tree), self._signer.ids)
        path, data = public_key_path(key.id.hex()), public_pem(key)
        keep_once(self._root, path, data, clock=self._clock)
        return self._append(_KEY, path, sha256(data))


def _not_so(key_id: str, *, lost: bool) -> HomeError:
    if lost:
        return HomeError(
            f"the key {key_id} is not lost: it is here", next_step="Leave --lost out: both keys sign then."
        )
    return HomeError(
        f"the private key {key_id} is not here, so it can't sign that another one takes its place",
        next_step="Put it back, or say `archiver keys rotate --lost`: the log then has no word of the old key's owner.",
    )


def _path_in(line: bytes) -> str:
    usual = _USUAL.fullmatch(line)
    if usual is not None:
        return usual[1].decode()
    try:
        return str(json.loads(line)["path"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"the log has a line that is no leaf: {line[:120]!r}") from None

"""Reading what stands beside the log: its name, and the keys that sign for it."""

from collections.abc import Iterator
from pathlib import Path

from archiver.model.records import Leaf
from archiver.store.keys import LogKey, read_public_key
from archiver.store.layout import LEAVES
from archiver.store.log import KEY_MARK, read_leaf, read_lines
from archiver.store.merkle import Frontier, origin_of

__all__ = ["key_leaves", "log_keys", "log_origin"]


def log_origin(root: Path) -> str | None:
    """The name of the log, from its first line; None for an empty one."""
    line = next(read_lines(root / LEAVES), None)
    return None if line is None else origin_of(Frontier([line]))


def key_leaves(root: Path) -> Iterator[Leaf]:
    """The log's entries of keys, in its order. Raises ValueError."""
    for seq, line in enumerate(read_lines(root / LEAVES)):
        if KEY_MARK in line:
            yield read_leaf(line, seq)


def log_keys(root: Path) -> tuple[LogKey, ...]:
    """The public keys that the log names, in its order; the last one signs now. Raises ValueError for a damaged one."""
    origin = log_origin(root) or ""
    return tuple(read_public_key(_read(root, leaf), leaf, origin) for leaf in key_leaves(root))


def _read(root: Path, leaf: Leaf) -> bytes:
    try:
        return (root / leaf.path).read_bytes()
    except OSError as error:
        raise ValueError(f"{leaf.path}: {error.strerror}") from None

"""Which keys sign a checkpoint, and where each checkpoint is kept."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archiver.model.records import Leaf
from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.keys import Keys, read_public_key
from archiver.store.layout import CHECKPOINT, CHECKPOINTS, checkpoint_path
from archiver.store.notes import Note, note_bytes, sign_note

__all__ = ["Signer", "kept_checkpoints", "stated_checkpoints"]


class Signer:
    """The keys that the log names, in its order, and those of their private parts that are here."""

    def __init__(self, keys: Keys | None) -> None:
        self.keys = keys
        self._entered: list[Leaf] = []
        self._private: dict[str, Ed25519PrivateKey] = {}

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all keys that the log names."""
        return frozenset(map(_id, self._entered))

    def learn(self, leaf: Leaf) -> None:
        """Take note of a key's leaf."""
        self._entered.append(leaf)

    def current(self, size: int) -> str | None:
        """The id of the key that signs the checkpoint over so many leaves; None if there is none yet."""
        return next((_id(leaf) for leaf in reversed(self._entered) if leaf.seq < size), None)

    def has(self, key_id: str, origin: str) -> bool:
        """Whether the private part is here. Raises HomeError for a key that others may read, or another one."""
        return self._key(key_id, origin) is not None

    def signed(self, text: bytes, size: int, *, before: int) -> bytes:
        """The checkpoint with this text, signed; the bare text where the key is not here.

        `before` is the size of the checkpoint before it: where another key signed that one, both sign.
        """
        origin, current, last = text.partition(b"\n")[0].decode(), self.current(size), self.current(before)
        names = [key_id for key_id in dict.fromkeys((current, last)) if key_id is not None]
        keys = [key for key_id in names if (key := self._key(key_id, origin)) is not None]
        if current is None or not self.has(current, origin):
            return text
        return note_bytes(Note(text, tuple(sign_note(text, origin, key) for key in keys)))

    def kept(self, root: Path, text: bytes, size: int, at: datetime) -> bytes | None:
        """The checkpoint with this text as it was kept before, if it was.

        It is in two places. One with a signature that its own key refutes is damaged: the other one counts then.
        """
        for path in (checkpoint_path(size, at), CHECKPOINT):
            with suppress(OSError, ValueError):
                data = (root / path).read_bytes()
                checkpoint = read_checkpoint(data)
                if checkpoint.text == text and not self._refuted(root, checkpoint):
                    return data
        return None

    def _refuted(self, root: Path, checkpoint: Checkpoint) -> bool:
        keys = []
        for leaf in self._entered:
            # A key's file that is missing or damaged says nothing of a signature; the audit finds it.
            with suppress(OSError, ValueError):
                keys.append(read_public_key((root / leaf.path).read_bytes(), leaf, checkpoint.origin).key)
        signers = [key for key in keys if key.id.hex() in checkpoint.signers]
        try:
            return bool(signers) and not checkpoint.verified(signers)
        except ValueError:
            return True

    def _key(self, key_id: str, origin: str) -> Ed25519PrivateKey | None:
        if key_id not in self._private and self.keys is not None:
            key = self.keys.private(key_id, origin)
            if key is not None:
                # Kept: what happens to the file while a run goes on can't stop its end.
                self._private[key_id] = key
        return self._private.get(key_id)


def kept_checkpoints(root: Path) -> Iterator[str]:
    """Where checkpoints are kept, the newest first, relative to `snapshots/`."""
    for day in sorted((root / CHECKPOINTS).glob("*/*/*"), reverse=True):
        for file in sorted(day.glob("*.checkpoint"), reverse=True):
            yield str(PurePosixPath(file.relative_to(root)))


def stated_checkpoints(root: Path) -> tuple[Checkpoint, ...]:
    """What the log stated of itself last: the newest that is kept, and `log/checkpoint`, as far as they can be read."""
    found = []
    for path in (next(kept_checkpoints(root), CHECKPOINT), CHECKPOINT):
        with suppress(OSError, ValueError):
            found.append(read_checkpoint((root / path).read_bytes()))
    return tuple(found)


def _id(leaf: Leaf) -> str:
    return PurePosixPath(leaf.path).stem

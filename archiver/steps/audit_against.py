"""Is the log still the one of which somebody kept a checkpoint elsewhere?"""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from archiver.model.clock import format_at
from archiver.model.errors import InputUnreadable
from archiver.steps.audit_signed import SignedLog
from archiver.steps.findings import Finding
from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.layout import LEAVES
from archiver.store.notes import NoteKey

__all__ = ["Old", "audit_against", "proven", "read_old"]

_LOG = f"snapshots/{LEAVES}"


@dataclass(frozen=True, slots=True)
class Old:
    """A checkpoint from elsewhere. `name` is what people call it; `key` (32 bytes) must have signed it, if given."""

    name: str
    checkpoint: Checkpoint
    key: bytes | None = None

    @property
    def row(self) -> str:
        """How findings name it."""
        return f"{self.name}, {self.checkpoint.size} entries"


def read_old(name: str, data: bytes, pem: bytes | None = None) -> Old:
    """The checkpoint in a file that was kept elsewhere: signed, or the three lines alone. Raises InputUnreadable."""
    try:
        checkpoint = read_checkpoint(data)
    except ValueError as error:
        raise InputUnreadable(f"{name}: {error}", next_step="Give a copy of snapshots/log/checkpoint.") from None
    return Old(name, checkpoint, None if pem is None else _public(pem))


def _public(pem: bytes) -> bytes:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InputUnreadable("--key: no public Ed25519 key", next_step="Give a copy of snapshots/log/keys/….pem.")
    return key.public_bytes_raw()


def audit_against(old: Old, log: SignedLog) -> Iterator[Finding]:
    """Whatever shows that the log is not what it was when the old checkpoint was made.

    1. The checkpoint names this log. 2. It is signed: by the key given, and by the one that the log
    names for its size, if it names one. A checkpoint of three bare lines is as good as the place where it
    was kept. 3. The log has as many entries. 4. The first of them, as many, have its root.
    """
    checkpoint, row = old.checkpoint, old.row
    # 1.
    if checkpoint.origin != log.origin:
        yield Finding("F221", _LOG, row, checkpoint.origin, log.origin)
        return
    # 2.
    if problem := _unsigned(old, log):
        yield Finding("F224", _LOG, row, found=problem)
    # 3.
    count = len(log.found.lines)
    if checkpoint.size > count:
        yield Finding("F222", _LOG, row, f"{checkpoint.size} entries", f"{count} entries")
        return
    # 4.
    root = log.root(checkpoint.size)
    if root != checkpoint.root:
        yield Finding("F223", _LOG, row, checkpoint.root.hex(), root.hex())


def proven(old: Old, log: SignedLog) -> str:
    """Which entries an old checkpoint vouches for, in words; call it only if nothing speaks against it."""
    size, count = old.checkpoint.size, len(log.found.lines)
    last = log.entry(size - 1)
    until = f", the last of {format_at(last.at)}" if last else ""
    later = f"; {count - size} came later, and rest on later checkpoints" if count > size else ""
    word = "" if old.checkpoint.note or old.key else "; it is not signed, so this is worth what its keeper's word is"
    return f"entries 0 to {size - 1} are those of {old.name}{until}{later}{word}" if size else f"{old.name} is empty"


def _unsigned(old: Old, log: SignedLog) -> str | None:
    checkpoint = old.checkpoint
    if old.key is not None:
        key = NoteKey(checkpoint.origin, old.key)
        try:
            checkpoint.verified([key])
        except ValueError as error:
            return f"by the key {key.id.hex()} given with --key: {error}"
    if checkpoint.note is None:
        # Before it was signed, or the three lines were all that was written down.
        return None
    problem = log.signature_problem(checkpoint)
    return problem[1] if problem else None

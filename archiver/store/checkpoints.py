"""Checkpoints: what the log stated of itself at the end of a run, signed or (in older homes) not."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.store.notes import Note, NoteKey, note_bytes, read_base64, read_note, verify_note

__all__ = ["Checkpoint", "read_checkpoint"]

_HASH_BYTES = 32
_ORIGIN = re.compile(rb"embed-archive/[0-9a-f]{16}")
_SIZE = re.compile(rb"0|[1-9][0-9]{0,17}")
_BLANK = b"\n\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's origin, its number of leaves and the root over them, as a C2SP tlog-checkpoint has them.

    `note` is None for the three bare lines that homes had before their log was signed.
    """

    origin: str
    size: int
    root: bytes
    note: Note | None = None

    @property
    def text(self) -> bytes:
        """The three lines: what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    @property
    def data(self) -> bytes:
        """The bytes of the whole file."""
        return self.text if self.note is None else note_bytes(self.note)

    @property
    def signers(self) -> tuple[str, ...]:
        """The ids (8 hex digits) of the keys whose signatures it bears under its own name, verified or not."""
        signatures = self.note.signatures if self.note else ()
        return tuple(one.key_id.hex() for one in signatures if one.name == self.origin)

    def verified(self, keys: Iterable[NoteKey]) -> tuple[NoteKey, ...]:
        """Those of these keys that signed it. Raises ValueError if none did, or a signature is false."""
        if self.note is None:
            raise ValueError("it is not signed")
        return verify_note(self.note, keys)


def read_checkpoint(data: bytes) -> Checkpoint:
    """The checkpoint in these bytes, strictly; its signatures are not verified. Raises ValueError."""
    note = read_note(data) if _BLANK in data else None
    lines = (note.text if note else data).split(b"\n")
    if len(lines) != 4 or lines[3]:  # noqa: PLR2004  # three lines, each with its line feed
        raise ValueError("a checkpoint has three lines: origin, size and root")
    origin, size, root = lines[:3]
    if not (_ORIGIN.fullmatch(origin) and _SIZE.fullmatch(size)):
        raise ValueError("not the origin and size of a log of this format")
    digest = read_base64(root)
    if len(digest) != _HASH_BYTES:
        raise ValueError("the root of a log has 32 bytes")
    return Checkpoint(origin.decode(), int(size), digest, note)

"""The archive's own keys: the private parts outside the evidence, the public ones in it.

A key signs the log's checkpoints, and the list of files in a folder of evidence. Its name in
signatures is the origin of the log, and its id depends on that; so a key that is made before the
log has a first line has no id yet, and waits as `new.key`.
"""

import os
import stat
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from archiver.model.digests import sha256
from archiver.model.errors import HomeError
from archiver.model.records import Leaf
from archiver.store.files import home_errors, sync_dir
from archiver.store.layout import public_key_path
from archiver.store.notes import NoteKey

__all__ = ["Keys", "LogKey", "fingerprint", "public_pem", "read_public_key"]

_NEW = "new"
_PRIVATE, _PRIVATE_FOLDER, _OTHERS = 0o600, 0o700, 0o077


@dataclass(frozen=True, slots=True)
class LogKey:
    """A public key that the log names: it signs every checkpoint from this leaf on, until the next key's."""

    leaf: Leaf
    key: NoteKey

    @property
    def id(self) -> str:
        """Eight hexadecimal digits, as files and messages name it."""
        return self.key.id.hex()


class Keys:
    """The folder `keys/` of a home: private keys that only its owner may read. Nothing here is evidence.

    Every method raises HomeError for a key that others may read or that is none, and HomeNotWritable.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> Ed25519PrivateKey:
        """The key that waits to be entered in a log; it is made if there is none."""
        place = self._place(_NEW)
        if not place.exists():
            self._make(place)
        return self._read(place)

    def adopt(self, origin: str, entered: Container[str]) -> NoteKey:
        """The key to be entered in the log of this name next, with its id, down to the disk.

        It is the one that waits, or a new one. Killed between this and the log's leaf, the same key
        is taken the next time: it has its id, and is not among those `entered`.
        """
        for key_id in self.ids():
            key = None if key_id in entered or key_id == _NEW else self.private(key_id, origin)
            if key is not None:
                return _public(key, origin)
        made = _public(self.prepare(), origin)
        with home_errors():
            self._place(_NEW).rename(self._place(made.id.hex()))
            sync_dir(self.folder)
        return made

    def private(self, key_id: str, origin: str) -> Ed25519PrivateKey | None:
        """The private part of a key of the log of this name; None if it is not here."""
        place = self._place(key_id)
        if not place.exists():
            return None
        key = self._read(place)
        if _public(key, origin).id.hex() != key_id:
            raise HomeError(f"{place} is another key", next_step="Put back the right one.")
        return key

    def ids(self) -> tuple[str, ...]:
        """The names of the keys that lie here, one that waits among them as `new`."""
        return tuple(sorted(place.stem for place in self.folder.glob("*.key")))

    def _place(self, key_id: str) -> Path:
        return self.folder / f"{key_id}.key"

    def _make(self, place: Path) -> None:
        data = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with home_errors():
            self.folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            sync_dir(self.folder.parent)
            half = place.with_suffix(".half")
            # Whoever was killed here has used it for nothing.
            half.unlink(missing_ok=True)
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            half.rename(place)
            sync_dir(self.folder)

    def _read(self, place: Path) -> Ed25519PrivateKey:
        _refuse_open(self.folder, "700")
        _refuse_open(place, "600")
        try:
            key = load_pem_private_key(place.read_bytes(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        except OSError as error:
            raise HomeError(f"{place}: {error.strerror}", next_step="Mend its permissions.") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise HomeError(f"{place} is no Ed25519 key", next_step="Put back a copy of it.")
        return key


def public_pem(key: NoteKey) -> bytes:
    """The public part as a PEM file (SubjectPublicKeyInfo), as openssl writes it."""
    return Ed25519PublicKey.from_public_bytes(key.public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: NoteKey) -> str:
    """`sha256:…` of the key in DER: `openssl pkey -pubin -in KEY.pem -outform DER | sha256sum`."""
    public = Ed25519PublicKey.from_public_bytes(key.public)
    return str(sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))


def read_public_key(data: bytes, leaf: Leaf, origin: str) -> LogKey:
    """The key in a file that a leaf of the log named `origin` vouches for. Raises ValueError if it does not fit."""
    if sha256(data) != leaf.digest:
        raise ValueError(f"{leaf.path}: it is not the key that the log names")
    try:
        public = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        public = None
    if not isinstance(public, Ed25519PublicKey):
        raise ValueError(f"{leaf.path}: no Ed25519 key")
    key = NoteKey(origin, public.public_bytes_raw())
    if public_key_path(key.id.hex()) != leaf.path:
        raise ValueError(f"{leaf.path}: it is the key {key.id.hex()}")
    return LogKey(leaf, key)


def _public(key: Ed25519PrivateKey, origin: str) -> NoteKey:
    return NoteKey(origin, key.public_key().public_bytes_raw())


def _refuse_open(path: Path, mode: str) -> None:
    if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise HomeError(
            f"{path} can be read by others, and whoever has the key can sign in this archive's name",
            next_step=f"If nobody had it: chmod {mode} {path}. Else also: archiver keys rotate.",
        )

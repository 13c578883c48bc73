"""Signed notes (C2SP signed-note): a short text, and below it one line for each key that signed it.

Parsing is not verifying: `read_note` says only that something has the form of a note.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["Note", "NoteKey", "Signature", "note_bytes", "read_base64", "read_note", "sign_note", "verify_note"]

_ED25519 = b"\x01"
_ID_BYTES = 4
_SIGN, _END = "— ".encode(), b"\n"
#: The specification asks for a bound, and for at least 16 signatures.
_MOST_BYTES, _MOST_SIGNATURES = 1 << 20, 64
_FIRST_PRINTABLE = 0x20


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key as notes name it. `public` are the 32 bytes of an Ed25519 key (RFC 8032)."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes before each of its signatures: an identifier, and no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES]

    def fits(self, text: bytes, signature: bytes) -> bool:
        """Whether this key made the signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and the bytes. `key_id` are four bytes."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line feed, and its signatures in their order, at least one."""

    text: bytes
    signatures: tuple[Signature, ...]


def read_note(data: bytes) -> Note:
    """The note in these bytes, which must be exactly the form; nothing is verified. Raises ValueError."""
    if len(data) > _MOST_BYTES:
        raise ValueError("a note is smaller than a megabyte")
    try:
        characters = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a note is UTF-8") from None
    if any(ord(character) < _FIRST_PRINTABLE and character != "\n" for character in characters):
        raise ValueError("a note has no control characters")
    head, blank, tail = data.rpartition(b"\n\n")
    if not (head and blank and tail.endswith(_END)):
        raise ValueError("a note is a text, an empty line, and signatures")
    lines = tail[:-1].split(_END)
    if len(lines) > _MOST_SIGNATURES:
        raise ValueError(f"a note has at most {_MOST_SIGNATURES} signatures")
    return Note(head + _END, tuple(map(_signature, lines)))


def note_bytes(note: Note) -> bytes:
    """The bytes of a note: what `read_note` reads. Raises ValueError for what is none."""
    data = note.text + _END + b"".join(map(_line, note.signatures))
    if read_note(data) != note:
        raise ValueError("the text or a name can't stand in a note")
    return data


def sign_note(text: bytes, name: str, key: Ed25519PrivateKey) -> Signature:
    """The signature of a key, known as `name`, over a text."""
    known = NoteKey(name, key.public_key().public_bytes_raw())
    return Signature(name, known.id, key.sign(text))


def verify_note(note: Note, keys: Iterable[NoteKey]) -> tuple[NoteKey, ...]:
    """Those of the known keys that signed the note; signatures of others are passed over.

    Raises ValueError if none did, or if a signature with the name and id of a known key is not its own.
    """
    known = {(key.name, key.id): key for key in keys}
    signed = []
    for one in note.signatures:
        key = known.get((one.name, one.key_id))
        if key is None:
            continue
        if not key.fits(note.text, one.signature):
            raise ValueError(f"the signature of key {one.key_id.hex()} does not fit the text")
        signed.append(key)
    if not signed:
        raise ValueError("no known key signed it")
    return tuple(dict.fromkeys(signed))


def read_base64(text: bytes) -> bytes:
    """The bytes in standard base64, with its padding and in its one canonical form. Raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        data = b""
    if not data or base64.b64encode(data) != text:
        raise ValueError("not canonical base64")
    return data


def _signature(line: bytes) -> Signature:
    name, space, data = line.removeprefix(_SIGN).partition(b" ")
    if not (line.startswith(_SIGN) and space and _is_name(name.decode())):
        raise ValueError("a signature line is an em dash, the name of a key, and base64")
    signature = read_base64(data)
    if len(signature) <= _ID_BYTES:
        raise ValueError("a signature begins with the four bytes of its key, and goes on")
    return Signature(name.decode(), signature[:_ID_BYTES], signature[_ID_BYTES:])


def _line(signature: Signature) -> bytes:
    data = base64.b64encode(signature.key_id + signature.signature)
    return _SIGN + signature.name.encode() + b" " + data + _END


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)

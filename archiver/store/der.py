"""As much of DER (X.690) as timestamps need: an element is a tag, a length and a body."""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Element", "children", "element", "encode", "integer"]

SEQUENCE, SET, INTEGER, OCTETS, OID, NULL, BOOLEAN = 0x30, 0x31, 0x02, 0x04, 0x06, 0x05, 0x01
_LONG = 0x80
_MOST_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One element of some bytes: where it begins, where its body begins, and where it ends."""

    tag: int
    start: int
    body: int
    end: int


def element(data: bytes, start: int = 0, end: int | None = None) -> Element:
    """The element that begins at `start` and ends at `end` at the latest. Raises ValueError."""
    last = len(data) if end is None else end
    if start + 2 > last:
        raise ValueError("not DER: cut short")
    tag, length, body = data[start], data[start + 1], start + 2
    if length & _LONG:
        count = length & ~_LONG
        if not 0 < count <= _MOST_LENGTH_BYTES or body + count > last:
            raise ValueError("not DER: no definite length")
        length, body = int.from_bytes(data[body : body + count], "big"), body + count
    if body + length > last:
        raise ValueError("not DER: cut short")
    return Element(tag, start, body, body + length)


def children(data: bytes, of: Element) -> Iterator[Element]:
    """The elements in the body of one, in their order. Raises ValueError."""
    at = of.body
    while at < of.end:
        child = element(data, at, of.end)
        yield child
        at = child.end


def encode(tag: int, *parts: bytes) -> bytes:
    """An element with this body."""
    body = b"".join(parts)
    if len(body) < _LONG:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + body


def integer(value: int) -> bytes:
    """A whole number that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))

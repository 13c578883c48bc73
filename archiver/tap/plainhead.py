"""Response heads that can mean only one thing, read without a state machine: most of them.

What is not plain (chunks, several lengths, folded or odd lines, no length at all) is left to h11.
A test holds both readings against each other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["PlainHead", "plain_head"]

#: Stricter than the grammar: no control characters, no bare line feeds.
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n"
)
_LENGTH = re.compile(rb"\d{1,18}")
#: Their bodies are empty, whatever the head says (RFC 9112 §6.3).
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class PlainHead:
    """A final HTTP/1.1 response whose body is `length` bytes long; names of `fields` in lower case."""

    status: int
    fields: Sequence[tuple[bytes, bytes]]
    length: int


def plain_head(head: bytes, *, method: str) -> PlainHead | None:
    """The reading of a whole head (with its blank line), None if it is not plain."""
    match = _HEAD.fullmatch(head)
    if match is None or method == "HEAD":
        return None
    fields, lengths = [], []
    for line in match[2].split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip(b" \t")
        fields.append((name, value))
        if name == b"content-length":
            lengths.append(value)
        elif name == b"transfer-encoding":
            return None
    status = int(match[1])
    if len(lengths) != 1 or status in _BODILESS or not _LENGTH.fullmatch(lengths[0]):
        return None
    return PlainHead(status, fields, int(lengths[0]))

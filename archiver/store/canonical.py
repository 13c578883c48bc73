"""RFC 8785 canonical JSON, the one form in which records are hashed and stored."""

import json
import re
from typing import Any, TypeVar

import rfc8785

from archiver.model.codec import from_json, to_json

__all__ = ["canonical", "object_line", "read_canonical", "read_object", "storable"]

T = TypeVar("T")
#: All integers of so many characters are doubles, and so within what RFC 8785 knows.
_SHORT_INTEGER = 15
#: The first byte of a character beyond U+FFFF: as part of a name it sorts otherwise in UTF-16.
_ASTRAL = re.compile(rb"[\xf0-\xf4]")


def canonical(value: Any) -> bytes:
    """The canonical bytes of a plain JSON value, without a line feed."""
    return rfc8785.dumps(value)


def object_line(record: object, **marks: str) -> bytes:
    """A record as canonical JSON, with `marks` (its type, its format) beside its fields."""
    return canonical({**marks, **to_json(record)})


def storable(record: T) -> T:
    """The record with every lone surrogate replaced, which JSON brings and UTF-8 can't hold."""
    return from_json(type(record), _scrubbed(to_json(record)))


def read_canonical(data: bytes) -> Any:
    """The value of canonical bytes; ValueError if they are not exactly that form.

    The standard library's encoder, in C, tells for most of them; where its form is another,
    or might mean another thing, RFC 8785's own decides.
    """
    value = _read_plainly(data)
    if value is not _Unsure:
        return value
    try:
        value = json.loads(data)
        same = canonical(value) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise ValueError(f"not canonical JSON: {error}") from None
    if not same:
        raise ValueError("not canonical JSON: written in another form")
    return value


def read_object(kind: type[T], value: Any, *marks: str) -> T:
    """The record in a JSON object, `marks` left aside; ValueError if it does not fit."""
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, got {type(value).__name__}")
    return from_json(kind, {name: item for name, item in value.items() if name not in marks})


class _Unsure(Exception):
    """The quick look can't tell."""


def _read_plainly(data: bytes) -> Any:
    """The value, if these bytes are sure to be canonical; else `_Unsure`."""
    try:
        value = json.loads(data, parse_float=_plain_float, parse_int=_plain_int, parse_constant=_refuse)
        same = _ENCODER.encode(value).encode() == data
    except (ValueError, RecursionError, _Unsure):
        return _Unsure
    return value if same and not (_ASTRAL.search(data) and _names_beyond_ascii(value)) else _Unsure


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


def _plain_float(token: str) -> float:
    """A float that Python and ECMAScript write alike: no exponent, and no end `.0`."""
    value = float(token)
    if "e" in token or "E" in token or token.endswith(".0") or repr(value) != token:
        raise _Unsure
    return value


def _plain_int(token: str) -> int:
    if len(token) > _SHORT_INTEGER:
        raise _Unsure
    return int(token)


def _refuse(_token: str) -> Any:
    raise _Unsure


def _names_beyond_ascii(value: Any) -> bool:
    if isinstance(value, dict):
        return any(not name.isascii() or _names_beyond_ascii(item) for name, item in value.items())
    return isinstance(value, list) and any(map(_names_beyond_ascii, value))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {name: _scrubbed(item) for name, item in value.items()}
    return value

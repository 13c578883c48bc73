"""RFC 8785 canonical JSON, the one form in which records are hashed and stored."""

import json
from typing import Any, TypeVar

import rfc8785

from archiver.model.codec import from_json, to_json

__all__ = ["canonical", "object_line", "read_canonical", "read_object", "storable"]

T = TypeVar("T")


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
    """The value of canonical bytes; ValueError if they are not exactly that form."""
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


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {name: _scrubbed(item) for name, item in value.items()}
    return value

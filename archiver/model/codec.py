"""The one way between frozen records and JSON: strict in both directions.

JSON on disk is RFC 8785 canonical where it is hashed (see `store/`); here records become
plain values and back, by their type hints. An unknown key, a missing field or a wrong
type raises ValueError: a file that does not fit is a finding, never half a record.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from archiver.model.clock import format_at, parse_at
from archiver.model.digests import Digest

__all__ = ["from_json", "to_json"]

T = TypeVar("T")


def to_json(value: object) -> Any:
    """A record (or a part of one) as dicts, lists, strings, numbers, booleans and None.

    Fields that hold None, an empty tuple, an empty dict, False or "" and have that as
    their default are left out, so that a new optional field does not change old digests.
    """
    if value is None or (isinstance(value, str | bool | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_at(value)
    if isinstance(value, Digest):
        return str(value)
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_json(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if not _is_default(field, getattr(value, field.name))
        }
    raise ValueError(f"cannot be written as JSON: {type(value).__name__}")


def from_json(kind: type[T], value: Any) -> T:
    """The record of type `kind` that `to_json` wrote as `value`."""
    result: T = _reader(typing.cast("Any", kind))(value)
    return result


def _is_default(field: "dataclasses.Field[Any]", value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return value == field.default and type(value) is type(field.default)
    return field.default_factory is not dataclasses.MISSING and value == field.default_factory()


_Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> _Reader:
    """How a value of this type is read; worked out once, because an archive holds millions of them."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _union_reader(typing.get_args(kind))
    if origin is tuple:
        return functools.partial(_read_list, _reader(typing.get_args(kind)[0]))
    if origin is dict:
        return functools.partial(_read_dict, _reader(typing.get_args(kind)[1]))
    if dataclasses.is_dataclass(kind) and kind is not Digest:
        return functools.partial(_read_record, typing.cast("type", kind))
    if kind is datetime or kind is Digest or issubclass(kind, Enum):
        parse: _Reader = parse_at if kind is datetime else Digest.parse if kind is Digest else kind
        return functools.partial(_read_text, kind, parse)
    return functools.partial(_read_plain, kind)


def _union_reader(options: tuple[Any, ...]) -> _Reader:
    read = _reader(next(option for option in options if option is not type(None)))
    if type(None) not in options:
        return read
    return lambda value: None if value is None else read(value)


def _read_list(read: _Reader, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {type(value).__name__}")
    return tuple(map(read, value))


def _read_dict(read: _Reader, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, got {type(value).__name__}")
    return {key: read(item) for key, item in value.items()}


def _read_text(kind: type, parse: _Reader, value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"expected text for {kind.__name__}, got {type(value).__name__}")
    return parse(value)


def _read_plain(kind: type, value: Any) -> Any:
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    # RFC 8785 writes 1.0 as 1.
    if kind is float and type(value) is int:
        return float(value)
    raise ValueError(f"expected {kind.__name__}, got {type(value).__name__}")


@cache
def _field_readers(kind: type) -> dict[str, _Reader]:
    return {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}


def _read_record(kind: type, value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object for {kind.__name__}, got {type(value).__name__}")
    readers = _field_readers(kind)
    unknown = value.keys() - readers.keys()
    if unknown:
        raise ValueError(f"{kind.__name__}: unknown fields {sorted(unknown)}")
    try:
        return kind(**{name: readers[name](item) for name, item in value.items()})
    except TypeError as error:
        raise ValueError(f"{kind.__name__}: {error}") from None

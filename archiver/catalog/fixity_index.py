"""What audits read intact, and when: a list beside the catalog, so that bytes need not be read every day.

It proves nothing, and nothing rests on it: whoever forges it puts off a look, no more. Without
it everything is read. Its last line is the digest of the others, so that damage to it shows.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver.catalog.fixity import sync_file
from archiver.model.clock import format_at, parse_at

__all__ = ["Reading", "load_readings", "readings_file", "save_readings"]

_HEAD = "embed-archive readings 1"
_END = "sha256 "


@dataclass(frozen=True, slots=True)
class Reading:
    """Something was read from end to end, and was what it was sealed as.

    `sealed` is the digest that the log had for it, `shape` names its files with their sizes
    and times of change, `took_ms` is how long it took.
    """

    at: datetime
    sealed: str
    shape: str
    took_ms: int = 0


def readings_file(db_file: Path) -> Path:
    """Where the list lies."""
    return db_file.with_name("readings.txt")


def load_readings(file: Path) -> dict[str, Reading]:
    """Path → its newest reading; nothing where there is no list. Raises ValueError for a damaged one, OSError."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return {}
    body, _, end = data.decode("utf-8", "replace").rpartition(_END)
    if end != f"{hashlib.sha256(body.encode()).hexdigest()}\n" or not body.startswith(f"{_HEAD}\n"):
        raise ValueError(f"{file.name}: its last line is not the digest of the others")
    return dict(map(_parse, body.splitlines()[1:]))


def save_readings(file: Path, readings: Mapping[str, Reading]) -> None:
    """Put the list in the place of the old one, in one step. Raises OSError."""
    lines = (f"{_line(path, reading)}\n" for path, reading in sorted(readings.items()))
    body = f"{_HEAD}\n{''.join(lines)}"
    scratch = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        scratch.write_text(f"{body}{_END}{hashlib.sha256(body.encode()).hexdigest()}\n", "utf-8")
        sync_file(scratch)
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)


def _line(path: str, reading: Reading) -> str:
    return f"{format_at(reading.at)} {reading.sealed} {reading.shape} {reading.took_ms} {path}"


def _parse(line: str) -> tuple[str, Reading]:
    at, sealed, shape, took_ms, path = line.split(" ", 4)
    return path, Reading(parse_at(at), sealed, shape, int(took_ms))

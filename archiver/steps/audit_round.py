"""What of the evidence one audit reads, in which order, and what was read so far.

Evidence is read in units, each as a whole: a folder, a WARC file, a journal; and the catalog
is one more. The log with its checkpoints and keys, the tombstones and the written contracts are
small, and all else rests on them: every audit reads these. Timestamps go by parts too.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from archiver.catalog.fixity_index import Reading
from archiver.model.clock import Clock, system_clock

__all__ = ["Round", "Tally", "Unit", "UnitKind", "part_of", "shape_of"]

#: What a disk is thought to give before anything was measured.
_BYTES_A_S = 50e6
#: Comparing the catalog with the evidence takes longer than reading its bytes.
_CATALOG_BYTES_A_S = 1e6
#: Opening a folder and reading its record take so long, whatever its size.
_UNIT_S = 0.002
_SHAPE_DIGITS = 32


class UnitKind(StrEnum):
    """What is read as a whole."""

    FOLDER = "folder"
    WARC = "warc"
    JOURNAL = "journal"
    CATALOG = "catalog"


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that is read as a whole.

    `path` names it: relative to `snapshots/`, that of the catalog to the home. `place` is where
    it lies, `sealed` the digest that it must have (None: nothing says yet, so it is always
    read), `names` are a folder's files.
    """

    kind: UnitKind
    path: str
    place: Path
    sealed: str | None = None
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Tally:
    """How much was read, and how much was not.

    `fresh`: read intact within the age given; `elsewhere`: of another part; `left`: no time.
    """

    units: int = 0
    bytes_read: int = 0
    fresh: int = 0
    elsewhere: int = 0
    left: int = 0
    left_bytes: int = 0


def part_of(path: str, parts: int) -> int:
    """The part, from 1, that a path belongs to: by its own digest, so that new paths move no other."""
    return int.from_bytes(hashlib.sha256(path.encode("utf-8", "surrogateescape")).digest()[:8]) % parts + 1


def shape_of(unit: Unit) -> tuple[str, int]:
    """What a glance shows of a unit (names, sizes, times of change), as a short digest; and its bytes."""
    told, total = hashlib.sha256(), 0
    for name in sorted(unit.names) or [""]:
        try:
            found = (unit.place / name).stat()
        except OSError:
            continue
        total += found.st_size
        told.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return told.hexdigest()[:_SHAPE_DIGITS], total


@dataclass(slots=True)
class Round:
    """Which units this audit reads. One audit's own; `past` is what earlier ones read.

    `part` (n, t) takes the n-th of t parts, `max_age_s` leaves out what was read intact so
    lately and looks the same, `max_duration_s` begins nothing that would not be done by
    then, the oldest reading first. Nothing of the three: everything is read.
    """

    part: tuple[int, int] | None = None
    max_age_s: int | None = None
    max_duration_s: int | None = None
    past: Mapping[str, Reading] = field(default_factory=dict)
    clock: Clock = system_clock
    tally: Tally = field(default_factory=Tally)
    read: dict[str, Reading] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    _shapes: dict[str, tuple[str, int]] = field(default_factory=dict)
    _begun_s: float = 0.0
    _begun: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begun_s = self.clock.monotonic()

    @property
    def whole(self) -> bool:
        """Whether everything is read, whatever is known of it."""
        return self.part is None and self.max_age_s is None and self.max_duration_s is None

    def takes(self, path: str) -> bool:
        """Whether a path is of this round's part."""
        return self.part is None or part_of(path, self.part[1]) == self.part[0]

    def choose(self, units: Iterable[Unit]) -> list[Unit]:
        """Those to be read, in their order."""
        chosen = []
        for unit in units:
            if not self.takes(unit.path):
                self.tally.elsewhere += 1
                continue
            self._shapes[unit.path] = shape_of(unit)
            if self._is_fresh(unit):
                self.tally.fresh += 1
            else:
                chosen.append(unit)
        return sorted(chosen, key=self._last_read) if self.max_duration_s is not None else chosen

    def may_begin(self, unit: Unit) -> bool:
        """Whether there is time for it; else it counts as left. The first one is always read."""
        size = self._shapes[unit.path][1]
        needed_s = self._needed_s(unit, size)
        # Those that are begun and not over yet take their time first.
        if self.tally.units and sum(self._begun.values()) + needed_s > self._left_s():
            self.tally.left += 1
            self.tally.left_bytes += size
            return False
        self.tally.units += 1
        self._begun[unit.path] = needed_s
        return True

    def passed(self, unit: Unit, *, intact: bool, took_s: float) -> None:
        """It was read to its end. What is intact is remembered, if it is sealed."""
        shape, size = self._shapes[unit.path]
        self._begun.pop(unit.path, None)
        self.tally.bytes_read += size
        if not intact:
            self.damaged.add(unit.path)
        elif unit.sealed is not None:
            self.read[unit.path] = Reading(self.clock.now(), unit.sealed, shape, round(took_s * 1000))

    def _is_fresh(self, unit: Unit) -> bool:
        last = self.past.get(unit.path)
        if self.max_age_s is None or last is None or unit.sealed is None:
            return False
        age = self.clock.now() - last.at
        looks = (last.sealed, last.shape) == (unit.sealed, self._shapes[unit.path][0])
        # One from the future tells of a clock that was wrong.
        return looks and timedelta() <= age <= timedelta(seconds=self.max_age_s)

    def _last_read(self, unit: Unit) -> tuple[str, str]:
        last = self.past.get(unit.path)
        return (last.at.isoformat() if last else "", unit.path)

    def _left_s(self) -> float:
        if self.max_duration_s is None:
            return math.inf
        return self.max_duration_s - (self.clock.monotonic() - self._begun_s)

    def _needed_s(self, unit: Unit, size_bytes: int) -> float:
        last = self.past.get(unit.path)
        if unit.kind is UnitKind.CATALOG:
            return last.took_ms / 1000 if last else size_bytes / _CATALOG_BYTES_A_S
        done_s = self.clock.monotonic() - self._begun_s
        rate = self.tally.bytes_read / done_s if self.tally.bytes_read and done_s > 0 else _BYTES_A_S
        return _UNIT_S + size_bytes / rate

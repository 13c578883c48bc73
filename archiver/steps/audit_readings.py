"""What audits read is noted beside the catalog, so that a later one can leave it out."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver.catalog.fixity_index import load_readings, readings_file, save_readings
from archiver.model.clock import Clock
from archiver.steps.audit_round import Round
from archiver.steps.findings import Finding

__all__ = ["audit_round"]


@contextmanager
def audit_round(
    db_file: Path,
    *,
    clock: Clock,
    part: tuple[int, int] | None = None,
    max_age_s: int | None = None,
    max_duration_s: int | None = None,
) -> Iterator[tuple[Round, list[Finding]]]:
    """A round that knows what earlier ones read, and what is wrong with that knowledge.

    What it reads intact is noted on leaving, however it is left; on a home that can't be
    written it is not, and nothing is wrong with that.
    """
    file, problems = readings_file(db_file), list[Finding]()
    try:
        past = load_readings(file)
    except (OSError, ValueError) as error:
        past = {}
        problems.append(Finding("F507", f"db/{file.name}", found=str(error)))
    plan = Round(part, max_age_s, max_duration_s, past, clock)
    try:
        yield plan, problems
    finally:
        with suppress(OSError):
            _note(file, plan)


def _note(file: Path, plan: Round) -> None:
    """Another audit may have noted something meanwhile: the later reading of each counts."""
    if not plan.read:
        return
    try:
        readings = load_readings(file)
    except ValueError:
        readings = {}
    for path, reading in plan.read.items():
        if path not in readings or readings[path].at < reading.at:
            readings[path] = reading
    for path in plan.damaged:
        readings.pop(path, None)
    save_readings(file, readings)

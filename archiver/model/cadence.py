"""When a resource is looked at again: log-spaced steps after first sight, then what it has shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.model.states import Availability, Group

__all__ = ["Cadence", "Look", "due_after"]

_HOUR_S, _DAY_S = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Look:
    """What one visit came to."""

    at: datetime
    state: Availability


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often one looks, and how many looks it takes to declare a loss.

    `steps_s` are counted from first sight: most losses come in the first weeks (Pew 2024: 90 %
    of the posts that vanished within three months did so in 46 days). After them the
    interval adapts as Apache Nutch's does by default (× 1.4 if nothing changed, × 0.8 if something did),
    between the bounds. Three strikes at least three days apart are the Internet Archive Bot's rule.
    """

    steps_s: tuple[int, ...] = (
        _HOUR_S,
        6 * _HOUR_S,
        _DAY_S,
        3 * _DAY_S,
        7 * _DAY_S,
        14 * _DAY_S,
        30 * _DAY_S,
        60 * _DAY_S,
        90 * _DAY_S,
    )
    least_s: int = 7 * _DAY_S
    most_s: int = 180 * _DAY_S
    #: After looks that taught nothing, by how many there were in a row.
    again_s: tuple[int, ...] = (6 * _HOUR_S, _DAY_S, 3 * _DAY_S, 7 * _DAY_S, 14 * _DAY_S, 30 * _DAY_S)
    strikes: int = 3
    strike_gap_s: int = 3 * _DAY_S
    #: What was declared gone is still looked at, from so often on.
    gone_s: int = 30 * _DAY_S


def due_after(looks: Sequence[Look], *, declared: bool, cadence: Cadence) -> datetime:
    """The instant from which the resource is due again. `looks` are all there were, the oldest first, at least one.

    1. Looks that taught nothing are repeated soon, and less and less soon.
    2. What was seen gone and is not declared is looked at once a strike would count.
    3. What was declared gone: rarely, at growing distances.
    4. Else the next step after first sight, then the adapted interval.
    """
    last = looks[-1]
    if not last.state.conclusive:
        return last.at + timedelta(seconds=_nth(cadence.again_s, _trailing_unknown(looks)))
    if last.state.group is Group.GONE:
        wait_s = _adapted_s(looks, cadence, least_s=cadence.gone_s) if declared else cadence.strike_gap_s
        return last.at + timedelta(seconds=wait_s)
    age_s = (last.at - looks[0].at).total_seconds()
    step_s = next((step_s for step_s in cadence.steps_s if step_s > age_s), None)
    if step_s is not None:
        return looks[0].at + timedelta(seconds=step_s)
    return last.at + timedelta(seconds=_adapted_s(looks, cadence, least_s=cadence.least_s))


def _trailing_unknown(looks: Sequence[Look]) -> int:
    count = 0
    for look in reversed(looks):
        if look.state.conclusive:
            break
        count += 1
    return count


def _nth(values: Sequence[int], count: int) -> int:
    return values[min(count, len(values)) - 1]


def _adapted_s(looks: Sequence[Look], cadence: Cadence, *, least_s: float) -> float:
    telling = [look for look in looks if look.state.conclusive]
    last, before = telling[-1], telling[-2] if len(telling) > 1 else telling[-1]
    factor = 1.4 if last.state is before.state else 0.8
    return min(max((last.at - before.at).total_seconds() * factor, least_s), cadence.most_s)

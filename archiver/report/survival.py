"""How long what is cited stays online, where a loss is only known to lie between two looks.

Three pure estimators. `kaplan_meier` takes losses at known ages, and gives Greenwood's band on the
log-log scale. `turnbull` takes losses that lie in (last seen live, first seen gone] and gives the
non-parametric maximum-likelihood curve. `survival_curve` puts that curve into a band: from the
lower limit of the curve in which every loss came as early as the looks allow, to the upper limit of
the one in which every loss came as late. So the band covers chance and the time between the looks.

What was first seen when it was already some age old counts from that age on only (left truncation):
of those that were lost before, nobody knows.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

__all__ = [
    "CONFIDENCE",
    "Curve",
    "Drop",
    "Known",
    "Life",
    "Point",
    "Step",
    "kaplan_meier",
    "life_of",
    "survival_curve",
    "turnbull",
]

#: Of the band, at each age by itself, and the normal quantile that belongs to it.
CONFIDENCE, _Z = 0.95, 1.959963984540054
#: What is drawn is within half a point of the curve of greatest likelihood, well inside its band.
_CLOSE, _ROUNDS = 2e-5, 1_000
#: Ages are told apart by the hour in the first two days, then by the day: a thousand steps, not a million.
_BY_THE_HOUR_DAYS, _HOUR_DAYS = 2, 1 / 24
#: A curve begins at the age from which so many (or a fifth of all, if that is less) were watched.
_LEAST_WATCHED = 20


@dataclass(frozen=True, slots=True)
class Life:
    """Alike lives: first watched at age `entry`, last seen live at `live`, first seen gone at `gone` (None: never).

    Ages are numbers of any one unit; `entry` ≤ `live` < `gone`. The loss lies in (live, gone].
    """

    entry: float
    live: float
    gone: float | None = None
    weight: float = 1


@dataclass(frozen=True, slots=True)
class Known:
    """Alike lives of known end: watched after age `entry`, until `end`, `lost` then or only out of sight."""

    entry: float
    end: float
    lost: bool
    weight: float = 1


@dataclass(frozen=True, slots=True)
class Step:
    """From age `at` on the share `survival` is left, with its limits; of `watched` so many were `lost` at it."""

    at: float
    survival: float
    low: float
    high: float
    watched: float
    lost: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Between the ages `after` and `by` the share that is left falls to `survival`; where between, nobody knows."""

    after: float
    by: float
    survival: float


@dataclass(frozen=True, slots=True)
class Point:
    """From age `at` on: the estimate and its band."""

    at: float
    survival: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The survival of `lives` lives, of which `lost` ended, from age `begins` to `ends`.

    The first point is (begins, 1). Those last seen live before `begins` are not counted.
    """

    lives: float
    lost: float
    begins: float
    ends: float
    points: tuple[Point, ...]

    def at(self, age: float) -> Point | None:
        """The point in force at an age; None outside of what was watched."""
        if not self.begins <= age <= self.ends:
            return None
        return self.points[bisect_right([point.at for point in self.points], age) - 1]


def kaplan_meier(lives: Iterable[Known]) -> tuple[Step, ...]:
    """The product-limit estimate, one step for each age at which any was lost.

    Watched at an age are those whose entry lies before it and whose end does not. Limits: Greenwood's variance,
    log-log transformed (Kalbfleisch and Prentice), so they stay within 0 and 1. Where the last
    one watched is lost, the limits are 0 and the upper limit before.
    """
    ends, losses, entries = (defaultdict[float, float](float) for _ in range(3))
    for life in lives:
        entries[life.entry] += life.weight
        ends[life.end] += life.weight
        if life.lost:
            losses[life.end] += life.weight
    entered, ended = _running(entries), _running(ends)
    steps: list[Step] = []
    survival, variance, high = 1.0, 0.0, 1.0
    for at in sorted(losses):
        watched, lost = entered.before(at) - ended.before(at), losses[at]
        survival *= max(0.0, 1 - lost / watched)
        if survival > 0:
            variance += lost / (watched * (watched - lost))
        low, high = _limits(survival, variance) if survival > 0 else (0.0, high)
        steps.append(Step(at, survival, low, high, watched, lost))
    return tuple(steps)


def turnbull(lives: Iterable[Life], *, tolerance: float = 1e-7, most_rounds: int = 10_000) -> tuple[Drop, ...]:
    """The curve of greatest likelihood for losses known to lie in (live, gone], by self-consistency.

    1. All of the fall lies in cells that begin where some life was last seen live and end where one
    was first seen gone (or first watched), with no such age between (Turnbull 1976, Frydman 1994).
    2. Each round spreads every loss over its cells as the curve of the round before has it, and
    takes lost / watched of each cell as its new hazard; delayed entry only changes who is watched.
    3. It ends once no value of the curve moves by `tolerance`, or after `most_rounds`.
    """
    known = list(lives)
    cells = _cells(known)
    losses, watched = _placed(known, cells)
    left = [1 - place / (len(cells) + 1) for place in range(len(cells) + 1)]
    for _ in range(most_rounds):
        renewed = _round(left, losses, watched)
        moved = max((abs(new - old) for new, old in zip(renewed, left, strict=True)), default=0.0)
        left = renewed
        if moved < tolerance:
            break
    return tuple(Drop(after, by, survival) for (after, by), survival in zip(cells, left[1:], strict=True))


def survival_curve(lives: Iterable[Life], *, resolution: float = _HOUR_DAYS) -> Curve | None:
    """The Turnbull curve in its band, drawn so that it falls where a loss was seen at the latest.

    `resolution` is the least time between two ages that the data tells apart. None where
    nothing was watched for any time.
    """
    known = list(lives)
    begins = _beginning(known)
    known = [_from(life, begins) for life in known if life.live >= begins]
    ends = max((life.live if life.gone is None else life.gone for life in known), default=begins)
    if ends <= begins:
        return None
    falls = [(drop.by, drop.survival) for drop in turnbull(known, tolerance=_CLOSE, most_rounds=_ROUNDS)]
    early = kaplan_meier(_as_if(known, resolution))
    late = kaplan_meier(_as_if(known, None))
    ages = sorted({begins, *(at for at, _ in falls), *(step.at for step in early), *(step.at for step in late)})
    middles = _valued(ages, falls)
    lows = _valued(ages, [(step.at, step.low) for step in early])
    highs = _valued(ages, [(step.at, step.high) for step in late])
    points = tuple(
        Point(at, middle, min(low, middle), max(high, middle))
        for at, middle, low, high in zip(ages, middles, lows, highs, strict=True)
    )
    lost = sum(life.weight for life in known if life.gone is not None)
    return Curve(sum(life.weight for life in known), lost, begins, ends, points)


def life_of(entry: float, live: float, gone: float | None) -> Life:
    """One life by its ages in days, rounded down to the hour (the first two days) or the day.

    Both kinds of ages are rounded alike: else whoever was last seen at one look would leave before those who
    were first missed at the same look, and the curve would fall too low.
    """
    entry, live = _whole(entry), _whole(live)
    if gone is None:
        return Life(entry, live)
    step = _HOUR_DAYS if live < _BY_THE_HOUR_DAYS else 1
    return Life(entry, live, max(_whole(gone), live + step))


# --- Kaplan and Meier --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Running:
    ages: list[float]
    sums: list[float]

    def before(self, age: float) -> float:
        return self.sums[bisect_left(self.ages, age)]


def _running(counts: Mapping[float, float]) -> _Running:
    ages = sorted(counts)
    return _Running(ages, [0.0, *accumulate(counts[age] for age in ages)])


def _limits(survival: float, variance: float) -> tuple[float, float]:
    if variance == 0:
        return survival, survival
    log = math.log(survival)
    spread = math.exp(_Z * math.sqrt(variance) / -log)
    return math.exp(log * spread), math.exp(log / spread)


# --- Turnbull ----------------------------------------------------------------------------------


def _cells(lives: Sequence[Life]) -> list[tuple[float, float]]:
    # Both kinds of interval are open on the left: at one age an end comes before a beginning.
    ends = {life.gone for life in lives if life.gone is not None} | {life.entry for life in lives}
    marks = sorted({(age, 0) for age in ends} | {(life.live, 1) for life in lives})
    return [(first, second) for (first, kind), (second, other) in pairwise(marks) if (kind, other) == (1, 0)]


def _placed(
    lives: Sequence[Life], cells: Sequence[tuple[float, float]]
) -> tuple[dict[tuple[int, int], float], list[float]]:
    """How many were lost from which cell to which, and how many were surely watched in each cell."""
    begins, ends = [after for after, _ in cells], [by for _, by in cells]
    losses: dict[tuple[int, int], float] = defaultdict(float)
    changes = [0.0] * (len(cells) + 1)
    for life in lives:
        first, live = bisect_left(begins, life.entry), bisect_left(begins, life.live)
        if life.gone is None:
            past = bisect_right(ends, life.live)
        else:
            losses[live, bisect_right(ends, life.gone)] += life.weight
            past = live + 1
        if first < past:
            changes[first] += life.weight
            changes[past] -= life.weight
    return losses, list(accumulate(changes))


def _round(left: Sequence[float], losses: Mapping[tuple[int, int], float], watched: Sequence[float]) -> list[float]:
    """The curve's values after another round; `left[n]` is the share that is left before cell n."""
    count = len(left) - 1
    shares, later, beyond = ([0.0] * (count + 1) for _ in range(3))
    for (first, past), weight in losses.items():
        end = left[past]
        share = weight / max(left[first] - end, 1e-300)
        shares[first] += share
        shares[past] -= share
        if first + 1 < past:
            later[first + 1] += share
            later[past] -= share
            beyond[first + 1] += share * end
            beyond[past] -= share * end
    renewed, now = [1.0], 1.0
    share = late = out = 0.0
    for cell in range(count):
        share, late, out = share + shares[cell], late + later[cell], out + beyond[cell]
        lost = (left[cell] - left[cell + 1]) * share
        risk = watched[cell] + late * left[cell] - out
        now *= 1 - min(1.0, max(0.0, lost / risk)) if risk > 0 and lost > 0 else 1.0
        renewed.append(now)
    return renewed


# --- the curve ----------------------------------------------------------------------------------


def _whole(age: float) -> float:
    return math.floor(age * 24) / 24 if age < _BY_THE_HOUR_DAYS else float(math.floor(age))


def _beginning(lives: Sequence[Life]) -> float:
    """The least age at which enough are watched; where that is never, when the first one is."""
    total = sum(life.weight for life in lives)
    least, watched = min(_LEAST_WATCHED, total / 5), 0.0
    changes: dict[float, float] = defaultdict(float)
    for life in lives:
        changes[life.entry] += life.weight
        changes[life.live if life.gone is None else life.gone] -= life.weight
    for age in sorted(changes):
        watched += changes[age]
        if watched >= least and watched > 0:
            return age
    return min((life.entry for life in lives), default=0.0)


def _from(life: Life, begins: float) -> Life:
    return Life(max(life.entry, begins), life.live, life.gone, life.weight)


def _as_if(lives: Iterable[Life], resolution: float | None) -> Iterable[Known]:
    """As if every loss had come at once (so much after it was last seen live), or as late as can be (None)."""
    for life in lives:
        if life.gone is None:
            yield Known(life.entry, life.live, lost=False, weight=life.weight)
        else:
            end = life.gone if resolution is None else min(life.gone, life.live + resolution)
            yield Known(life.entry, end, lost=True, weight=life.weight)


def _valued(ages: Sequence[float], steps: Sequence[tuple[float, float]]) -> list[float]:
    """The value of a falling step function at each age; 1 before its first step."""
    values, place, value = [], 0, 1.0
    for age in ages:
        while place < len(steps) and steps[place][0] <= age:
            value = steps[place][1]
            place += 1
        values.append(value)
    return values

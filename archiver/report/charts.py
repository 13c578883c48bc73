"""The three pictures of a report: losses by platform over time, survival by platform, a calendar of checks.

They are drawn here and not by Vega: altair and vl-convert are 100 MB to install and take three seconds
for the first picture, and what they draw has its colours and fonts baked in, white on any paper. Every picture
has its numbers beside it as a table; see the page.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log10

from archiver.catalog import Looked
from archiver.report.figures import MonthOfChanges, NamedCurve
from archiver.report.survival import Curve
from archiver.report.svg import Drawing, nice_ticks, text_width_px
from archiver.report.tally import platform_title
from archiver.report.texts import percent
from archiver.report.words import curve_name

__all__ = ["PERIODS_MOST", "Period", "draw_calendar", "draw_losses", "draw_survival", "periods_of"]

#: So many platforms have a colour of their own; the others share one.
_COLOURS = 6
PERIODS_MOST = 40
_WIDTH_PX = 720
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# --- losses over time -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year, and by platform how many were declared gone in it, and how many came back."""

    name: str
    declared: dict[str, int]
    returned: dict[str, int]


def periods_of(changes: Sequence[MonthOfChanges]) -> list[Period]:
    """The changes by month, or by quarter or year where there would be too many; none is left out between two."""
    if not changes:
        return []
    first, last = _month_number(changes[0].month), _month_number(changes[-1].month)
    months = next((size for size in (1, 3) if (last - first) // size < PERIODS_MOST), 12)
    found = {
        number: Period(_period_name(number, months), defaultdict(int), defaultdict(int))
        for number in range(first // months, last // months + 1)
    }
    for one in changes:
        period = found[_month_number(one.month) // months]
        period.declared[one.platform] += one.declared
        period.returned[one.platform] += one.returned
    return list(found.values())


def draw_losses(periods: Sequence[Period]) -> str:
    """Bars: above the line what was declared lost, below it what came back."""
    ranked = _ranked(periods)
    up = max((sum(period.declared.values()) for period in periods), default=0)
    down = max((sum(period.returned.values()) for period in periods), default=0)
    over = nice_ticks(max(up, 1))
    under = range(over[1], down + 1, over[1])
    left, top, plot_px, foot_px = 48, 34, 200, 26
    each_px = plot_px / (over[-1] + down)
    zero = top + over[-1] * each_px
    lost, back = (sum(sum(which.values()) for which in whiches) for whiches in _both(periods))
    told = f"{lost} losses were declared and {back} came back, from {periods[0].name} to {periods[-1].name}."
    picture = Drawing(
        _WIDTH_PX, top + plot_px + foot_px, key="chart-losses", title="Losses declared, by platform", told=told
    )
    _legend(picture, [platform_title(name) if name else "others" for name in ranked], left)
    for value in [*over, *(-value for value in under)]:
        y = zero - value * each_px
        picture.line((left, y), (_WIDTH_PX, y), "axis" if value == 0 else "grid")
        picture.text(left - 8, y + 4, f"{abs(value):,}", anchor="end")
    step_px = (_WIDTH_PX - left) / len(periods)
    for place, period in enumerate(periods):
        x, width = left + place * step_px + step_px * 0.12, min(step_px * 0.76, 60)
        _bars(picture, ranked, period, (x, zero, width, each_px))
    every = max(1, -(-len(periods) * 64 // (_WIDTH_PX - left)))
    for place, period in enumerate(periods[::every]):
        picture.text(left + (place * every + 0.12) * step_px, top + plot_px + 18, period.name)
    return picture.markup()


def _both(periods: Sequence[Period]) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    return [period.declared for period in periods], [period.returned for period in periods]


def _ranked(periods: Sequence[Period]) -> list[str]:
    """The platforms that have a colour of their own, and "" for the others, where there are any."""
    totals: dict[str, int] = defaultdict(int)
    for period in periods:
        for changes in (period.declared, period.returned):
            for platform, count in changes.items():
                totals[platform] += count
    ranked = sorted((name for name in totals if totals[name]), key=lambda name: (-totals[name], name))
    return ranked if len(ranked) <= _COLOURS else [*ranked[: _COLOURS - 1], ""]


def _bars(picture: Drawing, ranked: Sequence[str], period: Period, place: tuple[float, float, float, float]) -> None:
    x, zero, width, each_px = place
    for changes, sign, verb in ((period.declared, 1, "declared lost"), (period.returned, -1, "came back")):
        height = 0.0
        for colour, name in enumerate(ranked):
            count = sum(changes.values()) - sum(changes.get(one, 0) for one in ranked if one) if not name else 0
            count = count if not name else changes.get(name, 0)
            if count:
                y = zero - (height + count) * each_px if sign > 0 else zero + height * each_px
                title = platform_title(name) if name else "others"
                tip = f"{period.name}, {title}: {count} {verb}"
                picture.rect((x, y, width, count * each_px), f"fill{colour}{'' if sign > 0 else ' back'}", tip)
                height += count


def _legend(picture: Drawing, names: Iterable[str], left: float) -> None:
    x = left
    for colour, name in enumerate(names):
        picture.rect((x, 6, 12, 12), f"fill{colour}")
        picture.text(x + 18, 16, name)
        x += 18 + text_width_px(name) + 18


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _period_name(number: int, months: int) -> str:
    year, place = divmod(number * months, 12)
    if months == 1:
        return f"{_MONTHS[place]} {year}"
    return str(year) if months == 12 else f"Q{place // 3 + 1} {year}"  # noqa: PLR2004  # months of a year


# --- survival -------------------------------------------------------------------------------------

#: Where the scale may begin if no band reaches lower, and into how many round parts it is cut.
_FLOORS = ((0.75, 5), (0.5, 5))
_AGE_TICKS = (
    (1, "1 d"),
    (7, "1 wk"),
    (30, "30 d"),
    (90, "90 d"),
    (365, "1 y"),
    (730, "2 y"),
    (1825, "5 y"),
    (3650, "10 y"),
)


def draw_survival(named: NamedCurve, number: int, *, ends: float, least: float) -> str:
    """One curve in its band, over age on a logarithmic scale; `least` is the lowest share that must have room.

    Small pictures of one curve each can be read without colours, and their bands do not hide each other.
    """
    width, height, left, right, top, foot = 348, 190, 44, 8, 26, 26
    curve, name = named.curve, curve_name(named)
    last = curve.at(curve.ends) or curve.points[-1]
    told = (
        f"Of {curve.lives:.0f} watched, {curve.lost:.0f} were lost. After {_age(curve.ends)}, {percent(last.survival)} "
        f"are left; the band reaches from {percent(last.low)} to {percent(last.high)}."
    )
    picture = Drawing(width, height, key=f"chart-survival-{number}", title=f"Survival: {name}", told=told)
    floor_share, parts = next((one for one in _FLOORS if least >= one[0]), (0.0, 4))

    def x_of(age: float) -> float:
        return left + (width - left - right) * log10(1 + age) / log10(1 + max(ends, 1))

    def y_of(share: float) -> float:
        return top + (height - top - foot) * (1 - share) / (1 - floor_share)

    picture.text(left, 15, f"{name}", "strong")
    picture.text(width - right, 15, f"{curve.lives:,.0f} watched, {curve.lost:,.0f} lost", "quiet", anchor="end")
    for place in range(parts + 1):
        share = floor_share + (1 - floor_share) * place / parts
        picture.line((left, y_of(share)), (width - right, y_of(share)), "axis" if place == 0 else "grid")
        picture.text(left - 6, y_of(share) + 4, percent(share, 0).replace(" ", ""), anchor="end")
    free = float(left)
    for age, label in (tick for tick in _AGE_TICKS if tick[0] <= ends):
        if x_of(age) - text_width_px(label) / 2 >= free:
            picture.line((x_of(age), height - foot), (x_of(age), height - foot + 4), "axis")
            picture.text(x_of(age), height - foot + 17, label, anchor="middle")
            free = x_of(age) + text_width_px(label) / 2 + 6
    lower = [(x_of(age), y_of(share)) for age, share in _stairs(curve, "low")]
    upper = [(x_of(age), y_of(share)) for age, share in _stairs(curve, "high")]
    picture.path([*upper, *reversed(lower)], "band", closed=True)
    picture.path([(x_of(age), y_of(share)) for age, share in _stairs(curve, "survival")], "curve")
    return picture.markup()


def _stairs(curve: Curve, which: str) -> list[tuple[float, float]]:
    corners: list[tuple[float, float]] = []
    for point in curve.points:
        share = float(getattr(point, which))
        if corners:
            corners.append((point.at, corners[-1][1]))
        corners.append((point.at, share))
    return [*corners, (curve.ends, corners[-1][1])]


def _age(days: float) -> str:
    return f"{days:.0f} days" if days < 730 else f"{days / 365.25:.1f} years"  # noqa: PLR2004  # two years


# --- the calendar -----------------------------------------------------------------------------------

#: A day with fewer than half conclusive checks is marked.
_HALF = 0.5
_SHADES = 4


def draw_calendar(looked: Sequence[Looked], *, last: date, weeks: int = 53) -> str:
    """A square a day, a column a week: the darker, the more checks; a dot where most of them told nothing."""
    side, gap, left, top = 11, 2, 34, 22
    begins = last - timedelta(days=last.weekday() + 7 * (weeks - 1))
    days = {date.fromisoformat(one.day): one for one in looked}
    shown_days = [one for day, one in days.items() if begins <= day <= last]
    most = max((one.total for one in shown_days), default=0)
    told = (
        f"{sum(one.total for one in shown_days)} checks on {len(shown_days)} of {(last - begins).days + 1} days, "
        f"at most {most} on one day; {sum(one.total - one.conclusive for one in shown_days)} of them told nothing."
    )
    picture = Drawing(
        left + weeks * (side + gap),
        top + 7 * (side + gap) + 26,
        key="chart-calendar",
        title="Checks, day by day",
        told=told,
    )
    for row, name in ((0, "Mon"), (2, "Wed"), (4, "Fri")):
        picture.text(left - 6, top + row * (side + gap) + 10, name, "small", anchor="end")
    for offset in range((last - begins).days + 1):
        day = begins + timedelta(days=offset)
        x, y = left + offset // 7 * (side + gap), top + offset % 7 * (side + gap)
        _draw_day(picture, days.get(day), day, (x, y, side), most)
        if day.day == 1 and offset // 7 < weeks - 2:
            picture.text(x, top - 8, _MONTHS[day.month - 1] + (f" {day.year}" if day.month == 1 else ""), "small")
    _key(picture, left, top + 7 * (side + gap) + 8, most)
    return picture.markup()


def _draw_day(picture: Drawing, one: Looked | None, day: date, place: tuple[float, float, float], most: int) -> None:
    x, y, side = place
    told = f"{day.isoformat()}: {one.total} checks, {one.conclusive} conclusive" if one else f"{day.isoformat()}: none"
    picture.rect((x, y, side, side), f"day{_shade(one.total, most) if one else 0}", told)
    if one and one.conclusive < one.total * _HALF:
        picture.rect((x + side / 2 - 2, y + side / 2 - 2, 4, 4), "dull")


def _shade(total: int, most: int) -> int:
    """1 to 4 by the square root: a day of a thousand checks must not make all the others pale."""
    return min(_SHADES, 1 + int(_SHADES * (total / most) ** 0.5 * 0.999))


def _key(picture: Drawing, x: float, y: float, most: int) -> None:
    picture.text(x, y + 10, "fewer", "small")
    for shade in range(_SHADES + 1):
        picture.rect((x + 38 + shade * 14, y, 11, 11), f"day{shade}")
    picture.text(x + 38 + 5 * 14 + 4, y + 10, f"more (at most {most:,} on a day)", "small")
    picture.rect((x + 300, y, 11, 11), "day3")
    picture.rect((x + 303.5, y + 3.5, 4, 4), "dull")
    picture.text(x + 317, y + 10, "most checks of the day told nothing", "small")

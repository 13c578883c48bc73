"""Where each thing stands, in one word, and the sums that are made while a million of them stream by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache

from archiver.catalog import Cited
from archiver.model.states import Availability, Group
from archiver.platforms import platform_named
from archiver.report.figures import SILENT_DAYS, By, Counts, RiskReason

__all__ = [
    "PAGE",
    "Mark",
    "Place",
    "Tally",
    "Version",
    "days_of",
    "group_keys",
    "instant",
    "place_of",
    "platform_title",
    "read_version",
    "risk_of",
]

#: The platform of what belongs to none.
PAGE = "page"
_EARLIEST_YEAR = 1990
_SILENT = timedelta(days=SILENT_DAYS)


class Place(IntEnum):
    """Where something stands, for the purpose of a report; and its place in a `Tally`."""

    LIVE = 0
    GONE = 1
    RESTRICTED = 2
    SUSPECTED = 3
    UNASKED = 4
    #: It was asked for, and no answer told anything, ever or for long.
    OPEN = 5


class Mark(IntEnum):
    """What else is counted; and its place in a `Tally`."""

    KEPT = 6
    LOST = 7
    CAME_BACK = 8
    AT_RISK = 9


_PLACES = {
    Group.LIVE: Place.LIVE,
    Group.GONE: Place.SUSPECTED,
    Group.RESTRICTED: Place.RESTRICTED,
    Group.UNKNOWN: Place.OPEN,
}
_STANDS: dict[str | None, Place] = {
    None: Place.UNASKED,
    **{state.value: _PLACES[state.group] for state in Availability},
}


def place_of(row: Cited) -> Place:
    """Where it stands; gone only if it was declared so and the last conclusive state still says it.

    What was live and has long been asked for in vain is not live: nobody knows.
    """
    place = _STANDS[row.state]
    if place is Place.SUSPECTED and row.declared_at is not None:
        return Place.GONE
    return Place.OPEN if place is Place.LIVE and _silent_since(row) else place


def risk_of(row: Cited, place: Place) -> tuple[RiskReason, str] | None:
    """Why it is at risk, and since when; None if it is not."""
    if place is Place.SUSPECTED or place is Place.RESTRICTED:
        reason = RiskReason.SUSPECTED if place is Place.SUSPECTED else RiskReason.RESTRICTED
        return reason, str(row.since_at)
    silent_at = _silent_since(row) if place is Place.OPEN else None
    return (RiskReason.SILENT, silent_at) if silent_at else None


def _silent_since(row: Cited) -> str | None:
    """Since when it was asked for and no answer told anything, if that is long."""
    silent_at = row.seen_at if _STANDS[row.state] is Place.LIVE else row.first_asked_at
    if silent_at and row.checked_at and silent_at != row.checked_at and _is_long(silent_at, row.checked_at):
        return silent_at
    return None


def _is_long(since_at: str, until_at: str) -> bool:
    """Whether the time between two instants makes a silence."""
    return instant(until_at) - instant(since_at) >= _SILENT


class Tally:
    """The sums of one group, while they grow."""

    __slots__ = ("_sums",)

    def __init__(self) -> None:
        self._sums = [0] * (len(Place) + len(Mark))

    def add(self, marks: Sequence[int]) -> None:
        """Count one thing: its place, and what else holds of it."""
        sums = self._sums
        for mark in marks:
            sums[mark] += 1

    def include(self, other: "Tally") -> None:
        """Count all that another one counted."""
        self._sums = [mine + others for mine, others in zip(self._sums, other._sums, strict=True)]  # noqa: SLF001  # its own kind

    @property
    def weight(self) -> tuple[int, int, int]:
        """What lost most is told first, then what is largest."""
        return self._sums[Mark.LOST], self._sums[Place.GONE], sum(self._sums[: len(Place)])

    def counts(self) -> Counts:
        """The sums as they stand."""
        sums = self._sums
        return Counts(
            resources=sum(sums[: len(Place)]),
            live=sums[Place.LIVE],
            gone=sums[Place.GONE],
            restricted=sums[Place.RESTRICTED],
            unknown=sums[Place.SUSPECTED] + sums[Place.UNASKED] + sums[Place.OPEN],
            suspected=sums[Place.SUSPECTED],
            unasked=sums[Place.UNASKED],
            kept=sums[Mark.KEPT],
            lost=sums[Mark.LOST],
            came_back=sums[Mark.CAME_BACK],
            at_risk=sums[Mark.AT_RISK],
        )


@dataclass(frozen=True, slots=True)
class Version:
    """What a report needs of one state of an article: since when it may have cited what it cites."""

    article: int
    cited_at: str
    #: The same as days since 1970, to the hour.
    cited_days: float


def read_version(article: int, fetched_at: str, published_at: str | None) -> Version:
    """A version; it cites from its publication on, if it says one that can be, else from when it was read."""
    cited_at = _published(published_at, fetched_at) or fetched_at
    return Version(article, cited_at, days_of(cited_at))


def group_keys(by: By, row: Cited, cited: Sequence[Version]) -> Iterable[str | int]:
    """The groups that something belongs to, `cited` by these versions; "" where it belongs to none."""
    if by is By.ARTICLE:
        return {version.article for version in cited}
    if by is By.PLATFORM:
        return (row.platform or PAGE,)
    if by is By.SITE:
        return (_host(row.uri),)
    if by is By.AUTHOR:
        return (f"{platform_title(row.platform)}: {row.author}" if row.author and row.platform else "",)
    return (min((version.cited_at[:7] for version in cited), default=""),)


@lru_cache(maxsize=256)
def platform_title(name: str | None) -> str:
    """What a platform calls itself; what is none is a web page."""
    platform = platform_named(name) if name and name != PAGE else None
    return platform.title if platform else "Web pages" if name in {None, PAGE} else str(name)


def instant(text: str) -> datetime:
    """The instant of the catalog's text."""
    return datetime.fromisoformat(text)


def days_of(text: str) -> float:
    """The catalog's text of an instant as days since 1970, to the hour: quick, for a million of them."""
    return _day_number(text[:10]) + int(text[11:13]) / 24


@lru_cache(maxsize=50_000)
def _day_number(day: str) -> int:
    return date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal()


def _host(uri: str) -> str:
    authority = uri.split("/", 3)[2] if "://" in uri else ""
    return authority.removeprefix("www.")


def _published(text: str | None, fetched_at: str) -> str | None:
    if not text:
        return None
    try:
        said = datetime.fromisoformat(text)
        said = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    told = said.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return told if said.year >= _EARLIEST_YEAR and told <= fetched_at else None

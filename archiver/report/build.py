"""From the catalog to the figures: one pass over all that is cited, then the details of what is listed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import islice
from typing import Any, TypeVar

from archiver.catalog import Catalog, Change, Cited, CitedArticle, Subject
from archiver.model.clock import format_at
from archiver.model.states import Availability
from archiver.report.figures import (
    CALENDAR_DAYS,
    By,
    Group,
    Loss,
    MonthOfChanges,
    NamedCurve,
    Report,
    Return,
    Risk,
    RiskReason,
)
from archiver.report.survival import Life, life_of, survival_curve
from archiver.report.tally import (
    PAGE,
    Mark,
    Place,
    Tally,
    Version,
    days_of,
    group_keys,
    instant,
    place_of,
    platform_title,
    read_version,
    risk_of,
)

__all__ = ["Progress", "Scope", "build_report"]

#: What is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]

B = TypeVar("B")
R = TypeVar("R", bound=tuple[Any, ...])
_Ages = tuple[float, float, float | None]
_BATCH, _TELL_EVERY = 400, 20_000
#: So many platforms have a curve of their own, and so few lives tell nothing.
_CURVES, _LEAST_LIVES = 7, 5
_GRAVITY = (RiskReason.SUSPECTED, RiskReason.RESTRICTED, RiskReason.SILENT)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is of. `articles` are ids (None: all), `name` what to call them.

    `listed` bounds how many losses, returns, risks and groups are told in detail (None: all). The figures
    always count everything.
    """

    by: By
    since: datetime | None = None
    articles: tuple[int, ...] | None = None
    name: str | None = None
    listed: int | None = None


def build_report(catalog: Catalog, *, scope: Scope, now: datetime, progress: Progress) -> Report:
    """All figures of one instant of the catalog, which must be open for reading only."""
    with catalog.one_moment():
        read = _read(catalog, scope, progress)
        changes = [change for change in read.changes if scope.articles is None or change.resource_id in read.ids]
        progress("reading the checks", 0, 0)
        since_at, year_ago = _since_at(scope), format_at(now - timedelta(days=CALENDAR_DAYS))
        looked = catalog.looked(
            since_at=max(since_at, year_ago), resource_ids=None if scope.articles is None else list(read.ids)
        )
        details = _Details(catalog, progress)
        return Report(
            made_at=now,
            since=scope.since,
            article=scope.name,
            by=scope.by,
            totals=_together(read.platforms.values()).counts(),
            groups=_groups(catalog, scope, read.groups),
            groups_in_all=len(read.groups),
            platforms=_groups(catalog, Scope(By.PLATFORM), read.platforms),
            losses=tuple(details.losses(sorted(read.losses, reverse=True)[: scope.listed])),
            returns=tuple(details.returns(sorted(read.returns, reverse=True)[: scope.listed])),
            risks=tuple(details.risks(sorted(read.risks)[: scope.listed])),
            changes=_by_month(changes),
            curves=tuple(_curves(read, progress)),
            looked=tuple(looked),
        )


# --- the pass -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Read:
    """What one pass over all that is cited leaves behind."""

    changes: list[Change]
    #: When each thing came back last.
    came_back: dict[int, str]
    groups: dict[str | int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    platforms: dict[str | int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: (declared, id, state, first seen gone, last seen live)
    losses: list[tuple[str, int, str, str, str | None]] = field(default_factory=list)
    #: (came back, id, state)
    returns: list[tuple[str, int, str]] = field(default_factory=list)
    #: (place in `_GRAVITY`, since, id, state)
    risks: list[tuple[int, str, int, str]] = field(default_factory=list)
    #: By platform, how many there are of the same ages: first seen live, last seen live, first seen gone.
    lives: dict[str, dict[_Ages, int]] = field(default_factory=lambda: defaultdict(dict))
    unseen: Counter[str] = field(default_factory=Counter)
    #: Of a report on some articles only.
    ids: set[int] = field(default_factory=set)


def _read(catalog: Catalog, scope: Scope, progress: Progress) -> _Read:
    since_at = _since_at(scope)
    progress("reading the articles", 0, 0)
    versions = {identifier: read_version(*row) for identifier, row in catalog.version_days().items()}
    changes = [change for change in catalog.changes() if change.at >= since_at]
    read = _Read(changes, {change.resource_id: change.at for change in changes if change.returned})
    total = catalog.count_cited() if scope.articles is None else 0
    for number, row in enumerate(catalog.cited(articles=scope.articles, authors=scope.by is By.AUTHOR)):
        if number % _TELL_EVERY == 0:
            progress("reading where everything stands", number, total)
        _take(read, row, scope.by, versions, since_at)
        if scope.articles is not None:
            read.ids.add(row.id)
    return read


def _take(read: _Read, row: Cited, by: By, versions: Mapping[str, Version], since_at: str) -> None:
    place = place_of(row)
    marks, state, platform = [int(place)], str(row.state), row.platform or PAGE
    if place is Place.GONE and row.kept:
        marks.append(Mark.KEPT)
    if place is Place.GONE and str(row.declared_at) >= since_at:
        marks.append(Mark.LOST)
        gone_at = row.first_gone_at or str(row.since_at)
        read.losses.append((str(row.declared_at), row.id, state, gone_at, row.last_live_at))
    returned_at = read.came_back.get(row.id)
    if returned_at is not None:
        marks.append(Mark.CAME_BACK)
        read.returns.append((returned_at, row.id, state))
    risk = risk_of(row, place)
    if risk is not None:
        marks.append(Mark.AT_RISK)
        read.risks.append((_GRAVITY.index(risk[0]), risk[1], row.id, state))
    cited = [version for name in row.versions if (version := versions.get(name)) is not None]
    read.platforms[platform].add(marks)
    for key in group_keys(by, row, cited):
        read.groups[key].add(marks)
    _live(read, row, place, platform, cited)


def _live(read: _Read, row: Cited, place: Place, platform: str, cited: Sequence[Version]) -> None:
    """Its life as the checks bound it, if it was ever seen live."""
    if row.last_live_at is None:
        read.unseen[platform] += place is Place.GONE
        return
    last = days_of(row.last_live_at)
    first = born = min(days_of(row.first_live_at), last) if row.first_live_at else last
    for version in cited:
        born = min(born, version.cited_days)
    gone = days_of(row.first_gone_at or str(row.since_at)) - born if place is Place.GONE else None
    lives, ages = read.lives[platform], (first - born, last - born, gone)
    lives[ages] = lives.get(ages, 0) + 1


def _since_at(scope: Scope) -> str:
    # Text order is time order, and an instant without decimals sorts after the same one with them.
    return format_at(scope.since).removesuffix("Z") if scope.since else ""


# --- what follows from it -----------------------------------------------------------------------


def _groups(catalog: Catalog, scope: Scope, tallies: Mapping[str | int, Tally]) -> tuple[Group, ...]:
    def rank(item: tuple[str | int, Tally]) -> tuple[Any, ...]:
        # Months have an order of their own.
        return (item[0],) if scope.by is By.MONTH else (item[1].weight, str(item[0]))

    chosen = nlargest(scope.listed or len(tallies), tallies.items(), key=rank)
    named: dict[int, CitedArticle] = {}
    if scope.by is By.ARTICLE:
        for ids in _batched([int(key) for key, _ in chosen]):
            named |= catalog.articles_named(ids)
    return tuple(_group(scope.by, key, tally, named) for key, tally in chosen)


def _group(by: By, key: str | int, tally: Tally, named: Mapping[int, CitedArticle]) -> Group:
    if isinstance(key, int):
        article = named[key]
        return Group(article.url, article.title or article.url, tally.counts(), article.url)
    if by is By.PLATFORM:
        return Group(key, platform_title(key), tally.counts())
    nobody = "author not known" if by is By.AUTHOR else "not known"
    return Group(key, key or nobody, tally.counts())


def _by_month(changes: Sequence[Change]) -> tuple[MonthOfChanges, ...]:
    counts = Counter((change.at[:7], change.platform or PAGE, change.returned) for change in changes)
    cells = sorted({(month, platform) for month, platform, _ in counts})
    return tuple(
        MonthOfChanges(month, platform, counts[month, platform, False], counts[month, platform, True])
        for month, platform in cells
    )


def _together(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.include(tally)
    return whole


def _curves(read: _Read, progress: Progress) -> Iterator[NamedCurve]:
    """The curve of everything, then those of the platforms that are cited most."""
    lives = {name: _lives(ages) for name, ages in read.lives.items()}
    together: Counter[Life] = Counter()
    for some in lives.values():
        together.update(some)
    largest = nlargest(_CURVES, lives.items(), key=lambda item: (item[1].total(), item[0]))
    several = [item for item in largest if item[1].total() >= _LEAST_LIVES] if len(lives) > 1 else []
    every = [("", together, read.unseen.total()), *((name, some, read.unseen[name]) for name, some in several)]
    for number, (platform, some, unseen) in enumerate(every):
        progress("drawing survival", number, len(every))
        curve = survival_curve(Life(one.entry, one.live, one.gone, count) for one, count in some.items())
        if curve is not None:
            yield NamedCurve(platform, curve, unseen)


def _lives(ages: Mapping[_Ages, int]) -> Counter[Life]:
    found: Counter[Life] = Counter()
    for (entry, live, gone), count in ages.items():
        found[life_of(entry, live, gone)] += count
    return found


# --- the details ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Details:
    """Looks up what is shown of the things that are listed, some hundreds at a time."""

    catalog: Catalog
    progress: Progress

    def losses(self, rows: Sequence[tuple[str, int, str, str, str | None]]) -> Iterator[Loss]:
        for row, subject, articles in self._with(rows, 1, "looking up the losses"):
            declared_at, _, state, gone_at, live_at = row
            yield Loss(
                subject,
                Availability(state),
                instant(declared_at),
                instant(gone_at),
                instant(live_at) if live_at else None,
                articles,
            )

    def returns(self, rows: Sequence[tuple[str, int, str]]) -> Iterator[Return]:
        for row, subject, articles in self._with(rows, 1, "looking up what came back"):
            yield Return(subject, Availability(row[2]), instant(row[0]), articles)

    def risks(self, rows: Sequence[tuple[int, str, int, str]]) -> Iterator[Risk]:
        for row, subject, articles in self._with(rows, 2, "looking up what is at risk"):
            yield Risk(subject, _GRAVITY[row[0]], Availability(row[3]), instant(row[1]), articles)

    def _with(self, rows: Sequence[R], place: int, doing: str) -> Iterator[tuple[R, Subject, tuple[CitedArticle, ...]]]:
        done = 0
        for some in _batched(rows):
            self.progress(doing, done, len(rows))
            subjects = self.catalog.subjects([row[place] for row in some])
            named = self.catalog.articles_named({one for subject in subjects.values() for one in subject.articles})
            for row in some:
                subject = subjects[row[place]]
                yield row, subject, tuple(named[one] for one in subject.articles)
            done += len(some)


def _batched(rows: Sequence[B]) -> Iterator[list[B]]:
    remaining = iter(rows)
    while some := list(islice(remaining, _BATCH)):
        yield some

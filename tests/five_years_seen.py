"""What the archive came to over the simulated years, read from its catalog and held against the truth."""

import sqlite3
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from archiver.demo.lives import Death, PageAct, Population
from archiver.model.cadence import Cadence, Look, due_after
from archiver.model.clock import parse_at
from archiver.model.states import Availability, Group

REASONS = (Availability.GONE_DELETED, Availability.GONE_AUTHOR, Availability.GONE_PLATFORM)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """An event that the program wrote down."""

    key: str
    kind: str
    at: datetime
    state: Availability | None


@dataclass(slots=True)
class History:
    """Of one resource: its looks in time, and its events."""

    looks: list[Look] = field(default_factory=list)
    events: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """The figures of a whole play, and the cases behind each that is not as it should be."""

    figures: dict[str, float] = field(default_factory=dict)
    cases: dict[str, list[str]] = field(default_factory=dict)

    def count(self, name: str, found: list[str]) -> None:
        """A figure that should be 0, with its cases."""
        self.figures[name], self.cases[name] = len(found), found

    def share(self, name: str, good: int, bad: list[str]) -> None:
        """A share in per cent of what is good, with the bad cases."""
        total = good + len(bad)
        self.figures[name] = round(100 * good / total, 3) if total else 100.0
        self.figures[f"{name} (of)"] = total
        self.cases[name] = bad


def read_histories(db_file: Path, population: Population) -> dict[str, History]:
    """All looks and events of the catalog."""
    found = {key: History() for key in population.lives}
    db = sqlite3.connect(f"file:{db_file}?mode=ro", uri=True)
    try:
        looks = """SELECT key, observed_at, availability FROM observation
                   JOIN resource ON resource.id = resource_id ORDER BY observed_at"""
        for key, at, state in db.execute(looks):
            found[key].looks.append(Look(parse_at(at), Availability(state)))
        events = """SELECT key, event.kind, happened_at, state FROM event
                    JOIN resource ON resource.id = resource_id ORDER BY happened_at, event.kind"""
        for key, kind, at, state in db.execute(events):
            found[key].events.append(Said(key, kind, parse_at(at), Availability(state) if state else None))
    finally:
        db.close()
    return found


def judge_play(population: Population, histories: dict[str, History], *, until: datetime, cadence: Cadence) -> Verdict:
    """Every figure of the acceptance, over what was played until `until`."""
    verdict = Verdict()
    events = [event for history in histories.values() for event in history.events]
    lost = [event for event in events if event.kind == "declared_gone"]
    back = [event for event in events if event.kind == "came_back"]
    verdict.figures["looks"] = sum(len(history.looks) for history in histories.values())
    verdict.figures["declared gone"] = len(lost)
    verdict.figures["came back"] = len(back)
    verdict.count(
        "declared while it lived", [_told(population, event) for event in lost if not _is_gone(population, event)]
    )
    verdict.count(
        "came back while it was gone", [_told(population, event) for event in back if _is_gone(population, event)]
    )
    verdict.count(
        "declared in a trouble", [_told(population, event) for event in lost if _in_trouble(population, event)]
    )
    verdict.count("declared without its strikes", list(_hasty(histories, cadence)))
    _judge_deaths(verdict, population, histories, until=until, cadence=cadence)
    _judge_reasons(verdict, population, lost)
    _judge_returns(verdict, population, histories, until=until)
    _judge_looks(verdict, population, histories)
    return verdict


def _told(population: Population, event: Said) -> str:
    phase = population.lives[event.key].at(event.at)
    life = population.lives[event.key]
    trouble = population.trouble_at(life.whose, event.at)
    befell = f" ({trouble.kind})" if trouble else ""
    return f"{event.at:%Y-%m-%d} {event.key}: said {event.state}, was {phase.truth if phase else None}{befell}"


def _is_gone(population: Population, event: Said) -> bool:
    state = population.state_at(event.key, event.at)
    return state is not None and state.group is Group.GONE


def _in_trouble(population: Population, event: Said) -> bool:
    """Whether nothing at all could be seen of it then; a name that is not there has no other troubles."""
    life = population.lives[event.key]
    phase, trouble = life.at(event.at), population.trouble_at(life.whose, event.at)
    if phase is None or phase.act in (PageAct.NO_NAME, PageAct.PARKED):
        return False
    return trouble is not None and trouble.share == 1.0


def _hasty(histories: dict[str, History], cadence: Cadence) -> Iterator[str]:
    """Losses that were declared on fewer gone looks than it takes, or on ones too close together."""
    gap = timedelta(seconds=cadence.strike_gap_s)
    for key, history in histories.items():
        for event in history.events:
            if event.kind != "declared_gone":
                continue
            strikes, last = 0, None
            for look in reversed([look for look in history.looks if look.at <= event.at]):
                if look.state.group in (Group.LIVE, Group.RESTRICTED):
                    break
                if look.state.group is Group.GONE and (last is None or last - look.at >= gap):
                    strikes, last = strikes + 1, look.at
            if strikes < cadence.strikes:
                yield f"{event.at:%Y-%m-%d} {key}: {strikes} strikes"


# --- deaths -----------------------------------------------------------------------------------------


def _judge_deaths(
    verdict: Verdict, population: Population, histories: dict[str, History], *, until: datetime, cadence: Cadence
) -> None:
    """Of the losses that last long enough and can be told, the share that was declared in time.

    In time: at the next regular look after the death, plus the further strikes, plus one interval (a
    week at least) for looks that teach nothing; days in which a trouble hid everything are not
    counted, nor is the day between two passes.
    """
    in_time, late, untold, short = 0, [], 0, 0
    delays: list[float] = []
    for death in population.deaths():
        if death.at >= until:
            continue
        if death.told.group is not Group.GONE:
            untold += 1
            continue
        deadline = _deadline(population, histories[death.key], death, cadence)
        over = deadline > until or (death.until is not None and deadline > death.until)
        if over or _counts_as_lost(histories[death.key], death.at):
            short += 1
            continue
        said = _declared(histories[death.key], death)
        if said is not None and said.at <= deadline:
            in_time += 1
            delays.append((said.at - death.at) / DAY)
        else:
            life = population.lives[death.key]
            when = f"declared {said.at:%Y-%m-%d}" if said else "never declared"
            late.append(
                f"{death.key} died {death.at:%Y-%m-%d} ({life.at(death.at).act}), {when}, due {deadline:%Y-%m-%d}"
            )
    verdict.share("deaths declared in time, %", in_time, late)
    verdict.figures["deaths that nothing tells"] = untold
    verdict.figures["deaths too short or too late to count"] = short
    delays.sort()
    verdict.figures["median days from death to declaration"] = round(delays[len(delays) // 2], 1) if delays else 0.0


def _declared(history: History, death: Death) -> Said | None:
    return next(
        (
            event
            for event in history.events
            if event.kind == "declared_gone"
            and event.at >= death.at
            and (death.until is None or event.at < death.until)
        ),
        None,
    )


def _counts_as_lost(history: History, at: datetime) -> bool:
    """Whether an earlier loss still stands, because nobody looked while the resource was back."""
    told = [event.kind for event in history.events if event.at < at and event.kind in ("declared_gone", "came_back")]
    return bool(told) and told[-1] == "declared_gone"


def _deadline(population: Population, history: History, death: Death, cadence: Cadence) -> datetime:
    before = history.looks[: bisect_left(history.looks, death.at, key=lambda look: look.at)]
    due = due_after(before, declared=False, cadence=cadence) if before else death.at
    interval = due - before[-1].at if before else DAY
    further = timedelta(seconds=cadence.strike_gap_s) * (cadence.strikes - 1)
    slack = max(interval, timedelta(seconds=cadence.least_s))
    deadline = max(due, death.at) + further + slack + DAY * cadence.strikes
    for trouble in population.troubles_of(population.lives[death.key].whose):
        if trouble.start < deadline and trouble.end > max(due, death.at) - interval:
            deadline += trouble.end - trouble.start
    return deadline


# --- reasons, returns, looks --------------------------------------------------------------------------


def _judge_reasons(verdict: Verdict, population: Population, lost: list[Said]) -> None:
    right, wrong = Counter[bool](), []
    for event in lost:
        told = population.told_at(event.key, event.at)
        if told not in REASONS:
            right[False] += event.state is told
            continue
        if event.state is told:
            right[True] += 1
        else:
            wrong.append(f"{_told(population, event)}, told {told}")
    verdict.share("reasons right where one is told, %", right[True], wrong)
    verdict.figures["other states right, of the declared"] = right[False]


def _judge_returns(verdict: Verdict, population: Population, histories: dict[str, History], *, until: datetime) -> None:
    """Of the declared losses that ended, those of which the first telling look afterwards was told as a return."""
    noticed, missed, unseen = 0, [], 0
    for death in population.revivals():
        history = histories[death.key]
        said = _declared(history, death)
        if said is None or death.until is None or death.until >= until:
            continue
        look = _first_sight(population, history, death)
        if look is None:
            unseen += 1
            continue
        event = next((one for one in history.events if one.kind == "came_back" and one.at >= death.until), None)
        if event is not None and event.at - look.at < DAY:
            noticed += 1
        else:
            missed.append(f"{death.key} is back since {death.until:%Y-%m-%d}, seen {look.at:%Y-%m-%d}: {event}")
    verdict.share("returns noticed at the first sight, %", noticed, missed)
    verdict.figures["returns not looked at yet"] = unseen


def _first_sight(population: Population, history: History, death: Death) -> Look | None:
    """The first look after a return that told something of a resource that was still there."""
    assert death.until is not None
    begin = bisect_right(history.looks, death.until, key=lambda look: look.at)
    for look in history.looks[begin:]:
        state = population.state_at(death.key, look.at)
        if state is None or state.group is Group.GONE:
            return None
        if look.state.conclusive:
            return look
    return None


def _judge_looks(verdict: Verdict, population: Population, histories: dict[str, History]) -> None:
    """Whether single looks say what the answers of their instant allow, where nothing befalls the server."""
    right, wrong, groups = 0, [], Counter[str]()
    lying: list[str] = []
    for key, history in histories.items():
        life = population.lives[key]
        for look in history.looks:
            groups[look.state.group.value] += 1
            phase, trouble = life.at(look.at), population.trouble_at(life.whose, look.at)
            if phase is None:
                continue
            if look.state.group is Group.GONE and phase.truth.group is not Group.GONE:
                lying.append(
                    f"{look.at:%Y-%m-%d} {key}: {look.state}, is {phase.truth} {trouble.kind if trouble else ''}"
                )
            if trouble is not None:
                continue
            if look.state is phase.told or (look.state.group is phase.told.group is Group.LIVE):
                right += 1
            else:
                wrong.append(f"{look.at:%Y-%m-%d} {key} ({life.story}, {phase.act}): {look.state}, told {phase.told}")
    verdict.share("quiet looks that say all that is told, %", right, wrong)
    verdict.figures |= {f"looks {name}": count for name, count in sorted(groups.items())}
    verdict.count("single looks that said gone of what lived", lying)

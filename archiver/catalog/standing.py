"""Where a resource stands, derived from all that was ever observed of it, in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archiver.model.states import Availability, Group, Witness

__all__ = ["Judgement", "Seen", "Standing", "judgements", "standing"]

#: Which witness decides within one visit: the platform's endpoint before the page.
_WITNESSES = tuple(Witness)
_STATES = tuple(Availability)


@dataclass(frozen=True, slots=True)
class Seen:
    """One stored observation. `at` is sortable text; `visit` names the capture, else the run."""

    at: str
    state: Availability
    via: str
    visit: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one visit (a capture, or a run's checks without one) came to."""

    at: str
    state: Availability


@dataclass(frozen=True, slots=True)
class Standing:
    """The row of `availability`, less its resource."""

    state: Availability
    since_at: str
    seen_at: str
    checked_at: str
    last_live_at: str | None


def judgements(seen: Iterable[Seen], captures: Mapping[str, Judgement]) -> list[Judgement]:
    """One judgement a visit, oldest first.

    `captures` are the resource's own captures by id, each with the availability that it
    decided on: that counts, whatever its single witnesses said. Elsewhere the conclusive
    observation of the best witness does, else the latest observation.
    """
    visits: dict[str, list[Seen]] = {}
    for one in seen:
        visits.setdefault(one.visit, []).append(one)
    found = [_decided(captures[visit], members) for visit, members in visits.items() if visit in captures]
    found += [_deciding(members) for visit, members in visits.items() if visit not in captures]
    found += [captures[visit] for visit in captures.keys() - visits.keys()]
    return sorted(found, key=_order)


def standing(found: Iterable[Judgement]) -> Standing | None:
    """The latest conclusive state, else the latest; None where nothing was ever observed.

    An inconclusive judgement neither ends a state nor begins one: it only moves `checked_at`.
    """
    ordered = sorted(found, key=_order)
    if not ordered:
        return None
    telling = [one for one in ordered if one.state.conclusive] or ordered
    state, since_at = telling[-1].state, telling[-1].at
    for one in reversed(telling):
        if one.state is not state:
            break
        since_at = one.at
    live = [one.at for one in ordered if one.state.group is Group.LIVE]
    return Standing(state, since_at, telling[-1].at, ordered[-1].at, live[-1] if live else None)


def _decided(capture: Judgement, members: list[Seen]) -> Judgement:
    agreeing = [one.at for one in members if one.state is capture.state]
    return Judgement(max(agreeing, default=capture.at), capture.state)


def _deciding(members: list[Seen]) -> Judgement:
    best = max(members, key=lambda one: (one.state.conclusive, _weight(one), one.at, _STATES.index(one.state)))
    return Judgement(best.at, best.state)


def _weight(one: Seen) -> int:
    # Among inconclusive observations no witness outweighs another: the latest is told.
    known = one.state.conclusive and one.via in _WITNESSES
    return -_WITNESSES.index(one.via) if known else -len(_WITNESSES)


def _order(one: Judgement) -> tuple[str, int]:
    return one.at, _STATES.index(one.state)

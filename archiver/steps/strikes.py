"""How many looks stand for a loss: it is declared only after several of them, with days between."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from archiver.model.cadence import Cadence, Look
from archiver.model.states import Group

__all__ = ["strikes_at", "strikes_of"]


def strikes_of(looks: Sequence[Look], *, cadence: Cadence) -> tuple[datetime, ...]:
    """The instants of the strikes that stand against a resource; `looks` are all there were, the oldest first.

    A conclusive look that finds it gone is a strike if it is the first, or comes at least
    the gap after the last that counted. Any look that finds it there, in public or not, takes
    all strikes back. Looks that teach nothing do neither.
    """
    counted: list[datetime] = []
    for look in looks:
        if look.state.group in (Group.LIVE, Group.RESTRICTED):
            counted = []
        elif look.state.group is Group.GONE and _counts(look.at, counted, cadence):
            counted.append(look.at)
    return tuple(counted)


def strikes_at(looks: Sequence[Look], at: datetime, *, cadence: Cadence) -> int:
    """How many strikes there are if the resource is found gone at `at` too."""
    counted = strikes_of(looks, cadence=cadence)
    return len(counted) + _counts(at, list(counted), cadence)


def _counts(at: datetime, counted: list[datetime], cadence: Cadence) -> bool:
    return not counted or at - counted[-1] >= timedelta(seconds=cadence.strike_gap_s)

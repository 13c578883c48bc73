"""What rests on a capture: for this it stays, whatever a policy says."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from archiver.catalog import PastCapture
from archiver.model.states import Outcome

__all__ = ["Rests", "references"]

_WORTH = {Outcome.FAILED: 0, Outcome.PARTIAL: 1, Outcome.COMPLETE: 2}


class Rests(StrEnum):
    """Why a capture is referenced."""

    #: The newest of all, or of the best: what a look-up and an export show.
    NEWEST = "newest"
    #: The first of the best: nearest to the time of the post.
    FIRST = "first"
    #: The best one nearest in time to a stored state of an article that cites the post.
    CITED = "cited"
    #: First or last seen in one state of availability: between which it was lost, or came back.
    TURN = "turn"
    #: The catalog shows the platform's record of the post as this one has it.
    RECORD = "record"
    #: Made as the context of a capture that is still here: the post that it quotes, answers or continues.
    CONTEXT = "context"
    #: The only one with this text, author or quote of the post, or that saw a short link lead there.
    TOLD = "told"


def references(
    history: Sequence[PastCapture], cited_at: Iterable[datetime], deciding: set[str], context: Collection[str] = ()
) -> dict[str, Rests]:
    """The captures of one resource (oldest first) that must stay, each with the first reason.

    `cited_at` are the times at which states of articles were read that cite it, `context` the
    captures made because of others. What a capture says is not looked at here (`Rests.TOLD`).
    """
    worth = max((_WORTH[one.outcome] for one in history), default=0)
    best = [one for one in history if _WORTH[one.outcome] == worth]
    found: list[tuple[PastCapture, Rests]] = [(one, Rests.NEWEST) for one in (*history[-1:], *best[-1:])]
    found += [(one, Rests.FIRST) for one in best[:1]]
    found += [(min(best, key=lambda one: abs(one.started_at - at)), Rests.CITED) for at in cited_at if best]
    telling = [one for one in history if one.availability.conclusive]
    for _state, stretch in groupby(telling, key=lambda one: one.availability):
        first, *others = stretch
        found += [(first, Rests.TURN), *((one, Rests.TURN) for one in others[-1:])]
    found += [(one, Rests.RECORD) for one in history if one.id in deciding]
    found += [(one, Rests.CONTEXT) for one in history if one.id in context]
    return {one.id: why for one, why in reversed(found)}

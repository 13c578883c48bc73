"""When a watched source is asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.model.cadence import Cadence
from archiver.model.digests import sha256
from archiver.model.overtime import PollOutcome
from archiver.model.urls import canonical_url

__all__ = ["MOST_POLLS", "Polled", "next_poll_at", "watch_id"]

#: So many of the last polls decide; earlier ones, but the first, change nothing.
MOST_POLLS = 16
_FIRST_BACK_OFF_S = 3_600
_MOST_BACK_OFF_S = 7 * 86_400
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll came to."""

    at: datetime
    outcome: PollOutcome
    retry_after_s: int | None = None


def watch_id(source: str) -> str:
    """The id of a watched source: of all spellings of one URL the same."""
    return sha256((canonical_url(source) or source).encode()).hex[:_ID_DIGITS]


def next_poll_at(
    polls: Sequence[Polled], *, first_at: datetime, every_s: int, cadence: Cadence | None = None
) -> datetime:
    """The instant from which a source is polled again. `polls` are the last ones, the oldest first, at least one.

    1. After failures: after `every_s` (or an hour), twice as long after each further one, a week at
       most (or `every_s`), and not before the server wants it.
    2. `every_s` after the last look, if that is given.
    3. Else, for the articles of a list: at the cadence's steps after the first look, then 1.4 times
       as long after a look that found nothing new, 0.8 times after one that did.
    """
    last, failures = polls[-1], _trailing_failures(polls)
    if failures:
        base_s = every_s or _FIRST_BACK_OFF_S
        wait_s = min(base_s * 2 ** (failures - 1), max(base_s, _MOST_BACK_OFF_S))
        return last.at + timedelta(seconds=max(wait_s, last.retry_after_s or 0))
    if every_s:
        return last.at + timedelta(seconds=max(every_s, last.retry_after_s or 0))
    return _stepped(polls, first_at, cadence or Cadence())


def _stepped(polls: Sequence[Polled], first_at: datetime, cadence: Cadence) -> datetime:
    last = polls[-1]
    age_s = (last.at - first_at).total_seconds()
    step_s = next((step_s for step_s in cadence.steps_s if step_s > age_s), None)
    if step_s is not None:
        return first_at + timedelta(seconds=step_s)
    telling = [poll for poll in polls if poll.outcome is not PollOutcome.FAILED]
    before = telling[-2] if len(telling) > 1 else telling[-1]
    factor = 1.4 if last.outcome is PollOutcome.UNCHANGED else 0.8
    wait_s = (last.at - before.at).total_seconds() * factor
    return last.at + timedelta(seconds=min(max(wait_s, cadence.least_s), cadence.most_s))


def _trailing_failures(polls: Sequence[Polled]) -> int:
    count = 0
    for poll in reversed(polls):
        if poll.outcome is not PollOutcome.FAILED:
            break
        count += 1
    return count

"""Whether the day that an article states is the post's: by the id's own time, or the record's."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from archiver.compare.told import told_times
from archiver.model.verdicts import Cue, Quoted

__all__ = ["earliest_stated", "judge_day"]

#: The zones of the earth: a day begins first at UTC+14 and ends last at UTC-12.
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)
_DAY = timedelta(days=1)
#: A stated instant is right if it is so to the minute (some cut seconds off, some round).
_MINUTE = timedelta(minutes=1)
_QUARTER_S = 900


def judge_day(quoted: Quoted, created: Sequence[datetime]) -> tuple[Cue, ...]:
    """DAY_DIFFERS if the stated day, or instant, is none of the post's in any zone; () if it is, or nothing is stated.

    `created` are the instants that the records give; the id's own is added here. Some
    platforms' ids and records differ (a post written before it was sent): one that fits is
    enough. DAY_OF_ANOTHER_ZONE where it fits in another zone than UTC only.
    """
    stated = _stated(quoted.claim.date)
    if stated is None:
        return ()
    told = told_times(quoted.platform, quoted.post_id)
    instants = [*((told.at,) if told.at else ()), *created]
    if not instants:
        return (Cue.DAY_DIFFERS,) if told.before and _earliest(stated) >= told.before + _DAY else ()
    found = [_judge(stated, instant) for instant in instants]
    if () in found:
        return ()
    return min(found, key=lambda cues: cues == (Cue.DAY_DIFFERS,))


def earliest_stated(text: str | None) -> datetime | None:
    """The first instant of what a claim states, in any zone; None if it states no day."""
    stated = _stated(text)
    return None if stated is None else _earliest(stated)


def _judge(stated: date | datetime, instant: datetime) -> tuple[Cue, ...]:
    if isinstance(stated, datetime):
        return _judge_instant(stated, instant)
    if stated == instant.date():
        return ()
    midnight = datetime.combine(stated, time(), tzinfo=UTC)
    try:
        somewhere = midnight - _EAST <= instant < midnight + _DAY + _WEST
    except OverflowError:
        somewhere = False
    return (Cue.DAY_OF_ANOTHER_ZONE,) if somewhere else (Cue.DAY_DIFFERS,)


def _judge_instant(stated: datetime, instant: datetime) -> tuple[Cue, ...]:
    """An instant without zone, or with the wrong one, is off by whole quarters of an hour."""
    lead = (stated if stated.tzinfo else stated.replace(tzinfo=UTC)) - instant.replace(microsecond=0)
    if abs(lead) <= _MINUTE:
        return ()
    quarters = timedelta(seconds=round(lead.total_seconds() / _QUARTER_S) * _QUARTER_S)
    if abs(lead - quarters) <= _MINUTE and -_WEST <= quarters <= _EAST:
        return (Cue.DAY_OF_ANOTHER_ZONE,)
    return (Cue.DAY_DIFFERS,)


def _earliest(stated: date | datetime) -> datetime:
    if not isinstance(stated, datetime):
        stated = datetime.combine(stated, time())
    return stated if stated.tzinfo else stated.replace(tzinfo=UTC)


@lru_cache(maxsize=1 << 12)
def _stated(text: str | None) -> date | datetime | None:
    """The ISO day or instant of a claim; None for anything else."""
    if not text:
        return None
    try:
        if "T" not in text and " " not in text:
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else instant
    except (ValueError, OverflowError):
        return None

"""How lives are drawn: most losses come early, then few and evenly; some come back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from archiver.demo.lives import Life, PageAct, Phase
from archiver.demo.lives_posts import STATES, invent_post
from archiver.demo.script import Act
from archiver.model.states import Availability, Group
from archiver.platforms import identify, post_resource

__all__ = ["Span", "draw_birth", "draw_death", "draw_posts", "draw_return", "phases_from"]

#: Of what is ever lost, this share goes early (mean of days), the rest at an even rate a day:
#: SalahEldeen & Nelson 2012 (11 % in the first year, then 0.02 % a day), Pew 2024 (90 % of the
#: posts that vanished within three months did so in 46 days).
_EARLY_SHARE, _EARLY_DAYS, _RATE_A_DAY = 0.10, 14.0, 0.0002
#: 6.54 % of lost shared resources appeared again (Nelson & SalahEldeen 2013).
_RETURN_SHARE = 0.0654
_SPELL_SHARE, _EDIT_SHARE, _SECOND_DEATH_SHARE = 0.10, 0.07, 0.15
#: Of all births, this share falls in the first month: the archive's first import.
_IMPORT_SHARE, _IMPORT_DAYS = 0.35, 30.0

State = tuple[Availability, Availability]


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is played."""

    start: datetime
    days: float

    def at(self, days: float) -> datetime:
        """So many days after the start, to the second."""
        return self.start + timedelta(seconds=round(days * 86_400))

    @property
    def end(self) -> datetime:
        """When the play is over."""
        return self.at(self.days)


def draw_birth(rng: Random, span: Span) -> datetime:
    """When a resource is published: many in the first month, the rest evenly, none in the last eighth."""
    early = rng.random() < _IMPORT_SHARE
    return span.at(rng.uniform(0, min(_IMPORT_DAYS, span.days / 10)) if early else rng.uniform(0, span.days * 7 / 8))


def draw_death(rng: Random, born_at: datetime) -> datetime | None:
    """When it is lost, if it is lost early or within thirty years."""
    if rng.random() < _EARLY_SHARE:
        return _after(born_at, rng.expovariate(1 / _EARLY_DAYS) + 0.02)
    return _after(born_at, rng.expovariate(_RATE_A_DAY) + 0.02)


def draw_return(rng: Random, died_at: datetime) -> datetime | None:
    """When it is back, if ever."""
    return _after(died_at, rng.uniform(3, 300)) if rng.random() < _RETURN_SHARE else None


def phases_from(
    events: Iterable[tuple[datetime, Act | PageAct]],
    *,
    states: dict[Act | PageAct, State],
    edits: Sequence[datetime],
    end: datetime,
) -> tuple[Phase, ...]:
    """The phases of a life from its changes; edits after the last of them that show it count too."""
    marks = sorted({at for at, _ in events} | set(edits))
    acts = sorted(events, key=lambda event: event[0])
    found: list[Phase] = []
    for at in marks:
        if at >= end:
            break
        act = next(one for when, one in reversed(acts) if when <= at)
        truth, told = states[act]
        found.append(Phase(at, act, truth, told, sum(edit <= at for edit in edits)))
    return tuple(found)


def draw_posts(rng: Random, platform: str, count: int, span: Span) -> list[Life]:
    """So many posts of one platform; the first ones play each of its states in turn."""
    return [_life(rng, platform, number, span) for number in range(count)]


def _life(rng: Random, platform: str, number: int, span: Span) -> Life:
    told = _told_stories(platform)
    forced = number < len(told)
    born_at = span.at(rng.uniform(0, span.days / 20)) if forced else draw_birth(rng, span)
    post = invent_post(platform, number, born_at)
    ref = identify(post.url)
    if ref is None or ref.post_id != post.post_id:
        raise ValueError(f"no such post: {post.url}")
    story, events, edits = _forced(rng, told[number], born_at, span) if forced else _drawn(rng, platform, born_at)
    states: dict[Act | PageAct, State] = dict(STATES[platform].items())
    phases = phases_from(events, states=states, edits=edits, end=span.end)
    return Life(post_resource(ref), story, phases, post=post)


_Story = tuple[str, list[tuple[datetime, Act | PageAct]], list[datetime]]


def _told_stories(platform: str) -> list[tuple[str, Act]]:
    """Each state of a platform once for good and once for a while, a plain life and an edited one."""
    acts = [act for act in STATES[platform] if act is not Act.LIVE]
    stories = [(f"{act.value}", act) for act in acts] + [(f"{act.value}, then back", act) for act in acts]
    return [*stories, ("lives on", Act.LIVE), ("edited", Act.LIVE)]


def _forced(rng: Random, told: tuple[str, Act], born_at: datetime, span: Span) -> _Story:
    story, act = told
    away_at = _after(born_at, span.days * rng.uniform(0.08, 0.3))
    events: list[tuple[datetime, Act | PageAct]] = [(born_at, Act.LIVE)]
    if act is not Act.LIVE:
        events.append((away_at, act))
    if story.endswith("back"):
        events.append((_after(away_at, span.days * rng.uniform(0.15, 0.3)), Act.LIVE))
    return story, events, [away_at] if story == "edited" else []


def _drawn(rng: Random, platform: str, born_at: datetime) -> _Story:
    lost = [act for act, (truth, _) in STATES[platform].items() if truth.group is Group.GONE]
    kept = [act for act in STATES[platform] if act not in lost and act is not Act.LIVE]
    events: list[tuple[datetime, Act | PageAct]] = [(born_at, Act.LIVE)]
    died_at = draw_death(rng, born_at)
    if kept and rng.random() < _SPELL_SHARE:
        events += _spell(rng, rng.choice(kept), born_at, died_at)
    back_at = None
    if died_at is not None:
        events.append((died_at, rng.choice(lost)))
        back_at = draw_return(rng, died_at)
    if back_at is not None:
        events.append((back_at, Act.LIVE))
        if rng.random() < _SECOND_DEATH_SHARE:
            events.append((_after(back_at, rng.uniform(30, 400)), rng.choice(lost)))
    edits = [_after(born_at, rng.expovariate(1 / 20) + 0.05)] if rng.random() < _EDIT_SHARE else []
    return "drawn", events, edits


def _spell(rng: Random, act: Act, born_at: datetime, died_at: datetime | None) -> list[tuple[datetime, Act | PageAct]]:
    """A time in which a living post is not for everybody, over before its death."""
    since = _after(born_at, rng.expovariate(1 / 90) + 0.1)
    until = _after(since, rng.uniform(2, 200))
    if died_at is not None and since >= died_at:
        return []
    over = until if died_at is None or until < died_at else None
    return [(since, act), (over, Act.LIVE)] if over else [(since, act)]


def _after(instant: datetime, days: float) -> datetime:
    return instant + timedelta(seconds=round(days * 86_400))

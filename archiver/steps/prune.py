"""Let go of captures that nothing rests on: by a policy, slowly, and each with a tombstone."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.catalog import Catalog, PastCapture
from archiver.model.clock import Clock
from archiver.model.errors import UsageError
from archiver.model.states import Act, Outcome
from archiver.model.tombstones import Unreferenced
from archiver.steps.references import Rests, references
from archiver.steps.withdraw import Plan, Removed, plan_removal, remove
from archiver.store import Store

__all__ = ["POLICY_FILE", "PrunePlan", "PrunePolicy", "load_policy", "plan_prune", "prune"]

POLICY_FILE = "prune.toml"
COMMAND = "prune"
#: Nothing younger goes, and so long must lie between the two looks that find it unreferenced.
_LEAST_AGE = timedelta(hours=24)
#: So many go at a time; the rest with the next run.
_MOST = 10_000


def _rule(text: str) -> Any:
    return field(default=None, metadata={"help": text})


@dataclass(frozen=True, slots=True)
class PrunePolicy:
    """What may go once nothing rests on it. Whatever no rule names stays, so an empty policy lets nothing go."""

    complete_after_days: float | None = _rule("complete captures older than that")
    partial_after_days: float | None = _rule("partial captures older than that")
    failed_after_days: float | None = _rule("failed captures (walls, errors, removal notices) older than that")
    uncited_after_days: float | None = _rule(
        "all captures, the last one too, of what no stored article cites and no stored post quotes or answers"
    )
    platforms: tuple[str, ...] | None = _rule('only captures of these platforms ("page" for linked pages)')

    def after(self, outcome: Outcome) -> float | None:
        """The age in days from which captures of this outcome may go."""
        days: float | None = getattr(self, f"{outcome}_after_days")
        return days

    def concerns(self, capture: PastCapture) -> bool:
        """Whether the policy speaks of captures of this platform."""
        return self.platforms is None or (capture.platform or "page") in self.platforms


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What a prune would do. Both are path → why; `waiting` were not seen unreferenced before.

    `stays` counts captures that a rule names and that stay all the same, by what rests on them.
    """

    due: Mapping[str, str]
    waiting: Mapping[str, str]
    seen: tuple[str, ...]
    stays: Mapping[str, int]


def load_policy(path: Path) -> PrunePolicy:
    """The policy in a TOML file. Raises UsageError for an unknown key or a wrong value."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", next_step="See `archiver prune --help` for what it holds."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", next_step="Mend the file; it must be TOML.") from None
    known = [item.name for item in fields(PrunePolicy)]
    for name, value in raw.items():
        if name not in known:
            raise UsageError(f"{path}: unknown rule {name}", next_step=f"Known: {', '.join(known)}.")
        if not _fits(name, value):
            raise UsageError(f"{path}: {name} can't be {value!r}", next_step="Mend the value.")
    given: dict[str, Any] = {name: tuple(value) if name == "platforms" else value for name, value in raw.items()}
    return PrunePolicy(**given)


def plan_prune(policy: PrunePolicy, *, store: Store, catalog: Catalog, clock: Clock) -> PrunePlan:
    """What may go, and of that, what goes now. Changes nothing.

    1. A rule of the policy names it, and it is older than 24 hours. 2. Nothing rests on it:
    not as the newest, first or cited copy, as a turn in availability, by what it says, nor
    (`plan_removal` sees to that) by its payloads. 3. An earlier prune, begun at least 24
    hours before, found the same.
    """
    now = clock.now()
    may: dict[str, tuple[str, str]] = {}
    stays: Counter[str] = Counter()
    cited, deciding, quoted = catalog.citations_by_resource(), catalog.deciding_captures(), catalog.named_by_posts()
    context = catalog.context_captures()
    for history in catalog.histories():
        # 1.
        citations = cited.get(history[0].resource_id)
        named = {one.id: why for one in history if (why := _named(one, policy, now))}
        alone = not citations and history[0].resource_id not in quoted and context.isdisjoint(one.id for one in history)
        if alone and policy.uncited_after_days is not None and _all_old(history, policy, now):
            may |= {
                one.id: (one.path, f"no stored article cites it; {_older(policy.uncited_after_days)}")
                for one in history
            }
            continue
        # 2.
        rests = references(history, (at for _article, at in citations or ()), deciding, context)
        free = [one for one in history if one.id in named and one.id not in rests]
        told = _telling(free, [one for one in history if one not in free], store)
        stays.update(rests[one.id].value for one in history if one.id in named and one.id in rests)
        stays.update(Rests.TOLD.value for one in free if one.id in told)
        may |= {one.id: (one.path, named[one.id]) for one in free if one.id not in told}
    # 3.
    before = _seen_before(now, store, catalog)
    seen = sorted(may)[:_MOST]
    due = {path: why for name in seen if name in before for path, why in [may[name]]}
    waiting = {path: why for name in seen if name not in before for path, why in [may[name]]}
    return PrunePlan(due, waiting, tuple(seen), dict(stays))


def prune(
    policy: PrunePolicy, *, store: Store, catalog: Catalog, clock: Clock, program: str
) -> tuple[PrunePlan, Plan, Removed | None]:
    """Let go what is due, and write down what was seen unreferenced; needs the lock.

    Nothing is written where nothing is unreferenced. Raises ArchiverError, HomeNotWritable.
    """
    found = plan_prune(policy, store=store, catalog=catalog, clock=clock)
    plan = plan_removal(found.due, store=store, catalog=catalog)
    if not found.seen:
        return found, plan, None
    done = remove(
        plan,
        Act.PRUNED,
        store=store,
        catalog=catalog,
        clock=clock,
        command=COMMAND,
        program=program,
        seen=found.seen,
    )
    return found, plan, done


def _fits(name: str, value: object) -> bool:
    if name == "platforms":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 1


def _named(capture: PastCapture, policy: PrunePolicy, now: datetime) -> str | None:
    """The rule that lets a capture go, in words; None if there is none."""
    days = policy.after(capture.outcome)
    if days is None or not policy.concerns(capture) or not _older_than(capture, days, now):
        return None
    return f"{capture.outcome}, nothing rests on it; {_older(days)}"


def _all_old(history: Iterable[PastCapture], policy: PrunePolicy, now: datetime) -> bool:
    days = policy.uncited_after_days or 0
    return all(policy.concerns(one) and _older_than(one, days, now) for one in history)


def _older_than(capture: PastCapture, days: float, now: datetime) -> bool:
    # A clock that was wrong may have dated it into the future: that is not old either.
    return now - max(capture.started_at, capture.ended_at) >= max(timedelta(days=days), _LEAST_AGE)


def _older(days: float) -> str:
    return f"older than {days:g} days"


def _telling(free: list[PastCapture], kept: list[PastCapture], store: Store) -> set[str]:
    """Of captures that could go, those that say what no capture that stays says: the newest for each.

    A damaged one stays too: that is for the audit to tell.
    """
    if not free:
        return set()
    said = {thing for one in kept for thing in _sayings(one, store) or ()}
    found: set[str] = set()
    for one in reversed(free):
        things = _sayings(one, store)
        if things is None or not things <= said:
            found.add(one.id)
            said |= things or set()
    return found


def _sayings(one: PastCapture, store: Store) -> set[tuple[str | None, ...]] | None:
    """What a capture is a witness of, beside its availability; None if it can't be read."""
    try:
        capture = store.read_capture(one.path)
    except ValueError:
        return None
    record = capture.record
    said: set[tuple[str | None, ...]] = {("alias", alias) for alias in capture.aliases}
    said |= {("claim", claim.text, claim.name, claim.handle) for claim in capture.claims}
    if capture.final_url and capture.outcome is Outcome.COMPLETE and not capture.resource.platform:
        said.add(("alias", capture.final_url))
    if record is not None:
        said.add(("record", record.text, record.name, record.handle))
    return said


def _seen_before(now: datetime, store: Store, catalog: Catalog) -> set[str]:
    path = catalog.last_run(COMMAND, before=now - _LEAST_AGE)
    try:
        lines = list(store.read_journal(path)) if path else []
    except (ValueError, OSError):
        # What can't be read was not seen: nothing goes sooner for it.
        return set()
    return {name for line in lines if isinstance(line, Unreferenced) for name in line.captures}

"""Look at what is due: ask, judge, doubt, and write down what is left of it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import islice

from archiver.catalog import Catalog, KnownResource
from archiver.model.clock import Clock
from archiver.model.overtime import Rhythm
from archiver.model.states import Availability, Group, Witness
from archiver.steps.canaries import Canaries, Network
from archiver.steps.checks import CheckPolicy, CheckReport, Looked
from archiver.steps.judged import Copy, Judged, Known
from archiver.steps.judging import judge
from archiver.steps.masses import HELD, Masses, held_since, stays
from archiver.steps.our_copy import copy_of
from archiver.steps.stand import Stand
from archiver.steps.strikes import strikes_at
from archiver.steps.written import Look, Writer
from archiver.store import RunStore, Store
from archiver.tap import Ended, Prober, Talk

__all__ = ["CheckPolicy", "CheckReport", "Looked", "check_due"]

_LOG = logging.getLogger(__name__)
_FAULT_CHARS = 200


def check_due(
    *,
    run: RunStore,
    catalog: Catalog,
    prober: Prober,
    clock: Clock,
    policy: CheckPolicy,
    store: Store | None = None,
    until_s: Callable[[], float] | None = None,
    keys: Iterable[str] | None = None,
    progress: Callable[[Looked], None] = lambda _looked: None,
) -> CheckReport:
    """Look at what is due, or at the resources with these `keys`, and write down what was found.

    In batches, the longest due first: 1. Posts that are known to be there are asked of each platform. 2.
    The batch is judged. What was found there, or taught nothing, is written at once. 3. What was
    found gone waits for the end of the batch: it is believed only if its platform still shows a
    post that is known to be there, if this machine reaches anybody at all, and if not too many
    were lost at once (then only if that is still so a day later). 4. The strike that would
    declare a loss is asked from the second vantage too: only if that agrees it is declared.

    `until_s` gives the seconds that are left; none is begun once there are none. `store` is needed to
    compare pages with our copies. Killed at any moment, what was written is whole, and the
    looks that were not written are made again by the next run. Raises HomeNotWritable.
    """
    report = CheckReport()
    writer = Writer(run=run, catalog=catalog, cadence=policy.cadence, report=report, progress=progress)
    checker = _Checker(catalog, prober, clock, policy, store, writer, report, until_s or (lambda: 1.0))
    if catalog.cadence() != policy.cadence:
        line = Rhythm(at=clock.now(), run_id=run.run_id, cadence=policy.cadence)
        run.note(line)
        catalog.ingest_notes([line])
    try:
        for batch in _batches(catalog, clock, policy, keys):
            if checker.out_of_time():
                break
            checker.check(batch)
    finally:
        writer.flush()
    report.left = catalog.count_due(clock.now()) if keys is None else 0
    return report


def _batches(
    catalog: Catalog, clock: Clock, policy: CheckPolicy, keys: Iterable[str] | None
) -> Iterator[list[KnownResource]]:
    if keys is None:
        yield from catalog.due_resources(clock.now(), batch=policy.batch)
        return
    left = iter(keys)
    while some := list(islice(left, policy.batch)):
        yield catalog.known_resources(some)


class _Checker:
    """The state of one pass: what was heard of platforms and of the network so far."""

    def __init__(  # noqa: PLR0917  # of one place only
        self,
        catalog: Catalog,
        prober: Prober,
        clock: Clock,
        policy: CheckPolicy,
        store: Store | None,
        writer: Writer,
        report: CheckReport,
        until_s: Callable[[], float],
    ) -> None:
        self._catalog, self._prober, self._clock, self._policy = catalog, prober, clock, policy
        self._store, self._writer, self._report, self._until_s = store, writer, report, until_s
        self._canaries = Canaries(catalog=catalog, prober=prober, named=policy.canaries, random_hex=clock.random_hex)
        self._network = Network(catalog=catalog, prober=prober)
        self._masses = Masses()

    def out_of_time(self) -> bool:
        """Whether no time is left; said in the report."""
        self._report.stopped = self._report.stopped or self._until_s() <= 0
        return self._report.stopped

    def check(self, batch: Sequence[KnownResource]) -> None:
        """Look at one batch, and write all of it down."""
        self._canaries.ask(one.resource.platform for one in batch if one.resource.platform)
        lost: list[Look] = []
        for look in self._looks(batch):
            if look.judged.stand.availability.group is Group.GONE:
                lost.append(look)
            else:
                self._write_unless_doubted(look)
        self._decide(lost)
        self._writer.flush()

    # --- looking ----------------------------------------------------------------------------------

    def _looks(self, batch: Sequence[KnownResource]) -> Iterator[Look]:
        ids = [one.id for one in batch]
        posts, comparisons = self._catalog.known_posts(ids), self._catalog.last_comparisons(ids)
        copies = {one.id: cache(partial(self._copy, one.id)) for one in batch}
        known = {one.id: one for one in batch}

        def talks() -> Iterator[tuple[int, Talk[Judged]]]:
            for one in batch:
                if self.out_of_time():
                    return
                last = comparisons.get(one.id)
                before = Known(one.state, last.after if last else None, copies[one.id])
                yield one.id, judge(one.resource, known=before, random_hex=self._clock.random_hex)

        for ended in self._prober.run(talks(), keep=True):
            one, judged = known[ended.key], self._judged(ended)
            if judged.answered:
                self._network.heard(one.resource.uri)
            was_there = one.state is not None and one.state.group is Group.LIVE
            self._masses.count(one.resource, judged, was_there=was_there)
            yield Look(
                known=one,
                at=self._clock.now(),
                judged=judged,
                exchanges=ended.exchanges,
                copy=copies[one.id],
                post=posts.get(one.id),
                last=comparisons.get(one.id),
            )

    def _copy(self, resource_id: int) -> Copy | None:
        return copy_of(resource_id, catalog=self._catalog, store=self._store) if self._store else None

    def _judged(self, ended: Ended[int, Judged]) -> Judged:
        """What a talk came to; a fault of ours is told loudly, and says nothing of the resource."""
        if ended.result is not None:
            return ended.result
        self._report.faults += 1
        _LOG.error("a look failed by a fault of this program", exc_info=ended.fault)
        evidence = f"a fault of this program: {type(ended.fault).__name__}: {ended.fault}"
        return Judged(Stand(Availability.UNCLEAR, Witness.PROGRAM, evidence[:_FAULT_CHARS]), answered=False)

    # --- deciding ---------------------------------------------------------------------------------

    def _write_unless_doubted(self, look: Look) -> None:
        why = self._canaries.doubt(look.known.resource, look.judged)
        stand = look.judged.stand
        # What taught nothing anyway tells more by its own evidence.
        doubted = why is not None and stand.availability.conclusive
        self._writer.write(look, _unclear(stand, why) if doubted and why else stand)

    def _decide(self, lost: Sequence[Look]) -> None:
        """What was found gone, once the batch is through."""
        self._canaries.ask((one.known.resource.platform or "" for one in _posts(lost)), again=True)
        last: list[Look] = []
        for look in lost:
            why = self._why_not(look)
            if why is not None:
                self._writer.write(look, why)
            elif self._declares(look) and self._policy.vantage:
                last.append(look)
            else:
                self._writer.write(look, look.judged.stand, declares=self._declares(look))
        self._ask_elsewhere(last)

    def _why_not(self, look: Look) -> Stand | None:
        """What is written instead of a loss that is not believed; None if it is."""
        resource, judged = look.known.resource, look.judged
        why = self._canaries.doubt(resource, judged)
        if why is not None:
            return _unclear(judged.stand, why)
        if not judged.answered and not self._network.works_beside(resource.uri):
            return _unclear(judged.stand, "nothing else answers in this run")
        since = held_since(self._catalog.past_looks(look.known.id))
        many = self._masses.improbable(resource, judged) if _was_there(look) else None
        if (many is None and since is None) or stays(since, look.at):
            return None
        return Stand(Availability.UNCLEAR, judged.stand.via, f"{HELD}{judged.stand.evidence}")

    def _declares(self, look: Look) -> bool:
        if look.known.declared_at is not None:
            return False
        looks, cadence = self._catalog.looks_of(look.known.id), self._policy.cadence
        return strikes_at(looks, look.at, cadence=cadence) >= cadence.strikes

    def _ask_elsewhere(self, looks: Sequence[Look]) -> None:
        """Ask from the second vantage: what is there from it is there, and what it cannot say is not declared yet."""
        by_id = {look.known.id: look for look in looks}
        talks = ((look.known.id, self._again(look)) for look in looks)
        for ended in self._prober.run(talks, keep=True):
            look, other = by_id[ended.key], self._judged(ended)
            both = replace(look, exchanges=(*look.exchanges, *ended.exchanges))
            self._write_both(both, other)

    def _again(self, look: Look) -> Talk[Judged]:
        last = look.last.after if look.last else None
        before = Known(look.known.state, last, look.copy)
        return judge(look.known.resource, known=before, random_hex=self._clock.random_hex, elsewhere=True)

    def _write_both(self, look: Look, other: Judged) -> None:
        here, there = look.judged.stand, other.stand
        place = self._policy.vantage
        if there.availability.group is Group.GONE:
            evidence = f"{here.evidence}; from {place} too"
            self._writer.write(look, Stand(here.availability, here.via, evidence), declares=True)
        elif there.availability.conclusive:
            evidence = f"{there.evidence} from {place}, but from here: {here.evidence}"
            self._writer.write(replace(look, judged=other), Stand(there.availability, there.via, evidence))
        else:
            evidence = f"{here.evidence}, but {place} could not say: {there.evidence}"
            self._writer.write(look, Stand(Availability.UNCLEAR, here.via, evidence))


def _posts(looks: Iterable[Look]) -> Iterator[Look]:
    return (look for look in looks if look.known.resource.platform)


def _was_there(look: Look) -> bool:
    return look.known.state is not None and look.known.state.group is Group.LIVE


def _unclear(stand: Stand, why: str) -> Stand:
    return Stand(Availability.UNCLEAR, stand.via, f"{stand.evidence}, but {why}")

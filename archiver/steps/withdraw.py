"""Take captures out of the archive for good: the bytes go, a tombstone stays, the log still verifies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.errors import ArchiverError, UsageError
from archiver.model.records import RunEnded, RunStarted, WarcRef
from archiver.model.states import Act, RunOutcome
from archiver.model.tombstones import Tombstone, Unreferenced
from archiver.platforms import resource_for
from archiver.steps.reindex import catch_up
from archiver.store import Going, Place, RunStore, Store
from archiver.store.layout import tombstone_of

__all__ = ["Plan", "Removed", "named", "plan_removal", "remove", "withdraw"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go, before anything does.

    `needed` are the places of WARC records that stay, because captures that are kept
    (`kept_for`, ids) refer to their payload; `released` those that only what goes now
    had kept. `same_files` are kept folders that hold a file which goes here; `files_bytes`
    are of files that have no other name there.
    """

    items: tuple[Going, ...]
    needed: frozenset[Place] = frozenset()
    kept_for: tuple[str, ...] = ()
    released: tuple[WarcRef, ...] = ()
    same_files: tuple[str, ...] = ()
    files_bytes: int = 0

    @property
    def warc_bytes(self) -> int:
        """What goes of WARC files, as compressed."""
        refs = [ref for item in self.items for ref in item.refs if (ref.file, ref.offset) not in self.needed]
        return sum(ref.length for ref in (*refs, *self.released))

    @property
    def retained(self) -> int:
        """How many records stay for others."""
        return sum((ref.file, ref.offset) in self.needed for item in self.items for ref in item.refs)


@dataclass(frozen=True, slots=True)
class Removed:
    """What was done: the run that did it, and its tombstone (None where nothing was to go)."""

    run_id: str
    tombstone: Tombstone | None

    @property
    def place(self) -> str | None:
        """Where the tombstone lies, relative to `snapshots/`."""
        return tombstone_of(self.tombstone.id) if self.tombstone else None


def named(subject: str, *, catalog: Catalog) -> list[str]:
    """The folders (paths) that `subject` names: a capture, a state of an article, or all of a post or page.

    An id of a capture or article version means that one; `platform:id`, or any form of a
    URL, every capture of that post or page and every stored state of it as an article, but
    nothing that it cites. Words are not looked for. Raises UsageError if nothing is stored
    under that name (any more).
    """
    one = catalog.capture(subject) or catalog.article_version(subject)
    if one:
        return [one.path]
    stone = catalog.tombstone(subject)
    if stone:
        raise UsageError(f"{subject} is {stone.act} already: {stone.reason}", next_step=f"See snapshots/{stone.path}.")
    resource = resource_for(subject)
    found = catalog.resource(resource.key if resource else subject)
    ids = catalog.leads_to([found.id]) if found else []
    paths = [*(one.path for one in catalog.captures(ids)), *(one.path for one in catalog.article_versions(ids))]
    if paths:
        return paths
    if catalog.tombstones(ids):
        raise UsageError(f"all that was stored of {subject} is withdrawn already", next_step="See `archiver lookup`.")
    raise UsageError(
        f"nothing is stored under {subject!r}", next_step="`archiver lookup` finds captures by URL, id or words."
    )


def plan_removal(reasons: Mapping[str, str], *, store: Store, catalog: Catalog) -> Plan:
    """What goes with these folders (path → why), and what stays of them for others. Changes nothing.

    1. Payloads of theirs that a kept capture's revisit refers to stay. 2. Of what earlier
    withdrawals had left for revisits, that goes which only these folders refer to.
    Raises ArchiverError for damaged evidence.
    """
    items = tuple(store.going(reasons))
    ids = [item.withdrawn.id for item in items]
    refs = [ref for item in items for ref in item.refs]
    # 1.
    own = {ref.payload_digest for ref in refs if ref.record_type == "response"}
    asked = {ref.payload_digest for ref in refs if ref.record_type == "revisit"}
    users = catalog.revisits([digest for digest in own | asked if digest], without=ids)
    originals = [(_place_of(store, ref), folder) for folder, ref in users]
    needed = frozenset(place for place, _folder in originals)
    # 2.
    left = catalog.retained([digest for digest in asked if digest])
    released = tuple(ref for ref in left if (ref.file, ref.offset) not in needed)
    theirs = {(ref.file, ref.offset) for ref in refs}
    kept_for = sorted({folder for place, folder in originals if place in theirs})
    files_bytes = sum(store.folder_bytes(path) for path in reasons)
    return Plan(items, needed, tuple(kept_for), released, tuple(catalog.same_files(ids)), files_bytes)


def _place_of(store: Store, revisit: WarcRef) -> Place:
    """Where the payload of a revisit lies. Raises ArchiverError where that can't be read."""
    try:
        return store.original_of(revisit)
    except (ValueError, OSError, KeyError) as error:
        raise ArchiverError(
            f"{revisit.file}, record at {revisit.offset}: {error}",
            next_step="See `archiver audit`: what others refer to can't be told from a damaged archive.",
        ) from None


def withdraw(
    subjects: Sequence[str], reason: str, *, store: Store, catalog: Catalog, clock: Clock, program: str
) -> tuple[Plan, Removed]:
    """Withdraw all that these subjects name (see `named`), for one reason, in one act. Needs the lock."""
    paths = dict.fromkeys(path for subject in subjects for path in named(subject, catalog=catalog))
    plan = plan_removal(dict.fromkeys(paths, reason), store=store, catalog=catalog)
    done = remove(plan, Act.WITHDRAWN, store=store, catalog=catalog, clock=clock, command="withdraw", program=program)
    return plan, done


def remove(
    plan: Plan,
    act: Act,
    *,
    store: Store,
    catalog: Catalog,
    clock: Clock,
    command: str,
    program: str,
    seen: Sequence[str] = (),
) -> Removed:
    """Carry a plan out, as a run of its own; needs the lock.

    1. A run begins; a prune's journal gets what was `seen` unreferenced. 2. The tombstone is
    written and entered in the log: from here on it is decided. 3. The catalog's rows go.
    4. The bytes go. 5. The run ends, and the checkpoint covers the tombstone.

    Killed before 2 nothing has happened; after it, the next run finishes what is left to do.
    Raises ArchiverError for damaged evidence, HomeNotWritable.
    """
    # 1.
    started = RunStarted(f"{clock.now():%Y%m%dT%H%M%SZ}-run-{clock.random_hex(2)}", clock.now(), command, program)
    run = store.begin_run(started)
    catalog.ingest(started, path=run.journal_path, leaf=None)
    tombstone = None
    try:
        if seen:
            run.note(Unreferenced(clock.now(), tuple(seen)))
        if plan.items:
            # 2.
            tombstone = run.withdraw(act, plan.items, needed=plan.needed, released=plan.released)
            # 3.
            catch_up(store, catalog)
            # 4.
            run.remove(tombstone)
    except ArchiverError:
        if not run.undone:
            _end(run, RunOutcome.INTERRUPTED, None, catalog=catalog, clock=clock)
        raise
    # 5.
    _end(run, RunOutcome.DONE, tombstone, catalog=catalog, clock=clock)
    return Removed(run.run_id, tombstone)


def _end(run: RunStore, outcome: RunOutcome, tombstone: Tombstone | None, *, catalog: Catalog, clock: Clock) -> None:
    counts = {str(tombstone.act): len(tombstone.folders)} if tombstone else {}
    ended = RunEnded(run.run_id, clock.now(), outcome, counts)
    leaves = run.end(ended)
    catalog.ingest(ended, path=run.journal_path, leaf=None)
    for leaf in leaves:
        catalog.ingest_leaf(leaf)

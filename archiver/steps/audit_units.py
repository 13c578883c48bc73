"""Reading evidence unit by unit, several at a time: hashing and inflating run beside each other."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from archiver.catalog.fixity import catalog_digest
from archiver.steps.audit_beside import beside
from archiver.steps.audit_catalog import audit_catalog
from archiver.steps.audit_folders import audit_folder
from archiver.steps.audit_log import audit_journal
from archiver.steps.audit_places import audit_places
from archiver.steps.audit_round import Round, Unit, UnitKind
from archiver.steps.audit_survey import Survey
from archiver.steps.audit_threads import in_order
from archiver.steps.audit_warc import References, audit_warc, stated_digests
from archiver.steps.findings import Finding
from archiver.store import Store, Withdrawals

__all__ = ["Reader"]


@dataclass(slots=True)
class _Visited:
    findings: list[Finding]
    references: References
    took_s: float


@dataclass(slots=True)
class Reader:
    """Reads units, and tells what is wrong in each, in the order in which they were given.

    Where all is read (`plan.whole`), what captures say of WARC records is kept until the
    WARC files are read, so folders must come first; else each reference is looked up at
    once. `sound`: nothing wrong was found in the evidence so far, so the catalog can be compared with it.
    """

    store: Store
    db_file: Path
    found: Survey
    gone: Withdrawals
    plan: Round
    sound: bool = True
    references: References = field(default_factory=References)
    compared: Callable[[], list[Finding]] | None = None

    def __post_init__(self) -> None:
        for path, ref in self.gone.retained():
            self.references.add(f"snapshots/{self.gone.place(path)}", (ref,))

    @contextmanager
    def comparing(self) -> Iterator[None]:
        """Meanwhile the catalog is compared with the evidence, beside the reading, if nothing speaks against it yet."""
        if not (self.sound and self._idle() and self.db_file.exists()):
            yield
            return
        with beside(partial(self._compared, compare=True)) as self.compared:
            yield

    def folders(self) -> Iterator[Unit]:
        """The evidence folders that lie there, but for those that a tombstone names."""
        for path, names in self.found.files.items():
            if path not in self.gone.folders:
                yield self._unit(UnitKind.FOLDER, path, self._sealed(path), frozenset(names))

    def warcs(self) -> Iterator[Unit]:
        """The WARC files that the log or a capture names, or that lie there."""
        named = {leaf.path for leaf in self.found.of_kind("warc")}
        for path in sorted(named | self.found.warcs | self.references.by_file.keys()):
            digests = stated_digests(path, self.found, self.gone)
            yield self._unit(UnitKind.WARC, path, str(digests[0]) if len(digests) == 1 and digests[0] else None)

    def journals(self) -> Iterator[Unit]:
        """The journals that the log names or that lie there."""
        named = {leaf.path for leaf in self.found.of_kind("journal")}
        for path in sorted(named | self.found.journals):
            yield self._unit(UnitKind.JOURNAL, path, self._sealed(path))

    def catalog(self) -> Unit:
        """The catalog, as its last writer left it, over a log as long as it is."""
        digest = catalog_digest(self.db_file)
        sealed = f"{digest.hex}-{len(self.found.lines)}" if digest else None
        return Unit(UnitKind.CATALOG, f"db/{self.db_file.name}", self.db_file, sealed)

    def read(self, units: Iterable[Unit]) -> Iterator[Finding]:
        """Everything that is wrong in these units; those for which no time is left are left out."""
        begun = (unit for unit in self.plan.choose(units) if self.plan.may_begin(unit))
        for unit, visited in in_order(self._visit, begun):
            self.plan.passed(unit, intact=not visited.findings, took_s=visited.took_s)
            if self.plan.whole:
                self.references.merge(visited.references)
            yield from visited.findings

    def _unit(self, kind: UnitKind, path: str, sealed: str | None, names: frozenset[str] = frozenset()) -> Unit:
        return Unit(kind, path, self.store.root / path, sealed, names)

    def _sealed(self, path: str) -> str | None:
        leaf = self.found.leaves.get(path)
        return str(leaf.digest) if leaf else None

    def _visit(self, unit: Unit) -> _Visited:
        begun_s, references = self.plan.clock.monotonic(), References()
        findings = list(self._findings(unit, references))
        return _Visited(findings, references, self.plan.clock.monotonic() - begun_s)

    def _findings(self, unit: Unit, into: References) -> Iterator[Finding]:
        root, found, leaf = self.store.root, self.found, self.found.leaves.get(unit.path)
        if unit.kind is UnitKind.FOLDER:
            after = found.begun_after(leaf) if leaf else None
            yield from audit_folder(root, unit.path, leaf, unit.names, into=into, after=after)
            if not self.plan.whole:
                yield from audit_places(root, into, found)
        elif unit.kind is UnitKind.WARC:
            yield from audit_warc(root, unit.path, found, self.references, self.gone)
        elif unit.kind is UnitKind.JOURNAL:
            yield from audit_journal(root, unit.path, leaf)
        else:
            sound = self.sound and self._idle()
            yield from self.compared() if sound and self.compared else self._compared(compare=sound)

    def _compared(self, *, compare: bool) -> list[Finding]:
        return list(audit_catalog(self.store, self.db_file, compare=compare))

    def _idle(self) -> bool:
        return not self.found.open_runs and not self.store.in_use()

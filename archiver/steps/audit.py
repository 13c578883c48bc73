"""Is the archive intact? Every stored byte is read again and compared with what was sealed.

Nothing here writes below the home, and nothing raises on what it finds: whatever is wrong
is a `Finding`. The checks share no code with the writer but the names of places, the
codecs of records and the Merkle tree, which has an oracle of its own in the tests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from archiver.catalog import contract_files
from archiver.steps.audit_against import Old, audit_against, proven
from archiver.steps.audit_log import audit_log
from archiver.steps.audit_round import Round
from archiver.steps.audit_signed import SignedLog
from archiver.steps.audit_stamps import Roots, audit_stamps
from archiver.steps.audit_survey import Survey, survey
from archiver.steps.audit_tombstones import audit_tombstones
from archiver.steps.audit_units import Reader
from archiver.steps.findings import Finding
from archiver.store import Store, Withdrawals, contract_text
from archiver.store.layout import FORMAT, FORMAT_FILE, README

__all__ = ["Passed", "audit"]


@dataclass(frozen=True, slots=True)
class Passed:
    """One step of an audit that is over: its number, what was looked at, and how many findings it gave."""

    number: str
    what: str
    findings: int


def audit(
    store: Store,
    db_file: Path,
    *,
    gone: Withdrawals | None = None,
    plan: Round | None = None,
    olds: Sequence[Old] = (),
    roots: Roots | None = None,
    passed: Callable[[Passed], None] | None = None,
) -> Iterator[Finding]:
    """Everything that is wrong with a home, as it is found; nothing if it is intact.

    1. The log: its lines, their order and dates; keys, kept checkpoints and signatures; the
       checkpoint's root over all; timestamps, whose `roots` may be known from elsewhere by the
       authority's name; and its beginning against older checkpoints from elsewhere (`olds`).
    2. The tombstones that it names: only these excuse that something is not there.
    3. FORMAT and the written contracts; files that nothing put there.
    4. Every evidence folder: its manifest against the log, every file against the manifest,
       `capture.json` against both; what is missing, what was put there later.
    5. Every WARC file: the whole file against the log, every record against its digests,
       every reference of a capture or a revisit against the record that it names.
    6. Every journal, against the log and line by line.
    7. The catalog: its bytes, its structure, every row against the evidence and back.

    A `plan` may leave a part of 4 to 7 for another time; without one all is read. Each
    step that is over goes to `passed`.

    A run in progress, or a killed one that no later run has put right yet, is no finding:
    what it has not sealed so far is read, and judged by what sealed things say of it. Rows
    are compared with the evidence only while no run is open and the evidence is whole.
    Needs no lock, and a `Store` that was not checked for its format will do. What went by
    the log's word is added to `gone`. Raises HomeLocked if the catalog stays busy.
    """
    plan = Round() if plan is None else plan
    gone = Withdrawals() if gone is None else gone
    steps = _Steps(passed)
    # 1. and 2.
    found = survey(store.root)
    log = SignedLog.of(found)
    what = f"log of {len(found.lines)} entries"
    told = partial(_log_told, what, log)
    yield from steps.take("1", what, _audit_log(store.root, found, log), good=told)
    stamps = audit_stamps(store.root, log, now=plan.clock.now(), trusted=roots or {}, takes=plan.takes)
    yield from steps.take("1", f"{sum(path.endswith('.tsr') for path in found.beside)} timestamps", stamps)
    for old in olds:
        yield from steps.take("1", f"against {old.name}", audit_against(old, log), good=partial(proven, old, log))
    tombstones = audit_tombstones(store.root, found, into=gone)
    yield from steps.take("2", f"{len(found.tombstones)} tombstones", tombstones)
    reader = Reader(store, db_file, found, gone, plan, sound=steps.findings == 0)
    # 3.
    yield from steps.take("3", "written contracts, strays", _audit_texts(reader, found))
    if plan.whole:
        with reader.comparing():
            yield from _audit_all(reader, found, steps)
    else:
        # 4. to 7., in the order that the plan wants.
        units = [*reader.folders(), *reader.warcs(), *reader.journals(), reader.catalog()]
        some = chain(_audit_names(reader), reader.read(units))
        yield from steps.take("4-7", "folders, WARC files, journals, catalog", some)


def _audit_all(reader: Reader, found: Survey, steps: "_Steps") -> Iterator[Finding]:
    before = steps.findings
    # 4., 5., 6.
    folders = chain(_audit_names(reader), reader.read(reader.folders()))
    yield from steps.take("4", f"{len(found.files)} folders", folders)
    yield from steps.take("5", f"{len(found.warcs)} WARC files", reader.read(reader.warcs()))
    yield from steps.take("6", f"{len(found.journals)} journals", reader.read(reader.journals()))
    # 7.
    reader.sound = reader.sound and steps.findings == before
    yield from steps.take("7", "catalog", reader.read([reader.catalog()]))


@dataclass(slots=True)
class _Steps:
    """Counts what each step finds, and tells when it is over."""

    passed: Callable[[Passed], None] | None
    findings: int = 0

    def take(
        self, number: str, what: str, found: Iterable[Finding], *, good: Callable[[], str] | None = None
    ) -> Iterator[Finding]:
        """The findings of one step; `good` words what is known if there are none."""
        before = self.findings
        for finding in found:
            self.findings += 1
            yield finding
        if self.passed is not None:
            count = self.findings - before
            self.passed(Passed(number, good() if good and not count else what, count))


def _log_told(what: str, log: SignedLog) -> str:
    return "; ".join([what, *log.unvouched()])


def _audit_log(root: Path, found: Survey, log: SignedLog) -> Iterator[Finding]:
    yield from audit_log(root, found, log)
    for path, why in found.unreadable:
        yield Finding("F003", f"snapshots/{path}", found=why)


def _audit_names(reader: Reader) -> Iterator[Finding]:
    """Folders that are missing, that nothing sealed, and that a tombstone says are gone."""
    found, gone = reader.found, reader.gone
    for leaf in found.of_kind("capture", "article"):
        if leaf.path not in found.files and leaf.path not in gone.folders:
            yield Finding("F005", f"snapshots/{leaf.path}")
    for path in found.files:
        if path not in found.leaves and not found.open_runs:
            yield Finding("F010", f"snapshots/{path}")
        # While the run goes on that decided so, the folder may still be there.
        if path in gone.folders and gone.folders[path][0].run_id not in found.open_runs:
            yield Finding("F605", f"snapshots/{path}", gone.place(path))


def _audit_texts(reader: Reader, found: Survey) -> Iterator[Finding]:
    root, db = reader.store.root, reader.db_file.parent
    yield from _audit_text(root / FORMAT_FILE, f"{FORMAT}\n".encode(), "F401", f"snapshots/{FORMAT_FILE}")
    yield from _audit_text(root / README, contract_text(), "F402", f"snapshots/{README}")
    for name, text in contract_files().items():
        yield from _audit_text(db / name, text.encode(), "F402", f"db/{name}")
    for path in found.strays:
        yield Finding("F403", f"snapshots/{path}")


def _audit_text(path: Path, expected: bytes, code: str, place: str) -> Iterator[Finding]:
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Finding(code, place, found=error.strerror)
        return
    if data != expected:
        yield Finding(code, place, found="another text")

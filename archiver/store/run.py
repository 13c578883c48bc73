"""One run that writes: everything that it seals goes through here."""

import threading
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from archiver.model.clock import Clock
from archiver.model.digests import Digest
from archiver.model.evidence import Note
from archiver.model.exchange import Exchange
from archiver.model.records import Leaf, RunEnded, RunStarted, WarcRef
from archiver.model.states import Act
from archiver.model.tombstones import Tombstone
from archiver.store.exchanges import KnownPayloads, write_exchanges
from archiver.store.files import home_errors
from archiver.store.journal import Journal
from archiver.store.layout import ENDING, check_id, journal_path, tombstone_path, warc_path
from archiver.store.log import Log
from archiver.store.remove import Going, Place, carry_out, write_tombstone
from archiver.store.seal import DraftFile, Folder, kind_of, write_folder
from archiver.store.warc import WarcFile

__all__ = ["WARC_BYTES", "RunStore", "Sealed"]

#: A WARC file is closed and the next one begun once it is this large (the usual 1 GB).
WARC_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """A folder that nothing can take away any more: its record as written, place and leaf."""

    record: Folder
    path: str
    leaf: Leaf


@dataclass(slots=True)
class _Slot:
    """Where one thread at a time writes: its WARC file, once there is one."""

    worker: int
    number: int = 0
    warc: WarcFile | None = None


class RunStore:
    """What a run may do to the evidence. Every method may be called from any thread.

    Each one raises HomeNotWritable if the disk is full or read-only, and then has left
    nothing behind but scratch in `tmp/`.
    """

    def __init__(
        self,
        root: Path,
        started: RunStarted,
        *,
        log: Log,
        clock: Clock,
        known: Callable[[Digest], WarcRef | None] | None = None,
        known_file: Callable[[Digest], str | None] | None = None,
        warc_bytes: int = WARC_BYTES,
    ) -> None:
        self.run_id = check_id(started.id)
        self.journal_path = journal_path(started.id)
        self._root, self._started, self._log, self._clock, self._warc_bytes = root, started, log, clock, warc_bytes
        self._known, self._known_file = KnownPayloads(known), known_file
        self._leaves: list[Leaf] = []
        self._turn = threading.Condition()
        self._idle: list[_Slot] = []
        self._busy, self._workers, self._ended, self._tombstones = 0, 0, False, 0
        self._undone: set[str] = set()
        with home_errors():
            self._journal = Journal.begin(root / self.journal_path, started)

    def seal(self, draft: Folder, files: Sequence[DraftFile], exchanges: Sequence[Exchange]) -> Sealed:
        """Seal one capture or article version; the record comes back with artefacts and WARC places.

        1. WARC records, synced. 2. Folder below `tmp/`, synced. 3. Rename: the point of no
        return. 4. Leaf. The catalog's row comes after all of them, and is the caller's.
        """
        with self._working(), home_errors():
            refs = self._write_warc(draft.id, exchanges)
            record, path, digest = write_folder(self._root, replace(draft, warc=refs), files, known=self._known_file)
            return Sealed(record, path, self._log.append(kind_of(record), path, digest))

    def keep_exchanges(self, exchanges: Sequence[Exchange]) -> tuple[WarcRef, ...]:
        """Keep what went over the wire and belongs to no folder; where it lies."""
        with self._working(), home_errors():
            return self._write_warc(self.run_id, exchanges)

    def note(self, *seen: Note) -> None:
        """Write down what was seen and belongs to no folder; all of it is on the disk on return."""
        with self._turn, home_errors():
            self._journal.write(*seen)

    def withdraw(
        self, act: Act, items: Sequence[Going], *, needed: Container[Place], released: Sequence[WarcRef] = ()
    ) -> Tombstone:
        """Decide that these folders go: their tombstone, written and in the log. No byte goes yet.

        Of their WARC records those at the places `needed` stay, because kept captures refer
        to them; `released` are such records of earlier tombstones that nothing needs now.
        Raises ArchiverError for damaged evidence, HomeNotWritable; then nothing was decided.
        """
        with self._working(), home_errors():
            path = tombstone_path(self.run_id, self._tombstones)
            tombstone = Tombstone(PurePosixPath(path).stem, self.run_id, self._clock.now(), act, ())
            self._tombstones += 1
            try:
                tombstone, digest = write_tombstone(
                    self._root, path, tombstone, items, needed=needed, released=released
                )
                self._undone.add(tombstone.id)
                self._log.append("tombstone", path, digest)
            except BaseException:
                if path not in self._log.paths:
                    self._undone.discard(tombstone.id)
                    (self._root / path).unlink(missing_ok=True)
                raise
            return tombstone

    def remove(self, tombstone: Tombstone) -> None:
        """Let the bytes go that `withdraw` decided on; the next run does it if this one is killed."""
        with self._working(), home_errors():
            carry_out(self._root, tombstone)
            self._undone.discard(tombstone.id)

    def rotate_key(self, *, lost: bool) -> Leaf:
        """Enter another key in the log, which signs from this run's end on; see `Log.enter_key`. Raises HomeError."""
        with self._working(), home_errors():
            leaf = self._log.enter_key(lost=lost)
            with self._turn:
                self._leaves.append(leaf)
            return leaf

    @property
    def undone(self) -> bool:
        """Whether something was decided and not carried out: left open, the run is finished by the next one."""
        return bool(self._undone)

    def end(self, ended: RunEnded) -> tuple[Leaf, ...]:
        """Seal the WARC files and the journal and write a checkpoint.

        Waits for every `seal` in flight. The leaves of all WARC files of the run, of its journal and
        of a key that was entered come back, for the catalog.
        """
        with self._turn, home_errors():
            self._ended = True
            self._turn.wait_for(lambda: self._busy == 0)
            for slot in self._idle:
                self._seal_warc(slot)
            self._journal.write(ended)
            ending = self._root / ENDING
            ending.touch()
            self._leaves.append(self._log.append("journal", self.journal_path, self._journal.seal()))
            self._leaves.extend(self._log.checkpoint())
            ending.unlink(missing_ok=True)
            return tuple(self._leaves)

    @contextmanager
    def _working(self) -> Iterator[None]:
        with self._turn:
            if self._ended:
                raise ValueError(f"the run {self.run_id} has ended")
            self._busy += 1
        try:
            yield
        finally:
            with self._turn:
                self._busy -= 1
                self._turn.notify_all()

    def _write_warc(self, subject: str, exchanges: Sequence[Exchange]) -> tuple[WarcRef, ...]:
        if not exchanges:
            return ()
        with self._slot() as slot:
            warc = slot.warc = slot.warc or self._open_warc(slot)
            with warc.whole_batch():
                refs, payloads = write_exchanges(warc, exchanges, subject=subject, known=self._known, clock=self._clock)
        self._known.add(payloads)
        return refs

    @contextmanager
    def _slot(self) -> Iterator[_Slot]:
        """A place to write for this thread alone: an idle one, or a new worker's."""
        with self._turn:
            slot = self._idle.pop() if self._idle else _Slot(self._workers)
            self._workers = max(self._workers, slot.worker + 1)
        try:
            yield slot
            if slot.warc and slot.warc.out.position >= self._warc_bytes:
                self._seal_warc(slot)
        finally:
            with self._turn:
                self._idle.append(slot)

    def _open_warc(self, slot: _Slot) -> WarcFile:
        path = warc_path(self.run_id, slot.worker, slot.number)
        return WarcFile(self._root, path, program=self._started.program, run_id=self.run_id, clock=self._clock)

    def _seal_warc(self, slot: _Slot) -> None:
        if slot.warc is None:
            return
        leaf = self._log.append("warc", slot.warc.path, slot.warc.seal())
        slot.warc, slot.number = None, slot.number + 1
        with self._turn:
            self._leaves.append(leaf)

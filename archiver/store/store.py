"""The evidence half of an archive home: opened, locked, put right, written and read."""

import fcntl
import os
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path

from cryptography.x509 import Certificate

from archiver.model.clock import Clock, system_clock
from archiver.model.digests import Digest, sha256
from archiver.model.errors import HomeError, HomeLocked, HomeMissing, HomeNotWritable
from archiver.model.evidence import JournalLine
from archiver.model.records import Capture, Leaf, RunStarted, WarcRef
from archiver.model.tombstones import Tombstone
from archiver.store.evidence import Damaged, Stored, read_evidence, read_folder
from archiver.store.files import home_errors, keep_once, make_dirs, replace_file, sync_dir, write_new
from archiver.store.journal import read_journal
from archiver.store.keys import Keys, LogKey
from archiver.store.layout import FORMAT, FORMAT_FILE, LEAVES, LOCK, MANIFEST, README, TMP, chain_path, check_format
from archiver.store.log import Log, read_leaf, read_leaves, read_lines
from archiver.store.logread import log_keys
from archiver.store.recorded import Recorded, read_recorded, read_response
from archiver.store.recover import Recovery, recover
from archiver.store.remove import Going, Place, going
from archiver.store.run import WARC_BYTES, RunStore
from archiver.store.seal import Folder, parse_manifest
from archiver.store.sizes import Sizes, folder_bytes, sizes
from archiver.store.stampfiles import StampFile, authority_chains, stamps_by_checkpoint
from archiver.store.tombstones import Withdrawals, read_tombstone, tombstone_leaves, withdrawals
from archiver.store.warcread import read_fields

__all__ = ["Store", "contract_text"]

#: A reader asks whether the home is in use by trying its lock for a moment; a writer waits that out.
_LOCK_WAIT_S, _LOCK_POLL_S = 0.5, 0.02


def contract_text() -> bytes:
    """What `snapshots/README.md` says: the format, and how to check it by hand."""
    return resources.files("archiver.store").joinpath("contract.md").read_bytes()


class Store:
    """Everything below `snapshots/`. Reading needs no lock, writing does."""

    def __init__(self, root: Path, *, clock: Clock, keys: Keys | None = None) -> None:
        self.root = root
        self._clock, self._keys = clock, keys
        self._log: Log | None = None

    @classmethod
    def create(cls, root: Path, *, clock: Clock = system_clock, keys: Keys | None = None) -> "Store":
        """Make a new store, or complete one; what is there already stays as it is.

        `keys` sign the log's checkpoints; without them a log that never was signed stays so.
        Raises HomeNotWritable; HomeTooNew or HomeMissing if something else lies there.
        """
        with home_errors():
            make_dirs(root / TMP)
            for name, data in ((README, contract_text()), (FORMAT_FILE, f"{FORMAT}\n".encode())):
                if not (root / name).exists():
                    write_new(root / name, data, read_only=False)
            sync_dir(root)
        return cls.open(root, clock=clock, keys=keys)

    @classmethod
    def open(cls, root: Path, *, clock: Clock = system_clock, keys: Keys | None = None) -> "Store":
        """The store below `root`. Raises HomeMissing or HomeTooNew."""
        try:
            text = (root / FORMAT_FILE).read_text("utf-8", errors="replace")
        except OSError as error:
            raise HomeMissing(f"{root}: no {FORMAT_FILE} file ({error.strerror})") from None
        check_format(text, place=str(root))
        return cls(root, clock=clock, keys=keys)

    def renew_contract(self) -> None:
        """Write the README.md that belongs to this version of the program. Needs the lock."""
        with home_errors():
            if not (self.root / README).exists() or (self.root / README).read_bytes() != contract_text():
                replace_file(self.root / README, contract_text(), tmp=self.root / TMP / README)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the home for writing. Raises HomeLocked, naming who has it, or HomeNotWritable.

        The lock is the kernel's (flock), so it ends with its process, however that dies.
        """
        with home_errors():
            make_dirs(self.root / TMP)
            descriptor = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _take(descriptor, self.root)
            with home_errors():
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            try:
                yield
            finally:
                self._close_log()
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def in_use(self) -> bool:
        """Whether some process holds the lock just now."""
        try:
            descriptor = os.open(self.root / LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def refuse_full_disk(self, least_bytes: int) -> None:
        """Raise HomeNotWritable where the evidence's volume has less than `least_bytes` left for it."""
        with home_errors():
            free = os.statvfs(self.root)
        left_bytes = free.f_bavail * free.f_frsize
        if left_bytes < least_bytes:
            left, least = (round(count / 1e6) for count in (left_bytes, least_bytes))
            raise HomeNotWritable(f"{self.root}: {left} MB of space left, and {least} MB are kept free")

    def recover(self) -> Recovery:
        """Put right what a killed run left behind; does nothing the second time. Needs the lock."""
        with home_errors():
            return recover(self.root, log=self._opened_log(), clock=self._clock)

    def warning(self) -> str | None:
        """Why the log's next checkpoint will not be signed, if so. Needs the lock."""
        return self._opened_log().warning

    def log_keys(self) -> tuple[LogKey, ...]:
        """The public keys that the log names, in its order; the last one signs. Raises ValueError for a damaged one."""
        return log_keys(self.root)

    def kept_checkpoints(self) -> dict[str, list[StampFile]]:
        """Where every run's checkpoint lies, the oldest first, each with its timestamps in their order."""
        return stamps_by_checkpoint(self.root)

    def entry_dates(self, sizes: Iterable[int]) -> dict[int, datetime]:
        """When the last entry was made that the log had at each of these sizes, by our clock. Raises ValueError."""
        wanted = {size - 1: size for size in sizes}
        if not wanted:
            return {}
        lines = enumerate(read_lines(self.root / LEAVES))
        return {wanted[seq]: read_leaf(line, seq).at for seq, line in lines if seq in wanted}

    def authority_chains(self, authority: str) -> list[tuple[Certificate, ...]]:
        """The certificates that were kept for a timestamp authority; files that can't be read are left out."""
        return authority_chains(self.root, authority)

    def keep_stamp(self, file: StampFile, data: bytes, chain: bytes) -> None:
        """Keep a timestamp beside its checkpoint, its certificates first. Needs the lock. Raises HomeNotWritable."""
        with home_errors():
            keep_once(self.root, chain_path(file.authority, sha256(chain)), chain, clock=self._clock)
            keep_once(self.root, file.path, data, clock=self._clock)

    def check_rotation(self, *, lost: bool) -> None:
        """Raise HomeError where `RunStore.rotate_key` would. Needs the lock."""
        self._opened_log().check_rotation(lost=lost)

    def begin_run(
        self,
        started: RunStarted,
        *,
        known: Callable[[Digest], WarcRef | None] | None = None,
        known_file: Callable[[Digest], str | None] | None = None,
        warc_bytes: int = WARC_BYTES,
    ) -> RunStore:
        """Begin a run, down to the first line of its journal. Needs the lock.

        `known` finds the record of an earlier run that holds a payload, so that a repeated
        one becomes a revisit; `known_file` a stored file with these bytes, relative to
        `snapshots/`, so that a repeated one becomes another name of it.
        """
        with home_errors():
            log = self._opened_log()
        return RunStore(
            self.root,
            started,
            log=log,
            clock=self._clock,
            known=known,
            known_file=known_file,
            warc_bytes=warc_bytes,
        )

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf in log order. Raises ValueError at one that does not fit."""
        return read_leaves(self.root)

    def read_evidence(self, *, known: Container[int] = frozenset(), damaged: Damaged | None = None) -> Iterator[Stored]:
        """All evidence in log order; see `evidence.read_evidence`."""
        return read_evidence(self.root, known=known, damaged=damaged)

    def read_folder(self, path: str) -> Folder:
        """The record of an evidence folder. Raises ValueError."""
        return read_folder(self.root, path)

    def folder_files(self, path: str) -> tuple[str, ...]:
        """The names of all files of an evidence folder, its manifest last. Raises ValueError."""
        try:
            manifest = (self.root / path / MANIFEST).read_bytes()
        except OSError as error:
            raise ValueError(f"{path}/{MANIFEST}: {error.strerror}") from None
        return (*parse_manifest(manifest), MANIFEST)

    def read_capture(self, path: str) -> Capture:
        """The capture in an evidence folder. Raises ValueError, also if it is an article's."""
        record = read_folder(self.root, path)
        if not isinstance(record, Capture):
            raise ValueError(f"{path} holds an article, not a capture")
        return record

    # --- what goes --------------------------------------------------------------------------

    def going(self, reasons: Mapping[str, str]) -> list[Going]:
        """Folders (path → why they go) as `RunStore.withdraw` takes them. Raises ArchiverError for a damaged one."""
        return list(going(self.root, reasons))

    def original_of(self, revisit: WarcRef) -> Place:
        """Where the payload of a revisit record lies. Raises ValueError, OSError."""
        fields = read_fields(self.root / revisit.file, revisit.offset, revisit.length)
        file, offset, _length = fields["archiver-refers-to-place"].split(" ")
        return file, int(offset)

    def tombstone_leaves(self) -> Iterator[Leaf]:
        """The log's entries of tombstones, in its order. Raises ValueError."""
        return tombstone_leaves(self.root)

    def read_tombstone(self, leaf: Leaf) -> Tombstone:
        """The tombstone of an entry of the log. Raises ValueError."""
        return read_tombstone(self.root, leaf.path, leaf.digest)

    def withdrawals(self) -> Withdrawals:
        """What the log's tombstones say. Raises ValueError if one can't be read."""
        return withdrawals(self.root)

    def folder_bytes(self, path: str) -> int:
        """What the removal of an evidence folder gives back."""
        return folder_bytes(self.root / path)

    def sizes(self) -> Sizes:
        """What the evidence takes of the disk."""
        return sizes(self.root)

    def recorded(self, refs: Iterable[WarcRef]) -> tuple[Recorded, ...]:
        """What went over the wire for a folder, by its WARC records; see `read_recorded`."""
        return read_recorded(self.root, refs)

    def read_response(self, ref: WarcRef) -> bytes:
        """Head and body of an answer as they came. Raises ValueError where it is damaged, OSError."""
        return read_response(self.root, ref)

    def read_journal(self, path: str) -> Iterator[JournalLine]:
        """The lines of a run's journal. Raises ValueError."""
        return read_journal(self.root / path)

    def _opened_log(self) -> Log:
        if self._log is None:
            try:
                self._log = Log(self.root, clock=self._clock, keys=self._keys)
            except ValueError as error:
                raise HomeError(str(error), next_step="Run `archiver audit` and put back a copy of the log.") from None
        return self._log

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


def _take(descriptor: int, root: Path) -> None:
    deadline = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_LOCK_POLL_S)
                continue
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            raise HomeLocked(f"{root} is in use by process {holder or 'unknown'}") from None
        return

"""Putting right what a killed run left behind, so that nothing sealed is ever lost.

The point of no return is the rename of a folder into `captures/`. A folder there is
whole; if its leaf is missing, it gets one. Whatever came before the rename is scratch in
`tmp/`, or a tail of a WARC file to which nothing refers. Running this twice does nothing
the second time.
"""

import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archiver.model.clock import Clock
from archiver.model.digests import sha256
from archiver.model.evidence import JournalLine
from archiver.model.records import Leaf, RunEnded
from archiver.model.states import RunOutcome
from archiver.store.evidence import open_journals, read_folder
from archiver.store.files import cut_file, seal_file, sync_dir
from archiver.store.journal import Journal, file_digest, read_journal_line
from archiver.store.layout import CAPTURES, ENDING, LOCK, MANIFEST, TMP, TOMBSTONES, WARCS, day_of
from archiver.store.log import Log, read_lines
from archiver.store.remove import carry_out
from archiver.store.seal import Folder, kind_of, parse_manifest
from archiver.store.tombstones import read_tombstone, tombstone_leaves
from archiver.store.warcread import Damage, read_warc

__all__ = ["Recovery", "recover"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was put right; all empty after a run that ended as it should.

    `ended` are the ends of killed runs, as now written in their journals; `leaves` are
    those that were missing. The catalog may lack more than these: let it read all evidence
    whose leaf it doesn't know.
    """

    ended: tuple[RunEnded, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    notes: tuple[str, ...] = ()


def recover(root: Path, *, log: Log, clock: Clock) -> Recovery:
    """Clean up after killed runs. Needs the home's lock.

    1. Scratch in `tmp/` goes. 2. For every journal without a leaf: what its tombstones in
    the log say is carried out, one that is not in the log is taken back; 3. folders that
    lack a leaf get it; 4. its WARC files are cut to the last whole record and sealed; 5. it
    is ended as interrupted, and sealed. 6. The checkpoint covers all leaves again.
    """
    work = _Work(root, log, clock, [], [], [])
    work.clean_tmp()
    for path in list(open_journals(root, log.paths)):
        work.end_run(path)
    work.leaves.extend(log.checkpoint())
    (root / ENDING).unlink(missing_ok=True)
    return Recovery(tuple(work.ended), tuple(work.leaves), tuple(work.notes))


@dataclass(frozen=True, slots=True)
class _Work:
    root: Path
    log: Log
    clock: Clock
    ended: list[RunEnded]
    leaves: list[Leaf]
    notes: list[str]

    def clean_tmp(self) -> None:
        for item in (self.root / TMP).iterdir():
            if item in (self.root / LOCK, self.root / ENDING):
                continue
            self.notes.append(f"removed unfinished {TMP}/{item.name}")
            shutil.rmtree(item) if item.is_dir() else item.unlink()

    def end_run(self, path: str) -> None:
        run_id = PurePosixPath(path).stem
        journal = Journal.resume(self.root / path)
        last = _last_line(self.root / path)
        if last is None:
            # Not even its beginning was written: nothing was sealed in its name.
            journal.seal()
            (self.root / path).unlink()
            return
        self._settle_tombstones(run_id)
        folders = list(self._folders_since(day_of(run_id)))
        for folder, _record in folders:
            if folder not in self.log.paths:
                self._add_leaf(folder)
        self._seal_warcs(run_id, [record for _folder, record in folders if record.run_id == run_id])
        if not isinstance(last, RunEnded):
            ended = RunEnded(run_id, self.clock.now(), RunOutcome.INTERRUPTED)
            journal.write(ended)
            self.ended.append(ended)
            self.notes.append(f"ended the interrupted run {run_id}")
        self.leaves.append(self.log.append("journal", path, journal.seal()))

    def _settle_tombstones(self, run_id: str) -> None:
        logged = {leaf.path: leaf.digest for leaf in tombstone_leaves(self.root)}
        for file in sorted((self.root / TOMBSTONES / day_of(run_id)).glob(f"{run_id}-*.json")):
            path = str(PurePosixPath(file.relative_to(self.root)))
            if path not in logged:
                # Nothing was taken away yet in its name: that begins with its entry in the log.
                file.unlink()
                sync_dir(file.parent)
                self.notes.append(f"took back {path}, which was not decided yet")
                continue
            try:
                carry_out(self.root, read_tombstone(self.root, path, logged[path]))
                self.notes.append(f"carried out {path}")
            except ValueError as error:
                self.notes.append(f"left alone: {error}")

    def _folders_since(self, day: str) -> Iterator[tuple[str, Folder]]:
        for place in sorted((self.root / CAPTURES).glob("*/*/*")):
            if str(PurePosixPath(*place.parts[-3:])) < day:
                continue
            for folder in sorted(place.iterdir()):
                path = str(PurePosixPath(folder.relative_to(self.root)))
                try:
                    yield path, read_folder(self.root, path)
                except ValueError as error:
                    self.notes.append(f"left alone: {error}")

    def _add_leaf(self, path: str) -> None:
        manifest = (self.root / path / MANIFEST).read_bytes()
        try:
            digests = parse_manifest(manifest)
            whole = all(file_digest(self.root / path / name) == digest for name, digest in digests.items())
        except (ValueError, OSError):
            whole = False
        if not whole:
            self.notes.append(f"left alone: {path} is not whole, and was never in the log")
            return
        kind = kind_of(read_folder(self.root, path))
        self.leaves.append(self.log.append(kind, path, sha256(manifest)))
        self.notes.append(f"entered {path} in the log")

    def _seal_warcs(self, run_id: str, records: list[Folder]) -> None:
        ends: dict[str, int] = {}
        for ref in (ref for record in records for ref in record.warc):
            ends[ref.file] = max(ends.get(ref.file, 0), ref.offset + ref.length)
        for file in sorted((self.root / WARCS / day_of(run_id)).glob(f"{run_id}-*.warc.gz")):
            path = str(PurePosixPath(file.relative_to(self.root)))
            if path not in self.log.paths:
                self._seal_warc(file, path, ends.get(path, 0))

    def _seal_warc(self, file: Path, path: str, referred_bytes: int) -> None:
        """Cut to the last whole record, but never into what a sealed capture refers to."""
        keep = max(_whole_bytes(file), referred_bytes)
        if keep == 0:
            file.unlink()
            return
        if keep < file.stat().st_size:
            cut_file(file, keep)
            self.notes.append(f"cut {path} to its last whole record")
        seal_file(file)
        self.leaves.append(self.log.append("warc", path, file_digest(file)))


def _whole_bytes(file: Path) -> int:
    with file.open("rb") as opened:
        whole = 0
        for record in read_warc(opened):
            if isinstance(record, Damage) or record.wrong_digests():
                break
            whole = record.offset + record.length
        return whole


def _last_line(path: Path) -> JournalLine | bytes | None:
    lines = deque(read_lines(path), maxlen=1)
    if not lines:
        return None
    try:
        return read_journal_line(lines[0])
    except ValueError:
        return lines[0]

"""Putting right the log and what stands beside it: from each other, and from other copies of the home."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cryptography import x509

from archiver.model.digests import sha256
from archiver.steps.audit_signed import SignedLog, audit_signed
from archiver.steps.audit_survey import survey
from archiver.store import check_stamp, stamp_file, stamped_bytes
from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.layout import AUTHORITIES, CHECKPOINT, CHECKPOINTS, LEAVES, chain_path, is_checkpoint
from archiver.store.merkle import Frontier, origin_of
from archiver.store.restore import restore_bytes

__all__ = ["LogRepair"]


@dataclass(frozen=True, slots=True)
class LogRepair:
    """A home's log. `copies` are `snapshots/` folders, `aside` is where damaged bytes go."""

    root: Path
    copies: Sequence[Path]
    aside: Path

    def mend_lines(self) -> str | None:
        """Put a copy's lines in the place of ours, if ours are not what our newest checkpoint states and theirs are.

        Where from, in words; None if nothing was done.
        """
        stated = max(self._stated(), key=lambda one: one.size, default=None)
        if stated is None or _is_of(stated, (self.root / LEAVES)) or survey(self.root).open_runs:
            return None
        for copy in self.copies:
            if _is_of(stated, copy / LEAVES):
                lines = (copy / LEAVES).read_bytes().split(b"\n")[: stated.size]
                data = b"".join(line + b"\n" for line in lines)
                restore_bytes(self.root, LEAVES, data, aside=self.aside, sealed=False)
                return f"the {stated.size} lines that our checkpoint states, from {copy / LEAVES}"
        return None

    def mend_beside(self, path: str) -> str | None:
        """Put back a checkpoint, a timestamp or an authority's certificates; where from, None if nothing was done."""
        if path in {CHECKPOINT, LEAVES}:
            return self._mend(CHECKPOINT, self._is_checkpoint(None), sealed=False)
        if is_checkpoint(path):
            return self._mend(path, self._is_checkpoint(int(PurePosixPath(path).stem)))
        if path.startswith(f"{AUTHORITIES}/"):
            authority = PurePosixPath(path).stem.rpartition("-")[0]
            return self._mend(path, lambda data: chain_path(authority, sha256(data)) == path)
        return self._mend(path, lambda data: self._is_stamp(path, data))

    def _mend(self, path: str, fits: Callable[[bytes], bool], *, sealed: bool = True) -> str | None:
        with suppress(OSError):
            if fits((self.root / path).read_bytes()):
                return None
        for source in self._sources(path):
            with suppress(OSError):
                data = source.read_bytes()
                if fits(data):
                    restore_bytes(self.root, path, data, aside=self.aside, sealed=sealed)
                    return f"from {source}"
        return None

    def _sources(self, path: str) -> Iterator[Path]:
        if path == CHECKPOINT or is_checkpoint(path):
            yield self.root / CHECKPOINT
            yield from sorted((self.root / CHECKPOINTS).rglob("*.checkpoint"), reverse=True)
        yield from (copy / path for copy in self.copies)

    def _is_checkpoint(self, size: int | None) -> Callable[[bytes], bool]:
        """Whether bytes are a good checkpoint of our lines, over so many of them (None: over all)."""
        found = survey(self.root)
        log = SignedLog.of(found)
        list(audit_signed(self.root, found, log))
        wanted = len(found.lines) if size is None else size

        def fits(data: bytes) -> bool:
            try:
                one = read_checkpoint(data)
            except ValueError:
                return False
            named = (one.origin, one.size) == (log.origin, wanted) and wanted <= len(found.lines)
            return named and log.root(wanted) == one.root and log.signature_problem(one) is None

        return fits

    def _is_stamp(self, path: str, data: bytes) -> bool:
        file = stamp_file(path)
        if file is None:
            return False
        chains = sorted((self.root / AUTHORITIES).glob(f"{file.authority}-*.pem"))
        try:
            trusted = [one for chain in chains for one in x509.load_pem_x509_certificates(chain.read_bytes())]
            check_stamp(data, hashlib.sha256(stamped_bytes(self.root, file)).digest(), trusted=trusted)
        except (OSError, ValueError):
            return False
        return True

    def _stated(self) -> Iterator[Checkpoint]:
        for place in (self.root / CHECKPOINT, *(self.root / CHECKPOINTS).rglob("*.checkpoint")):
            with suppress(OSError, ValueError):
                yield read_checkpoint(place.read_bytes())


def _is_of(stated: Checkpoint, log: Path) -> bool:
    """Whether the first lines of a log are those that a checkpoint states."""
    try:
        lines = log.read_bytes().split(b"\n")[:-1]
    except OSError:
        return False
    tree = Frontier(lines[: stated.size])
    return tree.size == stated.size and (tree.root(), origin_of(tree)) == (stated.root, stated.origin)

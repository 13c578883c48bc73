"""The audit's look at what stands beside the log: keys, the checkpoints that runs kept, their signatures."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath

from archiver.model.records import Leaf
from archiver.steps.audit_survey import Survey
from archiver.steps.findings import Finding
from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.keys import LogKey, read_public_key
from archiver.store.layout import checkpoint_path, is_checkpoint, is_public_key
from archiver.store.merkle import Frontier, origin_of

__all__ = ["SignedLog", "audit_signed"]


@dataclass(slots=True)
class SignedLog:
    """What is known of a log besides its lines: its name, its keys in their order, roots by size."""

    found: Survey
    origin: str
    keys: list[LogKey] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    _entries: dict[int, Leaf] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Survey) -> "SignedLog":
        """Its name follows from its first line."""
        return cls(found, origin_of(Frontier(found.lines[:1])))

    def entry(self, seq: int) -> Leaf | None:
        """The log's entry of this number, if it can be read."""
        if not self._entries:
            self._entries.update((leaf.seq, leaf) for leaf in self.found.leaves.values())
        return self._entries.get(seq)

    def signer(self, size: int) -> Leaf | None:
        """The entry of the key that signs a checkpoint over so many entries, whether its file can be read or not."""
        return next((leaf for leaf in reversed(list(self.found.of_kind("key"))) if leaf.seq < size), None)

    def learn_roots(self, sizes: Iterable[int]) -> None:
        """Work out the roots that the log had at these sizes, those that it did not reach left out."""
        wanted, tree = set(sizes) - self.roots.keys(), Frontier()
        if not wanted:
            return
        for line in self.found.lines[: max(wanted)]:
            tree.append(line)
            if tree.size in wanted:
                self.roots[tree.size] = tree.root()

    def root(self, size: int) -> bytes:
        """The root that the log had at this size, which it reached."""
        self.learn_roots([size])
        return self.roots.get(size) or Frontier().root()

    def unvouched(self) -> Iterator[str]:
        """Each change of keys to which the old key put no signature, in words. It is no finding: keys get lost."""
        kept = sorted(self.checkpoints.values(), key=lambda one: one.size)
        for old, new in pairwise(self.keys):
            first = next((one for one in kept if one.size > new.leaf.seq), None)
            if first is not None and old.id not in first.signers:
                yield f"key {new.id} from entry {new.leaf.seq} on, for which {old.id} before it does not vouch"

    def signature_problem(self, checkpoint: Checkpoint) -> tuple[str, str] | None:
        """Code and reason, if a checkpoint of this log is not signed as it must be.

        1. The newest key that the log names before its end signed it. 2. Every other signature is
        by an older key of the log. Before the first key none is needed.
        """
        signer = self.signer(checkpoint.size)
        if signer is None:
            return None if checkpoint.note is None else ("F210", "the log names no key for it")
        # 1.
        if checkpoint.note is None:
            return ("F209", f"key {PurePosixPath(signer.path).stem} is to sign it")
        known = [key for key in self.keys if key.leaf.seq <= signer.seq]
        if all(key.leaf is not signer for key in known):
            return ("F210", f"its key {PurePosixPath(signer.path).stem} can't be read")
        try:
            signed = {key.id.hex() for key in checkpoint.verified(key.key for key in known)}
        except ValueError as error:
            return ("F210", str(error))
        # 2.
        if PurePosixPath(signer.path).stem not in signed or not signed.issuperset(checkpoint.signers):
            return ("F210", f"signed by {', '.join(checkpoint.signers)}")
        return None if len(checkpoint.signers) == len(checkpoint.note.signatures) else ("F210", "signed by a stranger")


def audit_signed(root: Path, found: Survey, into: SignedLog) -> Iterator[Finding]:
    """Everything that is wrong with keys and checkpoints; what is known of them goes `into` the signed log.

    1. Every key that the log names is there, and has its digest. 2. Every kept checkpoint is one,
    lies where its size belongs, and states the root that the log's first lines have. 3. It is
    signed by the key that the log named last before it. 4. Every run's checkpoint is kept.
    """
    # 1.
    for leaf in found.of_kind("key"):
        try:
            into.keys.append(read_public_key((root / leaf.path).read_bytes(), leaf, into.origin))
        except OSError as error:
            code = "F211" if isinstance(error, FileNotFoundError) else "F003"
            yield Finding(code, f"snapshots/{leaf.path}", found=error.strerror)
        except ValueError as error:
            yield Finding("F212", f"snapshots/{leaf.path}", None, str(leaf.digest), str(error))
    for path in sorted(path for path in found.beside if is_public_key(path) and path not in found.leaves):
        # A killed run may have written it and not entered it yet: the next one takes it.
        if not found.open_runs and not found.ending:
            yield Finding("F403", f"snapshots/{path}")
    # 2.
    yield from _read_kept(root, found, into)
    into.learn_roots(one.size for one in into.checkpoints.values())
    for path, checkpoint in into.checkpoints.items():
        yield from _audit_checkpoint(path, checkpoint, into)
    # 4.
    yield from _audit_kept(found, into)


def _read_kept(root: Path, found: Survey, into: SignedLog) -> Iterator[Finding]:
    for path in sorted(filter(is_checkpoint, found.beside)):
        try:
            checkpoint = into.checkpoints[path] = read_checkpoint((root / path).read_bytes())
        except (OSError, ValueError) as error:
            yield Finding("F214", f"snapshots/{path}", found=str(error))
            continue
        last = into.entry(checkpoint.size - 1)
        if int(PurePosixPath(path).stem) != checkpoint.size or (
            last and checkpoint_path(last.seq + 1, last.at) != path
        ):
            yield Finding("F214", f"snapshots/{path}", found=f"it is over {checkpoint.size} entries")
            del into.checkpoints[path]


def _audit_checkpoint(path: str, checkpoint: Checkpoint, log: SignedLog) -> Iterator[Finding]:
    place, root = f"snapshots/{path}", log.roots.get(checkpoint.size)
    if checkpoint.origin != log.origin:
        yield Finding("F213", place, None, log.origin, checkpoint.origin)
    elif root != checkpoint.root:
        found = f"{len(log.found.lines)} entries" if root is None else root.hex()
        yield Finding("F213", place, f"over {checkpoint.size} entries", checkpoint.root.hex(), found)
    elif problem := log.signature_problem(checkpoint):
        # 3.
        yield Finding(problem[0], place, found=problem[1])


def _audit_kept(found: Survey, log: SignedLog) -> Iterator[Finding]:
    """Each run that ended since checkpoints are kept left one, before the next run's end."""
    sizes = sorted(one.size for one in log.checkpoints.values())
    key = next(found.of_kind("key"), None)
    since = key.seq if key else sizes[0] if sizes else None
    for number, end in enumerate(found.run_ends):
        following = found.run_ends[number + 1 :][:1]
        if since is None or end.seq + 1 < since or (not following and (found.ending or found.open_runs)):
            continue
        at = bisect_right(sizes, end.seq)
        if at == len(sizes) or (following and sizes[at] > following[0].seq):
            after = log.entry(end.seq + 1)
            last = after if after and after.kind == "key" else end
            yield Finding("F219", f"snapshots/{checkpoint_path(last.seq + 1, last.at)}")

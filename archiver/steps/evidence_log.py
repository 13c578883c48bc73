"""What the log says of some sealed things, as a stranger needs it: entries, proofs, checkpoints, stamps, keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256 as sha256_bytes
from pathlib import Path, PurePosixPath

from archiver.model.errors import ArchiverError
from archiver.model.records import Leaf
from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.layout import CHECKPOINT, LEAVES, public_key_path
from archiver.store.log import read_leaf, read_lines
from archiver.store.merkle import Tree
from archiver.store.proofs import make_proof, proof_bytes
from archiver.store.stampfiles import StampFile, authority_chains, stamped_bytes, stamps_by_checkpoint
from archiver.store.stamps import chain_pem, check_stamp

__all__ = ["Entry", "LogEvidence", "Stamp", "Stamped", "gather_log"]

#: How a key's entry is told from the others before its line is parsed: JSON is canonical, so it has one form.
_KEY = b'"kind":"key"'
_SEE_AUDIT = "See `archiver audit` for what is damaged."


@dataclass(frozen=True, slots=True)
class Stamp:
    """One RFC 3161 answer over a checkpoint, or over that and the stamps that it renews.

    `at` is what it states; `chain` are PEM certificates up to a root, `name` is that of its file.
    """

    authority: str
    name: str
    reply: bytes
    chain: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Stamped:
    """A signed checkpoint with its stamps, the earliest first."""

    checkpoint: Checkpoint
    stamps: tuple[Stamp, ...]

    @property
    def at(self) -> datetime | None:
        """By when all under it existed, as the earliest stamp states; None if there is none."""
        return self.stamps[0].at if self.stamps else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log, without its line feed, and the proof that it is under a checkpoint."""

    leaf: Leaf
    line: bytes
    proof: bytes
    under: Stamped


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """Entries by their path, each under the earliest stamped checkpoint (else signed one).

    `keys` are PEM by key id: those that signed the checkpoints, and `signer`, the newest that the log names.
    """

    origin: str
    entries: dict[str, Entry]
    checkpoints: tuple[Stamped, ...]
    keys: dict[str, bytes]
    signer: str


def gather_log(root: Path, paths: Iterable[str]) -> LogEvidence:
    """What the log below `root` has about the things at these paths (relative to it).

    1. Every checkpoint that was kept, with its stamps. 2. The entry of each path. 3. For each
    the earliest checkpoint that covers it and was stamped; where none was, the earliest signed
    one. 4. Its proof. 5. The keys that signed them.

    Stamps are checked, and that the checkpoints are those of this tree; signatures are not. Raises
    ArchiverError, which says what to do: for a log that was never signed, or does not cover a path.
    """
    # 1.
    checkpoints = _checkpoints(root)
    if not checkpoints:
        raise ArchiverError(
            "the log of this archive is not signed yet, so nothing in it can be proven to others",
            next_step="The next run that writes into the archive signs it: `archiver check`, `archiver run`, …",
        )
    # 2.
    lines = list(read_lines(root / LEAVES))
    leaves = _leaves(lines, set(paths))
    # 3. and 4.
    tree = Tree(lines)
    entries = {path: _entry(tree, leaf, lines[leaf.seq], checkpoints) for path, leaf in leaves.items()}
    used = {entry.under.checkpoint.size: entry.under for entry in entries.values()}
    told = tuple(used[size] for size in sorted(used))
    # 5.
    signer = _newest_key(lines)
    return LogEvidence(told[0].checkpoint.origin, entries, told, _keys(root, told, signer), signer)


def _leaves(lines: Sequence[bytes], wanted: set[str]) -> dict[str, Leaf]:
    try:
        found = [read_leaf(line, seq) for seq, line in enumerate(lines) if _path_of(line) in wanted]
    except ValueError as error:
        raise ArchiverError(str(error), next_step=_SEE_AUDIT) from None
    leaves = {leaf.path: leaf for leaf in found}
    for path in sorted(wanted - leaves.keys()):
        raise ArchiverError(f"the log has no entry of {path}", next_step=_SEE_AUDIT)
    return leaves


def _newest_key(lines: Sequence[bytes]) -> str:
    for line in reversed(lines):
        if _KEY in line:
            return PurePosixPath(_path_of(line)).stem
    raise ArchiverError("the log is signed by a key that it does not name", next_step=_SEE_AUDIT)


def _path_of(line: bytes) -> str:
    """Quick, and only a hint: canonical JSON of a leaf has one form."""
    return line.partition(b'"path":"')[2].partition(b'"')[0].decode("ascii", "replace")


def _entry(tree: Tree, leaf: Leaf, line: bytes, checkpoints: Sequence[Stamped]) -> Entry:
    covering = [one for one in checkpoints if one.checkpoint.size > leaf.seq]
    if not covering:
        raise ArchiverError(
            f"no signed checkpoint covers {leaf.path} yet",
            next_step="The next run that writes into the archive makes one: `archiver check`, `archiver run`, …",
        )
    under = next((one for one in covering if one.stamps), covering[0])
    try:
        proof = make_proof(tree, leaf.seq, under.checkpoint)
    except ValueError as error:
        raise ArchiverError(f"checkpoint of {under.checkpoint.size} entries: {error}", next_step=_SEE_AUDIT) from None
    return Entry(leaf, line, proof_bytes(proof), under)


def _checkpoints(root: Path) -> list[Stamped]:
    """The signed ones, the smallest first; of `log/checkpoint` only what is not kept elsewhere."""
    found: dict[int, Stamped] = {}
    for path, files in {**stamps_by_checkpoint(root), CHECKPOINT: []}.items():
        try:
            checkpoint = read_checkpoint((root / path).read_bytes())
        except FileNotFoundError:
            continue
        except ValueError as error:
            raise ArchiverError(f"{path}: {error}", next_step=_SEE_AUDIT) from None
        if checkpoint.note is not None and checkpoint.size not in found:
            stamps = sorted((_stamp(root, file) for file in files), key=lambda one: (one.at, one.name))
            found[checkpoint.size] = Stamped(checkpoint, tuple(stamps))
    return [found[size] for size in sorted(found)]


def _stamp(root: Path, file: StampFile) -> Stamp:
    known = [one for chain in authority_chains(root, file.authority) for one in chain]
    try:
        reply, stamped = (root / file.path).read_bytes(), stamped_bytes(root, file)
        stamp = check_stamp(reply, sha256_bytes(stamped).digest(), trusted=known)
    except (ValueError, OSError) as error:
        raise ArchiverError(f"{file.path}: {error}", next_step=_SEE_AUDIT) from None
    return Stamp(file.authority, PurePosixPath(file.path).name, reply, chain_pem(stamp), stamp.at)


def _keys(root: Path, checkpoints: Sequence[Stamped], signer: str) -> dict[str, bytes]:
    """The public keys that signed them, as far as they are kept: at least one of each."""
    wanted = {signer, *(key_id for one in checkpoints for key_id in one.checkpoint.signers)}
    files = {key_id: root / public_key_path(key_id) for key_id in sorted(wanted)}
    found = {key_id: file.read_bytes() for key_id, file in files.items() if file.exists()}
    if signer not in found:
        raise ArchiverError(f"the public key {signer} is not kept", next_step=_SEE_AUDIT)
    for one in checkpoints:
        if not found.keys() & set(one.checkpoint.signers):
            raise ArchiverError(
                f"the public key of the checkpoint of {one.checkpoint.size} entries is not kept", next_step=_SEE_AUDIT
            )
    return found

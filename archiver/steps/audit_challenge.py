r"""An answer that nobody can give who has not read every byte just now.

A challenge is a text that the other side made up. Each file's digest is that of the challenge and
its bytes together, so that no stored digest helps, and all of them make one digest, which another
holder of the same evidence works out too. By hand, in `snapshots/`, for all that the log names:

    while read -r path; do
        printf '%s  %s\n' "$( (printf %s "$NONCE"; cat "$path") | sha256sum | cut -c 1-64)" "$path"
    done < sorted-paths | sha256sum
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archiver.model.records import Leaf
from archiver.steps.audit_against import Old, audit_against
from archiver.steps.audit_log import audit_log
from archiver.steps.audit_signed import SignedLog
from archiver.steps.audit_survey import Survey, survey
from archiver.steps.audit_threads import in_order
from archiver.steps.audit_tombstones import audit_tombstones
from archiver.steps.findings import Finding
from archiver.store import Store, Withdrawals
from archiver.store.layout import LEAVES, MANIFEST
from archiver.store.seal import parse_manifest

__all__ = ["Answer", "challenge"]

_FOLDERS = ("capture", "article")


@dataclass(slots=True)
class Answer:
    """What came of a challenge over the first `entries` of the log. `digest` is hexadecimal.

    `gone` counts what these entries name and tombstones took: a home that still has it answers otherwise.
    `unreadable` are findings; with one of them the digest means nothing.
    """

    nonce: str
    entries: int
    digest: str = ""
    files: int = 0
    bytes_read: int = 0
    gone: int = 0
    unreadable: list[Finding] = field(default_factory=list)


def challenge(store: Store, *, nonce: str, olds: Sequence[Old] = ()) -> Answer:
    """Answer a challenge over all that the log names, or over what the smallest old checkpoint covers.

    1. The log is whole, and each old checkpoint is its own. 2. Every file is read behind the
    challenge. What is wrong with the log, or can't be read, is in `unreadable`.
    """
    # 1.
    found, gone = survey(store.root), Withdrawals()
    log = SignedLog.of(found)
    problems = [*audit_log(store.root, found, log), *audit_tombstones(store.root, found, into=gone)]
    problems += [finding for old in olds for finding in audit_against(old, log)]
    entries = min((old.checkpoint.size for old in olds), default=len(found.lines))
    # 2.
    answer = _answer(store.root, found, gone, Answer(nonce, min(entries, len(found.lines))))
    answer.unreadable[:0] = problems
    return answer


def _answer(root: Path, found: Survey, gone: Withdrawals, answer: Answer) -> Answer:
    """Read every file that the log's first entries name, in the order of their paths, behind the challenge.

    The files are those of each folder's manifest with the manifest itself, WARC files, journals,
    tombstones and keys; and these lines of the log.
    """
    paths = sorted(_paths(root, found, gone, answer), key=str.encode)
    salted = _Salted(root, answer.nonce.encode(), b"".join(line + b"\n" for line in found.lines[: answer.entries]))
    total = hashlib.sha256()
    for path, (digest, size) in in_order(salted.digest, paths):
        if isinstance(digest, Finding):
            answer.unreadable.append(digest)
            continue
        total.update(f"{digest}  {path}\n".encode())
        answer.files += 1
        answer.bytes_read += size
    answer.digest = total.hexdigest()
    return answer


def _paths(root: Path, found: Survey, gone: Withdrawals, answer: Answer) -> Iterator[str]:
    yield LEAVES
    for leaf in found.leaves.values():
        if leaf.seq >= answer.entries:
            continue
        redaction = gone.redaction(leaf.path)
        if leaf.path in gone.folders or redaction:
            answer.gone += 1
        if leaf.path in gone.folders or (redaction and redaction.digest is None):
            continue
        yield from _folder(root, leaf, answer) if leaf.kind in _FOLDERS else [leaf.path]


def _folder(root: Path, leaf: Leaf, answer: Answer) -> Iterator[str]:
    try:
        names = parse_manifest((root / leaf.path / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        answer.unreadable.append(Finding("F007", f"snapshots/{leaf.path}/{MANIFEST}", found=str(error)))
        return
    yield from (f"{leaf.path}/{name}" for name in (*names, MANIFEST))


@dataclass(frozen=True, slots=True)
class _Salted:
    """Reads files behind a challenge. `log` are the lines of the log that count."""

    root: Path
    nonce: bytes
    log: bytes

    def digest(self, path: str) -> tuple[str | Finding, int]:
        if path == LEAVES:
            return hashlib.sha256(self.nonce + self.log).hexdigest(), len(self.log)
        try:
            with (self.root / path).open("rb", buffering=0) as file:
                return hashlib.file_digest(file, self._begun).hexdigest(), file.tell()
        except OSError as error:
            code = "F001" if isinstance(error, FileNotFoundError) else "F003"
            return Finding(code, f"snapshots/{path}", found=error.strerror), 0

    def _begun(self) -> "hashlib._Hash":
        return hashlib.sha256(self.nonce)

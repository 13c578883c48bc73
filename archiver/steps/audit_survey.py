"""What lies in a home's evidence half, before anything of it is judged."""

import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from archiver.model.records import Leaf
from archiver.store.layout import (
    CAPTURES,
    CHECKPOINT,
    ENDING,
    FORMAT_FILE,
    JOURNALS,
    LEAVES,
    README,
    TMP,
    TOMBSTONES,
    WARCS,
    is_beside_log,
    is_journal,
    is_tombstone,
)
from archiver.store.log import read_leaf, read_lines

__all__ = ["Survey", "survey"]

_FOLDER_PARTS = 5  # captures/2026/11/22/<id>
_LOG = PurePosixPath(LEAVES).parts[0]
#: A run ends once; whoever looks while it does looks again.
_TRIES = 3
_KNOWN = {FORMAT_FILE, README, LEAVES, CHECKPOINT}


@dataclass(slots=True)
class Survey:
    """Names and log of a home. All paths are relative to `snapshots/`.

    `lines` are the log's, `leaves` those of them that can be read, by path; `broken` are
    numbers of lines that can't, with the reason. `files` are the folders that lie there,
    with the names inside each; `warcs`, `journals` and `tombstones` what else lies there.
    `ending`: a run was killed between its last entry and the checkpoint over it. `run_ends`
    are the entries of journals, in the log's order; one run writes at a time. `beside` are
    kept checkpoints, keys, timestamps and their certificates.
    """

    checkpoint: bytes | None
    lines: list[bytes]
    half_line: bool
    ending: bool = False
    leaves: dict[str, Leaf] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)
    files: dict[str, set[str]] = field(default_factory=dict)
    warcs: set[str] = field(default_factory=set)
    journals: set[str] = field(default_factory=set)
    tombstones: set[str] = field(default_factory=set)
    strays: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    run_ends: list[Leaf] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)

    @property
    def open_runs(self) -> set[str]:
        """Runs whose journal is not in the log: in progress, or killed and not yet put right."""
        return {PurePosixPath(path).stem for path in self.journals if path not in self.leaves}

    def begun_after(self, leaf: Leaf) -> datetime | None:
        """When the run before the one that made this entry was over, by the log's own dates."""
        number = bisect_left(self.run_ends, leaf.seq, key=lambda end: end.seq)
        return self.run_ends[number - 1].at if number else None

    def of_kind(self, *kinds: str) -> Iterator[Leaf]:
        """The log's entries of these kinds, in its order."""
        return (leaf for leaf in self.leaves.values() if leaf.kind in kinds)


def survey(root: Path) -> Survey:
    """Look at a home, in an order that makes a run in progress harmless.

    Checkpoints before log, log before folders, folders before journals: whatever a later
    look finds and an earlier one did not then belongs to a run whose journal is still
    open, as far as this survey knows. A run that ends just then makes it look again.
    """
    for _ in range(_TRIES):
        stated = _stated(root)
        beside = sorted(_below(root, _LOG))
        lines = list(read_lines(root / LEAVES))
        if stated == _stated(root):
            break
    log = root / LEAVES
    size = log.stat().st_size if log.exists() else 0
    found = Survey(stated[1], lines, half_line=size > sum(len(line) + 1 for line in lines), ending=stated[0])
    found.beside = {path for path in beside if is_beside_log(path)}
    found.strays += [path for path in beside if path not in _KNOWN and path not in found.beside]
    for seq, line in enumerate(lines):
        _read_line(found, seq, line)
    for top in sorted((item.name for item in root.iterdir()), key=lambda name: (name == JOURNALS, name)):
        if top != TMP:
            _walk(root, top, found)
    return found


def _stated(root: Path) -> tuple[bool, bytes | None]:
    """Whether a run is about to write its checkpoint, and the last one written."""
    ending = (root / ENDING).exists()
    try:
        return ending, (root / CHECKPOINT).read_bytes()
    except OSError:
        return ending, None


def _below(root: Path, top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root / top):
        for name in (*names, *(name for name in folders if Path(folder, name).is_symlink())):
            yield str(PurePosixPath(Path(folder, name).relative_to(root)))


def _read_line(found: Survey, seq: int, line: bytes) -> None:
    try:
        leaf = read_leaf(line, seq)
    except ValueError as error:
        found.broken.append((seq, str(error)))
        return
    if leaf.path in found.leaves:
        found.twice.append(leaf.path)
    found.leaves.setdefault(leaf.path, leaf)
    if leaf.kind == "journal":
        found.run_ends.append(leaf)


def _walk(root: Path, top: str, found: Survey) -> None:
    if not (root / top).is_dir():
        _place(top, found)
        return
    for folder, folders, names in os.walk(root / top, onerror=lambda error: _unreadable(root, error, found)):
        here = PurePosixPath(Path(folder).relative_to(root))
        if top == CAPTURES and len(here.parts) == _FOLDER_PARTS:
            # An empty folder is one too: it must not pass for nothing.
            found.files.setdefault(str(here), set())
        for name in (*names, *(name for name in folders if Path(folder, name).is_symlink())):
            _place(str(here / name), found)


def _place(path: str, found: Survey) -> None:
    parts = PurePosixPath(path).parts
    if parts[0] == CAPTURES and len(parts) > _FOLDER_PARTS:
        found.files.setdefault("/".join(parts[:_FOLDER_PARTS]), set()).add("/".join(parts[_FOLDER_PARTS:]))
    elif parts[0] == WARCS and path.endswith(".warc.gz"):
        found.warcs.add(path)
    elif parts[0] == JOURNALS and is_journal(path):
        found.journals.add(path)
    elif parts[0] == TOMBSTONES and is_tombstone(path):
        found.tombstones.add(path)
    elif parts[0] == _LOG:
        # Looked at before the log's lines were.
        return
    elif path not in _KNOWN:
        found.strays.append(path)


def _unreadable(root: Path, error: OSError, found: Survey) -> None:
    path = Path(error.filename).relative_to(root)
    found.unreadable.append((str(PurePosixPath(path)), error.strerror or "unreadable"))

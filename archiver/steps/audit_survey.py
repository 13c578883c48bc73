"""What lies in a home's evidence half, before anything of it is judged."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
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
    is_journal,
    is_tombstone,
)
from archiver.store.log import read_leaf, read_lines

__all__ = ["Survey", "survey"]

_FOLDER_PARTS = 5  # captures/2026/11/22/<id>
_KNOWN = {FORMAT_FILE, README, LEAVES, CHECKPOINT}


@dataclass(slots=True)
class Survey:
    """Names and log of a home. All paths are relative to `snapshots/`.

    `lines` are the log's, `leaves` those of them that can be read, by path; `broken` are
    numbers of lines that can't, with the reason. `files` are the folders that lie there,
    with the names inside each; `warcs`, `journals` and `tombstones` what else lies there.
    `ending`: a run was killed between its last entry and the checkpoint over it.
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

    @property
    def open_runs(self) -> set[str]:
        """Runs whose journal is not in the log: in progress, or killed and not yet put right."""
        return {PurePosixPath(path).stem for path in self.journals if path not in self.leaves}

    def of_kind(self, *kinds: str) -> Iterator[Leaf]:
        """The log's entries of these kinds, in its order."""
        return (leaf for leaf in self.leaves.values() if leaf.kind in kinds)


def survey(root: Path) -> Survey:
    """Look at a home, in an order that makes a run in progress harmless.

    Checkpoint before log, log before folders, folders before journals: whatever a later
    look finds and an earlier one did not then belongs to a run whose journal is still
    open, as far as this survey knows.
    """
    # Before the checkpoint: a run that ends meanwhile takes the mark away after writing it.
    ending = (root / ENDING).exists()
    checkpoint = root / CHECKPOINT
    state = checkpoint.read_bytes() if checkpoint.exists() else None
    lines = list(read_lines(root / LEAVES))
    log = root / LEAVES
    size = log.stat().st_size if log.exists() else 0
    found = Survey(state, lines, half_line=size > sum(len(line) + 1 for line in lines), ending=ending)
    for seq, line in enumerate(lines):
        _read_line(found, seq, line)
    for top in sorted((item.name for item in root.iterdir()), key=lambda name: (name == JOURNALS, name)):
        if top != TMP:
            _walk(root, top, found)
    return found


def _read_line(found: Survey, seq: int, line: bytes) -> None:
    try:
        leaf = read_leaf(line, seq)
    except ValueError as error:
        found.broken.append((seq, str(error)))
        return
    if leaf.path in found.leaves:
        found.twice.append(leaf.path)
    found.leaves.setdefault(leaf.path, leaf)


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
    elif path not in _KNOWN:
        found.strays.append(path)


def _unreadable(root: Path, error: OSError, found: Survey) -> None:
    path = Path(error.filename).relative_to(root)
    found.unreadable.append((str(PurePosixPath(path)), error.strerror or "unreadable"))

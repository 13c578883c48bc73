"""What the evidence takes of the disk: every file once, however many names it has."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archiver.store.layout import CAPTURES

__all__ = ["Sizes", "folder_bytes", "sizes"]

_FOLDER_PARTS = 5  # captures/2026/11/22/<id>
_BLOCK_BYTES = 512


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes, by place.

    `folders` are evidence folders by path: a file with several names counts for the first
    of them in time. `tops` are the other parts of `snapshots/` by name. `linked` is what the
    further names would have taken, `holes` what blanked stretches of WARC files gave back.
    """

    folders: Mapping[str, int]
    tops: Mapping[str, int]
    linked: int
    holes: int

    @property
    def total(self) -> int:
        """All that lies below `snapshots/`."""
        return sum(self.folders.values()) + sum(self.tops.values())


def sizes(root: Path) -> Sizes:
    """Look at every file below `root`. What vanishes meanwhile is left out."""
    folders: Counter[str] = Counter()
    tops: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    linked = holes = 0
    for path, found in _files(root):
        if found.st_nlink > 1 and (found.st_dev, found.st_ino) in seen:
            linked += found.st_size
            continue
        if found.st_nlink > 1:
            seen.add((found.st_dev, found.st_ino))
        parts = path.parts
        if parts[0] == CAPTURES and len(parts) > _FOLDER_PARTS:
            folders["/".join(parts[:_FOLDER_PARTS])] += found.st_size
            continue
        hole = _hole(found)
        holes += hole
        tops[parts[0] if len(parts) > 1 else ""] += found.st_size - hole
    return Sizes(folders, tops, linked, holes)


def folder_bytes(folder: Path) -> int:
    """What a folder's removal gives back: its files, but those that have another name elsewhere."""
    return sum(found.st_size for _path, found in _files(folder) if found.st_nlink == 1)


def _files(root: Path) -> Iterator[tuple[PurePosixPath, os.stat_result]]:
    """Every file, relative to `root`, in the order of names, which is that of time."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            try:
                found = file.lstat()
            except FileNotFoundError:
                continue
            yield PurePosixPath(file.relative_to(root)), found


def _hole(found: os.stat_result) -> int:
    return max(0, found.st_size - found.st_blocks * _BLOCK_BYTES)

"""Where timestamps lie, and of what each is.

A timestamp is of the SHA-256 of a kept checkpoint file; one that renews another is of the checkpoint
followed by all timestamps of its series before it.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from cryptography import x509

from archiver.store.layout import AUTHORITIES, CHECKPOINTS, is_chain_of, is_checkpoint, stamp_path

__all__ = ["StampFile", "authority_chains", "stamp_file", "stamped_bytes", "stamps_by_checkpoint"]

_STAMP = re.compile(r"(.*/\d{12,18})\.([a-z0-9][a-z0-9-]{0,31})\.([1-9]\d{0,5})(?:\.r([1-9]\d{0,5}))?\.tsr")


@dataclass(frozen=True, slots=True)
class StampFile:
    """Where a timestamp lies. `renewal` 0 is the first of its series, and each further one covers all before it."""

    checkpoint: str
    authority: str
    number: int = 1
    renewal: int = 0

    @property
    def path(self) -> str:
        """Its place, relative to `snapshots/`."""
        return stamp_path(self.checkpoint, self.authority, self.number, self.renewal)

    @property
    def covers(self) -> tuple[str, ...]:
        """The files that it is of, one after the other: the checkpoint, and the series before it."""
        return (self.checkpoint, *(replace(self, renewal=number).path for number in range(self.renewal)))


def stamp_file(path: str) -> StampFile | None:
    """What the path of a timestamp says; None for any other path."""
    match = _STAMP.fullmatch(path) if path.startswith(f"{CHECKPOINTS}/") else None
    if match is None:
        return None
    return StampFile(f"{match[1]}.checkpoint", match[2], int(match[3]), int(match[4] or 0))


def stamps_by_checkpoint(root: Path) -> dict[str, list[StampFile]]:
    """Where every kept checkpoint lies, by its number of leaves, each with its timestamps in their order."""
    names = [str(PurePosixPath(file.relative_to(root))) for file in (root / CHECKPOINTS).glob("*/*/*/*")]
    found: dict[str, list[StampFile]] = {name: [] for name in sorted(names, key=_size) if is_checkpoint(name)}
    for file in filter(None, map(stamp_file, names)):
        if file.checkpoint in found:
            found[file.checkpoint].append(file)
    for stamps in found.values():
        stamps.sort(key=lambda one: (one.authority, one.number, one.renewal))
    return found


def _size(path: str) -> tuple[str, str]:
    return PurePosixPath(path).name, path


def authority_chains(root: Path, authority: str) -> list[tuple[x509.Certificate, ...]]:
    """The certificates that were kept for an authority, file by file; what can't be read is left out."""
    chains = []
    for file in sorted((root / AUTHORITIES).glob(f"{authority}-*.pem")):
        with suppress(OSError, ValueError):
            # Another authority's name may begin with this one's.
            if is_chain_of(str(PurePosixPath(file.relative_to(root))), authority):
                chains.append(tuple(x509.load_pem_x509_certificates(file.read_bytes())))
    return chains


def stamped_bytes(root: Path, file: StampFile) -> bytes:
    """The bytes that a timestamp is of, and whose SHA-256 it holds. Raises OSError."""
    return b"".join((root / path).read_bytes() for path in file.covers)

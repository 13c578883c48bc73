"""A folder of evidence that a stranger checks without this program: files, proofs, stamps, keys, a report."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archiver.model.clock import Clock
from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError, UsageError
from archiver.steps.evidence_draft import SUMS_NOTE, Draft, read_sealed, verifier_text
from archiver.steps.evidence_log import LogEvidence, gather_log
from archiver.steps.evidence_page import Told
from archiver.steps.evidence_sheet import Sheet
from archiver.steps.selection import Selection
from archiver.store import Store
from archiver.store.files import home_errors

__all__ = ["Bundle", "Signer", "Wanted", "export_evidence"]

#: Zip has no earlier day.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

Progress = Callable[[int, int], None]
#: The private part of a key by its id and the log's origin, None where it is not here.
Signer = Callable[[str, str], Ed25519PrivateKey | None]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was written. `digest` is that of the list of files, which a certificate names; `keys` are fingerprints."""

    path: Path
    archive: Path | None
    digest: Digest
    files: int
    size_bytes: int
    sheets: tuple[Sheet, ...]
    keys: tuple[str, ...]
    pdf: bool

    @property
    def unstamped(self) -> int:
        """How many captures have no trusted time."""
        return sum(sheet.entry.under.at is None for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a bundle is to be: `operator` is who runs the archive, in their own words; `zipped`, a `.zip` beside it."""

    operator: str | None = None
    allow_unstamped: bool = False
    zipped: bool = False
    overwrite: bool = False


def export_evidence(
    selection: Selection,
    out: Path,
    *,
    store: Store,
    signer: Signer,
    clock: Clock,
    software: str,
    wanted: Wanted | None = None,
    print_page: Callable[[str], bytes | None] | None = None,
    progress: Progress | None = None,
) -> Bundle:
    """Write the folders of a selection as a folder of evidence; it is there as a whole or not at all.

    1. What the log has of them, each under a signed and stamped checkpoint. 2. Each capture, byte
    for byte, checked while it is copied, and its WARC records. 3. Entries, proofs, checkpoints, stamps,
    keys. 4. `bundle.json`, the report as HTML and (with `print_page`) PDF, README and `verify.sh`.
    5. The list of all these files, and the archive's signature over its digest.

    Raises UsageError (`out` exists), HomeNotWritable, ArchiverError: something is damaged, not
    signed, not stamped (unless that is allowed), or the signing key is not here.
    """
    wanted = wanted or Wanted()
    target = out.with_name(f"{out.name}.zip") if wanted.zipped else None
    _refuse_existing(out, target, overwrite=wanted.overwrite)
    # 1.
    log = _log_of(store, selection, allow_unstamped=wanted.allow_unstamped)
    key = _key_of(log, signer)
    scratch = out.with_name(f".{out.name}.new-{clock.random_hex(4)}")
    try:
        with home_errors():
            scratch.mkdir(parents=True)
            draft = Draft(scratch, store, log)
            # 2.
            _add_captures(draft, selection, progress)
            # 3.
            draft.add_log()
            # 4.
            verifier = sha256(verifier_text()).hex
            told = Told(log, tuple(draft.sheets), clock.now(), software, wanted.operator, verifier)
            pdf = draft.add_texts(told, selection, print_page)
            # 5.
            digest = draft.close(told.made_at, key)
            files, size = draft.count()
            archive = _zip(scratch, out.name, target) if target else None
            _put_in_place(scratch, out)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Bundle(out, archive, digest, files, size, told.sheets, told.fingerprints, pdf)


def _key_of(log: LogEvidence, signer: Signer) -> Ed25519PrivateKey:
    key = signer(log.signer, log.origin)
    if key is None:
        raise ArchiverError(
            f"the archive's key {log.signer} is not here, so nothing can be signed",
            next_step=f"Export where keys/{log.signer}.key lies, or put a copy of it back.",
        )
    return key


def _add_captures(draft: Draft, selection: Selection, progress: Progress | None) -> None:
    for done, path in enumerate(selection.paths, 1):
        draft.add_capture(path)
        if progress:
            progress(done, len(selection.paths))


def _refuse_existing(out: Path, target: Path | None, *, overwrite: bool) -> None:
    for place in (out, target):
        if place is None or not (place.exists() or place.is_symlink()):
            continue
        ours = place == target or (place / SUMS_NOTE).is_file()
        if not (overwrite and ours):
            why = "exists" if ours else "exists, and is no folder of evidence"
            raise UsageError(f"{place} {why}", next_step="Name another folder, or say --force.")


def _log_of(store: Store, selection: Selection, *, allow_unstamped: bool) -> LogEvidence:
    warcs = {ref.file for path in selection.paths for ref in read_sealed(store, path).warc}
    gone = store.withdrawals()
    log = gather_log(store.root, [*selection.paths, *(file for file in sorted(warcs) if not gone.redaction(file))])
    bare = [path for path in selection.paths if log.entries[path].under.at is None]
    if bare and not allow_unstamped:
        raise ArchiverError(
            f"no authority has stamped a checkpoint over {PurePosixPath(bare[0]).name}"
            + (f" and {len(bare) - 1} more" if len(bare) > 1 else "")
            + ", so nothing proves by when it existed",
            next_step="Name authorities under [[timestamps]] in archiver.toml and call `archiver stamp`, or say "
            "--allow-unstamped: the evidence then says itself that it has no trusted time.",
        )
    return log


def _zip(folder: Path, name: str, target: Path) -> Path:
    scratch = folder.with_name(f"{folder.name}.zip")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as file:
            for place in _sorted_files(folder):
                info = zipfile.ZipInfo(f"{name}/{place.relative_to(folder).as_posix()}", _ZIP_EPOCH)
                info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
                with file.open(info, "w", force_zip64=True) as member, place.open("rb") as source:
                    shutil.copyfileobj(source, member)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return target


def _sorted_files(folder: Path) -> Iterator[Path]:
    return (place for place in sorted(folder.rglob("*")) if place.is_file())


def _put_in_place(scratch: Path, out: Path) -> None:
    if out.exists():
        old = scratch.with_name(f"{scratch.name}.old")
        out.rename(old)
        scratch.rename(out)
        shutil.rmtree(old)
    else:
        scratch.rename(out)

"""Putting right what an audit found, as far as the right bytes are still somewhere.

Nothing is made up: what is put into the evidence has the digest that was sealed, or states what the
log's own lines give. Whatever lay there before is kept, outside the evidence.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archiver.catalog import contract_files
from archiver.model.clock import Clock, stamp14
from archiver.model.errors import HomeError, HomeMissing, HomeTooNew
from archiver.steps.audit import audit
from archiver.steps.findings import Finding
from archiver.steps.reindex import reindex
from archiver.steps.repair_log import LogRepair
from archiver.steps.repair_sources import Sources
from archiver.store import Store, contract_text
from archiver.store.layout import FORMAT, FORMAT_FILE, MANIFEST, README, check_format
from archiver.store.restore import put_aside, restore_bytes, restore_copy

__all__ = ["Mended", "repair"]

#: A manifest that is put back shows what else is damaged in its folder; so it is looked again, so often at most.
_ROUNDS = 4
_SEALED = {"F001", "F002", "F006", "F007", "F101", "F102", "F211", "F212", "F301", "F302", "F601", "F602"}
_BESIDE = {"F204", "F205", "F209", "F210", "F213", "F214", "F215", "F218", "F219"}
_STRAY = {"F004", "F403"}


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing that was put right, and from what. `aside`: where what lay there is kept."""

    path: str
    how: str
    aside: str | None = None


def repair(
    store: Store, db_file: Path, *, copies: Sequence[Path], clock: Clock, told: Callable[[Mended], None]
) -> list[Finding]:
    """Put right what can be put right; what is still wrong then. `copies` are `snapshots/` folders of other copies.

    1. Sealed files: from an equal file of the home, from the WARC record of their payload, from another
    copy; a manifest from the record that lists the same. 2. Checkpoints from each other or a copy, if they are
    good; the log from a copy whose root is ours. 3. Strays go aside, written texts are written anew. 4. What a
    killed run left is put right. 5. Audit again, as long as something was put right. 6. The catalog is
    built anew if it is wrong and the log is right.

    Raises HomeTooNew for a home of a newer format, HomeLocked, HomeNotWritable.
    """
    _refuse_newer(store.root)
    aside = store.root.parent / "quarantine" / stamp14(clock.now())
    for _ in range(_ROUNDS):
        found = list(audit(store, db_file))
        with store.lock():
            mended = list(_mend(store, db_file, found, copies, aside))
        for one in mended:
            told(one)
        if not mended:
            break
    found = list(audit(store, db_file))
    if any(finding.code >= "F5" and finding.code < "F6" for finding in found):
        with suppress(HomeError):
            reindex(store=store, db_file=db_file)
            told(Mended(f"db/{db_file.name}", "built anew from the evidence"))
            found = list(audit(store, db_file))
    return found


def _refuse_newer(root: Path) -> None:
    try:
        text = (root / FORMAT_FILE).read_text("utf-8", errors="replace")
    except OSError:
        return
    try:
        check_format(text, place=str(root))
    except HomeTooNew:
        # One flipped bit makes another digit of it; a home that is newer has another contract too.
        if not (root / README).exists() or (root / README).read_bytes() != contract_text():
            raise
    except HomeMissing:
        return


def _mend(
    store: Store, db_file: Path, found: Sequence[Finding], copies: Sequence[Path], aside: Path
) -> Iterator[Mended]:
    sources, log = Sources(store.root, copies), LogRepair(store.root, copies, aside)
    # 2., because all else goes by the log.
    if how := log.mend_lines():
        yield Mended("snapshots/log/leaves.jsonl", how, _kept(aside, "log/leaves.jsonl"))
        return
    done = set[str]()
    for finding in found:
        path = finding.path.removeprefix("snapshots/")
        if path in done:
            continue
        how = None
        # 1.
        if finding.code in _SEALED:
            how = _mend_sealed(store.root, path, sources, aside)
        elif finding.code == "F005":
            how = _mend_sealed(store.root, f"{path}/{MANIFEST}", sources, aside)
        # 2.
        elif finding.code in _BESIDE:
            how = log.mend_beside(path)
        # 3.
        elif finding.code in _STRAY and put_aside(store.root, path, aside=aside):
            how = "taken out of the evidence"
        elif finding.code in {"F401", "F402"}:
            how = _write_text(store, db_file, finding.path, aside)
        if how:
            done.add(path)
            yield Mended(finding.path, how, _kept(aside, path))
    # 4., last: a run's end goes by the checkpoints.
    with suppress(HomeError):
        yield from (Mended("snapshots/tmp", note) for note in store.recover().notes)


def _mend_sealed(root: Path, path: str, sources: Sources, aside: Path) -> str | None:
    digest = sources.sealed(path)
    if digest is None:
        return None
    for source in sources.files(path, digest):
        with suppress(OSError):
            if restore_copy(root, path, source, digest, aside=aside):
                return f"from {_shown(root, source)}"
    data, how = sources.made(path, digest)
    if data is None:
        return None
    restore_bytes(root, path, data, aside=aside)
    return how


def _shown(root: Path, source: Path) -> str:
    return f"snapshots/{source.relative_to(root)}" if source.is_relative_to(root) else str(source)


def _write_text(store: Store, db_file: Path, path: str, aside: Path) -> str | None:
    name = PurePosixPath(path).name
    if path == f"snapshots/{FORMAT_FILE}":
        restore_bytes(store.root, FORMAT_FILE, f"{FORMAT}\n".encode(), aside=aside, sealed=False)
    elif path == f"snapshots/{README}":
        restore_bytes(store.root, README, contract_text(), aside=aside, sealed=False)
    elif path.startswith("db/") and name in contract_files():
        _write_beside(db_file.parent / name, contract_files()[name], aside / "db" / name)
    else:
        return None
    return "written anew"


def _write_beside(place: Path, text: str, aside: Path) -> None:
    if place.exists():
        aside.parent.mkdir(parents=True, exist_ok=True)
        place.replace(aside)
    place.write_text(text, "utf-8")


def _kept(aside: Path, path: str) -> str | None:
    places = (aside / "snapshots" / path, aside / path)
    return next((str(place.relative_to(aside.parent.parent)) for place in places if place.exists()), None)

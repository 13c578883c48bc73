"""A folder of evidence in the making: what is written into it, and the list of that."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archiver.catalog import StoredTombstone
from archiver.model.clock import format_at
from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError
from archiver.model.records import ArticleVersion, Capture
from archiver.steps.evidence_log import LogEvidence, Stamp, Stamped
from archiver.steps.evidence_page import Told, evidence_html, printed
from archiver.steps.evidence_records import Taken, records_table, servers_of, take_records
from archiver.steps.evidence_sheet import Sheet, make_sheet, preview_of
from archiver.steps.selection import Selection
from archiver.store import Store, file_digest
from archiver.store.layout import MANIFEST, RECORD
from archiver.store.notes import Note, note_bytes, sign_note
from archiver.store.seal import parse_manifest

__all__ = ["SUMS", "SUMS_NOTE", "Draft", "read_sealed", "verifier_text"]

FORMAT = "embed-archive evidence 1"
#: The first line of what is signed here: no checkpoint begins with it, so neither can pass for the other.
_NOTE_KIND = "embed-archive/evidence"
SUMS, SUMS_NOTE = "sha256sums.txt", "sha256sums.note"
_SEE_AUDIT = "See `archiver audit` for what else is damaged."

Folder = Capture | ArticleVersion


def verifier_text() -> bytes:
    """The script that goes into every bundle."""
    return resources.files("archiver.steps").joinpath("evidence_verify.sh").read_bytes()


def read_sealed(store: Store, path: str) -> Folder:
    """The record of an evidence folder. Raises ArchiverError."""
    try:
        return store.read_folder(path)
    except ValueError as error:
        raise ArchiverError(str(error), next_step=_SEE_AUDIT) from None


class Draft:
    """A bundle in the making."""

    def __init__(self, root: Path, store: Store, log: LogEvidence) -> None:
        self.sheets: list[Sheet] = []
        self._root, self._store, self._log = root, store, log
        self._sums: dict[str, Digest] = {}
        self._records: dict[str, tuple[Taken, ...]] = {}

    def add_capture(self, path: str) -> None:
        """Copy one evidence folder with its network records."""
        folder, entry = read_sealed(self._store, path), self._log.entries[path]
        manifest = (self._store.root / path / MANIFEST).read_bytes()
        if sha256(manifest) != entry.leaf.digest:
            raise ArchiverError(f"{path}/{MANIFEST} is not the one in the log", next_step=_SEE_AUDIT)
        sealed = _manifest(path, manifest)
        now = {name: self._copy(path, name, digest) for name, digest in sealed.items()}
        self._write(f"captures/{folder.id}/{MANIFEST}", manifest)
        taken = self._records[folder.id] = self._add_records(folder) if folder.warc else ()
        seen = folder.final_url if isinstance(folder, Capture) else None
        self.sheets.append(
            make_sheet(
                folder,
                entry,
                sealed=sealed,
                now=now,
                manifest_now=sha256(manifest),
                record_bytes=(self._root / "captures" / folder.id / RECORD).stat().st_size,
                servers=servers_of(taken, seen or folder.resource.uri),
                preview=preview_of(folder, self._root / "captures" / folder.id),
            )
        )

    def add_log(self) -> None:
        """Entries and proofs, checkpoints with their stamps, keys."""
        for path, entry in self._log.entries.items():
            name = PurePosixPath(path).name
            self._write(f"log/entries/{name}.leaf", entry.line + b"\n")
            self._write(f"log/entries/{name}.tlog-proof", entry.proof)
        for one in self._log.checkpoints:
            self._write(_checkpoint_file(one), one.checkpoint.data)
            for stamp in one.stamps:
                self._write(_stamp_file(stamp), stamp.reply)
                self._write(_stamp_file(stamp).removesuffix(".tsr") + ".pem", stamp.chain)
        for key_id, pem in self._log.keys.items():
            self._write(f"log/keys/{key_id}.pem", pem)

    def add_texts(self, told: Told, selection: Selection, print_page: Callable[[str], bytes | None] | None) -> bool:
        """What people and programs read first; whether there is a PDF of it."""
        withdrawn = [_gone(stone) for stone in selection.withdrawn]
        if withdrawn:
            self._write("withdrawn.jsonl", b"".join(map(_json_line, withdrawn)))
        self._write("bundle.json", _json(self._described(told, withdrawn)))
        page = evidence_html(told)
        self._write("report.html", page.encode())
        pdf = print_page(page) if print_page else None
        if pdf:
            self._write("report.pdf", pdf)
        self._write("verify.sh", verifier_text())
        self._write("README.txt", _readme(told, len(withdrawn), pdf=pdf is not None))
        return pdf is not None

    def close(self, at: datetime, key: Ed25519PrivateKey) -> Digest:
        """List all files, and sign the list; the digest of the list."""
        listed = "".join(f"{digest.hex}  {name}\n" for name, digest in sorted(self._sums.items())).encode()
        origin = self._log.origin
        text = f"{_NOTE_KIND}\n{origin}\n{sha256(listed)}\n{format_at(at)}\n".encode()
        (self._root / SUMS).write_bytes(listed)
        (self._root / SUMS_NOTE).write_bytes(note_bytes(Note(text, (sign_note(text, origin, key),))))
        return sha256(listed)

    def count(self) -> tuple[int, int]:
        """How many files there are, and their bytes."""
        files = [file for file in self._root.rglob("*") if file.is_file()]
        return len(files), sum(file.stat().st_size for file in files)

    def _copy(self, path: str, name: str, sealed: Digest) -> Digest:
        source, target = self._store.root / path / name, f"captures/{PurePosixPath(path).name}/{name}"
        place = self._place(target)
        try:
            shutil.copyfile(source, place)
        except FileNotFoundError:
            raise ArchiverError(f"{path}/{name} is missing", next_step=_SEE_AUDIT) from None
        found = self._sums[target] = file_digest(place)
        if found != sealed:
            raise ArchiverError(f"{path}/{name} is not what was sealed", next_step=_SEE_AUDIT)
        return found

    def _add_records(self, folder: Folder) -> tuple[Taken, ...]:
        name = f"warc/{folder.id}.warc.gz"
        with self._place(name).open("xb") as file:
            taken = take_records(self._store.root, folder.warc, file)
        self._sums[name] = file_digest(self._root / name)
        self._write(f"warc/{folder.id}.records.tsv", records_table(taken).encode())
        return taken

    def _write(self, name: str, data: bytes) -> None:
        self._place(name).write_bytes(data)
        self._sums[name] = sha256(data)

    def _place(self, name: str) -> Path:
        place = self._root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _described(self, told: Told, withdrawn: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "log": told.log.origin,
            "made_at": format_at(told.made_at),
            "program": told.software,
            "operator": told.operator,
            "keys": [
                {"id": key_id, "sha256": print_}
                for key_id, print_ in zip(told.log.keys, told.fingerprints, strict=True)
            ],
            "checkpoints": list(map(_checkpoint_told, told.log.checkpoints)),
            "captures": [_capture_told(sheet, self._records.get(sheet.id, ())) for sheet in told.sheets],
            "warc_files": [
                {"file": path, "entry": entry.leaf.seq, "digest": str(entry.leaf.digest)}
                for path, entry in told.log.entries.items()
                if entry.leaf.kind == "warc"
            ],
            "missing": list(told.missing),
            "withdrawn": list(withdrawn),
        }


def _manifest(path: str, data: bytes) -> dict[str, Digest]:
    try:
        return parse_manifest(data)
    except ValueError as error:
        raise ArchiverError(f"{path}/{MANIFEST}: {error}", next_step=_SEE_AUDIT) from None


def _checkpoint_file(one: Stamped) -> str:
    return f"log/{one.checkpoint.size:012d}.checkpoint"


def _stamp_file(stamp: Stamp) -> str:
    return f"log/{stamp.name}"


def _checkpoint_told(one: Stamped) -> dict[str, Any]:
    stamps = [
        {"authority": stamp.authority, "at": format_at(stamp.at), "file": _stamp_file(stamp)} for stamp in one.stamps
    ]
    return {
        "size": one.checkpoint.size,
        "root": f"sha256:{one.checkpoint.root.hex()}",
        "file": _checkpoint_file(one),
        "signed_by": list(one.checkpoint.signers),
        "timestamps": stamps,
    }


def _capture_told(sheet: Sheet, taken: Sequence[Taken]) -> dict[str, Any]:
    entry = sheet.entry
    return {
        "id": sheet.id,
        "url": sheet.url,
        "captured_at": format_at(sheet.at),
        "outcome": sheet.outcome,
        "manifest": str(sheet.manifest),
        "entry": entry.leaf.seq,
        "checkpoint": entry.under.checkpoint.size,
        "existed_by": format_at(entry.under.at) if entry.under.at else None,
        "records": len(taken),
        "notices": list(sheet.notices),
    }


def _gone(stone: StoredTombstone) -> dict[str, Any]:
    return {
        "id": stone.id,
        "url": stone.uri,
        "captured_at": format_at(stone.captured_at),
        "act": stone.act.value,
        "withdrawn_at": format_at(stone.withdrawn_at),
        "reason": stone.reason,
    }


def _readme(told: Told, withdrawn: int, *, pdf: bool) -> bytes:
    return printed(
        "evidence_readme.txt",
        markup=False,
        origin=told.log.origin,
        keys=told.fingerprints,
        verify=told.verifier,
        unstamped=told.unstamped,
        logged_in=told.logged_in,
        withdrawn=withdrawn,
        pdf=pdf,
    ).encode()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _json_line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"

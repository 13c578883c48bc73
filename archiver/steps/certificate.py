"""The text with which a qualified person certifies copies by their digests: at collection, and now."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from archiver.model.clock import Clock
from archiver.model.digests import Digest, sha256
from archiver.model.errors import ArchiverError
from archiver.steps.evidence_draft import Folder, read_sealed
from archiver.steps.evidence_log import LogEvidence, gather_log
from archiver.steps.evidence_page import fingerprint_of, printed
from archiver.steps.evidence_records import take_records
from archiver.steps.evidence_sheet import Sheet, make_sheet
from archiver.steps.selection import Selection
from archiver.store import Store, file_digest
from archiver.store.layout import MANIFEST, RECORD
from archiver.store.seal import parse_manifest

__all__ = ["Certificate", "certificate_html", "certificate_text", "certify"]

_WIDTH = 96
_SEE_AUDIT = "Nothing can be certified of it. See `archiver audit` for what else is damaged."
#: What the person who signs fills in.
BLANKS = ("Name", "Position", "Organisation", "Place", "Date", "Signature")
NOTE = (
    "This text is a form. It describes what a program recorded and computed; it is no legal advice. Whether it is "
    "fit for a purpose, and what form of declaration the law of a place asks for, is for the person who signs "
    "and those who advise them."
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Captures whose bytes were just read again, and found to be what was sealed.

    `handed_out` is the digest of the list of files of a folder of evidence, if it is about one.
    """

    sheets: tuple[Sheet, ...]
    log: LogEvidence
    made_at: datetime
    software: str
    operator: str | None = None
    handed_out: Digest | None = None

    @property
    def key(self) -> str:
        """The SHA-256 of the public key (DER) that signs now."""
        return fingerprint_of(self.log.keys[self.log.signer])

    @property
    def clauses(self) -> tuple[str, ...]:
        """The statements, in their order; nothing of strangers is in them."""
        text = printed(
            "certificate_clauses.txt",
            markup=False,
            **{field.name: getattr(self, field.name) for field in fields(self)},
            key=self.key,
            methods=_methods(self.sheets),
            origin=self.log.origin,
            stamped=[one for one in self.log.checkpoints if one.stamps],
            unstamped=sum(sheet.entry.under.at is None for sheet in self.sheets),
        )
        return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip())


def certify(
    selection: Selection,
    *,
    store: Store,
    clock: Clock,
    software: str,
    operator: str | None = None,
    handed_out: Digest | None = None,
) -> Certificate:
    """Read every byte of the selected captures again, and compare.

    1. Each file with the digest in its manifest. 2. The manifest with the digest in the log. 3. Each
    network record with the digests that it bears, and those in `capture.json`.

    Raises ArchiverError for the first that differs: what is damaged can't be certified; also
    if the log is not signed.
    """
    log = gather_log(store.root, selection.paths)
    sheets = tuple(_sheet(store, log, path) for path in selection.paths)
    return Certificate(sheets, log, clock.now(), software, operator, handed_out)


def certificate_text(certificate: Certificate) -> str:
    """The certificate as plain text."""
    lines = ["CERTIFICATION OF DIGITAL RECORDS", ""]
    for number, clause in enumerate(certificate.clauses, 1):
        lines += [*textwrap.wrap(clause, _WIDTH, initial_indent=f"{number:>2}. ", subsequent_indent="    "), ""]
    for number, sheet in enumerate(certificate.sheets, 1):
        lines += [*_record_lines(number, sheet), ""]
    lines += [f"{blank + ':':<14}{'_' * 48}\n" for blank in BLANKS]
    return "\n".join([*lines, *textwrap.wrap(NOTE, _WIDTH), ""])


def certificate_html(certificate: Certificate) -> str:
    """The certificate as a page that prints."""
    return printed("certificate.html.j2", certificate=certificate, blanks=BLANKS, note=NOTE)


class _Nowhere:
    """Takes what is written, and forgets it."""

    def write(self, data: bytes) -> int:
        return len(data)


def _sheet(store: Store, log: LogEvidence, path: str) -> Sheet:
    folder, entry = read_sealed(store, path), log.entries[path]
    manifest = (store.root / path / MANIFEST).read_bytes()
    if sha256(manifest) != entry.leaf.digest:
        raise ArchiverError(f"{path}/{MANIFEST} is not the one in the log", next_step=_SEE_AUDIT)
    sealed = parse_manifest(manifest)
    now = {name: _read_again(store.root / path / name, f"{path}/{name}", digest) for name, digest in sealed.items()}
    _read_records(store, folder)
    return make_sheet(
        folder,
        entry,
        sealed=sealed,
        now=now,
        manifest_now=sha256(manifest),
        record_bytes=(store.root / path / RECORD).stat().st_size,
    )


def _read_again(file: Path, name: str, sealed: Digest) -> Digest:
    try:
        found = file_digest(file)
    except FileNotFoundError:
        raise ArchiverError(f"{name} is missing", next_step=_SEE_AUDIT) from None
    if found != sealed:
        raise ArchiverError(f"{name} is not what was sealed", next_step=_SEE_AUDIT)
    return found


def _read_records(store: Store, folder: Folder) -> None:
    stated = {ref.record_id: ref for ref in folder.warc}
    for one in take_records(store.root, folder.warc, _Nowhere()):
        ref = stated.get(one.record_id)
        if ref and ref.payload_digest and one.payload and ref.payload_digest != one.payload:
            raise ArchiverError(f"{one.file}, record at {one.original_offset}: another payload", next_step=_SEE_AUDIT)


def _methods(sheets: tuple[Sheet, ...]) -> list[str]:
    made = (value for sheet in sheets for label, value in sheet.facts if label == "Made with")
    return list(dict.fromkeys(made))


def _record_lines(number: int, sheet: Sheet) -> Iterator[str]:
    yield f"RECORD {number}: {sheet.title}"
    yield f"  address        {sheet.url}"
    yield f"  collected      {_instant(sheet.at)} (the archive's clock), {sheet.outcome}"
    yield f"  identifier     {sheet.id}"
    yield f"  log entry      {sheet.entry.leaf.seq}, made {_instant(sheet.entry.leaf.at)}"
    for notice in sheet.notices:
        yield from textwrap.wrap(notice, _WIDTH, initial_indent="  NOTE: ", subsequent_indent="        ")
    for file in sheet.files:
        yield f"  {file.path} ({file.size_bytes} bytes)"
        yield f"    at collection  {file.sealed.hex}"
        yield f"    now            {file.now.hex}"
    yield f"  {MANIFEST}, over all files"
    yield f"    at collection  {sheet.manifest.hex}"
    yield f"    now            {sheet.manifest_now.hex}"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

"""Where the bytes of a sealed file may still be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from archiver.fetch.httpbody import decoded
from archiver.model.digests import Digest, sha256
from archiver.model.httpwire import payload_of, response_headers, split_head
from archiver.model.records import Leaf, WarcRef
from archiver.steps.audit_survey import Survey, survey
from archiver.steps.audit_tombstones import audit_tombstones
from archiver.steps.audit_warc import stated_digests
from archiver.store import Withdrawals
from archiver.store.evidence import read_record
from archiver.store.layout import CAPTURES, MANIFEST, RECORD, WARCS
from archiver.store.recorded import read_response
from archiver.store.seal import Folder, manifest_text, parse_manifest

__all__ = ["Sources"]

_FOLDER_PARTS = 5
_ANSWERS = {"response", "revisit"}
_MOST_DECODED_BYTES = 1 << 30


@dataclass(slots=True)
class Sources:
    """What is known of a home and its other copies (`snapshots/` folders each). All paths are relative to these."""

    root: Path
    copies: Sequence[Path]
    _found: Survey = field(init=False)
    _gone: Withdrawals = field(default_factory=Withdrawals)
    _equal: dict[Digest, list[str]] | None = None

    def __post_init__(self) -> None:
        self._found = survey(self.root)
        # What they take away is no loss, so nothing may put it back.
        list(audit_tombstones(self.root, self._found, into=self._gone))

    def sealed(self, path: str) -> Digest | None:
        """The digest that a file was sealed with, as the log or a manifest that the log vouches for has it."""
        parts = PurePosixPath(path).parts
        folder, name = "/".join(parts[:_FOLDER_PARTS]), "/".join(parts[_FOLDER_PARTS:])
        if parts[0] == CAPTURES:
            leaf = self._found.leaves.get(folder)
            if leaf is None or folder in self._gone.folders:
                return None
            return leaf.digest if name == MANIFEST else self._manifest(leaf).get(name)
        if parts[0] == WARCS:
            stated = stated_digests(path, self._found, self._gone)
            return stated[0] if len(stated) == 1 else None
        leaf = self._found.leaves.get(path)
        return leaf.digest if leaf else None

    def files(self, path: str, digest: Digest) -> Iterator[Path]:
        """Files that ought to have this digest: equal ones of the home, then the same one of each copy."""
        yield from (self.root / other for other in self._equals().get(digest, ()) if other != path)
        yield from (copy / path for copy in self.copies if (copy / path).is_file())

    def made(self, path: str, digest: Digest) -> tuple[bytes | None, str]:
        """Bytes of this digest out of what else the home holds, and where they come from."""
        parts = PurePosixPath(path).parts
        folder, name = "/".join(parts[:_FOLDER_PARTS]), "/".join(parts[_FOLDER_PARTS:])
        if parts[0] != CAPTURES or name == RECORD:
            return None, ""
        try:
            data = (self.root / folder / RECORD).read_bytes()
            record = read_record(data)
        except (OSError, ValueError):
            return None, ""
        if name == MANIFEST:
            return self._remade_manifest(data, record, digest)
        return self._from_wire(record.warc, digest)

    def _manifest(self, leaf: Leaf) -> dict[str, Digest]:
        try:
            data = (self.root / leaf.path / MANIFEST).read_bytes()
            return parse_manifest(data) if sha256(data) == leaf.digest else {}
        except (OSError, ValueError):
            return {}

    def _equals(self) -> dict[Digest, list[str]]:
        if self._equal is None:
            self._equal = {}
            for leaf in self._found.of_kind("capture", "article"):
                if leaf.path in self._found.files:
                    for name, digest in self._manifest(leaf).items():
                        self._equal.setdefault(digest, []).append(f"{leaf.path}/{name}")
        return self._equal

    def _remade_manifest(self, data: bytes, record: Folder, digest: Digest) -> tuple[bytes | None, str]:
        text = manifest_text([(RECORD, sha256(data)), *((item.path, item.digest) for item in record.artefacts)])
        return (text, f"from what {RECORD} lists") if sha256(text) == digest else (None, "")

    def _from_wire(self, refs: Sequence[WarcRef], digest: Digest) -> tuple[bytes | None, str]:
        """The body of an answer, as it came or decoded, if it has this digest."""
        for ref in refs:
            if ref.record_type not in _ANSWERS:
                continue
            try:
                block = read_response(self.root, ref)
            except (OSError, ValueError):
                continue
            for body in _bodies(block):
                if sha256(body) == digest:
                    return body, f"from snapshots/{ref.file}, record at {ref.offset}"
        return None, ""


def _bodies(block: bytes) -> Iterator[bytes]:
    payload = payload_of(block)
    yield payload
    fields = dict(response_headers(split_head(block)[0]))
    if "content-encoding" in fields:
        plain = decoded(payload, fields["content-encoding"], _MOST_DECODED_BYTES)
        if plain is not None:
            yield plain[0]

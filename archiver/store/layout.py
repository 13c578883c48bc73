"""Names and places below `snapshots/`: every one is made here, none comes from page text."""

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath

from archiver.model.clock import stamp14
from archiver.model.digests import Digest
from archiver.model.errors import HomeMissing, HomeTooNew
from archiver.model.records import Resource
from archiver.model.urls import parse_url

__all__ = [
    "AUTHORITIES",
    "CAPTURES",
    "CHECKPOINT",
    "CHECKPOINTS",
    "FORMAT",
    "FORMAT_FILE",
    "JOURNALS",
    "LEAVES",
    "LOCK",
    "MANIFEST",
    "PUBLIC_KEYS",
    "README",
    "RECORD",
    "TMP",
    "TOMBSTONES",
    "WARCS",
    "capture_id",
    "capture_path",
    "chain_path",
    "check_draft_path",
    "check_format",
    "check_id",
    "checkpoint_path",
    "day_of",
    "is_beside_log",
    "is_chain_of",
    "is_checkpoint",
    "is_journal",
    "is_public_key",
    "is_tombstone",
    "is_warc",
    "journal_path",
    "public_key_path",
    "stamp_path",
    "tombstone_of",
    "tombstone_path",
    "tombstone_run",
    "warc_path",
    "warc_run",
]

FORMAT = "embed-archive 1"
FORMAT_FILE = "FORMAT"
README = "README.md"
CAPTURES = "captures"
WARCS = "warc"
JOURNALS = "runs"
TOMBSTONES = "tombstones"
TMP = "tmp"
#: There while a run's last entry is in the log and the checkpoint does not cover it yet.
ENDING = f"{TMP}/ending"
LOCK = "tmp/lock"
LEAVES = "log/leaves.jsonl"
CHECKPOINT = "log/checkpoint"
#: Every run's checkpoint with its timestamps; the public keys; the certificates of timestamp authorities.
CHECKPOINTS, PUBLIC_KEYS, AUTHORITIES = "log/checkpoints", "log/keys", "log/authorities"
RECORD = "capture.json"
MANIFEST = "manifest-sha256.txt"

_ID = re.compile(r"(\d{4})(\d{2})(\d{2})T\d{6}Z-[A-Za-z0-9_-]{1,96}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_SLUG_CHARACTERS = 64
_SIZE_DIGITS = 12
_CHECKPOINT = re.compile(rf"{CHECKPOINTS}/\d{{4}}/\d{{2}}/\d{{2}}/\d{{{_SIZE_DIGITS},18}}\.checkpoint")
_AUTHORITY = r"[a-z0-9][a-z0-9-]{0,31}"
_STAMP = re.compile(
    rf"{CHECKPOINTS}/\d{{4}}/\d{{2}}/\d{{2}}/(\d{{{_SIZE_DIGITS},18}})\.({_AUTHORITY})\.([1-9]\d{{0,5}})(?:\.r([1-9]\d{{0,5}}))?\.tsr"
)
_CHAIN_DIGITS = 16
_CHAIN = re.compile(rf"{AUTHORITIES}/{_AUTHORITY}-[0-9a-f]{{{_CHAIN_DIGITS}}}\.pem")
_PUBLIC_KEY = re.compile(rf"{PUBLIC_KEYS}/[0-9a-f]{{8}}\.pem")
#: A file may lie in the capture's folder or one folder below it (`media/1.jpg`).
_MOST_PARTS = 2


def capture_id(resource: Resource, *, at: datetime, suffix: str, article: bool = False) -> str:
    """The name of an evidence folder: sorts by time and names its subject.

    `20261122T101530Z-x-1508955577374146568-9f3a` for a post, `…-page-example-com-9f3a` for
    any other page, `…-article-example-com-9f3a` for a state of an article. `suffix` is what
    keeps two captures of one second apart. The name is a label: read `capture.json` for
    what was captured, because an id's unsafe characters are replaced here.
    """
    if article:
        subject = f"article-{_host_slug(resource)}"
    elif resource.platform and resource.post_id:
        subject = f"{_slug(resource.platform)}-{_slug(resource.post_id)}"
    else:
        subject = f"page-{_host_slug(resource)}"
    return f"{stamp14(at)}-{subject}-{_slug(suffix)}"


def check_id(identifier: str) -> str:
    """The identifier itself; ValueError if it is not safe as a name."""
    if not _ID.fullmatch(identifier):
        raise ValueError(f"not an identifier of this archive: {identifier!r}")
    return identifier


def day_of(identifier: str) -> str:
    """`2026/11/22`: the folders in which things of that day lie."""
    match = _ID.fullmatch(identifier)
    if match is None:
        raise ValueError(f"not an identifier of this archive: {identifier!r}")
    return "/".join(match.groups())


def capture_path(identifier: str) -> str:
    """Where an evidence folder lies, relative to `snapshots/`."""
    return f"{CAPTURES}/{day_of(identifier)}/{identifier}"


def journal_path(run_id: str) -> str:
    """Where the journal of a run lies, relative to `snapshots/`."""
    return f"{JOURNALS}/{day_of(run_id)}/{run_id}.jsonl"


def is_journal(path: str) -> bool:
    """Whether this is where the journal of some run lies."""
    name = PurePosixPath(path).name.removesuffix(".jsonl")
    return _ID.fullmatch(name) is not None and journal_path(name) == path


def warc_path(run_id: str, worker: int, number: int) -> str:
    """Where one WARC file of a run lies, relative to `snapshots/`."""
    return f"{WARCS}/{day_of(run_id)}/{run_id}-{worker}-{number}.warc.gz"


def is_warc(path: str) -> bool:
    """Whether this is where some WARC file lies."""
    run_id = warc_run(path)
    name = rf"{re.escape(run_id)}-\d{{1,9}}-\d{{1,9}}\.warc\.gz"
    return bool(_ID.fullmatch(run_id) and re.fullmatch(f"{WARCS}/{day_of(run_id)}/{name}", path))


def warc_run(path: str) -> str:
    """The id of the run that a WARC file belongs to, from its name."""
    return PurePosixPath(path).name.removesuffix(".warc.gz").rsplit("-", 2)[0]


def tombstone_path(run_id: str, number: int) -> str:
    """Where one tombstone of a run lies, relative to `snapshots/`."""
    return tombstone_of(f"{check_id(run_id)}-{number}")


def tombstone_of(identifier: str) -> str:
    """Where the tombstone of this id lies, relative to `snapshots/`."""
    return f"{TOMBSTONES}/{day_of(identifier)}/{identifier}.json"


def tombstone_run(path: str) -> str:
    """The id of the run that made a tombstone, from its name."""
    return PurePosixPath(path).stem.rpartition("-")[0]


def is_tombstone(path: str) -> bool:
    """Whether this is where some tombstone lies."""
    run_id, number = tombstone_run(path), PurePosixPath(path).stem.rpartition("-")[2]
    return bool(_ID.fullmatch(run_id) and number.isdecimal() and tombstone_path(run_id, int(number)) == path)


def checkpoint_path(size: int, at: datetime) -> str:
    """Where the checkpoint over `size` leaves is kept; `at` is the instant of the last of them."""
    return f"{CHECKPOINTS}/{at.astimezone(UTC):%Y/%m/%d}/{size:0{_SIZE_DIGITS}d}.checkpoint"


def stamp_path(checkpoint: str, authority: str, number: int, renewal: int = 0) -> str:
    """Where the timestamp number `number` (from 1) of a kept checkpoint lies, or one that renews it."""
    renewed = f".r{renewal}" if renewal else ""
    return f"{checkpoint.removesuffix('.checkpoint')}.{authority}.{number}{renewed}.tsr"


def chain_path(authority: str, digest: Digest) -> str:
    """Where certificates of a timestamp authority lie, relative to `snapshots/`."""
    return f"{AUTHORITIES}/{authority}-{digest.hex[:_CHAIN_DIGITS]}.pem"


def is_chain_of(path: str, authority: str) -> bool:
    """Whether this is where certificates of that authority lie."""
    return _CHAIN.fullmatch(path) is not None and PurePosixPath(path).stem[: -_CHAIN_DIGITS - 1] == authority


def is_beside_log(path: str) -> bool:
    """Whether this is where a kept checkpoint, a timestamp, its certificates, or a public key lies."""
    return any(pattern.fullmatch(path) for pattern in (_CHECKPOINT, _STAMP, _CHAIN, _PUBLIC_KEY))


def is_checkpoint(path: str) -> bool:
    """Whether this is where a kept checkpoint lies."""
    return _CHECKPOINT.fullmatch(path) is not None


def public_key_path(key_id: str) -> str:
    """Where the public part of a key lies, relative to `snapshots/`."""
    return f"{PUBLIC_KEYS}/{key_id}.pem"


def is_public_key(path: str) -> bool:
    """Whether this is where a public key lies."""
    return _PUBLIC_KEY.fullmatch(path) is not None


def check_draft_path(path: str) -> str:
    """The path itself; ValueError if it may not be a file of an evidence folder."""
    parts = PurePosixPath(path).parts
    fits = 1 <= len(parts) <= _MOST_PARTS and all(_PART.fullmatch(part) for part in parts)
    if not fits or "/".join(parts) != path or path in {RECORD, MANIFEST}:
        raise ValueError(f"not a name for a file of a capture: {path!r}")
    return path


def check_format(text: str, *, place: str) -> None:
    """Raise unless `text` is what the FORMAT file of a home says that this program knows.

    HomeTooNew for a higher number, HomeMissing for anything that is no such file.
    """
    match = re.fullmatch(r"embed-archive (\d{1,9})\n", text)
    if match is None:
        raise HomeMissing(f"{place}: its FORMAT file is not that of an embed-archive")
    if text != f"{FORMAT}\n":
        raise HomeTooNew(f"{place}: its format is {text.strip()!r}, and this program knows {FORMAT!r}")


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:_SLUG_CHARACTERS].strip("-") or "none"


def _host_slug(resource: Resource) -> str:
    url = parse_url(resource.uri)
    return _slug(url.host.replace(".", "-")) if url else _slug(resource.key.partition(":")[0])

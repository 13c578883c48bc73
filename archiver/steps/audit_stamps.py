"""The audit's look at timestamps: is each over what lies there, and does it still say so for long?"""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from cryptography import x509

from archiver.model.clock import format_at
from archiver.model.digests import sha256
from archiver.steps.audit_folders import CLOCK_TOLERANCE
from archiver.steps.audit_signed import SignedLog
from archiver.steps.audit_token import token_problem
from archiver.steps.findings import Finding
from archiver.store import Stamp, StampFile, check_stamp, stamp_file, stamped_bytes
from archiver.store.layout import AUTHORITIES, chain_path, is_chain_of

__all__ = ["audit_stamps"]

#: A certificate that ends within this time is told of; runs renew what rests on it long before.
_TELL_BEFORE = timedelta(days=30)
Chains = dict[str, set[x509.Certificate]]
Roots = Mapping[str, Sequence[x509.Certificate]]


def audit_stamps(
    root: Path, log: SignedLog, *, now: datetime, trusted: Roots, takes: Callable[[str], bool]
) -> Iterator[Finding]:
    """Everything that is wrong with those timestamps that it `takes`, and with what was kept to check them.

    1. The certificates of an authority have the digest in their file's name. 2. Each timestamp lies
    beside its checkpoint, is over its bytes and those of the timestamps that it renews, is signed, and its
    chain was good at its time, up to a root kept here (and one of the `trusted`, where these
    name the authority). 3. Nothing that it covers is dated after it. 4. Of each checkpoint some
    timestamp rests on certificates that do not end soon.
    """
    # 1.
    chains: Chains = {}
    yield from _read_chains(root, log, into=chains)
    good: dict[str, list[Stamp]] = {}
    for file in filter(None, map(stamp_file, sorted(log.found.beside))):
        # 2.
        if not takes(file.path):
            continue
        stamp = _checked(root, file, chains, trusted)
        if isinstance(stamp, Finding):
            yield stamp
            continue
        good.setdefault(file.checkpoint, []).append(stamp)
        # 3.
        yield from _audit_time(file, stamp, log)
    # 4.
    yield from _audit_expiry(good, now)


def _read_chains(root: Path, log: SignedLog, *, into: Chains) -> Iterator[Finding]:
    for path in sorted(path for path in log.found.beside if path.startswith(f"{AUTHORITIES}/")):
        authority = PurePosixPath(path).stem.rpartition("-")[0]
        try:
            data = (root / path).read_bytes()
            digest = sha256(data)
            # First: what is not what was kept need not be read.
            if chain_path(authority, digest) != path or not is_chain_of(path, authority):
                yield Finding("F218", f"snapshots/{path}", found=str(digest))
                continue
            certificates = x509.load_pem_x509_certificates(data)
        except (OSError, ValueError) as error:
            yield Finding("F218", f"snapshots/{path}", found=str(error))
            continue
        into.setdefault(authority, set()).update(certificates)


def _checked(root: Path, file: StampFile, chains: Chains, trusted: Roots) -> Stamp | Finding:
    place = f"snapshots/{file.path}"
    kept = chains.get(file.authority, set())
    try:
        digest = hashlib.sha256(stamped_bytes(root, file)).digest()
        data = (root / file.path).read_bytes()
        with warnings.catch_warnings():
            # Damaged certificates make the library warn of itself; what is wrong with them is told as a finding.
            warnings.simplefilter("ignore")
            stamp = check_stamp(data, digest, trusted=tuple(kept))
    except OSError as error:
        return Finding("F215", place, found=f"{PurePosixPath(str(error.filename)).name}: {error.strerror}")
    except ValueError as error:
        return Finding("F215", place, None, f"over sha256:{digest.hex()}", str(error))
    if not kept.issuperset((*stamp.chain, *stamp.others)):
        return Finding("F215", place, found="it brings certificates that were not kept")
    if problem := token_problem(data):
        return Finding("F215", place, found=problem)
    configured = trusted.get(file.authority)
    if configured is not None and stamp.chain[-1] not in configured:
        return Finding("F215", place, found="its root is not the one that is configured for this authority")
    return stamp


def _audit_time(file: StampFile, stamp: Stamp, log: SignedLog) -> Iterator[Finding]:
    checkpoint = log.checkpoints.get(file.checkpoint)
    newest = log.entry(checkpoint.size - 1) if checkpoint else None
    off = timedelta(seconds=stamp.accuracy_s) + CLOCK_TOLERANCE
    if newest is not None and newest.at > stamp.at + off:
        row = f"entry {newest.seq}"
        yield Finding(
            "F217", f"snapshots/{file.path}", row, f"before {format_at(stamp.at)}", f"dated {format_at(newest.at)}"
        )


def _audit_expiry(good: Mapping[str, Sequence[Stamp]], now: datetime) -> Iterator[Finding]:
    """One finding, however many checkpoints it concerns: they are renewed together."""
    ending = {path: max(one.expires_at for one in stamps) for path, stamps in good.items()}
    soon = sorted((at, path) for path, at in ending.items() if at < now + _TELL_BEFORE)
    if soon:
        at, path = soon[0]
        others = f"and {len(soon) - 1} more checkpoints" if len(soon) > 1 else None
        yield Finding("F216", f"snapshots/{path}", others, f"after {format_at(now + _TELL_BEFORE)}", format_at(at))

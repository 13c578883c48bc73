"""Timestamps: what every authority says of when each checkpoint of the log existed at the latest.

There is no queue but the evidence itself: a checkpoint without a timestamp of an authority waits for one,
however long the authority is away, and whichever run comes next asks again.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from cryptography import x509

from archiver.fetch.authorities import ask_authority
from archiver.fetch.posted import Post
from archiver.model.clock import Clock, format_at
from archiver.model.errors import UsageError
from archiver.model.settings import AuthoritySettings
from archiver.store import Stamp, StampFile, Store, chain_pem, check_stamp, earliest_expiry, stamp_query, stamped_bytes

__all__ = ["Authority", "StampReport", "load_authorities", "stamp_checkpoints"]

#: Most timestamps asked of one authority in one pass; the rest waits for the next.
MOST_ASKED = 200
#: An authority's certificate that expires within this time: its timestamps are renewed.
RENEW_BEFORE = timedelta(days=90)
_TELL_BEFORE = timedelta(days=21)
#: Two clocks that are kept by NTP are closer than this by far.
_SKEW = timedelta(seconds=60)
_NONCE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Authority:
    """A timestamp authority with the roots that are trusted for it."""

    settings: AuthoritySettings
    roots: tuple[x509.Certificate, ...]

    @property
    def name(self) -> str:
        """What files and messages call it."""
        return self.settings.name


@dataclass(slots=True)
class StampReport:
    """What came of one pass over all authorities. `waiting` counts timestamps that are still missing.

    `problems` are sentences for people: an authority that gave none, or a false one, or whose clock and
    ours contradict each other.
    """

    stamped: int = 0
    renewed: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


def load_authorities(settings: Sequence[AuthoritySettings], *, home: Path) -> tuple[Authority, ...]:
    """The authorities of the settings. Raises UsageError for a `ca` that can't be read or holds no root."""
    return tuple(Authority(one, _roots(one, home)) for one in settings)


def _roots(settings: AuthoritySettings, home: Path) -> tuple[x509.Certificate, ...]:
    place = home / settings.ca
    try:
        found = x509.load_pem_x509_certificates(place.read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no PEM certificates"
        raise UsageError(f"[[timestamps]] {settings.name}: {place}: {why}", next_step="Mend `ca`.") from None
    if not any(one.subject == one.issuer for one in found):
        raise UsageError(
            f"[[timestamps]] {settings.name}: {place} holds no root certificate",
            next_step="Put the authority's self-signed certificate into it.",
        )
    return tuple(found)


def stamp_checkpoints(
    *,
    store: Store,
    authorities: Sequence[Authority],
    post: Callable[[], Post],
    clock: Clock,
    most: int = MOST_ASKED,
) -> StampReport:
    """Have every kept checkpoint stamped by every authority. Needs the home's lock.

    1. The newest checkpoint first: it covers all that there is. Then those that wait, the oldest first.
    2. An answer is checked before it is kept: granted, of this very file, for this question, by a certificate
       made for timestamps below a trusted root, valid at the time that it states.
    3. What rests on a certificate that expires soon is renewed, while its authority can still do so.
    4. An authority that gives no good answer is asked nothing more in this pass; the rest waits.

    Of each authority at most `most` are asked. Nothing that is kept is changed, so it may be killed at any
    moment. `post` opens the way out when something is to be sent. Raises HomeNotWritable.
    """
    report = StampReport()
    for authority in authorities:
        _Stamping(store, authority, post, clock, report).all(most)
    return report


class _Refused(Exception):  # no error of ours: the authority gave no good answer
    """The authority gave no timestamp, or none that holds; the message says why."""


@dataclass(frozen=True, slots=True)
class _Stamping:
    """One pass over one authority."""

    store: Store
    authority: Authority
    post: Callable[[], Post]
    clock: Clock
    report: StampReport

    def all(self, most: int) -> None:
        kept = self.store.kept_checkpoints()
        missing = [path for path, stamps in kept.items() if all(one.authority != self.name for one in stamps)]
        asked = [*missing[-1:], *missing[:-1]][:most]
        newest_entries = self.store.entry_dates(map(_size_of, asked))
        done = 0
        try:
            for path in asked:
                # 1.
                file = StampFile(path, self.name)
                self._keep(file, self._ask(file), covered_until=newest_entries.get(_size_of(path)))
                done += 1
            # 3.
            for file, old in islice(self._expiring(kept), most - done):
                if not self._renew(file, old):
                    break
        except _Refused as refused:
            # 4.
            waiting = f"; {len(missing) - done} checkpoints wait for one" if len(missing) > done else ""
            self.report.problems.append(f"{self.name}: no timestamp: {refused}{waiting}")
        self.report.stamped += done
        self.report.waiting += len(missing) - done

    @property
    def name(self) -> str:
        return self.authority.name

    def _ask(self, file: StampFile) -> tuple[bytes, Stamp]:
        """The checked answer for what a timestamp at this place is of."""
        settings = self.authority.settings
        digest = hashlib.sha256(stamped_bytes(self.store.root, file)).digest()
        nonce = int(self.clock.random_hex(_NONCE_BYTES), 16)
        answer = ask_authority(settings.url, stamp_query(digest, nonce=nonce, policy=settings.policy), post=self.post())
        if answer.body is None:
            raise _Refused(answer.note)
        # 2.
        try:
            stamp = check_stamp(
                answer.body,
                digest,
                trusted=self.authority.roots,
                nonce=nonce,
                policy=settings.policy,
                signer=settings.signer,
            )
        except ValueError as error:
            raise _Refused(f"its answer was not kept, because {error}") from None
        return answer.body, stamp

    def _keep(self, file: StampFile, answer: tuple[bytes, Stamp], *, covered_until: datetime | None) -> None:
        data, stamp = answer
        self.store.keep_stamp(file, data, chain_pem(stamp))
        self._compare_clocks(file, stamp, covered_until)

    def _compare_clocks(self, file: StampFile, stamp: Stamp, covered_until: datetime | None) -> None:
        """A timestamp is kept as it is, also where it contradicts us: it may well be our clock that is wrong."""
        off = timedelta(seconds=stamp.accuracy_s) + _SKEW
        if covered_until is not None and stamp.at + off < covered_until:
            self.report.problems.append(
                f"{self.name}: its time {format_at(stamp.at)} is before {format_at(covered_until)}, when the newest "
                f"entry under {file.checkpoint} was made by our clock: one of the two clocks is wrong"
            )
        elif abs(stamp.at - self.clock.now()) > off:
            self.report.problems.append(
                f"{self.name}: its time was {format_at(stamp.at)} when ours was {format_at(self.clock.now())}: "
                "one of the two clocks is wrong"
            )

    # --- renewal --------------------------------------------------------------------------------

    def _expiring(self, kept: dict[str, list[StampFile]]) -> Iterator[tuple[StampFile, Stamp]]:
        """The last timestamp of each series whose certificates expire soon, the oldest first."""
        horizon = self.clock.now() + RENEW_BEFORE
        chains = self.store.authority_chains(self.name)
        if not any(_expiry(chain) <= horizon for chain in chains):
            return
        trusted = [*self.authority.roots, *(one for chain in chains for one in chain)]
        for stamps in kept.values():
            last = {one.number: one for one in stamps if one.authority == self.name}
            for file in last.values():
                stamp = self._read(file, trusted, horizon)
                if stamp is not None:
                    yield file, stamp

    def _read(self, file: StampFile, trusted: Sequence[x509.Certificate], horizon: datetime) -> Stamp | None:
        """A timestamp that expires before the horizon and holds; what holds no more is not worth another one."""
        try:
            data = (self.store.root / file.path).read_bytes()
            expiry = earliest_expiry(data)
            if expiry is not None and expiry > horizon:
                return None
            digest = hashlib.sha256(stamped_bytes(self.store.root, file)).digest()
            return check_stamp(data, digest, trusted=trusted)
        except (OSError, ValueError) as error:
            self.report.problems.append(f"{file.path}: it can't be renewed, because {error}")
            return None

    def _renew(self, file: StampFile, old: Stamp) -> bool:
        """Cover a timestamp by another one; whether that was worth it, because the new one lasts longer."""
        following = StampFile(file.checkpoint, file.authority, file.number, file.renewal + 1)
        data, stamp = self._ask(following)
        if stamp.expires_at <= old.expires_at:
            # Most authorities change their certificate long before its end: there will be other occasions.
            if old.expires_at - self.clock.now() < _TELL_BEFORE:
                self.report.problems.append(
                    f"{self.name}: timestamps of {file.checkpoint} and perhaps more rest on a certificate that expires "
                    f"at {format_at(old.expires_at)}, and it has no newer one: have another authority stamp them too"
                )
            return False
        self._keep(following, (data, stamp), covered_until=None)
        self.report.renewed += 1
        return True


def _size_of(checkpoint: str) -> int:
    return int(Path(checkpoint).stem)


def _expiry(chain: Sequence[x509.Certificate]) -> datetime:
    return min(one.not_valid_after_utc for one in chain)

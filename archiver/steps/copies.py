"""Redundancy that is checked, not believed: what another archive says of its own copies, asked and dated."""

import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from itertools import islice

from archiver.catalog import Catalog, DueCopy
from archiver.fetch.posted import Post
from archiver.model.clock import Clock
from archiver.model.exchange import Failure
from archiver.model.overtime import CopyState, OtherCopy
from archiver.model.settings import RedundancySettings
from archiver.model.states import Group
from archiver.model.urls import host_in, parse_url
from archiver.steps.cdx import Archive, Lookup, look_up
from archiver.steps.save_page import SaveKeys, Submission, submit_page
from archiver.store import RunStore
from archiver.tap import Prober
from archiver.tap.addresses import address_in, is_loopback_name, is_public

__all__ = ["CopiesReport", "CopyPolicy", "confirm_copies", "is_public_address", "save_keys"]

#: Look-ups that are begun before the next are chosen: all go to one host, one after the other.
_BATCH = 4
#: So many answers in a row that say nothing are about the archive, not about the resources.
_MOST_UNKNOWN = 4
#: Names that exist in some network only (RFC 6761, 6762, 7686, 8375, and common practice).
_PRIVATE = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "onion", "home.arpa", "alt")
_NOT_PUBLIC = "not asked about: its host is not of the public web"


@dataclass(frozen=True, slots=True)
class CopyPolicy:
    """How often one asks, and how much in one run; times in seconds.

    A copy that was found is confirmed again after `found_s`; what was not there is looked for again
    after `none_s`; after an answer that said nothing, and daily for `submitted_s` after a submission,
    after `again_s`. Save Page Now takes 3 submissions a minute without an account, and 7 with one.
    """

    found_s: int = 180 * 86_400
    none_s: int = 30 * 86_400
    again_s: int = 20 * 3_600
    submitted_s: int = 7 * 86_400
    resubmit_s: int = 30 * 86_400
    lookups: int = 500
    submissions: int = 20
    pause_s: float = 20.0
    pause_with_keys_s: float = 9.0
    rows: int = 500


@dataclass(frozen=True, slots=True)
class CopiesReport:
    """What came of one pass. `notes` are sentences for a person: why it ended early, if it did."""

    asked: int = 0
    counts: Mapping[CopyState, int] | None = None
    notes: tuple[str, ...] = ()

    def count(self, state: CopyState) -> int:
        """How many resources came to this."""
        return (self.counts or {}).get(state, 0)


def save_keys(environment: Mapping[str, str]) -> SaveKeys | None:
    """The keys of an account at the archive, from `SPN2_ACCESS_KEY` and `SPN2_SECRET_KEY`; None without both."""
    access, secret = environment.get("SPN2_ACCESS_KEY", ""), environment.get("SPN2_SECRET_KEY", "")
    return SaveKeys(access, secret) if access and secret else None


def is_public_address(url: str, private_hosts: Sequence[str] = ()) -> bool:
    """Whether an address may be named to others: not one of a network of our own, nor below `private_hosts`."""
    parsed = parse_url(url)
    if parsed is None or not re.search(r"[.:]", parsed.host):
        return False
    if is_loopback_name(parsed.host) or host_in(parsed.host, (*_PRIVATE, *private_hosts)):
        return False
    try:
        literal = address_in(parsed.host.strip("[]"))
    except ValueError:
        return False
    return literal is None or is_public(ip_address(str(literal)))


def confirm_copies(
    *,
    run: RunStore,
    catalog: Catalog,
    prober: Prober,
    clock: Clock,
    settings: RedundancySettings,
    policy: CopyPolicy | None = None,
    post: Post | None = None,
    keys: SaveKeys | None = None,
    private_hosts: Sequence[str] = (),
    resource_ids: Sequence[int] | None = None,
    left_s: Callable[[], float] | None = None,
    pause: Callable[[float], None] = time.sleep,
    progress: Callable[[str, object], None] = lambda _event, _thing: None,
) -> CopiesReport:
    """Ask another archive for its copies of what is due (or of `resource_ids`, due or not), and hand it what it lacks.

    1. Choose: cited resources never asked about, or long ago; lost ones first. 2. Look each up (see
    `cdx`), a few at a time, as politely as `prober` is. 3. A journal line for every answer, also for
    those that say nothing; then the rows. 4. If `settings.submit`, and `post` is given: hand over what
    is live and public, and of which there is none. A submission is no copy: a later look-up tells.

    It ends when `left_s` says so, or the archive gives no answer that says anything. `keys` go to
    `settings.save` alone. `progress` is called with ("copy", OtherCopy).
    """
    if not (settings.confirm or resource_ids is not None) or not settings.cdx:
        return CopiesReport()
    chosen = policy or CopyPolicy()
    job = _Pass(
        run=run,
        catalog=catalog,
        clock=clock,
        archive=Archive(settings.cdx, chosen.rows),
        policy=chosen,
        left_s=left_s or (lambda: math.inf),
        progress=progress,
    )
    missing = job.look_up_all(job.due(resource_ids), prober, private_hosts)
    if settings.submit and post is not None:
        job.submit_all(missing, settings.save, post, keys, pause)
    return CopiesReport(job.asked, job.counts, tuple(job.notes))


class _Pass:
    """One pass in progress."""

    def __init__(
        self,
        *,
        run: RunStore,
        catalog: Catalog,
        clock: Clock,
        archive: Archive,
        policy: CopyPolicy,
        left_s: Callable[[], float],
        progress: Callable[[str, object], None],
    ) -> None:
        self._run, self._catalog, self._clock, self._archive = run, catalog, clock, archive
        self._policy, self._left_s, self._progress = policy, left_s, progress
        self.asked, self.counts, self.notes = 0, Counter[CopyState](), list[str]()

    def due(self, resource_ids: Sequence[int] | None) -> list[DueCopy]:
        service, policy, now = self._archive.service, self._policy, self._clock.now()
        if resource_ids is not None:
            return self._catalog.asked_copies(service, resource_ids)
        return self._catalog.due_copies(
            service,
            found_before=now - timedelta(seconds=policy.found_s),
            none_before=now - timedelta(seconds=policy.none_s),
            again_before=now - timedelta(seconds=policy.again_s),
            submitted_after=now - timedelta(seconds=policy.submitted_s),
            limit=policy.lookups,
        )

    def look_up_all(self, due: list[DueCopy], prober: Prober, private_hosts: Sequence[str]) -> list[DueCopy]:
        """What the archive says it has no copy of."""
        public = [one for one in due if is_public_address(one.resource.uri, private_hosts)]
        self._keep([self._line(one, Lookup(CopyState.REFUSED, _NOT_PUBLIC)) for one in due if one not in public])
        missing: list[DueCopy] = []
        coming, silent = iter(public), 0
        while batch := list(islice(coming, _BATCH)):
            if self._left_s() <= 0:
                self.notes.append("the time was over before all were asked about")
                break
            lines = list(self._answers(batch, prober, missing))
            self._keep(lines)
            silent = silent + len(batch) if all(line.state is CopyState.UNKNOWN for line in lines) else 0
            if silent >= _MOST_UNKNOWN:
                why = lines[-1].note if lines else "it wants to be left alone for now"
                self.notes.append(f"{self._archive.service} gives no answers: {why}")
                break
        return missing

    def _answers(self, batch: list[DueCopy], prober: Prober, missing: list[DueCopy]) -> Iterator[OtherCopy]:
        now = self._clock.now()
        talks = ((one, look_up(one, archive=self._archive, now=now)) for one in batch)
        for ended in prober.run(talks):
            if ended.fault is not None:
                raise ended.fault
            found = ended.result
            # What politeness held back was not asked, so there is nothing to write down.
            if found is None or found.failure is Failure.HELD_BACK:
                continue
            self.asked += 1
            if found.state is CopyState.NONE:
                missing.append(ended.key)
            yield self._line(ended.key, found)

    # --- submissions ------------------------------------------------------------------------------

    def submit_all(
        self, missing: list[DueCopy], save: str, post: Post, keys: SaveKeys | None, pause: Callable[[float], None]
    ) -> None:
        """One after the other, at the archive's own pace; each is written down before the next."""
        chosen = [one for one in missing if self._may_submit(one)][: self._policy.submissions]
        pause_s = self._policy.pause_s if keys is None else self._policy.pause_with_keys_s
        for number, one in enumerate(chosen):
            if number:
                pause(min(pause_s, self._left_s()))
            if self._left_s() <= 0:
                self.notes.append(f"{len(chosen) - number} are left to be submitted")
                return
            came = submit_page(one.resource.uri, post=post, save=save, keys=keys)
            self._keep([self._line(one, came)])
            if came.enough:
                self.notes.append(f"nothing more is submitted for now: {came.note}")
                return

    def _may_submit(self, one: DueCopy) -> bool:
        """What the public can see now, and what was not handed over (or not taken) of late."""
        before = self._clock.now() - timedelta(seconds=self._policy.resubmit_s)
        late = [instant for instant in (one.submitted_at, one.refused_at) if instant is not None]
        return one.standing is not None and one.standing.group is Group.LIVE and all(at < before for at in late)

    # --- writing down -------------------------------------------------------------------------------

    def _line(self, one: DueCopy, came: Lookup | Submission) -> OtherCopy:
        found = came if isinstance(came, Lookup) else None
        return OtherCopy(
            resource=one.resource,
            service=self._archive.service,
            state=came.state,
            at=self._clock.now(),
            run_id=self._run.run_id,
            uri_m=found.uri_m if found else None,
            captured_at=found.captured_at if found else None,
            note=came.note,
        )

    def _keep(self, lines: list[OtherCopy]) -> None:
        if lines:
            self._run.note(*lines)
            self._catalog.ingest_notes(lines)
        for line in lines:
            self.counts[line.state] += 1
            self._progress("copy", line)

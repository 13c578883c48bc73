"""A look that was decided becomes lines of the journal, then rows of the catalog."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archiver.catalog import Catalog, KnownPost, KnownResource, LastComparison
from archiver.model.cadence import Cadence
from archiver.model.clock import format_at
from archiver.model.evidence import Note
from archiver.model.exchange import Exchange
from archiver.model.overtime import Comparison, Event, EventKind
from archiver.model.records import Observation
from archiver.model.states import Drift, Group
from archiver.steps.canaries import drop
from archiver.steps.checks import CheckReport, Looked
from archiver.steps.drift import Compared, compare_page, compare_post, is_news
from archiver.steps.judged import Copy, Judged
from archiver.steps.our_copy import kept_capture
from archiver.steps.stand import Stand
from archiver.steps.strikes import strikes_of
from archiver.store import RunStore

__all__ = ["Look", "Writer"]

#: So many looks are written with one sync and one transaction.
_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Look:
    """One resource that was looked at. `post` and `last` are what is stored of it, `copy` reads our copy of a page."""

    known: KnownResource
    at: datetime
    judged: Judged
    exchanges: tuple[Exchange, ...]
    copy: Callable[[], Copy | None]
    post: KnownPost | None = None
    last: LastComparison | None = None


class Writer:
    """Writes looks down, some at a time: first the journal, then the catalog. `close` writes what is left."""

    def __init__(
        self,
        *,
        run: RunStore,
        catalog: Catalog,
        cadence: Cadence,
        report: CheckReport,
        progress: Callable[[Looked], None],
    ) -> None:
        self._run, self._catalog, self._cadence = run, catalog, cadence
        self._report, self._progress = report, progress
        self._waiting: list[tuple[Look, Stand, list[Note]]] = []

    def write(self, look: Look, stand: Stand, *, declares: bool = False) -> None:
        """Take one look with what was decided of it; `declares`: with it the resource counts as lost.

        What went over the wire is kept where it found a loss that is not declared yet, or the end of one.
        """
        events = self._events(look, stand, declares=declares)
        lines: list[Note] = [self._observation(look, stand), *self._compared(look, stand), *events]
        lost = stand.availability.group is Group.GONE and look.known.declared_at is None
        if lost or any(event.kind is EventKind.CAME_BACK for event in events):
            self._run.keep_exchanges(look.exchanges)
        drop(look.exchanges)
        self._waiting.append((look, stand, lines))
        if len(self._waiting) >= _TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write what waits: whole on the disk on return."""
        waiting, self._waiting = self._waiting, []
        lines = [line for _look, _stand, some in waiting for line in some]
        if not lines:
            return
        self._run.note(*lines)
        self._catalog.ingest_notes(lines)
        after = self._catalog.next_due(look.known.id for look, _stand, _lines in waiting)
        for look, stand, some in waiting:
            kinds = tuple(line.kind for line in some if isinstance(line, Event))
            looked = self._looked(look, stand, after.get(look.known.id), kinds)
            self._report.take(looked)
            self._progress(looked)

    def _observation(self, look: Look, stand: Stand) -> Observation:
        return Observation(
            resource=look.known.resource,
            observed_at=look.at,
            availability=stand.availability,
            via=stand.via,
            evidence=stand.evidence,
            run_id=self._run.run_id,
            http_status=look.judged.http_status,
        )

    def _looked(self, look: Look, stand: Stand, now: KnownResource | None, kinds: tuple[EventKind, ...]) -> Looked:
        lost = now is not None and now.state is not None and now.state.group is Group.GONE
        strikes = strikes_of(self._catalog.looks_of(look.known.id), cadence=self._cadence) if lost else ()
        return Looked(
            resource=look.known.resource,
            at=look.at,
            state=stand.availability,
            evidence=stand.evidence,
            http_status=look.judged.http_status,
            strikes=len(strikes),
            declared_since=now.declared_at if now else None,
            next_due=now.due_at if now else None,
            events=kinds,
        )

    # --- events -----------------------------------------------------------------------------------

    def _events(self, look: Look, stand: Stand, *, declares: bool) -> list[Event]:
        if declares:
            evidence = (
                f"found gone {self._cadence.strikes} times, days apart, and never there between: {stand.evidence}"
            )
            return [self._event(look, stand, EventKind.DECLARED_GONE, evidence)]
        if look.known.declared_at and stand.availability.group in (Group.LIVE, Group.RESTRICTED):
            evidence = f"counted as lost since {format_at(look.known.declared_at)}; now {stand.evidence}"
            return [self._event(look, stand, EventKind.CAME_BACK, evidence)]
        return []

    def _event(self, look: Look, stand: Stand, kind: EventKind, evidence: str) -> Event:
        key = look.known.resource.key
        named = hashlib.sha256(f"{kind} {key} {format_at(look.at)}".encode()).hexdigest()
        kept = kept_capture(look.known.id, catalog=self._catalog)
        return Event(
            id=named[:20],
            kind=kind,
            at=look.at,
            run_id=self._run.run_id,
            evidence=evidence,
            resource=look.known.resource,
            state=stand.availability,
            capture_id=kept.id if kept else None,
        )

    # --- drift --------------------------------------------------------------------------------------

    def _compared(self, look: Look, stand: Stand) -> list[Note]:
        """The comparison with our copy where it says something new, and the event if something came of it."""
        compared = _comparison(look) if stand.availability.group is Group.LIVE else None
        if compared is None or not is_news(compared, look.last):
            return []
        line = Comparison(
            resource=look.known.resource,
            at=look.at,
            run_id=self._run.run_id,
            drift=compared.drift,
            before=compared.before,
            after=compared.after,
            distance=compared.distance,
            basis=compared.basis,
            capture_id=compared.capture_id,
        )
        if compared.drift is Drift.EDITED:
            return [line, self._event(look, stand, EventKind.EDITED, compared.evidence)]
        # A first look may differ because another client asked: only what changed since is told.
        if compared.drift is Drift.DRIFTED and look.last is not None and look.last.drift is Drift.UNCHANGED:
            return [line, self._event(look, stand, EventKind.DRIFTED, compared.evidence)]
        return [line]


def _comparison(look: Look) -> Compared | None:
    if look.judged.record is not None:
        return compare_post(look.post, look.judged.record) if look.post else None
    shown = look.judged.shown
    if shown is None or (look.last is not None and look.last.after == shown.digest):
        return None
    return compare_page(look.copy(), shown, look.last)

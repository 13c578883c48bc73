"""Runs that failed, told once: by themselves if they could, else by the next."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.catalog import Catalog
from archiver.model.clock import Clock, format_at
from archiver.model.overtime import Event, EventKind
from archiver.store import RunStore

__all__ = ["RUN_COMMAND", "leave_word", "note_failed", "note_failures"]

#: The name under which unattended passes stand in the journal.
RUN_COMMAND = "run"
#: What failed before is in the report, but is no news.
_NEWS_S = 30 * 86_400
_WORD_BYTES = 2_000
_EVIDENCE_CHARS = 1_000


def note_failures(*, run: RunStore, catalog: Catalog, clock: Clock, trouble: Path | None) -> int:
    """Write down which runs failed and did not say so themselves; how many.

    Those that were killed or lost their power (another run wrote down their end), and those that could not
    even begin, which left a word in the file `trouble`; it goes once that is written down.
    """
    since = clock.now() - timedelta(seconds=_NEWS_S)
    found = [
        _event(
            failed.id, clock.now(), run.run_id, f"the run {failed.id} did not end by itself: it was killed, or failed"
        )
        for failed in catalog.failed_runs(RUN_COMMAND, since=since)
    ]
    if trouble is not None and trouble.exists():
        found.append(_by_word(trouble, clock, run.run_id))
    new = [event for event in found if not catalog.has_event(event.id)]
    if new:
        run.note(*new)
        catalog.ingest_notes(new)
    if trouble is not None:
        trouble.unlink(missing_ok=True)
    return len(new)


def note_failed(evidence: str, *, run: RunStore, catalog: Catalog, clock: Clock) -> None:
    """Write down that this very run failed, or a part of it. Raises HomeNotWritable."""
    event = _event(run.run_id, clock.now(), run.run_id, evidence)
    run.note(event)
    catalog.ingest_notes([event])


def leave_word(trouble: Path, why: str, *, clock: Clock) -> None:
    """Leave a word for the next run: this one could not begin.

    On a full disk there may be no room for the word, but there is for an empty file: that says as much.
    """
    with contextlib.suppress(OSError):
        trouble.touch()
        trouble.write_bytes(f"{format_at(clock.now())} {why}\n".encode()[:_WORD_BYTES])


def _by_word(trouble: Path, clock: Clock, run_id: str) -> Event:
    left_at = datetime.fromtimestamp(trouble.stat().st_mtime, UTC)
    word = trouble.read_text("utf-8", errors="replace").strip() or f"{format_at(left_at)} there was no room to say why"
    return _event(f"at {left_at:%Y%m%dT%H%M%SZ}", clock.now(), run_id, f"a run could not begin: {word}")


def _event(name: str, at: datetime, run_id: str, evidence: str) -> Event:
    return Event(f"run_failed:{name}", EventKind.RUN_FAILED, at, run_id, evidence[:_EVIDENCE_CHARS])

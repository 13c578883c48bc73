"""The tables of what unattended passes write down over time."""

from archiver.catalog.vocabulary import one_of
from archiver.model.overtime import CopyState, EventKind, PollOutcome, WatchState
from archiver.model.states import Availability, Drift

__all__ = ["overtime_schema"]


def overtime_schema() -> tuple[str, ...]:
    """The statements that bring availability over time, parents first."""
    return (*_watches(), *_changes(), *_events(), *_copies(), *_rhythms())


def _watches() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE watch (
  -- A source that is polled, as its latest journal line says.
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  {one_of("state", WatchState)} NOT NULL,
  every_s INTEGER NOT NULL,
  set_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  list_column TEXT,                   -- of a CSV or JSONL list
  list_limit INTEGER,
  found_in TEXT,                      -- the watch of the list that named it; polled as long as that is
  due_at TEXT NOT NULL                -- derived: when it is polled next
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX watch_due ON watch (due_at) WHERE state = 'active'",
        "CREATE INDEX watch_found ON watch (found_in) WHERE found_in IS NOT NULL",
        f"""CREATE TABLE poll (
  -- One look at a watched source.
  watch_id TEXT NOT NULL,
  polled_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  {one_of("outcome", PollOutcome)} NOT NULL,
  note TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  digest TEXT,
  articles INTEGER NOT NULL,
  retry_after_s INTEGER,
  PRIMARY KEY (watch_id, polled_at, run_id)
) STRICT, WITHOUT ROWID""",
    )


def _changes() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE comparison (
  -- What a live resource says now beside what our copy says: content drift, where it changed.
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  compared_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  {one_of("drift", Drift)} NOT NULL,
  before_digest TEXT NOT NULL,        -- of the normalised texts
  after_digest TEXT NOT NULL,
  distance REAL NOT NULL,             -- 0 (equal) to 1
  basis TEXT NOT NULL,
  capture_id TEXT,                    -- with which it was compared
  PRIMARY KEY (resource_id, compared_at, run_id, basis)
) STRICT, WITHOUT ROWID""",
        "ALTER TABLE availability ADD COLUMN declared_at TEXT",
        "ALTER TABLE availability ADD COLUMN due_at TEXT",
        "CREATE INDEX availability_due ON availability (due_at)",
        # Which posts are known to be there: those that were seen live last.
        "CREATE INDEX availability_live ON availability (last_live_at) WHERE state = 'live'",
        "CREATE INDEX capture_incomplete ON capture (resource_id) WHERE outcome <> 'complete'",
    )


def _events() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE event (
  -- One thing that happened, told once.
  id TEXT PRIMARY KEY,
  {one_of("kind", EventKind)} NOT NULL,
  happened_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  resource_id INTEGER REFERENCES resource (id),
  article_resource_id INTEGER REFERENCES resource (id),
  {one_of("state", Availability)},
  capture_id TEXT,                    -- our copy
  evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX event_resource ON event (resource_id, happened_at)",
        """CREATE TABLE alert (
  -- That an event was told over one channel, or could not be.
  event_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  tried_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  sent INTEGER NOT NULL CHECK (sent IN (0, 1)),
  note TEXT NOT NULL,
  PRIMARY KEY (event_id, channel, tried_at)
) STRICT, WITHOUT ROWID""",
    )


def _copies() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE other_copy (
  -- What another archive answered about its copy of a resource.
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  service TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  {one_of("state", CopyState)} NOT NULL,
  uri_m TEXT,
  captured_at TEXT,                   -- by that archive's word
  note TEXT NOT NULL,
  PRIMARY KEY (resource_id, service, asked_at, run_id, state)
) STRICT, WITHOUT ROWID""",
    )


def _rhythms() -> tuple[str, ...]:
    return (
        """CREATE TABLE rhythm (
  -- By which rules resources are due and losses declared; the latest stands, without any the usual ones.
  set_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  cadence TEXT NOT NULL,              -- JSON object
  PRIMARY KEY (set_at, run_id)
) STRICT, WITHOUT ROWID""",
    )

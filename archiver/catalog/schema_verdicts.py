"""The tables of what was compared and resolved: verdicts on quotes, candidates for lost permalinks."""

from archiver.catalog.vocabulary import one_of
from archiver.model.verdicts import Against, Verdict

__all__ = ["search_schema", "verdict_schema"]


def verdict_schema() -> tuple[str, ...]:
    """The statements that bring both tables. Neither holds a word of a post."""
    return (
        f"""CREATE TABLE verdict (
  -- One comparison of a mention's claim with its post; the latest of a mention stands.
  version_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  judged_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  {one_of("verdict", Verdict)} NOT NULL,
  cues TEXT NOT NULL,                 -- JSON list: why
  {one_of("against", Against)},
  basis TEXT,                         -- a capture's id, `live`, or the URI-M of another archive
  score REAL,
  claimed_digest TEXT,                -- of both texts as compared
  kept_digest TEXT,
  PRIMARY KEY (version_id, ordinal, judged_at, run_id)
) STRICT, WITHOUT ROWID""",
        """CREATE TABLE candidate (
  -- A permalink that an orphan may have had.
  version_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  url TEXT NOT NULL,
  found_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  score REAL NOT NULL,
  clues TEXT NOT NULL,                -- JSON list: what speaks for it
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  uri_m TEXT,                         -- the other archive's copy that was read
  PRIMARY KEY (version_id, ordinal, url)
) STRICT, WITHOUT ROWID""",
    )


def search_schema() -> tuple[str, ...]:
    """The statement that brings the table of what was looked for outside."""
    return (
        """CREATE TABLE search (
  -- That an orphan's permalink was looked for outside, whatever came of it.
  version_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  service TEXT NOT NULL,              -- who was asked
  searched_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  asked INTEGER NOT NULL,             -- requests
  whole INTEGER NOT NULL CHECK (whole IN (0, 1)), -- 0: answers are missing, or more is left to be read
  note TEXT NOT NULL,
  PRIMARY KEY (version_id, ordinal, service, searched_at, run_id)
) STRICT, WITHOUT ROWID""",
    )

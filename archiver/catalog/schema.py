"""The tables, in the direction of flow, and the CHECK constraints made from the states.

Comments inside the statements are kept by SQLite, so `db/schema.sql` and every catalog
file explain themselves.
"""

from archiver.catalog.vocabulary import FIRST_LEAF_KINDS, FIRST_REASONS, leaf_schema, one_of, reason_schema
from archiver.model.rendering import RenderEnd
from archiver.model.states import (
    Act,
    ArtefactRole,
    Availability,
    CaptureKind,
    Layer,
    LayerOutcome,
    MentionKind,
    Origin,
    Outcome,
    Relation,
    ResourceKind,
    RunOutcome,
    Witness,
)

__all__ = ["LEAST_LINK_BYTES", "PASSAGE_KINDS", "TABLES", "first_schema"]

PASSAGE_KINDS = ("claim", "record", "title", "orphan")

#: A file takes a block of the disk at least (4 KB nearly everywhere): below that a link saves nothing.
LEAST_LINK_BYTES = 4096

#: Every table of rows; the full-text index `words` stands beside them.
TABLES = (
    "run",
    "leaf",
    "resource",
    "alias",
    "folder",
    "article",
    "article_version",
    "mention",
    "post",
    "capture",
    "capture_reason",
    "artefact",
    "warc_file",
    "warc_record",
    "tombstone",
    "basis",
    "observation",
    "availability",
    "replay_check",
    "watch",
    "poll",
    "comparison",
    "event",
    "alert",
    "other_copy",
    "rhythm",
    "verdict",
    "candidate",
    "search",
    "passage",
)


def first_schema() -> tuple[str, ...]:
    """The statements of version 1, parents first."""
    return (
        *_runs(),
        *_resources(),
        *_folders(),
        *_articles(),
        *_captures(),
        *_tombstones(),
        *_observations(),
        *_checks(),
        *_search(),
    )


def _runs() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE run (
  -- One unattended pass. Known from its journal; a row without started_at has lost it.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256(name)
  name TEXT NOT NULL,
  started_at TEXT,
  command TEXT,
  program TEXT,
  ended_at TEXT,
  {one_of("outcome", RunOutcome)} NOT NULL DEFAULT 'running',
  counts TEXT,                        -- JSON object, for people
  path TEXT                           -- the journal, relative to snapshots/
) STRICT""",
        leaf_schema(known=FIRST_LEAF_KINDS),
    )


def _resources() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE resource (
  -- URI-R: a thing on the live web that was cited, captured or observed.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256(key)
  key TEXT NOT NULL,                  -- platform:post_id, page:URL or file:PATH
  uri TEXT NOT NULL,                  -- canonical URL; of several for one post, the longest
  surt TEXT,                          -- pages only: folds scheme, www., case and order away
  {one_of("kind", ResourceKind)} NOT NULL,
  platform TEXT,
  post_id TEXT                        -- text, and its case counts
) STRICT""",
        "CREATE INDEX resource_surt ON resource (surt) WHERE surt IS NOT NULL",
        "CREATE INDEX resource_post ON resource (post_id) WHERE post_id IS NOT NULL",
        """CREATE TABLE alias (
  -- Another address that was seen to lead to a resource: a short link, the end of a
  -- redirect, the canonical link of an article.
  alias_id INTEGER NOT NULL REFERENCES resource (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  PRIMARY KEY (alias_id, resource_id)
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX alias_resource ON alias (resource_id)",
    )


def _folders() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE folder (
  -- One sealed evidence folder: a capture of a post or a page, or one state of an article.
  -- What has a row in tombstone too is gone, all but the records that others refer to.
  id TEXT PRIMARY KEY,                -- the folder's name; sorts by time
  {one_of("kind", CaptureKind)} NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  path TEXT NOT NULL,                 -- relative to snapshots/
  leaf_seq INTEGER REFERENCES leaf (seq)
) STRICT, WITHOUT ROWID""",
        f"""CREATE TABLE artefact (
  -- One file of a folder. Observed bytes came over the network, produced ones we made.
  folder_id TEXT NOT NULL REFERENCES folder (id),
  path TEXT NOT NULL,                 -- relative to the folder
  {one_of("role", ArtefactRole)} NOT NULL,
  {one_of("origin", Origin)} NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (folder_id, path)
) STRICT, WITHOUT ROWID""",
        # What a file that comes again is a link to. Smaller ones are not worth an entry in a folder.
        f"CREATE INDEX artefact_digest ON artefact (digest) WHERE size_bytes >= {LEAST_LINK_BYTES}",
        """CREATE TABLE warc_file (
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256(path)
  path TEXT NOT NULL                  -- relative to snapshots/
) STRICT""",
        """CREATE TABLE warc_record (
  -- Where each WARC record lies that a folder rests on; offset and length are those of
  -- the gzip member, in bytes.
  folder_id TEXT NOT NULL REFERENCES folder (id),
  file_id INTEGER NOT NULL REFERENCES warc_file (id),
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  record_type TEXT NOT NULL,
  record_id TEXT NOT NULL,
  uri TEXT NOT NULL,
  at TEXT NOT NULL,
  status INTEGER,
  payload_digest TEXT,
  PRIMARY KEY (folder_id, file_id, offset)
) STRICT, WITHOUT ROWID""",
        # Only responses: what a revisit record may refer to.
        "CREATE INDEX warc_payload ON warc_record (payload_digest) WHERE record_type = 'response'",
    )


def _articles() -> tuple[str, ...]:
    cited = """url TEXT,                           -- as the article itself says (canonical link)
  title TEXT,
  byline TEXT,
  published_at TEXT,                  -- as precise as published
  modified_at TEXT,
  publisher TEXT,
  language TEXT"""
    return (
        f"""CREATE TABLE article_version (
  -- Articles are edited: each fetched state is kept.
  id TEXT PRIMARY KEY REFERENCES folder (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  source TEXT NOT NULL,               -- what the user named
  fetched_at TEXT NOT NULL,
  media_type TEXT,
  source_digest TEXT,                 -- of the bytes as received; NULL where nothing came
  {cited},
  updates TEXT NOT NULL,              -- JSON list
  notes TEXT NOT NULL                 -- JSON list: what was cut
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX article_version_resource ON article_version (resource_id, fetched_at)",
        f"""CREATE TABLE article (
  -- Derived: each article as its latest received version gives it.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id),
  version_id TEXT NOT NULL REFERENCES article_version (id),
  {cited}
) STRICT""",
        f"""CREATE TABLE mention (
  -- One place where an article version cites, in reading order; claim_ columns as published.
  version_id TEXT NOT NULL REFERENCES article_version (id),
  ordinal INTEGER NOT NULL,
  {one_of("kind", MentionKind)} NOT NULL,
  platform TEXT,
  post_id TEXT,
  url TEXT,                           -- NULL: orphan, or dangling link
  resource_id INTEGER REFERENCES resource (id),
  variant TEXT,
  dangling INTEGER NOT NULL CHECK (dangling IN (0, 1)),
  anchor TEXT,
  context TEXT,
  heading TEXT,
  claim_name TEXT,
  claim_handle TEXT,
  claim_text TEXT,
  claim_date TEXT,
  claim_date_text TEXT,
  claim_lang TEXT,
  claim_media TEXT,                   -- JSON list of case-exact keys
  claim_links TEXT,                   -- JSON list of case-exact t.co keys
  start_char INTEGER,                 -- offsets into a text source
  end_char INTEGER,
  PRIMARY KEY (version_id, ordinal)
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX mention_resource ON mention (resource_id) WHERE resource_id IS NOT NULL",
    )


def _captures() -> tuple[str, ...]:
    layers = ",\n  ".join(one_of(f"{layer}_layer", LayerOutcome) for layer in Layer)
    return (
        f"""CREATE TABLE capture (
  -- One dated attempt to freeze a resource. COMPLETE means that the post itself was seen.
  id TEXT PRIMARY KEY REFERENCES folder (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  uri TEXT NOT NULL,                  -- the resource's URL as this capture knew it
  started_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  {one_of("outcome", Outcome)} NOT NULL,
  {one_of("availability", Availability)} NOT NULL,
  final_url TEXT,
  http_status INTEGER,
  logged_in INTEGER NOT NULL CHECK (logged_in IN (0, 1)), -- whether it shows what a member saw
  {one_of("context_relation", Relation)}, -- what it is to the post of capture context_of; NULL: an article cites it
  context_of TEXT,
  article_id TEXT,                    -- the state of an article whose own page this is
  {layers}
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX capture_resource ON capture (resource_id, started_at)",
        "CREATE INDEX capture_context ON capture (context_of) WHERE context_of IS NOT NULL",
        "CREATE INDEX capture_article ON capture (article_id) WHERE article_id IS NOT NULL",
        reason_schema(known=FIRST_REASONS),
        """CREATE TABLE post (
  -- Derived: the platform's own record of a post, as last read.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id),
  capture_id TEXT NOT NULL REFERENCES capture (id),
  read_at TEXT NOT NULL,
  text TEXT,
  name TEXT,
  handle TEXT,
  author_id TEXT,
  created_at TEXT,
  lang TEXT,
  media TEXT NOT NULL,                -- JSON list of {url, kind, alt, …} as in capture.json
  quoted TEXT,
  parent TEXT,
  thread TEXT NOT NULL,               -- JSON list of URLs: others of the author's own thread
  edited INTEGER NOT NULL CHECK (edited IN (0, 1)),
  truncated INTEGER NOT NULL CHECK (truncated IN (0, 1))
) STRICT""",
    )


def _tombstones() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE tombstone (
  -- What stays of a folder whose bytes went. It names the resource; it has none of its text.
  folder_id TEXT PRIMARY KEY REFERENCES folder (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  uri TEXT NOT NULL,                  -- the resource's URL as the capture knew it
  captured_at TEXT NOT NULL,
  {one_of("outcome", Outcome)},
  {one_of("availability", Availability)}, -- what the capture had found
  judged_at TEXT,                     -- when that was seen
  {one_of("act", Act)} NOT NULL,
  reason TEXT NOT NULL,
  withdrawn_at TEXT NOT NULL,
  leaf_seq INTEGER NOT NULL REFERENCES leaf (seq) -- where the tombstone lies, and its digest
) STRICT, WITHOUT ROWID""",
        "CREATE INDEX tombstone_resource ON tombstone (resource_id, captured_at)",
    )


def _observations() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE basis (
  -- What an observation rests on: the witness, its HTTP status, and a sentence.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256 over the three
  {one_of("via", Witness)} NOT NULL,
  http_status INTEGER,
  evidence TEXT NOT NULL
) STRICT""",
        f"""CREATE TABLE observation (
  -- One dated statement of availability, the inconclusive ones too.
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  observed_at TEXT NOT NULL,
  {one_of("availability", Availability)} NOT NULL,
  basis_id INTEGER NOT NULL REFERENCES basis (id),
  run_id INTEGER NOT NULL REFERENCES run (id),
  capture_id TEXT,                    -- the folder that holds the evidence, if any
  PRIMARY KEY (resource_id, observed_at, availability, basis_id, run_id)
) STRICT, WITHOUT ROWID""",
        f"""CREATE TABLE availability (
  -- Derived from the observations: where each resource stands now.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id),
  {one_of("state", Availability)} NOT NULL, -- the latest conclusive one, else the latest
  since_at TEXT NOT NULL,             -- first seen in this state, without another between
  seen_at TEXT NOT NULL,              -- last seen in this state
  checked_at TEXT NOT NULL,           -- last looked at, whatever came of it
  last_live_at TEXT
) STRICT""",
    )


def _checks() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE replay_check (
  -- How a capture looked when it was replayed from its own WARC records, without network.
  capture_id TEXT NOT NULL,           -- its row here stays when it is withdrawn
  checked_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  {one_of("ended", RenderEnd)} NOT NULL,
  screenshot REAL,                    -- similarity with the stored one, 0 to 1; NULL: there is none
  text REAL,                          -- likewise
  requests INTEGER NOT NULL,
  attempts INTEGER NOT NULL,          -- of two the better one is told
  loose INTEGER NOT NULL,             -- answered by a record of nearly that address
  missed INTEGER NOT NULL,            -- without an answer
  left_machine INTEGER NOT NULL,      -- always 0
  program TEXT NOT NULL,
  browser TEXT,
  PRIMARY KEY (capture_id, checked_at, run_id)
) STRICT, WITHOUT ROWID""",
    )


def _search() -> tuple[str, ...]:
    return (
        f"""CREATE TABLE passage (
  -- Every distinct text known of a resource: as an article claims it, as the platform
  -- records it, the title of an article, or (orphan) a quote whose permalink is lost,
  -- and then resource_id is the article that carries it.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256 over the rest
  {one_of("kind", PASSAGE_KINDS)} NOT NULL,
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  name TEXT,
  handle TEXT,
  text TEXT
) STRICT""",
        "CREATE INDEX passage_resource ON passage (resource_id)",
        # The words are folded and set apart in Python (see words.py); the tokeniser only
        # splits at the spaces between them, for what a person types in Datasette too.
        """CREATE VIRTUAL TABLE words USING fts5(
  name, handle, text, content='',
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M* So'"
)""",
    )

-- Generated: the schema of db/archive.db. The contract is in README.md beside this file.

CREATE TABLE run (
  -- One unattended pass. Known from its journal; a row without started_at has lost it.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256(name)
  name TEXT NOT NULL,
  started_at TEXT,
  command TEXT,
  program TEXT,
  ended_at TEXT,
  outcome TEXT CHECK (outcome IN ('running', 'done', 'interrupted')) NOT NULL DEFAULT 'running',
  counts TEXT,                        -- JSON object, for people
  path TEXT                           -- the journal, relative to snapshots/
) STRICT;

CREATE TABLE leaf (
  -- The append-only log: something was sealed, and this is its digest.
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT CHECK (kind IN ('capture', 'article', 'warc', 'journal', 'tombstone', 'key')) NOT NULL,
  path TEXT NOT NULL,                 -- relative to snapshots/
  digest TEXT NOT NULL
) STRICT;

CREATE TABLE resource (
  -- URI-R: a thing on the live web that was cited, captured or observed.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256(key)
  key TEXT NOT NULL,                  -- platform:post_id, page:URL or file:PATH
  uri TEXT NOT NULL,                  -- canonical URL; of several for one post, the longest
  surt TEXT,                          -- pages only: folds scheme, www., case and order away
  kind TEXT CHECK (kind IN ('post', 'page')) NOT NULL,
  platform TEXT,
  post_id TEXT                        -- text, and its case counts
) STRICT;

CREATE INDEX resource_surt ON resource (surt) WHERE surt IS NOT NULL;

CREATE INDEX resource_post ON resource (post_id) WHERE post_id IS NOT NULL;

CREATE TABLE alias (
  -- Another address that was seen to lead to a resource: a short link, the end of a
  -- redirect, the canonical link of an article.
  alias_id INTEGER NOT NULL REFERENCES resource (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  PRIMARY KEY (alias_id, resource_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX alias_resource ON alias (resource_id);

CREATE TABLE folder (
  -- One sealed evidence folder: a capture of a post or a page, or one state of an article.
  -- What has a row in tombstone too is gone, all but the records that others refer to.
  id TEXT PRIMARY KEY,                -- the folder's name; sorts by time
  kind TEXT CHECK (kind IN ('post', 'page', 'article')) NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  path TEXT NOT NULL,                 -- relative to snapshots/
  leaf_seq INTEGER REFERENCES leaf (seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE artefact (
  -- One file of a folder. Observed bytes came over the network, produced ones we made.
  folder_id TEXT NOT NULL REFERENCES folder (id),
  path TEXT NOT NULL,                 -- relative to the folder
  role TEXT CHECK (role IN ('screenshot', 'cleaned', 'dom', 'record', 'media', 'pdf', 'source', 'mentions', 'marks', 'redaction')) NOT NULL,
  origin TEXT CHECK (origin IN ('observed', 'produced')) NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (folder_id, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX artefact_digest ON artefact (digest) WHERE size_bytes >= 4096;

CREATE TABLE warc_file (
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256(path)
  path TEXT NOT NULL                  -- relative to snapshots/
) STRICT;

CREATE TABLE warc_record (
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
) STRICT, WITHOUT ROWID;

CREATE INDEX warc_payload ON warc_record (payload_digest) WHERE record_type = 'response';

CREATE TABLE article_version (
  -- Articles are edited: each fetched state is kept.
  id TEXT PRIMARY KEY REFERENCES folder (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  source TEXT NOT NULL,               -- what the user named
  fetched_at TEXT NOT NULL,
  media_type TEXT,
  source_digest TEXT,                 -- of the bytes as received; NULL where nothing came
  url TEXT,                           -- as the article itself says (canonical link)
  title TEXT,
  byline TEXT,
  published_at TEXT,                  -- as precise as published
  modified_at TEXT,
  publisher TEXT,
  language TEXT,
  updates TEXT NOT NULL,              -- JSON list
  notes TEXT NOT NULL                 -- JSON list: what was cut
, section TEXT) STRICT, WITHOUT ROWID;

CREATE INDEX article_version_resource ON article_version (resource_id, fetched_at);

CREATE TABLE article (
  -- Derived: each article as its latest received version gives it.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id),
  version_id TEXT NOT NULL REFERENCES article_version (id),
  url TEXT,                           -- as the article itself says (canonical link)
  title TEXT,
  byline TEXT,
  published_at TEXT,                  -- as precise as published
  modified_at TEXT,
  publisher TEXT,
  language TEXT
, section TEXT) STRICT;

CREATE TABLE mention (
  -- One place where an article version cites, in reading order; claim_ columns as published.
  version_id TEXT NOT NULL REFERENCES article_version (id),
  ordinal INTEGER NOT NULL,
  kind TEXT CHECK (kind IN ('embed', 'flattened', 'link')) NOT NULL,
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
) STRICT, WITHOUT ROWID;

CREATE INDEX mention_resource ON mention (resource_id) WHERE resource_id IS NOT NULL;

CREATE TABLE capture (
  -- One dated attempt to freeze a resource. COMPLETE means that the post itself was seen.
  id TEXT PRIMARY KEY REFERENCES folder (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  uri TEXT NOT NULL,                  -- the resource's URL as this capture knew it
  started_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  outcome TEXT CHECK (outcome IN ('complete', 'partial', 'failed')) NOT NULL,
  availability TEXT CHECK (availability IN ('live', 'moved', 'gone_deleted', 'gone_author', 'gone_platform', 'gone_unspecified', 'gone_site', 'soft_404', 'protected', 'age', 'geo_legal', 'login', 'blocked', 'rate_limited', 'unreachable', 'server_error', 'unclear')) NOT NULL,
  final_url TEXT,
  http_status INTEGER,
  logged_in INTEGER NOT NULL CHECK (logged_in IN (0, 1)), -- whether it shows what a member saw
  context_relation TEXT CHECK (context_relation IN ('quoted', 'parent', 'thread')), -- what it is to the post of capture context_of; NULL: an article cites it
  context_of TEXT,
  article_id TEXT,                    -- the state of an article whose own page this is
  claim_layer TEXT CHECK (claim_layer IN ('ok', 'partial', 'failed', 'absent')),
  record_layer TEXT CHECK (record_layer IN ('ok', 'partial', 'failed', 'absent')),
  dom_layer TEXT CHECK (dom_layer IN ('ok', 'partial', 'failed', 'absent')),
  screenshot_layer TEXT CHECK (screenshot_layer IN ('ok', 'partial', 'failed', 'absent')),
  media_layer TEXT CHECK (media_layer IN ('ok', 'partial', 'failed', 'absent')),
  network_layer TEXT CHECK (network_layer IN ('ok', 'partial', 'failed', 'absent'))
) STRICT, WITHOUT ROWID;

CREATE INDEX capture_resource ON capture (resource_id, started_at);

CREATE INDEX capture_context ON capture (context_of) WHERE context_of IS NOT NULL;

CREATE INDEX capture_article ON capture (article_id) WHERE article_id IS NOT NULL;

CREATE TABLE capture_reason (
  -- Why a capture is not complete.
  capture_id TEXT NOT NULL REFERENCES capture (id),
  ordinal INTEGER NOT NULL,
  reason TEXT CHECK (reason IN ('text_not_shown', 'author_not_shown', 'media_not_shown', 'removal_notice', 'login_wall', 'consent_wall', 'age_gate', 'challenge', 'rate_limited', 'error_page', 'blank_frame', 'uniform_screenshot', 'no_screenshot', 'never_ready', 'not_settled', 'navigated_away', 'download', 'browser_crashed', 'over_budget', 'response_cut', 'media_cut', 'media_missing', 'record_disagrees', 'record_unavailable', 'height_cut', 'refused', 'no_response', 'overlay_hidden')) NOT NULL,
  PRIMARY KEY (capture_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE post (
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
) STRICT;

CREATE TABLE tombstone (
  -- What stays of a folder whose bytes went. It names the resource; it has none of its text.
  folder_id TEXT PRIMARY KEY REFERENCES folder (id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  uri TEXT NOT NULL,                  -- the resource's URL as the capture knew it
  captured_at TEXT NOT NULL,
  outcome TEXT CHECK (outcome IN ('complete', 'partial', 'failed')),
  availability TEXT CHECK (availability IN ('live', 'moved', 'gone_deleted', 'gone_author', 'gone_platform', 'gone_unspecified', 'gone_site', 'soft_404', 'protected', 'age', 'geo_legal', 'login', 'blocked', 'rate_limited', 'unreachable', 'server_error', 'unclear')), -- what the capture had found
  judged_at TEXT,                     -- when that was seen
  act TEXT CHECK (act IN ('withdrawn', 'pruned')) NOT NULL,
  reason TEXT NOT NULL,
  withdrawn_at TEXT NOT NULL,
  leaf_seq INTEGER NOT NULL REFERENCES leaf (seq) -- where the tombstone lies, and its digest
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstone_resource ON tombstone (resource_id, captured_at);

CREATE TABLE basis (
  -- What an observation rests on: the witness, its HTTP status, and a sentence.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256 over the three
  via TEXT CHECK (via IN ('record', 'page', 'http', 'guard', 'program')) NOT NULL,
  http_status INTEGER,
  evidence TEXT NOT NULL
) STRICT;

CREATE TABLE observation (
  -- One dated statement of availability, the inconclusive ones too.
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  observed_at TEXT NOT NULL,
  availability TEXT CHECK (availability IN ('live', 'moved', 'gone_deleted', 'gone_author', 'gone_platform', 'gone_unspecified', 'gone_site', 'soft_404', 'protected', 'age', 'geo_legal', 'login', 'blocked', 'rate_limited', 'unreachable', 'server_error', 'unclear')) NOT NULL,
  basis_id INTEGER NOT NULL REFERENCES basis (id),
  run_id INTEGER NOT NULL REFERENCES run (id),
  capture_id TEXT,                    -- the folder that holds the evidence, if any
  PRIMARY KEY (resource_id, observed_at, availability, basis_id, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE availability (
  -- Derived from the observations: where each resource stands now.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id),
  state TEXT CHECK (state IN ('live', 'moved', 'gone_deleted', 'gone_author', 'gone_platform', 'gone_unspecified', 'gone_site', 'soft_404', 'protected', 'age', 'geo_legal', 'login', 'blocked', 'rate_limited', 'unreachable', 'server_error', 'unclear')) NOT NULL, -- the latest conclusive one, else the latest
  since_at TEXT NOT NULL,             -- first seen in this state, without another between
  seen_at TEXT NOT NULL,              -- last seen in this state
  checked_at TEXT NOT NULL,           -- last looked at, whatever came of it
  last_live_at TEXT
, declared_at TEXT, due_at TEXT) STRICT;

CREATE TABLE replay_check (
  -- How a capture looked when it was replayed from its own WARC records, without network.
  capture_id TEXT NOT NULL,           -- its row here stays when it is withdrawn
  checked_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  ended TEXT CHECK (ended IN ('ready', 'never_ready', 'over_budget', 'crashed', 'navigated_away', 'download', 'refused', 'no_response')) NOT NULL,
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
) STRICT, WITHOUT ROWID;

CREATE TABLE passage (
  -- Every distinct text known of a resource: as an article claims it, as the platform
  -- records it, the title of an article, or (orphan) a quote whose permalink is lost,
  -- and then resource_id is the article that carries it.
  id INTEGER PRIMARY KEY,             -- 63 bits of sha256 over the rest
  kind TEXT CHECK (kind IN ('claim', 'record', 'title', 'orphan')) NOT NULL,
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  name TEXT,
  handle TEXT,
  text TEXT
) STRICT;

CREATE INDEX passage_resource ON passage (resource_id);

CREATE VIRTUAL TABLE words USING fts5(
  name, handle, text, content='',
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M* So'"
);

CREATE TABLE watch (
  -- A source that is polled, as its latest journal line says.
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  state TEXT CHECK (state IN ('active', 'paused', 'removed')) NOT NULL,
  every_s INTEGER NOT NULL,
  set_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  list_column TEXT,                   -- of a CSV or JSONL list
  list_limit INTEGER,
  found_in TEXT,                      -- the watch of the list that named it; polled as long as that is
  due_at TEXT NOT NULL                -- derived: when it is polled next
) STRICT, WITHOUT ROWID;

CREATE INDEX watch_due ON watch (due_at) WHERE state = 'active';

CREATE INDEX watch_found ON watch (found_in) WHERE found_in IS NOT NULL;

CREATE TABLE poll (
  -- One look at a watched source.
  watch_id TEXT NOT NULL,
  polled_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  outcome TEXT CHECK (outcome IN ('read', 'unchanged', 'failed')) NOT NULL,
  note TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  digest TEXT,
  articles INTEGER NOT NULL,
  retry_after_s INTEGER,
  PRIMARY KEY (watch_id, polled_at, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE comparison (
  -- What a live resource says now beside what our copy says: content drift, where it changed.
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  compared_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  drift TEXT CHECK (drift IN ('unchanged', 'edited', 'drifted')) NOT NULL,
  before_digest TEXT NOT NULL,        -- of the normalised texts
  after_digest TEXT NOT NULL,
  distance REAL NOT NULL,             -- 0 (equal) to 1
  basis TEXT NOT NULL,
  capture_id TEXT,                    -- with which it was compared
  PRIMARY KEY (resource_id, compared_at, run_id, basis)
) STRICT, WITHOUT ROWID;

CREATE INDEX availability_due ON availability (due_at);

CREATE INDEX availability_live ON availability (last_live_at) WHERE state = 'live';

CREATE INDEX capture_incomplete ON capture (resource_id) WHERE outcome <> 'complete';

CREATE TABLE event (
  -- One thing that happened, told once.
  id TEXT PRIMARY KEY,
  kind TEXT CHECK (kind IN ('declared_gone', 'came_back', 'edited', 'drifted', 'embed_dropped', 'run_failed')) NOT NULL,
  happened_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  resource_id INTEGER REFERENCES resource (id),
  article_resource_id INTEGER REFERENCES resource (id),
  state TEXT CHECK (state IN ('live', 'moved', 'gone_deleted', 'gone_author', 'gone_platform', 'gone_unspecified', 'gone_site', 'soft_404', 'protected', 'age', 'geo_legal', 'login', 'blocked', 'rate_limited', 'unreachable', 'server_error', 'unclear')),
  capture_id TEXT,                    -- our copy
  evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX event_resource ON event (resource_id, happened_at);

CREATE TABLE alert (
  -- That an event was told over one channel, or could not be.
  event_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  tried_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  sent INTEGER NOT NULL CHECK (sent IN (0, 1)),
  note TEXT NOT NULL,
  PRIMARY KEY (event_id, channel, tried_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE other_copy (
  -- What another archive answered about its copy of a resource.
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  service TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  state TEXT CHECK (state IN ('found', 'none', 'submitted', 'refused', 'unknown')) NOT NULL,
  uri_m TEXT,
  captured_at TEXT,                   -- by that archive's word
  note TEXT NOT NULL,
  PRIMARY KEY (resource_id, service, asked_at, run_id, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE rhythm (
  -- By which rules resources are due and losses declared; the latest stands, without any the usual ones.
  set_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  cadence TEXT NOT NULL,              -- JSON object
  PRIMARY KEY (set_at, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
  -- One comparison of a mention's claim with its post; the latest of a mention stands.
  version_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  judged_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  verdict TEXT CHECK (verdict IN ('exact', 'equivalent', 'truncated', 'altered', 'misattributed', 'misdated', 'impossible', 'unverifiable')) NOT NULL,
  cues TEXT NOT NULL,                 -- JSON list: why
  against TEXT CHECK (against IN ('record', 'capture', 'archived')),
  basis TEXT,                         -- a capture's id, `live`, or the URI-M of another archive
  score REAL,
  claimed_digest TEXT,                -- of both texts as compared
  kept_digest TEXT,
  PRIMARY KEY (version_id, ordinal, judged_at, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE candidate (
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
) STRICT, WITHOUT ROWID;

CREATE TABLE search (
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
) STRICT, WITHOUT ROWID;

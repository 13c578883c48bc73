"""What is asked when quotes are verified: who quotes what, what is kept of it, and what was found before."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from archiver.catalog.keys import key63
from archiver.catalog.reading import Reading
from archiver.model.clock import parse_at
from archiver.model.digests import Digest
from archiver.model.overtime import Candidate, Clue, Verification
from archiver.model.records import Claim, Mention
from archiver.model.states import MentionKind, Outcome
from archiver.model.verdicts import Against, Cue, Verdict

__all__ = ["AccountName", "KeptCapture", "QuotingState", "Verdicts", "unpack_candidate"]

_BATCH = 1_000
_NEWEST = "SELECT version_id AS id, folder.path, article.resource_id FROM article JOIN folder ON folder.id = version_id"
_EVERY = """SELECT article_version.id, folder.path, resource_id FROM article_version JOIN folder USING (id)"""
#: Mentions of these resources, and of what leads to them.
_MENTIONED = """
SELECT version_id FROM mention WHERE resource_id IN (SELECT value FROM json_each(?1)
  UNION SELECT alias_id FROM alias WHERE resource_id IN (SELECT value FROM json_each(?1)))
"""
_CAPTURES = """
WITH wanted (id) AS (SELECT value FROM json_each(?1)),
  own (asked, id) AS (SELECT id, id FROM wanted UNION
    SELECT alias_id, resource_id FROM alias WHERE alias_id IN (SELECT id FROM wanted)),
  known (id, texts) AS (SELECT own.id, count(passage.id) FROM own
    LEFT JOIN passage ON passage.resource_id = own.id AND passage.kind = 'record' GROUP BY own.id)
SELECT own.asked, capture.id, folder.path, outcome, known.texts
FROM own JOIN capture ON capture.resource_id = own.id JOIN folder ON folder.id = capture.id
  JOIN known ON known.id = own.id
WHERE folder.kind = 'post' ORDER BY own.asked, started_at DESC, capture.id DESC
"""
#: Accounts that records know under more than one name or handle.
_RENAMED = """
WITH known AS (
  SELECT resource.platform, resource.post_id, author_id, name, handle, read_at FROM post
  JOIN resource ON resource.id = resource_id WHERE author_id IS NOT NULL)
SELECT * FROM known WHERE author_id IN (
  SELECT author_id FROM known GROUP BY platform, author_id
  HAVING count(DISTINCT ifnull(name, '') || char(10) || ifnull(handle, '')) > 1)
ORDER BY read_at DESC, post_id
"""


@dataclass(frozen=True, slots=True)
class QuotingState:
    """One state of an article, and where it lies (relative to `snapshots/`)."""

    id: str
    path: str
    resource_id: int


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """One capture of a post. `texts` counts the different records (name, handle, text) of this post's captures."""

    id: str
    path: str
    outcome: Outcome
    texts: int


@dataclass(frozen=True, slots=True)
class AccountName:
    """Under which name and handle an account was known when a post of it was read last."""

    platform: str
    post_id: str
    author_id: str
    name: str | None
    handle: str | None


class Verdicts(Reading):
    """An opened catalog, as far as quotes are verified with it, and states of articles compared."""

    def quoting_states(self, resource_ids: Iterable[int] | None = None, *, every: bool = False) -> list[QuotingState]:
        """The newest state of each of these articles (None: of all), or every one of them, the oldest first."""
        sql = _EVERY if every else _NEWEST
        if resource_ids is None:
            rows = self._all(f"{sql} ORDER BY 1")
        else:
            where = "WHERE resource_id IN (SELECT value FROM json_each(?))"
            rows = self._all(f"{sql} {where} ORDER BY 1", [json.dumps(list(resource_ids))])
        return [QuotingState(**row) for row in rows]

    def states_mentioning(self, resource_ids: Iterable[int], *, every: bool = False) -> list[QuotingState]:
        """The newest states of articles that mention one of these resources (or every such state), the oldest first."""
        sql, column = (_EVERY, "article_version.id") if every else (_NEWEST, "version_id")
        rows = self._all(f"{sql} WHERE {column} IN ({_MENTIONED}) ORDER BY 1", [json.dumps(list(resource_ids))])
        return [QuotingState(**row) for row in rows]

    def kept_captures(self, keys: Iterable[str]) -> dict[str, list[KeptCapture]]:
        """All captures of the posts with these keys, and of what they lead to, by the key; the newest first."""
        asked = {key63(key): key for key in keys}
        found: dict[str, list[KeptCapture]] = {}
        for row in self._all(_CAPTURES, [json.dumps(list(asked))]):
            found.setdefault(asked[row["asked"]], []).append(_kept(row))
        return found

    def renamed_accounts(self) -> list[AccountName]:
        """What accounts were called that were read under several names or handles, the latest reading first.

        Two accounts of one platform may share an `author_id` where it is that of an instance only.
        """
        columns = ("platform", "post_id", "author_id", "name", "handle")
        return [AccountName(*(row[column] for column in columns)) for row in self._all(_RENAMED)]

    def last_verifications(self, version_ids: Iterable[str]) -> dict[tuple[str, int], Verification]:
        """The latest verdict on each mention of these states that has one: (state, ordinal) → what was written."""
        sql = """SELECT verdict.*, run.name AS run FROM verdict JOIN run ON run.id = run_id
                 WHERE version_id IN (SELECT value FROM json_each(?)) ORDER BY judged_at, run.name"""
        rows = (row for batch in _batches(version_ids) for row in self._all(sql, [json.dumps(batch)]))
        return {(row["version_id"], row["ordinal"]): _verification(row) for row in rows}

    def accepted_candidates(self, version_ids: Iterable[str]) -> dict[tuple[str, int], Candidate]:
        """The accepted permalink of each orphan of these states that has one: (state, ordinal) → the candidate."""
        sql = """SELECT candidate.*, run.name AS run FROM candidate JOIN run ON run.id = run_id
                 WHERE accepted AND version_id IN (SELECT value FROM json_each(?)) ORDER BY found_at, url"""
        rows = (row for batch in _batches(version_ids) for row in self._all(sql, [json.dumps(batch)]))
        return {(row["version_id"], row["ordinal"]): unpack_candidate(row) for row in rows}

    def stored_mentions(self, version_id: str) -> list[Mention]:
        """What a state of an article cites, in reading order, without markup and other readings of a claim."""
        return [
            _mention(row)
            for row in self._all("SELECT * FROM mention WHERE version_id = ? ORDER BY ordinal", [version_id])
        ]


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    left = iter(values)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _kept(row: dict[str, Any]) -> KeptCapture:
    return KeptCapture(
        id=row["id"],
        path=row["path"],
        outcome=Outcome(row["outcome"]),
        texts=row["texts"],
    )


def _verification(row: dict[str, Any]) -> Verification:
    return Verification(
        article_id=row["version_id"],
        ordinal=row["ordinal"],
        at=parse_at(row["judged_at"]),
        run_id=row["run"],
        verdict=Verdict(row["verdict"]),
        cues=tuple(map(Cue, _words(row["cues"]))),
        against=Against(row["against"]) if row["against"] else None,
        basis=row["basis"],
        score=row["score"],
        claimed=_digest(row["claimed_digest"]),
        kept=_digest(row["kept_digest"]),
    )


def unpack_candidate(row: dict[str, Any]) -> Candidate:
    """A row of `candidate` with the name of its run."""
    return Candidate(
        article_id=row["version_id"],
        ordinal=row["ordinal"],
        url=row["url"],
        at=parse_at(row["found_at"]),
        run_id=row["run"],
        score=row["score"],
        clues=tuple(map(Clue, _words(row["clues"]))),
        accepted=bool(row["accepted"]),
        uri_m=row["uri_m"],
    )


def _mention(row: dict[str, Any]) -> Mention:
    names = ("name", "handle", "text", "date", "date_text", "lang")
    claim = Claim(
        **{name: row[f"claim_{name}"] for name in names},
        media=tuple(_words(row["claim_media"] or "[]")),
        links=tuple(_words(row["claim_links"] or "[]")),
    )
    columns = ("ordinal", "platform", "post_id", "url", "variant", "anchor", "context", "heading")
    return Mention(
        **{name: row[name] for name in columns},
        kind=MentionKind(row["kind"]),
        dangling=bool(row["dangling"]),
        claim=claim if claim != Claim() else None,
        start=row["start_char"],
        end=row["end_char"],
    )


def _words(text: str) -> Sequence[str]:
    words: list[str] = json.loads(text)
    return words


def _digest(text: str | None) -> Digest | None:
    return Digest.parse(text) if text else None

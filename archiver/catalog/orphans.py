"""What is asked when lost permalinks are looked for: which quotes have none, and who else has the same words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog.reading import Reading
from archiver.catalog.verdicts import QuotingState, unpack_candidate
from archiver.model.clock import parse_at
from archiver.model.overtime import Candidate, Search
from archiver.model.records import Claim
from archiver.model.states import MentionKind

__all__ = ["LinkedQuote", "Orphans", "RecordedPost"]

_ORPHANED = """
SELECT version_id AS id, folder.path, article.resource_id FROM article JOIN folder ON folder.id = version_id
WHERE EXISTS (SELECT 1 FROM mention
  WHERE mention.version_id = article.version_id AND url IS NULL AND kind IN ('flattened', 'embed'))
"""
#: One article under several addresses: its canonical link is an alias of it, and so of its AMP form.
_FORMS = """
WITH RECURSIVE form (id, steps) AS (
  VALUES (?1, 0)
  UNION SELECT alias_id, steps + 1 FROM form JOIN alias ON resource_id = form.id WHERE steps < 3
  UNION SELECT resource_id, steps + 1 FROM form JOIN alias ON alias_id = form.id WHERE steps < 3)
SELECT DISTINCT form.id FROM form JOIN article ON article.resource_id = form.id ORDER BY form.id
"""
_QUOTES = """
SELECT mention.version_id, version.resource_id AS article, mention.ordinal, mention.kind, resource.id, resource.uri,
  resource.platform, resource.post_id, claim_name, claim_handle, claim_text, claim_date, claim_date_text, claim_lang,
  claim_media, claim_links
FROM mention JOIN article_version AS version ON version.id = mention.version_id
  JOIN resource ON resource.id = mention.resource_id
WHERE resource.platform IS NOT NULL
"""
_POSTS = """
SELECT resource.id, resource.uri, resource.platform, resource.post_id, capture_id, folder.path, text, name, handle,
  author_id, created_at, truncated
FROM post JOIN resource ON resource.id = post.resource_id LEFT JOIN folder ON folder.id = capture_id
WHERE resource.platform IS NOT NULL AND resource.id IN (SELECT value FROM json_each(?)) ORDER BY resource.key
"""


@dataclass(frozen=True, slots=True)
class LinkedQuote:
    """One mention of a post with its permalink: in which state of which article, and what it claims.

    `article` and `resource_id` are the ids of the article and of the post.
    """

    version_id: str
    article: int
    ordinal: int
    kind: MentionKind
    resource_id: int
    url: str
    platform: str
    post_id: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class RecordedPost:
    """What the platform's own record said of a post; `path` is the folder of the capture that read it last."""

    resource_id: int
    url: str
    platform: str
    post_id: str
    capture_id: str
    path: str | None
    text: str | None
    name: str | None
    handle: str | None
    author_id: str | None
    created_at: datetime | None
    truncated: bool


class Orphans(Reading):
    """An opened catalog, as far as lost permalinks are looked for in it."""

    def states_with_orphans(self, resource_ids: Iterable[int] | None = None) -> list[QuotingState]:
        """The newest states of articles (None: of all) that quote a post without its permalink, the oldest first."""
        if resource_ids is None:
            return [QuotingState(**row) for row in self._all(f"{_ORPHANED} ORDER BY version_id")]
        where = "AND article.resource_id IN (SELECT value FROM json_each(?))"
        rows = self._all(f"{_ORPHANED} {where} ORDER BY version_id", [json.dumps(list(resource_ids))])
        return [QuotingState(**row) for row in rows]

    def forms_of(self, article: int) -> list[int]:
        """The article itself, and what shares its canonical link: its AMP page, a copy that names its source."""
        return [row["id"] for row in self._all(_FORMS, [article])]

    def quotes_in(self, articles: Iterable[int]) -> list[LinkedQuote]:
        """The posts that any state of these articles mentions with a permalink, the oldest state first."""
        where = "AND version.resource_id IN (SELECT value FROM json_each(?)) ORDER BY version.id, mention.ordinal"
        return self._quotes(where, articles)

    def quotes_of(self, posts: Iterable[int]) -> list[LinkedQuote]:
        """Every mention of these posts that claims some of its text."""
        where = """AND mention.resource_id IN (SELECT value FROM json_each(?)) AND claim_text IS NOT NULL
                   ORDER BY version.id, mention.ordinal"""
        return self._quotes(where, posts)

    def quotes_with_keys(self, keys: Iterable[str]) -> list[LinkedQuote]:
        """Mentions of posts whose claim has one of these keys of media. Case counts."""
        where = """AND claim_media <> '[]' AND EXISTS (SELECT 1 FROM json_each(claim_media) AS had
                     WHERE had.value IN (SELECT value FROM json_each(?))) ORDER BY version.id, mention.ordinal"""
        return self._quotes(where, keys)

    def recorded_posts(self, posts: Iterable[int]) -> list[RecordedPost]:
        """The records of these posts that were read."""
        return [_recorded(row) for row in self._all(_POSTS, [json.dumps(list(posts))])]

    def candidates_of(self, version_id: str) -> list[Candidate]:
        """All permalinks that the orphans of a state may have had, the best first."""
        rows = self._all(
            """SELECT candidate.*, run.name AS run FROM candidate JOIN run ON run.id = run_id
               WHERE version_id = ? ORDER BY ordinal, accepted DESC, score DESC, url""",
            [version_id],
        )
        return [unpack_candidate(row) for row in rows]

    def searches_of(self, version_id: str) -> list[Search]:
        """When the permalinks of a state's orphans were looked for outside, the latest last."""
        rows = self._all(
            """SELECT search.*, run.name AS run FROM search JOIN run ON run.id = run_id
               WHERE version_id = ? ORDER BY searched_at, run.name""",
            [version_id],
        )
        return [_search(row) for row in rows]

    def _quotes(self, where: str, values: Iterable[int | str]) -> list[LinkedQuote]:
        return [_quote(row) for row in self._all(f"{_QUOTES} {where}", [json.dumps(list(values))])]


def _quote(row: dict[str, Any]) -> LinkedQuote:
    claim = Claim(
        name=row["claim_name"],
        handle=row["claim_handle"],
        text=row["claim_text"],
        date=row["claim_date"],
        date_text=row["claim_date_text"],
        lang=row["claim_lang"],
        media=tuple(json.loads(row["claim_media"] or "[]")),
        links=tuple(json.loads(row["claim_links"] or "[]")),
    )
    return LinkedQuote(
        version_id=row["version_id"],
        article=row["article"],
        ordinal=row["ordinal"],
        kind=MentionKind(row["kind"]),
        resource_id=row["id"],
        url=row["uri"],
        platform=row["platform"],
        post_id=row["post_id"],
        claim=claim,
    )


def _recorded(row: dict[str, Any]) -> RecordedPost:
    values = {name: row[name] for name in ("platform", "post_id", "capture_id", "path", "text", "name", "handle")}
    return RecordedPost(
        resource_id=row["id"],
        url=row["uri"],
        author_id=row["author_id"],
        created_at=parse_at(row["created_at"]) if row["created_at"] else None,
        truncated=bool(row["truncated"]),
        **values,
    )


def _search(row: dict[str, Any]) -> Search:
    return Search(
        article_id=row["version_id"],
        ordinal=row["ordinal"],
        service=row["service"],
        at=parse_at(row["searched_at"]),
        run_id=row["run"],
        asked=row["asked"],
        whole=bool(row["whole"]),
        note=row["note"],
    )

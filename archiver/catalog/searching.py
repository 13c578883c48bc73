"""The questions of a look-up: what is meant, where it is cited, and what has these words."""

import json
from collections.abc import Iterable

from archiver.catalog.keys import key63
from archiver.catalog.reading import Reading
from archiver.catalog.stored import Citation, OrphanMention, Passage, StoredResource
from archiver.catalog.unpack import unpack_citation, unpack_orphan, unpack_resource

__all__ = ["Searching"]

_RESOURCES = """
SELECT resource.id AS resource_id, key, uri AS resource_uri, platform, post_id, state
FROM resource LEFT JOIN availability ON availability.resource_id = resource.id
"""
_UNCAPTURED = """
SELECT resource.id AS resource_id, key, uri AS resource_uri, platform, post_id, state
FROM resource LEFT JOIN availability ON availability.resource_id = resource.id
WHERE resource.id IN (SELECT value FROM json_each(?1))
  AND NOT EXISTS (SELECT 1 FROM capture WHERE capture.resource_id = resource.id)
  AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.resource_id = resource.id)
  AND NOT EXISTS (SELECT 1 FROM alias WHERE alias_id = resource.id)
  AND NOT EXISTS (SELECT 1 FROM article_version AS version WHERE version.resource_id = resource.id)
ORDER BY (SELECT max(version_id) FROM mention WHERE mention.resource_id = resource.id) DESC, key LIMIT ?2
"""


class Searching(Reading):
    """An opened catalog, as far as look-ups read it."""

    def resource(self, key: str) -> StoredResource | None:
        """The resource with this key."""
        found = self.resources([key63(key)])
        return found[0] if found else None

    def resources(self, ids: Iterable[int]) -> list[StoredResource]:
        """The resources with these ids that exist."""
        return self._resources("WHERE resource.id IN (SELECT value FROM json_each(?))", json.dumps(list(ids)))

    def resources_with_post_id(self, post_id: str) -> list[StoredResource]:
        """The posts with this bare id, on any platform. Case counts."""
        return self._resources("WHERE post_id = ?", post_id)

    def resources_like(self, surt: str) -> list[StoredResource]:
        """The pages with this SURT: the same but for scheme, `www.`, case and order."""
        return self._resources("WHERE surt = ?", surt)

    def cited_by(self, version_ids: Iterable[str]) -> list[int]:
        """The ids of the resources that these article versions cite, in reading order."""
        rows = self._all(
            """SELECT resource_id FROM mention
               WHERE version_id IN (SELECT value FROM json_each(?)) AND resource_id IS NOT NULL
               ORDER BY version_id DESC, ordinal""",
            [json.dumps(list(version_ids))],
        )
        return list(dict.fromkeys(row["resource_id"] for row in rows))

    def articles_citing(self, resource_key: str) -> list[Citation]:
        """The articles that cite a resource, each by its latest version that does; newest first."""
        return self.citations(key63(resource_key))

    def citations(self, resource_id: int) -> list[Citation]:
        """As `articles_citing`, by id. Mentions of an alias (a short link) count."""
        rows = self._all(
            """WITH own (id) AS (SELECT ?1 UNION SELECT alias_id FROM alias WHERE resource_id = ?1),
                 cited AS (SELECT mention.*, row_number() OVER
                     (PARTITION BY version.resource_id ORDER BY fetched_at DESC, version.id DESC, ordinal) AS nth
                   FROM mention JOIN article_version AS version ON version.id = version_id
                   WHERE mention.resource_id IN own)
               SELECT cited.version_id, cited.kind, cited.ordinal, cited.claim_text, resource.key,
                 ifnull(version.url, resource.uri) AS url, version.title, version.fetched_at, folder.path
               FROM cited JOIN article_version AS version ON version.id = cited.version_id
                 JOIN folder ON folder.id = version.id JOIN resource ON resource.id = version.resource_id
               WHERE nth = 1 ORDER BY version.fetched_at DESC, version.id DESC""",
            [resource_id],
        )
        return [unpack_citation(row) for row in rows]

    def matching(self, expression: str, *, limit: int | None = None) -> list[int]:
        """What an FTS5 expression of `words.match_all` or `match_any` finds: resource ids.

        All of them in no order, or the `limit` best. Short links are replaced by what they
        lead to.
        """
        sql = """SELECT resource_id FROM words JOIN passage ON passage.id = words.rowid
                 WHERE words MATCH ? AND kind <> 'orphan'"""
        rows = self._all(
            f"{sql} ORDER BY words.rank, passage.id LIMIT ?" if limit else f"{sql} LIMIT ?", [expression, limit or -1]
        )
        return self.leads_to(row["resource_id"] for row in rows)

    def passages_of(self, resource_ids: Iterable[int]) -> list[Passage]:
        """All texts known of these resources; those of an alias count as of what it leads to."""
        rows = self._all(
            """WITH wanted (id) AS (SELECT value FROM json_each(?1)),
                 own (id, target) AS (SELECT id, id FROM wanted UNION
                   SELECT alias_id, resource_id FROM alias WHERE resource_id IN (SELECT id FROM wanted))
               SELECT kind, target AS resource_id, passage.name, passage.handle, passage.text
               FROM own JOIN passage ON passage.resource_id = own.id ORDER BY passage.id""",
            [json.dumps(list(resource_ids))],
        )
        return [Passage(**row) for row in rows]

    def orphan_mentions(self, expression: str, *, limit: int) -> list[OrphanMention]:
        """Quotes without a permalink that an expression finds, each where it stands last; newest first."""
        rows = self._all(
            """WITH found AS (
                 SELECT version_id, ordinal, platform, mention.kind, claim_name, claim_handle, claim_text, row_number()
                   OVER (PARTITION BY passage.id ORDER BY fetched_at DESC, version_id DESC, ordinal) AS nth
                 FROM words JOIN passage ON passage.id = words.rowid
                   JOIN article_version AS version ON version.resource_id = passage.resource_id
                   JOIN mention ON version_id = version.id AND mention.resource_id IS NULL
                     AND claim_text IS passage.text AND claim_name IS passage.name AND claim_handle IS passage.handle
                 WHERE words MATCH ? AND passage.kind = 'orphan')
               SELECT found.*, resource.key, ifnull(version.url, resource.uri) AS url, version.title,
                 version.fetched_at, folder.path
               FROM found JOIN article_version AS version ON version.id = version_id
                 JOIN folder ON folder.id = version.id JOIN resource ON resource.id = version.resource_id
               WHERE nth = 1 ORDER BY version.fetched_at DESC, version_id DESC, ordinal LIMIT ?""",
            [expression, limit],
        )
        return [unpack_orphan(row) for row in rows]

    def uncaptured(self, resource_ids: Iterable[int], *, limit: int) -> list[StoredResource]:
        """Those of these resources of which there never was a capture or article version; last cited first."""
        rows = self._all(
            _UNCAPTURED,
            [json.dumps(list(resource_ids)), limit],
        )
        return [unpack_resource(row) for row in rows]

    def words_of(self, resource_id: int) -> Passage | None:
        """What is known to stand in a post: as its platform says, else as an article claims."""
        rows = self._all(
            """SELECT 'record' AS kind, resource_id, name, handle, text FROM post
               WHERE resource_id = ?1
               UNION ALL SELECT * FROM (
                 SELECT 'claim', ?1, claim_name, claim_handle, claim_text FROM mention
                 WHERE resource_id IN (SELECT ?1 UNION SELECT alias_id FROM alias WHERE resource_id = ?1)
                   AND coalesce(claim_text, claim_name, claim_handle) IS NOT NULL
                 ORDER BY version_id DESC, ordinal LIMIT 1)
               LIMIT 1""",
            [resource_id],
        )
        return Passage(**rows[0]) if rows else None

    def _resources(self, where: str, value: str) -> list[StoredResource]:
        return [unpack_resource(row) for row in self._all(f"{_RESOURCES} {where} ORDER BY key", [value])]

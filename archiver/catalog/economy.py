"""The questions of economy: what takes room, what is stored twice, what rests on what, and what went."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.reading import Reading
from archiver.catalog.schema import LEAST_LINK_BYTES
from archiver.catalog.stored import Footprint, PastCapture, StoredTombstone
from archiver.catalog.unpack import unpack_footprint, unpack_past, unpack_tombstone, unpack_warc_ref
from archiver.model.clock import parse_at
from archiver.model.digests import Digest
from archiver.model.records import WarcRef
from archiver.platforms import resource_for

__all__ = ["Economy"]

_TOMBSTONES = """
SELECT tombstone.*, folder.kind, stone.path, own.digest AS manifest, resource.key, resource.uri AS resource_uri,
  resource.platform, resource.post_id, availability.state
FROM tombstone JOIN folder ON folder.id = folder_id JOIN resource ON resource.id = tombstone.resource_id
  JOIN leaf AS stone ON stone.seq = tombstone.leaf_seq JOIN leaf AS own ON own.seq = folder.leaf_seq
  LEFT JOIN availability ON availability.resource_id = resource.id
"""
_FOOTPRINTS = """
WITH subject (id, resource_id, at) AS (
    SELECT id, resource_id, started_at FROM capture
    UNION ALL SELECT id, resource_id, fetched_at FROM article_version
    UNION ALL SELECT folder_id, resource_id, captured_at FROM tombstone),
  weight (folder_id, bytes) AS (SELECT folder_id, sum(length) FROM warc_record GROUP BY folder_id)
SELECT folder.id AS folder_id, folder.path, folder.kind, resource_id, resource.platform, at,
  ifnull(weight.bytes, 0) AS warc_bytes
FROM subject JOIN folder USING (id) JOIN resource ON resource.id = resource_id
  LEFT JOIN weight ON weight.folder_id = folder.id
ORDER BY folder.id
"""
_CITED = """
WITH cited (article_id, fetched_at, resource_id) AS (
  SELECT DISTINCT version.resource_id, fetched_at, mention.resource_id
  FROM mention JOIN article_version AS version ON version.id = version_id WHERE mention.resource_id IS NOT NULL
  UNION SELECT version.resource_id, fetched_at, capture.resource_id
  FROM capture JOIN article_version AS version ON version.id = article_id)
SELECT * FROM cited
UNION SELECT article_id, fetched_at, alias.resource_id FROM cited JOIN alias ON alias_id = cited.resource_id
"""


class Economy(Reading):
    """An opened catalog, as far as `du`, `prune` and `withdraw` read it."""

    # --- what is stored once ----------------------------------------------------------------

    def known_file(self, digest: Digest) -> str | None:
        """The latest stored file with these bytes, relative to `snapshots/`; small ones are not looked for."""
        rows = self._all(
            f"""SELECT folder.path || '/' || artefact.path AS place FROM artefact JOIN folder ON folder.id = folder_id
               WHERE digest = ? AND size_bytes >= {LEAST_LINK_BYTES} ORDER BY folder_id DESC, place LIMIT 1""",  # noqa: S608  # our own number
            [str(digest)],
        )
        return str(rows[0]["place"]) if rows else None

    def same_files(self, folder_ids: Iterable[str]) -> list[str]:
        """The folders, other than these, that hold a file which one of these holds too."""
        rows = self._all(
            f"""SELECT DISTINCT other.folder_id FROM artefact AS own
                 JOIN artefact AS other ON other.digest = own.digest AND other.size_bytes >= {LEAST_LINK_BYTES}
               WHERE own.folder_id IN (SELECT value FROM json_each(?1))
                 AND other.folder_id NOT IN (SELECT value FROM json_each(?1)) ORDER BY 1""",  # noqa: S608  # as above
            [json.dumps(list(folder_ids))],
        )
        return [row["folder_id"] for row in rows]

    def revisits(self, payloads: Iterable[Digest], *, without: Iterable[str]) -> list[tuple[str, WarcRef]]:
        """(folder, record) of each revisit of one of these payloads in other folders than these."""
        rows = self._all(
            """SELECT warc_record.*, warc_file.path FROM warc_record JOIN warc_file ON warc_file.id = file_id
               WHERE record_type = 'revisit' AND payload_digest IN (SELECT value FROM json_each(?1))
                 AND folder_id NOT IN (SELECT value FROM json_each(?2)) ORDER BY folder_id, offset""",
            [json.dumps([str(digest) for digest in payloads]), json.dumps(list(without))],
        )
        return [(row["folder_id"], unpack_warc_ref(row)) for row in rows]

    def retained(self, payloads: Iterable[Digest]) -> list[WarcRef]:
        """The records of withdrawn folders with one of these payloads: they stay for revisits."""
        rows = self._all(
            """SELECT warc_record.*, warc_file.path FROM tombstone JOIN warc_record USING (folder_id)
                 JOIN warc_file ON warc_file.id = file_id
               WHERE payload_digest IN (SELECT value FROM json_each(?)) ORDER BY path, offset""",
            [json.dumps([str(digest) for digest in payloads])],
        )
        return [unpack_warc_ref(row) for row in rows]

    # --- what went -----------------------------------------------------------------------------

    def tombstone(self, folder_id: str) -> StoredTombstone | None:
        """What stays of this folder, if it was withdrawn."""
        found = self._tombstones("WHERE folder_id = ?", [folder_id])
        return found[0] if found else None

    def tombstones(self, resource_ids: Iterable[int], *, limit: int | None = None) -> list[StoredTombstone]:
        """What stays of withdrawn captures of these resources, newest first."""
        return self._tombstones(
            """WHERE tombstone.resource_id IN (SELECT value FROM json_each(?))
               ORDER BY captured_at DESC, folder_id DESC LIMIT ?""",
            [json.dumps(list(resource_ids)), -1 if limit is None else limit],
        )

    def _tombstones(self, where: str, parameters: list[object]) -> list[StoredTombstone]:
        return [unpack_tombstone(row) for row in self._all(f"{_TOMBSTONES} {where}", parameters)]

    # --- what takes room, and what may go -------------------------------------------------------

    def footprints(self) -> list[Footprint]:
        """Every folder with its subject and the bytes of its WARC records, oldest first."""
        return [unpack_footprint(row) for row in self._all(_FOOTPRINTS)]

    def article_names(self) -> dict[int, str]:
        """Every article: id of its resource → URL."""
        rows = self._all("SELECT id, resource.uri FROM article JOIN resource ON resource.id = resource_id")
        return {row["id"]: row["uri"] for row in rows}

    def citations_by_resource(self) -> dict[int, list[tuple[int, datetime]]]:
        """Resource → (id of the article, when it was read) of every stored state that cites it; aliases count.

        An article stands for the captures of its own page.
        """
        found: dict[int, list[tuple[int, datetime]]] = {}
        for row in self._all(_CITED):
            found.setdefault(row["resource_id"], []).append((row["article_id"], parse_at(row["fetched_at"])))
        return found

    def named_by_posts(self) -> set[int]:
        """The resources that a stored post quotes, answers or continues, as its platform's record says."""
        rows = self._all(
            """SELECT quoted AS uri FROM post UNION SELECT parent FROM post
               UNION SELECT value FROM post, json_each(post.thread)"""
        )
        found = (resource_for(row["uri"]) for row in rows if row["uri"])
        return {key63(resource.key) for resource in found if resource}

    def histories(self) -> Iterator[list[PastCapture]]:
        """All captures of one resource after the other, oldest first."""
        rows = self._all(
            """SELECT capture.id, folder.path, resource_id, started_at, ended_at, outcome, availability, platform
               FROM capture JOIN folder USING (id) JOIN resource ON resource.id = resource_id
               ORDER BY resource_id, started_at, capture.id"""
        )
        for _resource, group in groupby(map(unpack_past, rows), key=lambda one: one.resource_id):
            yield list(group)

    def context_captures(self) -> set[str]:
        """The captures that were made because of another one that is still here."""
        rows = self._all("SELECT own.id FROM capture AS own JOIN capture AS cause ON cause.id = own.context_of")
        return {row["id"] for row in rows}

    def context_around(self, resource_ids: Iterable[int]) -> list[int]:
        """The other resources that were captured as context of these, and as context of those in turn."""
        given = list(resource_ids)
        rows = self._all(
            """WITH RECURSIVE around (id) AS (
                 SELECT value FROM json_each(?1)
                 UNION SELECT own.resource_id FROM around JOIN capture AS cause ON cause.resource_id = around.id
                   JOIN capture AS own ON own.context_of = cause.id)
               SELECT id FROM around WHERE id NOT IN (SELECT value FROM json_each(?1)) ORDER BY id""",
            [json.dumps(given)],
        )
        return [row["id"] for row in rows]

    def deciding_captures(self) -> set[str]:
        """The captures whose record of the post is the one that the catalog shows."""
        return {row["capture_id"] for row in self._all("SELECT capture_id FROM post")}

    def last_run(self, command: str, *, before: datetime) -> str | None:
        """The journal of the latest run of a command that began at or before an instant."""
        rows = self._all(
            """SELECT path FROM run WHERE command = ? AND started_at <= ? AND path IS NOT NULL
               ORDER BY started_at DESC, name DESC LIMIT 1""",
            [command, sortable_at(before)],
        )
        return str(rows[0]["path"]) if rows else None

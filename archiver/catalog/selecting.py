"""Which resources a query without an address speaks of: by platform, and by author."""

from archiver.catalog.reading import Reading

__all__ = ["Selecting"]

#: Every resource of which something was captured, or was and is withdrawn.
_RESOURCES = """
SELECT id FROM resource
WHERE (id IN (SELECT resource_id FROM capture) OR id IN (SELECT resource_id FROM tombstone))
  AND (?1 IS NULL OR ifnull(platform, 'page') = ?1)
  AND (?2 IS NULL OR id IN (
    SELECT resource_id FROM passage WHERE handle = ?2 COLLATE NOCASE OR name = ?2 COLLATE NOCASE))
ORDER BY id
"""


class Selecting(Reading):
    """An opened catalog, as far as an export picks from it."""

    def captured_resources(self, *, platform: str | None = None, author: str | None = None) -> list[int]:
        """Resources with captures: of a platform ("page" for linked pages), and with texts by an author.

        The author is a handle without `@`, or a whole name; case does not count in ASCII.
        """
        return [row["id"] for row in self._all(_RESOURCES, [platform, author])]

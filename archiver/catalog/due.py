"""What a pass over the archive asks: what is due, what is known of it, and which posts are known to be there."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog.derive import cadence_of, judgements_of
from archiver.catalog.keys import key63, sortable_at
from archiver.catalog.reading import Reading
from archiver.model.cadence import Cadence, Look
from archiver.model.clock import parse_at
from archiver.model.digests import Digest
from archiver.model.overtime import EventKind
from archiver.model.records import Resource
from archiver.model.states import Availability, Drift, ResourceKind

__all__ = ["Due", "KnownPost", "KnownResource", "LastComparison", "PastComparison", "PastEvent", "PastLook"]

#: What can be asked for: a post, or a page of the web; not a file, nor what was refused.
_ASKABLE = "(resource.platform IS NOT NULL OR resource.key GLOB 'page:http*')"
_COLUMNS = """resource.id, key, uri, kind, platform, post_id, state, declared_at, due_at, last_live_at, checked_at"""
#: So far down the list of what was seen live last one looks for posts of a rare platform.
_MOST_RECENT = 20_000


@dataclass(frozen=True, slots=True)
class KnownResource:
    """A resource as it stands; `state` and the instants are None where it was never looked at."""

    id: int
    resource: Resource
    state: Availability | None = None
    declared_at: datetime | None = None
    due_at: datetime | None = None
    last_live_at: datetime | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownPost:
    """What the platform's record said of a post when a capture read it last."""

    capture_id: str
    text: str | None
    edited: bool
    truncated: bool


@dataclass(frozen=True, slots=True)
class LastComparison:
    """The latest comparison of a resource with our copy."""

    drift: Drift
    before: Digest
    after: Digest
    distance: float
    capture_id: str | None


@dataclass(frozen=True, slots=True)
class PastLook:
    """One stored observation with what it rests on; `run` names the run, `capture_id` the capture if it was one's."""

    at: datetime
    state: Availability
    via: str
    evidence: str
    http_status: int | None
    run: str
    capture_id: str | None


@dataclass(frozen=True, slots=True)
class PastComparison:
    """One stored comparison, when and by which run it was made, and of what (`record` or `page`)."""

    at: datetime
    run: str
    basis: str
    found: LastComparison


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One stored event of a resource."""

    id: str
    kind: EventKind
    at: datetime
    run: str
    evidence: str
    state: Availability | None
    capture_id: str | None


class Due(Reading):
    """An opened catalog, as far as looks at what is known read it."""

    def due_resources(self, now: datetime, *, batch: int) -> Iterator[list[KnownResource]]:
        """What is due at `now`, the longest due first, in batches; each is read when it is asked for.

        What becomes due again meanwhile does not come twice.
        """
        last: tuple[str, int] = ("", 0)
        sql = f"""SELECT {_COLUMNS} FROM availability JOIN resource ON resource.id = resource_id
                  WHERE due_at <= ?1 AND (due_at, resource_id) > (?2, ?3) AND {_ASKABLE}
                  ORDER BY due_at, resource_id LIMIT ?4"""  # noqa: S608  # our own words
        until = sortable_at(now)
        while rows := self._all(sql, [until, *last, batch]):
            last = (rows[-1]["due_at"], rows[-1]["id"])
            yield [_known(row) for row in rows]

    def askable_keys(self) -> Iterator[str]:
        """The keys of everything that was ever looked at and can be asked for, read as it goes."""
        last = 0
        sql = f"""SELECT resource.id, key FROM resource JOIN availability ON resource_id = resource.id
                  WHERE resource.id > ? AND {_ASKABLE} ORDER BY resource.id LIMIT 1000"""  # noqa: S608  # our own words
        while rows := self._all(sql, [last]):
            yield from (row["key"] for row in rows)
            last = rows[-1]["id"]

    def count_due(self, now: datetime) -> int:
        """How many resources are due at `now`, those included that cannot be asked for."""
        return int(self._all("SELECT count(*) AS n FROM availability WHERE due_at <= ?", [sortable_at(now)])[0]["n"])

    def known_resources(self, keys: Iterable[str]) -> list[KnownResource]:
        """The resources with these keys, in the order of the keys; unknown ones and files are left out."""
        wanted = list(dict.fromkeys(keys))
        rows = self._all(
            f"""SELECT {_COLUMNS} FROM resource LEFT JOIN availability ON resource_id = resource.id
                WHERE resource.id IN (SELECT value FROM json_each(?)) AND {_ASKABLE}""",  # noqa: S608  # our own words
            [json.dumps([key63(key) for key in wanted])],
        )
        found = {row["key"]: _known(row) for row in rows}
        return [found[key] for key in wanted if key in found]

    def last_seen_live(self, platforms: Sequence[str], *, most: int) -> dict[str, list[Resource]]:
        """Of each platform the posts that were seen live last, at most so many; of a rare one any that stand so."""
        found: dict[str, list[Resource]] = {name: [] for name in platforms}
        sql = f"""SELECT platform, key, uri, kind, post_id FROM availability JOIN resource ON resource.id = resource_id
                  WHERE state = 'live' ORDER BY last_live_at DESC LIMIT {_MOST_RECENT}"""  # noqa: S608  # our own words
        for row in self._all(sql):
            if len(found.get(row["platform"], "")) < most and row["platform"] in found:
                found[row["platform"]].append(_resource(row))
        return {name: posts or self._any_live(name, most=most) for name, posts in found.items()}

    def _any_live(self, platform: str, *, most: int) -> list[Resource]:
        """Posts of a platform of which little is known, as they come."""
        # The join's order is given, because few resources need be read to find some.
        rows = self._all(
            """SELECT platform, key, uri, kind, post_id FROM resource CROSS JOIN availability
               WHERE platform = ? AND resource_id = resource.id AND state = 'live' LIMIT ?""",
            [platform, most],
        )
        return [_resource(row) for row in rows]

    def last_seen_answering(self, *, most: int) -> list[Resource]:
        """What was seen live last, whatever it is."""
        rows = self._all(
            f"""SELECT platform, key, uri, kind, post_id FROM availability JOIN resource ON resource.id = resource_id
                WHERE state = 'live' AND {_ASKABLE}
                ORDER BY last_live_at DESC LIMIT ?""",  # noqa: S608  # our own words
            [most],
        )
        return [_resource(row) for row in rows]

    def looks_of(self, resource_id: int) -> list[Look]:
        """What every visit to a resource came to, the oldest first."""
        with self._lock:
            return [Look(parse_at(one.at), one.state) for one in judgements_of(self._db, resource_id)]

    def past_looks(self, resource_id: int) -> list[PastLook]:
        """Every stored observation of a resource, the oldest first."""
        rows = self._all(
            """SELECT observed_at, availability, via, evidence, http_status, run.name AS run, capture_id
               FROM observation JOIN basis ON basis.id = basis_id JOIN run ON run.id = run_id
               WHERE resource_id = ? ORDER BY observed_at, availability, via, evidence""",
            [resource_id],
        )
        return [_past_look(row) for row in rows]

    def known_posts(self, ids: Iterable[int]) -> dict[int, KnownPost]:
        """What is recorded of these posts, by id."""
        rows = self._all(
            """SELECT resource_id, capture_id, text, edited, truncated FROM post
               WHERE resource_id IN (SELECT value FROM json_each(?))""",
            [json.dumps(list(ids))],
        )
        return {
            row["resource_id"]: KnownPost(row["capture_id"], row["text"], bool(row["edited"]), bool(row["truncated"]))
            for row in rows
        }

    def comparisons_of(self, resource_id: int) -> list[PastComparison]:
        """Every comparison of a resource with our copy that was written down, the oldest first."""
        rows = self._all(
            """SELECT comparison.*, run.name AS run FROM comparison JOIN run ON run.id = run_id
               WHERE resource_id = ? ORDER BY compared_at, run_id, basis""",
            [resource_id],
        )
        return [
            PastComparison(parse_at(row["compared_at"]), row["run"], row["basis"], _comparison(row)) for row in rows
        ]

    def events_of(self, resource_id: int) -> list[PastEvent]:
        """What happened to a resource, or in an article, the oldest first."""
        rows = self._all(
            """SELECT event.id, event.kind, happened_at, evidence, state, capture_id, run.name AS run FROM event
               JOIN run ON run.id = run_id WHERE resource_id = ?1 OR article_resource_id = ?1
               ORDER BY happened_at, event.id""",
            [resource_id],
        )
        return [_event(row) for row in rows]

    def last_comparisons(self, ids: Iterable[int]) -> dict[int, LastComparison]:
        """The latest comparison of each of these resources that has one."""
        rows = self._all(
            """SELECT resource_id, drift, before_digest, after_digest, distance, capture_id FROM comparison
               WHERE resource_id IN (SELECT value FROM json_each(?)) ORDER BY resource_id, compared_at, run_id""",
            [json.dumps(list(ids))],
        )
        return {row["resource_id"]: _comparison(row) for row in rows}

    def next_due(self, ids: Iterable[int]) -> dict[int, KnownResource]:
        """These resources as they stand now, by id."""
        rows = self._all(
            f"""SELECT {_COLUMNS} FROM availability JOIN resource ON resource.id = resource_id
                WHERE resource_id IN (SELECT value FROM json_each(?))""",  # noqa: S608  # our own words
            [json.dumps(list(ids))],
        )
        return {row["id"]: _known(row) for row in rows}

    def cadence(self) -> Cadence:
        """By which rules resources are due: those of the last run that wrote any down, else the usual ones."""
        with self._lock:
            return cadence_of(self._db)


def _known(row: dict[str, Any]) -> KnownResource:
    instants = {
        name: parse_at(row[name]) if row[name] else None
        for name in ("declared_at", "due_at", "last_live_at", "checked_at")
    }
    return KnownResource(row["id"], _resource(row), Availability(row["state"]) if row["state"] else None, **instants)


def _resource(row: dict[str, Any]) -> Resource:
    return Resource(row["key"], row["uri"], ResourceKind(row["kind"]), row["platform"], row["post_id"])


def _past_look(row: dict[str, Any]) -> PastLook:
    return PastLook(
        at=parse_at(row["observed_at"]),
        state=Availability(row["availability"]),
        via=row["via"],
        evidence=row["evidence"],
        http_status=row["http_status"],
        run=row["run"],
        capture_id=row["capture_id"],
    )


def _comparison(row: dict[str, Any]) -> LastComparison:
    return LastComparison(
        Drift(row["drift"]),
        Digest.parse(row["before_digest"]),
        Digest.parse(row["after_digest"]),
        row["distance"],
        row["capture_id"],
    )


def _event(row: dict[str, Any]) -> PastEvent:
    return PastEvent(
        id=row["id"],
        kind=EventKind(row["kind"]),
        at=parse_at(row["happened_at"]),
        run=row["run"],
        evidence=row["evidence"],
        state=Availability(row["state"]) if row["state"] else None,
        capture_id=row["capture_id"],
    )

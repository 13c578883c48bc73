"""The rows that follow from other rows, computed anew whenever those change."""

import json
from functools import lru_cache

from sqlite_utils import Database

from archiver.catalog.keys import sortable_at
from archiver.catalog.rows import insert
from archiver.catalog.standing import Judgement, Seen, Standing, judgements, standing
from archiver.model.cadence import Cadence, Look, due_after
from archiver.model.clock import parse_at
from archiver.model.codec import from_json
from archiver.model.overtime import EventKind, PollOutcome
from archiver.model.polling import MOST_POLLS, Polled, next_poll_at
from archiver.model.states import Availability

__all__ = [
    "cadence_of",
    "declared_at",
    "derive_all_due",
    "derive_article",
    "derive_availability",
    "derive_watch",
    "judgements_of",
    "standing_of",
]

_USUAL = Cadence()


def derive_article(db: Database, resource_id: int) -> None:
    """The article's row: its latest version of which bytes were received, else the latest."""
    db.execute(
        """INSERT OR REPLACE INTO article
             (resource_id, version_id, url, title, byline, published_at, modified_at, publisher, language, section)
           SELECT resource_id, id, url, title, byline, published_at, modified_at, publisher, language, section
           FROM article_version WHERE resource_id = ?
           ORDER BY source_digest IS NOT NULL DESC, fetched_at DESC, id DESC LIMIT 1""",
        [resource_id],
    )


def derive_availability(db: Database, resource_id: int) -> None:
    """The resource's standing, from all of its observations and captures, also those whose bytes went."""
    found = judgements_of(db, resource_id)
    now = standing(found)
    if now is not None:
        declared = declared_at(db, resource_id)
        values = {
            "resource_id": resource_id,
            "state": now.state.value,
            "since_at": now.since_at,
            "seen_at": now.seen_at,
            "checked_at": now.checked_at,
            "last_live_at": now.last_live_at,
            "declared_at": declared,
            "due_at": _due_at(found, declared=declared is not None, cadence=cadence_of(db)),
        }
        insert(db, "availability", values, replace_where=("resource_id", "true"))


def derive_watch(db: Database, watch_id: str) -> None:
    """When the watched source is polled next, by its polls: the first, and as many of the last as count."""
    row = db.execute("SELECT every_s, set_at FROM watch WHERE id = ?", [watch_id]).fetchone()
    if row is None:
        return
    # A list that is polled every hour has a long past.
    found = db.execute(
        """SELECT polled_at, outcome, retry_after_s FROM poll WHERE watch_id = ?1 AND polled_at >= ifnull(
             (SELECT polled_at FROM poll WHERE watch_id = ?1 ORDER BY polled_at DESC LIMIT 1 OFFSET ?2), '')
           ORDER BY polled_at""",
        [watch_id, MOST_POLLS],
    ).fetchall()
    first = db.execute("SELECT min(polled_at) FROM poll WHERE watch_id = ?", [watch_id]).fetchone()[0]
    polls = [Polled(parse_at(at), PollOutcome(outcome), retry_after_s) for at, outcome, retry_after_s in found]
    due_at = next_poll_at(polls, first_at=parse_at(first), every_s=row[0]) if polls else parse_at(row[1])
    db.execute("UPDATE watch SET due_at = ? WHERE id = ?", [sortable_at(due_at), watch_id])


def standing_of(db: Database, resource_id: int) -> Standing | None:
    """What the row of `availability` must say."""
    return standing(judgements_of(db, resource_id))


def declared_at(db: Database, resource_id: int) -> str | None:
    """Since when the resource counts as lost; None if it does not, or came back."""
    kinds = [EventKind.DECLARED_GONE.value, EventKind.CAME_BACK.value]
    row = db.execute(
        """SELECT kind, happened_at FROM event WHERE resource_id = ? AND kind IN (?, ?)
           ORDER BY happened_at DESC, kind LIMIT 1""",
        [resource_id, *kinds],
    ).fetchone()
    return row[1] if row and row[0] == EventKind.DECLARED_GONE.value else None


def derive_all_due(db: Database) -> None:
    """When each resource is due again, after the rules for that have changed."""
    for (resource_id,) in db.execute("SELECT resource_id FROM availability").fetchall():
        derive_availability(db, resource_id)


def cadence_of(db: Database) -> Cadence:
    """The rules in force: the latest that were written down, else the usual ones."""
    row = db.execute("SELECT cadence FROM rhythm ORDER BY set_at DESC, run_id DESC LIMIT 1").fetchone()
    return _cadence(row[0]) if row else _USUAL


@lru_cache(maxsize=8)
def _cadence(text: str) -> Cadence:
    return from_json(Cadence, json.loads(text))


def _due_at(found: list[Judgement], *, declared: bool, cadence: Cadence) -> str:
    looks = [Look(parse_at(one.at), one.state) for one in found]
    return sortable_at(due_after(looks, declared=declared, cadence=cadence))


def judgements_of(db: Database, resource_id: int) -> list[Judgement]:
    """What each visit to the resource came to, the oldest first."""
    captures = db.execute("SELECT id, ended_at, availability FROM capture WHERE resource_id = ?", [resource_id])
    gone = db.execute(
        "SELECT folder_id, judged_at, availability FROM tombstone WHERE resource_id = ? AND judged_at IS NOT NULL",
        [resource_id],
    )
    rows = [*captures.fetchall(), *gone.fetchall()]
    decided = {identifier: Judgement(at, Availability(state)) for identifier, at, state in rows}
    observed = db.execute(
        """SELECT observed_at, availability, via, ifnull(capture_id, 'run ' || run_id)
           FROM observation JOIN basis ON basis.id = basis_id WHERE resource_id = ?""",
        [resource_id],
    )
    seen = (Seen(at, Availability(state), via, visit) for at, state, via, visit in observed.fetchall())
    return judgements(seen, decided)

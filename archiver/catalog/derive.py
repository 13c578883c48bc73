"""The rows that follow from other rows, computed anew whenever those change."""

from sqlite_utils import Database

from archiver.catalog.rows import insert
from archiver.catalog.standing import Judgement, Seen, Standing, judgements, standing
from archiver.model.states import Availability

__all__ = ["derive_article", "derive_availability", "standing_of"]


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
    now = standing_of(db, resource_id)
    if now is not None:
        values = {
            "resource_id": resource_id,
            "state": now.state.value,
            "since_at": now.since_at,
            "seen_at": now.seen_at,
            "checked_at": now.checked_at,
            "last_live_at": now.last_live_at,
        }
        insert(db, "availability", values, replace_where=("resource_id", "true"))


def standing_of(db: Database, resource_id: int) -> Standing | None:
    """What the row of `availability` must say."""
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
    return standing(judgements(seen, decided))

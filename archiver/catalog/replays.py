"""How faithfully captures replay: rows of checks, and what is still to be checked."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from archiver.catalog.keys import sortable_at
from archiver.catalog.reading import Reading
from archiver.catalog.rows import insert
from archiver.catalog.shared import put_run
from archiver.model.checks import ReplayCheck
from archiver.model.clock import parse_at
from archiver.model.rendering import RenderEnd

__all__ = ["Replays", "put_replay_check"]

_BATCH = 500
#: What can be compared: something was seen, a picture of it is kept, and its bytes are not withdrawn.
_CANDIDATES = """
FROM capture JOIN folder USING (id)
WHERE outcome <> 'failed'
  AND EXISTS (SELECT 1 FROM artefact WHERE folder_id = capture.id AND role = 'screenshot')
  AND NOT EXISTS (SELECT 1 FROM replay_check WHERE capture_id = capture.id AND program = ?1)
"""


def put_replay_check(db: Database, check: ReplayCheck) -> None:
    """The row of one check."""
    insert(
        db,
        "replay_check",
        {
            "capture_id": check.capture_id,
            "checked_at": sortable_at(check.at),
            "run_id": put_run(db, check.run_id),
            "ended": check.end.value,
            "screenshot": check.screenshot,
            "text": check.text,
            "requests": check.requests,
            "attempts": check.attempts,
            "loose": check.loose,
            "missed": check.missed,
            "left_machine": check.left,
            "program": check.program,
            "browser": check.browser,
        },
    )


class Replays(Reading):
    """An opened catalog, as far as checks of replay read it."""

    def to_replay(self, *, without: str | None, sample: int | None = None) -> Iterator[str]:
        """The folders of captures to be replayed, the oldest first, read as it goes; or a random `sample` of them.

        Those that failed are left out, and those without a screenshot, and those checked
        already by the program `without`. Captures that are made meanwhile may come too.
        """
        if sample is not None:
            rows = self._all(f"SELECT folder.path {_CANDIDATES} ORDER BY random() LIMIT ?2", [without, sample])
            yield from (row["path"] for row in rows)
            return
        last = ""
        page = f"SELECT capture.id, folder.path {_CANDIDATES} AND capture.id > ?2 ORDER BY capture.id LIMIT ?3"
        while rows := self._all(page, [without, last, _BATCH]):
            yield from (row["path"] for row in rows)
            last = rows[-1]["id"]

    def count_to_replay(self, *, without: str | None) -> int:
        """How many captures `to_replay` would give."""
        return int(self._all(f"SELECT count(*) AS n {_CANDIDATES}", [without])[0]["n"])

    def replay_checks(self, capture_ids: Iterable[str]) -> dict[str, ReplayCheck]:
        """The latest check of each of these captures that has one."""
        rows = self._all(
            """SELECT replay_check.*, run.name AS run FROM replay_check JOIN run ON run.id = run_id
               WHERE capture_id IN (SELECT value FROM json_each(?)) ORDER BY checked_at, run_id""",
            [json.dumps(list(capture_ids))],
        )
        return {row["capture_id"]: _unpack(row) for row in rows}


def _unpack(row: dict[str, Any]) -> ReplayCheck:
    return ReplayCheck(
        capture_id=row["capture_id"],
        run_id=row["run"],
        at=parse_at(row["checked_at"]),
        end=RenderEnd(row["ended"]),
        program=row["program"],
        screenshot=row["screenshot"],
        text=row["text"],
        requests=row["requests"],
        attempts=row["attempts"],
        loose=row["loose"],
        missed=row["missed"],
        left=row["left_machine"],
        browser=row["browser"],
    )

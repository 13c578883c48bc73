"""What a pass costs beside its requests: with a million known resources, and what the catalog grows by.

Called by `check.py`; alone: python bench/known.py [COUNT].
"""

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ARCHIVER = Path(sys.executable).parent / "archiver"
DAY = timedelta(days=1)
#: Of so many resources this many checks each are written, as passes write them.
GROWN, CHECKS = 400, 20
RUNS = 5


def main(count):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        subprocess.run([ARCHIVER, "init", home], check=True, capture_output=True)
        start_s = median_run(home)
        fill(home / "db" / "archive.db", count)
        os.sync()  # a catalog of years is on the disk
        nothing_s = median_run(home)
        planned, planning_s = plan(home / "db" / "archive.db", count)
        bytes_each = growth(Path(folder) / "small")
    print(f"\n{count:,} known resources")
    print(f"{'archiver run, nothing due':40}{nothing_s:8.2f} s   (< 2 s; in an empty archive {start_s:.2f} s)")
    print(f"{f'planning with {planned:,} due':40}{planning_s:8.2f} s   (< 5 s)")
    print(f"{'the catalog grows by':40}{bytes_each:8.0f} bytes a check   (< 100)")


def fill(db_file, count):
    """A million pages, each looked at once, each due in a month."""
    now = datetime.now(UTC)
    run_id, basis_id, at = first_look(db_file, now)
    shutil.rmtree(db_file.parent / "archive.db.sha256", ignore_errors=True)
    db = sqlite3.connect(db_file)
    db.execute("PRAGMA synchronous = OFF")
    db.executemany(
        "INSERT OR IGNORE INTO resource (id, key, uri, surt, kind) VALUES (?, ?, ?, ?, 'page')", resources(count)
    )
    db.execute(
        "INSERT OR IGNORE INTO observation (resource_id, observed_at, availability, basis_id, run_id)"
        " SELECT id, ?, 'live', ?, ? FROM resource ORDER BY id",
        [at, basis_id, run_id],
    )
    due_at = sortable(now + 30 * DAY)
    db.execute(
        "INSERT OR REPLACE INTO availability (resource_id, state, since_at, seen_at, checked_at, last_live_at, due_at)"
        " SELECT id, 'live', ?1, ?1, ?1, ?1, ?2 FROM resource ORDER BY id",
        [at, due_at],
    )
    db.commit()
    db.close()
    (db_file.parent / "archive.db.sha256").unlink(missing_ok=True)


def resources(count):
    from archiver.catalog.keys import key63

    rows = []
    for number in range(count):
        url = f"https://news{number % 5000}.example/2026/11/a-headline-of-some-length-{number}"
        key = f"page:{url}"
        rows.append((key63(key), key, url, f"example,news{number % 5000})/2026/11/a-headline-of-some-length-{number}"))
    rows.sort()
    return rows


def first_look(db_file, now):
    """The ids of a run and of what a look rests on, and the time of it, as the catalog writes them."""
    from archiver.catalog import Catalog

    catalog = Catalog.open(db_file)
    catalog.ingest_notes([look("https://first.example/", now - DAY, "20261101T000000Z-0000")])
    catalog.close()
    db = sqlite3.connect(db_file)
    row = db.execute("SELECT run_id, basis_id, observed_at FROM observation").fetchone()
    db.close()
    return row


def look(url, at, run_id, status=200):
    from archiver.model.records import Observation
    from archiver.model.states import Availability, Witness
    from archiver.platforms import resource_for

    return Observation(resource_for(url), at, Availability.LIVE, Witness.HTTP, f"HTTP {status}", run_id, status)


def sortable(instant):
    from archiver.catalog.keys import sortable_at

    return sortable_at(instant)


def median_run(home):
    """The whole command, from the start of the interpreter on; the median of some."""
    spent_s = []
    for _ in range(RUNS):
        began = time.monotonic()
        subprocess.run([ARCHIVER, "run", "--home", home], check=True, capture_output=True)
        spent_s.append(time.monotonic() - began)
    return statistics.median(spent_s)


def plan(db_file, count):
    """All that is due in batches, with what a look is given of each; one in a hundred is."""
    from archiver.catalog import Catalog

    now = datetime.now(UTC)
    db = sqlite3.connect(db_file)
    db.execute("UPDATE availability SET due_at = ? WHERE resource_id % 100 = 0", [sortable(now - DAY)])
    db.commit()
    db.close()
    (db_file.parent / "archive.db.sha256").unlink(missing_ok=True)
    catalog = Catalog.open(db_file)
    began, planned = time.monotonic(), 0
    for batch in catalog.due_resources(now, batch=500):
        ids = [one.id for one in batch]
        catalog.known_posts(ids)
        catalog.last_comparisons(ids)
        planned += len(batch)
    spent_s = time.monotonic() - began
    catalog.close()
    assert abs(planned - count / 100) < count / 100, planned
    return planned, spent_s


def growth(folder):
    from archiver.catalog import Catalog

    folder.mkdir()
    now = datetime.now(UTC)
    catalog = Catalog.open(folder / "archive.db", bulk=True)

    def write(number):
        run_id = f"202611{number + 1:02}T000000Z-0000"
        at = now + number * DAY
        urls = (f"https://news{n % 50}.example/a-headline-of-some-length-{n}" for n in range(GROWN))
        catalog.ingest_notes([look(url, at + timedelta(seconds=n), run_id) for n, url in enumerate(urls)])

    def size():
        db = sqlite3.connect(folder / "archive.db")
        pages, free, page_bytes = (db.execute(f"PRAGMA {x}").fetchone()[0] for x in PRAGMAS)
        db.close()
        return (pages - free) * page_bytes

    write(0)
    before = size()
    for number in range(1, CHECKS + 1):
        write(number)
    after = size()
    catalog.close()
    return (after - before) / (GROWN * CHECKS)


PRAGMAS = ("page_count", "freelist_count", "page_size")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

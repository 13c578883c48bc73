"""One flipped bit anywhere in a home is found and its file named, and a whole home never has a finding.

ARCHIVER_TEST_FLIPS sets how many bits are flipped, and how often the whole home is read (1,000 in a thorough run).

Not flipped are: the private keys (no evidence, and no audit need be able to read them), `tmp/lock` (empty, or
the number of a process), scratch in `tmp/` (the next run empties it), and SQLite's `-wal` and `-shm`, which lie
beside the catalog only while it is open and are gone once it is at rest.
"""

import os
import random

import pytest
from signed_home import SignedHome
from storefixtures import seal_some

from archiver.catalog import Catalog, write_contract
from archiver.steps.audit import audit
from archiver.steps.audit_readings import audit_round
from archiver.steps.reindex import catch_up
from archiver.steps.withdraw import withdraw
from archiver.store import Store
from archiver.store.keys import Keys

FLIPS = int(os.environ.get("ARCHIVER_TEST_FLIPS", "45"))
#: Reading a whole home finds nothing however often it is done; more seldom in a short run.
CLEAN = FLIPS if FLIPS >= 1_000 else FLIPS // 9
SEED = 20261122


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Something of everything: captures, an article, WARC, two runs, a tombstone, keys, timestamps, catalog."""
    home = SignedHome(tmp_path_factory.mktemp("home"))
    home.db = home.root / "db" / "archive.db"
    home.db.parent.mkdir()
    write_contract(home.db.parent)
    with home.store.lock():
        pass
    home.run(rotate=False)
    store = home.store
    with store.lock():
        store.recover()
        _run, sealed, _leaves = seal_some(store, home.clock, posts=2, suffix="0099")
    with store.lock():
        store.recover()
        with Catalog.open(home.db) as catalog:
            catch_up(store, catalog)
            withdraw(
                [sealed[2].record.id],
                "asked for",
                store=store,
                catalog=catalog,
                clock=home.clock,
                program="embed-archiver 0.1.0",
            )
    home.stamp()
    # Read once, so that the list of what was read is among the files.
    assert found(home) == []
    return home


def found(home):
    """What the command finds; its list of what was read is there, too."""
    store = Store(home.snapshots, clock=home.clock, keys=Keys(home.root / "keys"))
    with audit_round(home.db, clock=home.clock) as (plan, problems):
        return [*map(str, audit(store, home.db, plan=plan)), *map(str, problems)]


def files(home):
    tops = [path for top in ("snapshots", "db") for path in (home.root / top).rglob("*") if path.is_file()]
    return sorted(path for path in tops if path.stat().st_size and "tmp" not in path.relative_to(home.root).parts)


def flips(places, count):
    """Files one after the other in a random order, then again; and every second time wherever a byte lies."""
    chance, order = random.Random(SEED), []
    sizes = [place.stat().st_size for place in places]
    for number in range(count):
        order = order or chance.sample(places, len(places))
        place = chance.choices(places, sizes)[0] if number % 2 else order.pop()
        yield place, chance.randrange(place.stat().st_size * 8)


@pytest.mark.timeout(3_600)
def test_every_flipped_bit_is_found_and_its_file_named(home):
    assert found(home) == []
    missed, hit = [], set()
    for place, bit in flips(files(home), FLIPS):
        data, state = place.read_bytes(), place.stat()
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        place.chmod(0o644)
        place.write_bytes(flipped)
        name = str(place.relative_to(home.root))
        said = found(home)
        if not any(name in line for line in said):
            missed.append((name, bit, said))
        place.write_bytes(data)
        os.utime(place, ns=(state.st_atime_ns, state.st_mtime_ns))
        hit.add(name)
    assert missed == []
    assert len(hit) >= min(FLIPS // 2, len(files(home)))


@pytest.mark.timeout(3_600)
def test_a_whole_home_never_has_a_finding(home):
    assert [said for said in (found(home) for _ in range(CLEAN)) if said] == []


def test_there_is_something_of_everything_to_be_flipped(home):
    names = {str(place.relative_to(home.root)) for place in files(home)}
    kinds = ("captures/", "warc/", "runs/", "tombstones/", "log/keys/", "log/checkpoints/", "log/authorities/")
    assert [kind for kind in kinds if not any(kind in name for name in names)] == []
    assert {".tsr", ".checkpoint", ".db", ".sha256", ".gz", ".jsonl"} <= {place.suffix for place in files(home)}
    assert "db/readings.txt" in names

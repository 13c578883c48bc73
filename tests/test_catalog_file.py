"""The catalog file: its digest at rest, its readers and writers, and what can be wrong with it."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from catalog_evidence import a_small_archive, capture, ingest_all, leaf_for, post

from archiver.catalog import Catalog, contract_files, digest_problem, dump, schema_sql, write_contract
from archiver.catalog.migrations import _STEPS
from archiver.model.errors import CatalogDamaged, HomeLocked, HomeMissing, HomeNotWritable, HomeTooNew
from archiver.model.states import Outcome, Reason

REPOSITORY = Path(__file__).parent.parent
STEPS = "archiver.catalog.migrations._STEPS"


@pytest.fixture
def db_file(tmp_path):
    file = tmp_path / "archive.db"
    with Catalog.open(file) as catalog:
        ingest_all(catalog, a_small_archive())
    return file


def beside(db_file):
    return sorted(path.name for path in db_file.parent.iterdir())


# --- the written contract -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "schema.sql"])
def test_the_tracked_contract_is_the_generated_one(name):
    assert (REPOSITORY / "db" / name).read_text() == contract_files()[name]


def test_a_new_home_gets_the_contract(tmp_path):
    write_contract(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "metadata.yml", "schema.sql"]
    assert (tmp_path / "schema.sql").read_text() == schema_sql()


def test_the_schema_text_makes_the_same_tables(tmp_path):
    with sqlite3.connect(":memory:") as made:
        made.executescript(schema_sql())
        names = {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")}
    made.close()
    assert {"run", "mention", "capture", "observation", "availability", "words"} <= names


def test_the_contract_names_only_tables_and_columns_that_exist(db_file):
    text = contract_files()["README.md"]
    queries = [query.replace("…", "1") for query in re.findall(r"(?m)^    (SELECT .*?;)$", text, re.DOTALL)]
    assert len(queries) == 3
    with sqlite3.connect(db_file) as connection:
        for query in queries:
            connection.execute(query).fetchall()
    connection.close()


def test_the_description_for_datasette_names_only_what_exists(db_file):
    text = contract_files()["metadata.yml"]
    tables = set(re.findall(r"(?m)^      (\w+):$", text))
    columns = re.findall(r"(?:sort_desc|label_column): (\w+)|facets: \[([\w, ]+)\]", text)
    with sqlite3.connect(db_file) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        known_columns = {row[1] for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    connection.close()
    assert tables - known == set()
    assert {name for pair in columns for part in pair for name in part.split(", ") if name} - known_columns == set()


# --- the digest at rest ---------------------------------------------------------------------


def test_at_rest_the_catalog_is_one_file_and_its_digest(db_file):
    assert beside(db_file) == ["archive.db", "archive.db.sha256"]
    assert digest_problem(db_file) is None
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "archive.db.sha256"],
        cwd=db_file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "archive.db: OK\n")


def test_the_digest_goes_before_the_first_write_and_comes_back_with_the_close(db_file):
    with Catalog.open(db_file) as catalog:
        assert "archive.db.sha256" in beside(db_file)
        ingest_all(catalog, [capture(post("21"))])
        assert "archive.db.sha256" not in beside(db_file)
        assert digest_problem(db_file) is None
    assert digest_problem(db_file) is None
    assert beside(db_file) == ["archive.db", "archive.db.sha256"]


def test_opening_without_writing_changes_no_byte(db_file):
    before = {name: (db_file.parent / name).read_bytes() for name in beside(db_file)}
    with Catalog.open(db_file) as catalog:
        assert catalog.counts()["captures"] == 4
    assert {name: (db_file.parent / name).read_bytes() for name in beside(db_file)} == before


def test_a_session_that_died_leaves_no_digest_and_the_next_one_writes_it(db_file):
    catalog = Catalog.open(db_file)
    ingest_all(catalog, [capture(post("21"))])
    catalog._db.close()
    assert "archive.db.sha256" not in beside(db_file)
    Catalog.open(db_file).close()
    assert beside(db_file) == ["archive.db", "archive.db.sha256"]


@pytest.mark.parametrize("place", [0.0, 0.31, 0.5, 0.77, 0.999])
def test_a_flipped_bit_anywhere_shows(db_file, place):
    data = bytearray(db_file.read_bytes())
    data[int(place * len(data))] ^= 4
    db_file.write_bytes(data)
    assert digest_problem(db_file) == "archive.db is not what archive.db.sha256 says"


def test_a_changed_digest_file_shows(db_file):
    file = db_file.with_name("archive.db.sha256")
    file.write_text(file.read_text().replace("archive.db", "archive.dB"))
    assert digest_problem(db_file) == "archive.db is not what archive.db.sha256 says"


def test_a_missing_catalog_shows(db_file):
    db_file.unlink()
    assert digest_problem(db_file) == "archive.db is missing"


def test_a_reader_that_stays_puts_the_digest_off(db_file):
    reader = Catalog.open(db_file, readonly=True)
    cursor = reader._db.execute("SELECT * FROM mention")
    cursor.fetchone()
    with Catalog.open(db_file) as catalog:
        ingest_all(catalog, [capture(post("21"))])
    has_log = db_file.with_name("archive.db-wal").stat().st_size > 0
    assert has_log
    assert "archive.db.sha256" not in beside(db_file)
    cursor.close()
    reader.close()
    Catalog.open(db_file).close()
    assert digest_problem(db_file) is None
    assert "archive.db.sha256" in beside(db_file)


# --- readers ----------------------------------------------------------------------------------


def test_a_reader_sees_what_is_committed_while_a_writer_is_active(db_file):
    with Catalog.open(db_file) as writer, Catalog.open(db_file, readonly=True) as reader:
        ingest_all(writer, [capture(post("21"))])
        assert [one.resource.post_id for one in reader.captures_of("x:21")] == ["21"]


def test_a_reader_cannot_write(db_file):
    with Catalog.open(db_file, readonly=True) as reader, pytest.raises(HomeNotWritable):
        ingest_all(reader, [capture(post("21"))])


def test_a_reader_leaves_the_digest_alone(db_file):
    before = db_file.read_bytes()
    with Catalog.open(db_file, readonly=True) as reader:
        dump(reader)
    assert db_file.read_bytes() == before
    assert digest_problem(db_file) is None


AS_SOMEONE_ELSE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from catalog_evidence import capture, ingest_all, post
from archiver.catalog import Catalog
from archiver.model.errors import HomeNotWritable
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
db_file = Path(sys.argv[1])
"""
READ = """
with Catalog.open(db_file, readonly=True) as catalog:
    print(catalog.counts()["captures"], catalog.matching('"sanctions"') != [], len(catalog.word_places()) > 0)
"""
WRITE = """
try:
    with Catalog.open(db_file) as catalog:
        ingest_all(catalog, [capture(post("21"))])
except HomeNotWritable as error:
    print("not writable")
"""


def run_as_someone_else(code, db_file):
    """Run Python code as a user to whom permissions apply."""
    command = [sys.executable, "-c", AS_SOMEONE_ELSE + code, str(db_file), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


@pytest.fixture
def read_only_file(db_file):
    folder = Path(tempfile.mkdtemp(prefix="catalog-"))
    shutil.copy(db_file, folder)
    (folder / "archive.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder / "archive.db"
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_reader_works_on_a_read_only_disk(read_only_file):
    assert run_as_someone_else(READ, read_only_file) == "4 True True"
    assert beside(read_only_file) == ["archive.db"]


def test_a_writer_on_a_read_only_disk_says_so(read_only_file):
    assert run_as_someone_else(WRITE, read_only_file) == "not writable"


# --- what can be wrong ------------------------------------------------------------------------


def test_a_full_disk_is_told_and_loses_nothing(db_file):
    before_pages = db_file.stat().st_size // 4096
    catalog = Catalog.open(db_file)
    kept = dump(catalog)
    catalog._db.execute(f"PRAGMA max_page_count = {before_pages}").fetchone()
    with pytest.raises(HomeNotWritable, match="full"):
        ingest_all(catalog, [capture(post(str(number)), number, text=f"{number} " * 500) for number in range(50)])
    catalog._db.execute("PRAGMA max_page_count = 1000000").fetchone()
    assert catalog.integrity_problems() == []
    for table, rows in kept.items():
        assert set(rows) <= set(dump(catalog)[table])
    catalog.close()


def test_a_home_without_its_folder_is_missing(tmp_path):
    with pytest.raises(HomeMissing):
        Catalog.open(tmp_path / "nowhere" / "archive.db")


def test_a_reader_of_a_missing_catalog_is_told_how_to_make_it(tmp_path):
    with pytest.raises(CatalogDamaged, match=r"archive\.db is missing") as caught:
        Catalog.open(tmp_path / "archive.db", readonly=True)
    assert "archiver reindex" in caught.value.next_step
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_that_is_no_database_is_damaged(tmp_path, readonly):
    (tmp_path / "archive.db").write_bytes(b"PK\x03\x04 not a database" * 400)
    with pytest.raises(CatalogDamaged) as caught:
        Catalog.open(tmp_path / "archive.db", readonly=readonly)
    assert "archiver reindex" in caught.value.next_step


@pytest.mark.parametrize("readonly", [False, True])
def test_overwritten_pages_are_damage_never_a_crash(db_file, readonly):
    data = bytearray(db_file.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    db_file.write_bytes(data)
    with pytest.raises(CatalogDamaged):  # noqa: SIM117  # the error may come from opening or from reading
        with Catalog.open(db_file, readonly=readonly) as catalog:
            dump(catalog)


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_schema_is_left_alone(db_file, readonly):
    with Catalog.open(db_file) as catalog:
        catalog._touch()
        row = {"migration_set": "embed-archive", "name": "0999_later", "applied_at": "2030"}
        catalog._db["_sqlite_migrations"].insert(row)
    before = db_file.read_bytes()
    with pytest.raises(HomeTooNew, match="0999_later"):
        Catalog.open(db_file, readonly=readonly)
    assert db_file.read_bytes() == before


@pytest.mark.parametrize(
    "change", ["DROP INDEX capture_resource", "ALTER TABLE post ADD COLUMN more TEXT", "CREATE TABLE extra (a)"]
)
def test_other_tables_than_ours_are_damage(db_file, change):
    with sqlite3.connect(db_file) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(CatalogDamaged, match="schema is not this program's"):
        Catalog.open(db_file)


def made_by(steps, file, monkeypatch, evidence=()):
    """A catalog as the program that knew only `steps` left it."""
    with monkeypatch.context() as older:
        older.setattr(STEPS, {name: _STEPS[name] for name in _STEPS if name in steps})
        older.setattr("archiver.catalog.migrations.check_schema", lambda _db: None)
        with Catalog.open(file) as catalog:
            ingest_all(catalog, evidence)


@pytest.mark.parametrize("count", range(1, len(_STEPS)))
def test_a_catalog_of_any_older_program_becomes_one_of_this(tmp_path, monkeypatch, count):
    file = tmp_path / "archive.db"
    made_by(set(list(_STEPS)[:count]), file, monkeypatch)
    with Catalog.open(file) as catalog:
        ingest_all(catalog, a_small_archive())
        assert catalog.integrity_problems() == []


def test_media_may_be_missing_in_a_catalog_that_knew_no_such_reason(tmp_path, monkeypatch):
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    made_by(_STEPS.keys() - {"0007_missing_media"}, old, monkeypatch, a_small_archive())
    made_by(_STEPS.keys(), new, monkeypatch, a_small_archive())
    dumps = []
    for file in (old, new):
        with Catalog.open(file) as catalog:
            ingest_all(catalog, [capture(post("31"), outcome=Outcome.PARTIAL, reasons=(Reason.MEDIA_MISSING,))])
            assert catalog.integrity_problems() == []
            dumps.append(dump(catalog))
    assert dumps[0] == dumps[1]
    assert ("media_missing",) in [row[2:3] for row in dumps[0]["capture_reason"]]


def test_a_failing_migration_leaves_no_trace(tmp_path, monkeypatch):
    def fails(db):
        db.execute("CREATE TABLE half (a)")
        raise RuntimeError("half way")

    file = tmp_path / "archive.db"
    Catalog.open(file).close()
    with monkeypatch.context() as faulty:
        faulty.setattr(STEPS, {**_STEPS, "0008_fails": fails})
        with pytest.raises(RuntimeError, match="half way"):
            Catalog.open(file)
    with Catalog.open(file) as catalog:
        assert catalog.integrity_problems() == []


def test_a_second_writer_waits_and_then_says_who_is_in_the_way(db_file, monkeypatch):
    monkeypatch.setattr("archiver.catalog.connection._BUSY_S", 0.05)
    with Catalog.open(db_file) as first, Catalog.open(db_file) as second:
        first._db.execute("BEGIN IMMEDIATE")
        with pytest.raises(HomeLocked):
            ingest_all(second, [capture(post("21"))])
        first._db.rollback()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("UPDATE availability SET state = 'gone_deleted' WHERE state = 'live'", "its availability is not what"),
        ("DELETE FROM availability", "lacks a derived row"),
        ("DELETE FROM article", "lacks a derived row"),
        ("DELETE FROM basis", "a row of observation points at no row of basis"),
        ("DELETE FROM passage", "is in the full-text index only"),
        ("INSERT INTO passage SELECT id + 1, kind, resource_id, name, handle, text FROM passage", "is not in the full"),
    ],
)
def test_what_is_wrong_inside_is_named(db_file, damage, problem):
    with sqlite3.connect(db_file) as connection:
        connection.execute(damage)
    connection.close()
    with Catalog.open(db_file, readonly=True) as catalog:
        assert any(problem in found for found in catalog.integrity_problems())


def test_a_whole_catalog_has_no_problem(db_file):
    with Catalog.open(db_file, readonly=True) as catalog:
        assert catalog.integrity_problems() == []


def test_several_threads_may_write_and_read_at_once(tmp_path):
    with Catalog.open(tmp_path / "archive.db") as catalog:

        def work(number):
            for minute in range(10):
                made = capture(post(str(number)), minute)
                catalog.ingest(made, path=f"captures/{made.id}", leaf=leaf_for(number * 10 + minute, made))
                assert len(catalog.captures_of(f"x:{number}")) == minute + 1

        threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert catalog.counts()["captures"] == 40
        assert catalog.integrity_problems() == []

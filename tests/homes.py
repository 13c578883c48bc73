"""Crafted archive homes for the tests of what goes: withdraw, prune, du."""

import gzip
import io
import shutil
import zlib
from dataclasses import replace
from datetime import timedelta

from storefixtures import (
    SOURCE,
    START,
    article_draft,
    capture_draft,
    capture_files,
    ended,
    exchange,
    new_store,
    post,
    started,
    ticking_clock,
)
from warcio.archiveiterator import ArchiveIterator

from archiver.catalog import Catalog, dump, write_contract
from archiver.model.records import Mention, RunEnded
from archiver.model.states import MentionKind
from archiver.steps.audit import audit
from archiver.steps.reindex import catch_up, reindex
from archiver.steps.withdraw import withdraw
from archiver.store import Store

SOFTWARE = "embed-archiver 0.1.0"
SCRIPT = b"console.log('shared');" * 40
SCRIPT_URI = "https://platform.example/widgets.js"


class Home:
    """A home that tests fill, take from, and look at. `day` sets the clock."""

    def __init__(self, root):
        self.root = root
        self.day(0)
        new_store(root, self.clock)
        self.db = root / "db" / "archive.db"
        self.db.parent.mkdir(exist_ok=True)
        write_contract(self.db.parent)
        self.runs = 0
        with self.opened():
            pass

    def day(self, days):
        """From here on it is so many days after the beginning."""
        self.clock = ticking_clock(START + timedelta(days=days))
        return self

    def copied(self, root):
        """The same home at another place, to be changed."""
        shutil.copytree(self.root, root)
        copy = Home.__new__(Home)
        copy.__dict__.update(self.__dict__)
        copy.root, copy.db = root, root / "db" / "archive.db"
        return copy

    @property
    def snapshots(self):
        return self.root / "snapshots"

    @property
    def store(self):
        return Store.open(self.snapshots, clock=self.clock)

    def opened(self):
        return Opened(self)

    def run(self, *jobs):
        """One run; each job seals one thing. What they sealed."""
        self.runs += 1
        with self.opened() as home:
            begun = started(self.clock, f"{self.runs:04d}")
            catalog = home.catalog
            run = home.store.begin_run(begun, known=catalog.known_payload, known_file=catalog.known_file)
            catalog.ingest(begun, path=run.journal_path, leaf=None)
            sealed = []
            for job in jobs:
                sealed.append(job(run, self.clock))
                catalog.ingest(sealed[-1].record, path=sealed[-1].path, leaf=sealed[-1].leaf)
            over: RunEnded = ended(run, self.clock)
            leaves = run.end(over)
            catalog.ingest(over, path=run.journal_path, leaf=None)
            for leaf in leaves:
                catalog.ingest_leaf(leaf)
        return sealed

    def withdraw(self, *subjects, reason="asked by the author"):
        with self.opened() as home:
            return withdraw(
                subjects, reason, store=home.store, catalog=home.catalog, clock=self.clock, program=SOFTWARE
            )

    def findings(self):
        return list(map(str, audit(self.store, self.db)))

    def codes(self):
        return [finding.code for finding in audit(self.store, self.db)]

    def same_when_rebuilt(self):
        """Whether a catalog built anew has the same rows."""
        with Catalog.open(self.db, readonly=True) as catalog:
            before = dump(catalog)
        reindex(store=self.store, db_file=self.db)
        with Catalog.open(self.db, readonly=True) as catalog:
            return before == dump(catalog)

    def reader(self):
        return Catalog.open(self.db, readonly=True)

    def everything(self):
        """Every byte of the evidence, what is compressed unpacked as well."""
        found = []
        for file in sorted(self.snapshots.rglob("*")):
            if file.is_file():
                data = file.read_bytes()
                found.append(gzip.decompress(data) if file.suffix == ".gz" else data)
        return b"\n".join(found)

    def write(self, name, data):
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(data)


class Opened:
    """As `open_home` does it: locked, put right, caught up."""

    def __init__(self, home):
        self.home, self.store = home, home.store

    def __enter__(self):
        self._lock = self.store.lock()
        self._lock.__enter__()
        self.recovery = self.store.recover()
        self.catalog = Catalog.open(self.home.db)
        catch_up(self.store, self.catalog)
        return self

    def __exit__(self, *exc):
        self.catalog.close()
        return self._lock.__exit__(*exc)


def a_post(number):
    """The post of that number, whose id is one that X could have given."""
    return post(1508955577374146000 + number)


def copy_of(number, text, *, files=None, exchanges=(), **changes):
    """A job: one capture of a post, with a page of its own and the script that all share."""

    def seal(run, clock):
        resource = a_post(number)
        draft = capture_draft(run, clock, resource, **changes)
        if draft.record is not None:
            draft = replace(draft, record=replace(draft.record, text=text), claims=())
        given = [
            exchange(resource.uri, f"<html><p>{text}</p></html>".encode(), at=clock.now()),
            exchange(SCRIPT_URI, SCRIPT, at=clock.now()),
            *exchanges,
        ]
        return run.seal(draft, capture_files(text) if files is None else files, given)

    return seal


def article(*numbers):
    """A job: one state of an article that cites these posts."""

    def seal(run, clock):
        mentions = tuple(
            Mention(n, MentionKind.EMBED, "x", a_post(number).post_id, a_post(number).uri)
            for n, number in enumerate(numbers, start=1)
        )
        return run.seal(article_draft(run, clock, None, mentions), SOURCE, [exchange("https://news.example/story")])

    return seal


def payload_of(home, ref):
    """The payload of a response in the evidence, by warcio alone."""
    with (home.snapshots / ref.file).open("rb") as file:
        file.seek(ref.offset)
        data = zlib.decompressobj(31).decompress(file.read(ref.length))
    record = next(iter(ArchiveIterator(io.BytesIO(data))))
    return record.content_stream().read()

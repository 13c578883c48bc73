"""Filled archive homes for the tests of the audit."""

import shutil

from storefixtures import seal_some, ticking_clock

from archiver.catalog import Catalog, write_contract
from archiver.steps.audit import audit
from archiver.steps.reindex import catch_up
from archiver.store import Store
from archiver.store.keys import Keys


class Home:
    def __init__(self, root, clock=None):
        self.root, self.clock = root, clock or ticking_clock()
        self.store = Store.create(root / "snapshots", clock=self.clock, keys=Keys(root / "keys"))
        self.db = root / "db" / "archive.db"
        self.db.parent.mkdir(exist_ok=True)
        write_contract(self.db.parent)

    def opened(self):
        return Store.open(self.root / "snapshots", clock=self.clock, keys=Keys(self.root / "keys"))

    def index(self):
        """What the next run does before anything else."""
        with self.store.lock():
            self.store.recover()
            with Catalog.open(self.db) as catalog:
                catch_up(self.store, catalog)
        return self

    def fill(self, posts=2):
        with self.store.lock():
            self.run, self.sealed, _leaves = seal_some(self.store, self.clock, posts=posts)
        return self.index()

    def findings(self, **kwargs):
        return list(audit(self.store, self.db, **kwargs))

    def codes(self):
        return [finding.code for finding in self.findings()]

    def path(self, name):
        return self.root / name

    def write(self, name, data):
        place = self.path(name)
        place.unlink(missing_ok=True)
        place.write_bytes(data)

    def change(self, name, old, new):
        data = self.path(name).read_bytes()
        assert old in data
        self.write(name, data.replace(old, new, 1))

    def folder(self, number=1):
        return f"snapshots/{self.sealed[number].path}"

    def warc_of(self, number):
        return f"snapshots/{self.sealed[number].record.warc[0].file}"

    def warc(self):
        return f"snapshots/{self.sealed[1].record.warc[0].file}"

    def files(self):
        """All but the private keys, of which no audit may need to know."""
        found = [str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()]
        return sorted(name for name in found if not name.startswith("keys/"))

    def copied(self, root):
        """The same home at another place, to be broken."""
        shutil.copytree(self.root, root)
        copy = Home.__new__(Home)
        copy.__dict__.update(self.__dict__)
        copy.root, copy.db = root, root / "db/archive.db"
        copy.store = copy.opened()
        return copy

"""The archive home: `snapshots/` is the evidence, `db/` its index."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archiver.catalog import Catalog, write_contract
from archiver.model.clock import Clock, system_clock
from archiver.model.errors import HomeMissing, HomeNotWritable
from archiver.steps.reindex import catch_up
from archiver.store import Keys, Recovery, Store
from archiver.store.layout import LEAVES

__all__ = ["Home", "OpenHome", "create_home", "find_home", "open_home"]


@dataclass(frozen=True, slots=True)
class Home:
    """Where an archive lies; nothing is opened yet."""

    root: Path

    @property
    def snapshots(self) -> Path:
        """The evidence."""
        return self.root / "snapshots"

    @property
    def catalog_file(self) -> Path:
        """The index."""
        return self.root / "db" / "archive.db"

    @property
    def keys(self) -> Keys:
        """The private keys, outside the evidence."""
        return Keys(self.root / "keys")


@dataclass(frozen=True, slots=True)
class OpenHome:
    """A home that is locked for writing, and what was put right on opening it."""

    home: Home
    store: Store
    catalog: Catalog
    recovery: Recovery


def find_home(flag: Path | None, environment: Mapping[str, str] = os.environ) -> Home:
    """The home in force: `--home`, then `$ARCHIVER_HOME`, then the current folder.

    Raises HomeMissing where that folder has not both halves.
    """
    named = flag or (Path(environment["ARCHIVER_HOME"]) if environment.get("ARCHIVER_HOME") else None)
    home = Home((named or Path.cwd()).absolute())
    if not (home.snapshots.is_dir() and home.catalog_file.parent.is_dir()):
        place = (
            f"{home.root} is not an archive home" if named else f"the current folder ({home.root}) is no archive home"
        )
        raise HomeMissing(f"{place}: it needs the folders snapshots/ and db/")
    return home


def create_home(root: Path) -> Home:
    """Make (or complete) a home below `root`; what is there already is left as it is.

    Raises HomeNotWritable.
    """
    home = Home(root.absolute())
    try:
        home.catalog_file.parent.mkdir(parents=True, exist_ok=True)
        home.snapshots.mkdir(exist_ok=True)
    except OSError as error:
        raise HomeNotWritable(f"{root}: {error.strerror}") from None
    _renew_contract(home)
    Store.create(home.snapshots, keys=home.keys)
    if not (home.snapshots / LEAVES).exists():
        home.keys.prepare()
    Catalog.open(home.catalog_file).close()
    return home


@contextmanager
def open_home(home: Home, *, clock: Clock = system_clock) -> Iterator[OpenHome]:
    """The home, locked for writing, with what a killed run left behind put right.

    Evidence that was sealed but not yet indexed is indexed now. Raises HomeLocked,
    HomeTooNew, HomeNotWritable.
    """
    if not (home.snapshots / "FORMAT").exists():
        create_home(home.root)
    store = Store.open(home.snapshots, clock=clock, keys=home.keys)
    with store.lock():
        recovery = store.recover()
        store.renew_contract()
        _renew_contract(home)
        catalog = Catalog.open(home.catalog_file)
        try:
            catch_up(store, catalog, recovery)
            yield OpenHome(home, store, catalog, recovery)
        finally:
            catalog.close()


def _renew_contract(home: Home) -> None:
    """The texts beside the catalog are this version's, also after an upgrade of the program."""
    try:
        write_contract(home.catalog_file.parent)
    except OSError as error:
        raise HomeNotWritable(f"{home.catalog_file.parent}: {error.strerror}") from None

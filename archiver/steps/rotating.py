"""Another key for the log."""

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.records import Leaf
from archiver.steps.runs import opened_run
from archiver.store import Store

__all__ = ["rotate_key"]


def rotate_key(*, store: Store, catalog: Catalog, clock: Clock, program: str, lost: bool) -> Leaf:
    """Enter another key in the log, as a run of its own; its leaf. Needs the home's lock.

    1. The key is made, below `keys/`. 2. Its public part is entered in the log. 3. The run ends: the checkpoint is
    signed by both, so that whoever trusts the old key can trust the new one. With `lost` the old one's private
    part is not here: the run's journal says so, and only the new one signs. Raises HomeError where that is not so.
    """
    command = "keys rotate --lost" if lost else "keys rotate"
    store.check_rotation(lost=lost)
    with opened_run(store=store, catalog=catalog, clock=clock, command=command, program=program) as opened:
        return opened.store.rotate_key(lost=lost)

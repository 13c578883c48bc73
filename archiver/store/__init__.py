"""The evidence: files below `snapshots/`, written once, and the only code that writes there."""

from archiver.store.evidence import Stored
from archiver.store.layout import capture_id
from archiver.store.recover import Recovery
from archiver.store.run import RunStore, Sealed
from archiver.store.seal import DraftFile
from archiver.store.store import Store, contract_text

__all__ = ["DraftFile", "Recovery", "RunStore", "Sealed", "Store", "Stored", "capture_id", "contract_text"]

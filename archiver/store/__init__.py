"""The evidence: files below `snapshots/`, written once, and the only code that writes there."""

from archiver.store.evidence import Stored
from archiver.store.journal import file_digest
from archiver.store.keys import Keys, LogKey, fingerprint
from archiver.store.layout import capture_id
from archiver.store.log import leaf_line
from archiver.store.recorded import Recorded, target_uri
from archiver.store.recover import Recovery
from archiver.store.remove import Going, Place
from archiver.store.run import RunStore, Sealed
from archiver.store.seal import DraftFile
from archiver.store.sizes import Sizes
from archiver.store.stampfiles import StampFile, stamp_file, stamped_bytes
from archiver.store.stamps import Stamp, chain_pem, check_stamp, earliest_expiry, stamp_query
from archiver.store.store import Store, contract_text
from archiver.store.tombstones import Withdrawals
from archiver.store.wacz import Package, Packed, Page, Provenance, Written, write_wacz

__all__ = [
    "DraftFile",
    "Going",
    "Keys",
    "LogKey",
    "Package",
    "Packed",
    "Page",
    "Place",
    "Provenance",
    "Recorded",
    "Recovery",
    "RunStore",
    "Sealed",
    "Sizes",
    "Stamp",
    "StampFile",
    "Store",
    "Stored",
    "Withdrawals",
    "Written",
    "capture_id",
    "chain_pem",
    "check_stamp",
    "contract_text",
    "earliest_expiry",
    "file_digest",
    "fingerprint",
    "leaf_line",
    "stamp_file",
    "stamp_query",
    "stamped_bytes",
    "target_uri",
    "write_wacz",
]

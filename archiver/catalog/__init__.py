"""The index: every row can be rebuilt from the evidence under `snapshots/`."""

from archiver.catalog.catalog import Catalog
from archiver.catalog.check import dump
from archiver.catalog.contract import contract_files, write_contract
from archiver.catalog.copies import DueCopy, StoredCopy
from archiver.catalog.due import (
    KnownPost,
    KnownResource,
    LastComparison,
    PastComparison,
    PastEvent,
    PastLook,
)
from archiver.catalog.events import StoredEvent
from archiver.catalog.figured import Change, Cited, CitedArticle, Copy, Looked, Subject
from archiver.catalog.fixity import digest_problem, has_digest, replace_catalog
from archiver.catalog.migrations import schema_sql
from archiver.catalog.orphans import LinkedQuote, RecordedPost
from archiver.catalog.schema import LEAST_LINK_BYTES
from archiver.catalog.stored import (
    Citation,
    Footprint,
    OrphanMention,
    Passage,
    PastCapture,
    StoredCapture,
    StoredResource,
    StoredTombstone,
    StoredVersion,
)
from archiver.catalog.verdicts import AccountName, KeptCapture, QuotingState
from archiver.catalog.words import fold, match_all, match_any, terms

__all__ = [
    "LEAST_LINK_BYTES",
    "AccountName",
    "Catalog",
    "Change",
    "Citation",
    "Cited",
    "CitedArticle",
    "Copy",
    "DueCopy",
    "Footprint",
    "KeptCapture",
    "KnownPost",
    "KnownResource",
    "LastComparison",
    "LinkedQuote",
    "Looked",
    "OrphanMention",
    "Passage",
    "PastCapture",
    "PastComparison",
    "PastEvent",
    "PastLook",
    "QuotingState",
    "RecordedPost",
    "StoredCapture",
    "StoredCopy",
    "StoredEvent",
    "StoredResource",
    "StoredTombstone",
    "StoredVersion",
    "Subject",
    "contract_files",
    "digest_problem",
    "dump",
    "fold",
    "has_digest",
    "match_all",
    "match_any",
    "replace_catalog",
    "schema_sql",
    "terms",
    "write_contract",
]

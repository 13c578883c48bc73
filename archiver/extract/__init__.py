"""Bytes of an article in, mentions out. Pure: no network, never raises on bad markup."""

from archiver.extract.reader import extract
from archiver.extract.serialise import extraction_to_json

__all__ = ["extract", "extraction_to_json"]

"""HTTP for articles and records, always through the tap; and sources that are files."""

from archiver.fetch.client import Client, Fetched
from archiver.fetch.recorded import fetched_from_wire
from archiver.fetch.sniff import media_type_of
from archiver.fetch.source import read_source

__all__ = ["Client", "Fetched", "fetched_from_wire", "media_type_of", "read_source"]

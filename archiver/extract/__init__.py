"""Bytes of an article in, mentions out. Pure: no network, never raises on bad markup."""

from archiver.extract.serialise import extraction_to_json
from archiver.model.records import Document, Extraction

__all__ = ["extract", "extraction_to_json"]


def extract(document: Document) -> Extraction:
    """All that the document cites, in reading order, numbered from 1.

    Never raises on bad markup and asks nothing of the network. Time and memory are
    bounded: what was cut is said in the notes. A post shown twice in one place (a
    placeholder and its twin for browsers without scripts) is one mention; a post quoted in
    two places is two. The same bytes always give the same extraction.

    Raises InputUnreadable for a PDF, DOCX or MHTML document without readable text only.
    """
    # Loaded with the first document: its patterns take longer than a whole pass with nothing to read.
    from archiver.extract.reader import extraction_of  # noqa: PLC0415

    return extraction_of(document)

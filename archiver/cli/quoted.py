"""What a person means whose quotes are to be verified: articles, posts, words, or a file that is not archived."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from archiver.catalog import Catalog, QuotingState
from archiver.extract import extract
from archiver.fetch.collections import Label, open_bytes
from archiver.fetch.source import looks_like_url
from archiver.lookup import resources_meant
from archiver.model.digests import sha256
from archiver.model.errors import InputUnreadable, UsageError
from archiver.model.records import Document
from archiver.steps.quoting import Quoting, quoting_of

__all__ = ["Targets", "as_known", "targets_of"]

#: Longer than any article.
_MOST_BYTES = 64 * 1024 * 1024
#: The name of an evidence folder, alone or at the end of a path.
_FOLDER = re.compile(r"(?:.*/)?(\d{8}T\d{6}Z-[A-Za-z0-9_-]+)/?")


@dataclass(slots=True)
class Targets:
    """Stored states of articles, each with the posts (keys of resources) that are meant (None: all); and files."""

    states: dict[str, tuple[QuotingState, frozenset[str] | None]] = field(default_factory=dict)
    files: list[Quoting] = field(default_factory=list)

    def add(self, states: Iterable[QuotingState], keys: frozenset[str] | None = None) -> bool:
        """Take these states; whether there was one."""
        found = False
        for state in states:
            found = True
            before = self.states.get(state.id, (state, frozenset[str]()))[1]
            both = None if before is None or keys is None else before | keys
            self.states[state.id] = (state, both)
        return found


def targets_of(queries: Iterable[str], catalog: Catalog, *, every: bool) -> Targets:
    """What the queries mean; all articles without any. With `every` all their states, else the newest of each.

    A file is the archived article if its bytes are, else it is read as it lies there. Raises UsageError for a
    query under which nothing is quoted, InputUnreadable for a file that is no article.
    """
    queries, found = list(queries), Targets()
    if not queries:
        found.add(catalog.quoting_states(every=every))
    for query in queries:
        document = _file(query)
        if document is not None and not _is_archived(document, catalog):
            found.files.append(quoting_of(extract(document), document))
        elif not _add_stored(query, found, catalog, every=every):
            raise UsageError(
                f"no article of the archive is meant by {query!r}, and none quotes it",
                next_step="`archiver archive` takes an article in; a file can be verified as it is.",
            )
    return found


def _add_stored(query: str, found: Targets, catalog: Catalog, *, every: bool) -> bool:
    named = _FOLDER.fullmatch(query)
    version = catalog.article_version(named[1]) if named else None
    if version is not None:
        return found.add([QuotingState(version.id, version.path, version.resource.id)])
    ids = resources_meant(catalog, as_known(query, catalog), cited=False)
    articles = found.add(catalog.quoting_states(ids, every=every))
    posts = {one.id: one.key for one in catalog.resources(ids) if one.platform}
    quoting = catalog.states_mentioning(posts, every=every)
    return found.add(quoting, frozenset(posts.values())) or articles


def as_known(query: str, catalog: Catalog) -> str:
    """The query, or if it names a file that was archived, the key under which that is known."""
    key = f"file:{Path(query).absolute()}"
    return key if catalog.resource(key) else query


def _file(query: str) -> Document | None:
    if query != "-" and (looks_like_url(query) or not Path(query).is_file()):
        return None
    opened = open_bytes(_bytes_of(query), Label(query))
    if not isinstance(opened, Document):
        raise InputUnreadable(f"{query} holds or lists articles", next_step="Name one article at a time.")
    return opened


def _bytes_of(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    try:
        with Path(name).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise InputUnreadable(f"{name!r} can't be read ({error.strerror})") from None


def _is_archived(document: Document, catalog: Catalog) -> bool:
    latest = catalog.latest_article_version(f"file:{Path(document.source).absolute()}")
    return latest is not None and latest.source_digest == sha256(document.body)

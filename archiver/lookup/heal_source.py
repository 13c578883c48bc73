"""The page of an article as the archive keeps it."""

from archiver.catalog import Catalog
from archiver.lookup.find import find
from archiver.lookup.hit import HitKind
from archiver.model.errors import InputUnreadable
from archiver.model.records import ArticleVersion, Document
from archiver.model.states import ArtefactRole, Origin
from archiver.store import Store

__all__ = ["stored_article"]


def stored_article(query: str, *, catalog: Catalog, store: Store) -> Document:
    """The newest stored state of an article, byte for byte as it was received; `query` as for look-ups.

    Raises InputUnreadable where none is stored, or its bytes are not what they were.
    """
    hit = next((hit for hit in find(catalog, query) if hit.kind is HitKind.ARTICLE and hit.path), None)
    if hit is None or hit.path is None:
        raise InputUnreadable(
            f"no state of {query} is stored", next_step="Archive it first, or give the page as a file."
        )
    version = store.read_folder(hit.path)
    sources = [one for one in version.artefacts if one.role is ArtefactRole.SOURCE and one.origin is Origin.OBSERVED]
    if not isinstance(version, ArticleVersion) or not sources:
        raise InputUnreadable(f"{hit.path} has no page of an article in it")
    body = (store.root / hit.path / sources[0].path).read_bytes()
    if not sources[0].digest.matches(body):
        raise InputUnreadable(f"{hit.path}/{sources[0].path} is not what it was", next_step="Run `archiver audit`.")
    return Document(version.source, body, version.media_type or sources[0].media_type, url=version.article.url)

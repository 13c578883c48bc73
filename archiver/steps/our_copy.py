"""What our own copy of a page says, read back from the evidence."""

from io import BytesIO

from archiver.catalog import Catalog, StoredCapture
from archiver.fetch.recorded import fetched_from_wire
from archiver.model.exchange import Exchange
from archiver.model.records import Capture, WarcRef
from archiver.model.states import ArtefactRole, Group, Outcome
from archiver.steps.judged import Copy
from archiver.steps.readable import Shown, read_shown
from archiver.store import Store, target_uri

__all__ = ["copy_of", "kept_capture"]

#: So many of the latest captures are looked through for a complete one.
_MOST_CAPTURES = 10


def copy_of(resource_id: int, *, catalog: Catalog, store: Store) -> Copy | None:
    """The texts of the latest complete public capture of a page, else of an article's stored source; None without.

    What was withdrawn, or can no longer be read, says nothing: an audit finds that out.
    """
    stored = kept_capture(resource_id, catalog=catalog)
    if stored is not None:
        return _of_capture(stored, store)
    return _of_article(catalog.leads_to([resource_id]), catalog=catalog, store=store)


def kept_capture(resource_id: int, *, catalog: Catalog) -> StoredCapture | None:
    """The latest complete public capture of a resource, if there is one."""
    for stored in catalog.captures(catalog.leads_to([resource_id]), limit=_MOST_CAPTURES):
        if stored.outcome is Outcome.COMPLETE and stored.availability.group is Group.LIVE and not stored.logged_in:
            return stored
    return None


def _of_capture(stored: StoredCapture, store: Store) -> Copy | None:
    try:
        capture = store.read_capture(stored.path)
        return Copy(capture.id, _sent(capture, store), _drawn(capture, stored.path, store))
    except (ValueError, OSError):
        return None


def _sent(capture: Capture, store: Store) -> Shown | None:
    """The main document as its server sent it."""
    place = target_uri((capture.final_url or capture.resource.uri).partition("#")[0])
    answers = (ref for ref in capture.warc if ref.record_type in ("response", "revisit") and ref.uri == place)
    ref = next((one for one in reversed(tuple(answers)) if one.status == capture.http_status), None)
    return _read_answer(ref, store) if ref else None


def _read_answer(ref: WarcRef, store: Store) -> Shown | None:
    block = BytesIO(store.read_response(ref))
    fetched = fetched_from_wire(Exchange(ref.uri, "GET", ref.at, 0, b"", response=block, status=ref.status))
    return read_shown(fetched.body, fetched.charset, ref.uri) if fetched else None


def _drawn(capture: Capture, path: str, store: Store) -> Shown | None:
    name = next((file.path for file in capture.artefacts if file.role is ArtefactRole.DOM), None)
    if name is None:
        return None
    return read_shown((store.root / path / name).read_bytes(), "utf-8", capture.final_url or capture.resource.uri)


def _of_article(ids: list[int], *, catalog: Catalog, store: Store) -> Copy | None:
    version = next((one for one in catalog.article_versions(ids, limit=_MOST_CAPTURES) if one.source_digest), None)
    if version is None:
        return None
    try:
        record = store.read_folder(version.path)
        name = next((one.path for one in record.artefacts if one.role is ArtefactRole.SOURCE), None)
        if name is None or not name.endswith((".html", ".htm")):
            return None
        body = (store.root / version.path / name).read_bytes()
    except (ValueError, OSError):
        return None
    return Copy(version.id, read_shown(body, None, version.resource.uri))

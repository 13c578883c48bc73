"""The stored copy that stands in for what an article lost, and where that copy can be seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.catalog import Catalog, StoredCapture
from archiver.catalog.copies import StoredCopy
from archiver.catalog.losses import StoredStanding
from archiver.model.records import Artefact, Capture, Claim, PostRecord, Resource
from archiver.model.states import Act, ArtefactRole, CaptureKind, Group, Outcome
from archiver.platforms import platform_named
from archiver.store import Store

__all__ = ["Copy", "CopyFinder", "Medium", "NoCopy"]

#: These are shown in the page itself; all else is linked.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
_CAPTURES = 20


@dataclass(frozen=True, slots=True)
class Medium:
    """One medium of a post. `data` is None where it is only linked; `url` None where nothing leads to it."""

    kind: str
    media_type: str
    alt: str | None = None
    url: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """What is stored of a resource, as a reader may see it.

    `version_url` is where the copy can be seen, `elsewhere` a copy in another archive.
    `quoted` says that the words are those of a citing article, because the platform's record
    has none. `lost` says that it was declared gone, `suspected` that it was only seen gone.
    """

    resource: Resource
    capture_id: str
    captured_at: datetime
    version_url: str | None
    standing: StoredStanding | None = None
    record: PostRecord = field(default_factory=PostRecord)
    created_at: datetime | None = None
    media: tuple[Medium, ...] = ()
    elsewhere: StoredCopy | None = None
    quoted: bool = False
    lost: bool = False
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class NoCopy:
    """That nothing is shown for a resource, and why. `lost` as in `Copy`."""

    why: str
    lost: bool = False


class CopyFinder:
    """Finds copies, each resource once.

    `link` makes the address of a file below `snapshots/`; None: there is none. Of each post
    at most `media_bytes` of images are taken whole, 0 for none. With `suspected` what was
    seen gone, and is not declared so, counts as lost.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        store: Store,
        link: Callable[[str], str] | None = None,
        suspected: bool = False,
        media_bytes: int = 0,
    ) -> None:
        self._catalog, self._store, self._link = catalog, store, link
        self._suspected, self._media_bytes = suspected, media_bytes
        self._known: dict[str, Copy | NoCopy] = {}

    def of(self, resource: Resource) -> Copy | NoCopy:
        """The newest copy that shows the resource as it was.

        1. Withdrawn here: never shown. 2. What only a member saw is not shown either.
        3. Only what was live when it was captured; a complete capture before a partial one.
        """
        if resource.key not in self._known:
            self._known[resource.key] = self._find(resource)
        return self._known[resource.key]

    def _find(self, resource: Resource) -> Copy | NoCopy:
        stored = self._catalog.resource(resource.key)
        if stored is None:
            return NoCopy("it is not in this archive")
        ids = self._catalog.leads_to([stored.id])
        standing = self._standing(ids)
        declared = standing is not None and standing.declared_at is not None
        suspected = standing is not None and not declared and standing.state.group is Group.GONE
        lost = declared or (suspected and self._suspected)
        if any(stone.act is Act.WITHDRAWN for stone in self._catalog.tombstones(ids)):
            return NoCopy("the stored copy was withdrawn", lost)
        captures = [one for one in self._catalog.captures(ids, limit=_CAPTURES) if _shows(one)]
        captures.sort(key=lambda one: one.outcome is Outcome.COMPLETE, reverse=True)
        for capture in captures:
            try:
                record = self._store.read_capture(capture.path)
            except ValueError:
                continue
            if capture.kind is CaptureKind.PAGE or record.record or record.claims:
                return self._copy(resource, capture, record, standing, lost=lost, suspected=suspected)
        return NoCopy("no public copy of it was stored while it was there", lost)

    def _standing(self, ids: Sequence[int]) -> StoredStanding | None:
        """That of the resource, of several (a short link and what it leads to) one that was declared gone."""
        known = self._catalog.standings(ids)
        found = [known[number] for number in ids if number in known]
        return next((one for one in found if one.declared_at), found[-1] if found else None)

    def _copy(
        self,
        resource: Resource,
        capture: StoredCapture,
        record: Capture,
        standing: StoredStanding | None,
        *,
        lost: bool,
        suspected: bool,
    ) -> Copy:
        elsewhere = self._catalog.copies_elsewhere([capture.resource.id]).get(capture.resource.id)
        quoted = record.record is None or record.record.text is None
        words = _words(record.record, record.claims[0] if quoted and record.claims else None)
        own = self._address(capture.screenshot or capture.path)
        return Copy(
            resource=resource,
            capture_id=capture.id,
            captured_at=capture.started_at,
            version_url=own or (elsewhere.uri_m if elsewhere else None),
            standing=standing,
            record=words,
            created_at=words.created_at or _created_at(resource),
            media=self._media(capture.path, record),
            elsewhere=elsewhere,
            quoted=quoted and words.text is not None,
            lost=lost,
            suspected=suspected,
        )

    def _address(self, path: str) -> str | None:
        return self._link(path) if self._link else None

    def _media(self, folder: str, record: Capture) -> tuple[Medium, ...]:
        files = [one for one in record.artefacts if one.role is ArtefactRole.MEDIA]
        named = record.record.media if record.record else ()
        left_bytes, found = self._media_bytes, []
        for file in files:
            number = file.path.rpartition("/")[2].partition(".")[0]
            ref = named[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(named) else None
            data = self._data(folder, file, left_bytes)
            left_bytes -= len(data or b"")
            kind = ref.kind if ref else file.media_type.partition("/")[0]
            found.append(
                Medium(kind, file.media_type, ref.alt if ref else None, self._address(f"{folder}/{file.path}"), data)
            )
        if any(one.data for one in found) or (record.record and record.record.text):
            return tuple(found)
        return (*found, *self._screenshot(folder, record, left_bytes))

    def _screenshot(self, folder: str, record: Capture, most_bytes: int) -> tuple[Medium, ...]:
        """What the post looked like, where nothing else of it can be shown."""
        file = next((one for one in record.artefacts if one.role is ArtefactRole.SCREENSHOT), None)
        data = self._data(folder, file, most_bytes) if file else None
        return (Medium("screenshot", file.media_type, None, None, data),) if file and data else ()

    def _data(self, folder: str, file: Artefact, most_bytes: int) -> bytes | None:
        """The bytes of an image that is small enough; None also where they are not what they were."""
        if file.media_type not in _SHOWN or file.size_bytes > most_bytes:
            return None
        try:
            data = (self._store.root / folder / file.path).read_bytes()
        except OSError:
            return None
        return data if file.digest.matches(data) else None


def _shows(capture: StoredCapture) -> bool:
    return (
        capture.outcome is not Outcome.FAILED
        and capture.availability.group is Group.LIVE
        and capture.article is None
        and not capture.logged_in
        and (capture.kind is CaptureKind.POST or capture.outcome is Outcome.COMPLETE)
    )


def _words(record: PostRecord | None, claim: Claim | None) -> PostRecord:
    """The record, completed by what an article says of the post."""
    record = record or PostRecord()
    if claim is None:
        return record
    return PostRecord(
        text=record.text or claim.text,
        name=record.name or claim.name,
        handle=record.handle or claim.handle,
        created_at=record.created_at,
        lang=record.lang or claim.lang,
        media=record.media,
        truncated=record.truncated,
    )


def _created_at(resource: Resource) -> datetime | None:
    platform = platform_named(resource.platform) if resource.platform else None
    return platform.created_at(resource.post_id) if platform and resource.post_id else None

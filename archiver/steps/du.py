"""What takes room: by platform, by article, by age."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from archiver.catalog import Catalog, Footprint
from archiver.model.states import CaptureKind
from archiver.store import Sizes, Store

__all__ = ["By", "Usage", "UsageRow", "usage"]

_AGES = (
    (timedelta(days=1), "under a day"),
    (timedelta(days=7), "under a week"),
    (timedelta(days=30), "under a month"),
    (timedelta(days=365), "under a year"),
)
_OLDEST = "older"
_NO_ARTICLE = "cited by no stored article"


class By(StrEnum):
    """What bytes are added up by."""

    PLATFORM = "platform"
    ARTICLE = "article"
    AGE = "age"


@dataclass(slots=True)
class UsageRow:
    """One line. `alone` is what no other line of its kind has a part in; only articles share."""

    by: By
    name: str
    folders: int = 0
    files_bytes: int = 0
    warc_bytes: int = 0
    alone_bytes: int = 0

    @property
    def bytes(self) -> int:
        """Files and WARC records."""
        return self.files_bytes + self.warc_bytes

    def add(self, folder: Footprint, files_bytes: int, *, alone: bool = True) -> None:
        """Count one folder."""
        self.folders += 1
        self.files_bytes += files_bytes
        self.warc_bytes += folder.warc_bytes
        self.alone_bytes += (files_bytes + folder.warc_bytes) if alone else 0


@dataclass(frozen=True, slots=True)
class Usage:
    """All lines, largest first (ages: youngest first), and what is told apart from them.

    `total_bytes` is all that lies below `snapshots/`; `rest_bytes` the part of it that is of
    no folder: the log, journals, tombstones, the frames of WARC files. `linked_bytes` would
    be there as well if equal files were not stored once.
    """

    rows: tuple[UsageRow, ...]
    total_bytes: int
    rest_bytes: int
    index_bytes: int
    linked_bytes: int
    holes_bytes: int


@dataclass(frozen=True, slots=True)
class _Tally:
    by: By
    rows: dict[str, UsageRow] = field(default_factory=dict)

    def row(self, name: str) -> UsageRow:
        return self.rows.setdefault(name, UsageRow(self.by, name))

    def largest_first(self) -> Iterable[UsageRow]:
        return sorted(self.rows.values(), key=lambda row: (-row.bytes, row.name))


def usage(*, store: Store, catalog: Catalog, db_folder: Path, now: datetime, kinds: Sequence[By] = tuple(By)) -> Usage:
    """Add up what is stored.

    Files are counted as they lie on the disk, each once, for the first folder that has it;
    WARC records as the catalog knows them, which must be up to date. A capture counts for
    every article that cites what it is of, and under `alone` where only one does.
    """
    sizes = store.sizes()
    # Of a folder that was withdrawn there may be nothing at all.
    footprints = [one for one in catalog.footprints() if one.warc_bytes or one.path in sizes.folders]
    rows = [row for kind in kinds for row in _ADDERS[kind](footprints, sizes, catalog, now)]
    known = sum(sizes.folders.values()) + sum(folder.warc_bytes for folder in footprints)
    return Usage(
        tuple(rows),
        sizes.total,
        sizes.total - known,
        # What a reader leaves beside the file while it reads (this one does) is no part of the index.
        sum(file.stat().st_size for file in db_folder.iterdir() if not file.name.endswith(("-shm", "-wal"))),
        sizes.linked,
        sizes.holes,
    )


def _by_platform(
    footprints: Sequence[Footprint], sizes: Sizes, _catalog: Catalog, _now: datetime
) -> Iterable[UsageRow]:
    tally = _Tally(By.PLATFORM)
    for folder in footprints:
        kind = "articles" if folder.kind is CaptureKind.ARTICLE else "pages"
        tally.row(folder.platform or kind).add(folder, sizes.folders.get(folder.path, 0))
    return tally.largest_first()


def _by_article(footprints: Sequence[Footprint], sizes: Sizes, catalog: Catalog, _now: datetime) -> Iterable[UsageRow]:
    tally, names = _Tally(By.ARTICLE), catalog.article_names()
    citing = {
        resource: sorted({article for article, _read_at in citations})
        for resource, citations in catalog.citations_by_resource().items()
    }
    for folder in footprints:
        own = folder.kind is CaptureKind.ARTICLE
        articles = [folder.resource_id] if own else citing.get(folder.resource_id, [])
        for name in [names.get(article, _NO_ARTICLE) for article in articles] or [_NO_ARTICLE]:
            tally.row(name).add(folder, sizes.folders.get(folder.path, 0), alone=len(articles) <= 1)
    return tally.largest_first()


def _by_age(footprints: Sequence[Footprint], sizes: Sizes, _catalog: Catalog, now: datetime) -> Iterator[UsageRow]:
    tally = _Tally(By.AGE)
    for folder in footprints:
        name = next((name for limit, name in _AGES if now - folder.at < limit), _OLDEST)
        tally.row(name).add(folder, sizes.folders.get(folder.path, 0))
    order = [*(name for _limit, name in _AGES), _OLDEST]
    return (tally.rows[name] for name in order if name in tally.rows)


_ADDERS: dict[By, Callable[[Sequence[Footprint], Sizes, Catalog, datetime], Iterable[UsageRow]]] = {
    By.PLATFORM: _by_platform,
    By.ARTICLE: _by_article,
    By.AGE: _by_age,
}

"""From the catalog's rows to hits."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from archiver.catalog import (
    Catalog,
    OrphanMention,
    Passage,
    StoredCapture,
    StoredResource,
    StoredTombstone,
    StoredVersion,
    terms,
)
from archiver.lookup.hit import Hit, HitKind
from archiver.lookup.snippet import snippet

__all__ = ["Builder"]


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes hits; of a resource's texts it shows the one that has the words asked for."""

    catalog: Catalog
    passages: dict[int, Passage] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()

    @classmethod
    def for_words(cls, catalog: Catalog, query: str, resource_ids: Iterable[int]) -> "Builder":
        """A builder that shows why each of these resources was found."""
        wanted = frozenset(terms(query))
        passages = sorted(catalog.passages_of(resource_ids), key=lambda passage: _shared(passage, wanted))
        return cls(catalog, {passage.resource_id: passage for passage in passages}, wanted)

    def capture(self, capture: StoredCapture) -> Hit:
        """A capture, with the articles that cite what it froze."""
        resource = capture.resource
        words = self._words(resource)
        return Hit(
            HitKind.CAPTURE,
            capture.started_at,
            resource=capture.uri,
            platform=resource.platform,
            post_id=resource.post_id,
            capture_id=capture.id,
            outcome=capture.outcome,
            availability=capture.availability,
            reasons=capture.reasons,
            standing=resource.standing,
            path=capture.path,
            screenshot=capture.screenshot,
            cleaned=capture.cleaned,
            marks=capture.marks,
            page_of=capture.article,
            manifest=capture.manifest,
            name=words.name if words else None,
            handle=words.handle if words else None,
            text=snippet(words.text, self.wanted) if words else None,
            articles=tuple(self.catalog.citations(resource.id)),
            logged_in=capture.logged_in,
            replay=self.catalog.replay_checks([capture.id]).get(capture.id),
        )

    def version(self, version: StoredVersion) -> Hit:
        """One fetched state of an article; its title is its text."""
        page = None if version.screenshot else self.catalog.page_of(version.id)
        return Hit(
            HitKind.ARTICLE,
            version.fetched_at,
            resource=version.resource.uri,
            capture_id=version.id,
            standing=version.resource.standing,
            path=version.path,
            screenshot=page.screenshot if page else version.screenshot,
            cleaned=page.cleaned if page else None,
            marks=page.marks if page else version.marks,
            manifest=version.manifest,
            text=snippet(version.title, self.wanted),
            articles=tuple(self.catalog.citations(version.resource.id)),
        )

    def withdrawn(self, stone: StoredTombstone) -> Hit:
        """What stays of a copy whose bytes went: nothing of its text, not even what an article quotes of it."""
        resource = stone.resource
        return Hit(
            HitKind.WITHDRAWN,
            stone.captured_at,
            resource=stone.uri,
            platform=resource.platform,
            post_id=resource.post_id,
            capture_id=stone.id,
            outcome=stone.outcome,
            availability=stone.availability,
            standing=resource.standing,
            manifest=stone.manifest,
            articles=tuple(self.catalog.citations(resource.id)),
            tombstone=stone,
        )

    def cited(self, resource: StoredResource) -> Hit:
        """Something that is known of, but of which there is no copy."""
        articles = tuple(self.catalog.citations(resource.id))
        words = self._words(resource)
        return Hit(
            HitKind.CITED,
            articles[0].fetched_at if articles else None,
            resource=resource.uri,
            platform=resource.platform,
            post_id=resource.post_id,
            standing=resource.standing,
            name=words.name if words else None,
            handle=words.handle if words else None,
            text=snippet(words.text, self.wanted) if words else None,
            articles=articles,
        )

    def orphan(self, orphan: OrphanMention) -> Hit:
        """A quote without a permalink, in the article that carries it."""
        return Hit(
            HitKind.ORPHAN,
            orphan.citation.fetched_at,
            platform=orphan.platform,
            path=orphan.citation.path,
            name=orphan.name,
            handle=orphan.handle,
            text=snippet(orphan.citation.text, self.wanted),
            articles=(orphan.citation,),
        )

    def _words(self, resource: StoredResource) -> Passage | None:
        return self.passages.get(resource.id) or self.catalog.words_of(resource.id)


def _shared(passage: Passage, wanted: frozenset[str]) -> tuple[int, bool]:
    """How many of the words a passage has; of equals, the platform's own text is the better."""
    words = terms(" ".join(filter(None, (passage.text, passage.name, passage.handle))))
    return len(wanted.intersection(words)), passage.kind == "record"

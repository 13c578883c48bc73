"""From an event to what an editor is told of it: which article, which post, and our copy."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import quote

from archiver.catalog import Catalog, Citation, StoredCapture, StoredEvent, StoredResource
from archiver.model.overtime import EventKind
from archiver.model.states import Group, Outcome
from archiver.steps.alert_message import About, AlertCopy, AlertEvent, Citing
from archiver.steps.alert_words import defused, defused_url, sentence, subject

__all__ = ["Builder", "Watched", "is_conclusive"]

_EXCERPT_CHARS, _NAME_CHARS, _TITLE_CHARS, _EVIDENCE_CHARS = 160, 60, 160, 300
_MOST_ARTICLES = 20
#: A list in a list in a list; nothing real goes deeper.
_MOST_LISTS = 10
_RETURNED = (Group.LIVE, Group.RESTRICTED)


def is_conclusive(event: StoredEvent) -> bool:
    """Whether the event rests on a state that says something: nobody is alarmed by what is not known.

    A loss must name a state that is one, a return one that is none.
    """
    if event.kind is EventKind.DECLARED_GONE:
        return event.state is not None and event.state.group is Group.GONE
    if event.kind is EventKind.CAME_BACK:
        return event.state is None or event.state.group in _RETURNED
    return event.state is None or event.state.conclusive


class Watched:
    """Which articles belong to a watch that was not removed; a paused watch still has its articles.

    1. The article is itself a watched source: under the address that was given, its own, or an alias.
       One that a list led to is watched as long as the list is.
    2. Else, if it never was watched by itself: a state of it was read in a run that polled a watch
       which still stands.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._states = cache(catalog.watch_states)
        self._by_source = cache(self._standing_by_source)

    def among(self, keys: Iterable[str]) -> set[str]:
        """Those of these articles (keys of their resources)."""
        found = self._catalog.names_of_articles(keys)
        return {key for key, (names, runs) in found.items() if self._is_watched(names, runs)}

    def _is_watched(self, names: set[str], runs: set[int]) -> bool:
        own = names & self._by_source().keys()
        if own:
            return any(self._by_source()[name] for name in own)
        return any(map(self._stands, self._catalog.polled_in(runs)))

    def _standing_by_source(self) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for identifier, state in self._states().items():
            found[state.source] = found.get(state.source, False) or self._stands(identifier)
        return found

    def _stands(self, identifier: str | None) -> bool:
        """Whether neither the watch nor any list that led to it was removed."""
        for _ in range(_MOST_LISTS):
            state = self._states().get(identifier) if identifier else None
            if state is None:
                return identifier is None
            if not state.kept:
                return False
            identifier = state.found_in
        return False


class Builder:
    """Looks up what belongs to an event. `snapshots` is named in paths where no `link_base` makes links."""

    def __init__(self, *, catalog: Catalog, link_base: str | None = None, snapshots: Path | None = None) -> None:
        self._catalog, self._link_base, self._snapshots = catalog, link_base, snapshots
        self._watched = Watched(catalog)

    def build(self, event: StoredEvent) -> AlertEvent | None:
        """The event as it is told; None if no watched article is concerned by it."""
        if event.kind is EventKind.RUN_FAILED:
            return self._told(event, None, (), None)
        if event.resource is None:
            return None
        articles = self._dropping(event) if event.kind is EventKind.EMBED_DROPPED else self._citing(event.resource)
        if not articles:
            return None
        about, words = self._about(event.resource)
        return self._told(event, about, articles, words)

    def _told(
        self, event: StoredEvent, about: About | None, articles: tuple[Citing, ...], words: str | None
    ) -> AlertEvent:
        first = articles[0] if articles else None
        evidence = defused(event.evidence, _EVIDENCE_CHARS)
        return AlertEvent(
            id=event.id,
            kind=event.kind,
            at=event.at,
            sentence=sentence(
                event.kind,
                about=words or "",
                article=first.title or defused(first.url, _TITLE_CHARS) if first else None,
                state=event.state,
                evidence=event.evidence,
            ),
            evidence=evidence,
            state=event.state,
            resource=about,
            articles=articles,
            copy=self._copy(event) if event.resource else None,
        )

    # --- which articles -----------------------------------------------------------------------

    def _citing(self, resource: StoredResource) -> tuple[Citing, ...]:
        """The watched articles that cite it, those first that still do."""
        found = self._catalog.citations(resource.id)
        watched = self._watched.among(citation.article_key for citation in found)
        current = self._catalog.latest_versions(watched)
        kept = [citation for citation in found if citation.article_key in watched]
        shown = [_citing(citation, cites_now=citation.version_id in current) for citation in kept]
        return tuple(sorted(shown, key=lambda one: not one.cites_now)[:_MOST_ARTICLES])

    def _dropping(self, event: StoredEvent) -> tuple[Citing, ...]:
        """The article that no longer embeds it, if it is watched."""
        article = event.article
        if article is None or not self._watched.among([article.key]):
            return ()
        version = next(iter(self._catalog.article_versions([article.id], limit=1)), None)
        title = version.title if version else None
        url = (version.url if version else None) or article.uri
        return (Citing(defused_url(url), defused(title, _TITLE_CHARS) or None, cites_now=False),)

    # --- what it is, and our copy ----------------------------------------------------------------

    def _about(self, resource: StoredResource) -> tuple[About, str]:
        """The resource as it is told, and the words for it in a sentence."""
        passage = self._catalog.words_of(resource.id)
        name, handle, text = (passage.name, passage.handle, passage.text) if passage else (None, None, None)
        about = About(
            url=defused_url(resource.uri),
            platform=resource.platform,
            post_id=resource.post_id,
            author=defused(name, _NAME_CHARS) or None,
            handle=defused(handle, _NAME_CHARS) or None,
            text=defused(text, _EXCERPT_CHARS) or None,
        )
        return about, subject(resource.platform, name, handle)

    def _copy(self, event: StoredEvent) -> AlertCopy | None:
        named = self._catalog.capture(event.capture_id) if event.capture_id else None
        best = _best([named]) if named else None
        if best is None and event.resource is not None:
            best = _best(self._catalog.captures_of(event.resource.key))
        if best is None:
            return None
        place = str(self._snapshots / best.path) if self._snapshots else f"snapshots/{best.path}"
        url = f"{self._link_base.rstrip('/')}/{quote(best.path)}" if self._link_base else None
        return AlertCopy(best.id, best.started_at, best.outcome.value, place, url)


def _citing(citation: Citation, *, cites_now: bool) -> Citing:
    return Citing(defused_url(citation.url), defused(citation.title, _TITLE_CHARS) or None, cites_now)


def _best(captures: Iterable[StoredCapture]) -> StoredCapture | None:
    """The latest complete one, else the latest that shows a part; what failed is no copy."""
    useful = [capture for capture in captures if capture.outcome is not Outcome.FAILED]
    return next((capture for capture in useful if capture.outcome is Outcome.COMPLETE), useful[0] if useful else None)

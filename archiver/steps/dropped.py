"""Embeds that an article no longer has, each told once."""

from collections.abc import Iterator
from itertools import pairwise

from archiver.catalog import Catalog
from archiver.catalog.again import Embeds
from archiver.model.clock import Clock
from archiver.model.digests import sha256
from archiver.model.overtime import Event, EventKind
from archiver.model.records import Resource
from archiver.model.states import ResourceKind
from archiver.store import RunStore

__all__ = ["dropped_embeds", "note_dropped"]

_ID_DIGITS = 24
_LEAST_SHARED = 0.5


def note_dropped(article: Resource, *, run: RunStore, catalog: Catalog, clock: Clock) -> int:
    """Write down what the article's last states dropped and nobody wrote down yet; how many events that made.

    It compares what is stored, so a killed run's events are written by the next.
    """
    found = [
        event
        for event in dropped_embeds(article, catalog.embeds_of(article.key), run_id=run.run_id, clock=clock)
        if not catalog.has_event(event.id)
    ]
    if found:
        run.note(*found)
        catalog.ingest_notes(found)
    return len(found)


def dropped_embeds(article: Resource, states: list[Embeds], *, run_id: str, clock: Clock) -> Iterator[Event]:
    """An event for each post that one of the states embeds and the next does not.

    Its id is made of the article, the post and the last state that had it: one that came back
    and went again is told again. A state that is another page than the one before (a notice in the
    article's place: another title, and less than half of its links) tells nothing.
    """
    for before, after in pairwise(states):
        if not _same_article(before, after):
            continue
        for resource_id in sorted(before.posts.keys() - after.posts.keys()):
            post = before.posts[resource_id]
            still = ", but still links to it" if resource_id in after.cited else ""
            name = f"embed_dropped\n{article.key}\n{post.key}\n{before.version_id}"
            yield Event(
                id=sha256(name.encode()).hex[:_ID_DIGITS],
                kind=EventKind.EMBED_DROPPED,
                at=clock.now(),
                run_id=run_id,
                evidence=f"{before.version_id} embeds it, {after.version_id} does not{still}",
                resource=Resource(post.key, post.uri, ResourceKind.POST, post.platform, post.post_id),
                article=article,
            )


def _same_article(before: Embeds, after: Embeds) -> bool:
    if before.title and before.title == after.title:
        return True
    others = before.urls - {post.uri for post in before.posts.values()}
    return bool(others) and len(others & after.urls) >= _LEAST_SHARED * len(others)

"""What stands around a cited post: the post that it quotes or answers, and its author's own thread.

Each is a post of its own, with a capture of its own; the platform's record of the cited one names it.
"""

from collections.abc import Iterable, Iterator

from archiver.model.records import Capture, Context, Resource
from archiver.model.states import Group, Relation
from archiver.platforms import resource_for
from archiver.steps.capture import Wanted

__all__ = ["Surroundings", "neighbours"]


def neighbours(capture: Capture) -> tuple[tuple[Resource, Relation], ...]:
    """The posts that a capture's record names, each once, the quoted one first; () for a post that is gone.

    A record of a post that is no longer shown is an old or a foreign word, and what it answers
    is asked for by nobody. What no platform knows as a post is left out.
    """
    record = capture.record
    if record is None or capture.availability.group is not Group.LIVE:
        return ()
    named = ((record.quoted, Relation.QUOTED), *((url, Relation.THREAD) for url in record.thread))
    found: dict[str, tuple[Resource, Relation]] = {}
    for url, relation in (*named, (record.parent, Relation.PARENT)):
        resource = resource_for(url) if url else None
        if resource and resource.platform and resource.key != capture.resource.key:
            found.setdefault(resource.key, (resource, relation))
    return tuple(found.values())


class Surroundings:
    """The context of one article's posts, found step by step while they are captured.

    `depth` is how many steps it may lie away from a cited post; an author's own thread is one
    step as a whole. `met` are keys that need no capture because of this: they are cited
    themselves, or were context before in this run. At most `most` are given out; `left` counts
    those over that bound.
    """

    def __init__(self, cited: Iterable[Resource], *, depth: int, most: int, met: set[str]) -> None:
        self._levels = {resource.key: 0 for resource in cited}
        self._depth, self._most, self._met = depth, most, met
        self._given = 0
        self.left = 0

    def of(self, capture: Capture) -> tuple[Wanted, ...]:
        """What is to be captured because of this capture of a cited post, or of one that was given before."""
        return tuple(self._next(capture))

    def _next(self, capture: Capture) -> Iterator[Wanted]:
        level = self._levels.get(capture.resource.key, 0)
        for resource, relation in neighbours(capture):
            near = max(level, 1) if relation is Relation.THREAD else level + 1
            if near > self._depth or resource.key in self._met or resource.key in self._levels:
                continue
            if self._given >= self._most:
                self.left += 1
                continue
            self._given += 1
            self._met.add(resource.key)
            self._levels[resource.key] = near
            yield Wanted(resource, context=Context(relation, capture.id))

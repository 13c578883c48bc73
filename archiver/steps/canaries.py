"""Posts that are known to be there: what a platform says of them tells what its other answers are worth."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.catalog import Catalog
from archiver.model.exchange import Exchange
from archiver.model.fetched import Ask, Fetched
from archiver.model.records import Resource
from archiver.model.states import Availability, Group
from archiver.model.urls import parse_url
from archiver.platforms import resource_for
from archiver.steps.judged import Judged
from archiver.steps.judging import judge
from archiver.tap import Prober, Talk

__all__ = ["Canaries", "Network", "drop"]

#: How many of our own posts of a platform may vouch for it, besides the one that the settings name.
_MOST_OWN = 3
#: How many other hosts are asked before the network itself is in doubt.
_MOST_HOSTS = 5


@dataclass(slots=True)
class _Word:
    """What a platform's canaries said: `live` one that is there, `told` the sentences of the others by key."""

    live: bool = False
    told: dict[str, str] = field(default_factory=dict)


class Canaries:
    """Whether platforms say of what is there that it is there, in this run.

    The post that the settings name is asked first, then those of our own that were seen live last,
    until one is live.
    """

    def __init__(
        self, *, catalog: Catalog, prober: Prober, named: Mapping[str, str], random_hex: Callable[[int], str]
    ) -> None:
        self._catalog, self._prober, self._named, self._random_hex = catalog, prober, named, random_hex
        self._posts: dict[str, list[Resource]] = {}
        self._words: dict[str, _Word] = {}

    def ask(self, platforms: Iterable[str], *, again: bool = False) -> None:
        """Ask the canaries of these platforms, those that were asked before only if `again`."""
        wanted = [name for name in dict.fromkeys(platforms) if again or name not in self._words]
        self._find([name for name in wanted if name not in self._posts])
        self._words.update({name: _Word() for name in wanted})
        for place in range(_MOST_OWN + 1):
            left = [name for name in wanted if not self._words[name].live and place < len(self._posts[name])]
            talks = ((name, self._talk(self._posts[name][place])) for name in left)
            for ended in self._prober.run(talks):
                self._take(ended.key, self._posts[ended.key][place], ended.result)

    def doubt(self, resource: Resource, judged: Judged) -> str | None:
        """Why what a platform says of one post is not to be believed, in words; None if it may be.

        Where there is no other post that could vouch for the platform, only a loss for which it
        gives the reason is believed: no wrong address and no other endpoint does that.
        """
        word = self._words.get(resource.platform or "")
        if word is None or word.live or judged.stand.availability.group is Group.LIVE:
            return None
        others = {key: told for key, told in word.told.items() if key != resource.key}
        if not others:
            lost = judged.stand.availability.group is Group.GONE
            return f"no other post of {resource.platform} is known to be there" if lost and not judged.sure else None
        # The first is told: it is the one that the settings name, or that was seen last.
        return f"of {resource.platform} no post that is known to be there is seen ({next(iter(others.values()))})"

    def _find(self, platforms: Sequence[str]) -> None:
        if not platforms:
            return
        own = self._catalog.last_seen_live(platforms, most=_MOST_OWN)
        for name in platforms:
            named = resource_for(self._named[name]) if name in self._named else None
            first = [named] if named and named.platform == name else []
            self._posts[name] = [*first, *(post for post in own[name] if named is None or post.key != named.key)]

    def _talk(self, post: Resource) -> Talk[Judged]:
        return judge(post, random_hex=self._random_hex)

    def _take(self, name: str, post: Resource, judged: Judged | None) -> None:
        word = self._words[name]
        if judged is None:
            word.told[post.key] = "asking failed"
        elif judged.stand.availability is Availability.LIVE:
            word.live = True
        else:
            word.told[post.key] = judged.stand.evidence


class Network:
    """Whether this machine reaches anybody: else that a name does not exist says nothing of the name."""

    def __init__(self, *, catalog: Catalog, prober: Prober) -> None:
        self._catalog, self._prober = catalog, prober
        self._answered: set[str] = set()
        self._asked = False

    def heard(self, uri: str) -> None:
        """Something came back when this address was asked for."""
        url = parse_url(uri)
        if url is not None and len(self._answered) <= 1:
            self._answered.add(url.host)

    def works_beside(self, uri: str) -> bool:
        """Whether some other host has answered in this run; a few that did before are asked if none has."""
        url = parse_url(uri)
        host = url.host if url else ""
        if not self._answered - {host} and not self._asked:
            self._asked = True
            self._ask()
        return bool(self._answered - {host})

    def _ask(self) -> None:
        known = self._catalog.last_seen_answering(most=_MOST_HOSTS * 4)
        hosts: dict[str, str] = {}
        for resource in known:
            url = parse_url(resource.uri)
            if url is not None:
                hosts.setdefault(url.host, resource.uri)
        talks = [(uri, _front(uri)) for uri in list(hosts.values())[:_MOST_HOSTS]]
        for ended in self._prober.run(talks):
            if ended.result:
                self.heard(ended.key)


def _front(uri: str) -> Talk[bool]:
    """Whether anything comes back from an address, whatever it is."""
    fetched: Fetched = yield Ask(uri, body_bytes=0, follow=False, page=True)
    return fetched.status is not None


def drop(exchanges: Iterable[Exchange]) -> None:
    """Let go of what was heard and is not kept."""
    for exchange in exchanges:
        if exchange.response is not None:
            exchange.response.close()

"""What is kept of posts: every state of each that a record, a captured page or another archive shows."""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from archiver.catalog import AccountName, Catalog, KeptCapture
from archiver.model.codec import from_json
from archiver.model.records import PostRecord, PostRef
from archiver.model.states import Outcome, Reason
from archiver.model.verdicts import Against, PostState
from archiver.steps.kept_pages import PageText, is_of_the_post, read_page_text
from archiver.steps.quoting import post_key, read_part
from archiver.store import Store

__all__ = ["LIVE", "Kept", "KeptPost", "KeptStates"]

_LOG = logging.getLogger(__name__)
#: The basis of a verdict that rests on a record asked for just then.
LIVE = "live"
#: So many posts are remembered, with their texts: articles quote the same ones.
_REMEMBERED = 20_000
#: So many of the latest captures are looked through for a page that shows a text.
_MOST_PAGES = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """One state of a post, what shows it, and where that is: a capture's id, `live`, or another archive's URI-M."""

    state: PostState
    against: Against
    basis: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What the `capture.json` of one capture tells."""

    id: str
    path: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    final_url: str | None
    record: PostRecord | None


@dataclass(frozen=True)
class KeptPost:
    """All that is kept of one post; nothing of it is what an article claims.

    `captures` are the latest first, `live` is what the platform's record says now, if it was asked, and
    `elsewhere` what other archives' copies show, if they were read.
    """

    post: PostRef
    captures: "tuple[_Read, ...]"
    known_as: tuple[AccountName, ...]
    store: Store
    live: PostRecord | None = None
    elsewhere: tuple[Kept, ...] = ()

    @cached_property
    def recorded(self) -> tuple[Kept, ...]:
        """Every state that the platform's record had, the latest first; one without text only where none has any."""
        states = [Kept(self._state(record), Against.RECORD, basis) for basis, record in self._records]
        texts = {(kept.state.text, kept.state.truncated): kept for kept in reversed(states) if kept.state.text}
        return tuple(reversed(texts.values())) or tuple(states[:1])

    def shown(self, claimed: str | None) -> tuple[Kept, ...]:
        """Every state that captured pages show beside a claim, the latest first. Files are read when this is asked."""
        found: dict[str, Kept] = {}
        for read, page in self._pages:
            state = self._named(page.state(claimed, read.record))
            if state.text:
                found.setdefault(state.text, Kept(state, Against.CAPTURE, read.id))
        return tuple(found.values())

    @cached_property
    def _records(self) -> list[tuple[str, PostRecord]]:
        stored = [(read.id, read.record) for read in self.captures if read.record is not None]
        return [(LIVE, self.live), *stored] if self.live else stored

    @cached_property
    def _pages(self) -> list[tuple[_Read, PageText]]:
        pages: list[tuple[_Read, PageText]] = []
        for read in self.captures:
            if len(pages) == _MOST_PAGES:
                break
            if is_of_the_post(self.post, read.outcome, read.reasons, read.final_url):
                names = (*self._names, *self._handles)
                whole = read.outcome is Outcome.COMPLETE
                page = read_page_text(self.post, read.path, self.store, names=names, whole=whole)
                pages += [(read, page)] if page else []
        return pages

    def _state(self, record: PostRecord) -> PostState:
        """With all names and handles that the account is known to have had, the present ones first."""
        return PostState(
            text=record.text,
            names=self._names,
            handles=self._handles,
            author_id=record.author_id,
            created_at=record.created_at,
            lang=record.lang,
            truncated=record.truncated,
        )

    def _named(self, state: PostState) -> PostState:
        """As `_state`, for what a page shows."""
        names = dict.fromkeys((*self._names, *state.names))
        handles = dict.fromkeys((*self._handles, *state.handles))
        return replace(state, names=tuple(names), handles=tuple(handles))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        known = (*(record.name for _basis, record in self._records), *(one.name for one in self.known_as))
        return tuple(dict.fromkeys(name for name in known if name))

    @cached_property
    def _handles(self) -> tuple[str, ...]:
        known = (*(record.handle for _basis, record in self._records), *(one.handle for one in self.known_as))
        return tuple(dict.fromkeys(handle for handle in known if handle))


class KeptStates:
    """Reads what is kept of posts; each capture's folder once, and only as many as can tell something new."""

    def __init__(self, *, catalog: Catalog, store: Store) -> None:
        self._catalog, self._store = catalog, store
        self._remembered: OrderedDict[str, KeptPost] = OrderedDict()

    def of(self, posts: Iterable[PostRef]) -> dict[str, KeptPost]:
        """What is kept of these posts, by the key of their resource. What was withdrawn is not there."""
        wanted = {post_key(post): post for post in posts}
        missing = {key: post for key, post in wanted.items() if key not in self._remembered}
        captures = self._catalog.kept_captures(missing)
        for key, post in missing.items():
            self._remembered[key] = self._kept(post, captures.get(key, []))
        found = {key: self._remembered[key] for key in wanted}
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return found

    def _kept(self, post: PostRef, captures: list[KeptCapture]) -> KeptPost:
        read = tuple(self._read(captures))
        ids = {one.record.author_id for one in read if one.record and one.record.author_id}
        known = tuple(one for identifier in ids for one in self._renamed.get(_account(post, identifier), ()))
        return KeptPost(post, read, known, self._store)

    def _read(self, captures: list[KeptCapture]) -> Iterable[_Read]:
        """The captures, the latest first, until all the different records that are known were met.

        Without any record those whose page may show the post.
        """
        met = set[tuple[str | None, str | None, str | None]]()
        for number, one in enumerate(captures):
            if len(met) >= one.texts and (one.texts or number >= _MOST_PAGES):
                return
            read = self._read_one(one)
            if read is not None:
                yield read
                if read.record:
                    met.add((read.record.name, read.record.handle, read.record.text))

    def _read_one(self, one: KeptCapture) -> _Read | None:
        try:
            value = read_part(self._store, one.path, "capture")
            record = value.get("record")
            return _Read(
                id=one.id,
                path=one.path,
                outcome=one.outcome,
                reasons=tuple(map(Reason, value.get("reasons", ()))),
                final_url=value.get("final_url"),
                record=from_json(PostRecord, record) if record is not None else None,
            )
        except ValueError as error:
            # The audit's business; a verdict never rests on what can't be read.
            _LOG.warning("left out: %s", error)
            return None

    @cached_property
    def _renamed(self) -> Mapping[tuple[str, str, str], list[AccountName]]:
        found: dict[tuple[str, str, str], list[AccountName]] = {}
        for one in self._catalog.renamed_accounts():
            key = (one.platform, one.post_id.rpartition("/")[0], one.author_id)
            found.setdefault(key, []).append(one)
        return found


def _account(post: PostRef, author_id: str) -> tuple[str, str, str]:
    """An account's own key: ids of accounts are those of an instance, which stands in its posts' ids (`host/123`)."""
    return post.platform, post.post_id.rpartition("/")[0], author_id

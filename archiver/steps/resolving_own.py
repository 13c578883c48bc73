"""What our own archive knows of an orphan's post: other states of the article, other articles, captured posts."""

import re
from collections.abc import Iterator
from dataclasses import replace

from archiver.catalog import Catalog, LinkedQuote, RecordedPost, match_all, match_any, terms
from archiver.model.overtime import Clue
from archiver.model.records import Claim, PostRef
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Answer
from archiver.steps.orphans import Orphan, same_handle, stated_day
from archiver.steps.resolving_prefixes import zones_window
from archiver.steps.resolving_seen import Seen
from archiver.store import Store

__all__ = ["OwnArchive"]

#: Of what has some of the quote's words, so many of the best are compared.
_MOST_ALIKE = 40
#: So many texts of one author are looked through for the day.
_MOST_OF_AUTHOR = 5_000
_KEY = "https://t.co/{}"
_OK = 200
_LINK = re.compile(r"(?:https?://|(?:t\.co|pic\.(?:twitter|x)\.com)/)\S*")


class OwnArchive:
    """Asks catalog and evidence, never the network. What articles and authors have is remembered for one pass."""

    def __init__(self, *, catalog: Catalog, store: Store) -> None:
        self._catalog, self._store = catalog, store
        self._states: dict[int, tuple[frozenset[int], list[LinkedQuote]]] = {}
        self._authors: dict[str, list[int]] = {}

    def seen(self, orphan: Orphan) -> list[Seen]:
        """Every sign of a post that the orphan may be.

        1. States and forms of the same article. 2. Media keys. 3. Articles and posts with the same or like
        words. 4. Posts of that author and day. A post with a record is judged by it, whatever articles say.
        """
        forms, stated = self._of_article(orphan.state.resource_id)
        quotes = {_place(one): one for one in stated if self._may_be(one, orphan)}
        quotes |= {_place(one): one for one in self._with_keys(orphan)}
        alike = self._alike(orphan)
        quotes |= {_place(one): one for one in self._catalog.quotes_of(alike) if one.platform == orphan.platform.name}
        posts = {*alike, *self._of_author(orphan), *(one.resource_id for one in quotes.values())}
        records = [one for one in self._catalog.recorded_posts(posts) if one.platform == orphan.platform.name]
        named = {one.resource_id for one in quotes.values()} | set(alike)
        found = [_quoted(one, forms) for one in quotes.values() if one.version_id != orphan.state.id]
        found += [self._recorded(one, orphan) for one in records if one.resource_id in named or _fits(one, orphan)]
        return [one for one in [*found, *self._led_to(orphan)] if one is not None]

    # --- articles ------------------------------------------------------------------------------------

    def _of_article(self, article: int) -> tuple[frozenset[int], list[LinkedQuote]]:
        if article not in self._states:
            forms = frozenset((article, *self._catalog.forms_of(article)))
            self._states[article] = forms, self._catalog.quotes_in(forms)
        return self._states[article]

    def _may_be(self, quote: LinkedQuote, orphan: Orphan) -> bool:
        """Of a state's posts those with a claim that has a word in common, and those without any claim."""
        if quote.platform != orphan.platform.name:
            return False
        said, asked = quote.claim, orphan.claim
        if said.handle and asked.handle and not same_handle(said.handle, asked.handle):
            return False
        return not said.text or bool(_words(said) & _words(asked))

    def _with_keys(self, orphan: Orphan) -> list[LinkedQuote]:
        found = self._catalog.quotes_with_keys(orphan.claim.media) if orphan.claim.media else []
        return [one for one in found if one.platform == orphan.platform.name]

    def _led_to(self, orphan: Orphan) -> Iterator[Seen]:
        """Posts to which a capture of ours saw the quote's media keys lead."""
        for key in orphan.claim.media:
            alias = self._catalog.resource(f"page:{_KEY.format(key)}")
            for resource in self._catalog.resources(self._catalog.leads_to([alias.id]) if alias else ()):
                post = identify(resource.uri) if resource.platform == orphan.platform.name else None
                if post is not None:
                    yield Seen(post, Clue.REDIRECT, keys=(key,))

    # --- words and authors -------------------------------------------------------------------------------

    def _alike(self, orphan: Orphan) -> list[int]:
        """What has all of the quote's words; if nothing has, the best of what has some in a row."""
        texts = [_plain(text) for text in (orphan.claim.text, *orphan.claim.alternatives) if text]
        for made in (match_all, lambda text: match_any(f'"{text}"')):
            queries = dict.fromkeys(query for text in texts if (query := made(text)))
            ids = (one for query in queries for one in self._catalog.matching(query, limit=_MOST_ALIKE))
            if found := list(dict.fromkeys(ids)):
                return found
        return []

    def _of_author(self, orphan: Orphan) -> list[int]:
        handle = orphan.claim.handle
        if not handle or orphan.day is None or not terms(handle):
            return []
        if handle.lower() not in self._authors:
            query = f'handle : "{" ".join(terms(handle))}"'
            self._authors[handle.lower()] = self._catalog.matching(query, limit=_MOST_OF_AUTHOR)
        return self._authors[handle.lower()]

    def _recorded(self, one: RecordedPost, orphan: Orphan) -> Seen:
        handle = one.handle or None
        claim = Claim(name=one.name, handle=handle, text=one.text)
        post = PostRef(one.platform, one.post_id, one.url, handle)
        if orphan.claim.media or orphan.claim.links:
            claim = self._with_its_keys(one, post, claim)
        return Seen(post, Clue.OWN_CAPTURE, claim, truncated=one.truncated, created_at=one.created_at)

    def _with_its_keys(self, one: RecordedPost, post: PostRef, claim: Claim) -> Claim:
        """The claim with the keys of media and links that the stored record has, and its row in the catalog hasn't."""
        platform = platform_named(one.platform)
        file = self._store.root / (one.path or "") / "post.json"
        if platform is None or one.path is None or not file.is_file():
            return claim
        told = platform.read_archived(post, Answer(_OK, file.read_bytes(), media_type="application/json"))
        return replace(claim, media=told.media, links=told.links) if told else claim


def _place(one: LinkedQuote) -> tuple[str, int]:
    return one.version_id, one.ordinal


def _quoted(one: LinkedQuote, forms: frozenset[int]) -> Seen | None:
    post = identify(one.url)
    if post is None:
        return None
    by = Clue.ARTICLE_STATE if one.article in forms else Clue.OTHER_ARTICLE
    claim = one.claim if one.claim.text else None
    return Seen(post, by, claim, dated=one.claim.date)


def _fits(one: RecordedPost, orphan: Orphan) -> bool:
    """Whether a post is of the orphan's author, and of its day in some zone."""
    day = stated_day(orphan.claim)
    at = orphan.platform.created_at(one.post_id) or one.created_at
    if day is None or at is None or not same_handle(one.handle, orphan.claim.handle):
        return False
    begin, end = zones_window(day)
    return begin <= at < end


def _words(claim: Claim) -> set[str]:
    return {word for text in (claim.text, *claim.alternatives) if text for word in terms(text)}


def _plain(text: str) -> str:
    """The words without links, which others write otherwise or leave out."""
    return _LINK.sub(" ", text).replace('"', " ")

"""Does the quote match the post? Every mention of a post beside all that is known of it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from archiver.catalog import Catalog, QuotingState
from archiver.compare import compare
from archiver.model.clock import Clock
from archiver.model.overtime import CopyState
from archiver.model.records import Mention, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.model.verdicts import Compared, Cue, Verdict
from archiver.platforms import identify
from archiver.steps.kept_states import Kept, KeptPost, KeptStates
from archiver.steps.quoting import mentioned_post, quoting_in
from archiver.steps.verdicts_written import VerdictWriter
from archiver.steps.verified import Asked, JudgedBatch, Quote, Verified, VerifyReport
from archiver.store import RunStore, Store

__all__ = ["Judge", "Web", "quoted_in", "verify", "written"]

_LOG = logging.getLogger(__name__)
#: So many mentions are judged together: their posts are looked up, and asked for, at once.
_TOGETHER = 500
_NO_TEXT = {Cue.NO_COPY, Cue.NO_TEXT_KEPT}
#: The platform says so of what never was, too.
_PERHAPS_NEVER = (Availability.GONE_UNSPECIFIED, Availability.SOFT_404)


class Web(Protocol):
    """What can be asked of the web now; what is not answered is missing."""

    def records(self, posts: Iterable[PostRef]) -> Mapping[str, PostRecord]:
        """What platforms show of posts, by the key of their resource."""

    def copies(self, copies: Mapping[str, tuple[PostRef, str]]) -> Mapping[str, tuple[Kept, ...]]:
        """What other archives' copies (post and URI-M) show, by the key of the resource."""


def quoted_in(
    states: Iterable[tuple[QuotingState, frozenset[str] | None]], *, store: Store, report: VerifyReport
) -> Iterator[Asked]:
    """What stored states of articles quote, read as it is asked for; one that is damaged is left out, and counted."""
    for state, keys in states:
        try:
            yield Asked(quoting_in(store, state.path), keys)
        except ValueError as error:
            _LOG.warning("left out: %s", error)
            report.unreadable += 1


def verify(
    asked: Iterable[Asked],
    *,
    catalog: Catalog,
    store: Store,
    clock: Clock,
    report: VerifyReport,
    run: Callable[[], RunStore] | None = None,
    web: Web | None = None,
) -> Iterator[Verified]:
    """Judge every mention of a post in these states of articles, and write down what is new.

    See `Judge` for how, and `written` for what is written: of a file that is not archived, and without `run`, nothing.
    """
    judge = Judge(catalog=catalog, store=store, clock=clock, web=web)
    judged = (JudgedBatch(len(batch), judge.judged(batch)) for batch in _batches(asked))
    return written(judged, catalog=catalog, clock=clock, report=report, run=run)


class Judge:
    """Judges mentions, and writes nothing.

    1. The post is the one that the mention names; that of an orphan is the accepted candidate, if there is one.
    2. All that is kept of it is looked up, each capture's folder is read once; with `web` its platform is
    asked too. 3. The claim is compared with what the record says, live or stored; where that has no text, or
    only the beginning, with captured pages too, then with what other archives' copies show. What an
    article claims is never what another claim is held against.
    """

    def __init__(self, *, catalog: Catalog, store: Store, clock: Clock, web: Web | None = None) -> None:
        self._catalog, self._clock, self._web = catalog, clock, web
        self._kept_states = KeptStates(catalog=catalog, store=store)

    def judged(self, batch: Sequence[Asked]) -> list[Verified]:
        """What comes of every mention of these states that is asked for, in order."""
        quotes = _wanted(batch, self._catalog)
        kept = self._kept_states.of(one.post for one in quotes if one.post)
        if self._web is not None:
            kept = _asked(kept, self._web)
        judged = [_judged(one, kept, self._clock) for one in quotes]
        if self._web is not None and (copies := _copies_read(judged, self._catalog, self._web)):
            kept = {**kept, **{key: replace(kept[key], elsewhere=found) for key, found in copies.items()}}
            judged = [_judged(one, kept, self._clock) for one in quotes]
        return _perhaps_invented(judged, self._catalog)


def written(
    judged: Iterable[JudgedBatch],
    *,
    catalog: Catalog,
    clock: Clock,
    report: VerifyReport,
    run: Callable[[], RunStore] | None,
) -> Iterator[Verified]:
    """Write down what is new of what was judged: the journal first, then the catalog; and hand it on, counted.

    A verdict that is the last one on its mention is no news. `run` is called when there is something to
    write, and only then.
    """
    writer = VerdictWriter(catalog=catalog, clock=clock, run=run)
    for batch in judged:
        report.articles += batch.articles
        report.unreadable += batch.unreadable
        for one in writer.write(batch.verified):
            report.verdicts[one.compared.verdict] += 1
            report.written += one.is_news and run is not None
            yield one


def _batches(asked: Iterable[Asked]) -> Iterator[list[Asked]]:
    batch: list[Asked] = []
    count = 0
    for one in asked:
        batch.append(one)
        count += len(one.quoting.mentions)
        if count >= _TOGETHER:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _wanted(batch: Sequence[Asked], catalog: Catalog) -> list[Quote]:
    """Each mention that is to be judged, with its post."""
    versions = [one.quoting.version_id for one in batch if one.quoting.version_id]
    accepted = catalog.accepted_candidates(versions)
    found: list[Quote] = []
    for one in batch:
        for mention in one.quoting.mentions:
            post = mentioned_post(mention)
            candidate = accepted.get((one.quoting.version_id or "", mention.ordinal)) if post is None else None
            resolved = identify(candidate.url) if candidate else None
            quote = Quote(one.quoting, mention, post or resolved, resolved is not None)
            if one.keys is None or quote.key in one.keys:
                found.append(quote)
    return found


def _asked(kept: Mapping[str, KeptPost], web: Web) -> dict[str, KeptPost]:
    live = web.records([one.post for one in kept.values()])
    return {key: replace(one, live=live[key]) if key in live else one for key, one in kept.items()}


def _judged(quote: Quote, kept: Mapping[str, KeptPost], clock: Clock) -> Verified:
    known = kept[quote.key] if quote.key else None
    quoted = quote.quoting.quoted(quote.mention, quote.post)
    states = list(known.recorded) if known else []
    compared = compare(quoted, [one.state for one in states], now=clock.now())
    for more in (_shown, _elsewhere):
        if known is None or not _wants_more(compared, states, quote.mention):
            break
        added = more(known, quote.mention)
        if added:
            states += added
            compared = compare(quoted, [one.state for one in states], now=clock.now())
    return Verified(quote, compared, _basis(compared, states))


def _shown(known: KeptPost, mention: Mention) -> tuple[Kept, ...]:
    return known.shown(mention.claim.text if mention.claim else None)


def _elsewhere(known: KeptPost, _mention: Mention) -> tuple[Kept, ...]:
    return known.elsewhere


def _wants_more(compared: Compared, states: Sequence[Kept], mention: Mention) -> bool:
    """Whether a text is claimed, and none was found yet, or only the beginning of one that does not decide."""
    if not _claims_text(mention) or compared.verdict is Verdict.IMPOSSIBLE:
        return False
    texts = [one.state for one in states if one.state.text]
    cut = bool(texts) and all(state.truncated for state in texts)
    return not texts or (cut and (Cue.RECORD_TRUNCATED in compared.cues or compared.verdict is Verdict.ALTERED))


def _claims_text(mention: Mention) -> bool:
    return mention.claim is not None and bool(mention.claim.text)


def _copies_read(judged: Iterable[Verified], catalog: Catalog, web: Web) -> Mapping[str, tuple[Kept, ...]]:
    """What confirmed copies in other archives show of those posts of which no text is known here."""
    posts = {
        one.quote.key: one.post
        for one in judged
        if one.quote.key
        and one.post
        and one.mention.claim
        and one.mention.claim.text
        and _NO_TEXT & set(one.compared.cues)
    }
    ids = {one.id: one.resource.key for one in catalog.known_resources(posts)} if posts else {}
    found = catalog.copies_elsewhere(ids)
    return web.copies({ids[one]: (posts[ids[one]], copy.uri_m) for one, copy in found.items() if copy.uri_m})


def _basis(compared: Compared, states: Sequence[Kept]) -> Kept | None:
    if compared.state is not None:
        return states[compared.state]
    # An author can be told without a text.
    return states[0] if states and compared.verdict is Verdict.MISATTRIBUTED else None


# --- what nobody has -------------------------------------------------------------------------------


def _perhaps_invented(judged: list[Verified], catalog: Catalog) -> list[Verified]:
    """Say of posts of which there is no copy anywhere, and which their platform does not know, that it is so."""
    posts = {one.quote.key for one in judged if one.quote.key and Cue.NO_COPY in one.compared.cues}
    if not posts:
        return judged
    known = [one for one in catalog.known_resources(posts) if one.state in _PERHAPS_NEVER and one.last_live_at is None]
    ids = [one.id for one in known]
    had = {one.resource_id for one in catalog.other_copies(ids) if one.state is CopyState.FOUND}
    had |= {stone.resource.id for stone in catalog.tombstones(ids)}
    never = {one.resource.key for one in known if one.id not in had}
    return [_with_cue(one) if one.quote.key in never else one for one in judged]


def _with_cue(one: Verified) -> Verified:
    if Cue.NO_COPY not in one.compared.cues:
        return one
    return replace(one, compared=replace(one.compared, cues=(*one.compared.cues, Cue.NEVER_SEEN)))

"""Heal an article: the posts that it embedded and lost are shown again, from their stored copies."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from archiver.extract import extract
from archiver.lookup.heal_card import card, robust_markup
from archiver.lookup.heal_copies import Copy, CopyFinder
from archiver.lookup.heal_links import PageLinks
from archiver.lookup.heal_marks import Undone, decoration, has_marks, region, undo_marks
from archiver.lookup.heal_page import Page, page_of
from archiver.lookup.heal_scripts import with_scripts
from archiver.lookup.heal_spans import Numbered, Span, Unsure
from archiver.model.digests import Digest, sha256
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document, Mention, PostRef, Resource
from archiver.model.states import MentionKind
from archiver.platforms import post_resource, resource_for

__all__ = ["Decoration", "Healed", "Left", "Replacement", "heal", "undo"]

_HTML = ("text/html", "application/xhtml+xml")
#: Attributes of the root element that make a page AMP; the sign also as UTF-8 has it.
_AMP = frozenset({"amp", "amp4email", "\u26a1", "\xe2\x9a\xa1"})
#: So often what is shown only once its twin is gone is looked for.
_TWINS = 4
#: So many embeds are tried one by one where all together take something else along.
_ALONE = 200


@dataclass(frozen=True, slots=True)
class Replacement:
    """A stretch of the original page, in bytes, and what stands in its place.

    `digest` is that of the stretch. A `twin` is a second showing of the embed `ordinal`, in
    whose place nothing is seen.
    """

    ordinal: int
    resource: Resource
    variant: str | None
    start: int
    end: int
    digest: Digest
    markup: str
    capture_id: str
    lost: bool
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Decoration:
    """Attributes that are put into a link, at a byte of the original page."""

    resource: Resource
    at: int
    markup: str
    capture_id: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A lost embed that stays as it is, and why."""

    mention: Mention
    why: str


@dataclass(frozen=True, slots=True)
class Healed:
    """A healed page. Offsets count in the original page, whose digest is `original`.

    `again` says that the page was healed before: then the original is what it was before that.
    """

    body: bytes
    original: Digest
    encoding: str
    replacements: tuple[Replacement, ...] = ()
    decorations: tuple[Decoration, ...] = ()
    left: tuple[Left, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    """An embed that is to be replaced, and where it stands."""

    mention: Mention
    copy: Copy
    span: Span


def undo(document: Document) -> Undone:
    """The page before it was healed; as it is, if it never was. Raises InputUnreadable."""
    return undo_marks(_page(document))


def heal(document: Document, *, copies: CopyFinder, everything: bool = False) -> Healed:
    """The page with a card in place of each lost embed, and its links decorated. Nothing else of it changes.

    1. What an earlier healing put in is taken out: so healing twice is healing once.
    2. Each lost embed is looked up; what has no copy that may be shown is left alone.
    3. Its stretch of the page is found; where that is not certain it is left alone.
    4. The page without those stretches must still mention all else that it did, and with the cards too.
    5. Cards and decorations go in. With `everything` those of the living as well.

    Raises InputUnreadable for what is no HTML page, and for one whose marks were changed.
    """
    given = _page(document)
    before = undo_marks(given) if has_marks(given) else None
    page = page_of(before.body, document.charset) if before else given
    body = page.whole(page.text)
    numbered = Numbered(page, replace(document, body=body))
    targets, left = _targets(numbered, copies, everything=everything)
    targets, twins, harmed = _harmless(numbered, targets)
    apart = {span.first for _, span in twins}
    stretches = with_scripts(numbered, [(one.mention, one.span) for one in targets], apart=apart)
    writer = _Writer(page, sha256(body), pictures=not _is_amp(numbered))
    writer.replace(zip(targets, stretches, strict=True), twins)
    if _others(numbered, targets) - Counter(map(_sign, extract(replace(document, body=writer.body())).mentions)):
        why = "in the page's broken markup its card would change what else the page mentions"
        left += [Left(one.mention, why) for one in targets]
        targets, twins, stretches = [], [], []
        writer = _Writer(page, sha256(body), pictures=not _is_amp(numbered))
    gone = [*stretches, *(span for _, span in twins)]
    links = PageLinks(numbered, document).decorated(copies, gone, everything=everything)
    writer.decorate(links)
    return Healed(
        writer.body(),
        sha256(body),
        page.encoding,
        tuple(writer.replacements),
        tuple(writer.decorations),
        (*left, *harmed),
        again=before is not None and bool(before.regions or before.links),
    )


def _page(document: Document) -> Page:
    kind = document.media_type.partition(";")[0].strip().lower()
    if kind not in _HTML:
        why = f"{document.source} is {kind or 'of no known kind'}"
        raise InputUnreadable(why, next_step="Only HTML pages can be healed.")
    return page_of(document.body, document.charset)


def _is_amp(numbered: Numbered) -> bool:
    root = next((tag for tag in numbered.tags if tag.name == "html" and not tag.closing), None)
    return root is not None and any(name in _AMP for name, _ in numbered.attributes(root))


# --- what is replaced ---------------------------------------------------------------------------


def _targets(numbered: Numbered, copies: CopyFinder, *, everything: bool) -> tuple[list[_Target], list[Left]]:
    targets: list[_Target] = []
    left: list[Left] = []
    for mention in numbered.mentions:
        resource = _resource(mention)
        if mention.kind is not MentionKind.EMBED or resource is None:
            continue
        copy = copies.of(resource)
        if not isinstance(copy, Copy):
            left += [Left(mention, copy.why)] if copy.lost else []
        elif copy.lost or everything:
            span = numbered.span_of(mention)
            if isinstance(span, Unsure):
                left.append(Left(mention, span.why))
            else:
                targets.append(_Target(mention, copy, span))
    return _apart(targets, left), left


def _resource(mention: Mention) -> Resource | None:
    if mention.url and mention.platform and mention.post_id:
        return post_resource(PostRef(mention.platform, mention.post_id, mention.url))
    return resource_for(mention.url) if mention.url else None


def _apart(targets: Iterable[_Target], left: list[Left]) -> list[_Target]:
    """Those that do not lie in one another; what lies in another one goes with it."""
    kept: list[_Target] = []
    for target in sorted(targets, key=lambda one: (one.span.start, -one.span.end)):
        if kept and target.span.start < kept[-1].span.end:
            left.append(Left(target.mention, "it lies in another embed, which is replaced"))
        else:
            kept.append(target)
    return kept


# --- that nothing else goes ------------------------------------------------------------------------


def _harmless(
    numbered: Numbered, targets: list[_Target]
) -> tuple[list[_Target], list[tuple[_Target, Span]], list[Left]]:
    """The targets without which the page still mentions all else, with their twins; and the others."""
    why = "other things that the article cites stand in it"
    lost = _missing(numbered, targets)
    harmed: list[_Target] = []
    if lost:
        harmed = [one for one in targets if _missing(numbered, [one])] if len(targets) <= _ALONE else targets
        targets = [one for one in targets if one not in harmed]
        if targets and _missing(numbered, targets):
            harmed, targets = [*harmed, *targets], []
    twins = _twins(numbered, targets)
    return targets, twins, [Left(one.mention, why) for one in harmed]


def _missing(numbered: Numbered, targets: Sequence[_Target]) -> Counter[tuple[object, ...]]:
    """What else would no longer be mentioned if these were taken out."""
    if not targets:
        return Counter()
    return _others(numbered, targets) - Counter(map(_sign, numbered.without(one.span for one in targets)))


def _others(numbered: Numbered, targets: Sequence[_Target]) -> Counter[tuple[object, ...]]:
    """What the page mentions beside these, and links to the same posts."""
    ours = {one.mention.ordinal for one in targets}
    keys = {_post_key(one.mention) for one in targets}
    others = [one for one in numbered.mentions if one.ordinal not in ours and not _leads_into(one, keys)]
    return Counter(map(_sign, others))


def _leads_into(mention: Mention, keys: set[tuple[str | None, str | None]]) -> bool:
    """Whether it is but a link to a post whose embed is replaced: the card has one too."""
    return mention.kind is MentionKind.LINK and _post_key(mention) in keys


def _twins(numbered: Numbered, targets: Sequence[_Target]) -> list[tuple[_Target, Span]]:
    """What is an embed of the page only now: the same post, shown once more for readers without scripts."""
    found: list[tuple[_Target, Span]] = []
    by_key = {_post_key(one.mention): one for one in targets}
    ours = {one.mention.ordinal for one in targets}
    kept = {numbered.number_of(one) for one in numbered.mentions if one.ordinal not in ours} if targets else set()
    for _ in range(_TWINS if targets else 0):
        gone = [*(one.span for one in targets), *(span for _, span in found)]
        new = [
            (by_key[_post_key(one)], span)
            for one in numbered.without(gone)
            if one.kind is MentionKind.EMBED and _post_key(one) in by_key and numbered.number_of(one) not in kept
            if isinstance(span := numbered.span_of(one, twin=True), Span)
            and all(span.end <= other.start or span.start >= other.end for other in gone)
        ]
        if not new:
            break
        found += new[:1] if len(new) > 1 and _overlap(new) else new
    return found


def _overlap(found: Sequence[tuple[_Target, Span]]) -> bool:
    spans = sorted((span for _, span in found), key=lambda one: one.start)
    return any(one.end > two.start for one, two in pairwise(spans))


def _post_key(mention: Mention) -> tuple[str | None, str | None]:
    return mention.platform, mention.post_id or mention.url


def _sign(mention: Mention) -> tuple[object, ...]:
    return mention.kind, mention.platform, mention.post_id, mention.url, mention.anchor, mention.dangling


# --- the healed page -----------------------------------------------------------------------------


class _Writer:
    """Puts cards and decorations into a page."""

    def __init__(self, page: Page, whole: Digest, *, pictures: bool) -> None:
        self._page, self._whole, self._pictures = page, whole, pictures
        self._edits: list[tuple[int, int, str]] = []
        self.replacements: list[Replacement] = []
        self.decorations: list[Decoration] = []

    def replace(self, targets: Iterable[tuple[_Target, Span]], twins: Iterable[tuple[_Target, Span]]) -> None:
        for target, span in targets:
            markup = card(target.copy, words=span.words, pictures=self._pictures)
            self._put(target, span, markup, twin=False)
        for target, span in twins:
            self._put(target, span, "</p>" if span.ends_p else "", twin=True)
        self.replacements.sort(key=lambda one: one.start)

    def decorate(self, links: Iterable[tuple[int, Copy]]) -> None:
        for place, copy in links:
            markup = decoration(robust_markup(copy), self._whole)
            self._edits.append((place, place, markup))
            self.decorations.append(
                Decoration(copy.resource, self._page.offset(place), markup, copy.capture_id, copy.lost)
            )

    def body(self) -> bytes:
        parts: list[str] = []
        place = 0
        for start, end, markup in sorted(self._edits):
            parts += (self._page.text[place:start], markup)
            place = end
        return self._page.whole("".join((*parts, self._page.text[place:])))

    def _put(self, target: _Target, span: Span, markup: str, *, twin: bool) -> None:
        original = self._page.text[span.start : span.end]
        put = region(self._page, original, markup, self._whole)
        self._edits.append((span.start, span.end, put))
        self.replacements.append(
            Replacement(
                ordinal=target.mention.ordinal,
                resource=target.copy.resource,
                variant=target.mention.variant,
                start=self._page.offset(span.start),
                end=self._page.offset(span.end),
                digest=sha256(self._page.bytes_of(original)),
                markup=put,
                capture_id=target.copy.capture_id,
                lost=target.copy.lost,
                twin=twin,
            )
        )

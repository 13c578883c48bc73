"""The posts that an element shows: by a platform's rule, or by what its attributes hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver.extract.around import SILENT_NAMES, SILENT_TAGS
from archiver.extract.blocks import Embed
from archiver.extract.builder import BlockBuilder
from archiver.extract.cards import Card
from archiver.extract.head import NAMED_CLASSES
from archiver.extract.hidden import DULL_ATTRIBUTES, SOURCED, Hidden, hidden_in_attributes, hidden_in_text
from archiver.extract.links import post_at
from archiver.extract.others import OTHER, OTHER_CLASSES, OTHER_TAGS, Other, card_in, other_embed, other_script
from archiver.extract.place import Place
from archiver.extract.plain import Plain
from archiver.extract.rules import Rule, RuleTable
from archiver.extract.tree import FRAGMENT_CHARS, Element, SoupMaker, bounded_markup
from archiver.model.records import PostRef
from archiver.model.urls import parse_url
from archiver.platforms import identify, is_shortener
from archiver.platforms.base import Found

__all__ = ["NOTHING", "Finding", "PostFinder"]

#: Rules may look through all that lies below an element: so many nested ones may do so.
NESTED_RULES = 8
#: Markup in attributes: so many pieces and characters of it are read a page.
_PIECES = 400
_PIECE_CHARS = 2_000_000
#: So many characters of fragments are kept whole a page; after that, each is cut to so many.
_FRAGMENTS_CHARS = 4_000_000
_LEAST_FRAGMENT_CHARS = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """What an element turned out to be.

    `embed` is the post it shows, `weak` one that its attributes name, `markup` what they
    hold and has to be walked; `costly` counts the rules that looked below the element.
    """

    embed: Embed | None = None
    weak: PostRef | None = None
    markup: tuple[str, ...] = ()
    costly: int = 0


#: What nearly every element is: nothing.
NOTHING = Finding()


class PostFinder:
    """Finds posts and puts them into the row of blocks."""

    def __init__(self, builder: BlockBuilder, rules: RuleTable) -> None:
        self._builder = builder
        self._rules = rules
        self._soup = SoupMaker()
        #: The glance that spares most elements the rest.
        self.plain = _plain(rules)
        self._pieces = _PIECES
        self._piece_chars = _PIECE_CHARS
        self._fragment_chars = _FRAGMENTS_CHARS

    def find(self, node: Element, attrs: Mapping[str, str], classes: Sequence[str], place: Place) -> Finding:
        """The posts of an element that stands at `place`, and what else it embeds."""
        rules = self._rules.matching(node.tag, attrs, classes, node.text) if place.nested < NESTED_RULES else []
        shown = self._shown(node, rules, place) if rules else None
        if shown:
            return Finding(embed=shown, costly=2)
        hidden = hidden_in_attributes(node.tag, attrs, classes) if attrs and place.embed is None else ()
        if hidden:
            return self._hidden(node, hidden, costly=len(rules[:1]))
        other = _other(node, attrs, classes) if attrs and place.embed is None and place.weak is None else None
        finding = self._take_other(node, other, place) if other else NOTHING
        return Finding(costly=1) if rules and finding is NOTHING else finding

    def find_in_text(self, node: Element, text: str, where: str) -> Finding:
        """The posts of a template's text."""
        return self._hidden(node, hidden_in_text(text, where), costly=0)

    def put_address(self, node: Element, address: str, variant: str) -> None:
        """An address that stands for an embed: the post that it leads to, if it does."""
        post = post_at(address)
        if post is not None:
            embed = Embed(post.platform, post.post_id, post.url, variant, fragment=self._fragment(node))
            self._builder.put_embed(embed, weak=True)

    def put_card(self, card: Card, variant: str) -> None:
        """A post that the page's data names."""
        post = card.post
        self._builder.put_embed(Embed(post.platform, post.post_id, post.url, variant, card.claim), weak=True)

    def put_named(self, attrs: dict[str, str], variant: str) -> None:
        """The post that ids name which the page's data holds, if they are such as markup has."""
        rules = self._rules.matching("div", attrs, ())
        tag = self._soup.alone("div", attrs) if rules else None
        for found in (found for rule in rules for found in (rule.markup.read(tag) if tag else ())):
            if found.post is not None:
                self.put_card(Card(found.post, found.claim), variant)
                return

    def _take_other(self, node: Element, other: Other, place: Place) -> Finding:
        """A card stands for the post that it names; all else is an embed of nobody's."""
        post = post_at(other.url) if other.url else None
        if post is not None:
            return self._hidden(node, [Hidden(other.variant, post=post)], costly=0)
        if place.around:
            return NOTHING
        embed = Embed(OTHER, None, other.url, other.variant, fragment=self._fragment(node))
        return Finding(embed=self._builder.put_embed(embed, weak=place.unshown))

    def _shown(self, node: Element, rules: Sequence[Rule], place: Place) -> Embed | None:
        """The post that the element's rules show; None if it is none after all."""
        tag, shown = self._soup.of(node), None
        for rule in rules:
            for found in rule.markup.read(tag):
                shown = self._put(node, rule, found, place) or shown
        return shown

    def _put(self, node: Element, rule: Rule, found: Found, place: Place) -> Embed | None:
        embed, inside = _embed(rule, found), place.embed
        if embed is None or (rule.markup.echo and self._builder.has_embed(embed)):
            return None
        if inside is not None and inside.platform == embed.platform and inside.post_id not in (None, embed.post_id):
            # A post inside a post is what it quotes, and is shown with it.
            return inside
        embed.fragment = self._fragment(node)
        return self._builder.put_embed(embed, weak=place.unshown or rule.markup.echo)

    def _hidden(self, node: Element, found: Sequence[Hidden], *, costly: int) -> Finding:
        weak, markup = None, []
        fragment = self._fragment(node) if any(hidden.post for hidden in found) else None
        for hidden in found:
            if hidden.post is not None:
                weak = hidden.post
                embed = Embed(weak.platform, weak.post_id, weak.url, hidden.where, hidden.claim, fragment)
                self._builder.put_embed(embed, weak=True)
            elif hidden.markup and self._may_read(len(hidden.markup)):
                markup.append(hidden.markup)
        return Finding(weak=weak, markup=tuple(markup), costly=costly)

    def _fragment(self, node: Element) -> str:
        """The element's markup, shorter where a page holds very many embeds."""
        fragment = bounded_markup(node, max(_LEAST_FRAGMENT_CHARS, min(FRAGMENT_CHARS, self._fragment_chars)))
        self._fragment_chars -= len(fragment)
        return fragment

    def _may_read(self, chars: int) -> bool:
        if self._pieces < 1 or chars > self._piece_chars:
            return False
        self._pieces -= 1
        self._piece_chars -= chars
        return True


def _plain(rules: RuleTable) -> Plain:
    named = rules.attributes
    counting = {"role", "itemtype", *(name for name, starts in named.items() if starts is None)}
    return Plain(
        tags=rules.tags | OTHER_TAGS | SILENT_TAGS | {"noembed", "noframes"},
        classes=rules.classes | OTHER_CLASSES | SILENT_NAMES | NAMED_CLASSES,
        dull=(DULL_ATTRIBUTES | {"id"}) - counting,
        begins={name: starts for name, starts in named.items() if starts is not None},
        ids=SILENT_NAMES,
        sourced=SOURCED,
    )


def _other(node: Element, attrs: Mapping[str, str], classes: Sequence[str]) -> Other | None:
    if node.tag == "script":
        return other_script(attrs)
    return other_embed(node.tag, attrs, classes) or card_in(node, attrs, classes)


def _embed(rule: Rule, found: Found) -> Embed | None:
    post = found.post or (identify(found.url) if found.url else None)
    if post is not None:
        return Embed(post.platform, post.post_id, post.url, rule.markup.variant, found.claim)
    if found.url is None:
        # The permalink is gone, the post's own words are there: an orphan.
        return Embed(rule.platform, None, None, rule.markup.variant, found.claim) if found.claim else None
    address = parse_url(found.url)
    if address is None or not is_shortener(found.url):
        return None
    return Embed(rule.platform, None, address.text, rule.markup.variant, found.claim)

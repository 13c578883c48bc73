"""The posts that an element shows: by a platform's rule, or by what its attributes hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver.extract.blocks import Embed
from archiver.extract.builder import BlockBuilder
from archiver.extract.hidden import Hidden, hidden_in_attributes, hidden_in_text, post_at
from archiver.extract.rules import Rule, RuleTable
from archiver.extract.tree import Element, bounded_markup, soup_of
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
        self._pieces = _PIECES
        self._piece_chars = _PIECE_CHARS

    def find(
        self,
        node: Element,
        attrs: Mapping[str, str],
        classes: Sequence[str],
        *,
        inside: Embed | None,
        nested: int,
        unshown: bool,
    ) -> Finding:
        """The posts of an element. `inside` is the post around it, `nested` the rules above it."""
        rules = self._rules.matching(node.tag, attrs, classes) if nested < NESTED_RULES else []
        if rules:
            rules = [r for r in rules if r.markup.holds is None or r.markup.holds in (node.text or "")]
        shown = self._shown(node, rules, inside, unshown=unshown) if rules else None
        if shown:
            return Finding(embed=shown, costly=2)
        hidden = hidden_in_attributes(node.tag, attrs) if attrs and inside is None else ()
        return self._hidden(node, hidden, costly=len(rules[:1])) if hidden or rules else NOTHING

    def find_in_text(self, node: Element, text: str, where: str) -> Finding:
        """The posts of a template's text."""
        return self._hidden(node, hidden_in_text(text, where), costly=0)

    def put_link(self, node: Element, href: str) -> None:
        """A link in markup that stands for an embed: what it leads to is the post."""
        post = post_at(href)
        if post is not None:
            embed = Embed(post.platform, post.post_id, post.url, "a[href]", fragment=bounded_markup(node))
            self._builder.put_embed(embed, weak=True)

    def _shown(self, node: Element, rules: Sequence[Rule], inside: Embed | None, *, unshown: bool) -> Embed | None:
        """The post that the element's rules show; None if it is none after all."""
        tag, shown = soup_of(node), None
        for rule in rules:
            for found in rule.markup.read(tag):
                shown = self._put(node, rule, found, inside, unshown=unshown) or shown
        return shown

    def _put(self, node: Element, rule: Rule, found: Found, inside: Embed | None, *, unshown: bool) -> Embed | None:
        embed = _embed(rule, found)
        if embed is None or (rule.markup.echo and self._builder.has_embed(embed)):
            return None
        if inside is not None and inside.platform == embed.platform and inside.post_id not in (None, embed.post_id):
            # A post inside a post is what it quotes, and is shown with it.
            return inside
        embed.fragment = bounded_markup(node)
        return self._builder.put_embed(embed, weak=unshown or rule.markup.echo)

    def _hidden(self, node: Element, found: Sequence[Hidden], *, costly: int) -> Finding:
        weak, markup = None, []
        for hidden in found:
            if hidden.post is not None:
                weak = hidden.post
                embed = Embed(weak.platform, weak.post_id, weak.url, hidden.where, fragment=bounded_markup(node))
                self._builder.put_embed(embed, weak=True)
            elif hidden.markup and self._may_read(len(hidden.markup)):
                markup.append(hidden.markup)
        return Finding(weak=weak, markup=tuple(markup), costly=costly)

    def _may_read(self, chars: int) -> bool:
        if self._pieces < 1 or chars > self._piece_chars:
            return False
        self._pieces -= 1
        self._piece_chars -= chars
        return True


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

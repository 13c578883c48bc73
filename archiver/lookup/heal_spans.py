"""Which stretch of a page shows which of its embeds.

Extraction knows the element in which it found an embed, and not where that stands. So every
start tag is given a number as its first attribute, in a copy of the page, and that copy is
extracted: the number stands at the beginning of each embed's own markup.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape

from archiver.extract import extract
from archiver.extract.hidden import hidden_in_attributes, hidden_in_text
from archiver.extract.html import read_html
from archiver.extract.tree import Element, parse, short_text
from archiver.lookup.heal_nesting import Extent, ancestors, extents_of, in_paragraph
from archiver.lookup.heal_page import Page
from archiver.lookup.heal_tokens import Tag, attributes, tags_of
from archiver.model.records import Document, Extraction, Mention
from archiver.platforms import identify

__all__ = ["Numbered", "Span", "Unsure"]

_NUMBER = "heal-number"
_NUMBERED = re.compile(rf'<[^ >]+ {_NUMBER}="(\d+)"')
_PRESENT = f'<img alt="" {_NUMBER}="">'


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Parts of a page that are never an embed alone, and elements that show nothing where they stand.
_PARTS = _names(
    "html head body frameset frame main article section header footer nav aside h1 h2 h3 h4 h5 h6 p li dt dd ul ol dl"
    " table caption colgroup col thead tbody tfoot tr td th figcaption meta link title base input button select option"
)
#: These show nothing of the article's own, however long what they hold is.
_WHOLE = _names("blockquote iframe script object embed noscript")
_STAND_IN_CHARS = 900
#: In these a card can't stand, or nobody would see it.
_CLOSED = {
    "a": "it lies inside of a link",
    "button": "it lies inside of a button",
    "select": "it lies inside of a list to choose from",
    "svg": "it lies inside of a drawing",
    "math": "it lies inside of a formula",
    "head": "it stands in the page's head, where nothing is shown",
    "object": "it is shown only where something else fails",
    "video": "it is shown only where something else fails",
    "audio": "it is shown only where something else fails",
}
_NO_PARENTS = _names("table thead tbody tfoot tr colgroup ul ol dl")
#: What is in these is seen only without scripts, or only through one.
_HIDING = _names("noscript template")
#: Between a paragraph (or another element of words) and a card of these, the card has to be of words too.
_WORDS = _names("p span em strong b i u s small big font cite q label h1 h2 h3 h4 h5 h6 pre abbr code dfn sub sup mark")
#: What may lie around an embed alone, and shows nothing else than it: made for a frame's height, or hidden.
_WRAPPERS = _names("div span center amp-fit-text")
_WRAPPED = 5
_SQUEEZED = re.compile(
    r"(?:^|[\s_-])(?:responsive|ratio|16by9|4by3|16x9|4x3|aspect|fluid|hide|hidden|invisible|lazyload(?:ed|ing)?)(?=[\s_-]|$)"
    r"|(?:video|iframe|embed|player|media)[_-]{0,2}(?:container|wrap(?:per)?|outer|inner|holder|box)(?=[\s_-]|$)",
    re.IGNORECASE,
)
_SQUEEZING = re.compile(
    r"(?:padding(?:-(?:top|bottom))?\s*:[^;]*%|(?:^|;)\s*(?:max-)?height\s*:\s*[01](?:px)?\s*(?:;|$)|aspect-ratio\s*:)"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_RAW_TEXT = _names("iframe noembed noframes script")


@dataclass(frozen=True, slots=True)
class Unsure:
    """That an embed is left alone, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the page: from the tag of index `first` to that of index `last`, as places in its text.

    `words` says that it lies among words, where only what is a phrase itself may stand,
    `ends_p` that it ends a paragraph which has no end tag.
    """

    first: int
    last: int
    start: int
    end: int
    words: bool = False
    ends_p: bool = False


class Numbered:
    """A page whose start tags are numbered: its mentions, and where each of its embeds stands."""

    def __init__(self, page: Page, document: Document) -> None:
        self.page = page
        self.tags: list[Tag] = tags_of(page.text)
        self._document = replace(document, charset=page.encoding, body=b"")
        self._without: dict[tuple[Span, ...], tuple[Mention, ...]] = {}
        found = self._extracted(page.text)
        #: What the page mentions.
        self.mentions = found.mentions
        #: What the article says is its own address.
        self.article_url = found.article.url

    def without(self, spans: Iterable[Span]) -> tuple[Mention, ...]:
        """What the page mentions once these stretches are taken out."""
        cut = tuple(sorted(spans, key=lambda one: one.start))
        if cut not in self._without:
            self._without[cut] = self._extracted(self._with_numbers(cut)).mentions
        return self._without[cut]

    def attributes(self, tag: Tag) -> list[tuple[str, str]]:
        """The attributes of a start tag, as written."""
        return attributes(self.page.text, tag)

    def number_of(self, mention: Mention) -> int | None:
        """The index of the start tag in which extraction found a mention, of the page or of a page `without`."""
        if mention in self.mentions:
            mention = self._numbered[self.mentions.index(mention)]
        found = _NUMBERED.match(mention.fragment or "")
        return int(found[1]) if found else None

    def is_embed(self, number: int) -> bool:
        """Whether extraction found an embed in just the element of this start tag."""
        return number in self._embeds

    def span_of(self, mention: Mention, *, twin: bool = False) -> Span | Unsure:
        """The stretch that shows an embed; of a `twin` nothing will take its place."""
        if not self._is_sure:
            return Unsure("the page's markup is too broken to tell where anything in it ends")
        number = self._number_of(mention)
        if number is None:
            return Unsure("it is not in the page's markup: a script of the page makes it")
        found = self._extent_of(number)
        if isinstance(found, Unsure):
            return found
        return self._span(found) if twin else self._placed(found, mention)

    # --- where it is ------------------------------------------------------------------------

    def _number_of(self, mention: Mention) -> int | None:
        number = self.number_of(mention)
        return self._hidden.get((mention.platform, mention.post_id or mention.url)) if number is None else number

    def _extent_of(self, number: int) -> Extent | Unsure:
        """The element itself; of a figure with a caption of the article's own the rest."""
        extent = self.extents[number]
        if extent.name in _PARTS:
            return Unsure(f"its <{extent.name}> holds more than the embed, or shows nothing")
        if extent.name == "script" and not (self._attribute(extent, "src") or self._is_template(extent)):
            return Unsure("a script of the page's own makes it")
        why = self._doubt(extent)
        if why:
            return Unsure(why)
        captions = [one for one in self._inside(extent) if one.name == "figcaption"]
        if captions:
            beside = [one for one in self._inside(extent) if one.parent == number and one.name != "figcaption"]
            if len(beside) != 1 or any(one.parent != number for one in captions):
                return Unsure("the article's own caption stands in it")
            return self._extent_of(beside[0].first)
        node = self._elements[number]
        if extent.name not in _WHOLE and len(short_text(node, _STAND_IN_CHARS + 1, 2_000)) > _STAND_IN_CHARS:
            return Unsure("its element holds more text than an embed does")
        return extent

    def _attribute(self, extent: Extent, name: str) -> str:
        return next((value for key, value in self.attributes(self.tags[extent.first]) if key == name), "")

    def _is_template(self, extent: Extent) -> bool:
        kind = self._attribute(extent, "type").lower()
        return kind.startswith("text/") and "javascript" not in kind

    def _doubt(self, extent: Extent) -> str:
        """Why the end of an element is not certain, "" if it is: the tree that lxml makes has to agree."""
        if extent.last is None:
            return f"its <{extent.name}> has no end tag"
        node = self._elements.get(extent.first)
        if not extent.sure or node is None:
            return f"its <{extent.name}> is badly nested"
        inside = {int(text) for one in node.iter() if (text := _number(one))}
        if inside != {extent.first, *(one.first for one in self._inside(extent))}:
            return f"its <{extent.name}> is badly nested"
        return ""

    def _inside(self, extent: Extent) -> Iterator[Extent]:
        last = extent.first if extent.last is None else extent.last
        return (self.extents[n] for n in range(extent.first + 1, last) if n in self.extents)

    def _span(self, extent: Extent, *, words: bool = False) -> Span:
        last = extent.first if extent.last is None else extent.last
        return Span(extent.first, last, self.tags[extent.first].start, self.tags[last].end, words, extent.ends_p)

    # --- where a card can stand ---------------------------------------------------------------

    def _placed(self, extent: Extent, mention: Mention) -> Span | Unsure:
        around = list(ancestors(self.extents, extent.first))
        hiding = next((one for one in around if one.name in _HIDING), None)
        if hiding is not None:
            if not self._is_alone(extent, hiding) or self._doubt(hiding):
                return Unsure(f"it stands in a <{hiding.name}> with other things, where most readers see nothing")
            return self._placed(hiding, mention)
        if extent.in_link:
            return Unsure("a link before it has no end tag, and would end in the card")
        closed = next((one for one in around if one.name in _CLOSED), None)
        if closed is not None:
            if closed.name == "a" and self._leads_to(closed, mention) and not self._doubt(closed):
                return self._placed(closed, mention)
            return Unsure(_CLOSED[closed.name])
        wrapper = next((one for one in reversed(around[:_WRAPPED]) if self._is_made_for(extent, one)), None)
        if wrapper is not None:
            return self._placed(wrapper, mention)
        if any(self._is_hidden(one) for one in around):
            return Unsure("it stands in a part of the page that is hidden")
        if around and around[0].name in _NO_PARENTS:
            return Unsure(f"it stands directly in a <{around[0].name}>")
        # A card of words would stay in the paragraph that the embed ended, and what follows with it.
        words = in_paragraph(around) or (bool(around) and around[0].name in _WORDS)
        return self._span(extent, words=words and not extent.ends_p)

    def _is_made_for(self, extent: Extent, around: Extent) -> bool:
        """Whether an element holds the embed alone, and would cut off or hide what takes its place."""
        if around.name not in _WRAPPERS or not (self._is_hidden(around) or self._is_squeezing(around)):
            return False
        return self._is_alone(extent, around) and not self._doubt(around)

    def _is_squeezing(self, extent: Extent) -> bool:
        named, style = self._attribute(extent, "class"), self._attribute(extent, "style")
        return bool(_SQUEEZED.search(named) or _SQUEEZING.search(style))

    def _is_hidden(self, extent: Extent) -> bool:
        attrs = dict(self.attributes(self.tags[extent.first]))
        return "hidden" in attrs or _HIDDEN.search(attrs.get("style", "")) is not None

    def _leads_to(self, link: Extent, mention: Mention) -> bool:
        post = identify(unescape(self.page.read(self._attribute(link, "href"))))
        return post is not None and (post.platform, post.post_id) == (mention.platform, mention.post_id)

    def _is_alone(self, extent: Extent, around: Extent) -> bool:
        """Whether an element has nothing beside it, but elements that hold nothing else either, and scripts."""
        if around.last is None:
            return False
        chain = {extent.first, *(one.first for one in ancestors(self.extents, extent.first))}
        span = self._span(extent)
        inside = [one for one in self._inside(around) if not span.first <= one.first <= span.last]
        scripts = around.name in _HIDING
        if any(one.first not in chain and not (scripts and one.name == "script") for one in inside):
            return False
        text = self.page.text
        kept = text[self.tags[around.first].end : span.start] + text[span.end : self.tags[around.last].start]
        return not re.sub(
            r"<!--.*?-->|<script\b.*?</script\s*>|</?[a-z][^<>]*>", "", kept, flags=re.DOTALL | re.IGNORECASE
        ).strip()

    # --- the numbered copy -----------------------------------------------------------------------

    def _extracted(self, text: str) -> Extraction:
        return extract(replace(self._document, body=self.page.whole(text)))

    def _with_numbers(self, cut: Iterable[Span]) -> str:
        """The page's text with numbers in its start tags, an image in place of what is cut out."""
        text, place = self.page.text, 0
        parts: list[str] = []
        gone = {span.first: span for span in cut}
        number = 0
        while number < len(self.tags):
            tag, span = self.tags[number], gone.get(number)
            if span is not None and tag.start >= place:
                parts += (text[place : span.start], _PRESENT)
                place, number = span.end, span.last + 1
                continue
            if not tag.closing:
                name_end = tag.start + 1 + len(tag.name)
                parts += (text[place:name_end], f' {_NUMBER}="{number}"')
                place = name_end
            number += 1
        return "".join((*parts, text[place:]))

    @cached_property
    def extents(self) -> dict[int, Extent]:
        """The page's elements, by the index of their start tag."""
        return extents_of(self.tags)

    @cached_property
    def _numbered(self) -> tuple[Mention, ...]:
        """The same mentions, as the numbered copy has them: those in its markup begin with their number."""
        return self.without(())

    @cached_property
    def _is_sure(self) -> bool:
        """Whether the numbers change nothing of what is found."""
        return list(map(_bare, self.mentions)) == list(map(_bare, self._numbered))

    @cached_property
    def _embeds(self) -> frozenset[int]:
        return frozenset(number for one in self.mentions if (number := self.number_of(one)) is not None)

    @cached_property
    def _elements(self) -> dict[int, Element]:
        tree = parse(self.page.read(self._with_numbers(())).replace("\x00", ""))
        return {int(text): node for node in tree.iter() if (text := _number(node))}

    @cached_property
    def _hidden(self) -> Mapping[tuple[str | None, str | None], int]:
        """Posts in markup that an attribute or a template holds: the element, if it is one and holds one post."""
        found: dict[tuple[str | None, str | None], int | None] = {}
        for number, node in self._elements.items():
            keys = set(self._keys_in(node))
            for key in keys:
                again = key in found and not self._is_inside(number, found[key])
                found[key] = None if again or len(keys) > 1 else found.get(key, number)
        return {key: number for key, number in found.items() if number is not None}

    def _is_inside(self, number: int, outer: int | None) -> bool:
        return outer is not None and any(one.first == outer for one in ancestors(self.extents, number))

    def _keys_in(self, node: Element) -> Iterator[tuple[str, str | None]]:
        attrs = {name: value for name, value in node.items() if name != _NUMBER}
        hidden = hidden_in_attributes(node.tag, attrs, attrs.get("class", "").split()) if attrs else []
        if node.tag in _RAW_TEXT and node.text:
            hidden += hidden_in_text(node.text, f"{node.tag}[text]")
        for markup in (one.markup for one in hidden if one.markup):
            for block in read_html(markup).blocks:
                if block.embed is not None:
                    yield block.embed.platform, block.embed.post_id or block.embed.url
                for anchor in block.anchors:
                    yield from self._post_keys(anchor.href)
        yield from ((one.post.platform, one.post.post_id) for one in hidden if one.post)

    @staticmethod
    def _post_keys(href: str | None) -> Iterator[tuple[str, str | None]]:
        post = identify(href) if href else None
        if post is not None:
            yield post.platform, post.post_id


def _number(node: Element) -> str | None:
    return node.get(_NUMBER) if isinstance(node.tag, str) else None


def _bare(mention: Mention) -> Mention:
    return replace(mention, fragment=None)

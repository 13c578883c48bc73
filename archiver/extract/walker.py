"""The walk through a page's tree, once, whatever its depth: text, links and embeds as blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from archiver.extract.around import UNSHOWN, in_paragraph, is_control, link_label, silence
from archiver.extract.blocks import BlockKind
from archiver.extract.builder import BlockBuilder
from archiver.extract.head import Head
from archiver.extract.links import post_at
from archiver.extract.markup import names_of
from archiver.extract.place import NO_EMBEDS, Place
from archiver.extract.posts import NOTHING, Finding, PostFinder
from archiver.extract.tree import Element, parse, short_text, texts, walk
from archiver.model.records import PostRef

__all__ = ["Walker"]

_BLOCKS = names_of(
    "p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote section article aside header footer main figure figcaption"
    " table tbody thead tr td th caption form fieldset pre address details summary body nav center iframe hr noscript"
    " template amp-iframe"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_EMPHASIS = frozenset({"b", "strong", "i", "em"})
_MARKS = {"hr": BlockKind.RULE, "table": BlockKind.TABLE, "pre": BlockKind.CODE}
#: Never looked into: what they hold is not shown as text.
_CLOSED = names_of("style svg canvas math select textarea option datalist map audio")
#: The parser reads what they hold as text.
_RAW_TEXT = frozenset({"iframe", "noembed", "noframes"})
#: Where a social post that is marked as such names itself.
_POSTING_ADDRESSES = frozenset({"url", "mainentityofpage", "sameas"})
#: Markup in attributes is read so deep in one another.
_DEPTH = 2
#: Parts of a page that are never but an embed's stand-in, whatever their attributes name.
_PARTS = names_of("article section main body html header h1 h2 p li td")
_STAND_IN_CHARS = 900
_STAND_IN_PIECES = 400
_STAND_INS = 2000
#: No longer text stands for an emoji that is drawn as an image.
_EMOJI_CHARS = 8


@dataclass(slots=True)
class _OpenLink:
    """A link being read: where it began, and its words so far."""

    node: Element
    place: tuple[int, int]
    parts: list[str]


def _is_short(node: Element) -> bool:
    """Whether an element shows no more than a post with its frame, or a request for consent."""
    pieces = list(islice(texts(node), _STAND_IN_PIECES))
    return len(pieces) < _STAND_IN_PIECES and sum(len(text.strip()) for text in pieces if text) <= _STAND_IN_CHARS


class Walker:
    """One walk: of a page (`depth` 0), or of markup that was found in an attribute."""

    def __init__(self, builder: BlockBuilder, finder: PostFinder, *, depth: int = 0, around: bool = False) -> None:
        self.builder = builder
        self.head = Head()
        #: The inline scripts, for what they hold of the page's place.
        self.scripts: list[str] = []
        self._finder = finder
        self._depth = depth
        self._place = Place(silent=1 if depth else 0, around=around)
        self._scopes: list[tuple[Element, Place]] = []
        self._link: _OpenLink | None = None
        self._quotes = self._stand_ins = 0
        self._openers: dict[str, Callable[[Element, Mapping[str, str]], bool]] = {
            "a": self._open_a,
            "br": self._open_br,
            "img": self._open_img,
            "amp-img": self._open_img,
            "script": self._open_script,
            "meta": self._open_meta,
            "link": self._open_link_tag,
            "base": self._open_base,
            "html": self._open_html,
            "time": self._open_time,
            "title": self._open_title,
        }

    def walk(self, root: Element) -> None:
        """Reads the tree below `root`, in document order."""
        walking = walk(root)
        for event, node in walking:
            if event == "start":
                if not self._open(node):
                    walking.skip_subtree()
                elif node.text:
                    self._put_text(node.text)
            else:
                if event == "end":
                    self._close(node)
                if node.tail:
                    self._put_text(node.tail)
        self.builder.flush()

    def _put_text(self, text: str) -> None:
        if not self._place.silent:
            self.builder.put_text(text)
            if self._link is not None:
                self._link.parts.append(text)

    # --- elements ------------------------------------------------------------------------

    def _open(self, node: Element) -> bool:
        """Takes an element; gives whether to look into it."""
        name: str = node.tag
        attrs = dict(node.items())
        plain = self._finder.plain.is_plain(name, attrs)
        classes: Sequence[str] = attrs["class"].split() if "class" in attrs and not plain else ()
        if not plain and self._place.silent < NO_EMBEDS:
            finding = self._finder.find(node, attrs, classes, self._place)
            if finding is not NOTHING:
                self._take(node, finding)
            if attrs:
                self.head.note_named(node, attrs, classes)
                self._take_microdata(node, attrs)
            if name in _RAW_TEXT and node.text and self._depth < _DEPTH:
                self._take(node, self._finder.find_in_text(node, node.text, name))
        opener = self._openers.get(name)
        if opener is not None:
            return opener(node, attrs)
        if name in _CLOSED:
            return False
        if name in _BLOCKS:
            self._open_block(node, name)
        elif name in _EMPHASIS:
            self._enter(node, self._place._replace(emphasis=self._place.emphasis + 1))
        if not plain:
            self._silence(node, attrs, classes)
        return True

    def _silence(self, node: Element, attrs: Mapping[str, str], classes: Sequence[str]) -> None:
        level = silence(node.tag, attrs, classes, in_article=self._place.article)
        if level > self._place.silent:
            around = self._place.around or node.tag not in UNSHOWN
            self._enter(node, self._place._replace(silent=level, around=around))

    def _open_block(self, node: Element, name: str) -> None:
        self.builder.flush()
        place = self._place
        if name in _MARKS:
            if not place.silent:
                self.builder.put_mark(_MARKS[name])
        elif name in _HEADINGS:
            self._enter(node, place._replace(kind=BlockKind.HEADING))
            if name == "h1":
                self.head.note_heading(node)
        elif name == "li":
            self._enter(node, place._replace(kind=BlockKind.ITEM))
        elif name == "blockquote":
            self._quotes += 1
            self._enter(node, place._replace(quote=self._quotes))
        elif name in ("article", "main"):
            self._enter(node, place._replace(article=True))
        elif name == "figcaption" and place.held:
            # A caption is the article's own, whatever the figure stands for.
            self._enter(node, place._replace(silent=0, held=False))

    def _enter(self, node: Element, place: Place) -> None:
        self._scopes.append((node, self._place))
        self._set(place)

    def _set(self, place: Place) -> None:
        self._place = place
        self.builder.kind, self.builder.quote, self.builder.emphasis = place.kind, place.quote, place.emphasis

    def _close(self, node: Element) -> None:
        if self._link is not None and self._link.node is node:
            self._close_link(self._link)
        if node.tag in _BLOCKS:
            self.builder.flush()
        while self._scopes and self._scopes[-1][0] is node:
            self._set(self._scopes.pop()[1])

    def _take(self, node: Element, finding: Finding) -> None:
        place = self._place
        weak, nested = finding.weak or place.weak, place.nested + finding.costly
        if finding.embed is not None:
            self._enter(node, place._replace(silent=max(1, place.silent), embed=finding.embed, nested=nested))
        elif finding.weak is not None or finding.costly:
            self._enter(node, place._replace(nested=nested))
        if finding.markup and self._depth < _DEPTH:
            self.builder.last_post = None
            for markup in finding.markup:
                Walker(self.builder, self._finder, depth=self._depth + 1, around=place.around).walk(parse(markup))
            weak = self.builder.last_post or weak
            self._enter(node, self._place)
        if finding.embed is None and weak != place.weak:
            self._stand_for(node, weak)

    def _stand_for(self, node: Element, post: PostRef | None) -> None:
        """What is shown in an element whose attributes name a post, stands in for it until it loads."""
        place = self._place._replace(weak=post)
        self._stand_ins += 1
        if not place.silent and node.tag not in _PARTS and self._stand_ins < _STAND_INS and _is_short(node):
            place = place._replace(silent=1, held=True)
        self._enter(node, place)

    def _take_microdata(self, node: Element, attrs: Mapping[str, str]) -> None:
        if "SocialMediaPosting" in attrs.get("itemtype", ""):
            self._enter(node, self._place._replace(posting=True))
        name = attrs.get("itemprop", "").lower()
        if name == "embedurl" or (self._place.posting and name in _POSTING_ADDRESSES):
            address = attrs.get("content") or attrs.get("href") or attrs.get("src") or ""
            self._finder.put_address(node, address, f"[itemprop={attrs['itemprop']}]")

    # --- single elements -------------------------------------------------------------------

    def _open_a(self, node: Element, attrs: Mapping[str, str]) -> bool:
        href = attrs.get("href")
        if self._depth and self._place.embed is None and href:
            self._finder.put_address(node, href, "a[href]")
        if self._place.silent or self._link is not None:
            return True
        if not is_control(attrs) and not self._is_own(href):
            self._link = _OpenLink(node, self.builder.open_link(), [])
        return True

    def _is_own(self, href: str | None) -> bool:
        """Whether the link leads to the post that an element around it stands for."""
        weak = self._place.weak
        post = post_at(href) if weak is not None and href is not None else None
        return weak is not None and post is not None and post.url == weak.url

    def _close_link(self, link: _OpenLink) -> None:
        self._link = None
        words = " ".join("".join(link.parts).split()) or link_label(link.node)
        self.builder.close_link(link.place, link.node.get("href"), words, prose=in_paragraph(link.node))

    def _open_br(self, _node: Element, _attrs: Mapping[str, str]) -> bool:
        if not self._place.silent:
            self.builder.put_break()
        return False

    def _open_img(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        if self._place.silent:
            return False
        alt = attrs.get("alt", "")
        if 0 < len(alt) <= _EMOJI_CHARS and not alt.isascii():
            self.builder.put_text(alt)
        elif self._link is None:
            self.builder.put_image()
        return False

    def _open_script(self, node: Element, attrs: Mapping[str, str]) -> bool:
        kind, text = attrs.get("type", "").lower(), node.text or ""
        if kind == "application/ld+json" and self._depth == 0:
            self.head.linked.add(text)
        elif "src" in attrs:
            return False
        elif kind.startswith("text/") and kind != "text/javascript" and self._place.silent < NO_EMBEDS:
            self._take(node, self._finder.find_in_text(node, text, f"script[type={kind}]"))
        elif self._depth == 0:
            self.scripts.append(text)
        return False

    def _open_meta(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        self.head.add_meta(attrs)
        return False

    def _open_link_tag(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        if "canonical" in attrs.get("rel", "").split():
            self.head.canonical = self.head.canonical or attrs.get("href")
        return False

    def _open_base(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        self.head.base = self.head.base or attrs.get("href") or None
        return False

    def _open_html(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        self.head.language = attrs.get("lang") or attrs.get("xml:lang") or None
        return True

    def _open_time(self, node: Element, attrs: Mapping[str, str]) -> bool:
        if self._place.embed is None:
            self.head.note_time(node, attrs)
        return True

    def _open_title(self, node: Element, _attrs: Mapping[str, str]) -> bool:
        self.head.title = self.head.title or short_text(node) or None
        return False

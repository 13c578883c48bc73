"""The walk through a page's tree, once, whatever its depth: text, links and embeds as blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archiver.extract.around import in_paragraph, is_control, link_label, silence
from archiver.extract.blocks import BlockKind, Embed
from archiver.extract.builder import BlockBuilder
from archiver.extract.head import Head
from archiver.extract.hidden import post_at
from archiver.extract.markup import names_of
from archiver.extract.posts import NOTHING, Finding, PostFinder
from archiver.extract.tree import Element, parse, short_text, walk
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
#: Markup in attributes is read so deep in one another.
_DEPTH = 2
#: No longer text stands for an emoji that is drawn as an image.
_EMOJI_CHARS = 8


class _State(NamedTuple):
    """What holds inside an element, restored at its end.

    `silent` 1: neither text nor links count; 2: embeds do not either. `embed` is the post
    that the element shows, `weak` a post that its attributes name.
    """

    silent: int = 0
    article: bool = False
    embed: Embed | None = None
    weak: PostRef | None = None
    kind: BlockKind = BlockKind.TEXT
    quote: int = 0
    emphasis: int = 0
    nested: int = 0


@dataclass(slots=True)
class _OpenLink:
    """A link being read: where it began, and its words so far."""

    node: Element
    place: tuple[int, int]
    parts: list[str]


class Walker:
    """One walk: of a page (`depth` 0), or of markup that was found in an attribute."""

    def __init__(self, builder: BlockBuilder, finder: PostFinder, depth: int = 0) -> None:
        self.builder = builder
        self.head = Head()
        #: The inline scripts, for what they hold of the page's state.
        self.scripts: list[str] = []
        self._finder = finder
        self._depth = depth
        self._state = _State(silent=1 if depth else 0)
        self._scopes: list[tuple[Element, _State]] = []
        self._link: _OpenLink | None = None
        self._quotes = 0
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
        if not self._state.silent:
            self.builder.put_text(text)
            if self._link is not None:
                self._link.parts.append(text)

    # --- elements ------------------------------------------------------------------------

    def _open(self, node: Element) -> bool:
        """Takes an element; gives whether to look into it."""
        name: str = node.tag
        attrs = dict(node.items())
        classes: Sequence[str] = attrs["class"].split() if "class" in attrs else ()
        if self._state.silent < 2:  # noqa: PLR2004  # 2: see _State
            self._find_posts(node, attrs, classes)
            if attrs:
                self.head.note_author(node, attrs, classes)
        opener = self._openers.get(name)
        if opener is not None:
            return opener(node, attrs)
        if name in _CLOSED:
            return False
        if name in _BLOCKS:
            self._open_block(node, name)
        elif name in _EMPHASIS:
            self._enter(node, self._state._replace(emphasis=self._state.emphasis + 1))
        level = silence(name, attrs, classes, in_article=self._state.article)
        if level > self._state.silent:
            self._enter(node, self._state._replace(silent=level))
        return True

    def _open_block(self, node: Element, name: str) -> None:
        self.builder.flush()
        state = self._state
        if name in _MARKS:
            if not state.silent:
                self.builder.put_mark(_MARKS[name])
        elif name in _HEADINGS:
            self._enter(node, state._replace(kind=BlockKind.HEADING))
            if name == "h1":
                self.head.note_heading(node)
        elif name == "li":
            self._enter(node, state._replace(kind=BlockKind.ITEM))
        elif name == "blockquote":
            self._quotes += 1
            self._enter(node, state._replace(quote=self._quotes))
        elif name in ("article", "main"):
            self._enter(node, state._replace(article=True))

    def _enter(self, node: Element, state: _State) -> None:
        self._scopes.append((node, self._state))
        self._set(state)

    def _set(self, state: _State) -> None:
        self._state = state
        self.builder.kind, self.builder.quote, self.builder.emphasis = state.kind, state.quote, state.emphasis

    def _close(self, node: Element) -> None:
        if self._link is not None and self._link.node is node:
            self._close_link(self._link)
        if node.tag in _BLOCKS:
            self.builder.flush()
        while self._scopes and self._scopes[-1][0] is node:
            self._set(self._scopes.pop()[1])

    def _find_posts(self, node: Element, attrs: Mapping[str, str], classes: Sequence[str]) -> None:
        state = self._state
        finding = self._finder.find(
            node, attrs, classes, inside=state.embed, nested=state.nested, unshown=state.silent > 0
        )
        if finding is not NOTHING:
            self._take(node, finding)

    def _take(self, node: Element, finding: Finding) -> None:
        state = self._state
        if finding.embed is not None:
            self._enter(node, state._replace(silent=1, embed=finding.embed, nested=state.nested + finding.costly))
        elif finding.weak is not None or finding.costly:
            self._enter(node, state._replace(weak=finding.weak or state.weak, nested=state.nested + finding.costly))
        if finding.markup and self._depth < _DEPTH:
            for markup in finding.markup:
                Walker(self.builder, self._finder, self._depth + 1).walk(parse(markup))
            self._set(self._state)

    # --- single elements -------------------------------------------------------------------

    def _open_a(self, node: Element, attrs: Mapping[str, str]) -> bool:
        href = attrs.get("href")
        if self._depth and self._state.embed is None and href:
            self._finder.put_link(node, href)
        if self._state.silent or self._link is not None:
            return True
        if not is_control(attrs) and not self._is_own(href):
            self._link = _OpenLink(node, self.builder.open_link(), [])
        return True

    def _is_own(self, href: str | None) -> bool:
        """Whether the link leads to the post that an element around it stands for."""
        weak = self._state.weak
        return weak is not None and href is not None and post_at(href) == weak

    def _close_link(self, link: _OpenLink) -> None:
        self._link = None
        words = " ".join("".join(link.parts).split()) or link_label(link.node)
        self.builder.close_link(link.place, link.node.get("href"), words, prose=in_paragraph(link.node))

    def _open_br(self, _node: Element, _attrs: Mapping[str, str]) -> bool:
        if not self._state.silent:
            self.builder.put_break()
        return False

    def _open_img(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        if self._state.silent:
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
            self.head.add_json(text)
        elif kind.startswith("text/") and kind != "text/javascript" and self._state.silent < 2:  # noqa: PLR2004  # 2: see _State
            self._take(node, self._finder.find_in_text(node, text, f"script[type={kind}]"))
        elif self._depth == 0 and "src" not in attrs:
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

    def _open_time(self, _node: Element, attrs: Mapping[str, str]) -> bool:
        if self._state.embed is None:
            self.head.note_time(attrs)
        return True

    def _open_title(self, node: Element, _attrs: Mapping[str, str]) -> bool:
        self.head.title = self.head.title or short_text(node) or None
        return False

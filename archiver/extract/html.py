"""HTML as blocks: the tree is walked once, without recursion, whatever its depth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from bs4.exceptions import ParserRejectedMarkup

from archiver.extract.around import in_paragraph, is_control, link_label, silence
from archiver.extract.blocks import Block, BlockKind, Embed
from archiver.extract.builder import BlockBuilder
from archiver.extract.head import Head
from archiver.extract.hidden import post_at
from archiver.extract.markup import names_of, short_text
from archiver.extract.posts import NOTHING, Finding, PostFinder
from archiver.extract.rules import rule_table
from archiver.extract.state import embeds_in_state, place_after
from archiver.model.records import PostRef

__all__ = ["Page", "read_html"]

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

    tag: Tag
    place: tuple[int, int]
    parts: list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML document read: its blocks in reading order, and what it says of itself."""

    blocks: list[Block]
    head: Head


def read_html(text: str) -> Page:
    """The blocks of an HTML document or fragment. Never raises on bad markup."""
    builder = BlockBuilder()
    walker = _Walker(builder, PostFinder(builder, rule_table()))
    walker.walk(_parsed(text))
    walker.read_state()
    return Page(builder.blocks, walker.head)


def _parsed(text: str) -> Tag:
    # XHTML is read as HTML on purpose, and a text without tags too: Beautiful Soup would warn of both.
    text = text.replace("<?xml", "<?-xml") if "<" in text else f"{text}<!-- -->"
    try:
        return BeautifulSoup(text, "lxml")
    except ParserRejectedMarkup:
        return BeautifulSoup("", "lxml")


class _Walker:
    """One walk: of a page (`depth` 0), or of markup that was found in an attribute."""

    def __init__(self, builder: BlockBuilder, finder: PostFinder, depth: int = 0) -> None:
        self.builder = builder
        self.head = Head()
        self._finder = finder
        self._depth = depth
        self._state = _State(silent=1 if depth else 0)
        self._scopes: list[tuple[Tag, _State]] = []
        self._link: _OpenLink | None = None
        self._quotes = 0
        self._scripts: list[str] = []
        self._openers: dict[str, Callable[[Tag], bool]] = {
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

    def walk(self, root: Tag) -> None:
        """Reads the tree below `root`, in document order."""
        opened, children = [root], [iter(root.contents)]
        while children:
            for node in children[-1]:
                if isinstance(node, Tag):
                    if self._open(node):
                        opened.append(node)
                        children.append(iter(node.contents))
                        break
                    self._leave(node)
                elif type(node) is NavigableString and not self._state.silent:
                    self.builder.put_text(node)
                    if self._link is not None:
                        self._link.parts.append(node)
            else:
                children.pop()
                self._close(opened.pop())
        self.builder.flush()

    def read_state(self) -> None:
        """Takes the posts of the page's JSON state, where the page itself shows none."""
        if any(block.kind is BlockKind.EMBED for block in self.builder.blocks):
            return
        shown = self.builder.blocks
        for found in (embed for text in self._scripts for embed in embeds_in_state(text)):
            place = place_after(shown, found.words)
            if place is not None:
                count = len(shown)
                _Walker(self.builder, self._finder, self._depth + 1).walk(_parsed(found.markup))
                found_blocks = shown[count:]
                del shown[count:]
                shown[place:place] = found_blocks

    # --- elements ------------------------------------------------------------------------

    def _open(self, tag: Tag) -> bool:
        """Takes an element; gives whether to look into it."""
        name = tag.name
        if tag.attrs and self._state.silent < 2:  # noqa: PLR2004  # 2: see _State
            self._find_posts(tag)
            self.head.note_author(tag)
        elif name.startswith("amp-"):
            self._find_posts(tag)
        opener = self._openers.get(name)
        if opener is not None:
            return opener(tag)
        if name in _CLOSED:
            return False
        if name in _BLOCKS:
            self._open_block(tag, name)
        elif name in _EMPHASIS:
            self._enter(tag, self._state._replace(emphasis=self._state.emphasis + 1))
        level = silence(tag, in_article=self._state.article)
        if level > self._state.silent:
            self._enter(tag, self._state._replace(silent=level))
        return True

    def _open_block(self, tag: Tag, name: str) -> None:
        self.builder.flush()
        state = self._state
        if name in _MARKS:
            if not state.silent:
                self.builder.put_mark(_MARKS[name])
        elif name in _HEADINGS:
            self._enter(tag, state._replace(kind=BlockKind.HEADING))
            if name == "h1":
                self.head.note_heading(tag)
        elif name == "li":
            self._enter(tag, state._replace(kind=BlockKind.ITEM))
        elif name == "blockquote":
            self._quotes += 1
            self._enter(tag, state._replace(quote=self._quotes))
        elif name in ("article", "main"):
            self._enter(tag, state._replace(article=True))

    def _enter(self, tag: Tag, state: _State) -> None:
        self._scopes.append((tag, self._state))
        self._set(state)

    def _set(self, state: _State) -> None:
        self._state = state
        self.builder.kind, self.builder.quote, self.builder.emphasis = state.kind, state.quote, state.emphasis

    def _close(self, tag: Tag) -> None:
        if self._link is not None and self._link.tag is tag:
            self._close_link(self._link)
        if tag.name in _BLOCKS:
            self.builder.flush()
        self._leave(tag)

    def _leave(self, tag: Tag) -> None:
        while self._scopes and self._scopes[-1][0] is tag:
            self._set(self._scopes.pop()[1])

    def _find_posts(self, tag: Tag) -> None:
        state = self._state
        finding = self._finder.find(tag, inside=state.embed, nested=state.nested, unshown=state.silent > 0)
        if finding is not NOTHING:
            self._take(tag, finding)

    def _take(self, tag: Tag, finding: Finding) -> None:
        state = self._state
        if finding.embed is not None:
            self._enter(tag, state._replace(silent=1, embed=finding.embed, nested=state.nested + finding.costly))
        elif finding.weak is not None or finding.costly:
            self._enter(tag, state._replace(weak=finding.weak or state.weak, nested=state.nested + finding.costly))
        if finding.markup and self._depth < _DEPTH:
            for markup in finding.markup:
                _Walker(self.builder, self._finder, self._depth + 1).walk(_parsed(markup))
            self._set(self._state)

    # --- single elements -------------------------------------------------------------------

    def _open_a(self, tag: Tag) -> bool:
        href = tag.attrs.get("href")
        if self._depth and self._state.embed is None and isinstance(href, str):
            self._finder.put_link(tag, href)
        if self._state.silent or self._link is not None:
            return True
        if not is_control(tag) and not self._is_own(href):
            self._link = _OpenLink(tag, self.builder.open_link(), [])
        return True

    def _is_own(self, href: object) -> bool:
        """Whether the link leads to the post that an element around it stands for."""
        weak = self._state.weak
        return weak is not None and isinstance(href, str) and post_at(href) == weak

    def _close_link(self, link: _OpenLink) -> None:
        self._link = None
        href = link.tag.attrs.get("href")
        words = " ".join("".join(link.parts).split()) or link_label(link.tag)
        self.builder.close_link(
            link.place, str(href) if href is not None else None, words, prose=in_paragraph(link.tag)
        )

    def _open_br(self, _tag: Tag) -> bool:
        if not self._state.silent:
            self.builder.put_break()
        return False

    def _open_img(self, tag: Tag) -> bool:
        if self._state.silent:
            return False
        alt = tag.attrs.get("alt")
        if isinstance(alt, str) and 0 < len(alt) <= 8 and not alt.isascii():  # noqa: PLR2004  # an emoji drawn as image
            self.builder.put_text(alt)
        elif self._link is None:
            self.builder.put_image()
        return False

    def _open_script(self, tag: Tag) -> bool:
        kind = str(tag.attrs.get("type", "")).lower()
        if kind == "application/ld+json" and self._depth == 0:
            self.head.add_json(tag.string or "")
        elif kind.startswith("text/") and kind != "text/javascript" and self._state.silent < 2:  # noqa: PLR2004  # 2: see _State
            self._take(tag, self._finder.find_in_text(tag, tag.string or "", f"script[type={kind}]"))
        elif self._depth == 0 and "src" not in tag.attrs:
            self._scripts.append(tag.string or "")
        return False

    def _open_meta(self, tag: Tag) -> bool:
        self.head.add_meta(tag.attrs)
        return False

    def _open_link_tag(self, tag: Tag) -> bool:
        href = tag.attrs.get("href")
        if "canonical" in (tag.attrs.get("rel") or ()) and isinstance(href, str):
            self.head.canonical = self.head.canonical or href
        return False

    def _open_base(self, tag: Tag) -> bool:
        self.head.base = self.head.base or str(tag.attrs.get("href") or "") or None
        return False

    def _open_html(self, tag: Tag) -> bool:
        self.head.language = str(tag.attrs.get("lang") or tag.attrs.get("xml:lang") or "") or None
        return True

    def _open_time(self, tag: Tag) -> bool:
        if self._state.embed is None:
            self.head.note_time(tag)
        return True

    def _open_title(self, tag: Tag) -> bool:
        self.head.title = self.head.title or short_text(tag) or None
        return False

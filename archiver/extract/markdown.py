"""Markdown, and the plain text that passes for it, as blocks.

Only the structure that matters to citations is read: paragraphs, headings, lists, rules,
quotations, code, images. Indented text is text: flattened articles indent at random.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from archiver.extract.blocks import Block, BlockKind
from archiver.extract.inline import Inline, is_bare, read_inline
from archiver.extract.shortcodes import shortcode_embed

__all__ = ["looks_like_markdown", "read_markdown"]

_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"[ \t]{0,3}(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"[ \t]*(?:\\?[*_\-~=•·#⁂—–][ \t]*){3,}$|[ \t]*⁂[ \t]*$")
_ITEM = re.compile(r"([ \t]*)([-*+•]|\d{1,4}[.)])[ \t]+(?=\S)")
_QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?)+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_REFERENCE = re.compile(r"[ \t]{0,3}\[([^\[\]^]{1,200})\]:[ \t]+<?([^\s<>]{1,4000})>?(?:[ \t]+[\"'(].{0,500})?$")
_HTML = re.compile(
    r"[ \t]{0,3}<(?:blockquote|iframe|div|figure|p|script|section|article|aside|table|noscript|center|amp-[a-z-]+)\b",
    re.IGNORECASE,
)
_BLOCKQUOTE = re.compile(r"[ \t]{0,3}<blockquote\b", re.IGNORECASE)
_HTML_LINES = 200
_SIGNS = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]+\S|\]\([^()\s]*\)|^[ \t]{0,3}>[ \t]|\*\*\S|^\[[^\]]+\]:[ \t]", re.MULTILINE
)


@dataclass(slots=True)
class _Line:
    """A line without its end; `start` is where it begins in the source."""

    text: str
    start: int

    def after(self, count: int) -> "_Line":
        return _Line(self.text[count:], self.start + count)


class _Joined:
    """Lines as one text, and where each of its characters stands in the source."""

    def __init__(self, lines: list[_Line]) -> None:
        self.text = lines[0].text if len(lines) == 1 else "\n".join([line.text for line in lines])
        self._lines = lines
        self._starts = [0, *accumulate([len(line.text) + 1 for line in lines[:-1]])] if len(lines) > 1 else [0]

    def offsets(self) -> list[tuple[int, int]]:
        """Where each line begins here, and in the source."""
        return [(start, line.start) for start, line in zip(self._starts, self._lines, strict=True)]

    def source(self, place: int) -> int:
        index = bisect_right(self._starts, place) - 1
        return self._lines[index].start + place - self._starts[index]


@dataclass(slots=True)
class _State:
    """What is being put together: the open paragraph and the quotation it stands in."""

    markdown: bool
    refs: dict[str, str]
    html: Callable[[str, int], list[Block]] | None
    blocks: list[Block] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    kind: BlockKind = BlockKind.TEXT
    marker: str = ""
    quote: int = 0
    quotes: int = 0
    fence: str = ""


def looks_like_markdown(text: str) -> bool:
    """Whether plain text carries Markdown marks (headings, links, quotations, bold)."""
    return _SIGNS.search(text) is not None


def read_markdown(
    text: str, *, markdown: bool = True, html: Callable[[str, int], list[Block]] | None = None
) -> list[Block]:
    """The blocks of `text`, with places in the source.

    `html` reads a raw HTML paragraph, given with its place. `markdown=False` reads plain
    text: only blank lines and rules divide it, and only URLs are links.
    """
    state = _State(markdown, _references(text) if markdown else {}, html)
    for line in _lines(text):
        _read_line(state, line)
    _close(state)
    return state.blocks


def _references(text: str) -> dict[str, str]:
    """What the document's link definitions define."""
    lines = text.split("\n") if "]:" in text else ()
    found = (_REFERENCE.match(line) for line in lines if "]:" in line)
    return {one[1].strip().casefold(): one[2] for one in found if one}


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for line in text.split("\n"):
        yield _Line(line.rstrip("\r"), start)
        start += len(line) + 1


def _read_line(state: _State, line: _Line) -> None:
    if state.fence:
        _read_fenced(state, line)
    elif not line.text.strip():
        if _in_open_quotation(state):
            state.lines.append(line)
        else:
            _close(state)
    elif not state.markdown:
        _read_plain(state, line)
    else:
        _read_marked(state, _unquoted(state, line))


def _unquoted(state: _State, line: _Line) -> _Line:
    """The line without its `>`; entering or leaving a quotation closes the paragraph."""
    quoted = False
    if found := _QUOTE.match(line.text):
        line, quoted = line.after(found.end()), True
    if quoted != (state.quote > 0) and (quoted or not state.lines):
        _close(state)
        state.quotes += quoted
        state.quote = state.quotes if quoted else 0
    return line


def _read_plain(state: _State, line: _Line) -> None:
    if _RULE.match(line.text):
        _single(state, BlockKind.RULE, line)
    else:
        state.lines.append(line)


def _read_marked(state: _State, line: _Line) -> None:
    if line.text[:1].isalpha():
        # No mark begins with a letter, and nearly all lines do.
        state.lines.append(line)
        return
    fence, heading, item = _FENCE.match(line.text), _HEADING.match(line.text), _ITEM.match(line.text)
    embed = shortcode_embed(line.text) if line.text.lstrip()[:1] in ("{", "[", "<") else None
    if not line.text.strip():
        _close(state)
    elif embed and not _in_html(state):
        _close(state)
        embed.source = (line.start, line.start + len(line.text))
        state.blocks.append(Block(BlockKind.EMBED, quote=state.quote, embed=embed))
    elif fence:
        _close(state)
        state.fence = fence[1]
    elif state.lines and state.kind is BlockKind.TEXT and _SETEXT.match(line.text) and not _in_html(state):
        state.kind = BlockKind.HEADING
        _close(state)
    elif _RULE.match(line.text):
        _single(state, BlockKind.RULE, line)
    elif heading:
        start = heading.start(2) if heading[2] else len(line.text)
        _single(state, BlockKind.HEADING, _Line(heading[2] or "", line.start + start))
    elif item and not _in_html(state):
        _close(state)
        state.kind, state.marker = BlockKind.ITEM, item[2]
        state.lines.append(line.after(item.end()))
    elif not _REFERENCE.match(line.text):
        state.lines.append(line)


def _in_html(state: _State) -> bool:
    return bool(state.lines) and _HTML.match(state.lines[0].text) is not None


def _in_open_quotation(state: _State) -> bool:
    """Whether a raw HTML quotation is open: an embed's code may hold blank lines."""
    if not _in_html(state) or not _BLOCKQUOTE.match(state.lines[0].text) or len(state.lines) > _HTML_LINES:
        return False
    return not any("</blockquote" in line.text.lower() for line in state.lines)


def _read_fenced(state: _State, line: _Line) -> None:
    if line.text.strip().startswith(state.fence):
        state.fence = ""
        state.blocks.append(Block(BlockKind.CODE))


def _single(state: _State, kind: BlockKind, line: _Line) -> None:
    _close(state)
    state.kind = kind
    state.lines.append(line)
    _close(state)


def _close(state: _State) -> None:
    lines, kind, marker = state.lines, state.kind, state.marker
    state.lines, state.kind, state.marker = [], BlockKind.TEXT, ""
    if not lines:
        return
    if state.html and state.markdown and kind is BlockKind.TEXT and _HTML.match(lines[0].text):
        state.blocks.extend(state.html("\n".join(line.text for line in lines), lines[0].start))
    elif kind is BlockKind.RULE:
        state.blocks.append(Block(kind))
    else:
        state.blocks.append(_block(state, lines, kind, marker))


def _block(state: _State, lines: list[_Line], kind: BlockKind, marker: str) -> Block:
    if len(lines) == 1 and is_bare(lines[0].text):
        return Block(kind, lines[0].text, quote=state.quote, marker=marker, offsets=[(0, lines[0].start)])
    joined = _Joined(lines)
    if is_bare(joined.text):
        return Block(kind, joined.text, quote=state.quote, marker=marker, offsets=joined.offsets())
    read = read_inline(joined.text, markdown=state.markdown, refs=state.refs)
    for anchor in read.anchors:
        if anchor.source:
            anchor.source = (joined.source(anchor.source[0]), joined.source(anchor.source[1]))
    if read.image and not read.text.strip():
        kind = BlockKind.IMAGE
    return Block(
        kind,
        read.text,
        read.anchors,
        quote=state.quote,
        styled=read.styled,
        marker=marker,
        offsets=sorted(_places(read, joined)),
    )


def _places(read: Inline, joined: _Joined) -> Iterator[tuple[int, int]]:
    """Places of the text with their places in the source: at each piece, and at each line."""
    for (place, there), (end, _) in pairwise([*read.offsets, (len(read.text), 0)]):
        yield place, joined.source(there)
        cut = read.text.find("\n", place, end)
        while cut >= 0:
            yield cut + 1, joined.source(there + cut + 1 - place)
            cut = read.text.find("\n", cut + 1, end)

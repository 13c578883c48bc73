"""Markdown within a line: links, emphasis, escapes, entities; and bare URLs in any text."""

import re
from dataclasses import dataclass, field
from html import unescape

from archiver.extract.blocks import Anchor

__all__ = ["Inline", "is_bare", "read_inline", "trim_url"]

# Every repetition is bounded or possessive, so that no line can take more than linear time.
# No possessive groups, here and elsewhere: Python before 3.11.5 matches them wrongly (CPython issue 106052).
_URL = r"https?://(?:[^\s<>\"`\\\[\]]|\\[_*~&#]){1,4000}"
_DESTINATION = r"(?:<(?P<angle>[^<>\n]{0,4000}+)>|(?P<plain>(?:[^\s()\\]|\\.|\([^\s()]{0,500}\)){0,4000}))"
_TITLE = r"(?:\s{1,9}+(?:\"[^\"]{0,500}+\"|'[^']{0,500}+'|\([^()]{0,500}+\)))?"
_LABEL = r"(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}+\]){0,4000}"
_MARKDOWN = re.compile(
    # Text that went through two converters has its underscores escaped twice.
    r"\\(?:\\(?=_))?(?P<escaped>[!-/:-@\[-`{-~])"
    rf"|!\[(?P<alt>{_LABEL})\]\(\s{{0,9}}+(?:<[^<>\n]{{0,4000}}+>|[^\s()]{{0,4000}}+){_TITLE}\s{{0,9}}+\)"
    rf"|\[(?P<label>{_LABEL})\]\(\s{{0,9}}+{_DESTINATION}{_TITLE}\s{{0,9}}+\)"
    rf"|\[(?P<text>{_LABEL})\]\[(?P<ref>[^\[\]]{{0,200}}+)\]"
    r"|<(?P<auto>https?://[^\s<>]{1,4000}+)>"
    rf"|(?P<bare>{_URL})"
    r"|(?P<ticks>`{1,9}+)(?P<code>[^`]{1,4000}+)(?P=ticks)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});)"
    r"|<a\s[^<>]{0,500}?\bhref\s*=\s*[\"']?(?P<href>[^\"'\s<>]{0,4000}+)[\"']?[^<>]{0,500}+>"
    r"(?P<words>(?:[^<]|<(?!/?a\b)){0,1000})</a>"
    r"|(?P<tag></?[a-zA-Z][^<>]{0,500}+>)"
    r"|(?P<star>\*{1,3}+)|(?P<under>(?<!\w)_{1,3}+(?=\w)|(?<=[^\W_])_{1,3}+(?!\w)|(?<=[.!?\"”’)])_{1,3}+(?!\w))",
    re.DOTALL,
)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_HANDLE_CHARS = 70
_HANDLE_BEGUN, _HANDLE_ENDED = re.compile(r"[(（]\s?@[\w.@-]{0,60}$"), re.compile(r"[\w.@-]{0,60}\s?[)）]")
#: What any of them begins with. Only such alternatives let the engine pass over all else at once.
_SIGN = re.compile(r"\\|!|\[|<|http|`|&|\*|_")
_PLAIN = re.compile(rf"<(?P<auto>https?://[^\s<>]{{1,4000}}+)>|(?P<bare>{_URL})")


@dataclass(slots=True)
class Inline:
    """A line read: its text without marks, its links, and where each piece came from."""

    text: str
    anchors: list[Anchor]
    offsets: list[tuple[int, int]]
    styled: bool = False
    image: bool = False


@dataclass(slots=True)
class _Pieces:
    """The text put together so far; `length` is its length."""

    refs: dict[str, str]
    parts: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    offsets: list[tuple[int, int]] = field(default_factory=list)
    length: int = 0
    styled: bool = False
    image: bool = False

    def put(self, text: str, source: int) -> None:
        if text:
            self.offsets.append((self.length, source))
            self.parts.append(text)
            self.length += len(text)

    def link(self, inline: Inline, href: str, source: tuple[int, int], into: int) -> None:
        start = self.length
        self.offsets.extend((start + place, into + there) for place, there in inline.offsets)
        self.parts.append(inline.text)
        self.length += len(inline.text)
        self.styled |= inline.styled
        self.image |= inline.image
        self.anchors.append(Anchor(start, self.length, href, inline.text, source))


def is_bare(text: str) -> bool:
    """Whether nothing in the text can be a mark or a link."""
    return _SIGN.search(text) is None


def read_inline(text: str, *, markdown: bool, refs: dict[str, str] | None = None, start: int = 0) -> Inline:
    """The text of `text` without its marks, and its links.

    `start` is where `text` begins in the source; `refs` are the document's link
    definitions. In plain text (`markdown=False`) only URLs are marks.
    """
    pieces = _Pieces(refs or {})
    pattern, position = (_MARKDOWN if markdown else _PLAIN), 0
    while (token := _next_token(pattern, text, position)) is not None:
        pieces.put(text[position : token.start()], start + position)
        position = _read_token(token, pieces, start)
    pieces.put(text[position:], start + position)
    return Inline("".join(pieces.parts), pieces.anchors, pieces.offsets, pieces.styled, pieces.image)


def _next_token(pattern: re.Pattern[str], text: str, position: int) -> re.Match[str] | None:
    """The next mark or link from a place on."""
    tokens = (pattern.match(text, sign.start()) for sign in _SIGN.finditer(text, position))
    return next(filter(None, tokens), None)


def trim_url(url: str) -> str:
    """A URL found in running text, without the punctuation that belongs to the sentence."""
    while url:
        last = url[-1]
        unbalanced = last in _CLOSING and url.count(last) > url.count(_CLOSING[last])
        if not unbalanced and last not in ".,;:!?'\"*_~”’»…—–":
            break
        url = url[:-1]
    return url


def _read_token(token: re.Match[str], pieces: _Pieces, start: int) -> int:
    """Puts what the token says, and gives where reading goes on.

    A bare URL gives back the punctuation behind it: that is read again as text.
    """
    at, group = start + token.start(), token.groupdict()
    if group.get("bare"):
        url = trim_url(group["bare"])
        plain = _unescaped(url)
        pieces.link(Inline(plain, [], [(0, at)]), plain, (at, at + len(url)), 0)
        return token.start() + len(url)
    if group.get("auto"):
        inline = Inline(group["auto"], [], [(0, at + 1)])
        pieces.link(inline, group["auto"], (at, start + token.end()), 0)
    elif group.get("label") is not None:
        target = group["angle"] if group["angle"] is not None else group["plain"] or ""
        _put_link(token, "label", target, pieces, start)
    elif group.get("href") is not None:
        _put_link(token, "words", unescape(group["href"]), pieces, start)
    elif group.get("text") is not None:
        _put_reference(token, pieces, start)
    else:
        _put_other(group, token, pieces, at)
    return token.end()


def _unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def _put_other(group: dict[str, str | None], token: re.Match[str], pieces: _Pieces, at: int) -> None:
    if group["escaped"] is not None:
        pieces.put(group["escaped"], at + 1)
    elif group["entity"]:
        pieces.put(unescape(group["entity"]), at)
    elif group["code"]:
        pieces.put(group["code"], at + len(group["ticks"] or ""))
    elif group["alt"] is not None:
        pieces.image = True
    elif group["star"] or group["under"]:
        _put_emphasis(token, pieces, at)
    elif group["tag"] and group["tag"].lower().startswith("<br"):
        pieces.put("\n", at)


def _put_emphasis(token: re.Match[str], pieces: _Pieces, at: int) -> None:
    text, begin, end = token.string, token.start(), token.end()
    is_alone = (begin == 0 or text[begin - 1].isspace()) and (end == len(text) or text[end].isspace())
    if is_alone or (token["under"] and _is_of_handle(text, begin, end)):
        pieces.put(token[0], at)
    else:
        pieces.styled = True


def _is_of_handle(text: str, begin: int, end: int) -> bool:
    """Whether underscores begin or end the name in `(@_name_)`, where another one is another account."""
    before, behind = text[max(begin - _HANDLE_CHARS, 0) : begin], text[end : end + _HANDLE_CHARS]
    return _HANDLE_BEGUN.search(before) is not None and _HANDLE_ENDED.match(behind) is not None


def _put_link(token: re.Match[str], name: str, target: str, pieces: _Pieces, start: int) -> None:
    inner = read_inline(token[name], markdown=True, refs=None, start=0)
    href = unescape(_unescaped(target))
    pieces.link(inner, href, (start + token.start(), start + token.end()), start + token.start(name))


def _put_reference(token: re.Match[str], pieces: _Pieces, start: int) -> None:
    target = pieces.refs.get((token["ref"] or token["text"]).strip().casefold())
    if target is None:
        pieces.put(token[0], start + token.start())
    else:
        _put_link(token, "text", target, pieces, start)

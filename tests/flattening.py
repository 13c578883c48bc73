"""Real pages made into what republishers make of them: text, Markdown, a PDF.

Links lose their target or vanish, markup goes, paragraphs stay. Scripts, menus hidden from
readers and templates are left out; nothing else is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from archiver.extract import extract
from archiver.extract.markup import names_of
from archiver.model.records import Document
from archiver.model.states import MentionKind

_SKIPPED = names_of(
    "script style noscript template head svg iframe select textarea button canvas math option audio video object"
)
_BLOCKS = names_of(
    "p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote section article aside header footer main figure figcaption"
    " table tbody thead tr td th caption form fieldset pre address details summary body nav center hr"
)
_OPEN = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_LINKS = re.compile(r"(?:\s*(?:https?://)?(?:pic\.(?:twitter|x)\.com|t\.co)/\w+)+\s*$")


@dataclass(frozen=True)
class Flat:
    """One page, flattened. `posts` are the claims whose attribution line survived."""

    page: str
    posts: tuple
    text: str
    markdown: str
    html: str


def flat_page(name, markup, url=None):
    """The page flattened; None where no X post of it leaves an attribution line."""
    if b"twitter-" not in markup:
        return None
    extraction = extract(Document(name, markup, "text/html", url=url))
    claims = [m.claim for m in extraction.mentions if m.kind is MentionKind.EMBED and m.platform == "x" and m.claim]
    body = BeautifulSoup(markup, "lxml").body
    if body is None or not claims:
        return None
    plain = list(_paragraphs(body, markdown=False))
    text = "\n\n".join(plain)
    posts = tuple(claim for claim in claims if is_signed(claim, text))
    html = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in plain)
    return Flat(
        name,
        posts,
        text,
        "\n\n".join(_paragraphs(body, markdown=True)),
        f"<!doctype html><meta charset=utf-8>{html}",
    )


def is_signed(claim, text):
    """Whether the text holds the claim's attribution: handle and date, side by side."""
    return bool(claim.handle and claim.date_text) and f"(@{claim.handle}) {folded(claim.date_text)}" in folded(text)


def folded(text):
    """White space folded."""
    return " ".join((text or "").split())


def words(text):
    """What is compared: white space folded, without the links that hang behind the words."""
    return _LINKS.sub("", folded(text))


@dataclass
class Score:
    """How many posts there were and in how many of them each part is exact; what was found beside them."""

    posts: int = 0
    found: int = 0
    names: int = 0
    texts: int = 0
    extra: int = 0
    near: int = 0

    def add(self, claims, mentions):
        """Takes one page: the claims that survived, and the mentions of what was made of it."""
        left = [m.claim for m in mentions if m.kind is MentionKind.FLATTENED and m.platform == "x"]
        for claim in claims:
            self.posts += 1
            same = [c for c in left if (c.handle, c.date) == (claim.handle, claim.date)]
            if not same:
                continue
            best = next((c for c in same if words(c.text) == words(claim.text)), same[0])
            left.remove(best)
            self.found += 1
            self.names += folded(best.name) == folded(claim.name)
            exact = words(best.text) == words(claim.text)
            self.texts += exact
            self.near += exact or any(words(other) == words(claim.text) for other in best.alternatives)
        self.extra += len(left)

    def row(self):
        """(posts, recall with exact handle and date, names, texts, texts or an alternative, beside them)."""
        count = max(self.posts, 1)
        return (
            self.posts,
            *(round(n / count, 4) for n in (self.found, self.names, self.texts, self.near)),
            self.extra,
        )


def _paragraphs(root: Tag, *, markdown: bool) -> Iterator[str]:
    for part in "".join(_pieces(root, markdown=markdown)).split("\0"):
        text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", part)).strip()
        if text.strip("-# \n"):
            yield text


def _pieces(root: Tag, *, markdown: bool) -> Iterator[str]:
    stack = [(root, iter(root.contents))]
    while stack:
        tag, rest = stack[-1]
        node = next(rest, None)
        if node is None:
            stack.pop()
            yield _closing(tag, markdown=markdown)
        elif isinstance(node, Tag) and node.name not in _SKIPPED:
            yield _opening(node, markdown=markdown)
            stack.append((node, iter(node.contents)))
        elif type(node) is NavigableString:
            text = re.sub(r"[ \t\r\n\f]+", " ", node)
            yield re.sub(r"([\\`*_\[\]<>!])", r"\\\1", text) if markdown else text


def _opening(tag: Tag, *, markdown: bool) -> str:
    if tag.name == "br":
        return "\n"
    if tag.name == "img":
        alt = str(tag.get("alt") or "")
        return alt if 0 < len(alt) <= 8 and not alt.isascii() else ""
    block = "\0" if tag.name in _BLOCKS else ""
    if tag.name == "li":
        return f"{block}- "
    if not markdown:
        return block
    if re.fullmatch("h[1-6]", tag.name):
        return f"{block}{'#' * int(tag.name[1])} "
    if tag.name == "hr":
        return f"{block}---"
    return block + ("[" if tag.name == "a" and tag.has_attr("href") else _OPEN.get(tag.name, ""))


def _closing(tag: Tag, *, markdown: bool) -> str:
    if markdown and tag.name == "a" and tag.has_attr("href"):
        return "](#)"
    return "\0" if tag.name in _BLOCKS else _OPEN.get(tag.name, "") if markdown else ""

"""What the platform files share: numbers in odd bases, times in ids, and tolerant reading.

Pure, and never raises on bad input: what can't be read is None.
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from bs4.exceptions import ParserRejectedMarkup

from archiver.model.records import Claim
from archiver.model.states import Availability
from archiver.platforms._shallow import ShallowBuilder
from archiver.platforms.base import Answer, Reading

__all__ = [
    "attr",
    "blockquote_claim",
    "dig",
    "from_base36",
    "from_base64url",
    "instant_from_ms",
    "instant_from_text",
    "items",
    "last_link",
    "number_at",
    "outermost",
    "paragraphs",
    "parse_html",
    "parse_json",
    "refusal",
    "shown_text",
    "snowflake_time",
    "text_at",
    "tid_time",
    "unclear",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TID = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
#: What these answers say, they say of us or of the server, never of the post.
_REFUSALS = {
    403: (Availability.BLOCKED, "HTTP 403: we are refused"),
    408: (Availability.UNREACHABLE, "HTTP 408: the server gave up waiting"),
    425: (Availability.RATE_LIMITED, "HTTP 425: too early"),
    429: (Availability.RATE_LIMITED, "HTTP 429: too many requests"),
    999: (Availability.BLOCKED, "HTTP 999: request denied"),
}

_BLOCKS = frozenset(
    ("article", "blockquote", "div", "figcaption", "h1", "h2", "h3", "h4", "li", "ol", "p", "section", "ul")
)
_SILENT = frozenset(("script", "style", "template", "noscript", "svg", "iframe", "head"))
_REDIRECTS, _SERVER_ERRORS = range(300, 400), range(500, 600)
#: No emoji is longer (families of four, with skin tones and joiners).
_EMOJI_CHARS = 16
_DASH = re.compile(r"(?:^|(?<=\s))(?:--|[—–―-])\s")
_ATTRIBUTION = re.compile(r"^[\s—–―-]*(?P<name>.*)\(\s*@(?P<handle>[^()\s@]{1,253})\s*\)\s*(?P<date>.*)$", re.DOTALL)

# --- numbers and times in ids -------------------------------------------------------------


def from_base36(text: str) -> int | None:
    """The number that base-36 digits (either case) write."""
    return int(text, 36) if re.fullmatch(r"[0-9a-zA-Z]{1,20}", text) else None


def from_base64url(text: str) -> int | None:
    """The big-endian number that base64url digits write, six bits each (`A` is 0)."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        return None
    padded = "A" * (-len(text) % 4) + text
    try:
        return int.from_bytes(urlsafe_b64decode(padded), "big")
    except binascii.Error:
        return None


def instant_from_ms(ms: int) -> datetime | None:
    """The instant `ms` milliseconds after the Unix epoch; None outside the years 1–9999."""
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return None


def snowflake_time(post_id: str, *, shift: int, epoch_ms: int) -> datetime | None:
    """The instant in a decimal id: `(id >> shift) + epoch_ms` milliseconds; None above 63 bits."""
    if not re.fullmatch(r"[0-9]{1,20}", post_id):
        return None
    number = int(post_id)
    return instant_from_ms((number >> shift) + epoch_ms) if number < 1 << 63 else None


def tid_time(tid: str) -> datetime | None:
    """The instant in an AT Protocol TID: 53 bits of microseconds, then a 10-bit clock id.

    The client sets it, so it is a claim, not a proof.
    """
    if not _TID.fullmatch(tid):
        return None
    number = 0
    for digit in tid:
        number = number * 32 + _TID_ALPHABET.index(digit)
    try:
        return _EPOCH + timedelta(microseconds=number >> 10)
    except OverflowError:
        return None


def instant_from_text(text: object) -> datetime | None:
    """The aware UTC instant of an ISO 8601 text with a zone; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


# --- answers -------------------------------------------------------------------------------


def parse_json(body: bytes | str) -> Any:
    """The JSON value in `body`, or None if it is none (too deep, too long a number, HTML …)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def parse_html(markup: bytes | str) -> BeautifulSoup:
    """The page or fragment in `markup`; an empty one if it can't be parsed.

    Bytes are read in the charset that they declare, as UTF-8 where that is no charset.
    """
    if isinstance(markup, str):
        return _parsed(markup.encode("utf-8", "replace"), "utf-8")
    return _parsed(markup, None)


def _parsed(markup: bytes, charset: str | None) -> BeautifulSoup:
    # Beautiful Soup would warn of a text without tags and of an XML prolog.
    markup = markup.replace(b"<?xml", b"<?-xml") if b"<" in markup else markup + b"<!-- -->"
    try:
        return BeautifulSoup(markup, builder=ShallowBuilder(), from_encoding=charset)
    except (ParserRejectedMarkup, AssertionError):
        return BeautifulSoup("", "lxml")
    except ValueError:
        # A declared charset with a control character in its name.
        return BeautifulSoup("", "lxml") if charset else _parsed(markup, "utf-8")


def dig(value: Any, *path: str | int) -> Any:
    """The value at `path` inside decoded JSON, or None where the path ends early."""
    for key in path:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return None
    return value


def text_at(value: Any, *path: str | int) -> str | None:
    """The non-empty string at `path` inside decoded JSON, or None."""
    found = dig(value, *path)
    return found if isinstance(found, str) and found.strip() else None


def number_at(value: Any, *path: str | int) -> int | None:
    """The positive number at `path` inside decoded JSON, as an integer, or None."""
    found = dig(value, *path)
    fits = isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < 1 << 53
    return int(found) if fits else None


def items(value: Any, *path: str | int) -> list[Any]:
    """The list at `path` inside decoded JSON, [] where there is none."""
    found = dig(value, *path)
    return found if isinstance(found, list) else []


def refusal(answer: Answer) -> Reading | None:
    """The reading of an answer that teaches nothing about the post; None if it may teach.

    No response, 403, 408, 425, 429, 999, every 5xx and a redirect that was not followed.
    A platform that gives one of them a meaning of its own looks before it asks this.
    """
    status = answer.status
    if status is None:
        return Reading(Availability.UNREACHABLE, "no response")
    if any(name.lower() == "cf-mitigated" for name, _ in answer.headers):
        return Reading(Availability.BLOCKED, f"HTTP {status}: a challenge page (cf-mitigated)")
    if status in _REFUSALS:
        return Reading(*_REFUSALS[status])
    if status in _SERVER_ERRORS:
        return Reading(Availability.SERVER_ERROR, f"HTTP {status}")
    return unclear(f"HTTP {status}: a redirect that leads nowhere") if status in _REDIRECTS else None


def unclear(evidence: str) -> Reading:
    """Nothing can be concluded."""
    return Reading(Availability.UNCLEAR, evidence)


# --- markup ----------------------------------------------------------------------------------


def attr(tag: Tag, name: str) -> str:
    """The attribute's text, stripped; "" where there is none."""
    return " ".join(value for value in tag.get_attribute_list(name) if value).strip()


def last_link(tag: Tag, accepts: Callable[[str], object]) -> str | None:
    """The last `href` below `tag` that `accepts` finds something in: the permalink of a blockquote."""
    hrefs = (attr(link, "href") for link in reversed(tag.find_all("a", href=True)))
    return next((href for href in hrefs if accepts(href)), None)


def shown_text(tag: Tag, *, without: Sequence[Tag] = (), newlines: bool = False) -> str:
    """The text as a browser shows it: folded blanks, `<br>` and blocks as line breaks, emoji images as text.

    `without` are descendants to leave out. `newlines` keeps the line breaks of the source,
    for widgets that write a post's own ones there. Linear in the size of `tag`.
    """
    blanks = r"[ \t\r\f]+" if newlines else r"[ \t\n\r\f]+"
    left_out = frozenset(map(id, without))
    text = "".join(re.sub(blanks, " ", piece) if raw else piece for raw, piece in _pieces(tag, left_out))
    text = re.sub(r" {2,}", " ", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", text)).strip(" \n")


def paragraphs(tag: Tag) -> list[Tag]:
    """The paragraphs below `tag`, as `outermost` finds them."""
    return outermost(tag, "p")


def outermost(tag: Tag, name: str) -> list[Tag]:
    """The elements of a name below `tag`, in reading order, without those inside another: no text twice, and linear."""
    found: list[Tag] = []
    stack: list[Iterator[PageElement]] = [iter(tag.contents)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif isinstance(node, Tag):
            if node.name == name:
                found.append(node)
            else:
                stack.append(iter(node.contents))
    return found


def blockquote_claim(tag: Tag, *, newlines: bool = False) -> Claim:
    """What a widget's blockquote says of its post: `<p>TEXT</p>— NAME (@handle) <a>DATE</a>`.

    The handle is the last `(@…)`, because a name may hold parentheses and another `@`.
    `lang` is that of the text. Fields that the markup doesn't give are None.
    """
    body = [p for p in paragraphs(tag) if not re.match(r"\s*(?:--|[—–―-]).*\(\s*@", p.get_text(), re.DOTALL)]
    said = _ATTRIBUTION.match(shown_text(tag, without=body))
    name = said["name"].strip() if said else ""
    text = "\n\n".join(filter(None, (shown_text(p, newlines=newlines) for p in body)))
    if not body:
        text, name = _split_at_dash(name)
    return Claim(
        name=name or None,
        handle=said["handle"] if said else None,
        text=text or None,
        date_text=(said["date"].split("\n")[0].strip() or None) if said else None,
        lang=next((lang for p in body if (lang := attr(p, "lang"))), None),
    )


def _split_at_dash(text: str) -> tuple[str, str]:
    dashes = list(_DASH.finditer(text))
    last = next((dash for dash in reversed(dashes) if dash[0].strip() == "—"), dashes[-1] if dashes else None)
    return (text[: last.start()].strip(), text[last.end() :].strip()) if last else ("", text)


def _pieces(tag: Tag, left_out: frozenset[int]) -> Iterator[tuple[bool, str]]:
    """(whether it is source text, the piece), in reading order; no recursion, so no depth limit."""
    stack: list[Iterator[PageElement | str]] = [iter(tag.contents)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif isinstance(node, Tag):
            if node.name in _SILENT or id(node) in left_out:
                continue
            around = "\n\n" if node.name in _BLOCKS else ""
            yield False, around or _in_place_of(node)
            stack.append(iter((*node.contents, around)))
        elif type(node) is NavigableString:
            yield True, node
        elif type(node) is str:
            yield False, node


def _in_place_of(tag: Tag) -> str:
    if tag.name == "br":
        return "\n"
    alt = attr(tag, "alt") if tag.name == "img" else ""
    return alt if alt and not alt[0].isascii() and len(alt) <= _EMOJI_CHARS else ""

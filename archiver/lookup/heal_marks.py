"""What a healed page carries so that it can be taken back: the original of each stretch, in a comment beside it.

A healed stretch is `<!--archiver:healed 1 DIGEST PAGE ORIGINAL-->…<!--/archiver:healed-->`: the
digests of the original stretch and of the original page, and the stretch itself in base64, in
which nothing can end a comment. A decorated link has one attribute more, which tells how long
the decoration is, and holds the beginnings of its digest and of the page's.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from archiver.lookup.heal_page import Page
from archiver.model.digests import Digest, sha256
from archiver.model.errors import InputUnreadable

__all__ = ["Undone", "decoration", "has_marks", "region", "undo_marks"]

_BEGIN, _END = "<!--archiver:healed", "<!--/archiver:healed-->"
_REGION = re.compile(
    rf"{_BEGIN} 1 (sha256:[0-9a-f]{{64}}) (sha256:[0-9a-f]{{64}}) ([A-Za-z0-9+/]*={{0,2}})-->(.*?){_END}", re.DOTALL
)
_LINK = "data-archiver-link"
_DECORATION = re.compile(rf' {_LINK}="([0-9]{{1,5}})-([0-9a-f]{{16}})-([0-9a-f]{{16}})"')
_CHECK_DIGITS = 16
_NEXT_STEP = "Take the original page; or restore the healed one as `archiver heal` wrote it."


@dataclass(frozen=True, slots=True)
class Undone:
    """A page without what healing put into it.

    `exact` says that it is the page that was healed, byte for byte; False where something
    else of it was changed since (each stretch is the original one all the same).
    """

    body: bytes
    regions: int = 0
    links: int = 0
    exact: bool = True


def has_marks(page: Page) -> bool:
    """Whether the page was healed before."""
    return any(mark in page.text for mark in (_BEGIN, _END, _LINK))


def region(page: Page, original: str, markup: str, whole: Digest) -> str:
    """What takes the place of a stretch of the page; `whole` is the digest of the original page."""
    data = page.bytes_of(original)
    return f"{_BEGIN} 1 {sha256(data)} {whole} {b64encode(data).decode()}-->{markup}{_END}"


def decoration(attributes: str, whole: Digest) -> str:
    """Attributes of a link, with the one that lets them be taken out again. ASCII, each begins with a blank."""
    return f' {_LINK}="{len(attributes)}-{_check(attributes)}-{_short(whole)}"{attributes}'


def undo_marks(page: Page) -> Undone:
    """The original page. Raises InputUnreadable where a mark does not fit what it marks."""
    wholes: set[str] = set()
    parts: list[str] = []
    place = regions = 0
    for found in _REGION.finditer(page.text):
        parts += (page.text[place : found.start()], _original(page, found))
        wholes.add(_short(Digest.parse(found[2])))
        place, regions = found.end(), regions + 1
    text = "".join((*parts, page.text[place:]))
    if _BEGIN in text or _END in text:
        raise InputUnreadable(
            "the page carries the marks of a healing, and they were cut or changed", next_step=_NEXT_STEP
        )
    text, links = _without_decorations(text, wholes)
    body = page.whole(text)
    return Undone(body, regions, links, exact=wholes <= {_short(sha256(body))})


def _original(page: Page, found: re.Match[str]) -> str:
    data = b64decode(found[3])
    if not Digest.parse(found[1]).matches(data):
        raise InputUnreadable("an original in the page does not have its digest: it was changed", next_step=_NEXT_STEP)
    return data.decode(page.codec, "surrogatepass")


def _without_decorations(text: str, wholes: set[str]) -> tuple[str, int]:
    parts: list[str] = []
    place = links = 0
    for found in _DECORATION.finditer(text):
        end = found.end() + int(found[1])
        if found.start() >= place and _check(text[found.end() : end]) == found[2]:
            parts.append(text[place : found.start()])
            wholes.add(found[3])
            place, links = end, links + 1
    return "".join((*parts, text[place:])), links


def _check(attributes: str) -> str:
    return _short(sha256(attributes.encode("utf-8", "surrogatepass")))


def _short(digest: Digest) -> str:
    return digest.hex[:_CHECK_DIGITS]

"""MHTML (RFC 2557): a page and its parts in one file, as browsers and office programs save it."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from html import escape

from archiver.model.errors import InputUnreadable

__all__ = ["SavedPage", "read_mhtml"]

_WANTED = ("text/html", "application/xhtml+xml")
#: Each part costs memory beyond its bytes; saved pages have some hundreds.
_MOST_PARTS = 20_000
_MOST_DEPTH = 50
_WEB = re.compile(r"https?://[^\s<>\"']{1,4000}", re.IGNORECASE)
_CID = re.compile(rb"cid:([^\"'\s<>&]{1,500})")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The root of an MHTML file: its bytes, decoded from their transfer encoding, and where it was saved from."""

    body: bytes
    media_type: str
    charset: str | None
    location: str | None
    notes: tuple[str, ...] = ()


def read_mhtml(body: bytes, name: str) -> SavedPage:
    """The root part of an MHTML file; frames in it lead to their own addresses again.

    The root is the part that `start` names, else the first (RFC 2387 §3.2); of
    alternatives, the HTML one. Raises InputUnreadable if no part holds a text.
    """
    body, notes = _bounded(body)
    try:
        message = email.message_from_bytes(body, policy=email.policy.compat32)
        parts = list(_parts(message))
        root = _root(message) or next((part for part in parts if part.get_content_type() in _WANTED), None)
        root = root or next((part for part in parts if part.get_content_type() == "text/plain"), None)
        page = root.get_payload(decode=True) if root is not None else None
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        # The standard parser was made for mail that keeps to the rules.
        raise InputUnreadable(f"{name} is no readable MHTML file ({type(error).__name__})") from None
    if root is None or not isinstance(page, bytes) or not page.strip():
        raise InputUnreadable(f"{name} is an MHTML file without a page in it")
    return SavedPage(
        body=_framed(page, parts),
        media_type="text/plain" if root.get_content_type() == "text/plain" else "text/html",
        charset=_charset(root),
        location=_location(root) or _web(message["Snapshot-Content-Location"]) or _location(message),
        notes=notes,
    )


def _bounded(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    starts = re.finditer(rb"\n--", body)
    for count, found in enumerate(starts):
        if count >= _MOST_PARTS:
            return body[: found.start()], (f"only the first {_MOST_PARTS} parts were read",)
    return body, ()


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are not containers, in their order."""
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        children = _children(part)
        if children and depth < _MOST_DEPTH:
            waiting.extend((child, depth + 1) for child in reversed(children))
        elif not children:
            yield part


def _children(message: Message) -> list[Message]:
    payload = message.get_payload() if message.is_multipart() else None
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _root(message: Message) -> Message | None:
    """The HTML part that the container presents first."""
    for _ in range(_MOST_DEPTH):
        children = _children(message)
        if not children:
            return message if message.get_content_type() in _WANTED else None
        if message.get_content_type() == "multipart/alternative":
            # The best alternative comes last (RFC 2046 §5.1.4).
            message = next((part for part in reversed(children) if _holds_html(part)), children[0])
        else:
            start = message.get_param("start")
            named = (part for part in children if start and part["Content-ID"] == start)
            message = next(named, children[0])
    return None


def _holds_html(message: Message) -> bool:
    return any(part.get_content_type() in _WANTED for part in _parts(message))


def _charset(part: Message) -> str | None:
    charset = part.get_content_charset()
    # Some programs write it so where they do not know; the page's own meta tag knows better.
    return None if charset in (None, "us-ascii") else charset


def _location(part: Message) -> str | None:
    return _web(part["Content-Location"]) or _web(part["Content-Base"])


def _web(value: object) -> str | None:
    # A header that holds raw bytes is a Header object, and long addresses are folded over lines.
    text = re.sub(r"\s+", "", str(value)) if value is not None else ""
    return text if _WEB.fullmatch(text) else None


def _framed(page: bytes, parts: list[Message]) -> bytes:
    """The page with the addresses of its frames in place of the parts that hold their copies.

    A widget is a frame: without its address, the post in it could not be told.
    """
    found = {
        str(part["Content-ID"]).strip().strip("<>").encode("utf-8", "replace"): address
        for part in parts
        if part["Content-ID"] is not None and part.get_content_type() in _WANTED and (address := _location(part))
    }
    if not found:
        return page
    return _CID.sub(lambda cid: escape(found[cid[1]]).encode() if cid[1] in found else cid[0], page)

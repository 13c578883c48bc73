"""What a demo site is asked and what it answers: plain records, no sockets.

A handler is a pure function `Request -> Reply`; how badly a reply is delivered (late,
never, cut, reset) is part of the reply, so that one server can play every misfortune.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import brotlicffi as brotli
import zstandard

__all__ = ["Delivery", "Handler", "Reply", "Request", "encoded", "html", "json_reply", "redirect", "text"]


class Delivery(StrEnum):
    """How the bytes of a reply leave the server."""

    WHOLE = "whole"
    CHUNKED = "chunked"
    #: The connection is reset (RST) where the head should begin.
    RESET = "reset"
    #: Declares the whole length, sends half of the body, closes.
    SHORT = "short"
    #: Sends nothing, for ever.
    SILENT = "silent"
    #: Sends the head and the first half of the body, then nothing, for ever.
    STALLED = "stalled"
    #: Chunk after chunk of the body, for ever.
    ENDLESS = "endless"
    #: Sends the head, then a byte of the body now and then.
    DRIP = "drip"
    #: Interim responses (103), for ever.
    HINTS = "hints"
    #: Bytes that are not HTTP.
    GARBAGE = "garbage"
    #: Switches to WebSocket and echoes every message.
    WEBSOCKET = "websocket"


@dataclass(frozen=True)
class Request:
    """One request as it arrived; `target` is the request line's, `host` has no port.

    `like_a_browser` is what a site's firewall reads off the TLS handshake.
    """

    scheme: str
    host: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    like_a_browser: bool = False

    @cached_property
    def path(self) -> str:
        """The decoded path, without the query."""
        return unquote(urlsplit(self.target).path) or "/"

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The non-empty parts of the decoded path."""
        return tuple(part for part in self.path.split("/") if part)

    @cached_property
    def query(self) -> dict[str, str]:
        """The decoded query parameters; the last of equal names wins."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def header(self, name: str) -> str:
        """The first header called `name` (any case), or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. The server adds Date, Content-Length and, for text, Content-Encoding.

    `ranges` lets a `Range` header select a part; `cross_origin` lets any page read it.
    `coding` (`gzip`, `br`, `zstd`) is what the site likes best; gzip where a client knows
    no other, nothing where it knows none; one that `insists` sends it unasked, as some do.
    """

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE
    delay_s: float = 0.0
    ranges: bool = False
    cross_origin: bool = False
    compress: bool = True
    coding: str = "gzip"
    insists: bool = False
    #: What Content-Length says in place of the truth; with ENDLESS there is then no chunked coding.
    declared_bytes: int | None = None


Handler = Callable[[Request], Reply]


def html(page: str, status: int = 200) -> Reply:
    """An HTML page in UTF-8."""
    return Reply(page.encode(), status=status)


def text(words: str, status: int = 200) -> Reply:
    """A plain-text answer in UTF-8."""
    return Reply(words.encode(), "text/plain; charset=utf-8", status)


def json_reply(value: Any, status: int = 200) -> Reply:
    """A JSON answer that pages of other origins may read."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(body, "application/json; charset=utf-8", status, cross_origin=True)


def redirect(location: str, status: int = 302) -> Reply:
    """A redirect with a body, as real servers send it."""
    page = f'<html><head><title>Moved</title></head><body>Moved <a href="{location}">here</a>.</body></html>\n'
    return Reply(page.encode(), status=status, headers=(("Location", location),))


@lru_cache(maxsize=4096)
def encoded(body: bytes, coding: str) -> bytes:
    """`body` in a content coding; the same bytes every time. KeyError for an unknown one."""
    return _CODINGS[coding](body)


_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, compresslevel=5, mtime=0),
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
}

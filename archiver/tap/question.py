"""The head of a GET of our own: logged out, with what a client that asks for pages says of itself."""

import re
from collections.abc import Sequence

from archiver.model.urls import Url
from archiver.tap.head import Request

__all__ = ["Form", "own_request"]

Fields = Sequence[tuple[str, str]]

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8"
_USUAL: Fields = (
    ("Accept", _ACCEPT),
    ("Accept-Language", "en,*;q=0.5"),
    ("Accept-Encoding", "gzip, deflate, br"),
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
#: An ask is logged out, and says nothing to a proxy.
_NEVER = frozenset({"cookie", "authorization", "proxy-authorization", "host", "connection", "content-length"})
_DEFAULT_PORT = {"http": 80, "https": 443}


class Form:
    """What every request of one asker says: its name, and to a proxy (`absolute`) the whole URL."""

    def __init__(self, *, user_agent: str, absolute: bool = False, to_proxy: str | None = None) -> None:
        self.usual: Fields = (("User-Agent", user_agent), *_USUAL)
        self.absolute = absolute
        self.to_proxy = to_proxy


def own_request(url: Url, headers: Fields, form: Form) -> Request:
    """The GET for a URL; `headers` stand before the usual ones of the same name.

    Raises ValueError for a header that no logged-out request has, or that is none.
    """
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _NEVER:
            raise ValueError(f"not a header for a logged-out request: {name!r}")
    authority = url.host if url.port is None else f"{url.host}:{url.port}"
    target = f"{url.path}?{url.raw_query}" if url.raw_query else url.path
    uri = f"{url.scheme}://{authority}{target}"
    fields = [("Host", authority), *_joined(headers, form.usual)]
    plain = url.scheme == "http" and form.absolute
    first = f"GET {uri if plain else target} HTTP/1.1"
    recorded = _head(first, fields)
    secret = form.to_proxy if plain else None
    return Request(
        method="GET",
        scheme=url.scheme,
        host=url.host.strip("[]"),
        port=url.port or _DEFAULT_PORT[url.scheme],
        uri=uri,
        sent=_head(first, [*fields, ("Proxy-Authorization", secret)]) if secret else recorded,
        recorded=_head(first, [*fields, ("Proxy-Authorization", "[redacted]")]) if secret else recorded,
        redacted=("Proxy-Authorization",) if secret else (),
        withheld=(secret.encode("latin-1"),) if secret else (),
    )


def _joined(headers: Fields, usual: Fields) -> Fields:
    if not headers:
        return usual
    given = {name.lower() for name, _ in headers}
    return (*headers, *(pair for pair in usual if pair[0].lower() not in given))


def _head(first: str, fields: Fields) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

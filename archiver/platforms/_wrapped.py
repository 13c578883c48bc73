"""URLs inside URLs: players, redirectors, login walls and record endpoints name a post in a parameter."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from archiver.model.urls import Url, absolute, host_in, parse_url

__all__ = ["encoded", "unwrap"]

#: No real link nests deeper; a hostile one could nest thousands of times.
_MAX_DEPTH = 4
_ENCODED_TWICE = re.compile(r"https?%3a", re.IGNORECASE)


def unwrap(url: Url, wrapped: Callable[[Url], str | None], *, hosts: tuple[str, ...]) -> Url | None:
    """The URL that is really meant: `wrapped` names the one inside another, or None.

    None if what is inside is no URL, lies on none of `hosts`, or nests too deep.
    """
    for _ in range(_MAX_DEPTH):
        text = wrapped(url)
        if text is None:
            return url
        inner = parse_url(absolute(f"https://{url.host}/", _decoded(text)) or "")
        if inner is None or not host_in(inner.host, hosts):
            return None
        url = inner
    return None


def encoded(text: str) -> str:
    """`text` as the value of a query parameter."""
    return quote(text, safe="")


def _decoded(text: str) -> str:
    return unquote(text) if _ENCODED_TWICE.match(text) else text

"""The best of the pictures that a page offers in several sizes (`srcset`)."""

import html
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from archiver.model.exchange import Exchange

__all__ = ["better_pictures", "sizes_of"]

#: In a DOM that Chromium wrote out: values in double quotes, `&` escaped.
_SRCSET = re.compile(r'\s(?:image)?srcset="([^"]+)"', re.IGNORECASE)
_BASE = re.compile(r'<base\s(?:[^<>]*\s)?href="([^"]+)"', re.IGNORECASE)
# A list, read piece by piece (WHATWG HTML §4.8.4.3): a URL, and its width or density up to a comma.
_GAP, _URL, _REST = re.compile(r"[\s,]*"), re.compile(r"\S+"), re.compile(r"[^,]*")
_SIZE = re.compile(r"(?:^|\s)(\d+(?:\.\d+)?)[wx](?:\s|$)")


def better_pictures(dom: bytes, url: str, exchanges: Sequence[Exchange], *, most: int) -> tuple[str, ...]:
    """What to fetch beside what the page took: the best of each list of which it took another one.

    `dom` is the page at `url` as the browser wrote it out. At most `most` absolute URLs, in
    the page's order, none of which passed over the wire already. Lists of which nothing was
    taken are for other windows or formats and are left alone.
    """
    if b"srcset=" not in dom:
        return ()
    text = dom.decode("utf-8", "replace")
    base = _BASE.search(text)
    at = urljoin(url, html.unescape(base[1])) if base else url
    taken = {exchange.uri for exchange in exchanges}
    found: dict[str, None] = {}
    for match in _SRCSET.finditer(text):
        candidates = sizes_of(html.unescape(match[1]), at)
        if candidates and not taken.isdisjoint(candidates) and candidates[0] not in taken:
            found.setdefault(candidates[0])
    return tuple(found)[:most]


def sizes_of(srcset: str, base: str) -> tuple[str, ...]:
    """The absolute URLs of one `srcset`, the largest first."""
    found = [(size, _absolute(base, url)) for url, size in _parsed(srcset)]
    ordered = sorted(found, key=lambda pair: pair[0], reverse=True)
    return tuple(url for _size, url in ordered if url.startswith(("http://", "https://")))


def _parsed(srcset: str) -> Iterator[tuple[str, float]]:
    place = _skip(_GAP, srcset, 0)
    while place < len(srcset):
        end = _skip(_URL, srcset, place)
        url, place = srcset[place:end], end
        said = ""
        if not url.endswith(","):
            end = _skip(_REST, srcset, place)
            said, place = srcset[place:end], end
        size = _SIZE.search(said)
        if size or not said.strip():
            yield url.rstrip(","), float(size[1]) if size else 1.0
        place = _skip(_GAP, srcset, place)


def _skip(what: re.Pattern[str], text: str, place: int) -> int:
    found = what.match(text, place)
    return found.end() if found else place


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url).partition("#")[0]
    except ValueError:
        return ""

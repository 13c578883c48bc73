"""URLs: parsing that never raises, one canonical form, and the SURT key of a page.

Hosts are compared label by label. A post is keyed by (platform, case-exact id), never by
a SURT, because SURT folds case and so makes two different Instagram codes one.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, unquote_to_bytes, urljoin, urlsplit

from archiver.model.hosts import ascii_host

__all__ = ["Url", "absolute", "canonical_url", "cdx_key", "host_in", "parse_url", "surt"]

#: Query parameters that only say who clicked where; none of them selects content.
TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_cid|mc_eid|igshid|igsh|yclid|_hsenc|_hsmi|"
    r"ref_src|ref_url|cmpid|ncid|sr_share|wt_mc|spm)",
    re.IGNORECASE,
)
_DEFAULT_PORT = {"http": 80, "https": 443}
# What a URL may hold unescaped in path and query (RFC 3986 pchar, plus "/" and "?").
_SAFE = "!$&'()*+,;=:@/?-._~%[]|"
# What a CDX key leaves unescaped: all that prints, but the two signs of escaping and fragment.
_KEY_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "#%")
_MOST_ESCAPINGS = 3
_BREAKS = re.compile(r"[\t\n\r]")
_TRIMMED = "".join(map(chr, range(0x21)))


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed http(s) URL. `host` is lower-case ASCII (IDNA) without a trailing dot.

    `path` is percent-encoded as given, at least "/"; `segments` are its decoded,
    non-empty parts; `query` the decoded pairs in their order.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    segments: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    raw_query: str
    fragment: str
    text: str

    def param(self, name: str) -> str | None:
        """The first value of a query parameter, or None."""
        return next((value for key, value in self.query if key == name), None)


@lru_cache(maxsize=64)  # a link is parsed to be read, and once more to be identified
def parse_url(text: str) -> Url | None:
    r"""The URL in `text`, or None if it is not an absolute http(s) URL with a host.

    Never raises. Scheme-relative (`//host/…`) counts as https. What is the host is decided as
    a browser does: user information is dropped (`x.com@evil.example` is evil.example), and a
    backslash is a slash (`evil.example\@x.com` is evil.example too). `https:/host` and
    `https:host` are None: what they mean depends on the page they stand in.
    """
    text = _clean(text)
    if text.startswith("//"):
        text = "https:" + text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), ascii_host(parts.netloc)
    if scheme not in _DEFAULT_PORT or not host:
        return None
    path = quote(parts.path, safe=_SAFE, errors="replace") or "/"
    return Url(
        scheme=scheme,
        host=host,
        port=None if port == _DEFAULT_PORT[scheme] else port,
        path=path,
        segments=tuple(unquote(part) for part in path.split("/") if part),
        query=_pairs(parts.query),
        raw_query=quote(parts.query, safe=_SAFE, errors="replace"),
        fragment=parts.fragment,
        text=text,
    )


def host_in(host: str, domains: tuple[str, ...] | frozenset[str]) -> bool:
    """Whether `host` is one of `domains` or below one of them, label by label."""
    labels = host.split(".")
    return any(".".join(labels[n:]) in domains for n in range(len(labels)))


def absolute(base: str | None, reference: str) -> str | None:
    """`reference` made absolute against `base`; None if nothing absolute comes out."""
    try:
        joined = urljoin(base or "", _clean(reference))
    except ValueError:
        return None
    url = parse_url(joined)
    return url.text if url else None


def canonical_url(text: str) -> str | None:
    """The one form under which a page is cited here, or None if `text` is no http(s) URL.

    Lower-case scheme and host, no default port, no user information, no fragment (but
    `#!` fragments, which select content), no tracking parameters; case of path and query
    is kept, and so is the order of the parameters. Idempotent.
    """
    url = parse_url(text)
    if url is None:
        return None
    pairs = [pair for pair in url.raw_query.split("&") if pair and not TRACKING.fullmatch(pair.split("=", 1)[0])]
    query = f"?{'&'.join(pairs)}" if pairs else ""
    fragment = f"#{quote(url.fragment, safe=_SAFE, errors='replace')}" if url.fragment.startswith("!") else ""
    return f"{url.scheme}://{_netloc(url)}{_dots_removed(url.path)}{query}{fragment}"


def surt(text: str) -> str | None:
    """Sort-friendly key: `com,example)/path?a=1`. Scheme, `www.`, case and order fold away.

    The rules are those that the Wayback Machine's CDX server is seen to apply (lower
    case, no default port, no fragment, sorted query, no trailing slash); written here
    anew, because the usual library is AGPL.
    """
    canonical = canonical_url(text)
    return cdx_key(canonical) if canonical else None


def cdx_key(text: str) -> str | None:
    """The SURT of a URL as it was requested: as `surt`, but no parameter is left out.

    Under this key replay tools look a URL up in a CDX index. None if it is no http(s) URL.
    """
    url = parse_url(text)
    if url is None:
        return None
    host = re.sub(r"^www\d*\.(?=.*\.)", "", url.host)
    key = ",".join(reversed(host.split("."))) if not host.startswith("[") else host
    port = f":{url.port}" if url.port else ""
    path = re.sub(r"/{2,}", "/", _folded(_dots_removed(url.path))).rstrip("/") or "/"
    query = "&".join(sorted(_folded(url.raw_query).split("&"))) if url.raw_query else ""
    return f"{key}{port}){path}{'?' + query if query else ''}"


def _folded(text: str) -> str:
    """Lower case, and every escape undone that need not be one: `%2F` and `/` are one key."""
    data = text.encode()
    for _ in range(_MOST_ESCAPINGS):
        data = unquote_to_bytes(data)
    return quote(data, safe=_KEY_SAFE).lower()


def _clean(text: str) -> str:
    # Browsers drop tabs and newlines inside URLs and trim C0 controls and spaces (WHATWG).
    text = _BREAKS.sub("", text).strip(_TRIMMED)
    if not text.isascii():
        # Half a character of UTF-16, as JSON can name it, is read as browsers read it.
        text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return _straightened(text) if "\\" in text or "///" in text[:9] else text


def _straightened(text: str) -> str:
    r"""Backslashes as the slashes that browsers take them for, and no more than two before the host (WHATWG).

    But in a path `\_` stays: it is Markdown's escape in an address (`twitter.com/a\_b/…`), and meant so.
    """
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", text)
    if scheme and scheme[1].lower() not in _DEFAULT_PORT:
        return text
    parts = re.match(
        r"(?P<head>(?:(?P<scheme>https?:)?[/\\]{2,}(?P<host>[^/\\?#]*))?)(?P<path>[^?#]*)", text, re.IGNORECASE
    )
    if parts is None:
        return text
    head, path, rest = "", parts["path"], text[parts.end() :]
    if parts["head"]:
        # What ends the host is a slash in any case, or the host would not end there.
        head, path = f"{parts['scheme'] or ''}//{parts['host']}{path[:1] and '/'}", path[1:]
    return head + re.sub(r"\\(?!_)", "/", path) + rest


def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return tuple((unquote(key.replace("+", " ")), unquote(value.replace("+", " "))) for key, _, value in pairs)


def _netloc(url: Url) -> str:
    return f"{url.host}:{url.port}" if url.port else url.host


def _dots_removed(path: str) -> str:
    """RFC 3986 §5.2.4, on a path that begins with "/"."""
    if "/." not in path:
        return path
    out: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del out[-1:]
        elif part != ".":
            out.append(part)
    slash = "/" if path.endswith(("/.", "/..")) and out and out[-1] else ""
    return "/" + "/".join(out) + slash

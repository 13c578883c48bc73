"""A log-in that somebody lends us: cookies and local storage out of a file, and who may see them.

Two forms are read: the `storage_state` that Playwright saves (JSON), and Netscape's
`cookies.txt`. Nothing in here is ever shown: values have no place in a `repr`, and no error
quotes what a file says.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from archiver.model.urls import Url, parse_url

__all__ = ["Cookie", "Session", "StorageItem", "parse_session", "session_for"]

_HTTP_ONLY = "#HttpOnly_"
#: Domain, whether its subdomains too, path, whether HTTPS only, end (0: none), name, value.
_FIELDS = 7
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None"}


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie (RFC 6265). `domain` has no leading dot; `expires_at_s` is in Unix seconds, None without an end."""

    name: str
    domain: str
    value: str = field(repr=False)
    path: str = "/"
    host_only: bool = False
    secure: bool = False
    http_only: bool = False
    same_site: str | None = None
    expires_at_s: float | None = None

    def is_for_host(self, host: str) -> bool:
        """Whether the host is the cookie's own, or below its domain (§5.1.3)."""
        return host == self.domain or (not self.host_only and host.endswith(f".{self.domain}"))

    def is_for(self, url: Url) -> bool:
        """Whether a request to this address carries it (§5.4)."""
        if self.secure and url.scheme != "https":
            return False
        return self.is_for_host(url.host) and _path_matches(url.path or "/", self.path)


@dataclass(frozen=True, slots=True)
class StorageItem:
    """One item of an origin's local storage."""

    origin: str
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """What logs in. `expired` counts cookies whose end had passed when the file was read: they are left out."""

    cookies: tuple[Cookie, ...] = ()
    storage: tuple[StorageItem, ...] = ()
    expired: int = 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """The domains and hosts that it is for, sorted; nothing secret."""
        origins = (parse_url(item.origin) for item in self.storage)
        return tuple(sorted({cookie.domain for cookie in self.cookies} | {url.host for url in origins if url}))

    @property
    def label(self) -> str:
        """What evidence says of it: the hosts, and no value."""
        return ", ".join(self.hosts)

    def cookies_for(self, url: str) -> tuple[Cookie, ...]:
        """The cookies that a request to this address carries, longest path first (RFC 6265 §5.4)."""
        parsed = parse_url(url)
        found = [cookie for cookie in self.cookies if parsed and cookie.is_for(parsed)]
        return tuple(sorted(found, key=lambda cookie: -len(cookie.path)))


def session_for(hosts: Sequence[str], sessions: Iterable[Session]) -> Session | None:
    """Of all sessions the part that is for one of these hosts; None if there is nothing.

    A cookie is for a host that its own domain matches, an item of local storage for the
    host of its origin.
    """
    given = tuple(sessions)
    cookies = tuple(item for one in given for item in one.cookies if any(map(item.is_for_host, hosts)))
    storage = tuple(item for one in given for item in one.storage if _host(item.origin) in hosts)
    return Session(cookies, storage) if cookies or storage else None


def parse_session(text: str, *, now_s: float) -> Session:
    """The session in a file's text; `now_s` (Unix seconds) decides what has expired.

    Raises ValueError, with a sentence that quotes nothing of the text, where it is in
    neither form, or logs in nowhere.
    """
    cookies, storage = _from_json(text) if text.lstrip()[:1] == "{" else (_from_netscape(text), ())
    if not cookies and not storage:
        raise ValueError("it has no cookies")
    if any(not item.name.isprintable() or not item.value.isprintable() for item in cookies):
        raise ValueError("a cookie holds what no cookie may: a line break, or another control character")
    kept = tuple(item for item in cookies if item.expires_at_s is None or item.expires_at_s > now_s)
    return Session(kept, storage, len(cookies) - len(kept))


# --- Playwright's storage_state --------------------------------------------------------------


def _from_json(text: str) -> tuple[tuple[Cookie, ...], tuple[StorageItem, ...]]:
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it begins like JSON, and is none") from None
    cookies = [_cookie(_object(item)) for item in _list(state.get("cookies"))]
    storage = [
        StorageItem(_word(origin, "origin"), _word(item, "name"), _word(item, "value"))
        for origin in map(_object, _list(state.get("origins")))
        for item in map(_object, _list(origin.get("localStorage")))
    ]
    return tuple(cookies), tuple(item for item in storage if item.value)


def _cookie(item: dict[str, Any]) -> Cookie:
    domain, expires = _word(item, "domain").lower(), item.get("expires", -1)
    if not isinstance(expires, int | float):
        raise ValueError("the end of a cookie is no number")
    return Cookie(
        name=_word(item, "name"),
        domain=_domain(domain),
        value=_word(item, "value"),
        path=_word(item, "path", "/"),
        host_only=not domain.startswith("."),
        secure=item.get("secure") is True,
        http_only=item.get("httpOnly") is True,
        same_site=_SAME_SITE.get(str(item.get("sameSite", "")).lower()),
        expires_at_s=None if expires <= 0 else float(expires),
    )


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("it is JSON, but no storage_state of Playwright")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | None):
        raise ValueError("it is JSON, but no storage_state of Playwright")
    return value or []


def _word(item: dict[str, Any], name: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"it is JSON, but no storage_state of Playwright: {name!r} is missing somewhere")
    return value


# --- Netscape's cookies.txt ------------------------------------------------------------------


def _from_netscape(text: str) -> tuple[Cookie, ...]:
    lines = enumerate(text.lstrip("\ufeff").splitlines(), start=1)
    return tuple(_from_line(line, number) for number, line in lines if _says_something(line))


def _says_something(line: str) -> bool:
    return bool(line.strip()) and (not line.startswith("#") or line.startswith(_HTTP_ONLY))


def _from_line(line: str, number: int) -> Cookie:
    fields = line.removeprefix(_HTTP_ONLY).split("\t")
    if len(fields) != _FIELDS or not _is_number(fields[4]):
        raise ValueError(f"line {number} is none of a cookies.txt, and the file is no JSON either")
    domain, subdomains, path, secure, expires, name, value = fields
    return Cookie(
        name=name,
        domain=_domain(domain.lower()),
        value=value,
        path=path or "/",
        host_only=subdomains.upper() != "TRUE",
        secure=secure.upper() == "TRUE",
        http_only=line.startswith(_HTTP_ONLY),
        expires_at_s=float(expires) if float(expires) > 0 else None,
    )


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _domain(text: str) -> str:
    """The domain without its dot. A cookie of a whole top-level domain would go to everybody."""
    domain = text.strip().removeprefix(".")
    if "." not in domain and domain != "localhost":
        raise ValueError("a cookie has no domain of its own")
    return domain


def _path_matches(path: str, of_cookie: str) -> bool:
    below = path.startswith(of_cookie) and (of_cookie.endswith("/") or path[len(of_cookie) :][:1] == "/")
    return path == of_cookie or below


def _host(origin: str) -> str:
    url = parse_url(origin)
    return url.host if url else ""

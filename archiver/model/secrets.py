"""Secret values, and their places in bytes: each is overwritten by a mark of the very same length.

The length stays so that everything that counts bytes (`Content-Length`, chunk sizes, offsets)
holds afterwards as before.
"""

import base64
import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

__all__ = ["LEAST_COOKIE", "LEAST_TOKEN", "Secrets", "mark", "token_values"]

#: A shorter value of a cookie is no secret that could be found again in a page (`en`, `1`).
LEAST_COOKIE = 8
#: The same for what lies in local storage, which holds much that is none.
LEAST_TOKEN = 16
_MARK = b"REDACTED"
#: What JavaScript's encodeURIComponent leaves as it is, and Python's quote does not.
_UNESCAPED_BY_SCRIPTS = "!'()*"


def mark(length: int) -> bytes:
    """What stands in place of `length` secret bytes: safe in a URL, a header, JSON, HTML and a script."""
    return (_MARK + b"x" * length)[:length]


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secret values in every form in which a page, a URL or a script writes them. Never shown."""

    _forms: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, values: Iterable[str]) -> "Secrets":
        """The forms of these values, the longest first, so that no part of one is left standing."""
        forms = {form for value in values for form in _forms(value) if len(form) >= LEAST_COOKIE}
        return cls(tuple(sorted(forms, key=lambda form: (-len(form), form))))

    def __repr__(self) -> str:
        return f"Secrets({len(self._forms)} forms)"

    def are_in(self, data: bytes) -> bool:
        """Whether any of them stands there."""
        return any(form in data for form in self._forms)

    def out_of(self, data: bytes) -> tuple[bytes, int]:
        """The bytes with every one overwritten, and in how many places."""
        places = 0
        for form in self._forms:
            found = data.count(form)
            if found:
                data = data.replace(form, mark(len(form)))
                places += found
        return data, places

    def out_of_text(self, text: str) -> tuple[str, int]:
        """The same for text."""
        data, places = self.out_of(text.encode("utf-8", "surrogatepass"))
        return (data.decode("utf-8", "surrogatepass"), places) if places else (text, 0)


def token_values(value: str) -> Iterator[str]:
    """What may be secret in an item of local storage: all of it, and each word of it if it is JSON.

    Addresses and sentences are not: what is secret has no spaces, and without it a page
    still finds its own server.
    """
    try:
        inside = json.loads(value)
    except (ValueError, RecursionError):
        inside = None
    words = _words(inside) if isinstance(inside, dict | list | str) else ()
    for word in (value, *words):
        if len(word) >= LEAST_TOKEN and not word.startswith(("http://", "https://")) and len(word.split()) == 1:
            yield word


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words(item)


def _forms(value: str) -> Iterator[bytes]:
    plain = {value, value.strip('"')}
    plain |= {unquote(text) for text in plain} | {unquote_plus(text) for text in plain}
    for text in plain:
        for form in _written(text):
            yield form.encode("utf-8", "surrogatepass")


def _written(text: str) -> Iterator[str]:
    """A text as URLs, JSON, HTML and scripts write it."""
    told = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    escaped = quote(told, safe="")
    yield text
    for form in (escaped, quote(told), quote(told, safe=_UNESCAPED_BY_SCRIPTS), quote_plus(told)):
        yield form
        yield _lower_escapes(form)
        # An address inside an address.
        yield quote(form, safe="")
    for ascii_only in (True, False):
        inside = json.dumps(told, ensure_ascii=ascii_only)[1:-1]
        yield inside
        yield inside.replace("/", "\\/")
        yield _for_scripts(inside)
        yield _for_scripts(inside, digits="X")
    yield from _in_base64(told.encode())
    yield html.escape(told)
    yield html.escape(told, quote=False)
    yield html.escape(told).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")


def _in_base64(data: bytes) -> Iterator[str]:
    """What of it shows in the base64 of a text in which it stands, at any of the three places of a group."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode()
        # The first and the last sign are shared with what stands beside it.
        whole = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _lower_escapes(text: str) -> str:
    parts = text.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


def _for_scripts(text: str, digits: str = "x") -> str:
    """With the signs escaped that must not stand in a script inside a page, in small or capital hexadecimal digits."""
    return "".join(f"\\u{format(ord(sign), f'04{digits}')}" if sign in "<>&='/+" else sign for sign in text)

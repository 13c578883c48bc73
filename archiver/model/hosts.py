"""Host names as a browser understands them, so that nothing else is taken for a platform's.

The rules are those of the WHATWG URL Standard (§4.3, host parsing) as far as the standard
library reaches: percent-escapes are undone, letters that only look like ASCII by
compatibility (full width, ligatures) become it, other scripts become Punycode, dots of
other scripts are dots. `ß`, `ς` and the joiners keep their own names, as browsers have it
since UTS 46 (non-transitional); Python's own codec would make `foßtodon` a `fosstodon`.
"""

import re
import unicodedata
from urllib.parse import unquote

__all__ = ["ascii_host"]

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_LITERAL = re.compile(r"(\[[0-9a-f:.]*:[0-9a-f:.]*\])(?::[0-9]*)?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
#: What the older IDNA folds away and UTS 46 keeps.
_KEPT = re.compile("[ßς\u200c\u200d]")
_MAX_CHARS = 253


def ascii_host(netloc: str) -> str:
    """The host of `user@host:port` in lower-case ASCII, without its trailing dot; "" if no browser could reach it.

    What stands before the last `@` is a user, whatever it looks like. IPv6 keeps its brackets.
    """
    host = netloc.rpartition("@")[2]
    if "[" in host or "]" in host:
        literal = _LITERAL.fullmatch(host.lower())
        return literal[1] if literal else ""
    host = host.partition(":")[0]
    if "%" in host:
        host = unquote(host)
    try:
        name = host.lower() if host.isascii() else _punycoded(host)
    except UnicodeError:
        return ""
    # One dot behind the name is the root of the name space; two are nothing.
    name = name.removesuffix(".")
    return name if len(name) <= _MAX_CHARS and _HOST.fullmatch(name) else ""


def _punycoded(host: str) -> str:
    labels = _DOTS.split(unicodedata.normalize("NFKC", host).lower())
    return ".".join(map(_label, labels))


def _label(label: str) -> str:
    if label.isascii():
        return label
    if _KEPT.search(label):
        return f"xn--{label.encode('punycode').decode('ascii')}"
    return label.encode("idna").decode("ascii").lower()

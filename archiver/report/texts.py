"""Texts that came from strangers, made fit to be printed in HTML, Markdown and CSV.

Whatever is archived may be hostile: it may hold terminal escapes, turn the direction of the text
around it, begin a spreadsheet formula, or pass for markup. Nothing is taken away in silence that a
reader would see: control characters become visible signs.
"""

import re
from datetime import datetime
from urllib.parse import quote

from archiver.model.urls import canonical_url

__all__ = ["cell", "day", "excerpt", "instant_text", "markdown", "markdown_link", "percent", "shown", "web_link"]

#: Line and paragraph separators, C0 and C1 controls, embeddings, overrides and isolates, tags, half surrogates.
_BITES = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
#: Marks that say the direction of signs beside them, and are never seen; without them the text reads the same.
_MARKS = re.compile(r"[\u061c\u200b\u200e\u200f\u2060]")
_PICTURES, _DELETE = 0x2400, 0x7F
#: What a spreadsheet takes for the beginning of a formula, in any width, or drops before it looks.
_FORMULA = re.compile(r"[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]")
#: What means something in the middle of a line of Markdown; tables and our own words stand at the beginnings.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$^{}]|:(?=//)|(?<=www)\.|[@#](?=\w)", re.IGNORECASE)
_ENDING = re.compile(r"[<>|\\\[\]()`*!]")
#: What GitHub's Markdown links even without markup.
_MAIL = re.compile(r"(?<=[\w.+-])@(?=\w)")


def shown(text: str | None) -> str:
    """`text` on one line, with what could bite made visible."""
    flat = re.sub(r"\s+", " ", _MARKS.sub("", text or ""))
    return _BITES.sub(_picture, flat).strip()


def excerpt(text: str | None, most: int) -> str:
    """At most so many characters of `text`, with an ellipsis where something is left out."""
    line = shown((text or "")[: 4 * most])
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def web_link(url: str | None) -> str | None:
    """The address that a link may lead to: http or https, without user information; None if there is none."""
    safe = canonical_url(url) if url else None
    return quote(safe, safe="!$&'()*+,;=:@/?-._~%[]#") if safe else None


def cell(value: object) -> str:
    """A value of a CSV file that no spreadsheet takes for a formula: a text that begins like one gets a `'`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = shown(value)
    return f"'{text}" if _FORMULA.match(text) else text


def markdown(text: str | None, most: int = 200) -> str:
    """`text` as Markdown that shows just that: every sign that could mean something is escaped."""
    line = _MAIL.sub("@\u2060", excerpt(text, most))
    return _MARKUP.sub(r"\\\g<0>", line)


def markdown_link(text: str, url: str | None) -> str:
    """A link where there is an address that may be linked, else the text alone."""
    safe = web_link(url)
    if safe is None:
        return markdown(text)
    # Nothing in it may end the address or a cell of a table, whatever dialect is read.
    host, slash, path = safe[len("https://") :].partition("/")
    target = safe[: len("https://")] + host + slash + _ENDING.sub(lambda match: f"%{ord(match[0]):02X}", path)
    return f"[{markdown(text)}](<{target}>)"


def instant_text(at: datetime | None) -> str:
    """An instant to the minute, in UTC, as a reader expects it."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def day(at: datetime | None) -> str:
    """The day of an instant, in UTC."""
    return f"{at:%Y-%m-%d}" if at else ""


def percent(share: float | None, digits: int = 1) -> str:
    """A share as it is printed; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < ord(" "):
        return chr(_PICTURES + code)
    return "\u2421" if code == _DELETE else f"⟨U+{code:04X}⟩"

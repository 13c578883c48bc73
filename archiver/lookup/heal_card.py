"""A card that stands where an embed was: static, accessible, and in ASCII, so that it fits into every page.

Everything that a post says is text and nothing else: it is escaped, and what could not
be seen of it is left out. There is no script in it, and the style is the card's own.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from archiver.lookup.heal_copies import Copy, Medium
from archiver.model.states import Availability
from archiver.platforms import platform_named

__all__ = ["card", "robust_markup"]

_BECAUSE = {
    Availability.GONE_DELETED: "its author deleted it",
    Availability.GONE_AUTHOR: "the account of its author is suspended or closed",
    Availability.GONE_PLATFORM: "the platform removed it",
    Availability.GONE_UNSPECIFIED: "it is gone; no reason was given",
    Availability.GONE_SITE: "the site that it was on is gone",
    Availability.SOFT_404: "its address shows something else now",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BOX = (
    "display:block;margin:1em 0;padding:.75em 1em;border:1px solid;border-inline-start-width:4px;max-width:36em;"
    "overflow-wrap:anywhere"
)
_PLAIN = "display:block;margin:0;padding:0;border:0;background:none;font:inherit"
_PARAGRAPH = "display:block;margin:0 0 .5em"
_SMALL = "display:block;margin:0 0 .25em;font-size:.875em"
_PICTURE = "display:block;max-width:100%;max-height:32em;width:auto;height:auto;margin:0 0 .5em"
_LINK = "text-decoration:underline"
_UNTOLD = {"screenshot": "The post as it looked when it was archived"}
#: What nobody sees: controls, and what would turn round the text behind it.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8}){0,3}")
#: X's and others' codes for "no language".
_NO_LANGUAGE = frozenset({"und", "zxx", "art", "mul", "mis", "qam", "qct", "qht", "qme", "qst"})
_OLD_LANGUAGE = {"in": "id", "iw": "he", "ji": "yi"}
#: The elements of a card; those of the second row may stand in a paragraph.
_BLOCKS = {"figure": "figure", "blockquote": "blockquote", "p": "p", "figcaption": "figcaption"}
_PHRASES = dict.fromkeys(_BLOCKS, "span")
_ROLES = {"figure": "figure", "blockquote": "blockquote", "p": "paragraph", "figcaption": None}


def card(copy: Copy, *, words: bool = False, pictures: bool = True) -> str:
    """The card's markup, on one line, in ASCII. `words`: it stands among words, and so has only `<span>`s.

    Without `pictures` images are linked (AMP has an element of its own for them).
    """
    return _Card(copy, words=words, pictures=pictures).markup()


def robust_markup(copy: Copy) -> str:
    """The attributes of Robust Links as they go into a tag: a blank before each, in ASCII."""
    return _ascii(_attributes(_robust(copy)))


def _robust(copy: Copy) -> list[tuple[str, str]]:
    """For a link to what the copy is of."""
    found = [("data-originalurl", copy.resource.uri)]
    if copy.version_url:
        found.append(("data-versionurl", copy.version_url))
    at = copy.captured_at.astimezone(UTC).replace(microsecond=0)
    return [*found, ("data-versiondate", at.strftime("%Y-%m-%dT%H:%M:%SZ"))]


class _Card:
    def __init__(self, copy: Copy, *, words: bool, pictures: bool) -> None:
        self._copy, self._words, self._pictures = copy, words, pictures

    def markup(self) -> str:
        copy = self._copy
        author = _seen(copy.record.name or copy.record.handle or "", turning=False)
        label = f"Archived copy of a post by {author}" if author else "Archived copy"
        return self._block(
            "figure",
            [self._author(), self._quote(), *map(self._medium, copy.media), self._caption()],
            [("class", "archiver-card"), ("style", _BOX), *([("aria-label", label)] if self._words else [])],
        )

    def _quote(self) -> str:
        record = self._copy.record
        text = _seen(record.text or "").strip()
        if not text:
            return ""
        attrs = [("dir", _direction(text)), ("style", _PLAIN)]
        language = _language(record.lang)
        if language:
            attrs.insert(0, ("lang", language))
        if not self._words:
            attrs.insert(0, ("cite", self._copy.resource.uri))
        paragraphs = (part.strip("\n") for part in re.split(r"\n\s*\n", text))
        return self._block("blockquote", [self._paragraph(_lines(part)) for part in paragraphs if part], attrs)

    def _medium(self, medium: Medium) -> str:
        alt = _seen(medium.alt or "").strip()
        if medium.data is not None and self._pictures:
            source = f"data:{medium.media_type};base64,{b64encode(medium.data).decode()}"
            told = alt or _UNTOLD.get(medium.kind, "An image of the post, without a description")
            return f"<img{_attributes([('src', source), ('alt', told), ('style', _PICTURE)])} />"
        what = f"{medium.kind.capitalize()} of the post"
        words = f"{what}: {alt}" if alt else what
        return self._paragraph(_link(medium.url, _text(words)) if medium.url else _text(words))

    def _author(self) -> str:
        record = self._copy.record
        name, handle = (_seen(one or "", turning=False).strip() for one in (record.name, record.handle))
        if not name and not handle:
            return ""
        who = f"<cite><bdi>{_text(name or f'@{handle}')}</bdi></cite>"
        who += f" <bdi>@{_text(handle)}</bdi>" if name and handle else ""
        return self._paragraph(who)

    def _caption(self) -> str:
        parts = [self._origin(), self._archived(), self._where()]
        return self._block("figcaption", parts, [("lang", "en"), ("dir", "ltr"), ("style", _SMALL)])

    def _origin(self) -> str:
        """Where and when it was published, linked to that place."""
        copy = self._copy
        platform = platform_named(copy.resource.platform or "")
        place = f"On {_text(platform.title)}: " if platform else "From "
        address = f"<bdi>{_text(_seen(copy.resource.uri, turning=False))}</bdi>"
        when = _time(copy.created_at) if copy.created_at and platform else address
        return self._block("p", [place, _link(copy.resource.uri, when, _robust(copy))], _small())

    def _archived(self) -> str:
        copy = self._copy
        words = " The words are those that an article quoted." if copy.quoted else ""
        words += " The platform gave only their beginning." if copy.record.truncated else ""
        return self._block(
            "p",
            ["Archived at ", _time(copy.captured_at), f"{self._because()} Unchanged since capture.{words}"],
            _small(),
        )

    def _because(self) -> str:
        standing = self._copy.standing
        if standing is None or not (self._copy.lost or self._copy.suspected):
            return "."
        because = _BECAUSE.get(standing.declared or standing.state, "it is gone")
        if standing.declared_at is None:
            return f"; shown here because, when last looked for, {because} (not yet confirmed)."
        return f"; shown here because {because} (declared gone on {_time(standing.declared_at)})."

    def _where(self) -> str:
        copy, other = self._copy, self._copy.elsewhere
        links = []
        if copy.version_url and not (other and copy.version_url == other.uri_m):
            links.append(_link(copy.version_url, _text(f"The stored copy ({copy.capture_id})")))
        else:
            links.append(_text(f"Stored as {copy.capture_id}"))
        if other and other.uri_m:
            links.append(_link(other.uri_m, _text(f"a copy in another archive ({other.service})")))
        return self._block("p", [" \u00b7 ".join(links)], _small())

    def _paragraph(self, inside: str) -> str:
        return self._block("p", [inside], [("style", _PARAGRAPH)])

    def _block(self, name: str, inside: Sequence[str], attrs: Sequence[tuple[str, str]]) -> str:
        element = (_PHRASES if self._words else _BLOCKS)[name]
        role = _ROLES[name] if self._words else None
        given = [("role", role), *attrs] if role else attrs
        return _ascii(f"<{element}{_attributes(given)}>{''.join(inside)}</{element}>")


def _small() -> list[tuple[str, str]]:
    return [("style", _PLAIN)]


def _link(url: str, inside: str, more: Sequence[tuple[str, str]] = ()) -> str:
    """A link; only the text where the address is none that a reader may follow."""
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url) and not url.lower().startswith(("http://", "https://", "file:")):
        return inside
    return f"<a{_attributes([('href', url), *more, ('rel', 'noopener noreferrer'), ('style', _LINK)])}>{inside}</a>"


def _attributes(pairs: Sequence[tuple[str, str]]) -> str:
    return "".join(f' {name}="{_text(_seen(value))}"' for name, value in pairs)


def _text(text: str) -> str:
    return escape(text, quote=True)


def _lines(text: str) -> str:
    return "<br />".join(_text(line) for line in text.split("\n"))


def _ascii(markup: str) -> str:
    return markup.encode("ascii", "xmlcharrefreplace").decode()


def _seen(text: str, *, turning: bool = True) -> str:
    """A text without what nobody sees; without `turning` also without marks of direction."""
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _UNSEEN.sub("", text)
    return text if turning else _TURNING.sub("", text)


def _direction(text: str) -> str:
    """That of the first letter that has one, as `dir=auto` has it."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def _language(code: str | None) -> str | None:
    code = (code or "").replace("_", "-")
    if not _LANGUAGE.fullmatch(code) or code.lower() in _NO_LANGUAGE:
        return None
    return _OLD_LANGUAGE.get(code.lower(), code)


def _time(at: datetime) -> str:
    at = at.astimezone(UTC).replace(microsecond=0)
    shown = f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"
    return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{shown}</time>'

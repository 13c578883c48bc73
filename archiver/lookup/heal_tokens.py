"""The tags of an HTML page with their places: where each begins and ends, and nothing else of it.

The rules are those of the HTML standard's tokenizer (§13.2.5, scripts off) as far as they say
where a tag, a comment or a stretch of raw text ends. A browser and lxml follow the same rules.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["SPACES", "VOID", "Tag", "attributes", "tags_of"]

SPACES = " \t\n\f\r"
VOID = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen"),
        *("link", "meta", "param", "source", "track", "wbr"),
    )
)
#: What they hold is text up to their own end tag.
_RAW = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_FOREIGN = frozenset({"math", "svg"})
_NAME = re.compile(r"[a-zA-Z][^ \t\n\f\r/>]*")
#: One step inside a tag: its end, or an attribute with its value as written.
_STEP = re.compile(
    r"[ \t\n\f\r/]*(?:(>)|(=?[^ \t\n\f\r/>=]+|=)"
    r"(?:[ \t\n\f\r]*=[ \t\n\f\r]*(\"[^\"]*\"?|'[^']*'?|[^ \t\n\f\r>\"'][^ \t\n\f\r>]*|(?=>)))?)"
)
_SCRIPT_MARKS = re.compile(r"<!--|-->|<(/?)script(?=[ \t\n\f\r/>])", re.IGNORECASE)
_COMMENT_END = re.compile(r"--!?>")


@dataclass(frozen=True, slots=True)
class Tag:
    """One start tag or end tag. `name` is in lower case; `alone` says that it ends in `/>`."""

    name: str
    start: int
    end: int
    closing: bool = False
    alone: bool = False


def tags_of(text: str) -> list[Tag]:
    """All tags of a page, in their order. Never raises; linear in the page."""
    return list(_scan(text))


def attributes(text: str, tag: Tag) -> list[tuple[str, str]]:
    """The attributes of a start tag: name in lower case, value as written, without its quotes."""
    found: list[tuple[str, str]] = []
    place = tag.start + 1 + len(tag.name)
    while (step := _STEP.match(text, place, tag.end)) and not step[1]:
        found.append((step[2].lower(), _unquoted(step[3] or "")))
        place = step.end()
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"') else value


def _scan(text: str) -> Iterator[Tag]:
    place, foreign = 0, 0
    while (place := text.find("<", place)) >= 0:
        tag = _tag_at(text, place)
        if tag is None:
            place = _behind_markup(text, place, foreign=foreign > 0)
            continue
        yield tag
        place = tag.end
        if tag.name in _FOREIGN and not tag.alone:
            foreign = max(0, foreign + (-1 if tag.closing else 1))
        elif tag.name == "plaintext" and not tag.closing:
            return
        elif tag.name in _RAW and not tag.closing and not foreign:
            place = _script_end(text, place) if tag.name == "script" else _raw_end(text, place, tag.name)


def _tag_at(text: str, start: int) -> Tag | None:
    """The tag that begins here; None where none does, or where it has no end."""
    closing = text.startswith("/", start + 1)
    name = _NAME.match(text, start + 1 + closing)
    if name is None:
        return None
    place = name.end()
    while step := _STEP.match(text, place):
        place = step.end()
        if step[1]:
            return Tag(name[0].lower(), start, place, closing, alone=step[0].endswith("/>"))
    return None


def _behind_markup(text: str, start: int, *, foreign: bool) -> int:
    """Where it goes on behind a `<` that begins no tag: a comment, a declaration, or just a sign."""
    after = text[start + 1 : start + 2]
    if text.startswith("<!--", start):
        if text.startswith((">", "->"), start + 4):
            return text.index(">", start) + 1
        found = _COMMENT_END.search(text, start + 4)
        return found.end() if found else len(text)
    if foreign and text.startswith("<![CDATA[", start):
        return _past(text, "]]>", start)
    if after in ("!", "?") or (after == "/" and text[start + 2 : start + 3] not in ("", ">")):
        # A tag without an end takes all that is left with it, as a comment does.
        return len(text) if _NAME.match(text, start + 2) and after == "/" else _past(text, ">", start)
    return len(text) if _NAME.match(text, start + 1) else start + 1


def _past(text: str, sign: str, start: int) -> int:
    place = text.find(sign, start)
    return place + len(sign) if place >= 0 else len(text)


def _raw_end(text: str, place: int, name: str) -> int:
    found = re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE).search(text, place)
    return found.start() if found else len(text)


def _script_end(text: str, place: int) -> int:
    """Where the end tag of a script begins: not in a comment of it that opens a script of its own."""
    in_comment = nested = False
    while found := _SCRIPT_MARKS.search(text, place):
        place = found.end()
        if found[0] == "<!--":
            # Its own dashes may end it: `<!-->`.
            in_comment, place = True, place - 2
        elif found[0] == "-->":
            in_comment = nested = False
        elif not found[1]:
            nested = in_comment or nested
        elif nested:
            nested = False
        else:
            return found.start()
    return len(text)

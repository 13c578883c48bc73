"""The JSON that a page's scripts carry: whole, assigned, written as a string, or pushed in pieces."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["json_in"]

_SCRIPT_CHARS = 6_000_000
_NAME = r"[A-Za-z_$][\w.$]{0,80}(?:\[[\"'][\w.:/-]{1,80}[\"']\])?"
_ASSIGNED = re.compile(
    rf"(?:^|[;\n{{}}(,])\s{{0,20}}(?:(?:var|let|const)\s{{1,9}})?{_NAME}\s{{0,9}}=\s{{0,9}}"
    r"(?:JSON\.parse\(\s{0,9})?(?=[\[{\"'])"
)
_PUSHED = "self.__next_f.push("
#: So many assignments of one script are looked at.
_VALUES = 40
_QUOTED = re.compile(r"\\x([0-9a-fA-F]{2})|(\\')|(\")|\\.", re.DOTALL)
_ROW_ID = re.compile(rb"[0-9a-f]{0,8}:")
_ROW_TEXT = re.compile(rb"T([0-9a-f]{1,8}),")
_ROW_TAG = re.compile(rb"[A-Z]{0,3}")


def json_in(scripts: Sequence[str]) -> Iterator[Any]:
    """The JSON values in the inline scripts of a page, in their order. What is no JSON is passed over."""
    pushed: list[str] = []
    for script in scripts:
        text = script.strip()
        if not text or len(text) > _SCRIPT_CHARS:
            continue
        if text.startswith(_PUSHED):
            pushed.extend(_chunk(text))
        elif text[0] in "[{":
            value = _decoded(text, 0)
            if value is not None:
                yield value[0]
        else:
            yield from _assigned(text)
    if pushed:
        yield list(_rows("".join(pushed).encode("utf-8", errors="replace")))


def _assigned(text: str) -> Iterator[Any]:
    place = 0
    for _ in range(_VALUES):
        found = _ASSIGNED.search(text, place)
        if found is None:
            return
        place = found.end()
        decoded = _quoted(text, place) if text[place] == "'" else _decoded(text, place)
        if decoded is not None:
            value, place = decoded
            yield _inner(value) if isinstance(value, str) else value


def _decoded(text: str, place: int) -> tuple[Any, int] | None:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, place)
    except (ValueError, RecursionError):
        return None


def _quoted(text: str, place: int) -> tuple[Any, int] | None:
    """A string of JavaScript in single quotes."""
    end = text.find("'", place + 1)
    while end > 0 and _is_escaped(text, end):
        end = text.find("'", end + 1)
    if end < 0:
        return None
    decoded = _decoded(f'"{_QUOTED.sub(_as_json, text[place + 1 : end])}"', 0)
    return (decoded[0] if decoded else None), end + 1


def _is_escaped(text: str, place: int) -> bool:
    before = place
    while text[before - 1] == "\\":
        before -= 1
    return (place - before) % 2 == 1


def _as_json(found: re.Match[str]) -> str:
    if found[1]:
        return f"\\u00{found[1]}"
    return "'" if found[2] else '\\"' if found[3] else found[0]


def _inner(text: str) -> Any:
    """The value that a string holds as JSON in JSON; None for any other string."""
    decoded = _decoded(text.strip(), 0) if text.lstrip()[:1] in ("[", "{") else None
    return decoded[0] if decoded else None


def _chunk(script: str) -> Iterator[str]:
    decoded = _decoded(script, len(_PUSHED))
    if decoded and isinstance(decoded[0], list):
        yield from (piece for piece in decoded[0][1:2] if isinstance(piece, str))


def _rows(data: bytes) -> Iterator[Any]:
    """The rows of a page that a server streamed in pieces: `id:JSON`, `id:T<length>,text`."""
    place = 0
    while place < len(data):
        name = _ROW_ID.match(data, place)
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end
        if name is None:
            place = end + 1
            continue
        text = _ROW_TEXT.match(data, name.end())
        if text is not None:
            place = text.end() + int(text[1], 16)
            yield data[text.end() : place].decode("utf-8", errors="replace")
            continue
        tag = _ROW_TAG.match(data, name.end())
        row = data[tag.end() if tag else name.end() : end].decode("utf-8", errors="replace")
        decoded = _decoded(row, 0) if row[:1] in ("[", "{", '"') else None
        if decoded is not None:
            yield decoded[0]
        place = end + 1

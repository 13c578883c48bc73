"""A few words of a text, around the place that was asked for."""

from collections.abc import Collection

from archiver.catalog import terms

__all__ = ["snippet"]

_WIDTH_CHARS = 200


def snippet(text: str | None, wanted: Collection[str] = ()) -> str | None:
    """At most 200 characters of `text` on one line, with the first of the `wanted` terms in it.

    An ellipsis stands where something is left out. None for a text without any.
    """
    line = " ".join((text or "").split())
    if len(line) <= _WIDTH_CHARS:
        return line or None
    start = max(0, _place(line, wanted) - _WIDTH_CHARS // 4) if wanted else 0
    start = line.rfind(" ", 0, start) + 1 if " " in line[max(0, start - 30) : start] else start
    end = start + _WIDTH_CHARS
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"


def _place(line: str, wanted: Collection[str]) -> int:
    place = 0
    for word in line.split(" "):
        found = next((term for term in terms(word) if term in wanted), None)
        if found is not None:
            # In a script without spaces the word may be all of the text, the term one character.
            return place + next((n for n, char in enumerate(word) if terms(char) == [found]), 0)
        place += len(word) + 1
    return 0

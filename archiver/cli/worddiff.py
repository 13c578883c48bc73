"""Two texts as one line, with what differs marked: by colour on a terminal, else by signs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archiver.cli.output import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["console", "diff_line", "diff_to_json"]

#: Of a longer stretch without a difference only its ends are shown.
_EQUAL_CHARS = 120
_END_CHARS = 50
_STYLES = {"-": ("red strike", "[-", "-]"), "+": ("green bold", "{+", "+}")}


def console() -> "Console":
    """Standard output, with colours where it is a terminal that wants them."""
    # A tenth of a second that machine-readable output need not wait for.
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, soft_wrap=True)


def diff_line(diff: Sequence[tuple[str, str]], *, coloured: bool) -> "Text":
    """What only the post has in red (or `[-so-]`), what only the article has in green (or `{+so+}`)."""
    from rich.text import Text  # noqa: PLC0415

    line = Text()
    for number, (sign, piece) in enumerate(diff):
        words = plain(piece)
        if not words:
            continue
        if line and not _joined(diff[number - 1][1], piece):
            line.append(" ")
        if sign == "=":
            line.append(_shortened(words, first=number == 0, last=number == len(diff) - 1))
            continue
        style, opening, closing = _STYLES[sign]
        line.append(words if coloured else f"{opening}{words}{closing}", style=style if coloured else "")
    return line


def diff_to_json(diff: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The pieces as JSON has them."""
    return [[sign, piece] for sign, piece in diff]


def _joined(before: str, piece: str) -> bool:
    """Whether two pieces stand in one word: neither ends, nor begins, with a blank."""
    return bool(before) and not before[-1].isspace() and not piece[:1].isspace()


def _shortened(words: str, *, first: bool, last: bool) -> str:
    if len(words) <= _EQUAL_CHARS:
        return words
    head = "" if first else words[:_END_CHARS].rsplit(" ", 1)[0]
    tail = "" if last else words[-_END_CHARS:].split(" ", 1)[-1]
    return " ".join(part for part in (head, "…", tail) if part)

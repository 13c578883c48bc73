"""What differs between two texts on one line: in colour on a terminal, else marked by signs."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from archiver.cli.output import plain, write_line
from archiver.compare import terminal_diff

__all__ = ["diff_to_json", "say_diff", "styled"]

#: So much is shown around each difference.
_CONTEXT_CHARS = 60


def is_coloured() -> bool:
    """Whether standard output is a terminal that wants colours (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, **style: Any) -> str:
    """The text, made safe for a terminal, in a style of `click.style` where colours are wanted."""
    safe = plain(text)
    return click.style(safe, **style) if is_coloured() else safe


def say_diff(diff: Sequence[tuple[str, str]], *, indent: int) -> None:
    """A line with what only the post has in red (or `[-so-]`), and what only the article has in green (or `{+so+}`)."""
    pieces = tuple((sign, " ".join(piece.split("\n"))) for sign, piece in diff)
    write_line(" " * indent + terminal_diff(pieces, colour=is_coloured(), context_chars=_CONTEXT_CHARS))


def diff_to_json(diff: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The pieces as JSON has them."""
    return [[sign, piece] for sign, piece in diff]

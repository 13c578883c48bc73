"""Printing: data on standard output, everything else on standard error, and nothing that bites.

Text that came from a page is stripped of control characters and bidi overrides first: a
terminal obeys them.
"""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["counted", "emit", "plain", "say", "shorten", "table", "warn", "write_line"]

# C0 and C1 controls (tab and newline become spaces below), DEL, bidi embeddings, overrides and isolates.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """`text` on one line, without anything that a terminal would obey."""
    return re.sub(r"\s+", " ", _CONTROLS.sub("", str(text))).strip()


def shorten(text: str | None, width: int) -> str:
    """The first `width` characters of `text`, with an ellipsis where something is left out."""
    line = plain(text or "")
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """A number and what is counted; the plural is the noun with an s."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def emit(data: dict[str, Any]) -> None:
    """One JSON object on its own line of standard output."""
    write_line(json.dumps(data, ensure_ascii=False, allow_nan=False))


def write_line(line: str) -> None:
    """A line of standard output, as it is, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line of result for a person."""
    sys.stdout.write(_CONTROLS.sub("", text) + "\n")


def warn(text: str) -> None:
    """A message beside the result, on standard error."""
    sys.stderr.write(_CONTROLS.sub("", text) + "\n")
    sys.stderr.flush()


def table(title: str, columns: Sequence[tuple[str, str, int | None]], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; a column is (heading, style, least width)."""
    # A tenth of a second that machine-readable output need not wait for.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(title=Text(plain(title)), title_justify="left", show_edge=False, pad_edge=False)
    for heading, style, least in columns:
        shown.add_column(heading, style=style, min_width=least, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(plain(cell)) for cell in row))
    Console(highlight=False).print(shown)

"""Sources that are not on the web: a file, or standard input."""

import os
import re
import sys
from pathlib import Path
from typing import BinaryIO

from archiver.fetch.sniff import EXPECTED, media_type_of
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document

__all__ = ["SOURCE_BYTES", "looks_like_url", "read_source"]

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}:")

#: An article that is longer is cut: fifty megabytes of text are a book shelf.
SOURCE_BYTES = 64 * 1024 * 1024


def looks_like_url(source: str) -> bool:
    """Whether a source names something by scheme (`https:`, but also `file:` or `data:`)."""
    return bool(_SCHEME.match(source)) and not os.path.exists(source)  # noqa: PTH110  # Path raises on NUL


def read_source(
    text: str, base_url: str | None = None, *, stdin: BinaryIO | None = None, limit_bytes: int = SOURCE_BYTES
) -> Document:
    """The document in the file `text`, or on standard input if that is `-`.

    At most `limit_bytes` are read; what was cut is said in `notes`. `base_url` becomes
    the document's `url`. Raises InputUnreadable, naming the source, if it is missing, a
    folder, unreadable, empty, or holds no article.
    """
    body = _read(text, stdin, limit_bytes)
    notes = (f"only the first {limit_bytes} bytes were read",) if len(body) > limit_bytes else ()
    body = body[:limit_bytes]
    name = "standard input" if text == "-" else text
    return Document(text, body, media_type_of(body, None, name), url=base_url, notes=notes)


def _read(text: str, stdin: BinaryIO | None, limit_bytes: int) -> bytes:
    if text == "-":
        return (stdin or sys.stdin.buffer).read(limit_bytes + 1)
    try:
        if Path(text).is_dir():
            raise InputUnreadable(f"{text} is a folder; {EXPECTED}")
        with Path(text).open("rb") as file:
            return file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise InputUnreadable(f"{text} does not exist; {EXPECTED}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise InputUnreadable(f"{text!r} can't be read ({why}); {EXPECTED}") from None

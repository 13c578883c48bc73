"""What a source names: something on the web, or a file."""

import os
import re

__all__ = ["looks_like_url"]

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}:")


def looks_like_url(source: str) -> bool:
    """Whether a source names something by scheme (`https:`, but also `file:` or `data:`)."""
    return bool(_SCHEME.match(source)) and not os.path.exists(source)  # noqa: PTH110  # Path raises on NUL

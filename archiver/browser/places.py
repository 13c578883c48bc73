"""Locating on a page what an article claims: see `places.js`."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from archiver.model.rendering import Found, Sought

__all__ = ["LIMIT_S", "Seek", "found_in", "places_script"]

#: How long the page may be searched: three hundred claims on a long page take a tenth of it.
LIMIT_S = 2.0

#: Asked with the DOM, the address and the status of a page that was shot: what is to be located on it.
Seek = Callable[[bytes, str | None, int | None], Sequence[Sought]]


def places_script(sought: Sequence[Sought], *, clip: Mapping[str, float], limit_s: float) -> str:
    """The expression that looks for all of it; `clip` is the box that was shot, in CSS pixels of the page."""
    request = {
        "sought": [asdict(one) for one in sought],
        "x": clip["x"],
        "y": clip["y"],
        "limitMs": round(limit_s * 1000),
    }
    script = files("archiver.browser").joinpath("places.js").read_text("utf-8").strip()
    return f"({script})({json.dumps(request)})"


def found_in(answer: Mapping[str, Any]) -> tuple[tuple[Found, ...], bool]:
    """What `places.js` gives, as records, and whether all was searched for to the end."""
    found = tuple(
        Found(one["index"], tuple(_box(box) for box in one["boxes"]), one["element"]) for one in answer["found"]
    )
    return found, not answer["cut"]


def _box(box: Sequence[float]) -> tuple[int, int, int, int]:
    x, y, width, height = (round(number) for number in box)
    return x, y, width, height

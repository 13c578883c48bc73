"""Spans of time as people write them."""

import re
from typing import Any

import click

__all__ = ["SPAN", "span_text"]

_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_FORM = re.compile(r"(\d+)([smhdw])?")


class _Span(click.ParamType):  # type: ignore[type-arg]  # generic only in newer clicks
    """`90s`, `50m`, `6h`, `1d12h`, `2w`; a bare number is seconds. Gives whole seconds."""

    name = "SPAN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        parts = list(_FORM.finditer(text))
        if not parts or "".join(part.group() for part in parts) != text or (len(parts) > 1 and not parts[-1].group(2)):
            self.fail(f"{value!r} is no span of time: 90s, 50m, 6h, 1d12h, 2w", param, ctx)
        return sum(int(part.group(1)) * _UNITS_S[part.group(2) or "s"] for part in parts)


SPAN = _Span()


def span_text(seconds: int) -> str:
    """The shortest way to write it: `6h`, `1d12h`; `0s` for nothing."""
    parts, rest = [], seconds
    for unit in ("w", "d", "h", "m", "s"):
        count, rest = divmod(rest, _UNITS_S[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"

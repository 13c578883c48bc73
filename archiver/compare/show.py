"""A diff for people: coloured in a terminal, `<ins>` and `<del>` in a page.

What is shown is a stranger's text: it is escaped, freed of terminal escapes and of signs that would
write it, or what follows, in another direction. Each piece is isolated, so that Hebrew or Arabic
pieces do not change places with their neighbours.
"""

import re
from html import escape

import click

from archiver.model.verdicts import Diff

__all__ = ["html_diff", "terminal_diff"]

#: Controls but for line breaks and tabs, and what turns the direction of writing.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ISOLATE, _END = "\u2068", "\u2069"
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_COLOURS = {"-": "red", "+": "green"}
_BRACKETS = {"-": ("[-", "-]"), "+": ("{+", "+}")}
_TAGS = {"-": "del", "+": "ins"}
_LEFT_OUT = " … "


def terminal_diff(diff: Diff, *, colour: bool = True, context_chars: int | None = None) -> str:
    """The diff as one text: what only the post has red and struck through, what only the article has green.

    Without `colour`, `[-post-]` and `{+article+}`. With `context_chars`, of what is in both
    no more is shown than so many characters before and behind each difference.
    """
    shown = []
    for number, (sign, text) in enumerate(diff):
        if sign == "=":
            plain = _shortened(_safe(text), context_chars, first=number == 0, last=number == len(diff) - 1)
            shown.append(_isolated(plain))
            continue
        opened, closed = ("", "") if colour else _BRACKETS[sign]
        marked = _around(_safe(text), opened, closed)
        styled = click.style(marked[1], fg=_COLOURS[sign], strikethrough=sign == "-" or None) if colour else marked[1]
        shown.append(marked[0] + styled + marked[2])
    return "".join(shown)


def html_diff(diff: Diff, *, context_chars: int | None = None) -> str:
    """The diff as inline HTML, escaped: `<del>` for what only the post has, `<ins>` for what only the article has."""
    shown = []
    for number, (sign, text) in enumerate(diff):
        last = number == len(diff) - 1
        plain = _shortened(_safe(text), context_chars if sign == "=" else None, first=number == 0, last=last)
        tag = _TAGS.get(sign, "bdi")
        words = escape(plain).replace("\n", "<br>")
        shown.append(f'<{tag} dir="auto">{words}</{tag}>' if tag != "bdi" else f"<bdi>{words}</bdi>")
    return "".join(shown)


def _safe(text: str) -> str:
    return _UNSAFE.sub("", text)


def _around(text: str, opened: str, closed: str) -> tuple[str, str, str]:
    """Space before, the marked words, space behind: spaces are not struck through."""
    bare = text.strip()
    if not bare:
        return "", opened + text + closed, ""
    start = text.index(bare)
    return text[:start], opened + _isolated(bare) + closed, text[start + len(bare) :]


def _isolated(text: str) -> str:
    return f"{_ISOLATE}{text}{_END}" if _RTL.search(text) else text


def _shortened(text: str, most: int | None, *, first: bool, last: bool) -> str:
    """At most so many characters at each side of a difference."""
    if most is None:
        return text
    head = 0 if first else most
    tail = 0 if last else most
    if len(text) <= head + tail + len(_LEFT_OUT):
        return text
    return text[:head].rstrip() + _LEFT_OUT + text[len(text) - tail :].lstrip()

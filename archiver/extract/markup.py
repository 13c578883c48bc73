"""The markup of an element, bounded, as evidence of what an article published."""

from html import escape

from bs4 import Tag
from bs4.element import NavigableString

__all__ = ["FRAGMENT_CHARS", "bounded_markup", "names_of", "short_text"]

FRAGMENT_CHARS = 20_000


def names_of(text: str) -> frozenset[str]:
    """The words of `text` as a set of names."""
    return frozenset(text.split())


_VOID = names_of("area base br col embed hr img input link meta source track wbr")


def bounded_markup(tag: Tag, limit: int = FRAGMENT_CHARS) -> str:
    """The element's markup, cut after `limit` characters.

    It is written anew from the parsed tree, so quotes and the case of names may differ
    from the published bytes, which are kept elsewhere.
    """
    parts, size = [_opening(tag)], 0
    stack = [(tag, iter(tag.contents))]
    while stack and size <= limit:
        owner, children = stack[-1]
        node = next(children, None)
        if node is None:
            stack.pop()
            parts.append("" if owner.name in _VOID else f"</{owner.name}>")
        elif isinstance(node, Tag):
            parts.append(_opening(node))
            stack.append((node, iter(node.contents)))
        else:
            raw = owner.name in ("script", "style")
            parts.append(str(node) if raw else _text(node))
        size += len(parts[-1])
    return "".join(parts)[:limit]


def short_text(tag: Tag, limit: int = 300, nodes: int = 100) -> str:
    """The text of an element with single spaces, looking at no more than `nodes` nodes."""
    parts: list[str] = []
    for _, node in zip(range(nodes), tag.descendants, strict=False):
        if type(node) is NavigableString:
            parts.append(node)
    return " ".join(" ".join(parts).split())[:limit]


def _opening(tag: Tag) -> str:
    return f"<{tag.name}{''.join(_attribute(name, value) for name, value in tag.attrs.items())}>"


def _attribute(name: str, value: object) -> str:
    if value is None:
        return f" {name}"
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f' {name}="{escape(text)}"'


def _text(node: object) -> str:
    # Comments and the like are strings too, but no text.
    return escape(str(node), quote=False) if type(node) is NavigableString else ""

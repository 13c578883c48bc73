"""Beautiful Soup's tree of a page, of which no more than a bound is nested.

For every piece of text it looks up through all that the text lies in, so that a page of some
thousand open elements takes seconds; what browsers show is far from the bound.
"""

from typing import Any

from bs4.builder._lxml import LXMLTreeBuilder

__all__ = ["ShallowBuilder"]

#: Deeper elements are left out; their text is taken for that of the deepest one that is kept.
_DEEPEST = 200
_RAW = frozenset(("script", "style"))


class ShallowBuilder(LXMLTreeBuilder):
    """One document's builder: lxml's, but for the depth."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._depth = 0
        self._raw = 0

    def prepare_markup(self, *args: Any, **options: Any) -> Any:
        """As lxml's; a document may be tried in several charsets, each from its beginning."""
        for attempt in super().prepare_markup(*args, **options):
            self._depth = self._raw = 0
            yield attempt

    def start(self, tag: Any, attrib: Any, nsmap: Any = {}) -> None:  # noqa: B006  # as lxml calls it; never changed
        """An element begins."""
        self._depth += 1
        if self._depth <= _DEEPEST:
            super().start(tag, attrib, nsmap)
        elif tag in _RAW:
            self._raw += 1

    def end(self, name: Any) -> None:
        """An element ends."""
        if self._depth <= _DEEPEST:
            super().end(name)
        elif name in _RAW:
            self._raw -= 1
        self._depth -= 1

    def data(self, data: Any) -> None:
        """A piece of text; a script's, whose element was left out, is no text."""
        if not self._raw:
            super().data(data)

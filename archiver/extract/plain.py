"""Which elements can be passed over at a glance: nearly all of a page's.

An element is plain if nothing of what is looked for can be in its name, its attributes or
its classes. What a class attribute holds is looked at once a page, as pages repeat them.
"""

from collections.abc import Iterable, Mapping

__all__ = ["Plain"]


class Plain:
    """The glance, made from the names that count."""

    def __init__(
        self,
        *,
        tags: Iterable[str],
        classes: Iterable[str],
        dull: Iterable[str],
        begins: Mapping[str, tuple[str, ...]],
        ids: Iterable[str],
        sourced: Iterable[str],
    ) -> None:
        """`tags` and `classes` count wherever they are; all attributes count but the `dull` ones.

        A dull attribute counts where it begins as `begins` says, an `id` where it is one of
        `ids`. In elements `sourced` (links, images) addresses are dull too.
        """
        self._tags, self._classes = frozenset(tags), frozenset(classes)
        self._dull = frozenset(dull)
        self._dull_sourced = self._dull | {"href", "src", "srcset", "rel"}
        self._begins, self._ids, self._sourced = tuple(begins.items()), frozenset(ids), frozenset(sourced)
        self._known: dict[str, bool] = {}

    def is_plain(self, name: str, attrs: Mapping[str, str]) -> bool:
        """Whether an element can be passed over. Never says so of one that counts."""
        if name in self._tags or name.startswith("amp-"):
            return False
        if not (self._dull_sourced if name in self._sourced else self._dull).issuperset(attrs):
            return False
        if "rel" in attrs and "author" in attrs["rel"]:
            return False
        for key, starts in self._begins:
            if key in attrs and attrs[key].startswith(starts):
                return False
        if "id" in attrs and attrs["id"] in self._ids:
            return False
        return "class" not in attrs or self._has_plain_class(attrs["class"])

    def _has_plain_class(self, text: str) -> bool:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._classes.isdisjoint(text.split())
        return known

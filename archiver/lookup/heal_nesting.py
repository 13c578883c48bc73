"""Where each element of a page begins and ends, and whether that is certain.

The tree is built as the HTML standard does (§13.2.6), but for what it does to mend bad nesting:
an element that would need mending has no certain end, and so has every element around it
up to the one that mends it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.lookup.heal_tokens import VOID, Tag

__all__ = ["Extent", "ancestors", "extents_of", "in_paragraph"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What is opened anew behind its parent's end, if it was left open there.
_REOPENED = _names("a b big code em font i nobr s small strike strong tt u")
#: A start tag of these ends an open paragraph.
_CLOSES_P = _names(
    "address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre listing plaintext search section summary table ul"
    " xmp"
)
#: An end tag looks no further than these for what it ends (§13.2.4.2), beside `button` for a paragraph.
_SCOPES = _names("applet caption html table td th marquee object template svg math foreignobject desc")
_TABLE_PARTS = _names("table tbody thead tfoot tr td th caption colgroup template html")
#: What a start tag ends, and no further than which elements.
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (_names("li"), _names("ul ol menu dir") | _SCOPES),
    "dd": (_names("dd dt"), _names("dl") | _SCOPES),
    "dt": (_names("dd dt"), _names("dl") | _SCOPES),
    "option": (_names("option"), _names("select datalist optgroup") | _SCOPES),
    "tr": (_names("tr"), _names("table tbody thead tfoot template html")),
    "td": (_names("td th"), _names("tr table template html")),
    "th": (_names("td th"), _names("tr table template html")),
    "tbody": (_names("tbody thead tfoot"), _names("table template html")),
    "tfoot": (_names("tbody thead tfoot"), _names("table template html")),
}
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
_FOREIGN = _names("svg math")


@dataclass(slots=True)
class Extent:
    """One element: `first` is the index of its start tag, `parent` that of what it lies in (-1: nothing).

    It ends with the end tag of index `last`, or with its start tag if that is `first`; None
    where it has no end tag of its own. `sure` says that nothing in it is badly nested,
    `ends_p` that its start tag ended a paragraph, `in_link` that a link was left open before it.
    """

    first: int
    parent: int
    name: str
    last: int | None = None
    sure: bool = True
    ends_p: bool = False
    in_link: bool = False


def extents_of(tags: Sequence[Tag]) -> dict[int, Extent]:
    """The elements of a page, by the index of their start tag. Linear but for very deep pages."""
    nesting = _Nesting()
    for index, tag in enumerate(tags):
        if tag.closing:
            nesting.close(index, tag.name)
        else:
            nesting.open(index, tag)
    return nesting.found


def ancestors(extents: dict[int, Extent], first: int) -> Iterator[Extent]:
    """What an element lies in, the nearest first."""
    place = extents[first].parent
    while place >= 0:
        yield extents[place]
        place = extents[place].parent


def in_paragraph(around: Sequence[Extent]) -> bool:
    """Whether what lies in these (the nearest first) lies in a paragraph, which a block would end."""
    for one in around:
        if one.name == "p":
            return True
        if one.name in _SCOPES or one.name == "button":
            return False
    return False


class _Nesting:
    """The elements that are open, the innermost last."""

    def __init__(self) -> None:
        self.found: dict[int, Extent] = {}
        self._open: list[Extent] = []
        #: What a link holds that was never ended goes on behind what it lies in, up to the next link.
        self._link_left = False

    def open(self, index: int, tag: Tag) -> None:
        name = tag.name
        ends_p = name in _CLOSES_P and self._end_implied(frozenset({"p"}), _SCOPES | {"button"})
        if name in _ENDS:
            self._end_implied(*_ENDS[name])
        if name in _HEADINGS and self._open and self._open[-1].name in _HEADINGS:
            self._open.pop()
        parent = self._open[-1].first if self._open else -1
        self._link_left = self._link_left and name != "a"
        extent = self.found[index] = Extent(index, parent, name, ends_p=ends_p, in_link=self._link_left)
        if name in VOID or (tag.alone and self._is_foreign(name)):
            extent.last = index
        else:
            self._open.append(extent)

    def close(self, index: int, name: str) -> None:
        self._link_left = self._link_left and name != "a"
        place = self._nearest(name)
        if place is None:
            # It ends nothing. (A lone `</p>` stands for an empty paragraph, and so moves nothing.)
            return
        ended = self._open[place]
        left = self._open[place + 1 :]
        del self._open[place:]
        ended.last = index
        self._leave(left)
        if not all(extent.sure and extent.name not in _REOPENED for extent in left):
            ended.sure = False
        if not ended.sure and self._open:
            self._open[-1].sure = False

    def _nearest(self, name: str) -> int | None:
        """The innermost open element of this name that an end tag here may end."""
        scopes = _TABLE_PARTS - {"tr", "tbody", "thead", "tfoot"} if name in _TABLE_PARTS else _SCOPES
        if name == "p":
            scopes = scopes | {"button"}
        for place in range(len(self._open) - 1, -1, -1):
            here = self._open[place].name
            if here == name:
                return place
            if here in scopes:
                return None
        return None

    def _end_implied(self, names: frozenset[str], scopes: frozenset[str]) -> bool:
        """A start tag ends the innermost open element of these names, if no other lies between that keeps it.

        Whether there was one.
        """
        for place in range(len(self._open) - 1, -1, -1):
            here = self._open[place].name
            if here in names:
                left = self._open[place:]
                del self._open[place:]
                self._leave(left)
                if self._open and not all(extent.sure and extent.name not in _REOPENED for extent in left):
                    self._open[-1].sure = False
                return True
            if here in scopes:
                return False
        return False

    def _leave(self, left: Sequence[Extent]) -> None:
        self._link_left = self._link_left or any(extent.name == "a" for extent in left)

    def _is_foreign(self, name: str) -> bool:
        return name in _FOREIGN or any(extent.name in _FOREIGN for extent in self._open)

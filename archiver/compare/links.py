"""Whether two links in two texts are one link: compared by the keys that platforms make, and by where they lead."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archiver.compare.tokens import LINK, Words

__all__ = ["LinkTable", "drop_last_links"]

_SHORT = re.compile(r"(?:https?://)?(?:t\.co|pic\.(?:twitter|x)\.com)/(\w+)", re.IGNORECASE)
_MEDIA = re.compile(r"(?:https?://)?pic\.(?:twitter|x)\.com/", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.|mobile\.|m\.)?([^/?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
#: What says how somebody came by a link, not where it leads.
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|igsh\w*|ref_src|ref_url|s|t|cmpid|smid|si)=[^&]*(?:&|$)")
#: A post's own picture, a post that it quotes, the rest of a long one: set there by the platform.
_PLUMBING = re.compile(r"x\.com/(?:\w+|i/web)/status/\d+(?:/(?:photo|video)/\d+)?")


@dataclass(frozen=True, slots=True)
class LinkTable:
    """What is known of the links of one comparison.

    `entities` leads from short links (`t.co/KEY`) to where they lead, `media` are keys of
    pictures, `claimed` those of short links behind the words that the article shows.
    """

    entities: Mapping[str, str] = field(default_factory=dict)
    media: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entities: Sequence[tuple[str, str]], media: Sequence[str], links: Sequence[str]) -> "LinkTable":
        """The table of a record's own expansions and a claim's keys."""
        known = {_short(short): address for short, target in entities if (address := _address(target))}
        return cls(known, frozenset(media), frozenset(links))

    def same(self, one: str, other: str) -> bool:
        """Whether two links are the same, as far as can be told: a short link that nothing expands may be any."""
        first, second = self._where(one), self._where(other)
        if first == second or _begins(first, second) or _begins(second, first):
            return True
        if _short(one) and _short(other):
            return False
        return first.startswith("t.co/") or second.startswith("t.co/")

    def is_plumbing(self, link: str) -> bool:
        """Whether the platform put it there: for a picture, a quoted post, the rest of the text."""
        where = self._where(link)
        return bool(_MEDIA.match(link)) or where.removeprefix("t.co/") in self.media or bool(_PLUMBING.fullmatch(where))

    def is_unknown(self, link: str) -> bool:
        """Whether it is a short link of which nothing tells where it leads."""
        return self._where(link).startswith("t.co/")

    def _where(self, link: str) -> str:
        short = _short(link)
        return self.entities.get(short, short) if short else _address(link)


def drop_last_links(words: Words, other: Words, table: LinkTable) -> None:
    """Take away the links behind a text that only the platform put there, and those that one text alone has.

    The latter only where nothing tells where they lead. What came behind an ellipsis goes
    too: it leads to the rest.
    """
    while words.keys and words.keys[-1] == LINK and _may_go(words, other, table):
        words.keys.pop()
        words.starts.pop()
        words.ends.pop()


def _may_go(words: Words, other: Words, table: LinkTable) -> bool:
    link, last = words.shown(len(words.keys) - 1), len(words.keys) - 1
    if table.is_plumbing(link):
        return True
    if words.marks and words.marks[-1].at == last:
        return True
    return not (other.keys and other.keys[-1] == LINK) and table.is_unknown(link)


def _short(link: str) -> str:
    found = _SHORT.fullmatch(link)
    return f"t.co/{found[1]}" if found else ""


def _address(link: str) -> str:
    """A link without its scheme, `www.` and tracking; a cut one ends in `…`."""
    cut = link.endswith(("…", "..."))
    found = _ADDRESS.match(link.removesuffix("…").removesuffix("..."))
    if found is None:
        return link
    host = found[1].lower().removesuffix(":443").removesuffix(":80").replace("twitter.com", "x.com")
    query = _TRACKING.sub("", (found[3] or "")[1:]).strip("&")
    path = found[2] if cut else found[2].rstrip("/")
    return host + path + (f"?{query}" if query else "") + ("…" if cut else "")


def _begins(cut: str, whole: str) -> bool:
    return cut.endswith("…") and whole.startswith(cut[:-1])

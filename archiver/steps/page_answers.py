"""One good answer of a site beside another: the page that was asked for, and an address that nobody has."""

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass

from archiver.model.fetched import Fetched
from archiver.model.states import Availability, Group
from archiver.model.urls import Url, canonical_url, host_in, parse_url
from archiver.steps import notice_words
from archiver.steps.notice import tells_a_story
from archiver.steps.readable import Shown, read_shown, resemblance
from archiver.steps.sellers import SELLERS
from archiver.steps.stand import is_front_page
from archiver.steps.unanswered import stand_by_status

__all__ = ["PAGE_BYTES", "Page", "at_seller", "origin_of", "random_sibling", "same_answer", "says_not_found"]

#: More of a page is not read.
PAGE_BYTES = 2 << 20
#: From this resemblance on two answers are one and the same page.
_SAME = 0.9
#: Pages of fewer words are compared as they are.
_FEW_WORDS = 8
#: So many letters and digits nobody has by chance.
_LEAST_RANDOM = 12
_MOST_ENDING = 5
_NOT_FOUND = re.compile("|".join(notice_words.NOT_FOUND))
_PART = re.compile(r"\s+[|–—\-·•:»]\s+")


@dataclass(frozen=True, slots=True)
class Page:
    """One good answer. `to_404`: its address says of itself that it is an error's."""

    asked: str
    fetched: Fetched
    shown: Shown
    to_404: bool = False

    @property
    def redirected(self) -> bool:
        """Whether it was answered elsewhere."""
        return canonical_url(self.asked) != canonical_url(self.fetched.final_url)

    @property
    def to_front(self) -> bool:
        """Whether a deep link ended on a front page."""
        return is_front_page(self.asked, self.fetched.final_url)

    @property
    def to_seller(self) -> bool:
        """Whether the answer came from the host of a seller of domains, and was not asked of one."""
        return at_seller(self.fetched.final_url) and not at_seller(self.asked)

    @property
    def offered(self) -> bool:
        """Whether a seller's script makes it, or it links to a seller's offer of this very domain."""
        if at_seller(self.asked):
            return False
        url = parse_url(self.asked)
        name = url.host.removeprefix("www.") if url else ""
        offers = (parse_url(link) for link in self.shown.links if at_seller(link))
        named = any(name in re.split(r"[/?&=]", f"{one.path}?{one.raw_query}".casefold()) for one in offers if one)
        return named or any(host_in(host, SELLERS) for host in self.shown.loads)


def same_answer(page: Page, asked: str, fetched: Fetched) -> bool | None:
    """Whether another address was answered as the page was; None where that is not known."""
    if fetched.status is None:
        return None
    stand = stand_by_status(fetched)
    if stand.availability.group is Group.GONE:
        return False
    if stand.availability is not Availability.LIVE or fetched.failure is not None:
        return None
    if page.redirected and canonical_url(fetched.final_url) == canonical_url(page.fetched.final_url):
        return True
    if at_seller(fetched.final_url) and page.to_seller:
        return True
    shown = read_shown(fetched.body, fetched.charset, fetched.final_url)
    return _alike(page.shown, shown, without=_words_of(page.asked) | _words_of(asked))


def says_not_found(shown: Shown) -> bool:
    """Whether title or heading say, as a whole, that nothing was found, on a page without a story."""
    if tells_a_story(shown.text):
        return False
    said = (shown.title, *_PART.split(shown.title), *shown.headings[:3])
    return any(_NOT_FOUND.fullmatch(_folded(part)) for part in said)


def at_seller(text: str) -> bool:
    """Whether an address lies on a host of those who sell domains."""
    url = parse_url(text)
    return url is not None and host_in(url.host, SELLERS)


def origin_of(url: Url, *, below: str = "") -> str:
    """Scheme, host and port; `below` is the name of a sub-domain."""
    host = f"{below}.{url.host.removeprefix('www.')}" if below else url.host
    return f"{url.scheme}://{host}{f':{url.port}' if url.port else ''}"


def random_sibling(url: Url, random_hex: Callable[[int], str]) -> str:
    """An address of the same shape that nobody has: the last part of the path, else a value of the query, by chance."""
    chance = random.Random(random_hex(8))  # noqa: S311  # nothing secret
    if url.segments:
        *before, last = url.path.rstrip("/").split("/")
        stem, dot, ending = last.rpartition(".")
        if not dot or len(ending) > _MOST_ENDING:
            stem, dot, ending = last, "", ""
        slash = "/" if url.path.endswith("/") else ""
        return f"{origin_of(url)}{'/'.join(before)}/{_shuffled(stem, chance)}{dot}{ending}{slash}"
    if url.query:
        name = url.raw_query.partition("=")[0]
        return f"{origin_of(url)}{url.path}?{name}={_shuffled(url.query[0][1], chance)}"
    return f"{origin_of(url)}/{_shuffled('', chance)}"


def _alike(one: Shown, other: Shown, *, without: set[str]) -> bool:
    """Whether two pages are one page, which may repeat the address that was asked for."""
    first, second = ([word for word in shown.words if word not in without] for shown in (one, other))
    if max(len(first), len(second)) < _FEW_WORDS:
        return first == second and one.is_shell == other.is_shell
    return resemblance(first, second) >= _SAME


def _words_of(url: str) -> set[str]:
    return set(re.findall(r"\w+", url.casefold()))


def _folded(text: str) -> str:
    return " ".join(text.split()).strip(" .!?…:;,\"'()[]*#").casefold().replace("’", "'")


def _shuffled(text: str, chance: random.Random) -> str:
    """Letters for letters and digits for digits, and so many of them that nobody has just these."""
    drawn = "".join(_drawn(sign, chance) if sign.isalnum() else "-" for sign in text)
    more = "0" if text.isdigit() else "a"
    missing = _LEAST_RANDOM - sum(sign.isalnum() for sign in drawn)
    return drawn + "".join(_drawn(more, chance) for _ in range(missing))


def _drawn(sign: str, chance: random.Random) -> str:
    return chance.choice("123456789" if sign.isdigit() else string.ascii_lowercase)

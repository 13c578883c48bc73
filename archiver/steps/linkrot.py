"""A good status and not the page: error pages that say 200, and domains that somebody sells.

A site is asked for an address that nobody has. Only a site that answers that as it answers
for the page can be hiding a loss; and only where it answers otherwise for a page that it
links to itself is anything concluded, for there are sites that give one answer to all.
"""

import random
import re
import string
from collections.abc import Callable, Generator
from dataclasses import dataclass

from archiver.model.fetched import Ask, Fetched
from archiver.model.states import Availability, Group, Witness
from archiver.model.urls import Url, canonical_url, host_in, parse_url
from archiver.steps import notice_words
from archiver.steps.judged import Known
from archiver.steps.notice import tells_a_story
from archiver.steps.readable import Shown, read_shown, resemblance
from archiver.steps.sellers import SELLERS
from archiver.steps.stand import Stand, is_front_page
from archiver.steps.unanswered import stand_by_status

__all__ = ["Page", "random_sibling", "says_not_found", "tell_rot"]

_PAGE_BYTES = 2 << 20
#: From this resemblance on two answers are one and the same page.
_SAME = 0.9
#: Pages of fewer words are compared as they are.
_FEW_WORDS = 8
#: So many letters and digits nobody has by chance.
_LEAST_RANDOM = 12
_MOST_CONTROLS = 2
_NOT_FOUND = re.compile("|".join(notice_words.NOT_FOUND))
_PART = re.compile(r"\s+[|–—\-·•:»]\s+")
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$|jsp$)[a-z0-9]{1,5}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """One good answer. `to_404`: its address says of itself that it is an error's."""

    asked: str
    fetched: Fetched
    shown: Shown
    to_404: bool = False

    @property
    def sold(self) -> bool:
        """Whether it stands with a seller of domains, or a seller's script makes it."""
        return self.redirected_to_seller or any(host_in(host, SELLERS) for host in self.shown.loads)

    @property
    def redirected_to_seller(self) -> bool:
        """Whether the answer came from a seller's host, and was not asked of one."""
        return _at_seller(self.fetched.final_url) and not _at_seller(self.asked)

    @property
    def redirected(self) -> bool:
        """Whether it was answered elsewhere."""
        return canonical_url(self.asked) != canonical_url(self.fetched.final_url)


Looking = Generator[Ask, Fetched, Stand]


def tell_rot(page: Page, stand: Stand, *, known: Known, random_hex: Callable[[int], str], elsewhere: bool) -> Looking:
    """What a page with a good status is that may be none; `stand` is what it is if nothing speaks against it.

    1. The site is asked for a sibling that nobody has. If it has another answer for that,
    the page is the page, unless it says itself that it was not found. 2. Who sells the domain
    answers for all of it, under any name. 3. Two independent signs make a soft 404: the same
    answer as for the sibling, and one more (a front page or a 404's address instead, words
    in title or heading, nothing left of our copy, the site's own front page). And a page
    that the site links to must be answered otherwise; where there is none, it takes three.
    """
    asked = parse_url(page.asked)
    sibling = random_sibling(asked, random_hex) if asked else None
    if asked is None or sibling is None:
        return stand
    signs = _signs(page, known)
    fetched = yield Ask(sibling, body_bytes=_PAGE_BYTES, page=True, elsewhere=elsewhere)
    same = _same_answer(page, sibling, fetched)
    if same is None:
        return _unsure(stand, "what the site says of an address that nobody has could not be found out", bool(signs))
    if not same:
        return _unsure(stand, "the site has another answer for an address that nobody has", _speaks_itself(page))
    sold = yield from _told_sold(page, asked, fetched, known=known, name=random_hex(6), elsewhere=elsewhere)
    if sold is not None:
        return sold
    if page.shown.is_shell and not page.redirected:
        return _unsure(stand, "the site answers every address with the same script", doubt=True)
    return (yield from _told_soft(page, stand, signs, known, elsewhere))


def _told_soft(page: Page, stand: Stand, signs: list[str], known: Known, elsewhere: bool) -> Looking:  # noqa: FBT001  # passed on
    distinct = yield from _distinguishes(page, elsewhere)
    if distinct is False:
        return _unsure(stand, "the site answers every address alike, also those that it links to", doubt=True)
    if not signs and distinct and (yield from _is_front(page, elsewhere)):
        signs = ["it is the site's front page"]
    if page.redirected and known.state in (Availability.LIVE, Availability.SOFT_404):
        signs = [*signs, "it used to answer itself"] if signs or distinct else signs
    if len(signs) >= (1 if distinct else 2):
        evidence = f"HTTP {page.fetched.status}, as for an address that nobody has; {'; '.join(signs)}"
        return Stand(Availability.SOFT_404, Witness.PAGE, evidence)
    return _unsure(stand, "the site answers an address that nobody has in the same way", doubt=True)


def says_not_found(shown: Shown) -> bool:
    """Whether title or heading say, as a whole, that nothing was found, on a page without a story."""
    if tells_a_story(shown.text):
        return False
    said = (shown.title, *_PART.split(shown.title), *shown.headings[:3])
    return any(_NOT_FOUND.fullmatch(_folded(part)) for part in said)


def random_sibling(url: Url, random_hex: Callable[[int], str]) -> str | None:
    """An address of the same shape that nobody has: the last part of the path, else a value of the query, by chance."""
    chance = random.Random(random_hex(8))  # noqa: S311  # seeded, so that tests can know it; nothing secret
    origin = url.text.split("#")[0].partition("?")[0]
    prefix = f"{url.scheme}://{url.host}{f':{url.port}' if url.port else ''}"
    if url.segments:
        parts = url.path.rstrip("/").split("/")
        stem, dot, ending = parts[-1].rpartition(".")
        stem, dot, ending = (stem, dot, ending) if dot and len(ending) <= 5 else (parts[-1], "", "")  # noqa: PLR2004
        slash = "/" if url.path.endswith("/") else ""
        return f"{prefix}{'/'.join(parts[:-1])}/{_shuffled(stem, chance)}{dot}{ending}{slash}"
    if url.query:
        name = url.raw_query.split("&")[0].partition("=")[0]
        return f"{prefix}{url.path}?{name}={_shuffled(url.query[0][1], chance)}"
    return f"{prefix}/{_shuffled('', chance)}" if origin else None


# --- signs -----------------------------------------------------------------------------------------


def _signs(page: Page, known: Known) -> list[str]:
    """What speaks for a loss, whatever the site says of other addresses."""
    found = []
    if is_front_page(page.asked, page.fetched.final_url):
        found.append("it leads to a front page")
    elif page.to_404:
        found.append("it leads to an address that is called an error's")
    if says_not_found(page.shown):
        found.append("its title or heading says that it was not found")
    copy = known.copy()
    if copy is not None and copy.lost_from(page.shown):
        found.append("nothing of our copy's text is left")
    return found


def _speaks_itself(page: Page) -> bool:
    return page.to_404 or is_front_page(page.asked, page.fetched.final_url) or says_not_found(page.shown)


def _unsure(stand: Stand, why: str, doubt: bool) -> Stand:  # noqa: FBT001  # reads well by name
    if not doubt or stand.availability.group is not Group.LIVE:
        return stand
    return Stand(Availability.UNCLEAR, Witness.PAGE, f"{stand.evidence}, but {why}")


def _same_answer(page: Page, asked: str, fetched: Fetched) -> bool | None:
    """Whether an address was answered as the page was; None where that is not known."""
    if fetched.status is None:
        return None
    stand = stand_by_status(fetched)
    if stand.availability.group is Group.GONE:
        return False
    if stand.availability is not Availability.LIVE or fetched.failure is not None:
        return None
    there = canonical_url(fetched.final_url)
    if page.redirected and there == canonical_url(page.fetched.final_url):
        return True
    if _at_seller(fetched.final_url) and page.redirected_to_seller:
        return True
    shown = read_shown(fetched.body, fetched.charset, fetched.final_url)
    return _alike(page.shown, shown, without=_words_of(page.asked) | _words_of(asked))


def _alike(one: Shown, other: Shown, *, without: set[str]) -> bool:
    """Whether two pages are one page, which may repeat the address that was asked for."""
    first, second = ([word for word in shown.words if word not in without] for shown in (one, other))
    if max(len(first), len(second)) < _FEW_WORDS:
        return first == second and (one.is_shell == other.is_shell)
    return resemblance(first, second) >= _SAME


def _words_of(url: str) -> set[str]:
    return set(re.findall(r"\w+", url.casefold()))


# --- domains that are sold -----------------------------------------------------------------------------


def _told_sold(
    page: Page, asked: Url, sibling: Fetched, *, known: Known, name: str, elsewhere: bool
) -> Generator[Ask, Fetched, Stand | None]:
    """Whether the domain is for sale, or parked; None if that cannot be said."""
    if page.redirected_to_seller and _at_seller(sibling.final_url):
        seller = parse_url(page.fetched.final_url)
        evidence = f"every address leads to {seller.host if seller else 'a seller'}, which sells domains"
        return Stand(Availability.GONE_SITE, Witness.PAGE, evidence)
    if page.sold and not page.redirected_to_seller:
        evidence = "every address shows the same page, made by a script of a seller of domains"
        return Stand(Availability.GONE_SITE, Witness.PAGE, evidence)
    copy = known.copy()
    if copy is None or not copy.lost_from(page.shown):
        return None
    place = f"{asked.scheme}://{name}.{asked.host.removeprefix('www.')}{f':{asked.port}' if asked.port else ''}/"
    fetched = yield Ask(place, body_bytes=_PAGE_BYTES, page=True, elsewhere=elsewhere)
    if not _same_answer(page, place, fetched) or (yield from _distinguishes(page, elsewhere)):
        return None
    evidence = "any address and any sub-domain show the same page, and nothing of our copy's text is left"
    return Stand(Availability.GONE_SITE, Witness.PAGE, evidence)


def _at_seller(text: str) -> bool:
    url = parse_url(text)
    return url is not None and host_in(url.host, SELLERS)


# --- controls -------------------------------------------------------------------------------------------


def _distinguishes(page: Page, elsewhere: bool) -> Generator[Ask, Fetched, bool | None]:  # noqa: FBT001  # passed on
    """Whether the site has other answers for pages that it links to itself; None where none could be asked."""
    found: bool | None = None
    for link in _own_links(page)[:_MOST_CONTROLS]:
        fetched = yield Ask(link, body_bytes=_PAGE_BYTES, page=True, elsewhere=elsewhere)
        same = _same_answer(page, link, fetched)
        if same is False and fetched.status is not None and stand_by_status(fetched).availability is Availability.LIVE:
            return True
        found = False if same else found
    return found


def _own_links(page: Page) -> list[str]:
    """Links of the answer to deeper pages of its site, but not to files."""
    here = parse_url(page.fetched.final_url)
    asked = {canonical_url(page.asked), canonical_url(page.fetched.final_url)}
    found = ((canonical_url(link), parse_url(link)) for link in page.shown.links)
    return [
        text
        for text, url in found
        if text and url and here and url.host == here.host and url.segments and text not in asked
        if not _FILE.search(url.path)
    ]


def _is_front(page: Page, elsewhere: bool) -> Generator[Ask, Fetched, bool]:  # noqa: FBT001  # passed on
    url = parse_url(page.asked)
    if url is None or not url.segments or page.redirected:
        return False
    front = f"{url.scheme}://{url.host}{f':{url.port}' if url.port else ''}/"
    fetched = yield Ask(front, body_bytes=_PAGE_BYTES, page=True, elsewhere=elsewhere)
    return bool(_same_answer(page, front, fetched))


def _folded(text: str) -> str:
    return " ".join(text.split()).strip(" .!?…:;,\"'()[]*#").casefold().replace("’", "'")


def _shuffled(text: str, chance: random.Random) -> str:
    """Letters for letters and digits for digits, and so many of them that nobody has just these."""
    kinds = {True: string.digits, False: string.ascii_lowercase}
    drawn = "".join(chance.choice(kinds[sign.isdigit()]) if sign.isalnum() else sign for sign in text)
    told = sum(sign.isalnum() for sign in drawn)
    more = string.digits if text.isdigit() else string.ascii_lowercase
    # A long row of letters only looks like nobody's; a number stays one, but a longer one.
    return drawn + "".join(chance.choice(more) for _ in range(max(0, _LEAST_RANDOM - told)))

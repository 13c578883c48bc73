"""A good status and not the page: error pages that say 200, and domains that somebody sells.

A site is asked for an address that nobody has. Only a site that answers that as it answers
for the page can be hiding a loss; and only where it answers otherwise for a page that it
links to itself, or more speaks for it, is anything concluded: there are sites that give one
answer to all.
"""

import re
from collections.abc import Callable, Generator

from archiver.model.fetched import Ask, Fetched
from archiver.model.states import Availability, Witness
from archiver.model.urls import canonical_url, parse_url
from archiver.steps.judged import Known
from archiver.steps.page_answers import (
    PAGE_BYTES,
    Page,
    at_seller,
    origin_of,
    random_sibling,
    same_answer,
    says_not_found,
)
from archiver.steps.stand import Stand
from archiver.steps.unanswered import stand_by_status

__all__ = ["Looking", "tell_rot"]

_MOST_CONTROLS = 2
#: What walls and error pages link to as well as any other page: such a page is nobody's proof.
_SERVICE = re.compile(
    r"log-?in|sign-?(?:in|up)|register|subscri.*|account|privacy.*|legal|terms.*|help|contact.*|about.*|imprint|impressum|"
    r"cookies?.*|support|search",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$|jsp$)[a-z0-9]{1,5}$", re.IGNORECASE)
#: How many signs a soft 404 takes, where the site was seen to tell its own pages apart, and where not.
_SIGNS_TOLD_APART, _SIGNS = 1, 2
_ENOUGH_SIGNS = 2
#: A page of more words is no parked domain's, but perhaps a wall's.
_MOST_OFFER_WORDS = 150
_NOTHING_LEFT, _SAYS_OTHER = "nothing is left of our copy's text", "it does not say what it said"
_ANOTHER_TEXT = (_NOTHING_LEFT, _SAYS_OTHER)

Looking = Generator[Ask, Fetched, Stand]


def tell_rot(page: Page, stand: Stand, *, known: Known, random_hex: Callable[[int], str], elsewhere: bool) -> Looking:
    """What a page with a good status is that may be none; `stand` is what it is if nothing speaks against it.

    1. The site is asked for a sibling that nobody has. If it has another answer for that,
    the page is the page, unless it says itself that it was not found. 2. Who sells the domain
    answers for all of it. 3. A soft 404 takes the same answer as for the sibling and one more,
    independent sign (see `_signs`), where the site has another answer for a page that it
    links to itself; where there is no such page it takes two. That its text is another is none by
    itself, because walls do that too. 4. A site that answers its own
    links alike too, or leaves everything to a script, tells nothing: that is UNCLEAR.
    """
    asked = parse_url(page.asked)
    if asked is None:
        return stand
    sibling = random_sibling(asked, random_hex)
    signs = _signs(page, known)
    fetched = yield _ask(sibling, elsewhere=elsewhere)
    same = same_answer(page, sibling, fetched)
    if same is None:
        why = "what the site says of an address that nobody has could not be found out"
        return _unsure(stand, why) if signs else stand
    if not same:
        speaks = page.to_404 or page.to_front or says_not_found(page.shown)
        return _unsure(stand, "the site has another answer for an address that nobody has") if speaks else stand
    sold = yield from _sold(page, fetched, known=known, name=random_hex(6), elsewhere=elsewhere)
    if sold is not None:
        return sold
    if page.shown.is_shell and not page.redirected and not _lost_to_words(page, known):
        return _unsure(stand, "the site answers every address with the same script")
    return (yield from _soft(page, stand, signs, elsewhere=elsewhere))


def _soft(page: Page, stand: Stand, signs: list[str], *, elsewhere: bool) -> Looking:
    apart = yield from _tells_apart(page, elsewhere=elsewhere)
    if apart is False:
        return _unsure(stand, "the site answers every address alike, also those that it links to")
    if len(signs) < _ENOUGH_SIGNS and (yield from _is_front(page, elsewhere=elsewhere)):
        signs = [*signs, "it is the site's front page"]
    drawn_later = page.shown.scripted and not page.redirected and not says_not_found(page.shown)
    # That a text is another is what every wall does too.
    telling = any(sign not in _ANOTHER_TEXT for sign in signs)
    if telling and len(signs) >= (_SIGNS_TOLD_APART if apart else _SIGNS) and (apart or not drawn_later):
        evidence = f"HTTP {page.fetched.status}, as for an address that nobody has; {', and '.join(signs)}"
        return Stand(Availability.SOFT_404, Witness.PAGE, evidence)
    return _unsure(stand, "the site answers an address that nobody has in the same way")


def _signs(page: Page, known: Known) -> list[str]:
    """What speaks for a loss, whatever the site says of other addresses. Each is independent of the others."""
    found = []
    if page.to_front:
        found.append("it leads to a front page")
    elif page.to_404:
        found.append("it leads to an address that is called an error's")
    if says_not_found(page.shown):
        found.append("title or heading say that it was not found")
    copy = known.copy()
    if copy is not None and copy.sent is not None:
        if copy.lost_from(page.shown):
            found.append(_NOTHING_LEFT)
    elif known.text is not None and known.text != page.shown.digest:
        # It was told from what nobody has, when that was written down.
        found.append(_SAYS_OTHER)
    elif page.redirected and known.state in (Availability.LIVE, Availability.SOFT_404):
        found.append("it used to answer itself")
    return found


def _lost_to_words(page: Page, known: Known) -> bool:
    """Whether a short page that says "not found" stands where the server once sent a text."""
    copy = known.copy()
    was_shell = copy is not None and copy.sent is not None and copy.sent.is_shell
    return says_not_found(page.shown) and not was_shell


def _sold(
    page: Page, sibling: Fetched, *, known: Known, name: str, elsewhere: bool
) -> Generator[Ask, Fetched, Stand | None]:
    """Whether the domain is for sale; `sibling` was answered as the page was. None if that cannot be said."""
    if page.to_seller:
        seller = parse_url(page.fetched.final_url)
        evidence = f"every address leads to {seller.host if seller else 'a host'}, which sells domains"
        return Stand(Availability.GONE_SITE, Witness.PAGE, evidence) if at_seller(sibling.final_url) else None
    if page.offered:
        evidence = "every address shows the same offer, by one who sells domains"
        return Stand(Availability.GONE_SITE, Witness.PAGE, evidence)
    asked, copy = parse_url(page.asked), known.copy()
    # What a script will draw may be the page itself, and applications too answer under any name.
    if asked is None or page.shown.scripted or copy is None or not copy.lost_from(page.shown):
        return None
    if says_not_found(page.shown) or page.redirected or len(page.shown.words) > _MOST_OFFER_WORDS or _own_links(page):
        return None
    place = f"{origin_of(asked, below=name)}/"
    fetched = yield _ask(place, elsewhere=elsewhere)
    if not same_answer(page, place, fetched):
        return None
    evidence = "any address and any sub-domain show the same page, and nothing is left of our copy's text"
    return Stand(Availability.GONE_SITE, Witness.PAGE, evidence)


def _tells_apart(page: Page, *, elsewhere: bool) -> Generator[Ask, Fetched, bool | None]:
    """Whether the site has other answers for pages that it links to itself; None where none could be asked."""
    found: bool | None = None
    for link in _own_links(page)[:_MOST_CONTROLS]:
        fetched = yield _ask(link, elsewhere=elsewhere)
        same = same_answer(page, link, fetched)
        if same is False and fetched.status is not None and stand_by_status(fetched).availability is Availability.LIVE:
            return True
        found = False if same else found
    return found


def _own_links(page: Page) -> list[str]:
    """Links of the answer to pages of its site that lie as deep as the one asked for; no files, no services."""
    here = parse_url(page.fetched.final_url)
    asked = {canonical_url(page.asked), canonical_url(page.fetched.final_url)}
    wanted = parse_url(page.asked)
    depth = max(1, len(wanted.segments)) if wanted else 1
    found = ((canonical_url(link), parse_url(link)) for link in page.shown.links)
    return [
        text
        for text, url in found
        if text and url and here and url.host == here.host and len(url.segments) >= depth and text not in asked
        if not _FILE.search(url.path) and not any(map(_SERVICE.fullmatch, url.segments))
    ]


def _is_front(page: Page, *, elsewhere: bool) -> Generator[Ask, Fetched, bool]:
    url = parse_url(page.asked)
    if url is None or not url.segments or page.redirected:
        return False
    front = f"{origin_of(url)}/"
    fetched = yield _ask(front, elsewhere=elsewhere)
    return bool(same_answer(page, front, fetched))


def _ask(url: str, *, elsewhere: bool) -> Ask:
    return Ask(url, body_bytes=PAGE_BYTES, page=True, elsewhere=elsewhere)


def _unsure(stand: Stand, why: str) -> Stand:
    return Stand(Availability.UNCLEAR, Witness.PAGE, f"{stand.evidence}, but {why}")

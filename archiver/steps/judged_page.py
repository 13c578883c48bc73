"""Where an article's or a link's page stands: its answer, its address, and what it says beside our copy."""

from collections.abc import Callable

from archiver.model.fetched import Ask, Fetched
from archiver.model.records import Resource
from archiver.model.states import Availability, CaptureKind, Group, Reason, Witness
from archiver.steps.astray import astray
from archiver.steps.judged import Judged, Judging, Known
from archiver.steps.linkrot import tell_rot
from archiver.steps.notice import notice_of
from archiver.steps.page_answers import PAGE_BYTES, Page, says_not_found
from archiver.steps.readable import Shown, read_shown
from archiver.steps.stand import Stand, moved_stand
from archiver.steps.unanswered import stand_by_status, stand_without_answer

__all__ = ["judge_page"]

_HTML = ("text/html", "application/xhtml+xml")
_ROTTEN = (Availability.SOFT_404, Availability.GONE_SITE)


def judge_page(resource: Resource, *, known: Known, random_hex: Callable[[int], str], elsewhere: bool) -> Judging:
    """Where a page stands.

    1. No answer, a wall, a challenge or an error say what they say; a page that still shows
    our copy's text is there whatever its status is. 2. A good status is believed where the
    page says what it said. 3. Else it is looked into: see `linkrot`.
    """
    fetched = yield Ask(resource.uri, body_bytes=PAGE_BYTES, page=True, elsewhere=elsewhere)
    unanswered = stand_without_answer(fetched)
    if unanswered is not None:
        return Judged(unanswered, answered=False)
    status, shown = fetched.status, _shown(fetched)
    strayed = astray(resource.uri, fetched.final_url, kind=CaptureKind.PAGE)
    if strayed is not None and strayed.reason is not Reason.ERROR_PAGE:
        return Judged(Stand(strayed.availability, Witness.PAGE, strayed.evidence), status)
    stand = stand_by_status(fetched)
    if stand.availability.group is Group.GONE:
        return Judged(_of_error(stand, shown, known), status)
    if stand.availability is not Availability.LIVE:
        return Judged(stand, status)
    stand = moved_stand(resource.uri, fetched.final_url) or stand
    if shown is None:
        return Judged(_unseen(stand, fetched), status)
    if (said := _said(stand, shown)) is not None:
        return Judged(said, status)
    if _is_known(shown, known):
        return Judged(_live(stand), status, shown=shown)
    page = Page(resource.uri, fetched, shown, to_404=strayed is not None)
    if _is_suspect(page, known):
        stand = yield from tell_rot(page, stand, known=known, random_hex=random_hex, elsewhere=elsewhere)
    return Judged(stand, status, shown=shown if stand.availability.group is Group.LIVE else None)


def _shown(fetched: Fetched) -> Shown | None:
    """What an HTML page shows; None for other media, and for a body that is not whole."""
    if fetched.media_type not in _HTML or fetched.failure is not None:
        return None
    return read_shown(fetched.body, fetched.charset, fetched.final_url)


def _of_error(stand: Stand, shown: Shown | None, known: Known) -> Stand:
    """A 404 or 410; some guards answer with them too, and some sites with the page itself."""
    if shown is None:
        return stand
    notice = notice_of(shown.title, shown.text)
    if notice is not None and notice.reason is not Reason.ERROR_PAGE:
        return Stand(notice.availability, Witness.PAGE, f"{stand.evidence}, but the page says “{notice.words}”")
    if _is_known(shown, known):
        return Stand(Availability.LIVE, Witness.PAGE, f"{stand.evidence}, but the page still shows what our copy shows")
    return stand


def _unseen(stand: Stand, fetched: Fetched) -> Stand:
    """A good answer that is no whole HTML page: a document of its own, unless a deep link ended on a front page."""
    if fetched.failure is None and not fetched.body:
        return Stand(Availability.UNCLEAR, Witness.HTTP, f"HTTP {fetched.status}, and nothing in it")
    return stand


def _said(stand: Stand, shown: Shown) -> Stand | None:
    """What stands in the place of the page: a wall, a block, an error that passes. Not: that nothing was found."""
    notice = notice_of(shown.title, shown.text)
    if notice is None or says_not_found(shown):
        return None
    return Stand(notice.availability, Witness.PAGE, f"{stand.evidence}, but the page says “{notice.words}”")


def _is_known(shown: Shown, known: Known) -> bool:
    if known.text is not None and known.text == shown.digest and not shown.is_shell:
        return True
    copy = known.copy()
    return copy is not None and copy.still_in(shown)


def _live(stand: Stand) -> Stand:
    """The page says what it said: then even a front page is the page itself."""
    return Stand(Availability.MOVED, stand.via, stand.evidence) if stand.availability is Availability.UNCLEAR else stand


def _is_suspect(page: Page, known: Known) -> bool:
    """Whether a good status may be that of an error page, or of somebody else's."""
    if page.to_404 or page.to_front or says_not_found(page.shown) or page.to_seller or page.offered:
        return True
    if known.state in _ROTTEN or page.shown.is_shell:
        return True
    copy = known.copy()
    # Of what we have no text of, only the site itself can tell whether this is the page.
    return copy is None or copy.sent is None or copy.lost_from(page.shown)

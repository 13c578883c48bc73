"""How sites and their pages are drawn: each has a way of answering for nothing, some are given up or move."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from archiver.demo.lives import Host, HostStyle, Life, PageAct, Phase
from archiver.demo.lives_fates import Span, draw_birth, draw_death, draw_return, phases_from
from archiver.demo.lives_pages import ENTRY
from archiver.demo.script import Act
from archiver.model.records import Resource
from archiver.model.states import Availability, ResourceKind
from archiver.model.urls import canonical_url

__all__ = ["STYLES", "draw_hosts", "draw_pages", "with_site"]

_LIVE, _UNCLEAR = Availability.LIVE, Availability.UNCLEAR
_SOMEHOW, _SOFT = Availability.GONE_UNSPECIFIED, Availability.SOFT_404
_SITE = Availability.GONE_SITE

#: Of forty sites, how many answer for nothing in which way.
STYLES = (
    *(HostStyle.NOT_FOUND,) * 17,
    *(HostStyle.NOTICE,) * 6,
    *(HostStyle.TO_ROOT,) * 5,
    *(HostStyle.TO_404_PATH,) * 5,
    *(HostStyle.HOME,) * 4,
    *(HostStyle.SHELL,) * 2,
    HostStyle.KEPT_OUT,
)
#: How a page is lost on a site of each style, what then is so and what can be told of it.
_LOST: dict[HostStyle, tuple[PageAct, Availability, Availability]] = {
    HostStyle.NOT_FOUND: (PageAct.NOT_FOUND, _SOMEHOW, _SOMEHOW),
    HostStyle.NOTICE: (PageAct.NOTICE, _SOFT, _SOFT),
    HostStyle.TO_ROOT: (PageAct.TO_ROOT, _SOFT, _SOFT),
    HostStyle.TO_404_PATH: (PageAct.TO_404_PATH, _SOFT, _SOFT),
    HostStyle.HOME: (PageAct.HOME, _SOFT, _SOFT),
    HostStyle.SHELL: (PageAct.NOT_FOUND, _SOMEHOW, _UNCLEAR),
    HostStyle.KEPT_OUT: (PageAct.NOT_FOUND, _SOMEHOW, _UNCLEAR),
}
_STATES: dict[Act | PageAct, tuple[Availability, Availability]] = {
    PageAct.THERE: (_LIVE, _LIVE),
    PageAct.GONE: (_SOMEHOW, _SOMEHOW),
    PageAct.MOVED: (Availability.MOVED, Availability.MOVED),
    PageAct.LEGAL: (Availability.GEO_LEGAL, Availability.GEO_LEGAL),
    PageAct.MEMBERS: (Availability.LOGIN, Availability.LOGIN),
    PageAct.NO_NAME: (_SITE, _SITE),
    PageAct.PARKED: (_SITE, _SITE),
}
_PAGES_A_HOST = 6
#: Of each of the first sites, so many pages have stories that are told and not drawn.
_TOLD_PAGES = 2
_STORIES = ("lives on", "lost", "entry", "lost, then back", "moved", "about_404", "gone", "legal", "members", "edited")
_DRAWN = ("lives on",) * 40 + ("edited",) * 4 + ("moved",) * 3 + ("legal", "members", "about_404")
#: What becomes of a whole site and, later, of it again; of forty.
_FATES: tuple[tuple[PageAct, ...], ...] = (
    (PageAct.NO_NAME, PageAct.THERE),
    (PageAct.PARKED,),
    (PageAct.MOVED,),
    (PageAct.NO_NAME,),
    (PageAct.PARKED, PageAct.NO_NAME),
    (PageAct.NO_NAME, PageAct.PARKED),
    (PageAct.PARKED, PageAct.THERE),
    *((),) * 33,
)


def draw_hosts(rng: Random, pages: int, span: Span) -> tuple[Host, ...]:
    """Enough sites for so many pages, of every style and every fate."""
    count = max(pages // _PAGES_A_HOST, len(_FATES))
    return tuple(_host(rng, number, span) for number in range(count))


def _host(rng: Random, number: int, span: Span) -> Host:
    style, fates = STYLES[number * 7 % len(STYLES)], _FATES[number * 3 % len(_FATES)]
    phases = [Phase(span.start, PageAct.THERE, _LIVE, _LIVE)]
    at = span.days * rng.uniform(0.12, 0.7)
    # The first sites have whole stories; of the rest few come back, as few do in the world.
    for fate in fates if number < len(_FATES) else fates[:1]:
        phases.append(Phase(span.at(at), fate, *_STATES[fate]))
        at += span.days * rng.uniform(0.12, 0.2)
    moved_to = f"shore-{number}-archive.example" if PageAct.MOVED in fates else None
    return Host(f"www.shore-{number}.example", "https" if number % 2 else "http", style, tuple(phases), moved_to)


def draw_pages(rng: Random, hosts: Sequence[Host], count: int, span: Span) -> list[Life]:
    """So many pages, spread over the sites; the first ones tell each story once for each style of site."""
    return [
        _page(rng, hosts[number % len(hosts)], number, *divmod(number, len(hosts)), span) for number in range(count)
    ]


def _page(rng: Random, host: Host, number: int, place: int, site: int, span: Span) -> Life:  # noqa: PLR0917  # where
    forced = place < _TOLD_PAGES and site < len(_FATES)
    story = _STORIES[(site + place * 3) % len(_STORIES)] if forced else rng.choice(_DRAWN)
    if forced and place == 0 and host.style is not HostStyle.NOT_FOUND:
        story = "lost, then back" if number % 2 else "lost"
    if story == "gone" and host.style is not HostStyle.NOT_FOUND:
        story = "lost"
    # A site that hides all behind one shell, or bids robots stay away, tells no story of its own.
    if host.style in (HostStyle.SHELL, HostStyle.KEPT_OUT) and story != "lost":
        story = "lives on"
    path = ENTRY if story == "entry" else f"papers/{span.start.year + place % 5}/{number}-shore-papers.html"
    url = canonical_url(f"{host.scheme}://{host.name}/{path}")
    if url is None:
        raise ValueError(f"no URL: {path}")
    born_at = span.at(rng.uniform(0, span.days / 20)) if forced else _while_there(draw_birth(rng, span), host, span)
    own = _own(rng, host, story, born_at, span, forced=forced)
    resource = Resource(f"page:{url}", url, ResourceKind.PAGE)
    return Life(resource, story, with_site(own, host), host=host.name, own=own)


def _while_there(born_at: datetime, host: Host, span: Span) -> datetime:
    """Nobody cites a page of a site that is gone: such a birth is put before it."""
    first = host.phases[1].at if len(host.phases) > 1 else span.end
    return (
        born_at
        if born_at < first
        else span.start + (first - span.start) * ((born_at - span.start) / (span.end - span.start))
    )


def _own(rng: Random, host: Host, story: str, born_at: datetime, span: Span, *, forced: bool) -> tuple[Phase, ...]:
    lost, truth, told = _LOST[host.style]
    states = _STATES | {lost: (truth, told)}
    if host.style in (HostStyle.SHELL, HostStyle.KEPT_OUT):
        states |= {PageAct.THERE: (_LIVE, _UNCLEAR)}
    change_at = born_at + timedelta(days=span.days * rng.uniform(0.08, 0.35))
    back_at = change_at + timedelta(days=span.days * rng.uniform(0.15, 0.3))
    acts: dict[str, list[tuple[datetime, Act | PageAct]]] = {
        "lost": [(change_at, lost)],
        "lost, then back": [(change_at, lost), (back_at, PageAct.THERE)],
        "gone": [(change_at, PageAct.GONE)],
        "moved": [(change_at, PageAct.MOVED)],
        "entry": [(born_at, PageAct.MOVED)],
        "legal": [(change_at, PageAct.LEGAL)],
        "members": [(change_at, PageAct.MEMBERS), (back_at, PageAct.THERE)],
    }
    events = [*([] if story == "entry" else [(born_at, PageAct.THERE)]), *acts.get(story, [])]
    edits = [change_at] if story == "edited" else []
    if not forced and story == "lives on":
        events += _loss(rng, born_at, lost)
    return phases_from(events, states=states, edits=edits, end=span.end)


def _loss(rng: Random, born_at: datetime, lost: PageAct) -> list[tuple[datetime, Act | PageAct]]:
    died_at = draw_death(rng, born_at)
    if died_at is None:
        return []
    back_at = draw_return(rng, died_at)
    return [(died_at, lost), (back_at, PageAct.THERE)] if back_at else [(died_at, lost)]


def with_site(own: Sequence[Phase], host: Host) -> tuple[Phase, ...]:
    """The phases of a page, with what becomes of its site: without a name nothing on it lives.

    A page that had gone before its site moved is gone at the new place too.
    """
    marks = sorted({phase.at for phase in own} | {phase.at for phase in host.phases if phase.at > own[0].at})
    found: list[Phase] = []
    for at in marks:
        mine = next(phase for phase in reversed(own) if phase.at <= at)
        site = host.at(at)
        if site.act in (PageAct.NO_NAME, PageAct.PARKED):
            phase = Phase(at, site.act, site.truth, site.told, mine.revision)
        elif site.act is PageAct.MOVED and mine.act is PageAct.THERE:
            phase = Phase(at, PageAct.MOVED, *_STATES[PageAct.MOVED], mine.revision)
        else:
            phase = Phase(at, mine.act, mine.truth, mine.told, mine.revision)
        found.append(phase)
    return tuple(found)

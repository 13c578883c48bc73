"""The sites of the played web's pages: what each answers for a page, for nothing, and when it is sold."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from random import Random
from urllib.parse import quote

from archiver.demo.assets import escape, fill
from archiver.demo.lives import Host, HostStyle, Life, PageAct, Phase
from archiver.demo.wire import Reply, Request, html, redirect, text

__all__ = ["ENTRY", "SELLERS", "parked_reply", "seller_reply", "site_reply"]

#: Who parks and sells domains: where a site that was sold leads to.
SELLERS = ("www.hugedomains.com", "dan.com", "sedo.com", "www.afternic.com")
#: The page that leads to its site's root, and lives.
ENTRY = "index.html"
_ARCHIVE = "/archive"
#: Pages that every site has for good, beside those that are cited.
_STANDING = {"/about/history.html": "How we began", "/about/visit.html": "Where to find us"}
_MENU = " ".join(f'<a href="{path}">{title}</a>' for path, title in _STANDING.items())
_COUNTS = ["the", "a", "one", "every", "no", "another", "this", "that", "each", "some"]
_KINDS = [
    "old",
    "tarred",
    "broken",
    "narrow",
    "second",
    "painted",
    "forgotten",
    "northern",
    "iron",
    "wooden",
    "silent",
    "lower",
    "municipal",
    "copper",
    "drowned",
    "yellow",
    "borrowed",
    "early",
    "heavy",
    "private",
]
_THINGS = [
    "ledger",
    "quay",
    "lantern",
    "mole",
    "capstan",
    "chandlery",
    "gauge",
    "sluice",
    "hull",
    "anchor",
    "ropewalk",
    "net",
    "buoy",
    "signal",
    "survey",
    "harbour",
    "tide",
    "ferry",
    "slipway",
    "gasworks",
    "crane",
    "dredger",
    "warehouse",
    "pilot",
    "chart",
    "bell",
    "lock",
    "weir",
]
_VERBS = [
    "outlived",
    "replaced",
    "measured",
    "hid",
    "carried",
    "cost",
    "answered",
    "crossed",
    "repaired",
    "named",
    "sold",
    "followed",
    "emptied",
    "recorded",
    "counted",
    "lost",
    "flooded",
    "paid",
    "painted",
    "moved",
]
_LINKS = [
    "before",
    "after",
    "beside",
    "without",
    "against",
    "under",
    "until",
    "since",
    "near",
    "because",
    "of",
    "despite",
    "along",
]


def site_reply(request: Request, *, host: Host, pages: Mapping[str, Life], instant: datetime) -> Reply:
    """What a site with its name and its owner answers. `pages` are its pages by path."""
    if request.path == "/robots.txt":
        return text("User-agent: *\nDisallow: /\n" if host.style is HostStyle.KEPT_OUT else "User-agent: *\nAllow: /\n")
    if host.style is HostStyle.SHELL:
        return _shell(host)
    life = pages.get(request.path)
    phase = life.own_at(instant) if life else None
    if life is not None and phase is not None:
        return _page_reply(request, host=host, life=life, phase=phase)
    moved = pages.get(request.path.removeprefix(_ARCHIVE))
    phase = moved.own_at(instant) if moved else None
    if moved is not None and phase is not None and phase.act is PageAct.MOVED:
        return html(_page(moved, phase.revision))
    if request.path in _STANDING:
        title = _STANDING[request.path]
        return html(_in_frame(title, f"<h1>{title}</h1>{_paragraphs(host.name + title, 0)}"))
    return _home(host) if request.path == "/" else _nothing_here(request, host)


def _page_reply(request: Request, *, host: Host, life: Life, phase: Phase) -> Reply:
    match phase.act:
        case PageAct.THERE:
            return html(_page(life, phase.revision))
        case PageAct.MOVED:
            return redirect(_new_place(life, request.host), 301)
        case PageAct.GONE:
            return html(_in_frame("Gone", "<h1>Gone</h1><p>This page was removed for good.</p>"), 410)
        case PageAct.LEGAL:
            return html(_in_frame("Unavailable", "<h1>Unavailable for legal reasons</h1>"), 451)
        case PageAct.MEMBERS:
            return html(_in_frame("Members only", "<h1>Please log in</h1>"), 401)
        case _:
            return _nothing_here(request, host)


def _new_place(life: Life, host: str) -> str:
    """Where a page answers now: the entry page at the root, any other below `/archive/`."""
    scheme, _, rest = life.resource.uri.partition("://")
    path = rest.partition("/")[2]
    return f"{scheme}://{host}/" if path == ENTRY else f"{scheme}://{host}{_ARCHIVE}/{path}"


def _nothing_here(request: Request, host: Host) -> Reply:
    """The site's answer for an address at which nothing is."""
    match host.style:
        case HostStyle.NOTICE:
            words = f"<h1>Page not found</h1><p>We could not find what you were looking for on {host.name}.</p>"
            return html(_in_frame(f"Page not found – {host.name}", words))
        case HostStyle.TO_ROOT:
            return redirect(f"{host.scheme}://{request.host}/", 302)
        case HostStyle.TO_404_PATH:
            return _to_404(request, host)
        case HostStyle.HOME:
            return _home(host)
        case _:
            return html(_in_frame("404 Not Found", "<h1>Not Found</h1><p>There is nothing at this address.</p>"), 404)


def _to_404(request: Request, host: Host) -> Reply:
    if request.path == "/404.html":
        return html(_in_frame("Not found", "<h1>Sorry</h1><p>That page is no longer there.</p>"))
    return redirect(f"{host.scheme}://{request.host}/404.html", 302)


def _home(host: Host) -> Reply:
    words = f"<h1>{host.name}</h1><p>Welcome. News of the harbour since 1998.</p>{_paragraphs(host.name, 0)}"
    return html(_in_frame(f"{host.name} – home", words))


def _shell(host: Host) -> Reply:
    body = '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>'
    return html(_plain(host.name, f'{body}<script src="/static/js/main.4f21.js"></script>'))


def _page(life: Life, revision: int) -> str:
    url = life.resource.uri
    if life.story == "about_404":
        words = "<h1>404 Not Found: a short history of an error</h1>"
        return _in_frame("404 Not Found: a short history", words + _paragraphs(url, revision) * 2)
    title = _title(url)
    return _in_frame(title, f"<article><h1>{escape(title)}</h1>{_paragraphs(url, revision)}</article>")


def _title(url: str) -> str:
    chance = Random(f"title of {url}")  # noqa: S311  # a play, no secret
    return f"On {_phrase(chance)} and {_phrase(chance)}"


@lru_cache(maxsize=4096)
def _paragraphs(seed_text: str, revision: int) -> str:
    """Some paragraphs of words that no other page has in this order; an edit puts another sentence in the second."""
    chance = Random(f"text of {seed_text}")  # noqa: S311  # a play, no secret
    said = [" ".join(_sentence(chance) for _ in range(3)) for _ in range(5)]
    if revision:
        said[1] = f"Correction {revision}: {_sentence(Random(f'{seed_text} {revision}'))} {said[1].partition('. ')[2]}"  # noqa: S311
    return "".join(f"<p>{words}</p>" for words in said)


def _sentence(chance: Random) -> str:
    parts = [_phrase(chance), chance.choice(_VERBS), _phrase(chance), chance.choice(_LINKS), _phrase(chance)]
    if chance.random() < 0.5:  # noqa: PLR2004  # half of them
        parts += [chance.choice(_LINKS), str(chance.randrange(1640, 2020))]
    said = " ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _phrase(chance: Random) -> str:
    return f"{chance.choice(_COUNTS)} {chance.choice(_KINDS)} {chance.choice(_THINGS)}"


def _plain(title: str, body: str) -> str:
    return fill("shared/plain.html", title=escape(title), body=body)


def _in_frame(title: str, body: str) -> str:
    """A page of a site, its errors and its home page too: with the menu that all of them have."""
    return _plain(title, f'<nav><a href="/">Home</a> {_MENU}</nav>{body}<footer>{_MENU}</footer>')


# --- domains that were given up --------------------------------------------------------------------


def parked_reply(request: Request, host: Host) -> Reply:
    """A parked domain, alike for every path and below every name: some lead away to the seller, some do not."""
    seed = sum(host.name.encode())
    seller = SELLERS[seed % len(SELLERS)]
    if request.path == "/robots.txt":
        return text("User-agent: *\nAllow: /\n")
    if seed % 2:
        return redirect(f"https://{seller}/domain/{quote(host.name)}")
    offer = (
        f"<h1>{host.name} is for sale</h1><p>This domain is parked. Buy this domain at "
        f'<a href="https://{seller}/domain/{host.name}">{seller}</a>.</p>'
        "<ul><li>Related searches</li><li>Harbour cruises</li><li>Cheap rope</li></ul>"
        f'<script src="https://{seller}/lander.js"></script>'
    )
    return html(_plain(f"{host.name} – this domain is for sale", offer))


def seller_reply(request: Request) -> Reply:
    """The site of one who sells domains."""
    if request.path == "/robots.txt":
        return text("User-agent: *\nAllow: /\n")
    name = request.segments[-1] if request.segments else "domains"
    return html(_plain(f"{name} is for sale", f"<h1>{escape(name)}</h1><p>Buy this domain now, in three steps.</p>"))

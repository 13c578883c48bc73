"""The ordinary pages that articles link to: there, moved, gone, forbidden, broken."""

from collections.abc import Callable

from archiver.demo.assets import fill
from archiver.demo.platforms.common import RETRY_AFTER_S, picture_reply, to_https
from archiver.demo.script import LinkTruth
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, redirect
from archiver.model.states import Availability

__all__ = ["HOSTS", "LINKS"]

_RECORDS = "https://www.civic-records.example"
_MAPS = "http://old-maps.example"

_WALL = (
    "<h1>Harbour wall: report on the repair, 2026</h1><p>Of 214 blocks in the north wall, 61 were lifted, 44 were "
    "recut and 17 were replaced with stone from the old gasworks quay. The works took eleven months.</p>"
    '<p><img src="/plans/wall.jpg" alt="The harbour" width="640"></p>'
    "<table><tr><th>Section</th><th>Blocks lifted</th></tr><tr><td>Head</td><td>12</td></tr>"
    "<tr><td>Elbow</td><td>38</td></tr><tr><td>Root</td><td>11</td></tr></table>"
)
_TIDES = (
    "<h1>Tide tables 2026</h1><p>Saltmere, heights above chart datum.</p><table>"
    "<tr><th>Day</th><th>High</th><th>Low</th></tr><tr><td>7 November</td><td>19:12, 3.1 m</td>"
    "<td>12:58, 0.4 m</td></tr><tr><td>8 November</td><td>20:01, 3.2 m</td><td>13:44, 0.3 m</td></tr></table>"
)
_LEDGER = "<h1>The lock keeper's ledger</h1><p>7 November 2026: 412 out, 409 in. Signed, the keeper of the day.</p>"
_MAP = '<h1>Saltmere, surveyed 1889</h1><p><img src="/sheet-4.jpg" alt="Sheet 4" width="600"></p>'


def _page(title: str, body: str) -> Callable[[], Reply]:
    return lambda: html(fill("shared/plain.html", title=title, body=body))


def _lost(status: int, words: str, *headers: tuple[str, str]) -> Callable[[], Reply]:
    page = fill("shared/plain.html", title=f"{status} {words}", body=f"<h1>{words}</h1>")
    return lambda: Reply(page.encode(), status=status, headers=headers)


# Path → what is served, and what an archive must say of it.
_PAGES: dict[str, tuple[Callable[[], Reply], Availability]] = {
    "/harbour/wall-report-2026": (_page("Harbour wall report", _WALL), Availability.LIVE),
    "/tides/2026": (_page("Tide tables 2026", _TIDES), Availability.LIVE),
    "/harbour/ledger": (_page("Lock keeper's ledger", _LEDGER), Availability.LIVE),
    "/minutes/2024-02-30": (_lost(404, "Not found"), Availability.GONE_UNSPECIFIED),
    "/minutes/1999": (_lost(410, "Gone"), Availability.GONE_UNSPECIFIED),
    "/survey/sealed": (_lost(451, "Unavailable for legal reasons"), Availability.GEO_LEGAL),
    "/survey/members": (_lost(401, "Log in"), Availability.LOGIN),
    "/survey/forbidden": (_lost(403, "Forbidden"), Availability.BLOCKED),
    "/rota": (_lost(429, "Too many requests", ("Retry-After", str(RETRY_AFTER_S))), Availability.RATE_LIMITED),
    "/broken": (_lost(500, "Internal server error"), Availability.SERVER_ERROR),
    "/reset": (lambda: Reply(delivery=Delivery.RESET), Availability.UNREACHABLE),
    "/silent": (lambda: Reply(delivery=Delivery.SILENT), Availability.UNREACHABLE),
}
_MOVED = {"/ledger.php": f"{_RECORDS}/harbour/ledger"}


def _records(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/plans/wall.jpg":
        return picture_reply("harbour", 960, 640)
    if request.path in _MOVED:
        return redirect(_MOVED[request.path], 301)
    make, _ = _PAGES.get(request.path, (_lost(404, "Not found"), None))
    return make()


def _maps(request: Request) -> Reply:
    """A site that never learnt HTTPS."""
    if request.path == "/sheet-4.jpg":
        return picture_reply("chart", 900, 600)
    return _page("Old maps of Saltmere", _MAP)() if request.path == "/" else _lost(404, "Not found")()


def _truth() -> dict[str, LinkTruth]:
    links = {
        f"{_RECORDS}{path}": LinkTruth(url=f"{_RECORDS}{path}", availability=state, complete=state is Availability.LIVE)
        for path, (_, state) in _PAGES.items()
    }
    links[f"{_MAPS}/"] = LinkTruth(url=f"{_MAPS}/", availability=Availability.LIVE, complete=True)
    moved = {f"{_RECORDS}{path}": target for path, target in _MOVED.items()}
    moved["https://t.co/T1deT4bl3s"] = f"{_RECORDS}/tides/2026"
    moved["https://t.co/Rp4Harb0ur"] = f"{_RECORDS}/harbour/wall-report-2026"
    for url, target in moved.items():
        links[url] = LinkTruth(url=url, availability=Availability.MOVED, complete=True, final_url=target)
    return links


HOSTS: dict[str, Handler] = {"www.civic-records.example": _records, "old-maps.example": _maps}
LINKS: dict[str, LinkTruth] = _truth()

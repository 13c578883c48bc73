"""The newspapers of the demo web: their articles, and the addresses at which nothing good happens."""

from dataclasses import replace
from functools import cache

from archiver.demo.articles import ArticleScript, Rendered, render
from archiver.demo.assets import asset_reply, fill
from archiver.demo.platforms.common import SLOW_S, picture_reply, to_https
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, redirect
from archiver.model.states import Availability

__all__ = [
    "ARTICLES",
    "BENCH_URL",
    "FAILING",
    "HOSTS",
    "LAZY_URL",
    "SAMPLE_URL",
    "SHELL_URL",
    "article_at",
    "bench_article",
]

_COURIER = "https://www.harbour-courier.example"
_LEDGER = "https://news.northgate-ledger.example"
_WEEKLY = "https://www.tideline-weekly.example"

#: The article that `make archive` shows.
SAMPLE_URL = f"{_COURIER}/2026/11/lantern-regatta-returns"
#: An application's empty frame: its script fetches the article at `LAZY_URL` and puts it there.
SHELL_URL = f"{_WEEKLY}/app/lantern-night"
LAZY_URL = f"{_WEEKLY}/lantern-night"
#: `BENCH_URL` and a number: an article that embeds so many generated posts.
BENCH_URL = f"{_COURIER}/bench/"
_MAX_BENCH = 100_000

_ROUNDUP = "Regatta returns to Saltmere after a winter without a wall"
_AGENCIES = "Staff and agencies"
_NIGHT = "Lantern night, post by post"
_HANNO = "Hanno Pemberton-Ruiz"

ARTICLES: tuple[ArticleScript, ...] = (
    ArticleScript(
        url=SAMPLE_URL,
        template="regatta.html",
        title="The night the lanterns came back",
        byline="Isolde Marchbanks",
        published_at="2026-11-08T10:30:00+00:00",
    ),
    ArticleScript(
        url=f"{_COURIER}/2026/11/what-the-platforms-kept",
        template="kept.html",
        title="What the platforms kept",
        byline="Isolde Marchbanks",
        published_at="2026-11-10T07:00:00+00:00",
    ),
    ArticleScript(
        url=f"{_COURIER}/2026/11/letters",
        template="kinds.html",
        title="Letters, in the new manner",
        byline="The letters desk",
        published_at="2026-11-11T06:00:00+00:00",
    ),
    ArticleScript(
        url=f"{_LEDGER}/local/regatta-roundup.html",
        template="flattened.html",
        published_at="2026-11-09T08:00:00+00:00",
        title=_ROUNDUP,
        byline=_AGENCIES,
    ),
    ArticleScript(
        url=f"{_LEDGER}/syndicated/regatta-roundup.md",
        template="flattened.md",
        published_at=None,
        media_type="text/markdown; charset=utf-8",
        title=_ROUNDUP,
        byline=_AGENCIES,
    ),
    ArticleScript(
        url=f"{_LEDGER}/syndicated/regatta-roundup.txt",
        template="flattened.txt",
        published_at=None,
        media_type="text/plain; charset=utf-8",
        title=_ROUNDUP,
        byline=_AGENCIES,
    ),
    ArticleScript(
        url=f"{_WEEKLY}/amp/lantern-night",
        template="amp.html",
        published_at="2026-11-12T09:00:00+00:00",
        title=_NIGHT,
        byline=_HANNO,
    ),
    ArticleScript(
        url=LAZY_URL,
        template="lazy.html",
        published_at="2026-11-12T09:00:00+00:00",
        title=_NIGHT,
        byline=_HANNO,
    ),
    ArticleScript(
        url=f"{_WEEKLY}/unruly-links",
        template="hostile.html",
        title="Links that readers should not have sent us",
        byline=_HANNO,
        published_at="2026-11-13T09:00:00+00:00",
    ),
    ArticleScript(
        url=f"{_WEEKLY}/slow-news",
        template="lazy.html",
        title="Slow news",
        byline=_HANNO,
        published_at="2026-11-14T09:00:00+00:00",
    ),
)
_BY_URL = {article.url: article for article in ARTICLES}
_SLOW = f"{_WEEKLY}/slow-news"

#: Addresses that give no article, and what an archive must say of each.
FAILING: dict[str, Availability] = {
    f"{_COURIER}/2026/11/unpublished": Availability.GONE_UNSPECIFIED,
    f"{_COURIER}/2026/11/round-and-round": Availability.UNREACHABLE,
    f"{_COURIER}/2026/11/broken": Availability.SERVER_ERROR,
    f"{_COURIER}/2026/11/silent": Availability.UNREACHABLE,
    f"{_COURIER}/2026/11/reset": Availability.UNREACHABLE,
    "https://expired-certificate.example/": Availability.UNREACHABLE,
    "https://wrong-certificate.example/": Availability.UNREACHABLE,
}


@cache
def article_at(url: str) -> Rendered | None:
    """The article at `url` with its truth, or None."""
    article = _BY_URL.get(url)
    return render(article) if article else None


@cache
def bench_article(count: int) -> Rendered:
    """The article that embeds the first `count` generated posts."""
    script = ArticleScript(
        url=f"{BENCH_URL}{count}",
        template="bench.html",
        title=f"The tide log, {count} entries",
        byline="The tide desk",
        published_at=None,
        count=count,
    )
    return render(script)


def _article(request: Request) -> Reply:
    url = f"https://{request.host}{request.path}"
    found = article_at(url)
    if found is None:
        page = fill("shared/plain.html", title="Page not found", body="<h1>Page not found</h1>")
        return html(page, 404)
    reply = Reply(found.body, _BY_URL[url].media_type, delivery=Delivery.CHUNKED)
    return replace(reply, delay_s=SLOW_S) if url == _SLOW else reply


def _courier(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    parts = request.segments
    if request.path == "/courier.css":
        return asset_reply("news/courier.css")
    if parts[:1] == ("images",):
        return picture_reply(parts[-1].removesuffix(".jpg"))
    if len(parts) == 2 and parts[0] == "bench" and parts[1].isdecimal():  # noqa: PLR2004  # bench/N
        return Reply(bench_article(min(int(parts[1]), _MAX_BENCH)).body)
    return _misfortune(request) or _article(request)


def _misfortune(request: Request) -> Reply | None:
    name = request.segments[-1] if request.segments else ""
    if name == "round-and-round":
        turn = int(request.query.get("turn", "0")) if request.query.get("turn", "0").isdecimal() else 0
        return redirect(f"{_COURIER}/2026/11/round-and-round?turn={turn + 1}")
    if name == "broken":
        return html(fill("shared/plain.html", title="Error", body="<h1>Something broke</h1>"), 500)
    if name == "silent":
        return Reply(delivery=Delivery.SILENT)
    return Reply(delivery=Delivery.RESET) if name == "reset" else None


def _other(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    shell = f"https://{request.host}{request.path}" == SHELL_URL
    return html(fill("news/shell.html", article=LAZY_URL)) if shell else _article(request)


HOSTS: dict[str, Handler] = {
    "www.harbour-courier.example": _courier,
    "news.northgate-ledger.example": _other,
    "www.tideline-weekly.example": _other,
    "expired-certificate.example": _other,
    "wrong-certificate.example": _other,
}

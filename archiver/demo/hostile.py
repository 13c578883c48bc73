"""Pages that would wear an archiver out: they hang, shout, multiply, run away or never end.

Each looks like a post, so that whatever is captured before the trouble begins looks right.
"""

from collections.abc import Callable

from archiver.demo import bombs
from archiver.demo.assets import fill
from archiver.demo.tantrums import SCRIPTS, SERVICE_WORKER
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, redirect

__all__ = ["CITED", "HOST", "HOSTS", "WAYS"]

HOST = "posts.unruly.example"
_BOMB_MEGABYTES = 300
_ENDLESS = b"<p>There is more where this came from.</p>\n" * 200
_TWO_GIGABYTES = 2 << 30
_PICTURE_PX = 30_000
#: A head of 300 KB; most clients read a quarter of that.
_LONG_HEAD = (("X-Filler", "x" * 3000),) * 100


def _post(trouble: str = "", head: str = "") -> Reply:
    return html(fill("hostile/post.html", head=head, trouble=trouble))


def _script(code: str) -> Callable[[Request], Reply]:
    return lambda _request: _post(f"<script>{code}</script>")


def _odd(delivery: Delivery) -> Callable[[Request], Reply]:
    return lambda _request: Reply(fill("hostile/post.html", head="", trouble="").encode(), delivery=delivery)


def _endless_redirect(request: Request) -> Reply:
    return redirect(f"https://{HOST}/redirect?n={_turn(request) + 1}")


def _turn(request: Request) -> int:
    number = request.query.get("n", "0")
    return int(number) if number.isdecimal() else 0


def _ping_pong(request: Request) -> Reply:
    """Two pages that send to each other, each time with a form."""
    target = f"/ping-pong?n={_turn(request) + 1}"
    return _post(f'<form method=post action="{target}"></form><script>document.forms[0].submit()</script>')


def _download(_request: Request) -> Reply:
    disposition = ("Content-Disposition", 'attachment; filename="../../post.exe"')
    return Reply(b"MZ" + bytes(4096), "application/octet-stream", headers=(disposition,))


def _coded(body: Callable[[int], bytes], coding: str) -> Callable[[Request], Reply]:
    """300 MiB of zeros in what is far less than a megabyte on the wire."""
    headers = (("Content-Encoding", coding),)
    return lambda _request: Reply(body(_BOMB_MEGABYTES), headers=headers, compress=False)


def _endless(_request: Request) -> Reply:
    return Reply(_ENDLESS, delivery=Delivery.ENDLESS)


def _gigabytes(_request: Request) -> Reply:
    return Reply(_ENDLESS * 16, delivery=Delivery.ENDLESS, declared_bytes=_TWO_GIGABYTES)


def _entities(_request: Request) -> Reply:
    page = f'{bombs.entities()}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>&e9;</p></body></html>'
    return Reply(page.encode(), "application/xhtml+xml; charset=utf-8")


def _uses(_request: Request) -> Reply:
    """A drawing that holds itself ten times, ten levels deep."""
    levels = "".join(
        f'<g id="u{level}">{f"<use href=#u{level - 1} />" * 10}</g>'
        if level
        else '<g id="u0"><path d="M0 0h9v9z"/></g>'
        for level in range(10)
    )
    return _post(f'<svg width="100" height="100"><defs>{levels}</defs><use href="#u9"/></svg>')


_SITES: dict[str, Callable[[Request], Reply]] = {
    "silent": _odd(Delivery.SILENT),
    "stalled": _odd(Delivery.STALLED),
    "short": _odd(Delivery.SHORT),
    "reset": _odd(Delivery.RESET),
    "garbage": _odd(Delivery.GARBAGE),
    "drip": _odd(Delivery.DRIP),
    "hints": _odd(Delivery.HINTS),
    "long-head": lambda _request: Reply(_post().body, headers=_LONG_HEAD),
    "cookies": lambda _request: Reply(
        _post().body, headers=tuple(("Set-Cookie", f"c{n}={'x' * 3000}; Path=/") for n in range(60))
    ),
    "endless": _endless,
    "gigabytes": _gigabytes,
    "bomb": _coded(bombs.gzip_of_zeros, "gzip"),
    "bomb-brotli": _coded(bombs.brotli_of_zeros, "br"),
    "bomb-zstd": _coded(bombs.zstd_of_zeros, "zstd"),
    "bomb-twice": _coded(bombs.twice_gzipped, "gzip, gzip"),
    "bomb-picture": lambda _request: _post('<img src="/huge.png" width="600" height="600" alt="">'),
    "entities": _entities,
    "uses": _uses,
    "redirect": _endless_redirect,
    "ping-pong": _ping_pong,
    "download": _download,
    "away": _script(f"location.replace('https://{HOST}/elsewhere');"),
    "away-late": _script(f"setTimeout(() => {{ location.href = 'https://{HOST}/elsewhere'; }}, 300);"),
    "tall": lambda _request: _post('<div style="height:2000000px">Tall.</div>'),
    "inside": lambda request: _post(f'<iframe src="/inside?n={_turn(request) + 1}"></iframe>' * 2),
    "never-loads": lambda _request: _post(head='<link rel="stylesheet" href="/silent">'),
    "refresh": lambda _request: _post(head='<meta http-equiv="refresh" content="0">'),
    "elsewhere": lambda _request: _post("<p>You are somewhere else.</p>"),
    "calm": lambda _request: _post(),
}
_WAYS = _SITES | {name: _script(code) for name, code in SCRIPTS.items()}
#: Every way, by the path that plays it; `calm` is the same page without the trouble, `elsewhere` a calm one too.
WAYS: tuple[str, ...] = tuple(_WAYS)
#: Those that the demo web's article of unruly links cites: one of each kind, so that archiving it stays bearable.
CITED = (
    *("silent", "stalled", "short", "reset", "garbage", "endless", "bomb", "redirect", "download", "alerts"),
    *("prompts", "windows", "unload", "away", "away-late", "reload", "spin", "memory", "dom", "tall", "fetches"),
    *("never-loads", "refresh", "elsewhere", "calm"),
)

_PARTS: dict[str, Callable[[Request], Reply]] = {
    "huge.png": lambda _request: Reply(bombs.picture(_PICTURE_PX), "image/png"),
    "service-worker.js": lambda _request: Reply(SERVICE_WORKER.encode(), "application/javascript"),
}


def _site(request: Request) -> Reply:
    name = request.path.strip("/")
    way = _WAYS.get(name) or _PARTS.get(name)
    return way(request) if way else html(fill("shared/plain.html", title="404", body="<h1>Not found</h1>"), 404)


HOSTS: dict[str, Handler] = {HOST: _site}

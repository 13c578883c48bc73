"""Pages that would wear an archiver out: they hang, shout, multiply, run away or never end.

Each looks like a post, so that whatever is captured before the trouble begins looks right.
"""

import struct
import zlib
from collections.abc import Callable
from functools import cache

from archiver.demo.assets import fill
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, redirect

__all__ = ["HOST", "HOSTS", "WAYS"]

HOST = "posts.unruly.example"
_BOMB_BYTES = 300 << 20
_BOMB_PART_BYTES = 10 << 20
_ENDLESS = b"<p>There is more where this came from.</p>\n" * 200


def _post(trouble: str = "", head: str = "") -> Reply:
    return html(fill("hostile/post.html", head=head, trouble=trouble))


def _script(code: str) -> Callable[[Request], Reply]:
    return lambda _request: _post(f"<script>{code}</script>")


def _odd(delivery: Delivery) -> Callable[[Request], Reply]:
    return lambda _request: Reply(fill("hostile/post.html", head="", trouble="").encode(), delivery=delivery)


def _endless_redirect(request: Request) -> Reply:
    number = int(request.query.get("n", "0")) if request.query.get("n", "0").isdecimal() else 0
    return redirect(f"https://{HOST}/redirect?n={number + 1}")


def _download(_request: Request) -> Reply:
    disposition = ("Content-Disposition", 'attachment; filename="../../post.exe"')
    return Reply(b"MZ" + bytes(4096), "application/octet-stream", headers=(disposition,))


@cache
def _bomb_body() -> bytes:
    """One gzip member, put together from a repeated block, which is faster than compressing it all."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    part = bytes(_BOMB_PART_BYTES)
    block = squeeze.compress(part) + squeeze.flush(zlib.Z_FULL_FLUSH)
    count, check = _BOMB_BYTES // _BOMB_PART_BYTES, 0
    for _ in range(count):
        check = zlib.crc32(part, check)
    head, last = b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x03\0"  # RFC 1952 §2.3; an empty last block
    return head + block * count + last + struct.pack("<II", check, _BOMB_BYTES)


def _bomb(_request: Request) -> Reply:
    """300 MiB of zeros in 0.3 MB of gzip."""
    return Reply(_bomb_body(), headers=(("Content-Encoding", "gzip"),), compress=False)


def _endless(_request: Request) -> Reply:
    return Reply(_ENDLESS, delivery=Delivery.ENDLESS)


#: The memory hog stops at 3 GB, so that a test without a bound spoils the test and not the machine.
_HOG = (
    "const hoard = []; const more = () => { if (hoard.length < 300) { "
    "hoard.push(new Uint8Array(10 << 20).fill(hoard.length & 255)); setTimeout(more, 0); } }; more();"
)

_WAYS: dict[str, Callable[[Request], Reply]] = {
    "silent": _odd(Delivery.SILENT),
    "stalled": _odd(Delivery.STALLED),
    "short": _odd(Delivery.SHORT),
    "reset": _odd(Delivery.RESET),
    "garbage": _odd(Delivery.GARBAGE),
    "endless": _endless,
    "bomb": _bomb,
    "redirect": _endless_redirect,
    "download": _download,
    "alerts": _script("for (;;) alert('Hello again');"),
    "prompts": _script("confirm('Are you sure?'); prompt('Your name?'); print(); setTimeout(() => alert('late'), 50);"),
    "windows": _script("setInterval(() => window.open('/windows?' + Math.random()), 10);"),
    "unload": _script("window.onbeforeunload = (event) => { event.preventDefault(); return 'Stay!'; };"),
    "away": _script(f"location.replace('https://{HOST}/elsewhere');"),
    "away-late": _script(f"setTimeout(() => {{ location.href = 'https://{HOST}/elsewhere'; }}, 300);"),
    "reload": _script("location.reload();"),
    "spin": _script("for (;;) {}"),
    "memory": _script(_HOG),
    "dom": _script(
        "setInterval(() => { for (let n = 0; n < 5000; n++) document.body.append(document.createElement('b')); }, 0);"
    ),
    "tall": lambda _request: _post('<div style="height:2000000px">Tall.</div>'),
    "fetches": _script("setInterval(() => fetch('/elsewhere?' + Math.random()), 5);"),
    "never-loads": lambda _request: _post(head='<link rel="stylesheet" href="/silent">'),
    "refresh": lambda _request: _post(head='<meta http-equiv="refresh" content="0">'),
    "elsewhere": lambda _request: _post("<p>You are somewhere else.</p>"),
    "calm": lambda _request: _post(),
}
#: Every way, by the path that plays it; `calm` is the same page without the trouble.
WAYS: tuple[str, ...] = tuple(_WAYS)


def _site(request: Request) -> Reply:
    way = _WAYS.get(request.path.strip("/"))
    return way(request) if way else html(fill("shared/plain.html", title="404", body="<h1>Not found</h1>"), 404)


HOSTS: dict[str, Handler] = {HOST: _site}

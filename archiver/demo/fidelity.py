"""The proof sheet: every way in which a page can ask for something, with bytes that are known.

The article at `ARTICLE_URL` leads to pages and posts that come whole, and to others of which a
body ends before its declared length. `known_body` tells what an address serves, before any coding.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from archiver.demo.assets import asset_reply, escape, fill, static
from archiver.demo.ids import at, mastodon_id
from archiver.demo.media import avatar
from archiver.demo.platforms.common import iso
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, json_reply, redirect, text

__all__ = [
    "ARTICLE_URL",
    "CUT_URLS",
    "HOST",
    "HOSTS",
    "KNOWN",
    "OTHER",
    "PAGE_URL",
    "POST_URLS",
    "SHORT_URLS",
    "known_body",
]

HOST = "www.proof-sheet.example"
#: Another site, whose frame the page holds.
OTHER = "plates.foundry-press.example"
SOCIAL = "social.proof-sheet.example"
_READERS = "www.proof-readers.example"

ARTICLE_URL = f"https://{_READERS}/proofs-of-the-week"
#: All of it comes whole.
PAGE_URL = f"https://{HOST}/page"

_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_ETAG = '"proof-9"'
_WAV_BYTES = 8 << 20
_STATUSES = (301, 302, 303, 307, 308)


# --- known bytes -----------------------------------------------------------------------------


def _noise(name: str, size: int) -> bytes:
    """Bytes that no coding makes smaller, the same every time."""
    return hashlib.shake_256(name.encode()).digest(size)


def _words(name: str) -> bytes:
    """Text that every coding makes smaller; long enough to be coded at all."""
    lines = (f"Plate {number} of {name}: the tide came in at the usual hour.\n" for number in range(400))
    return "".join(lines).encode()


def _wav() -> bytes:
    """A sound of 8 MiB: plain samples, which every browser plays."""
    data = _noise("wav", _WAV_BYTES - 44)
    rate, channels, depth = 48_000, 2, 16
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * depth // 8, 4, depth)
    head = struct.pack("<4sI4s", b"RIFF", _WAV_BYTES - 8, b"WAVE") + form + struct.pack("<4sI", b"data", len(data))
    return head + data


_NOISE = {
    "/chunked.bin": 100_000,
    "/ranged.bin": 50_000,
    "/tail.bin": 50_000,
    "/blob.bin": 500_000,
    "/worker.bin": 3_000,
    "/shared.bin": 4_000,
    "/offline/small.bin": 2_000,
    "/offline/large.bin": 1_000_000,
    "/frame.bin": 5_000,
    "/hls/high-0.ts": 188 * 900,
    "/hls/high-1.ts": 188 * 700,
    "/hls/high-2.ts": 188 * 300,
}
_CODED = {"gzip": "gzip", "br": "br", "zstd": "zstd", "chunked": "gzip"}
_HLS = "#EXTM3U\n#EXT-X-VERSION:3\n"
_MAIN = _HLS + (
    "#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720\n/hls/high.m3u8\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=320x180\n/hls/low.m3u8\n"
)
_HIGH = _HLS + "".join(f"#EXTINF:4.0,\n/hls/high-{number}.ts\n" for number in range(3)) + "#EXT-X-ENDLIST\n"
_TEXTS = {
    "/hls/main.m3u8": _MAIN,
    "/hls/high.m3u8": _HIGH,
    "/headers.txt": "Read the headers.\n",
    "/cookie.txt": "You brought two cookies.\n",
    "/empty.txt": "",
    "/etag.txt": "Unchanged since the first proof.\n" * 20,
    "/offline/active.txt": "The service worker is at work.\n",
    "/offline/page.html": "<!DOCTYPE html><title>Offline</title><p>You are offline.</p>",
    "/offline/style.css": "p { color: teal }",
    "/more.css": "h1 { color: #724 }",
    "/frame.css": "body { background: #eef }",
    "/inner": "<!DOCTYPE html><title>Inner</title><p>Home again.</p>",
    **{f"/to/{status}": f"arrived by {status}" for status in _STATUSES},
}
_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "m3u8": "application/vnd.apple.mpegurl",
    "ts": "video/mp2t",
    "txt": _TEXT,
    "inner": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8",
}

#: The paths, of any of the sites, whose bytes `known_body` tells; pages and pictures are not among them.
KNOWN = frozenset(("/audio.wav", *_NOISE, *(f"/coded/{name}.txt" for name in _CODED), *_TEXTS))


@cache
def known_body(path: str) -> bytes:
    """What is served at a path of `KNOWN`, before any coding (KeyError for another)."""
    if path == "/audio.wav":
        return _wav()
    if path in _NOISE:
        return _noise(path, _NOISE[path])
    return _TEXTS[path].encode() if path in _TEXTS else _words(path)


# --- the sites ----------------------------------------------------------------------------------


def _known_reply(path: str) -> Reply:
    ending = path.rpartition("/")[2].rpartition(".")[2]
    return Reply(known_body(path), _MEDIA_TYPES.get(ending, _BYTES))


def _headers(_request: Request) -> Reply:
    cookies = (("Set-Cookie", "tray=1; Path=/; Secure"), ("Set-Cookie", "plate=2; Path=/; Secure"))
    more = (("X-Proof", "one"), ("x-proof", "two,  three"), ("X-PROOF", ""))
    return replace(_known_reply("/headers.txt"), headers=(*cookies, *more))


def _etag(request: Request) -> Reply:
    headers = (("ETag", _ETAG), ("Cache-Control", "no-cache"))
    if request.header("If-None-Match") == _ETAG:
        return Reply(status=304, headers=headers)
    return replace(_known_reply("/etag.txt"), headers=headers)


def _moved(status: int, _request: Request) -> Reply:
    return redirect(f"/to/{status}", status)


def _taken(request: Request) -> Reply:
    """What was sent, sent back."""
    return Reply(request.body, request.header("Content-Type") or _BYTES)


_SPECIAL: dict[str, Callable[[Request], Reply]] = {
    "/page": lambda _request: html(fill("fidelity/page.html", other=OTHER)),
    "/headers.txt": _headers,
    "/etag.txt": _etag,
    "/nothing": lambda _request: Reply(status=204),
    "/taken": _taken,
    "/form": lambda _request: redirect("/taken", 307),
    "/beacon": lambda _request: Reply(status=204),
    "/beacon/leaving": lambda _request: Reply(status=204),
    "/socket": lambda _request: Reply(delivery=Delivery.WEBSOCKET),
    "/audio.wav": lambda _request: Reply(known_body("/audio.wav"), "audio/wav", ranges=True),
    "/ranged.bin": lambda request: replace(_known_reply(request.path), ranges=True),
    "/tail.bin": lambda request: replace(_known_reply(request.path), ranges=True),
    "/chunked.bin": lambda request: replace(_known_reply(request.path), delivery=Delivery.CHUNKED),
    "/coded/chunked.txt": lambda request: replace(_known_reply(request.path), delivery=Delivery.CHUNKED),
    "/short": lambda _request: Reply(_long_page(), delivery=Delivery.SHORT),
    "/cut": lambda _request: html(_page_with_cut_picture()),
    "/images/cut.png": lambda _request: Reply(avatar("cut", 400), "image/png", delivery=Delivery.SHORT),
    **{f"/from/{status}": partial(_moved, status) for status in _STATUSES},
}


def _site(request: Request) -> Reply:
    special = _SPECIAL.get(request.path)
    if special is not None:
        return special(request)
    if request.path in KNOWN:
        name = request.segments[-1].partition(".")[0]
        return replace(_known_reply(request.path), coding=_CODED.get(name, "gzip"), insists=name == "zstd")
    return _picture(request) or static(request, "fidelity") or text("There is no such proof.\n", 404)


def _picture(request: Request) -> Reply | None:
    if request.segments[:1] != ("images",):
        return None
    name = request.segments[-1].removesuffix(".png")
    side = int(name.rpartition("-")[2]) if name.rpartition("-")[2].isdecimal() else 1
    return Reply(avatar(name, 48 + min(side, 1280) * 8 % 640), "image/png")


def _other(request: Request) -> Reply:
    """Another site: its frame, and what only a preflight allows to ask of it."""
    if request.path == "/frame":
        return html(fill("fidelity/frame.html", host=HOST))
    if request.path != "/plates":
        return _site(request)
    allowed = (
        ("Access-Control-Allow-Origin", f"https://{HOST}"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "content-type, x-plate"),
        ("Access-Control-Max-Age", "600"),
    )
    return (
        Reply(status=204, headers=allowed)
        if request.method == "OPTIONS"
        else replace(_taken(request), headers=allowed[:1])
    )


# --- bodies that end early ------------------------------------------------------------------------


def _long_page() -> bytes:
    lines = "".join(f"<p>Line {number} of the proof.</p>\n" for number in range(400))
    return fill("shared/plain.html", title="Short proof", body=f"<h1>Short proof</h1>{lines}").encode()


def _page_with_cut_picture() -> str:
    body = '<h1>Half a picture</h1><p>The other half never left the press.</p><img src="/images/cut.png" alt="">'
    return fill("shared/plain.html", title="Half a picture", body=body)


#: Pages of which something ends before its declared length: the document itself, a picture.
CUT_URLS = (f"https://{HOST}/short", f"https://{HOST}/cut")

_NUMBERS = {
    mastodon_id(at("2026-11-07 10:00:00")): "whole-1",
    mastodon_id(at("2026-11-07 11:00:00")): "cut",
}
#: A post whose picture comes whole, and one whose picture does not.
POST_URLS = tuple(f"https://{SOCIAL}/@printer/{number}" for number in _NUMBERS)
#: What a body shorter than declared was sent for.
SHORT_URLS = (f"https://{HOST}/short", f"https://{HOST}/images/cut.png", f"https://{SOCIAL}/images/cut.png")


def _social(request: Request) -> Reply:
    parts = request.segments
    if parts[:3] == ("api", "v1", "statuses"):
        return json_reply(_status(parts[-1])) if parts[-1] in _NUMBERS else json_reply({}, 404)
    if parts[:1] == ("@printer",):
        state = f'{{"meta":{{"domain":"{SOCIAL}"}},"status_id":"{parts[1]}"}}'
        return html(fill("mastodon/embed.html", title="The printer", state=state))
    if parts[:1] == ("packs",):
        return static(request, "mastodon") or asset_reply("mastodon/elephant.svg")
    return _site(request)


def _status(number: str) -> dict[str, object]:
    name = _NUMBERS[number]
    picture = f"https://{SOCIAL}/images/{name}.png"
    home = f"https://{SOCIAL}/@printer"
    return {
        "id": number,
        "created_at": iso(at("2026-11-07 10:00:00")),
        "visibility": "public",
        "language": "en",
        "uri": f"https://{SOCIAL}/users/printer/statuses/{number}",
        "url": f"{home}/{number}",
        "reblogs_count": 1,
        "favourites_count": 2,
        "edited_at": None,
        "content": f"<p>Proof {escape(name)} hung up to dry, colours as ordered.</p>",
        "account": {
            "id": "1",
            "username": "printer",
            "acct": "printer",
            "display_name": "The printer",
            "url": home,
            "avatar": f"https://{SOCIAL}/images/face-1.png",
        },
        "media_attachments": [{"id": "1", "type": "image", "url": picture, "preview_url": picture, "description": ""}],
    }


def _article() -> str:
    links = [PAGE_URL, *CUT_URLS, *POST_URLS]
    items = "".join(f'<p>Proof {number}: <a href="{url}">see it</a>.</p>' for number, url in enumerate(links, 1))
    body = f"<article><h1>All proofs of the week</h1><p>What came off the press, and what did not.</p>{items}</article>"
    return fill("shared/plain.html", title="All proofs of the week", body=body)


def _readers(request: Request) -> Reply:
    return html(_article()) if request.path == "/proofs-of-the-week" else text("Not found\n", 404)


HOSTS: dict[str, Handler] = {HOST: _site, OTHER: _other, SOCIAL: _social, _READERS: _readers}

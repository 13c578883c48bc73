"""A news page of today's weight: 152 requests and 2.7 MB, a third of them to other sites.

`/bench/heavy/N` is one such page; another site's `/bench/heavy-list/COUNT` links to the first
of them. Styles, scripts, fonts and furniture are the same on all pages; pictures and data are
each page's own.
"""

import random
from functools import cache

from archiver.demo.assets import asset
from archiver.demo.media import picture
from archiver.demo.wire import Handler, Reply, Request, html, json_reply

__all__ = ["HEAVY_HOST", "HEAVY_LIST_URL", "HEAVY_REQUESTS", "HEAVY_URL", "HOSTS"]

HEAVY_HOST = "www.lightship-gazette.example"
_REVIEW = "www.pilots-review.example"
#: With a number: one heavy page, and an article that links to so many of them.
HEAVY_URL = f"https://{HEAVY_HOST}/bench/heavy/"
HEAVY_LIST_URL = f"https://{_REVIEW}/bench/heavy-list/"
_CDN = "cdn.lightship-assets.example"
_PICTURES = "images.lightship-assets.example"
_ADS = "static.adwharf.example"
_COUNTER = "metrics.buoycount.example"

_STYLES, _SCRIPTS, _FONTS, _OWN, _SHARED, _FRAMES, _CALLS = 8, 36, 4, 60, 25, 6, 6
#: The page itself, its parts, and in each frame a script.
HEAVY_REQUESTS = 1 + _STYLES + _SCRIPTS + _FONTS + _OWN + _SHARED + 2 * _FRAMES + _CALLS
_MOST = 100_000
#: Bytes of code in one script, and of rules in one style sheet, before compression.
_SCRIPT_BYTES, _STYLE_BYTES = 60_000, 40_000
_WIDE_EVERY = 10
_WORDS = ("harbour", "lantern", "mast", "keel", "tide", "quay", "rope", "anchor", "gull", "mist", "pilot", "ferry")
_CACHEABLE = (("Cache-Control", "public, max-age=600"),)


def _random(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311  # filler, no secret


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=14)).capitalize() + "."


@cache
def _code(number: int) -> bytes:
    """A script that does a little and is long: functions of its own names and numbers."""
    chance, lines, size = _random(f"script {number}"), [f"window.part{number}=function(){{let t=0;"], 0
    while size < _SCRIPT_BYTES:
        names = [f"{word}{chance.getrandbits(24):x}" for word in chance.choices(_WORDS, k=2)]
        lines.append(f"function {names[0]}({names[1]}){{return {names[1]}*{chance.random()}+{chance.getrandbits(40)}}}")
        lines.append(f"t+={names[0]}({chance.getrandbits(16)});")
        size += len(lines[-1]) + len(lines[-2])
    lines.append(f"return t}};window.part{number}();")
    return "".join(lines).encode()


@cache
def _style(number: int) -> bytes:
    chance, rules, size = _random(f"style {number}"), [], 0
    if number < _FONTS:
        rules.append(
            f"@font-face{{font-family:f{number};src:url(https://{_CDN}/font/{number}.ttf)}}.f{number}{{font-family:f{number}}}"
        )
    while size < _STYLE_BYTES:
        margin, colour = chance.getrandbits(5), chance.getrandbits(24)
        rule = f".{chance.choice(_WORDS)}-{chance.getrandbits(20):x}>p{{margin:{margin}px;color:#{colour:06x}}}"
        rules.append(rule)
        size += len(rule)
    return "\n".join(rules).encode()


@cache
def _picture(number: int) -> bytes:
    width, height = (900, 600) if number % _WIDE_EVERY == 0 else (400, 270)
    return picture(f"heavy {number}", width, height)


def _own_picture(page: int, number: int) -> bytes:
    """The picture with a comment of its own (ITU T.81 §B.2.4.5), so that no two pages share its bytes."""
    shared, words = _picture(number), f"page {page}, picture {number}".encode()
    return shared[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2) + words + shared[2:]


def _page(number: int) -> Reply:
    chance = _random(f"page {number}")
    styles = "".join(f'<link rel="stylesheet" href="https://{_CDN}/style/{n}.css">' for n in range(_STYLES))
    scripts = "".join(
        f'<script {"defer" if n % 2 else "async"} src="https://{_ADS if n % 4 == 0 else _CDN}/script/{n}.js"></script>'
        for n in range(_SCRIPTS)
    )
    parts = [_part(number, n, chance) for n in range(_OWN)]
    rows = "".join(
        f'<img src="https://{_CDN}/furniture/{n}.jpg" width="40" height="27" alt="">' for n in range(_SHARED)
    )
    frames = "".join(
        f'<iframe src="https://{_ADS}/frame/{n}" width="300" height="120"></iframe>' for n in range(_FRAMES)
    )
    calls = "".join(f"fetch('https://{_COUNTER}/call/{number}/{n}').then((r) => r.json());" for n in range(_CALLS))
    return html(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The log of day {number}</title>{styles}'
        f"<style>body{{font:16px sans-serif;max-width:70rem;margin:auto}}main{{columns:3}}</style>{scripts}</head>"
        f"<body><header>{rows}</header><h1>The log of day {number}</h1><main>{''.join(parts)}</main>{frames}"
        f"<script>{calls}</script></body></html>"
    )


def _part(page: int, number: int, chance: random.Random) -> str:
    lazy = ' loading="lazy"' if number >= _OWN // 2 else ""
    text = " ".join(_sentence(chance) for _ in range(5))
    image = f'<img src="https://{_PICTURES}/own/{page}/{number}.jpg" width="200" height="135" alt=""{lazy}>'
    return f'<section><h2 class="f{number % _FONTS}">{_sentence(chance)}</h2><p>{image} {text}</p></section>'


def _list(count: int) -> Reply:
    links = "".join(f'<p>On <a href="{HEAVY_URL}{n}">day {n}</a> the log went on.</p>' for n in range(count))
    return html(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The log, {count} days</title></head>'
        f"<body><article><h1>The log, {count} days</h1>{links}</article></body></html>"
    )


def _gazette(request: Request) -> Reply:
    bench, kind, number = request.segments if len(request.segments) == 3 else ("", "", "")  # noqa: PLR2004
    if bench != "bench" or not number.isdecimal() or kind not in ("heavy", "heavy-list"):
        return html("<!DOCTYPE html><title>Page not found</title><h1>Page not found</h1>", 404)
    count = min(int(number), _MOST)
    return _page(count) if kind == "heavy" else _list(count)


def _parts(request: Request) -> Reply:
    """Everything that a page is made of; the number is the last in the path."""
    kind, numbers = request.segments[0] if request.segments else "", _numbers(request)
    match kind, numbers:
        case "style", [number]:
            return Reply(_style(number), "text/css", headers=_CACHEABLE, cross_origin=True)
        case "script", [number]:
            return Reply(_code(number), "application/javascript", headers=_CACHEABLE, cross_origin=True)
        case "font", [_]:
            return Reply(asset("x/icons.ttf"), "font/ttf", headers=_CACHEABLE, cross_origin=True)
        case "furniture", [number]:
            return Reply(_picture(number), "image/jpeg", headers=_CACHEABLE, cross_origin=True)
        case "own", [page, number]:
            return Reply(_own_picture(page, number), "image/jpeg", headers=_CACHEABLE, cross_origin=True)
        case "frame", [number]:
            return html(f'<!DOCTYPE html><p>A berth to let.</p><script src="/script/{_SCRIPTS + number}.js"></script>')
        case "call", [page, number]:
            return json_reply({"page": page, "call": number})
    return Reply(b"Not found\n", "text/plain", 404)


def _numbers(request: Request) -> list[int]:
    words = [part.partition(".")[0] for part in request.segments[1:]]
    return [int(word) for word in words if word.isdecimal()]


HOSTS: dict[str, Handler] = {
    HEAVY_HOST: _gazette,
    _REVIEW: _gazette,
    _CDN: _parts,
    _PICTURES: _parts,
    _ADS: _parts,
    _COUNTER: _parts,
}

"""Pages that try to make a visitor reach the URL in their `to` parameter, each in its own way.

They are served alike over HTTP and HTTPS, because a browser refuses plain-HTTP targets on
a secure page by itself, which would hide a hole in our own guard. Those that act by
script set the document's title to `done` when the attempt is over, however it ended.
"""

import json
from collections.abc import Callable

from archiver.demo.assets import escape
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, redirect

__all__ = ["HOST", "HOSTS", "WAYS"]

HOST = "www.trapdoor.example"


def _page(head: str = "", body: str = "") -> Reply:
    return html(
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>trapdoor</title>{head}</head>"
        f"<body><p>There is nothing to see here.</p>{body}</body></html>"
    )


def _scripted(attempt: str) -> Callable[[str], Reply]:
    """A page that runs `attempt` (a JavaScript expression of `to`, maybe a promise) and says when it is over."""

    def reply(to: str) -> Reply:
        target = json.dumps(to).replace("<", "\\u003c")
        script = (
            f"const to = {target}; const settled = () => {{ document.title = 'done'; }};"
            f"new Promise((over) => {{ setTimeout(over, 1500); Promise.resolve({attempt}).then(over, over); }})"
            ".then(settled, settled);"
        )
        return _page(body=f"<script>{script}</script>")

    return reply


_SOCKET = "new Promise((over) => { const s = new WebSocket(to.replace(/^http/, 'ws')); s.onopen = s.onerror = over; })"
_WORKER = (
    "new Promise((over) => { const code = `fetch(${JSON.stringify(to)}, {mode: 'no-cors'}).finally(() => "
    "postMessage(0))`; const w = new Worker(URL.createObjectURL(new Blob([code]))); w.onmessage = w.onerror = over; })"
)

_WAYS: dict[str, Callable[[str], Reply]] = {
    "302": lambda to: redirect(to, 302),
    "307": lambda to: redirect(to, 307),
    "308": lambda to: redirect(to, 308),
    "meta": lambda to: _page(f'<meta http-equiv="refresh" content="0;url={escape(to)}">'),
    "header": lambda to: Reply(b"<p>Wait.</p>", headers=(("Refresh", f"0;url={to}"),)),
    "js": lambda to: _page(body=f"<script>location.href = {json.dumps(to)};</script>"),
    "form": lambda to: _page(
        body=f'<form id=f method=post action="{escape(to)}"></form><script>document.forms[0].submit()</script>'
    ),
    "popup": lambda to: _page(body=f"<script>window.open({json.dumps(to)});</script>"),
    "iframe": lambda to: _page(body=f'<iframe src="{escape(to)}"></iframe>'),
    "object": lambda to: _page(body=f'<object data="{escape(to)}"></object>'),
    "img": lambda to: _page(body=f'<img src="{escape(to)}" alt="">'),
    "css": lambda to: _page(f'<style>body {{ background: url("{escape(to)}"); }}</style>'),
    "stylesheet": lambda to: _page(f'<link rel="stylesheet" href="{escape(to)}">'),
    "script": lambda to: _page(body=f'<script src="{escape(to)}"></script>'),
    "preconnect": lambda to: _page(f'<link rel="preconnect" href="{escape(to)}">'),
    "video": lambda to: _page(body=f'<video src="{escape(to)}" autoplay muted></video>'),
    "fetch": _scripted("fetch(to, {mode: 'no-cors'})"),
    "xhr": _scripted(
        "new Promise((o) => { const x = new XMLHttpRequest(); x.onloadend = o; x.open('GET', to); x.send(); })"
    ),
    "beacon": _scripted("navigator.sendBeacon(to, 'x')"),
    "eventsource": _scripted("new Promise((o) => { const e = new EventSource(to); e.onopen = e.onerror = o; })"),
    "websocket": _scripted(_SOCKET),
    "worker": _scripted(_WORKER),
    "fetch-redirect": _scripted("fetch('/302?to=' + encodeURIComponent(to), {mode: 'no-cors'})"),
    "img-redirect": _scripted(
        "new Promise((o) => { const i = new Image(); i.onload = i.onerror = o; "
        "i.src = '/302?to=' + encodeURIComponent(to); })"
    ),
}
#: Every way, by the path that plays it: `https://HOST/WAY?to=URL`.
WAYS: tuple[str, ...] = tuple(_WAYS)


def _attack(request: Request) -> Reply:
    if request.path == "/echo":
        return Reply(delivery=Delivery.WEBSOCKET) if _wants_socket(request) else _page()
    way = _WAYS.get(request.path.strip("/"))
    to = request.query.get("to", "")
    return way(to) if way and to else _page()


def _wants_socket(request: Request) -> bool:
    return request.header("Upgrade").lower() == "websocket"


HOSTS: dict[str, Handler] = {HOST: _attack}

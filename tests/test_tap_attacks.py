"""Hostile pages in a real Chromium, whose only way out is the tap: nothing on this machine is reached."""

import base64
import hashlib
import json
import socket

import pytest
from odd_site import Canary, http
from playwright.sync_api import Error, sync_playwright
from tap_world import HOST, eventually, world
from test_guard import LOOPBACK_HOSTS

from archiver.model.exchange import Failure
from archiver.tap import Limits

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium-headless-shell"
FORMS = (*LOOPBACK_HOSTS, "user@127.0.0.1", "rebind.example")
EVERY = set(range(len(FORMS)))
START = f"http://{HOST}"

#: Sub-resources: one page asks for all forms at once; `urls` holds them.
ASKING = {
    "image": "for (const u of urls) new Image().src = u",
    "iframe": "for (const u of urls)"
    " { const f = document.createElement('iframe'); f.src = u; document.body.append(f) }",
    "fetch": "for (const u of urls) fetch(u, {mode: 'no-cors'}).catch(() => {})",
    "post": "for (const u of urls) fetch(u, {mode: 'no-cors', method: 'POST', body: 'x'}).catch(() => {})",
    "beacon": "for (const u of urls) navigator.sendBeacon(u, 'x')",
    "css": "for (const u of urls) { const d = document.createElement('div'); d.textContent = 'x';"
    " d.style.backgroundImage = `url('${u}')`; document.body.append(d) }",
    "websocket": "for (const u of urls) new WebSocket(u.replace('http', 'ws'))",
    "worker": "new Worker(URL.createObjectURL(new Blob([`for (const u of ${JSON.stringify(urls)})"
    " fetch(u, {mode: 'no-cors'}).catch(() => {})`])))",
}


class Machine:
    """The attacker's site, a lane, a browser on it, and a server on loopback that nobody may reach."""

    def __init__(self, site, browser, canary):
        self.site, self.browser, self.canary = site, browser, canary

    def target(self, number):
        return f"http://{FORMS[number]}:{self.canary.port}/?form={number}"

    def refused(self):
        """The forms whose request was refused since the last drain."""
        done = list(self.site.lane._port._services.ledger._done)
        uris = [exchange.uri for _, exchange in done if exchange.failure is Failure.REFUSED]
        return {int(uri.rpartition("=")[2]) for uri in uris if "?form=" in uri}

    def page(self):
        proxy = {"server": self.site.lane.proxy_url, "bypass": "<-loopback>"}
        return self.browser.new_context(proxy=proxy).new_page()


def to_loopback(host):
    if host == "rebind.example":
        to_loopback.asked += 1
        return ("93.184.216.34", "127.0.0.1")
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


to_loopback.asked = 0


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    canary = Canary()
    with (
        world(tmp_path_factory.mktemp("attacks"), resolve=to_loopback, limits=Limits(names_s=3600)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                f"--ignore-certificate-errors-spki-list={site.tap.spki_sha256}",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessRespectPreflightResults",
            ],
        )
        yield Machine(site, browser, canary)
        browser.close()
    canary.close()


def visit(page, url):
    try:
        page.goto(url, wait_until="commit", timeout=10_000)
    except Error as error:  # an empty 502 is an error page
        assert "ERR_" in str(error) or "interrupted" in str(error), error  # noqa: PT017  # anything else is ours


@pytest.mark.parametrize("vector", ASKING)
def test_no_sub_resource_reaches_this_machine(machine, vector):
    urls = [machine.target(number) for number in range(len(FORMS))]
    script = f"<!doctype html><body><script>const urls = {json.dumps(urls)}; {ASKING[vector]}</script>"
    machine.site.plain.routes["/attack"] = http(script.encode())
    page = machine.page()
    visit(page, f"{START}/attack")
    # Chromium itself drops sub-resources whose URL names a user, but for WebSockets.
    asked = EVERY if vector == "websocket" else EVERY - {FORMS.index("user@127.0.0.1")}
    eventually(lambda: machine.refused() >= asked, 30)
    page.context.close()
    machine.site.drain()
    assert machine.canary.visits == 0


def answering(vector, target):
    quoted = json.dumps(target)
    return {
        "302": http(b"", status="302 Found", headers=[f"Location: {target}"]),
        "307": http(b"", status="307 Temporary Redirect", headers=[f"Location: {target}"]),
        "meta refresh": http(f'<meta http-equiv="refresh" content="0;url={target}">'.encode()),
        "location": http(f"<script>location = {quoted}</script>".encode()),
    }[vector]


@pytest.mark.parametrize("vector", ["direct", "302", "307", "meta refresh", "location"])
def test_no_navigation_reaches_this_machine(machine, vector):
    page = machine.page()
    for number in range(len(FORMS)):
        target = machine.target(number)
        if vector == "direct":
            visit(page, target)
        else:
            machine.site.plain.routes["/go"] = answering(vector, target)
            visit(page, f"{START}/go?{number}")
        eventually(lambda number=number: number in machine.refused())
    page.context.close()
    machine.site.drain()
    assert machine.canary.visits == 0


def test_a_redirected_image_does_not_reach_this_machine_either(machine):
    for number in range(len(FORMS)):
        location = f"Location: {machine.target(number)}"
        machine.site.plain.routes[f"/i{number}"] = http(b"", status="302 Found", headers=[location])
    images = "".join(f"<img src=/i{number}>" for number in range(len(FORMS)))
    machine.site.plain.routes["/attack"] = http(images.encode())
    page = machine.page()
    visit(page, f"{START}/attack")
    eventually(lambda: machine.refused() >= EVERY - {FORMS.index("user@127.0.0.1")})
    page.context.close()
    machine.site.drain()
    assert machine.canary.visits == 0


def test_the_attackers_name_was_looked_up_once(machine):
    visit(machine.page(), f"http://rebind.example:{machine.canary.port}/?form=0")
    eventually(machine.refused)
    machine.site.drain()
    assert to_loopback.asked == 1


def test_a_websocket_to_an_allowed_site_works_in_the_browser(machine):
    async def greet(reader, writer, head, body):
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))[18:].strip()
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x05hello"
        )
        await reader.read(1)
        return False

    machine.site.route("/ws", greet)
    for scheme, socket_scheme in (("http", "ws"), ("https", "wss")):
        machine.site.route("/page", http(b"<title>t</title>"))
        page = machine.page()
        page.goto(f"{scheme}://{HOST}/page")
        url = f"{socket_scheme}://{HOST}/ws"
        script = (
            "u => new Promise((ok, no) =>"
            " { const s = new WebSocket(u); s.onmessage = m => ok(m.data); s.onerror = no })"
        )
        assert page.evaluate(script, url) == "hello"
        page.context.close()
        assert {(e.uri, e.status) for e in machine.site.drain()} >= {(url, 101)}

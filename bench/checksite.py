"""Two hundred hosts on loopback that answer after a fixed latency, as light as can be: a process of its own.

Run as a script it listens on one port of 127.0.0.2 … and prints that port. A path says
what its answer is: /200/7, /301/8, /404/9, /410/10, /500/11 and /hang/12; any but those of the list is not there.
"""

import asyncio
import random
import re
import sys

HOSTS, PER_HOST, LATENCY_S = 200, 10, 0.05
#: Of 2,000 addresses; the rest answers 200.
MIX = {"301": 300, "404": 240, "410": 80, "500": 60, "hang": 44}
_PATH = re.compile(rb"[A-Z]+ (/(\w+)/\w+) ")
_BODY = b"<!doctype html><title>A page</title><p>" + b"Some words of a page. " * 40


def hosts(count=HOSTS):
    """200 loopback addresses are 200 hosts for everybody."""
    return [f"127.0.{number // 250}.{number % 250 + 2}" for number in range(count)]


def urls(port, seed=1):
    """(URL, kind), shuffled."""
    kinds = [kind for kind, count in MIX.items() for _ in range(count)]
    kinds += ["200"] * (HOSTS * PER_HOST - len(kinds))
    draw = random.Random(seed)
    draw.shuffle(kinds)
    places = [host for host in hosts() for _ in range(PER_HOST)]
    draw.shuffle(places)
    pairs = zip(places, kinds, strict=True)
    return [(f"http://{host}:{port}/{kind}/{n}", kind) for n, (host, kind) in enumerate(pairs)]


PATHS = {url.partition(":0")[2].encode() for url, _ in urls(0)} | {b"/200/moved"}


def _answer(status, *fields, body=_BODY):
    lines = (f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}", *fields)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


_ANSWERS = {
    b"200": _answer("200 OK"),
    b"301": _answer("301 Moved Permanently", "Location: /200/moved", body=b""),
    b"404": _answer("404 Not Found"),
    b"410": _answer("410 Gone"),
    b"500": _answer("500 Internal Server Error"),
}


class Site(asyncio.Protocol):
    """One connection: requests without bodies, one after the other."""

    def connection_made(self, transport):
        self.transport = transport
        self.buffer = b""

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            found = _PATH.match(head)
            kind = found[2] if found and found[1] in PATHS else b"404"
            if kind != b"hang":
                answer = _ANSWERS[kind]
                if head.startswith(b"HEAD"):
                    answer = answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                asyncio.get_running_loop().call_later(LATENCY_S, self.send, answer)

    def send(self, answer):
        if not self.transport.is_closing():
            self.transport.write(answer)


async def main():
    loop = asyncio.get_running_loop()
    first, *rest = hosts()
    server = await loop.create_server(Site, first, 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    for host in rest:
        await loop.create_server(Site, host, port, backlog=1024)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until whoever started us is gone


if __name__ == "__main__":
    asyncio.run(main())

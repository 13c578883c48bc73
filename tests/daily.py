"""A small newspaper on loopback whose pages a test changes as it likes, with a log of what it was asked."""

import hashlib
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "www.daily.example"
ROOT = f"http://{HOST}"
_MOST_S = 100


@dataclass
class Page:
    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple = ()


@dataclass(frozen=True)
class Asked:
    path: str
    status: int
    conditional: bool
    begun_s: float
    ended_s: float


class Daily:
    """A context manager. `pages` by path; what is missing is a 404; each page has an ETag of its bytes.

    It answers at once, after `pause_s`, or not before `open` is set; `came` is set by the first request.
    """

    def __init__(self):
        self.pages, self.log, self.pause_s = {}, [], 0.0
        self.came, self.open = threading.Event(), threading.Event()
        self.open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def connect_to(self):
        return f"{HOST}:80:127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self.open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def publish(self, name, *embeds, title=None, words="The lanterns were lit again."):
        """An article at /NAME.html."""
        title = title or f"About {name}"
        body = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{words}</p>"
        self.pages[f"/{name}.html"] = Page((body + "\n".join(embeds) + "</article></body></html>").encode())

    def feed(self, *names, path="/feed.xml"):
        items = "".join(
            f"<item><title>About {name}</title><link>{ROOT}/{name}.html</link><guid>{name}</guid></item>"
            for name in names
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title>{items}</channel></rss>'
        self.pages[path] = Page(text.encode(), "application/rss+xml")

    def sitemap(self, path, *places):
        kind, item = ("sitemapindex", "sitemap") if places[0].endswith(".xml") else ("urlset", "url")
        entries = "".join(f"<{item}><loc>{ROOT}{place}</loc></{item}>" for place in places)
        text = f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'
        self.pages[path] = Page(text.encode(), "application/xml")

    def asked(self):
        """(path, status) of all that was asked since, but for robots.txt; and forget it."""
        found = [(one.path, one.status) for one in self.log if one.path != "/robots.txt"]
        self.log.clear()
        return found

    def _answer(self, request):
        begun_s = time.monotonic()
        self.came.set()
        self.open.wait(_MOST_S)
        time.sleep(self.pause_s)
        page = self.pages.get(request.path, Page(b"<h1>not here</h1>", status=404))
        tag = f'"{hashlib.sha256(page.body).hexdigest()[:12]}"'
        known = request.headers.get("If-None-Match")
        status = 304 if known == tag and page.status == 200 else page.status
        body = b"" if status == 304 else page.body
        request.send_response(status)
        for name, value in (("Content-Type", page.media_type), ("ETag", tag), *page.headers):
            request.send_header(name, value)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        # Before any byte of the answer goes: a 304 ends with its head, and a thread may have to wait after it.
        self.log.append(Asked(request.path, status, known is not None, begun_s, time.monotonic()))
        request.end_headers()
        request.wfile.write(body)

    def _handler(self):
        daily = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                daily._answer(self)

            def log_message(self, *_args):
                pass

        return Handler

"""WARC and WACZ files as other programs write them, made here byte by byte."""

import gzip
import io
import json
import tracemalloc
import zipfile
from contextlib import contextmanager


def record(kind, uri, block, *, name="r", more="", date="2024-05-06T07:08:09Z", version="1.1"):
    head = f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: {date}\r\n"
    head += f"WARC-Target-URI: {uri}\r\n" if uri else ""
    return f"{head}{more}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def answer(body, *, media_type="text/html; charset=utf-8", status=200, http=""):
    return f"HTTP/1.1 {status} Words\r\nContent-Type: {media_type}\r\n{http}\r\n".encode() + body


def page(title, more=""):
    return f"<!doctype html><title>{title}</title><p>Words{more}".encode()


def response(path, body=None, *, name=None, more="", date="2024-05-06T07:08:09Z", **how):
    uri = path if "://" in path else f"https://news.example{path}"
    block = answer(page(path) if body is None else body, **how)
    return record("response", uri, block, name=name or path, more=more, date=date)


def request(path, headers, *, of=None):
    block = f"GET {path} HTTP/1.1\r\nHost: news.example\r\n{headers}\r\n\r\n".encode()
    more = f"WARC-Concurrent-To: <urn:uuid:{of}>\r\n" if of else ""
    return record("request", f"https://news.example{path}", block, name=f"q{path}", more=more)


def crawl():
    """A page with its image, script, frame and answer to a script; another page; a redirect, a 404."""
    return [
        record("warcinfo", "", b"software: test\r\n"),
        response("/a"),
        request("/a", "Sec-Fetch-Dest: document", of="/a"),
        response("/a.png", b"\x89PNG", media_type="image/png"),
        response("/frame"),
        request("/frame", "Sec-Fetch-Dest: iframe", of="/frame"),
        response("/part", b"<div>a part for a script</div>"),
        response("/xhr"),
        request("/xhr", "X-Requested-With: XMLHttpRequest", of="/xhr"),
        response("https://platform.twitter.com/embed/Tweet.html?id=1508955577374146568"),
        response("/moved", b"", status=302, http="Location: /b\r\n"),
        response("/b"),
        response("/gone", status=404),
    ]


def gzipped(records):
    return b"".join(map(gzip.compress, records))


def wacz(records, pages=None, *, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as package:
        package.writestr("archive/data.warc.gz", gzipped(records))
        if pages is not None:
            rows = [{"format": "json-pages-1.0", "id": "pages"}, *({"url": url, "ts": "2024"} for url in pages)]
            package.writestr("pages/pages.jsonl", "\n".join(map(json.dumps, rows)))
        package.writestr("datapackage.json", "{}")
    return file.getvalue()


@contextmanager
def traced():
    """What Python's own memory came to, at most, in here."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

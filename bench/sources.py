"""A large WARC file through `archiver extract`: pages a second, and whether memory stays flat; one process and two.

usage: sources.py [--megabytes 1000] [--pages DIR] [--keep FILE]

The file is made by repeating real pages (those in DIR, each a file of HTML) or, without
DIR, pages written here. Memory is the proportional size (PSS) of the process that reads, and of
its workers, sampled as it goes.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from memory import Memory

ARCHIVER = Path(sys.executable).with_name("archiver")


def own_pages():
    for number in range(40):
        posts = "".join(
            f'<blockquote class="twitter-tweet"><p>Words of post {n} on day {number}</p>&mdash; Ada (@ada_{n}) '
            f'<a href="https://twitter.com/ada_{n}/status/15089555773741465{n:02}">March 29, 2022</a></blockquote>'
            f"<p>{'A paragraph of prose that stands between two posts. ' * 40}</p>"
            for n in range(8)
        )
        html = f"<!doctype html><html><head><title>Page {number}</title></head><body><article>{posts}</article>"
        yield html.encode() + b"<div class=menu><a href=/x>menu</a></div>" * 200


def record(uri, body):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <{uri}>\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def make(path, pages, size):
    written = number = 0
    with path.open("wb") as file:
        while written < size:
            data = record(f"https://news.example/{number}", pages[number % len(pages)])
            written += file.write(data)
            number += 1
    return number


def run(path, jobs):
    began = time.monotonic()
    with subprocess.Popen(
        [ARCHIVER, "extract", path, "--json", "--jobs", str(jobs)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        memory = Memory(process.pid)
        memory.start()
        found = sum(1 for _ in process.stdout)
        samples = [held for _, held in memory.stop()]
    return found, time.monotonic() - began, samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    pages = [path.read_bytes() for path in sorted(options.pages.iterdir())] if options.pages else list(own_pages())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.warc"
        count = make(path, pages, options.megabytes * 1_000_000)
        print(f"{options.megabytes} MB, {count} pages of {len(pages)} kinds")
        alone = None
        for jobs in options.jobs:
            found, took, samples = run(path, jobs)
            alone = alone or took
            tenth = max(len(samples) // 10, 1)
            early, late = max(samples[: 2 * tenth]) / 1e6, max(samples[-2 * tenth :]) / 1e6
            print(
                f"{jobs} processes: {found} pages in {took:.1f} s, {found / took:.0f} pages/s, {alone / took:.2f} x; "
                f"memory {early:.0f} MB in the first fifth, {late:.0f} MB in the last, "
                f"{max(samples) / 1e6:.0f} MB at most"
            )


if __name__ == "__main__":
    main()

"""Pages a second and peak memory of extraction, against a bare Beautiful Soup parse and four peers.

Every contestant reads the same pages, one after the other, in a process of its own; the
processes take turns, so that all meet the same load. The peers read the article's text and
metadata only, and none of the posts, flattened posts and links that this program finds.

    make bench-extract [ARGS="--rounds 3 --peers /path/to/python"]

The peers are taken from the interpreter that `--peers` names (`pip install newspaper4k
lxml_html_clean trafilatura goose3 news-please` in an environment of their own: they pin
parts that this program needs newer); those that are not there are left out.
"""

import argparse
import json
import logging
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

PAGES = Path(__file__).parent.parent.parent / "shared" / "corpus" / "pages"
OURS, BARE = "embed-archiver", "bare BeautifulSoup(html, 'lxml')"
PEERS = ("trafilatura", "newspaper4k", "goose3", "news-please")


def reader(name):
    """A function of (html, url) that does the contestant's whole work on one page."""
    if name == OURS:
        from archiver.extract import extract
        from archiver.model.records import Document

        return lambda html, url: extract(Document(url, html.encode(), "text/html", url=url))
    if name == BARE:
        from bs4 import BeautifulSoup

        return lambda html, _url: BeautifulSoup(html, "lxml")
    if name == "trafilatura":
        from trafilatura import extract as read

        return lambda html, url: read(html, url=url)
    if name == "goose3":
        from goose3 import Goose

        goose = Goose({"enable_image_fetching": False})
        return lambda html, _url: goose.extract(raw_html=html)
    if name == "news-please":
        from newsplease import NewsPlease

        return lambda html, url: NewsPlease.from_html(html, url=url, fetch_images=False)
    from newspaper import Article, Config

    config = Config()
    config.fetch_images = False
    return lambda html, url: Article(url, config=config).download(input_html=html).parse()


def work(name, folder):
    """In a process of its own: read all pages, print the figures as one JSON line."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        read = reader(name)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    pages = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(Path(folder).glob("*.html"))]
    read("<html><body><p>A page to warm up with.</p></body></html>", "https://news.example/")
    base, failed = peak_bytes(), 0
    began, cpu = time.perf_counter(), time.process_time()
    for number, page in enumerate(pages):
        try:
            read(page, f"https://news.example/{number}")
        except Exception:  # noqa: BLE001  # a peer that gives up on a page has read it all the same
            failed += 1
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    figures = {"pages": len(pages), "wall_s": wall_s, "cpu_s": cpu_s, "peak": peak_bytes(), "base": base}
    print(json.dumps({**figures, "failed": failed}))


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(name, python, folder):
    command = [python, __file__, "--worker", name, "--pages", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {"missing": done.stderr.strip()[-200:]}


def measure(options):
    """Contestant → its rounds. They take turns."""
    python = dict.fromkeys((OURS, BARE), sys.executable) | dict.fromkeys(PEERS, options.peers)
    rounds = {name: [] for name in (BARE, OURS, *PEERS)}
    for _ in range(options.rounds):
        for name, found in rounds.items():
            figures = run(name, python[name], options.pages)
            if "missing" in figures:
                print(f"{name}: left out ({figures['missing']})", file=sys.stderr)
            else:
                found.append(figures)
    return {name: found for name, found in rounds.items() if found}


def show(rounds):
    def middle(name, key):
        return statistics.median(figures[key] for figures in rounds[name])

    print(f"{'':34}{'pages/s':>9}{'CPU s':>8}{'× bare':>8}{'peak MB':>9}{'× bare':>8}{'failed':>8}")
    for name, found in rounds.items():
        speed, cpu_s, peak = found[0]["pages"] / middle(name, "wall_s"), middle(name, "cpu_s"), middle(name, "peak")
        slower, larger = cpu_s / middle(BARE, "cpu_s"), peak / middle(BARE, "peak")
        print(f"{name:34}{speed:9.1f}{cpu_s:8.2f}{slower:8.2f}{peak / 1e6:9.0f}{larger:8.2f}{found[0]['failed']:8}")
    peers = [name for name in PEERS if name in rounds]
    if peers:
        fastest = min(peers, key=lambda name: middle(name, "cpu_s"))
        print(
            f"ours is {middle(fastest, 'cpu_s') / middle(OURS, 'cpu_s'):.1f} × as fast as the fastest peer, {fastest}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=PAGES, help="a folder of HTML files")
    parser.add_argument("--peers", default=sys.executable, help="the Python interpreter that has the peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not any(options.pages.glob("*.html")):
        sys.exit(f"no pages in {options.pages}: name a folder of HTML files with --pages")
    if options.worker:
        work(options.worker, options.pages)
    else:
        show(measure(options))


if __name__ == "__main__":
    main()

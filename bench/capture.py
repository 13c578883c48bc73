"""Pages a minute, CPU and bytes: our pipeline with all default layers, a bare browser loop, and four peers.

All of them visit the same pages of the same demo web, in one run on this machine; what counts
is the ratio. The light page is an embed page, the heavy one makes 152 requests for 2.7 MB. The
bare loop opens a fresh context a page, navigates and shoots the window, and keeps nothing; it runs
before and after ours. Of heavy pages it runs once more with the whole page shot, as ours shoots it.
Ours counts COMPLETE captures only; a peer's page counts if it left a file.

    make bench-capture [ARGS="--light 200 --heavy 30 --jobs 2 --peers DIR"]

Peers are found on PATH or, each in an environment of its own, below the folder that `--peers`
names (`DIR/*/bin`, `DIR/*/node_modules/.bin`): `pip install shot-scraper auto-archiver archivebox`,
`npm install single-file-cli`. Those that are missing are listed as missing.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from measure import bytes_below, measured
from memory import Memory
from peers import PEERS, chromium_arguments, found

from archiver.browser import find_browser
from archiver.demo.heavy import HEAVY_LIST_URL, HEAVY_URL
from archiver.platforms import identify, platform_named

BIN = Path(sys.executable).parent
BENCH_URL = "https://www.harbour-courier.example/bench/"
OURS, BARE, WHOLE = "embed-archiver", "bare loop (navigate, shoot)", "bare loop, whole page shot"


@contextmanager
def demo_web():
    process = subprocess.Popen([BIN / "archiver", "demo", "--json"], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def light_pages(demo, count):
    """The embed pages of the bench article's posts, as our own plan names them."""
    with tempfile.TemporaryDirectory() as folder:
        out = run_archiver(["extract", f"{BENCH_URL}{count}", "--json"], demo, Path(folder))
    mentions = [mention for mention in json.loads(out)["mentions"] if mention["kind"] == "embed"]
    posts = [identify(mention["url"]) for mention in mentions]
    return [platform_named(post.platform).plan(post).url for post in posts]


def heavy_pages(_demo, count):
    return [f"{HEAVY_URL}{number}" for number in range(count)]


def run_archiver(words, demo, home):
    command = [BIN / "archiver", *words, "--connect-to", demo["connect_to"], "--ca-bundle", demo["ca_bundle"]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=home, check=False)
    return done.stdout


def ours(demo, url, option, jobs):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BIN / "archiver", "init", folder], check=True, stdout=subprocess.DEVNULL)
        command = [BIN / "archiver", "archive", url, "--json", "--home", folder, option, "--jobs", str(jobs)]
        command += ["--connect-to", demo["connect_to"], "--ca-bundle", demo["ca_bundle"]]
        # The report of 200 posts is longer than a pipe holds, and progress is what is read as it comes.
        with tempfile.TemporaryFile("w+") as said, measured() as cost:
            process = subprocess.Popen(command, stdout=said, stderr=subprocess.PIPE, text=True)
            memory, stamps = Memory(process.pid), []
            memory.start()
            made = ("  complete", "  partial", "  failed")
            stamps.extend(time.monotonic() for line in process.stderr if line.startswith(made))
            process.wait()
            samples = memory.stop()
            said.seek(0)
            report = json.loads(said.read().splitlines()[-1])
        size = bytes_below(Path(folder, "snapshots"))
    complete = sum(capture["outcome"] == "complete" for capture in report["captures"])
    return {
        "name": OURS,
        "posts": complete,
        "asked": len(report["captures"]),
        "wall_s": cost.wall_s,
        "cpu_s": cost.cpu_s,
        "bytes_a_post": size / max(1, complete),
        **memory_figures(samples, stamps),
    }


def memory_figures(samples, stamps):
    def near(number):
        at = stamps[min(number, len(stamps)) - 1] if stamps else 0
        return max((used for when, used in samples if abs(when - at) < 3), default=0)

    return {
        "peak_mb": max(used for _, used in samples) / 1e6,
        "mb_at_50": near(50) / 1e6,
        "mb_at_last": near(10**9) / 1e6,
    }


async def bare_loop(port, urls, jobs, *, whole):
    from playwright.async_api import async_playwright

    queue = list(reversed(urls))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find_browser()), args=chromium_arguments(port))

        async def work():
            while queue:
                url = queue.pop()
                context = await browser.new_context(viewport={"width": 1280, "height": 800})
                page = await context.new_page()
                await page.goto(url, wait_until="load")
                await page.screenshot(full_page=whole)
                await context.close()

        await asyncio.gather(*(work() for _ in range(jobs)))
        await browser.close()


def bare(port, urls, jobs, *, whole=False):
    """In a process of its own, so that its cost is its own."""
    command = [sys.executable, __file__, "--bare", str(port), "--jobs", str(jobs), *(["--whole"] if whole else [])]
    with measured() as cost:
        subprocess.run(command, input="\n".join(urls), text=True, check=True)
    return {"name": WHOLE if whole else BARE, "posts": len(urls), "wall_s": cost.wall_s, "cpu_s": cost.cpu_s}


def contest(title, demo, urls, mine, options, *, whole=False):
    """One table: the bare loop around ours, then each peer over its first few pages."""
    port = demo["connect_to"].rsplit(":", 1)[1]
    rows = [told(bare(port, urls, options.jobs)), told(mine()), told(bare(port, urls, options.jobs))]
    if whole:
        rows.append(told(bare(port, urls, options.jobs, whole=True)))
    for name, drive in PEERS:
        command = found(name, options.peers)
        few = urls[: options.few]
        made = drive(command, few, port=port, jobs=options.jobs) if command else {"name": name, "missing": "missing"}
        rows.append(told(made))
    show(title, rows)


def told(row):
    """The row, once it is there: a run takes minutes."""
    figures = f"{row['posts']} in {row['wall_s']:.1f} s" if "posts" in row else row["missing"]
    print(f"… {row['name']}: {figures}", file=sys.stderr, flush=True)
    return row


def show(title, rows):
    mine = next(row for row in rows if row["name"] == OURS)
    print(f"{title}\n{'':32}{'pages':>6}{'wall s':>8}{'a minute':>9}{'CPU s each':>11}{'kB each':>9}{'ours is':>9}")
    for row in rows:
        if "missing" in row:
            print(f"{row['name']:32}{row['missing']}")
            continue
        row["a_minute"] = row["posts"] / row["wall_s"] * 60
        ratio = mine["posts"] / mine["wall_s"] * 60 / row["a_minute"] if row["posts"] else 0.0
        size = f"{row['bytes_a_post'] / 1000:9.0f}" if "bytes_a_post" in row else f"{'–':>9}"
        print(
            f"{row['name']:32}{row['posts']:6}{row['wall_s']:8.1f}{row['a_minute']:9.1f}"
            f"{row['cpu_s'] / max(1, row['posts']):11.2f}{size}{ratio:7.2f} ×"
        )
    print(
        f"of ours {mine['posts']} of {mine['asked']} are complete; memory of the tree: peak {mine['peak_mb']:.0f} MB, "
        f"{mine['mb_at_50']:.0f} MB at the 50th page, {mine['mb_at_last']:.0f} MB at the last\n",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--light", type=int, default=200, help="light pages (0: none)")
    parser.add_argument("--heavy", type=int, default=30, help="heavy pages (0: none)")
    parser.add_argument("--few", type=int, default=10, help="how many of them the peers visit")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--peers", type=Path, help="a folder of environments that have the peers")
    parser.add_argument("--bare", metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--whole", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        asyncio.run(bare_loop(options.bare, sys.stdin.read().split(), options.jobs, whole=options.whole))
        return
    with demo_web() as demo:
        jobs = options.jobs
        if count := options.light:
            mine = lambda: ours(demo, f"{BENCH_URL}{count}", "--posts-only", jobs)  # noqa: E731
            contest("light: an embed page", demo, light_pages(demo, count), mine, options)
        if count := options.heavy:
            mine = lambda: ours(demo, f"{HEAVY_LIST_URL}{count}", "--no-article-page", jobs)  # noqa: E731
            contest("heavy: 152 requests, 2.7 MB", demo, heavy_pages(demo, count), mine, options, whole=True)


if __name__ == "__main__":
    main()

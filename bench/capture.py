"""Posts a minute: our pipeline with all default layers, a bare browser loop, and shot-scraper.

All three visit the same posts of the same demo web, in one run on this machine; what counts
is the ratio. The bare loop opens a fresh context a page, navigates and shoots, and keeps
nothing else. shot-scraper is one process a page, as its users run it.

    make bench-capture [ARGS="--posts 200 --jobs 2"]
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from memory import Memory

from archiver.browser import find_browser
from archiver.platforms import identify, platform_named

BIN = Path(sys.executable).parent


@contextmanager
def demo_web():
    process = subprocess.Popen([BIN / "archiver", "demo", "--json"], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def bench_posts(demo, count):
    """The embed pages of the bench article's posts, as our own plan names them."""
    with tempfile.TemporaryDirectory() as folder:
        out = run_archiver(
            ["extract", f"https://www.harbour-courier.example/bench/{count}", "--json"], demo, Path(folder)
        )
    mentions = [mention for mention in json.loads(out)["mentions"] if mention["kind"] == "embed"]
    posts = [identify(mention["url"]) for mention in mentions]
    return [platform_named(post.platform).plan(post) for post in posts]


def run_archiver(words, demo, home):
    command = [BIN / "archiver", *words, "--connect-to", demo["connect_to"], "--ca-bundle", demo["ca_bundle"]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=home, check=False)
    return done.stdout


def ours(demo, count, jobs):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BIN / "archiver", "init", folder], check=True, stdout=subprocess.DEVNULL)
        url = f"https://www.harbour-courier.example/bench/{count}"
        command = [BIN / "archiver", "archive", url, "--json", "--home", folder, "--posts-only", "--jobs", str(jobs)]
        command += ["--connect-to", demo["connect_to"], "--ca-bundle", demo["ca_bundle"]]
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        memory, stamps = Memory(process.pid), []
        memory.start()
        made = ("  complete", "  partial", "  failed")
        stamps.extend(time.monotonic() for line in process.stderr if line.startswith(made))
        report = json.loads(process.stdout.read().splitlines()[-1])
        process.wait()
        wall = time.monotonic() - started
        size = sum(path.stat().st_size for path in Path(folder, "snapshots").rglob("*") if path.is_file())
    complete = sum(capture["outcome"] == "complete" for capture in report["captures"])
    return {
        "name": "embed-archiver",
        "posts": complete,
        "wall_s": wall,
        "bytes_a_post": size / max(1, complete),
        **memory_figures(memory.stop(), stamps),
    }


def memory_figures(samples, stamps):
    def near(number):
        at = stamps[min(number, len(stamps)) - 1]
        return max((used for when, used in samples if abs(when - at) < 3), default=0)

    return {
        "peak_mb": max(used for _, used in samples) / 1e6,
        "mb_at_50": near(50) / 1e6,
        "mb_at_last": near(10**9) / 1e6,
    }


async def bare_loop(demo, plans, jobs):
    from playwright.async_api import async_playwright

    port = demo["connect_to"].rsplit(":", 1)[1]
    args = [f"--host-resolver-rules=MAP * 127.0.0.1:{port}", "--ignore-certificate-errors"]
    queue = list(reversed(plans))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find_browser()), args=args)

        async def work():
            while queue:
                plan = queue.pop()
                context = await browser.new_context(viewport={"width": plan.width_px, "height": plan.height_px})
                page = await context.new_page()
                await page.goto(plan.url, wait_until="load")
                await page.screenshot()
                await context.close()

        await asyncio.gather(*(work() for _ in range(jobs)))
        await browser.close()


def bare(demo, plans, jobs):
    started = time.monotonic()
    asyncio.run(bare_loop(demo, plans, jobs))
    return {"name": "bare loop (navigate, shoot)", "posts": len(plans), "wall_s": time.monotonic() - started}


@contextmanager
def browsers_folder():
    """A folder in which Playwright finds the browser that is here: shot-scraper takes no path to one."""
    from playwright.sync_api import Error, sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        os.environ["PLAYWRIGHT_BROWSERS_PATH"] = folder
        try:
            with sync_playwright() as playwright:
                playwright.chromium.launch().close()
        except Error as error:
            # Playwright says where it looked; that depends on its version.
            wanted = Path(re.search(rf"{re.escape(folder)}\S+", str(error)).group())
            wanted.parent.mkdir(parents=True)
            wanted.symlink_to(find_browser().resolve())
        yield folder


def shot_scraper(demo, plans, jobs):
    """Needs `pip install shot-scraper` beside this program; None where it is not there."""
    tool = BIN / "shot-scraper"
    if not tool.exists():
        return None
    port = demo["connect_to"].rsplit(":", 1)[1]
    with tempfile.TemporaryDirectory() as folder:

        def shoot(numbered):
            number, plan = numbered
            command = [tool, plan.url, "-o", f"{folder}/{number}.png", "--width", str(plan.width_px), "--silent"]
            command += [
                "--browser-arg",
                f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
                "--browser-arg",
                "--ignore-certificate-errors",
            ]
            return subprocess.run(command, capture_output=True, text=True, check=False)

        started = time.monotonic()
        with ThreadPoolExecutor(jobs) as pool:
            done = list(pool.map(shoot, enumerate(plans)))
        wall = time.monotonic() - started
        shots = len(list(Path(folder).glob("*.png")))
    if not shots:
        print("shot-scraper made nothing:", done[0].stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return {"name": f"shot-scraper, a process a page, {jobs} at once", "posts": shots, "wall_s": wall}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shot-scraper-posts", type=int, default=20)
    options = parser.parse_args()
    with demo_web() as demo:
        plans = bench_posts(demo, options.posts)
        rows = [
            bare(demo, plans, options.jobs),
            ours(demo, options.posts, options.jobs),
            bare(demo, plans, options.jobs),
        ]
        with browsers_folder():
            few = plans[: options.shot_scraper_posts]
            rows += [shot_scraper(demo, few, jobs) for jobs in (1, options.jobs)]
    show([row for row in rows if row])


def show(rows):
    for row in rows:
        row["a_minute"] = row["posts"] / row["wall_s"] * 60
    mine = next(row for row in rows if row["name"] == "embed-archiver")
    for row in rows:
        ratio = mine["a_minute"] / row["a_minute"]
        print(
            f"{row['name']:42} {row['posts']:5} posts {row['wall_s']:7.1f} s {row['a_minute']:7.0f} a minute   "
            f"ours is {ratio:.2f} ×"
        )
    print(
        f"memory of our tree: peak {mine['peak_mb']:.0f} MB, {mine['mb_at_50']:.0f} MB at the 50th post, "
        f"{mine['mb_at_last']:.0f} MB at the last; {mine['bytes_a_post'] / 1000:.0f} kB a post on disk"
    )


if __name__ == "__main__":
    main()

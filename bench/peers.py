"""The programs that this one is measured against, each driven as its users run it.

They find the demo web by Chromium's own host mapping or, where they make requests of their
own, through a small proxy that leads every CONNECT there.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from measure import bytes_below, measured, run_until

from archiver.browser import find_browser

#: A page that takes longer is given up.
PAGE_S = 60
NOBODY = "nobody"


def found(name, folder):
    """The peer's command: on PATH, or in one of the environments below `folder`; None where it is not there."""
    beside = sorted(folder.glob(f"*/bin/{name}")) + sorted(folder.glob(f"*/node_modules/.bin/{name}")) if folder else []
    # The last in order: a second environment is there because the first did not do.
    return str(beside[-1]) if beside else shutil.which(name)


def chromium_arguments(port):
    mapped = f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    return [mapped, "--ignore-certificate-errors", "--no-sandbox"]


def single_file(command, urls, *, port, jobs):
    """All addresses in one call, `jobs` at once; it may not end by itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out"
        out.mkdir()
        (folder / "urls").write_text("\n".join(urls))
        words = [command, f"--urls-file={folder / 'urls'}", f"--output-directory={out}", "--browser-width=1280"]
        words += [f"--max-parallel-workers={jobs}", f"--browser-executable-path={find_browser()}"]
        words += [f"--browser-arg={argument}" for argument in chromium_arguments(port)]
        with measured() as cost:
            said = run_until(
                words, lambda: len(whole_files(out, "*.html")) >= len(urls), limit_s=PAGE_S * len(urls), cwd=folder
            )
        return row(f"single-file-cli, {jobs} at once", len(whole_files(out, "*.html")), cost, out, said)


def whole_files(folder, pattern):
    return [path for path in folder.glob(pattern) if path.stat().st_size]


def shot_scraper(command, urls, *, port, jobs):  # noqa: ARG001  # it has no parallel mode
    """All addresses in one call of `multi`, one browser for all: its fastest way."""
    with tempfile.TemporaryDirectory() as name, browsers_folder():
        folder = Path(name)
        shots = "".join(f"- url: {url}\n  output: {number}.png\n  width: 1280\n" for number, url in enumerate(urls))
        (folder / "shots.yml").write_text(shots)
        words = [command, "multi", "shots.yml", "--silent"]
        for argument in chromium_arguments(port):
            words += ["--browser-arg", argument]
        with measured() as cost:
            said = run_until(words, lambda: False, limit_s=PAGE_S * len(urls), cwd=folder)
        (folder / "shots.yml").unlink()
        return row("shot-scraper multi", len(whole_files(folder, "*.png")), cost, folder, said)


def shot_scraper_each(command, urls, *, port, jobs):
    """A call a page, `jobs` at once: how its users' scripts run it."""
    with tempfile.TemporaryDirectory() as name, browsers_folder():
        folder = Path(name)
        options = [word for argument in chromium_arguments(port) for word in ("--browser-arg", argument)]

        def shoot(numbered):
            words = [command, numbered[1], "-o", f"{numbered[0]}.png", "--width", "1280", "--silent", *options]
            return subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder, timeout=PAGE_S)

        with measured() as cost, ThreadPoolExecutor(jobs) as pool:
            done = list(pool.map(shoot, enumerate(urls)))
        said = done[0].stderr.strip()[-150:]
        return row(f"shot-scraper, {jobs} at once", len(whole_files(folder, "*.png")), cost, folder, said)


@contextmanager
def browsers_folder():
    """A folder in which Playwright finds the browser that is here: shot-scraper takes no path to one."""
    import re

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
        try:
            yield
        finally:
            del os.environ["PLAYWRIGHT_BROWSERS_PATH"]


def archivebox(command, urls, *, port, jobs):  # noqa: ARG001  # it takes one page after the other
    """One call of `add`, with its default outputs but those that ask others (archive.org, favicons)."""
    with tempfile.TemporaryDirectory() as name, door(port) as proxy_url:
        folder = Path(name)
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir(mode=0o777)
        home.chmod(0o777)
        wrapper = folder / "chromium"
        arguments = " ".join(f"'{argument}'" for argument in chromium_arguments(port))
        wrapper.write_text(f'#!/bin/sh\nexec {find_browser()} {arguments} "$@"\n')
        wrapper.chmod(0o755)
        environment = {**os.environ, "HOME": str(home), "CHROME_BINARY": str(wrapper), "CHECK_SSL_VALIDITY": "False"}
        environment |= dict.fromkeys(("http_proxy", "https_proxy"), proxy_url)
        environment |= dict.fromkeys(("SAVE_ARCHIVE_DOT_ORG", "SAVE_FAVICON", "SAVE_GIT", "SAVE_MEDIA"), "False")
        # It refuses to be run by root.
        options = {"cwd": home, "env": environment, "user": NOBODY if os.geteuid() == 0 else None}
        try:
            subprocess.run([command, "init"], check=True, capture_output=True, **options)
        except (OSError, subprocess.CalledProcessError) as error:
            return {"name": "ArchiveBox", "missing": f"does not run: {error}"}
        base = bytes_below(home)
        with measured() as cost:
            said = run_until([command, "add", *urls], lambda: False, limit_s=PAGE_S * len(urls), **options)
        made = [path for path in (home / "archive").glob("*/output.html") if path.stat().st_size]
        return row("ArchiveBox, add", len(made), cost, home, said, less=base)


@contextmanager
def door(port):
    """A proxy on loopback whose every CONNECT leads to the demo web."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    told = []

    async def pass_on(reader, writer):
        try:
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        site_reader, site_writer = await asyncio.open_connection("127.0.0.1", port)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            site_writer.write(head)
        await asyncio.gather(pass_on(reader, site_writer), pass_on(site_reader, writer))

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        told.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield f"http://127.0.0.1:{told[0]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)


def row(name, made, cost, folder, said, *, less=0):
    if not made:
        return {"name": name, "missing": f"made nothing: {said[:150]}"}
    size = bytes_below(folder) - less
    return {"name": name, "posts": made, "wall_s": cost.wall_s, "cpu_s": cost.cpu_s, "bytes_a_post": size / made}


def auto_archiver(_command, _urls, *, port, jobs):  # noqa: ARG001  # see below
    return {
        "name": "auto-archiver",
        "missing": "not measured: its page capture drives Chrome through a driver that it downloads when first run",
    }


#: The command that is looked for, and how it is driven.
PEERS = (
    ("single-file", single_file),
    ("shot-scraper", shot_scraper),
    ("shot-scraper", shot_scraper_each),
    ("archivebox", archivebox),
    ("auto-archiver", auto_archiver),
)

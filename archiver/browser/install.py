"""Getting a browser where none is: Playwright's own, else Debian's package for root."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from archiver.browser.find import find_browser
from archiver.model.errors import BrowserUnavailable

__all__ = ["install_browser"]

_DEBIAN_PACKAGE = "chromium-headless-shell"
# Recommended, not required by the package; without them text is boxes in screenshots.
_FONTS = ("fonts-liberation", "fonts-noto-core", "fonts-noto-color-emoji")


def install_browser(tell: Callable[[str], None]) -> Path:
    """A browser that starts: the one that is there, else the first way of getting one that works.

    Playwright's download comes first because it needs no rights; as root on Debian its
    package follows. `tell` is given one line a try. Raises BrowserUnavailable.
    """
    for command in (None, *_ways()):
        if command is not None:
            tell(f"getting a browser: {' '.join(command[-3:])} ...")
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)
        try:
            browser = find_browser()
        except BrowserUnavailable:
            continue
        if _starts(browser):
            return browser
        tell(f"{browser} does not start (a system library may be missing)")
    raise BrowserUnavailable("no browser could be found or installed")


def _ways() -> Iterator[list[str]]:
    root_on_debian = os.geteuid() == 0 and shutil.which("apt-get") is not None
    playwright = [sys.executable, "-m", "playwright", "install", _DEBIAN_PACKAGE]
    yield [*playwright, "--with-deps"] if root_on_debian else playwright
    if root_on_debian:
        yield ["apt-get", "update", "-qq"]
        yield ["apt-get", "install", "-y", "-qq", "--no-install-recommends", _DEBIAN_PACKAGE, *_FONTS]


def _starts(browser: Path) -> bool:
    try:
        done = subprocess.run([browser, "--version"], check=False, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

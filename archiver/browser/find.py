"""Where a browser is: named by the user, installed by the system, or by Playwright."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from archiver.model.errors import BrowserUnavailable

__all__ = ["find_browser"]

VARIABLE = "ARCHIVER_BROWSER"
#: Debian's program itself, without the shell script in the PATH that starts it as a child.
DEBIAN = Path("/usr/lib/chromium/chromium-headless-shell")
#: The shell costs half the CPU of the full browser and makes no calls of its own.
FULL = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser(environ: Mapping[str, str] = os.environ) -> Path:
    """The Chromium to use: `$ARCHIVER_BROWSER`, a headless shell, else a full browser.

    Nothing is started. Raises BrowserUnavailable where there is none, or where the
    variable names something that can't be run: a wrong name is never replaced in silence.
    """
    named = environ.get(VARIABLE)
    if named:
        found = shutil.which(named, path=environ.get("PATH"))
        if found is None:
            raise BrowserUnavailable(f"${VARIABLE} names no program that can be run: {named}")
        return Path(found)
    browser = next(_installed(environ), None)
    if browser is None:
        raise BrowserUnavailable("no Chromium was found on this machine")
    return browser


def _installed(environ: Mapping[str, str]) -> Iterator[Path]:
    if os.access(DEBIAN, os.X_OK):
        yield DEBIAN
    yield from _in_path(environ, "chromium-headless-shell")
    yield from _from_playwright(environ)
    for name in FULL:
        yield from _in_path(environ, name)


def _in_path(environ: Mapping[str, str], name: str) -> Iterator[Path]:
    found = shutil.which(name, path=environ.get("PATH"))
    if found is not None:
        yield Path(found)


def _from_playwright(environ: Mapping[str, str]) -> Iterator[Path]:
    """The shells in Playwright's registry, the newest revision first."""
    folders = _registry(environ).glob("chromium_headless_shell-*")
    for folder in sorted(folders, key=_revision, reverse=True):
        for name in ("headless_shell", "chrome-headless-shell"):
            yield from (path for path in sorted(folder.glob(f"*/{name}")) if os.access(path, os.X_OK))


def _registry(environ: Mapping[str, str]) -> Path:
    named = environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if named and named != "0":
        return Path(named)
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library/Caches/ms-playwright"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "ms-playwright"


def _revision(folder: Path) -> int:
    number = re.search(r"-(\d+)$", folder.name)
    return int(number[1]) if number else 0

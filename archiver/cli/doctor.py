"""`archiver doctor`: what is wrong on this machine, and how to mend it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from archiver.browser import Browser, find_browser
from archiver.browser.install import install_browser
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, warn
from archiver.config import load_settings
from archiver.home import Home
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import ArchiverError, BrowserUnavailable, Exit, HomeMissing
from archiver.steps.stamping import load_authorities
from archiver.store import Store

_LOW_DISK_BYTES = 2_000_000_000
_OLDEST_PYTHON = (3, 11)
#: Scripts that posts are written in, and a language whose letters tell whether a font has them.
_SCRIPTS = {"Latin": "en", "Cyrillic": "ru", "Arabic": "ar", "Hebrew": "he", "Devanagari": "hi", "CJK": "ja"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `advice` is what to do where it is not ok; a warning is no failure."""

    name: str
    ok: bool
    found: str
    advice: str = ""
    exit_code: Exit = Exit.LOST
    warning: bool = False


@click.command("doctor", short_help="Say what is wrong here, and how to mend it.")
@click.option("--install-browser", is_flag=True, help="Get a browser if none is there.")
@click.option("--only-browser", is_flag=True, help="Look at the browser only.")
@command_options
def command(install_browser: bool, only_browser: bool, common: Common) -> int:  # noqa: FBT001
    """Look at Python, the browser and its sandbox, fonts, the home, the disk, the clock, the log's key and timestamps.

    Says what is wrong and how to mend it; exits with the code that other commands would
    end with for that reason.
    """
    if install_browser:
        _install()
    code = Exit.DONE
    for check in _checks(common, only_browser=only_browser):
        _show(check, common)
        if not check.ok and not check.warning:
            code = max(code, check.exit_code)
    return code


def _install() -> None:
    install_browser(warn)


def _show(check: Check, common: Common) -> None:
    if common.json:
        state = "ok" if check.ok else "warning" if check.warning else "wrong"
        emit({"check": check.name, "state": state, "found": check.found, "advice": None if check.ok else check.advice})
        return
    mark = "ok  " if check.ok else "warn" if check.warning else "BAD "
    say(f"{mark} {check.name:<9} {check.found}")
    if not check.ok and check.advice:
        say(f"     {'':<9} → {check.advice}")


def _checks(common: Common, *, only_browser: bool) -> Iterator[Check]:
    if not only_browser:
        yield _python()
    yield from _browser()
    if only_browser:
        return
    yield _fonts()
    try:
        home = common.home()
    except HomeMissing as error:
        yield Check("home", False, str(error), error.next_step, Exit.HOME, warning=common.home_flag is None)
    else:
        yield _home(home)
        yield _disk(home)
        yield _clock(home)
        yield from _log(home)


def _log(home: Home) -> Iterator[Check]:
    """The key that signs the log, and the timestamps that are missing."""
    try:
        store = Store.open(home.snapshots, clock=system_clock)
        yield _key(home, store)
        yield _timestamps(home, store)
    except ArchiverError as error:
        yield Check("log", False, str(error), error.next_step, error.exit_code)
    except ValueError as error:
        yield Check("log", False, str(error), "Run `archiver audit`, and put back a copy.", Exit.HOME)


def _key(home: Home, store: Store) -> Check:
    keys = store.log_keys()
    if not keys:
        return Check("key", True, "none in the log yet: the end of the first run enters one")
    last = keys[-1]
    if home.keys.private(last.id, last.key.name) is None:
        found = f"the private key {last.id} is not in {home.keys.folder}: checkpoints are not signed"
        return Check("key", False, found, "Put it back, or: archiver keys rotate --lost", warning=True)
    return Check("key", True, f"{last.id} in {home.keys.folder}; keep a copy elsewhere")


def _timestamps(home: Home, store: Store) -> Check:
    authorities = load_authorities(load_settings(home.root, {}).timestamps, home=home.root)
    if not authorities:
        return Check("stamps", True, "no timestamp authority is named ([[timestamps]] in archiver.toml)")
    kept = store.kept_checkpoints().values()
    missing = sum(one.name not in {stamp.authority for stamp in stamps} for stamps in kept for one in authorities)
    found = f"{', '.join(one.name for one in authorities)}; {missing} timestamps missing"
    return Check("stamps", not missing, found, "archiver stamp", warning=True)


def _python() -> Check:
    found = sys.version.split()[0]
    return Check("python", sys.version_info >= _OLDEST_PYTHON, found, "Install Python 3.11 or newer.")


def _browser() -> Iterator[Check]:
    try:
        path = find_browser()
        with Browser(path) as browser:
            environment = browser.environment()
    except BrowserUnavailable as error:
        yield Check("browser", False, str(error), error.next_step, Exit.BROWSER)
        return
    yield Check("browser", True, f"{environment.browser} at {path}")
    advice = "Run as an ordinary user" if os.geteuid() == 0 else "Allow unprivileged user namespaces"
    found = "on" if environment.sandboxed else "OFF: a hostile page that breaks Chromium has this account's rights"
    yield Check(
        "sandbox", bool(environment.sandboxed), found, f"{advice}, or refuse with --require-sandbox.", warning=True
    )


def _fonts() -> Check:
    if shutil.which("fc-list") is None:
        return Check(
            "fonts", False, "fontconfig is not there", "apt-get install fontconfig fonts-noto-core", warning=True
        )
    lacking = [script for script, language in _SCRIPTS.items() if not _has_font(f":lang={language}")]
    emoji = [] if _has_font(":charset=1f600") else ["emoji"]
    found = (
        f"no font for {', '.join(lacking + emoji)}: such text is boxes in screenshots"
        if lacking + emoji
        else "every script"
    )
    packages = "apt-get install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"
    return Check("fonts", not lacking + emoji, found, packages, warning=True)


def _has_font(pattern: str) -> bool:
    done = subprocess.run(["fc-list", pattern], check=False, capture_output=True, timeout=30)  # noqa: S607
    return bool(done.stdout.strip())


def _home(home: Home) -> Check:
    try:
        store = Store.open(home.snapshots, clock=system_clock)
        with store.lock():
            return Check("home", True, str(home.root))
    except ArchiverError as error:
        return Check("home", False, f"{home.root}: {error}", error.next_step, Exit.HOME)


def _disk(home: Home) -> Check:
    free = shutil.disk_usage(home.snapshots).free
    advice = "Free space on that volume: a run ends before it fills the disk, but ends."
    return Check("disk", free > _LOW_DISK_BYTES, f"{free / 1e9:.1f} GB free", advice, Exit.HOME, warning=free > 0)


def _clock(home: Home) -> Check:
    now, newest = datetime.now(UTC), _newest_change(home.snapshots / "log" / "leaves.jsonl")
    found = format_at(now.replace(microsecond=0))
    if newest and newest > now + timedelta(minutes=5):
        return Check(
            "clock", False, f"{found}, earlier than the newest evidence", "Set the clock (NTP) before you archive."
        )
    return Check("clock", True, found)


def _newest_change(path: Path) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None

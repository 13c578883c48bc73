"""How Chromium is started: shut off from the network but for the tap, and quiet."""

import os
import re
import subprocess
from enum import StrEnum
from pathlib import Path

from archiver.model.errors import BrowserUnavailable

__all__ = ["UNWANTED_DEFAULTS", "SandboxPolicy", "launch_flags", "user_agent_of", "version_of"]


class SandboxPolicy(StrEnum):
    """Whether Chromium's own sandbox must stand between a hostile page and this machine."""

    #: On where the system allows it, else off, and said so.
    AUTO = "auto"
    #: No sandbox, no browser.
    REQUIRE = "require"
    OFF = "off"


#: What Playwright sets for tests and a hostile page would enjoy: floods of pop-ups and messages.
UNWANTED_DEFAULTS = ("--disable-popup-blocking", "--disable-ipc-flooding-protection")

#: Chromium reads only the last list of features it is given, so Playwright's own stands here too, with one
#: more: a spare page process for a context's next page, of which ours never has one (7 % of a capture's time).
UNWANTED_FEATURES = (
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "SpareRendererForSitePerProcess",
    "ThirdPartyStoragePartitioning",
)

#: The discard port: whatever is not sent through a render's own proxy goes nowhere.
NOWHERE = "http://127.0.0.1:9"


def launch_flags(
    *, user_agent: str, language: str = "en-US", scale: float = 1, spki_sha256: str | None = None
) -> list[str]:
    """The command line, beyond what Playwright sets itself.

    `spki_sha256` (base64) is the one key whose certificates are accepted without a chain:
    the tap's. Never `ignore_https_errors`: service workers and the HTTP cache fail under it.
    Chromium can't resolve a name by itself, so a page can't rebind one, and no prefetch leaks.
    """
    flags = [
        f"--user-agent={user_agent}",
        # As flags they hold for every frame and worker; emulation would have to reach each of them.
        f"--lang={language}",
        f"--accept-lang={language}",
        f"--force-device-scale-factor={scale:g}",
        "--force-prefers-reduced-motion",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--proxy-server={NOWHERE}",
        "--proxy-bypass-list=<-loopback>",
        "--disable-quic",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-domain-reliability",
        "--no-pings",
        "--dns-prefetch-disable",
        "--block-new-web-contents",
        f"--disable-features={','.join(UNWANTED_FEATURES)}",
    ]
    return [*flags, f"--ignore-certificate-errors-spki-list={spki_sha256}"] if spki_sha256 else flags


def version_of(executable: Path) -> str:
    """What the browser calls itself, such as `Chromium 156.0.8078.79`.

    Raises BrowserUnavailable if it does not run, or is no Chromium.
    """
    try:
        done = subprocess.run(
            [executable, "--version"], capture_output=True, timeout=20, check=False, text=True, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrowserUnavailable(f"{executable} does not start: {error}") from error
    version = re.search(r"[\w .]*?\d+(?:\.\d+){3}", done.stdout)
    if version is None:
        said = (done.stderr or done.stdout).strip()[:300]
        raise BrowserUnavailable(f"{executable} does not say a Chromium version: {said}")
    return version[0].strip()


def user_agent_of(version: str) -> str:
    """The User-Agent to send: what a Chromium of this version says on this system.

    Headless builds put `HeadlessChrome` there, which many sites answer with a wall that
    no reader ever sees. Engine, major version and platform stay true (in the reduced form
    that Chrome itself sends), the client hints still name HeadlessChrome, and
    `navigator.webdriver` stays true: nothing is disguised beyond this one word.
    """
    number = re.search(r"(\d+)\.\d+\.\d+\.\d+", version)
    major = number[1] if number else "0"
    system = "Macintosh; Intel Mac OS X 10_15_7" if os.uname().sysname == "Darwin" else "X11; Linux x86_64"
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"

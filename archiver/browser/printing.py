"""A page of our own as a PDF: no network, no scripts, nothing left behind."""

import os
from pathlib import Path

from archiver.browser.flags import launch_flags
from archiver.model.errors import BrowserUnavailable

__all__ = ["print_html"]

_START_MS, _PAGE_MS = 60_000, 120_000


def print_html(html: str, executable: Path) -> bytes:
    """The PDF of a self-contained page, on the paper that its own style names.

    `executable` is what `find_browser` gives. The page can reach no network, and runs no
    script. Raises BrowserUnavailable where the browser does not start or does not print.
    """
    # Playwright takes a third of a second to import: only those who print pay it.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=executable,
                args=launch_flags(user_agent="embed-archiver"),
                chromium_sandbox=os.geteuid() != 0,
                timeout=_START_MS,
            )
            try:
                page = browser.new_page(java_script_enabled=False, offline=True)
                page.set_default_timeout(_PAGE_MS)
                page.set_content(html, wait_until="load")
                return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
            finally:
                browser.close()
    except Error as error:
        raise BrowserUnavailable(f"{executable} does not print: {str(error)[:300]}") from error

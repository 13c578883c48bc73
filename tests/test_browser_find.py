"""Where a browser is looked for, what it is told, and what counts as one site."""

import pytest

from archiver.browser import find_browser
from archiver.browser.events import Watch, same_site
from archiver.browser.flags import launch_flags, user_agent_of
from archiver.model.errors import BrowserUnavailable, Exit


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without Debian's browser."""
    monkeypatch.setattr("archiver.browser.find.DEBIAN", tmp_path / "none")
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}


def test_the_variable_goes_first_and_is_never_replaced(tmp_path, bare):
    program(tmp_path / "bin/chromium-headless-shell")
    mine = program(tmp_path / "mine")
    assert find_browser({**bare, "ARCHIVER_BROWSER": str(mine)}) == mine
    with pytest.raises(BrowserUnavailable, match="/no/such"):
        find_browser({**bare, "ARCHIVER_BROWSER": "/no/such"})


def test_a_shell_goes_before_a_full_browser(tmp_path, bare):
    full = program(tmp_path / "bin/chromium")
    assert find_browser(bare) == full
    program(tmp_path / "home/.cache/ms-playwright/chromium_headless_shell-9/chrome-linux/headless_shell")
    newest = program(tmp_path / "home/.cache/ms-playwright/chromium_headless_shell-1200/chrome-linux/headless_shell")
    assert find_browser(bare) == newest
    shell = program(tmp_path / "bin/chromium-headless-shell")
    assert find_browser(bare) == shell


def test_playwrights_browsers_may_lie_elsewhere(tmp_path, bare):
    there = program(tmp_path / "pw/chromium_headless_shell-1/linux/chrome-headless-shell")
    assert find_browser({**bare, "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "pw")}) == there


def test_none_is_an_error_that_names_three_ways(bare):
    with pytest.raises(BrowserUnavailable) as caught:
        find_browser(bare)
    assert caught.value.exit_code is Exit.BROWSER
    for way in ("apt-get install", "playwright install", "$ARCHIVER_BROWSER"):
        assert way in caught.value.next_step


def test_the_browser_can_resolve_no_name_and_reach_nothing_by_itself():
    flags = launch_flags(user_agent="ua", spki_sha256="key=")
    assert "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1" in flags
    assert "--proxy-server=http://127.0.0.1:9" in flags
    assert "--proxy-bypass-list=<-loopback>" in flags
    assert "--ignore-certificate-errors-spki-list=key=" in flags
    assert not any("spki" in flag for flag in launch_flags(user_agent="ua"))


def test_the_user_agent_is_that_of_the_version():
    assert " Chrome/156.0.0.0 " in user_agent_of("Chromium 156.0.8078.79")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://x.com/a", "https://x.com/b", True),
        ("https://x.com/", "https://netflix.com/", False),
        ("https://www.example.com/", "https://m.example.com/", True),
        ("https://example.com/", "https://example.com.evil.example/", False),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://news.a.co.uk/", "https://www.a.co.uk/", True),
        ("http://10.0.0.1/", "http://10.9.0.1/", False),
        ("https://example.com/", "about:blank", False),
        ("https://example.com/", "http://EXAMPLE.com:8080/", True),
        ("https://com/", "https://example.com/", True),
    ],
)
def test_one_site_is_told_by_labels(one, other, same):
    assert same_site(one, other) is same
    assert same_site(other, one) is same


def test_events_are_bounded_and_printable():
    watch = Watch("main")
    for number in range(1000):
        watch.note(f"try {number}\x1b[2J\u202e" + "x" * 10_000)
    for _ in range(5):
        watch.note("again")
    assert len(watch.events()) == 20
    assert all(event.isprintable() and len(event) <= 320 for event in watch.events())

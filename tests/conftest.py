"""Shared guards: no test touches the repository's own archive home."""

import signal
from pathlib import Path

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Tests that were started in the background would hand that on to every process that they interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared"


def _state():
    return {
        path: path.stat().st_mtime_ns
        for half in ("snapshots", "db")
        for path in (REPOSITORY / half).rglob("*")
        if path.is_file()
    }


@pytest.fixture(autouse=True)
def _repository_home_is_untouched():
    before = _state()
    yield
    assert _state() == before, "a test wrote into the repository's own snapshots/ or db/"


@pytest.fixture(scope="session")
def shared():
    """The labelled pages and seeds that lie beside a developer's checkout."""
    if not SHARED.is_dir():
        pytest.skip("the labelled corpus is not beside this checkout")
    return SHARED

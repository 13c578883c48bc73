"""The browser of one run killed again and again: no capture is lost, nothing is left behind."""

import pytest
from soak import soak

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_captures_go_on_over_a_browser_that_is_killed_again_and_again(tmp_path):
    told = soak(tmp_path, captures=60, kill_every=15)
    assert (told.code, told.kills, told.lost, told.findings) == (0, 3, [], [])
    assert (told.processes, told.files) == ([], [])
    assert told.outcomes == {"complete": 60}

"""Pages that would wear an archiver out: each capture ends in its budget, and the next one is unharmed."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from soak import Memory

from archiver.browser import Browser, find_browser
from archiver.browser.processes import tree_of
from archiver.demo import DemoWeb, hostile
from archiver.fetch.client import Client
from archiver.model.clock import system_clock
from archiver.model.records import RunEnded, RunStarted
from archiver.model.states import Group, Outcome, Reason, RunOutcome
from archiver.platforms import resource_for
from archiver.steps.capture import CaptureTools, Wanted, capture
from archiver.store import Store
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

#: A hostile page's budget, and what putting it away by force and sealing may take beyond it.
BUDGET_S, GRACE_S = 8.0, 8.0
CALM_BUDGET_S = 60.0
AT_ONCE = 2
PAGE_MEMORY_BYTES = 400 << 20
#: Of the whole tree: this process, the demo web in it, and browsers with two pages.
MOST_BYTES = 3 << 30
CALM = ("calm", "elsewhere")
WAYS = tuple(way for way in hostile.WAYS if way not in CALM)
POST = "looks like a post until you stay a while"
#: What is in sight where it is not the post.
WORDS = {"entities": "parsererror"}
_NO_ANSWER = {Reason.NO_RESPONSE, Reason.OVER_BUDGET}
_REFUSED = {Reason.NO_RESPONSE}
_CUT = {Reason.RESPONSE_CUT}
_NOTHING = {Reason.BLANK_FRAME, Reason.UNIFORM_SCREENSHOT, Reason.OVER_BUDGET, Reason.BROWSER_CRASHED}
_RESTLESS = {Reason.NOT_SETTLED, *_NOTHING}
#: Those that never give a whole page, and the reasons of which one must be said.
NEVER_WHOLE = {
    **dict.fromkeys(("silent", "reset", "garbage", "redirect"), _NO_ANSWER),
    **dict.fromkeys(("hints", "long-head"), _REFUSED),
    **dict.fromkeys(("stalled", "short", "drip", "endless", "gigabytes"), _CUT),
    **dict.fromkeys(("bomb", "bomb-brotli", "bomb-zstd", "bomb-twice", "empty"), _NOTHING),
    **dict.fromkeys(("reload", "ping-pong"), _RESTLESS),
    "write": {Reason.NEVER_READY, *_RESTLESS},
    "download": {Reason.DOWNLOAD},
}


@dataclass(frozen=True)
class Played:
    """What came of one hostile page, how long it took, and what came of the harmless one right after it."""

    record: object
    folder: Path
    took_s: float
    calm: object


@dataclass(frozen=True)
class Shift:
    """All that was played, and what the machine was left with."""

    played: dict
    most_bytes: int
    processes: set
    files: list
    snapshots: Path


class Asylum:
    """Whole captures with real tap, browser and store; every hostile one is followed by a harmless one."""

    def __init__(self, tap, browser, run, root):
        self.tap, self.browser, self.run, self.root = tap, browser, run, root

    def play(self, way):
        with (
            self.tap.lane() as lane,
            Client(
                proxy_url=lane.proxy_url, ca_file=self.tap.ca_file, user_agent="Mozilla/5.0 test", timeout_s=4
            ) as client,
        ):
            started = time.monotonic()
            sealed = self.capture(way, lane, client, BUDGET_S)
            took_s = time.monotonic() - started
            calm = self.capture("calm", lane, client, CALM_BUDGET_S)
        return Played(sealed.record, self.root / sealed.path, took_s, calm.record)

    def capture(self, way, lane, client, budget_s):
        tools = CaptureTools(
            browser=self.browser,
            lane=lane,
            client=client,
            run=self.run,
            clock=system_clock,
            cancelled=lambda: False,
            rendered=lambda: None,
            budget_s=budget_s,
            media_per_post=2,
            page_height_px=3000,
            blind_lane=lambda: self.tap.lane(blind=True),
        )
        return capture(Wanted(resource_for(f"https://{hostile.HOST}/{way}")), tools=tools)


def asked_for(request):
    """The ways of the tests that were selected."""
    params = [getattr(getattr(item, "callspec", None), "params", {}) for item in request.session.items]
    return [way for way in WAYS if way in {found.get("way") for found in params}]


@pytest.fixture(scope="module")
def shift(tmp_path_factory, request):
    """Everything that was asked for, played `AT_ONCE` at a time in one browser, and what is there afterwards."""
    folder = tmp_path_factory.mktemp("hostile")
    temporary = folder / "tmp"
    temporary.mkdir()
    before, usual = set(tree_of(os.getpid())), tempfile.tempdir
    tempfile.tempdir = str(temporary)
    memory = Memory(os.getpid())
    memory.start()
    try:
        results = play_all(folder, asked_for(request))
    finally:
        tempfile.tempdir = usual
    most = max(held for _when, held in memory.stop())
    return Shift(results, most, set(tree_of(os.getpid())) - before, list(temporary.iterdir()), folder / "snapshots")


def play_all(folder, ways):
    store = Store.create(folder / "snapshots", clock=system_clock)
    with DemoWeb(folder=folder) as web, store.lock():
        policy = EgressPolicy(connect_to=(ConnectTo.parse(web.connect_to),), ca_bundle=web.ca_file)
        with (
            Tap(policy=policy, limits=Limits(), clock=system_clock) as tap,
            Browser(find_browser(), spki_sha256=tap.spki_sha256, page_memory_bytes=PAGE_MEMORY_BYTES) as browser,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):
            run = store.begin_run(RunStarted("20260301T000000Z-run-aaaa", system_clock.now(), "test", "test"))
            asylum = Asylum(tap, browser, run, folder / "snapshots")
            results = dict(zip(ways, pool.map(asylum.play, ways), strict=True))
            run.end(RunEnded(run.run_id, system_clock.now(), RunOutcome.DONE, {}))
    return results


def told(record):
    reasons = [reason.value for reason in record.reasons]
    return record.outcome.value, record.availability.value, reasons, record.observations[-1].evidence


def test_there_are_more_than_forty_of_them():
    assert len(set(WAYS)) == len(WAYS) >= 40
    assert NEVER_WHOLE.keys() <= set(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_it_ends_in_its_budget_and_leaves_the_next_capture_unharmed(way, shift):
    one = shift.played[way]
    assert one.took_s < BUDGET_S + GRACE_S
    assert (one.calm.outcome, one.calm.reasons) == (Outcome.COMPLETE, ()), told(one.calm)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_said_of_it_is_so(way, shift):
    one = shift.played[way]
    record = one.record
    assert (record.outcome is Outcome.COMPLETE) == (not record.reasons), told(record)
    assert record.availability.group in (Group.LIVE, Group.UNKNOWN), told(record)
    assert not (record.outcome is Outcome.FAILED and record.availability.conclusive), told(record)
    if way in NEVER_WHOLE:
        assert record.outcome is not Outcome.COMPLETE, told(record)
        assert NEVER_WHOLE[way] & set(record.reasons), told(record)
    if record.outcome is Outcome.COMPLETE:
        assert WORDS.get(way, POST) in (one.folder / "page.html").read_text(), told(record)
        assert (one.folder / "screenshot.png").stat().st_size > 1000


def test_no_process_and_no_file_is_left(shift):
    assert (shift.processes, shift.files) == (set(), [])
    assert [path.name for path in (shift.snapshots / "tmp").iterdir() if path.name != "lock"] == []


def test_memory_was_bounded(shift):
    assert shift.most_bytes < MOST_BYTES

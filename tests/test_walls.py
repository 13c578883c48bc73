"""No wall, notice, error or blank is saved as a post, no live post is called gone: whole captures of scripted pages."""

import queue
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
import wall_notices
import wall_scenes
import wall_troubles
from PIL import Image
from wall_links import LINKS
from wall_stage import Reply

from archiver.browser import Browser, find_browser
from archiver.demo.log import AccessLog
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.fetch.client import Client
from archiver.model.clock import system_clock
from archiver.model.records import RunEnded, RunStarted
from archiver.model.states import Group, Outcome, RunOutcome
from archiver.platforms import resource_for
from archiver.steps.capture import CaptureTools, Wanted, capture
from archiver.store import Store
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SCENES = (*wall_scenes.SCENES, *wall_notices.SCENES, *wall_troubles.SCENES)
ALL = {scene.name: scene for scene in (*SCENES, *LINKS)}
#: What shows its post ends long before; what never does is given up soon.
LONG_S, SHORT_S = 40.0, 9.0
AT_ONCE = 4


def picture():
    data = BytesIO()
    Image.linear_gradient("L").resize((400, 200)).save(data, "PNG")
    return Reply(data.getvalue(), "image/png", cross_origin=True)


class Street:
    """Every scene's web on one port: the longest address that a request begins with is answered."""

    def __init__(self, scenes):
        self.routes = {address: reply for scene in scenes for address, reply in scene.routes.items()}
        self.picture = picture()

    def __call__(self, request):
        address = f"{request.scheme}://{request.host}{request.target}"
        found = max((route for route in self.routes if address.startswith(route)), key=len, default=None)
        if found is not None:
            return self.routes[found]
        if request.path.endswith((".jpg", ".png")):
            return self.picture
        return Reply(b"Nothing is played here.", "text/plain", 503)


class Theatre:
    """The whole capture step, with real tap, browser and store."""

    def __init__(self, folder, tap, browser, run):
        self.folder, self.tap, self.browser, self.run = folder, tap, browser, run
        self.lanes = queue.SimpleQueue()

    def close(self):
        while not self.lanes.empty():
            lane, client = self.lanes.get()
            client.close()
            lane.close()

    def capture(self, scene):
        try:
            lane, client = self.lanes.get_nowait()
        except queue.Empty:
            lane = self.tap.lane()
            client = Client(
                proxy_url=lane.proxy_url, ca_file=self.tap.ca_file, user_agent="Mozilla/5.0 test", timeout_s=4
            )
        tools = CaptureTools(
            browser=self.browser,
            lane=lane,
            client=client,
            run=self.run,
            clock=system_clock,
            cancelled=lambda: False,
            rendered=lambda: None,
            budget_s=SHORT_S if scene.complete is False else LONG_S,
            media_per_post=2,
            page_height_px=3000,
        )
        try:
            return capture(Wanted(resource_for(scene.url)), tools=tools)
        finally:
            self.lanes.put((lane, client))


@pytest.fixture(scope="module")
def played(tmp_path_factory, request):
    """Every scene that is asked for, captured once."""
    folder = tmp_path_factory.mktemp("walls")
    asked = {
        item.callspec.params["name"]
        for item in request.session.items
        if "name" in getattr(getattr(item, "callspec", None), "params", {})
    }
    scenes = [scene for name, scene in ALL.items() if name in asked]
    authority = DemoAuthority(folder)
    store = Store.create(folder / "snapshots")
    with Server(handler=Street(ALL.values()), authority=authority, log=AccessLog()) as server:
        policy = EgressPolicy(connect_to=(ConnectTo.parse(f"::127.0.0.1:{server.port}"),), ca_bundle=authority.ca_file)
        with (
            store.lock(),
            Tap(policy=policy, limits=Limits(idle_s=4.0, response_s=8.0), clock=system_clock) as tap,
            Browser(find_browser(), spki_sha256=tap.spki_sha256, recycle_after=1000) as browser,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):
            run = store.begin_run(RunStarted("20260301T091400Z-run-0001", system_clock.now(), "test", "test"))
            theatre = Theatre(folder, tap, browser, run)
            results = dict(zip((scene.name for scene in scenes), pool.map(theatre.capture, scenes), strict=True))
            run.end(RunEnded(run.run_id, system_clock.now(), RunOutcome.DONE))
            theatre.close()
    return {name: (sealed.record, folder / "snapshots" / sealed.path) for name, sealed in results.items()}


def told(record):
    return (
        record.outcome.value,
        record.availability.value,
        [reason.value for reason in record.reasons],
        record.observations[-1].evidence,
    )


def test_every_scene_has_a_name_of_its_own():
    assert len(ALL) == len(SCENES) + len(LINKS) >= 60


@pytest.mark.parametrize("name", ALL)
def test_what_is_made_of(name, played):
    scene, (record, _folder) = ALL[name], played[name]
    assert scene.complete in (None, record.outcome is Outcome.COMPLETE), told(record)
    assert record.availability in scene.may_say, told(record)
    assert not scene.reasons or scene.reasons & set(record.reasons), told(record)


@pytest.mark.parametrize("name", [name for name in ALL if "a login card after" in name])
def test_a_complete_capture_never_shows_the_card_that_came_late(name, played):
    record, folder = played[name]
    if record.outcome is Outcome.COMPLETE:
        colours = Image.open(folder / "screenshot.png").convert("RGB").getcolors(1 << 24)
        assert (255, 0, 255) not in {colour for _count, colour in colours}


def test_the_count(played):
    complete = [
        name
        for name, (record, _) in played.items()
        if record.outcome is Outcome.COMPLETE and ALL[name].complete is False
    ]
    gone = [
        name
        for name, (record, _) in played.items()
        if record.availability.group is Group.GONE and not any(state.group is Group.GONE for state in ALL[name].may_say)
    ]
    assert (complete, gone) == ([], [])

"""`archiver run` tells what happened, from its settings file to a real receiver."""

import json

import pytest
from newsroom import STORY, Newsroom
from odd_site import OddSite, http
from running import Runner

from archiver.demo.web import DemoWeb
from archiver.model.overtime import EventKind, WatchState

TOKEN = "T0K3N-never-to-be-seen-51c0de"


@pytest.fixture(scope="module")
def web():
    with DemoWeb() as demo:
        yield demo


@pytest.fixture
def receiver():
    site = OddSite()
    site.routes[f"/{TOKEN}"] = http(b"ok")
    yield site
    site.close()


def test_a_run_tells_once_what_happened_and_shows_no_address(web, receiver, tmp_path):
    room = Newsroom(tmp_path / "home").begin()
    # Nothing is to be polled: the story is not on the demo web.
    room.watch(WatchState.PAUSED, polled=False)
    room.happen(EventKind.DECLARED_GONE, EventKind.EDITED)
    begun = (room.root / "archiver.toml").write_text(
        "host_delay_s = 0.0\n[alerts]\nlink_base = 'https://copies.example'\n"
        f"webhook = ['http://hooks.example/{TOKEN}', 'https://hooks.example/missing/{TOKEN}']\n"
    )
    assert begun
    runner = Runner(tmp_path / "home", web, {"FAKE": "no"})
    reach = ("--connect-to", f"hooks.example:80:127.0.0.1:{receiver.port}")
    first = runner.json("run", "--verbose", *reach)
    assert (first.code, first.last["alerts"]) == (0, 2), first.err
    (body,) = map(json.loads, receiver.bodies)
    assert [event["kind"] for event in body["events"]] == ["declared_gone", "edited"]
    assert body["events"][0]["articles"][0]["url"] == STORY
    assert body["events"][0]["copy"]["url"].startswith("https://copies.example/captures/")
    assert [note for note in first.last["notes"] if "could not be told" in note]
    second = runner.json("run", *reach)
    assert (second.last["alerts"], len(receiver.bodies)) == (0, 1)
    shown = first.out + first.err + second.out + second.err
    stored = b"".join(
        file.read_bytes() for file in room.root.rglob("*") if file.is_file() and file.name != "archiver.toml"
    )
    assert TOKEN not in shown
    assert TOKEN.encode() not in stored + room.everything()
    assert TOKEN.encode() in (room.root / "archiver.toml").read_bytes()
    assert runner.json("audit", reach=False).code == 0

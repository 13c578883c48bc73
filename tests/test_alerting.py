"""Alerts, against a real receiver behind the tap, real programs, and apprise itself."""

import json
import logging
import signal
import stat
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from homes import a_post, article
from newsroom import STORY, Newsroom
from odd_site import http
from tap_world import HOST, eventually, world

from archiver.fetch.hooks import Hooks
from archiver.model.clock import parse_at
from archiver.model.errors import UsageError
from archiver.model.overtime import EventKind, WatchState
from archiver.model.settings import AlertSettings
from archiver.model.states import Availability
from archiver.steps import alert_channels
from archiver.steps.alert_message import SCHEMA
from archiver.steps.alert_words import defused, defused_url
from archiver.steps.alerting import check_channels, tell_events
from archiver.tap import Limits

TOKEN = "T0K3N-never-to-be-seen-7f3c9a"
HOOK = f"https://{HOST}/services/{TOKEN}"
SETTINGS = AlertSettings(webhook=(HOOK,))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with world(tmp_path_factory.mktemp("alerts"), limits=Limits(idle_s=1.0)) as made:
        yield made


@pytest.fixture
def hooks(site):
    site.drain()
    site.secure.routes.clear()
    site.plain.routes.clear()
    for one in (site.secure, site.plain):
        one.heads.clear()
        one.bodies.clear()
    site.route(f"/services/{TOKEN}", http(b"ok"))
    with Hooks(proxy_url=site.lane.proxy_url, ca_file=site.tap.ca_file, user_agent="test/1", timeout_s=5) as made:
        yield made


@pytest.fixture
def room(tmp_path):
    return Newsroom(tmp_path / "home").begin()


def tell(room, hooks, settings=SETTINGS, **more):
    with room.open_run() as (run, catalog):
        return tell_events(run=run, catalog=catalog, clock=room.clock, settings=settings, hooks=lambda: hooks, **more)


def received(site):
    return [json.loads(body) for body in site.secure.bodies]


def alerts(room):
    with room.reader() as catalog:
        return [(row["event_id"], row["channel"], row["sent"], row["note"]) for row in catalog.rows("alert")]


# --- what is told -----------------------------------------------------------------------------------


def test_a_loss_is_told_with_its_article_and_our_copy(site, hooks, room):
    room.happen(EventKind.DECLARED_GONE)
    report = tell(room, hooks, replace(SETTINGS, link_base="https://copies.example/at/"))
    (message,) = received(site)
    (event,) = message["events"]
    with room.reader() as catalog:
        copy = catalog.captures_of(a_post(1).key)[0]
    assert report.told == 1
    assert report.problems == ()
    assert event == {
        "id": "e-declared_gone-1",
        "kind": "declared_gone",
        "at": event["at"],
        "sentence": "The post by Jack (jack) on X (Twitter) that “A story” cites is gone: it was deleted.",
        "evidence": "HTTP 404 at three looks",
        "state": "gone_deleted",
        "resource": {
            "url": a_post(1).uri,
            "platform": "x",
            "post_id": a_post(1).post_id,
            "author": "Jack",
            "handle": "jack",
            "text": "First boats are through the lock",
        },
        "articles": [{"url": STORY, "title": "A story", "cites_now": True}],
        "copy": {
            "capture": copy.id,
            "made_at": event["copy"]["made_at"],
            "outcome": "complete",
            "path": f"snapshots/{copy.path}",
            "url": f"https://copies.example/at/{copy.path}",
        },
    }
    assert parse_at(event["copy"]["made_at"]) == copy.started_at
    assert (message["schema"], message["title"]) == (SCHEMA, "Archive: 1 loss")
    assert message["more"] == {"count": 0, "by_kind": {}}
    assert (
        f"Our copy, made {copy.started_at:%Y-%m-%d %H:%M} UTC: https://copies.example/at/{copy.path}" in message["text"]
    )
    assert b"application/json" in site.secure.heads[0]


def test_every_kind_of_event_has_a_plain_sentence(site, hooks, room):
    room.happen(*EventKind)
    tell(room, hooks)
    (message,) = received(site)
    assert [event["sentence"] for event in message["events"]] == [
        "A run of the archive failed: HTTP 404 at three looks",
        "The post by Jack (jack) on X (Twitter) that “A story” cites is gone: it was deleted.",
        "“A story” does not embed the post by Jack (jack) on X (Twitter) any more.",
        "The post by Jack (jack) on X (Twitter) that “A story” cites is there again.",
        "The post by Jack (jack) on X (Twitter) that “A story” cites was edited since our copy was made.",
        "The post by Jack (jack) on X (Twitter) that “A story” cites says something else now than in our copy.",
    ]
    assert message["title"] == ("Archive: 1 run failed, 1 loss, 1 embed dropped, 1 edit, 1 page changed, 1 back again")


def test_without_a_link_base_the_folder_is_named(site, hooks, room):
    room.happen(EventKind.DECLARED_GONE)
    tell(room, hooks, snapshots=room.snapshots)
    (message,) = received(site)
    copy = message["events"][0]["copy"]
    assert copy["url"] is None
    assert (Path(copy["path"]) / "capture.json").is_file()


def test_many_events_are_one_message_of_bounded_size(site, hooks, room):
    room.run(article(*range(1, 61)))
    kinds = [EventKind.DECLARED_GONE] * 25 + [EventKind.EDITED] * 35
    gone = Availability.GONE_AUTHOR
    room.note(
        lambda run: [
            room.event(run, kind, f"e{number}", a_post(number), state=gone) for number, kind in enumerate(kinds, 1)
        ]
    )
    report = tell(room, hooks)
    (message,) = received(site)
    assert report.told == 60
    assert len(message["events"]) == 20
    assert message["more"] == {"count": 40, "by_kind": {"declared_gone": 5, "edited": 35}}
    assert len(message["text"]) < 2_000
    assert "more: " in message["text"]
    assert tell(room, hooks).told == 0


# --- to whom it matters -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in Availability if not state.conclusive])
def test_nothing_is_told_of_what_is_not_known(site, hooks, room, state):
    room.happen(EventKind.DECLARED_GONE, state=state)
    report = tell(room, hooks)
    assert (received(site), report.inconclusive, report.told) == ([], 1, 0)


@pytest.mark.parametrize("state", [Availability.LIVE, Availability.PROTECTED, None])
def test_a_loss_that_names_no_loss_is_not_told(site, hooks, room, state):
    room.happen(EventKind.DECLARED_GONE, state=state)
    assert (tell(room, hooks).inconclusive, received(site)) == (1, [])


def test_only_what_a_watched_article_cites_is_told(site, hooks, tmp_path):
    room = Newsroom(tmp_path / "home").begin(watched=False)
    room.happen(EventKind.DECLARED_GONE, EventKind.EMBED_DROPPED)
    room.happen(EventKind.DECLARED_GONE, number=7)
    assert (tell(room, hooks).unwatched, received(site)) == (3, [])
    room.watch()
    assert (tell(room, hooks).told, tell(room, hooks).told) == (2, 0)


def test_a_failed_run_concerns_whoever_runs_the_archive(site, hooks, tmp_path):
    room = Newsroom(tmp_path / "home").begin(watched=False)
    room.happen(EventKind.RUN_FAILED)
    assert tell(room, hooks).told == 1


@pytest.mark.parametrize(("state", "told"), [("active", 1), ("paused", 1), ("removed", 0)])
def test_a_paused_watch_still_has_its_articles_and_a_removed_one_has_none(site, hooks, room, state, told):
    room.watch(WatchState(state), polled=False)
    room.happen(EventKind.DECLARED_GONE)
    assert tell(room, hooks).told == told


@pytest.mark.parametrize(("state", "told"), [("active", 1), ("removed", 0)])
def test_an_article_that_a_list_led_to_is_watched_as_long_as_the_list(site, hooks, tmp_path, state, told):
    room = Newsroom(tmp_path / "home").begin(watched=False)
    room.watch(source="https://news.example/sitemap-index.xml", identifier="top")
    room.watch(source="https://news.example/sitemap.xml", identifier="list", found_in="top")
    room.watch(found_in="list")
    room.watch(WatchState(state), source="https://news.example/sitemap-index.xml", identifier="top", polled=False)
    room.happen(EventKind.DECLARED_GONE)
    assert tell(room, hooks).told == told


def test_an_article_that_was_read_in_the_poll_of_a_feed_is_watched(site, hooks, tmp_path):
    room = Newsroom(tmp_path / "home")
    with room.open_run() as (run, catalog):
        sealed = article(1)(run, room.clock)
        catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
        poll = room_poll(run, room)
        run.note(*poll)
        catalog.ingest_notes(poll)
    room.happen(EventKind.DECLARED_GONE)
    assert tell(room, hooks).told == 1


def room_poll(run, room):
    from archiver.model.overtime import Poll, PollOutcome, Watch  # noqa: PLC0415

    feed = Watch("feed", "https://news.example/feed.xml", WatchState.ACTIVE, 3600, room.clock.now(), run.run_id)
    return [feed, Poll("feed", room.clock.now(), run.run_id, PollOutcome.READ, articles=1)]


def test_what_is_cited_no_more_is_said_so(site, hooks, room):
    room.day(1).run(article(2))
    room.happen(EventKind.DECLARED_GONE)
    tell(room, hooks)
    (message,) = received(site)
    assert message["events"][0]["articles"] == [{"url": STORY, "title": "A story", "cites_now": False}]
    assert "(not in its latest state)" in message["text"]


# --- once -----------------------------------------------------------------------------------------------


def test_each_event_is_told_once_over_each_channel_also_after_a_rebuild(site, hooks, room):
    other = f"https://{HOST}/other"
    site.route("/other", http(b"ok"))
    room.happen(EventKind.DECLARED_GONE)
    assert tell(room, hooks).told == 1
    room.day(5).happen(EventKind.EDITED)
    assert tell(room, hooks).told == 1
    assert room.same_when_rebuilt()
    assert tell(room, hooks).told == 0
    both = replace(SETTINGS, webhook=(other, HOOK))
    # A channel that is new is told the news, not the history.
    assert [(one.told, one.failed) for one in tell(room, hooks, both).channels] == [(1, 0), (0, 0)]
    assert [[event["kind"] for event in message["events"]] for message in received(site)] == [
        ["declared_gone"],
        ["edited"],
        ["edited"],
    ]
    assert room.findings() == []


def test_what_was_not_taken_is_tried_again_and_given_up_in_the_end(site, hooks, room):
    site.route(f"/services/{TOKEN}", http(b"", status="503 Busy"))
    room.happen(EventKind.DECLARED_GONE)
    first = tell(room, hooks, most_tries=3)
    assert (first.told, first.channels[0].failed, first.channels[0].note) == (0, 1, "HTTP 503")
    assert first.problems == (
        f"1 events could not be told over {first.channels[0].channel}: HTTP 503; the next run tries again",
    )
    tell(room, hooks, most_tries=3)
    last = tell(room, hooks, most_tries=3)
    assert last.channels[0].given_up == 1
    assert "given up" in last.problems[0]
    assert len(received(site)) == 3
    site.route(f"/services/{TOKEN}", http(b"ok"))
    assert (tell(room, hooks, most_tries=3).told, len(received(site))) == (0, 3)
    assert tell(room, hooks, most_tries=4).told == 1


def test_old_news_is_not_told(site, hooks, room):
    room.happen(EventKind.DECLARED_GONE)
    tell(room, hooks)
    room.happen(EventKind.EDITED)
    room.day(15)
    assert tell(room, hooks).told == 0


KILLED = """
import os, signal, sys
sys.path[:0] = {paths!r}
from pathlib import Path
from newsroom import Newsroom
from archiver.fetch.hooks import Hooks
from archiver.model.overtime import Alert
from archiver.model.settings import AlertSettings
from archiver.steps.alerting import tell_events

room = Newsroom(Path({home!r}))
room.day(1).runs = 90
with room.open_run() as (run, catalog):
    note = run.note
    def die(*lines):
        if any(isinstance(line, Alert) for line in lines):
            os.kill(os.getpid(), signal.SIGKILL)
        note(*lines)
    run.note = die
    hooks = Hooks(proxy_url={proxy!r}, ca_file=Path({ca!r}), user_agent="test/1")
    settings = AlertSettings(webhook=({hook!r},))
    tell_events(run=run, catalog=catalog, clock=room.clock, settings=settings, hooks=lambda: hooks)
"""


def test_killed_after_it_was_sent_it_is_sent_once_more_and_then_never_again(site, hooks, room):
    room.day(1).happen(EventKind.DECLARED_GONE)
    script = KILLED.format(
        paths=[str(Path(__file__).parent)],
        home=str(room.root),
        proxy=site.lane.proxy_url,
        ca=str(site.tap.ca_file),
        hook=HOOK,
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60, capture_output=True)
    assert (done.returncode, len(received(site))) == (-signal.SIGKILL, 1), done.stderr
    room.runs = 95
    assert tell(room.day(2), hooks).told == 1
    assert (tell(room, hooks).told, len(received(site))) == (0, 2)
    assert room.findings() == []


# --- the channels ----------------------------------------------------------------------------------------


def test_a_private_receiver_is_refused_unless_its_host_is_allowed(tmp_path, room):
    room.happen(EventKind.DECLARED_GONE)
    for allowed, told, note in (((), 0, "refused by the address guard"), (("127.0.0.1",), 1, "")):
        with world(tmp_path, allow_hosts=allowed) as here:
            here.route("/hook", http(b"ok"))
            settings = AlertSettings(webhook=(f"http://127.0.0.1:{here.plain.port}/hook",))
            with Hooks(proxy_url=here.lane.proxy_url, ca_file=here.tap.ca_file, user_agent="test/1") as hooks:
                report = tell(room, hooks, settings)
            assert (report.told, here.plain.connections > 0) == (told, bool(told))
            assert report.channels[0].note.startswith(note)


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (http(b"", status="302 Found", headers=[f"Location: https://{HOST}/elsewhere"]), "HTTP 302"),
        (http(b"", status="404 Not Found"), "HTTP 404"),
        (b"", "the connection ended early"),
        (b"garbage\r\n\r\n", "what came back is not HTTP"),
    ],
)
def test_a_receiver_that_does_not_take_it_is_told_apart_from_one_that_does(site, hooks, room, answer, note):
    site.route(f"/services/{TOKEN}", answer, closing=True)
    room.happen(EventKind.DECLARED_GONE)
    report = tell(room, hooks)
    assert (report.told, report.channels[0].note[: len(note)]) == (0, note)
    assert "/elsewhere" not in site.secure.paths


def program(folder, body):
    file = folder / "hook script.py"
    file.write_text(f"#!{sys.executable}\n{textwrap.dedent(body)}")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_a_command_gets_the_json_and_nothing_of_our_environment(site, hooks, room, tmp_path, monkeypatch):
    monkeypatch.setenv("ARCHIVER_SECRET", TOKEN)
    out = tmp_path / "out.json"
    file = program(
        tmp_path,
        """
        import json, os, sys
        said = {"stdin": json.load(sys.stdin), "environment": dict(os.environ), "arguments": sys.argv[2:]}
        open(sys.argv[1], "w").write(json.dumps(said))
        print("chatter")
        """,
    )
    settings = AlertSettings(command=(f"'{file}' '{out}' '$(id)' ';' x",))
    room.happen(EventKind.DECLARED_GONE)
    assert tell(room, hooks, settings).told == 1
    said = json.loads(out.read_text())
    assert (said["stdin"]["schema"], said["arguments"]) == (SCHEMA, ["$(id)", ";", "x"])
    assert TOKEN not in json.dumps(said)
    assert set(said["environment"]) <= {"PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "LANG", "LC_CTYPE"}


def test_a_command_that_fails_hangs_or_is_not_there_is_said_so(site, hooks, room, tmp_path, monkeypatch):
    monkeypatch.setattr(alert_channels, "_COMMAND_S", 0.5)
    pid = tmp_path / "pid"
    hanging = program(
        tmp_path,
        f"""
        import os, subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open({str(pid)!r}, "w").write(str(child.pid))
        time.sleep(600)
        """,
    )
    lines = (f"{sys.executable} -c 'raise SystemExit(7)'", f"'{hanging}'", "/no/such/program", "'unbalanced")
    room.happen(EventKind.DECLARED_GONE)
    report = tell(room, hooks, AlertSettings(command=lines))
    assert [channel.note for channel in report.channels] == [
        "it ended with status 7",
        "it did not end within 0.5 s",
        "it can't be started: No such file or directory",
        "it is not a command line",
    ]
    if pid.exists():
        eventually(lambda: not is_running(int(pid.read_text())))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("scheme", ["json", "jsons"])
def test_apprise_tells_it_through_the_guard(site, hooks, room, scheme):
    room.happen(EventKind.DECLARED_GONE)
    report = tell(room, hooks, AlertSettings(apprise=(f"{scheme}://{HOST}/services/{TOKEN}",)))
    taken = site.secure if scheme == "jsons" else site.plain
    (body,) = (json.loads(body) for body in taken.bodies)
    assert (report.told, report.problems) == (1, ())
    assert body["title"] == "Archive: 1 loss"
    assert body["message"].startswith("1. The post by Jack (jack) on X (Twitter) that “A story” cites is gone")


def test_apprise_that_can_not_reach_or_read_its_address_is_said_so(site, hooks, room):
    room.happen(EventKind.DECLARED_GONE)
    addresses = ("json://127.0.0.1:1/x", "nosuchservice://x", f"json://{HOST}/missing")
    report = tell(room, hooks, AlertSettings(apprise=addresses))
    assert [channel.note for channel in report.channels] == [
        "the service did not take it",
        "apprise does not understand the address",
        "the service did not take it",
    ]


def test_apprise_that_is_not_installed_names_its_extra(site, hooks, room, monkeypatch):
    monkeypatch.setattr(alert_channels.importlib.util, "find_spec", lambda _name: None)
    settings = AlertSettings(apprise=(f"json://{HOST}/{TOKEN}",))
    with pytest.raises(UsageError, match=r"pip install 'embed-archiver\[alerts\]'"):
        check_channels(settings)
    room.happen(EventKind.DECLARED_GONE)
    assert "embed-archiver[alerts]" in tell(room, hooks, settings).problems[0]


@pytest.mark.parametrize(
    "settings",
    [AlertSettings(command=(f"mail '{TOKEN}",)), AlertSettings(webhook=(f"ftp://hooks.example/{TOKEN}",))],
)
def test_a_setting_that_can_not_work_is_an_error_that_does_not_show_it(settings):
    with pytest.raises(UsageError) as caught:
        check_channels(settings)
    assert TOKEN not in f"{caught.value} {caught.value.next_step}"


def test_channels_keep_their_names_when_the_settings_are_put_in_another_order():
    def names(settings):
        return [channel.name for channel in alert_channels.channels_of(settings, hooks=lambda: None)]

    settings = AlertSettings(webhook=(HOOK, "https://b.example/"), command=("a", "b"), apprise=("json://a",))
    turned = replace(settings, webhook=settings.webhook[::-1], command=settings.command[::-1])
    assert sorted(names(settings)) == sorted(names(turned))
    assert len(set(names(settings))) == 5


# --- what must not be seen, and what must not work ---------------------------------------------------------


def test_no_address_is_ever_written_down_or_shown(site, hooks, room, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    settings = AlertSettings(
        webhook=(
            HOOK,
            f"https://{HOST}/missing/{TOKEN}",
            f"https://{TOKEN.lower()}.example/",
            f"http://127.0.0.1:1/{TOKEN}",
        ),
        command=(f"{sys.executable} -c 'import sys; print(sys.argv); raise SystemExit(1)' {TOKEN}",),
        apprise=(f"jsons://user:{TOKEN}@{HOST}/missing/{TOKEN}", f"nosuch://{TOKEN}"),
    )
    room.happen(EventKind.DECLARED_GONE, evidence="a sentence that is there")
    report = tell(room, hooks, settings)
    assert [channel.failed for channel in report.channels] == [0, 1, 1, 1, 1, 1, 1]
    shown = "".join((repr(report), repr(alert_channels.channels_of(settings, hooks=lambda: hooks)), caplog.text))
    shown += "".join(capfd.readouterr())
    everything = room.everything() + b"".join(file.read_bytes() for file in room.root.rglob("*") if file.is_file())
    assert TOKEN.lower().encode() not in (everything + shown.encode()).lower()
    # What is looked for could have been found.
    assert b"a sentence that is there" in everything
    assert any(TOKEN in path for path in site.secure.paths)


def test_what_strangers_wrote_is_defused_everywhere(site, hooks, tmp_path):
    room = Newsroom(tmp_path / "home").begin()
    evil = "@everyone <!channel> [free](https://evil.example/x) \u202egnp.exe\u202c \x1b[31m <b>hi</b> `rm -rf`\n# big"
    from homes import copy_of  # noqa: PLC0415

    room.run(article(3), copy_of(3, evil))
    room.happen(EventKind.DECLARED_GONE, number=3, evidence=evil)
    tell(room, hooks)
    (message,) = received(site)
    raw = json.dumps(message, ensure_ascii=False)
    for sign in ("@everyone", "<!channel>", "](", "https://evil.example", "\u202e", "\x1b", "\\u001b", "<b>", "`"):
        assert sign not in raw
    assert "＠everyone ＜!channel＞ ［free］" in message["events"][0]["resource"]["text"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, 3.14 and e.g. this", "plain words, 3.14 and e.g. this"),
        ("a\u2028b\u0000c\u200bd\ud800e", "a b c d e"),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
        ("see www.evil.example/x", "see www․evil․example/x"),
        ("javascript:alert(1)", "javascript：alert（1）"),
        ("Z" + "\u0301" * 50, "Ź\u0301\u0301\u0301"),
        ("x" * 300, "x" * 159 + "…"),
        (None, ""),
    ],
)
def test_a_text_is_defused(text, shown):
    assert defused(text, 160) == shown


def test_an_address_stays_one_and_is_nothing_else():
    assert defused_url("https://mastodon.example/@everyone/1") == "https://mastodon.example/%40everyone/1"
    assert defused_url("https://a.example/?q=<x>[y](z)\u202e") == "https://a.example/?q=%3Cx%3E%5By%5D%28z%29%E2%80%AE"
    assert defused_url("https://x.com/i/status/20?a=b%20c#d") == "https://x.com/i/status/20?a=b%20c#d"
    assert len(defused_url("https://a.example/" + "x" * 5_000)) == 1_001

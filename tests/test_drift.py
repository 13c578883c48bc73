"""Content drift: what a live post or page says now beside our copy, and when that is news."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from catalog_evidence import capture
from scripted_web import DAY, html, json, page, post, wire, world
from storefixtures import exchange

from archiver.catalog import KnownPost
from archiver.model.records import PostRecord
from archiver.model.states import ArtefactRole, CaptureKind, Drift, Origin
from archiver.steps.checking import CheckPolicy
from archiver.steps.drift import compare_post
from archiver.steps.our_copy import copy_of
from archiver.store import DraftFile

X = post("https://x.com/i/status/1508955577374146568")
PAGE = page("https://www.shore.example/wall")
WALL = "".join(
    f"<p>In the year {1700 + n} the masons of the {n}th quay repaired {n * 13} stones of the old harbour wall.</p>"
    for n in range(12)
)
TIDES = "".join(
    f"<p>On day {n} the gauge at the mole stood at {n * 9} centimetres, said its keeper.</p>" for n in range(12)
)


@pytest.fixture
def home(tmp_path):
    with world(tmp_path, policy=CheckPolicy(canaries={"x": "https://x.com/jack/status/20"})) as found:
        yield found


def keep(home, resource, *, text=None, sent=None, dom=None, edited=False):
    """Seal and index a complete capture."""
    at = home.turned.now
    draft = capture(resource, text=text or "", run_id="x")
    kind = CaptureKind.POST if resource.platform else CaptureKind.PAGE
    with home.run() as run:
        seen = replace(draft.observations[0], run_id=run.run_id, observed_at=at)
        record = PostRecord(text, "A", "a", edited=edited) if text else None
        draft = replace(draft, run_id=run.run_id, kind=kind, started_at=at, ended_at=at, observations=(seen,),
                        record=record, artefacts=(), warc=(), final_url=resource.uri)  # fmt: skip
        files = [DraftFile("page.html", ArtefactRole.DOM, Origin.PRODUCED, "text/html", dom)] if dom else []
        exchanges = []
        if sent:
            block = wire(sent)
            exchanges = [replace(exchange(resource.uri, at=at), response=io.BytesIO(block), response_bytes=len(block),
                                 status=200, media_type="text/html")]  # fmt: skip
        sealed = run.seal(draft, files, exchanges)
        home.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
    return sealed.record.id


def tweet(text):
    user = '"user":{"id_str":"1","name":"A","screen_name":"a"}'

    def answer(ask):
        post_id = ask.url.partition("?id=")[2].partition("&")[0]
        return json(f'{{"__typename":"Tweet","id_str":"{post_id}","text":"{text}",{user}}}')

    return answer


def events(home):
    return [(row["kind"], row["capture_id"]) for row in home.catalog.rows("event")]


def drifts(home):
    return [row["drift"] for row in home.catalog.rows("comparison")]


def test_a_post_that_says_the_same_is_written_down_once(home):
    keep(home, X, text="Bells at dawn over the harbour https://t.co/abc")
    home.web = tweet("Bells at dawn, over the harbour! https://t.co/xyz")
    for _ in range(3):
        home.check(keys=[X.key], after=DAY)
    assert drifts(home) == ["unchanged"]
    assert events(home) == []


def test_a_post_with_other_words_was_edited_and_that_is_told_once(home):
    kept = keep(home, X, text="Bells at dawn over the harbour")
    for text in ("Bells at dawn over the harbour", "Bells at noon over the harbour", "Bells at noon over the harbour"):
        home.web = tweet(text)
        home.check(keys=[X.key], after=DAY)
    assert drifts(home) == ["unchanged", "edited"]
    assert events(home) == [("edited", kept)]
    home.web = tweet("Bells at night over the harbour")
    home.check(keys=[X.key], after=DAY)
    assert len(events(home)) == 2


@pytest.mark.parametrize(
    ("known", "record", "drift"),
    [
        (KnownPost("c", "Tide at 5.1 m", False, False), PostRecord("Tide at 5.2 m"), Drift.EDITED),
        (KnownPost("c", "Tide at 5.1 m", False, False), PostRecord("tide at 5.1 m …"), Drift.UNCHANGED),
        (KnownPost("c", "Tide at 5.1 m", False, False), PostRecord("Tide at 5.1 m", edited=True), Drift.EDITED),
        (KnownPost("c", "Tide at 5.1 m", True, False), PostRecord("Tide at 5.1 m", edited=True), Drift.UNCHANGED),
        (KnownPost("c", "Tide at 5.1", False, True), PostRecord("Tide at 5.1 m and rising fast"), Drift.UNCHANGED),
        (
            KnownPost("c", "Tide at 5.1 m, rising", False, False),
            PostRecord("Tide at 5.1", truncated=True),
            Drift.UNCHANGED,
        ),
    ],
)
def test_edits_are_told_by_other_words_and_by_the_platforms_sign(known, record, drift):
    assert compare_post(known, record).drift is drift


def test_a_post_without_a_text_is_not_compared():
    assert compare_post(KnownPost("c", None, False, False), PostRecord("x")) is None
    assert compare_post(KnownPost("c", "x", False, False), PostRecord()) is None


def test_our_copy_is_read_back_as_it_was_sent_and_as_it_was_drawn(home):
    name = keep(home, PAGE, sent=html(WALL, title="The wall")["body"], dom=html(WALL + TIDES)["body"])
    copy = copy_of(home.catalog.resource(PAGE.key).id, catalog=home.catalog, store=home.store)
    assert copy.capture_id == name
    assert (copy.sent.title, len(copy.sent.lines), len(copy.drawn.lines)) == ("The wall", 12, 24)


def test_a_page_is_compared_with_what_its_server_sent_and_drift_is_told_once(home):
    kept = keep(home, PAGE, sent=html(WALL)["body"], dom=html(WALL + TIDES)["body"])
    for body in (WALL, WALL, TIDES, TIDES):
        home.web = lambda ask, body=body: html(body) if ask.url == PAGE.uri else html("<h1>Not found</h1>", status=404)
        _, looked = home.check(keys=[PAGE.key], after=DAY)
        assert looked[PAGE.key].state == "live"
    assert drifts(home) == ["unchanged", "drifted"]
    assert events(home) == [("drifted", kept)]
    assert [row["basis"] for row in home.catalog.rows("comparison")] == ["page", "page"]


def test_other_menus_and_one_corrected_line_are_no_drift(home):
    keep(home, PAGE, sent=html(f"<ul><li>Home</li><li>News</li></ul>{WALL}")["body"])
    corrected = WALL.replace("repaired 13 stones", "repaired 14 stones")
    home.web = {PAGE.uri: html(f"<ul><li>Start</li><li>Today: Monday</li></ul>{corrected}")}
    for _ in range(2):
        home.check(keys=[PAGE.key], after=DAY)
    assert drifts(home) == ["unchanged"]


def test_a_page_that_its_scripts_draw_is_not_compared(home):
    shell = html('<div id="root"></div><script src="/a.js"></script>')["body"]
    keep(home, PAGE, sent=shell, dom=html(WALL)["body"])
    home.web = lambda ask: html('<div id="root"></div><script src="/b.js"></script>')
    _, looked = home.check(keys=[PAGE.key], after=timedelta(days=1))
    assert looked[PAGE.key].state == "unclear"
    assert drifts(home) == []


def test_an_event_names_our_copy(home):
    kept = keep(home, X, text="Bells at dawn over the harbour")
    stone = '{"__typename":"TweetTombstone","tombstone":{"text":{"text":"This Post was deleted by the Post author."}}}'

    def answer(ask):
        if "id=20&" in ask.url:
            return tweet("x")(ask)
        return json(stone) if ask.url.startswith("https://cdn.") else json("", 404)

    home.web = answer
    for _ in range(3):
        home.check(keys=[X.key], after=3 * DAY)
    assert events(home) == [("declared_gone", kept)]

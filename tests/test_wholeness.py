"""What came late, in part, or in several sizes: on a real wire where there is one, else on its records."""

import asyncio
import contextlib
import io
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from odd_site import http
from tap_world import HOST, eventually, read_all, stored, world

from archiver.fetch.client import Client
from archiver.model.exchange import Exchange, Failure, Truncation
from archiver.model.records import MediaRef, PostRecord
from archiver.model.states import Availability, Outcome, Reason, Witness
from archiver.steps.candidates import better_pictures
from archiver.steps.cuts import minding_cuts
from archiver.steps.gate import Judgement
from archiver.steps.media import Gathered, gather_media
from archiver.tap import Limits

UPGRADE = (
    f"GET http://{HOST}/socket HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode()
)
PICTURE = bytes(range(256)) * 40
SHORT = http(PICTURE)[:-5000]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    limits = Limits(request_bytes=1000, finish_s=0.3, finish_bytes=1000)
    with world(tmp_path_factory.mktemp("wholeness"), limits=limits) as made:
        yield made


@pytest.fixture
def site(running):
    running.drain()
    yield running
    running.drain()


# --- both sides of a socket ------------------------------------------------------------------


async def echo(reader, writer, head, body):
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    while data := await reader.read(65536):
        writer.write(data)
    return False


def read_until(connection, end):
    data = b""
    while not data.endswith(end):
        piece = connection.recv(65536)
        assert piece, data
        data += piece
    return data


def test_what_each_side_says_on_a_socket_follows_its_head(site):
    site.route("/socket", echo)
    with site.connect() as connection:
        connection.sendall(UPGRADE)
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"first,")
        read_until(connection, b"first,")
        connection.sendall(b"second")
        read_until(connection, b"second")
    exchange = site.one()
    assert exchange.uri == f"ws://{HOST}/socket"
    assert exchange.request.endswith(b"Upgrade: websocket\r\n\r\nfirst,second")
    assert stored(exchange).endswith(b"Connection: Upgrade\r\n\r\nfirst,second")
    assert (exchange.truncated, exchange.failure) == (None, None)


def test_a_client_that_says_too_much_on_a_socket_is_cut_off(site):
    site.route("/socket", echo)
    with site.connect() as connection:
        connection.sendall(UPGRADE)
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"x" * 1001)
        assert read_all(connection) == b""
    exchange = site.one()
    assert (exchange.truncated, exchange.note) == (Truncation.LENGTH, "the client sent more than 1000 bytes")
    assert exchange.request.endswith(b"\r\n\r\n")


# --- when a page is done ---------------------------------------------------------------------


def test_a_lane_is_not_quiet_while_an_answer_is_on_its_way(site):
    asked, go = threading.Event(), threading.Event()

    async def late(reader, writer, head, body):
        asked.set()
        await asyncio.to_thread(go.wait, 20)
        writer.write(http(b"late"))
        return True

    site.route("/late", late)
    client = threading.Thread(target=site.session.get, args=(f"http://{HOST}/late",))
    client.start()
    eventually(asked.is_set)
    assert site.lane.until_quiet(0.3).result(5) is False
    go.set()
    assert site.lane.until_quiet(5).result(10) is True
    client.join()
    assert site.one().status == 200


def test_what_never_ends_keeps_no_lane_from_being_quiet(site):
    async def stream(reader, writer, head, body):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n")
        return not await reader.read(1)

    site.route("/stream", stream)
    with site.connect() as connection:
        connection.sendall(f"GET http://{HOST}/stream HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        read_until(connection, b"hello\n\n\r\n")
        assert site.lane.until_quiet(5).result(10) is True


def test_a_workers_script_gives_the_worker_time_to_start(site):
    site.route("/worker.js", http(b"self;"))
    site.session.get(f"http://{HOST}/worker.js", headers={"Service-Worker": "script"})
    came_s = time.monotonic()
    assert site.lane.until_quiet(5).result(10) is True
    assert time.monotonic() - came_s > 0.8


# --- media -------------------------------------------------------------------------------------


@pytest.fixture
def client(site):
    with Client(proxy_url=site.lane.proxy_url, ca_file=site.tap.ca_file, user_agent="test") as client:
        yield client


def media(*names):
    return PostRecord(media=tuple(MediaRef(f"https://{HOST}{name}", "image") for name in names))


def gathered(site, client, *names, **options):
    """What is gathered after the page's own exchanges, and what was asked for it."""
    exchanges = site.drain()
    found = gather_media(media(*names), exchanges, client=client, limit=4, **options)
    return found, [exchange.uri for exchange in site.drain()]


def page_asks(site, path, **headers):
    with contextlib.suppress(OSError):  # some are cut on purpose
        site.session.get(f"https://{HOST}{path}", headers=headers)


def test_a_part_that_is_all_of_it_is_not_asked_for_again(site, client):
    part = http(PICTURE, status="206 Partial Content", headers=["Content-Range: bytes 0-10239/10240"])
    site.route("/all.mp4", part)
    page_asks(site, "/all.mp4", Range="bytes=0-")
    found, asked = gathered(site, client, "/all.mp4")
    assert ([file.data for file in found.files], found.cut, asked) == ([PICTURE], 0, [])


def test_a_part_that_is_not_all_is_asked_for_whole(site, client):
    part = http(PICTURE[:100], status="206 Partial Content", headers=["Content-Range: bytes 0-99/10240"])
    site.route("/part.mp4", part)
    page_asks(site, "/part.mp4", Range="bytes=0-99")
    exchanges = site.drain()
    site.route("/part.mp4", http(PICTURE))
    found = gather_media(media("/part.mp4"), exchanges, client=client, limit=4)
    assert [file.data for file in found.files] == [PICTURE]


def test_what_the_site_cut_is_counted_and_not_asked_for_again(site, client):
    site.route("/cut.png", SHORT, closing=True)
    page_asks(site, "/cut.png")
    found, asked = gathered(site, client, "/cut.png")
    assert (found.files, found.wanted, found.cut, asked) == ((), 1, 1, [])


def test_what_comes_in_part_when_we_ask_is_no_file(site, client):
    site.route("/cut.png", SHORT, closing=True)
    found, asked = gathered(site, client, "/cut.png")
    assert (found.files, found.wanted, found.cut, asked) == ((), 1, 1, [f"https://{HOST}/cut.png"])


def test_what_the_page_left_early_is_asked_for(site, client):
    site.route("/long.mp4", http(bytes(5_000_000)))
    with site.connect() as connection:
        connection.sendall(f"GET http://{HOST}/long.mp4 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert connection.recv(10)
    (left,) = site.drain()
    assert (left.failure, left.broken_off) == (Failure.ABANDONED, False)
    record = PostRecord(media=(MediaRef(f"http://{HOST}/long.mp4", "video"),))
    (file,) = gather_media(record, [left], client=client, limit=4).files
    assert len(file.data) == 5_000_000


def test_a_question_that_only_looks_alike_is_no_answer(site, client):
    site.route("/a.png", http(PICTURE))
    site.session.head(f"https://{HOST}/a.png")
    site.drain()
    found, asked = gathered(site, client, "/a.png")
    assert ([file.data for file in found.files], asked) == ([PICTURE], [f"https://{HOST}/a.png"])


def test_out_of_time_nothing_more_is_asked(site, client):
    site.route("/a.png", http(PICTURE))
    found, asked = gathered(site, client, "/a.png", "/b.png", may_ask=lambda: False)
    assert (found.files, found.wanted, found.cut, asked) == ((), 2, 0, [])
    assert (found.bounded, found.notes) == (2, ("image 1: no time was left", "image 2: no time was left"))


def test_where_the_best_address_gives_nothing_another_is_taken_and_that_is_said(site, client):
    site.route("/best.png", http(b"", status="404 Not Found"))
    site.route("/other.png", http(PICTURE))
    record = PostRecord(
        media=(MediaRef(f"https://{HOST}/best.png", "image", alternatives=(f"https://{HOST}/other.png",)),)
    )
    found = gather_media(record, [], client=client, limit=4)
    assert ([file.data for file in found.files], found.whole, found.missing) == ([PICTURE], 1, 0)
    assert found.notes == ("image 1: not the best of it (HTTP 404)",)


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "503 Service Unavailable"])
def test_a_medium_that_no_address_gives_is_missing(site, client, status):
    site.route("/a.png", http(PICTURE))
    site.route("/b.png", http(b"no", status=status))
    found, _ = gathered(site, client, "/a.png", "/b.png")
    assert (found.wanted, found.whole, found.cut, found.bounded, found.missing) == (2, 1, 0, 0, 1)
    assert found.notes == (f"image 2: HTTP {status[:3]}",)


# --- the judgement -------------------------------------------------------------------------------

GOOD = Judgement(Outcome.COMPLETE, Availability.LIVE, Witness.PAGE, "the page shows the post")
WHOLE = Exchange("https://e.example/a.js", "GET", datetime(2026, 11, 22, tzinfo=UTC), 5, b"", status=200)
CUT = replace(WHOLE, truncated=Truncation.DISCONNECT, response=io.BytesIO(), payload_bytes=50)


@pytest.mark.parametrize(
    "other",
    [
        WHOLE,
        replace(CUT, failure=Failure.ABANDONED),
        replace(CUT, truncated=Truncation.LENGTH),
        replace(CUT, truncated=Truncation.TIME),
        replace(CUT, status=404),
        replace(CUT, method="POST"),
    ],
    ids=["whole", "left by the client", "over a limit", "too slow", "an error", "a post"],
)
def test_only_what_the_site_cut_counts_against_a_capture(other):
    assert minding_cuts(GOOD, [WHOLE, other], Gathered()) == GOOD


def test_what_the_site_cut_and_media_in_part_make_a_capture_partial():
    partial = replace(GOOD, outcome=Outcome.PARTIAL, reasons=(Reason.RESPONSE_CUT,))
    assert minding_cuts(GOOD, [WHOLE, CUT], Gathered()) == partial
    assert minding_cuts(GOOD, [WHOLE], Gathered(cut=1)) == partial
    bounded = replace(partial, reasons=(Reason.MEDIA_CUT,))
    assert minding_cuts(GOOD, [WHOLE], Gathered(bounded=1)) == bounded
    missing = replace(partial, reasons=(Reason.MEDIA_MISSING,))
    assert minding_cuts(GOOD, [WHOLE], Gathered(wanted=2, whole=1, missing=1)) == missing


def test_half_a_document_is_partial_however_much_of_it_was_shown():
    blank = replace(GOOD, outcome=Outcome.FAILED, reasons=(Reason.BLANK_FRAME, Reason.RESPONSE_CUT))
    assert minding_cuts(blank, [CUT], Gathered()) == replace(blank, outcome=Outcome.PARTIAL)
    empty = replace(CUT, payload_bytes=0)
    assert minding_cuts(blank, [empty], Gathered()) == blank
    gone = replace(blank, availability=Availability.GONE_DELETED)
    assert minding_cuts(gone, [CUT], Gathered()) == gone


def test_a_cut_script_does_not_lift_a_capture_that_failed():
    failed = replace(GOOD, outcome=Outcome.FAILED, reasons=(Reason.BLANK_FRAME,))
    told = minding_cuts(failed, [CUT], Gathered())
    assert (told.outcome, told.reasons) == (Outcome.FAILED, (Reason.BLANK_FRAME, Reason.RESPONSE_CUT))


# --- pictures in several sizes -----------------------------------------------------------------------

PAGE = "https://e.example/news/"


def took(*paths):
    return [replace(WHOLE, uri=f"https://e.example{path}") for path in paths]


@pytest.mark.parametrize(
    ("markup", "best"),
    [
        ('<img srcset="/a-1.jpg 1x, /a-2.jpg 2x">', "/a-2.jpg"),
        ('<img srcset="/a-1.jpg, /a-2.jpg 1.5x">', "/a-2.jpg"),
        ('<img srcset="/a-9.jpg 900w, /a-1.jpg 160w, /a-3.jpg 320w">', "/a-9.jpg"),
        ('<img srcset="\n  /a-1.jpg 100w,\n  /a-2.jpg?x=1&amp;y=2 200w\n">', "/a-2.jpg?x=1&y=2"),
        ('<img srcset="/a-1.jpg 100w,/c_fill,w_200/a.jpg 200w">', "/c_fill,w_200/a.jpg"),
        ('<img srcset="/a-1.jpg 1x,/a-2.jpg 2x">', "/a-2.jpg"),
        ('<img srcset="../a-1.jpg 1x, a-2.jpg 2x">', "/news/a-2.jpg"),
        ('<base href="/far/"><img srcset="/a-1.jpg 1x, a-2.jpg 2x">', "/far/a-2.jpg"),
        ('<source type="image/webp" srcset="/a-1.jpg 1x, /a-2.jpg 2x">', "/a-2.jpg"),
        ('<link rel="preload" as="image" imagesrcset="/a-1.jpg 1x, /a-2.jpg 2x">', "/a-2.jpg"),
        ('<img srcset="/a-1.jpg 1x, /a-2.jpg 2x"><img srcset="/a-1.jpg 1x, /a-2.jpg 2x">', "/a-2.jpg"),
        ('<img srcset="/a-1.jpg 100w 50h, /a-2.jpg 200w 100h">', "/a-2.jpg"),
    ],
)
def test_of_a_list_from_which_the_page_took_one_the_best_is_fetched(markup, best):
    assert better_pictures(markup.encode(), PAGE, took("/a-1.jpg"), most=9) == (f"https://e.example{best}",)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/a-1.jpg">',
        '<img srcset="/a-1.jpg 2x, /a-0.jpg 1x">',
        '<source media="print" srcset="/p-1.jpg 1x, /p-2.jpg 2x">',
        '<img srcset="/a-1.jpg 1x, javascript:alert(1) 2x">',
        '<img srcset="/a-1.jpg 1x, data:image/png;base64,AAAA 2x">',
        '<img srcset="/a-1.jpg 1x, http://[bad/ 2x">',
        '<img data-srcset="/a-1.jpg 1x, /a-2.jpg 2x">',
        '<img srcset="/a-1.jpg 1x, /a-2.jpg 1.2.3x">',
        '<img srcset="">',
        '<img srcset=", ,,">',
    ],
)
def test_nothing_else_is_fetched(markup):
    assert better_pictures(markup.encode(), PAGE, took("/a-1.jpg"), most=9) == ()


def test_no_more_are_fetched_than_allowed():
    markup = "".join(f'<img srcset="/a-{n}.jpg 1x, /b-{n}.jpg 2x">' for n in range(30))
    found = better_pictures(markup.encode(), PAGE, took(*(f"/a-{n}.jpg" for n in range(30))), most=20)
    assert found == tuple(f"https://e.example/b-{n}.jpg" for n in range(20))


def test_a_hostile_list_is_read_in_no_time():
    markup = '<img srcset="' + "," * 100_000 + "a" * 100_000 + " ," * 50_000 + '">'
    started_s = time.monotonic()
    assert better_pictures(markup.encode(), PAGE, took("/a-1.jpg"), most=9) == ()
    assert time.monotonic() - started_s < 5

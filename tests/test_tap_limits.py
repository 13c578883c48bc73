"""Each bound of the tap, with a site that goes over it."""

import asyncio

import pytest
import requests
from odd_site import http
from tap_world import HOST, eventually, stored, world

from archiver.model.digests import sha256
from archiver.model.exchange import Failure, Truncation
from archiver.tap import Limits


@pytest.fixture(scope="module")
def tight(tmp_path_factory):
    limits = Limits(
        response_bytes=10_000, response_s=1.0, idle_s=0.3, request_bytes=1000, finish_s=0.3, lane_exchanges=40
    )
    with world(tmp_path_factory.mktemp("tight"), limits=limits) as made:
        yield made


@pytest.mark.parametrize("framing", [b"Content-Length: 50000\r\n", b""])
def test_a_response_over_the_limit_is_cut_at_it(tight, framing):
    tight.route("/big", b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n" + b"x" * 50_000, closing=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        tight.session.get(f"https://{HOST}/big")
    exchange = tight.one()
    assert (exchange.truncated, exchange.failure) == (Truncation.LENGTH, None)
    assert exchange.response_bytes == len(stored(exchange)) == 10_000
    assert exchange.payload_digest == sha256(stored(exchange).partition(b"\r\n\r\n")[2])


def test_a_site_that_never_answers_is_a_time_out(tight):
    async def never(reader, writer, head, body):
        return not await reader.read(1)

    tight.route("/never", never)
    response = tight.session.get(f"https://{HOST}/never")
    assert response.headers["archiver-failure"] == "timed_out"
    assert tight.one().failure is Failure.TIMED_OUT


@pytest.mark.parametrize(("pause_s", "note"), [(5, "nothing came for 0.3 s"), (0.05, "took longer than 1 s")])
def test_a_site_that_drips_is_cut(tight, pause_s, note):
    async def drip(reader, writer, head, body):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(pause_s)

    tight.route("/drip", drip)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        tight.session.get(f"http://{HOST}/drip")
    exchange = tight.one()
    assert (exchange.truncated, exchange.failure, exchange.note) == (Truncation.TIME, None, note)
    assert stored(exchange).startswith(b"HTTP/1.1 200 OK\r\n\r\nx")


def test_a_request_body_over_the_limit_is_not_sent(tight):
    before = len(tight.plain.heads)
    assert tight.session.post(f"http://{HOST}/post", data=b"x" * 2000).headers["archiver-failure"] == "refused"
    assert (tight.one().failure, len(tight.plain.heads)) == (Failure.REFUSED, before)


def test_an_answer_that_goes_on_after_the_client_left_is_abandoned(tight):
    async def endless(reader, writer, head, body):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            writer.write(b": ping\n\n")
            await asyncio.sleep(0.05)

    tight.route("/endless", endless)
    with tight.connect() as connection:
        connection.sendall(b"GET http://site.example/endless HTTP/1.1\r\nHost: site.example\r\n\r\n")
        assert connection.recv(10) == b"HTTP/1.1 2"
    exchange = tight.one()
    assert (exchange.failure, exchange.truncated) == (Failure.ABANDONED, Truncation.DISCONNECT)


def test_a_drain_cuts_what_still_runs(tight):
    asked = asyncio.Event()

    async def never(reader, writer, head, body):
        asked.set()
        return not await reader.read(1)

    tight.route("/never", never)
    with tight.connect() as connection:
        connection.sendall(b"GET http://site.example/never HTTP/1.1\r\nHost: site.example\r\n\r\n")
        eventually(asked.is_set)
        exchange = tight.one(timeout_s=0.05)
        assert (exchange.failure, exchange.response) == (Failure.TIMED_OUT, None)
        assert exchange.note == "still running 0.05 s after the end"
        assert connection.recv(20).startswith(b"HTTP/1.1 502")


def test_a_page_that_asks_for_ever_fills_no_memory(tight):
    tight.route("/more", http(b""))
    answers = [tight.session.get(f"http://{HOST}/more").status_code for _ in range(45)]
    assert answers == [200] * 40 + [502] * 5
    exchanges = tight.drain()
    assert len(exchanges) == 41
    assert exchanges[-1].failure is Failure.REFUSED
    assert exchanges[-1].note == "more than 40 requests since the last drain; further ones have no record"

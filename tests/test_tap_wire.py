"""What goes through the tap is passed on and recorded byte for byte, however odd it is."""

import asyncio
import gzip
import hashlib

import pytest
import requests
from odd_site import http
from tap_world import HOST, eventually, stored, world

from archiver.model.digests import sha256
from archiver.model.exchange import Failure, Truncation

CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
)
DOUBLE = b"HTTP/1.1 200 Fine\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nX-MiXeD: y\r\ncontent-length: 2\r\n\r\nok"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end"
OLD = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold"
BARE_LF = b"HTTP/1.1 200 OK\nContent-Length: 2\n\nlf"
BAD_LINES = b"HTTP/1.1 200 OK\r\nContent-Length : 3\r\nno colon here\r\nX-B: a\x01b\r\n\r\nbad"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: x\r\n\r\n"

#: What the site sends, what of it is recorded, and the payload in that.
WHOLE = {
    "length": (http(b"x" * 200_000), None, b"x" * 200_000),
    "chunked with extension and trailer": (CHUNKED, None, b"hello world"),
    "double headers in mixed case": (DOUBLE, None, b"ok"),
    "until close": (UNTIL_CLOSE, None, b"until the end"),
    "HTTP/1.0": (OLD, None, b"old"),
    "bare line feeds": (BARE_LF, None, b"lf"),
    "lines that are not HTTP": (BAD_LINES, None, b"bad"),
    "early hints": (EARLY, EARLY.partition(b"\r\n\r\n")[2], b"yes"),
    "no content": (NO_CONTENT, None, b""),
    "not modified": (NOT_MODIFIED, None, b""),
    "empty": (http(b""), None, b""),
    "gzip": (http(gzip.compress(b"z" * 999), headers=["Content-Encoding: gzip"]), None, gzip.compress(b"z" * 999)),
}
CLOSING = {"until close", "HTTP/1.0"}


@pytest.fixture(scope="module")
def running_site(tmp_path_factory):
    with world(tmp_path_factory.mktemp("wire")) as made:
        yield made


@pytest.fixture
def site(running_site):
    # A kept connection that the test before let die is found dead here, not in the middle of this one.
    running_site.route("/awake", http(b"yes"))
    for scheme in ("http", "https"):
        assert running_site.session.get(f"{scheme}://{HOST}/awake").content == b"yes"
    running_site.drain()
    yield running_site
    # What this test left on the wire is not the next one's.
    running_site.drain()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_response_is_recorded_as_it_came(site, name, scheme):
    sent, recorded, payload = WHOLE[name]
    site.route("/odd", sent, closing=name in CLOSING)
    response = site.session.get(f"{scheme}://{HOST}/odd", stream=True)
    assert response.raw.read() == payload
    exchange = site.one()
    assert stored(exchange) == (recorded or sent)
    assert exchange.payload_digest == sha256(payload)
    assert (exchange.response_bytes, exchange.payload_bytes) == (len(recorded or sent), len(payload))
    assert (exchange.uri, exchange.method, exchange.ip) == (f"{scheme}://{HOST}/odd", "GET", "127.0.0.1")
    assert (exchange.failure, exchange.truncated) == (None, None)
    assert exchange.status == response.status_code
    site.plain.closing.discard("/odd")
    site.secure.closing.discard("/odd")


def test_the_client_gets_the_very_bytes_of_the_site(site):
    site.route("/bytes", DOUBLE)
    assert (
        site.raw(b"GET http://site.example/bytes HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n") == DOUBLE
    )
    site.drain()


def test_the_request_goes_on_unchanged_but_for_what_is_said_to_the_proxy(site):
    site.route("/echo", http(b""))
    site.raw(
        b"GET http://me:pw@site.example/echo?a=%20b HTTP/1.1\r\nhOsT: site.example\r\nproxy-connection: keep-alive\r\n"
        b"Proxy-Authorization: Basic eA==\r\nX-Two: 1\r\nX-Two: 2\r\nConnection: close\r\n\r\n"
    )
    sent = b"GET /echo?a=%20b HTTP/1.1\r\nhOsT: site.example\r\nX-Two: 1\r\nX-Two: 2\r\nConnection: close\r\n\r\n"
    assert site.plain.heads[-1] == sent
    exchange = site.one()
    assert (exchange.request, exchange.redacted) == (sent, ())
    assert exchange.uri == "http://site.example/echo?a=%20b"


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate, br"),
        ("gzip, deflate, br, zstd, dcb, dcz", "gzip, deflate, br"),
        ("ZSTD;q=0.9,br;q=1", "br;q=1"),
        ("zstd", "identity"),
        ("gzip,br", "gzip,br"),
        ("*", "*"),
    ],
)
def test_no_coding_is_asked_for_that_archives_can_not_be_replayed_in(site, said, sent):
    site.route("/echo", http(b""))
    site.session.get(f"https://{HOST}/echo", headers={"Accept-Encoding": said})
    line = f"\r\nAccept-Encoding: {sent}\r\n".encode()
    assert line in site.one().request
    assert line in site.secure.heads[-1]


def test_secrets_reach_the_site_and_not_the_record(site):
    site.route("/secret", http(b""))
    headers = {"Cookie": "session=hunter2", "Authorization": "Bearer hunter2"}
    site.session.get(f"https://{HOST}/secret", headers=headers)
    assert site.secure.heads[-1].count(b"hunter2") == 2
    exchange = site.one()
    assert b"hunter2" not in exchange.request
    assert b"Cookie: [redacted]\r\n" in exchange.request
    assert set(exchange.redacted) == {"Cookie", "Authorization"}


def test_a_request_body_is_sent_and_recorded(site):
    site.route("/post", http(b"taken"))
    body = bytes(range(256)) * 300
    assert site.session.post(f"https://{HOST}/post", data=body).content == b"taken"
    exchange = site.one()
    assert site.secure.bodies[-1] == body
    assert exchange.request.partition(b"\r\n\r\n")[2] == body
    assert exchange.method == "POST"


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(site):
    site.route("/post", http(b"taken"))
    with site.connect() as connection:
        connection.sendall(
            b"POST http://site.example/post HTTP/1.1\r\nHost: site.example\r\nExpect: 100-continue\r\n"
            b"Content-Length: 3\r\nConnection: close\r\n\r\n"
        )
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        answer = b""
        while piece := connection.recv(1000):
            answer += piece
    assert answer == http(b"taken")
    assert site.plain.bodies[-1] == b"abc"
    site.drain()


def test_a_head_request_has_a_length_and_no_body(site):
    site.route("/head", b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
    assert site.session.head(f"https://{HOST}/head").headers["Content-Length"] == "4000"
    exchange = site.one()
    assert (exchange.status, exchange.payload_bytes, exchange.truncated) == (200, 0, None)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_body_shorter_than_it_says_is_marked_and_the_client_sees_it(site, scheme):
    site.route("/short", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", closing=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        site.session.get(f"{scheme}://{HOST}/short")
    exchange = site.one()
    assert (exchange.truncated, exchange.failure) == (Truncation.DISCONNECT, None)
    assert stored(exchange).endswith(b"\r\n\r\nhello")
    assert exchange.payload_digest == sha256(b"hello")


def test_chunks_that_make_no_sense_are_marked(site):
    broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"
    site.route("/broken", broken)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        site.session.get(f"http://{HOST}/broken")
    exchange = site.one()
    assert (exchange.truncated, exchange.failure) == (Truncation.UNSPECIFIED, Failure.PROTOCOL)
    assert stored(exchange) == broken


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Len", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Failure.PROTOCOL),
        (b"", Failure.CONNECTION_RESET),
    ],
)
def test_what_is_no_answer_is_a_failure_and_a_502_that_says_so(site, answer, failure):
    site.route("/none", answer, closing=True)
    response = site.session.get(f"http://{HOST}/none")
    assert (response.status_code, response.content) == (502, b"")
    assert response.headers["archiver-failure"] == failure.value
    *_, exchange = site.drain()  # one more before it, if a kept connection had been closed
    assert (exchange.failure, exchange.response, exchange.status) == (failure, None, None)


def test_a_site_cannot_speak_in_the_taps_voice(site):
    lie = http(b"", status="502 Bad Gateway", headers=["Archiver-Failure: name_not_resolved", "archiver-note: gone"])
    site.route("/lie", lie)
    response = site.session.get(f"https://{HOST}/lie")
    assert response.status_code == 502
    assert not {"archiver-failure", "archiver-note"} & {name.lower() for name in response.headers}
    exchange = site.one()
    assert stored(exchange) == lie
    assert exchange.failure is None


def test_bytes_after_a_response_belong_to_nobody(site):
    site.route("/more", http(b"whole") + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    site.route("/next", http(b"next"))
    assert site.session.get(f"http://{HOST}/more").content == b"whole"
    assert site.session.get(f"http://{HOST}/next").content == b"next"
    first, second = site.drain()
    assert (stored(first), stored(second)) == (http(b"whole"), http(b"next"))


def test_a_client_sees_bytes_as_they_come(site):
    go_on = asyncio.Event()

    async def slowly(reader, writer, head, body):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await go_on.wait()
        writer.write(b"4\r\nlast\r\n0\r\n\r\n")
        return True

    site.route("/slow", slowly)
    response = site.session.get(f"https://{HOST}/slow", stream=True)
    pieces = response.iter_content(None)
    assert next(pieces) == b"first"
    site.secure._loop.call_soon_threadsafe(go_on.set)
    assert next(pieces) == b"last"
    assert site.one().payload_digest == sha256(b"firstlast")


def test_a_large_response_is_whole_and_lies_outside_memory(site):
    body = hashlib.sha256(b"seed").digest() * 200_000
    site.route("/large", http(body))
    assert site.session.get(f"https://{HOST}/large").content == body
    exchange = site.one()
    assert exchange.payload_digest == sha256(body)
    assert stored(exchange) == http(body)


def test_connections_to_the_site_are_used_again(site):
    site.route("/again", http(b"again"))
    before = site.secure.connections
    for _ in range(5):
        site.session.get(f"https://{HOST}/again")
    assert site.secure.connections - before <= 1
    assert len(site.drain()) == 5


def test_a_kept_connection_that_the_site_closed_is_opened_anew(site):
    async def then_close(reader, writer, head, body):
        writer.write(http(b"once"))
        await writer.drain()
        if await reader.read(1):  # the next request arrives and gets no answer
            writer.transport.abort()
        return False

    site.route("/once", then_close)
    with site.connect() as connection:
        for _ in range(2):
            connection.sendall(b"GET http://site.example/once HTTP/1.1\r\nHost: site.example\r\n\r\n")
            answer = b""
            while not answer.endswith(b"once"):
                answer += connection.recv(1000)
            assert answer == http(b"once")
    assert [exchange.failure for exchange in site.drain()] == [None, Failure.CONNECTION_RESET, None]


def test_requests_are_listed_in_order_of_start_and_only_once(site):
    for name in "abc":
        site.route(f"/{name}", http(name.encode()))
        site.session.get(f"https://{HOST}/{name}")
    assert [exchange.uri[-1] for exchange in site.drain()] == ["a", "b", "c"]
    assert site.drain() == ()


def test_two_lanes_do_not_mix(site):
    site.route("/mine", http(b""))
    with site.tap.lane() as other:
        site.session.get(f"https://{HOST}/mine", proxies={"https": other.proxy_url})
        assert site.drain() == ()
        (exchange,) = other.drain(5)
        assert exchange.uri == f"https://{HOST}/mine"
        exchange.response.close()


def test_a_request_that_is_none_is_answered_and_recorded(site):
    assert site.raw(b"GET /no-host HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 502 ")
    exchange = site.one()
    assert (exchange.uri, exchange.failure, exchange.request) == ("/no-host", Failure.PROTOCOL, b"")


def test_what_was_refused_has_no_request_because_nothing_was_sent(site):
    response = site.session.get("http://10.0.0.1/")
    assert (response.status_code, response.headers["archiver-failure"]) == (502, "refused")
    exchange = site.one()
    assert (exchange.uri, exchange.failure, exchange.request, exchange.ip) == (
        "http://10.0.0.1/",
        Failure.REFUSED,
        b"",
        None,
    )


def test_a_small_answer_is_read_to_its_end_after_the_client_left(site):
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def late(reader, writer, head, body):
        asked.set()
        await go_on.wait()
        writer.write(http(b"late"))
        return True

    site.route("/late", late)
    with site.connect() as connection:
        connection.sendall(b"GET http://site.example/late HTTP/1.1\r\nHost: site.example\r\n\r\n")
        eventually(asked.is_set)
    site.plain._loop.call_soon_threadsafe(go_on.set)
    exchange = site.one()
    assert (exchange.failure, exchange.truncated, stored(exchange)) == (None, None, http(b"late"))

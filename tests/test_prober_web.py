"""What a prober makes of answers: bodies, redirects, bounds and failures, and whom it will not ask."""

import asyncio
import gzip
import zlib

import brotlicffi
import pytest
import zstandard
from odd_site import Canary, http
from probing import ask_all, ask_one, asking
from tap_world import HOST, eventually
from test_guard import LOOPBACK_HOSTS

from archiver.model.exchange import Failure
from archiver.model.fetched import Ask
from archiver.tap import Limits

PAGE = f"http://{HOST}/page"
TEXT = b"All the words of a page. " * 400


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    limits = Limits(idle_s=0.5, response_s=2.0, connect_s=2.0, finish_s=0.3)
    with asking(tmp_path_factory.mktemp("web"), limits=limits, rules=("gone.example:80:127.0.0.1:1",)) as (
        made,
        prober,
    ):
        made.ask = lambda *asks: ask_all(prober, *asks)
        made.one = lambda ask: ask_one(prober, ask)
        yield made


def test_an_answer_is_given_as_it_is(site):
    site.route(
        "/page", http("grüß".encode(), headers=["ETag: x", "X-A: 1", "X-A: 2"], media_type="text/html;charset=UTF-8")
    )
    for scheme in ("http", "https"):
        answer = site.one(f"{scheme}://user:pass@{HOST.upper()}/page#part")
        assert (answer.final_url, answer.status, answer.failure) == (f"{scheme}://{HOST}/page", 200, None)
        assert (answer.body.decode(), answer.media_type, answer.charset) == ("grüß", "text/html", "UTF-8")
        assert [pair for pair in answer.headers if pair[0] in ("etag", "x-a")] == [
            ("etag", "x"),
            ("x-a", "1"),
            ("x-a", "2"),
        ]
        assert (answer.redirects, answer.notes, answer.location) == ((), (), None)
    assert b"user" not in b"".join(site.plain.heads)


CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotlicffi.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("chunked", [True, False])
def test_bodies_are_decoded(site, coding, chunked):
    data = CODINGS[coding](TEXT)
    answer = http(data, headers=[f"Content-Encoding: {coding}"])
    if chunked:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: " + coding.encode()
        answer = head + b"\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)
    site.route("/coded", answer)
    whole, part = site.ask(f"http://{HOST}/coded", Ask(f"http://{HOST}/coded", body_bytes=1000))
    assert (whole.body, whole.failure, whole.notes) == (TEXT, None, ())
    assert (part.body, part.notes) == (TEXT[:1000], ("only the first 1000 bytes were read",))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_gets_no_larger_than_what_was_wanted(site, coding):
    site.route("/bomb", http(CODINGS[coding](b"\0" * 50_000_000), headers=[f"Content-Encoding: {coding}"]))
    answer = site.one(Ask(f"http://{HOST}/bomb", body_bytes=10_000))
    assert (len(answer.body), answer.status, answer.failure) == (10_000, 200, None)


def test_what_cannot_be_decoded_says_so(site):
    site.route("/odd", http(b"no gzip at all", headers=["Content-Encoding: gzip"]))
    answer = site.one(f"http://{HOST}/odd")
    assert (answer.status, answer.failure, answer.body) == (200, Failure.PROTOCOL, b"")
    assert answer.note == "the body can't be decompressed"


def test_no_more_is_read_than_is_wanted(site):
    sent = []

    async def endless(reader, writer, head, body):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            sent.append(65536)
            await writer.drain()
            await asyncio.sleep(0.001)

    site.route("/endless", endless)
    head_only = site.one(Ask(f"http://{HOST}/endless", body_bytes=0))
    assert (head_only.status, head_only.media_type, head_only.body) == (200, "video/mp4", b"")
    some = site.one(Ask(f"http://{HOST}/endless", body_bytes=5000))
    assert (len(some.body), some.failure, some.notes) == (5000, None, ("only the first 5000 bytes were read",))
    assert sum(sent) < 30_000_000


def test_a_connection_is_used_again_also_where_only_the_head_was_wanted(site):
    site.route("/page", http(TEXT))
    before = site.plain.connections
    for body_bytes in (0, 100, 1 << 20, 0):
        assert site.one(Ask(f"http://new.example/page?{body_bytes}", body_bytes=body_bytes)).status == 200
    assert site.plain.connections == before + 1


def test_a_kept_connection_that_the_site_has_closed_is_made_anew(site):
    site.route("/closing", http(b"bye"), closing=True)
    assert [site.one(f"http://{HOST}/closing").status for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_by_reference_and_across_hosts(site, status):
    site.route("/a/first", http(b"old", status=f"{status} Moved", headers=["Location: ../second?x=1#frag"]))
    site.route("/second", http(b"", status=f"{status} Moved", headers=[f"Location: //{HOST}/page"]))
    site.route("/page", http(b"hello"))
    answer = site.one("http://fresh.example/a/first")
    assert (answer.status, answer.final_url, answer.body) == (200, PAGE, b"hello")
    first, second = "http://fresh.example/a/first", "http://fresh.example/second?x=1"
    assert answer.redirects == ((status, first), (status, second))
    stay = site.one(Ask(first, follow=False))
    assert (stay.status, stay.body, stay.redirects) == (status, b"old", ())
    assert stay.location == "http://fresh.example/second?x=1#frag"


def test_redirects_end_after_ten(site):
    site.route("/round", http(b"", status="302 Found", headers=["Location: /round"]))
    answer = site.one(f"http://{HOST}/round")
    assert (answer.status, answer.failure, answer.note) == (None, Failure.PROTOCOL, "more than 10 redirects")
    assert len(answer.redirects) == 11


@pytest.mark.parametrize("target", ["mailto:x@y.example", "market://x", "https:", "javascript:alert(1)"])
def test_a_redirect_off_the_web_is_refused(site, target):
    site.route("/off", http(b"", status="302 Found", headers=[f"Location: {target}"]))
    answer = site.one(f"http://{HOST}/off")
    assert (answer.failure, len(answer.redirects)) == (Failure.REFUSED, 1)


def test_other_letters_in_a_redirect_are_read_as_utf_8(site):
    site.route("/letters", b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /gr\xc3\xbc\xc3\x9f\r\n\r\n")
    site.route("/gr%C3%BC%C3%9F", http(b"hello"))
    assert site.one(f"http://{HOST}/letters").body == b"hello"


def test_nothing_is_remembered_from_one_ask_to_the_next(site):
    cookie = "Set-Cookie: a=b; Path=/"
    site.route("/cookie", http(b"", status="302 Found", headers=["Location: /page", cookie]))
    site.route("/page", http(b"hello"))
    site.one(f"http://{HOST}/cookie")
    site.one(PAGE)
    assert not any(b"cookie:" in head.lower() for head in site.plain.heads[-3:])


@pytest.mark.parametrize("url", ["ftp://site.example/", "file:///etc/passwd", "x", "", "http://", "http://a b/"])
def test_what_is_no_web_address_is_refused(site, url):
    assert site.one(url).failure is Failure.REFUSED


# --- failures are told apart ------------------------------------------------------------------------


def test_a_name_that_does_not_exist(site):
    answer = site.one("http://nowhere.example/")
    assert (answer.failure, answer.note) == (Failure.NO_SUCH_NAME, "EAI_NONAME: Name or service not known")


def test_a_port_at_which_nobody_listens(site):
    assert site.one("http://gone.example/").failure is Failure.CONNECTION_REFUSED


def test_a_certificate_for_somebody_else(tmp_path, site):
    with asking(tmp_path, rules=(f"other.example:443:127.0.0.1:{site.secure.port}",)) as (_, prober):
        answer = ask_one(prober, "https://other.example/")
    assert answer.failure is Failure.TLS
    assert answer.note.startswith("certificate: ")


def test_a_site_that_speaks_no_tls(tmp_path, site):
    with asking(tmp_path, rules=(f"plain.example:443:127.0.0.1:{site.plain.port}",)) as (_, prober):
        answer = ask_one(prober, "https://plain.example/")
    assert answer.failure is not None
    assert not answer.note.startswith("certificate")


async def silence(reader, writer, head, body):
    return not await reader.read(1)


async def stall(reader, writer, head, body):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
    return not await reader.read(1)


async def hang_up(reader, writer, head, body):
    return False


async def break_off(reader, writer, head, body):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
    await writer.drain()
    return False


async def drip(reader, writer, head, body):
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "status", "failure", "body"),
    [
        (silence, None, Failure.TIMED_OUT, b""),
        (stall, 200, Failure.TIMED_OUT, b"some"),
        (hang_up, None, Failure.CONNECTION_RESET, b""),
        (break_off, 200, Failure.CONNECTION_RESET, b"some"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", None, Failure.PROTOCOL, b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200, Failure.PROTOCOL, b""),
    ],
)
def test_a_site_that_fails_is_said_to_fail_as_it_did(site, answer, status, failure, body):
    site.route("/bad", answer)
    found = site.one("http://fresh.example/bad")
    assert (found.status, found.failure, found.body) == (status, failure, body)
    assert found.note


def test_a_body_that_drips_is_cut_in_time(site):
    site.route("/drip", drip)
    answer = site.one(f"http://{HOST}/drip")
    assert (answer.status, answer.failure) == (200, Failure.TIMED_OUT)
    assert answer.note == "the body is not whole: took longer than 2 s"
    assert 10 < len(answer.body) < 60


# --- whom it will not ask ---------------------------------------------------------------------------

FORMS = (*LOOPBACK_HOSTS, "user@127.0.0.1", "rebind.example", "10.0.0.1", "169.254.169.254", "[fe80::1]")


@pytest.fixture
def canary():
    made = Canary()
    yield made
    made.close()


def rebinding(host):
    return ("93.184.216.34", "127.0.0.1")


def test_no_form_of_this_machine_is_asked_straight_or_by_redirect(tmp_path, canary):
    with asking(tmp_path, resolve=rebinding) as (site, prober):
        urls = [f"http://{form}:{canary.port}/" for form in FORMS]
        for number, url in enumerate(urls):
            site.route(f"/to/{number}", http(b"", status="302 Found", headers=[f"Location: {url}"]))
        straight = ask_all(prober, *urls, *[Ask(url, page=True) for url in urls])
        led = ask_all(prober, *[f"http://{HOST}/to/{number}" for number in range(len(urls))])
    assert [answer.failure for answer in straight + led] == [Failure.REFUSED] * 3 * len(urls)
    assert [len(answer.redirects) for answer in led] == [1] * len(urls)
    assert canary.visits == 0


@pytest.mark.parametrize("port", [22, 25, 6379, 9200])
def test_no_other_service_is_asked(site, port):
    assert site.one(f"http://{HOST}:{port}/").failure is Failure.REFUSED


def test_nothing_is_left_open(tmp_path):
    with asking(tmp_path) as (site, prober):
        site.route("/page", http(b"hello"))
        left = []

        async def note_the_end(reader, writer, head, body):
            writer.write(http(b"hello"))
            left.append(await reader.read(1))
            return False

        site.route("/kept", note_the_end)
        assert ask_one(prober, f"http://{HOST}/kept").status == 200
        prober.close()
        eventually(lambda: left == [b""])

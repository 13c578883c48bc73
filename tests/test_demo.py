"""The demo web plays what its script promises, over real sockets, TLS and a real browser."""

import base64
import contextlib
import gzip
import http.client
import os
import re
import socket
import ssl
import struct
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import brotlicffi as brotli
import pytest
from playwright.sync_api import Error, sync_playwright

from archiver.demo import BENCH_URL, SAMPLE_URL, DemoWeb, attacks, hostile
from archiver.demo.articles import render
from archiver.demo.log import AccessLog
from archiver.demo.news import ARTICLES
from archiver.demo.platforms import SITES
from archiver.demo.platforms.x_posts import BENCH_POSTS, bench_post, bench_post_of
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.web import answer
from archiver.demo.wire import Delivery, Request
from archiver.extract import extract
from archiver.model.records import Document
from archiver.model.states import Availability, Group, MentionKind
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Answer

POSTS = [post for site in SITES for post in site.posts]
TWEET_PAGE = "https://platform.twitter.com/embed/Tweet.html"
CHROMIUM = os.environ.get("ARCHIVER_BROWSER", "/usr/bin/chromium-headless-shell")


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def log(web):
    web.clear_log()
    return lambda: web.log


def connection(web, url):
    """A connection to the demo web that believes it talks to the URL's host."""
    parts = urlsplit(url)
    raw = socket.create_connection(("127.0.0.1", web.port), timeout=10)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=web.ca_file)
        try:
            raw = context.wrap_socket(raw, server_hostname=parts.hostname)
        except ssl.SSLError:
            raw.close()
            raise
    client = http.client.HTTPConnection(parts.hostname)
    client.sock = raw
    return client


def ask(client, url, method="GET", body=None, **headers):
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    client.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = client.getresponse()
    return response, response.read()


def get(web, url, method="GET", **headers):
    with contextlib.closing(connection(web, url)) as client:
        return ask(client, url, method, **headers)


def until(condition, timeout_s=5.0):
    deadline = time.monotonic() + timeout_s
    while not (seen := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return seen


# --- the server ----------------------------------------------------------------------------


def test_one_port_speaks_http_and_https_under_any_name(web):
    plain, body = get(web, "http://old-maps.example/")
    secure, page = get(web, SAMPLE_URL)
    assert (plain.status, secure.status) == (200, 200)
    assert b"surveyed 1889" in body
    assert b"The night the lanterns came back" in page
    assert web.connect_to == f"::127.0.0.1:{web.port}"


@pytest.mark.parametrize("host", ["expired-certificate.example", "wrong-certificate.example"])
def test_a_bad_certificate_is_bad(web, host):
    with pytest.raises(ssl.SSLCertVerificationError):
        get(web, f"https://{host}/")


def test_an_unknown_host_is_a_plain_404(web):
    response, body = get(web, "https://nobody.example/robots.txt")
    assert (response.status, body) == (404, b"There is no host 'nobody.example' in the demo web.\n")


def test_a_connection_is_kept_for_many_requests(web, log):
    with contextlib.closing(connection(web, "https://t.me/")) as client:
        answers = [ask(client, url) for url in ("https://t.me/robots.txt", "https://t.me/nothing") * 3]
    assert [response.status for response, _ in answers] == [200, 404] * 3
    assert len(log()) == 6


def test_a_compressed_text_is_gzip_and_the_same_every_time(web):
    plain = get(web, SAMPLE_URL)[1]
    first = get(web, SAMPLE_URL, Accept_Encoding="gzip, br")
    again = get(web, SAMPLE_URL, Accept_Encoding="gzip, br")
    assert first[0].headers["Content-Encoding"] == "gzip"
    assert first[1] == again[1]
    assert gzip.decompress(first[1]) == plain
    assert get(web, SAMPLE_URL, Accept_Encoding="gzip;q=0")[0].headers["Content-Encoding"] is None


def test_a_site_uses_its_favourite_coding_where_the_client_knows_it(web):
    post = next(post for post in POSTS if post.key == "bluesky/workshop")
    uri = f"at://{post.more['did']}/app.bsky.feed.post/{post.more['rkey']}"
    embed = f"https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri={uri}"
    plain = get(web, embed)[1]
    response, body = get(web, embed, Accept_Encoding="gzip, deflate, br, zstd")
    assert (response.headers["Content-Encoding"], brotli.decompress(body)) == ("br", plain)
    assert get(web, embed, Accept_Encoding="gzip, br;q=0")[0].headers["Content-Encoding"] == "gzip"
    supper = "https://www.facebook.com/plugins/post.php?href=" + quote(
        next(post.url for post in POSTS if post.key == "facebook/supper")
    )
    assert get(web, supper, Accept_Encoding="zstd")[0].headers["Content-Encoding"] == "zstd"


def test_a_chunked_page_arrives_whole_and_is_logged_without_its_framing(web, log):
    response, body = get(web, SAMPLE_URL)
    assert (response.headers["Transfer-Encoding"], response.headers["Content-Length"]) == ("chunked", None)
    assert log()[0].response_body == body == render(ARTICLES[0]).body


def test_head_has_the_headers_and_no_body(web):
    response, body = get(web, "http://old-maps.example/", "HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(get(web, "http://old-maps.example/")[1])


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=99999999-", 416, slice(0, 0)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_a_range_gives_that_part(web, asked, status, part):
    picture = "https://pbs.twimg.com/media/qLm7TzRaVe?format=jpg&name=small"
    whole = get(web, picture)[1]
    response, body = get(web, picture, Range=asked)
    assert (response.status, body) == (status, whole[part])


def test_a_redirect_has_a_body_and_platforms_leave_plain_http(web):
    response, body = get(web, "http://x.com/i/status/20")
    assert (response.status, response.headers["Location"]) == (301, "https://x.com/i/status/20")
    assert b"Moved" in body


def test_the_log_holds_what_was_sent_byte_for_byte(web, log):
    url = "http://old-maps.example/?a=1"
    response, body = get(web, url, Accept_Encoding="gzip", X_Test="yes")
    (entry,) = log()
    assert (entry.url, entry.method, entry.status, entry.completed) == (url, "GET", 200, True)
    assert entry.response_body == body
    assert entry.response_head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"Content-Length: {len(body)}".encode() in entry.response_head
    assert ("X-Test", "yes") in entry.request_headers
    assert response.status == 200


def test_a_posted_body_is_logged(web, log):
    with contextlib.closing(connection(web, "https://x.com/")) as client:
        ask(client, "https://x.com/", "POST", b"words of mine")
    assert log()[0].request_body == b"words of mine"


def odd(web, way):
    with contextlib.closing(connection(web, f"https://{hostile.HOST}/{way}")) as client:
        client.sock.settimeout(0.5)
        return ask(client, f"https://{hostile.HOST}/{way}")


@pytest.mark.parametrize(
    ("way", "error"),
    [
        ("silent", TimeoutError),
        ("stalled", TimeoutError),
        ("short", http.client.IncompleteRead),
        ("garbage", http.client.BadStatusLine),
        ("reset", OSError),
    ],
)
def test_a_misfortune_is_played_and_logged_as_cut(web, log, way, error):
    with pytest.raises(error):
        odd(web, way)
    assert [entry.completed for entry in log()] == [False]


def test_an_endless_body_goes_on_for_as_long_as_it_is_read(web):
    with contextlib.closing(connection(web, f"https://{hostile.HOST}/endless")) as client:
        client.request("GET", "/endless")
        response = client.getresponse()
        assert len(response.read(300_000)) == 300_000
        response.close()


def test_the_bomb_is_small_on_the_wire(web):
    response, body = get(web, f"https://{hostile.HOST}/bomb")
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(body) < 1 << 20


def frame(payload, opcode):
    mask = b"\x01\x02\x03\x04"
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([0x80 | opcode]) + size + mask + masked


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_websocket_echoes(web, log, scheme):
    url = f"{scheme}://{attacks.HOST}/echo"
    with contextlib.closing(connection(web, url)) as client:
        key = base64.b64encode(b"0123456789abcdef").decode()
        client.sock.sendall(
            f"GET /echo HTTP/1.1\r\nHost: {attacks.HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            + frame(b"early", 1)
        )
        stream = client.sock.makefile("rb")
        head = b"".join(iter(stream.readline, b"\r\n"))
        assert head.startswith(b"HTTP/1.1 101")
        assert b"Sec-WebSocket-Accept: BACScCJPNqyz+UBoqMH89VmURoA=" in head
        assert stream.read(7) == b"\x81\x05early"
        client.sock.sendall(frame(b"x" * 300, 2))
        assert stream.read(304) == b"\x82\x7e\x01\x2c" + b"x" * 300
        client.sock.sendall(frame(b"", 8))
        assert stream.read() == b"\x88\x00"
        stream.close()
    assert [(entry.status, entry.completed) for entry in log()] == [(101, True)]


class OurFaultError(Exception):
    pass


def faulty(_request):
    raise OurFaultError


def test_a_handlers_fault_is_raised_when_the_server_is_left(tmp_path):
    server = Server(handler=faulty, authority=DemoAuthority(tmp_path), log=AccessLog())
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    server.__enter__()
    client.request("GET", "/")
    assert client.getresponse().status == 500
    client.close()
    with pytest.raises(OurFaultError):
        server.__exit__(None, None, None)


def test_leaving_ends_hanging_connections_and_the_folder(tmp_path):
    with DemoWeb() as web:
        folder = web.ca_file.parent
        client = connection(web, f"https://{hostile.HOST}/silent")
        client.request("GET", "/silent")
        assert until(lambda: len(web.log) == 1)
        assert folder.is_dir()
    client.sock.settimeout(5)
    with contextlib.suppress(ConnectionError):
        assert client.sock.recv(10) == b""
    client.close()
    assert not folder.exists()


# --- the script ----------------------------------------------------------------------------


def local(url, *headers, hops=10):
    """The demo's answer without a socket, redirects followed, as a platform reads it."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    reply = answer(Request(parts.scheme, parts.hostname, "GET", target, headers))
    location = dict(reply.headers).get("Location")
    if location and hops:
        return local(location, *headers, hops=hops - 1)
    if reply.delivery in (Delivery.RESET, Delivery.SILENT):
        return Answer(None, url=url)
    return Answer(reply.status, reply.body, reply.headers, url, reply.media_type.split(";")[0])


def record_reading(post):
    platform, ref = platform_named(post.platform), identify(post.url)
    reading = None
    for request in platform.record_requests(ref):
        found = platform.read_record(ref, request, local(request.url, *request.headers))
        reading = found if reading is None or found.availability.conclusive else reading
        if reading.availability.conclusive:
            break
    return reading


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.key)
def test_a_posts_url_is_canonical_and_its_id_holds_its_time(post):
    found = identify(post.url)
    assert (found.platform, found.post_id, found.url) == (post.platform, post.post_id, post.url)
    created_at = platform_named(post.platform).created_at(post.post_id)
    assert created_at is None or abs((created_at - post.at).total_seconds()) < 1


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.key)
def test_the_record_says_of_a_post_what_the_script_says(post):
    reading = record_reading(post)
    said = reading.availability if reading else Availability.UNCLEAR
    if post.availability is Availability.LOGIN or reading is None:
        # The page of a login wall decides, and so it does where there is no record at all.
        assert said in (post.availability, Availability.UNCLEAR)
    else:
        assert said is post.availability
    assert post.served <= (said.group in (Group.LIVE, Group.UNKNOWN))


def test_every_platform_has_a_live_post_in_the_sample_article(web):
    mentions = web.truth.articles[SAMPLE_URL].mentions
    live = {m.platform for m in mentions if m.platform and web.truth.posts[m.platform, m.post_id].complete}
    assert live == {site.platform for site in SITES}
    assert sum(m.platform is not None for m in mentions) == 11
    assert [m.url for m in mentions if m.platform is None] == [
        "https://www.civic-records.example/harbour/ledger",
        "https://www.civic-records.example/minutes/2024-02-30",
        "https://t.co/T1deT4bl3s",
    ]


def test_articles_are_served_as_their_truth_says(web):
    for article in web.articles:
        reply = local(article.url)
        assert (reply.status, reply.media_type) == (200, article.media_type)
        page = reply.body.decode()
        for mention in article.mentions:
            if mention.kind is MentionKind.EMBED:
                assert mention.post_id.split("/")[-1] in page
                assert (mention.platform, mention.post_id) in web.truth.posts
    assert len({urlsplit(article.url).hostname for article in web.articles}) == 3


def told(mention):
    return mention.kind, mention.platform, mention.post_id, mention.url, mention.dangling


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.url)
def test_extraction_finds_what_an_article_truly_mentions(article):
    rendered = render(article)
    found = extract(Document(article.url, rendered.body, rendered.truth.media_type, article.url)).mentions
    truth = rendered.truth.mentions
    assert [told(m) for m in found if m.platform] == [told(m) for m in truth if m.platform]
    assert {told(m) for m in truth} <= {told(m) for m in found}
    claims = [m.claim.text for m in found if m.kind is MentionKind.FLATTENED]
    assert claims == [m.text for m in truth if m.kind is MentionKind.FLATTENED]


@pytest.mark.parametrize(("end", "status"), [("unpublished", 404), ("broken", 500), ("silent", None), ("reset", None)])
def test_a_failing_article_fails_as_promised(web, end, status):
    (url,) = (url for url in web.truth.failing if url.endswith(f"/{end}"))
    assert local(url).status == status


def test_round_and_round_never_ends():
    assert local("https://www.harbour-courier.example/2026/11/round-and-round", hops=50).status == 302


def test_ordinary_links_answer_as_promised(web):
    statuses = {
        Availability.LIVE: {200},
        Availability.MOVED: {200},
        Availability.GONE_UNSPECIFIED: {404, 410},
        Availability.GEO_LEGAL: {451},
        Availability.LOGIN: {401},
        Availability.BLOCKED: {403},
        Availability.RATE_LIMITED: {429},
        Availability.SERVER_ERROR: {500},
        Availability.UNREACHABLE: {None},
    }
    replies = {link.url: local(link.url) for link in web.truth.links.values()}
    wrong = [link for link in web.truth.links.values() if replies[link.url].status not in statuses[link.availability]]
    assert wrong == []
    moved = [link for link in web.truth.links.values() if link.final_url]
    assert [replies[link.url].url for link in moved] == [link.final_url for link in moved]


def test_the_shortener_redirects_programs_and_refreshes_browsers():
    target = "https://www.civic-records.example/tides/2026"
    assert answer(Request("https", "t.co", "GET", "/T1deT4bl3s")).headers == (("Location", target),)
    page = answer(Request("https", "t.co", "GET", "/T1deT4bl3s", (("User-Agent", "Mozilla/5.0"),)))
    assert (page.status, f"URL={target}".encode() in page.body) == (200, True)
    assert answer(Request("https", "t.co", "GET", "/t1det4bl3s")).status == 404


def test_x_gives_nothing_for_a_wrong_token():
    post = next(post for post in POSTS if post.key == "x/lanterns")
    wrong = f"https://cdn.syndication.twimg.com/tweet-result?id={post.post_id}&token=a&lang=en"
    assert local(wrong).body == b"{}"


def test_generated_posts_are_many_distinct_and_live(web):
    numbers = (0, 1, 199, 1999, BENCH_POSTS - 1)
    posts = [bench_post(number) for number in numbers]
    assert [bench_post_of(post.post_id) for post in posts] == posts
    assert len({post.text for post in posts}) == len(numbers)
    assert all(record_reading(post).record.text == post.text for post in posts)
    assert bench_post_of(str(int(posts[0].post_id) + 1)) is None
    assert bench_post_of(bench_post(BENCH_POSTS).post_id) is None
    assert web.post("x", posts[1].post_id).complete
    mentions = web.bench_article(200).mentions
    assert len({mention.post_id for mention in mentions}) == 200
    assert local(f"{BENCH_URL}200").body.count(b"twitter-tweet") == 200


def test_two_demo_webs_serve_the_same_bytes():
    urls = [post.url for post in POSTS] + [article.url for article in ARTICLES]
    assert [local(url).body for url in urls] == [local(url).body for url in urls]
    assert [render(article).body for article in ARTICLES] == [render(article).body for article in ARTICLES]


def test_no_page_points_to_a_host_that_the_demo_does_not_play():
    known = {host for site in SITES for host in site.hosts} | {"graph.facebook.com"}
    foreign = {"schema.org", "cdn.ampproject.org"}
    for article in ARTICLES:
        hosts = set(re.findall(rb"(?:src|href)=\"https?://([^/\"]+)", render(article).body))
        for host in (found.decode() for found in hosts):
            assert host in known | foreign or local(f"https://{host}/robots.txt").status == 200


# --- in a real browser --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(web):
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    rules = f"MAP *:443 127.0.0.1:{web.port},MAP *:80 127.0.0.1:{web.port}"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[f"--host-resolver-rules={rules}", "--ignore-certificate-errors"]
        )
        yield running
        running.close()


@contextlib.contextmanager
def page_of(browser, **options):
    context = browser.new_context(**options)
    try:
        yield context.new_page()
    finally:
        context.close()


def visible(page, selectors):
    found = (element for selector in selectors for element in page.query_selector_all(selector))
    return next((element for element in found if element.is_visible()), None)


def words(text):
    return " ".join(text.split())


@pytest.mark.browser
@pytest.mark.parametrize(
    "post", [post for post in POSTS if post.served and post.key != "bluesky/slow"], ids=lambda post: post.key
)
def test_the_embed_page_of_a_live_post_shows_it_where_the_plan_looks(web, browser, post):
    plan = platform_named(post.platform).plan(identify(post.url))
    truth = web.post(post.platform, post.post_id)
    with page_of(browser, viewport={"width": plan.width_px, "height": plan.height_px}) as page:
        page.goto(plan.url)
        page.wait_for_selector(", ".join(plan.ready or plan.element), timeout=10_000)
        element = visible(page, plan.element)
        assert words(truth.text) in words(visible(page, plan.text).inner_text())
        assert truth.handle in element.inner_text() or truth.name in element.inner_text()
        assert visible(page, plan.author) is not None
        assert truth.pictures == 0 or visible(page, plan.media) is not None
        assert not [sign for sign in plan.signs if holds(page, sign)]


def holds(page, sign):
    found = [element for element in page.query_selector_all(sign.selector) if element.is_visible()]
    return any(
        sign.pattern is None or re.search(sign.pattern, element.inner_text(), re.IGNORECASE) for element in found
    )


@pytest.mark.browser
@pytest.mark.parametrize("way", [way for way in attacks.WAYS if way != "preconnect"])
def test_an_unguarded_browser_falls_into_every_trap(web, browser, way):
    target = f"http://inside-{way}.example/secret"
    with page_of(browser) as page, contextlib.suppress(Error):
        page.goto(f"http://{attacks.HOST}/{way}?to={quote(target, safe='')}", wait_until="commit", timeout=5000)
        assert until(lambda: any(entry.host == f"inside-{way}.example" for entry in web.log))
    assert any(entry.host == f"inside-{way}.example" for entry in web.log)

"""Fetching and sniffing, against a real site through a real tap."""

import gzip
import io
import os
import zlib

import brotlicffi as brotli
import pytest
from odd_site import http
from tap_world import HOST, world

from archiver.extract.unpack import DOCX, MHTML, PDF
from archiver.fetch.client import Client
from archiver.fetch.collections import open_source
from archiver.fetch.sniff import EXPECTED, media_type_of
from archiver.model.errors import InputUnreadable
from archiver.model.exchange import Failure
from archiver.tap import Limits

URL = f"https://{HOST}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with world(tmp_path_factory.mktemp("fetch"), limits=Limits(idle_s=0.5, response_bytes=300_000)) as made:
        yield made


@pytest.fixture
def client(site):
    with Client(
        proxy_url=site.lane.proxy_url, ca_file=site.tap.ca_file, user_agent="test/1", body_bytes=100_000
    ) as made:
        yield made
    site.drain()


def test_an_answer_is_decoded_and_described(site, client):
    headers = ["Content-Encoding: gzip", "X-A: 1", "X-A: 2"]
    site.route("/a", http(gzip.compress("né".encode()), headers=headers, media_type='Text/HTML; Charset="utf-8"'))
    fetched = client.get(f"{URL}/a")
    assert (fetched.status, fetched.body, fetched.final_url) == (200, "né".encode(), f"{URL}/a")
    assert (fetched.media_type, fetched.charset) == ("text/html", "utf-8")
    assert [value for name, value in fetched.headers if name == "X-A"] == ["1", "2"]
    assert (fetched.failure, fetched.note, fetched.notes, fetched.redirects) == (None, "", (), ())
    assert b"User-Agent: test/1\r\n" in site.secure.heads[-1]


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "429 Slow down", "502 Bad Gateway"])
def test_a_status_is_an_answer_and_no_failure(site, client, status):
    site.route("/status", http(b"told", status=status))
    fetched = client.get(f"{URL}/status")
    assert (fetched.status, fetched.body, fetched.failure) == (int(status[:3]), b"told", None)


def test_redirects_are_followed_across_hosts_and_listed(site, client):
    site.plain.routes["/1"] = http(b"", status="301 Moved", headers=[f"Location: {URL}/2?x=%C3%A9#part"])
    site.route("/2", http(b"", status="307 Temporary", headers=["Location: ../3", "Set-Cookie: seen=1"]))
    site.route("/3", http(b"end"))
    fetched = client.get(f"http://{HOST}/1")
    assert (fetched.status, fetched.body, fetched.final_url) == (200, b"end", f"{URL}/3")
    assert [status for status, _ in fetched.redirects] == [301, 307]
    assert fetched.redirects[0][1] == f"http://{HOST}/1"
    assert b"Cookie: seen=1" in site.secure.heads[-1]


def test_cookies_do_not_outlive_one_get(site, client):
    site.route("/set", http(b"", headers=["Set-Cookie: seen=1"]))
    client.get(f"{URL}/set")
    client.get(f"{URL}/set")
    assert b"cookie" not in site.secure.heads[-1].lower()


def test_a_redirect_can_be_asked_for_without_following(site, client):
    site.route("/short", http(b"", status="302 Found", headers=["Location: /3"]))
    fetched = client.get(f"{URL}/short", follow=False)
    assert (fetched.status, fetched.location, fetched.final_url) == (302, f"{URL}/3", f"{URL}/short")


def test_redirects_without_end_are_a_failure(site, client):
    site.route("/loop", http(b"", status="302 Found", headers=["Location: /loop"]))
    fetched = client.get(f"{URL}/loop")
    assert (fetched.status, fetched.failure, fetched.note) == (None, Failure.PROTOCOL, "more than 10 redirects")
    assert len(site.drain()) == len(fetched.redirects) == 11


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "https://user@localhost/",
        "http://0x7f.1:8080/",
        "https://site.example:22/",
        "http://",
        "",
    ],
)
def test_what_may_not_be_reached_is_refused(client, url):
    fetched = client.get(url)
    assert (fetched.status, fetched.failure) == (None, Failure.REFUSED)
    assert fetched.note


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.1:1/", "http://[::1]/", "ftp://x/"])
def test_a_redirect_to_where_nothing_may_go_is_refused(site, client, target):
    site.route("/out", http(b"", status="302 Found", headers=[f"Location: {target}"]))
    fetched = client.get(f"{URL}/out")
    assert (fetched.status, fetched.failure) == (None, Failure.REFUSED)
    assert fetched.redirects == ((302, f"{URL}/out"),)


def test_a_name_that_does_not_resolve_says_so(client):
    fetched = client.get("https://gone.example/")
    assert (fetched.failure, fetched.note) == (Failure.NO_SUCH_NAME, "EAI_NONAME: Name or service not known")


def test_a_silent_site_times_out(site, client):
    async def never(reader, writer, head, body):
        return not await reader.read(1)

    site.route("/never", never)
    fetched = client.get(f"{URL}/never")
    assert (fetched.status, fetched.failure) == (None, Failure.TIMED_OUT)


def test_a_connection_reset_before_any_byte_is_tried_once_more_and_both_are_seen(site, client):
    async def reset_once(reader, writer, head, body):
        site.plain.routes["/reset"] = http(b"second")
        return False

    site.plain.routes["/reset"] = reset_once
    assert client.get("http://fresh.example/reset").body == b"second"
    assert [exchange.failure for exchange in site.drain()] == [Failure.CONNECTION_RESET, None]


def test_a_site_that_always_resets_is_asked_twice_and_no_more(site, client):
    async def reset(reader, writer, head, body):
        return False

    site.route("/reset2", reset)
    assert client.get("http://new.example/reset2").failure is Failure.CONNECTION_RESET
    assert len(site.drain()) == 2


def test_a_body_that_is_not_whole_is_kept_and_said(site, client):
    site.route("/short", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", closing=True)
    fetched = client.get(f"{URL}/short")
    assert (fetched.status, fetched.body, fetched.failure) == (200, b"hello", Failure.CONNECTION_RESET)
    assert fetched.notes == ("the body is not whole: the connection ended early",)
    site.secure.closing.discard("/short")


def test_a_body_without_a_length_that_the_tap_cut_is_not_taken_for_whole(site, client):
    site.route("/endless", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 400_000, closing=True)
    big = Client(proxy_url=site.lane.proxy_url, ca_file=site.tap.ca_file, user_agent="test/1")
    fetched = big.get(f"{URL}/endless")
    big.close()
    assert fetched.failure is Failure.CONNECTION_RESET
    assert fetched.notes


@pytest.mark.parametrize(
    ("encoding", "squeeze"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
    ],
)
def test_a_decompression_bomb_stops_at_the_bound(site, client, encoding, squeeze):
    bomb = squeeze(bytes(5_000_000))
    assert len(bomb) < 100_000
    site.route("/bomb", http(bomb, headers=[f"Content-Encoding: {encoding}"]))
    fetched = client.get(f"{URL}/bomb")
    assert fetched.body == bytes(100_000)
    assert fetched.notes == ("only the first 100000 bytes were read",)


def test_a_body_that_is_not_encoded_as_it_says_is_a_failure(site, client):
    site.route("/lie", http(b"plain text", headers=["Content-Encoding: gzip"]))
    fetched = client.get(f"{URL}/lie")
    assert (fetched.status, fetched.failure) == (200, Failure.PROTOCOL)


def test_headers_can_be_given(site, client):
    site.route("/h", http(b""))
    client.get(f"{URL}/h", headers=(("Accept", "application/json"), ("X-Y", "1")))
    assert b"Accept: application/json\r\n" in site.secure.heads[-1]
    assert b"X-Y: 1\r\n" in site.secure.heads[-1]


def test_the_environments_proxies_are_not_asked(site, client, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    site.route("/env", http(b"through the tap"))
    assert client.get(f"{URL}/env").body == b"through the tap"


# --- sniffing ------------------------------------------------------------------------------------

HTML, MARKDOWN, PLAIN = "text/html", "text/markdown", "text/plain"


@pytest.mark.parametrize(
    ("body", "declared", "name", "expected"),
    [
        (b"<!doctype html><p>x", None, "a.html", HTML),
        (b"\xef\xbb\xbf  <!-- c --> <HTML>", None, "-", HTML),
        ("<html><p>é".encode("utf-16"), None, "a", HTML),
        (b"<?xml version='1.0'?><html xmlns='x'>", "application/xhtml+xml", "u", HTML),
        (b"<p>no html element", None, "-", HTML),
        (b"words <b>and</b> <a href=x>a link</a>", None, "-", HTML),
        (b"no tags at all", None, "page.htm", HTML),
        (b"<html>\x00\x00\x00<p>nul bytes", None, "a.html", HTML),
        (b"\xff\xfe\xfd broken \x80 <p>", "text/html", "https://a/", HTML),
        (b"<!doctype html>", "text/plain", "https://a/b", HTML),
        (b"<!doctype html>", "image/png", "https://a/b", HTML),
        (b"<!doctype html>", "application/octet-stream", "https://a/b", HTML),
        (b"# Title\n\ntext", None, "a.txt", MARKDOWN),
        (b"see [this](http://x)", None, "-", MARKDOWN),
        (b"<div>html first</div>\n# t", None, "post.md", MARKDOWN),
        (b"words", "text/markdown", "https://a/b", MARKDOWN),
        (b"words", "text/plain", "https://a/readme.md?raw=1", MARKDOWN),
        (b"just words", None, "notes.txt", PLAIN),
        (b"BMW announces a car", None, "notes", PLAIN),
        (b"[1] a footnote", None, "notes", PLAIN),
        ("żółć".encode("iso-8859-2"), None, "notes", PLAIN),
        ("words in UTF-16".encode("utf-16-le"), None, "notes", PLAIN),
        (b"%PDF-1.7\n", None, "a", PDF),
        (b"%PDF-1.7\n", "text/html", "https://a/b", PDF),
        (b"\n\njunk before it %PDF-1.4\n", "application/pdf", "https://a/b", PDF),
        (b"<p>how to write %PDF-1.4", None, "a.html", HTML),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml ... word/document.xml", None, "a", DOCX),
        (
            b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=x",
            None,
            "a",
            MHTML,
        ),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n", "text/plain", "https://a/b", MHTML),
        (b"Content-type: these words begin a text about mail", None, "notes", PLAIN),
    ],
)
def test_an_article_is_read_as_what_it_is(body, declared, name, expected):
    assert media_type_of(body, declared, name) == expected


@pytest.mark.parametrize(
    ("body", "declared", "words"),
    [
        (b"", None, "empty"),
        (b" \r\n\t\x00", None, "empty"),
        (b"", "text/html", "empty"),
        (b"\x89PNG\r\n\x1a\n....", "text/html", "a PNG image"),
        (b"\xff\xd8\xff\xe0", None, "a JPEG image"),
        (b"RIFF....WEBPVP8 ", None, "a WebP image"),
        (b"PK\x03\x04....", None, "a zip archive or an office document"),
        (b"\x1f\x8b\x08", None, "gzip data"),
        (b"\x00\x00\x00\x18ftypmp42", None, "an image or video in an MP4 box"),
        (bytes(257) + b"ustar", None, "a tar archive"),
        (
            b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml ... xl/workbook.xml",
            None,
            "a zip archive or an office document",
        ),
        (b'{"a": 1}', None, "JSON, but no feed and no list"),
        (b"<?xml version='1.0'?><svg>", None, "XML, but no feed and no sitemap"),
        (b"WARC/1.1\r\n", None, "a WARC file"),
        (bytes(range(256)) * 4, None, "binary data"),
        (b"text", "image/svg", "declared as image/svg"),
    ],
)
def test_what_is_no_article_is_named(body, declared, words):
    with pytest.raises(InputUnreadable) as caught:
        media_type_of(body, declared, "the source")
    assert str(caught.value) == f"the source is {words}; {EXPECTED}"


def test_a_page_that_begins_with_many_comments_is_judged_at_once():
    assert media_type_of(b"<!-- -->" * 8000 + b"x", None, "-") == PLAIN


# --- sources that are files ----------------------------------------------------------------------


def test_a_file_becomes_a_document(tmp_path):
    file = tmp_path / "a.html"
    file.write_bytes(b"<p>hello")
    document = open_source(str(file), url="https://news.example/a")
    assert (document.source, document.body, document.media_type) == (str(file), b"<p>hello", HTML)
    assert (document.url, document.notes) == ("https://news.example/a", ())


def test_standard_input_is_a_dash():
    document = open_source("-", stdin=io.BytesIO(b"just words"))
    assert (document.source, document.media_type) == ("-", PLAIN)


def test_a_file_over_the_bound_is_cut_and_says_so(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 2000)
    document = open_source(str(file), limit_bytes=1000)
    assert (len(document.body), document.notes) == (1000, ("only the first 1000 bytes were read",))


def test_a_pipe_can_be_read(tmp_path):
    read_end, write_end = os.pipe()
    os.write(write_end, b"# piped")
    os.close(write_end)
    try:
        assert open_source(f"/dev/fd/{read_end}").media_type == MARKDOWN
    finally:
        os.close(read_end)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.html", "does not exist"),
        (".", "is a folder"),
        ("file:///etc/passwd", "does not exist"),
        ("a\x00b", "can't be read"),
        ("x" * 5000, "can't be read (File name too long)"),
    ],
)
def test_a_source_that_cannot_be_read_is_named(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputUnreadable) as caught:
        open_source(name)
    assert words in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_named(tmp_path):
    file = tmp_path / "a.html"
    file.touch(mode=0)
    with pytest.raises(InputUnreadable, match="Permission denied"):
        open_source(str(file))


def test_no_key_is_left_in_the_taps_folder(site, client):
    assert [path.name for path in site.tap.ca_file.parent.iterdir()] == ["ca.pem"]

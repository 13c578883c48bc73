"""What is taken out of the exchanges of a logged-in capture, in every way in which a body can be sent."""

import gzip
import io
import zlib
from datetime import UTC, datetime

import brotlicffi
import pytest
import zstandard

from archiver.fetch.httpbody import decoded
from archiver.model.digests import sha256
from archiver.model.exchange import Exchange, Truncation
from archiver.model.httpwire import payload_of, response_headers, split_head
from archiver.model.secrets import Secrets
from archiver.model.sessions import Cookie, Session, StorageItem
from archiver.steps.redact import FIELDS, Taken, redact_exchanges, secrets_of

SECRET = "s3cret/Token+0123456789=="
SESSION = Session((Cookie("sid", "news.example", SECRET),))
WORDS = b"The lamps of Rope Street are lit at dusk, one after the other. " * 20
BODY = b'{"token":"' + SECRET.encode() + b'"}' + WORDS
URL = "https://news.example/page"


def exchange(body=b"", *, fields=(), status=b"200 OK", request=b"", **parts):
    head = b"HTTP/1.1 " + status + b"\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n"
    block = head + body
    return Exchange(
        **{
            "uri": URL,
            "method": "GET",
            "started_at": datetime(2026, 11, 23, tzinfo=UTC),
            "elapsed_ms": 1,
            "request": request or b"GET /page HTTP/1.1\r\nHost: news.example\r\n\r\n",
            "response": io.BytesIO(block),
            "response_bytes": len(block),
            "status": 200,
            "payload_digest": sha256(body),
            "payload_bytes": len(body),
            **parts,
        }
    )


def chunked(body, size=1000):
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def redacted(one, session=SESSION):
    taken = Taken()
    (safe,) = redact_exchanges([one], secrets_of(session, [one]), taken)
    return safe, safe.response.getvalue(), taken


def everything(block):
    """The bytes of a message, and its body as a reader decodes it."""
    coding = dict(response_headers(split_head(block)[0])).get("content-encoding", "")
    return block + decoded(payload_of(block), coding, 1 << 20)[0]


CODINGS = {
    "": lambda body: body,
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "deflate": zlib.compress,
    "br": brotlicffi.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("in_chunks", [False, True])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_secret_in_a_body_is_gone_in_every_coding(coding, in_chunks):
    body = CODINGS[coding](BODY)
    fields = [b"Content-Type: application/json", *([b"Content-Encoding: " + coding.encode()] if coding else [])]
    fields.append(b"Transfer-Encoding: chunked" if in_chunks else b"Content-Length: %d" % len(body))
    safe, block, taken = redacted(exchange(chunked(body) if in_chunks else body, fields=fields))
    assert SECRET.encode() not in everything(block)
    assert payload_of(block) == BODY.replace(SECRET.encode(), b"REDACTEDxxxxxxxxxxxxxxxxx")
    assert (safe.payload_digest, safe.payload_bytes) == (sha256(payload_of(block)), len(BODY))
    assert (taken.values, taken.records, taken.decoded) == (1, 1, int(bool(coding)))
    headers = dict(response_headers(split_head(block)[0]))
    if coding:
        assert "content-encoding" not in headers
        assert headers["content-length"] == str(len(split_head(block)[1]))
        assert safe.response_redaction == "rules=session-1; values=1; body=decoded"
    else:
        assert safe.response_redaction == "rules=session-1; values=1; body=in-place"


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_without_a_secret_stays_byte_for_byte(coding):
    body = CODINGS[coding](WORDS)
    one = exchange(body, fields=[b"content-encoding:" + coding.encode(), b"X-Odd:  kept as it is"])
    sent = one.response.getvalue()
    safe, block, taken = redacted(one)
    assert block == sent
    assert (safe.request, safe.payload_digest) == (one.request, one.payload_digest)
    assert (safe.request_redaction, safe.response_redaction, taken) == ("", "", Taken())


def test_a_secret_that_chunks_cut_in_two_is_found():
    at = BODY.index(SECRET.encode()) + 5
    body = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (at, BODY[:at], len(BODY) - at, BODY[at:])
    safe, block, taken = redacted(exchange(body, fields=[b"Transfer-Encoding: chunked"]))
    assert SECRET.encode() not in payload_of(block)
    assert (taken.decoded, safe.response_redaction) == (1, "rules=session-1; values=1; body=decoded")


@pytest.mark.parametrize(
    ("coding", "body"),
    [("sdch", BODY), ("gzip", b"\x1f\x8b\x08 this is no gzip"), ("br, sdch", BODY)],
)
def test_a_body_that_nobody_can_look_into_is_left_out(coding, body):
    fields = [b"Content-Encoding: " + coding.encode(), b"Content-Length: %d" % len(body)]
    safe, block, taken = redacted(exchange(body, fields=fields))
    assert split_head(block) == (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"")
    assert (taken.dropped, safe.response_redaction) == (1, "rules=session-1; body=left-out")


def test_of_a_cut_compressed_body_only_what_was_looked_at_is_kept():
    body = gzip.compress(WORDS + BODY, mtime=0)[:-30]
    safe, block, _ = redacted(exchange(body, fields=[b"Content-Encoding: gzip"], truncated=Truncation.DISCONNECT))
    assert b"content-encoding" not in split_head(block)[0].lower()
    assert (WORDS + BODY).startswith(split_head(block)[1])
    assert safe.truncated is Truncation.DISCONNECT


def test_a_head_that_ends_lines_with_line_feeds_hides_nothing():
    body = gzip.compress(BODY, mtime=0)
    block = b"HTTP/1.1 200 OK\nContent-Encoding: gzip\nSet-Cookie: sid=" + SECRET.encode() + b"\n\n" + body
    _, safe, _ = redacted(exchange(response=io.BytesIO(block), response_bytes=len(block)))
    assert SECRET.encode() not in safe
    assert safe.endswith(WORDS)


def test_header_fields_that_log_in_lose_their_values_and_keep_their_length():
    request = (
        b"GET /page HTTP/1.1\r\nHost: news.example\r\nCookie: [redacted]\r\nAuthorization: Bearer abc\r\n"
        b"X-CSRF-Token: t0\r\nAccept: */*\r\n\r\n"
    )
    fields = [b"Set-Cookie: theme=dark; Path=/", b"set-cookie:id=1; HttpOnly", b"Server: x"]
    safe, block, taken = redacted(exchange(request=request, fields=fields))
    assert safe.request == (
        b"GET /page HTTP/1.1\r\nHost: news.example\r\nCookie: [redacted]\r\nAuthorization: REDACTEDxx\r\n"
        b"X-CSRF-Token: RE\r\nAccept: */*\r\n\r\n"
    )
    assert block == (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: theme=REDA; Path=/\r\nset-cookie:id=R; HttpOnly\r\nServer: x\r\n\r\n"
    )
    assert safe.request_redaction == "rules=session-1; authorization=1; cookie=1; x-csrf-token=1"
    assert safe.response_redaction == "rules=session-1; set-cookie=2"
    assert taken.fields == {"authorization": 1, "cookie": 1, "x-csrf-token": 1, "set-cookie": 2}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_each_listed_field_goes_in_requests_and_answers(name):
    line = f"{name.title()}: q7=Zk-unknown-value-9041".encode()
    safe, block, _ = redacted(exchange(request=b"GET / HTTP/1.1\r\n" + line + b"\r\n\r\n", fields=[line]))
    assert b"unknown-value" not in safe.request + block


def test_a_secret_in_addresses_is_gone_from_all_of_them():
    inside = SECRET.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
    one = exchange(
        uri=f"{URL}?t={inside}",
        request=f"GET /page?t={inside} HTTP/1.1\r\nReferer: {URL}?t={SECRET}\r\n\r\n".encode(),
        status=b"302 Found",
        fields=[f"Location: /next?t={inside}".encode(), b"Content-Length: 0"],
    )
    safe, block, _ = redacted(one)
    mark = "REDACTED" + "x" * (len(inside) - 8)
    assert safe.uri == f"{URL}?t={mark}"
    assert safe.request.startswith(f"GET /page?t={mark} HTTP/1.1\r\nReferer: {URL}?t=REDACTED".encode())
    assert f"Location: /next?t={mark}\r\n".encode() in block
    assert SECRET not in f"{safe}"


def test_a_form_that_was_posted_loses_the_secret():
    body = b"a=1&token=s3cret%2FToken%2B0123456789%3D%3D"
    head = b"POST /keep HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    safe, _, _ = redacted(exchange(request=head + body))
    assert safe.request == head + b"a=1&token=" + b"REDACTED" + b"x" * (len(body) - 10 - 8)
    assert safe.request_redaction == "rules=session-1; values=1; body=in-place"


def test_frames_of_a_websocket_are_left_out():
    request = b"GET /s HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\x81\x85masked"
    safe, block, taken = redacted(exchange(b"\x81\x05hello", uri="wss://news.example/s", request=request))
    assert (safe.request, block) == (request[:-8], b"HTTP/1.1 200 OK\r\n\r\n")
    assert taken.dropped == 2


def test_what_a_site_renews_and_what_was_sent_is_secret_too():
    one = exchange(
        b"renewed-cookie-41 and other-cookie-0123456789 and bearer-token-77 and shortone",
        fields=[b"Set-Cookie: sid=renewed-cookie-41; Path=/", b"Set-Cookie: theme=shortone"],
        withheld=(b"sid=" + SECRET.encode() + b"; other=other-cookie-0123456789", b"Bearer bearer-token-77"),
    )
    _, block, _ = redacted(one)
    assert split_head(block)[1] == (b"REDACTEDxxxxxxxxx and REDACTEDxxxxxxxxxxxxxxx and REDACTEDxxxxxxx and shortone")


def test_a_token_of_local_storage_is_secret():
    session = Session((), (StorageItem("https://news.example", "t", '{"jwt":"' + SECRET + '"}'),))
    _, block, _ = redacted(exchange(BODY), session)
    assert SECRET.encode() not in block


def test_withheld_values_do_not_outlive_the_redaction():
    safe, _, _ = redacted(exchange(withheld=(b"Bearer " + SECRET.encode(),)))
    assert safe.withheld == ()
    assert "withheld" not in repr(exchange(withheld=(b"x",)))


def test_secrets_of_another_length_leave_what_they_are_part_of():
    secrets = Secrets.of(["short-one", "short-one-and-longer"])
    assert secrets.out_of(b"short-one-and-longer short-one") == (b"REDACTEDxxxxxxxxxxxx REDACTEDx", 2)

"""What is read without h11 is read as h11 reads it."""

import h11
from hypothesis import given
from hypothesis import strategies as st

from archiver.tap.head import _parsed_response, read_response
from archiver.tap.plainhead import plain_head
from archiver.tap.wire import body_of

NAMES = st.sampled_from([b"Content-Length", b"Content-Type", b"Connection", b"X-Y", b"Transfer-Encoding", b"Bad Name"])
VALUES = st.sampled_from(
    [
        b"5",
        b"0",
        b" 5 ",
        b"5, 5",
        b"x",
        b"close",
        b"keep-alive",
        b"chunked",
        b"text/html; charset=x",
        b"\xe4",
        b"",
        b"\x01",
    ]
)
LINES = st.lists(st.tuples(NAMES, st.sampled_from([b":", b": ", b" :"]), VALUES), max_size=5)
FIRST = st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 404", b"HTTP/1.0 200 OK", b"HTTP/1.1 204 No", b"HTTP/1.1 99 X"])


@given(FIRST, LINES, st.sampled_from([b"\r\n", b"\n"]), st.sampled_from(["GET", "HEAD"]))
def test_a_plain_head_means_what_h11_says(first, lines, end, method):
    head = end.join([first, *(b"".join(line) for line in lines)]) + end + end
    plain = plain_head(head, method=method)
    if plain is None:
        return
    _, event = _parsed_response(head, method=method, upgrade=False)
    assert (plain.status, list(plain.fields)) == (event.status_code, list(event.headers))
    assert plain.length == int(dict(event.headers)[b"content-length"])


def test_most_heads_are_plain():
    head = read_response(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: y\r\n\r\n", method="GET", upgrade=False)
    assert (head.parser, head.length, head.status, head.persists) == (None, 3, 200, True)


def test_a_body_of_a_known_length_ends_there_and_nowhere_else():
    head = read_response(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", method="GET", upgrade=False)
    body = body_of(head, collect=True)
    assert (body.feed(b"ab"), body.done) == (2, False)
    assert (body.feed(b"cd"), body.done, body.reusable, body.pieces) == (1, True, True, [b"ab", b"c"])
    short = body_of(head)
    try:
        short.feed(b"")
    except h11.RemoteProtocolError as error:
        assert "received 0 bytes, expected 3" in str(error)  # noqa: PT017  # as h11 says it
    assert not short.reusable

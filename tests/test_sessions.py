"""Session files: what is read out of them, what is refused, and to whom their cookies go."""

import base64
import json
import os
import time
from datetime import UTC, datetime

import pytest

from archiver.demo import DemoWeb, members
from archiver.fetch.client import Client
from archiver.fetch.sessions import read_session
from archiver.model.clock import system_clock
from archiver.model.errors import Exit, InputUnreadable
from archiver.model.secrets import Secrets, mark, token_values
from archiver.model.sessions import Cookie, Session, StorageItem, parse_session, session_for
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

NOW_S = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
SECRET = "sKq81-secret-value"


def cookie(**parts):
    return {"name": "sid", "value": SECRET, "domain": ".news.example", "path": "/", "expires": -1, **parts}


def state(*cookies, origins=()):
    return json.dumps({"cookies": list(cookies), "origins": list(origins)})


def private(tmp_path, text, mode=0o600):
    path = tmp_path / "session"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_storage_state_and_a_cookies_txt_say_the_same():
    saved = parse_session(
        state(cookie(secure=True, httpOnly=True, expires=NOW_S + 60), cookie(name="b", domain="news.example")),
        now_s=NOW_S,
    )
    exported = parse_session(
        "# Netscape HTTP Cookie File\r\n\r\n"
        f"#HttpOnly_.news.example\tTRUE\t/\tTRUE\t{NOW_S + 60}\tsid\t{SECRET}\r\n"
        f"news.example\tFALSE\t/\tFALSE\t0\tb\t{SECRET}\r\n",
        now_s=NOW_S,
    )
    assert saved == exported
    assert saved.cookies == (
        Cookie("sid", "news.example", SECRET, secure=True, http_only=True, expires_at_s=NOW_S + 60),
        Cookie("b", "news.example", SECRET, host_only=True),
    )
    assert (saved.hosts, saved.label) == (("news.example",), "news.example")


def test_local_storage_is_kept_by_origin():
    origins = [{"origin": "https://social.example", "localStorage": [{"name": "t", "value": SECRET}]}]
    session = parse_session(state(origins=origins), now_s=NOW_S)
    assert session == Session(storage=(StorageItem("https://social.example", "t", SECRET),))


def test_expired_cookies_are_left_out_and_counted():
    session = parse_session(state(cookie(expires=NOW_S - 1), cookie(name="b")), now_s=NOW_S)
    assert ([item.name for item in session.cookies], session.expired) == (["b"], 1)


def test_nothing_of_a_session_is_in_its_repr():
    origins = [{"origin": "https://social.example", "localStorage": [{"name": "t", "value": SECRET}]}]
    session = parse_session(state(cookie(), origins=origins), now_s=NOW_S)
    assert SECRET not in repr(session) + repr(Secrets.of([SECRET]))


REFUSED = {
    "empty": "",
    "no cookies": state(),
    "comments only": "# Netscape HTTP Cookie File\n",
    "broken JSON": '{"cookies": [' + SECRET,
    "another JSON": json.dumps({"cookies": {"sid": SECRET}}),
    "a cookie without a value": json.dumps({"cookies": [{"name": "sid", "domain": "news.example"}]}),
    "prose": f"my password is {SECRET}",
    "spaces for tabs": f"news.example TRUE / TRUE 0 sid {SECRET}",
    "a whole top-level domain": state(cookie(domain=".example")),
    "a header in a cookie": state(cookie(value=f"{SECRET}\r\nX-Evil: 1")),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_no_session_is_refused_without_quoting_it(tmp_path, text):
    path = private(tmp_path, text)
    with pytest.raises(InputUnreadable) as refused:
        read_session(path, clock=system_clock)
    assert refused.value.exit_code is Exit.INPUT
    assert str(path) in str(refused.value)
    assert SECRET not in str(refused.value) + refused.value.next_step


def test_a_file_that_others_may_read_is_refused_with_the_way_to_mend_it(tmp_path):
    path = private(tmp_path, state(cookie()), mode=0o640)
    with pytest.raises(InputUnreadable, match="can be read by others") as refused:
        read_session(path, clock=system_clock)
    assert f"chmod 600 {path}" in refused.value.next_step
    path.chmod(0o600)
    assert read_session(path, clock=system_clock).label == "news.example"


def test_a_missing_file_a_folder_a_pipe_and_a_picture_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / "picture").chmod(0o600)
    for name in ("missing", ".", "pipe", "picture"):
        with pytest.raises(InputUnreadable):
            read_session(tmp_path / name, clock=system_clock)


# --- to whom cookies go ------------------------------------------------------------------------

MATCHES = [
    (Cookie("a", "x.com", SECRET), "https://x.com/i/status/1", True),
    (Cookie("a", "x.com", SECRET), "https://api.x.com/", True),
    (Cookie("a", "x.com", SECRET, host_only=True), "https://api.x.com/", False),
    (Cookie("a", "x.com", SECRET), "https://netflix-x.com/", False),
    (Cookie("a", "x.com", SECRET), "https://x.com.evil.example/", False),
    (Cookie("a", "api.x.com", SECRET), "https://x.com/", False),
    (Cookie("a", "x.com", SECRET, secure=True), "http://x.com/", False),
    (Cookie("a", "x.com", SECRET, path="/i"), "https://x.com/i", True),
    (Cookie("a", "x.com", SECRET, path="/i"), "https://x.com/i/status", True),
    (Cookie("a", "x.com", SECRET, path="/i/"), "https://x.com/i", False),
    (Cookie("a", "x.com", SECRET, path="/i"), "https://x.com/inbox", False),
]


@pytest.mark.parametrize(("cookie", "url", "goes"), MATCHES)
def test_a_cookie_goes_to_its_own_hosts_paths_and_scheme_only(cookie, url, goes):
    assert bool(Session((cookie,)).cookies_for(url)) is goes


def test_of_many_sessions_only_what_is_for_a_host_is_taken():
    mine = Session((Cookie("a", "x.com", SECRET), Cookie("b", "bank.example", SECRET)))
    yours = Session((Cookie("c", "x.com", SECRET),), (StorageItem("https://x.com", "t", SECRET),))
    taken = session_for(["x.com"], [mine, yours])
    assert [item.name for item in taken.cookies] == ["a", "c"]
    assert [item.origin for item in taken.storage] == ["https://x.com"]
    assert session_for(["news.example"], [mine, yours]) is None


def test_the_client_sends_cookies_where_they_belong_and_takes_renewed_ones(tmp_path):
    session = parse_session(json.dumps(members.storage_state()), now_s=time.time())
    with DemoWeb(folder=tmp_path) as web:
        policy = EgressPolicy(connect_to=(ConnectTo.parse(web.connect_to),), ca_bundle=web.ca_file)
        with Tap(policy=policy, limits=Limits(), clock=system_clock) as tap:
            lane = tap.lane()
            with Client(proxy_url=lane.proxy_url, ca_file=tap.ca_file, user_agent="test") as plain:
                plain.logged_in(session).get("https://x.com/i/status/1891926782899847352")
                plain.logged_in(session).get("https://pbs.twimg.com/media/none.jpg")
                plain.get("https://x.com/i/status/1891926782899847352")
        sent = [(entry.url.partition("?")[0], dict(entry.request_headers).get("Cookie")) for entry in web.log]
    page = "https://x.com/i/status/1891926782899847352"
    assert sent == [
        (page, f"auth_token={members.X}; ct0={members.X_CSRF}; lang=en"),
        (page, f"auth_token={members.X_RENEWED}; ct0={members.X_CSRF}; lang=en"),
        ("https://pbs.twimg.com/media/none.jpg", None),
        (page, None),
    ]


# --- secrets and their forms ---------------------------------------------------------------------

WRITTEN = [
    "ab/cd+ef==:gh",
    "ab%2Fcd%2Bef%3D%3D%3Agh",
    "ab%2fcd%2bef%3d%3d%3agh",
    "ab%252Fcd%252Bef%253D%253D%253Agh",
    "ab\\/cd+ef==:gh",
    "ab\\u002fcd\\u002bef\\u003d\\u003d:gh",
    "ab\\u002Fcd\\u002Bef\\u003D\\u003D:gh",
]


@pytest.mark.parametrize("form", WRITTEN)
def test_a_secret_is_found_in_every_form_and_its_length_stays(form):
    data = f'{{"t":"{form}"}}'.encode()
    clean, places = Secrets.of(["ab/cd+ef==:gh"]).out_of(data)
    assert (len(clean), places) == (len(data), 1)
    assert clean == b'{"t":"' + mark(len(form)) + b'"}'


@pytest.mark.parametrize("before", ["", "x", "xy", "user:", '{"s":"'])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_inside_base64_is_not_readable_any_more(before, encode):
    secret = "k?>~ey/0123456789"
    data = encode(f'{before}{secret}", "more": 1'.encode())
    clean, places = Secrets.of([secret]).out_of(data)
    assert (len(clean), places) == (len(data), 1)
    left = base64.urlsafe_b64decode(clean.replace(b"+", b"-").replace(b"/", b"_"))
    assert secret[2:-2].encode() not in left
    assert left.endswith(b'more": 1')


def test_text_keeps_everything_but_the_secret():
    assert Secrets.of(["s3cret-välue"]).out_of_text("für s3cret-välue da") == ("für REDACTEDxxxxx da", 1)


def test_local_storage_tells_tokens_from_addresses_and_prose():
    stored = json.dumps({"jwt": "eyJhbGciOi.J9.abcdef", "server": "https://social.example/xrpc", "note": "a few words"})
    assert list(token_values(stored)) == ["eyJhbGciOi.J9.abcdef"]
    assert list(token_values("short")) == []
    assert list(token_values("0123456789abcdef")) == ["0123456789abcdef"]

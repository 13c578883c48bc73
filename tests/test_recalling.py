"""Which stored answer a replayed request gets."""

from datetime import UTC, datetime

import pytest

from archiver.model.records import WarcRef
from archiver.steps.recalling import Answers
from archiver.store import Recorded

AT = datetime(2026, 11, 22, tzinfo=UTC)
SITE, AGENT = "https://site.example", "A Browser/1"


def recorded(path, name, *, method="GET", headers=(), body="", agent=AGENT, answered=True):
    lines = [f"{method} {path} HTTP/1.1", f"User-Agent: {agent}", *headers]
    ref = WarcRef("w", 0, 1, "response", name, SITE + path, AT, 200)
    request = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    return Recorded(SITE + path, method, request, ref if answered else None)


def answers(*all_recorded):
    return Answers(all_recorded, read=lambda ref: ref.record_id.encode(), agent=AGENT)


def ask(asked, path, *, method="GET", headers=(), body=""):
    request = "\r\n".join([f"{method} {path} HTTP/1.1", f"User-Agent: {AGENT}", *headers, "", body]).encode()
    return asked(method, SITE + path, request)


def test_the_same_address_gets_its_own_answer_and_no_other_does():
    asked = answers(recorded("/a", "a"), recorded("/a?b=1", "ab"))
    assert [ask(asked, path) for path in ("/a", "/a?b=1", "/a?b=2", "/b")] == [b"a", b"ab", None, None]
    assert asked.missed == [f"{SITE}/a?b=2", f"{SITE}/b"]


def test_a_method_is_a_part_of_the_question():
    asked = answers(recorded("/a", "got"), recorded("/a", "posted", method="POST"))
    assert [ask(asked, "/a", method=method) for method in ("POST", "GET", "PUT")] == [b"posted", b"got", None]


def test_answers_come_in_the_order_in_which_they_came_and_the_last_one_stays():
    asked = answers(recorded("/a", "first"), recorded("/a", "second"))
    assert [ask(asked, "/a") for _time in range(3)] == [b"first", b"second", b"second"]


def test_what_the_browser_got_comes_before_what_we_asked_for_ourselves():
    asked = answers(recorded("/a", "ours", agent="embed-archiver"), recorded("/a", "its"))
    assert [ask(asked, "/a") for _time in range(2)] == [b"its", b"its"]


def test_ranges_and_bodies_choose_among_answers():
    asked = answers(
        recorded("/v", "head", headers=["Range: bytes=0-9"]),
        recorded("/v", "tail", headers=["Range: bytes=90-"]),
        recorded("/f", "one", method="POST", body="q=1"),
        recorded("/f", "two", method="POST", body="q=2"),
    )
    assert ask(asked, "/v", headers=["Range: bytes=90-"]) == b"tail"
    assert ask(asked, "/f", method="POST", body="q=2") == b"two"


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("/a?_=1", "/a?_=2"),
        ("/a?id=7&ts=1700000000", "/a?ts=1800000000&id=7"),
        ("/a?x=1700000000123", "/a?x=1800000000456"),
        ("/a?r2=0.1234567", "/a?r2=0.7654321"),
        ("/a?cb=abc", "/a"),
    ],
)
def test_what_only_keeps_caches_away_may_differ_and_is_told(then, now):
    asked = answers(recorded(then, "it"))
    assert (ask(asked, now), asked.loose, asked.missed) == (b"it", [SITE + now], [])


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("/status?id=1508955577374146568", "/status?id=1509955577374146568"),
        ("/a?page=1", "/a?page=2"),
        ("/a?ts=1700000000&q=x", "/a?ts=1700000000&q=y"),
        ("/a/1700000000", "/a/1800000000"),
        ("/a", "/a?q=1"),
    ],
)
def test_another_post_is_never_taken_for_this_one(then, now):
    asked = answers(recorded(then, "it"))
    assert (ask(asked, now), asked.missed) == (None, [SITE + now])


def test_what_failed_then_fails_again_and_is_no_miss():
    asked = answers(recorded("/gone", "-", answered=False))
    assert (ask(asked, "/gone"), asked.missed, asked.holds(f"{SITE}/gone")) == (None, [], False)


def test_a_damaged_answer_is_told():
    def unreadable(_ref):
        raise ValueError("not a gzip member")

    asked = Answers([recorded("/a", "a")], read=unreadable, agent=AGENT)
    assert (ask(asked, "/a"), asked.damaged, asked.missed) == (None, [f"{SITE}/a"], [])


def test_an_address_outside_of_ascii_is_found():
    one = recorded("/a", "a")
    asked = answers(Recorded(f"{SITE}/%C3%A4", "GET", one.request, one.response))
    assert asked("GET", f"{SITE}/ä", one.request) == b"a"

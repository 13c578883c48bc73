"""Talks: driven many at once, read as they are wanted, ended whole or not at all."""

import threading
import time

import pytest
from odd_site import http
from probing import Logged, ask_one, asking, one_ask, prober_in
from tap_world import HOST, eventually, stored, world

from archiver.model.exchange import Failure
from archiver.model.fetched import Ask
from archiver.tap import Ended, Limits

PAGE = f"http://{HOST}/page"


@pytest.fixture
def site(tmp_path):
    with asking(tmp_path) as (made, prober):
        made.prober = prober
        made.route("/page", http(b"hello"))
        made.route("/slow", Logged(pause_s=30))
        yield made


def test_a_talk_is_sent_what_came_of_its_asks_and_its_result_comes_back(site):
    def talk():
        first = yield Ask(PAGE)
        second = yield Ask(f"http://{HOST}/none")
        return first.body, second.status

    assert list(site.prober.run([("k", talk())])) == [Ended("k", (b"hello", 404), None, ())]


def test_a_talk_may_ask_nothing(site):
    def talk():
        return 7
        yield  # makes it a generator

    assert [end.result for end in site.prober.run([(1, talk()), (2, talk())])] == [7, 7]
    assert list(site.prober.run([])) == []


def test_what_a_talk_raises_is_its_fault_and_harms_no_other(site):
    def bad():
        yield Ask(PAGE)
        raise LookupError("ours")

    def worse():
        raise LookupError("at once")
        yield

    talks = [("bad", bad()), ("good", one_ask(Ask(PAGE))), ("worse", worse())]
    ended = {end.key: end for end in site.prober.run(talks)}
    assert (ended["good"].result.status, ended["good"].fault) == (200, None)
    assert (repr(ended["bad"].fault), ended["bad"].result) == ("LookupError('ours')", None)
    assert repr(ended["worse"].fault) == "LookupError('at once')"


@pytest.mark.parametrize("header", [("Cookie", "a=b"), ("Authorization", "x"), ("X", "a\r\nHost: evil"), ("a b", "c")])
def test_a_header_that_no_logged_out_ask_may_have_is_a_fault(site, header):
    [end] = site.prober.run([(1, one_ask(Ask(PAGE, headers=(header,))))])
    assert isinstance(end.fault, ValueError)
    assert site.plain.heads == []


def test_talks_are_read_only_as_there_is_room(tmp_path):
    with asking(tmp_path, most_open=5) as (site, prober):
        site.route("/page", http(b"hello"))
        read, ahead = [0], []

        def talks():
            for number in range(40):
                read[0] += 1
                yield number, one_ask(Ask(PAGE))

        for done, _ in enumerate(prober.run(talks())):
            ahead.append(read[0] - done)
        assert (read[0], len(ahead), max(ahead)) == (40, 40, 5)


def test_no_more_requests_are_on_their_way_than_allowed(tmp_path):
    with asking(tmp_path, at_once=3) as (site, prober):
        log = Logged()
        site.route("/page", log)
        assert len(list(prober.run((n, one_ask(Ask(PAGE))) for n in range(20)))) == 20
        assert log.most_at_once == 3


def test_what_the_talks_source_raises_is_raised_and_nothing_stays_on_its_way(site):
    def talks():
        yield 1, one_ask(Ask(f"http://{HOST}/slow"))
        raise OSError("the catalog is gone")

    with pytest.raises(OSError, match="the catalog is gone"):
        list(site.prober.run(talks()))
    assert ask_one(site.prober, PAGE).status == 200


def test_a_run_that_is_left_early_ends_its_requests_and_its_talks(site):
    closed = []

    def waiting():
        try:
            yield Ask(f"http://{HOST}/slow")
        finally:
            closed.append(True)

    began = time.monotonic()
    run = site.prober.run([(1, waiting()), (2, one_ask(Ask(PAGE)))])
    assert next(run).key == 2
    run.close()
    assert (closed, time.monotonic() - began < 10) == ([True], True)


def test_an_interrupt_in_a_talk_ends_the_run(site):
    def talk():
        yield Ask(PAGE)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(site.prober.run([(1, talk()), (2, one_ask(Ask(f"http://{HOST}/slow")))]))
    assert ask_one(site.prober, PAGE).status == 200


def test_closing_ends_a_run_in_another_thread(site):
    faults = []

    def work():
        try:
            list(site.prober.run([(1, one_ask(Ask(f"http://{HOST}/slow")))]))
        except RuntimeError as error:
            faults.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    eventually(lambda: site.plain.heads)
    site.prober.close()
    thread.join(10)
    assert faults == ["the prober was closed while it ran"]
    with pytest.raises(RuntimeError, match="is closed"):
        list(site.prober.run([]))


def test_a_tap_that_closes_leaves_no_thread_and_no_prober(tmp_path):
    before = threading.active_count()
    with world(tmp_path) as site:
        prober = prober_in(site.tap)
        site.route("/page", http(b"hello"))
        assert ask_one(prober, PAGE).status == 200
    eventually(lambda: threading.active_count() == before)
    with pytest.raises(RuntimeError):
        list(prober.run([]))


def test_several_threads_may_run_at_once(site):
    found = []

    def work(name):
        found.extend((name, end.result.status) for end in site.prober.run((n, one_ask(Ask(PAGE))) for n in range(9)))

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(found) == [("a", 200)] * 9 + [("b", 200)] * 9


def test_exchanges_come_along_where_they_are_kept(site):
    site.route("/old", http(b"", status="301 Moved", headers=["Location: /page"]))

    def talk():
        yield Ask(f"http://{HOST}/old", headers=(("If-None-Match", '"x"'),))
        yield Ask("http://10.0.0.1/")

    [end] = site.prober.run([(1, talk())], keep=True)
    shown = [(item.uri, item.status, item.failure) for item in end.exchanges]
    assert shown == [
        (f"http://{HOST}/old", 301, None),
        (PAGE, 200, None),
        ("http://10.0.0.1/", None, Failure.REFUSED),
    ]
    assert stored(end.exchanges[1]).endswith(b"\r\n\r\nhello")
    request = end.exchanges[0].request.decode()
    assert request.startswith(f'GET /old HTTP/1.1\r\nHost: {HOST}\r\nIf-None-Match: "x"\r\nUser-Agent: embed-archiver')
    assert end.exchanges[1].payload_digest is not None
    for item in end.exchanges[:2]:
        item.response.close()


def test_a_slow_host_in_line_does_not_keep_other_hosts_waiting(tmp_path):
    with asking(tmp_path, limits=Limits(idle_s=2.0), at_once=2) as (site, prober):
        site.route("/page", http(b"hello"))
        site.route("/slow", Logged(pause_s=30))
        hanging = [(("slow", n), one_ask(Ask(f"http://{HOST}/slow"))) for n in range(1)]
        quick = [(("quick", n), one_ask(Ask(f"http://fresh.example/page?{n}"))) for n in range(30)]
        order = [end.key[0] for end in prober.run(hanging + quick)]
        assert order == ["quick"] * 30 + ["slow"]

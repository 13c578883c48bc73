"""Politeness by the site's own log: one at a time, never too soon, as it asked, and not at all where it fails."""

import asyncio

import pytest
from odd_site import http
from probing import Logged, ask_all, asking, one_ask
from tap_world import HOST

from archiver.engine.frontier import Manners
from archiver.model.exchange import Failure
from archiver.model.fetched import Ask
from archiver.tap import Limits

POLITE = Manners(delay_s=0.15, most_wait_s=2.0, failures=5)
PAGE = f"http://{HOST}/page"


@pytest.fixture
def site(tmp_path):
    with asking(tmp_path, manners=POLITE, limits=Limits(idle_s=0.2)) as (made, prober):
        made.prober = prober
        made.ask = lambda *asks: ask_all(prober, *asks)
        yield made


def test_one_request_at_a_time_and_never_sooner_than_the_delay(site):
    log = Logged()
    site.route("/page", log)
    assert {answer.status for answer in site.ask(*[f"{PAGE}?{n}" for n in range(8)])} == {200}
    assert (len(log.spans), log.most_at_once) == (8, 1)
    assert min(log.pauses) >= POLITE.delay_s - 0.01


def test_redirects_wait_for_their_turn_too_whatever_the_scheme(site):
    log = Logged()
    site.route("/page", log)
    site.route("/old", Logged(http(b"", status="302 Found", headers=[f"Location: https://{HOST}/page"])))
    old = site.plain.routes["/old"]
    assert {answer.status for answer in site.ask(*[f"http://{HOST}/old?{n}" for n in range(3)])} == {200}
    log.spans += old.spans
    assert (len(log.spans), log.most_at_once) == (6, 1)
    assert min(log.pauses) >= POLITE.delay_s - 0.01


def test_hosts_do_not_wait_for_one_another(site):
    log = Logged(pause_s=0.1)
    site.route("/page", log)
    hosts = (HOST, "fresh.example", "new.example")
    assert [answer.status for answer in site.ask(*[f"http://{host}/page" for host in hosts])] == [200] * 3
    assert log.most_at_once == 3


def test_a_short_retry_after_is_waited_for(site):
    log = Logged(http(b"", status="503 Later", headers=["Retry-After: 1"]))
    site.route("/page", log)
    site.ask(f"{PAGE}?1", f"{PAGE}?2")
    assert log.pauses[0] >= 0.99


def test_a_long_retry_after_holds_back_all_that_waits_and_comes(site):
    log = Logged(http(b"", status="429 Slow down", headers=["Retry-After: 3600"]))
    site.route("/page", log)
    answers = site.ask(*[f"{PAGE}?{n}" for n in range(6)])
    assert [(a.status, a.failure) for a in answers] == [(429, None)] + [(None, Failure.HELD_BACK)] * 5
    assert answers[1].note == f"{HOST} asked for 3600 s more without requests"
    assert site.ask(f"{PAGE}?late")[0].failure is Failure.HELD_BACK
    assert len(log.spans) == 1


def test_nothing_is_asked_of_a_host_that_keeps_failing(site):
    log = Logged(http(b"", status="500 Sorry"))
    site.route("/page", log)
    answers = site.ask(*[f"{PAGE}?{n}" for n in range(9)])
    assert [a.failure for a in answers] == [None] * 5 + [Failure.HELD_BACK] * 4
    assert answers[-1].note == f"{HOST}: 5 failures in a row; it is left alone for 600 s"
    assert len(log.spans) == 5


def test_time_outs_count_as_failures_too(site):
    async def silence(reader, writer, head, body):
        return not await reader.read(1)

    site.route("/page", silence)
    answers = site.ask(*[f"{PAGE}?{n}" for n in range(7)])
    assert [a.failure for a in answers] == [Failure.TIMED_OUT] * 5 + [Failure.HELD_BACK] * 2


def test_a_host_that_was_left_alone_is_tried_with_one_request(tmp_path):
    manners = Manners(delay_s=0.0, failures=2, rest_s=0.3)
    with asking(tmp_path, manners=manners) as (site, prober):
        log = Logged(http(b"", status="500 Sorry"))
        site.route("/page", log)
        ask_all(prober, PAGE, PAGE, PAGE)
        assert len(log.spans) == 2

        def patient():
            answer = yield Ask(PAGE)
            while answer.failure is Failure.HELD_BACK:
                answer = yield Ask(PAGE)
            return answer.status

        site.route("/page", http(b"well again"))
        assert [end.result for end in prober.run([(1, patient())])] == [200]
        assert [answer.status for answer in ask_all(prober, PAGE, PAGE)] == [200, 200]


def test_who_waits_in_line_and_leaves_keeps_no_one_waiting(site):
    site.route("/page", Logged())
    run = site.prober.run((n, one_ask(Ask(f"{PAGE}?{n}"))) for n in range(20))
    next(run)
    run.close()
    assert site.ask(PAGE)[0].status == 200


def test_a_page_counts_its_robots_txt_as_a_request(site):
    log, robots = Logged(), Logged(http(b"", status="404 Not Found"))
    site.route("/page", log)
    site.route("/robots.txt", robots)
    site.ask(*[Ask(f"{PAGE}?{n}", page=True) for n in range(3)])
    assert len(robots.spans) == 1
    log.spans += robots.spans
    assert (len(log.spans), log.most_at_once) == (4, 1)
    assert min(log.pauses) >= POLITE.delay_s - 0.01


def test_the_delay_counts_from_the_end_of_the_body(site):
    spans = []

    async def slow_body(reader, writer, head, body):
        began = asyncio.get_running_loop().time()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        await asyncio.sleep(0.1)
        # Noted first: whoever asked may go on before this side runs again.
        spans.append((began, asyncio.get_running_loop().time()))
        writer.write(b"cd")
        await writer.drain()
        return True

    site.route("/page", slow_body)
    site.ask(PAGE, PAGE)
    assert spans[1][0] - spans[0][1] >= POLITE.delay_s - 0.01

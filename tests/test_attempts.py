"""What fails for a reason that may pass is tried again, inside one budget and never against a site's will."""

import json
from collections import Counter
from itertools import chain, repeat

import pytest
from wall_stage import TEXT, Reply, html, stage
from warcio.archiveiterator import ArchiveIterator

from archiver.browser import Browser, find_browser
from archiver.demo.log import AccessLog
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.wire import Delivery
from archiver.fetch.client import Client
from archiver.model.clock import system_clock
from archiver.model.records import RunEnded, RunStarted
from archiver.model.states import Availability, Backend, Outcome, Reason, RunOutcome
from archiver.platforms import resource_for
from archiver.steps.capture import CaptureTools, Wanted, capture
from archiver.store import Store
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
RESET = Reply(delivery=Delivery.RESET)
BUSY = html("<title>Busy</title><p>Back in a moment", 503)
CHALLENGE = html("<title>Just a moment...</title><p>Checking your browser", 403, cf_mitigated="challenge")
DELETED = "This Post was deleted by the Post author. Learn more"
PAGE = html(f"<title>Ferries</title><h1>Ferries</h1><p>{'The ferry to the islands sails again from today. ' * 20}")


class Web:
    """Answers each address with one reply after the other, the last of them for ever; counts what is asked."""

    def __init__(self):
        self.replies, self.asked = {}, Counter()

    def play(self, address, *replies):
        self.replies[address] = chain(replies[:-1], repeat(replies[-1]))

    def __call__(self, request):
        address = f"{request.scheme}://{request.host}{request.target}"
        found = max((known for known in self.replies if address.startswith(known)), key=len, default=None)
        if found is None:
            return Reply(b"Nothing here.", "text/plain", 404)
        self.asked[found] += 1
        reply = next(self.replies[found])
        return reply(request) if callable(reply) else reply


class House:
    """Whole captures of what the web plays, with real tap, browser and store."""

    def __init__(self, web, tap, browser, run, root):
        self.web, self.tap, self.browser, self.run, self.root = web, tap, browser, run, root

    def capture(self, url, *, budget_s=30.0, blind=True, cancelled=lambda: False):
        with (
            self.tap.lane() as lane,
            Client(
                proxy_url=lane.proxy_url, ca_file=self.tap.ca_file, user_agent="Mozilla/5.0 test", timeout_s=4
            ) as client,
        ):
            tools = CaptureTools(
                browser=self.browser,
                lane=lane,
                client=client,
                run=self.run,
                clock=system_clock,
                cancelled=cancelled,
                rendered=lambda: None,
                budget_s=budget_s,
                media_per_post=2,
                page_height_px=3000,
                blind_lane=(lambda: self.tap.lane(blind=True)) if blind else None,
            )
            sealed = capture(Wanted(resource_for(url)), tools=tools)
        return sealed.record


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    authority, web = DemoAuthority(folder), Web()
    with Server(handler=web, authority=authority, log=AccessLog()) as server:
        policy = EgressPolicy(connect_to=(ConnectTo.parse(f"::127.0.0.1:{server.port}"),), ca_bundle=authority.ca_file)
        store = Store.create(folder / "snapshots", clock=system_clock)
        with (
            Tap(policy=policy, limits=Limits(), clock=system_clock) as tap,
            Browser(find_browser(), spki_sha256=tap.spki_sha256) as browser,
            store.lock(),
        ):
            run = store.begin_run(RunStarted("20260301T000000Z-run-aaaa", system_clock.now(), "test", "test"))
            yield House(web, tap, browser, run, folder / "snapshots")
            run.end(RunEnded(run.run_id, system_clock.now(), RunOutcome.DONE, {}))


def notes(record):
    return [step.note for step in record.steps if step.name == "again"]


def records_of(house, record):
    """(type, WARC headers, HTTP head and body) of every WARC record of a capture."""
    found = []
    for ref in record.warc:
        with (house.root / ref.file).open("rb") as file:
            file.seek(ref.offset)
            one = next(iter(ArchiveIterator(file)))
            head = one.http_headers.to_bytes() if one.http_headers else b""
            found.append((one.rec_type, dict(one.rec_headers.headers), head + one.raw_stream.read()))
    return found


@pytest.mark.parametrize("trouble", [RESET, BUSY], ids=["reset", "503"])
def test_a_page_that_comes_the_second_time_is_complete_and_both_answers_are_kept(house, trouble):
    url = f"https://www.ferries.example/{id(trouble)}"
    house.web.play(url, trouble, PAGE)
    record = house.capture(url)
    assert (record.outcome, record.availability) == (Outcome.COMPLETE, Availability.LIVE)
    assert len(notes(record)) == 1
    assert record.environment.backend == Backend.TAP
    kept = [ref for ref in record.warc if ref.record_type in ("response", "revisit") and ref.uri == url]
    assert [ref.status for ref in kept] == ([503, 200] if trouble is BUSY else [200])


def test_what_stays_broken_is_asked_for_twice_and_no_more(house):
    url = "https://www.ferries.example/always-busy"
    house.web.play(url, BUSY)
    record = house.capture(url)
    assert (record.outcome, record.availability) == (Outcome.FAILED, Availability.SERVER_ERROR)
    assert house.web.asked[url] == 2


@pytest.mark.parametrize("status", [403, 404, 410, 429, 451, 501])
def test_a_plain_answer_is_an_answer(house, status):
    url = f"https://www.ferries.example/{status}"
    house.web.play(url, html("<title>No</title><p>No.", status))
    house.capture(url)
    assert house.web.asked[url] == 1


@pytest.mark.parametrize(("told", "asked"), [("1", 2), ("3600", 1), ("Wed, 21 Oct 2099 07:28:00 GMT", 1)])
def test_a_site_that_says_for_how_long_is_left_alone_for_so_long(house, told, asked):
    url = f"https://www.ferries.example/later/{asked}{len(told)}"
    house.web.play(url, html("<title>Busy</title><p>Later", 503, Retry_After=told), PAGE)
    record = house.capture(url)
    assert house.web.asked[url] == asked
    assert record.outcome is (Outcome.COMPLETE if asked == 2 else Outcome.FAILED)


def test_a_gone_post_is_not_asked_for_again(house):
    post = stage("x")
    tombstone = {"__typename": "TweetTombstone", "tombstone": {"text": {"text": DELETED}}}
    house.web.play(post.record_urls[0], Reply(json.dumps(tombstone).encode(), "application/json"))
    house.web.play(post.page_url, BUSY)
    assert house.capture(post.url).availability is Availability.GONE_DELETED
    assert house.web.asked[post.page_url] == 1


def test_a_post_whose_page_stumbles_once_is_complete(house):
    post = stage("x")
    for address, reply in post.told().items():
        house.web.play(address, reply)
    house.web.play(post.page_url, BUSY, post.page())
    record = house.capture(post.url)
    assert (record.outcome, record.record.text) == (Outcome.COMPLETE, TEXT)
    assert house.web.asked[post.record_urls[0]] == 1


def test_a_record_whose_server_stumbles_is_asked_again(house):
    post = stage("x")
    [(address, reply)] = post.told().items()
    house.web.play(address, Reply(b"oops", "text/plain", 502), Reply(b"oops", "text/plain", 502), reply)
    house.web.play(post.page_url, post.page())
    record = house.capture(post.url)
    assert (record.outcome, record.record.text) == (Outcome.COMPLETE, TEXT)
    assert house.web.asked[address] == 3


def test_a_record_that_never_comes_does_not_outlast_the_budget(house):
    post = stage("x")
    for address in post.record_urls:
        house.web.play(address, Reply(delivery=Delivery.SILENT))
    house.web.play(post.page_url, post.page())
    record = house.capture(post.url, budget_s=14.0)
    assert Reason.RECORD_UNAVAILABLE in record.reasons
    assert [house.web.asked[address] for address in post.record_urls[:1]] == [1]
    # The least that an answer is waited for, and a busy machine's few seconds.
    assert (record.ended_at - record.started_at).total_seconds() < 14.0 + 5.0 + 6.0


def test_a_limited_record_is_asked_for_once(house):
    post = stage("x")
    for address in post.record_urls:
        house.web.play(address, Reply(b"slow down", "text/plain", 429))
    house.web.play(post.page_url, post.page())
    record = house.capture(post.url)
    assert record.outcome is not Outcome.COMPLETE
    assert [house.web.asked[address] for address in post.record_urls] == [1] * len(post.record_urls)


def test_there_is_no_second_visit_without_time_for_it(house):
    url = "https://www.ferries.example/slow-and-busy"
    house.web.play(url, html("<title>Busy</title><p>Later", 503), PAGE)
    record = house.capture(url, budget_s=8.0)
    assert (record.outcome, house.web.asked[url]) == (Outcome.FAILED, 1)


# --- past the tap ----------------------------------------------------------------------------------


def walled(request):
    """A firewall that judges by the handshake."""
    return PAGE if request.like_a_browser else CHALLENGE


def test_a_site_that_turns_the_tap_away_is_seen_past_it_and_the_capture_says_so(house):
    url = "https://www.fingerprint.example/ferries"
    house.web.play(url, walled)
    record = house.capture(url)
    assert (record.outcome, record.availability) == (Outcome.COMPLETE, Availability.LIVE)
    assert record.environment.backend == Backend.CDP
    assert "past the tap" in notes(record)[0]
    told = [(kind, headers.get("Archiver-Backend")) for kind, headers, _ in records_of(house, record)]
    assert ("response", None) in told  # the challenge, as the tap got it
    assert ("response", "cdp") in told
    [(headers, body)] = [
        (headers, body)
        for kind, headers, body in records_of(house, record)
        if kind == "response" and headers.get("Archiver-Backend") and headers["WARC-Target-URI"] == url
    ]
    assert body.endswith(PAGE.body)
    assert headers["WARC-IP-Address"] == "127.0.0.1"


def test_without_such_a_way_a_challenge_stays_a_challenge(house):
    url = "https://www.fingerprint.example/no-way"
    house.web.play(url, walled)
    record = house.capture(url, blind=False)
    assert (record.outcome, record.availability) == (Outcome.FAILED, Availability.BLOCKED)
    assert Reason.CHALLENGE in record.reasons


def test_a_challenge_that_stands_for_browsers_too_is_a_challenge(house):
    url = "https://www.fingerprint.example/everyone"
    house.web.play(url, CHALLENGE)
    record = house.capture(url)
    assert (record.outcome, record.availability) == (Outcome.FAILED, Availability.BLOCKED)
    assert house.web.asked[url] == 2


PARTS = """<!DOCTYPE html><title>Parts</title><link rel=stylesheet href=/style.css>
<h1>Parts</h1><p>{words}</p><img src=/picture.png><iframe src="https://widgets.fingerprint-parts.example/frame"></iframe>
<script>
  fetch('/api', {{method: 'POST', body: 'question=1'}});
  new Worker('/worker.js');
</script>"""


def test_past_the_tap_every_exchange_is_kept_of_frames_and_workers_too(house):
    site, other = "https://www.fingerprint-parts.example", "https://widgets.fingerprint-parts.example"
    page = PARTS.format(words="Words that make a page of some length. " * 20)
    served = {
        f"{site}/page": lambda request: html(page) if request.like_a_browser else CHALLENGE,
        f"{site}/style.css": Reply(b"h1 { color: teal }", "text/css"),
        f"{site}/picture.png": Reply(b"\x89PNG broken", "image/png"),
        f"{site}/api": Reply(b'{"answer": 1}' * 50, "application/json"),
        f"{site}/worker.js": Reply(b"fetch('/from-worker')", "text/javascript"),
        f"{site}/from-worker": Reply(b"told to a worker", "text/plain"),
        f"{other}/frame": html("<p>A frame of another host<script src=/in-frame.js></script>"),
        f"{other}/in-frame.js": Reply(b"fetch('/from-frame')", "text/javascript"),
        f"{other}/from-frame": Reply(b"told to a frame", "text/plain"),
    }
    for address, reply in served.items():
        house.web.play(address, reply)
    record = house.capture(f"{site}/page")
    assert record.environment.backend == Backend.CDP
    kept = {
        headers["WARC-Target-URI"]: body
        for kind, headers, body in records_of(house, record)
        if kind in ("response", "revisit") and headers.get("Archiver-Backend")
    }
    assert {address for address in served if address not in kept} == set()
    assert kept[f"{site}/api"].endswith(b'{"answer": 1}' * 50)
    assert kept[f"{other}/from-frame"].endswith(b"told to a frame")
    requests = [body for kind, headers, body in records_of(house, record) if body.startswith(b"POST ")]
    assert [body.rpartition(b"\r\n\r\n")[2] for body in requests] == [b"question=1"]


def test_past_the_tap_the_guard_still_stands(house):
    url = "https://www.fingerprint.example/inside"

    def page(request):
        body = f"<title>Ferries</title><p>{'Words of a page. ' * 30}<img src='https://127.0.0.1:8443/x.png'>"
        return html(body) if request.like_a_browser else CHALLENGE

    house.web.play(url, page)
    record = house.capture(url)
    refused = [
        body
        for kind, headers, body in records_of(house, record)
        if kind == "metadata"
        and headers["WARC-Target-URI"].startswith("https://127.0.0.1:8443/")
        and b"refused" in body
    ]
    assert refused != []

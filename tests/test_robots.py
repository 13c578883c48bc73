"""robots.txt: what each answer means (RFC 9309), and that the prober keeps to it."""

import itertools
import time

import pytest
from odd_site import http
from probing import ask_all, ask_one, asking
from tap_world import HOST

from archiver.engine.frontier import Manners
from archiver.fetch.robots import RobotsReader
from archiver.model.exchange import Failure
from archiver.model.fetched import Ask, Fetched

READER = RobotsReader()
PAGE = f"http://{HOST}/page"


def page(url=PAGE):
    return Ask(url, page=True)


@pytest.fixture
def site(tmp_path):
    with asking(tmp_path) as (made, prober):
        made.route("/page", http(b"hello"))
        made.route("/secret/page", http(b"hello"))
        made.ask = lambda *asks: ask_all(prober, *asks)
        yield made


def test_the_question_is_put_to_the_pages_own_site():
    assert READER.ask("https://a.example:8443/x/y?z").url == "https://a.example:8443/robots.txt"
    assert not READER.ask(PAGE).page


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_a_site_without_the_file_allows_everything(status):
    assert READER.rules(Fetched("", status, body=b"User-agent: *\nDisallow: /")).why_not(PAGE) == ""


@pytest.mark.parametrize(
    "fetched",
    [
        Fetched("", 503),
        Fetched("", 500),
        Fetched("", 200, failure=Failure.CONNECTION_RESET, note="cut"),
        Fetched("", failure=Failure.TIMED_OUT, note="nothing came", redirects=((301, "x"),)),
    ],
)
def test_a_file_that_cannot_be_had_closes_the_site_for_now(fetched):
    assert READER.rules(fetched).why_not(PAGE).startswith("robots.txt can't be had for now (")


def test_a_file_behind_too_many_redirects_counts_as_not_there():
    hops = tuple((301, f"/{n}") for n in range(6))
    assert READER.rules(Fetched("", failure=Failure.PROTOCOL, redirects=hops)).why_not(PAGE) == ""


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        (b"User-agent: *\nDisallow: /secret", "/secret/x", False),
        (b"User-agent: *\nDisallow: /secret", "/page", True),
        (b"User-agent: Embed-Archiver\nDisallow: /\n\nUser-agent: *\nAllow: /", "/page", False),
        (b"User-agent: embed-archiver\nAllow: /\n\nUser-agent: *\nDisallow: /", "/page", True),
        (b"User-agent: *\nDisallow: /\nAllow: /page$", "/page", True),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /*.php$", "/x.php", False),
        (b"<!doctype html><title>Not a robots.txt</title>", "/page", True),
        (b"\x00\xff" * 1000, "/page", True),
        (b"", "/page", True),
    ],
)
def test_the_files_rules_are_kept(text, path, allowed):
    assert (READER.rules(Fetched("", 200, body=text)).why_not(f"http://{HOST}{path}") == "") is allowed


def test_a_crawl_delay_is_read():
    assert READER.rules(Fetched("", 200, body=b"User-agent: *\nCrawl-delay: 3")).crawl_delay_s == 3.0
    assert READER.rules(Fetched("", 404)).crawl_delay_s is None


def test_a_page_that_is_not_wanted_is_not_asked_for(site):
    site.route("/robots.txt", http(b"User-agent: *\nDisallow: /secret", media_type="text/plain"))
    good, bad, record = site.ask(page(), page(f"http://{HOST}/secret/page"), Ask(f"http://{HOST}/secret/page"))
    assert (good.status, good.failure, record.status) == (200, None, 200)
    assert (bad.status, bad.failure) == (None, Failure.DISALLOWED)
    assert bad.note == "robots.txt does not want embed-archiver at /secret/page"
    assert sorted(site.plain.paths) == ["/page", "/robots.txt", "/secret/page"]


def test_the_file_is_asked_for_once_a_site_however_many_pages_there_are(site):
    answers = site.ask(*[page(f"{PAGE}?{n}") for n in range(20)])
    assert [answer.status for answer in answers] == [200] * 20
    assert site.plain.paths.count("/robots.txt") == 1


def test_a_server_in_trouble_closes_its_pages(site):
    site.route("/robots.txt", http(b"", status="503 Service Unavailable"))
    [answer] = site.ask(page())
    assert (answer.failure, answer.note) == (Failure.DISALLOWED, "robots.txt can't be had for now (HTTP 503)")
    assert site.plain.paths == ["/robots.txt"]


def test_of_a_host_that_gives_no_answer_that_is_what_is_said_of_the_page(site):
    [answer] = site.ask(page("http://nowhere.example/page"))
    assert answer.failure is Failure.NO_SUCH_NAME
    assert answer.note.startswith("robots.txt: EAI_NONAME")


def test_redirects_of_the_file_are_followed_but_only_five(site):
    def chain(length):
        for n in range(length):
            site.route(f"/r{n}", http(b"", status="302 Found", headers=[f"Location: /r{n + 1}"]))
        site.route(f"/r{length}", http(b"User-agent: *\nDisallow: /"))

    site.route("/robots.txt", http(b"", status="302 Found", headers=["Location: /r0"]))
    chain(4)
    assert site.ask(page())[0].failure is Failure.DISALLOWED
    chain(5)
    [answer] = site.ask(page("http://fresh.example/page"))
    assert answer.status == 200


def test_each_hop_of_a_page_is_asked_of_its_own_site(site):
    site.route("/there", http(b"", status="302 Found", headers=["Location: http://fresh.example/secret/page"]))
    site.route("/robots.txt", http(b"User-agent: *\nDisallow: /secret"))
    [answer] = site.ask(page(f"http://{HOST}/there"))
    assert (answer.failure, answer.redirects) == (Failure.DISALLOWED, ((302, f"http://{HOST}/there"),))
    assert answer.final_url == "http://fresh.example/secret/page"


def test_a_file_of_half_a_megabyte_is_read_and_no_more(site):
    rules = b"".join(b"Disallow: /%06d\n" % n for n in range(30_000))
    site.route("/robots.txt", http(b"User-agent: *\nDisallow: /page\n" + rules + b"Disallow: /late\n"))
    site.route("/late", http(b"hello"))
    early, late = site.ask(page(), page(f"http://{HOST}/late"))
    assert (early.failure, late.status) == (Failure.DISALLOWED, 200)


def test_a_crawl_delay_is_kept(tmp_path):
    with asking(tmp_path, manners=Manners(delay_s=0.0, most_crawl_delay_s=0.3)) as (site, prober):
        site.route("/robots.txt", http(b"User-agent: *\nCrawl-delay: 99"))
        times = []

        async def note(reader, writer, head, body):
            times.append(time.monotonic())
            writer.write(http(b"hello"))
            return True

        site.route("/page", note)
        assert ask_one(prober, page()).status == 200
        assert [answer.status for answer in ask_all(prober, page(), page())] == [200, 200]
        assert min(b - a for a, b in itertools.pairwise(times)) >= 0.3

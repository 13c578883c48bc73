"""Polling: what the server's own log says was asked, and what of it was archived."""

import collections
import itertools

import pytest
from daily import ROOT, Daily, Page
from passes import DAY_S, DELAY_S, HOUR_S, PassHome

from archiver.model.overtime import WatchState

FEED = f"{ROOT}/feed.xml"
EMBED = '<blockquote class="twitter-tweet"><p>{0}</p><a href="https://twitter.com/a/status/{1}">May 1</a></blockquote>'
ONE, TWO = EMBED.format("Lit.", "1000000000000000001"), EMBED.format("Out.", "1000000000000000002")


@pytest.fixture
def daily():
    with Daily() as paper:
        paper.feed("harbour", "market")
        paper.publish("harbour")
        paper.publish("market")
        yield paper


@pytest.fixture
def home(tmp_path, daily):
    return PassHome(tmp_path / "home", daily)


def versions(home):
    return sorted(row["source"] for row in home.rows("article_version"))


def outcomes(home):
    return [row["outcome"] for row in sorted(home.rows("poll"), key=lambda row: row["polled_at"])]


def test_a_feed_brings_its_articles_and_is_then_asked_conditionally_when_it_is_due(home, daily):
    home.watch(FEED)
    report = home.poll()
    assert sorted(daily.asked()) == [("/feed.xml", 200), ("/harbour.html", 200), ("/market.html", 200)]
    assert (report.articles, report.left) == (2, 0)
    home.later(HOUR_S / 2).poll()
    assert daily.asked() == []
    home.later(6 * HOUR_S).poll()
    assert sorted(daily.asked()) == [("/feed.xml", 304), ("/harbour.html", 304), ("/market.html", 304)]
    assert versions(home) == [f"{ROOT}/harbour.html", f"{ROOT}/market.html"]
    assert (home.findings(), home.same_when_rebuilt()) == ([], True)


def test_what_is_new_in_a_feed_is_archived_and_what_is_known_is_not_asked_for(home, daily):
    home.watch(FEED, every_s=600)
    home.poll()
    daily.asked()
    daily.feed("races", "harbour", "market")
    daily.publish("races")
    report = home.later(700).poll()
    assert (daily.asked(), report.articles) == ([("/feed.xml", 200), ("/races.html", 200)], 1)


def test_an_article_is_read_again_at_growing_distances_and_its_new_state_is_kept(home, daily):
    home.watch(FEED, every_s=365 * DAY_S)
    home.poll()
    daily.asked()
    page, hours, statuses = f"{ROOT}/harbour.html", [], []
    for number in range(5):
        if number == 2:
            daily.publish("harbour", words="The lanterns were not lit at all.")
        hours.append(home.until_due(page))
        home.poll()
        statuses += [status for path, status in daily.asked() if path == "/harbour.html"]
    assert (hours, statuses) == ([1.0, 5.0, 18.0, 48.0, 96.0], [304, 304, 200, 304, 304])
    assert versions(home).count(page) == 2


def test_an_embed_that_an_article_no_longer_has_is_told_once(home, daily):
    daily.publish("harbour", ONE, TWO)
    home.watch(FEED)
    home.poll()
    daily.publish("harbour", ONE)
    report = home.later(7 * HOUR_S).poll()
    events = [(row["kind"], row["evidence"].split(",")[0].split()[-2:]) for row in home.rows("event")]
    assert (report.dropped, events) == (1, [("embed_dropped", ["embeds", "it"])])
    daily.publish("harbour", ONE, words="Corrected.")
    assert home.later(7 * DAY_S).poll().dropped == 0
    assert home.same_when_rebuilt()


def test_a_page_in_the_place_of_the_article_drops_no_embed(home, daily):
    daily.publish("harbour", ONE, TWO)
    home.watch(FEED)
    home.poll()
    daily.publish("harbour", title="Just a moment", words="Checking your browser.")
    home.later(7 * HOUR_S).poll()
    daily.publish("harbour", ONE, TWO)
    home.later(DAY_S).poll()
    assert home.rows("event") == []


def test_a_feed_that_fails_is_asked_less_and_less_often_and_comes_back(home, daily):
    feed = daily.pages["/feed.xml"]
    daily.pages["/feed.xml"] = Page(b"", status=503)
    home.watch(FEED, every_s=HOUR_S)
    home.poll()
    hours = []
    for _ in range(5):
        hours.append(home.until_due(FEED))
        home.poll()
    assert (hours, daily.asked()) == ([1.0, 2.0, 4.0, 8.0, 16.0], [("/feed.xml", 503)] * 6)
    daily.pages["/feed.xml"] = feed
    home.until_due(FEED)
    home.poll()
    assert outcomes(home) == ["failed"] * 6 + ["read"] * 3
    assert home.same_when_rebuilt()


def test_a_server_that_asks_for_time_gets_it(home, daily):
    daily.pages["/feed.xml"] = Page(b"", status=429, headers=(("Retry-After", "20000"),))
    home.watch(FEED, every_s=HOUR_S)
    home.poll()
    for _ in range(5):
        home.later(HOUR_S).poll()
    assert daily.asked() == [("/feed.xml", 429)]
    home.later(HOUR_S).poll()
    assert daily.asked() == [("/feed.xml", 429)]


def test_what_robots_txt_does_not_want_is_not_asked_for(home, daily):
    daily.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /market.html\n", "text/plain")
    home.watch(FEED)
    report = home.poll()
    assert sorted(daily.asked()) == [("/feed.xml", 200), ("/harbour.html", 200)]
    assert (report.failed, versions(home)) == (1, [f"{ROOT}/harbour.html"])
    assert any("disallowed" in note for note in report.notes)


def test_an_article_that_is_gone_is_evidence_and_the_feed_counts_as_read(home, daily):
    del daily.pages["/market.html"]
    home.watch(FEED)
    home.poll()
    assert sorted(outcomes(home)) == ["failed", "read", "read"]
    states = {row["source"]: row["source_digest"] is None for row in home.rows("article_version")}
    assert states == {f"{ROOT}/harbour.html": False, f"{ROOT}/market.html": True}
    home.later(2 * HOUR_S).poll()
    assert len(home.rows("article_version")) == 2, "a second failure is an observation, not a folder"


def test_a_feed_that_moved_is_followed(home, daily):
    daily.pages["/old.xml"] = Page(b"", status=301, headers=(("Location", "/feed.xml"),))
    home.watch(f"{ROOT}/old.xml")
    assert home.poll().articles == 2


def test_a_sitemap_brings_the_sitemaps_in_it_which_are_then_asked_by_themselves(home, daily):
    daily.sitemap("/index.xml", "/north.xml", "/south.xml")
    daily.sitemap("/north.xml", "/harbour.html")
    daily.sitemap("/south.xml", "/market.html")
    home.watch(f"{ROOT}/index.xml", every_s=600)
    assert home.poll().articles == 2
    daily.asked()
    daily.sitemap("/south.xml", "/market.html", "/races.html")
    daily.publish("races")
    home.later(700).poll()
    assert sorted(daily.asked()) == [
        ("/index.xml", 304),
        ("/north.xml", 304),
        ("/races.html", 200),
        ("/south.xml", 200),
    ]


def test_a_list_on_this_machine_is_read_when_it_changed(home, daily, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text(f"{ROOT}/harbour.html\n")
    home.watch(str(listed), every_s=600)
    assert home.poll().articles == 1
    listed.write_text(f"{ROOT}/harbour.html\n{ROOT}/market.html\n")
    assert home.later(700).poll().articles == 1
    assert versions(home) == [f"{ROOT}/harbour.html", f"{ROOT}/market.html"]


def test_what_the_budget_cuts_is_done_by_the_next_run(home, daily):
    home.watch(FEED)
    report = home.poll(budget_s=1e-6)
    assert (daily.asked(), report.left, home.rows("poll")) == ([], 1, [])
    daily.pause_s = 0.6
    report = home.poll(budget_s=1.0)
    assert (len(home.rows("poll")), report.left >= 1) == (0, True), "the feed is read once all of it is"
    daily.pause_s = 0.0
    daily.asked()
    report = home.poll()
    assert (report.left, outcomes(home)) == (0, ["read"] * 3)


def test_what_was_found_in_a_list_rests_with_it(home, daily):
    home.watch(FEED)
    home.poll()
    daily.asked()
    home.set(WatchState.PAUSED, FEED)
    home.later(30 * DAY_S).poll()
    assert daily.asked() == []
    home.set(WatchState.ACTIVE, FEED)
    home.poll()
    assert len(daily.asked()) == 3


def test_a_list_that_turns_into_a_page_is_no_article(home, daily):
    home.watch(FEED)
    home.poll()
    daily.pages["/feed.xml"] = Page(b"<html><body><p>We moved our feeds.</p></body></html>")
    report = home.later(7 * HOUR_S).poll()
    assert (report.failed, len(versions(home))) == (1, 2)


def test_one_request_at_a_time_and_none_before_its_time(home, daily):
    names = [f"story{number}" for number in range(12)]
    for name in names:
        daily.publish(name)
    daily.feed(*names)
    daily.pause_s = 0.01
    home.watch(FEED)
    home.poll()
    home.later(2 * HOUR_S).poll()
    log = sorted(daily.log, key=lambda one: one.begun_s)
    pauses = [after.begun_s - before.ended_s for before, after in itertools.pairwise(log)]
    assert len(log) >= 2 * 13
    assert min(pauses) >= DELAY_S * 0.9, "closer than the delay"


def test_the_watch_table_says_what_a_user_wants_to_know(home, daily):
    home.watch(FEED)
    home.poll()
    with home.catalog() as catalog:
        found = catalog.watched_sources()
    assert [(watch.source, watch.articles, watch.outcome, watch.state) for watch in found] == [
        (FEED, 2, "read", "active")
    ]
    kinds = collections.Counter(row["found_in"] is None for row in home.rows("watch"))
    assert kinds == {True: 1, False: 2}

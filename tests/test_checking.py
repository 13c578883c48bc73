"""A pass of looks: what is due is asked, a loss is doubted before it is believed, and all is written down."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from scripted_web import DAY, NOTHING, T0, failed, html, json, page, post, world

from archiver.catalog import Catalog, dump
from archiver.model.cadence import Cadence
from archiver.model.exchange import Failure
from archiver.model.overtime import Event, EventKind
from archiver.model.states import Availability, Group
from archiver.steps.checking import CheckPolicy, check_due
from archiver.steps.masses import HELD
from archiver.steps.reindex import reindex
from archiver.tap import Ended

FIRST = 1508955577374146568
POSTS = [post(f"https://x.com/i/status/{FIRST + n}") for n in range(20)]
CANARY = "https://x.com/jack/status/20"
GONE, AUTHOR = Availability.GONE_DELETED, Availability.GONE_AUTHOR
LIVE, UNCLEAR = Availability.LIVE, Availability.UNCLEAR
WORDS = {
    GONE: "This Post was deleted by the Post author.",
    AUTHOR: "This Post is from a suspended account.",
    Availability.PROTECTED: "This account owner limits who can view their Posts.",
}


@pytest.fixture
def home(tmp_path):
    with world(tmp_path, policy=CheckPolicy(canaries={"x": CANARY})) as found:
        yield found


class Twitter:
    """X, where every post is there but those of `lost`; `broken` answers for everything, `elsewhere` from there."""

    def __init__(self, lost=None, *, canary=True, broken=None, elsewhere=None, texts=None, pages=None):
        self.lost = {one.post_id: state for one, state in (lost or {}).items()}
        self.canary, self.broken, self.elsewhere = canary, broken, elsewhere
        self.texts, self.pages = texts or {}, pages or {}

    def __call__(self, ask):
        if self.elsewhere and ask.elsewhere:
            return self.elsewhere(ask)
        if self.broken:
            return self.broken
        if not ask.url.startswith(("https://cdn.syndication", "https://publish")):
            return self.pages.get(ask.url, NOTHING)
        post_id = ask.url.partition("?id=")[2].partition("&")[0] or ask.url.partition("status%2F")[2].partition("&")[0]
        state = self.lost.get(post_id, LIVE) if post_id != "20" or self.canary else Availability.GONE_UNSPECIFIED
        if ask.url.startswith("https://publish"):
            return (
                json(f'{{"html":"<a href=https://twitter.com/a/status/{post_id}></a>"}}')
                if state is LIVE
                else json("", 404)
            )
        if state is LIVE:
            text = self.texts.get(post_id, "Bells at dawn over the harbour")
            user = '"user":{"id_str":"1","name":"A","screen_name":"a"}'
            return json(f'{{"__typename":"Tweet","id_str":"{post_id}","text":"{text}",{user}}}')
        if state is Availability.GONE_UNSPECIFIED:
            return json("<html>", 404)
        return json(f'{{"__typename":"TweetTombstone","tombstone":{{"text":{{"text":"{WORDS[state]}"}}}}}}')


def test_what_is_due_is_looked_at_and_nothing_else(home):
    home.seen(*POSTS[:2])
    home.seen(POSTS[2], at=T0 - timedelta(minutes=30))
    home.web = Twitter()
    report, looked = home.check(after=timedelta(minutes=45))
    assert list(looked) == [POSTS[2].key]
    assert (report.checks, report.groups[Group.LIVE], report.left) == (1, 1, 0)
    report, looked = home.check(after=timedelta(hours=6))
    assert set(looked) == {one.key for one in POSTS[:3]}
    assert home.check()[0].checks == 0


def test_a_loss_is_declared_at_the_third_strike_with_three_days_between(home):
    home.seen(POSTS[0])
    home.web = Twitter({POSTS[0]: GONE})
    told = []
    for day in range(1, 12):
        _, looked = home.check(after=DAY)
        told += [(day, one.state, one.strikes, one.declared_since is not None) for one in looked.values()]
    assert told[:3] == [(1, GONE, 1, False), (4, GONE, 2, False), (7, GONE, 3, True)]
    assert len(told) == 3
    events = list(home.catalog.rows("event"))
    assert [(row["kind"], row["state"]) for row in events] == [("declared_gone", "gone_deleted")]


def test_looks_between_the_strikes_do_not_count_and_a_live_one_takes_all_back(home):
    home.seen(POSTS[0])
    home.web = Twitter({POSTS[0]: GONE})
    keys = [POSTS[0].key]
    assert [home.check(keys=keys, after=DAY)[1][keys[0]].strikes for _ in range(5)] == [1, 1, 1, 2, 2]
    home.web = Twitter()
    assert home.check(keys=keys, after=DAY)[1][keys[0]].strikes == 0
    home.web = Twitter({POSTS[0]: GONE})
    assert [home.check(keys=keys, after=3 * DAY)[1][keys[0]].strikes for _ in range(3)] == [1, 2, 3]


def test_inconclusive_looks_neither_count_nor_take_back(home):
    home.seen(POSTS[0])
    keys = [POSTS[0].key]
    for web in (Twitter({POSTS[0]: GONE}), Twitter(broken=json("", 429)), Twitter(broken=failed(Failure.TIMED_OUT))):
        home.web = web
        home.check(keys=keys, after=2 * DAY)
    home.web = Twitter({POSTS[0]: GONE})
    assert home.check(keys=keys, after=2 * DAY)[1][keys[0]].strikes == 2


@pytest.mark.parametrize("state", [LIVE, Availability.PROTECTED])
def test_what_was_declared_gone_comes_back_once(home, state):
    home.seen(POSTS[0])
    home.web = Twitter({POSTS[0]: GONE})
    for _ in range(3):
        home.check(keys=[POSTS[0].key], after=3 * DAY)
    home.web = Twitter({POSTS[0]: state})
    reports = [home.check(keys=[POSTS[0].key], after=3 * DAY) for _ in range(2)]
    assert [report.came_back for report, _ in reports] == [1, 0]
    assert [looked[POSTS[0].key].declared_since for _, looked in reports] == [None, None]
    home.web = Twitter({POSTS[0]: AUTHOR})
    again = [home.check(keys=[POSTS[0].key], after=3 * DAY)[0].declared_gone for _ in range(4)]
    assert again == [0, 0, 1, 0]


# --- canaries ---------------------------------------------------------------------------------------


def test_nothing_is_believed_of_a_platform_whose_canaries_are_not_seen(home):
    home.seen(*POSTS[:4])
    home.web = Twitter(dict.fromkeys(POSTS[:4], Availability.GONE_UNSPECIFIED), canary=False)
    for _ in range(5):
        _, looked = home.check(after=8 * DAY)
        assert {one.state for one in looked.values()} == {UNCLEAR}
        assert all("known to be there" in one.evidence for one in looked.values())
    assert not list(home.catalog.rows("event"))


def test_one_of_our_own_posts_vouches_where_the_named_one_is_lost(home):
    home.seen(*POSTS[:4])
    home.web = Twitter({POSTS[0]: Availability.GONE_DELETED}, canary=False)
    _, looked = home.check(after=DAY)
    assert looked[POSTS[0].key].state is GONE


def test_a_canary_that_dies_while_the_batch_is_judged_takes_its_losses_back(home):
    home.seen(*POSTS[:4])
    web = Twitter({POSTS[0]: GONE})
    count = 0

    def dying(ask):
        nonlocal count
        count += ask.url.startswith("https://cdn.syndication")
        return web(ask) if count <= 5 else json("", 404)

    home.web = dying
    _, looked = home.check(after=DAY)
    assert looked[POSTS[0].key].state is UNCLEAR
    assert {looked[one.key].state for one in POSTS[1:4]} == {LIVE}


def test_a_post_for_which_nothing_can_vouch_is_only_lost_for_a_reason(home):
    home.policy = CheckPolicy()
    home.seen(POSTS[0])
    home.web = Twitter({POSTS[0]: Availability.GONE_UNSPECIFIED})
    _, looked = home.check(after=DAY)
    assert looked[POSTS[0].key].state is UNCLEAR
    home.web = Twitter({POSTS[0]: AUTHOR})
    assert home.check(keys=[POSTS[0].key], after=DAY)[1][POSTS[0].key].state is AUTHOR


def test_the_canary_is_asked_once_before_a_batch_and_once_more_only_for_losses(home):
    home.seen(*POSTS[:3])
    home.web = Twitter()
    home.check(after=DAY)
    assert sum("id=20&" in ask.url for ask in home.asked) == 1
    home.web = Twitter({POSTS[0]: GONE})
    home.check(after=3 * DAY)
    assert sum("id=20&" in ask.url for ask in home.asked) == 2


# --- many at once ------------------------------------------------------------------------------------


def test_a_mass_death_is_held_back_for_a_day_and_then_believed(home):
    home.seen(*POSTS)
    home.web = Twitter(dict.fromkeys(POSTS[:8], AUTHOR))
    _, looked = home.check(after=DAY)
    assert {looked[one.key].state for one in POSTS[:8]} == {UNCLEAR}
    assert all(looked[one.key].evidence.startswith(HELD) for one in POSTS[:8])
    _, looked = home.check(after=timedelta(hours=8))
    assert {one.state for key, one in looked.items()} == {UNCLEAR}
    _, looked = home.check(after=timedelta(hours=26))
    assert {looked[one.key].state for one in POSTS[:8]} == {AUTHOR}
    for _ in range(2):
        report, _ = home.check(after=timedelta(days=3, hours=1))
    assert report.declared_gone == 8


def test_a_mass_death_that_was_none_leaves_nothing_behind(home):
    home.seen(*POSTS)
    home.web = Twitter(dict.fromkeys(POSTS[:8], AUTHOR))
    home.check(after=DAY)
    home.web = Twitter()
    home.check(after=2 * DAY)
    assert all(row["state"] == "live" for row in home.catalog.rows("availability"))


def test_a_few_losses_among_many_posts_are_believed_at_once(home):
    home.seen(*POSTS)
    home.web = Twitter(dict.fromkeys(POSTS[:3], GONE))
    _, looked = home.check(after=DAY)
    assert {looked[one.key].state for one in POSTS[:3]} == {GONE}


# --- the second vantage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "state", "declared"),
    [
        (Twitter({POSTS[0]: GONE}), GONE, 1),
        (Twitter(), LIVE, 0),
        (Twitter({POSTS[0]: Availability.PROTECTED}), Availability.PROTECTED, 0),
        (Twitter(broken=json("", 403)), UNCLEAR, 0),
    ],
    ids=["agrees", "shows it", "restricted", "cannot say"],
)
def test_the_last_strike_is_asked_from_the_second_vantage_too(home, there, state, declared):
    home.policy = replace(home.policy, vantage="lisbon")
    home.seen(POSTS[0])
    home.web = Twitter({POSTS[0]: GONE}, elsewhere=there)
    reports = [home.check(keys=[POSTS[0].key], after=3 * DAY) for _ in range(3)]
    assert [report.declared_gone for report, _ in reports] == [0, 0, declared]
    last = reports[-1][1][POSTS[0].key]
    assert last.state is state
    assert "lisbon" in last.evidence
    assert last.strikes == (0 if state in (LIVE, Availability.PROTECTED) else 3 if declared else 2)


# --- pages -------------------------------------------------------------------------------------------------

SITE = page("https://www.lost.example/report")
OTHER = page("https://www.there.example/report")
TEXT = "<p>The keeper of the lock wrote down every boat that went out, and every boat that came in again.</p>"


def test_a_name_that_does_not_exist_is_believed_only_if_somebody_answers(home):
    home.policy = CheckPolicy()
    home.seen(SITE)
    home.web = {SITE.uri: failed(Failure.NO_SUCH_NAME)}
    _, looked = home.check(after=DAY)
    assert looked[SITE.key].state is UNCLEAR
    assert "nothing else answers" in looked[SITE.key].evidence
    home.seen(OTHER)
    home.web = {SITE.uri: failed(Failure.NO_SUCH_NAME), OTHER.uri: html(TEXT)}
    assert home.check(keys=[SITE.key], after=DAY)[1][SITE.key].state is Availability.GONE_SITE
    home.web = {SITE.uri: failed(Failure.NO_SUCH_NAME), OTHER.uri: NOTHING}
    assert home.check(keys=[SITE.key], after=DAY)[1][SITE.key].state is UNCLEAR


def test_many_names_at_once_that_do_not_exist_are_held_back(home):
    sites = [page(f"https://www.site{n}.example/x") for n in range(6)]
    home.seen(*sites, OTHER)
    home.web = {OTHER.uri: html(TEXT), **{one.uri: failed(Failure.NO_SUCH_NAME) for one in sites}}
    _, looked = home.check(after=DAY)
    assert {looked[one.key].state for one in sites} == {UNCLEAR}
    _, looked = home.check(after=DAY)
    assert {looked[one.key].state for one in sites} == {Availability.GONE_SITE}


def test_a_page_without_a_copy_is_remembered_by_its_digest(home):
    home.seen(OTHER)
    home.web = {OTHER.uri: html(TEXT)}
    home.web = lambda ask: html(TEXT * 3) if ask.url == OTHER.uri else html("<h1>Not found</h1>", status=404)
    home.check(after=DAY)
    assert len(home.asked) == 2
    home.check(after=3 * DAY)
    assert len(home.asked) == 1
    assert [row["drift"] for row in home.catalog.rows("comparison")] == ["unchanged"]


# --- what is written -----------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_told_and_says_nothing_of_the_resource(home, caplog):
    home.seen(*POSTS[:2])

    class Faulty:
        def run(self, talks, *, keep=False):
            for key, generator in talks:
                generator.close()
                yield Ended(key, None, KeyError("oops"), ())

    with home.run() as run:
        home.turned.now += DAY
        report = check_due(
            run=run, catalog=home.catalog, prober=Faulty(), clock=home.turned.clock(), policy=CheckPolicy()
        )
    assert (report.faults, report.groups[Group.UNKNOWN]) == (2, 2)
    assert "fault of this program" in caplog.text
    assert home.states(POSTS[0]) == [LIVE, UNCLEAR]


def test_no_look_is_begun_when_there_is_no_time_and_what_is_left_is_told(home):
    home.seen(*POSTS)
    home.web = Twitter()
    left = iter([1.0, *[1.0] * 5, *[0.0] * 99])
    report, looked = home.check(after=DAY, until_s=lambda: next(left))
    assert report.stopped
    assert len(looked) == 5
    assert report.left == 15
    assert home.check()[0].checks == 15


def test_the_catalog_that_is_rebuilt_is_the_one_that_was_written(tmp_path):
    (tmp_path / "home").mkdir()
    with world(tmp_path / "home", policy=CheckPolicy(cadence=Cadence(strikes=2, strike_gap_s=86_400))) as home:
        home.seen(*POSTS, SITE)
        home.web = Twitter({POSTS[0]: GONE, POSTS[1]: AUTHOR}, pages={SITE.uri: html(TEXT)})
        reports = [home.check(after=DAY)[0] for _ in range(3)]
        assert sum(report.declared_gone for report in reports) == 2
        live, db = dump(home.catalog), tmp_path / "home" / "db" / "archive.db"
        store = home.store
    reindex(store=store, db_file=db)
    with Catalog.open(db, readonly=True) as rebuilt:
        assert dump(rebuilt) == live
        assert rebuilt.cadence() == Cadence(strikes=2, strike_gap_s=86_400)


def test_the_rules_of_the_settings_say_when_a_resource_is_due(home):
    home.policy = replace(home.policy, cadence=Cadence(strikes=2, strike_gap_s=5 * 86_400))
    home.seen(POSTS[0])
    home.web = Twitter({POSTS[0]: GONE})
    _, looked = home.check(after=DAY)
    assert looked[POSTS[0].key].next_due == home.turned.now + 5 * DAY
    report, _ = home.check(after=5 * DAY)
    assert report.declared_gone == 1
    rows = list(home.catalog.rows("rhythm"))
    assert len(rows) == 1


def test_resources_that_were_never_looked_at_can_be_named(home):
    home.web = Twitter()
    with home.run() as run:
        line = Event("e1", EventKind.EDITED, T0, run.run_id, "seen", resource=POSTS[0])
        run.note(line)
        home.catalog.ingest_notes([line])
    assert home.check(keys=[POSTS[0].key, "file:/etc/passwd"])[1][POSTS[0].key].state is LIVE


def test_a_look_costs_less_than_a_hundred_bytes_of_catalog(home):
    posts = [post(f"https://x.com/i/status/{FIRST + n}") for n in range(200)]
    home.seen(*posts)
    states = [Twitter(), Twitter(broken=json("", 503)), Twitter(broken=failed(Failure.TIMED_OUT))]
    keys, before = [one.key for one in posts], 0
    for turn in range(13):
        home.web = states[turn % 3]
        home.check(keys=keys, after=3 * DAY)
        before = before or _size(home)
    assert (_size(home) - before) / (12 * len(posts)) < 100


def _size(home):
    with closing(sqlite3.connect(home.store.root.parent / "db" / "archive.db")) as db:
        return db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]


def test_a_page_that_answers_with_what_it_is_not_is_not_declared_by_three_looks_of_a_wall(home):
    home.policy = CheckPolicy()
    home.seen(SITE)
    wall = html("<h1>Log in</h1>", title="Log in")
    home.web = lambda ask: {**wall, "final_url": f"https://www.lost.example/login?next={ask.url}"}
    reports = [home.check(keys=[SITE.key], after=4 * DAY) for _ in range(4)]
    assert {looked[SITE.key].state for _, looked in reports} == {Availability.LOGIN}
    assert sum(report.declared_gone for report, _ in reports) == 0


def test_all_pages_of_a_site_at_once_are_held_back_but_a_sold_domain_is_not(home):
    home.policy = CheckPolicy()
    pages = [page(f"https://www.lost.example/report-{n}.html") for n in range(6)]
    for answer, state in (
        (html("<h1>Not found</h1>", status=404), UNCLEAR),
        (
            {**html("<p>Buy it</p>"), "final_url": "https://www.hugedomains.com/domain/lost.example"},
            Availability.GONE_SITE,
        ),
    ):
        home.seen(*pages)
        home.web = lambda _ask, answer=answer: answer
        _, looked = home.check(keys=[one.key for one in pages], after=DAY)
        assert {one.state for one in looked.values()} == {state}

"""Lost permalinks, found again: by our own archive, by short links, by a CDX server and what it has."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from resolve_cases import orphans
from resolve_world import Desk, Web, World, captured, make, outcome, permalink, quoted, state, taken

from archiver.demo import archived
from archiver.demo.platforms.x import SITE
from archiver.demo.wayback import Taken
from archiver.demo.wire import redirect, text
from archiver.model.overtime import Clue
from archiver.platforms import platform_named
from archiver.steps.resolving import ResolvePolicy
from archiver.steps.resolving_prefixes import prefix_cover, zones_window
from archiver.steps.resolving_web import Bounds

STORY, OTHER = "https://news.example/harbour", "https://other.example/wall"
WORDS = "The lock opened at 09:00 and nobody was on the wall, I counted 14 boats."
POST = make(1, "2022-03-29 12:53:39", WORDS)
PICTURED = make(2, "2022-03-29 18:10:00", "Fourteen lanterns on one hull, look at that water.", key="Lm9Qx2TzRa")
TWIN = replace(make(1, "2022-03-29 15:00:01", WORDS), key="x/twin")
ALIKE = replace(make(1, "2022-03-29 15:00:01", WORDS.replace("14", "41")), key="x/alike")
COUNT = int(os.environ.get("ARCHIVER_TEST_ORPHANS", "40"))


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    made = Web(tmp_path_factory.mktemp("net"))
    with made.server, made.tap:
        yield made


@pytest.fixture
def web(net):
    net.world = World()
    net.log.clear()
    return net


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "home")


def only(report):
    (one,) = report.resolved
    return one


def url_of(done):
    return done.accepted.post.url if done.accepted else None


@pytest.mark.timeout(1800)
def test_of_many_orphans_nearly_all_that_can_be_are_resolved_and_none_wrongly(desk, web):
    web.world = orphans(COUNT)
    desk.fill(web.world)
    found, truth = outcome(desk.resolve(web)), web.world.truth
    assert found.keys() == truth.keys()
    assert {place: url for place, url in found.items() if url not in (None, truth[place])} == {}
    resolvable = [place for place, url in truth.items() if url is not None]
    missed = [place for place in resolvable if found[place] is None]
    assert 1 - len(missed) / len(resolvable) >= 0.95, missed
    assert desk.same_when_rebuilt()
    assert desk.findings() == []


# --- each route -------------------------------------------------------------------------------------


def test_an_earlier_state_of_the_article_has_the_link_and_nobody_is_asked(desk, web):
    desk.run(state(STORY, [SITE.embed(POST)]), state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert (url_of(done), web.asked) == (POST.url, [])
    assert done.accepted.clues == (Clue.ARTICLE_STATE, Clue.SAME_TEXT, Clue.SAME_AUTHOR, Clue.SAME_DAY)


def test_the_articles_amp_page_has_the_link(desk, web):
    amp = state(f"{STORY}/amp", [SITE.amp(POST)], canonical=STORY)
    desk.run(amp, state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert (url_of(done), web.asked) == (POST.url, [])
    assert Clue.ARTICLE_STATE in done.accepted.clues


def test_another_article_or_a_capture_has_it_and_offline_is_enough(desk, web):
    late = make(5, "2021-07-01 08:00:00", "A school party came to see the dredger, and stayed.")
    desk.run(state(OTHER, [SITE.embed(POST)]), captured(late), state(STORY, [quoted(POST), quoted(late)]))
    assert [url_of(one) for one in desk.resolve().resolved] == [POST.url, late.url]
    assert web.asked == []


def test_a_media_key_leads_to_its_post_case_by_case(desk, web):
    web.world.keys = {"Lm9Qx2TzRa": f"{permalink(PICTURED)}/photo/1", "lm9qx2tzra": f"{permalink(POST)}/photo/1"}
    desk.run(state(STORY, [quoted(PICTURED)]))
    done = only(desk.resolve(web))
    assert url_of(done) == PICTURED.url
    assert web.asked == [("t.co", "/Lm9Qx2TzRa")]
    assert set(done.accepted.clues) == {Clue.MEDIA_KEY, Clue.SAME_AUTHOR, Clue.SAME_DAY, Clue.REDIRECT}


def test_what_a_media_key_led_to_is_read_in_an_archive_once_it_leads_nowhere(desk, web):
    here, there = (redirect(f"{permalink(post)}/photo/1", 301) for post in (PICTURED, POST))
    web.world.taken = [
        Taken("20220401000000", "https://t.co/LM9QX2TZRA", "301", shows=there),
        Taken("20220402000000", "https://t.co/Lm9Qx2TzRa", "301", shows=here),
    ]
    desk.run(state(STORY, [quoted(PICTURED)]))
    assert url_of(only(desk.resolve(web))) == PICTURED.url


@pytest.mark.parametrize("form", ["old page", "preview", "first interface", "second interface", "syndicated"])
@pytest.mark.parametrize("tail", ["", "?s=20", "/photo/1", "%22"])
def test_archived_copies_in_every_form_and_under_every_address_are_read(desk, web, form, tail):
    web.world.taken = [taken(POST, "shell", days=1), taken(POST, form, tail=tail), taken(ALIKE, form)]
    desk.run(state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert url_of(done) == POST.url
    assert done.accepted.uri_m == f"https://web.archive.org/web/{web.world.taken[1].timestamp}/{permalink(POST)}{tail}"
    assert [(one.post.url, one.missing) for one in done.candidates[1:]] == [
        (ALIKE.url, ("its words are similar, not the same",))
    ]


def test_other_forms_are_looked_for_on_request(desk, web):
    asked = f"https://publish.twitter.com/oembed?url=https://twitter.com/{POST.handle}/status/{POST.post_id}"
    front = f"https://nitter.net/{PICTURED.handle}/status/{PICTURED.post_id}"
    widget = replace(archived.syndicated(POST), body=_oembed(POST))
    web.world.taken = [
        Taken("20220401000000", asked, shows=widget),
        Taken("20220401000000", front, shows=archived.front_end(PICTURED)),
    ]
    desk.run(state(STORY, [quoted(POST), quoted(replace(PICTURED, media_key=None))]))
    assert [url_of(one) for one in desk.resolve(web).resolved] == [None, None]
    again = desk.resolve(web, others=True, policy=ResolvePolicy(again=True))
    assert [url_of(one) for one in again.resolved] == [POST.url, PICTURED.url]


def _oembed(post):
    import json  # noqa: PLC0415

    return json.dumps({"html": SITE.embed(post), "author_name": post.name}).encode()


# --- what must not be accepted ------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["captured", "archived", "cited"])
def test_a_look_alike_is_a_candidate_and_says_what_is_missing(desk, web, where):
    jobs = {"captured": [captured(ALIKE)], "cited": [state(OTHER, [SITE.embed(ALIKE)])], "archived": []}[where]
    web.world.taken = [taken(ALIKE)] if where == "archived" else []
    desk.run(*jobs, state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert url_of(done) is None
    assert [(one.post.url, one.missing) for one in done.candidates] == [
        (ALIKE.url, ("its words are similar, not the same",))
    ]


@pytest.mark.parametrize("held", ["both archived", "one captured", "both captured"])
def test_of_the_same_words_posted_twice_none_is_accepted(desk, web, held):
    jobs = {"both archived": [], "one captured": [captured(POST)], "both captured": [captured(POST), captured(TWIN)]}
    web.world.taken = {"both archived": [taken(POST), taken(TWIN)], "one captured": [taken(TWIN, "preview")]}.get(
        held, []
    )
    desk.run(*jobs[held], state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert url_of(done) is None
    assert {one.missing for one in done.candidates} == {("2 posts fit equally by words, author and day",)}
    assert {one.post.url for one in done.candidates} == {POST.url, TWIN.url}


def test_the_same_words_of_another_day_or_author_are_not_accepted(desk, web):
    daily = replace(POST, post_id=make(1, "2022-03-28 23:30:00", WORDS).post_id)
    daily = make(1, "2022-03-28 23:30:00", WORDS)
    thief = make(1, "2022-03-29 13:00:00", WORDS, handle="somebody_else")
    web.world.taken = [taken(daily)]
    desk.run(captured(thief), state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert url_of(done) is None
    assert {one.post.url: one.missing for one in done.candidates} == {
        daily.url: ("the day is another",),
        thief.url: ("the author is not shown to be the same",),
    }


def test_the_posts_own_words_count_more_than_what_articles_say_of_it(desk, web):
    """An article links the quote to the wrong post; the post itself is held, or the platform still shows it."""
    wrong = replace(POST, post_id=ALIKE.post_id)
    desk.run(captured(ALIKE), state(OTHER, [SITE.embed(wrong)]), state(STORY, [quoted(POST)]))
    assert url_of(only(desk.resolve(web))) is None
    assert url_of(only(desk.resolve())) is None


def test_what_an_article_says_of_a_post_is_compared_with_the_platforms_record(desk, web):
    wrong = replace(POST, post_id=ALIKE.post_id)
    web.world.live = {ALIKE.post_id: ALIKE}
    desk.run(state(OTHER, [SITE.embed(wrong)]), state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert url_of(done) is None
    assert Clue.LIVE_RECORD in done.candidates[0].clues


def test_a_key_that_leads_to_another_author_or_day_does_not_decide(desk, web):
    other = make(9, "2022-03-29 10:00:00", "These are my lanterns.", key=PICTURED.media_key)
    web.world.keys = {PICTURED.media_key: f"{permalink(other)}/video/1"}
    desk.run(state(STORY, [quoted(PICTURED)]))
    done = only(desk.resolve(web))
    assert url_of(done) is None
    assert "the author is not shown to be the same" in done.candidates[0].missing


def test_a_key_that_leads_to_other_words_does_not_decide_against_the_words(desk, web):
    """The picture was posted before, by the same author on the same day, with other words."""
    first = make(2, "2022-03-29 09:00:00", "Look what I found in the attic this morning.", key=PICTURED.media_key)
    web.world.keys = {PICTURED.media_key: f"{permalink(first)}/photo/1"}
    desk.run(captured(first), captured(replace(PICTURED, media_key=None)), state(STORY, [quoted(PICTURED)]))
    done = only(desk.resolve(web))
    assert url_of(done) is None
    assert "its words are others, and another post of that day has them" in done.candidates[0].missing


def test_pictures_tell_equal_words_apart(desk, web):
    """The same words twice, each with a picture of its own."""
    first, second = (replace(post, media_key=key) for post, key in ((POST, "AAAAbbbb11"), (TWIN, "CCCCdddd22")))
    web.world.taken = [taken(first), taken(second)]
    desk.run(state(STORY, [quoted(first)]))
    assert url_of(only(desk.resolve(web))) == POST.url


def test_two_orphans_of_the_same_words_are_two_posts(desk, web):
    web.world.taken = [taken(POST)]
    desk.run(state(STORY, [quoted(POST), quoted(TWIN)]))
    assert [url_of(one) for one in desk.resolve(web).resolved] == [None, None]


def test_a_post_that_the_article_links_elsewhere_is_not_its_orphan_too(desk, web):
    desk.run(captured(POST), state(STORY, [SITE.embed(POST), quoted(TWIN)]))
    done = only(desk.resolve(web))
    assert done.candidates[0].missing == ("the article cites this post with its permalink elsewhere",)


def test_a_mementos_redirect_or_error_or_log_in_page_proves_nothing(desk, web):
    gone = replace(taken(POST), status="404", shows=text("Not found\n", 404))
    away = replace(taken(POST, days=4), status="302", shows=redirect("https://twitter.com/login"))
    web.world.taken = [gone, away, taken(POST, "shell", days=5)]
    desk.run(state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert [(one.post.url, one.clues, one.missing) for one in done.candidates] == [
        (POST.url, (Clue.SAME_DAY, Clue.CDX_ROW), ("its words were not seen", "the author is not shown to be the same"))
    ]


def test_few_words_identify_nothing(desk, web):
    short = make(4, "2022-03-29 10:00:00", "Yes!")
    desk.run(captured(short), state(STORY, [quoted(short)]))
    assert url_of(only(desk.resolve(web))) is None


# --- time -----------------------------------------------------------------------------------------------


def test_what_was_asked_within_a_week_is_not_asked_again(desk, web):
    web.world.taken = [taken(POST)]
    desk.run(state(STORY, [quoted(POST), quoted(ALIKE)]))
    first = desk.resolve(web)
    asked = len(web.asked)
    second = desk.resolve(web)
    assert (len(web.asked), second.asked) == (asked, 0)
    assert [url_of(one) for one in first.resolved] == [url_of(one) for one in second.resolved] == [POST.url, None]
    rows = desk.rows("candidate")
    assert [(row["url"], row["accepted"]) for row in rows if row["accepted"]] == [(POST.url, 1)]
    assert len(desk.rows("search")) == 2
    assert desk.resolve(web, policy=ResolvePolicy(again=True)).asked == first.asked
    desk.day(8)
    # The copy that was read is not read again: it can't have changed.
    assert desk.resolve(web).asked == first.asked - 1
    assert desk.same_when_rebuilt()


def test_a_twin_that_turns_up_later_takes_the_acceptance_back(desk, web):
    desk.run(captured(POST), state(STORY, [quoted(POST)]))
    assert url_of(only(desk.resolve(web))) == POST.url
    desk.run(captured(TWIN))
    assert url_of(only(desk.resolve())) is None
    assert [row["accepted"] for row in desk.rows("candidate")] == [0, 0]


def test_a_day_of_many_posts_is_read_in_parts_and_words_decide_at_the_end(desk, web):
    others = [
        make(1, f"2022-03-29 0{n}:30:00", f"Entry {n}: the gauge says {n * 31 + 5} cm, and rising.") for n in range(8)
    ]
    web.world.taken = [taken(post) for post in (*others, POST)]
    desk.run(state(STORY, [quoted(POST)]))
    few = Bounds(copies=4)
    first = only(desk.resolve(web, bounds=few))
    assert (url_of(first), first.left) == (None, 5)
    second = only(desk.resolve(web, bounds=few))
    assert (url_of(second), second.left) == (None, 1)
    third = only(desk.resolve(web, bounds=few))
    assert (url_of(third), third.left) == (POST.url, 0)


def test_so_many_captures_that_one_answer_does_not_hold_them_are_asked_for_by_exact_prefixes(desk, web):
    others = [make(1, f"2022-03-29 {n % 24:02}:{n // 24:02}:00", f"Noise number {n}.") for n in range(60)]
    web.world.taken = [taken(post) for post in (*others, POST)]
    desk.run(state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web, bounds=Bounds(rows=50, copies=200, asks=500)))
    assert url_of(done) == POST.url
    prefixes = [target.split("%2Fstatus%2F")[1].split("&")[0] for host, target in web.asked if "cdx" in target and host]
    exact = prefix_cover(platform_named("x"), *zones_window(datetime(2022, 3, 29, tzinfo=UTC)))
    assert {"1508", *(one for one in exact if one.startswith("1508"))} <= set(prefixes)


def test_a_busy_server_is_waited_for_and_a_silent_one_is_left_alone(desk, web):
    web.world.taken = [taken(POST)]
    answers = iter([replace(text("Too Many Requests\n", 429), headers=(("Retry-After", "1"),))])
    usual, web.world.answer = web.world.answer, None
    web.world.answer = lambda request: next(answers, None) or usual(request)
    desk.run(state(STORY, [quoted(POST)]))
    assert url_of(only(desk.resolve(web))) == POST.url
    web.world.answer = lambda _request: text("Service Unavailable\n", 503)
    down = only(desk.resolve(web, policy=ResolvePolicy(again=True)))
    assert url_of(down) == POST.url
    assert any("503" in problem for problem in down.problems)
    assert [row["whole"] for row in desk.rows("search")] == [1, 0]


def test_only_what_there_is_time_for_is_begun(desk, web):
    desk.run(state(STORY, [quoted(POST), quoted(PICTURED)]))
    turns = iter([True, False])
    report = desk.resolve(web, more=lambda: next(turns))
    assert (len(report.resolved), report.stopped) == (1, True)


def test_a_day_that_is_right_in_another_zone_only_is_a_candidate(desk, web):
    evening = make(1, "2022-03-29 23:53:39", WORDS)
    web.world.taken = [taken(evening)]
    desk.run(state(STORY, [quoted(evening, date="March 30, 2022")]))
    done = only(desk.resolve(web))
    assert (url_of(done), done.candidates[0].post.url) == (None, evening.url)
    assert done.candidates[0].missing == ("the day is another",)
    assert datetime.fromisoformat("2022-03-30").replace(tzinfo=UTC) - evening.at < timedelta(minutes=7)


@pytest.mark.parametrize("more", [" More of it at six.", " UPDATE: they came."])
def test_a_post_that_goes_on_without_a_mark_in_the_quote_is_another_one(desk, web, more):
    web.world.taken = [taken(replace(TWIN, text=WORDS + more))]
    desk.run(state(STORY, [quoted(POST)]))
    done = only(desk.resolve(web))
    assert (url_of(done), done.candidates[0].missing) == (None, ("its words are similar, not the same",))


def test_a_marked_elision_is_the_same_words(desk, web):
    web.world.taken = [taken(POST)]
    desk.run(state(STORY, [quoted(POST, words="The lock opened at 09:00 and nobody was on the wall […]")]))
    assert url_of(only(desk.resolve(web))) == POST.url


def test_a_link_behind_the_words_that_stands_for_media_is_no_word(desk, web):
    web.world.taken = [taken(replace(POST, text=f"{WORDS} https://t.co/PiCtUrE123"), "preview")]
    desk.run(state(STORY, [quoted(POST)]))
    assert url_of(only(desk.resolve(web))) == POST.url

"""`archiver check` and `archiver history` against the demo web: every post and link of it, over real connections."""

from datetime import timedelta

import pytest
from running import Runner
from scripted_web import page, post

from archiver.catalog import Catalog, dump
from archiver.demo import DemoWeb
from archiver.home import Home, open_home
from archiver.model.clock import system_clock
from archiver.model.records import Observation
from archiver.model.states import Availability, Group, Witness
from archiver.steps.reindex import reindex
from archiver.steps.runs import opened_run
from archiver.store import Store

pytestmark = pytest.mark.timeout(120)
QUICK = {"ARCHIVER_HOST_DELAY_S": "0", "ARCHIVER_REQUEST_TIMEOUT_S": "3"}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """A home that knows all posts and links of the demo web, of which everything was looked at once."""
    folder = tmp_path_factory.mktemp("checked")
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web, QUICK)
        runner.run("init", runner.home, reach=False)
        _know(runner, web)
        web.clear_log()
        yield runner, runner.json("check", "--all"), web.log


def _know(runner, web):
    """What lives was seen so an hour ago; of the rest nothing is known."""
    at = system_clock.now() - timedelta(hours=1)
    with (
        open_home(Home(runner.home)) as opened,
        opened_run(
            store=opened.store, catalog=opened.catalog, clock=system_clock, command="seen", program="test"
        ) as run,
    ):
        truths = [(post(one.url), one.availability) for one in web.truth.posts.values()]
        truths += [(page(one.url), one.availability) for one in web.truth.links.values()]
        lines = [
            Observation(
                resource, at, state if state is Availability.LIVE else Availability.UNCLEAR, Witness.RECORD, "seen",
                run.store.run_id,
            )
            for resource, state in truths
        ]  # fmt: skip
        run.store.note(*lines)
        opened.catalog.ingest_notes(lines)


def by_resource(done):
    return {row["resource"]: row for row in done.rows}


def test_nothing_of_the_demo_web_that_is_there_is_called_gone(checked):
    _, done, _ = checked
    runner = checked[0]
    truth = {one.url: one for one in (*runner.web.truth.posts.values(), *runner.web.truth.links.values())}
    wrong = [
        (row["resource"], row["state"], truth[row["resource"]].availability)
        for row in done.rows
        if row["group"] == "gone" and truth[row["resource"]].availability.group is not Group.GONE
    ]
    assert wrong == []
    assert len(done.rows) == len(truth)


def test_every_post_that_is_told_gone_is_found_gone_for_the_right_reason(checked):
    runner, done, _ = checked
    found = by_resource(done)
    told = {"x", "mastodon", "bluesky", "reddit", "youtube"}
    posts = [
        one
        for one in runner.web.truth.posts.values()
        if one.platform in told and one.availability.group in (Group.GONE, Group.RESTRICTED)
    ]
    assert posts
    missed = [
        (one.url, one.act, found[one.url]["state"], one.availability)
        for one in posts
        if found[one.url]["state"] != one.availability.value
    ]
    assert missed == []


def test_links_are_judged_as_the_demo_promises(checked):
    runner, done, _ = checked
    found = by_resource(done)
    promised = {one.url: one.availability.value for one in runner.web.truth.links.values()}
    # To a client that is no browser, a short link may be a page that leads on.
    short = {url for url in promised if url.startswith("https://t.co/")}
    assert {url: found[url]["state"] for url in promised if url not in short} == {
        url: state for url, state in promised.items() if url not in short
    }
    assert {found[url]["group"] for url in short} == {"live"}


def test_json_has_one_line_a_resource_with_all_keys(checked):
    _, done, _ = checked
    keys = {
        "resource", "platform", "post_id", "state", "group", "http_status", "strikes", "declared", "declared_since",
        "next_due", "evidence", "at", "events",
    }  # fmt: skip
    assert {frozenset(row) for row in done.rows} == {frozenset(keys)}


def test_the_history_of_a_lost_post_tells_every_look(checked):
    runner, done, _ = checked
    lost = next(row for row in done.rows if row["group"] == "gone" and row["platform"] == "x")
    told = runner.json("history", lost["resource"], reach=False).last
    assert [look["state"] for look in told["looks"]] == ["unclear", lost["state"]]
    assert told["looks"][-1]["evidence"] == lost["evidence"]
    text = runner.run("history", lost["post_id"], reach=False)
    assert lost["state"] in text.out
    assert text.code == 0
    assert runner.run("history", "nothing like that", reach=False).code == 1


def test_what_went_over_the_wire_for_a_loss_is_kept_and_the_home_stays_whole(checked):
    runner, _, _ = checked
    assert list((runner.home / "snapshots" / "warc").rglob("*.warc.gz"))
    assert runner.run("audit", reach=False).code == 0


def test_the_rebuilt_catalog_is_the_same(checked):
    runner, _, _ = checked
    db = runner.home / "db" / "archive.db"
    with Catalog.open(db, readonly=True) as catalog:
        before = dump(catalog)
    reindex(store=Store.open(runner.home / "snapshots"), db_file=db)
    with Catalog.open(db, readonly=True) as catalog:
        assert dump(catalog) == before


def test_an_unknown_query_is_refused_with_the_next_step(checked):
    done = checked[0].run("check", "https://nowhere.example/never")
    assert done.code == 2
    assert "archiver archive" in done.err


def test_a_check_of_what_is_due_finds_nothing_right_after(checked):
    done = checked[0].run("check")
    assert done.code == 0
    assert "0 looked at" in done.out

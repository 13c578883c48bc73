"""Lost permalinks, found again: by our own archive, by short links, by a CDX server and what it has."""

import os

import pytest
from resolve_cases import orphans
from resolve_world import Desk, Web, World, captured, make, outcome, quoted, state, taken

from archiver.model.overtime import Clue

STORY = "https://news.example/harbour"
POST = make(1, "2022-03-29 23:53:39", "The lock opened at 09:00 and nobody was on the wall, I counted 14 boats.")


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


def test_an_archived_copy_of_the_day_gives_the_permalink(desk, web):
    web.world.taken = [taken(POST)]
    desk.fill(World(jobs=[state(STORY, [quoted(POST)])]))
    done = only(desk.resolve(web))
    assert done.accepted is not None, done
    assert done.accepted.post.url == POST.url
    assert {Clue.ARCHIVED_COPY, Clue.SAME_TEXT, Clue.SAME_AUTHOR, Clue.SAME_DAY} <= set(done.accepted.clues)


COUNT = int(os.environ.get("ARCHIVER_TEST_ORPHANS", "40"))


def test_of_many_orphans_nearly_all_that_can_be_are_resolved_and_none_wrongly(desk, web):
    web.world = orphans(COUNT)
    desk.fill(web.world)
    report = desk.resolve(web)
    truth, found = web.world.truth, outcome(report)
    assert found.keys() == truth.keys()
    wrong = {place: url for place, url in found.items() if url is not None and url != truth[place]}
    resolvable = [place for place, url in truth.items() if url is not None]
    missed = [place for place in resolvable if found[place] is None]
    assert wrong == {}
    assert 1 - len(missed) / len(resolvable) >= 0.95, missed

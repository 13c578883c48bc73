"""The proof of the five years, in small: every story and every trouble in three hundred simulated days."""

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest

import five_years
import pytest
from five_years_seen import History, Said, judge_play
from five_years_world import Calendar, PlayedNames, Visitor, prober_of

from archiver.demo.lives import PageAct
from archiver.demo.lives_drawn import draw_population
from archiver.demo.lives_web import LivingWeb
from archiver.model.cadence import Cadence, Look, due_after
from archiver.model.overtime import Event, EventKind
from archiver.model.records import Observation
from archiver.model.states import Availability, Group
from archiver.steps.judged import Copy, Known
from archiver.steps.judging import judge
from archiver.steps.readable import read_shown
from archiver.steps.strikes import strikes_at
from archiver.tap import Tap

LOST = Availability.GONE_UNSPECIFIED
SMALL = {"seed": 5, "count": 200, "days": 300}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    return five_years.play(**SMALL, root=tmp_path_factory.mktemp("years") / "home")


def test_the_whole_time_was_played_and_much_was_looked_at(played):
    assert played.days == SMALL["days"]
    assert played.verdict.figures["looks"] > 10 * SMALL["count"]
    assert played.verdict.figures["deaths declared in time, % (of)"] > 20
    assert played.verdict.figures["reasons right where one is told, % (of)"] > 5
    assert played.verdict.figures["returns noticed at the first sight, % (of)"] > 5


@pytest.mark.parametrize("name", five_years.NEVER)
def test_what_must_never_be_never_was(played, name):
    assert played.verdict.cases[name] == []


def test_no_single_look_took_a_living_resource_for_lost(played):
    assert played.verdict.cases["single looks that said gone of what lived"] == []


@pytest.mark.parametrize("name", five_years.FLOORS)
def test_what_must_be_reached_is_reached(played, name):
    assert played.verdict.figures[name] >= five_years.FLOORS[name], played.verdict.cases[name]


def test_every_phase_of_every_page_is_judged_as_its_answers_tell(population):
    calendar, wrong, seen = Calendar(population.start), [], set()
    with ExitStack() as stack:
        web = stack.enter_context(LivingWeb(population, now=calendar.now))
        names = PlayedNames(port=web.port, ca_bundle=web.ca_file, resolve=web.play.resolve)
        tap = stack.enter_context(Tap(policy=names, limits=five_years.LIMITS, clock=calendar.clock))
        for life, phase, at in quiet_phases(population):
            calendar.to(life.born_at)
            copy = copy_of(Visitor(web).follow(life.resource.uri))
            calendar.to(at)
            known = Known(Availability.LIVE, None, lambda copy=copy: copy)
            talk = judge(life.resource, known=known, random_hex=calendar.clock.random_hex)
            with prober_of(tap, calendar.clock, patient=True) as prober:
                (ended,) = prober.run([(life.resource.key, talk)])
            said = ended.result.stand.availability
            if said is not phase.told and not (said.group is phase.told.group is Group.LIVE):
                wrong.append((life.resource.uri, phase, ended.result.stand))
            seen.add(phase.act)
    assert wrong == []
    assert seen == set(PageAct)


def quiet_phases(population):
    """Each phase of each page of which the first sight was a good one, and an instant of it without trouble."""
    for life in population.lives.values():
        if life.host is None or population.trouble_at(life.host, life.born_at) is not None:
            continue
        for phase, after in zip_longest(life.phases, life.phases[1:]):
            end = after.at if after else population.end
            steps = (phase.at + timedelta(minutes=1) + timedelta(hours=7) * step for step in range(1_000))
            calm = (at for at in steps if at < end and population.trouble_at(life.host, at) is None)
            if (at := next(calm, None)) is not None:
                yield life, phase, at


def copy_of(answer):
    shown = read_shown(answer.body, "utf-8", answer.url)
    return Copy("first", shown, shown)


def careless(*, run, catalog, prober, clock, **_):
    """What an archive does that believes every answer: three losses in a row, days apart, and it says so."""
    notes, due = [], [one for batch in catalog.due_resources(clock.now(), batch=500) for one in batch]
    talks = ((one, judge(one.resource, random_hex=clock.random_hex)) for one in due)
    for ended in prober.run(talks):
        stand, one = ended.result.stand, ended.key
        seen = Observation(one.resource, clock.now(), stand.availability, stand.via, stand.evidence, run.run_id)
        notes.append(seen)
        looks, told = catalog.looks_of(one.id), stand.availability.group is Group.GONE
        if told and one.declared_at is None and strikes_at(looks, clock.now(), cadence=Cadence()) >= 3:
            notes.append(
                Event(
                    clock.random_hex(8), EventKind.DECLARED_GONE, clock.now(), run.run_id, "", one.resource, state=LOST
                )
            )
    run.note(*notes)
    catalog.ingest_notes(notes)


def test_an_archive_that_believes_every_answer_calls_living_posts_gone_in_the_same_play(tmp_path):
    cast = ("x", "bluesky", "mastodon")
    played = five_years.play(**SMALL, root=tmp_path / "home", check=careless, cast=cast)
    assert played.verdict.figures["declared while it lived"] > 0
    assert {"declared while it lived", "declared in a trouble"} <= set(played.failed)


# --- the judge itself ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def population():
    return draw_population(seed=5, count=200, start=five_years.START, days=300)


def perfect(population):
    """What a perfect archive would have written down: daily passes that see all that is told, as the cadence has it."""
    histories = {}
    for key, life in population.lives.items():
        history = histories[key] = History([Look(life.born_at, population.told_at(key, life.born_at))])
        declared, strikes = False, 0
        while (at := next_pass(history, declared=declared)) < population.end:
            told = population.told_at(key, at)
            history.looks.append(Look(at, told))
            strikes = strikes + 1 if told.group is Group.GONE else 0 if told.conclusive else strikes
            if strikes == 3 and not declared:
                history.events.append(Said(key, "declared_gone", at, told))
                declared = True
            if declared and told.conclusive and told.group is not Group.GONE:
                history.events.append(Said(key, "came_back", at, told))
                declared = False
    return histories


def next_pass(history, *, declared):
    """The first daily pass from which on it is due."""
    due = due_after(history.looks, declared=declared, cadence=Cadence())
    whole = due.replace(hour=3, minute=0, second=0, microsecond=0)
    return whole if whole >= due else whole + timedelta(days=1)


def judged(population, histories):
    verdict = judge_play(population, histories, until=population.end, cadence=Cadence())
    return five_years.Played(300, 0.0, verdict)


def test_of_a_perfect_archive_nothing_is_found_wrong_but_that_it_saw_through_troubles(population):
    found = judged(population, perfect(population))
    assert set(found.failed) <= {"declared in a trouble"}
    assert found.verdict.figures["deaths declared in time, %"] == 100.0
    assert found.verdict.figures["quiet looks that say all that is told, %"] == 100.0


def test_one_living_resource_that_is_called_gone_fails_the_play(population):
    histories = perfect(population)
    key = next(key for key, life in population.lives.items() if len(life.phases) == 1)
    at = population.end - timedelta(days=1)
    histories[key].events.append(Said(key, "declared_gone", at, Availability.GONE_DELETED))
    found = judged(population, histories)
    assert len(found.verdict.cases["declared while it lived"]) == 1
    assert len(found.verdict.cases["declared without its strikes"]) == 1
    assert "declared while it lived" in found.failed


def test_losses_that_are_never_declared_or_late_fail_the_play(population):
    histories = perfect(population)
    for history in histories.values():
        history.events[:] = [replace(event, at=event.at + timedelta(days=80)) for event in history.events]
    found = judged(population, histories)
    assert "deaths declared in time, %" in found.failed


def test_a_wrong_reason_fails_the_play(population):
    histories = perfect(population)
    for history in histories.values():
        history.events[:] = [replace(event, state=Availability.GONE_UNSPECIFIED) for event in history.events]
    assert "reasons right where one is told, %" in judged(population, histories).failed


def test_a_return_that_nobody_noticed_fails_the_play(population):
    histories = perfect(population)
    for history in histories.values():
        history.events[:] = [event for event in history.events if event.kind != "came_back"]
    assert "returns noticed at the first sight, %" in judged(population, histories).failed


def test_the_script_tells_its_figures_as_json_and_fails_where_it_did_not_come_to_the_end(tmp_path):
    command = [sys.executable, five_years.__file__, "--count", "200", "--days", "300", "--most", "0.1", "--json"]
    done = subprocess.run([*command, "--home", str(tmp_path / "home")], capture_output=True, check=False, timeout=60)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["days"] == 0

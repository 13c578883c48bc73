"""The proof of the five years, in small: every story and every trouble in three hundred simulated days."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import five_years
import pytest
from five_years_seen import History, Said, judge_play

from archiver.demo.lives_drawn import draw_population
from archiver.model.cadence import Cadence, Look, due_after
from archiver.model.states import Availability, Group

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


# --- the judge itself ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def population():
    return draw_population(seed=5, count=200, start=five_years.START, days=300)


def perfect(population, *, ends=timedelta(0)):
    """What a perfect archive would have written down: daily passes that see all that is told, as the cadence has it."""
    histories = {}
    for key, life in population.lives.items():
        history = histories[key] = History([Look(life.born_at, Availability.LIVE)])
        declared, strikes, at = False, [], life.born_at
        while at < population.end - ends:
            at += timedelta(days=1)
            if due_after(history.looks, declared=declared, cadence=Cadence()) > at:
                continue
            told = population.told_at(key, at)
            history.looks.append(Look(at, told))
            strikes = [*strikes, at] if told.group is Group.GONE else [] if told.conclusive else strikes
            if len(strikes) == 3:
                history.events.append(Said(key, "declared_gone", at, told))
                declared = True
            if declared and told.conclusive and told.group is not Group.GONE:
                history.events.append(Said(key, "came_back", at, told))
                declared = False
    return histories


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

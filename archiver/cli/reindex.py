"""`archiver reindex`: build the catalog anew from the evidence."""

import click

from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, warn
from archiver.model.errors import Exit
from archiver.steps.reindex import reindex
from archiver.store import Store


@click.command("reindex", short_help="Rebuild the index from the evidence.")
@command_options
def command(common: Common) -> int:
    """Rebuild db/archive.db from snapshots/, and nothing else.

    The old file is not read, and stays until the new one is whole. Exits with 1 if some
    evidence could not be read; it is named.
    """
    home = common.home()
    indexed = reindex(store=Store.open(home.snapshots, keys=home.keys), db_file=home.catalog_file)
    for path, reason in indexed.damaged:
        warn(f"not indexed: {path}: {reason}")
    if common.json:
        damaged = [{"path": path, "reason": reason} for path, reason in indexed.damaged]
        emit({"pieces": indexed.pieces, "damaged": damaged, "counts": indexed.counts})
    else:
        say(f"{indexed.pieces} pieces of evidence indexed into {home.catalog_file}")
    return Exit.LOST if indexed.damaged else Exit.DONE

"""`archiver export`: one self-contained file that opens anywhere."""

from pathlib import Path

import click

from archiver.catalog import Catalog
from archiver.cli.compose import program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say
from archiver.model.clock import system_clock
from archiver.steps.export import export
from archiver.store import Store


@click.command("export", short_help="Write one file that opens anywhere.", no_args_is_help=True)
@click.argument("subject", metavar="CAPTURE|POST|ARTICLE")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The .wacz file.")
@click.option("--force", is_flag=True, help="Overwrite it if it is there.")
@command_options
def command(subject: str, output: Path, force: bool, common: Common) -> None:  # noqa: FBT001
    """Write a WACZ 1.1.1 that ReplayWeb.page and pywb open, with the evidence beside the replay.

    The subject is a capture's id, any form of a post's URL (all its captures), or an
    article's URL or file (the article, and the latest copy of everything that it cites).
    """
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        written = export(
            subject,
            output,
            store=Store.open(home.snapshots),
            catalog=catalog,
            clock=system_clock,
            software=program_name(),
            overwrite=force,
        )
    if common.json:
        emit({"file": str(written.path), "bytes": written.size_bytes, "digest": str(written.digest)})
        return
    say(f"{written.path}: {written.size_bytes / 1e6:.1f} MB, {written.digest}")
    say("Open it at ReplayWeb.page, or with pywb; `wacz validate -f` checks it.")

"""`archiver init`: make an archive home."""

from pathlib import Path

import click

from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say
from archiver.home import create_home


@click.command("init", short_help="Make an archive home.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
@command_options
def command(directory: Path, common: Common) -> None:
    """Make an archive home in DIRECTORY (default: here).

    It gets snapshots/ (the evidence, checkable without this program), db/ (its index) and keys/
    (the private key that signs the log: keep a copy elsewhere, and never publish it). A home that is
    there already is left as it is.
    """
    home = create_home(directory)
    if common.json:
        emit({"home": str(home.root)})
        return
    say(f"Archive home: {home.root}")
    say(f"Its private key: {home.keys.folder} (keep a copy elsewhere, and never publish it)")
    say(f"Next:  archiver archive --home {home.root} URL")

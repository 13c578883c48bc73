"""What every command takes, and how every command ends."""

import functools
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.output import warn
from archiver.model.errors import ArchiverError, Exit

if TYPE_CHECKING:
    from archiver.home import Home
    from archiver.tap import EgressPolicy

__all__ = ["Common", "command_options", "source_options"]


@dataclass(frozen=True, slots=True)
class Common:
    """The shared options of one call."""

    home_flag: Path | None
    json: bool
    connect_to: tuple[str, ...]
    ca_bundle: Path | None
    allow_hosts: tuple[str, ...]
    verbose: bool

    # Imports stand in the functions that need them: `extract` and `--help` start quickly.

    def home(self) -> "Home":
        """The archive home in force; HomeMissing if there is none."""
        from archiver.home import find_home  # noqa: PLC0415

        return find_home(self.home_flag)

    def egress(self) -> "EgressPolicy":
        """What the tap may reach."""
        from archiver.tap import ConnectTo, EgressPolicy  # noqa: PLC0415

        return EgressPolicy(
            connect_to=tuple(ConnectTo.parse(text) for text in self.connect_to),
            allow_hosts=self.allow_hosts,
            ca_bundle=self.ca_bundle,
        )


def _connect_to(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        return values
    from archiver.tap import ConnectTo  # noqa: PLC0415

    for value in values:
        try:
            ConnectTo.parse(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return values


_SHARED = (
    click.option(
        "--home",
        "home_flag",
        type=click.Path(path_type=Path, file_okay=False),
        help="The archive home [default: $ARCHIVER_HOME, else here].",
    ),
    click.option("--json", "json", is_flag=True, help="Print one JSON object a line, and nothing else."),
    click.option(
        "--connect-to",
        multiple=True,
        metavar="HOST:PORT:TOHOST:TOPORT",
        callback=_connect_to,
        help="Where HOST:PORT is asked for, connect to TOHOST:TOPORT; an empty part means any (as in curl).",
    ),
    click.option(
        "--ca-bundle",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Trust these certificate authorities (PEM) as well.",
    ),
    click.option(
        "--allow-host",
        "allow_hosts",
        multiple=True,
        metavar="HOST",
        help="Let this host through although its address is not public.",
    ),
    click.option("--verbose", is_flag=True, help="Say more on standard error."),
)


def source_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how sources with many articles are read, as `limit` and `column`."""
    function = click.option(
        "--column",
        metavar="NAME",
        help="The column of a CSV or JSONL list that holds the sources [default: url, link, href or source].",
    )(function)
    return click.option(
        "--limit",
        type=click.IntRange(1),
        metavar="N",
        help="Read at most N articles of each feed, sitemap, list or WARC, of feeds and sitemaps the newest "
        "[default: 1000 of a feed or sitemap, else all].",
    )(function)


def command_options(function: Callable[..., int | None]) -> Callable[..., None]:
    """Give a command the shared options as `common`, and turn errors into exit codes.

    The function returns its exit code (None is 0). An ArchiverError is shown with its next
    step and ends with its own code; Ctrl-C ends with 130.
    """

    @functools.wraps(function)
    def run(**given: Any) -> None:
        common = Common(**{field.name: given.pop(field.name) for field in fields(Common)})
        level = logging.DEBUG if common.verbose else logging.WARNING
        logging.basicConfig(level=level, format="%(name)s: %(message)s")
        try:
            code = function(common=common, **given) or Exit.DONE
        except ArchiverError as error:
            warn(f"archiver: {error}")
            if error.next_step:
                warn(f"  {error.next_step}")
            code = error.exit_code
        except KeyboardInterrupt:
            warn("archiver: interrupted")
            code = Exit.INTERRUPTED
        sys.exit(int(code))

    for option in reversed(_SHARED):
        run = option(run)
    return run

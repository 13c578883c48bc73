"""`archiver schedule`: have `archiver run` begun by cron or by systemd."""

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archiver.cli.crontab import (
    CronCommand,
    CronFile,
    Crontab,
    block_of,
    cron_times,
    find_block,
    with_block,
    without_block,
)
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, warn
from archiver.cli.spans import SPAN, span_text
from archiver.cli.timers import Timer, unit_folder
from archiver.home import Home
from archiver.model.errors import UsageError

__all__ = ["command"]

#: What a browser is found by, and cron would not know.
_TAKEN_ALONG = ("ARCHIVER_BROWSER", "PLAYWRIGHT_BROWSERS_PATH")
_LEAST_EVERY_S = 300
_BUDGET_PART = 5 / 6


@click.group("schedule", short_help="Have unattended passes begun by cron or systemd.")
def command() -> None:
    """Have `archiver run` begun regularly, by cron or by a systemd user timer.

    Only what is set off by this program's own marks is ever written, changed or taken away.
    """


def _places(function: Callable[..., None]) -> Callable[..., None]:
    """Where the schedule lies: as `systemd`, `crontab_file`, `unit_dir`."""
    function = click.option(
        "--unit-dir",
        type=click.Path(path_type=Path, file_okay=False),
        help="With --systemd: write the units here, and don't call systemctl.",
    )(function)
    function = click.option(
        "--crontab-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write this file in the place of your crontab: for a cron that reads files, or to try it.",
    )(function)
    return click.option("--systemd", is_flag=True, help="Use a systemd user timer in the place of cron.")(function)


@command.command("install", short_help="Begin, or change how often.")
@click.option("--every", "every_s", type=SPAN, default="1h", show_default=True, help="How often a pass begins.")
@click.option("--budget", "budget_s", type=SPAN, help="See `archiver run` [default: five sixths of --every].")
@click.option(
    "--log", type=click.Path(path_type=Path, dir_okay=False), help="Where its output goes [default: db/run.log]."
)
@click.option("--yes", is_flag=True, help="Write it; without this it is only shown.")
@_places
@command_options
def _install(  # noqa: PLR0917  # one for each option
    every_s: int,
    budget_s: int | None,
    log: Path | None,
    yes: bool,  # noqa: FBT001
    systemd: bool,  # noqa: FBT001
    crontab_file: Path | None,
    unit_dir: Path | None,
    common: Common,
) -> None:
    """Show what would be written; with --yes, write it.

    All paths in it are absolute, and it needs no PATH and no other variable. The network options
    given here (--connect-to, --ca-bundle, --allow-host) are taken along; settings in the environment
    (ARCHIVER_...) are not, but those in archiver.toml count. Done again it changes what it had written.
    """
    home = common.home()
    if every_s < _LEAST_EVERY_S:
        raise UsageError("that is too often", next_step=f"Every {span_text(_LEAST_EVERY_S)} at most.")
    words = _words(home, common, budget_s or int(every_s * _BUDGET_PART))
    log = (log or home.catalog_file.parent / "run.log").absolute()
    if systemd:
        timer = _timer(home, unit_dir)
        texts = timer.texts(words, _environment(), every_s=every_s, log=log)
        shown = "\n".join(f"# {timer.folder / name}\n{text}" for name, text in texts.items())
        write: Callable[[], None] = lambda: timer.write(texts)  # noqa: E731  # one of two
    else:
        crontab = _crontab(crontab_file)
        shown = block = block_of(_cron_line(words, every_s, log, home), home=home.root)
        write = lambda: crontab.write(with_block(crontab.read(), block, home=home.root))  # noqa: E731  # as above
    _tell(shown, common, installed=yes)
    if yes:
        write()
    _warn_of_settings()


@command.command("show", short_help="Show what is installed for this home.")
@_places
@command_options
def _show(
    systemd: bool,  # noqa: FBT001
    crontab_file: Path | None,
    unit_dir: Path | None,
    common: Common,
) -> None:
    """Show what is installed for this home, as it stands there."""
    home = common.home()
    found = _installed(home, crontab_file, unit_dir, systemd=systemd)
    if common.json:
        emit({"home": str(home.root), "installed": bool(found), "text": found})
    else:
        say(found.rstrip("\n") if found else "Nothing is scheduled. Begin with:  archiver schedule install --yes")


@command.command("remove", short_help="End it.")
@_places
@command_options
def _remove(
    systemd: bool,  # noqa: FBT001
    crontab_file: Path | None,
    unit_dir: Path | None,
    common: Common,
) -> None:
    """Take away what was installed for this home, and nothing else; where there is nothing, that is fine."""
    home = common.home()
    found = _installed(home, crontab_file, unit_dir, systemd=systemd)
    if found and systemd:
        _timer(home, unit_dir).remove()
    elif found:
        crontab = _crontab(crontab_file)
        crontab.write(without_block(crontab.read(), home=home.root))
    if common.json:
        emit({"home": str(home.root), "removed": bool(found), "text": found})
    else:
        say(f"Taken away:\n{found.rstrip()}" if found else "Nothing was scheduled.")


def _installed(home: Home, crontab_file: Path | None, unit_dir: Path | None, *, systemd: bool) -> str:
    if systemd:
        return "\n".join(_timer(home, unit_dir).installed().values())
    return find_block(_crontab(crontab_file).read(), home=home.root) or ""


def _crontab(file: Path | None) -> Crontab:
    found = CronFile(file.absolute()) if file else CronCommand.find()
    if found is None:
        raise UsageError(
            "there is no `crontab` command here",
            next_step="Install cron, or use a systemd user timer (--systemd), or name a file (--crontab-file).",
        )
    return found


def _timer(home: Home, unit_dir: Path | None) -> Timer:
    return Timer(home.root, (unit_dir or unit_folder()).absolute(), control=unit_dir is None)


def _words(home: Home, common: Common, budget_s: int) -> list[str]:
    """The command, as a list of words: this very installation, by its absolute path."""
    script = Path(sys.executable).with_name("archiver")
    # -P: a folder of the same name where cron begins is not this program.
    program = [str(script)] if script.exists() else [sys.executable, "-P", "-m", "archiver"]
    words = [*program, "run", "--home", str(home.root), "--budget", span_text(budget_s)]
    for value in common.connect_to:
        words += ["--connect-to", value]
    if common.ca_bundle:
        words += ["--ca-bundle", str(common.ca_bundle.absolute())]
    for value in common.allow_hosts:
        words += ["--allow-host", value]
    return words


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _TAKEN_ALONG if os.environ.get(name)}


def _cron_line(words: list[str], every_s: int, log: Path, home: Home) -> str:
    variables = [f"{name}={shlex.quote(value)}" for name, value in _environment().items()]
    line = " ".join([*variables, *map(shlex.quote, words)])
    return f"{cron_times(every_s, home=home.root)} {line} >> {shlex.quote(str(log))} 2>&1"


def _tell(shown: str, common: Common, *, installed: bool) -> None:
    if common.json:
        told: dict[str, Any] = {"home": str(common.home().root), "installed": installed, "text": shown}
        emit(told)
        return
    say(shown.rstrip("\n"))
    if not installed:
        warn("Nothing was written. The same command with --yes writes this.")


def _warn_of_settings() -> None:
    left = sorted(
        name for name in os.environ if name.startswith("ARCHIVER_") and name not in {*_TAKEN_ALONG, "ARCHIVER_HOME"}
    )
    if left:
        warn(f"Not taken along from the environment: {', '.join(left)}. Put settings into archiver.toml.")

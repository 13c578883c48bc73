"""The commands: parse, build, call one step, print. One file a command."""

import gc
import importlib
import signal
import sys

import click

from archiver import __version__
from archiver.model.errors import EXIT_MEANINGS

__all__ = ["COMMANDS", "archiver", "main"]

#: Command name → module; in the order in which a newcomer meets them.
COMMANDS = {
    "init": "init",
    "archive": "archive",
    "watch": "watch",
    "run": "run",
    "check": "check",
    "history": "history",
    "schedule": "schedule",
    "lookup": "lookup",
    "copies": "copies",
    "extract": "extract",
    "report": "report",
    "verify": "verify",
    "resolve": "resolve",
    "diff": "diff",
    "audit": "audit",
    "export": "export",
    "certificate": "certificate",
    "heal": "heal",
    "qa": "qa",
    "du": "du",
    "prune": "prune",
    "withdraw": "withdraw",
    "reindex": "reindex",
    "keys": "keys",
    "stamp": "stamp",
    "demo": "demo",
    "doctor": "doctor",
}


class _Lazy(click.Group):
    """Loads a command's module when it is asked for: `--help` and cron starts stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        # All that is loaded stays: to look for garbage in it again and again costs a tenth of the start.
        gc.disable()
        try:
            module = importlib.import_module(f"archiver.cli.{COMMANDS[cmd_name]}")
        finally:
            gc.enable()
        command: click.Command = module.command
        return command


_EPILOG = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in EXIT_MEANINGS.items()) + "."


@click.group(cls=_Lazy, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archiver")
def archiver() -> None:
    """Find every social post that an article embeds, freeze it with evidence, and show it again.

    \b
    Begin with:
      archiver demo --archive      archive a sample article, without internet
      archiver init DIR            make an archive home
      archiver archive URL         archive an article into it
      archiver lookup QUERY        find a stored copy
    """  # noqa: D301  # click reads the backspace itself


def main() -> None:
    """The entry point of the `archiver` command. SIGTERM ends it as Ctrl-C does: the state is saved."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    archiver(prog_name="archiver")
    sys.exit(0)

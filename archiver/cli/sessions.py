"""`--session FILE`: with whose log-in a capture may be made, named on the command line and nowhere else."""

import logging
from collections.abc import Callable
from pathlib import Path

import click

from archiver.cli.output import plain, warn
from archiver.fetch.sessions import read_session
from archiver.model.clock import system_clock
from archiver.model.sessions import Session

__all__ = ["read_sessions", "session_option"]


def session_option(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option as `session`, a tuple of paths."""
    return click.option(
        "--session",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="What meets a log-in wall is captured once more with this log-in: a storage_state of Playwright or a "
        "cookies.txt, readable by you alone. May be given several times.",
    )(function)


def read_sessions(paths: tuple[Path, ...]) -> tuple[Session, ...]:
    """The sessions in these files; InputUnreadable for the first that can't be used."""
    sessions = tuple(read_session(path, clock=system_clock) for path in paths)
    for path, session in zip(paths, sessions, strict=True):
        if session.expired:
            left = "nothing is left of it" if not session.hosts else f"it still has cookies for {session.label}"
            warn(f"WARNING: {session.expired} cookies of {plain(path)} have expired; {left}. Log in and save it anew.")
    if sessions:
        # What it logs has whole addresses in it, and those may have a secret.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
    return sessions

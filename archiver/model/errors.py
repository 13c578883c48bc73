"""What our own faults and a user's mistakes look like.

The world's failures (a 404, a login wall, a time-out) are not exceptions here: they are
observations, and they are always written down.

::

    ArchiverError                 exit  next step
    ├── UsageError                 2    shown with the option that is wrong
    ├── InputUnreadable            3    names the source and what was expected
    ├── HomeError                  4
    │   ├── HomeMissing            4    archiver init
    │   ├── HomeTooNew             4    upgrade the program
    │   ├── CatalogDamaged         4    archiver reindex
    │   ├── HomeLocked             4    wait for the other run
    │   └── HomeNotWritable        4    free space, or mend permissions
    ├── BrowserUnavailable         5    the three ways to get one
    ├── Refused                    1    the address guard said no
    └── Interrupted              130    run the command again

Exit 0 is "done", 1 "done, and something is lost or wrong", 130 "interrupted, state saved".
"""

from enum import IntEnum

__all__ = [
    "ArchiverError",
    "BrowserUnavailable",
    "CatalogDamaged",
    "Exit",
    "HomeError",
    "HomeLocked",
    "HomeMissing",
    "HomeNotWritable",
    "HomeTooNew",
    "InputUnreadable",
    "Interrupted",
    "Refused",
    "UsageError",
]


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    LOST = 1
    USAGE = 2
    INPUT = 3
    HOME = 4
    BROWSER = 5
    INTERRUPTED = 130


EXIT_MEANINGS = {
    Exit.DONE: "done",
    Exit.LOST: "done, and something is lost or wrong (a finding, a failed capture)",
    Exit.USAGE: "wrong usage",
    Exit.INPUT: "input unreadable",
    Exit.HOME: "archive home unusable (missing, newer format, locked, disk full)",
    Exit.BROWSER: "browser unavailable",
    Exit.INTERRUPTED: "interrupted, state saved",
}


class ArchiverError(Exception):
    """Base of every error raised on purpose. `next_step` says what to do about it."""

    exit_code = Exit.LOST
    next_step = ""

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        if next_step is not None:
            self.next_step = next_step


class UsageError(ArchiverError):
    """A command was called with words that do not fit."""

    exit_code = Exit.USAGE
    next_step = "See --help."


class InputUnreadable(ArchiverError):
    """A source exists in name only, or is not something an article can be read from."""

    exit_code = Exit.INPUT
    next_step = "Give an article, or what holds or lists articles: an http(s) URL, a file, or - for standard input."


class HomeError(ArchiverError):
    """The archive home can't be used."""

    exit_code = Exit.HOME


class HomeMissing(HomeError):
    """No archive home was named, and the current folder is none."""

    next_step = "Make one with `archiver init DIR`, or name one with --home DIR or $ARCHIVER_HOME."


class HomeTooNew(HomeError):
    """The home was written by a newer program, whose format this one doesn't know."""

    next_step = "Upgrade embed-archiver."


class CatalogDamaged(HomeError):
    """The index is missing, broken or not of this schema; the evidence is not touched by that."""

    next_step = "Build the index anew from the evidence with `archiver reindex`."


class HomeLocked(HomeError):
    """Another process is writing to the home."""

    next_step = "Wait until it ends, then run the command again: it goes on where it stopped."


class HomeNotWritable(HomeError):
    """The disk is full, or the home is read-only."""

    next_step = "Free space or mend the permissions, then run the command again: nothing sealed is lost."


class BrowserUnavailable(ArchiverError):
    """No browser was found, or it does not start."""

    exit_code = Exit.BROWSER
    next_step = (
        "Get one in one of three ways: `apt-get install chromium-headless-shell` (Debian), "
        "`playwright install chromium-headless-shell`, or set $ARCHIVER_BROWSER to a "
        "chromium you have."
    )


class Refused(ArchiverError):
    """The address guard does not let a request leave; nothing was sent."""

    next_step = "If the host is yours, name it with --allow-host HOST or --connect-to."


class Interrupted(ArchiverError):
    """A run was stopped from outside; what was sealed stays."""

    exit_code = Exit.INTERRUPTED
    next_step = "Run the command again: it goes on where it stopped."

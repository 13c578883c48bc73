"""The user's crontab, of which only one block of lines, set off by marks that name the home, is ours."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archiver.model.digests import sha256
from archiver.model.errors import HomeNotWritable, UsageError

__all__ = ["CronCommand", "CronFile", "Crontab", "block_of", "cron_times", "find_block", "with_block", "without_block"]

_TIMEOUT_S = 30.0
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
#: Put after the first mark where the text before had no end of its last line, so that it can be given back as it was.
_NO_END = " (the line before this had no end)"


class Crontab(Protocol):
    """Where the lines of a crontab are read and written, all of them."""

    def read(self) -> str:
        """The whole text; "" if there is none."""
        ...

    def write(self, text: str) -> None:
        """Put another text in its place."""
        ...


@dataclass(frozen=True, slots=True)
class CronFile:
    """A file in the form of a crontab."""

    path: Path

    def read(self) -> str:
        """See `Crontab`. Raises UsageError for what can't be read."""
        try:
            return self.path.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}") from None

    def write(self, text: str) -> None:
        """See `Crontab`. The file is replaced as a whole. Raises HomeNotWritable."""
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            beside.write_bytes(text.encode("utf-8", "surrogateescape"))
            beside.replace(self.path)
        except OSError as error:
            raise HomeNotWritable(f"{self.path}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class CronCommand:
    """The crontab of the user who runs this, by the `crontab` command."""

    command: str

    @classmethod
    def find(cls) -> "CronCommand | None":
        """None where there is no such command."""
        command = shutil.which("crontab")
        return cls(command) if command else None

    def read(self) -> str:
        """See `Crontab`. Raises UsageError if the command says no."""
        done = self._run(["-l"])
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            if "no crontab" in said.lower():
                return ""
            raise UsageError(f"crontab -l: {said or f'exit code {done.returncode}'}", next_step="Mend cron.")
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, text: str) -> None:
        """See `Crontab`."""
        done = self._run(["-"], text.encode("utf-8", "surrogateescape"))
        if done.returncode != 0:
            raise UsageError(f"crontab: {done.stderr.decode(errors='replace').strip()}", next_step="Mend cron.")

    def _run(self, words: list[str], given: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run([self.command, *words], input=given, capture_output=True, timeout=_TIMEOUT_S, check=False)


def cron_times(every_s: int, *, home: Path) -> str:
    """The first five fields of a line. The minute is the home's own, so that not all homes begin at once.

    Raises UsageError for what cron can't say: minutes must divide an hour, hours a day.
    """
    minute, hour = (int(part, 16) for part in re.findall("....", sha256(str(home).encode()).hex)[:2])
    minutes, rest_s = divmod(every_s, _MINUTE_S)
    if rest_s == 0 and 0 < minutes < _HOUR_S // _MINUTE_S and 60 % minutes == 0:  # minutes of an hour
        return f"{_from(minute % minutes, 59, minutes)} * * * *"
    hours, rest_s = divmod(every_s, _HOUR_S)
    if rest_s == 0 and 0 < hours < 24 and 24 % hours == 0:  # noqa: PLR2004  # hours of a day
        return f"{minute % 60} {_from(hour % hours, 23, hours)} * * *" if hours > 1 else f"{minute % 60} * * * *"
    if every_s == _DAY_S:
        return f"{minute % 60} {hour % 24} * * *"
    raise UsageError(
        f"cron can't do that every {every_s} seconds",
        next_step="Take 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d; or a systemd timer (--systemd).",
    )


def _from(first: int, last: int, step: int) -> str:
    return "*" if step == 1 else f"{first}-{last}/{step}"


def block_of(line: str, *, home: Path) -> str:
    """Our block: the line between two marks. A percent sign is escaped, as cron wants it.

    Raises UsageError for a home with a line break in its name.
    """
    if "\n" in line or "\r" in line:
        raise UsageError("the home's name has a line break in it", next_step="Cron can't be told that.")
    escaped = line.replace("%", "\\%")
    return f"{_begin(home)}\n{escaped}\n{_end(home)}\n"


def find_block(text: str, *, home: Path) -> str | None:
    """Our block as it stands in a crontab; None if there is none."""
    found = _pattern(home).search(text)
    return found.group("block") if found else None


def without_block(text: str, *, home: Path) -> str:
    """The crontab as it would be without us, byte for byte (but a last line that had no end may have one now)."""

    def gone(found: "re.Match[str]") -> str:
        # What others wrote after our block since is not to run into the line before it.
        return "" if found.group("no_end") and found.end() == len(text) else found.group("before")

    return _pattern(home).sub(gone, text)


def with_block(text: str, block: str, *, home: Path) -> str:
    """The crontab with our block, in the place of an earlier one or at the end; all else as it is."""
    if _pattern(home).search(text):
        return _pattern(home).sub(
            lambda found: found.group("before") + _marked(block, home, unended=bool(found.group("no_end"))), text
        )
    unended = bool(text) and not text.endswith("\n")
    return text + ("\n" if unended else "") + _marked(block, home, unended=unended)


def _marked(block: str, home: Path, *, unended: bool) -> str:
    return block.replace(_begin(home), _begin(home) + _NO_END, 1) if unended else block


def _begin(home: Path) -> str:
    return f"# >>> embed-archiver {home} >>>"


def _end(home: Path) -> str:
    return f"# <<< embed-archiver {home} <<<"


def _pattern(home: Path) -> "re.Pattern[str]":
    begin, end, no_end = re.escape(_begin(home)), re.escape(_end(home)), re.escape(_NO_END)
    block = rf"(?P<block>{begin}(?P<no_end>{no_end})?\n(?:.*\n)*?{end}\n)"
    return re.compile(rf"(?P<before>^|\n){block}")

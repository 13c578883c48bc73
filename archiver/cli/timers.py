"""A systemd user timer: two unit files that are ours, named after the home."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver.model.digests import sha256
from archiver.model.errors import HomeNotWritable, UsageError

__all__ = ["Timer", "unit_folder"]

_TIMEOUT_S = 30.0


def unit_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a user's own units lie."""
    base = environment.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "systemd" / "user"


@dataclass(frozen=True, slots=True)
class Timer:
    """The two units of one home. `control` runs `systemctl`; without it only the files are written."""

    home: Path
    folder: Path
    control: bool = True

    @property
    def name(self) -> str:
        """The units' name without its ending."""
        return f"embed-archiver-{sha256(str(self.home).encode()).hex[:8]}"

    def texts(self, words: Sequence[str], environment: Mapping[str, str], *, every_s: int, log: Path) -> dict[str, str]:
        """File name → text. Units know `%` and `$`, and quote in their own way."""
        variables = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items())
        service = (
            f"[Unit]\nDescription=embed-archiver: one unattended pass over {_escaped(str(self.home))}\n\n"
            f"[Service]\nType=oneshot\n{variables}ExecStart={' '.join(map(_quoted, words))}\n"
            f"StandardOutput=append:{_escaped(str(log))}\nStandardError=append:{_escaped(str(log))}\n"
        )
        timer = (
            f"[Unit]\nDescription=embed-archiver: when {_escaped(str(self.home))} has its pass\n\n"
            f"[Timer]\nOnBootSec=5min\nOnUnitActiveSec={every_s}s\nRandomizedDelaySec={min(every_s // 20, 300)}s\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
        return {f"{self.name}.service": service, f"{self.name}.timer": timer}

    def installed(self) -> dict[str, str]:
        """The unit files as they lie there; {} if there are none."""
        files = [self.folder / f"{self.name}{ending}" for ending in (".service", ".timer")]
        return {file.name: file.read_text("utf-8", errors="replace") for file in files if file.exists()}

    def write(self, texts: Mapping[str, str]) -> None:
        """Write the units and begin. Raises HomeNotWritable, UsageError if systemd says no."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, text in texts.items():
                (self.folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise HomeNotWritable(f"{self.folder}: {error.strerror}") from None
        self._systemctl("daemon-reload")
        self._systemctl("enable", "--now", f"{self.name}.timer")

    def remove(self) -> None:
        """End the timer and take its units away; nothing is there the second time."""
        if not self.installed():
            return
        self._systemctl("disable", "--now", f"{self.name}.timer")
        for name in self.installed():
            (self.folder / name).unlink()
        self._systemctl("daemon-reload")

    def _systemctl(self, *words: str) -> None:
        if not self.control:
            return
        command = shutil.which("systemctl")
        if command is None:
            raise UsageError("there is no systemctl here", next_step="Use cron: leave --systemd out.")
        done = subprocess.run(
            [command, "--user", *words], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
        if done.returncode != 0:
            raise UsageError(
                f"systemctl --user {' '.join(words)}: {done.stderr.strip()}",
                next_step="A user's timers need a systemd session of that user; cron does not.",
            )


def _quoted(word: str) -> str:
    inner = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{_escaped(inner)}"'


def _escaped(text: str) -> str:
    return text.replace("%", "%%")

"""Videos that no record names the file of: fetched by yt-dlp, where a user has installed it.

It runs in a process of its own, with nothing of the user's (configuration, cache, cookies), and
goes out through a lane of the tap like everything else, so that addresses are guarded and every
byte is recorded. It never writes anywhere but to a folder of ours.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Downloaded", "VideoTool", "installed_version"]

_PACKAGE, _MODULE = "yt-dlp", "yt_dlp"
#: Address space that the process may take: it is pure Python, and what it holds at a time is small.
_MEMORY_BYTES = 2 << 30
_NOTE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came: the files' suffixes and bytes, the picture first; none of them where it failed, and why.

    `late` says that it was ended by us, out of time or over the bound. `elapsed_ms` is for people.
    """

    version: str
    files: tuple[tuple[str, bytes], ...] = ()
    note: str = ""
    late: bool = False
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTool:
    """yt-dlp behind one lane of the tap. `ca_file` is the authority that the tap shows itself with."""

    version: str
    proxy_url: str
    ca_file: Path
    max_bytes: int
    height_px: int

    def download(self, url: str, *, timeout_s: float) -> Downloaded:
        """The best video at `url` within the bounds; failures are values, and nothing outlives the call."""
        started_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="archiver-video-") as name:
            folder = Path(name)
            code, said = self._run(url, folder, timeout_s)
            files = _files(folder / "out", self.max_bytes) if code == 0 else ()
        elapsed_ms = round((time.monotonic() - started_s) * 1000)
        if code is None:
            return Downloaded(self.version, note="no time was left", late=True, elapsed_ms=elapsed_ms)
        note = "" if files else _last_words(said) or f"it gave no file (exit code {code})"
        return Downloaded(self.version, files, note, "larger than max-filesize" in said, elapsed_ms)

    def _run(self, url: str, folder: Path, timeout_s: float) -> tuple[int | None, str]:
        """The exit code, None if it had to be ended; and what it said."""
        (folder / "out").mkdir()
        with (folder / "said").open("w+b") as said:
            process = subprocess.Popen(
                self._command(url, folder),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=folder,
                env=self._environment(folder),
                start_new_session=True,
            )
            try:
                _limit(process.pid, self.max_bytes)
                code: int | None = process.wait(max(0.0, timeout_s))
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _end(process)
            said.seek(0)
            return code, said.read(100_000).decode("utf-8", "replace")

    def _command(self, url: str, folder: Path) -> list[str]:
        # Without ffmpeg nothing can be put together, so picture and sound may come as two files.
        formats = f"(bv*[height<=?{self.height_px}],ba)/b/bv*/ba"
        own = ["--ignore-config", "--no-cache-dir", "--no-cookies", "--no-playlist", "--no-update"]
        out = ["--paths", str(folder / "out"), "--output", "%(autonumber)03d.%(ext)s", "--no-part", "--no-mtime"]
        plain = ["--downloader", "native", "--fixup", "never", "--ffmpeg-location", str(folder / "none")]
        patience = ["--retries", "1", "--fragment-retries", "1", "--extractor-retries", "1", "--socket-timeout", "15"]
        bounds = ["--max-filesize", str(self.max_bytes), "--abort-on-unavailable-fragments"]
        # The system's authorities, which the environment puts ours in the place of, and no list of its own.
        trust = ["--proxy", self.proxy_url, "--compat-options", "no-certifi"]
        quiet = ["--no-progress", "--no-warnings", "--color", "never"]
        words = [*own, *out, *plain, *patience, *bounds, *trust, *quiet]
        return [sys.executable, "-m", _MODULE, *words, "--format", formats, "--", url]

    def _environment(self, folder: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
        home = {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CONFIG_HOME": str(folder / "none")}
        return kept | home | {"SSL_CERT_FILE": str(self.ca_file), "SSL_CERT_DIR": "", "YTDLP_NO_PLUGINS": "1"}


def installed_version() -> str | None:
    """The version of yt-dlp, or None where it is not installed."""
    if importlib.util.find_spec(_MODULE) is None:
        return None
    try:
        return importlib.metadata.version(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None


def _limit(pid: int, max_bytes: int) -> None:
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
        resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    except ProcessLookupError:
        return  # It has ended already.


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End whatever is left of it, children too: the group is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _files(folder: Path, max_bytes: int) -> tuple[tuple[str, bytes], ...]:
    found: list[tuple[str, bytes]] = []
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.removeprefix(".").lower()
        max_bytes -= path.stat().st_size
        if path.is_file() and not path.is_symlink() and re.fullmatch(r"[a-z0-9]{1,5}", suffix) and max_bytes >= 0:
            found.append((suffix, path.read_bytes()))
    return tuple(found)


def _last_words(said: str) -> str:
    errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-1:]
    return errors[-1].removeprefix("ERROR:").strip()[:_NOTE_CHARS] if errors else ""

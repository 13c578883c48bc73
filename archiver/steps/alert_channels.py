"""The three ways to tell somebody: a webhook, a command, and apprise.

A channel is known by its name alone: `webhook-3f9a`, the way and four hexadecimal digits of the
digest of its address. That stays the same when the settings are put into another order, and sixteen
bits tell nothing of a token.
"""

import hashlib
import importlib.util
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from archiver.model.errors import UsageError
from archiver.model.settings import AlertSettings
from archiver.steps.alert_message import AlertMessage, message_json, message_text

if TYPE_CHECKING:
    from archiver.fetch.hooks import Hooks

__all__ = ["Channel", "Sent", "channels_of", "check_channels"]

_COMMAND_S = 30.0
#: apprise asks its service with bounds of its own; this one is for what does not keep to them.
_APPRISE_S = 60.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR")
_CHILD = Path(__file__).with_name("apprise_child.py")
_NOT_INSTALLED = "apprise is not installed: it comes with the extra `alerts` (pip install 'embed-archiver[alerts]')"
_CHILD_SAYS = {2: "apprise does not understand the address", 3: _NOT_INSTALLED, 4: "the service did not take it"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of telling. `note` is in our own words, and nothing secret."""

    ok: bool
    note: str = ""


class Channel(Protocol):
    """One way to one receiver."""

    @property
    def name(self) -> str:
        """What journals and messages call it."""

    def send(self, message: AlertMessage) -> Sent:
        """Tell it; the world's failures are values."""


def channels_of(settings: AlertSettings, *, hooks: Callable[[], "Hooks"]) -> tuple[Channel, ...]:
    """All channels of the settings. `hooks` is asked for the way out when something is sent, not before."""
    return (
        *(_Webhook(_name("webhook", url), url, hooks) for url in dict.fromkeys(settings.webhook)),
        *(_Command(_name("command", line), line) for line in dict.fromkeys(settings.command)),
        *(_Apprise(_name("apprise", url), url, hooks) for url in dict.fromkeys(settings.apprise)),
    )


def check_channels(settings: AlertSettings) -> None:
    """Raises UsageError for what can't work, before a run begins: it names the setting, not its value."""
    for number, line in enumerate(settings.command, 1):
        if not _words(line):
            raise UsageError(f"[alerts] command {number} is not a command line", next_step="Look at its quotes.")
    for number, url in enumerate(settings.webhook, 1):
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"[alerts] webhook {number} is not an http(s) URL", next_step="Mend the setting.")
    if settings.apprise and importlib.util.find_spec("apprise") is None:
        raise UsageError(_NOT_INSTALLED, next_step="Install it, or take `apprise` out of [alerts].")


@dataclass(frozen=True, slots=True)
class _Webhook:
    name: str
    url: str = field(repr=False)
    hooks: Callable[[], "Hooks"] = field(repr=False)

    def send(self, message: AlertMessage) -> Sent:
        posted = self.hooks().post(self.url, message_json(message), {"Content-Type": "application/json"})
        return Sent(posted.accepted, "" if posted.accepted else posted.note)


@dataclass(frozen=True, slots=True)
class _Command:
    """A program gets the JSON on standard input; what it prints is dropped, what it returns decides."""

    name: str
    line: str = field(repr=False)

    def send(self, message: AlertMessage) -> Sent:
        code, note = _run(_words(self.line), message_json(message), _environment(), _COMMAND_S)
        return Sent(code == 0, note or ("" if code == 0 else f"it ended with status {code}"))


@dataclass(frozen=True, slots=True)
class _Apprise:
    """apprise in a process of its own: its HTTP goes through the guard, and its address is no argument.

    Services that are no HTTP (mail) go their own way, to the host that the address names.
    """

    name: str
    url: str = field(repr=False)
    hooks: Callable[[], "Hooks"] = field(repr=False)

    def send(self, message: AlertMessage) -> Sent:
        if importlib.util.find_spec("apprise") is None:
            return Sent(ok=False, note=_NOT_INSTALLED)
        told = {"url": self.url, "title": message.title, "body": message_text(message)}
        environment = _environment() | self.hooks().environment()
        command = [sys.executable, "-I", str(_CHILD)]
        code, note = _run(command, json.dumps(told).encode(), environment, _APPRISE_S)
        return Sent(code == 0, note or ("" if code == 0 else _CHILD_SAYS.get(code, "apprise failed")))


def _name(way: str, address: str) -> str:
    return f"{way}-{hashlib.sha256(address.encode()).hexdigest()[:4]}"


def _words(line: str) -> list[str]:
    """The command line as a shell would split it, and nothing else that a shell would do; [] if it can't be."""
    try:
        return shlex.split(line)
    except ValueError:
        return []


def _environment() -> dict[str, str]:
    """What a program needs to run at all: no key, no token, nothing of this process's own."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"PATH": _PATH, "LANG": "C.UTF-8", **kept}


def _run(words: Sequence[str], given: bytes, environment: Mapping[str, str], most_s: float) -> tuple[int, str]:
    """Exit status, and a note where there is none: the program did not start, or did not end in time."""
    if not words:
        return -1, "it is not a command line"
    try:
        process = subprocess.Popen(
            list(words),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError as error:
        return -1, f"it can't be started: {os.strerror(error.errno or 0)}"
    with process:
        try:
            process.communicate(given, timeout=most_s)
        except subprocess.TimeoutExpired:
            return -1, f"it did not end within {most_s:g} s"
        finally:
            # One that has ended may have left a mailer behind, which still works.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, ""

"""A population as a web of servers on one loopback port."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from archiver.demo.lives import Population
from archiver.demo.lives_play import Play
from archiver.demo.log import AccessLog, AccessLogEntry
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority

__all__ = ["LivingWeb"]

#: Five years are millions of requests: only the last ones are remembered.
_LOGGED = 2_000


class LivingWeb:
    """A context manager that plays a population on 127.0.0.1, as it is at the instant of `now`.

    `now` is called in the server's thread. `play.resolve` is what a name looks up to, for
    the client's policy; `ca_file` (PEM) is what it must trust.
    """

    def __init__(self, population: Population, *, now: Callable[[], datetime], folder: Path | None = None) -> None:
        self._own_folder = tempfile.TemporaryDirectory(prefix="living-web-") if folder is None else None
        place = Path(self._own_folder.name) if self._own_folder else folder
        assert place is not None  # noqa: S101  # one of the two is there
        self.population, self.play = population, Play(population, now=now)
        authority = DemoAuthority(place, expired=self.play.certificate_expired)
        self._log = AccessLog(most=_LOGGED)
        self._server = Server(handler=self.play.answer, authority=authority, log=self._log)
        self.port: int = self._server.port
        self.ca_file: Path = authority.ca_file

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._server.__exit__(kind, error, trace)
        finally:
            if self._own_folder:
                self._own_folder.cleanup()

    @property
    def log(self) -> list[AccessLogEntry]:
        """The last of what was asked for and sent."""
        return self._log.entries()

"""What the five simulated years stand on: a clock that is set, a policy of names, and a plain client."""

import contextlib
import http.client
import multiprocessing
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from archiver.demo.lives_drawn import draw_population
from archiver.demo.lives_web import LivingWeb
from archiver.engine.frontier import Frontier, Manners
from archiver.fetch.httpbody import decoded
from archiver.fetch.robots import RobotsReader
from archiver.model.clock import Clock
from archiver.platforms.base import Answer
from archiver.tap import EgressPolicy, Prober, Tap
from archiver.tap.guard import ConnectTo

HOPS = 10
START_S = 60
USER_AGENT = "Mozilla/5.0 (compatible; embed-archiver/0.1.0)"


class Calendar:
    """The simulated time. `clock` is what the program is given, `now` what the servers ask; `told` are told of it."""

    def __init__(self, start: datetime, *told: Callable[[datetime], None]) -> None:
        self.instant, self._told = start, told

    def now(self) -> datetime:
        return self.instant

    def to(self, instant: datetime) -> None:
        """Go to an instant."""
        self.instant = instant
        for tell in self._told:
            tell(instant)

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now)


@dataclass(frozen=True, slots=True)
class PlayedNames(EgressPolicy):
    """Every name goes to the played web's port, if it can be looked up at all.

    A rule that names its own host as the target leaves the name to `resolve`, which
    knows at each instant which names there are.
    """

    port: int = 0

    def rule_for(self, host: str, port: int) -> ConnectTo | None:
        return ConnectTo(host, port, host, self.port)


class Visitor:
    """A plain client of the played web, for the tests of the play itself."""

    def __init__(self, web) -> None:
        self._web = web
        self._context = ssl.create_default_context(cafile=str(web.ca_file))

    def get(self, url: str, headers=()) -> tuple[int, dict[str, str], bytes]:
        """One answer. Raises OSError where there is none."""
        parts = urlsplit(url)
        address = self._web.play.resolve(parts.hostname)[0]
        link = socket.create_connection((address, self._web.port), timeout=5)
        if parts.scheme == "https":
            link = self._context.wrap_socket(link, server_hostname=parts.hostname)
        client = http.client.HTTPConnection(parts.hostname, timeout=5)
        client.sock = link
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            client.request("GET", target, headers=dict(headers))
            answer = client.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            client.close()

    def follow(self, url: str, headers=()) -> Answer:
        """What comes after all redirects, as the platforms' readers take it."""
        for _ in range(HOPS):
            try:
                status, told, body = self.get(url, headers)
            except (OSError, http.client.HTTPException):
                return Answer(None)
            if "location" not in told:
                media_type = told.get("content-type", "").partition(";")[0]
                return Answer(status, body, tuple(told.items()), url, media_type)
            url = urljoin(url, told["location"])
        return Answer(None)


@contextmanager
def prober_of(tap: Tap, clock: Clock, *, patient: bool = False) -> Iterator[Prober]:
    """A prober as the commands build it, but for the pause between two requests, which is nobody's on loopback."""
    manners = Manners(delay_s=0.0, most_wait_s=5.0, failures=0 if patient else 5)
    prober = tap.prober(
        frontier=Frontier(manners=manners, clock=clock), robots=RobotsReader(), decode=decoded, user_agent=USER_AGENT
    )
    with prober:
        yield prober


class PlayedApart:
    """The played web in a process of its own, so that it does not share this one's interpreter.

    It draws the same population from the same arguments and asks the time of shared memory.
    """

    def __init__(self, *, seed: int, count: int, start: datetime, days: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._time = context.Value("d", start.timestamp(), lock=False)
        self._end, theirs = context.Pipe()
        arguments = {"seed": seed, "count": count, "start": start, "days": days}
        self._process = context.Process(target=_play, args=(arguments, self._time, theirs), daemon=True)
        self._started = False

    def __enter__(self) -> Self:
        self._process.start()
        if not self._end.poll(START_S):
            raise TimeoutError("the played web did not begin")
        self.port, ca_file = self._end.recv()
        self.ca_file = Path(ca_file)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._end.send(None)
        self._process.join(START_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self._process.exitcode:
            raise RuntimeError(f"the played web ended with {self._process.exitcode}")

    def to(self, instant: datetime) -> None:
        """Play this instant from here on."""
        self._time.value = instant.timestamp()


def _play(arguments: dict[str, Any], time: Any, end: Connection) -> None:
    population = draw_population(**arguments)
    with LivingWeb(population, now=lambda: datetime.fromtimestamp(time.value, UTC)) as web:
        end.send((web.port, str(web.ca_file)))
        # A parent that is gone closes its end of the pipe.
        with contextlib.suppress(EOFError):
            end.recv()


def days_after(instant: datetime, days: float) -> datetime:
    return instant + timedelta(seconds=round(days * 86_400))

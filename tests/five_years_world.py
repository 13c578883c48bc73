"""What the five simulated years stand on: a clock that is set, a policy of names, and a plain client."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from archiver.model.clock import Clock
from archiver.platforms.base import Answer
from archiver.tap import EgressPolicy
from archiver.tap.guard import ConnectTo

HOPS = 10


class Calendar:
    """The simulated time. `clock` is what the program is given, `now` what the servers ask."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def now(self) -> datetime:
        return self.instant

    def to(self, instant: datetime) -> None:
        """Go to an instant."""
        self.instant = instant

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


def days_after(instant: datetime, days: float) -> datetime:
    return instant + timedelta(seconds=round(days * 86_400))

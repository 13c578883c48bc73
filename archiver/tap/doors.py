"""Where requests wait for their turn at a host: a frontier's word, kept in an event loop."""

import asyncio
from collections import deque

from archiver.model.exchange import Failure
from archiver.model.politeness import Frontier
from archiver.model.urls import Url

__all__ = ["Doors", "door_of"]

_DEFAULT_PORTS = (None, 80, 443)


def door_of(url: Url) -> str:
    """The host that is asked, as politeness counts hosts: HTTP and HTTPS at their usual ports are one."""
    return url.host if url.port in _DEFAULT_PORTS else f"{url.host}:{url.port}"


class Doors:
    """One line for each host in which requests wait, first come, first served. Belongs to one event loop."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier
        self._lines: dict[str, deque[asyncio.Future[str]]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    async def enter(self, host: str) -> str:
        """Wait for the turn; "" once it has come, else why it will not. Then `leave` must follow."""
        if host not in self._lines:
            turn = self._frontier.turn(host)
            if turn.go or turn.held:
                return turn.held
            self._lines[host] = deque()
            self._wake_after(host, turn.wait_s)
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._lines[host].append(mine)
        try:
            return await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled() and not mine.result():
                self.leave(host, failure=Failure.ABANDONED)
            raise

    def leave(
        self,
        host: str,
        *,
        status: int | None = None,
        failure: Failure | None = None,
        retry_after: str | None = None,
    ) -> None:
        """The request that entered is over, and came to this."""
        self._frontier.ended(host, status=status, failure=failure, retry_after=retry_after)
        self._serve(host)

    def slow_down(self, host: str, delay_s: float) -> None:
        """The host itself asks for `delay_s` seconds between requests."""
        self._frontier.slow_down(host, delay_s)

    def close(self) -> None:
        """No timer is left; whoever waits must have been cancelled."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _serve(self, host: str) -> None:
        line = self._lines.get(host)
        if line is None:
            return
        while line:
            if line[0].done():  # it was cancelled while it waited
                line.popleft()
                continue
            turn = self._frontier.turn(host)
            if not turn.go and not turn.held:
                self._wake_after(host, turn.wait_s)
                return
            line.popleft().set_result(turn.held)
        del self._lines[host]
        if host in self._timers:
            self._timers.pop(host).cancel()

    def _wake_after(self, host: str, wait_s: float | None) -> None:
        if wait_s is None:
            return
        if host in self._timers:
            self._timers.pop(host).cancel()
        self._timers[host] = asyncio.get_running_loop().call_later(wait_s, self._woken, host)

    def _woken(self, host: str) -> None:
        self._timers.pop(host, None)
        self._serve(host)

"""One listening port, so that all that comes through it is known to belong together."""

import asyncio
import concurrent.futures
import socket
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from archiver.model.exchange import Exchange
from archiver.tap.session import Services, Session

__all__ = ["Lane", "Port"]

T = TypeVar("T")
_GRACE_S = 5.0
_BACKLOG = 256
#: Until another connection is accepted where there was no file descriptor for it.
_PAUSE_S = 0.05


class Port:
    """The lane inside the tap's event loop: accepts, serves, and gathers what was exchanged."""

    def __init__(self, *, services: Services) -> None:
        self._services = services
        self._loop = asyncio.get_running_loop()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.number: int = self._listener.getsockname()[1]
        self._sessions: set[asyncio.Task[None]] = set()
        self._faults: list[BaseException] = []
        self._pause: asyncio.TimerHandle | None = None
        self._listen()

    async def drain(self, timeout_s: float) -> tuple[Exchange, ...]:
        """See `Lane.drain`. Connections are closed too, so that no late request is counted to the next."""
        ledger = self._services.ledger
        await _let_arrive()
        if not await ledger.wait_until_idle(timeout_s):
            ledger.cut(f"still running {timeout_s:g} s after the end")
            await ledger.wait_until_idle(_GRACE_S)
        await self._end_sessions()
        if self._faults:
            raise self._faults.pop(0)
        return ledger.take()

    async def wait_until_quiet(self, timeout_s: float) -> bool:
        """See `Ledger.wait_until_quiet`."""
        return await self._services.ledger.wait_until_quiet(timeout_s)

    async def close(self) -> None:
        """Stop listening, end everything, close what was recorded and not drained."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        await self._end_sessions()
        self._services.pool.clear()
        for exchange in self._services.ledger.take():
            if exchange.response is not None:
                exchange.response.close()
        await _let_arrive()

    def _listen(self) -> None:
        # Not by a task: one that is cancelled just when a connection came would lose it unclosed.
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:  # out of file descriptors: some will come back
            self._loop.remove_reader(self._listener)
            self._pause = self._loop.call_later(_PAUSE_S, self._listen)
            return
        connection.setblocking(False)
        # asyncio does so only for sockets whose protocol number is spelled out; unset, a
        # response in two writes waits 40 ms for the client's delayed acknowledgement.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(Session(connection, services=self._services).serve())
        self._sessions.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._sessions.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(fault)

    async def _end_sessions(self) -> None:
        sessions = list(self._sessions)
        # A task that is cancelled before its first step never comes to close its connection.
        await asyncio.sleep(0)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


class Lane:
    """A proxy for one client at a time; every call but one blocks, and may come from any thread.

    Whatever is asked through `proxy_url` between two drains becomes the next drain's exchanges.
    """

    def __init__(
        self, port: Port, *, loop: asyncio.AbstractEventLoop, close: Callable[[Port], Coroutine[Any, Any, None]]
    ) -> None:
        self._port = port
        self._loop = loop
        self._close = close
        self._closed = False
        self.proxy_url = f"http://127.0.0.1:{port.number}"

    def drain(self, timeout_s: float) -> tuple[Exchange, ...]:
        """All exchanges since the last drain, in order of start; their responses are the caller's to close.

        Waits at most `timeout_s` until nothing is on its way, then cuts what still runs
        (`truncated` TIME where a head had come, else `failure` TIMED_OUT), and closes the
        client's connections. Raises what was our own fault while relaying.
        """
        return self._run(self._port.drain(timeout_s), timeout_s + 3 * _GRACE_S)

    def until_quiet(self, timeout_s: float) -> "concurrent.futures.Future[bool]":
        """Done once the client seems to have asked for all that it will, or False after `timeout_s`.

        Returns at once, unlike the others. See `Ledger.wait_until_quiet`.
        """
        return asyncio.run_coroutine_threadsafe(self._port.wait_until_quiet(timeout_s), self._loop)

    def close(self) -> None:
        """Close the port. What was not drained is dropped. Twice, or after the tap, is once."""
        if not self._closed and not self._loop.is_closed():
            self._run(self._close(self._port), 3 * _GRACE_S)
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        future: concurrent.futures.Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(timeout_s)


async def _let_arrive() -> None:
    """A few turns of the loop, so that what the sockets already hold is read."""
    for _ in range(5):
        await asyncio.sleep(0)

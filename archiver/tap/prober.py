"""Drives many talks at once: generators that yield what they want to be asked, and are sent what came of it.

The requests go out in the tap's event loop, through the same guard, limits and recording as
everything else; the talks themselves run in the thread of whoever called, so that they may use what
belongs to it, and a slow one holds up no connection.
"""

import asyncio
import contextlib
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from archiver.model.exchange import Exchange
from archiver.model.fetched import Ask, Fetched
from archiver.tap.errand import Errands
from archiver.tap.recording import Ledger

__all__ = ["Ended", "Prober", "Talk"]

K = TypeVar("K")
T = TypeVar("T")
Talk = Generator[Ask, Fetched, T]

_END_S = 20.0
#: So many talks are begun before one looks whether answers have come.
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Ended(Generic[K, T]):
    """One talk that ended: with `result`, or with `fault`, which is a fault of this program.

    `exchanges` are in the order of their start, () unless they were to be kept; closing their
    responses is up to who gets them.
    """

    key: K
    result: T | None
    fault: Exception | None
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Open(Generic[K, T]):
    """A talk that has begun."""

    key: K
    talk: Talk[T]
    ledger: Ledger

    def ended(self, result: T | None = None, *, fault: Exception | None = None) -> Ended[K, T]:
        return Ended(self.key, result, fault, self.ledger.take())

    def drop(self) -> None:
        """End a talk whose result nobody waits for."""
        self.talk.close()
        for exchange in self.ledger.take():
            if exchange.response is not None:
                exchange.response.close()


#: An open talk with what it is sent; None where the prober is closed.
_Answer = tuple[_Open[Any, Any], Fetched | Exception] | None


class _Crew:
    """The requests of one run that are on their way; but for `answers`, of the loop alone."""

    def __init__(self, errands: Errands) -> None:
        self.answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()
        self._errands = errands
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def send(self, asks: list[tuple[_Open[Any, Any], Ask]]) -> None:
        if self._stopped:
            return
        loop = asyncio.get_running_loop()
        for one, ask in asks:
            task = loop.create_task(self._run(one, ask))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        self._stopped = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, one: _Open[Any, Any], ask: Ask) -> None:
        try:
            answer: Fetched | Exception = await self._errands.run(ask, one.ledger)
        except Exception as fault:  # noqa: BLE001  # handed to whoever runs the talk
            answer = fault
        self.answers.put((one, answer))


class Prober:
    """Asks the web what talks want to know. Thread-safe; a context manager, which belongs to its tap.

    At most `most_open` talks have begun and not been handed back at any time; how many
    requests are on their way at once is bounded apart from that, so that talks which wait for one
    slow host's turn do not keep others waiting.
    """

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        errands: Errands,
        ledger: Callable[[bool], Ledger],
        most_open: int,
        on_close: Callable[["Prober"], None],
    ) -> None:
        self._loop = loop
        self._errands = errands
        self._ledger = ledger
        self._most_open = most_open
        self._on_close = on_close
        self._crews: set[_Crew] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, talks: Iterable[tuple[K, Talk[T]]], *, keep: bool = False) -> Iterator[Ended[K, T]]:
        """Each talk as it ends, in no order. `talks` is read as room comes, in the caller's thread.

        With `keep` the exchanges come along. What a talk raises is its `fault`; what `talks` raises
        is raised. Left early, or closed meanwhile (RuntimeError), nothing stays on its way.
        """
        crew = self._crew()
        begun: set[_Open[K, T]] = set()
        try:
            yield from self._drive(iter(talks), crew, begun, keep=keep)
        finally:
            with self._lock:
                self._crews.discard(crew)
            if begun and not self._closed:
                self._stop(crew)
            with contextlib.ExitStack() as stack:
                for one in begun:
                    stack.callback(one.drop)

    def close(self) -> None:
        """End what runs and close all connections. Twice is once."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            crews = list(self._crews)
        for crew in crews:
            self._stop(crew)
            crew.answers.put(None)
        if not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._close_errands(), self._loop).result(_END_S)
        self._on_close(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # --- driving --------------------------------------------------------------------------------

    def _drive(
        self, coming: Iterator[tuple[K, Talk[T]]], crew: _Crew, begun: set[_Open[K, T]], *, keep: bool
    ) -> Iterator[Ended[K, T]]:
        """1. begin talks while there is room · 2. go on with those that were answered · 3. hand back what ended."""
        ended: deque[Ended[K, T]] = deque()
        more = True
        while True:
            room = min(_BATCH, self._most_open - len(begun)) if more else 0
            steps: list[tuple[_Open[K, T], Fetched | Exception | None]] = []
            for key, talk in itertools.islice(coming, room):
                one = _Open(key, talk, self._ledger(keep))
                begun.add(one)
                steps.append((one, None))
            more = more and len(steps) == room
            steps += _answers(crew, wait=bool(begun) and not steps)
            asks = []
            for one, answer in steps:
                asked = _step(one, answer)
                if isinstance(asked, Ask):
                    asks.append((one, asked))
                else:
                    begun.discard(one)
                    ended.append(asked)
            if asks:
                self._loop.call_soon_threadsafe(crew.send, asks)
            while ended:
                yield ended.popleft()
            if not begun and not more:
                return

    def _crew(self) -> _Crew:
        with self._lock:
            if self._closed:
                raise RuntimeError("the prober is closed")
            crew = _Crew(self._errands)
            self._crews.add(crew)
        return crew

    def _stop(self, crew: _Crew) -> None:
        if not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(crew.stop(), self._loop).result(_END_S)

    async def _close_errands(self) -> None:
        self._errands.close()
        # A few turns of the loop, so that the sockets are closed.
        for _ in range(5):
            await asyncio.sleep(0)


def _answers(crew: _Crew, *, wait: bool) -> list[tuple[_Open[Any, Any], Fetched | Exception | None]]:
    """What has come since; with `wait` at least one answer."""
    found: list[tuple[_Open[Any, Any], Fetched | Exception | None]] = []
    try:
        while True:
            answer = crew.answers.get(block=wait and not found)
            if answer is None:
                raise RuntimeError("the prober was closed while it ran")
            found.append(answer)
    except queue.Empty:
        return found


def _step(one: _Open[K, T], answer: Fetched | Exception | None) -> Ask | Ended[K, T]:
    """Go on with a talk: what it asks next, or how it ended."""
    try:
        if isinstance(answer, Exception):
            one.talk.close()
            return one.ended(fault=answer)
        return next(one.talk) if answer is None else one.talk.send(answer)
    except StopIteration as done:
        return one.ended(done.value)
    except Exception as fault:  # noqa: BLE001  # handed to the caller, who must not lose the other talks
        return one.ended(fault=fault)

"""The time that one render may take, and awaiting that never outlasts it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

__all__ = ["Budget", "Gone", "OutOfTime"]

T = TypeVar("T")


class OutOfTime(Exception):
    """A step did not end in its time."""


class Gone(Exception):
    """The page or its browser ended while a step was waiting for it."""


class Budget:
    """Seconds that run from now on; `gone` is a future that ends every wait.

    Playwright calls may wait for ever on a crashed page, whatever time-out they are given,
    so every one of them is awaited through `within`.
    """

    def __init__(self, seconds: float, *, monotonic: Callable[[], float], gone: "asyncio.Future[str]") -> None:
        self._monotonic = monotonic
        self._ends_at = monotonic() + seconds
        self._gone = gone

    def left_s(self) -> float:
        """What is left, never below zero."""
        return max(0.0, self._ends_at - self._monotonic())

    async def within(self, work: Awaitable[T], limit_s: float | None = None) -> T:
        """The result of `work`; OutOfTime after `limit_s` or the budget, Gone if the page ends."""
        limit = self.left_s() if limit_s is None else min(limit_s, self.left_s())
        task = asyncio.ensure_future(work)
        both: set[asyncio.Future[Any]] = {task, self._gone}
        await asyncio.wait(both, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        task.cancel()
        # The outcome is of no interest any more, but asyncio complains if nobody looks at it.
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        if self._gone.done():
            raise Gone(self._gone.result())
        raise OutOfTime
